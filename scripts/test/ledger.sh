# SPDX-License-Identifier: GPL-2.0
# Owns the ledger: what tcpfsm says must equal what the kernel counts.
# shellcheck shell=bash
#
#   load
#   ledger_open
#   ...
#   expect_ledger
#
# Compared, for this namespace:
#   flows by state     with ss -tan, TIME_WAIT and SYN_RCVD included
#   their change       with the matrix: what entered a state and did not leave it
#   CurrEstab          with the flows: ESTABLISHED and CLOSE_WAIT (tcp_set_state)
# and since ledger_open, with the matrix, where the kernel's rule is not ours:
#   ActiveOpens        CLOSED->SYN_SENT. tcp_connect() counts once the SYN is out:
#                      a connect() without route or port, a deferred Fast Open
#                      connect() nothing was written to and a socket under
#                      TCP_REPAIR take the step and are not counted.
#   PassiveOpens       children born (tcp_create_openreq_child), which a half-open
#                      connection is not yet: SYN_RCVD->anything but CLOSED.
#                      Less those that came from SYN_SENT: a simultaneous open is
#                      an active one. A Fast Open child is born at its SYN: one
#                      that is in SYN_RCVD still, or ended there, counts too.
#   AttemptFails       SYN_SENT->CLOSED and SYN_RCVD->CLOSED, if tcp_done() made
#                      the step, or tcp_check_req() met a RST or a SYN: so not
#                      close() nor disconnect() in SYN_SENT, no half-open that
#                      timed out, was killed or lost its listener. A Fast Open
#                      child that was reset counts twice (both functions do), and
#                      once in FIN_WAIT_1, as long as its SYN-ACK is not answered.
#   EstabResets        ESTABLISHED->CLOSED and CLOSE_WAIT->CLOSED, whoever reset
#                      (tcp_set_state): the same.
# The difference of a rule that no column tells yet is declared by the scenario:
#   ledger_rule AttemptFails -1 "a half-open that times out is none"

LEDGER_STATES="LISTEN SYN_SENT SYN_RCVD ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSE_WAIT CLOSING LAST_ACK TIME_WAIT"

# ledger_page: everything compared, as it is now.
ledger_page() {
	awk 'NR == 1 { for (i = 2; i <= NF; i++) new[i] = $i; next }
	     { for (i = 2; i <= NF; i++) if ($i) print "matrix", $1, new[i], $i }' $PROC/matrix
	awk 'NR > 1 { n[$5]++ } END { for (s in n) print "flows", s, n[s] }' $PROC/flows
	ss -Htan | awk '{ s = $1; sub("ESTAB", "ESTABLISHED", s); sub("SYN-RECV", "SYN_RCVD", s); gsub("-", "_", s)
		n[s]++ } END { for (s in n) print "ss", s, n[s] }'
	awk '$1 != "Tcp:" { next }
	     !named { for (i = 2; i <= NF; i++) name[i] = $i; named = 1; next }
	     { for (i = 2; i <= NF; i++) print "snmp", name[i], $i }' /proc/net/snmp
	# The matrix knows no connections: which SYN_RCVD were whose is on the lines.
	awk '$6 == "LISTEN->SYN_RCVD" && $11 ~ /tfo/ { tfo[$3] = 1 }
	     $6 == "SYN_SENT->SYN_RCVD" { both[$3] = 1 }
	     $6 ~ /^SYN_RCVD->/ && $6 !~ /->CLOSED$/ { simultaneous += both[$3]; delete both[$3]; delete tfo[$3] }
	     END { for (id in tfo) unfinished++
		print "log tfo", unfinished + 0; print "log simultaneous", simultaneous + 0 }' $PROC/log
}

# ledger_open: the books are open from now on; nothing is under way.
ledger_open() {
	ledger_page >"$SCENARIO_DIR/ledger.open"
	: >"$SCENARIO_DIR/ledger.rules"
}

# ledger_rule COUNTER DELTA WHY: so far the counter differs, and why it does.
ledger_rule() { printf 'rule %s %s\n' "$1" "$2" >>"$SCENARIO_DIR/ledger.rules"; }

# ledger_differences: a line for each, of the page on standard input.
ledger_differences() {
	awk -v states="$LEDGER_STATES" '
		function since(key) { return now[key] - open[key] }
		function same(what, ours, kernels) {
			if (ours != kernels) printf "%s: tcpfsm %d, kernel %d\n", what, ours, kernels
		}
		function step(from, to) { return since("matrix " from " " to) }
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
					moved += step(state[j], x) - step(x, state[j])
				# A child is born of a listener, which stays one.
				if (x == "LISTEN")
					moved += step(x, "SYN_RCVD")
				if (since("flows " x) != moved)
					printf "%s: flows changed by %d, the matrix says %d\n", x, since("flows " x), moved
				if (x != "SYN_RCVD") continue
				for (j = 1; j < n; j++)
					born += step(x, state[j])
			}
			for (key in now)
				if (key ~ /^flows / && !index(" " states " ", substr(key, 6) " "))
					printf "%s: %d\n", key, now[key]
			same("CurrEstab", now["flows ESTABLISHED"] + now["flows CLOSE_WAIT"], now["snmp CurrEstab"])
			rule("ActiveOpens", step("CLOSED", "SYN_SENT"))
			rule("PassiveOpens", born - since("log simultaneous") + since("log tfo"))
			rule("AttemptFails", step("SYN_SENT", "CLOSED") + step("SYN_RCVD", "CLOSED"))
			rule("EstabResets", step("ESTABLISHED", "CLOSED") + step("CLOSE_WAIT", "CLOSED"))
		}' "$SCENARIO_DIR/ledger.rules" "$SCENARIO_DIR/ledger.open" -
}

# expect_ledger: the books balance; soon, as page and page are not of one instant.
expect_ledger() {
	local end=$((SECONDS + 3 * ${LAB_SCALE:-1})) differences
	until differences=$(ledger_page | ledger_differences); [ -z "$differences" ] || [ $SECONDS -ge $end ]; do
		sleep 0.2
	done
	expect_lines "" "$differences" "the ledger does not balance"
}
