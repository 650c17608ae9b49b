# SPDX-License-Identifier: GPL-2.0
# How scenarios read the module's output: lines, connections, counters.
# shellcheck shell=bash

PROC=/proc/net/tcpfsm

# endpoint ADDRESS PORT, as tcpfsm prints it.
endpoint() {
	case $1 in
	*:*) printf '[%s]:%s' "$1" "$2" ;;
	*)   printf '%s:%s' "$1" "$2" ;;
	esac
}

# On a slow machine a TIME_WAIT of an earlier case may end in this one: its line is left
# out, unless the scenario sets LEFT_OVER=1.
LEFT_OVER=0
without_left_over() {
	awk -v keep="$LEFT_OVER" '$6 == "TIME_WAIT->CLOSED" && $11 ~ /pre-existing/ && !keep { next } { print }' "${1:-$PROC/log}"
}

# transitions [FILE]: LOCAL PEER OLD->NEW CAUSE of each record, in order.
transitions() { without_left_over "$@" | awk '$6 ~ /->/ { print $4, $5, $6, $8 }'; }

# connections [FILE]: the same, the lines of one id together, ids in order of appearance.
connections() {
	without_left_over "$@" | awk '$6 !~ /->/ { next }
	     !($3 in lines) { ids[++n] = $3 }
	     { lines[$3] = lines[$3] $4 " " $5 " " $6 " " $8 "\n" }
	     END { for (i = 1; i <= n; i++) printf "%s", lines[ids[i]] }'
}

# distinct [FILE]: how often each transition occurs with each cause, most frequent first.
distinct() { transitions "$@" | awk '{ print $3, $4 }' | sort | uniq -c | awk '{ print $1, $2, $3 }' | sort -k1,1nr -k2; }

# records [FILE]: how many transitions.
records() { awk '$6 ~ /->/' "${1:-$PROC/log}" | wc -l; }

# has_records N [FILE]
has_records() { [ "$(records "${@:2}")" -ge "$1" ]; }

# reported_lost FILE: the sum of its "# lost N" lines.
reported_lost() { awk '$1 == "#" && $2 == "lost" { n += $3 } END { print n + 0 }' "$1"; }

# end_readers PID...: ends background jobs of the scenario; they are gone when it returns.
end_readers() {
	kill "$@" 2>/dev/null || true
	wait "$@" 2>/dev/null || true
}

# broken_chains [FILE]: lines whose OLD is not the NEW of the line before it.
broken_chains() {
	awk '$6 !~ /->/ || $3 == "-" { next }
	     { split($6, state, "->") }
	     ($3 in last) && last[$3] != state[1] { print }
	     { last[$3] = state[2] }' "${1:-$PROC/log}"
}

# disorder [FILE]: lines older than the one before.
disorder() { awk '$6 !~ /->/ { next } $1 < last { print } { last = $1 }' "${1:-$PROC/log}"; }

# stat_of NAME: that counter of this namespace; machine_stat NAME: of the machine.
stat_of() { awk -v name="$1" '$1 == name { print $2 }' "$PROC/stats"; }
machine_stat() { init_ns awk -v name="$1" '$1 == name { print $2 }' "$PROC/stats"; }

# cell OLD NEW: that count in this namespace's matrix.
cell() {
	awk -v old="$1" -v new="$2" 'NR == 1 { for (i = 2; i <= NF; i++) if ($i == new) col = i; next }
		$1 == old { print $col }' $PROC/matrix
}

kernel_since() { [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]; }

# child_born LOCAL PEER PORT: the first line of a child without hooks. Before 6.15 the
# tracepoint is hit before the child has addresses (inet_csk_clone_lock).
child_born() {
	if kernel_since 6.15; then
		echo "$1 $2 LISTEN->SYN_RCVD rcv_syn"
	else
		echo "-:$3 - LISTEN->SYN_RCVD rcv_syn"
	fi
}

# expect_sound [FILE]: lines of one id chain, and all lines are in time order.
expect_sound() {
	expect_lines "" "$(broken_chains "$@")" "every line's OLD is the NEW of the line before it"
	expect_lines "" "$(disorder "$@")" "lines are in time order"
}
