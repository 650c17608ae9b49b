# SPDX-License-Identifier: GPL-2.0
# With a bad parameter the module does not load, and one line says which and why. Nothing is left
# behind, and the next load works.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

last_message() { dmesg | grep -F 'tcpfsm: ' | tail -n 1 | sed 's/.*tcpfsm: //'; }

# refused PARAMETER REASON
refused() {
	case_begin "$1 is refused"
	expect_not "insmod" insmod "$MODULE_FILE" "$1"
	expect_lines "$2" "$(last_message)" "the kernel log"
	expect_not "loaded" module_loaded
	expect_not "/proc/net/tcpfsm" test -e $PROC
}

refused records=0 'records=0: must be from 16 to 4194304'
refused records=15 'records=15: must be from 16 to 4194304'
refused records=4194305 'records=4194305: must be from 16 to 4194304'
refused flows=63 'flows=63: must be from 64 to 16777216'
refused flows=16777217 'flows=16777217: must be from 64 to 16777216'
refused uid=4294967295 'uid=4294967295: no such user id'
refused gid=4294967295 'gid=4294967295: no such group id'

for bad in records=many records=-1 records=99999999999 uid=root hooks=2; do
	case_begin "$bad is refused"
	expect_not "insmod" insmod "$MODULE_FILE" $bad
	expect_match "the kernel log" ".*\`?'?${bad#*=}'? .*invalid for parameter.*${bad%=*}.*|.*${bad#*=}.*(too large|invalid).*${bad%=*}.*" \
		"$(dmesg | grep -F "tcpfsm: " | tail -n 1)"
	expect_not "loaded" module_loaded
done

case_begin "more than half of the memory is refused before it is allocated"
expect_not "insmod" insmod "$MODULE_FILE" records=4194304
expect_match "the kernel log" 'records=4194304 on [0-9]+ CPUs and flows=65536 take [0-9]+ MiB: more than half of the memory' "$(last_message)"

case_begin "records=17 is rounded up to 32"
load records=17
expect_eq "records_per_cpu" 32 "$(machine_stat records_per_cpu)"

case_begin "without parameters: 8192 records a CPU, and only root may read"
load
expect_eq "records_per_cpu" 8192 "$(machine_stat records_per_cpu)"
expect_lines "440 0 0" "$(init_ns stat -c '%a %u %g' $PROC/log)"

case_begin "uid= and gid= own the initial namespace's files"
load uid=1234 gid=55
expect_lines "440 1234 55 log
440 1234 55 follow
440 1234 55 raw
440 1234 55 flows
440 1234 55 stats
440 1234 55 matrix" "$(for f in log follow raw flows stats matrix; do init_ns stat -c "%a %u %g $f" $PROC/$f; done)"
