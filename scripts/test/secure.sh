# SPDX-License-Identifier: GPL-2.0
# What the scenarios of Secure Boot use. They run in this order, on one disk.
# shellcheck shell=bash

PATH=/usr/sbin:$PATH
UPDATES=/lib/modules/$(uname -r)/updates

# install_module FILE: as make install does.
install_module() {
	install -D -m 644 "$1" "$UPDATES/tcpfsm.ko"
	depmod
}

# refused FILE LINE: modprobe reports that the key was rejected, and the kernel logs LINE.
refused() {
	local status=0 got
	install_module "$1"
	got=$(modprobe tcpfsm 2>&1) || status=$?
	expect_eq "status" 1 $status
	expect_lines "modprobe: ERROR: could not insert 'tcpfsm': Key was rejected by service" "$got" "modprobe"
	expect_lines "$2" "$(dmesg | sed -n 's/^\[[^]]*\] \(Loading of .*\)/\1/p' | tail -n 1)" "the kernel log"
}
