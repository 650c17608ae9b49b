# SPDX-License-Identifier: GPL-2.0
# MPTCP: close(), shutdown() and the end of a process are the causes of what its subflows do, with MPTCP at both ends and at one.
# So are unread data and SO_LINGER 0; a subflow that its worker resets is aborted, one that it removes is closed.
# seconds: 180
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

grep -qs 1 /proc/sys/net/mptcp/enabled || skip "this kernel has no MPTCP"

# closes PORT: CAUSE ACTOR of each line by which that end closes first.
closes() {
	awk -v p=":$1" 'substr($4, length($4) - length(p) + 1) == p && $6 == "ESTABLISHED->FIN_WAIT_1" { sub("/.*", "", $10); print $8, $10 }' $PROC/log
}
closed() { [ -n "$(closes "$1")" ]; }

case_begin "a client of MPTCP whose server speaks TCP closes, shuts down, and is killed"
load
start said packet 'listen s 127.0.0.1 5000' 'protocol mptcp' 'comm closer' \
	'connect c 127.0.0.1 5000 40001' 'close c' 'connect d 127.0.0.1 5000 40002' 'shutdown d' \
	'comm victim' 'connect e 127.0.0.1 5000 40003' 'say open' "await $SCENARIO_DIR/never"
wait_for 10 "the third is open" grep -qx open "$SCENARIO_DIR/said"
kill -KILL $!
wait $! || true
wait_for 10 "it is closed" closed 40003
expect_lines "close closer" "$(closes 40001)" "close()"
expect_lines "shutdown closer" "$(closes 40002)" "shutdown()"
expect_lines "exit victim" "$(closes 40003)" "the process that is killed"

# A worker of MPTCP may send the FINs later, and is the actor then.
case_begin "MPTCP at both ends: each FIN has close() as its cause"
load
start said packet 'protocol mptcp' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' \
	'close c' 'eof a' 'close a' 'say done' "await $SCENARIO_DIR/go"
wait_for 10 "both are closed" grep -qx done "$SCENARIO_DIR/said"
fins() { awk '($4 ~ /:40001$/ || $5 ~ /:40001$/) && $6 ~ /->(FIN_WAIT_1|LAST_ACK)$/ { print $8 }' $PROC/log; }
two_fins() { [ "$(fins | wc -l)" = 2 ]; }
wait_for 30 "the FINs of both ends" two_fins
: >"$SCENARIO_DIR/go"
wait $!
expect_lines $'close\nclose' "$(fins)" "the causes"

accepted_by() {
	case_begin "$FAMILY: MPTCP: a connection belongs to the listener's process, then to the one that accepts"
	load
	owner() { awk -v l="$(endpoint "$LOOPBACK" 5000)" -v p="$(endpoint "$LOOPBACK" 40021)" \
		'$3 == l && $4 == p { sub("/.*", "", $11); print $11, $NF }' $PROC/flows; }
	rm -f "$SCENARIO_DIR/accept" "$SCENARIO_DIR/go"
	start said packet 'protocol mptcp' 'comm master' "listen s $LOOPBACK 5000" \
		'fork w' 'comm worker' "await $SCENARIO_DIR/accept" 'accept a s' 'recv a 101' 'say accepted' "await $SCENARIO_DIR/go" 'close a' end \
		"connect c $LOOPBACK 5000 40021" 'send c 101' 'say connected' "await $SCENARIO_DIR/go" 'close c' 'reap w'
	wait_for 10 "it is connected" grep -qx connected "$SCENARIO_DIR/said"
	expect_eq "owner and note" "master -" "$(owner)"
	: >"$SCENARIO_DIR/accept"
	wait_for 10 "it is accepted" grep -qx accepted "$SCENARIO_DIR/said"
	expect_eq "owner and note" "worker -" "$(owner)"
	: >"$SCENARIO_DIR/go"
	wait $!
}
for_both accepted_by

# ends PORT: CAUSE ACTOR of each end of a subflow from or to that port, the local end first.
ends() {
	awk -v p=":$1" 'function has(end) { return substr(end, length(end) - length(p) + 1) == p }
		$6 ~ /^(ESTABLISHED|CLOSE_WAIT|FIN_WAIT_1)->CLOSED$/ && (has($4) || has($5)) {
		sub("/.*", "", $10); print has($4) ? "client" : "server", $8, $10 }' $PROC/log | sort
}
both_end() { [ "$(ends "$1" | wc -l)" = 2 ]; }

