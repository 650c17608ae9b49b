# SPDX-License-Identifier: GPL-2.0
# A full accept queue: an ACK that is dropped ends as overflow, and as synack_timeout with
# TCP_DEFER_ACCEPT. No timewait socket: overflow, and unread_data if data comes after close().
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

sysctl -qw net.ipv4.tcp_synack_retries=0

# A listener with a backlog of 3 has room for four children: 7011 to 7014 take it. The ACK
# of 7001 is dropped; 7003 never sends one. The listener on 5001 waits for data, which 7004
# does not send.
full() {
	local here there port
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 70)
	STEPS+=("listen s$FAMILY $HERE 5000 3" "listen d$FAMILY $HERE 5001 7" "set d$FAMILY defer_accept 1"
		"wire a $THERE 7001 5000" 'inject a S mss=1460' 'expect a SA'
		"wire c $THERE 7003 5000" 'inject c S mss=1460' 'expect c SA')
	LINES+="$(chain "$here" "${there}01" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED overflow')
$(chain "$here" "${there}03" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED synack_timeout')"$'\n'
	for port in 11 12 13 14; do
		STEPS+=("wire b $THERE 70$port 5000" 'inject b S mss=1460' 'expect b SA' 'inject b A')
		LINES+="$(chain "$here" "$there$port" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack')"$'\n'
	done
	STEPS+=('inject a A' "wire d $THERE 7004 5001" 'inject d S mss=1460' 'expect d SA' 'inject d A')
	LINES+="$(chain "$(endpoint "$HERE" 5001)" "${there}04" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED synack_timeout')"$'\n'
}

case_begin "ACKs that are dropped at a full accept queue, and at one that waits for data"
load
STEPS=(tun) LINES=''
for_both full
start said packet "${STEPS[@]}" 'say made' "await $SCENARIO_DIR/go"
wait_for 20 "the segments are sent" grep -qx made "$SCENARIO_DIR/said"
none_half_open() { [ -z "$(ss -Htan state syn-recv)" ]; }
wait_for 30 "half-open connections have ended" none_half_open
wait_for 5 "their ends are recorded" has_records 32
expect_lines "${LINES%$'\n'}" "$(connections | grep -v ' - ')"
expect_sound
: >"$SCENARIO_DIR/go"
wait $!

case_begin "no timewait socket can be made: overflow; with data after close(), unread_data"
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
load
CLOSED_BY_US=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack')
STEPS_ALL=(tun) LINES=''
no_timewait() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 702)
	STEPS_ALL+=("listen s$FAMILY $HERE 5000")
	accepted a 7021 a "s$FAMILY"
	STEPS_ALL+=("${STEPS[@]}" 'close a' 'expect a FA' 'inject a A')
	accepted b 7022 b "s$FAMILY"
	STEPS_ALL+=("${STEPS[@]}" 'close b' 'expect b FA' 'inject b PA data=101' 'expect b R')
	accepted c 7023 c "s$FAMILY"
	STEPS_ALL+=("${STEPS[@]}" 'close c' 'expect c FA' 'inject c A')
	LINES+="$(chain "$here" "${there}1" "${CLOSED_BY_US[@]}" 'FIN_WAIT_2->CLOSED overflow')
$(chain "$here" "${there}2" "${CLOSED_BY_US[@]}" 'FIN_WAIT_2->CLOSED unread_data')
$(chain "$here" "${there}3" "${CLOSED_BY_US[@]}" 'FIN_WAIT_2->CLOSED overflow')"$'\n'
}
for_both no_timewait
packet "${STEPS_ALL[@]}"
expect_lines "${LINES%$'\n'}" "$(connections | grep -v ' - ')"
expect_sound
sysctl -qw net.ipv4.tcp_max_tw_buckets=4096

case_begin "a restored connection (TCP_REPAIR): who opened it, and when, is not known"
load
peer 'bound r 127.0.0.1 40102' 'set r repair 1' 'again r 127.0.0.1 5000' 'set r repair 0' 'linger0 r' 'close r'
expect_lines "CLOSED->SYN_SENT null
SYN_SENT->ESTABLISHED null
ESTABLISHED->CLOSED null" "$(reader -o json --since-load -n "$(records)" |
	sed 's/.*"old":"\([^"]*\)","new":"\([^"]*\)".*"open_role":\([^,]*\),.*/\1->\2 \3/; s/"//g')"
