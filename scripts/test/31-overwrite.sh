# SPDX-License-Identifier: GPL-2.0
# A reader that falls behind learns where and how many records it lost, in each format. Records and
# losses add up to exactly what was produced.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

# behind OPTION...: a reader is stopped while 499 sockets open and close. Sets produced, status.
behind() {
	load records=256
	start out reader "$@" 2>"$SCENARIO_DIR/err"
	local pid=$!
	wait_for 10 "the reader waits" reader_waits "$pid"
	peer 'listens 3 127.0.0.1 5000'
	wait_for 10 "the first 6 records" has_lines 6
	kill -STOP "$pid"
	peer 'listens 499 127.0.0.1 5000'
	produced=$(stat_of recorded)
	kill -CONT "$pid"
	wait_for 10 "the last record" last_seen
	kill -INT "$pid"
	status=0
	wait "$pid" || status=$?
}

# reader_waits PID: it has the file open and sleeps.
reader_waits() { ls -l "/proc/$1/fd" | grep -q "$PROC/raw\|tcpfsm/raw" && grep -q '^State:.*S' "/proc/$1/status"; }
has_lines() { [ "$(grep -c -e LISTEN "$SCENARIO_DIR/out")" -ge "$1" ]; }
# 1004 records are made, and only the last 64 a CPU are held: a quarter, outside the initial namespace.
last_seen() { [ "$(grep -c -e LISTEN "$SCENARIO_DIR/out")" -ge 70 ]; }

case_begin "text"
behind
lost=$(reported_lost "$SCENARIO_DIR/out")
shown=$(grep -c LISTEN "$SCENARIO_DIR/out")
expect_eq "produced" 1004 "$produced"
expect_eq "shown + lost" 1004 $((shown + lost))
expect_eq "records before the loss" 6 "$(awk '$1 == "#" { exit } /LISTEN/ { n++ } END { print n + 0 }' "$SCENARIO_DIR/out")"
expect_eq "exit status" 3 "$status"
expect_match "standard error" ".*$lost.*" "$(<"$SCENARIO_DIR/err")"

case_begin "JSON"
behind -o json
lost=$(sed -n 's/^{"lost":\([0-9]*\)}$/\1/p' "$SCENARIO_DIR/out" | awk '{ n += $1 } END { print n + 0 }')
shown=$(grep -c '"old"' "$SCENARIO_DIR/out")
expect_eq "shown + lost" 1004 $((shown + lost))
expect_eq "records before the loss" 6 "$(awk '/"lost"/ { exit } { n++ } END { print n + 0 }' "$SCENARIO_DIR/out")"
expect_eq "exit status" 3 "$status"

case_begin "a saved copy keeps the loss in its place"
load records=256
peer "open r $PROC/raw" 'count r 64' 'listens 499 127.0.0.1 5000' 'read r 1048576' >"$SCENARIO_DIR/mixed"
# The first line is the output of count, not part of the copy.
head -c 64 $PROC/raw >"$SCENARIO_DIR/saved"
tail -c +10 "$SCENARIO_DIR/mixed" >>"$SCENARIO_DIR/saved"
expect_eq "the header was read whole" "64 bytes" "$(head -n 1 "$SCENARIO_DIR/mixed")"
status=0
reader -r "$SCENARIO_DIR/saved" >"$SCENARIO_DIR/out" 2>/dev/null || status=$?
expect_eq "shown + lost" 998 $(($(grep -c LISTEN "$SCENARIO_DIR/out") + $(reported_lost "$SCENARIO_DIR/out")))
expect_eq "exit status" 3 "$status"

case_begin "a namespace's reader gets reports of its own losses only"
load records=16
start quiet peer "open f $PROC/follow" 'count f 65536' 'listens 5 127.0.0.1 5000' 'say loud' 'pause'
quiet=$!
wait_for 5 "ten records of ours" grep -q loud "$SCENARIO_DIR/quiet"
# Another namespace overwrites all of it.
unshare -n bash -c 'ip link set lo up; for cpu in 0 1; do taskset -c $cpu peer "listens 101 127.0.0.1 5000"; done'
expect_eq "records of all namespaces" 414 "$(machine_stat recorded)"
end_readers $quiet
peer "open f $PROC/follow" 'count f 65536' 'listens 1 127.0.0.1 5000' 'read f 65536' >"$SCENARIO_DIR/after"
expect_eq "a reader that came later lost nothing" 0 "$(reported_lost "$SCENARIO_DIR/after")"

case_begin "of all rings: held + overwritten == recorded"
load records=16
peer 'listens 499 127.0.0.1 5000'
init_ns cat $PROC/log >"$SCENARIO_DIR/held"
expect_eq "held + overwritten" "$(machine_stat recorded)" \
	$(($(records "$SCENARIO_DIR/held") + $(machine_stat overwritten)))
