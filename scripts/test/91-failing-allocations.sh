# SPDX-License-Identifier: GPL-2.0
# Every allocation fails once: at load, at open() of each file, for a new namespace. A call that
# needs the memory fails, and leaves nothing behind; a namespace is made without it.
# only: thorough
# seconds: 600
# A vmalloc() that fails prints its stack; kmemleak works without the scan areas it lacks.
# harmless: Call Trace|kmemleak: Cannot allocate a scan area, scanning the full object
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

DEBUG=/sys/kernel/debug
case_begin "each allocation of a load fails once"
[ -w /proc/self/fail-nth ] && [ -d $DEBUG/failslab ] || skip "this kernel fails no allocation on demand"

for pool in failslab fail_page_alloc; do
	echo 0 >$DEBUG/$pool/verbose
	# Allocations that may wait for memory fail too.
	echo N >$DEBUG/$pool/ignore-gfp-wait
	echo 32 >$DEBUG/$pool/stacktrace-depth
done
echo N >$DEBUG/fail_page_alloc/ignore-gfp-highmem
echo 0 >$DEBUG/fail_page_alloc/min-order

# Which allocations count: those with a module on the stack (modules are above the kernel), or all.
count_between() {
	local pool
	for pool in failslab fail_page_alloc; do
		echo "$1" >$DEBUG/$pool/require-start
		echo "$2" >$DEBUG/$pool/require-end
	done
}
count_ours() { count_between "0x$(awk '$3 == "_end" { print $1 }' /proc/kallsyms)" 0xffffffffff000000; }
count_all() { count_between 0 0xffffffffffffffff; }

# kmemleak allocates an object for each allocation and has a reserve of them: these do not count.
kmemleak_range() { sort /proc/kallsyms | awk '$3 == "__alloc_object" { from = $1; next } from { print "0x" from, "0x" $1; exit }'; }
if read -r from to < <(kmemleak_range); then
	for pool in failslab fail_page_alloc; do
		echo "$from" >$DEBUG/$pool/reject-start
		echo "$to" >$DEBUG/$pool/reject-end
	done
fi

# attempt N CALL...: sets met, error, and said: the module's messages meanwhile.
attempt() {
	mapfile -t said < <(fault "$@")
	read -r met error <<<"${said[0]}"
	said=("${said[@]:1}")
}

# left: what should not have been left behind, one a line.
left() {
	! module_loaded || echo "the module"
	[ ! -e $PROC ] || echo "its files"
	cat $DEBUG/kprobes/list /sys/kernel/tracing/enabled_functions
}

hooked() { init_ns awk '/^hook_/ { n += $2 } END { print n }' $PROC/stats; }

# How many hooks a complete load has on this kernel.
load
HOOKS=$(hooked)
unload

# whole_connection WHAT: all transitions of a connection are recorded.
whole_connection() {
	peer 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'close s' 'linger0 c' 'close c' 'wait a 7' 'close a'
	expect_eq "$1: records" 8 "$(records)"
	expect_lines "" "$(broken_chains)" "$1: chains"
}

# loads ours|all: a load for each allocation that can fail; the last one meets no failure.
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
			# Before the module runs, only the kernel could print a message.
			[ "$1" = all ] || expect_match "allocation $n: lines that say why" '[1-9]' ${#said[@]}
		else
			hooks=$(hooked)
			if [ "$hooks" = "$HOOKS" ] && [ ${#said[@]} = 0 ]; then
				all_the_same=$((all_the_same + 1))
				whole_connection "allocation $n"
			else
				without=$((without + 1))
				expect_match "allocation $n: lines that say what is missing ($hooks hooks)" '[1-9]' ${#said[@]}
				peer 'listens 1 127.0.0.1 5000'
				# Of this namespace, perhaps only the counters, or not the files.
				expect_eq "allocation $n: recorded and not recorded" 2 $(($(machine_stat recorded) + $(machine_stat not_recorded)))
			fi
			rmmod "$MODULE"
		fi
		expect_lines "" "$(left)" "allocation $n: left behind"
	done
	expect_eq "the last one" "unmet 0" "$met $error"
	whole_connection "the last one"
	print_note "load: $((n - 1)) allocations failed ($1): $refused loads refused, $without loaded without something and said so," \
		"$all_the_same found another way; $SECONDS s"
	print_note "$(grep -v 'taints kernel' "$SCENARIO_DIR/said" | sort | uniq -c | awk '{ $1 = $1 " times"; print }' | paste -sd'|')"
	expect "loads were refused" test $refused -gt 10
	expect "rmmod" rmmod "$MODULE"
}
count_ours
loads ours

for file in log follow raw flows stats matrix filter; do
	case_begin "open() and read() of $file: each allocation of the module fails in turn"
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
	expect_eq "the last one" "unmet 0" "$met $error"
	expect "some were refused" test $refused -gt 0
	print_note "$file: $((n - 1)) allocations failed: $refused times refused"
	expect "rmmod: the file is not open" rmmod "$MODULE"
done

case_begin "a new namespace is made, whichever allocation of the module fails: what is missing is said, and no transition is lost"
count_ours
n=0 without_files=0 not_recorded=0
while :; do
	n=$((n + 1))
	# The rings of a share are made by the first namespace that has it.
	load records=16 flows=64
	rm -f "$SCENARIO_DIR/lines"
	attempt $n netns bash -c "peer 'listens 3 0.0.0.0 5000'; { wc -l <$PROC/log; } >$SCENARIO_DIR/lines 2>&1"
	expect_eq "allocation $n: the error" 0 "$error"
	wait_for 20 "its log was read" test -s "$SCENARIO_DIR/lines"
	lines=$(<"$SCENARIO_DIR/lines") expected="6 0"
	case $lines in
	7) ;;
	*'No such file'*) without_files=$((without_files + 1)) ;;
	*'Cannot allocate memory') not_recorded=$((not_recorded + 1)) expected="0 6" ;;
	*) expect_eq "allocation $n: lines of its log" 7 "$lines" ;;
	esac
	expect_eq "allocation $n: recorded, not recorded" "$expected" "$(machine_stat recorded) $(machine_stat not_recorded)"
	[ "$lines" = 7 ] || expect_eq "allocation $n: lines that say so" 1 ${#said[@]}
	expect_eq "allocation $n: another's log" 7 "$(unshare -n bash -c "peer 'listens 3 0.0.0.0 5000'; wc -l <$PROC/log")"
	[ "$met" = met ] || break
done
expect_eq "the last one" "unmet 7" "$met $lines"
expect "some had no files" test $without_files -gt 0
print_note "namespace: $((n - 1)) allocations failed: $without_files times without files, $not_recorded times not recorded"
expect "rmmod" rmmod "$MODULE"

if thorough; then
	case_begin "a load: each allocation of the kernel for it fails too"
	count_all
	loads all
fi
count_all
