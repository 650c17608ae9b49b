# SPDX-License-Identifier: GPL-2.0
# A CPU goes offline and comes back 23 times (7 on a debug kernel), under traffic and with live
# readers: nothing is lost or out of order, and the ledger balances.
# only: thorough
# seconds: 180
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

TIMES=23
! watched || TIMES=7

CPU=/sys/devices/system/cpu/cpu1/online
case_begin "CPU 1 offline and online $TIMES times under traffic"
[ -w $CPU ] || skip "this kernel has no CPU that can go offline"

load
ledger_open
witness_begin all $ALL/raw fresh
witness_begin here $PROC/raw fresh
cat $PROC/follow >/dev/null &
follow=$!
storm reset 5000 3
storm_elsewhere client 6000 1
stormy 101
made_at=()
for ((i = 0; i < TIMES; i++)); do
	echo 0 >$CPU
	stormy 101
	[ "$(cat $CPU)" = 0 ] && made_at+=(off)
	echo 1 >$CPU
	stormy 101
	[ "$(cat $CPU)" = 1 ] && made_at+=(on)
done
expect_eq "times that records were made, with the CPU and without" $((2 * TIMES)) ${#made_at[@]}
calm
witnesses_end
end_readers $follow
expect_account all "$(produced)"
expect_account here "$(stat_of recorded)"
expect_ledger
print_note "$TIMES times off and on: $(said all records) records, lost $(said all lost)"

case_begin "loaded while a CPU is offline: it records once it is back"
echo 0 >$CPU
load
echo 1 >$CPU
taskset -c 1 peer 'listens 7 127.0.0.1 5000'
expect_eq "records" 14 "$(records)"
expect_eq "their CPU" 1 "$(reader -o json --since-load -n 14 | sed 's/.*"cpu":\([0-9]*\),.*/\1/' | sort -u)"

case_begin "unloaded while a CPU is offline, and loaded again"
echo 0 >$CPU
expect "rmmod" unload
load
peer 'listens 7 127.0.0.1 5000'
expect_eq "records" 14 "$(records)"
echo 1 >$CPU
expect "rmmod" unload
