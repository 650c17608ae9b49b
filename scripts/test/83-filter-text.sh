# SPDX-License-Identifier: GPL-2.0
# The filter is one line, accepted in every spelling and shown in one. A bad filter is refused and
# changes nothing, and the file says why.
# seconds: 120
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/filter.sh"

load

case_begin "states in every spelling in use; the filter is shown in ours"
spelled() { local name=$1 s; shift; for s; do filter "new=$s"; expect_lines "new=$name" "$(shown)" "$s"; done; }
spelled CLOSED CLOSED closed CLOSE TCP_CLOSE UNCONN unconn BPF_TCP_CLOSE
spelled LISTEN LISTEN listen TCP_LISTEN listening
spelled SYN_SENT SYN_SENT SYN-SENT syn-sent TCP_SYN_SENT
spelled SYN_RCVD SYN_RCVD SYN-RECEIVED SYN_RECV SYN-RECV syn-recv TCP_SYN_RECV TCP_NEW_SYN_RECV
spelled ESTABLISHED ESTABLISHED Established ESTAB estab TCP_ESTABLISHED tcp_established
spelled FIN_WAIT_1 FIN_WAIT_1 FIN-WAIT-1 fin-wait-1 FIN_WAIT1 TCP_FIN_WAIT1
spelled FIN_WAIT_2 FIN_WAIT_2 FIN-WAIT-2 fin-wait-2 FIN_WAIT2 TCP_FIN_WAIT2
spelled CLOSE_WAIT CLOSE_WAIT CLOSE-WAIT close-wait TCP_CLOSE_WAIT
spelled CLOSING CLOSING closing TCP_CLOSING
spelled LAST_ACK LAST_ACK LAST-ACK last-ack TCP_LAST_ACK
spelled TIME_WAIT TIME_WAIT TIME-WAIT time-wait TCP_TIME_WAIT

case_begin "the filter that is shown can be written back, and does not change"
canonical() {
	filter "$1"
	expect_lines "$2" "$(shown)" "$1"
	head -n 1 $FILTER | put
	expect_lines "$2" "$(shown)" "$1, written back"
}
canonical $' \t new=estab,fin-wait-1   port=80,8000-8999\tfamily=ipv6  ' 'family=ipv6 port=80,8000-8999 new=ESTABLISHED,FIN_WAIT_1'
canonical 'raddr=10.1.2.3/8,192.0.2.1/32 laddr=2001:DB8:0:0::17/32 addr=::ffff:10.1.2.3/112' \
	'addr=10.1.0.0/16 laddr=2001:db8::/32 raddr=10.0.0.0/8,192.0.2.1'
canonical 'addr=0.0.0.0/0,::/0,::,fe80::1,::ffff:0:0/95' 'addr=0.0.0.0/0,::/0,::,fe80::1,::fffe:0:0/95'
canonical 'port=007-7,0-65535 netns=4294967295' 'port=7,0-65535 netns=4294967295'
canonical "port=$(seq -s, 16) new=close,listen" "port=$(seq -s, 16) new=CLOSED,LISTEN"
canonical '' clear
canonical '  ' clear
canonical $' clear\t' clear

case_begin "a filter may have 1024 bytes, with or without a newline"
expect "1024 bytes" put < <(printf '%-1023s\n' port=5000)
expect_lines "port=5000" "$(shown)"
expect "1024 bytes without a newline" put < <(printf '%-1024s' port=5001)
expect_lines "port=5001" "$(shown)"
expect "without a newline" put < <(printf 'port=5002')
expect_lines "port=5002" "$(shown)"

number=0
# refused BYTES REASON: a write of BYTES (for printf's %b) fails, and the filter stays as it is.
refused() {
	local said
	number=$((number + 1))
	if said=$(printf '%b' "$1" | put 2>&1); then
		expect_eq "text $number is refused: ${1:0:60}" yes no
	fi
	expect_match "text $number: the error" '.*: Invalid argument' "$said"
	expect_lines "port=443
# refused: $2" "$(shown)" "text $number"
}

