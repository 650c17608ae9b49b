# SPDX-License-Identifier: GPL-2.0
# A connection is half-open from its SYN on: the record has the time of the SYN, how long the
# connection stayed half-open, and how that ended.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

handshake() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 7001)

	case_begin "$FAMILY: SYN_RCVD begins with the SYN, with the peer's address, and lasts until the ACK"
	load
	ledger_open
	start said packet tun "listen s $HERE 5000" "wire w $THERE 7001 5000" 'inject w S mss=1460' 'expect w SA' \
		"say half-open" "await $SCENARIO_DIR/go" 'idle 300' \
		'inject w A' 'accept a s' 'inject w R'
	wait_for 10 "it is half-open" grep -qx half-open "$SCENARIO_DIR/said"
	expect_lines "$here - CLOSED->LISTEN listen
$here $there LISTEN->SYN_RCVD rcv_syn" "$(connections)" "before the ACK"
	expect_eq "its state in flows" SYN_RCVD "$(flow_state "$here" "$there")"
	expect_ledger
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "5 records" has_records 5
	expect_lines "$here - CLOSED->LISTEN listen
$here - LISTEN->CLOSED exit
$(chain "$here" "$there" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')" "$(connections)"
	expect_dwell "handshake" 0.3 15 "$(dwell "$here" "$there" 'SYN_RCVD->ESTABLISHED')"
	expect_eq "ids of the connection" 1 "$(awk -v p="$there" '$5 == p { print $3 }' $PROC/log | sort -u | wc -l)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: a repeated SYN adds no line"
	load
	ledger_open
	packet tun "listen s $HERE 5000" "wire w $THERE 7001 5000" 'inject w S' 'expect w SA' \
		'inject w S seq=-1' 'expect w SA' 'inject w A' 'accept a s' 'inject w R'
	wait_for 5 "5 records" has_records 5
	expect_lines "$(chain "$here" "$there" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')" \
		"$(connections | of 7001)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: a half-open connection is reset, by a RST and by a SYN in its window"
	load
	ledger_open
	packet tun "listen s $HERE 5000" "wire w $THERE 7001 5000" 'inject w S' 'expect w SA' 'inject w R' \
		"wire w $THERE 7002 5000" 'inject w S' 'expect w SA' 'inject w S' 'expect w RA'
	wait_for 5 "6 records" has_records 6
	expect_lines "$(chain "$here" "$there" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED rcv_rst')
$(chain "$here" "${there%7001}7002" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED abort')" "$(connections | grep -v ' - ')"
	expect_match "dwell in SYN_RCVD" '[0-9]+\.[0-9]{9}s' "$(dwell "$here" "$there" 'SYN_RCVD->CLOSED')"
	expect_eq "flows left" 0 "$(awk 'NR > 1' $PROC/flows | wc -l)"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: the listener closes with an unaccepted child and two half-open connections"
	load
	ledger_open
	start said packet tun "listen s $HERE 5000" "wire child $THERE 7001 5000" 'inject child S' 'expect child SA' 'inject child A' \
		"wire acked $THERE 7002 5000" 'inject acked S' 'expect acked SA' \
		"wire silent $THERE 7003 5000" 'inject silent S' 'expect silent SA' \
		'close s' 'expect child RA' 'inject acked A' 'expect acked R' "say closed" "await $SCENARIO_DIR/go"
	wait_for 10 "the listener is closed" grep -qx closed "$SCENARIO_DIR/said"
	# Without a listener the kernel ends a half-open connection at its next segment
	# or at its timer.
	wait_for 20 "9 records" has_records 9
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	expect_lines "$here - CLOSED->LISTEN listen
$here - LISTEN->CLOSED close
$(chain "$here" "$there" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED listener_closed')
$(chain "$here" "${there%7001}7002" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED listener_closed')
$(chain "$here" "${there%7001}7003" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED listener_closed')" "$(connections)"
	expect_sound
	ledger_rule AttemptFails -2 "a half-open connection that loses its listener is not counted"
	expect_ledger
}
for_both handshake

case_begin "a SYN-ACK without an answer, IPv4 and IPv6 at once"
# Ends after 3 s instead of a minute: one more SYN-ACK after 1 s, the end 2 s later.
sysctl -qw net.ipv4.tcp_synack_retries=1
load
ledger_open
unanswered() {
	STEPS+=("listen s $HERE 5000" "wire w $THERE 7001 5000" 'inject w S' 'expect w SA' 'expect w SA')
	LINES+="$(chain "$(endpoint "$HERE" 5000)" "$(endpoint "$THERE" 7001)" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED synack_timeout')"$'\n'
}
STEPS=(tun) LINES=
for_both unanswered
packet "${STEPS[@]}" 'say twice' "await $SCENARIO_DIR/go" &
wait_for 15 "6 records" has_records 6
: >"$SCENARIO_DIR/go"
wait $!
expect_lines "${LINES%$'\n'}" "$(connections | grep -v ' - ')"
given_up() {
	expect_dwell "$FAMILY: given up" 2 15 "$(dwell "$(endpoint "$HERE" 5000)" "$(endpoint "$THERE" 7001)" 'SYN_RCVD->CLOSED')"
}
for_both given_up
expect_lines "1
1" "$(reader -o json --since-load -n "$(records)" | grep '"old":"SYN_RCVD"' | sed 's/.*"retrans":\([^,]*\),.*/\1/')" \
	"SYN-ACKs that were sent again"
expect_sound
ledger_rule AttemptFails -2 "a half-open connection that times out is not counted"
expect_ledger
