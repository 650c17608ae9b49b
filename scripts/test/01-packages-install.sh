# SPDX-License-Identifier: GPL-2.0
# A Debian as a user has it: apt installs the packages and what they depend on, DKMS builds the module
# for the running kernel, and README's commands lead to a ladder of one's own connection.
# only: packages
# seconds: 1800
# shellcheck shell=bash
. "$LAB_TEST/packages.sh"
. "$LAB_TEST/readme.sh"

case_begin "nothing of tcpfsm is there"
expect_lines "" "$(traces)"

case_begin "apt installs both packages, and DKMS builds the module for this kernel"
cd "/lab/debs/$OLD"
# shellcheck disable=SC2016  # README's
expect "apt" typed 'apt install ./tcpfsm*.deb linux-headers-$(uname -r)'
expect_lines "tcpfsm/$OLD, $KERNEL, $(uname -m): installed" "$(dkms status tcpfsm)"
expect_eq "the module's version" "$OLD" "$(modinfo -F version tcpfsm)"
# The key that README has the user enrol for Secure Boot.
expect_eq "its signer" "$(openssl x509 -inform DER -in /var/lib/dkms/mok.pub -noout -subject -nameopt multiline | sed -n 's/ *commonName *= //p')" \
	"$(modinfo -F signer tcpfsm)"

case_begin "the package loads nothing by itself"
expect_not "the module is loaded" module_loaded
expect_eq "the unit" disabled "$(systemctl is-enabled tcpfsm)"

case_begin "the unit loads the module, and module and reader have the same version"
expect "systemctl" typed 'systemctl enable --now tcpfsm'
expect_lines "tcpfsm reader $OLD
tcpfsm module $OLD" "$(tcpfsm --version)"

case_begin "a ladder of one's own connection"
web_server
expect_ladder "$(typed 'tcpfsm ladder -- curl http://localhost/')"

case_begin "manual page, completion and NEWS are where programs look for them"
expect "the manual page" test -s /usr/share/man/man8/tcpfsm.8.gz
expect "NEWS" test -s /usr/share/doc/tcpfsm/NEWS.gz
expect "the completion" bash -c '. /usr/share/bash-completion/completions/tcpfsm && complete -p tcpfsm'

case_begin "the examples work as they are"
examples=/usr/share/doc/tcpfsm/examples
cp $examples/modprobe.conf /etc/modprobe.d/tcpfsm.conf
systemctl restart tcpfsm
expect_eq "records" 65536 "$(</sys/module/tcpfsm/parameters/records)"
systemctl stop tcpfsm
expect_not "the module is loaded" module_loaded
cp $examples/modules-load.conf /etc/modules-load.d/tcpfsm.conf
systemctl restart systemd-modules-load
expect "the module is loaded" module_loaded
rm /etc/modprobe.d/tcpfsm.conf /etc/modules-load.d/tcpfsm.conf

case_begin "the units of the examples start and stop with the module, and none loads it"
figures=/var/lib/prometheus/node-exporter/tcpfsm.prom
mkdir -p "${figures%/*}"
cp $examples/prometheus/*.service $examples/prometheus/*.timer $examples/journal/*.service /etc/systemd/system/
systemctl daemon-reload
expect "systemctl" systemctl enable --now tcpfsm tcpfsm-metrics tcpfsm-journal
wait_for 60 "figures" grep -q '^tcpfsm_causes_total' $figures
systemctl stop tcpfsm
expect_not "the module is loaded" module_loaded
expect_lines "inactive inactive" "$(systemctl is-active tcpfsm-metrics tcpfsm-journal | xargs)"
expect_not "old figures" test -e $figures
systemctl start tcpfsm
wait_for 60 "figures" grep -q '^tcpfsm_causes_total' $figures
expect_lines "active active" "$(systemctl is-active tcpfsm-metrics tcpfsm-journal | xargs)"
systemctl disable --now tcpfsm-metrics tcpfsm-journal
systemctl start tcpfsm-counts.timer
wait_for 60 "counters" grep -q '^tcpfsm_transitions_total' $figures
systemctl stop tcpfsm
idle() { [ "$(systemctl show -P ConditionResult tcpfsm-counts.service)" = no ]; }
wait_for 60 "the timer finds no module" idle
expect_not "the module is loaded" module_loaded
systemctl stop tcpfsm-counts.timer
rm -r /var/lib/prometheus /etc/systemd/system/tcpfsm-*
systemctl daemon-reload
