# SPDX-License-Identifier: GPL-2.0
# A connect without a listener is refused. Both lines have the local port, the second has the error.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

for host in 127.0.0.1 ::1; do
	server=$(endpoint $host 5999)

	case_begin "$host: SYN_SENT, then CLOSED"
	load
	ledger_open
	peer "refused c $host 5999 40002"
	wait_for 5 "2 records" has_records 2
	expect_lines "$(endpoint $host 40002) $server CLOSED->SYN_SENT connect
$(endpoint $host 40002) $server SYN_SENT->CLOSED rcv_rst" "$(transitions)"
	expect_lines "null
111" "$(reader -o json --since-load -n 2 | sed 's/.*"errno":\([^,]*\),.*/\1/')" "errno"
	expect_ledger

	case_begin "$host: the first line has the port that the kernel picked"
	load
	ledger_open
	peer "refused c $host 5999"
	wait_for 5 "2 records" has_records 2
	client=$(transitions | awk 'END { print $1 }')
	expect_match "a port" '.*:[1-9][0-9]+' "$client"
	expect_lines "$client $server CLOSED->SYN_SENT connect
$client $server SYN_SENT->CLOSED rcv_rst" "$(transitions)"
	expect_ledger
done
