# SPDX-License-Identifier: GPL-2.0
# bench-check: compares what tcpfsm without a reader adds to a connection with baseline.txt. On
# another release of the kernel it compares the ratio to ftrace, since the code around the
# module changed for both. Exits 1 on an increase of over 5 %.
function words(line, to,    n, i, part, at) {
	split("", to)
	n = split(line, part, " ")
	for (i = 1; i <= n; i++) {
		at = index(part[i], "=")
		if (at)
			to[substr(part[i], 1, at - 1)] = substr(part[i], at + 1)
	}
}

function series(kernel,    part) { split(kernel, part, "."); return part[1] "." part[2] }

function base(i) { return (busy[i - 1] + busy[i + 1]) / 2 }

/^guest/ { words($0, guest) }
$1 == "run" {
	words($0, w)
	variant[++n] = w["variant"]
	# Without a figure it was not measured: why= has the reason.
	if (w["busy_ns"] == "" || w["busy_ns"] < 0) {
		unknown = 1
		next
	}
	busy[n] = w["busy_ns"] * guest["ticks_per_ns"] / guest["ticks_per_instruction"] / w["connections"]
}

END {
	for (i = 1; i <= n; i++) {
		if (variant[i] == "none")
			continue
		sum[variant[i]] += busy[i] - base(i)
		times[variant[i]]++
	}
	if (!times["everything"] || !times["ftrace"] || unknown) {
		print "bench-check: nothing was measured"
		exit 1
	}
	everything = sum["everything"] / times["everything"]
	ftrace = sum["ftrace"] / times["ftrace"]
	ratio = everything / ftrace
	now = sprintf("kernel=%s everything=%.0f ftrace=%.0f ratio=%.3f", guest["kernel"], everything, ftrace, ratio)
	while ((getline line <baseline) > 0) {
		if (line ~ /^#/ || line == "")
			continue
		words(line, w)
		if (series(w["kernel"]) == series(guest["kernel"])) {
			found = line
			split("", old)
			for (i in w)
				old[i] = w[i]
		} else {
			others = others line "\n"
		}
	}
	close(baseline)
	if (verb == "record") {
		printf "# SPDX-License-Identifier: GPL-2.0\n" \
			"# What tcpfsm, without a reader, and the ftrace event add to a connection, in instructions.\n" \
			"# Written by `scripts/bench/run record`; `make bench-check` compares with it.\n" >baseline
		printf "%s%s\n", others, now >baseline
		close(baseline)
		print "bench-check: recorded " now
		exit 0
	}
	print now
	if (found == "") {
		printf "bench-check: skipped: %s has no figure for Linux %s\n", baseline, series(guest["kernel"])
		exit 0
	}
	if (old["kernel"] == guest["kernel"]) {
		growth = everything / old["everything"] - 1
		what = sprintf("%.0f instructions a connection, %.0f committed", everything, old["everything"])
	} else {
		growth = ratio / old["ratio"] - 1
		what = sprintf("%.3f of ftrace's event, %.3f committed (for %s; %s is compared by ratio)", \
			ratio, old["ratio"], old["kernel"], guest["kernel"])
	}
	over = growth > 0.05
	printf "bench-check: %s: %+.1f %%, at most +5 %%: %s\n", what, growth * 100,
		over ? "TOO MUCH" : growth < -0.05 ? "less: update with scripts/bench/run record" : "ok"
	exit over
}
