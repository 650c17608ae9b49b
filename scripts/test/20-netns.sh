# SPDX-License-Identifier: GPL-2.0
# A namespace shows its own connections only, the initial one shows all. A new namespace inherits
# nothing from one that has ended.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

load
peer 'listen s 127.0.0.1 5000' 'many 7 127.0.0.1 5000 s' 'close s'

# Another namespace, made after the module was loaded; it ends once go is opened.
mkfifo "$SCENARIO_DIR/go"
unshare -n bash -c 'ip link set lo up
	peer "listen s 127.0.0.1 6000" "many 5 127.0.0.1 6000 s" "close s"
	cat /proc/net/tcpfsm/log >"$SCENARIO_DIR/other.log"
	cat /proc/net/tcpfsm/stats >"$SCENARIO_DIR/other.stats"
	stat -Lc %i /proc/self/ns/net >"$SCENARIO_DIR/other.inode"
	exec 9<"$SCENARIO_DIR/go"' &
wait_for 10 "the other namespace has read its log" test -s "$SCENARIO_DIR/other.inode"

case_begin "each namespace's log has its own records, all of them, and no others"
wait_for 5 "72 records" has_records 72
expect_eq "ours" 72 "$(records)"
expect_lines "" "$(transitions | grep ':6000')" "none of the other's"
expect_eq "the other's" 52 "$(records "$SCENARIO_DIR/other.log")"
expect_lines "" "$(transitions "$SCENARIO_DIR/other.log" | grep ':5000')" "none of ours"

case_begin "the initial namespace's log has both, with their inode numbers"
init_ns cat $PROC/log >"$SCENARIO_DIR/all.log"
expect_eq "all" 124 "$(records "$SCENARIO_DIR/all.log")"
expect_lines "$(printf '%s\n' "72 $(stat -Lc %i /proc/self/ns/net)" "52 $(<"$SCENARIO_DIR/other.inode")" | sort)" \
	"$(awk 'NR > 1 { print $2 }' "$SCENARIO_DIR/all.log" | sort | uniq -c | awk '{ print $1, $2 }' | sort)" "records per namespace"
expect_sound "$SCENARIO_DIR/all.log"

case_begin "counters are the namespace's own, the initial one's are the machine's"
expect_eq "ours" 72 "$(stat_of recorded)"
expect_eq "the other's" 52 "$(awk '$1 == "recorded" { print $2 }' "$SCENARIO_DIR/other.stats")"
expect_eq "the machine's" 124 "$(machine_stat recorded)"
expect_eq "machine counters elsewhere" "" "$(grep -E 'overwritten|wake_ups' $PROC/stats || true)"

case_begin "raw in a namespace numbers its own records only, without a hole"
expect_eq "seq, per CPU" "" "$(reader -o json --since-load -n 72 |
	sed 's/.*"seq":\([0-9]*\),.*"cpu":\([0-9]*\),"ring":\([0-9]*\),.*/\2.\3 \1/' |
	awk '($1 in last) && $2 != last[$1] + 1 { print "after", last[$1], "comes", $2 } !($1 in last) && $2 != 1 { print "begins with", $2 } { last[$1] = $2 }')"

case_begin "the machine's sum keeps the counts of a namespace that has ended, with the ends of its 5 TIME_WAITs"
: >"$SCENARIO_DIR/go"
wait
ended() { [ "$(machine_stat recorded)" = 129 ]; }
wait_for 20 "129 records of the machine" ended
init_ns cat $PROC/log >"$SCENARIO_DIR/all.log"
expect_eq "TIME_WAIT->CLOSED" 5 "$(transitions "$SCENARIO_DIR/all.log" | grep -c 'TIME_WAIT->CLOSED')"
expect_sound "$SCENARIO_DIR/all.log"

case_begin "a new namespace begins with an empty log, whatever its inode number"
for _ in 1 2 3 4 5; do
	unshare -n bash -c 'wc -l </proc/net/tcpfsm/log
		ip link set lo up
		peer "listen s 127.0.0.1 6001" "close s"
		wc -l </proc/net/tcpfsm/log'
done >"$SCENARIO_DIR/sizes"
expect_eq "lines before and after, of five" "1 3 1 3 1 3 1 3 1 3" "$(xargs <"$SCENARIO_DIR/sizes")"
