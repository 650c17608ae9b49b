# SPDX-License-Identifier: GPL-2.0
# The flow table is bounded: evictions are counted, half-open connections evict only each other, and
# lines stay correct.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# held COUNT: opens COUNT connections on loopback, then closes one after another.
held() {
	local i
	STEPS=('listen s 127.0.0.1 5000')
	for ((i = 0; i < $1; i++)); do
		STEPS+=("connect c$i 127.0.0.1 5000" "accept a$i s")
	done
	for ((i = 0; i < $1; i++)); do
		STEPS+=("close c$i" "eof a$i" "close a$i")
	done
	peer "${STEPS[@]}" 'close s'
}

flood() {
	local half i
	case_begin "$FAMILY: 211 SYNs with flows=64: all 13 established connections stay in the table"
	load flows=64
	local -a all=(tun "listen s $HERE 5000 509")
	for ((i = 0; i < 13; i++)); do
		accepted w$i $((7001 + i)) a$i
		all+=("${STEPS[@]}")
	done
	all+=("flood 211 $THERE 8001 5000" "say flooded" "await $SCENARIO_DIR/go" 'idle 97')
	for ((i = 0; i < 13; i++)); do
		all+=("inject w$i R")
	done
	start said packet "${all[@]}"
	wait_for 20 "the SYNs are out" grep -qx flooded "$SCENARIO_DIR/said"
	wait_for 5 "238 records" has_records 238
	half=$(awk '$6 == "LISTEN->SYN_RCVD"' $PROC/log | wc -l)
	expect_eq "half-open connections reported" 224 "$half"
	expect_eq "peers reported with them" 224 "$(awk '$6 == "LISTEN->SYN_RCVD" { print $5 }' $PROC/log | sort -u | wc -l)"
	expect_eq "established flows" 13 "$(awk '$5 == "ESTABLISHED"' $PROC/flows | wc -l)"
	expect_match "flows_half_open_evicted" '[1-9][0-9]*' "$(machine_stat flows_half_open_evicted)"
	expect_eq "flows_evicted" 0 "$(machine_stat flows_evicted)"
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "13 resets" is 13 eval "grep -c 'ESTABLISHED->CLOSED' $PROC/log"
	expect_lines "" "$(awk '$6 == "ESTABLISHED->CLOSED" && $7 !~ /^[0-9]+\.[0-9]+s$/' $PROC/log)" "ends without a dwell"
	expect_sound
}
# The listener takes all SYNs and sends no cookie.
sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_max_syn_backlog=1009 net.core.somaxconn=1009
for_both flood

case_begin "more connections than flows=64: evictions are counted, and every line is correct"
# The floods' half-open connections outlive their listener until their timers run.
none_half_open() { [ -z "$(ss -Htan state syn-recv)" ]; }
wait_for 30 "the floods to be over" none_half_open
load flows=64
held 47
wait_for 5 "472 records" has_records 472
expect_lines "47 CLOSED->SYN_SENT connect
47 CLOSE_WAIT->LAST_ACK close
47 ESTABLISHED->CLOSE_WAIT rcv_fin
47 ESTABLISHED->FIN_WAIT_1 close
47 FIN_WAIT_1->FIN_WAIT_2 rcv_ack
47 FIN_WAIT_2->TIME_WAIT rcv_fin
47 LAST_ACK->CLOSED rcv_ack
47 LISTEN->SYN_RCVD rcv_syn
47 SYN_RCVD->ESTABLISHED rcv_ack
47 SYN_SENT->ESTABLISHED rcv_synack
1 CLOSED->LISTEN listen
1 LISTEN->CLOSED close" "$(distinct)"
expect_match "flows_evicted" '[1-9][0-9]*' "$(machine_stat flows_evicted)"
expect_match "dwell of the listener, the oldest flow" '[0-9]+\.[0-9]+s' "$(awk '$6 == "LISTEN->CLOSED" { print $7 }' $PROC/log)"
expect_eq "flows in the table beyond its bound" 0 "$(init_ns awk 'NR > 65' $PROC/flows | wc -l)"
expect_lines "" "$(awk 'NR > 1 && $7 !~ /^(-|[0-9]+\.[0-9]{9}s)$/' $PROC/log)" "lines with another form of dwell"
expect_sound
