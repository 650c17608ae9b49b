# SPDX-License-Identifier: GPL-2.0
# This machine ends a connection itself, and the cause says why: unread data, SO_LINGER 0,
# TCP_LINGER2, ss -K, limits, shutdown() or close() before it is established. An ICMP error ends one
# too. Where a task ends it, the task is the actor.
# seconds: 100
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

TO_ESTABLISHED=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack')
TO_FIN_WAIT_1=("${TO_ESTABLISHED[@]}" 'ESTABLISHED->FIN_WAIT_1 close')
TO_FIN_WAIT_2=("${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack')

# One driver acts for both families, so names of wires and sockets end with the family: the driver's
# port 7001 has wire w7001IPv4 and socket aw7001IPv4. For each connection the driver's steps are
# appended to ALL, then the expected lines to LINES.

# reported LOCAL-PORT PEER-PORT 'OLD->NEW CAUSE'...: the lines expected of a connection.
reported() {
	LINES+=$(chain "$(endpoint "$HERE" "$1")" "$(endpoint "$THERE" "$2")" "${@:3}")$'\n'
}

# act FUNCTION: runs the steps that it appends to ALL in each family. The sockets they leave stay
# open until act_ends.
act() {
	load
	ledger_open
	ALL=() LINES=''
	for_both "$1"
	start said packet tun 'comm resetter' "${ALL[@]}" 'say made' "await $SCENARIO_DIR/go"
	DRIVER=$!
	wait_for 20 "the driver's steps" grep -qx made "$SCENARIO_DIR/said"
}
act_ends() {
	: >"$SCENARIO_DIR/go"
	wait $DRIVER
	rm "$SCENARIO_DIR/go" "$SCENARIO_DIR/said"
}

expect_reported() {
	expect_lines "$(printf '%s' "$LINES" | sort)" "$(connections | grep -v ' - ' | sort)"
	expect_sound
	expect_ledger
}

# ended_by: PORT ACTOR of each end of a connection, in both families; the actor without its pid.
ended_by() {
	awk '$6 ~ /->CLOSED$/ && $5 != "-" {
		n = split($5, part, ":"); sub("/.*", "", $10); print part[n], $10
	}' $PROC/log | sort -u
}

# errnos CAUSE: of each line with that cause.
errnos() {
	reader -o json --since-load -n "$(records)" | grep "\"cause\":\"$1\"" |
		sed 's/.*"errno":\([^,]*\),.*/\1/' | sort | xargs
}

explain() { tail -n 5 "$SCENARIO_DIR/out"; }

case_begin "close() with unread data, SO_LINGER 0, TCP_LINGER2, TCP_REPAIR; data after close()"
closed() {
	ALL+=("listen s$FAMILY $HERE 5000")

	# Unread data.
	accepted "w7001$FAMILY" 7001 "aw7001$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "inject w7001$FAMILY PA data=101" "close aw7001$FAMILY"
		"expect w7001$FAMILY RA")
	reported 5000 7001 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED unread_data'

	# Unread data and a FIN.
	accepted "w7002$FAMILY" 7002 "aw7002$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "inject w7002$FAMILY PA data=101" "inject w7002$FAMILY FA"
		"close aw7002$FAMILY" "expect w7002$FAMILY RA")
	reported 5000 7002 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSE_WAIT rcv_fin' \
		'CLOSE_WAIT->CLOSED unread_data'

	# SO_LINGER 0.
	accepted "w7003$FAMILY" 7003 "aw7003$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "linger0 aw7003$FAMILY" "close aw7003$FAMILY" "expect w7003$FAMILY RA")
	reported 5000 7003 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED linger0'

	# Unread data and SO_LINGER 0.
	accepted "w7004$FAMILY" 7004 "aw7004$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "inject w7004$FAMILY PA data=101" "linger0 aw7004$FAMILY"
		"close aw7004$FAMILY" "expect w7004$FAMILY RA")
	reported 5000 7004 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED unread_data'

	# Data after close(), without an ACK of the FIN.
	accepted "w7005$FAMILY" 7005 "aw7005$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "close aw7005$FAMILY" "expect w7005$FAMILY FA"
		"inject w7005$FAMILY PA ack=-1 data=101" "expect w7005$FAMILY R")
	reported 5000 7005 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSED unread_data'

	# Data after close(), with the ACK of the FIN.
	accepted "w7006$FAMILY" 7006 "aw7006$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "close aw7006$FAMILY" "expect w7006$FAMILY FA"
		"inject w7006$FAMILY PA data=101" "expect w7006$FAMILY R")
	reported 5000 7006 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED unread_data'

	# Data for a minisocket.
	accepted "w7007$FAMILY" 7007 "aw7007$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "close aw7007$FAMILY" "expect w7007$FAMILY FA" "inject w7007$FAMILY A"
		"inject w7007$FAMILY PA data=101" "expect w7007$FAMILY R")
	reported 5000 7007 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED unread_data'

	# Data after shutdown() of both directions.
	accepted "w7008$FAMILY" 7008 "aw7008$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "shutdown aw7008$FAMILY both" "expect w7008$FAMILY FA"
		"inject w7008$FAMILY A" "inject w7008$FAMILY PA data=101" "expect w7008$FAMILY R")
	reported 5000 7008 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED unread_data'

	# TCP_LINGER2 -1: no FIN_WAIT_2 for an orphan.
	accepted "w7009$FAMILY" 7009 "aw7009$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "set aw7009$FAMILY linger2 -1" "close aw7009$FAMILY"
		"expect w7009$FAMILY FA" "inject w7009$FAMILY A")
	reported 5000 7009 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED abort'

	# The same, with close() in FIN_WAIT_2.
	accepted "w7010$FAMILY" 7010 "aw7010$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "set aw7010$FAMILY linger2 -1" "shutdown aw7010$FAMILY"
		"expect w7010$FAMILY FA" "inject w7010$FAMILY A" "wait aw7010$FAMILY 5"
		"close aw7010$FAMILY" "expect w7010$FAMILY RA")
	reported 5000 7010 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED abort'

	# TCP_REPAIR: no segment is sent.
	accepted "w7011$FAMILY" 7011 "aw7011$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "set aw7011$FAMILY repair 1" "close aw7011$FAMILY")
	reported 5000 7011 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED close'
}
act closed
expect_reported
expect_lines "7001 resetter
7002 resetter
7003 resetter
7004 resetter
7005 -
7006 -
7007 -
7008 -
7009 -
7010 resetter
7011 resetter" "$(ended_by)" "port and actor of each end"
act_ends

