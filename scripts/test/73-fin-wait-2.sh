# SPDX-License-Identifier: GPL-2.0
# FIN_WAIT_2: passed within one segment, waited out by an orphan in a minisocket, ended by the
# peer's FIN or by a timer.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

TO_FIN_WAIT_2=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack')

# Each case has a wire of its own, since a TIME_WAIT of the case before keeps its addresses.
fin_wait_2() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 700)

	case_begin "$FAMILY: the peer's FIN and its ACK of ours in one segment"
	load
	ledger_open
	accepted w 7001 a
	packet tun "listen s $HERE 5000" "${STEPS[@]}" 'close s' 'close a' 'expect w FA' 'inject w FA' 'expect w A'
	wait_for 5 "7 records" has_records 7
	expect_lines "$(chain "$here" "${there}1" "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->TIME_WAIT rcv_fin')" "$(connections | of 7001)"
	expect_lines "FIN_WAIT_1->FIN_WAIT_2 -
FIN_WAIT_2->TIME_WAIT same-segment,FIN_WAIT_1->TIME_WAIT" "$(noted | grep FIN_WAIT_2)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: FIN and ACK in two segments are not marked"
	load
	ledger_open
	accepted w 7002 a
	packet tun "listen s $HERE 5000" "${STEPS[@]}" 'close s' 'shutdown a' 'expect w FA' 'inject w A' 'idle 97' \
		'inject w FA' 'expect w A' 'close a'
	wait_for 5 "7 records" has_records 7
	expect_lines "FIN_WAIT_1->FIN_WAIT_2 -
FIN_WAIT_2->TIME_WAIT -" "$(noted | grep FIN_WAIT_2)"
	expect_dwell "FIN_WAIT_2" 0.097 10 "$(dwell "$here" "${there}2" 'FIN_WAIT_2->TIME_WAIT')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: an orphan waits in a minisocket: no line when it moves there, TIME_WAIT when the FIN comes"
	load
	ledger_open
	accepted w 7003 a
	start said packet tun "listen s $HERE 5000" "${STEPS[@]}" 'close s' 'close a' 'expect w FA' 'inject w A' 'idle 97' \
		"say waits" "await $SCENARIO_DIR/go" 'inject w FA' 'expect w A'
	wait_for 10 "it waits" grep -qx waits "$SCENARIO_DIR/said"
	expect_lines "$(chain "$here" "${there}3" "${TO_FIN_WAIT_2[@]}")" "$(connections | of 7003)"
	expect_eq "its state in flows" FIN_WAIT_2 "$(flow_state "$here" "${there}3")"
	expect_eq "its state in ss" FIN-WAIT-2 "$(sk_state "$here" "${there}3")"
	expect_ledger
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "7 records" has_records 7
	expect_lines "$(chain "$here" "${there}3" "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->TIME_WAIT rcv_fin')" "$(connections | of 7003)"
	expect_eq "its note" - "$(note "$here" "${there}3" 'FIN_WAIT_2->TIME_WAIT')"
	expect_dwell "FIN_WAIT_2" 0.097 20 "$(dwell "$here" "${there}3" 'FIN_WAIT_2->TIME_WAIT')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: shut down, then closed in FIN_WAIT_2: the self-loop is counted and does not restart the dwell"
	load
	ledger_open
	accepted w 7004 a
	packet tun "listen s $HERE 5000" "${STEPS[@]}" 'close s' 'shutdown a' 'expect w FA' 'inject w A' 'idle 97' \
		'close a' 'inject w FA' 'expect w A'
	wait_for 5 "7 records" has_records 7
	expect_lines "$(chain "$here" "${there}4" "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->TIME_WAIT rcv_fin')" "$(connections | of 7004)"
	expect_dwell "FIN_WAIT_2" 0.097 10 "$(dwell "$here" "${there}4" 'FIN_WAIT_2->TIME_WAIT')"
	expect_eq "self_loops" 1 "$(stat_of self_loops)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: an orphan in a minisocket sends a RST: abort at a SYN, unread_data at data"
	load
	ledger_open
	accepted w 7005 a
	orphan=("${STEPS[@]}" 'close a' 'expect w FA' 'inject w A')
	accepted v 7006 b
	packet tun "listen s $HERE 5000" "${orphan[@]}" 'inject w S' 'expect w RA' \
		"${STEPS[@]}" 'close b' 'expect v FA' 'inject v A' 'inject v A data=100' 'expect v R'
	wait_for 5 "12 records" has_records 12
	expect_lines "$(chain "$here" "${there}5" "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED abort')" "$(connections | of 7005)" "SYN"
	expect_lines "$(chain "$here" "${there}6" "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED unread_data')" "$(connections | of 7006)" "data"
	expect_sound
	expect_ledger
}
for_both fin_wait_2

both_ended() { [ "$(transitions | grep -c 'FIN_WAIT_2->CLOSED')" = 2 ]; }

# given_up TCP_FIN_TIMEOUT LEAST-SECONDS
given_up() {
	sysctl -qw "net.ipv4.tcp_fin_timeout=$1"
	load
	ledger_open
	STEPS=() LINES='' ALL=(tun)
	orphan() {
		ALL+=("listen s$FAMILY $HERE 5000" "wire w$FAMILY $THERE 7009 5000" "inject w$FAMILY S" "expect w$FAMILY SA"
			"inject w$FAMILY A" "accept a s$FAMILY" "close s$FAMILY" 'close a' "expect w$FAMILY FA" "inject w$FAMILY A")
		LINES+=$(chain "$(endpoint "$HERE" 5000)" "$(endpoint "$THERE" 7009)" "${TO_FIN_WAIT_2[@]}" \
			'FIN_WAIT_2->CLOSED fw2_timeout')$'\n'
	}
	for_both orphan
	packet "${ALL[@]}" "await $SCENARIO_DIR/go" &
	wait_for 15 "both orphans to end" both_ended
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	# TIME_WAITs of the cases before may end meanwhile.
	expect_lines "${LINES%$'\n'}" "$(connections | of 7009)"
	timed() {
		expect_dwell "$FAMILY: FIN_WAIT_2" "$2" 15 \
			"$(dwell "$(endpoint "$HERE" 5000)" "$(endpoint "$THERE" 7009)" 'FIN_WAIT_2->CLOSED')"
	}
	for_both timed "$@"
	expect_sound
	expect_ledger
}

case_begin "the peer's FIN never comes, IPv4 and IPv6: the minisocket ends with FIN_WAIT_2->CLOSED"
given_up 1 0.7

# A minisocket lives at most 60 s; the orphan stays a full socket for the time beyond that.
case_begin "tcp_fin_timeout=61: a full socket for 1 s, a minisocket for another, one line at the end"
given_up 61 1.5
