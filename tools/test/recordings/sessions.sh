# SPDX-License-Identifier: GPL-2.0
# Runs in the guest, as a scenario: sessions with real traffic, each recorded from a fresh load
# of the module. A recording goes to the host as a line of base64.
# seconds: 300
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# send_recording NAME FILE
send_recording() { report "note recording $1 $(base64 -w0 "$2")"; }

# recorded NAME RECORDS: waits for so many records, and sends them.
recorded() {
	wait_for 90 "$2 records of $1" has_records "$2"
	reader -w "$SCENARIO_DIR/raw" --since-load -n "$2"
	send_recording "$1" "$SCENARIO_DIR/raw"
}

# serve STEP...: a process named server that listens on $LOCAL 8080 and takes the steps.
serve() {
	start said packet 'comm server' "listen s $LOCAL 8080" 'say ready' "$@"
	SERVER=$!
	wait_for 10 "the server" grep -qx ready "$SCENARIO_DIR/said"
}

# call STEP...: a process named client that connects to it and takes the steps.
call() { packet 'comm client' "connect c $LOCAL 8080" "$@"; }

case_begin "recordings"
LOCAL=127.0.0.1
HERE=192.0.2.1 THERE=192.0.2.2 LOOPBACK=127.0.0.1

# nginx and curl, IPv4 and IPv6, a port without a listener, and the end of the TIME_WAITs.
http() {
	head -c 1009 /dev/zero | tr '\0' x >/var/www/index.html
	nginx
	curl -s -o /dev/null http://127.0.0.1/
	curl -s -o /dev/null 'http://[::1]/'
	curl -s -o /dev/null http://127.0.0.1:81/ || true
	wait_for 90 "the end of two TIME_WAITs" is 2 cell TIME_WAIT CLOSED
	nginx -s quit
}
# First, since it ends when its TIME_WAITs have ended: those of the others have not, then.
load
http
recorded http 28

# The server closes its end only when its client's FIN has been acknowledged: four segments.
load
serve 'accept a s' 'recv a 101' 'send a 211' 'eof a' 'idle 47' 'close a' 'close s'
call 'send c 101' 'recv c 211' 'close c'
wait $SERVER
recorded four-way 12

# A peer behind a TUN device.
load
accepted w 7001 a
packet 'comm server' tun "listen s $HERE 5000" "${STEPS[@]}" 'close s' 'close a' 'expect w FA' 'inject w FA' 'expect w A'
recorded fin-ack-in-one 7

load
packet 'comm client' tun "wire w $THERE 7001 40001" "start c $THERE 7001 40001" 'expect w S' \
	'inject w S' 'expect w SA' 'idle 23' 'inject w A' 'wait c 1' 'close c' 'expect w FA' 'inject w FA' 'expect w A'
recorded simultaneous-open 6

load
connected w 7003 c 40003
packet 'comm client' tun "${STEPS[@]}" 'close c' 'expect w FA' 'inject w FA ack=-1' 'expect w A' 'idle 23' 'inject w A'
recorded simultaneous-close 5

load
sysctl -qw net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_synack_retries=1
packet 'comm server' tun "listen s $HERE 5000" "wire w $THERE 7011 5000" 'inject w S' 'expect w SA' 'expect w SA' \
	"wire v $THERE 7002 40002" "start c $THERE 7002 40002" 'expect v S' 'expect v S' 'wait c 7' 'close s'
recorded unanswered 6
sysctl -qw net.ipv4.tcp_syn_retries=6 net.ipv4.tcp_synack_retries=5

# The first SYN and the first SYN-ACK are lost.
load
packet 'comm client' tun "wire w $THERE 7005 40005" "start c $THERE 7005 40005" 'expect w S' 'expect w S' \
	'inject w SA mss=1460' 'expect w A' 'wait c 1' \
	"listen s $HERE 5000" "wire v $THERE 7012 5000" 'inject v S mss=1460' 'expect v SA' 'expect v SA' 'inject v A' \
	'accept a s' 'inject w R' 'inject v R' 'wait a 7' 'wait c 7' 'close s'
recorded sent-again 8

load
sysctl -qw net.ipv4.tcp_syncookies=2
serve 'accept a s' 'recv a 101' 'eof a' 'close a' 'close s'
call 'send c 101' 'close c'
wait $SERVER
recorded cookie 12
sysctl -qw net.ipv4.tcp_syncookies=1

# Each way to reset: the end that does it is the client's, then the server's.
load
serve 'accept a s' 'accept b s' 'accept d s' 'wait a 7' 'recv d 101' 'linger0 d' 'close d' 'close s'
peer 'comm client' "connect a $LOCAL 8080" 'linger0 a' "connect b $LOCAL 8080" "connect d $LOCAL 8080" 'send d 101' \
	'close a' 'send b 101' 'wait d 7'
wait $SERVER
recorded reset 20

