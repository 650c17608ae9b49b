# SPDX-License-Identifier: GPL-2.0
# A socket is used again after a disconnect or a refused connect: the same id, a new connection, and
# nothing of the old one in it.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# its_lines LOCAL SERVER: lines of one socket with servers on SERVER's ten ports, in order.
its_lines() { connections | awk -v prefix="$1 ${2%?}" 'index($0, prefix) == 1'; }

used_again() {
	local me one two
	me=$(endpoint "$LOOPBACK" 40001) one=$(endpoint "$LOOPBACK" 5000) two=$(endpoint "$LOOPBACK" 5001)

	case_begin "$FAMILY: disconnected, then connected elsewhere"
	load
	ledger_open
	peer "listen s $LOOPBACK 5000" "listen t $LOOPBACK 5001" "connect c $LOOPBACK 5000 40001" 'accept a s' \
		'poll a 1009' 'disconnect c' 'wait a 7' "again c $LOOPBACK 5001" 'accept b t' 'linger0 c' 'close c' 'wait b 7'
	wait_for 5 "16 records" has_records 16
	expect_lines "$(chain "$me" "$one" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED disconnect')
$(chain "$me" "$two" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0')" "$(its_lines "$me" "$one")"
	expect_eq "ids of the socket" 1 "$(awk -v l="$me" '$4 == l { print $3 }' $PROC/log | sort -u | wc -l)"
	expect_eq "the note of its first SYN_SENT" - "$(note "$me" "$one" 'CLOSED->SYN_SENT')"
	expect_eq "the note of its second SYN_SENT" reused "$(note "$me" "$two" 'CLOSED->SYN_SENT')"
	expect_dwell "the first connection" 1.009 20 "$(dwell "$me" "$one" 'ESTABLISHED->CLOSED')"
	expect_dwell "the second handshake" 0 1 "$(dwell "$me" "$two" 'SYN_SENT->ESTABLISHED')"
	expect_dwell "the second connection" 0 1 "$(dwell "$me" "$two" 'ESTABLISHED->CLOSED')"
	expect_eq "its state in flows" "" "$(flow_state "$me" "$one")$(flow_state "$me" "$two")"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: refused, then accepted"
	load
	ledger_open
	peer "listen s $LOOPBACK 5000" "refused c $LOOPBACK 5001 40001" "again c $LOOPBACK 5000" 'accept a s' \
		'linger0 c' 'close c' 'wait a 7'
	wait_for 5 "10 records" has_records 10
	expect_lines "$(chain "$me" "$two" 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED rcv_rst')
$(chain "$me" "$one" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0')" "$(its_lines "$me" "$one")"
	expect_eq "the note of its second SYN_SENT" reused "$(note "$me" "$one" 'CLOSED->SYN_SENT')"
	expect_sound
	expect_ledger

	case_begin "$FAMILY: the client's first line has the port it got, bound or not"
	load
	ledger_open
	peer "listen s $LOOPBACK 5000" "connect c $LOOPBACK 5000" 'accept a s' 'linger0 c' 'close c' 'wait a 7'
	wait_for 5 "8 records" has_records 8
	expect_match "its local end" "$(endpoint "$LOOPBACK" '[1-9][0-9]+' | sed 's/^\[::1\]/\\[::1\\]/')" \
		"$(transitions | awk '$3 == "CLOSED->SYN_SENT" { print $1 }')"
	expect_eq "local ends of the client's lines" 1 \
		"$(transitions | awk -v p="$one" '$2 == p { print $1 }' | sort -u | wc -l)"
	expect_sound
	expect_ledger
}
for_both used_again

two_at_once() {
	local me one two
	me=$(endpoint "$LOOPBACK" 40001) one=$(endpoint "$LOOPBACK" 5000) two=$(endpoint "$LOOPBACK" 5001)

	case_begin "$FAMILY: shut down by both, then connected elsewhere while the first connection is in TIME_WAIT"
	load
	ledger_open
	peer "listen s $LOOPBACK 5000" "listen t $LOOPBACK 5001" "connect c $LOOPBACK 5000 40001" 'accept a s' \
		'shutdown c' 'eof a' 'close a' 'eof c' 'wait c 7' 'disconnect c' "again c $LOOPBACK 5001" 'accept b t' \
		'linger0 c' 'close c' 'wait b 7'
	wait_for 5 "20 records" has_records 20
	# One id has two connections for a while, so its lines do not chain.
	expect_lines "$(chain "$me" "$one" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->FIN_WAIT_1 shutdown' \
		'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->TIME_WAIT rcv_fin')
$(chain "$me" "$two" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->CLOSED linger0')" "$(its_lines "$me" "$one")"
	expect_eq "the note of its second SYN_SENT" reused "$(note "$me" "$two" 'CLOSED->SYN_SENT')"
	expect_eq "the first connection in flows" TIME_WAIT "$(flow_state "$me" "$one")"
	expect_lines "" "$(disorder)" "lines are in time order"
	expect_ledger
}
for_both two_at_once
