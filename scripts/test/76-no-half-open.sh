# SPDX-License-Identifier: GPL-2.0
# Connections without half-open state in the kernel: a SYN cookie is reported at its ACK and marked,
# a Fast Open child at its SYN.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

cookies() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 7001)

	case_begin "$FAMILY: a SYN cookie: no line at the SYN, two at the ACK, marked, without a dwell"
	load
	ledger_open
	start said packet tun "listen s $HERE 5000" "wire w $THERE 7001 5000" 'inject w S mss=1460' 'expect w SA' \
		"say answered" "await $SCENARIO_DIR/go" 'inject w A' 'accept a s' 'inject w R'
	wait_for 10 "the SYN is answered" grep -qx answered "$SCENARIO_DIR/said"
	expect_lines "$here - CLOSED->LISTEN listen" "$(connections)" "before the ACK"
	expect_ledger
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "5 records" has_records 5
	expect_lines "$(chain "$here" "$there" 'LISTEN->SYN_RCVD rcv_ack' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')" \
		"$(connections | of 7001)"
	expect_lines "LISTEN->SYN_RCVD - syncookie
SYN_RCVD->ESTABLISHED - syncookie" "$(awk '$6 ~ /SYN_RCVD/ { print $6, $7, $11 }' $PROC/log)"
	expect_match "dwell in ESTABLISHED" '[0-9]+\.[0-9]{9}s' "$(dwell "$here" "$there" 'ESTABLISHED->CLOSED')"
	expect_sound
	expect_ledger
}
sysctl -qw net.ipv4.tcp_syncookies=2
for_both cookies
sysctl -qw net.ipv4.tcp_syncookies=1

# Client, server, and every listener without a socket option: 1 + 2 + 0x400.
sysctl -qw net.ipv4.tcp_fastopen=$((0x403))
sysctl -qw net.ipv4.tcp_fastopen_key=11111111-22222222-33333333-44444444

# The server's cookie is requested on one wire, and valid on the others.
LEARN_STEPS=('inject ask S mss=1460 tfo' 'expect ask SA' 'inject ask R')

server() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 700)

	case_begin "$FAMILY: Fast Open: the child is reported at the SYN, and marked"
	load
	ledger_open
	start said packet tun "listen s $HERE 5000" "wire ask $THERE 7009 5000" "${LEARN_STEPS[@]}" \
		"wire w $THERE 7001 5000" 'inject w S mss=1460 tfo data=101' 'accept a s' 'recv a 101' 'expect w SA' \
		"say born" "await $SCENARIO_DIR/go" 'idle 97' 'inject w A' 'wait a 1' 'inject w R'
	wait_for 10 "the child is born" grep -qx born "$SCENARIO_DIR/said"
	expect_lines "$(chain "$here" "${there}1" 'LISTEN->SYN_RCVD rcv_syn')" "$(connections | of 7001)" "before the ACK"
	expect_eq "its state in flows" SYN_RCVD "$(flow_state "$here" "${there}1")"
	expect_ledger
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "7 records" has_records 7
	expect_lines "$(chain "$here" "${there}1" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')" \
		"$(connections | of 7001)"
	expect_match "its note" '(.*,)?tfo(,.*)?' "$(note "$here" "${there}1" 'LISTEN->SYN_RCVD')"
	expect_eq "the note of the connection without a cookie" - "$(note "$here" "${there}9" 'LISTEN->SYN_RCVD')"
	expect_dwell "SYN_RCVD" 0.097 20 "$(dwell "$here" "${there}1" 'SYN_RCVD->ESTABLISHED')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: Fast Open: closed, closed by the peer, reset, its listener closed, each before the ACK"
	load
	ledger_open
	packet tun "listen s $HERE 5000" "wire ask $THERE 7009 5000" "${LEARN_STEPS[@]}" \
		"wire us $THERE 7001 5000" 'inject us S tfo data=101' 'accept us s' 'recv us 101' 'expect us SA' \
			'close us' 'expect us FA' 'inject us R' \
		"wire them $THERE 7002 5000" 'inject them S tfo data=101' 'accept them s' 'recv them 101' 'expect them SA' \
			'inject them FA' 'wait them 8' 'inject them R' \
		"wire reset $THERE 7003 5000" 'inject reset S tfo data=101' 'accept reset s' 'expect reset SA' \
			'inject reset R' 'wait reset 7' \
		"wire left $THERE 7004 5000" 'inject left S tfo data=101' 'expect left SA' 'close s'
	wait_for 5 "15 records" has_records 15
	expect_lines "$(chain "$here" "${there}9" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED rcv_rst')
$(chain "$here" "${there}1" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->FIN_WAIT_1 close' 'FIN_WAIT_1->CLOSED rcv_rst')
$(chain "$here" "${there}2" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSE_WAIT rcv_fin' 'CLOSE_WAIT->CLOSED rcv_rst')
$(chain "$here" "${there}3" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED rcv_rst')
$(chain "$here" "${there}4" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED listener_closed')" "$(connections | grep -v ' - ')"
	expect_sound
	ledger_rule AttemptFails 1 "a Fast Open child that is reset counts twice"
	ledger_rule AttemptFails 1 "and once in FIN_WAIT_1, before its handshake was complete"
	ledger_rule AttemptFails -1 "a Fast Open child that loses its listener is not counted"
	expect_ledger
}
for_both server

# The client has no cookie yet, so the first connection only asks for one.
client() {
	local me server
	me=$(endpoint "$LOOPBACK" 4000) server=$(endpoint "$LOOPBACK" 5000)

	case_begin "$FAMILY: Fast Open on loopback: the first asks for a cookie, the second sends data in its SYN"
	load
	ledger_open
	peer "listen s $LOOPBACK 5000" \
		"fastopen c $LOOPBACK 5000 101 40001" 'accept a s' 'recv a 101' 'linger0 c' 'close c' 'wait a 7' 'close a' \
		"fastopen d $LOOPBACK 5000 101 40002" 'accept b s' 'recv b 101' 'linger0 d' 'close d' 'wait b 7' 'close b' 'close s'
	wait_for 5 "14 records" has_records 14
	expect_lines "$(chain "${me}1" "$server" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0')
$(chain "${me}2" "$server" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0')
$(chain "$server" "${me}1" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')
$(chain "$server" "${me}2" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSED rcv_rst')" \
		"$(connections | grep -v ' - ' | sort -s -k1,2)"
	expect_eq "the first child's note" - "$(note "$server" "${me}1" 'LISTEN->SYN_RCVD')"
	expect_match "the second child's note" '(.*,)?tfo(,.*)?' "$(note "$server" "${me}2" 'LISTEN->SYN_RCVD')"
	expect_eq "the first client's note" - "$(note "${me}1" "$server" 'SYN_SENT->ESTABLISHED')"
	expect_eq "the second client's note" tfo "$(note "${me}2" "$server" 'SYN_SENT->ESTABLISHED')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: a socket that sent data in its SYN connects again, and sends none"
	load
	peer "listen s $LOOPBACK 5000" "fastopen c $LOOPBACK 5000 101 40003" 'accept a s' 'recv a 101' 'disconnect c' \
		'wait a 7' 'close a' "again c $LOOPBACK 5000" 'accept b s' 'linger0 c' 'close c' 'wait b 7' 'close b' 'close s'
	expect_lines "tfo
-" "$(awk '$6 == "SYN_SENT->ESTABLISHED" { print $11 }' $PROC/log)"
	expect_sound
}
for_both client
