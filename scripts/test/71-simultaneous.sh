# SPDX-License-Identifier: GPL-2.0
# Simultaneous open and simultaneous close: every state is reported, up to TIME_WAIT.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

both_at_once() {
	local here there me
	here=$(endpoint "$HERE" 40001) there=$(endpoint "$THERE" 7001) me=$(endpoint "$LOOPBACK" 40002)

	case_begin "$FAMILY: simultaneous open"
	load
	ledger_open
	packet tun "wire w $THERE 7001 40001" "start c $THERE 7001 40001" 'expect w S' \
		'inject w S' 'expect w SA' 'idle 97' 'inject w A' 'wait c 1' 'inject w R'
	wait_for 5 "4 records" has_records 4
	expect_lines "$(chain "$here" "$there" 'CLOSED->SYN_SENT connect' 'SYN_SENT->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' \
		'ESTABLISHED->CLOSED rcv_rst')" "$(connections)"
	expect_dwell "SYN_RCVD" 0.097 10 "$(dwell "$here" "$there" 'SYN_RCVD->ESTABLISHED')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: simultaneous open, reset before it is complete"
	load
	ledger_open
	packet tun "wire w $THERE 7001 40001" "start c $THERE 7001 40001" 'expect w S' \
		'inject w S' 'expect w SA' 'inject w R'
	wait_for 5 "3 records" has_records 3
	expect_lines "$(chain "$here" "$there" 'CLOSED->SYN_SENT connect' 'SYN_SENT->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED rcv_rst')" "$(connections)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: simultaneous close"
	load
	ledger_open
	connected w 7001 c 40001
	packet tun "${STEPS[@]}" 'close c' 'expect w FA' 'inject w FA ack=-1' 'expect w A' 'idle 97' 'inject w A'
	wait_for 5 "5 records" has_records 5
	expect_lines "$(chain "$here" "$there" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->FIN_WAIT_1 close' \
		'FIN_WAIT_1->CLOSING rcv_fin' 'CLOSING->TIME_WAIT rcv_ack')" "$(connections)"
	expect_eq "its state in flows" TIME_WAIT "$(flow_state "$here" "$there")"
	expect_eq "its state in ss" TIME-WAIT "$(sk_state "$here" "$there")"
	expect_dwell "CLOSING" 0.097 10 "$(dwell "$here" "$there" 'CLOSING->TIME_WAIT')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: a socket connects to itself: simultaneous open and close with one socket"
	load
	ledger_open
	peer "connect c $LOOPBACK 40002 40002" 'close c'
	wait_for 5 "6 records" has_records 6
	expect_lines "$(chain "$me" "$me" 'CLOSED->SYN_SENT connect' 'SYN_SENT->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' \
		'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->CLOSING rcv_fin' 'CLOSING->TIME_WAIT rcv_ack')" "$(connections)"
	expect_sound
	expect_ledger
}
for_both both_at_once
