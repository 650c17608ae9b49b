# SPDX-License-Identifier: GPL-2.0
# As many connections as the machine makes, and readers of every pace: records and reported losses are what was produced, exactly, for each; in order, in chains.
# only: thorough
# seconds: 240
# length: 600
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

LONG=11
! at_length || LONG=61

# Packets change CPU on their way, where the kernel can do that.
mkdir "$SCENARIO_DIR/sys"
mount -t sysfs sysfs "$SCENARIO_DIR/sys"
for queue in "$SCENARIO_DIR"/sys/class/net/lo/queues/rx-*/rps_cpus; do
	[ ! -w "$queue" ] || printf '%x\n' $(((1 << $(nproc)) - 1)) >"$queue"
done
umount "$SCENARIO_DIR/sys"

# halting PID RECORDS: stopped until two rounds of a ring were missed, whichever of the two namespaces' and
# the CPUs' it was, then let go for a while; until calm.
halting() {
	local until
	while [ ! -e "$SCENARIO_DIR/calm" ]; do
		kill -STOP "$1"
		until=$(($(machine_stat overwritten) + 2 * $2 * 2 * $(nproc)))
		until [ "$(machine_stat overwritten)" -ge $until ] || [ -e "$SCENARIO_DIR/calm" ]; do sleep 0.1; done
		kill -CONT "$1"
		sleep 0.5
	done
	kill -CONT "$1"
}

# What reader and follow show, counted as it comes; they end at the last record.
count_json() {
	awk '/^{"lost"/ { gsub(/[^0-9]/, ""); lost += $0; next }
	     /"old":/ { n++ }
	     /"lport":'$LAST',.*"old":"LISTEN","new":"CLOSED"/ { print n, lost + 0; exit }'
}
count_text() {
	awk '$1 == "#" { lost += $3; next }
	     $6 ~ /->/ { n++; if ($1 < last) wrong++; last = $1 }
	     $4 ~ /:'$LAST'$/ && $6 == "LISTEN->CLOSED" { print n, lost + 0, wrong + 0; exit }'
}

# stress RECORDS SECONDS PAUSE: the slow one reads 31 records and pauses for so many microseconds.
stress() {
	local halting made json text wrong name all ours
	case_begin "$(nproc) CPUs, records=$1, $2 s: five readers, each told exactly what it lost"
	load records="$1"
	ledger_open
	witness_begin all $ALL/raw fresh
	witness_begin here $PROC/raw fresh
	witness_begin slow $ALL/raw fresh bytes=5952 pause="$3"
	witness_begin stopped $ALL/raw fresh
	cat $PROC/follow > >(count_text >"$SCENARIO_DIR/text") &
	text=$!
	init_ns reader -o json --since-load > >(count_json >"$SCENARIO_DIR/json") &
	json=$!
	wait_for 10 "both are there" both_opened "$text" "$json"
	# The storm before has left it.
	rm -f "$SCENARIO_DIR/calm"
	halting "${WITNESSES[stopped]}" "$1" &
	halting=$!
	storm reset 5000
	storm_elsewhere client 6000 1
	sleep "$2"
	# Where the machine is slow, that was not enough for a small ring to be written over.
	[ "$1" -gt 64 ] || wait_for 120 "1009 records to be overwritten" overwritten_are 1009
	calm
	wait $halting
	witnesses_end
	all=$(produced) ours=$(stat_of recorded)
	for name in text json; do wait_for 120 "$name has heard all" test -s "$SCENARIO_DIR/$name"; done
	end_readers $text $json
	for name in all slow stopped; do expect_account $name "$all"; done
	expect_account here "$ours"
	read -r made json <"$SCENARIO_DIR/json"
	expect_eq "reader -o json: records + lost" "$all" $((made + json))
	read -r made text wrong <"$SCENARIO_DIR/text"
	expect_eq "follow: records + lost" "$ours" $((made + text))
	expect_eq "follow: lines out of order" 0 "$wrong"
	expect_eq "flows_evicted" 0 "$(machine_stat flows_evicted)"
	expect_ledger
	tell "$(nproc) CPUs, records=$1, $2 s: $(awk '{ n += $1 } END { print n }' "$SCENARIO_DIR/made") connections, $all records;" \
		"lost: fast $(said all lost), namespace's $(said here lost), slow $(said slow lost)," \
		"stopped $(said stopped lost) (told $(said stopped losses) times), follow $text, json $json"
	rm "$SCENARIO_DIR"/{made,text,json}
}
overwritten_are() { [ "$(machine_stat overwritten)" -ge "$1" ]; }
both_opened() {
	readlink /proc/"$1"/fd/* | grep -q tcpfsm/follow
	pgrep -x reader >/dev/null && readlink /proc/"$(pgrep -x reader)"/fd/* | grep -q tcpfsm/raw
}

stress 8192 $LONG 10000
stress 64 $LONG 1000000
expect "who was stopped lost something" test "$(said stopped lost)" -gt 0
expect "who was slow lost something" test "$(said slow lost)" -gt 0
