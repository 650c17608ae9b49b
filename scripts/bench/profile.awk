# SPDX-License-Identifier: GPL-2.0
# The profile: instructions per function that a watcher adds to a connection. Files: figures
# ("profile phase=…"), symbols ("symbol ADDRESS NAME [MODULE]", sorted by address), blocks
# ("PHASE ADDRESS COUNT"). Then the places in tcpfsm, by the start of the block: objdump -dr
# tcpfsm.ko shows them.
# Addresses have 16 digits and are compared as text: awk's numbers would lose the last ones.

FILENAME ~ /figures$/ {
	if ($1 != "profile")
		next
	for (i = 2; i <= NF; i++) {
		split($i, part, "=")
		word[part[1]] = part[2]
	}
	phases = word["phase"]
	variant[phases] = word["variant"]
	connections = word["connections"]
	next
}

$1 == "symbol" {
	address[++symbols] = $2
	name[symbols] = $3 ($4 == "" ? "" : " " $4)
	next
}

# The last symbol at or before the address.
function symbol_of(at,    low, high, mid) {
	if (at < "8000000000000000")
		return "(programs)"
	low = 1
	high = symbols
	while (low < high) {
		mid = int((low + high + 1) / 2)
		if (address[mid] <= at)
			low = mid
		else
			high = mid - 1
	}
	found = low
	return name[low]
}

function hex(text,    i, n) {
	for (i = 1; i <= length(text); i++)
		n = n * 16 + index("0123456789abcdef", substr(text, i, 1)) - 1
	return n
}

{
	s = symbol_of($2 "")
	count[s, $1] += $3
	total[$1] += $3
	if (s ~ /\[tcpfsm\]/) {
		own[$1] += $3
		if (variant[$1] == "everything")
			# The upper half of both addresses is the same.
			place[sprintf("%s+0x%x", s, hex(substr($2, 9)) - hex(substr(address[found], 9)))] += $3
	}
	seen[s] = 1
}

function line(what, numbers,    p) {
	for (p = 2; p <= phases; p++)
		printf " %10.1f", numbers[p]
	printf "  %s\n", what
}

END {
	printf "\ninstructions a connection, no watcher: %.0f; what each watcher adds:\n", \
		total[1] / connections
	for (p = 2; p <= phases; p++)
		printf " %10s", variant[p]
	print "  function"
	for (p = 2; p <= phases; p++)
		added[p] = (total[p] - total[1]) / connections
	line("(all)", added)
	for (p = 2; p <= phases; p++)
		added[p] = own[p] / connections
	line("(all of tcpfsm)", added)
	fflush()
	# First what the variant everything adds, then what only others add.
	for (s in seen) {
		most = here = 0
		for (p = 2; p <= phases; p++) {
			added[p] = (count[s, p] - count[s, 1]) / connections
			if (added[p] > most || -added[p] > most)
				most = added[p] < 0 ? -added[p] : added[p]
			if (variant[p] == "everything")
				here = added[p]
		}
		if (here < 5 && most < 50)
			continue
		text = sprintf("%.0f %.0f", here < 5 ? 0 : here, most)
		for (p = 2; p <= phases; p++)
			text = text sprintf(" %10.1f", added[p])
		print text "  " s | "sort -rn -k 1,1 -k 2,2 | cut -d \" \" -f 3-"
	}
	close("sort -rn -k 1,1 -k 2,2 | cut -d \" \" -f 3-")
	printf "\nplaces in tcpfsm, everything\n"
	fflush()
	for (s in place)
		if (place[s] / connections >= 15)
			printf "%10.1f  %s\n", place[s] / connections, s | "sort -rn"
	close("sort -rn")
}
