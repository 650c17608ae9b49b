# SPDX-License-Identifier: GPL-2.0
# The module unloads: not while a file is open, 7 times under traffic, and it leaves nothing behind.
# shellcheck shell=bash
# seconds: 120
. "$LAB_TEST/log.sh"

for file in log follow raw flows stats matrix; do
	case_begin "rmmod while $file is open: in use; once it is closed: done"
	load
	exec 9<$PROC/$file
	expect_match "rmmod" '.*(in use|Resource temporarily unavailable).*' "$(rmmod tcpfsm 2>&1 || true)"
	expect "the file still reads" head -c 40 <&9
	exec 9<&-
	expect "rmmod" rmmod tcpfsm
	expect_not "the directory is gone" test -e $PROC
done

LOADS=7
case_begin "$LOADS loads and unloads under traffic, each with records"
timeout 600 peer 'listen s 127.0.0.1 5000' 'many 1000000 127.0.0.1 5000 s' &
traffic=$!
saw=0
for n in $(seq $LOADS); do
	insmod "$MODULE_FILE" records=64
	until [ "$(stat_of recorded)" -gt 0 ]; do :; done
	saw=$((saw + 1))
	rmmod tcpfsm
done
end_readers $traffic
expect_eq "loads" "$LOADS" "$n"
expect_eq "loads that recorded" "$LOADS" "$saw"
expect_not "anything left in /proc" test -e $PROC

case_begin "a reader killed in the middle of a burst does not keep the module in use"
load
for _ in 1 2 3 4 5 6 7; do
	start cut cat $PROC/follow
	wait_for 5 "the header" test -s "$SCENARIO_DIR/cut"
	peer 'listens 101 127.0.0.1 5000'
	kill -KILL $!
	wait $! || true
done
expect "rmmod" unload_within 5
