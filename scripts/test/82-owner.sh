# SPDX-License-Identifier: GPL-2.0
# Owner and actor: threads, workers, processes that have ended, sockets that change hands, the
# kernel. A task that only happens to run when a segment comes is no actor. What a process has given
# to an io_uring is closed by a thread of the kernel: since the process ended, if it did.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# who LOCAL PEER: TRANSITION OWNER ACTOR NOTE of each line, names without their pids.
who() {
	awk -v l="$1" -v p="$2" '$4 == l && $5 == p {
		sub("/[0-9]+$", "", $9); sub("/[0-9]+$", "", $10); print $6, $9, $10, $11 }' $PROC/log
}

server=127.0.0.1:5000

case_begin "a thread connects: the owner is its process, the actor has its own name"
load
peer 'comm process' "listen s 127.0.0.1 5000" thread 'comm its-thread' 'connect c 127.0.0.1 5000 40001' end \
	'accept a s' 'close c' 'eof a' 'close a'
expect_lines "CLOSED->SYN_SENT process its-thread -
SYN_SENT->ESTABLISHED process - -
ESTABLISHED->FIN_WAIT_1 process process -
FIN_WAIT_1->FIN_WAIT_2 process - -
FIN_WAIT_2->TIME_WAIT process - -" "$(who 127.0.0.1:40001 $server | sed 's/ same-segment.*/ -/')"
expect_eq "pids of owner and actor" 1 "$(awk '$6 == "CLOSED->SYN_SENT" { sub(".*/", "", $9); sub(".*/", "", $10); print $9; print $10 }' \
	$PROC/log | sort -u | wc -l)"
expect_sound

case_begin "a worker accepts from its master's listener: until then the owner is the master"
load
peer 'comm master' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40002' 'pair p q' \
	'fork w' 'comm worker' 'close c' 'accept a s' 'send q 1' 'eof a' 'close a' end \
	'recv p 1' 'close c' 'reap w'
wait_for 5 "12 records" has_records 12
expect_lines "LISTEN->SYN_RCVD master - -
SYN_RCVD->ESTABLISHED master - -
ESTABLISHED->CLOSE_WAIT worker - -
CLOSE_WAIT->LAST_ACK worker worker -
LAST_ACK->CLOSED worker - -" "$(who $server 127.0.0.1:40002)"
expect_sound

case_begin "one process binds, another listens and accepts: the owner is the second"
load
peer 'comm manager' 'bound s 127.0.0.1 5000' 'fork w' 'comm daemon' 'hear s' 'connect c 127.0.0.1 5000 40003' \
	'accept a s' 'close c' 'eof a' 'close a' end 'reap w'
wait_for 5 "12 records" has_records 12
expect_lines "CLOSED->LISTEN daemon daemon -" "$(who $server - | head -n 1)"
expect_lines "LISTEN->SYN_RCVD daemon - -
SYN_RCVD->ESTABLISHED daemon - -
ESTABLISHED->CLOSE_WAIT daemon - -
CLOSE_WAIT->LAST_ACK daemon daemon -
LAST_ACK->CLOSED daemon - -" "$(who $server 127.0.0.1:40003)"
expect_lines "LISTEN->CLOSED daemon manager exit" "$(who $server - | tail -n 1)" "the last process that has it"
expect_sound

case_begin "a process that exits: cause exit, marked; its name stays on its connections"
load
peer 'comm server' 'listen s 127.0.0.1 5000' 'fork w' 'comm short-lived' 'connect c 127.0.0.1 5000 40004' end \
	'accept a s' 'reap w' 'eof a' 'close a' 'close s'
wait_for 5 "12 records" has_records 12
expect_lines "CLOSED->SYN_SENT short-lived short-lived -
SYN_SENT->ESTABLISHED short-lived - -
ESTABLISHED->FIN_WAIT_1 short-lived short-lived exit
FIN_WAIT_1->FIN_WAIT_2 short-lived - -
FIN_WAIT_2->TIME_WAIT short-lived - -" "$(who 127.0.0.1:40004 $server | sed 's/ same-segment.*/ -/')"
expect_eq "cause" exit "$(awk '$4 == "127.0.0.1:40004" && $6 ~ /->FIN_WAIT_1/ { print $8 }' $PROC/log)"
expect_match "its owner in flows" 'short-lived/[0-9]+' "$(awk '$3 == "127.0.0.1:40004" && $5 == "TIME_WAIT" { print $11 }' $PROC/flows)"
expect_sound

