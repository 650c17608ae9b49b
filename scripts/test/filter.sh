# SPDX-License-Identifier: GPL-2.0
# Owns the words of scenarios about the filter: writing it, three connections to filter, what is counted of them.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# The initial namespace's.
FILTER=/proc/1/net/tcpfsm/filter

# Each is one write(): of a line, and of whatever comes on standard input.
filter() { printf '%s\n' "$1" >$FILTER; }
put() { dd of=$FILTER bs=4096 conv=notrunc status=none; }
shown() { printf '%s\n' "$(<$FILTER)"; }

# A connection over IPv4, one over IPv6, and one over IPv4 between IPv6 sockets,
# each reset by who opened it, so that it is over at once: 3 * 8 lines.
act() {
	peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' \
		'linger0 c' 'close c' 'wait a 7' 'close a' 'close s' \
		'listen s ::1 5001' 'connect c ::1 5001 40002' 'accept a s' \
		'linger0 c' 'close c' 'wait a 7' 'close a' 'close s' \
		'listen s :: 5002' 'connect c ::ffff:127.0.0.1 5002 40003' 'accept a s' \
		'linger0 c' 'close c' 'wait a 7' 'close a' 'close s'
}

lines_of() {	# LISTENER SERVER CLIENT
	printf "$1 - %s\n" 'CLOSED->LISTEN listen' 'LISTEN->CLOSED close'
	printf "$2 $3 %s\n" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst'
	printf "$3 $2 %s\n" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0'
}
# shellcheck disable=SC2034  # the scenario's
ALL=$(lines_of 127.0.0.1:5000 127.0.0.1:5000 127.0.0.1:40001
	lines_of '[::1]:5001' '[::1]:5001' '[::1]:40002'
	lines_of '[::]:5002' 127.0.0.1:5002 127.0.0.1:40003)
ALL=$(sort <<<"$ALL")

# The sum of all steps, but those out of TIME_WAIT: they may be of a scenario before.
sum_of() { awk 'NR > 1 && $1 != "TIME_WAIT" { for (i = 2; i <= NF; i++) n += $i } END { print n + 0 }'; }
matrix_sum() { sum_of <$PROC/matrix; }
machine_matrix_sum() { init_ns cat $PROC/matrix | sum_of; }
