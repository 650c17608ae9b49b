# SPDX-License-Identifier: GPL-2.0
# The ledger: what tcpfsm reports must equal what the kernel counts.
# shellcheck shell=bash
#
#   load
#   ledger_open
#   ...
#   expect_ledger
#
# Compared, for this namespace:
#   flows by state     with ss -tan, TIME_WAIT and SYN_RCVD included
#   their change       with the matrix: entries into a state minus exits from it
#   CurrEstab          with the flows: ESTABLISHED and CLOSE_WAIT (tcp_set_state)
# and since ledger_open, with the matrix. The kernel's rules differ from ours:
#   ActiveOpens        CLOSED->SYN_SENT. tcp_connect() counts once the SYN is out:
#                      a connect() without route or port, a deferred Fast Open
#                      connect() without data and a socket under TCP_REPAIR make
#                      the transition and are not counted.
#   PassiveOpens       children (tcp_create_openreq_child): SYN_RCVD->anything but
#                      CLOSED, since a half-open connection has no child yet.
#                      Minus those that came from SYN_SENT: a simultaneous open is
#                      an active one. Plus Fast Open children, which exist from
#                      their SYN on, that are in SYN_RCVD or ended there.
#   AttemptFails       SYN_SENT->CLOSED and SYN_RCVD->CLOSED by tcp_done(), or by
#                      tcp_check_req() for a RST or a SYN. Not counted: close()
#                      and disconnect() in SYN_SENT, a half-open connection that
#                      timed out, was killed or lost its listener. A Fast Open
#                      child that was reset counts twice (once in each function),
#                      and once in FIN_WAIT_1 before the ACK of its SYN-ACK.
#   EstabResets        ESTABLISHED->CLOSED and CLOSE_WAIT->CLOSED, by either end
#                      (tcp_set_state): no difference.
# A scenario declares a difference that the lines do not show:
#   ledger_rule AttemptFails -1 "a half-open connection that times out is not counted"

LEDGER_STATES="LISTEN SYN_SENT SYN_RCVD ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSE_WAIT CLOSING LAST_ACK TIME_WAIT"

# ledger_page: all compared values, as they are now.
ledger_page() {
	awk 'NR == 1 { for (i = 2; i <= NF; i++) new[i] = $i; next }
	     { for (i = 2; i <= NF; i++) if ($i) print "matrix", $1, new[i], $i }' $PROC/matrix
	awk 'NR > 1 { n[$5]++ } END { for (s in n) print "flows", s, n[s] }' $PROC/flows
	ss -Htan | awk '{ s = $1; sub("ESTAB", "ESTABLISHED", s); sub("SYN-RECV", "SYN_RCVD", s); gsub("-", "_", s)
		n[s]++ } END { for (s in n) print "ss", s, n[s] }'
	awk '$1 != "Tcp:" { next }
	     !named { for (i = 2; i <= NF; i++) name[i] = $i; named = 1; next }
	     { for (i = 2; i <= NF; i++) print "snmp", name[i], $i }' /proc/net/snmp
	# The matrix has no connections: the log shows which SYN_RCVD are Fast Open or simultaneous.
	awk '$6 == "LISTEN->SYN_RCVD" && $11 ~ /tfo/ { tfo[$3] = 1 }
	     $6 == "SYN_SENT->SYN_RCVD" { both[$3] = 1 }
	     $6 ~ /^SYN_RCVD->/ && $6 !~ /->CLOSED$/ { simultaneous += both[$3]; delete both[$3]; delete tfo[$3] }
	     END { for (id in tfo) unfinished++
		print "log tfo", unfinished + 0; print "log simultaneous", simultaneous + 0 }' $PROC/log
}

# ledger_open: compare from now on. No transition may be in progress.
ledger_open() {
	ledger_page >"$SCENARIO_DIR/ledger.open"
	: >"$SCENARIO_DIR/ledger.rules"
}

# ledger_rule COUNTER DELTA REASON: the counter differs from the matrix by DELTA.
ledger_rule() { printf 'rule %s %s\n' "$1" "$2" >>"$SCENARIO_DIR/ledger.rules"; }

# ledger_differences: one line for each difference of the page on standard input.
ledger_differences() {
	awk -v states="$LEDGER_STATES" '
		function since(key) { return now[key] - open[key] }
		function same(what, ours, kernels) {
			if (ours != kernels) printf "%s: tcpfsm %d, kernel %d\n", what, ours, kernels
		}
		function moves(from, to) { return since("matrix " from " " to) }
		function rule(name, ours) { same(name, ours + rules[name], since("snmp " name)) }
		{ value = $NF; key = $0; sub(/ [^ ]*$/, "", key) }
		FILENAME ~ /ledger.rules$/ { rules[$2] += value; next }
		FILENAME ~ /ledger.open$/ { open[key] = value; next }
		{ now[key] = value }
		END {
			n = split(states " CLOSED", state, " ")
			for (i = 1; i < n; i++) {
				x = state[i]
				same("live in " x, now["flows " x] + 0, now["ss " x] + 0)
				moved = 0
				for (j = 1; j <= n; j++)
					moved += moves(state[j], x) - moves(x, state[j])
				# LISTEN->SYN_RCVD belongs to a child; the listener stays in LISTEN.
				if (x == "LISTEN")
					moved += moves(x, "SYN_RCVD")
				if (since("flows " x) != moved)
					printf "%s: flows changed by %d, the matrix says %d\n", x, since("flows " x), moved
				if (x != "SYN_RCVD") continue
				for (j = 1; j < n; j++)
					born += moves(x, state[j])
			}
			for (key in now)
				if (key ~ /^flows / && !index(" " states " ", substr(key, 6) " "))
					printf "%s: %d\n", key, now[key]
			same("CurrEstab", now["flows ESTABLISHED"] + now["flows CLOSE_WAIT"], now["snmp CurrEstab"])
			rule("ActiveOpens", moves("CLOSED", "SYN_SENT"))
			rule("PassiveOpens", born - since("log simultaneous") + since("log tfo"))
			rule("AttemptFails", moves("SYN_SENT", "CLOSED") + moves("SYN_RCVD", "CLOSED"))
			rule("EstabResets", moves("ESTABLISHED", "CLOSED") + moves("CLOSE_WAIT", "CLOSED"))
		}' "$SCENARIO_DIR/ledger.rules" "$SCENARIO_DIR/ledger.open" -
}

# expect_ledger: no difference. It retries for 3 s, since the pages are not read at one instant.
expect_ledger() {
	local end=$((SECONDS + 3 * ${LAB_SCALE:-1})) differences
	until differences=$(ledger_page | ledger_differences); [ -z "$differences" ] || [ $SECONDS -ge $end ]; do
		sleep 0.2
	done
	expect_lines "" "$differences" "the ledger does not balance"
}
