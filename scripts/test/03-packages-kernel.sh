# SPDX-License-Identifier: GPL-2.0
# The headers of a newer kernel are installed.
# only: packages
# seconds: 1800
# shellcheck shell=bash
. "$LAB_TEST/packages.sh"

case_begin "DKMS builds the module for a newer kernel when its headers come"
expect "apt" apt-get install -qy /srv/next/*.deb
next=$(find /lib/modules -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -vxF "$KERNEL")
expect_match "another kernel" '[1-9].*' "$next"
expect_lines "$(printf '%s\n' "$KERNEL" "$next" | sort | sed "s|.*|tcpfsm/$NEW, &, $(uname -m): installed|")" \
	"$(dkms status tcpfsm | sort)"
built=$(find "/lib/modules/$next/updates" -name 'tcpfsm.ko*')
read -r vermagic _ < <(modinfo -F vermagic "$built")
expect_eq "what it was built for" "$next" "$vermagic"
expect_eq "its version" "$NEW" "$(modinfo -F version "$built")"
