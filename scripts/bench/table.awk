# SPDX-License-Identifier: GPL-2.0
# The table of what each way of watching adds to a connection.
#
# The base of a run is the mean of the runs without a watcher before and after it. Runs of one
# variant and group are repetitions: the table has their mean, and their spread, which is
# (largest - smallest) / mean.

# The words of a line, by name. why= has the rest of the line.
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

$1 == "guest" || /^guest/ {
	words($0, w)
	kernel = w["kernel"]
	per_instruction = w["ticks_per_instruction"]
	per_ns = w["ticks_per_ns"] / per_instruction
	title = sprintf("\nLinux %s, %d vCPU; unit: instructions of the guest.\n", kernel, w["cpus"])
	title = title sprintf("Calibration, by loops of known length: %.4f ticks an instruction, %.4f a turn of rep, %.4f a ns.", \
		per_instruction, w["ticks_per_rep"], w["ticks_per_ns"])
}

$1 == "prove" {
	words($0, w)
	if ("lines" in w)
		lines[w["variant"]] = int(w["lines"] / w["connections"])
}

$1 == "run" {
	words($0, w)
	variant[++runs] = w["variant"]
	# A number is a pass, that is a repetition. Anything else is a group of its own.
	group[runs] = w["pass"] ~ /^[0-9]+$/ ? "" : w["pass"]
	if (!((group[runs]) in known_group)) {
		known_group[group[runs]] = 1
		groups[++nr_groups] = group[runs]
	}
	if (!((group[runs], variant[runs]) in known)) {
		known[group[runs], variant[runs]] = 1
		order[group[runs], ++nr_variants[group[runs]]] = variant[runs]
	}
	if ("why" in w) {
		why[group[runs], variant[runs]] = w["why"]
		busy[runs] = ""
		next
	}
	n = w["connections"]
	loop[runs] = w["ticks"] / per_instruction / n
	busy[runs] = w["busy_ns"] < 0 ? "" : w["busy_ns"] * per_ns / n
	after[runs] = w["after_ns"] == "" || w["after_ns"] < 0 ? "" : w["after_ns"] * per_ns / n
	reported[group[runs], variant[runs]] = w["reported"] / (n + w["warm_up"])
	lost[group[runs], variant[runs]] += w["lost"]
}

# The mean of values[] at the runs without a watcher around run i, in its group.
function base(values, i,    sum, n, j) {
	for (j = i - 1; j <= i + 1; j += 2)
		if (variant[j] == "none" && group[j] == group[i] && values[j] != "") {
			sum += values[j]
			n++
		}
	return n ? sum / n : ""
}

# Sets mean, least, most and times: of what is added to the base, or of the value itself.
function sum_up(values, g, v, added,    i, b, value, sum) {
	times = 0
	for (i = 1; i <= runs; i++) {
		if (variant[i] != v || group[i] != g || values[i] == "")
			continue
		b = added ? base(values, i) : 0
		if (b == "")
			continue
		value = values[i] - b
		sum += value
		least = times && least < value ? least : value
		most = times && most > value ? most : value
		times++
	}
	mean = times ? sum / times : ""
	return mean
}

function ratio(a, b) { return a == "" || b == "" || !b ? "-" : sprintf("%.3f", a / b) }

# The spread after sum_up(). One run has none.
function spread() {
	return times > 1 && mean ? sprintf("%.2f %%", (most - least) / (mean < 0 ? -mean : mean) * 100) : "-"
}

function name_of(v) { return v in names ? names[v] : v }

function row(g, v,    total, end, records, each) {
	if ((g, v) in why) {
		printf "%-34s not measured: %s\n", name_of(v), why[g, v]
		return
	}
	if (v == "none") {
		sum_up(busy, g, v, 0)
		printf "%-34s %9.0f  %7s  (the whole connection, to which the others add)\n", name_of(v), mean, spread()
		return
	}
	end = sum_up(after, g, v, 1)
	total = sum_up(busy, g, v, 1)
	if (total == "") {
		printf "%-34s not measured: no run without a watcher beside it\n", name_of(v)
		return
	}
	records = reported[g, v] ? reported[g, v] : lines[v]
	each = records ? sprintf("%.0f", (reported[g, v] ? total + end : total) / records) : "-"
	printf "%-34s %9.0f  %7s  %9s  %9s  %9s  %9s  %7s  %6d\n", name_of(v), total, spread(), each, \
		ratio(total, sums[g, "ftrace"]), ratio(total, sums[g, "tcpstates"]), end == "" ? "-" : sprintf("%.0f", end), \
		records ? sprintf("%.1f", records) : "-", lost[g, v]
}

function target(what, a, b, limit) {
	if (a != "" && b != "" && b)
		printf "target: %s: %.3f, at most %.2f: %s\n", what, a / b, limit, a / b <= limit ? "met" : "MISSED"
}

BEGIN {
	names["none"] = "no watcher"
	names["ftrace"] = "ftrace event, no reader"
	names["tcpstates"] = "tcpstates (libbpf) >/dev/null"
	names["bpftrace"] = "bpftrace >/dev/null"
	names["conntrack"] = "conntrack -E >/dev/null"
	names["hooks0"] = "tcpfsm hooks=0, no reader"
	names["everything"] = "tcpfsm, no reader"
	names["filter"] = "tcpfsm, a filter without a match"
	names["follow"] = "tcpfsm, cat follow >/dev/null"
	names["reader"] = "tcpfsm, reader >/dev/null"
	names["json"] = "tcpfsm, reader -o json >/dev/null"
	names["bound"] = "tcpfsm, flows=65536"
}

END {
	if (!runs)
		exit
	print title
	for (i = 1; i <= nr_groups; i++) {
		g = groups[i]
		printf "\n%-34s %9s  %7s  %9s  %9s  %9s  %9s  %7s  %6s\n", g == "" ? "added to each connection" : g, \
			"added", "spread", "a record", "/ftrace", "/tcpstates", "TIME_WAIT", "records", "lost"
		for (j = 1; j <= nr_variants[g]; j++)
			sums[g, order[g, j]] = sum_up(busy, g, order[g, j], 1)
		row(g, "none")
		for (j = 1; j <= nr_variants[g]; j++)
			if (order[g, j] != "none")
				row(g, order[g, j])
	}
	printf "\nadded: from connect() to the last close(), and by readers until they have read all;\n"
	printf "TIME_WAIT: what its end adds a minute later; a record: both, over the records\n"
	printf "(or lines) of a connection.\n"
	target("tcpfsm, no reader / ftrace", sums["", "everything"], sums["", "ftrace"], 0.62)
	target("a filter without a match / ftrace", sums["", "filter"], sums["", "ftrace"], 0.62)
	target("hooks=0 / no reader", sums["", "hooks0"], sums["", "everything"], 1)
	target("reader / tcpstates", sums["", "reader"], sums["", "tcpstates"], 0.15)
}
