# SPDX-License-Identifier: GPL-2.0
# TCP_DEFER_ACCEPT, or an accept queue that frees up late: the line that ends the handshake is marked ack-dropped, its dwell is true, and flows shows no handshake time.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# handshake PORT: HANDSHAKE NOTE in flows of the connection with that port of the driver's.
handshake() { awk -v p="$(endpoint "$THERE" "$1")" '$4 == p { print $8, $NF }' $PROC/flows; }

# established PORT: NOTE of the line that ends its handshake; waited PORT: its DWELL.
established() { note "$HERE_AT" "$(endpoint "$THERE" "$1")" 'SYN_RCVD->ESTABLISHED'; }
waited() { dwell "$HERE_AT" "$(endpoint "$THERE" "$1")" 'SYN_RCVD->ESTABLISHED'; }

# late WHAT STEP...: 7001's ACK is dropped, that of 7002 is not.
late() {
	local HERE_AT what=$1; shift
	HERE_AT=$(endpoint "$HERE" 5000)
	case_begin "$FAMILY: $what"
	load
	start said packet tun "listen s $HERE 5000 2" "$@" 'say accepted' "await $SCENARIO_DIR/go" 'linger0 a' 'close a'
	wait_for 20 "both are accepted" grep -qx accepted "$SCENARIO_DIR/said"
	expect_eq "flows of the late one" "- ack-dropped" "$(handshake 7001)"
	expect_match "flows of the other one" '0\.[0-9]{9}s -' "$(handshake 7002)"
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go" "$SCENARIO_DIR/said"
	expect_eq "the note" ack-dropped "$(established 7001)"
	expect_dwell "the dwell" 1 15 "$(waited 7001)"
	expect_eq "the note of the other one" - "$(established 7002)"
	expect_eq "the note of a later line" - "$(note "$HERE_AT" "$(endpoint "$THERE" 7001)" 'ESTABLISHED->CLOSED')"
	expect_sound
}

both() {
	late "TCP_DEFER_ACCEPT, and data 1 s after the handshake" 'set s defer_accept 7' \
		"wire w $THERE 7001 5000" 'inject w S mss=1460' 'expect w SA' 'inject w A' 'idle 1000' 'inject w PA data=101' 'accept a s' \
		"wire v $THERE 7002 5000" 'inject v S mss=1460' 'expect v SA' 'inject v PA data=101' 'accept b s'
	# A backlog of 2 has room for three children.
	late "a full accept queue frees up after 1 s, and the peer sends its ACK again" \
		"wire v $THERE 7002 5000" 'inject v S mss=1460' 'expect v SA' 'inject v A' \
		"wire u $THERE 7003 5000" 'inject u S mss=1460' 'expect u SA' 'inject u A' \
		"wire w $THERE 7001 5000" 'inject w S mss=1460' 'expect w SA' \
		"wire t $THERE 7004 5000" 'inject t S mss=1460' 'expect t SA' 'inject t A' \
		'inject w A' 'idle 1000' 'accept b s' 'inject w A' 'accept c s' 'accept d s' 'accept a s'
}
for_both both
