# SPDX-License-Identifier: GPL-2.0
# A reset by the peer ends the connection in every state that has a peer, with one line.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# A reset ends TIME_WAIT too, unless tcp_rfc1337=1.
sysctl -qw net.ipv4.tcp_rfc1337=0

# Each state is reached on a wire of its own, with this port of the driver.
declare -A PORT=([SYN_SENT]=7001 [SYN_RCVD]=7002 [ESTABLISHED]=7003 [FIN_WAIT_1]=7004 [FIN_WAIT_2]=7005
	[CLOSE_WAIT]=7006 [LAST_ACK]=7007 [CLOSING]=7008 [TIME_WAIT]=7009 [minisocket]=7010)

to_established() {	# WIRE SOCKET
	accepted "$1" "${PORT[$1]}" "$2"
	ALL+=("${STEPS[@]}")
}

# The socket of FIN_WAIT_2 is shut down, not closed: it is still a full socket,
# that of minisocket is an orphan.
act() {
	ALL=(tun "listen s $HERE 5000"
		"wire SYN_SENT $THERE 7001 40001" "start syn $THERE 7001 40001" 'expect SYN_SENT S' 'inject SYN_SENT RA'
		"wire SYN_RCVD $THERE 7002 5000" 'inject SYN_RCVD S' 'expect SYN_RCVD SA' 'inject SYN_RCVD R')
	to_established ESTABLISHED est
	ALL+=('inject ESTABLISHED R')
	to_established FIN_WAIT_1 fw1
	ALL+=('close fw1' 'expect FIN_WAIT_1 FA' 'inject FIN_WAIT_1 R')
	to_established FIN_WAIT_2 fw2
	ALL+=('shutdown fw2' 'expect FIN_WAIT_2 FA' 'inject FIN_WAIT_2 A' 'inject FIN_WAIT_2 R')
	to_established CLOSE_WAIT cw
	ALL+=('inject CLOSE_WAIT FA' 'expect CLOSE_WAIT A' 'inject CLOSE_WAIT R')
	to_established LAST_ACK la
	ALL+=('inject LAST_ACK FA' 'expect LAST_ACK A' 'close la' 'expect LAST_ACK FA' 'inject LAST_ACK R')
	to_established CLOSING cl
	ALL+=('close cl' 'expect CLOSING FA' 'inject CLOSING FA ack=-1' 'expect CLOSING A' 'inject CLOSING R')
	to_established TIME_WAIT tw
	ALL+=('close tw' 'expect TIME_WAIT FA' 'inject TIME_WAIT A' 'inject TIME_WAIT FA' 'expect TIME_WAIT A'
		'inject TIME_WAIT R')
	to_established minisocket mini
	ALL+=('close mini' 'expect minisocket FA' 'inject minisocket A' 'inject minisocket R')
	packet "${ALL[@]}"
}

# in_state NAME 'OLD->NEW CAUSE'...: the lines of that wire.
in_state() {
	local name=$1 local_port=5000; shift
	[ "$name" != SYN_SENT ] || local_port=40001
	case_begin "$FAMILY: reset in $name"
	expect_lines "$(chain "$(endpoint "$HERE" $local_port)" "$(endpoint "$THERE" "${PORT[$name]}")" "$@")" \
		"$(connections | of "${PORT[$name]}")"
}

reset_everywhere() {
	local to_est=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack')

	case_begin "$FAMILY: no flow and no socket is left, and the ledger balances"
	load
	ledger_open
	act
	wait_for 5 "43 records" has_records 43
	expect_eq "flows left" 0 "$(awk 'NR > 1' $PROC/flows | wc -l)"
	expect_lines "" "$(ss -Htan)" "sockets left"
	expect_sound
	expect_ledger

	in_state SYN_SENT 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED rcv_rst'
	in_state SYN_RCVD 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED rcv_rst'
	in_state ESTABLISHED "${to_est[@]}" 'ESTABLISHED->CLOSED rcv_rst'
	in_state FIN_WAIT_1 "${to_est[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->CLOSED rcv_rst'
	in_state FIN_WAIT_2 "${to_est[@]}" 'ESTABLISHED->FIN_WAIT_1 shutdown' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->CLOSED rcv_rst'
	in_state CLOSE_WAIT "${to_est[@]}" 'ESTABLISHED->CLOSE_WAIT rcv_fin' 'CLOSE_WAIT->CLOSED rcv_rst'
	in_state LAST_ACK "${to_est[@]}" 'ESTABLISHED->CLOSE_WAIT rcv_fin' 'CLOSE_WAIT->LAST_ACK close' 'LAST_ACK->CLOSED rcv_rst'
	in_state CLOSING "${to_est[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->CLOSING rcv_fin' 'CLOSING->CLOSED rcv_rst'
	in_state TIME_WAIT "${to_est[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' \
		'FIN_WAIT_2->TIME_WAIT rcv_fin' 'TIME_WAIT->CLOSED rcv_rst'
	in_state minisocket "${to_est[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->CLOSED rcv_rst'
}
for_both reset_everywhere

rfc1337() {
	case_begin "$FAMILY: with tcp_rfc1337=1 a reset does not end TIME_WAIT"
	load
	ledger_open
	accepted w 7001 a
	packet tun "listen s $HERE 5000" "${STEPS[@]}" 'close a' 'expect w FA' 'inject w FA' 'expect w A' 'inject w R' \
		'inject w A seq=-1' 'expect w A'
	wait_for 5 "7 records" has_records 7
	expect_eq "its state in flows" TIME_WAIT "$(flow_state "$(endpoint "$HERE" 5000)" "$(endpoint "$THERE" 7001)")"
	expect_lines "" "$(connections | grep TIME_WAIT-)" "lines that end TIME_WAIT"
	expect_sound
	expect_ledger
}
sysctl -qw net.ipv4.tcp_rfc1337=1
for_both rfc1337