case_begin "in SYN_SENT: shutdown(), close(), disconnect; a listener shut down; a full accept queue"
sysctl -qw net.ipv4.tcp_abort_on_overflow=1
not_yet() {
	# Each connect() is not answered.
	ALL+=("wire w7021$FAMILY $THERE 7021 47021" "start aw7021$FAMILY $THERE 7021 47021"
		"expect w7021$FAMILY S" "shutdown aw7021$FAMILY")
	reported 47021 7021 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED shutdown'

	ALL+=("wire w7022$FAMILY $THERE 7022 47022" "start aw7022$FAMILY $THERE 7022 47022"
		"expect w7022$FAMILY S" "close aw7022$FAMILY")
	reported 47022 7022 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED close'

	ALL+=("wire w7023$FAMILY $THERE 7023 47023" "start aw7023$FAMILY $THERE 7023 47023"
		"expect w7023$FAMILY S" "disconnect aw7023$FAMILY")
	reported 47023 7023 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED disconnect'

	# The accept queue of the second listener takes three.
	ALL+=("listen t$FAMILY $HERE 5002" "listen u$FAMILY $HERE 5003 2")

	# A child of a listener that is shut down.
	ALL+=("wire w7024$FAMILY $THERE 7024 5002" "inject w7024$FAMILY S" "expect w7024$FAMILY SA"
		"inject w7024$FAMILY A" "shutdown t$FAMILY read" "expect w7024$FAMILY RA")
	reported 5002 7024 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED listener_closed'

	# Three children fill the queue; the third one's ACK comes after the SYN of the fourth.
	ALL+=("wire w7025$FAMILY $THERE 7025 5003" "inject w7025$FAMILY S" "expect w7025$FAMILY SA"
		"inject w7025$FAMILY A")
	reported 5003 7025 "${TO_ESTABLISHED[@]}"
	ALL+=("wire w7026$FAMILY $THERE 7026 5003" "inject w7026$FAMILY S" "expect w7026$FAMILY SA"
		"inject w7026$FAMILY A")
	reported 5003 7026 "${TO_ESTABLISHED[@]}"
	ALL+=("wire w7027$FAMILY $THERE 7027 5003" "inject w7027$FAMILY S" "expect w7027$FAMILY SA")
	reported 5003 7027 "${TO_ESTABLISHED[@]}"

	# There is room for the SYN of the fourth, but not for its ACK.
	ALL+=("wire w7028$FAMILY $THERE 7028 5003" "inject w7028$FAMILY S" "expect w7028$FAMILY SA")
	reported 5003 7028 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED overflow'
	ALL+=("inject w7027$FAMILY A" "inject w7028$FAMILY A" "expect w7028$FAMILY R")
}
act not_yet
ledger_rule AttemptFails -6 "a connect() that this end gives up is not counted"
ledger_rule AttemptFails -2 "a half-open connection without room is not counted"
expect_reported
expect_lines "192.0.2.1:5002 - LISTEN->CLOSED shutdown
[2001:db8::1]:5002 - LISTEN->CLOSED shutdown" "$(transitions | grep 'LISTEN->CLOSED' | sort)"
expect_lines "7021 resetter
7022 resetter
7023 resetter
7024 resetter
7028 -" "$(ended_by)" "port and actor of each end"
act_ends

