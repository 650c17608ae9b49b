# SPDX-License-Identifier: GPL-2.0
# The packages are upgraded while the module is loaded.
# only: packages
# seconds: 1800
# shellcheck shell=bash
. "$LAB_TEST/packages.sh"

systemctl start tcpfsm

case_begin "apt upgrades both packages, and DKMS replaces the old module"
expect "apt" apt-get install -qy "/lab/debs/$NEW"/tcpfsm*.deb
expect_lines "tcpfsm/$NEW, $KERNEL, $(uname -m): installed" "$(dkms status tcpfsm)"
expect_eq "sources" "/usr/src/tcpfsm-$NEW" "$(echo /usr/src/tcpfsm*)"
expect_eq "the module's version" "$NEW" "$(modinfo -F version tcpfsm)"

case_begin "what is loaded goes on recording until it is loaded again"
expect_lines "tcpfsm reader $NEW
tcpfsm module $OLD" "$(tcpfsm --version)"
systemctl restart tcpfsm
expect_lines "tcpfsm reader $NEW
tcpfsm module $NEW" "$(tcpfsm --version)"
