# SPDX-License-Identifier: GPL-2.0
# Owns how stories read what the module says: lines, connections, counters.
# shellcheck shell=bash

PROC=/proc/net/tcpfsm

# endpoint ADDRESS PORT, as tcpfsm prints it.
endpoint() {
	case $1 in
	*:*) printf '[%s]:%s' "$1" "$2" ;;
	*)   printf '%s:%s' "$1" "$2" ;;
	esac
}

# transitions [FILE]: LOCAL PEER OLD->NEW of each record, in order.
transitions() { awk '$6 ~ /->/ { print $4, $5, $6 }' "${1:-$PROC/log}"; }

# connections [FILE]: the same, the lines of one id together, ids in order of appearance.
connections() {
	awk '$6 !~ /->/ { next }
	     !($3 in lines) { ids[++n] = $3 }
	     { lines[$3] = lines[$3] $4 " " $5 " " $6 "\n" }
	     END { for (i = 1; i <= n; i++) printf "%s", lines[ids[i]] }' "${1:-$PROC/log}"
}

# records [FILE]: how many.
records() { transitions "$@" | wc -l; }

# has_records N [FILE]
has_records() { [ "$(records "${@:2}")" -ge "$1" ]; }

# told_lost FILE: the sum of its "# lost N" lines.
told_lost() { awk '$1 == "#" && $2 == "lost" { n += $3 } END { print n + 0 }' "$1"; }

# end_readers PID...: background jobs of the story, gone when this returns.
end_readers() {
	kill "$@" 2>/dev/null || true
	wait "$@" 2>/dev/null || true
}

# broken_chains [FILE]: lines whose OLD is not the NEW of the line before it.
broken_chains() {
	awk '$6 !~ /->/ || $3 == "-" { next }
	     { split($6, step, "->") }
	     ($3 in last) && last[$3] != step[1] { print }
	     { last[$3] = step[2] }' "${1:-$PROC/log}"
}

# disorder [FILE]: lines older than the one before.
disorder() { awk '$6 !~ /->/ { next } $1 < last { print } { last = $1 }' "${1:-$PROC/log}"; }

# stat_of NAME: that counter, of this namespace.
stat_of() { awk -v name="$1" '$1 == name { print $2 }' "$PROC/stats"; }
machine_stat() { init_ns awk -v name="$1" '$1 == name { print $2 }' "$PROC/stats"; }

kernel_since() { [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]; }

# child_born LOCAL PEER PORT: a child's first line. Before 6.15 the kernel tells
# it before the child has addresses (inet_csk_clone_lock).
child_born() {
	if kernel_since 6.15; then
		echo "$1 $2 LISTEN->SYN_RCVD"
	else
		echo "-:$3 - LISTEN->SYN_RCVD"
	fi
}

# expect_sound [FILE]: no line of it contradicts another.
expect_sound() {
	expect_lines "" "$(broken_chains "$@")" "every line's OLD is the NEW of the line before it"
	expect_lines "" "$(disorder "$@")" "lines are in time order"
}