case_begin "ICMP: host or port unreachable, for a connect() and for a half-open connection"
unreachable() {
	# The one that ends a half-open connection differs between the families.
	local final=host
	[ "$FAMILY" = IPv4 ] || final=port

	ALL+=("wire w7031$FAMILY $THERE 7031 47031" "start aw7031$FAMILY $THERE 7031 47031"
		"expect w7031$FAMILY S" "icmp w7031$FAMILY host")
	reported 47031 7031 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED icmp'

	ALL+=("wire w7032$FAMILY $THERE 7032 47032" "start aw7032$FAMILY $THERE 7032 47032"
		"expect w7032$FAMILY S" "icmp w7032$FAMILY port")
	reported 47032 7032 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED icmp'

	ALL+=("listen t$FAMILY $HERE 5004" "wire w7033$FAMILY $THERE 7033 5004"
		"inject w7033$FAMILY S" "expect w7033$FAMILY SA" "icmp w7033$FAMILY $final")
	reported 5004 7033 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED icmp'
}
act unreachable
ledger_rule AttemptFails -2 "a half-open connection that ICMP ends is not counted"
expect_reported
expect_eq "errnos: ECONNREFUSED, EHOSTUNREACH, none" "111 111 113 113 null null" "$(errnos icmp)"
expect_eq "actors" - "$(ended_by | awk '{ print $2 }' | sort -u)"
act_ends

case_begin "ss -K of a connection, a half-open one, a listener with a child, and a connect()"
killed() {
	ALL+=("listen s$FAMILY $HERE 5000" "listen t$FAMILY $HERE 5005")

	accepted "w7041$FAMILY" 7041 "aw7041$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}")
	reported 5000 7041 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED killed'

	ALL+=("wire w7042$FAMILY $THERE 7042 5000" "inject w7042$FAMILY S" "expect w7042$FAMILY SA")
	reported 5000 7042 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED killed'

	ALL+=("wire w7043$FAMILY $THERE 7043 5005" "inject w7043$FAMILY S" "expect w7043$FAMILY SA"
		"inject w7043$FAMILY A")
	reported 5005 7043 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED listener_closed'

	ALL+=("wire w7044$FAMILY $THERE 7044 47044" "start aw7044$FAMILY $THERE 7044 47044"
		"expect w7044$FAMILY S")
	reported 47044 7044 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED killed'
}
act killed
ss -HKtn state established dport = :7041 >/dev/null
ss -HKtn state syn-recv dport = :7042 >/dev/null
ss -HKtnl sport = :5005 >/dev/null
ss -HKtn state syn-sent dport = :7044 >/dev/null
ledger_rule AttemptFails -2 "a half-open connection that is killed is not counted"
expect_reported
expect_lines "192.0.2.1:5005 - LISTEN->CLOSED killed
[2001:db8::1]:5005 - LISTEN->CLOSED killed" "$(transitions | grep 'LISTEN->CLOSED' | sort)"
expect_lines "7041 ss
7042 ss
7043 ss
7044 ss" "$(ended_by)" "port and actor of each end"
expect_eq "errnos: ECONNABORTED of the connection and the connect()" \
	"103 103 103 103 null null null null" "$(errnos killed)"
act_ends

case_begin "no room for a timewait socket: the connection ends at once"
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
no_place() {
	ALL+=("listen s$FAMILY $HERE 5000")

	# close(), and the orphan's FIN is acknowledged.
	accepted "w7051$FAMILY" 7051 "aw7051$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "close aw7051$FAMILY" "expect w7051$FAMILY FA" "inject w7051$FAMILY A")
	reported 5000 7051 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED overflow'

	# shutdown(), and FIN and ACK in one segment.
	accepted "w7052$FAMILY" 7052 "aw7052$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "shutdown aw7052$FAMILY" "expect w7052$FAMILY FA"
		"inject w7052$FAMILY FA")
	reported 5000 7052 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED overflow'

	# A simultaneous close.
	accepted "w7053$FAMILY" 7053 "aw7053$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "close aw7053$FAMILY" "expect w7053$FAMILY FA"
		"inject w7053$FAMILY FA ack=-1" "expect w7053$FAMILY A" "inject w7053$FAMILY A")
	reported 5000 7053 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSING rcv_fin' \
		'CLOSING->CLOSED overflow'

	# shutdown(), and close() in FIN_WAIT_2.
	accepted "w7054$FAMILY" 7054 "aw7054$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "shutdown aw7054$FAMILY" "expect w7054$FAMILY FA"
		"inject w7054$FAMILY A" "wait aw7054$FAMILY 5" "close aw7054$FAMILY")
	reported 5000 7054 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED overflow'
}
act no_place
expect_reported
expect_lines "7051 -
7052 -
7053 -
7054 resetter" "$(ended_by)" "port and actor of each end"
act_ends
sysctl -qw net.ipv4.tcp_max_tw_buckets=4099

