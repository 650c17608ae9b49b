#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Measures in the guest: starts each watcher, waits until it watches, runs the load.
#
# It prints on the second serial port (fd 3), one fact a line:
#   # TEXT        progress
#   KEY=VALUE …   a figure; the last value may have blanks
#   done          everything was measured
# The argument is MODE[,NAME=VALUE…]; in a VALUE + stands for a blank.
set -uo pipefail
cd /tmp || exit
export PATH=$PATH:/lab/bin:/lab/bench
trap 'figure "died=line $LINENO: $BASH_COMMAND"; exit 1' ERR
set -E

TRACING=/sys/kernel/tracing
EVENT=$TRACING/events/sock/inet_sock_set_state
PROC=/proc/net/tcpfsm

say()    { printf '# %s\n' "$*" >&3; }
figure() { printf '%s\n' "$*" >&3; }

mode=${1%%,*}
connections=2000 passes=2 after=65 seconds=5 cpus=$(nproc) repeats=3 variants='' parts='' calm=3
IFS=, read -r -a words <<<"$1"
# In wall time nothing is waited for: forget_timewaits removes what is left.
[ "$mode" != smp ] || after=0 calm=0
for word in "${words[@]:1}"; do declare "${word//+/ }"; done

# --- watchers ---
# begin_X: starts the watcher X, which watches when it returns. On failure it returns 1 and sets
# $why. end_X: ends it. reported_X: lines or records so far.

peer='' why=''

waits() {	# PID: whether it waits for an event
	local call
	read -r call _ <"/proc/$1/syscall" || return 1
	# read, poll, epoll_wait, recvmsg, recvfrom, ppoll, epoll_pwait
	case $call in 0|7|232|47|45|271|281) ;; *) return 1 ;; esac
}

peer_ready() {
	local tries seen=0
	for ((tries = 0; tries < 600; tries++)); do
		sleep 0.2
		if [ ! -d "/proc/$peer" ]; then
			why=$(tr '\n' ' ' <peer.err | tail -c 200)
			why="it ended: ${why:-without a message}"
			peer=''
			return 1
		fi
		if waits "$peer"; then seen=$((seen + 1)); else seen=0; fi
		[ $seen -lt 5 ] || return 0
	done
	why="it was not ready in 120 s"
	peer_end
	return 1
}

# peer_begin PROGRAM ARGUMENT...: its output goes to $sink.
sink=/dev/null
peer_begin() {
	command -v "$1" >/dev/null || { why="$1 is not in the image"; return 1; }
	"$@" >"$sink" 2>peer.err </dev/null &
	peer=$!
	peer_ready
}

# With SIGINT these print what they have.
peer_end() {
	[ -n "$peer" ] || return 0
	case $(cat "/proc/$peer/comm") in
	tcpstates*|bpftrace|conntrack) kill -INT "$peer" ;;
	*) kill "$peer" ;;
	esac
	wait "$peer" || true
	peer=''
}

load()   { insmod /lab/tcpfsm.ko "$@" 2>peer.err || { why=$(cat peer.err); return 1; }; }
unload() { [ ! -d /sys/module/tcpfsm ] || rmmod tcpfsm; }
stat_of() { awk -v name="$1" '$1 == name { print $2 }' $PROC/stats; }

begin_none() { :; }
end_none()   { :; }

begin_ftrace() { echo >$TRACING/trace; echo 1 >$EVENT/enable; }
end_ftrace()   { echo 0 >$EVENT/enable; echo >$TRACING/trace; }
reported_ftrace() {
	cat $TRACING/per_cpu/cpu*/stats |
		awk '$1 == "entries:" || $1 == "overrun:" { n += $2 } END { print n }'
}

begin_tcpstates() { peer_begin tcpstates-libbpf; }
end_tcpstates()   { peer_end; }

