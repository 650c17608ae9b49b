# SPDX-License-Identifier: GPL-2.0
# Connections older than the module are known as soon as it is loaded, in every state. Their first
# line has a lower bound of the dwell.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"
# shellcheck disable=SC2034  # log.sh's
LEFT_OVER=1

# Steps from the handshake into each state, and out of it; W is the wire, @ the socket.
declare -A INTO=(
	[ESTABLISHED]='wait @ 1'
	[FIN_WAIT_1]='close @|expect W FA'
	[FIN_WAIT_2]='shutdown @|expect W FA|inject W A'
	[minisocket]='close @|expect W FA|inject W A'
	[CLOSE_WAIT]='inject W FA|expect W A'
	[LAST_ACK]='inject W FA|expect W A|close @|expect W FA'
	[CLOSING]='close @|expect W FA|inject W FA ack=-1|expect W A'
	[TIME_WAIT]='close @|expect W FA|inject W A|inject W FA|expect W A'
)
declare -A OUT_OF=(
	[ESTABLISHED]='inject W R'
	[FIN_WAIT_1]='inject W A'
	[FIN_WAIT_2]='inject W FA|expect W A'
	[minisocket]='inject W FA|expect W A'
	[CLOSE_WAIT]='close @|expect W FA'
	[LAST_ACK]='inject W A'
	[CLOSING]='inject W A'
	[TIME_WAIT]='inject W R'
)
declare -A LINE=(
	[ESTABLISHED]='ESTABLISHED->CLOSED rcv_rst'
	[FIN_WAIT_1]='FIN_WAIT_1->FIN_WAIT_2 rcv_ack'
	[FIN_WAIT_2]='FIN_WAIT_2->TIME_WAIT rcv_fin'
	[minisocket]='FIN_WAIT_2->TIME_WAIT rcv_fin'
	[CLOSE_WAIT]='CLOSE_WAIT->LAST_ACK close'
	[LAST_ACK]='LAST_ACK->CLOSED rcv_ack'
	[CLOSING]='CLOSING->TIME_WAIT rcv_ack'
	[TIME_WAIT]='TIME_WAIT->CLOSED rcv_rst'
)
ORDER=(ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 minisocket CLOSE_WAIT LAST_ACK CLOSING TIME_WAIT)

# steps_of ARRAY STEPS WIRE: appends these steps, on that wire, to the array.
steps_of() {
	local -n to=$1
	local part parts
	IFS='|' read -ra parts <<<"$2"
	for part in "${parts[@]}"; do
		part=${part/W/$3}
		to+=("${part/@/a$3}")
	done
}

# The sockets of one family, and their steps once the module is loaded.
script() {
	local here there port=7001 state wire
	here=$(endpoint "$HERE" 5000)
	BEFORE+=("listen s$FAMILY $HERE 5000"
		"wire syn$FAMILY $THERE 7010 40001" "start syn$FAMILY $THERE 7010 40001" "expect syn$FAMILY S"
		"wire half$FAMILY $THERE 7011 5000" "inject half$FAMILY S" "expect half$FAMILY SA")
	FLOWS+=$(printf '%s\n' "$here - LISTEN" "$(endpoint "$HERE" 40001) $(endpoint "$THERE" 7010) SYN_SENT" \
		"$here $(endpoint "$THERE" 7011) SYN_RCVD")$'\n'
	AFTER+=("inject syn$FAMILY SA" "inject half$FAMILY A")
	LINES+=$(chain "$(endpoint "$HERE" 40001)" "$(endpoint "$THERE" 7010)" 'SYN_SENT->ESTABLISHED rcv_synack')$'\n'
	LINES+=$(chain "$here" "$(endpoint "$THERE" 7011)" 'SYN_RCVD->ESTABLISHED rcv_ack')$'\n'
	for state in "${ORDER[@]}"; do
		wire=w$port$FAMILY there=$(endpoint "$THERE" $port)
		accepted "$wire" $port "a$wire" "s$FAMILY"
		BEFORE+=("${STEPS[@]}")
		steps_of BEFORE "${INTO[$state]}" "$wire"
		steps_of AFTER "${OUT_OF[$state]}" "$wire"
		FLOWS+="$here $there ${state/minisocket/FIN_WAIT_2}"$'\n'
		LINES+=$(chain "$here" "$there" "${LINE[$state]}")$'\n'
		port=$((port + 1))
	done
}

BEFORE=(tun) AFTER=() FLOWS='' LINES=''
for_both script
start said packet "${BEFORE[@]}" 'say made' "await $SCENARIO_DIR/go" "${AFTER[@]}" 'say done' 'pause'
packet=$!
wait_for 20 "the sockets exist" grep -qx made "$SCENARIO_DIR/said"

case_begin "all are in flows when the module is loaded, marked, in the state that ss shows"
load
ledger_open
expect_lines "$(printf '%s' "$FLOWS" | sort)" "$(awk 'NR > 1 { print $3, $4, $5 }' $PROC/flows | sort)"
expect_eq "their notes" pre-existing "$(awk 'NR > 1 { print $13 }' $PROC/flows | sort -u)"
expect_lines "" "$(connections)" "no line before a transition"
expect_ledger

case_begin "the next transition of each is marked, with a lower bound of the dwell"
: >"$SCENARIO_DIR/go"
wait_for 20 "the driver's steps are done" grep -qx "done" "$SCENARIO_DIR/said"
wait_for 5 "20 records" has_records 20
expect_lines "$(printf '%s' "$LINES" | sort)" "$(connections | sort)"
expect_eq "their notes" pre-existing "$(awk 'NR > 1 { print $11 }' $PROC/log | sort -u)"
expect_lines "" "$(awk 'NR > 1 && $7 !~ /^>=[0-9]+\.[0-9]+s$/' $PROC/log)" "lines without a lower bound"
expect_lines "" "$(awk 'NR > 1 && $3 == "-"' $PROC/log)" "lines without an id"
expect_sound
expect_ledger

case_begin "the transition after that has an exact dwell"
kill $packet
wait $packet 2>/dev/null || true
later() {
	wait_for 5 "the client's next transition" has_next "$(endpoint "$HERE" 40001)" "$(endpoint "$THERE" 7010)"
	expect_match "dwell in ESTABLISHED" '[0-9]+\.[0-9]{9}s' \
		"$(dwell "$(endpoint "$HERE" 40001)" "$(endpoint "$THERE" 7010)" 'ESTABLISHED->FIN_WAIT_1')"
	wait_for 5 "LISTEN's end" grep -qF " $(endpoint "$HERE" 5000) " $PROC/log
	expect_match "dwell in LISTEN" '>=[0-9]+\.[0-9]{9}s' "$(dwell "$(endpoint "$HERE" 5000)" - 'LISTEN->CLOSED')"
}
has_next() { [ -n "$(dwell "$1" "$2" 'ESTABLISHED->FIN_WAIT_1')" ]; }
for_both later
expect_sound
