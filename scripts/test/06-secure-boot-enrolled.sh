# SPDX-License-Identifier: GPL-2.0
# The same machine after the key was enrolled.
# only: secure-boot
# seconds: 120
# shellcheck shell=bash
. "$LAB_TEST/secure.sh"
. "$LAB_TEST/log.sh"
cd /root/tcpfsm

case_begin "an unsigned module is still refused"
refused /lab/tcpfsm.ko "Loading of unsigned module is rejected"

case_begin "the module that is signed with the enrolled key loads, and records"
install_module ./tcpfsm.ko
expect "modprobe" modprobe tcpfsm
expect_eq "its signer" "$(hostname) modules" "$(modinfo -F signer tcpfsm)"
peer 'refused c 127.0.0.1 5999 40002'
wait_for 5 "2 records" has_records 2
expect_lines "127.0.0.1:40002 127.0.0.1:5999 CLOSED->SYN_SENT connect
127.0.0.1:40002 127.0.0.1:5999 SYN_SENT->CLOSED rcv_rst" "$(transitions)"
