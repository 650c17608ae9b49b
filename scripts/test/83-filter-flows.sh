# SPDX-License-Identifier: GPL-2.0
# The module keeps track of connections that the filter leaves out: one that is shown later has its
# true dwell, and flows and the ledger have all connections.
# shellcheck shell=bash
. "$LAB_TEST/filter.sh"

# halfway FILTER PORT: a connection from PORT to 5000 is established under FILTER and
# closed without one. Sets least and most: bounds of the time in ESTABLISHED.
halfway() {
	local begin up peer
	load
	filter "$1"
	rm -f "$SCENARIO_DIR/go" "$SCENARIO_DIR/end"
	mkfifo "$SCENARIO_DIR/go" "$SCENARIO_DIR/end"
	begin=$EPOCHREALTIME
	start said peer 'listen s 127.0.0.1 5000' "connect c 127.0.0.1 5000 $2" 'accept a s' 'say up' \
		"open go $SCENARIO_DIR/go" 'close c' 'eof a' "open end $SCENARIO_DIR/end" 'close a' 'close s'
	peer=$!
	wait_for 5 "the connection is there" grep -q up "$SCENARIO_DIR/said"
	up=$EPOCHREALTIME
	sleep 0.3	# a time to measure
	filter ''
	least=$(awk -v a="$up" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
	: >"$SCENARIO_DIR/go"
	# The other end's FIN comes later, or the path would have no FIN_WAIT_2.
	wait_for 5 "its FIN is acknowledged" grep -q 'FIN_WAIT_1->FIN_WAIT_2' $PROC/log
	: >"$SCENARIO_DIR/end"
	wait $peer
	wait_for 5 "the last line" grep -q '127.0.0.1:5000 .*LAST_ACK->CLOSED' $PROC/log
	most=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }')
}

case_begin "under a wider filter a connection goes on with its true dwell, path and handshake"
halfway port=9 40011
expect_lines "$(chain 127.0.0.1:40011 127.0.0.1:5000 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->TIME_WAIT rcv_fin')" \
	"$(connections | grep '^127.0.0.1:40011')"
expect_lines "$(chain 127.0.0.1:5000 127.0.0.1:40011 'ESTABLISHED->CLOSE_WAIT rcv_fin' 'CLOSE_WAIT->LAST_ACK close' 'LAST_ACK->CLOSED rcv_ack')" \
	"$(connections | grep '^127.0.0.1:5000 127')"
expect_dwell "the client's ESTABLISHED" "$least" "$most" "$(dwell 127.0.0.1:40011 127.0.0.1:5000 'ESTABLISHED->FIN_WAIT_1')"
expect_dwell "the server's ESTABLISHED" "$least" "$most" "$(dwell 127.0.0.1:5000 127.0.0.1:40011 'ESTABLISHED->CLOSE_WAIT')"
expect_lines "" "$(awk 'NR > 1 && $11 ~ /gap|pre-existing/' $PROC/log)" "notes"
expect_eq "its owner" peer "$(awk '$3 == "127.0.0.1:40011" { sub("/.*", "", $11); print $11 }' $PROC/flows)"
expect_eq "the path" "CLOSED>SYN_SENT>ESTABLISHED>FIN_WAIT_1>FIN_WAIT_2>TIME_WAIT" \
	"$(awk '$3 == "127.0.0.1:40011" { print $12 }' $PROC/flows)"
expect_match "the handshake" '0\.[0-9]{9}s' "$(awk '$3 == "127.0.0.1:40011" { print $8 }' $PROC/flows)"
expect_eq "its open role" active "$(awk '$3 == "127.0.0.1:40011" { print $9 }' $PROC/flows)"
expect_eq "recorded and filtered" "7 5" "$(stat_of recorded) $(stat_of filtered)"
expect_sound

case_begin "a connection that was recorded in part chains to the lines that were left out"
halfway new=SYN_RCVD,SYN_SENT 40012
expect_eq "recorded and filtered" "9 3" "$(stat_of recorded) $(stat_of filtered)"
expect_dwell "the server's ESTABLISHED" "$least" "$most" "$(dwell 127.0.0.1:5000 127.0.0.1:40012 'ESTABLISHED->CLOSE_WAIT')"
expect_lines "" "$(awk 'NR > 1 && $11 ~ /gap|pre-existing/' $PROC/log)" "notes"

# new_timewaits: how many are younger than the module.
new_timewaits() { awk '$5 == "TIME_WAIT" && $NF !~ /pre-existing/ { n++ } END { print n + 0 }' $PROC/flows; }

case_begin "flows and the ledger have all connections, filtered out or not"
load
ledger_open
filter port=9
peer 'listen s 127.0.0.1 5000' 'many 23 127.0.0.1 5000 s'
wait_for 5 "23 in TIME_WAIT" is 23 new_timewaits
expect_eq "recorded" 0 "$(stat_of recorded)"
expect_eq "filtered" 232 "$(stat_of filtered)"
expect_eq "lines" 1 "$(wc -l <$PROC/log)"
expect_eq "the matrix" 232 "$(matrix_sum)"
expect_ledger

case_begin "transitions that are filtered out wake no reader"
load
filter port=9
start read reader
reader_waits() { [ -n "$(find "/proc/$1/fd" -lname '*tcpfsm/raw')" ] && grep -q '^State:.*S' "/proc/$1/status"; }
wait_for 10 "the reader waits" reader_waits $!
act
expect_eq "wake_ups" 0 "$(machine_stat wake_ups)"
expect_eq "filtered" 24 "$(stat_of filtered)"
end_readers $!

case_begin "while the filter is replaced again and again, each transition is either recorded or filtered"
load
(until [ -e "$SCENARIO_DIR/enough" ]; do for f in port=5001 '' new=TIME_WAIT,LISTEN 'addr=::1' ''; do filter "$f"; done; done) &
changing=$!
peer 'listen s 127.0.0.1 5001' 'many 211 127.0.0.1 5001 s' 'close s'
: >"$SCENARIO_DIR/enough"
wait $changing
wait_for 5 "211 in TIME_WAIT" is 211 new_timewaits
expect_eq "the matrix" 2112 "$(matrix_sum)"
# Some connections in TIME_WAIT may have been dropped for others.
expect_eq "recorded + filtered" $((2112 + $(cell TIME_WAIT CLOSED))) $(($(stat_of recorded) + $(stat_of filtered)))
expect_eq "lines" "$(stat_of recorded)" "$(records)"
expect_lines "" "$(awk 'NR > 1 && $11 ~ /gap/' $PROC/log)" "notes of a gap"
filter clear

