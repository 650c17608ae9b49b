# SPDX-License-Identifier: GPL-2.0
# MPTCP: close(), shutdown() and the end of a process are the causes of what its subflows do, with MPTCP at both ends and at one.
# shellcheck shell=bash
. "$LAB_TEST/wire.sh"

grep -qs 1 /proc/sys/net/mptcp/enabled || skip "this kernel has no MPTCP"

# closes PEER-PORT: OLD->NEW CAUSE ACTOR of each line by which that end closes first.
closes() {
	awk -v p=":$1" 'substr($4, length($4) - length(p) + 1) == p && $6 == "ESTABLISHED->FIN_WAIT_1" { sub("/.*", "", $10); print $6, $8, $10 }' $PROC/log
}

for server in mptcp tcp; do
	case_begin "a client of MPTCP closes, shuts down, and is killed; its server speaks $server"
	load
	peer "protocol $server" 'listen s 127.0.0.1 5000' 'protocol mptcp' 'comm closer' \
		'connect c 127.0.0.1 5000 40001' 'accept a s' 'close c' 'eof a' 'close a' \
		'connect d 127.0.0.1 5000 40002' 'accept b s' 'shutdown d' 'eof b' 'close b' 'eof d' 'close d' 'close s'
	start said packet "protocol $server" 'listen s 127.0.0.1 5001' 'protocol mptcp' 'comm victim' \
		'connect e 127.0.0.1 5001 40003' 'say open' "await $SCENARIO_DIR/never"
	wait_for 10 "the third is open" grep -qx open "$SCENARIO_DIR/said"
	kill -KILL $!
	wait $! || true
	third_closes() { [ -n "$(closes 40003)" ]; }
	wait_for 10 "it is closed" third_closes
	expect_lines "ESTABLISHED->FIN_WAIT_1 close closer" "$(closes 40001)" "close()"
	expect_lines "ESTABLISHED->FIN_WAIT_1 shutdown closer" "$(closes 40002)" "shutdown()"
	expect_lines "ESTABLISHED->FIN_WAIT_1 exit victim" "$(closes 40003)" "the process that is killed"
done
