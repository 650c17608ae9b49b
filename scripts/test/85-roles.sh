# SPDX-License-Identifier: GPL-2.0
# Roles: the active end sent the first SYN or FIN, the passive end received it. In a simultaneous
# open or close both are active; a reset has no closer.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

# roles: LOCAL PEER STATE OPENED CLOSED of each flow, without TIME_WAITs of the case before.
roles() { awk 'NR > 1 && $13 != "pre-existing" { print $3, $4, $5, $9, $10 }' $PROC/flows | sort; }

# json_roles: OLD->NEW open_role close_role of each record of a local end.
json_roles() {
	reader -o json --since-load -n "$(records)" | grep "\"lport\":$1,\"raddr\":\"[^\"]*\",\"rport\":$2," |
		sed 's/.*"old":"\([^"]*\)","new":"\([^"]*\)".*"open_role":\([^,]*\),"close_role":\([^,]*\),.*/\1->\2 \3 \4/; s/"//g'
}

each_role() {
	local here there server
	server=$(endpoint "$LOOPBACK" 5000) here=$(endpoint "$HERE" 5000) there=$(endpoint "$THERE" 700)

	case_begin "$FAMILY: a client and a server: the client closes, the server closes, neither does"
	load
	start said packet "listen s $LOOPBACK 5000" "connect c $LOOPBACK 5000 40001" 'accept a s' 'close c' 'eof a' \
		"connect d $LOOPBACK 5000 40002" 'accept b s' 'close b' 'eof d' \
		"connect e $LOOPBACK 5000 40003" 'accept x s' 'say made' "await $SCENARIO_DIR/go" 'close a' 'close d'
	wait_for 10 "three connections" grep -qx made "$SCENARIO_DIR/said"
	in_fin_wait_2() { [ "$(awk '$5 == "FIN_WAIT_2"' $PROC/flows | wc -l)" = 2 ]; }
	wait_for 10 "both FINs to be acknowledged" in_fin_wait_2
	expect_lines "$(printf '%s\n' \
		"$server - LISTEN - -" \
		"$(endpoint "$LOOPBACK" 40001) $server FIN_WAIT_2 active active" "$server $(endpoint "$LOOPBACK" 40001) CLOSE_WAIT passive passive" \
		"$(endpoint "$LOOPBACK" 40002) $server CLOSE_WAIT active passive" "$server $(endpoint "$LOOPBACK" 40002) FIN_WAIT_2 passive active" \
		"$(endpoint "$LOOPBACK" 40003) $server ESTABLISHED active -" "$server $(endpoint "$LOOPBACK" 40003) ESTABLISHED passive -" | sort)" "$(roles)"
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	wait_for 5 "32 records" has_records 32
	expect_lines "CLOSED->SYN_SENT active null
SYN_SENT->ESTABLISHED active null
ESTABLISHED->FIN_WAIT_1 active active
FIN_WAIT_1->FIN_WAIT_2 active active
FIN_WAIT_2->TIME_WAIT active active" "$(json_roles 40001 5000)"
	expect_lines "LISTEN->SYN_RCVD passive null
SYN_RCVD->ESTABLISHED passive null
ESTABLISHED->CLOSE_WAIT passive passive
CLOSE_WAIT->LAST_ACK passive passive
LAST_ACK->CLOSED passive passive" "$(json_roles 5000 40001)"
	expect_lines "CLOSED->SYN_SENT active null
SYN_SENT->ESTABLISHED active null
ESTABLISHED->CLOSE_WAIT active passive
CLOSE_WAIT->LAST_ACK active passive
LAST_ACK->CLOSED active passive" "$(json_roles 40002 5000)"
	expect_sound

	case_begin "$FAMILY: simultaneous open and close, and a reset"
	load
	ALL=(tun "listen s $HERE 5000" "wire w $THERE 7001 40011" "start c $THERE 7001 40011" 'expect w S' 'inject w S' 'expect w SA'
		'inject w A' 'wait c 1' 'close c' 'expect w FA' 'inject w FA ack=-1' 'expect w A')
	accepted r 7002 b
	ALL+=("${STEPS[@]}" 'inject r R')
	start said packet "${ALL[@]}" 'say made' "await $SCENARIO_DIR/go" 'inject w A'
	wait_for 10 "two connections" grep -qx made "$SCENARIO_DIR/said"
	expect_lines "$(printf '%s\n' "$here - LISTEN - -" "$(endpoint "$HERE" 40011) ${there}1 CLOSING active active" | sort)" "$(roles)"
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
	expect_lines "LISTEN->SYN_RCVD passive null
SYN_RCVD->ESTABLISHED passive null
ESTABLISHED->CLOSED passive null" "$(json_roles 5000 7002)"
	expect_sound
}
for_both each_role
