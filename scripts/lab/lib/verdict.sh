# SPDX-License-Identifier: GPL-2.0
# Owns the reading of a guest's verdicts (the lines are described in guest-run).
# shellcheck shell=bash

# verdict_follow KERNEL DIR QEMU-PID: prints progress as it comes, leaves "P F S"
# in DIR/sum. Returns 0, 1, or EX_LAB_BROKEN when the guest never said hello.
verdict_follow() {
	local name=$1 dir=$2 qemu=$3 line took word status=0
	local hello='' story='' sum='' bad=0 cases=0 skips=0 passed=0 failed=0 skipped=0

	while IFS= read -r line; do
		case $line in
		'hello '*) hello=${line#hello } ;;
		'begin '*) story=${line#begin } bad=0 cases=0 skips=0 ;;
		'ok '*)    cases=$((cases + 1)) passed=$((passed + 1)) ;;
		'skip '*)  skips=$((skips + 1)) skipped=$((skipped + 1))
			   printf '%-6s %s\n' "$name" "$line" ;;
		'not ok '*) bad=$((bad + 1)) failed=$((failed + 1))
			   printf '%-6s %s\n' "$name" "$line" ;;
		'# '*)     printf '%-6s   %s\n' "$name" "${line#\# }" ;;
		'note '*)  printf '%-6s %s\n' "$name" "$line" ;;
		'end '*)
			read -r _ _ took <<<"$line"
			if [ $bad -gt 0 ]; then word="FAILED ($bad of $((cases + bad + skips)), $took s)"
			elif [ $cases = 0 ]; then word=skipped
			else word="ok ($cases, $took s)"; fi
			printf '%-6s %-28s %s\n' "$name" "$story" "$word"
			story=
			;;
		'done '*)  sum=${line#done } ;;
		esac
	done < <(tail -n +1 -s 0.1 -F --pid="$qemu" "$dir/verdict" 2>/dev/null)
	wait "$qemu" || status=$?

	[ -n "$hello" ] || return "$EX_LAB_BROKEN"
	if [ -z "$sum" ]; then
		# Up, and gone before it was done: the kernel or a story did that, not the lab.
		failed=$((failed + 1))
		case $status in 124|137) line="not over in time" ;; *) line="the guest died" ;; esac
		printf '%-6s not ok %s: %s; the console ends with:\n' "$name" "${story:-between stories}" "$line"
		# From the start of the story, as far as that is in sight.
		tail -n 90 "$dir/console" | tr -d '\r' |
			awk -v mark="begin $story" 'index($0, mark) { n = 0 } { line[n++] = $0 }
				END { for (i = 0; i < n; i++) print line[i] }' | sed "s/^/$(printf '%-6s' "$name")   /"
	elif [ "$sum" != "$passed $failed $skipped" ]; then
		failed=$((failed + 1))
		printf '%-6s not ok the sum: the guest counts %s, its lines say %s\n' "$name" "$sum" "$passed $failed $skipped"
	elif [ $((passed + failed + skipped)) = 0 ]; then
		failed=1
		printf '%-6s not ok no story was run\n' "$name"
	fi
	printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$dir/sum"
	printf '%-6s %d passed, %d failed, %d skipped (%s; console: %s)\n' "$name" \
		"$passed" "$failed" "$skipped" "$hello" "$dir/console"
	[ "$failed" = 0 ]
}
