# SPDX-License-Identifier: GPL-2.0
# For scenarios about the filter: writing it, three connections to filter, their counts.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# The file of the initial namespace.
FILTER=/proc/1/net/tcpfsm/filter

# filter LINE, put <BYTES: one write() each. shown: the filter as the file shows it.
filter() { printf '%s\n' "$1" >$FILTER; }
put() { dd of=$FILTER bs=4096 conv=notrunc status=none; }
shown() { printf '%s\n' "$(<$FILTER)"; }

# act: a connection over IPv4, one over IPv6, and one over IPv4 between IPv6 sockets,
# each ended at once by a reset of the client: 3 * 8 lines.
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

# The sum of a matrix without the exits from TIME_WAIT, which may be of an earlier scenario.
sum_of() { awk 'NR > 1 && $1 != "TIME_WAIT" { for (i = 2; i <= NF; i++) n += $i } END { print n + 0 }'; }
matrix_sum() { sum_of <$PROC/matrix; }
machine_matrix_sum() { init_ns cat $PROC/matrix | sum_of; }
