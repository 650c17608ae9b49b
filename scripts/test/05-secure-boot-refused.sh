# SPDX-License-Identifier: GPL-2.0
# A machine with Secure Boot refuses the module until it is signed with a key that is enrolled.
# The commands are README's.
# only: secure-boot
# seconds: 900
# shellcheck shell=bash
. "$LAB_TEST/secure.sh"
. "$LAB_TEST/readme.sh"

typed 'apt install openssl mokutil'

case_begin "firmware, shim, GRUB and kernel were checked, and the kernel is locked down"
expect_lines "SecureBoot enabled" "$(mokutil --sb-state)"
expect_match "lockdown" '.*\[integrity\].*' "$(</sys/kernel/security/lockdown)"

case_begin "an unsigned module is refused"
refused /lab/tcpfsm.ko "Loading of unsigned module is rejected"

case_begin "a signed module is refused while nobody has enrolled the key"
mkdir -p /root/tcpfsm
cd /root/tcpfsm
cp /lab/tcpfsm.ko .
apt install "linux-headers-$(uname -r)"
mapfile -t commands < <(readme_block 'mokutil --import mok.der')
for command in "${commands[@]:0:3}"; do
	expect "$command" typed "$command"
done
expect_eq "its signer" "$(hostname) modules" "$(modinfo -F signer ./tcpfsm.ko)"
refused ./tcpfsm.ko "Loading of module with unavailable key is rejected"

case_begin "mokutil leaves the key for MokManager, which asks for the password at the next boot"
expect_eq "commands" "4 mokutil --import mok.der" "${#commands[@]} ${commands[3]-}"
expect "mokutil" typed "${commands[3]}" <<<"secret
secret"
expect_match "what it has left" ".*Subject: CN=$(hostname) modules.*" "$(mokutil --list-new)"
sync
