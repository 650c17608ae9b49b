# SPDX-License-Identifier: GPL-2.0
# Every allocation fails once: at load, at open() of each file, where a namespace is made. What cannot do without it says so and leaves nothing behind.
# only: thorough
# seconds: 600
# A vmalloc() that fails is told with its stack; kmemleak can do without what it says it lacks.
# harmless: Call Trace|kmemleak: Cannot allocate a scan area, scanning the full object
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

DEBUG=/sys/kernel/debug
case_begin "each allocation that a load makes fails once"
[ -w /proc/self/fail-nth ] && [ -d $DEBUG/failslab ] || skip "this kernel fails no allocation on demand"

for pool in failslab fail_page_alloc; do
	echo 0 >$DEBUG/$pool/verbose
	# Whoever may wait for memory is not spared.
	echo N >$DEBUG/$pool/ignore-gfp-wait
	echo 32 >$DEBUG/$pool/stacktrace-depth
done
echo N >$DEBUG/fail_page_alloc/ignore-gfp-highmem
echo 0 >$DEBUG/fail_page_alloc/min-order

# Whose allocations count: those with a module on the stack, which are behind the kernel, or all.
count_between() {
	local pool
	for pool in failslab fail_page_alloc; do
		echo "$1" >$DEBUG/$pool/require-start
		echo "$2" >$DEBUG/$pool/require-end
	done
}
count_ours() { count_between "0x$(awk '$3 == "_end" { print $1 }' /proc/kallsyms)" 0xffffffffff000000; }
count_all() { count_between 0 0xffffffffffffffff; }

# kmemleak takes a note of each allocation, and has a reserve for where none can be had: those do not count.
note_taker() { sort /proc/kallsyms | awk '$3 == "__alloc_object" { from = $1; next } from { print "0x" from, "0x" $1; exit }'; }
if read -r from to < <(note_taker); then
	for pool in failslab fail_page_alloc; do
		echo "$from" >$DEBUG/$pool/reject-start
		echo "$to" >$DEBUG/$pool/reject-end
	done
fi

# attempt N CALL...: sets met, error, and said: the lines of the module's meanwhile.
attempt() {
	mapfile -t said < <(fault "$@")
	read -r met error <<<"${said[0]}"
	said=("${said[@]:1}")
}

# left: what nobody would have left behind, a line each.
left() {
	! module_loaded || echo "the module"
	[ ! -e $PROC ] || echo "its files"
	cat $DEBUG/kprobes/list /sys/kernel/tracing/enabled_functions
}

hooked() { init_ns awk '/^hook_/ { n += $2 } END { print n }' $PROC/stats; }

# How many hooks this kernel has for a load that lacks nothing.
load
HOOKS=$(hooked)
unload

# A connection from its beginning to its end, as 10-connect-accept-close tells it.
whole_scenario() {
	peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'close s' 'linger0 c' 'close c' 'wait a 7' 'close a'
	expect_eq "$1: records" 8 "$(records)"
	expect_lines "" "$(broken_chains)" "$1: chains"
}

# loads WHAT: until one meets no failure.
loads() {
	local n=0 met error said hooks refused=0 without=0 all_the_same=0
	: >"$SCENARIO_DIR/said"
	while :; do
		n=$((n + 1))
		attempt $n load "$MODULE_FILE" records=16 flows=64
		[ "$met" = met ] || break
		[ ${#said[@]} = 0 ] || printf '%s\n' "${said[@]}" >>"$SCENARIO_DIR/said"
		if [ "$error" != 0 ]; then
			refused=$((refused + 1))
			expect_eq "allocation $n: the error" ENOMEM "$error"
			# Before it is called, the kernel speaks for the module, or nobody does.
			[ "$1" = all ] || expect_match "allocation $n: lines that say why" '[1-9]' ${#said[@]}
		else
			hooks=$(hooked)
			if [ "$hooks" = "$HOOKS" ] && [ ${#said[@]} = 0 ]; then
				all_the_same=$((all_the_same + 1))
				whole_scenario "allocation $n"
			else
				without=$((without + 1))
				expect_match "allocation $n: lines that say what it lacks ($hooks hooks)" '[1-9]' ${#said[@]}
				peer 'listens 1 127.0.0.1 5000'
				expect_eq "allocation $n: records" 2 "$(records)"
			fi
			rmmod "$MODULE"
		fi
		expect_lines "" "$(left)" "allocation $n: what is left of it"
	done
	expect_eq "what met no failure" "unmet 0" "$met $error"
	whole_scenario "what met no failure"
	tell "load: $((n - 1)) allocations failed ($1): $refused loads refused, $without did without something and said so," \
		"$all_the_same found another way; $SECONDS s"
	tell "$(grep -v 'taints kernel' "$SCENARIO_DIR/said" | sort | uniq -c | awk '{ $1 = $1 " times"; print }' | paste -sd'|')"
	expect "there were some" test $refused -gt 10
	expect "rmmod" rmmod "$MODULE"
}
count_ours
loads ours

for file in log follow raw flows stats matrix filter; do
	case_begin "open() and read() of $file, each of our allocations failed in turn"
	load records=16 flows=64
	peer 'listens 1 127.0.0.1 5000'
	n=0 refused=0
	while :; do
		n=$((n + 1))
		read -r met error < <(init_ns fault $n open $PROC/$file)
		[ "$met" = met ] || break
		expect_match "allocation $n: the error" 'ENOMEM|0' "$error"
		[ "$error" = 0 ] || refused=$((refused + 1))
	done
	expect_eq "what met no failure" "unmet 0" "$met $error"
	expect "some were refused" test $refused -gt 0
	tell "$file: $((n - 1)) allocations failed: $refused times refused"
	expect "rmmod: nobody has it open" rmmod "$MODULE"
done

case_begin "a new namespace, each of our allocations failed in turn: it is not made, or is told of"
count_ours
n=0 refused=0
while :; do
	n=$((n + 1))
	# The rings of a share are made by the first namespace that has it.
	load records=16 flows=64
	rm -f "$SCENARIO_DIR/lines"
	read -r met error < <(fault $n netns bash -c "peer 'listens 3 0.0.0.0 5000'; wc -l <$PROC/log >$SCENARIO_DIR/lines")
	if [ "$error" = 0 ]; then
		wait_for 20 "its log was read" test -s "$SCENARIO_DIR/lines"
		expect_eq "allocation $n: lines of its log" 7 "$(<"$SCENARIO_DIR/lines")"
	else
		refused=$((refused + 1))
		expect_eq "allocation $n: the error" ENOMEM "$error"
	fi
	expect_eq "allocation $n: another's log" 7 "$(unshare -n bash -c "peer 'listens 3 0.0.0.0 5000'; wc -l <$PROC/log")"
	[ "$met" = met ] || break
done
expect_eq "what met no failure" "unmet 0" "$met $error"
expect "some were refused" test $refused -gt 0
tell "namespace: $((n - 1)) allocations failed: $refused times not made"
expect "rmmod" rmmod "$MODULE"

if thorough; then
	case_begin "a load, each allocation of the kernel's own for it failed too"
	count_all
	loads all
fi
count_all
