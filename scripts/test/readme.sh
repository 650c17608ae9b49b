# SPDX-License-Identifier: GPL-2.0
# The commands of README, as they are written there.
# shellcheck shell=bash

README=/lab/README.md

# readme_commands: all of them, one a line: the lines of its blocks of sh, the lines after a prompt in
# its other blocks, and what is written as `PROGRAM WORDS` in its text. The words that stand for
# something else (KDIR=…) are left out.
readme_commands() {
	awk '
		/^```/ { block = block ? "" : ($0 == "```sh" ? "sh" : "output"); next }
		block == "sh" { print; next }
		block == "output" { if (sub(/^# /, "")) print; next }
		{
			n = split($0, part, "`")
			for (i = 2; i <= n; i += 2)
				if (part[i] ~ /^(apt|cat|dmesg|echo|insmod|make|man|mokutil|modprobe|systemctl|tcpfsm|scripts\/[a-z\/-]+|tools\/reader) / && part[i] !~ /…/ ||
				    part[i] == "tools/reader")
					print part[i]
		}' "$README" | awk '!seen[$0]++'
}

# readme_block LINE: the block of sh that has this line.
readme_block() {
	awk -v wanted="$1" '
		/^```/ { if (block && found) { printf "%s", text; exit } block = !block && $0 == "```sh"; text = ""; found = 0; next }
		block { text = text $0 "\n"; found = found || $0 == wanted }' "$README"
}

# typed COMMAND: one of them, as it is written, in the initial network namespace.
typed() {
	readme_commands | grep -qxF -e "$1" || { echo "README has no command '$1'"; return 1; }
	init_ns bash -c "$1"
}

# readme_runs COMMAND: the test that runs it.
# shellcheck disable=SC2016  # README's
readme_runs() {
	case $1 in
	'tools/reader'*|'cat /proc/'*|'echo '*'>/proc/'*|'insmod '*) echo 65-readme ;;
	'apt install build-essential libncurses-dev linux-headers-$(uname -r)'|make|'make install'|'make uninstall') echo 07-readme ;;
	'apt install build-essential debhelper dh-dkms libncurses-dev'|'make deb') echo 07-readme ;;
	'apt install ./tcpfsm*.deb linux-headers-$(uname -r)'|'systemctl enable --now tcpfsm') echo 07-readme ;;
	'modprobe tcpfsm'|'tcpfsm ladder -- curl http://localhost/'|'man tools/tcpfsm.8') echo 07-readme ;;
	'make dkms-install'|'make -C tools install') echo scripts/test/install ;;
	'apt install openssl mokutil'|'openssl req '*|*'/sign-file '*|'mokutil --import mok.der') echo 05-secure-boot-refused ;;
	'mokutil --import /var/lib/dkms/mok.pub') echo "none: in the guest with Secure Boot, DKMS builds nothing" ;;
	'make demo'|'make check'|'make test'|'make test-all'|'make test-debug') echo "make test-all" ;;
	'scripts/lab/shell '*) echo "none: an interactive shell" ;;
	*) return 1 ;;
	esac
}
