# SPDX-License-Identifier: GPL-2.0
# The tables of BENCH=smp: for each variant the median of the runs, and their range.
function words(line, to,    n, i, part, at) {
	split("", to)
	if (match(line, / why=/)) {
		to["why"] = substr(line, RSTART + 5)
		line = substr(line, 1, RSTART - 1)
	}
	n = split(line, part, " ")
	for (i = 1; i <= n; i++) {
		at = index(part[i], "=")
		if (at)
			to[substr(part[i], 1, at - 1)] = substr(part[i], at + 1)
	}
}

/^guest/ { words($0, guest) }

$1 == "smp" {
	words($0, w)
	key = guest["cpus"] " vCPUs, " (w["threads"] == 2 ? "each end on its own CPU" : "both ends on one CPU") SUBSEP w["variant"]
	if ("why" in w) {
		key = guest["cpus"] " vCPUs, both ends on one CPU" SUBSEP w["variant"]
		why[key] = w["why"]
	}
	if (!(key in times))
		order[++keys] = key
	if ("why" in w) {
		times[key] += 0
		next
	}
	i = ++times[key]
	rate[key, i] = w["per_second"] + 0
	s = w["loop_ns"] / 1e9
	seconds[key] += s
	wakes[key] += w["wake_ups"]
	reader[key] += w["reader_ms"]
	lost[key] += w["reader_lost"] + w["lost"]
	holes[key] += w["holes"]
	misplaced[key] += w["out_of_order"]
	looked[key] += w["read"]
	recorded[key] += w["recorded"]
	connections[key] += w["connections"]
}

function sort_rates(key,    i, j, t) {
	for (i = 2; i <= times[key]; i++)
		for (j = i; j > 1 && rate[key, j] < rate[key, j - 1]; j--) {
			t = rate[key, j]; rate[key, j] = rate[key, j - 1]; rate[key, j - 1] = t
		}
}

END {
	for (k = 1; k <= keys; k++) {
		key = order[k]
		split(key, part, SUBSEP)
		if (part[1] != title) {
			title = part[1]
			printf "\n%-28s %9s  %21s  %9s  %9s  %10s  %8s  %s\n", title, "conn/s", "from .. to", "lost", \
				"wake-ups/s", "reader CPU", "disorder", "of records"
		}
		if (!times[key]) {
			printf "%-28s not measured: %s\n", part[2], why[key]
			continue
		}
		sort_rates(key)
		n = times[key]
		printf "%-28s %9.0f  %9.0f .. %8.0f  %9d  %9.0f  %8.1f %%  %8s  %s\n", part[2], rate[key, int((n + 1) / 2)], \
			rate[key, 1], rate[key, n], lost[key], wakes[key] / seconds[key], reader[key] / 10 / seconds[key], \
			part[2] == "order" ? misplaced[key] : "-", \
			part[2] == "order" ? looked[key] " read, " holes[key] " missing" : recorded[key] ? recorded[key] " recorded" : ""
	}
	printf "\nconn/s: median of the runs. Wall time on a shared machine: the range is the noise.\n"
}
