# SPDX-License-Identifier: GPL-2.0
# The peer does not answer: each of TCP's timers ends a connection with a cause of its own, the
# errno that the application gets, and no actor. All connections wait at the same time.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# One retransmission each, and a handshake of 3 s instead of a minute or two. An
# orphan has time for the steps after its close().
sysctl -qw net.ipv4.tcp_retries2=1 net.ipv4.tcp_orphan_retries=3 net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_synack_retries=1
# Since 6.5 the first SYNs are sent once a second and are not counted.
sysctl -qew net.ipv4.tcp_syn_linear_timeouts=0
sysctl -qw net.ipv4.tcp_fastopen=$((0x403))

TO_ESTABLISHED=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack')
TO_CLOSE_WAIT=("${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSE_WAIT rcv_fin')

# reported PORT 'OLD->NEW CAUSE'...: the lines of the connection with that port of the driver.
reported() {
	local port=$1 local_port=5000; shift
	[ -z "${FROM-}" ] || local_port=$FROM
	LINES+=$(chain "$(endpoint "$HERE" "$local_port")" "$(endpoint "$THERE" "$port")" "$@")$'\n'
}

# silent PORT STEP...: the driver connects, and is silent after STEP; W is the wire, @ the socket.
silent() {
	local port=$1 wire=w$1$FAMILY; shift
	accepted "$wire" "$port" "a$wire" "s$FAMILY"
	ALL+=("${STEPS[@]}")
	local one
	for one; do
		one=${one//W/$wire}
		ALL+=("${one//@/a$wire}")
	done
}

# wanted PORT STEP...: after STEP, a socket that is bound to 4PORT connects to the driver.
wanted() {
	local port=$1 wire=w$1$FAMILY any=0.0.0.0; shift
	[ "$FAMILY" = IPv4 ] || any=::
	ALL+=("wire $wire $THERE $port 4$port" "bound a$wire $any 4$port" "nonblock a$wire")
	local one
	for one in "$@" "again @ $THERE $port EINPROGRESS" 'expect W S'; do
		one=${one//W/$wire}
		ALL+=("${one//@/a$wire}")
	done
}

everything() {
	local FROM=
	ALL+=("listen s$FAMILY $HERE 5000")

	silent 7001 'send @ 101'
	reported 7001 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED retrans_timeout'
	silent 7002 'inject W FA' 'expect W A' 'send @ 101'
	reported 7002 "${TO_CLOSE_WAIT[@]}" 'CLOSE_WAIT->CLOSED retrans_timeout'
	# Orphans: no application gets the error, but the record has it.
	silent 7003 'close @'
	reported 7003 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->CLOSED retrans_timeout'
	silent 7004 'inject W FA' 'expect W A' 'close @'
	reported 7004 "${TO_CLOSE_WAIT[@]}" 'CLOSE_WAIT->LAST_ACK close' 'LAST_ACK->CLOSED retrans_timeout'
	silent 7005 'close @' 'expect W FA' 'inject W FA ack=-1'
	reported 7005 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->CLOSING rcv_fin' 'CLOSING->CLOSED retrans_timeout'
	# The peer's window is closed, and it does not answer the probes.
	silent 7006 'inject W A win=0' 'send @ 101'
	reported 7006 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED retrans_timeout'

	silent 7011 'set @ user_timeout 701' 'send @ 101'
	reported 7011 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED user_timeout'
	silent 7012 'set @ user_timeout 1499' 'set @ idle 1' 'set @ interval 1' 'set @ probes 7' 'set @ keepalive 1'
	reported 7012 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED user_timeout'
	# Shorter than the time between two probes; tcp_retries2 allows one.
	silent 7013 'set @ user_timeout 97' 'inject W A win=0' 'send @ 101'
	reported 7013 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED user_timeout'

	silent 7021 'set @ idle 1' 'set @ interval 1' 'set @ probes 1' 'set @ keepalive 1'
	reported 7021 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED keepalive'

	# A Fast Open child waits for the ACK as a socket; 70-half-open has requests.
	ALL+=("wire ask$FAMILY $THERE 7051 5000" "inject ask$FAMILY S mss=1460 tfo" "expect ask$FAMILY SA" "inject ask$FAMILY R"
		"wire open$FAMILY $THERE 7052 5000" "inject open$FAMILY S mss=1460 tfo data=101" "expect open$FAMILY SA")
	reported 7051 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED rcv_rst'
	reported 7052 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED synack_timeout'

	FROM=47031
	wanted 7031
	reported 7031 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED timeout'
	FROM=47032
	wanted 7032 'set @ syns 7' 'set @ user_timeout 701'
	reported 7032 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED user_timeout'
	# A simultaneous open waits for the ACK with the socket that sent the SYN.
	FROM=47033
	wanted 7033
	ALL+=("inject w7033$FAMILY S" "expect w7033$FAMILY SA")
	reported 7033 'CLOSED->SYN_SENT connect' 'SYN_SENT->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED synack_timeout'
}

case_begin "retransmission, window probe, keepalive, TCP_USER_TIMEOUT, connect and Fast Open's SYN-ACK, IPv4 and IPv6"
load
ledger_open
ALL=(tun) LINES=''
for_both everything
start said packet "${ALL[@]}" 'say silent' "await $SCENARIO_DIR/go"
driver=$!
wait_for 20 "the last step" grep -qx silent "$SCENARIO_DIR/said"
ended() { [ "$(transitions | grep -c -- '->CLOSED ')" = 30 ]; }
wait_for 25 "30 ends" ended
expect_lines "$(printf '%s' "$LINES" | sort)" "$(connections | grep -v ' - ' | sort)"
expect_sound
expect_ledger

case_begin "each of these ends has ETIMEDOUT and no actor"
reader -o json --since-load -n "$(records)" | grep '"new":"CLOSED"' | grep -v '"cause":"rcv_rst"' >"$SCENARIO_DIR/ends"
expect_eq "ends" 28 "$(wc -l <"$SCENARIO_DIR/ends")"
expect_eq "errno" 110 "$(sed 's/.*"errno":\([^,]*\),.*/\1/' "$SCENARIO_DIR/ends" | sort -u)"
expect_eq "actor" null "$(sed 's/.*"actor":\([^,]*\),.*/\1/' "$SCENARIO_DIR/ends" | sort -u)"
: >"$SCENARIO_DIR/go"
wait $driver
rm "$SCENARIO_DIR/go"

# 73-fin-wait-2 has the orphan that moves to a minisocket. When the first timer of this
# one runs, nothing is left of tcp_fin_timeout: it is reset and gets no minisocket.
case_begin "the orphan's FIN_WAIT_2 ends in the keepalive timer, IPv4 and IPv6"
sysctl -qw net.ipv4.tcp_fin_timeout=63
load
ledger_open
ALL=(tun) LINES=''
cut_short() {
	ALL+=("listen s$FAMILY $HERE 5000")
	silent 7041 "close s$FAMILY" 'close @' 'expect W FA' 'inject W A'
	reported 7041 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->FIN_WAIT_1 close' 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack' 'FIN_WAIT_2->CLOSED fw2_timeout'
}
for_both cut_short
packet "${ALL[@]}" 'write /proc/sys/net/ipv4/tcp_fin_timeout 59' 'expect w7041IPv4 RA' 'expect w7041IPv6 RA'
wait_for 10 "14 records" has_records 14
expect_lines "$(printf '%s' "$LINES" | sort)" "$(connections | grep -v ' - ' | sort)"
expect_eq "errno" null "$(reader -o json --since-load -n 14 | grep '"cause":"fw2_timeout"' | sed 's/.*"errno":\([^,]*\),.*/\1/' | sort -u)"
expect_sound
expect_ledger
