# SPDX-License-Identifier: GPL-2.0
# stats and matrix count every transition; states of other protocols are counted apart.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

case_begin "the matrix of 23 connections"
load
ledger_open
peer 'listen s 127.0.0.1 5000' 'many 23 127.0.0.1 5000 s' 'close s'
wait_for 5 "232 records" has_records 232
expect_eq "LISTEN->SYN_RCVD" 23 "$(cell LISTEN SYN_RCVD)"
expect_eq "FIN_WAIT_2->TIME_WAIT" 23 "$(cell FIN_WAIT_2 TIME_WAIT)"
expect_eq "CLOSED->LISTEN" 1 "$(cell CLOSED LISTEN)"
expect_eq "ESTABLISHED->LISTEN" 0 "$(cell ESTABLISHED LISTEN)"
expect_eq "sum of all cells" 232 "$(awk 'NR > 1 { for (i = 2; i <= NF; i++) n += $i } END { print n }' $PROC/matrix)"
expect_eq "recorded" 232 "$(stat_of recorded)"
expect_ledger

case_begin "shutdown, then close: the self-loop is counted, not shown"
load
peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' \
	'shutdown c' 'eof a' 'wait c 5' 'close c' 'close a' 'close s'
wait_for 5 "12 records" has_records 12
expect_eq "self_loops" 1 "$(stat_of self_loops)"
expect_lines "CLOSED->SYN_SENT connect
SYN_SENT->ESTABLISHED rcv_synack
ESTABLISHED->FIN_WAIT_1 shutdown
FIN_WAIT_1->FIN_WAIT_2 rcv_ack
FIN_WAIT_2->TIME_WAIT rcv_fin" "$(transitions | awk '$1 == "127.0.0.1:40001" { print $3, $4 }')"

if grep -qs 1 /proc/sys/net/mptcp/enabled; then
	case_begin "MPTCP's own states are counted apart, its TCP subflow is shown"
	load
	peer 'protocol mptcp' 'listen s 127.0.0.1 5000' 'close s'
	expect_match "skipped_mptcp" '[1-9][0-9]*' "$(stat_of skipped_mptcp)"
	expect_lines "127.0.0.1:5000 - CLOSED->LISTEN listen
127.0.0.1:5000 - LISTEN->CLOSED close" "$(transitions)"
else
	skip_case "MPTCP's own states are counted apart" "this kernel has no MPTCP"
fi

case_begin "every hook is attached on this kernel"
expect_lines "1" "$(init_ns awk '/^hook_/ { print $2 }' $PROC/stats | sort -u)"
# Where the drop of a request reports its completion as well, one hook fewer is needed.
expect_eq "hooks" "$(if kernel_since 6.1; then echo 13; else echo 14; fi)" "$(init_ns grep -c '^hook_' $PROC/stats)"

case_begin "the hits of a hook are counted: 23 connections, IPv4 and IPv6"
load
for address in 127.0.0.1 ::1; do peer "listen s $address 5000" "many 23 $address 5000 s" 'close s' "refused c $address 5999"; done
hits() { init_ns awk '/^hits_/ { print $1, $2 }' $PROC/stats; }
expect_lines "hits_tcp_v4_send_synack 23
hits_tcp_v6_send_synack 23" "$(hits | grep synack)"
expect_lines 46 "$(hits | awk '/^hits_(inet_csk_clone_lock|inet_twsk_hashdance)/ { print $2 }' | sort -u)"
# Up to 5.10 a request that is done is not dropped. On arm64 the compiler may inline
# __inet_twsk_schedule(): then only a TIME_WAIT that starts again calls it.
seldom=reqsk_queue_drop
[ "$(uname -m)" != aarch64 ] || seldom+='|__inet_twsk_schedule'
expect_lines "hits_inet_twsk_kill
hits_unknown" "$(hits | awk -v seldom="$seldom" '$2 == 0 && $1 !~ seldom { print $1 }')" \
	"hooks without a hit before a TIME_WAIT ends, and calls that no hook knows"

case_begin "stats has one counter a line, with its name"
expect_lines "version recorded filtered self_loops skipped_mptcp skipped_sctp skipped_dccp skipped_other cause_unknown reader_lost odd_states" \
	"$(awk '{ print $1 }' $PROC/stats | xargs)"
expect_lines "" "$(awk 'NF != 2' $PROC/stats)" "lines that are not name and value"
