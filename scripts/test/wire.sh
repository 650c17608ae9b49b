# SPDX-License-Identifier: GPL-2.0
# For scenarios with the driver packet: addresses, handshakes, dwell and notes of a line.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

# A module on Debian's kernels, built in elsewhere.
modprobe -q tun || true

# for_both COMMAND...: runs it for IPv4, then for IPv6. HERE is the address of this end,
# THERE the driver's, LOOPBACK that of connections within this end.
# shellcheck disable=SC2034  # the command's
for_both() {
	local FAMILY HERE THERE LOOPBACK
	FAMILY=IPv4 HERE=192.0.2.1 THERE=192.0.2.2 LOOPBACK=127.0.0.1
	"$@"
	FAMILY=IPv6 HERE=2001:db8::1 THERE=2001:db8::2 LOOPBACK=::1
	"$@"
}

# Set STEPS to the driver's steps of a handshake: on wire W, from the driver's PORT, with
# SOCKET at this end. The scenario makes the device, and for accepted a listener on 5000, s.
# shellcheck disable=SC2034  # the scenario's
accepted() {	# W PORT SOCKET [LISTENER]
	STEPS=("wire $1 $THERE $2 5000" "inject $1 S mss=1460" "expect $1 SA" "inject $1 A" "accept $3 ${4:-s}")
}
# shellcheck disable=SC2034
connected() {	# W PORT SOCKET FROM-PORT
	STEPS=("wire $1 $THERE $2 $4" "start $3 $THERE $2 $4" "expect $1 S" "inject $1 SA mss=1460" "expect $1 A" "wait $3 1")
}

# of PORT: of the output of connections on standard input, the lines with the driver's
# PORT as the peer. Within for_both, those of that family only.
of() {
	awk -v port=":$1" -v peer="${THERE:+$(endpoint "$THERE" "$1")}" \
		'peer ? $2 == peer : substr($2, length($2) - length(port) + 1) == port'
}

# chain LOCAL PEER 'OLD->NEW CAUSE'...: a connection's lines.
chain() {
	local local_end=$1 peer_end=$2; shift 2
	printf "$local_end $peer_end %s\n" "$@"
}

# noted [FILE]: TRANSITION NOTE of each record, the lines of one id together.
noted() {
	without_left_over "$@" | awk '$6 !~ /->/ { next }
	     !($3 in lines) { ids[++n] = $3 }
	     { lines[$3] = lines[$3] $6 " " $11 "\n" }
	     END { for (i = 1; i <= n; i++) printf "%s", lines[ids[i]] }'
}

# dwell LOCAL PEER OLD->NEW: DWELL of the last such line.
dwell() { awk -v l="$1" -v p="$2" -v t="$3" '$4 == l && $5 == p && $6 == t { d = $7 } END { print d }' $PROC/log; }

# note LOCAL PEER OLD->NEW: NOTE of the last such line.
note() { awk -v l="$1" -v p="$2" -v t="$3" '$4 == l && $5 == p && $6 == t { d = $11 } END { print d }' $PROC/log; }

# expect_dwell WHAT LEAST MOST GOT: an exact dwell, in seconds.
expect_dwell() {
	if [[ $4 =~ ^[0-9]+\.[0-9]{9}s$ ]] &&
		awk -v got="${4%s}" -v least="$2" -v most="$3" 'BEGIN { exit !(got >= least && got <= most) }'; then
		met
	else
		missed "$(where): $1: expected from $2 s to $3 s, got '$4'"
	fi
}

# flow_state LOCAL PEER: its state in flows; nothing if it has no flow.
flow_state() { awk -v l="$1" -v p="$2" '$3 == l && $4 == p { print $5 }' $PROC/flows; }

# sk_state LOCAL PEER: its state in ss.
sk_state() { ss -Htan | awk -v l="$1" -v p="$2" '$4 == l && $5 == p { print $1 }'; }

is() { [ "$("${@:2}")" = "$1" ]; }