load
packet 'comm client' tun "wire w $THERE 7006 40006" "start c $THERE 7006 40006" 'expect w S' 'icmp w host' 'wait c 7'
recorded unreachable 2

# The peer never closes: the orphan waits for its FIN in vain.
load
sysctl -qw net.ipv4.tcp_fin_timeout=2
connected w 7004 c 40004
packet 'comm client' tun "${STEPS[@]}" 'close c' 'expect w FA' 'inject w A' "await $SCENARIO_DIR/go" &
recorded fw2-timeout 5
: >"$SCENARIO_DIR/go"
wait $!
sysctl -qw net.ipv4.tcp_fin_timeout=60

# Half closed: the server goes on sending after the client's FIN.
load
serve 'accept a s' 'eof a' 'idle 47' 'send a 1009' 'close a' 'close s'
call 'shutdown c' 'recv c 1009' 'eof c' 'close c'
wait $SERVER
recorded half-closed 12

# Older than the module, and one that lives on.
unload
serve 'accept a s' 'accept b s' 'eof a' 'close a' "await $SCENARIO_DIR/over"
start client packet 'comm client' "connect c $LOCAL 8080" "connect d $LOCAL 8080" 'say ready' "await $SCENARIO_DIR/loaded" 'close c' \
	"connect e $LOCAL 8080" 'say done' "await $SCENARIO_DIR/over"
CLIENT=$!
wait_for 10 "the client" grep -qx ready "$SCENARIO_DIR/client"
load
: >"$SCENARIO_DIR/loaded"
wait_for 10 "the client" grep -qx done "$SCENARIO_DIR/client"
recorded pre-existing 10
: >"$SCENARIO_DIR/over"
wait $SERVER $CLIENT

# Data in the SYN.
load
sysctl -qw net.ipv4.tcp_fastopen=$((0x403))
serve 'accept a s' 'recv a 101' 'eof a' 'close a' 'accept b s' 'recv b 101' 'eof b' 'close b' 'close s'
peer 'comm client' "fastopen c $LOCAL 8080 101" 'close c' "fastopen d $LOCAL 8080 101" 'close d'
wait $SERVER
recorded fastopen 22

# Both ends on one machine, in two network namespaces.
load
ip netns add blue
ip link add eth0 type veth peer name eth0 netns blue
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
ip -n blue addr add 10.0.0.2/24 dev eth0
ip -n blue link set eth0 up
start said ip netns exec blue packet 'comm server' 'listen s 10.0.0.2 8080' 'say ready' 'accept a s' 'recv a 101' 'eof a' 'close a' 'close s'
SERVER=$!
wait_for 10 "the server" grep -qx ready "$SCENARIO_DIR/said"
peer 'comm client' 'connect c 10.0.0.2 8080' 'send c 101' 'close c'
wait $SERVER
machine_has() { [ "$(machine_stat recorded)" -ge 12 ]; }
wait_for 10 "12 records" machine_has
init_ns reader -w "$SCENARIO_DIR/raw" --since-load -n 12
send_recording namespaces "$SCENARIO_DIR/raw"
ip netns del blue

# A reader that is stopped while records are overwritten.
load records=64
start lost reader -w "$SCENARIO_DIR/slow"
READER=$!
wait_for 10 "the reader" test -s "$SCENARIO_DIR/slow"
serve 'accept a s' 'eof a' 'close a' "many 23 $LOCAL 8080 s" 'close s'
kill -STOP $READER
call 'close c'
wait $SERVER
wait_for 10 "all records" is 242 stat_of recorded
kill -CONT $READER
caught_up() { [ "$(stat -c %s "$SCENARIO_DIR/slow")" -gt 12000 ]; }
wait_for 10 "the reader" caught_up
kill -INT $READER
wait $READER || true
send_recording lost "$SCENARIO_DIR/slow"

# Several clients of three services, some of which fail: for the tables.
load records=4096
start s1 packet 'comm web' "listen s $LOCAL 80" 'say ready' "many 23 $LOCAL 80 s" "await $SCENARIO_DIR/end"
W1=$!
start s2 packet 'comm database' "listen s $LOCAL 5432" 'say ready' "many 11 $LOCAL 5432 s reset" "await $SCENARIO_DIR/end"
W2=$!
start s3 packet 'comm cache' "listen s $LOCAL 6379" 'say ready' "many 7 $LOCAL 6379 s" "await $SCENARIO_DIR/end"
W3=$!
for port in 81 82 83; do peer 'comm probe' "refused c $LOCAL $port"; done
many_ended() { [ "$(stat_of recorded)" -ge $((3 + 23 * 10 + 7 * 10 + 11 * 6 + 6)) ]; }
wait_for 20 "all records" many_ended
reader -w "$SCENARIO_DIR/raw" --since-load -n "$(records)"
send_recording services "$SCENARIO_DIR/raw"
: >"$SCENARIO_DIR/end"
wait $W1 $W2 $W3
