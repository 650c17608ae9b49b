# SPDX-License-Identifier: GPL-2.0
# The module has none of the nine faults of net/ipv4/tcp_probe.c, which it descends from.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

listens() { peer "listens $1 127.0.0.1 5000"; }

case_begin "1: an open() takes nothing away from other readers"
load
listens 23
cat $PROC/log >"$SCENARIO_DIR/first"
peer "open l $PROC/log" "open r $PROC/raw" "open f $PROC/follow" 'count l 100' 'count r 100'
cat $PROC/log >"$SCENARIO_DIR/second"
expect_eq "records" 46 "$(records "$SCENARIO_DIR/first")"
expect "the second reader gets the same as the first" cmp "$SCENARIO_DIR/first" "$SCENARIO_DIR/second"

case_begin "2: two readers at once each get everything"
load
start a cat $PROC/follow
a=$!
start b cat $PROC/follow
b=$!
wait_for 5 "both have their header" test -s "$SCENARIO_DIR/a" -a -s "$SCENARIO_DIR/b"
listens 211
wait_for 5 "422 records in a" has_records 422 "$SCENARIO_DIR/a"
wait_for 5 "422 records in b" has_records 422 "$SCENARIO_DIR/b"
end_readers $a $b
expect "the same" cmp "$SCENARIO_DIR/a" "$SCENARIO_DIR/b"
expect_eq "records" 422 "$(records "$SCENARIO_DIR/a")"

case_begin "3: read() returns as soon as there is a line, however large the buffer"
load
expect_lines "127.0.0.1:5000 - CLOSED->LISTEN listen" "$(peer "open f $PROC/follow" 'count f 65536' \
	'listen s 127.0.0.1 5000' 'read f 131072' | tail -n +2 | transitions /dev/stdin)"

case_begin "4: the file of a killed reader has everything it read before"
load
start killed cat $PROC/follow
killed=$!
wait_for 5 "the header" test -s "$SCENARIO_DIR/killed"
listens 23
wait_for 5 "46 records, before any kill" has_records 46 "$SCENARIO_DIR/killed"
kill -KILL $killed
wait $killed || true
expect_eq "records after it" 46 "$(records "$SCENARIO_DIR/killed")"

case_begin "5: overwritten records are counted, and the loss is reported to a reader that missed them"
load records=16
# On one CPU, so that what is held is not more than one read() gives.
taskset -c 0 peer "open f $PROC/follow" 'count f 65536' 'listens 251 127.0.0.1 5000' 'read f 65536' >"$SCENARIO_DIR/slow"
expect_eq "received + lost" 502 $(($(records "$SCENARIO_DIR/slow") + $(reported_lost "$SCENARIO_DIR/slow")))
expect_eq "reader_lost" "$(reported_lost "$SCENARIO_DIR/slow")" "$(stat_of reader_lost)"
expect_match "something was lost" '[1-9][0-9]*' "$(reported_lost "$SCENARIO_DIR/slow")"

case_begin "6: poll, O_NONBLOCK, a header line, a view per namespace, the actor"
load
expect_lines "EAGAIN
not ready
ready
127.0.0.1:5000 - CLOSED->LISTEN
EAGAIN
not ready" "$(peer "open f $PROC/follow" 'nonblock f' 'count f 65536' 'read f 65536' 'poll f 0' \
	'listen s 127.0.0.1 5000' 'poll f 5000' 'read f 65536' 'read f 65536' 'poll f 0' |
	tail -n +2 | awk 'NF > 2 && $1 != "not" { print $4, $5, $6; next } { print }')"
expect_match "the header" "TIME +NETNS +ID +LOCAL +PEER +TRANSITION +DWELL +CAUSE +OWNER +ACTOR +NOTE" "$(head -n 1 $PROC/log)"

case_begin "7: one connection's lines do not depend on another's"
load
peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'connect d 127.0.0.1 5000 40002' \
	'accept a s' 'accept b s' 'close d' 'close c' 'eof b' 'eof a' 'close a' 'close b'
wait_for 5 "22 records" has_records 22
for port in 40001 40002; do
	expect_lines "CLOSED->SYN_SENT connect
SYN_SENT->ESTABLISHED rcv_synack
ESTABLISHED->FIN_WAIT_1 close
FIN_WAIT_1->FIN_WAIT_2 rcv_ack
FIN_WAIT_2->TIME_WAIT rcv_fin" "$(transitions | awk -v me="127.0.0.1:$port" '$1 == me { print $3, $4 }')" "port $port"
done
expect_sound

case_begin "8: the probe fits the tracepoint (or the build fails), and is called"
load
listens 1
expect_eq "recorded" 2 "$(stat_of recorded)"

case_begin "9: rmmod fails at once while a reader waits, and works once the reader is gone"
load
start waiting cat $PROC/follow
waiting=$!
wait_for 5 "it waits" test -s "$SCENARIO_DIR/waiting"
expect_match "rmmod" '.*(in use|Resource temporarily unavailable).*' "$(timeout 20 rmmod tcpfsm 2>&1 || true)"
end_readers $waiting
expect "rmmod after it" unload_within 5