resets() {
	case_begin "$FAMILY: MPTCP at both ends: close() with unread data, close() and the end of a process with SO_LINGER 0"
	load
	start said packet 'comm closer' 'protocol mptcp' "listen s $LOOPBACK 5000" \
		"connect c $LOOPBACK 5000 40011" 'accept a s' 'send c 101' 'recv a 101' 'send c 7' 'poll a 9000' 'close a' \
		"connect d $LOOPBACK 5000 40012" 'accept b s' 'send d 101' 'recv b 101' 'linger0 d' 'close d' \
		'fork w' 'comm victim' "connect e $LOOPBACK 5000 40013" 'send e 101' 'linger0 e' end \
		'accept f s' 'recv f 101' 'reap w' 'say done' "await $SCENARIO_DIR/go"
	for port in 40011 40012 40013; do
		wait_for 10 "both ends of $port" both_end $port
	done
	expect_lines $'client rcv_rst -\nserver unread_data closer' "$(ends 40011)" "unread data"
	expect_lines $'client linger0 closer\nserver rcv_rst -' "$(ends 40012)" "SO_LINGER 0"
	expect_lines $'client linger0 victim\nserver rcv_rst -' "$(ends 40013)" "SO_LINGER 0, and the process ends"
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	expect_sound
}
for_both resets

case_begin "a listener of MPTCP is closed before it has accepted: its child is reset since the listener went away"
load
start said packet 'comm closer' 'protocol mptcp' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40014' 'send c 101' \
	'poll s 9000' 'close s' 'say done' "await $SCENARIO_DIR/go"
wait_for 10 "both ends" both_end 40014
expect_lines $'client rcv_rst -\nserver listener_closed closer' "$(ends 40014)"
: >"$SCENARIO_DIR/go"
wait $!
rm "$SCENARIO_DIR/go"

if ip mptcp limits set subflow 2 add_addr_accepted 2 2>/dev/null; then
	ip addr add 192.0.2.1/24 dev lo
	ip addr add 192.0.2.3/24 dev lo
	joined() { awk '$5 ~ /^192[.]0[.]2[.]3:/ && $6 == "SYN_RCVD->ESTABLISHED"' $PROC/log | grep -q .; }

	# two_subflows STEP...: the steps run when the second subflow is there.
	two_subflows() {
		ip mptcp endpoint flush
		ip mptcp endpoint add 192.0.2.3 dev lo subflow
		start said packet 'comm closer' 'protocol mptcp' 'listen s 0.0.0.0 5000' 'connect c 192.0.2.1 5000' 'accept a s' \
			'send c 101' 'recv a 101' 'send a 101' 'recv c 101' 'send c 101' 'recv a 101' "await $SCENARIO_DIR/go" "$@" \
			'say done' "await $SCENARIO_DIR/end"
		wait_for 15 "the second subflow" joined
	}
	finish() {
		: >"$SCENARIO_DIR/end"
		wait $!
		rm "$SCENARIO_DIR/go" "$SCENARIO_DIR/end"
	}
	# causes OLD->NEW...: the end, and the cause, of the transitions that fit, of both subflows.
	causes() {
		awk -v fits="^($1)\$" '$6 ~ fits && $5 != "-" { print $4 ~ /:5000$/ ? "server" : "client", $8 }' $PROC/log | sort
	}

	# The other end may answer the first RST by one on the second subflow, in time.
	case_begin "two subflows, and close() with SO_LINGER 0 resets them; the other end aborts those that got no RST"
	load
	two_subflows 'linger0 c' 'close c'
	: >"$SCENARIO_DIR/go"
	over() { [ "$(causes '.*->CLOSED' | wc -l)" -ge 4 ]; }
	wait_for 20 "the ends of both" over
	expect_match "the causes of both ends" $'(client linger0\n)+(client rcv_rst\n)*(server (abort|rcv_rst)\n?)+' "$(causes '.*->CLOSED')"
	finish

	case_begin "two subflows, one is removed: its FINs have close() as their cause, at the end whose worker sends it as well"
	load
	two_subflows
	ip mptcp endpoint delete id "$(ip mptcp endpoint show | awk '/192[.]0[.]2[.]3/ { for (i = 1; i < NF; i++) if ($i == "id") print $(i + 1) }')"
	removed() { [ "$(causes '.*->(FIN_WAIT_1|LAST_ACK)' | wc -l)" -ge 2 ]; }
	wait_for 20 "the FINs of both ends" removed
	expect_lines close "$(causes '.*->(FIN_WAIT_1|LAST_ACK)' | awk '{ print $2 }' | sort -u)"
	: >"$SCENARIO_DIR/go"
	finish
else
	skip_case "two subflows" "ip has no mptcp"
fi

# Of a socket that is closed it waits 60 s, whatever net.mptcp.close_timeout is.
case_begin "the peer does not close in time: MPTCP's worker aborts the subflow"
load
start said packet 'comm closer' 'protocol mptcp' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40015' 'accept a s' \
	'send c 101' 'recv a 101' 'close c' 'say closed' "await $SCENARIO_DIR/go"
wait_for 10 "it is closed" grep -qx closed "$SCENARIO_DIR/said"
wait_for 90 "both ends" both_end 40015
expect_match "the ends" $'client abort kworker.*\nserver rcv_rst -' "$(ends 40015)"
: >"$SCENARIO_DIR/go"
wait $!
rm "$SCENARIO_DIR/go"
