#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Owns what the demonstration shows, inside the guest; all it prints reaches the user's terminal.
set -euo pipefail
cd /tmp
export PATH=$PATH:/lab/bin

title() { printf '\n== %s\n' "$*"; }
until_true() { local end=$((SECONDS + 10)); until "$@" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || return 1; sleep 0.1; done; }

insmod /lab/tcpfsm.ko
title "Linux $(uname -r), tcpfsm loaded"

mkdir -p /var/log/nginx /var/lib/nginx /tmp/www
echo 'hello from nginx' >/tmp/www/index.html
cat >/tmp/nginx.conf <<'CONF'
worker_processes 1;
pid /tmp/nginx.pid;
error_log /tmp/nginx.log;
events { worker_connections 64; }
http {
	access_log off;
	server { listen 127.0.0.1:80; listen [::1]:80; root /tmp/www; }
}
CONF

reader=
if [ -x /lab/bin/reader ]; then
	/lab/bin/reader >/tmp/reader.out 2>&1 &
	reader=$!
fi
nginx -c /tmp/nginx.conf
title 'curl http://127.0.0.1/'
curl -s http://127.0.0.1/
title 'curl http://[::1]/'
curl -s 'http://[::1]/'
title 'curl http://127.0.0.1:81/    (nobody listens there)'
curl -sS http://127.0.0.1:81/ 2>&1 || true

title 'cat /proc/net/tcpfsm/log'
cat /proc/net/tcpfsm/log

if [ -n "$reader" ]; then
	title 'reader    (ran beside, live)'
	# It has caught up when it has as many lines as the log.
	lines=$(wc -l </proc/net/tcpfsm/log)
	caught_up() { [ "$(wc -l </tmp/reader.out)" -ge "$lines" ]; }
	until_true caught_up || true
	kill "$reader" 2>/dev/null || true
	wait "$reader" 2>/dev/null || true
	cat /tmp/reader.out
fi

cat <<'TEXT'

== How to read it
A line is one transition of one socket: when, which connection (local, peer),
from which state to which, how long the old state lasted, and why it ended.
The lines of one id follow one another: each begins in the state the last one ended in.
nginx and curl are the two ends of the same connection, so each request shows twice:
once from the client's end, once from the server's. The refused one never leaves SYN_SENT.
TEXT
