# SPDX-License-Identifier: GPL-2.0
# Many readers of live traffic, one killed in the middle, one slow: the others miss nothing and see nothing twice.
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
# A port that is chosen again ends what was left of it early: one more line.
steps() { transitions "$@" | grep -vc 'TIME_WAIT->CLOSED' || true; }
for n in 1 2 3; do wait_for 10 "1014 steps in reader $n" is 1014 steps "$SCENARIO_DIR/r$n"; done
for n in 1 2 3; do
	expect_sound "$SCENARIO_DIR/r$n"
	expect "reader $n has what reader 1 has" cmp "$SCENARIO_DIR/r1" "$SCENARIO_DIR/r$n"
done
expect_eq "loss told to anybody" 0 "$(stat_of reader_lost)"
expect_ledger
end_readers "${pids[@]}"

case_begin "traffic on both CPUs comes merged in time order"
load
start merged cat $PROC/follow
merged=$!
wait_for 5 "the header" test -s "$SCENARIO_DIR/merged"
# Ports of their own: connect() may take over a TIME_WAIT of the case before.
for cpu in 0 1; do
	taskset -c $cpu peer "listen s 127.0.0.1 510$cpu" "many 101 127.0.0.1 510$cpu s" 'close s' &
done
wait_for 60 "2024 steps" is 2024 steps "$SCENARIO_DIR/merged"
end_readers $merged
wait
expect_eq "steps" 2024 "$(steps "$SCENARIO_DIR/merged")"
expect_sound "$SCENARIO_DIR/merged"

case_begin "a read of one byte at a time gives the same bytes"
load
peer 'listens 3 127.0.0.1 5000'
expect_eq "log, bytewise" "$(md5sum <$PROC/log)" "$(dd if=$PROC/log bs=1 2>/dev/null | md5sum)"
expect_eq "raw, bytewise" "$(timeout 1 cat $PROC/raw | tail -c +65 | md5sum)" \
	"$(dd if=$PROC/raw bs=1 count=$((64 + 6 * 192)) 2>/dev/null | tail -c +65 | md5sum)"

case_begin "splice() of what may have to wait is refused, for it would wait with the pipe locked; of the log it gives the same"
expect_lines "Invalid argument
Invalid argument
$(head -n 1 $PROC/log | wc -c) bytes" "$(peer "open f $PROC/follow" 'splice f 65536' "open r $PROC/raw" 'splice r 65536' \
	"open l $PROC/log" 'splice l 65536')"

case_begin "lseek to the end of raw means from now on, to the start from the oldest"
expect_lines "64 bytes
0 more
1152 bytes" "$(peer "open r $PROC/raw" 'nonblock r' 'seek r end' 'count r 64' 'count r 65536' \
	'seek r start' 'count r 64' 'count r 65536' | sed 's/^EAGAIN$/0 more/' | sed 3d)"
