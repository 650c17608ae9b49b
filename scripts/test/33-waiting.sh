# SPDX-License-Identifier: GPL-2.0
# A waiting reader is woken soon and not often. Where no reader waits, there are no wake-ups.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

case_begin "no reader waits: a thousand transitions cause no wake-up"
load records=32768
before=$(machine_stat wake_ups)
peer 'listens 499 127.0.0.1 5000'
expect_eq "wake-ups" 0 $(($(machine_stat wake_ups) - before))

case_begin "a reader waits: at most one wake-up in 4 ms, and the last record arrives"
start out cat $PROC/follow
reader=$!
wait_for 5 "the header" test -s "$SCENARIO_DIR/out"
before=$(machine_stat wake_ups) begin=$EPOCHREALTIME
peer 'listens 2003 127.0.0.1 5000'
wait_for 10 "4006 records" has_records 4006 "$SCENARIO_DIR/out"
wakes=$(($(machine_stat wake_ups) - before))
elapsed=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print int((b - a) * 1000) + 1 }')
end_readers $reader
expect "woken $wakes times in $elapsed ms" test "$wakes" -ge 1 -a "$wakes" -le $((elapsed / 4 + 2))
expect_eq "records" 4006 "$(records "$SCENARIO_DIR/out")"

case_begin "a lone transition is shown while the reader still waits for more"
load
start out cat $PROC/follow
reader=$!
wait_for 5 "the header" test -s "$SCENARIO_DIR/out"
peer 'listen s 127.0.0.1 5000' 'pause' &
listener=$!
wait_for 5 "the one line" has_records 1 "$SCENARIO_DIR/out"
expect_eq "line" "127.0.0.1:5000 - CLOSED->LISTEN listen" "$(transitions "$SCENARIO_DIR/out")"
end_readers $reader $listener

case_begin "a signal ends a blocked read, and then the module is not in use"
load
start out peer "open f $PROC/follow" 'count f 65536' 'say waiting' 'read f 65536'
reader=$!
wait_for 5 "it waits" grep -q waiting "$SCENARIO_DIR/out"
end_readers $reader
expect "the module unloads at once" rmmod tcpfsm
