# SPDX-License-Identifier: GPL-2.0
# A kernel without one of the functions: one line names the function, its group of hooks is off and
# no other, and the transitions are those that can be recorded without that group.
# only: thorough
# seconds: 240
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"
. "$LAB_TEST/wire.sh"

# As in module/hook.c: the group, with a ? if it works without the function, and the names tried.
HOOKS=(
	'connect tcp_fastopen_defer_connect'
	'requests tcp_v4_send_synack'
	'requests tcp_v6_send_synack'
	'requests inet_csk_clone_lock'
	'requests? inet_csk_complete_hashdance'
	'drop? __inet_csk_reqsk_queue_drop inet_csk_reqsk_queue_drop.part.0 inet_csk_reqsk_queue_drop'
	'requests tcp_v4_reqsk_destructor'
	'requests tcp_v6_reqsk_destructor'
	'accept security_sock_graft'
	'timewait inet_twsk_hashdance_schedule inet_twsk_hashdance'
	'timewait? __inet_twsk_schedule'
	'timewait inet_twsk_kill'
	'resets tcp_v4_send_reset'
	'resets tcp_v6_send_reset'
)
# Where the drop reports completed requests as well, this hook is not needed.
if kernel_since 6.1; then
	unset 'HOOKS[4]'
	HOOKS=("${HOOKS[@]}")
fi

# without NAME...: a copy of the module that asks for functions that no kernel has.
without() {
	local name
	cp "$MODULE_FILE" "$SCENARIO_DIR/without.ko"
	for name; do
		sed -z -i "s/^$name\$/${name%?}X/" "$SCENARIO_DIR/without.ko"
	done
	expect_eq "bytes changed" $# "$(cmp -l "$MODULE_FILE" "$SCENARIO_DIR/without.ko" | wc -l)"
}
messages() { since_begin | sed -n 's/^\[[^]]*\] tcpfsm: //p'; }

# A connection with a worker, one that is refused, one that is reset half-open, and one
# that is a minisocket when the peer ends it.
act() {
	peer 'comm boss' 'listen s 127.0.0.1 5000' 'fork w' 'comm worker' 'accept a s' 'send a 1' 'eof a' 'close a' end \
		'connect c 127.0.0.1 5000 40001' 'recv c 1' 'shutdown c' 'eof c' 'wait c 7' 'close c' 'reap w' 'close s' \
		'refused d 127.0.0.1 5999'
	accepted w 7002 a
	start said packet tun "listen s $HERE 5001" "wire h $THERE 7001 5001" 'inject h S mss=1460' 'expect h SA' 'inject h R' \
		"${STEPS[@]//5000/5001}" 'close a' 'expect w FA' 'inject w A' 'inject w FA' 'expect w A' \
		'say closed' "await $SCENARIO_DIR/go" 'inject w R'
	wait_for 10 "the peer has closed" grep -qx closed "$SCENARIO_DIR/said"
	LATE=$(flow_state "$HERE:5001" "$THERE:7002")
	: >"$SCENARIO_DIR/go"
	wait $!
	rm "$SCENARIO_DIR/go"
}
between() { connections | awk -v l="$1" -v p="$2" '$1 == l && $2 == p { print $3, $4 }'; }

# expect_transitions GROUP: those without the group, or with ?, without its optional function.
expect_transitions() {
	local end='FIN_WAIT_2->TIME_WAIT rcv_fin' late=TIME_WAIT worker=worker
	local half=$'LISTEN->SYN_RCVD rcv_syn\nSYN_RCVD->CLOSED rcv_rst'
	local mini=$'FIN_WAIT_2->TIME_WAIT rcv_fin\nTIME_WAIT->CLOSED rcv_rst' born=$'LISTEN->SYN_RCVD rcv_syn\n' port='[0-9]+'
	case $1 in
	connect) port=- ;;
	requests)
		half=''
		# SYN_RCVD comes with the last ACK, and before 6.15 without addresses.
		kernel_since 6.15 || born=''
		;;
	# The end of the request has no known cause; a RST may have been ours.
	drop\? | resets) half=${half/rcv_rst/unknown} ;;
	accept) worker=boss ;;
	timewait) end='FIN_WAIT_2->CLOSED rcv_fin' late='' mini='FIN_WAIT_2->CLOSED rcv_ack' ;;
	# The end of the timewait socket shows that the FIN has come.
	timewait\?) late=FIN_WAIT_2 ;;
	esac
	expect_lines "CLOSED->SYN_SENT connect