case_begin "connect() without a free port sends no SYN; under TCP_REPAIR it sends none either"
range=$(</proc/sys/net/ipv4/ip_local_port_range)
sysctl -qw net.ipv4.ip_local_port_range='40101 40101'
no_port() {
	local server
	server=$(endpoint "$LOOPBACK" 5000)
	ALL+=("listen s$FAMILY $LOOPBACK 5000" "connect c$FAMILY $LOOPBACK 5000"
		"fails d$FAMILY $LOOPBACK 5000 EADDRNOTAVAIL" "bound r$FAMILY $LOOPBACK 40102"
		"set r$FAMILY repair 1" "again r$FAMILY $LOOPBACK 5000" "close r$FAMILY")
	LINES+=$(chain "$(endpoint "$LOOPBACK" -)" "$server" \
			'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED connect'
		chain "$(endpoint "$LOOPBACK" 40102)" "$server" \
			'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED connect' \
			'ESTABLISHED->CLOSED close')$'\n'
}
act no_port
sysctl -qw net.ipv4.ip_local_port_range="$range"
expect_lines "$(printf '%s' "$LINES" | sort)" \
	"$(connections | awk '$2 ~ /:5000$/ && $1 !~ /:40101$/' | sort)"
expect_sound
ledger_rule ActiveOpens -4 "none of these sends a SYN"
ledger_rule AttemptFails -2 "a connect() without a port is not counted"
expect_ledger
act_ends

# --- limits of the whole machine ---

ORPHANS=$(init_ns sysctl -n net.ipv4.tcp_max_orphans)
MEMORY=$(init_ns sysctl -n net.ipv4.tcp_mem)
restore() {
	init_ns sysctl -qw net.ipv4.tcp_max_orphans="$ORPHANS"
	init_ns sysctl -qw net.ipv4.tcp_mem="$MEMORY"
}
trap restore EXIT

# limited FUNCTION SYSCTL=VALUE: 7061 is an orphan when the limit is set, and its timer finds the
# limit. 7062 becomes an orphan afterwards, and its close() finds it.
limited() {
	load
	ledger_open
	ALL=() LINES=''
	for_both "$1"
	# Since 5.16 orphans are counted every 100 ms.
	start said packet tun 'comm resetter' "${ALL[@]}" 'idle 307' 'say made' \
		"await $SCENARIO_DIR/go" 'close aw7062IPv4' 'close aw7062IPv6' \
		'expect w7061IPv4 RA' 'expect w7061IPv6 RA'
	DRIVER=$!
	wait_for 20 "the orphans" grep -qx made "$SCENARIO_DIR/said"
	init_ns sysctl -qw "$2"
	act_ends
	restore
	expect_reported
	expect_lines "7061 -
7062 resetter" "$(ended_by)" "port and actor of each end"
}

case_begin "too many orphans, IPv4 and IPv6: found by close() and by a timer"
many_orphans() {
	ALL+=("listen s$FAMILY $HERE 5000")

	accepted "w7062$FAMILY" 7062 "aw7062$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}")
	reported 5000 7062 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSED orphan_limit'

	accepted "w7061$FAMILY" 7061 "aw7061$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "close aw7061$FAMILY")
	reported 5000 7061 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSED orphan_limit'
}
limited many_orphans net.ipv4.tcp_max_orphans=0

case_begin "too little memory for TCP, IPv4 and IPv6: found by close() and by a timer"
large_orphans() {
	ALL+=("listen s$FAMILY $HERE 5000")

	accepted "w7062$FAMILY" 7062 "aw7062$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "set aw7062$FAMILY send_buffer 4194304" "send aw7062$FAMILY 1500007")
	reported 5000 7062 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSED no_memory'

	accepted "w7061$FAMILY" 7061 "aw7061$FAMILY" "s$FAMILY"
	ALL+=("${STEPS[@]}" "set aw7061$FAMILY send_buffer 4194304" "send aw7061$FAMILY 1500007"
		"close aw7061$FAMILY")
	reported 5000 7061 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSED no_memory'
}
limited large_orphans net.ipv4.tcp_mem='1 2 3'
