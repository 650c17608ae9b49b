# SPDX-License-Identifier: GPL-2.0
# A reader of one namespace is woken by that namespace's transitions only, and cannot open more files than a wake-up can walk over.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

wake_ups() { init_ns awk '$1 == "wake_ups" { print $2 }' $PROC/stats; }
lines() { [ "$(grep -c -e '->' "$SCENARIO_DIR/$1")" = "$2" ]; }

case_begin "a reader that waits here is not woken by connections of another namespace"
load
start here cat $PROC/follow
reader=$!
wait_for 5 "the reader waits" grep -q TIME "$SCENARIO_DIR/here"
sleep 0.1	# any wake-up that is still due
before=$(wake_ups)
init_ns peer 'listen s 127.0.0.1 5000' 'many 101 127.0.0.1 5000 s' 'close s'
expect_eq "wake-ups" "$before" "$(wake_ups)"
expect_lines 1 "$(grep -c . "$SCENARIO_DIR/here")" "lines, the heading included"
peer 'listen s 127.0.0.1 5001' 'close s'
wait_for 5 "its own two lines" lines here 2
end_readers $reader

case_begin "the reader of the machine is woken by all of them"
start machine nsenter -t 1 -n -- cat $PROC/follow
reader=$!
wait_for 5 "the reader waits" grep -q TIME "$SCENARIO_DIR/machine"
peer 'listen s 127.0.0.1 5001' 'close s'
wait_for 5 "two lines" lines machine 2
end_readers $reader

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

case_begin "a reader beside a file in 9973 epoll sets gets every line"
ulimit -n 10240
start beside cat $PROC/follow
reader=$!
wait_for 5 "the reader waits" grep -q TIME "$SCENARIO_DIR/beside"
start watched packet "open f $PROC/follow" 'watch f 9973' 'say ready' "await $SCENARIO_DIR/go"
watching=$!
wait_for 20 "the epoll sets" grep -qx ready "$SCENARIO_DIR/watched"
for _ in 1 2 3 4 5 6 7; do peer 'listen s 127.0.0.1 5001' 'many 11 127.0.0.1 5001 s reset' 'close s'; done
wait_for 10 "all lines" lines beside $((7 * (11 * 6 + 2)))
: >"$SCENARIO_DIR/go"
wait $watching
end_readers $reader
