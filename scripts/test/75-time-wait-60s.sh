# SPDX-License-Identifier: GPL-2.0
# TIME_WAIT lasts 60 seconds and ends with TIME_WAIT->CLOSED, however it was entered. All
# connections wait at the same time.
# seconds: 100
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# enter PORT STEP...: the driver opens a connection, STEP takes it to TIME_WAIT; W is its wire.
enter() {
	local wire=w$1$FAMILY
	accepted "$wire" "$1" a "s$FAMILY"
	STEPS_ALL+=("${STEPS[@]}")
	shift
	STEPS_ALL+=("${@//W/$wire}")
}

TO_FIN_WAIT_2=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack')

# The connections of one family, and the lines that are expected of them.
script() {
	local here there me server
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 700) me=$(endpoint "$LOOPBACK" 40001) server=$(endpoint "$LOOPBACK" 5000)

	STEPS_ALL+=("listen s$FAMILY $HERE 5000" "listen l$FAMILY $LOOPBACK 5000")
	# From FIN_WAIT_2 as a full socket, as a minisocket, with the FIN in the ACK, and from CLOSING.
	enter 7001 'shutdown a' 'expect W FA' 'inject W A' 'inject W FA' 'expect W A' 'close a'
	enter 7002 'close a' 'expect W FA' 'inject W A' 'inject W FA' 'expect W A'
	enter 7003 'close a' 'expect W FA' 'inject W FA' 'expect W A'
	enter 7004 'close a' 'expect W FA' 'inject W FA ack=-1' 'expect W A' 'inject W A'
	STEPS_ALL+=("connect c $LOOPBACK 5000 40001" "accept a l$FAMILY" 'close c' 'eof a' 'close a'
		"close s$FAMILY" "close l$FAMILY")
	LINES+=$(chain "$here" "${there}1" "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->TIME_WAIT rcv_fin' 'TIME_WAIT->CLOSED tw_expired')$'\n'
	for port in 2 3; do
		LINES+=$(chain "$here" "${there}$port" "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->TIME_WAIT rcv_fin' 'TIME_WAIT->CLOSED tw_expired')$'\n'
	done
	LINES+=$(chain "$here" "${there}4" "${TO_FIN_WAIT_2[@]:0:3}" 'FIN_WAIT_1->CLOSING rcv_fin' 'CLOSING->TIME_WAIT rcv_ack' \
		'TIME_WAIT->CLOSED tw_expired')$'\n'
	LINES+=$(chain "$me" "$server" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED rcv_synack' 'ESTABLISHED->FIN_WAIT_1 close' \
		'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->TIME_WAIT rcv_fin' 'TIME_WAIT->CLOSED tw_expired')$'\n'
	LINES+=$(chain "$server" "$me" 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack' 'ESTABLISHED->CLOSE_WAIT rcv_fin' \
		'CLOSE_WAIT->LAST_ACK close' 'LAST_ACK->CLOSED rcv_ack')$'\n'
}

case_begin "five connections of each family are in TIME_WAIT, and the ledger balances"
load
ledger_open
STEPS_ALL=(tun) LINES=
for_both script
packet "${STEPS_ALL[@]}"
wait_for 5 "68 records" has_records 68
expect_eq "in TIME_WAIT" 10 "$(awk '$5 == "TIME_WAIT"' $PROC/flows | wc -l)"
expect_lines "$(grep -v 'TIME_WAIT->' <<<"${LINES%$'\n'}")" "$(connections | grep -v ' - ')"
expect_ledger

case_begin "each ends with TIME_WAIT->CLOSED"
wait_for 45 "78 records" has_records 78
expect_lines "${LINES%$'\n'}" "$(connections | grep -v ' - ')"
expect_sound
expect_ledger

case_begin "each lasted 60 seconds"
awk '$6 == "TIME_WAIT->CLOSED" { print $7 }' $PROC/log >"$SCENARIO_DIR/dwells"
expect_eq "dwells" 10 "$(wc -l <"$SCENARIO_DIR/dwells")"
while read -r dwell; do
	# The kernel's timer may be late, and a jiffy early.
	expect_dwell "TIME_WAIT" 59 70 "$dwell"
done <"$SCENARIO_DIR/dwells"