case_begin "a process that is killed: the same"
load
start said packet 'comm victim' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40005' 'accept a s' 'say ready' 'pause'
victim=$!
wait_for 10 "it has connected" grep -qx ready "$SCENARIO_DIR/said"
kill -KILL $victim
wait $victim 2>/dev/null || true
wait_for 5 "12 records" has_records 12
expect_lines "exit victim victim exit
exit victim victim exit
exit victim victim exit" "$(awk 'NR > 1 && $10 != "-" && $8 != "connect" && $8 != "listen" {
		sub("/[0-9]+$", "", $9); sub("/[0-9]+$", "", $10); print $8, $9, $10, $11 }' $PROC/log)"
expect_sound

# first_close PORT: CAUSE OWNER ACTOR NOTE of that end's first close.
first_close() {
	awk -v p=":$1" 'substr($4, length($4) - length(p) + 1) == p && $6 ~ /^(ESTABLISHED->FIN_WAIT_1|CLOSE_WAIT->LAST_ACK|LISTEN->CLOSED)$/ {
		sub("/.*", "", $9); sub("/.*", "", $10); print $8, $9, $10, $11 }' $PROC/log
}
has_closed() { [ -n "$(first_close "$1")" ]; }

by_a_ring() {
	case_begin "$FAMILY: an io_uring has the sockets of a process that is killed: exit, and the actor is a thread of the kernel"
	load
	start said packet 'comm victim' "listen s $LOOPBACK 5000" "connect c $LOOPBACK 5000 40008" 'accept a s' \
		"listen l $LOOPBACK 5003" 'uring r c' 'uring q l' 'say ready' 'pause'
	wait_for 10 "it has connected" grep -qx ready "$SCENARIO_DIR/said"
	kill -KILL $!
	wait $! || true
	wait_for 20 "the connection is closed" has_closed 40008
	wait_for 20 "the listener is closed" has_closed 5003
	expect_match "the connection" 'exit victim kworker[^ ]* -' "$(first_close 40008)"
	expect_match "the listener" 'exit victim kworker[^ ]* -' "$(first_close 5003)"
	expect_sound

	case_begin "$FAMILY: a process that lives on closes the io_uring: close"
	load
	start said packet 'comm keeper' "listen s $LOOPBACK 5000" "connect c $LOOPBACK 5000 40009" 'accept a s' 'uring r c' \
		'close r' 'eof a' 'say done' 'pause'
	wait_for 20 "it has closed" grep -qx done "$SCENARIO_DIR/said"
	expect_match "the connection" 'close keeper kworker[^ ]* -' "$(first_close 40009)"
	kill $!
	wait $! || true
	expect_sound
}
# A kernel without it has a symbol of the system call.
if grep -qw io_wq_create /proc/kallsyms && ! grep -qs 2 /proc/sys/kernel/io_uring_disabled; then
	for_both by_a_ring
else
	skip_case "io_uring" "this kernel has none"
fi

case_begin "both ends are passed to another process: the owner stays, the process that closes is the actor"
load
# The last close() is the one that acts, so the giver closes before it sends its byte.
peer 'comm giver' 'pair p q' 'listen s 127.0.0.1 5000' 'fork w' 'comm taker' 'take q c' 'take q a' 'recv q 1' 'close c' 'eof a' 'close a' end \
	'connect c 127.0.0.1 5000 40006' 'accept a s' 'pass p c' 'pass p a' 'send p 1' 'reap w'
wait_for 5 "12 records" has_records 12
expect_lines "ESTABLISHED->FIN_WAIT_1 giver taker -" "$(who 127.0.0.1:40006 $server | grep -- '->FIN_WAIT_1')"
expect_lines "LISTEN->SYN_RCVD giver - -
SYN_RCVD->ESTABLISHED giver - -
ESTABLISHED->CLOSE_WAIT giver - -
CLOSE_WAIT->LAST_ACK giver taker -
LAST_ACK->CLOSED giver - -" "$(who $server 127.0.0.1:40006)"
expect_sound

case_begin "a listener older than the module: a child has no owner until it is accepted"
unload
start said packet 'comm elder' 'listen s 127.0.0.1 5000' 'say ready' "await $SCENARIO_DIR/go" 'connect c 127.0.0.1 5000 40007' \
	'accept a s' 'close c' 'eof a' 'close a'
wait_for 10 "it listens" grep -qx ready "$SCENARIO_DIR/said"
load
: >"$SCENARIO_DIR/go"
wait $!
rm "$SCENARIO_DIR/go"
wait_for 5 "11 records" has_records 11
expect_lines "LISTEN->SYN_RCVD - - -
SYN_RCVD->ESTABLISHED - - -
ESTABLISHED->CLOSE_WAIT elder - -
CLOSE_WAIT->LAST_ACK elder elder -
LAST_ACK->CLOSED elder - -" "$(who $server 127.0.0.1:40007)"
expect_sound

