# SPDX-License-Identifier: GPL-2.0
# The reader's views of live connections: what they print, when they end, --capture, and a command that is traced.
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

FILTER=$PROC/filter
three() { peer 'comm three' 'listen s 127.0.0.1 5000' 'many 3 127.0.0.1 5000 s' 'close s'; }

case_begin "with -x each line begins as that of log"
load
three
wait_for 5 "32 records" has_records 32
reader -x --since-load -n 32 >"$SCENARIO_DIR/extended"
cat $PROC/log >"$SCENARIO_DIR/log"
expect_eq "lines" 33 "$(wc -l <"$SCENARIO_DIR/extended")"
expect_lines "" "$(awk 'NR == FNR { log_line[NR] = $0; next } index($0, log_line[FNR]) != 1 { print }' \
	"$SCENARIO_DIR/log" "$SCENARIO_DIR/extended")" "lines that do not"

case_begin "life: one line a connection when it ends, each end for itself"
start life reader life -n 6
reader=$!
wait_for 10 "its header" test -s "$SCENARIO_DIR/life"
three
wait $reader
expect_lines "act close us three
pas close peer three" "$(awk 'NR > 1 { sub("/.*", "", $NF); print $4, $7, $8, $NF }' "$SCENARIO_DIR/life" | sort -u)"
expect_eq "lines" 7 "$(wc -l <"$SCENARIO_DIR/life")"

case_begin "handshakes: refused and established; --for ends it, with the histogram"
start shakes reader handshakes --for 3s --histogram
reader=$!
wait_for 10 "its header" test -s "$SCENARIO_DIR/shakes"
three
peer 'refused c 127.0.0.1 5999'
status=0
wait $reader || status=$?
expect_eq "status" 0 "$status"
expect_lines "active: 3 established, 1 failed
failed: refused 1
passive: 3 established, 0 failed" "$(grep -E 'established,|^failed' "$SCENARIO_DIR/shakes")"

case_begin "a command: the ladder of its connection, and its status"
status=0
reader ladder -- peer 'comm traced' 'listen s 127.0.0.1 5001' 'connect c 127.0.0.1 5001 40001' 'accept a s' 'close c' \
	'eof a' 'close a' 'close s' >"$SCENARIO_DIR/ladder" || status=$?
expect_eq "status" 0 "$status"
expect_lines "SYN ACK FIN" "$(sed -n 's/.*|-* \([A-Z+]*\) -*>|.*/\1/p' "$SCENARIO_DIR/ladder" | sed -n '1,3p' | xargs)"
expect "its heading" grep -q 'traced/[0-9]* 127.0.0.1:40001 *traced/[0-9]* 127.0.0.1:5001' "$SCENARIO_DIR/ladder"
status=0
reader -- sh -c 'exit 7' >/dev/null || status=$?
expect_eq "the command's status" 7 "$status"
status=0
got=$(reader -- /nonexistent 2>&1 >/dev/null) || status=$?
expect_eq "status without a command" 127 "$status"
expect_match "the message" 'reader: /nonexistent: No such file or directory' "$got"

case_begin "flows, at once: as ss has it"
start held packet 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'connect d 127.0.0.1 5000' 'close d' 'say ready' "await $SCENARIO_DIR/go"
holder=$!
wait_for 10 "the connections" grep -qx ready "$SCENARIO_DIR/held"
reader flows -o csv port = 5000 >"$SCENARIO_DIR/flows"
expect_lines "CLOSE_WAIT
ESTABLISHED
ESTABLISHED
FIN_WAIT_2
LISTEN" "$(tail -n +2 "$SCENARIO_DIR/flows" | cut -d , -f 1 | grep -v TIME_WAIT | sort)"
: >"$SCENARIO_DIR/go"
wait $holder

case_begin "--capture narrows the module's filter while the reader runs, and restores it, also on SIGTERM"
init_ns sh -c "echo 'port=22' >$FILTER"
start captured nsenter -t 1 -n -- "$(command -v reader)" --capture port = 5002 or port = 5003
reader=$!
wait_for 10 "its filter" init_ns grep -qx 'port=5002,5003' $FILTER
status=0
got=$(init_ns reader --capture port = 80 --for 1s 2>&1 >/dev/null) || status=$?
expect_eq "a second one: status" 1 "$status"
expect_match "a second one" 'reader: /proc/net/tcpfsm/filter: .*' "$got"
expect_eq "the filter" 'port=5002,5003' "$(init_ns head -n 1 $FILTER)"
kill -TERM $reader
wait $reader || true
expect_eq "the filter from before" 'port=22' "$(init_ns head -n 1 $FILTER)"
status=0
got=$(init_ns reader --capture cause close 2>&1 >/dev/null) || status=$?
expect_eq "a filter that the module does not know: status" 2 "$status"
expect "the message" grep -q exactly <<<"$got"
init_ns sh -c "echo >$FILTER"

case_begin "a namespace with a name in /run/netns is shown by it"
ip netns add blue
start named nsenter -t 1 -n -- "$(command -v reader)" life -x -n 2
reader=$!
wait_for 10 "its header" test -s "$SCENARIO_DIR/named"
ip netns exec blue sh -c "ip link set lo up; peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'close c' 'eof a' 'close a'"
wait $reader
expect_eq "lines that say blue" 2 "$(grep -cw blue "$SCENARIO_DIR/named")"
ip netns del blue
