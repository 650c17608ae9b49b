# SPDX-License-Identifier: GPL-2.0
# A Debian as a user has it before tcpfsm, on a disk: systemd, apt, the kernel of one row. It has no
# network: the packages that README has a user install are in apt's cache, and those of a newer
# kernel's headers in /srv/next.
# shellcheck shell=bash

SYSTEM_KERNEL=6.12
SYSTEM_PACKAGES="systemd-sysv dbus udev initramfs-tools iproute2 procps"
SYSTEM_CACHED="build-essential libncurses-dev debhelper dh-dkms dkms openssl mokutil man-db nginx-light curl"
# What builds and checks packages, in the build root.
DIST_PACKAGES="git build-essential libncurses-dev debhelper dh-dkms dkms lintian e2fsprogs openssl"

system_dir() { printf '%s/system\n' "$CACHE"; }

system_stamp() {
	{ echo "$SYSTEM_PACKAGES $SYSTEM_CACHED $SYSTEM_FINISH"; kernel_release "$SYSTEM_KERNEL"; } | sha256sum | cut -c1-16
}

system_is_ready() { [ "$(cat "$(system_dir)/stamp" 2>/dev/null)" = "$(system_stamp)" ]; }

system_ensure() {
	kernel_ensure "$SYSTEM_KERNEL"
	dist_ensure "$HOME_SUITE"
	system_is_ready || with_lock system system_build
}

# dist_ensure SUITE: DIST_PACKAGES are in that build root. apt works on one root at a time.
dist_ensure() { root_ensure "$1" && with_lock "root-$1" dist_install "$1"; }

# shellcheck disable=SC2086  # a list of words
dist_install() {
	local log=$CACHE/log/dist-$1
	! in_root "$1" dpkg -s $DIST_PACKAGES >/dev/null 2>&1 || return 0
	say "installing what builds packages, in the build root $1"
	{
		in_root "$1" apt-get update -q --error-on=any &&
		in_root "$1" apt-get install -qy --no-install-recommends $DIST_PACKAGES
	} >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "could not install $DIST_PACKAGES; whole log: $log"; }
}

# Runs inside the new system. Its second disk, /lab, has what runs in it.
# shellcheck disable=SC2016  # expanded there
SYSTEM_FINISH='
	set -eu
	mkdir -p /lab /srv/next/partial
	apt-get install -qy --download-only -o Dir::Cache::archives=/srv/next -t "$1" linux-headers-cloud-amd64
	apt-get install -qy --download-only $2
	# Nobody is there to answer. apt removes what it has installed from its cache otherwise.
	printf "%s\n" "APT::Get::Assume-Yes \"true\";" "Binary::apt::APT::Keep-Downloaded-Packages \"true\";" >/etc/apt/apt.conf.d/lab
	printf "%s\n" "/dev/vda / ext4 rw 0 0" "/dev/vdb /lab ext4 ro 0 0" >/etc/fstab
	printf "%s\n" "[Unit]" "After=multi-user.target" "[Service]" "ExecStart=/bin/bash /lab/init" \
		"[Install]" "WantedBy=multi-user.target" >/etc/systemd/system/lab.service
	systemctl enable lab.service
	systemctl mask apt-daily.timer apt-daily-upgrade.timer serial-getty@ttyS0.service getty@tty1.service
	systemd-machine-id-setup
	# Not a first boot: nothing to generate.
	touch /etc/.updated /var/.updated
'

system_build() {
	local dir log tree mirror release
	system_is_ready && return
	dir=$(system_dir) log=$CACHE/log/system tree=$(system_dir)/tree
	release=$(kernel_release "$SYSTEM_KERNEL")
	kernel_row "$SYSTEM_KERNEL"
	with_lock host-tools host_tools
	mirror=$(mirror)
	say "a whole Debian ($K_SUITE, $release): downloading and unpacking (about 2 min, once)"
	rm -rf --one-file-system "$dir" && mkdir -p "$tree"
	{
		debstrap "$K_SUITE" "$tree" "$(printf "deb $mirror %s main\n" "$K_SUITE" "$K_SUITE-backports")" \
			"$(xargs -n 1 <<<"$SYSTEM_PACKAGES linux-image-$release")" --skip=cleanup/apt \
			--customize-hook="chroot \"\$1\" sh -c '$SYSTEM_FINISH' finish $K_SUITE-backports \
				'$SYSTEM_CACHED linux-headers-$release'" &&
		cp "$tree/boot/initrd.img-$release" "$dir/initrd" &&
		in_root "$HOME_SUITE" mke2fs -q -t ext4 -d "$(in_cache "$tree")" "$(in_cache "$dir")/disk" 4G
	} >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "the Debian failed; whole log: $log (if the archive no longer has $release, remove $(kernel_dir "$SYSTEM_KERNEL"))"; }
	rm -rf --one-file-system "$tree"
	system_stamp >"$dir/stamp"
}

# lab_disk DIR: makes DIR/lab a disk.
lab_disk() {
	in_root "$HOME_SUITE" mke2fs -q -F -t ext4 -d "$(in_cache "$1/lab")" "$(in_cache "$1/lab.disk")" 96M
}

# system_start DIR SECONDS WORDS: boots it, with DIR/lab as /lab, like vm_start. What the guest writes
# to its disk is lost when it ends.
system_start() {
	local dir=$1 seconds=$2 words=$3 accel
	lab_disk "$dir"
	accel=$(vm_accel "$SYSTEM_KERNEL")
	LAB_MEMORY=${LAB_MEMORY:-2G} vm_start "$accel" "$seconds" "$SYSTEM_KERNEL" "$dir" "$(system_dir)/initrd" \
		"root=/dev/vda rw lab.run=tests $words" \
		-drive "file=$(in_cache "$(system_dir)")/disk,if=virtio,format=raw,snapshot=on" \
		-drive "file=$(in_cache "$dir")/lab.disk,if=virtio,format=raw,readonly=on"
}
