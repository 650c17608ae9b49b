# SPDX-License-Identifier: GPL-2.0
# A reader of one namespace is woken by that namespace's transitions only, and cannot open more files than a wake-up can walk over.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

wake_ups() { init_ns awk '$1 == "wake_ups" { print $2 }' $PROC/stats; }
lines() { [ "$(grep -c -e '->' "$SCENARIO_DIR/follow")" = "$1" ]; }

case_begin "a reader that waits here is not woken by connections of another namespace"
load
: >"$SCENARIO_DIR/follow"
cat $PROC/follow >"$SCENARIO_DIR/follow" &
wait_for 5 "the reader waits" grep -q TIME "$SCENARIO_DIR/follow"
sleep 0.1	# any wake-up that is still due
before=$(wake_ups)
init_ns peer 'listen s 127.0.0.1 5000' 'many 101 127.0.0.1 5000 s' 'close s'
expect_eq "wake-ups" "$before" "$(wake_ups)"
expect_lines 1 "$(grep -c . "$SCENARIO_DIR/follow")" "lines, the heading included"
peer 'listen s 127.0.0.1 5001' 'close s'
wait_for 5 "its own two lines" lines 2
kill %1
wait %1 || true

case_begin "the reader of the machine is woken by all of them"
init_ns cat $PROC/follow >"$SCENARIO_DIR/follow" &
wait_for 5 "the reader waits" grep -q TIME "$SCENARIO_DIR/follow"
peer 'listen s 127.0.0.1 5001' 'close s'
wait_for 5 "two lines" lines 2
kill %1
wait %1 || true

case_begin "1009 files of a namespace may be open; the next one is refused, and said why; others are not affected"
ulimit -n 2048
(
	set +e
	for _ in $(seq 1009); do exec {fd}<$PROC/follow || exit 1; done
	exec {fd}<$PROC/follow
) 2>"$SCENARIO_DIR/err" && missed "1010 files were opened"
expect_match "why" '.*Too many users.*' "$(cat "$SCENARIO_DIR/err")"
(
	set +e
	for _ in $(seq 1009); do exec {fd}<$PROC/follow || exit 1; done
	init_ns head -n 1 $PROC/log
) >"$SCENARIO_DIR/out2" || missed "not 1009 files were opened"
expect_match "another namespace's" 'TIME .*' "$(cat "$SCENARIO_DIR/out2")"
expect_match "afterwards" 'TIME .*' "$(head -n 1 $PROC/log)"
