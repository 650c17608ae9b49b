# SPDX-License-Identifier: GPL-2.0
# A client connects to a server; one of them closes first, then the other. The record has the
# transitions of both ends from the SYN to TIME_WAIT, for IPv4, IPv6 and IPv4-mapped IPv6.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

# Each case has ports of its own, so that none ends another's TIME_WAIT.
port=5000

# open_and_close LISTEN-ADDRESS CONNECT-ADDRESS SHOWN-ADDRESS
open_and_close() {
	local server client listener

	case_begin "$2: the client closes first"
	port=$((port + 1))
	server=$(endpoint "$3" $port) client=$(endpoint "$3" 4$port) listener=$(endpoint "$1" $port)
	load
	ledger_open
	peer "listen s $1 $port" "connect c $2 $port 4$port" 'accept a s' 'close s' \
		'close c' 'eof a' 'wait a 8' 'close a'
	wait_for 5 "12 records" has_records 12
	expect_lines "$listener - CLOSED->LISTEN listen
$listener - LISTEN->CLOSED close
$client $server CLOSED->SYN_SENT connect
$client $server SYN_SENT->ESTABLISHED rcv_synack
$client $server ESTABLISHED->FIN_WAIT_1 close
$client $server FIN_WAIT_1->FIN_WAIT_2 rcv_ack
$client $server FIN_WAIT_2->TIME_WAIT rcv_fin
$server $client LISTEN->SYN_RCVD rcv_syn
$server $client SYN_RCVD->ESTABLISHED rcv_ack
$server $client ESTABLISHED->CLOSE_WAIT rcv_fin
$server $client CLOSE_WAIT->LAST_ACK close
$server $client LAST_ACK->CLOSED rcv_ack" "$(connections)"
	expect_sound
	expect_ledger

	case_begin "$2: the server closes first"
	port=$((port + 1))
	server=$(endpoint "$3" $port) client=$(endpoint "$3" 4$port) listener=$(endpoint "$1" $port)
	load
	ledger_open
	peer "listen s $1 $port" "connect c $2 $port 4$port" 'accept a s' 'close s' \
		'close a' 'eof c' 'wait c 8' 'close c'
	wait_for 5 "12 records" has_records 12
	expect_lines "$listener - CLOSED->LISTEN listen
$listener - LISTEN->CLOSED close
$client $server CLOSED->SYN_SENT connect
$client $server SYN_SENT->ESTABLISHED rcv_synack
$client $server ESTABLISHED->CLOSE_WAIT rcv_fin
$client $server CLOSE_WAIT->LAST_ACK close
$client $server LAST_ACK->CLOSED rcv_ack
$server $client LISTEN->SYN_RCVD rcv_syn
$server $client SYN_RCVD->ESTABLISHED rcv_ack
$server $client ESTABLISHED->FIN_WAIT_1 close
$server $client FIN_WAIT_1->FIN_WAIT_2 rcv_ack
$server $client FIN_WAIT_2->TIME_WAIT rcv_fin" "$(connections)"
	expect_sound
	expect_ledger
}

open_and_close 127.0.0.1 127.0.0.1 127.0.0.1
open_and_close ::1 ::1 ::1
open_and_close :: ::ffff:127.0.0.1 127.0.0.1

case_begin "23 connections: 23 of each transition, and two of the listener"
load
ledger_open
peer 'listen s 127.0.0.1 5000' 'many 23 127.0.0.1 5000 s' 'close s'
wait_for 5 "232 records" has_records 232
expect_lines "23 CLOSED->SYN_SENT connect
23 CLOSE_WAIT->LAST_ACK close
23 ESTABLISHED->CLOSE_WAIT rcv_fin
23 ESTABLISHED->FIN_WAIT_1 close
23 FIN_WAIT_1->FIN_WAIT_2 rcv_ack
23 FIN_WAIT_2->TIME_WAIT rcv_fin
23 LAST_ACK->CLOSED rcv_ack
23 LISTEN->SYN_RCVD rcv_syn
23 SYN_RCVD->ESTABLISHED rcv_ack
23 SYN_SENT->ESTABLISHED rcv_synack
1 CLOSED->LISTEN listen
1 LISTEN->CLOSED close" "$(distinct)"
expect_sound
expect_ledger