# The fields of tcpstates, and its map of times.
# shellcheck disable=SC2016  # bpftrace's
BPFTRACE='tracepoint:sock:inet_sock_set_state {
	$ms = @since[args.skaddr] ? (nsecs - @since[args.skaddr]) / 1000000 : 0;
	printf("%-16llx %-7d %-16s %-15s %-5d %-15s %-5d %d -> %d %d\n", (uint64)args.skaddr, pid, comm,
		ntop(args.saddr), args.sport, ntop(args.daddr), args.dport, args.oldstate, args.newstate, $ms);
	if (args.newstate == 7) { delete(@since[args.skaddr]); } else { @since[args.skaddr] = nsecs; }
}'
begin_bpftrace() { peer_begin bpftrace -e "$BPFTRACE"; }
end_bpftrace()   { peer_end; }

begin_conntrack() {
	if ! { modprobe nf_conntrack enable_hooks=1 && modprobe nf_conntrack_netlink; } 2>peer.err; then
		why=$(tr '\n' ' ' <peer.err)
		return 1
	fi
	peer_begin conntrack -E -p tcp
}
end_conntrack() {
	peer_end
	rmmod nf_conntrack_netlink nfnetlink nf_conntrack 2>/dev/null || true
}

begin_hooks0()     { load hooks=0; }
end_hooks0()       { unload; }
begin_everything() { load; }
end_everything()   { unload; }
begin_follow()     { load && peer_begin cat $PROC/follow; }
begin_reader()     { load && peer_begin reader; }
begin_json()       { load && peer_begin reader -o json; }
begin_filter()     { load && echo port=1 >$PROC/filter; }
end_follow()       { peer_end; unload; }
end_reader()       { peer_end; unload; }
end_json()         { peer_end; unload; }
end_filter()       { unload; }

# What the start has set in motion ends before the measurement begins. Idle time costs nothing.
begin() { why=''; : >peer.err; "begin_$1" && sleep "$calm"; }
end()   { "end_$1"; }

# reported: how many transitions were reported so far, where a counter says so.
reported() {
	if [ -e $PROC/stats ]; then stat_of recorded
	elif [ "$1" = ftrace ]; then reported_ftrace
	else echo 0; fi
}

# Losses that the peer prints, or that the module counts for its readers.
lost_of() {
	if [ -e $PROC/stats ]; then stat_of reader_lost
	else
		awk 'tolower($0) ~ /lost/ { for (i = 1; i <= NF; i++) if ($i ~ /^[0-9]+$/) { n += $i; break } }
			END { print n + 0 }' peer.err 2>/dev/null || echo 0
	fi
}

# --- one vCPU under icount ---

# measure VARIANT PASS CRR-ARGUMENT...: with a watcher that was started before.
measure() {
	local variant=$1 pass=$2 before after line; shift 2
	before=$(reported "$variant")
	line=$(crr ${peer:+-p "$peer"} "$@")
	after=$(reported "$variant")
	figure "run variant=$variant pass=$pass $line reported=$((after - before)) lost=$(lost_of)"
}

# with VARIANT PASS CRR-ARGUMENT...
with() {
	local variant=$1 pass=$2; shift 2
	if begin "$variant"; then
		measure "$variant" "$pass" "$@"
	else
		figure "run variant=$variant pass=$pass why=$why"
	fi
	end "$variant"
}

# A watcher that prints nothing costs little: count the lines it prints for ten connections.
prove() {
	local variant=$1 lines=0
	sink=/tmp/prove
	: >$sink
	if begin "$variant"; then
		crr -n 10 -w 0 -d 1 -s 1000 >/dev/null
		end "$variant"
		lines=$(grep -c '127\.0\.0\.1\|::1' $sink || true)
		figure "prove variant=$variant connections=10 lines=$lines"
	else
		end "$variant"
		figure "prove variant=$variant why=$why"
	fi
	sink=/dev/null
	rm -f /tmp/prove
	# Let the TIME_WAITs end before the next measurement.
	sleep "$after"
}

# calm: wait for what the boot left to do.
calm() {
	sysctl -qw net.ipv4.tcp_max_tw_buckets=1000000 net.ipv4.ip_local_port_range="10000 65000"
	echo 0 >/proc/sys/kernel/printk 2>/dev/null || true
	figure "guest kernel=$(uname -r) cpus=$(nproc) clock=$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)" \
		"$([ "$mode" = smp ] || meter calibrate)"
	sleep 5
	crr -n 200 -w 200 -t "$after" >/dev/null
}

