# SPDX-License-Identifier: GPL-2.0
# What the scenarios of the packages use. They run in this order, each on what the one before left.
# shellcheck shell=bash

PATH=/usr/sbin:$PATH
KERNEL=$(uname -r)
# scripts/lab/packages has built them.
read -r OLD NEW < <(find /lab/debs -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs)

listening() { ss -Hltn "sport = :$1" | grep -q .; }

# traces: files named after tcpfsm, directories of modules that DKMS has made, and entries of depmod.
traces() {
	find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /lab -o -path /var/log \) -prune -o -name '*tcpfsm*' -print
	find /lib/modules/ -mindepth 2 -name updates
	! grep -H tcpfsm /lib/modules/*/modules.dep || true
}
