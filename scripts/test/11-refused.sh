# Nobody listens: the connect is refused. The first line cannot know the local port, the second does, and the error is on it.
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

for host in 127.0.0.1 ::1; do
	server=$(endpoint $host 5999)

	case_begin "$host: SYN_SENT, then CLOSED"
	load
	peer "refused c $host 5999 40002"
	wait_for 5 "2 records" has_records 2
	expect_lines "$(endpoint $host 40002) $server CLOSED->SYN_SENT
$(endpoint $host 40002) $server SYN_SENT->CLOSED" "$(transitions)"
	expect_lines "null
111" "$(reader -o json --since-load -n 2 | sed 's/.*"errno":\([^,]*\),.*/\1/')" "errno"

	case_begin "$host: a port the kernel picks later is not made up"
	load
	peer "refused c $host 5999"
	wait_for 5 "2 records" has_records 2
	expect_lines "$(endpoint $host -) $server CLOSED->SYN_SENT" "$(transitions | head -n 1)"
	expect_match "the second line" "$(endpoint $host '[0-9]+' | sed 's/[][]/\\&/g; s/\\\[0-9\\\]/[0-9]/') $(sed 's/[][]/\\&/g' <<<"$server") SYN_SENT->CLOSED" \
		"$(transitions | tail -n 1)"
done
