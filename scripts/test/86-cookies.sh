# SPDX-License-Identifier: GPL-2.0
# ss -e asks for the cookies of connecting sockets while connections come and go: each has its first
# transition, once.
# seconds: 120
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

is() { [ "$("${@:2}")" = "$1" ]; }

CONNECTIONS=5003
! watched || CONNECTIONS=503
case_begin "ss -e beside $CONNECTIONS connections: each has its ten transitions"
# A kernel without this module has it built in.
modprobe -q tcp_diag || true
sysctl -qw net.ipv4.tcp_max_tw_buckets=10007
load records=262144
ledger_open
until [ -e "$SCENARIO_DIR/enough" ]; do ss -Htane state syn-sent >/dev/null; done &
asking=$!
peer 'listen s 127.0.0.1 5000' "many $CONNECTIONS 127.0.0.1 5000 s" 'close s'
: >"$SCENARIO_DIR/enough"
wait $asking
# Some TIME_WAITs may have ended.
so_far() { echo $(($(stat_of recorded) - $(cell TIME_WAIT CLOSED))); }
wait_for 20 "all transitions" is $((10 * CONNECTIONS + 2)) so_far
for transition in 'CLOSED SYN_SENT' 'SYN_SENT ESTABLISHED' 'LISTEN SYN_RCVD' 'SYN_RCVD ESTABLISHED' \
	'ESTABLISHED FIN_WAIT_1' 'FIN_WAIT_1 FIN_WAIT_2' 'FIN_WAIT_2 TIME_WAIT' \
	'ESTABLISHED CLOSE_WAIT' 'CLOSE_WAIT LAST_ACK' 'LAST_ACK CLOSED'; do
	# shellcheck disable=SC2086  # two words
	expect_eq "$transition" $CONNECTIONS "$(cell $transition)"
done
expect_lines "" "$(awk 'NR > 1 && $11 ~ /gap/' $PROC/log)" "notes of a gap"
expect_ledger
