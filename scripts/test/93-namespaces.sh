# SPDX-License-Identifier: GPL-2.0
# Hundreds of namespaces come and go, with traffic and readers in them: an open file keeps its
# namespace alive, all others end, and every record is accounted for.
# only: thorough
# seconds: 240
# length: 600
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

NAMESPACES=53
! watched || NAMESPACES=13
! at_length || NAMESPACES=211

# At most so many can be alive at once: if more leak, no new one can be made.
LIVE=13
limit=$(sysctl -n user.max_net_namespaces)
sysctl -qw user.max_net_namespaces=$LIVE

# A namespace that ends with its traffic, with 5 connections in TIME_WAIT.
LIFE='ip link set lo up; peer "listen s 127.0.0.1 6000" "many 5 127.0.0.1 6000 s" "close s" || exit 9'
# one COMMAND: a namespace with that traffic, then COMMAND. The kernel frees namespaces a moment
# after they end, so there may be no room at first.
one() {
	local end=$((SECONDS + 30 * ${LAB_SCALE:-1})) err=$SCENARIO_DIR/one.$BASHPID
	until unshare -n bash -c "$LIFE; $1" 2>"$err"; do
		if [ $SECONDS -ge $end ] || ! grep -q 'No space left' "$err"; then
			cat "$err"
			return 1
		fi
		sleep 0.1
	done
}
# 52 of its own, and the ends of its TIME_WAITs.
EACH=57

case_begin "$NAMESPACES namespaces end in the middle of their connections; no record of the machine is missing"
load
witness_begin all $ALL/raw fresh
for _ in 1 2 3; do one true; done
rings=$(grep -c '\[tcpfsm\]' /proc/vmallocinfo)
for ((i = 3; i < NAMESPACES; i += 2)); do
	one true &
	one true
	wait $!
done
wait_for 60 "the last record" recorded_are $((EACH * NAMESPACES))
expect_eq "recorded" $((EACH * NAMESPACES)) "$(machine_stat recorded)"
expect_eq "TIME_WAIT->CLOSED" $((5 * NAMESPACES)) "$(init_ns awk '$1 == "TIME_WAIT" { for (i = 2; i <= NF; i++) n += $i } END { print n + 0 }' $PROC/matrix)"
expect_eq "flows_live" 0 "$(machine_stat flows_live)"
expect_eq "memory areas of the module, as after the third" "$rings" "$(grep -c '\[tcpfsm\]' /proc/vmallocinfo)"
witnesses_end
expect_account all "$(produced)"
print_note "$NAMESPACES namespaces, $(said all records) records, lost $(said all lost)"

case_begin "a reader inside keeps its namespace to the last record; the namespace ends with the reader"
load
mkdir "$SCENARIO_DIR/in"
for n in 1 2 3; do
	one "cat $PROC/follow >\"$SCENARIO_DIR/in/follow.$n\" &
		echo \$! >>\"$SCENARIO_DIR/in/pids\"
		cat $PROC/raw >\"$SCENARIO_DIR/in/raw.$n\" &
		echo \$! >>\"$SCENARIO_DIR/in/pids\"
		until [ -s \"$SCENARIO_DIR/in/follow.$n\" ] && [ -s \"$SCENARIO_DIR/in/raw.$n\" ]; do sleep 0.05; done
		peer 'listens 3 127.0.0.1 6001'"
done
# has_all N: the two readers in namespace N have all its records.
has_all() { [ "$(records "$SCENARIO_DIR/in/follow.$1")" = 6 ] && [ "$(stat -c %s "$SCENARIO_DIR/in/raw.$1")" = $((64 + 58 * 192)) ]; }
for n in 1 2 3; do
	wait_for 10 "all records of its readers" has_all $n
	witness fresh <"$SCENARIO_DIR/in/raw.$n" >"$SCENARIO_DIR/raw.$n" 2>"$SCENARIO_DIR/raw.$n.wrong"
	expect_account raw.$n 58
done
expect_eq "TIME_WAITs that live on" 15 "$(init_ns awk '$5 == "TIME_WAIT"' $PROC/flows | wc -l)"
expect_not "rmmod" rmmod "$MODULE"
mapfile -t pids <"$SCENARIO_DIR/in/pids"
expect "the readers wait, without an end of file" kill -0 "${pids[@]}"
kill -KILL "${pids[@]}"
wait_for 60 "no connection is left" no_flow_is_left
expect_eq "recorded" $((3 * (EACH + 6))) "$(machine_stat recorded)"
expect "rmmod" unload_within 10

case_begin "a reader killed at the very end of its namespace"
load
for n in 1 2 3 4 5 6 7; do
	one "for file in raw follow log flows stats matrix; do exec {fd}<$PROC/\$file; done
		cat $PROC/raw >/dev/null & peer 'listens 3 127.0.0.1 6001'; kill -KILL \$!"
done
wait_for 60 "no connection is left" no_flow_is_left
expect_eq "recorded" $((7 * (EACH + 6))) "$(machine_stat recorded)"
expect "rmmod" unload_within 10

case_begin "namespaces are made while the module is loaded and unloaded"
(while [ ! -e "$SCENARIO_DIR/enough" ]; do one true; done) &
maker=$!
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	insmod "$MODULE_FILE" records=64
	wait_for 30 "a namespace's records" recorded_are 57
	unload_within 30
done
: >"$SCENARIO_DIR/enough"
wait $maker
expect_not "anything left in /proc" test -e $PROC
sysctl -qw user.max_net_namespaces="$limit"
