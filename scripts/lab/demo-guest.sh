#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs in the guest of demo. All that it prints is shown on the user's terminal.
set -euo pipefail
cd /tmp
export PATH=$PATH:/lab/bin

title() { printf '\n== %s\n' "$*"; }
until_true() { local end=$((SECONDS + 10)); until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done; }

insmod /lab/tcpfsm.ko
title "Linux $(uname -r), tcpfsm loaded"

reader=
if [ -x /lab/bin/reader ]; then
	/lab/bin/reader >/tmp/reader.out 2>&1 &
	reader=$!
fi
nginx
title 'curl http://127.0.0.1/'
curl -s http://127.0.0.1/
title 'curl http://[::1]/'
curl -s 'http://[::1]/'
title 'curl http://127.0.0.1:81/    (without a listener)'
curl -sS http://127.0.0.1:81/ 2>&1 || true

title 'cat /proc/net/tcpfsm/log'
cat /proc/net/tcpfsm/log

title 'cat /proc/net/tcpfsm/flows    (live connections)'
cat /proc/net/tcpfsm/flows

if [ -n "$reader" ]; then
	title 'reader    (live, from before nginx started)'
	# It has caught up when it has as many lines as the log.
	lines=$(wc -l </proc/net/tcpfsm/log)
	caught_up() { [ "$(wc -l </tmp/reader.out)" -ge "$lines" ]; }
	until_true caught_up || true
	kill "$reader" 2>/dev/null || true
	wait "$reader" 2>/dev/null || true
	cat /tmp/reader.out
fi

title "reader ladder --since-load port = :80 or port = :81    (the same as a picture)"
[ -z "$reader" ] || /lab/bin/reader ladder --since-load --for 1s port = :80 or port = :81

cat <<'TEXT'

== How to read it
A line is one transition of one socket: time, network namespace, id of the socket
(as ss -e shows it), local end, remote end, OLD->NEW, how long OLD lasted, the
cause, the process that owns the connection, and the task that caused the transition
(- where the network did). nginx's first process owns the listener; a worker owns a
connection once it has accepted it.

nginx and curl are both on this machine, so each connection shows twice, once from
each end. 3-way handshake: the client's CLOSED->SYN_SENT sends the SYN, the
server's LISTEN->SYN_RCVD receives it, and both come to ESTABLISHED. 4-way close:
the end that closes first goes through FIN_WAIT_1 and FIN_WAIT_2 to TIME_WAIT and
stays there for 60 s; the other goes through CLOSE_WAIT and LAST_ACK to CLOSED.
Where one segment had both the ACK of our FIN and the peer's FIN, the note says
same-segment,FIN_WAIT_1->TIME_WAIT. The refused connect goes from SYN_SENT to CLOSED.
TEXT
