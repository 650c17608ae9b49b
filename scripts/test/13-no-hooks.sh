# hooks=0: only what the tracepoint says. SYN_RCVD comes with the last ACK, the FIN_WAIT_2 that a timewait socket takes over reads CLOSED, and what is not known is not made up.
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

port=5100
for host in 127.0.0.1 ::1; do
	case_begin "$host: the tracepoint's story"
	port=$((port + 1))
	server=$(endpoint $host $port) client=$(endpoint $host 4$port)
	load hooks=0
	peer "listen s $host $port" "connect c $host $port 4$port" 'accept a s' 'close s' \
		'close c' 'eof a' 'wait a 8' 'close a'
	wait_for 5 "12 records" has_records 12
	expect_lines "$server - CLOSED->LISTEN
$server - LISTEN->CLOSED
$client $server CLOSED->SYN_SENT
$client $server SYN_SENT->ESTABLISHED
$client $server ESTABLISHED->FIN_WAIT_1
$client $server FIN_WAIT_1->FIN_WAIT_2
$client $server FIN_WAIT_2->CLOSED
$(child_born "$server" "$client" $port)
$server $client SYN_RCVD->ESTABLISHED
$server $client ESTABLISHED->CLOSE_WAIT
$server $client CLOSE_WAIT->LAST_ACK
$server $client LAST_ACK->CLOSED" "$(connections)"
	expect_sound

	case_begin "$host: a port the kernel picks later is not made up"
	load hooks=0
	peer "refused c $host 5999"
	wait_for 5 "2 records" has_records 2
	expect_lines "$(endpoint $host -) $(endpoint $host 5999) CLOSED->SYN_SENT" "$(transitions | head -n 1)"
done

case_begin "stats says that nothing is hooked"
expect_lines "0" "$(init_ns awk '/^hook_/ { print $2 }' $PROC/stats | sort -u)"

case_begin "ftrace switched off: one line says so, and the tracepoint's story is told"
sysctl -q kernel.ftrace_enabled=0
load
sysctl -q kernel.ftrace_enabled=1
expect_match "the kernel log" '.*hooks: ftrace is off .kernel.ftrace_enabled=0.; only what the tracepoint says is recorded' \
	"$(dmesg | grep 'tcpfsm: hooks' | tail -n 1)"
peer 'listen s 127.0.0.1 5110' 'connect c 127.0.0.1 5110' 'accept a s' 'close c' 'eof a' 'close a' 'close s'
wait_for 5 "12 records" has_records 12
expect_eq "FIN_WAIT_2->CLOSED" 1 "$(transitions | grep -c 'FIN_WAIT_2->CLOSED')"

case_begin "ftrace cannot be switched off under attached hooks"
load
expect_not "sysctl" sysctl -w kernel.ftrace_enabled=0
expect_lines "1" "$(init_ns awk '/^hook_/ { print $2 }' $PROC/stats | sort -u)"
