# SPDX-License-Identifier: GPL-2.0
# Several readers of live traffic, one of them killed: the others miss no record and see none twice.
# shellcheck shell=bash
# seconds: 90
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

is() { [ "$("${@:2}")" = "$1" ]; }

case_begin "three complete readers, one killed with SIGKILL, 101 connections"
load
ledger_open
pids=()
for n in 1 2 3 4; do
	start r$n cat $PROC/follow
	pids+=($!)
done
for n in 1 2 3 4; do wait_for 5 "reader $n has its header" test -s "$SCENARIO_DIR/r$n"; done
peer 'listen s 127.0.0.1 5000' 'many 51 127.0.0.1 5000 s' 'close s' &
traffic=$!
wait_for 10 "traffic has reached reader 4" has_records 7 "$SCENARIO_DIR/r4"
kill -KILL "${pids[3]}"
wait $traffic
peer 'listen s 127.0.0.1 5000' 'many 50 127.0.0.1 5000 s' 'close s'
# A port that is chosen again ends its TIME_WAIT early, which is one more line.
transition_count() { transitions "$@" | grep -vc 'TIME_WAIT->CLOSED' || true; }
for n in 1 2 3; do wait_for 10 "1014 transitions in reader $n" is 1014 transition_count "$SCENARIO_DIR/r$n"; done
for n in 1 2 3; do
	expect_sound "$SCENARIO_DIR/r$n"
	expect "reader $n has what reader 1 has" cmp "$SCENARIO_DIR/r1" "$SCENARIO_DIR/r$n"
done
expect_eq "losses of all readers" 0 "$(stat_of reader_lost)"
expect_ledger
end_readers "${pids[@]}"

case_begin "records of both CPUs come merged in time order"
load
start merged cat $PROC/follow
merged=$!
wait_for 5 "the header" test -s "$SCENARIO_DIR/merged"
# Other ports, since connect() may take over a TIME_WAIT of the case before.
for cpu in 0 1; do
	taskset -c $cpu peer "listen s 127.0.0.1 510$cpu" "many 101 127.0.0.1 510$cpu s" 'close s' &
done
wait_for 60 "2024 transitions" is 2024 transition_count "$SCENARIO_DIR/merged"
end_readers $merged
wait
expect_eq "transitions" 2024 "$(transition_count "$SCENARIO_DIR/merged")"
expect_sound "$SCENARIO_DIR/merged"

case_begin "a read of one byte at a time gives the same bytes"
load
peer 'listens 3 127.0.0.1 5000'
expect_eq "log, bytewise" "$(md5sum <$PROC/log)" "$(dd if=$PROC/log bs=1 2>/dev/null | md5sum)"
expect_eq "raw, bytewise" "$(timeout 1 cat $PROC/raw | tail -c +65 | md5sum)" \
	"$(dd if=$PROC/raw bs=1 count=$((64 + 6 * 192)) 2>/dev/null | tail -c +65 | md5sum)"

case_begin "splice() of follow and raw is refused, since it would wait with the pipe locked; of log it works"
expect_lines "Invalid argument
Invalid argument
$(head -n 1 $PROC/log | wc -c) bytes" "$(peer "open f $PROC/follow" 'splice f 65536' "open r $PROC/raw" 'splice r 65536' \
	"open l $PROC/log" 'splice l 65536')"

case_begin "lseek() of raw: the end is from now on, the start is the oldest record"
expect_lines "64 bytes
0 more
1152 bytes" "$(peer "open r $PROC/raw" 'nonblock r' 'seek r end' 'count r 64' 'count r 65536' \
	'seek r start' 'count r 64' 'count r 65536' | sed 's/^EAGAIN$/0 more/' | sed 3d)"
