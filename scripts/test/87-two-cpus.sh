# SPDX-License-Identifier: GPL-2.0
# Two CPUs work on one connection at the same time: only what happened is reported, the lines of
# each connection are complete, and flows has the states that ss has.
# seconds: 180
# length: 1800
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

[ "$(nproc)" -ge 2 ] || skip "this guest has one CPU"
modprobe -q tcp_diag || true

# Half-open connections that are left over end soon.
sysctl -qw net.ipv4.tcp_synack_retries=0 net.ipv4.tcp_max_syn_backlog=4096 net.ipv4.tcp_syncookies=0
sysctl -qw net.ipv4.tcp_fin_timeout=1 net.ipv4.tcp_orphan_retries=1
# The races before leave thousands of TIME_WAITs.
sysctl -qw net.ipv4.tcp_max_tw_buckets=65536

# The peer's port; none is used again before its TIME_WAIT has ended.
PORT=10007

# race STATE FIRST SECOND ROUNDS [OFFSET]: in both families; then what must hold whatever
# came first.
race() {
	local state=$1 first=$2 second=$3 rounds=$4 offset=${5-}
	[ $((PORT + rounds)) -lt 65536 ] || PORT=10007
	case_begin "$rounds times, in $state: $first and $second at once${offset:+, from $offset ms before on}"
	load records=262144
	ledger_open
	for_both race_family "$state" "$first" "$second" "$rounds" $PORT
	PORT=$((PORT + rounds))
	wait_for 20 "half-open connections have ended" no_half_open
	expect_sound
	expect_lines "" "$(awk 'NR > 1 && ($8 == "unknown" || $11 ~ /gap/) { print $6, $8, $11 }' $PROC/log | sort | uniq -c)" \
		"lines without a cause, or behind a gap"
	expect_eq "cause_unknown" 0 "$(stat_of cause_unknown)"
	# TIME_WAITs of the races before may end between the two looks.
	wait_for 20 "flows to have the states that ss has" same_states
	expect "rmmod" rmmod "$MODULE"
}
race_family() {	# STATE FIRST SECOND ROUNDS PORT
	expect "race $* $FAMILY" command race "$@" "${FAMILY#IPv}" ${offset:+"$offset"}
}
no_half_open() { [ -z "$(ss -Htan state syn-recv)" ]; }
same_states() { [ "$(ss_states)" = "$(flow_states)" ]; }
flow_states() { awk 'NR > 1 { print $5 }' $PROC/flows | sort | uniq -c; }
ss_states() {
	ss -Htan | awk '{ sub("ESTAB", "ESTABLISHED", $1); sub("SYN-RECV", "SYN_RCVD", $1); gsub("-", "_", $1); print $1 }' |
		sort | uniq -c
}

# They end within some milliseconds of each other: some load meets them while it walks TCP's tables.
MINISOCKETS="minisockets that end while the module is loaded are older than it; none of their lines says gap"
for round in {1..7}; do
	[ "$round" -le 2 ] || ! [ -s "$SCENARIO_DIR/ends" ] || break
	command race minisocket nothing nothing 997 $PORT 4
	PORT=$((PORT + 997))
	for _ in 1 2 3 4 5; do
		load
		awk '$6 == "FIN_WAIT_2->CLOSED" { print $8, $11 }' $PROC/log >>"$SCENARIO_DIR/ends"
	done
done
if [ -s "$SCENARIO_DIR/ends" ]; then
	case_begin "$MINISOCKETS"
	expect_lines "fw2_timeout pre-existing" "$(sort -u "$SCENARIO_DIR/ends")"
else
	skip_case "$MINISOCKETS" "none ended while it was loaded"
fi

if at_length; then
	for state in SYN_RCVD FIN_WAIT_2 minisocket TIME_WAIT LAST_ACK; do
		for first in syn ack rst fin data close kill; do
			for second in syn ack rst fin data close kill; do
				race $state $first $second 211
			done
		done
	done
	race LISTEN syn syn 2003
	for state in SYN_RCVD minisocket LAST_ACK; do
		for second in syn ack rst fin data kill; do
			# Timers expire up to 36 ms late.
			race $state timer $second 499 2
			race $state timer $second 499 -15
			race $state timer $second 499 -31
		done
	done
	for second in syn rst kill; do
		race TIME_WAIT timer $second 997 0
	done
else
	race LISTEN syn syn 499
	race SYN_RCVD rst ack 499
	race SYN_RCVD ack rst 499
	race SYN_RCVD ack close 499
	race SYN_RCVD kill ack 499
	race SYN_RCVD timer ack 499 2
	race FIN_WAIT_2 fin rst 211
	race minisocket fin kill 211
	race TIME_WAIT syn rst 211
	race LAST_ACK ack rst 211
	race LAST_ACK timer ack 211 2
fi
