# SPDX-License-Identifier: GPL-2.0
# README from a copy of the tree to removed packages: each block of commands, typed as it is there.
# only: packages
# seconds: 5400
# shellcheck shell=bash
. "$LAB_TEST/packages.sh"
. "$LAB_TEST/readme.sh"

# Two CPUs. README says "make".
export MAKEFLAGS=-j2

# type_block LINE: the commands of README's block that has this line, but for the live reader.
type_block() {
	local command
	while IFS= read -r command; do
		[ "$command" != tools/reader ] || continue
		expect "$command" typed "$command"
	done < <(readme_block "$1")
}

case_begin "on a lab VM: the module and the reader are built, the module is loaded, the log is read"
apt purge 'linux-headers-*'
web_server
cp -r /lab/source /root/tcpfsm
cd /root/tcpfsm
type_block 'insmod tcpfsm.ko'
expect_ladder "$(init_ns tools/reader ladder -- curl http://localhost/)"
expect_match "the log" '.* CLOSED->SYN_SENT +- +connect +curl/.*' "$(init_ns grep -m 1 curl/ /proc/net/tcpfsm/log)"
rmmod tcpfsm
apt install man-db
expect_match "the manual page" 'TCPFSM\(8\) .*' "$(typed 'man tools/tcpfsm.8' | head -n 1)"

case_begin "make install: modprobe finds the module, and the reader is in the path"
type_block 'make install'
expect_ladder "$(typed 'tcpfsm ladder -- curl http://localhost/')"
rmmod tcpfsm
expect "make uninstall" typed 'make uninstall'
expect_lines "" "$(traces | grep -v '^/root/tcpfsm')"

case_begin "make deb: apt installs what was built, and the unit loads it"
type_block 'make deb'
version=$(scripts/version)
expect_lines "tcpfsm reader $version
tcpfsm module $version" "$(tcpfsm --version)"
expect_ladder "$(typed 'tcpfsm ladder -- curl http://localhost/')"
expect "the header" gcc -x c -c -o /dev/null - <<<'#include <tcpfsm.h>
int size = sizeof(struct tcpfsm_record);'
expect "purge" apt purge tcpfsm tcpfsm-dkms
cd /
rm -rf /root/tcpfsm
expect_lines "" "$(traces)"
