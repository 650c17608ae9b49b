# SPDX-License-Identifier: GPL-2.0
# UEFI Secure Boot as on a machine with Debian: firmware with Microsoft's keys starts Debian's shim,
# that its GRUB, that its kernel, and each checks the signature of the next.
# shellcheck shell=bash

SECURE_PACKAGES="ovmf shim-signed shim-helpers-amd64-signed grub-efi-amd64-signed"

secure_dir() { printf '%s/secure\n' "$CACHE"; }
secure_stamp() { { echo "$SECURE_PACKAGES $SECURE_FETCH"; root_stamp "$HOME_SUITE"; } | sha256sum | cut -c1-16; }

# Unpacked, not installed: the root boots nothing.
# shellcheck disable=SC2016  # expanded inside the root
SECURE_FETCH='
	set -eu
	out=$1; shift
	rm -rf /tmp/secure && mkdir -p /tmp/secure && cd /tmp/secure
	apt-get update -q --error-on=any
	apt-get download -q "$@"
	for deb in *.deb; do dpkg-deb -x "$deb" .; done
	cp usr/share/OVMF/OVMF_CODE_4M.secboot.fd "$out/code"
	cp usr/share/OVMF/OVMF_VARS_4M.ms.fd "$out/vars"
	cp usr/lib/shim/shimx64.efi.signed "$out/BOOTX64.EFI"
	cp usr/lib/shim/mmx64.efi.signed "$out/mmx64.efi"
	cp usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed "$out/grubx64.efi"
	rm -rf /tmp/secure
'

secure_ensure() { with_lock "root-$HOME_SUITE" secure_fetch; }

# shellcheck disable=SC2086  # a list of words
secure_fetch() {
	local dir log=$CACHE/log/secure
	dir=$(secure_dir)
	[ "$(cat "$dir/stamp" 2>/dev/null)" != "$(secure_stamp)" ] || return 0
	say "firmware, shim and GRUB with Debian's signatures: downloading"
	rm -rf "$dir" && mkdir -p "$dir"
	in_root "$HOME_SUITE" sh -c "$SECURE_FETCH" fetch "$(in_cache "$dir")" $SECURE_PACKAGES >"$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; die "$SECURE_PACKAGES failed; whole log: $log"; }
	secure_stamp >"$dir/stamp"
}

# secure_prepare DIR: the disk to boot from, the variables of the firmware, and a disk of the system
# that keeps what is written.
secure_prepare() {
	local dir=$1
	rm -rf "$dir/esp" && mkdir -p "$dir/esp/EFI/BOOT" "$dir/esp/EFI/debian"
	cp "$(secure_dir)"/*.efi "$(secure_dir)"/*.EFI "$dir/esp/EFI/BOOT/"
	cp "$(kernel_dir "$SYSTEM_KERNEL")/vmlinuz" "$(system_dir)/initrd" "$dir/esp/"
	cp "$(secure_dir)/vars" "$dir/vars"
	cp --sparse=always "$(system_dir)/disk" "$dir/disk"
	lab_disk "$dir"
}

# secure_start DIR SECONDS WORDS QEMU-ARGUMENT...: like vm_start.
secure_start() {
	local dir=$1 seconds=$2 words=$3 inside accel; shift 3
	inside=$(in_cache "$dir")
	accel=$(vm_accel "$SYSTEM_KERNEL")
	LAB_MEMORY=${LAB_MEMORY:-2G} vm_start "$accel" "$seconds" "$SYSTEM_KERNEL" "$dir" "" \
		"root=/dev/vda rw lab.run=tests $words" \
		-machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on \
		-drive "if=pflash,unit=0,format=raw,readonly=on,file=$(in_cache "$(secure_dir)")/code" \
		-drive "if=pflash,unit=1,format=raw,file=$inside/vars" \
		-drive "if=virtio,format=raw,file=$inside/disk" \
		-drive "if=virtio,format=raw,readonly=on,file=$inside/lab.disk" \
		-drive "if=virtio,format=raw,readonly=on,file=fat:$inside/esp" "$@"
}

# console_shows TEXT: waits until it is on the guest's console. MokManager draws there.
console_shows() {
	local end=$((SECONDS + 120))
	until grep -aqsF "$1" "$dir/console"; do
		[ $SECONDS -lt $end ] && kill -0 "$VM_PID" 2>/dev/null || { say "'$1' did not appear on $dir/console"; return 1; }
		sleep 0.2
	done
}

keys() { local key; for key; do printf 'sendkey %s\n' "$key" >&"$monitor"; sleep 0.5; done; }

# secure_enrol DIR PASSWORD: a boot in which a user at the keyboard answers MokManager.
secure_enrol() {
	local dir=$1 password=$2 monitor status=0
	rm -f "$dir"/monitor.*; mkfifo "$dir/monitor.in" "$dir/monitor.out"
	secure_start "$dir" 600 "" -chardev "pipe,id=monitor,path=$(in_cache "$dir")/monitor" -mon chardev=monitor
	exec {monitor}<>"$dir/monitor.in"
	# shellcheck disable=SC2046  # a key each
	{
		console_shows 'Press any key to perform MOK management' && keys ret &&
		console_shows 'Enroll MOK' && keys down ret &&
		console_shows 'View key 0' && keys down ret &&
		console_shows 'Enroll the key' && keys down ret &&
		console_shows 'Password' && keys $(grep -o . <<<"$password") ret &&
		console_shows 'Reboot' && keys ret && wait "$VM_PID"
	} || status=$?
	exec {monitor}>&-
	return $status
}
