# SPDX-License-Identifier: GPL-2.0
# MPTCP: close(), shutdown() and the end of a process are the causes of what its subflows do, with MPTCP at both ends and at one.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

grep -qs 1 /proc/sys/net/mptcp/enabled || skip "this kernel has no MPTCP"

# closes PORT: CAUSE ACTOR of each line by which that end closes first.
closes() {
	awk -v p=":$1" 'substr($4, length($4) - length(p) + 1) == p && $6 == "ESTABLISHED->FIN_WAIT_1" { sub("/.*", "", $10); print $8, $10 }' $PROC/log
}
closed() { [ -n "$(closes "$1")" ]; }

case_begin "a client of MPTCP whose server speaks TCP closes, shuts down, and is killed"
load
start said packet 'listen s 127.0.0.1 5000' 'protocol mptcp' 'comm closer' \
	'connect c 127.0.0.1 5000 40001' 'close c' 'connect d 127.0.0.1 5000 40002' 'shutdown d' \
	'comm victim' 'connect e 127.0.0.1 5000 40003' 'say open' "await $SCENARIO_DIR/never"
wait_for 10 "the third is open" grep -qx open "$SCENARIO_DIR/said"
kill -KILL $!
wait $! || true
wait_for 10 "it is closed" closed 40003
expect_lines "close closer" "$(closes 40001)" "close()"
expect_lines "shutdown closer" "$(closes 40002)" "shutdown()"
expect_lines "exit victim" "$(closes 40003)" "the process that is killed"

# A worker of MPTCP may send the FINs later, and is the actor then.
case_begin "MPTCP at both ends: each FIN has close() as its cause"
load
start said packet 'protocol mptcp' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' \
	'close c' 'eof a' 'close a' 'say done' "await $SCENARIO_DIR/go"
wait_for 10 "both are closed" grep -qx done "$SCENARIO_DIR/said"
fins() { awk '($4 ~ /:40001$/ || $5 ~ /:40001$/) && $6 ~ /->(FIN_WAIT_1|LAST_ACK)$/ { print $8 }' $PROC/log; }
two_fins() { [ "$(fins | wc -l)" = 2 ]; }
wait_for 30 "the FINs of both ends" two_fins
: >"$SCENARIO_DIR/go"
wait $!
expect_lines $'close\nclose' "$(fins)" "the causes"
