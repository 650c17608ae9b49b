# SPDX-License-Identifier: GPL-2.0
# Replaces the line .\" @CAUSES@ of a manual page by what `reader explain` prints, as a
# list of mdoc(7).
#
# Usage: awk -f causes.awk CAUSES PAGE
#
# Exits 1 after a message if there is no cause or not exactly one such line.

function escape(text) {
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	gsub(/"/, "\\(dq", text)
	sub(/^[.']/, "\\\\\\&&", text)	# else the line would be a request
	gsub(/\. /, ".\n", text)		# a sentence begins a line
	return text
}

BEGIN {
	causes = ARGV[1]
}

FILENAME == causes {
	if (/^[^ ]/) {
		list = list ".It Cm " $0 "\n"
		count++
	} else if (NF) {
		sub(/^ */, "")
		list = list escape($0) "\n"
	}
	next
}

/^\.\\" @CAUSES@$/ {
	printf "%s", list
	places++
	next
}

{ print }

FNR == 1 { print ".\\\" Made from tcpfsm.8.in and explain.c by causes.awk; do not edit." }

END {
	if (count && places == 1)
		exit
	print "causes.awk: " count + 0 " causes for " places + 0 " places" > "/dev/stderr"
	exit 1
}
