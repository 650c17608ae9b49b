# SPDX-License-Identifier: GPL-2.0
# A flood overwrites only records of its own kind: half-open connections have rings of their own,
# and namespaces have shares. A share is charged to the process that makes a namespace. Without
# memory for one, the namespace is made, and its transitions are counted.
# seconds: 90
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"
. "$LAB_TEST/storm.sh"

# held FILE OLD->NEW: how many lines of that transition.
held() { awk -v t="$2" '$6 == t' "$1" | wc -l; }

# The listener takes all SYNs and sends no cookie.
sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_max_syn_backlog=1009 net.core.somaxconn=1009

flood() {
	local i made
	case_begin "$FAMILY: 499 SYNs with rings of 64 records: no record of 13 established connections is overwritten"
	load records=256
	local -a all=(tun "listen s $HERE 5000 1009")
	for ((i = 0; i < 13; i++)); do
		accepted w$i $((7001 + i)) a$i
		all+=("${STEPS[@]}")
	done
	all+=("flood 499 $THERE 8001 5000")
	for ((i = 0; i < 13; i++)); do
		all+=("inject w$i R")
	done
	exec 9<$PROC/follow
	start said packet "${all[@]}" "say over" "await $SCENARIO_DIR/go"
	wait_for 30 "the flood is over" grep -qx over "$SCENARIO_DIR/said"
	wait_for 5 "13 resets" is 13 eval "held $PROC/log 'ESTABLISHED->CLOSED'"
	expect_eq "established" 13 "$(held $PROC/log 'SYN_RCVD->ESTABLISHED')"
	expect_eq "the listener" 1 "$(held $PROC/log 'CLOSED->LISTEN')"
	expect_eq "overwritten" 0 "$(machine_stat overwritten)"
	made=$(($(cell LISTEN SYN_RCVD) + $(cell SYN_RCVD CLOSED)))
	expect_match "half-open transitions" '51[2-9]|5[2-9].|[6-9]..|1[0-9]{3}' "$made"
	expect_eq "held + overwritten_half_open" "$made" \
		$(($(held $PROC/log 'LISTEN->SYN_RCVD') + $(held $PROC/log 'SYN_RCVD->CLOSED') + $(machine_stat overwritten_half_open)))
	expect_lines "" "$(disorder)" "lines are in time order"
	expect_match "records lost to a reader that did not read" '[1-9][0-9]*' "$(machine_stat overwritten_half_open)"
	: >"$SCENARIO_DIR/late"
	cat <&9 >"$SCENARIO_DIR/late" &
	caught_up() { [ $(($(records "$SCENARIO_DIR/late") + $(reported_lost "$SCENARIO_DIR/late"))) = "$(stat_of recorded)" ]; }
	wait_for 10 "received + lost == recorded" caught_up
	exec 9<&-
	end_readers $!
	: >"$SCENARIO_DIR/go"
	wait
	rm "$SCENARIO_DIR/go"
	# Half-open connections outlive their listener until their timers run.
	none_half_open() { [ -z "$(ss -Htan state syn-recv)" ]; }
	wait_for 30 "the flood's connections to end" none_half_open
}

case_begin "two busy namespaces overwrite no record of a third one or of the initial one"
load records=16
peer 'listens 5 127.0.0.1 5000'
# Nothing else uses the loopback there.
init_ns ip link set lo up
init_ns peer 'listens 5 127.0.0.1 5000'
for _ in 1 2; do
	unshare -n bash -c 'ip link set lo up; for cpu in 0 1; do taskset -c $cpu peer "listens 101 127.0.0.1 5000"; done'
done
expect_eq "records of all namespaces" 828 "$(machine_stat recorded)"
expect_eq "ours" 10 "$(records)"
expect_lines "10 $(stat -Lc %i /proc/1/ns/net)" \
	"$(init_ns awk -v n="$(stat -Lc %i /proc/1/ns/net)" '$2 == n { c++ } END { print c, n }' $PROC/log)" "the initial one's"
