# SPDX-License-Identifier: GPL-2.0
# rmmod while the module is in use, in every way that a file can be held; and hundreds of loads
# while readers open and read.
# only: thorough
# seconds: 300
# length: 4500
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

READERS=()
in_use() { [[ $(rmmod "$MODULE" 2>&1 || true) =~ (in use|Resource temporarily unavailable) ]]; }
# asleep PID: in a system call.
asleep() { grep -q '^State:.*[SD] ' "/proc/$1/status" && grep -qx '[0-9].*' "/proc/$1/syscall"; }
said_waiting() { grep -qx waiting "$SCENARIO_DIR/said"; }

# reader_of STEP...: a reader that has opened follow as f, has read its header, and is in STEP.
reader_of() {
	start said peer "open f $PROC/follow" 'count f 65536' 'say waiting' "$@"
	READER=$!
	wait_for 5 "the reader's last step" said_waiting
	wait_for 5 "it sleeps" asleep $READER
}

for way in 'blocked in read():read f 65536' 'in poll():poll f 20000'; do
	case_begin "${way%%:*}: in use, and the reader notices nothing"
	load
	reader_of "${way#*:}" 'say on' 'pause'
	expect "rmmod: in use" in_use
	expect "again: in use" in_use
	peer 'listen s 127.0.0.1 5000' 'close s'
	wait_for 5 "it goes on" grep -qx on "$SCENARIO_DIR/said"
	expect_match "its output" '.*(ready|LISTEN).*' "$(<"$SCENARIO_DIR/said")"
	expect "it still has the file open: in use" in_use
	end_readers $READER
	expect "rmmod, at once" rmmod "$MODULE"

	case_begin "${way%%:*}, and killed with SIGKILL: not in use"
	load
	reader_of "${way#*:}"
	expect "rmmod: in use" in_use
	kill -KILL $READER
	wait $READER 2>/dev/null || true
	expect "rmmod, at once" rmmod "$MODULE"
done

case_begin "a reader is stopped in the middle of a burst, rmmod fails, it continues: it misses nothing"
load
witness_begin raw $PROC/raw fresh
kill -STOP "${WITNESSES[raw]}"
peer 'listens 101 127.0.0.1 5000'
expect "rmmod: in use" in_use
kill -CONT "${WITNESSES[raw]}"
witnesses_end
expect_eq "records, and losses" "204 0" "$(said raw records) $(said raw lost)"
expect "rmmod, at once" unload_within 5

case_begin "open files: one in flight in a socket, and one that a child has after its parent has ended"
load
start said peer "open f $PROC/raw" 'pair p q' 'pass p f' 'say waiting' 'pause'
holder=$!
wait_for 5 "it is in flight" said_waiting
expect "rmmod: in use" in_use
end_readers $holder
expect "rmmod, once the socket is closed" unload_within 5
load
peer "open f $PROC/follow" 'fork heir' 'say waiting' 'pause' 'end' >"$SCENARIO_DIR/said"
wait_for 5 "the child has it" said_waiting
expect "rmmod: in use" in_use
pkill -KILL -x peer
expect "rmmod, once the child has ended" unload_within 5

case_begin "a working directory in $PROC does not keep the module in use, and is empty afterwards"
load
cd $PROC || exit
expect "rmmod" rmmod "$MODULE"
expect_not "a file there" cat ./stats
expect_not "a file there, by the next load" eval 'insmod "$MODULE_FILE" && cat ./stats'
cd / || exit
expect_eq "records of the next load" 0 "$(machine_stat recorded)"

LOADS=53
! watched || LOADS=13
! at_length || LOADS=1009
case_begin "$LOADS loads and unloads while connections come and go in two namespaces, and readers open and read"
unload
storm reset 5000 1
storm_elsewhere client 6000 1
for file in raw flows; do
	while [ ! -e "$SCENARIO_DIR/calm" ]; do
		head -c 64 $PROC/$file >/dev/null 2>&1 || sleep 0.1
	done &
	READERS+=($!)
done
refused=0
for ((n = 1; n <= LOADS; n++)); do
	insmod "$MODULE_FILE" records=64
	wait_for 60 "it has recorded" recorded_are 1
	until rmmod "$MODULE" 2>/dev/null; do refused=$((refused + 1)); done
done
expect_eq "loads" "$LOADS" $((n - 1))
expect_not "anything left in /proc" test -e $PROC
load
: >"$SCENARIO_DIR/calm"
wait "${STORM[@]}" "${READERS[@]}"
print_note "$LOADS loads and unloads under traffic; $refused times rmmod found it in use"
