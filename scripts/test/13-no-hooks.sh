# SPDX-License-Identifier: GPL-2.0
# With hooks=0 only the tracepoint's transitions are recorded: SYN_RCVD comes with the last ACK, a
# FIN_WAIT_2 that a timewait socket takes over ends in CLOSED, and unknown fields stay unknown.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

port=5100
for host in 127.0.0.1 ::1; do
	case_begin "$host: the tracepoint's transitions"
	port=$((port + 1))
	server=$(endpoint $host $port) client=$(endpoint $host 4$port)
	load hooks=0
	peer "listen s $host $port" "connect c $host $port 4$port" 'accept a s' 'close s' \
		'shutdown c' 'eof a' 'wait c 5' 'wait a 8' 'close a' 'eof c' 'wait c 7' 'close c'
	wait_for 5 "12 records" has_records 12
	expect_lines "$server - CLOSED->LISTEN listen
$server - LISTEN->CLOSED close
$client $server CLOSED->SYN_SENT connect
$client $server SYN_SENT->ESTABLISHED rcv_synack
$client $server ESTABLISHED->FIN_WAIT_1 shutdown
$client $server FIN_WAIT_1->FIN_WAIT_2 rcv_ack
$client $server FIN_WAIT_2->CLOSED rcv_fin
$(child_born "$server" "$client" $port)
$server $client SYN_RCVD->ESTABLISHED rcv_ack
$server $client ESTABLISHED->CLOSE_WAIT rcv_fin
$server $client CLOSE_WAIT->LAST_ACK close
$server $client LAST_ACK->CLOSED rcv_ack" "$(connections)"
	expect_sound

	case_begin "$host: a port that the kernel picks later is unknown"
	load hooks=0
	peer "refused c $host 5999"
	wait_for 5 "2 records" has_records 2
	expect_lines "$(endpoint $host -) $(endpoint $host 5999) CLOSED->SYN_SENT connect" "$(transitions | head -n 1)"
done

# A hand-over to a timewait socket has the cause of the event that led to it.
taken_over() {
	case_begin "$FAMILY: FIN_WAIT_2->CLOSED and CLOSING->CLOSED have the cause that ended the socket"
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 700)
	load hooks=0
	ALL=(tun "listen s $HERE 5000")
	accepted u 7001 a
	ALL+=("${STEPS[@]}" 'close a' 'expect u FA' 'inject u A')
	accepted v 7002 b
	ALL+=("${STEPS[@]}" 'close b' 'expect v FA' 'inject v FA' 'expect v A')
	accepted w 7003 c
	ALL+=("${STEPS[@]}" 'shutdown c' 'expect w FA' 'inject w A' 'wait c 5' 'close c')
	accepted x 7004 d
	ALL+=("${STEPS[@]}" 'close d' 'expect x FA' 'inject x FA ack=-1' 'expect x A' 'inject x A')
	packet "${ALL[@]}"
	# Two of the listener, five of each connection.
	wait_for 5 "22 records" has_records 22
	expect_lines "$(chain "$here" "${there}1" 'FIN_WAIT_2->CLOSED rcv_ack')
$(chain "$here" "${there}2" 'FIN_WAIT_2->CLOSED rcv_fin')
$(chain "$here" "${there}3" 'FIN_WAIT_2->CLOSED close')
$(chain "$here" "${there}4" 'CLOSING->CLOSED rcv_ack')" "$(connections | awk '$2 != "-" && $3 ~ /->CLOSED/' | sort)"
}
for_both taken_over

case_begin "stats says that nothing is hooked"
expect_lines "0" "$(init_ns awk '/^hook_/ { print $2 }' $PROC/stats | sort -u)"

# Since 7.3 kernel.ftrace_enabled switches nothing off.
unload
if sysctl -q kernel.ftrace_enabled=0 2>"$SCENARIO_DIR/refused"; then
	case_begin "ftrace is off: one line says so, and the tracepoint's transitions are recorded"
	load
	sysctl -q kernel.ftrace_enabled=1
	expect_match "the kernel log" '.*hooks: ftrace is off .kernel.ftrace_enabled=0.; only the tracepoint.s transitions are recorded' \
		"$(dmesg | grep 'tcpfsm: hooks' | tail -n 1)"
	peer 'listen s 127.0.0.1 5110' 'connect c 127.0.0.1 5110' 'accept a s' 'close c' 'eof a' 'close a' 'close s'
	wait_for 5 "12 records" has_records 12
	expect_eq "FIN_WAIT_2->CLOSED" 1 "$(transitions | grep -c 'FIN_WAIT_2->CLOSED')"
else
	skip_case "ftrace is off: one line says so, and the tracepoint's transitions are recorded" "$(tail -n 1 "$SCENARIO_DIR/refused")"
fi

case_begin "ftrace cannot be switched off while hooks are attached"
load
expect_not "sysctl" sysctl -w kernel.ftrace_enabled=0
expect_lines "1" "$(init_ns awk '/^hook_/ { print $2 }' $PROC/stats | sort -u)"

# Without hooks nothing would report their end.
case_begin "TIME_WAIT sockets older than the module are in flows with hooks only"
unload
peer 'listen s 127.0.0.1 5200' 'connect c 127.0.0.1 5200' 'accept a s' 'close c' 'eof a' 'close a' 'close s'
load
expect_eq "of them with hooks" TIME_WAIT "$(awk '$4 ~ /:5200$/ { print $5 }' $PROC/flows)"
unload
load hooks=0
expect_eq "without" "" "$(awk '$4 ~ /:5200$/ { print $5 }' $PROC/flows)"
