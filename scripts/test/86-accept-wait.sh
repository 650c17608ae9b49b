# SPDX-License-Identifier: GPL-2.0
# A child that no accept() has returned is marked unaccepted, in flows and on its lines; afterwards its lines have the time that it waited.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# notes PORT: STATE NOTE in flows of the connection with that port of the driver's.
notes() { awk -v p="$(endpoint "$THERE" "$1")" '$4 == p { print $5, $NF }' $PROC/flows; }

# json PORT MEMBER: of each record of that connection.
json() {
	reader -o json --since-load -n "$(records)" | grep "\"rport\":$1," | sed "s/.*\"old\":\"\([^\"]*\)\",\"new\":\"\([^\"]*\)\".*\"$2\":\([^,}]*\)[,}].*/\1->\2 \3/"
}

waits() {
	local here there
	here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 7001)

	case_begin "$FAMILY: the peer closes a connection that nobody has accepted; it is accepted 50 ms later"
	load
	start said packet tun "listen s $HERE 5000" "wire w $THERE 7001 5000" 'inject w S mss=1460' 'expect w SA' 'inject w A' \
		'inject w FA' 'expect w A' 'say closed' "await $SCENARIO_DIR/accept" 'idle 50' 'accept a s' 'say accepted' \
		"await $SCENARIO_DIR/go" 'close a' 'expect w FA' 'inject w A'
	wait_for 10 "the peer has closed" grep -qx closed "$SCENARIO_DIR/said"
	expect_lines "CLOSE_WAIT unaccepted" "$(notes 7001)"
	: >"$SCENARIO_DIR/accept"
	wait_for 10 "it is accepted" grep -qx accepted "$SCENARIO_DIR/said"
	expect_lines "CLOSE_WAIT -" "$(notes 7001)"
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/accept" "$SCENARIO_DIR/go" "$SCENARIO_DIR/said"
	expect_eq "the note before" unaccepted "$(note "$here" "$there" 'ESTABLISHED->CLOSE_WAIT')"
	expect_eq "the note afterwards" - "$(note "$here" "$there" 'CLOSE_WAIT->LAST_ACK')"
	expect_eq "the note as it is established" - "$(note "$here" "$there" 'SYN_RCVD->ESTABLISHED')"
	expect_match "the wait" 'LISTEN->SYN_RCVD null
SYN_RCVD->ESTABLISHED null
ESTABLISHED->CLOSE_WAIT null
CLOSE_WAIT->LAST_ACK ([5-9][0-9]|[1-9][0-9]{2,})[0-9]{3}
LAST_ACK->CLOSED [0-9]+' "$(json 7001 accept_wait_us)"
	expect_sound

	case_begin "$FAMILY: the listener closes, and a connection in its queue ends as unaccepted"
	load
	packet tun "listen s $HERE 5000" "wire w $THERE 7002 5000" 'inject w S mss=1460' 'expect w SA' 'inject w A' 'close s' 'expect w RA'
	expect_eq "the note" unaccepted "$(note "$here" "$(endpoint "$THERE" 7002)" 'ESTABLISHED->CLOSED')"
	expect_sound
}
for_both waits
