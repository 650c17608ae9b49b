# SPDX-License-Identifier: GPL-2.0
# The packages are removed, then purged.
# only: packages
# shellcheck shell=bash
. "$LAB_TEST/packages.sh"

systemctl restart tcpfsm

case_begin "apt removes both packages, the loaded module and every built one"
expect "apt" apt-get remove -qy tcpfsm tcpfsm-dkms
expect_not "the module is loaded" module_loaded
expect_eq "what DKMS knows" "" "$(dkms status tcpfsm)"
expect_eq "what modprobe finds" "" "$(modinfo -F filename tcpfsm 2>/dev/null || true)"

case_begin "after a purge nothing is left"
expect "apt" apt-get purge -qy tcpfsm tcpfsm-dkms
expect_lines "" "$(dpkg-query -W -f '${Package} ${Status}\n' 'tcpfsm*' 2>/dev/null)"
expect_lines "" "$(traces)"
expect_eq "failed units" "" "$(systemctl list-units --failed --plain --no-legend)"