# Between any two there is a run without a watcher, so that a drift shows and drops out.
variants_table="ftrace hooks0 everything filter follow reader json conntrack tcpstates bpftrace"
table() {
	local pass variant
	for ((pass = 1; pass <= passes; pass++)); do
		with none $pass -n "$connections" -t "$after"
		for variant in ${variants:-$variants_table}; do
			say "pass $pass: $variant"
			with "$variant" $pass -n "$connections" -t "$after"
			with none $pass -n "$connections" -t "$after"
		done
	done
	for variant in follow reader json conntrack tcpstates bpftrace; do
		[[ " ${variants:-$variants_table} " != *" $variant "* ]] || prove $variant
	done
}

# The same for other connections than those of IPv4 that the client closes.
shapes() {
	local shape variant
	for shape in "-6" "-c server" "-6 -c turns" "-b 4096"; do
		for variant in none ftrace none everything none; do
			# shellcheck disable=SC2086  # words
			with $variant "${shape// /}" -n "$connections" -t "$after" $shape
		done
	done
}

# Each variant is a phase of profile.c. The symbols are read from the module that is loaded
# last, so it must be loaded at the same address each time.
profile() {
	local variant phase=0 at=''
	for variant in ${variants:-none ftrace hooks0 everything filter follow reader}; do
		say "$variant"
		begin "$variant"
		crr -n "$connections" -m $((++phase)) -t "$after" >/dev/null
		[ ! -d /sys/module/tcpfsm ] || at+="$(cat /sys/module/tcpfsm/sections/.text) "
		figure "profile phase=$phase variant=$variant connections=$connections"
		end "$variant"
	done
	figure "module at $at"
	begin everything
	say "symbols"
	awk 'tolower($2) == "t" { print "symbol", $1, $3, $4 }' /proc/kallsyms >&3
	end everything
}

# --- scale ---

hold() {	# FLOWS: open when it returns
	: >holder
	crr -k "$1" -H -P 6000 -d 32 >holder &
	holder=$!
	until grep -q live= holder; do sleep 1; [ -d /proc/$holder ]; done
}
release() { kill "$holder"; wait "$holder" || true; sleep "$after"; }

flows_live() {
	local live
	for live in 0 10000 100000; do
		say "$live live flows"
		# Loaded before, so that the table has complete flows.
		load flows=262144
		[ $live = 0 ] || hold $live
		measure everything "live=$live" -n "$connections" -t "$after"
		figure "flows asked=$live live=$(stat_of flows_live) evicted=$(stat_of flows_evicted)"
		unload
		measure none "live=$live" -n "$connections" -t "$after"
		load
		measure bound "live=$live" -n "$connections" -t "$after"
		figure "flows parameter=65536 asked=$live live=$(stat_of flows_live) evicted=$(stat_of flows_evicted)"
		unload
		measure none "live=$live" -n "$connections" -t "$after"
		[ $live = 0 ] || release
	done
}

# The second read, with warm caches.
read_costs() {
	local what line
	for what in $PROC/stats $PROC/matrix $PROC/flows $PROC/log /proc/net/tcp; do
		meter read "$what" >/dev/null
		figure "read timewaits=$1 $(meter read "$what")"
	done
	meter run ss -tan >/dev/null
	figure "read timewaits=$1 $(meter run ss -tan)"
	figure "read timewaits=$1 $(meter run cat /proc/net/tcp)"
}

timewaits() {
	load flows=262144
	modprobe tcp_diag
	# The log is full in both cases.
	crr -n 2000 -t "$after" >/dev/null
	say "reading, no TIME_WAIT"
	read_costs 0
	say "100000 TIME_WAITs"
	crr -n 100000 -w 0 -d 256 -s 0 >/dev/null
	figure "timewaits=$(awk '$1 == "TCP:" { print $7 }' /proc/net/sockstat) flows_live=$(stat_of flows_live)"
	read_costs 100000
	sleep "$after"
	unload
}

memory_of() { awk -v what="$1" '/\[tcpfsm\]/ && index($0, what) { n += $2 } END { print n + 0 }' /proc/vmallocinfo; }

