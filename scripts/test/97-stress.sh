# SPDX-License-Identifier: GPL-2.0
# As many connections as the machine can make, and readers of every speed: for each, records and
# reported losses add up to exactly what was produced, in order and in chains.
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

# halting PID RECORDS: until calm, stops a reader until twice the rings of both namespaces and all
# CPUs were overwritten, then lets it run for a moment.
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

# Count the output of reader and of follow as it comes, and end at the last record.
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

# stress RECORDS SECONDS PAUSE: the slow reader pauses PAUSE microseconds after each 31 records.
stress() {
	local halting made json text wrong name all ours
	case_begin "$(nproc) CPUs, records=$1, $2 s: readers of every speed, each with an exact report of its losses"
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
	# The storm before left it behind.
	rm -f "$SCENARIO_DIR/calm"
	halting "${WITNESSES[stopped]}" "$1" &
	halting=$!
	storm reset 5000
	storm_elsewhere client 6000 1
	sleep "$2"
	# On a slow machine that is too short to overwrite a small ring.
	[ "$1" -gt 64 ] || wait_for 120 "1009 records to be overwritten" overwritten_are 1009
	calm
	wait $halting
	witnesses_end
	all=$(produced) ours=$(stat_of recorded)
	for name in text json; do wait_for 120 "$name has the last record" test -s "$SCENARIO_DIR/$name"; done
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
	print_note "$(nproc) CPUs, records=$1, $2 s: $(awk '{ n += $1 } END { print n }' "$SCENARIO_DIR/made") connections, $all records;" \
		"lost: fast $(said all lost), namespace's $(said here lost), slow $(said slow lost)," \
		"stopped $(said stopped lost) (reported $(said stopped losses) times), follow $text, json $json"
	rm "$SCENARIO_DIR"/{made,text,json}
}
overwritten_are() { [ "$(machine_stat overwritten)" -ge "$1" ]; }
both_opened() {
	readlink /proc/"$1"/fd/* | grep -q tcpfsm/follow
	pgrep -x reader >/dev/null && readlink /proc/"$(pgrep -x reader)"/fd/* | grep -q tcpfsm/raw
}

stress 8192 $LONG 10000
stress 64 $LONG 1000000
expect "the stopped reader lost something" test "$(said stopped lost)" -gt 0
expect "the slow reader lost something" test "$(said slow lost)" -gt 0