expect_match "overwritten" '[67][0-9][0-9]' "$(machine_stat overwritten)"
expect_lines "" "$(init_ns cat $PROC/log >"$SCENARIO_DIR/all"; disorder "$SCENARIO_DIR/all")" "the machine's lines are in time order"
expect_eq "held + overwritten" 828 $(($(records "$SCENARIO_DIR/all") + $(machine_stat overwritten)))

# within BYTES COMMAND...: in a cgroup of its own with that limit.
within() {
	local group=$SCENARIO_DIR/cgroup/$BASHPID.$RANDOM
	mkdir "$group"
	echo "$1" >"$group/memory.max"
	# shellcheck disable=SC2016  # the inner shell's
	GROUP=$group bash -c 'echo $$ >"$GROUP/cgroup.procs" && exec "$@"' - "${@:2}"
}
can_limit() {
	mkdir -p "$SCENARIO_DIR/cgroup"
	mount -t cgroup2 none "$SCENARIO_DIR/cgroup" && echo +memory >"$SCENARIO_DIR/cgroup/cgroup.subtree_control"
}
# messages TEXT: how many lines of the kernel log have it.
messages() { since_begin | grep -c "tcpfsm: $1" || true; }
counted() { echo "$(machine_stat recorded) $(machine_stat not_recorded)"; }
# Three listeners, and what a reader of the namespace's log gets.
THREE="peer 'listens 3 0.0.0.0 5000'; wc -l <$PROC/log"
if ! can_limit 2>/dev/null; then
	skip_case "without memory for a share, a namespace is made" "this kernel limits no cgroup"
else
	# On each CPU 65536 records, and a quarter of that for half-open connections.
	SHARE=$((65536 * 5 / 4 * 192 * $(nproc)))

	case_begin "a namespace's share of the rings is charged to the process that makes it"
	load records=262144
	# shellcheck disable=SC2016  # the namespace's shell
	charged=$(within max unshare -n bash -c 'echo $(<"$GROUP/memory.current")')
	expect "$charged bytes are charged, $SHARE of them for the share" test "$charged" -ge $SHARE

	case_begin "without memory for another share, namespaces have an existing one, which is not the initial one's"
	load records=262144
	expect_eq "lines of its log" 7 "$(within $((SHARE / 2)) unshare -n bash -c "$THREE")"
	peer 'listens 3 127.0.0.1 6000'
	expect_eq "our records" 6 "$(records)"
	expect_eq "recorded, not_recorded" "12 0" "$(counted)"
	expect_eq "lines of it in the kernel log" 1 "$(messages 'no memory for another share of the rings')"

	case_begin "without memory for any share, a namespace is not recorded, and stats of the machine counts that"
	unload
	# This namespace exists as the module is loaded: its share is charged to insmod.
	within $((SHARE / 2)) insmod "$MODULE_FILE" records=262144
	for file in log follow raw flows stats matrix; do
		expect_match "$file" '.*Cannot allocate memory' "$(cat $PROC/$file 2>&1)"
	done
	peer 'listens 3 127.0.0.1 6000'
	expect_eq "recorded, not_recorded" "0 6" "$(counted)"
	expect_match "another namespace so, too" '.*Cannot allocate memory' "$(within $((SHARE / 2)) unshare -n bash -c "$THREE" 2>&1)"
	expect_eq "recorded, not_recorded" "0 12" "$(counted)"
	expect_eq "lines of a third one's log" 7 "$(unshare -n bash -c "$THREE")"
	expect_eq "recorded, not_recorded" "6 12" "$(counted)"
	expect_eq "lines of it in the kernel log" 1 "$(messages 'no memory for a new network namespace')"
	expect "rmmod" rmmod "$MODULE"
	umount "$SCENARIO_DIR/cgroup"
fi

for_both flood