# memory_at PARAMETER...: the memory that loading takes, and where.
memory_at() {
	load "$@"
	figure "memory $* cpus=$(nproc) rings=$(memory_of ring) flow_table=$(memory_of flow_init)"
}
memory() {
	local size
	for size in "records=8192 flows=65536" "records=16384 flows=65536" \
		"records=8192 flows=131072" "records=8192 flows=1000000"; do
		# shellcheck disable=SC2086
		memory_at $size
		unload
	done
	# At the bound: more flows and records than fit.
	memory_at records=1024 flows=4096
	crr -n 6000 -d 32 >/dev/null
	figure "memory records=1024 flows=4096 cpus=$(nproc) rings=$(memory_of ring)" \
		"flow_table=$(memory_of flow_init) live=$(stat_of flows_live)" \
		"evicted=$(stat_of flows_evicted) overwritten=$(stat_of overwritten)"
	sleep "$after"
	unload
}

flow_table() {
	say "the flow table alone, to 1000000 flows"
	insmod /lab/bench/flowtable.ko flows=1000000 2>/dev/null || true
	dmesg | sed -n 's/.*figure: /table /p' | while read -r line; do figure "$line"; done
}

scale() {
	local part
	for part in ${parts:-flow_table memory timewaits flows_live}; do $part; done
}

# --- several vCPUs, wall time ---

cpu_ms() { awk '{ printf "%d\n", $1 / 1000000 }' "/proc/$1/schedstat" 2>/dev/null || echo 0; }
forget_timewaits() { ss -K state time-wait >/dev/null 2>&1 || true; }

# caught_up PID: the reader has read everything when it uses no more CPU time.
caught_up() {
	local before=-1 now tries
	for ((tries = 0; tries < 100; tries++)); do
		now=$(cpu_ms "$1")
		[ "$now" != "$before" ] || return 0
		before=$now
		sleep 0.3
	done
}

# smp_run VARIANT ROUND CRR-ARGUMENT...
smp_run() {
	local variant=$1 round=$2 wakes=0 cpu=0 line kept=''; shift 2
	if ! begin "$variant"; then
		figure "smp variant=$variant round=$round why=$why"
		end "$variant"
		return
	fi
	[ ! -e $PROC/stats ] || wakes=$(stat_of wake_ups)
	[ -z "$peer" ] || cpu=$(cpu_ms "$peer")
	line=$(crr -x "$seconds" "$@")
	[ -z "$peer" ] || { caught_up "$peer"; cpu=$(($(cpu_ms "$peer") - cpu)); }
	[ ! -e $PROC/stats ] || kept="wake_ups=$(($(stat_of wake_ups) - wakes)) recorded=$(stat_of recorded)"
	if [ "$variant" = order ]; then
		kill "$peer"
		wait "$peer" || true
		peer=''
		kept+=" $(tail -n 1 order.out)"
		sed 's/^/# /' peer.err >&3
	fi
	sink=/dev/null
	figure "smp variant=$variant round=$round cpus=$(nproc) $line reader_ms=$cpu reader_lost=$(lost_of) $kept"
	end "$variant"
	forget_timewaits
}

begin_order() { load && sink=/tmp/order.out && peer_begin order; }
end_order()   { peer_end; unload; }

smp() {
	local round variant
	modprobe tcp_diag
	crr -j "$cpus" -x 2 >/dev/null
	for ((round = 1; round <= repeats; round++)); do
		say "$cpus vCPUs, round $round of $repeats"
		for variant in ${variants:-none ftrace everything none follow reader json order tcpstates}; do
			smp_run "$variant" $round -j "$cpus"
		done
		# Client and server on different CPUs, so that a connection has records on both.
		for variant in none everything order; do
			smp_run "$variant" "$round" -j $(((cpus + 1) / 2)) -2
		done
	done
}

say "$(uname -r) is up"
calm
case $mode in
table)   table ;;
shapes)  shapes ;;
check)   variants="ftrace everything everything" passes=1; table ;;
profile) profile ;;
scale)   scale ;;
smp)     smp ;;
*)       figure "died=no mode $mode"; exit 2 ;;
esac
figure "done"
