# A machine with Secure Boot refuses the module until it is signed with a key that is enrolled.
# README has these commands.
# only: secure-boot
# seconds: 120
# shellcheck shell=bash
. "$LAB_TEST/secure.sh"

case_begin "firmware, shim, GRUB and kernel were checked, and the kernel is locked down"
expect_lines "SecureBoot enabled" "$(mokutil --sb-state)"
expect_match "lockdown" '.*\[integrity\].*' "$(</sys/kernel/security/lockdown)"

case_begin "an unsigned module is refused"
refused /lab/tcpfsm.ko "Loading of unsigned module is rejected"

case_begin "a signed module is refused while nobody has enrolled the key"
mkdir -p /root/tcpfsm
cd /root/tcpfsm
cp /lab/tcpfsm.ko .
openssl req -new -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$(hostname) modules/" \
	-keyout mok.key -outform DER -out mok.der
"/lib/modules/$(uname -r)/build/scripts/sign-file" sha256 mok.key mok.der tcpfsm.ko
expect_eq "its signer" "$(hostname) modules" "$(modinfo -F signer ./tcpfsm.ko)"
refused ./tcpfsm.ko "Loading of module with unavailable key is rejected"

case_begin "mokutil leaves the key for MokManager, which asks for the password at the next boot"
expect "mokutil" mokutil --import mok.der <<<"secret
secret"
expect_match "what it has left" ".*Subject: CN=$(hostname) modules.*" "$(mokutil --list-new)"
sync
