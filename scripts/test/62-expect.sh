# SPDX-License-Identifier: GPL-2.0
# expect and watch with real processes: children, threads, vfork(), io_uring, commands that live for
# milliseconds, resets; a leak that is found when its time has come. And the example of the manual
# page, as it is there.
# seconds: 120
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

OUT=$SCENARIO_DIR/out
way="CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT"
closes="'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' 'close c' 'eof a' 'close a' 'close s'"

# expects STATUS WORDS...: expect ends with it; its output is in $OUT
expects() {
	local want=$1 status=0; shift
	reader expect "$@" >"$OUT" 2>"$OUT.err" || status=$?
	expect_eq "status of expect ${*:1:2}" "$want" "$status"
	[ "$status" = "$want" ] || missed "$(cat "$OUT" "$OUT.err")"
}

case_begin "a program that closes: 0; in any spelling"
load
expects 0 "$way" open active -- sh -c "peer $closes"
expects 0 'close syn-sent estab fin-wait-1 *' open active -- sh -c "peer $closes"
expects 0 'listen>syn_recv>TCP_ESTABLISHED>TCP_CLOSE_WAIT>last-ack>closed' open passive -- sh -c "peer $closes"
expects 0 "$way | LISTEN SYN_RCVD ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED" -- sh -c "peer $closes"
expect_eq "output" "reader: 2 connections, all as expected" "$(cat "$OUT" "$OUT.err")"

case_begin "a program that resets instead of closing: 1, and the difference"
start served peer 'listen s 127.0.0.1 5002' 'accept a s' 'poll a 10000'
wait_for 10 "its listener" sh -c "ss -ltn | grep -q :5002"
expects 1 "$way" -- peer 'connect c 127.0.0.1 5002 40002' 'linger0 c' 'close c'
expect_lines "peer 127.0.0.1:40002 127.0.0.1:5002
  EXPECTED     HAPPENED     CAUSE
  CLOSED       CLOSED
  SYN_SENT     SYN_SENT     connect
  ESTABLISHED  ESTABLISHED  rcv_synack
- FIN_WAIT_1
- FIN_WAIT_2
- TIME_WAIT
+              CLOSED       linger0" "$(sed 's,^\([a-z]*\)/[0-9]* ,\1 ,' "$OUT")"
wait $! || true

case_begin "a command that fails, and one that makes no connection"
expects 7 "CLOSED SYN_SENT CLOSED" -- sh -c "peer 'refused c 127.0.0.1 5999'; exit 7"
expects 0 "CLOSED SYN_SENT CLOSED" -- peer 'refused c 127.0.0.1 5999'
expects 1 "$way" -- true
expect_eq "the sentence" "reader: the command made no connection" "$(<"$OUT.err")"
expects 127 "$way" -- /nonexistent

case_begin "threads, children and children's children count, and nobody else"
expects 1 "LISTEN *" open active -- peer 'listen s 127.0.0.1 5000' thread 'connect c 127.0.0.1 5000 40011' end 'fork w' 'connect d 127.0.0.1 5000 40012' \
	'fork v' 'connect e 127.0.0.1 5000 40013' end 'reap v' end 'reap w'
expect_lines "40011
40012
40013" "$(sed -n 's/^peer.*127.0.0.1:\(400..\) .*/\1/p' "$OUT" | sort)"
# shellcheck disable=SC2016  # for sh -c
start other sh -c 'while [ ! -e "$1" ]; do peer "refused c 127.0.0.1 5998"; done' - "$SCENARIO_DIR/stop"
expects 0 "CLOSED SYN_SENT CLOSED" dport :5999 -- sh -c 'for i in 1 2 3 4 5 6 7; do peer "refused c 127.0.0.1 5999"; done'
expects 1 "$way" -- sh -c ':'
: >"$SCENARIO_DIR/stop"
wait $!

case_begin "101 commands that live for a moment, in the background of a shell that ends at once: none is missed"
# shellcheck disable=SC2016  # for sh -c
expects 1 "LISTEN *" dport :5999 -- sh -c 'for i in $(seq 101); do (peer "refused c 127.0.0.1 5999" &) ; done; while pgrep -x peer >/dev/null; do :; done'
expect_eq "connections" 101 "$(grep -c '^peer' "$OUT")"

case_begin "without privilege it works as well, where the records may be read"
load uid=65534
status=0
init_ns setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all -- \
	"$(command -v reader)" expect 'CLOSED SYN_SENT CLOSED' -- "$(command -v peer)" 'refused c 127.0.0.1 5999' >"$OUT" 2>&1 || status=$?
expect_eq "status" 0 "$status"
[ $status = 0 ] || missed "$(<"$OUT")"

case_begin "watch: CLOSE_WAIT for a second is reported by time alone, also of a connection that is older; --run has it"
load
start held packet 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40021' 'accept a s' 'close c' 'eof a' 'say ready' "await $SCENARIO_DIR/go" 'close a'
holder=$!
wait_for 10 "the leak" grep -qx ready "$SCENARIO_DIR/held"
# shellcheck disable=SC2016  # for sh -c
reader watch -o csv -n 1 'state close-wait and dwell > 1s' --run 'echo "$TCPFSM_STATE $TCPFSM_LPORT $TCPFSM_RPORT $TCPFSM_OWNER_COMM" >&2' \
	>"$OUT" 2>"$OUT.err"
expect_eq "its variables" "CLOSE_WAIT 5000 40021 packet" "$(<"$OUT.err")"
expect_match "its line" '[^,]*,CLOSE_WAIT,[0-9]{10,},.*' "$(tail -n 1 "$OUT")"
start later reader watch -o csv -n 1 'state last-ack or state closed'
watcher=$!
wait_for 10 "its header" test -s "$SCENARIO_DIR/later"
: >"$SCENARIO_DIR/go"
wait $holder
wait $watcher
expect_match "the next state" '[^,]*,LAST_ACK,.*' "$(tail -n 1 "$SCENARIO_DIR/later")"

case_begin "the example of the manual page"
load
ln -s "$(command -v reader)" "$SCENARIO_DIR/tcpfsm"
client() {
	printf '%s\n' '#!/bin/sh' "exec peer $1" >"$SCENARIO_DIR/client"
	chmod +x "$SCENARIO_DIR/client"
}
opens="'comm client' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s'"
client "$opens 'close c' 'eof a' 'close a' 'close s'"
example() {
	cd "$SCENARIO_DIR" || exit
	PATH=$PWD:$PATH
# example
tcpfsm watch 'comm client and state close-wait and dwell > 1s' \
	--run false &
watch=$!
tcpfsm expect \
	'CLOSED SYN_SENT ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT' \
	open active -- ./client || exit
kill $watch
wait $watch
# end
}
status=0
(trap - ERR; set +eE; example) >"$OUT" 2>&1 || status=$?
expect_eq "status" 0 "$status"
[ $status = 0 ] || missed "$(<"$OUT")"
client "$opens 'linger0 c' 'close c' 'close a' 'close s'"
status=0
(trap - ERR; set +eE; example) >"$OUT" 2>&1 || status=$?
expect_eq "status of a client that resets" 1 "$status"
expect "the difference" grep -q '^+ .* CLOSED *linger0' "$OUT"
kill "$(pgrep -x tcpfsm)" 2>/dev/null || true
