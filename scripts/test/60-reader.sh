# SPDX-License-Identifier: GPL-2.0
# tools/reader against the running module: live tail, oldest records, save and replay, exit status.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

explain() {
	head -n 50 "$SCENARIO_DIR/out" "$SCENARIO_DIR/err" $PROC/log $PROC/stats
	init_ns cat $PROC/stats
	grep -H State /proc/[0-9]*/status
}

case_begin "not loaded: one clear line, status 1"
status=0
got=$(reader 2>&1) || status=$?
expect_match "the message" "reader: /proc/net/tcpfsm/raw: .*" "$got"
expect_eq "lines" 1 "$(wc -l <<<"$got")"
expect_eq "status" 1 "$status"

case_begin "the live tail shows a connection's transitions in at most 80 columns, and Ctrl-C ends it with status 0"
load
start out reader 2>"$SCENARIO_DIR/err"
pid=$!
wait_for 10 "its header" test -s "$SCENARIO_DIR/out"
peer 'listen s ::1 5000' 'connect c ::1 5000 40001' 'accept a s' 'close c' 'eof a' 'close a' 'close s'
twelve_lines() { [ "$(wc -l <"$SCENARIO_DIR/out")" -ge 13 ]; }
wait_for 10 "12 lines" twelve_lines
kill -INT $pid
status=0
wait $pid || status=$?
expect_eq "status" 0 "$status"
expect_eq "lines" 13 "$(wc -l <"$SCENARIO_DIR/out")"
expect_eq "longest line, at most 80" "" "$(awk 'length($0) > 80' "$SCENARIO_DIR/out")"
expect_eq "standard error" "" "$(<"$SCENARIO_DIR/err")"
expect "a FIN_WAIT_1 line" grep -q 'FIN_WAIT_1' "$SCENARIO_DIR/out"

case_begin "--since-load -n 5 shows the oldest five records and ends"
expect_eq "lines with the header" 6 "$(reader --since-load -n 5 | wc -l)"

case_begin "-w saves what -r replays: the same lines, live or not"
load
start live.csv reader -o csv --since-load -n 12
live=$!
reader -w "$SCENARIO_DIR/saved" --since-load -n 12 &
saved=$!
peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'close c' 'eof a' 'close a' 'close s'
wait $live
wait $saved
reader -o csv -r "$SCENARIO_DIR/saved" >"$SCENARIO_DIR/replayed.csv"
expect_eq "rows" 13 "$(wc -l <"$SCENARIO_DIR/replayed.csv")"
expect "all fields, the time included" cmp "$SCENARIO_DIR/live.csv" "$SCENARIO_DIR/replayed.csv"
expect_eq "a copy by cat is a valid file too" 12 "$(timeout 1 cat $PROC/raw | reader -o json -r - | grep -c '"old"')"

case_begin "without privilege: the reason, status 1"
status=0
got=$(as_nobody reader 2>&1) || status=$?
expect_match "the message" "reader: /proc/net/tcpfsm/raw: .*" "$got"
expect_eq "status" 1 "$status"

case_begin "a usage error: status 2"
status=0
reader -n many >/dev/null 2>&1 || status=$?
expect_eq "status" 2 "$status"