SYN_SENT->ESTABLISHED rcv_synack
ESTABLISHED->FIN_WAIT_1 shutdown
FIN_WAIT_1->FIN_WAIT_2 rcv_ack
$end" "$(between 127.0.0.1:40001 127.0.0.1:5000)" "the client"
	expect_lines "${born}SYN_RCVD->ESTABLISHED rcv_ack
ESTABLISHED->CLOSE_WAIT rcv_fin
CLOSE_WAIT->LAST_ACK close
LAST_ACK->CLOSED rcv_ack" "$(between 127.0.0.1:5000 127.0.0.1:40001)" "the server"
	expect_match "the owner before it is used" "$worker/[0-9]+" \
		"$(awk '$5 == "127.0.0.1:40001" && $6 == "ESTABLISHED->CLOSE_WAIT" { print $9 }' $PROC/log)"
	expect_match "the port of the refused client" "127.0.0.1:$port" \
		"$(awk '$5 == "127.0.0.1:5999" && $6 == "CLOSED->SYN_SENT" { print $4 }' $PROC/log)"
	expect_lines "$half" "$(between "$HERE:5001" "$THERE:7001")" "half-open"
	expect_lines "$late" "$LATE" "its state when the peer has closed"
	expect_lines "${born}SYN_RCVD->ESTABLISHED rcv_ack
ESTABLISHED->FIN_WAIT_1 close
FIN_WAIT_1->FIN_WAIT_2 rcv_ack
$mini" "$(between "$HERE:5001" "$THERE:7002")" "a minisocket"
	expect_sound
}

HERE=192.0.2.1 THERE=192.0.2.2
case_begin "no function is missing: the hooks are those of this scenario"
load
mapfile -t present < <(init_ns sed -n 's/^hook_\(.*\) 1$/\1/p' $PROC/stats)
expect_eq "hooks" ${#HOOKS[@]} ${#present[@]}
for i in "${!HOOKS[@]}"; do
	expect_match "hook $i" "[a-z?]+ (.* )?${present[i]}( .*)?" "${HOOKS[i]}"
done
ledger_open
act
expect_transitions none
expect_ledger

for i in "${!HOOKS[@]}"; do
	read -r group name others <<<"${HOOKS[i]}"
	case_begin "no $name: $group"
	# shellcheck disable=SC2086  # words
	without "$name" $others
	said=$(messages | wc -l)
	MODULE_FILE=$SCENARIO_DIR/without.ko load
	expect_lines "hooks: this kernel has no ${name%?}X" "$(messages | tail -n +$((said + 1)))" "the kernel log"
	off=''
	for j in "${!HOOKS[@]}"; do
		if [ "$j" = "$i" ]; then
			off+="hook_${name%?}X"$'\n'
		elif [[ ${HOOKS[j]} =~ ^"$group"\??\  || $group${HOOKS[j]%% *} = requestsdrop\? ]]; then
			off+="hook_${present[j]}"$'\n'
		fi
	done
	expect_lines "${off%$'\n'}" "$(init_ns sed -n 's/^\(hook_.*\) 0$/\1/p' $PROC/stats)" "hooks that are off"
	ledger_open
	act
	expect_transitions "$group"
	[ "$group" != requests ] || ledger_rule AttemptFails 1 "a half-open connection that is reset is not seen"
	# TIME_WAIT is not known without its hooks.
	[ "$group" = timewait ] || expect_ledger
	expect "rmmod" rmmod "$MODULE"
done

case_begin "no inet_sock_set_state: refused with one line, and no function stays hooked"
without inet_sock_set_state
said=$(messages | wc -l)
expect_match "insmod" '.*Unknown symbol in module.*' "$(insmod "$SCENARIO_DIR/without.ko" 2>&1 || true)"
expect_lines "this kernel has no tracepoint inet_sock_set_statX" "$(messages | tail -n +$((said + 1)))" "the kernel log"
expect_not "loaded" module_loaded
expect_not "$PROC" test -e $PROC
expect_lines "" "$(cat /sys/kernel/tracing/enabled_functions)" "hooked functions"
load
act
expect_transitions none