not_the_writer() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 7001)
	case_begin "$FAMILY: segments that a process writes to a TUN device have no actor"
	load
	accepted w 7001 a
	packet 'comm writer' tun "listen s $HERE 5000" "${STEPS[@]}" 'inject w FA' 'expect w A' 'close a' 'expect w FA' 'inject w A'
	wait_for 5 "7 records" has_records 7
	expect_lines "LISTEN->SYN_RCVD writer - -
SYN_RCVD->ESTABLISHED writer - -
ESTABLISHED->CLOSE_WAIT writer - -
CLOSE_WAIT->LAST_ACK writer writer -
LAST_ACK->CLOSED writer - -" "$(who "$here" "$there")"
	expect_sound
}
for_both not_the_writer

case_begin "an owner's name is one word whatever its bytes are, and its uid is recorded"
load
as_nobody peer $'comm a b\t\\' 'listen s 127.0.0.1 5000' 'close s'
expect_match "OWNER" 'a\\x20b\\x09\\x5c/[0-9]+' "$(awk '$6 == "CLOSED->LISTEN" { print $9 }' $PROC/log)"
expect_match "in JSON" '\{"pid":[0-9]+,"uid":65534,"comm":"a b\\u0009\\\\"\}' \
	"$(reader -o json --since-load -n 1 | sed 's/.*"owner":\({[^}]*}\).*/\1/')"
expect_sound

case_begin "flows has the owner of 23 connections in TIME_WAIT"
load
peer 'comm leaver' 'listen s 127.0.0.1 5000' 'many 23 127.0.0.1 5000 s'
wait_for 5 "232 records" has_records 232
expect_lines "23 leaver" "$(awk '$5 == "TIME_WAIT" && $13 != "pre-existing" { sub("/[0-9]+$", "", $11); print $11 }' $PROC/flows | uniq -c | awk '{ print $1, $2 }')"

case_begin "a reader in another pid namespace sees neither owner nor actor"
expect_eq "OWNER ACTOR here" "leaver leaver" \
	"$(awk '$6 == "CLOSED->LISTEN" { sub("/[0-9]+$", "", $9); sub("/[0-9]+$", "", $10); print $9, $10 }' $PROC/log)"
expect_eq "OWNER ACTOR there" "- -" "$(unshare -pf cat $PROC/log | awk 'NR > 1 { print $9, $10 }' | sort -u)"
expect_eq "in flows" "-" "$(unshare -pf cat $PROC/flows | awk 'NR > 1 { print $11 }' | sort -u)"
expect_eq "in JSON" "null null" "$(unshare -pf reader -o json --since-load -n 1 | sed 's/.*"owner":\([^,]*\),"actor":\([^,]*\),.*/\1 \2/')"

kernels="the owner of a connection that the kernel makes is the kernel"
if grep -qs 1 /proc/sys/net/mptcp/enabled && ip mptcp limits set subflow 2 add_addr_accepted 2 2>/dev/null; then
	case_begin "$kernels"
	load
	ip addr add 192.0.2.1/24 dev lo
	ip addr add 192.0.2.3/24 dev lo
	ip mptcp endpoint add 192.0.2.3 dev lo subflow
	packet 'comm multipath' 'protocol mptcp' 'listen s 0.0.0.0 5000' 'connect c 192.0.2.1 5000' 'accept a s' \
		'send c 101' 'recv a 101' 'send a 101' 'recv c 101' 'send c 101' 'recv a 101' "await $SCENARIO_DIR/go" 'close c' 'close a' &
	joined() { awk '$4 ~ /^192\.0\.2\.3:/ && $6 == "SYN_SENT->ESTABLISHED"' $PROC/log | grep -q .; }
	wait_for 15 "the second subflow" joined
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	# The other end, which has that address as well, may try to join too: at the client's port.
	expect_lines "CLOSED->SYN_SENT kernel/0" "$(awk '$4 ~ /^192\.0\.2\.3:/ && $5 == "192.0.2.1:5000" && $6 == "CLOSED->SYN_SENT" { print $6, $9 }' $PROC/log)"
	expect_eq "owners of its connections" kernel/0 "$(awk '$4 ~ /^192\.0\.2\.3:/ && $6 == "CLOSED->SYN_SENT" { print $9 }' $PROC/log | sort -u)"
else
	skip_case "$kernels" "this kernel has no MPTCP, and nothing else connects by itself"
fi
