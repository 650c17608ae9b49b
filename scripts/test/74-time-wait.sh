# SPDX-License-Identifier: GPL-2.0
# TIME_WAIT ends early: by a new SYN, a reset, ss -K, a local connect that takes the port, the end
# of the namespace. An old SYN does not end it.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

TO_TIME_WAIT=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack'
	'FIN_WAIT_2->TIME_WAIT rcv_fin')

# The server closes first, so it is in TIME_WAIT.
in_time_wait() {
	accepted w 7001 a
	STEPS=(tun "listen s $HERE 5000" "${STEPS[@]}" 'close a' 'expect w FA' 'inject w A' 'inject w FA' 'expect w A')
}

ended() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 7001)

	case_begin "$FAMILY: an old SYN does not end TIME_WAIT, a new one does"
	load
	ledger_open
	in_time_wait
	start said packet "${STEPS[@]}" 'idle 97' 'inject w S seq=-1009 stray' 'expect w A' "say old" "await $SCENARIO_DIR/go" \
		'inject w S seq=70001' 'expect w SA' 'inject w A' 'accept b s' 'inject w R'
	wait_for 10 "the old SYN has come" grep -qx old "$SCENARIO_DIR/said"
	expect_lines "$here - CLOSED->LISTEN listen
$(chain "$here" "$there" "${TO_TIME_WAIT[@]}")" "$(connections)" "after the old SYN"
	expect_eq "its state in flows" TIME_WAIT "$(flow_state "$here" "$there")"
	expect_ledger
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "11 records" has_records 11
	expect_lines "$here - CLOSED->LISTEN listen
$here - LISTEN->CLOSED exit
$(chain "$here" "$there" "${TO_TIME_WAIT[@]}" 'TIME_WAIT->CLOSED tw_reused')
$(chain "$here" "$there" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')" "$(connections)"
	expect_dwell "TIME_WAIT" 0.097 20 "$(dwell "$here" "$there" 'TIME_WAIT->CLOSED')"
	expect_lines "TIME_WAIT->CLOSED
LISTEN->SYN_RCVD" "$(transitions | awk '{ print $3 }' | grep -A 1 TIME_WAIT-)" "the old one ends before the new one begins"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: a new SYN without a listener does not end TIME_WAIT"
	load
	ledger_open
	in_time_wait
	packet "${STEPS[@]}" 'close s' 'inject w S seq=70001' 'expect w A'
	wait_for 5 "7 records" has_records 7
	expect_lines "$(chain "$here" "$there" "${TO_TIME_WAIT[@]}")" "$(connections | of 7001)"
	expect_eq "its state in flows" TIME_WAIT "$(flow_state "$here" "$there")"
	expect_sound
	expect_ledger

	# ss -K removes the TIME_WAIT of the case before, which the next SYN would meet.
	if kernel_since 6.1; then
		case_begin "$FAMILY: ss -K ends TIME_WAIT"
		expect "ss -K" ss -HK state time-wait
		wait_for 5 "8 records" has_records 8
		expect_lines "$(chain "$here" "$there" "${TO_TIME_WAIT[@]}" 'TIME_WAIT->CLOSED killed')" "$(connections | of 7001)"
		expect_eq "flows left" 0 "$(awk 'NR > 1' $PROC/flows | wc -l)"
		expect_sound
		expect_ledger
	else
		skip_case "$FAMILY: ss -K ends TIME_WAIT" "tcp_abort() of this kernel refuses timewait sockets"
	fi

	case_begin "$FAMILY: a local connect takes the port of a TIME_WAIT"
	local me server
	me=$(endpoint "$LOOPBACK" 40001) server=$(endpoint "$LOOPBACK" 5000)
	load
	ledger_open
	peer "listen s $LOOPBACK 5000" "connect c $LOOPBACK 5000 40001" 'accept a s' 'close c' 'eof a' 'close a' 'close s'
	wait_for 5 "12 records" has_records 12
	# connect() takes over a tuple once its last timestamp is from an earlier second.
	wait_for 20 "TIME_WAIT is 2 s old" two_seconds_old
	peer "listen s $LOOPBACK 5000" "connect c $LOOPBACK 5000 40001" 'accept a s' 'linger0 c' 'close c'
	wait_for 5 "21 records" has_records 21
	expect_lines "$(chain "$me" "$server" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->FIN_WAIT_1 close' \
		'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->TIME_WAIT rcv_fin' 'TIME_WAIT->CLOSED tw_recycled' \
		'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0')" "$(connections | grep -F "$me $server")"
	expect_dwell "TIME_WAIT" 1.9 20 "$(dwell "$me" "$server" 'TIME_WAIT->CLOSED')"
	expect_eq "ids" 2 "$(awk -v l="$me" '$4 == l { print $3 }' $PROC/log | sort -u | wc -l)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: the network namespace ends, and TIME_WAIT, FIN_WAIT_2 and SYN_RCVD with it"
	load
	in_time_wait
	rm -f "$SCENARIO_DIR/end" && mkfifo "$SCENARIO_DIR/end"
	start said unshare -n bash -c 'ip link set lo up; stat -Lc %i /proc/self/ns/net >"$SCENARIO_DIR/inode"
		packet "$@" & exec 9<"$SCENARIO_DIR/end"; kill $!' ends "${STEPS[@]}" \
		"wire v $THERE 7002 5000" 'inject v S' 'expect v SA' 'inject v A' 'accept b s' 'close b' 'expect v FA' 'inject v A' \
		"wire u $THERE 7003 5000" 'inject u S' 'expect u SA' 'say ready' 'pause'
	wait_for 10 "its connections are made" grep -qx ready "$SCENARIO_DIR/said"
	: >"$SCENARIO_DIR/end"
	wait $! || true
	wait_for 20 "its flows are gone" is 0 of_the_ended flows
	init_ns cat $PROC/log | awk -v n="$(<"$SCENARIO_DIR/inode")" '$2 == n' >"$SCENARIO_DIR/ended.log"
	expect_lines "$here - CLOSED->LISTEN listen
$here - LISTEN->CLOSED exit
$(chain "$here" "$there" "${TO_TIME_WAIT[@]}" 'TIME_WAIT->CLOSED netns_exit')
$(chain "$here" "${there%7001}7002" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->FIN_WAIT_1 close' \
	'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->CLOSED netns_exit')
$(chain "$here" "${there%7001}7003" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED listener_closed')" "$(connections "$SCENARIO_DIR/ended.log")"
	expect_sound "$SCENARIO_DIR/ended.log"
}

# of_the_ended FILE: how many of its lines belong to the namespace that ended.
of_the_ended() { init_ns awk -v n="$(<"$SCENARIO_DIR/inode")" '$2 == n' "$PROC/$1" | wc -l; }

# The timer shows what is left of 60 s.
two_seconds_old() { ss -Htano state time-wait sport = :40001 | grep -q 'timewait,5[0-7]sec'; }

sysctl -qw net.ipv4.tcp_tw_reuse=1
for_both ended