case_begin "a bad filter is refused and changes nothing, and the file says what is wrong with it"
filter port=443
refused 'port=70000\n' 'port=70000: not a port (0-65535)'
refused 'port=65536\n' 'port=65536: not a port (0-65535)'
refused 'port=http\n' 'port=http: not a port (0-65535)'
refused 'port=-1\n' 'port=-1: not a port (0-65535)'
refused 'port=+1\n' 'port=+1: not a port (0-65535)'
refused 'port=0x50\n' 'port=0x50: not a port (0-65535)'
refused 'port=80-\n' 'port=80-: not a port (0-65535)'
refused 'port=80-90-100\n' 'port=80-90-100: not a port (0-65535)'
refused 'port=99999999999999999999999999999999\n' 'port=99999999999999999999999999999999: not a port (0-65535)'
refused 'lport=90-80\n' 'lport=90-80: the range ends before it begins'
refused 'port=\n' 'port=: a value is missing'
refused 'port=80,\n' 'port=: a value is missing'
refused 'port=,80\n' 'port=: a value is missing'
refused 'port= 80\n' 'port=: a value is missing'
refused 'port\n' 'port: not key=value'
refused '80\n' '80: not key=value'
refused '=80\n' '=80: no such key (family port lport rport addr laddr raddr netns new)'
refused 'dport=80\n' 'dport=80: no such key (family port lport rport addr laddr raddr netns new)'
refused 'PORT=80\n' 'PORT=80: no such key (family port lport rport addr laddr raddr netns new)'
refused 'port=80 port=81\n' 'port=: given twice'
refused 'new=LISTEN port=80 new=LISTEN\n' 'new=: given twice'
refused 'clear port=80\n' 'clear: only alone'
refused 'port=80 clear\n' 'clear: only alone'
refused 'CLEAR\n' 'CLEAR: not key=value'
refused "port=$(seq -s, 17)\n" 'port=17: more than 16 values'
refused 'family=inet\n' 'family=inet: not a family (ipv4, ipv6)'
refused 'family=IPv4\n' 'family=IPv4: not a family (ipv4, ipv6)'
refused 'addr=localhost\n' 'addr=localhost: not an address'
refused 'addr=10.0.0\n' 'addr=10.0.0: not an address'
refused 'addr=10.0.0.256\n' 'addr=10.0.0.256: not an address'
refused 'addr=10.0.0.1.2\n' 'addr=10.0.0.1.2: not an address'
refused 'addr=10.0.0.1:80\n' 'addr=10.0.0.1:80: not an address'
refused 'addr=1::2::3\n' 'addr=1::2::3: not an address'
refused 'addr=fe80::1%lo\n' 'addr=fe80::1%lo: not an address'
refused 'addr=12345::\n' 'addr=12345::: not an address'
refused 'addr=1:2:3:4:5:6:7\n' 'addr=1:2:3:4:5:6:7: not an address'
refused 'addr=1:2:3:4:5:6:7:8:9\n' 'addr=1:2:3:4:5:6:7:8:9: not an address'
refused 'addr=/8\n' 'addr=/8: not an address'
refused 'laddr=10.0.0.0/33\n' 'laddr=10.0.0.0/33: not a prefix length (0-32)'
refused 'laddr=10.0.0.0/\n' 'laddr=10.0.0.0/: not a prefix length (0-32)'
refused 'laddr=10.0.0.0/8/8\n' 'laddr=10.0.0.0/8/8: not a prefix length (0-32)'
refused 'laddr=10.0.0.0/255.0.0.0\n' 'laddr=10.0.0.0/255.0.0.0: not a prefix length (0-32)'
refused 'raddr=2001:db8::/129\n' 'raddr=2001:db8::/129: not a prefix length (0-128)'
refused 'netns=4294967296\n' 'netns=4294967296: not an inode number (see lsns -t net)'
refused 'netns=self\n' 'netns=self: not an inode number (see lsns -t net)'
refused 'new=ESTABLISHED,OPEN\n' 'new=OPEN: not a state'
refused 'new=TCP_\n' 'new=TCP_: not a state'
refused 'new=STATE_1\n' 'new=STATE_1: not a state'
refused 'new=1\n' 'new=1: not a state'
refused 'port=80\0port=81\n' '\x00: not a printable character (byte 8)'
refused 'port=80\n\0' '\x0a: not a printable character (byte 8)'
refused 'port=80\nport=81\n' '\x0a: not a printable character (byte 8)'
refused 'port=80\r\n' '\x0d: not a printable character (byte 8)'
refused 'new=\033[31mESTAB\n' '\x1b: not a printable character (byte 5)'
refused 'new=\0303\0211tab\n' '\xc3: not a printable character (byte 5)'
refused '\n\n' '\x0a: not a printable character (byte 1)'
refused "$(printf '%-1024s' port=80)\n" 'longer than 1024 bytes'
refused "$(printf '%-4000s' port=80)\n" 'longer than 1024 bytes'
refused "new=$(printf 'A%.0s' {1..500})\n" "new=$(printf 'A%.0s' {1..64}): not a state"
refused "$(printf 'k%.0s' {1..500})=1\n" "$(printf 'k%.0s' {1..32})=1: no such key (family port lport rport addr laddr raddr netns new)"
# Shown as ::5efe:0.15.255.255, which is longer.
isatap=$(printf ',::5efe:f:ffff%.0s' {1..16})
refused "addr=${isatap:1} laddr=${isatap:1} raddr=${isatap:1} port=$(seq -s, 60000 60015) lport=$(seq -s, 60000 60015)\n" 'longer than 1024 bytes as it would be shown'
expect_match "how many were refused" '[5-9][0-9]' "$number"

case_begin "the next good filter removes the reason"
filter port=5000
expect_lines "port=5000" "$(shown)"
