# SPDX-License-Identifier: GPL-2.0
# Memory runs out until the kernel kills a process, and the clock is set while connections are
# recorded: every loss is reported, times and order stay correct.
# only: thorough
# seconds: 180
# Messages of the OOM killer, and of allocations that fail.
# harmless: Call Trace|lockdep_hardirqs_on\+
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"
. "$LAB_TEST/wire.sh"

meminfo() { awk -v name="$1:" '$1 == name { print $2 * 1024 }' /proc/meminfo; }

case_begin "a process takes all memory until the kernel kills it, 3 times, under traffic"
load
ledger_open
witness_begin all $ALL/raw fresh
witness_begin here $PROC/raw fresh
storm reset 5000 1
storm_elsewhere client 6000 1
for _ in 1 2 3; do
	stormy 101
	status=0
	# The OOM killer takes it first.
	peer 'write /proc/self/oom_score_adj 1000' grow || status=$?
	expect_eq "how it ended" 137 $status
done
stormy 101
calm
witnesses_end
expect_account all "$(produced)"
expect_account here "$(stat_of recorded)"
expect_ledger
expect_lines "peer
peer
peer" "$(since_begin | sed -n 's/.*Killed process [0-9]* (\([^)]*\)).*/\1/p')" "killed processes"
print_note "out of memory 3 times: $(said all records) records, lost $(said all lost)"

# --- the clock ---

# shifted SECONDS: sets the clock forward by that much.
shifted() { date -s "@$(awk -v by="$1" 'BEGIN { srand(); printf "%d", srand() + by }')" >/dev/null; }
# CLOCK_REALTIME - CLOCK_MONOTONIC, as an open() of raw has it.
offset() { head -c 32 $PROC/raw | od -An -t d8 -j 24 | tr -d ' '; }
# nanoseconds TIME: a TIME of log, in nanoseconds since the epoch.
nanoseconds() { date -u -d "${1%Z}Z" +%s%N; }

DAY=86400
# clock_goes SECONDS DIRECTION
clock_goes() {
	local first second before after
	case_begin "the clock goes $2 by a day while a connection lives: its dwell does not change"
	load
	ledger_open
	start follow cat $PROC/follow
	FOLLOW=$!
	wait_for 5 "the header" test -s "$SCENARIO_DIR/follow"
	packet 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' \
		"await $SCENARIO_DIR/go" 'linger0 c' 'close c' 'wait a 7' &
	PEER=$!
	wait_for 5 "5 records" has_records 5
	first=$(awk 'NR == 2 { print $1 }' $PROC/log) before=$(offset)
	shifted "$1"
	: >"$SCENARIO_DIR/go"
	wait $PEER
	rm "$SCENARIO_DIR/go"
	wait_for 5 "8 records" has_records 8 "$SCENARIO_DIR/follow"
	second=$(awk 'NR == 2 { print $1 }' $PROC/log) after=$(offset)
	expect_dwell "ESTABLISHED" 0 60 "$(dwell 127.0.0.1:40001 127.0.0.1:5000 'ESTABLISHED->CLOSED')"
	expect_dwell "ESTABLISHED, at the other end" 0 60 "$(dwell 127.0.0.1:5000 127.0.0.1:40001 'ESTABLISHED->CLOSED')"
	expect_sound
	expect_ledger

	case_begin "the clock went $2: log shows all records with the clock at its open()"
	expect "by a day: $((after - before)) ns" test $(((after - before) / 1000000000 / 60)) -ge $(($1 / 60 - 2)) \
		-a $(((after - before) / 1000000000 / 60)) -le $(($1 / 60 + 2))
	expect_eq "by how much an old record moved" $((after - before)) \
		$(($(nanoseconds "$second") - $(nanoseconds "$first")))
	expect_eq "a file opened before keeps the clock at its open()" "$first" \
		"$(awk 'NR == 2 { print $1 }' "$SCENARIO_DIR/follow")"
	expect_sound "$SCENARIO_DIR/follow"
	expect_eq "the reader has the new clock too" "$second" "$(reader -o json --since-load -n 1 | sed 's/.*"ts":"\([^"]*\)".*/\1/')"
	end_readers $FOLLOW
}
clock_goes $DAY forward
clock_goes -$DAY back
