# SPDX-License-Identifier: GPL-2.0
# We end it ourselves, and say why: unread data, SO_LINGER 0, TCP_LINGER2, ss -K, limits, shutdown() of what is no connection yet; and an ICMP error, which the network sends. Where a task does it, it is the actor.
# seconds: 100
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

TO_ESTABLISHED=('LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->ESTABLISHED rcv_ack')
TO_FIN_WAIT_1=("${TO_ESTABLISHED[@]}" 'ESTABLISHED->FIN_WAIT_1 close')
TO_FIN_WAIT_2=("${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->FIN_WAIT_2 rcv_ack')

# told PORT 'OLD->NEW CAUSE'...: of the connection with that port of the driver's.
told() {
	local port=$1; shift
	LINES+=$(chain "$(endpoint "$HERE" "$LOCAL")" "$(endpoint "$THERE" "$port")" "$@")$'\n'
}

# do_on PORT STEP...: W is that port's wire, @ its socket.
do_on() {
	local wire=w$1$FAMILY one; shift
	for one; do
		one=${one//W/$wire}
		ALL+=("${one//@/a$wire}")
	done
}

# opened PORT STEP...: on a connection that the driver has opened.
opened() {
	LOCAL=5000
	accepted W "$1" @ "s$FAMILY"
	do_on "$1" "${STEPS[@]}" "${@:2}"
}

# starts PORT STEP...: on one that is asked for, from 4PORT, and not answered.
starts() {
	LOCAL=4$1
	do_on "$1" "wire W $THERE $1 4$1" "start @ $THERE $1 4$1" 'expect W S' "${@:2}"
}

# half_open PORT HERE STEP...: the driver's SYN is answered.
half_open() {
	LOCAL=$2
	do_on "$1" "wire W $THERE $1 $2" 'inject W S' 'expect W SA' "${@:3}"
}

# act STEPS-OF-BOTH-FAMILIES: they are done, and what they made is there until act_ends.
act() {
	load
	ledger_open
	ALL=() LINES=''
	for_both "$1"
	start said packet tun 'comm resetter' "${ALL[@]}" 'say made' "await $SCENARIO_DIR/go"
	DRIVER=$!
	wait_for 20 "the steps are done" grep -qx made "$SCENARIO_DIR/said"
}
act_ends() {
	: >"$SCENARIO_DIR/go"
	wait $DRIVER
	rm "$SCENARIO_DIR/go" "$SCENARIO_DIR/said"
}

expect_told() {
	expect_lines "$(printf '%s' "$LINES" | sort)" "$(connections | grep -v ' - ' | sort)"
	expect_sound
	expect_ledger
}

# ended_by: PORT ACTOR of each end of a connection, in both families; the actor without its pid.
ended_by() {
	awk '$6 ~ /->CLOSED$/ && $5 != "-" { n = split($5, part, ":"); sub("/.*", "", $10); print part[n], $10 }' $PROC/log | sort -u
}

# errnos CAUSE: of each line with that cause.
errnos() { reader -o json --since-load -n "$(records)" | grep "\"cause\":\"$1\"" | sed 's/.*"errno":\([^,]*\),.*/\1/' | sort | xargs; }

explain() { tail -n 5 "$SCENARIO_DIR/out"; }

case_begin "close() with unread data, with SO_LINGER 0, with both; data for what is closed; TCP_LINGER2, TCP_REPAIR"
closed() {
	ALL+=("listen s$FAMILY $HERE 5000")
	opened 7001 'inject W PA data=101' 'close @' 'expect W RA'
	told 7001 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED unread_data'
	opened 7002 'inject W PA data=101' 'inject W FA' 'close @' 'expect W RA'
	told 7002 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSE_WAIT rcv_fin' 'CLOSE_WAIT->CLOSED unread_data'
	opened 7003 'linger0 @' 'close @' 'expect W RA'
	told 7003 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED linger0'
	opened 7004 'inject W PA data=101' 'linger0 @' 'close @' 'expect W RA'
	told 7004 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED unread_data'
	opened 7005 'close @' 'expect W FA' 'inject W PA ack=-1 data=101' 'expect W R'
	told 7005 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSED unread_data'
	opened 7006 'close @' 'expect W FA' 'inject W PA data=101' 'expect W R'
	told 7006 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED unread_data'
	# A minisocket's.
	opened 7007 'close @' 'expect W FA' 'inject W A' 'inject W PA data=101' 'expect W R'
	told 7007 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED unread_data'
	opened 7008 'shutdown @ both' 'expect W FA' 'inject W A' 'inject W PA data=101' 'expect W R'
	told 7008 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED unread_data'
	opened 7009 'set @ linger2 -1' 'close @' 'expect W FA' 'inject W A'
	told 7009 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED abort'
	opened 7010 'set @ linger2 -1' 'shutdown @' 'expect W FA' 'inject W A' 'wait @ 5' 'close @' 'expect W RA'
	told 7010 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED abort'
	opened 7011 'set @ repair 1' 'close @'
	told 7011 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED close'
}
act closed
expect_told
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
7011 resetter" "$(ended_by)" "who ended which"
act_ends

case_begin "what is no connection yet: shutdown(), close() and disconnect in SYN_SENT; shutdown() of a listener; a full accept queue"
sysctl -qw net.ipv4.tcp_abort_on_overflow=1
not_yet() {
	starts 7021 'shutdown @'
	told 7021 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED shutdown'
	starts 7022 'close @'
	told 7022 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED close'
	starts 7023 'disconnect @'
	told 7023 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED disconnect'
	ALL+=("listen t$FAMILY $HERE 5002" "listen u$FAMILY $HERE 5003 2")
	half_open 7024 5002 'inject W A' "shutdown t$FAMILY read" 'expect W RA'
	told 7024 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED listener_closed'
	half_open 7025 5003 'inject W A'
	told 7025 "${TO_ESTABLISHED[@]}"
	half_open 7026 5003 'inject W A'
	told 7026 "${TO_ESTABLISHED[@]}"
	half_open 7027 5003
	told 7027 "${TO_ESTABLISHED[@]}"
	# Its SYN finds a place still, its ACK does not.
	half_open 7028 5003
	told 7028 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED overflow'
	do_on 7027 'inject W A'
	do_on 7028 'inject W A' 'expect W R'
}
act not_yet
ledger_rule AttemptFails -6 "who gives up a connect() has not failed"
ledger_rule AttemptFails -2 "nor has a half-open that found no place"
expect_told
expect_lines "192.0.2.1:5002 - LISTEN->CLOSED shutdown
[2001:db8::1]:5002 - LISTEN->CLOSED shutdown" "$(transitions | grep 'LISTEN->CLOSED' | sort)"
expect_lines "7021 resetter
7022 resetter
7023 resetter
7024 resetter
7028 -" "$(ended_by)" "who ended which"
act_ends

case_begin "ICMP: a host or port that cannot be reached, for a connect() and for a half-open connection"
unreachable() {
	# Which of them is for good is not the same in both.
	local final=host
	[ "$FAMILY" = IPv4 ] || final=port
	starts 7031 'icmp W host'
	told 7031 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED icmp'
	starts 7032 'icmp W port'
	told 7032 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED icmp'
	ALL+=("listen t$FAMILY $HERE 5004")
	half_open 7033 5004 "icmp W $final"
	told 7033 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED icmp'
}
act unreachable
ledger_rule AttemptFails -2 "a half-open that ICMP ended has not failed"
expect_told
expect_eq "errnos: ECONNREFUSED, EHOSTUNREACH, none" "111 111 113 113 null null" "$(errnos icmp)"
expect_eq "who" - "$(ended_by | awk '{ print $2 }' | sort -u)"
act_ends

case_begin "ss -K, of a connection, a half-open one, a listener with a child, and a connect()"
killed() {
	ALL+=("listen s$FAMILY $HERE 5000" "listen t$FAMILY $HERE 5005")
	opened 7041
	told 7041 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED killed'
	half_open 7042 5000
	told 7042 'LISTEN->SYN_RCVD rcv_syn' 'SYN_RCVD->CLOSED killed'
	half_open 7043 5005 'inject W A'
	told 7043 "${TO_ESTABLISHED[@]}" 'ESTABLISHED->CLOSED listener_closed'
	starts 7044
	told 7044 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED killed'
}
act killed
ss -HKtn state established dport = :7041 >/dev/null
ss -HKtn state syn-recv dport = :7042 >/dev/null
ss -HKtnl sport = :5005 >/dev/null
ss -HKtn state syn-sent dport = :7044 >/dev/null
ledger_rule AttemptFails -2 "a half-open that was killed has not failed"
expect_told
expect_lines "192.0.2.1:5005 - LISTEN->CLOSED killed
[2001:db8::1]:5005 - LISTEN->CLOSED killed" "$(transitions | grep 'LISTEN->CLOSED' | sort)"
expect_lines "7041 ss
7042 ss
7043 ss
7044 ss" "$(ended_by)" "who ended which"
expect_eq "errnos: ECONNABORTED of the two that can tell" "103 103 103 103 null null null null" "$(errnos killed)"
act_ends

case_begin "no place for a timewait socket: the connection is over at once"
sysctl -qw net.ipv4.tcp_max_tw_buckets=0
no_place() {
	ALL+=("listen s$FAMILY $HERE 5000")
	opened 7051 'close @' 'expect W FA' 'inject W A'
	told 7051 "${TO_FIN_WAIT_2[@]}" 'FIN_WAIT_2->CLOSED overflow'
	opened 7052 'shutdown @' 'expect W FA' 'inject W FA'
	told 7052 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED overflow'
	opened 7053 'close @' 'expect W FA' 'inject W FA ack=-1' 'expect W A' 'inject W A'
	told 7053 "${TO_FIN_WAIT_1[@]}" 'FIN_WAIT_1->CLOSING rcv_fin' 'CLOSING->CLOSED overflow'
	opened 7054 'shutdown @' 'expect W FA' 'inject W A' 'wait @ 5' 'close @'
	told 7054 "${TO_FIN_WAIT_2[@]/ close/ shutdown}" 'FIN_WAIT_2->CLOSED overflow'
}
act no_place
expect_told
expect_lines "7051 -
7052 -
7053 -
7054 resetter" "$(ended_by)" "who ended which"
act_ends
sysctl -qw net.ipv4.tcp_max_tw_buckets=4099

case_begin "connect() finds no port and sends no SYN; under TCP_REPAIR it needs none"
range=$(</proc/sys/net/ipv4/ip_local_port_range)
sysctl -qw net.ipv4.ip_local_port_range='40101 40101'
no_port() {
	local server
	server=$(endpoint "$LOOPBACK" 5000)
	ALL+=("listen s$FAMILY $LOOPBACK 5000" "connect c$FAMILY $LOOPBACK 5000" "fails d$FAMILY $LOOPBACK 5000 EADDRNOTAVAIL"
		"bound r$FAMILY $LOOPBACK 40102" "set r$FAMILY repair 1" "again r$FAMILY $LOOPBACK 5000" "close r$FAMILY")
	LINES+=$(chain "$(endpoint "$LOOPBACK" -)" "$server" 'CLOSED->SYN_SENT connect' 'SYN_SENT->CLOSED connect'
		chain "$(endpoint "$LOOPBACK" 40102)" "$server" 'CLOSED->SYN_SENT connect' 'SYN_SENT->ESTABLISHED connect' \
			'ESTABLISHED->CLOSED close')$'\n'
}
act no_port
sysctl -qw net.ipv4.ip_local_port_range="$range"
expect_lines "$(printf '%s' "$LINES" | sort)" "$(connections | awk '$2 ~ /:5000$/ && $1 !~ /:40101$/' | sort)"
expect_sound
ledger_rule ActiveOpens -4 "none of these sent a SYN"
ledger_rule AttemptFails -2 "and the one without a port did not fail"
expect_ledger
act_ends

# --- limits that are the machine's ---

ORPHANS=$(init_ns sysctl -n net.ipv4.tcp_max_orphans)
MEMORY=$(init_ns sysctl -n net.ipv4.tcp_mem)
restore() {
	init_ns sysctl -qw net.ipv4.tcp_max_orphans="$ORPHANS"
	init_ns sysctl -qw net.ipv4.tcp_mem="$MEMORY"
}
trap restore EXIT

# limited CAUSE SYSCTL=VALUE STEP...: one orphan is there already when the limit
# comes, and its timer finds it; another's close() does.
limited() {
	local cause=$1 limit=$2; shift 2
	WITH=("$@") LATER=()
	orphans() {
		ALL+=("listen s$FAMILY $HERE 5000")
		opened 7062 "${WITH[@]}"
		told 7062 "${TO_FIN_WAIT_1[@]}" "FIN_WAIT_1->CLOSED $cause"
		opened 7061 "${WITH[@]}" 'close @'
		told 7061 "${TO_FIN_WAIT_1[@]}" "FIN_WAIT_1->CLOSED $cause"
		LATER+=("close aw7062$FAMILY")
	}
	load
	ledger_open
	ALL=() LINES=''
	for_both orphans
	# Since 5.16 orphans are counted every 100 ms.
	start said packet tun 'comm resetter' "${ALL[@]}" 'idle 307' 'say made' "await $SCENARIO_DIR/go" "${LATER[@]}" \
		'expect w7061IPv4 RA' 'expect w7061IPv6 RA'
	DRIVER=$!
	wait_for 20 "the orphans are made" grep -qx made "$SCENARIO_DIR/said"
	init_ns sysctl -qw "$limit"
	act_ends
	restore
	expect_told
	expect_lines "7061 -
7062 resetter" "$(ended_by)" "who ended which"
}

case_begin "too many orphans, IPv4 and IPv6: found by close() and by a timer"
limited orphan_limit net.ipv4.tcp_max_orphans=0

case_begin "too little memory for TCP, IPv4 and IPv6: found by close() and by a timer"
limited no_memory net.ipv4.tcp_mem='1 2 3' 'set @ send_buffer 4194304' 'send @ 1500007'
