# SPDX-License-Identifier: GPL-2.0
# metrics: figures for Prometheus are those of stats, matrix and flows, and those of the records.
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

# sample SERIES: its value in the file of metrics
sample() { awk -v series="$1" '$1 == series { print $2 }' "$SCENARIO_DIR/page"; }
# sums METRIC: of all its samples
sums() { awk -v metric="$1{" 'index($1, metric) == 1 { n += $2 } END { print n + 0 }' "$SCENARIO_DIR/page"; }

case_begin "metrics, at once: the counters of stats, the cells of matrix, the states of flows"
load
peer 'listen s 127.0.0.1 5000' 'many 23 127.0.0.1 5000 s' 'close s' 'refused c 127.0.0.1 5999'
start held packet 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'connect d 127.0.0.1 5000' \
	'close c' 'say ready' "await $SCENARIO_DIR/go"
holder=$!
wait_for 10 "the connections" grep -qx ready "$SCENARIO_DIR/held"
init_ns reader metrics >"$SCENARIO_DIR/page"
expect_eq "recorded" "$(init_ns awk '$1 == "recorded" { print $2 }' $PROC/stats)" "$(sample tcpfsm_records_total)"
expect_eq "FIN_WAIT_2->TIME_WAIT" 23 "$(sample 'tcpfsm_transitions_total{old="FIN_WAIT_2",new="TIME_WAIT"}')"
expect_eq "SYN_SENT->CLOSED" 1 "$(sample 'tcpfsm_transitions_total{old="SYN_SENT",new="CLOSED"}')"
expect_eq "all transitions" "$(init_ns awk 'NR > 1 { for (i = 2; i <= NF; i++) n += $i } END { print n }' $PROC/matrix)" \
	"$(sums tcpfsm_transitions_total)"
expect_lines "close_wait 1
established 2
fin_wait2 1
listen 1
time_wait 23" "$(sed -n 's/^tcpfsm_connection_states{state="\(.*\)"} \([1-9].*\)/\1 \2/p' "$SCENARIO_DIR/page" | sort)"
expect_eq "unaccepted" 1 "$(sample tcpfsm_unaccepted_connections)"
expect_eq "hooks" "$(init_ns grep -c '^hook_' $PROC/stats)" "$(sums tcpfsm_hook_attached)"
expect_eq "in this namespace, no counters of the machine" 0 "$(reader metrics | grep -c -E '^tcpfsm_(hook|flows)')"
: >"$SCENARIO_DIR/go"
wait $holder

case_begin "metrics --interval: causes and durations of what happens meanwhile"
rm "$SCENARIO_DIR/page"
start service reader metrics --interval 100ms --textfile "$SCENARIO_DIR/page"
service=$!
wait_for 10 "its file" test -s "$SCENARIO_DIR/page"
peer 'listen s 127.0.0.1 5000' 'many 7 127.0.0.1 5000 s' 'close s' 'refused c 127.0.0.1 5999'
all_came() {
	[ "$(sample 'tcpfsm_causes_total{old="LAST_ACK",cause="rcv_ack"}')" = 7 ] &&
		[ "$(sample 'tcpfsm_causes_total{old="SYN_SENT",cause="rcv_rst"}')" = 1 ]
}
wait_for 10 "their ends" all_came
kill -TERM $service
status=0
wait $service || status=$?
expect_eq "status" 0 "$status"
expect_eq "SYN-ACKs" 7 "$(sample 'tcpfsm_causes_total{old="SYN_SENT",cause="rcv_synack"}')"
expect_eq "refused" 1 "$(sample 'tcpfsm_causes_total{old="SYN_SENT",cause="rcv_rst"}')"
expect_eq "handshakes of the servers" 7 "$(sample 'tcpfsm_handshake_seconds_count{role="passive"}')"
expect_eq "handshakes of the clients" 7 "$(sample 'tcpfsm_handshake_seconds_count{role="active"}')"
expect_eq "accept()" 7 "$(sample tcpfsm_accept_wait_seconds_count)"
expect_eq "lost" 0 "$(sample tcpfsm_metrics_lost_records_total)"
