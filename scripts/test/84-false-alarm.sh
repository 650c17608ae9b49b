# SPDX-License-Identifier: GPL-2.0
# 10 007 ordinary connections have ordinary causes only: nothing that would alarm an operator.
# seconds: 120
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# A machine of 1 GiB gives 4096 places to TIME_WAIT, and TCP drops what does not fit in.
sysctl -qw net.ipv4.tcp_max_tw_buckets=20011

# summary: how often each end made each transition, by family and cause, and each fault
# in the lines. One pass, since there are 100 000 lines.
summary() {
	awk '$6 !~ /->/ { next }
	     { n[($4 ~ /^\[/ ? "IPv6 " : "IPv4 ") ($5 == "-" ? "listener" : $4 ~ /:5000$/ ? "server" : "client") " " $6 " " $8]++
	       split($6, state, "->") }
	     ($3 in last) && last[$3] != state[1] { n["broken chain: " $0]++ }
	     $1 < time { n["older than the line before: " $0]++ }
	     { last[$3] = state[2]; time = $1 }
	     END { for (i in n) print n[i], i }' $PROC/log | sort -k2 >"$SCENARIO_DIR/summary"
	# A port that is chosen again may end its TIME_WAIT.
	grep -v 'TIME_WAIT->CLOSED' "$SCENARIO_DIR/summary"
}

# last_transitions: how many connections have made their last transition, at either end.
last_transitions() {
	awk 'NR == 1 { for (i = 2; i <= NF; i++) at[$i] = i }
		$1 == "FIN_WAIT_2" { n = $at["TIME_WAIT"] } $1 == "LAST_ACK" { print n, $at["CLOSED"] }' $PROC/matrix
}

# ordinary FAMILY ADDRESS CLIENT SERVER SHUTDOWN EXCHANGE: so many connections that the
# client closes, that the server closes, that the client shuts down, and that the server
# closes after a request and a response. Appends the expected counts to EXPECTED.
ordinary() {
	local client=$(($3 + $5)) server=$(($4 + $6)) all=$(($3 + $4 + $5 + $6))
	peer "listen s $2 5000" "many $3 $2 5000 s" "many $4 $2 5000 s server" "many $5 $2 5000 s shutdown" \
		"many $6 $2 5000 s exchange" 'close s' &
	EXPECTED+=$(printf '%s\n' \
		"$all $1 client CLOSED->SYN_SENT connect" \
		"$all $1 client SYN_SENT->ESTABLISHED rcv_synack" \
		"$3 $1 client ESTABLISHED->FIN_WAIT_1 close" \
		"$5 $1 client ESTABLISHED->FIN_WAIT_1 shutdown" \
		"$client $1 client FIN_WAIT_1->FIN_WAIT_2 rcv_ack" \
		"$client $1 client FIN_WAIT_2->TIME_WAIT rcv_fin" \
		"$server $1 client ESTABLISHED->CLOSE_WAIT rcv_fin" \
		"$server $1 client CLOSE_WAIT->LAST_ACK close" \
		"$server $1 client LAST_ACK->CLOSED rcv_ack" \
		"$all $1 server LISTEN->SYN_RCVD rcv_syn" \
		"$all $1 server SYN_RCVD->ESTABLISHED rcv_ack" \
		"$client $1 server ESTABLISHED->CLOSE_WAIT rcv_fin" \
		"$client $1 server CLOSE_WAIT->LAST_ACK close" \
		"$client $1 server LAST_ACK->CLOSED rcv_ack" \
		"$server $1 server ESTABLISHED->FIN_WAIT_1 close" \
		"$server $1 server FIN_WAIT_1->FIN_WAIT_2 rcv_ack" \
		"$server $1 server FIN_WAIT_2->TIME_WAIT rcv_fin" \
		"1 $1 listener CLOSED->LISTEN listen" \
		"1 $1 listener LISTEN->CLOSED close")$'\n'
}

case_begin "10 007 connections at once over IPv4 and IPv6, closed by either end"
load records=524288
EXPECTED=''
ordinary IPv4 127.0.0.1 1999 1009 997 1001
ordinary IPv6 ::1 1999 1009 991 1002
wait
wait_for 10 "the last transitions" is "10007 10007" last_transitions
expect_lines "$(printf '%s' "$EXPECTED" | sort -k2)" "$(summary)"
# A SYN that TIME_WAIT takes for an old one gets an ACK, which the client resets: RFC 1337.
expect_lines "" "$(grep 'TIME_WAIT->CLOSED' "$SCENARIO_DIR/summary" | grep -Ev ' (tw_recycled|tw_reused|tw_expired|rcv_rst)$')" "how TIME_WAIT ended"
expect_eq "overwritten, evicted" "0 0" "$(machine_stat overwritten) $(machine_stat flows_evicted)"
