# SPDX-License-Identifier: GPL-2.0
# Reads a guest's verdicts; guest-run describes the lines.
# shellcheck shell=bash

# stale_int3 DIR: whether the guest died of a breakpoint that memory no longer has. While the
# kernel hooks functions, it puts a breakpoint in their place for a moment. QEMU's TCG drops its
# translation of a page before it writes to the page (accel/tcg/cputlb.c:mmu_lookup,
# notdirty_write). Another CPU that translates the page in between keeps the breakpoint.
stale_int3() {
	tr -d '\r' <"$1/console" | awk '/Oops: int3:|\] int3: / { died = 1 }
		died && / Code: / { exit !match($0, /[0-9a-f][0-9a-f] </) || substr($0, RSTART, 2) == "cc" }
		END { if (!died) exit 1 }'
}

# verdict_follow KERNEL DIR QEMU-PID: prints progress as it comes, writes "P F S" to DIR/sum.
# Returns 0, 1, or EX_LAB_BROKEN if the guest sent no hello, or died of stale_int3. Then DIR/before
# is "SCENARIO P S": the scenario at which the next guest continues, and what to add to its sum.
verdict_follow() {
	local title dir=$2 qemu=$3 line took word status=0
	local hello='' scenario='' sum='' bad=0 cases=0 skips=0 passed=0 failed=0 skipped=0
	local before='' passed_before=0 skipped_before=0

	title=$(kernel_title "$1")
	[ ! -e "$dir/before" ] || read -r _ passed_before skipped_before <"$dir/before"
	while IFS= read -r line; do
		case $line in
		'hello '*) hello=${line#hello } ;;
		'begin '*)
			scenario=${line#begin } bad=0 cases=0 skips=0
			before="$scenario $((passed_before + passed)) $((skipped_before + skipped))"
			;;
		'ok '*)    cases=$((cases + 1)) passed=$((passed + 1)) ;;
		'skip '*)  skips=$((skips + 1)) skipped=$((skipped + 1))
			   printf '%-6s %s\n' "$title" "$line" ;;
		'not ok '*) bad=$((bad + 1)) failed=$((failed + 1))
			   printf '%-6s %s\n' "$title" "$line" ;;
		'# '*)     printf '%-6s   %s\n' "$title" "${line#\# }" ;;
		'note '*)  printf '%-6s %s\n' "$title" "$line" ;;
		'end '*)
			read -r _ _ took <<<"$line"
			if [ $bad -gt 0 ]; then word="FAILED ($bad of $((cases + bad + skips)), $took s)"
			elif [ $cases = 0 ]; then word=skipped
			else word="ok ($cases, $took s)"; fi
			printf '%-6s %-28s %s\n' "$title" "$scenario" "$word"
			scenario=
			;;
		'done '*)  sum=${line#done } ;;
		esac
	done < <(tail -n +1 -s 0.1 -F --pid="$qemu" "$dir/verdict" 2>/dev/null)
	wait "$qemu" || status=$?

	if [ -z "$hello" ]; then
		say "$title: the guest did not start"
		return "$EX_LAB_BROKEN"
	elif [ -z "$sum" ] && [ "$failed" = 0 ] && stale_int3 "$dir"; then
		cp "$dir/console" "$dir/console.before"
		[ -z "$before" ] || printf '%s\n' "$before" >"$dir/before"
		say "$title: the emulator ran a stale breakpoint ($dir/console.before)"
		return "$EX_LAB_BROKEN"
	elif [ -z "$sum" ]; then
		# It started and ended early: a fault of the kernel or a scenario, not of the lab.
		failed=$((failed + 1))
		case $status in 124|137) line="not finished in time" ;; *) line="the guest died" ;; esac
		printf '%-6s not ok %s: %s; the console ends with:\n' "$title" "${scenario:-between scenarios}" "$line"
		# From the start of the scenario, if that is among these lines.
		tail -n 90 "$dir/console" | tr -d '\r' |
			awk -v mark="begin $scenario" 'index($0, mark) { n = 0 } { line[n++] = $0 }
				END { for (i = 0; i < n; i++) print line[i] }' | sed "s/^/$(printf '%-6s' "$title")   /"
	elif [ "$sum" != "$passed $failed $skipped" ]; then
		failed=$((failed + 1))
		printf '%-6s not ok the sum: the guest counted %s, its lines are %s\n' \
			"$title" "$sum" "$passed $failed $skipped"
	elif [ $((passed + failed + skipped)) = 0 ]; then
		failed=1
		printf '%-6s not ok no scenario was run\n' "$title"
	fi
	passed=$((passed_before + passed)) skipped=$((skipped_before + skipped))
	printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$dir/sum"
	printf '%-6s %d passed, %d failed, %d skipped (%s; console: %s)\n' "$title" \
		"$passed" "$failed" "$skipped" "$hello" "$dir/console"
	[ "$failed" = 0 ]
}

# verdict_of KERNEL DIR START: follows a guest that START starts in DIR, and if the lab is broken, a
# second one. START gets a word for the command line: where that one continues.
verdict_of() {
	local name=$1 dir=$2 start=$3 status from
	rm -f "$dir/sum" "$dir/before"
	for _ in first again; do
		status=0 from=
		if [ -e "$dir/before" ]; then
			read -r from _ <"$dir/before"
			say "$(kernel_title "$name"): continuing at $from"
		fi
		"$start" "${from:+lab.from=$from}"
		verdict_follow "$name" "$dir" "$VM_PID" || status=$?
		[ $status = "$EX_LAB_BROKEN" ] || return $status
	done
	tail -n 30 "$dir/qemu" "$dir/console" | tr -d '\r' >&2
	die "$(kernel_title "$name"): the lab is broken (twice in a row); the guest's console: $dir/console"
}
