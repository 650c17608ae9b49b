# SPDX-License-Identifier: GPL-2.0
# The tables of BENCH=scale: the flow table alone, memory, reading.
function words(line, to,    n, i, part, at) {
	split("", to)
	n = split(line, part, " ")
	for (i = 1; i <= n; i++) {
		at = index(part[i], "=")
		if (at)
			to[substr(part[i], 1, at - 1)] = substr(part[i], at + 1)
	}
}

/^guest/ {
	words($0, w)
	printf "\nLinux %s; unit: instructions of the guest.\n", w["kernel"]
}

$1 == "table" {
	words($0, w)
	if (!tables++)
		printf "\nthe flow table alone, instructions\n%10s %8s %8s %16s %8s\n", "flows", "find", "miss", \
			"remove and add", "evict"
	printf "%10d %8s %8s %16s %8s\n", w["live"], "find" in w ? w["find"] : "-", "miss" in w ? w["miss"] : "-", \
		"remove_and_add" in w ? w["remove_and_add"] : "-", "evict" in w ? w["evict"] : "-"
}

$1 == "memory" {
	words($0, w)
	if (!memories++)
		printf "\nmemory, bytes\n%10s %10s %12s %12s %10s %10s  %s\n", "records=", "flows=", "rings", "flow table", \
			"a record", "a flow", "then"
	# Rings are per CPU, with a quarter more records for half-open connections.
	printf "%10d %10d %12.0f %12.0f %10.1f %10.1f  %s\n", w["records"], w["flows"], w["rings"], w["flow_table"], \
		w["rings"] / w["cpus"] / (w["records"] * 1.25), w["flow_table"] / w["flows"], \
		"live" in w ? w["live"] " live, " w["evicted"] " evicted, " w["overwritten"] " records overwritten" : "-"
}

$1 == "read" {
	words($0, w)
	if (!(w["what"] in cost))
		order[++reads] = w["what"]
	cost[w["what"]] = 1
	at[w["what"], w["timewaits"]] = w["ticks"]
	bytes[w["what"], w["timewaits"]] = w["bytes"]
	if (w["timewaits"] + 0 > most)
		most = w["timewaits"] + 0
}

END {
	if (reads)
		printf "\nreading, instructions\n%-28s %16s %22s %12s\n", "", "no TIME_WAIT", most " TIME_WAITs", "bytes then"
	for (i = 1; i <= reads; i++)
		printf "%-28s %16.0f %22.0f %12s\n", order[i], at[order[i], 0], at[order[i], most], bytes[order[i], most]
}
