# SPDX-License-Identifier: GPL-2.0
# A virtual machine may have many possible CPUs and few that are online. The rings take memory for
# the CPUs that are online, and for another one when it comes online, before it records anything.
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"

CPU=/sys/devices/system/cpu/cpu1/online

online() { grep -c '^processor' /proc/cpuinfo; }

# rings BYTES: how many rings have that size; vmalloc adds a page.
rings() { awk -v bytes=$(($1 + 4096)) '/\[tcpfsm\]/ && $2 == bytes { n++ } END { print n + 0 }' /proc/vmallocinfo; }

# expect_rings WHEN CPUS SHARES: each CPU has 1024 records and 256 half-open ones of the first
# share, 256 and 64 of another one.
expect_rings() {
	expect_eq "rings of 1024 records $1" "$2" "$(rings $((1024 * 192)))"
	expect_eq "rings of 256 records $1" $(($2 * $3)) "$(rings $((256 * 192)))"
	expect_eq "rings of 64 records $1" $(($2 * ($3 - 1))) "$(rings $((64 * 192)))"
}

case_begin "the rings take memory for the CPUs that are online: $(online) of those possible, $(</sys/devices/system/cpu/possible)"
[ -w $CPU ] || skip "this kernel has no CPU that can go offline"
all=$(online)
# The scenario's namespace has the second share.
load records=1024
expect_rings "with all CPUs" "$all" 2

case_begin "a CPU that comes online after the module gets its rings then, also those of older namespaces"
echo 0 >$CPU
load records=1024
expect_rings "without CPU 1" $((all - 1)) 2
witness_begin all $ALL/raw fresh
witness_begin here $PROC/raw fresh
echo 1 >$CPU
expect_rings "with CPU 1" "$all" 2
taskset -c 1 peer 'listens 7 127.0.0.1 5000'
witnesses_end
expect_account all 16
expect_account here 16
expect_eq "CPUs of the first 14 records" 1 "$(reader -o json --since-load -n 14 | sed 's/.*"cpu":\([0-9]*\),.*/\1/' | sort -u)"

case_begin "a CPU that goes offline keeps its rings and their records"
echo 0 >$CPU
expect_rings "with CPU 1 offline again" "$all" 2
expect_eq "records" 16 "$(records)"
echo 1 >$CPU
expect_rings "with CPU 1 back" "$all" 2
expect "rmmod" unload
