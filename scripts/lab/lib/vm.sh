# SPDX-License-Identifier: GPL-2.0
# Owns QEMU: which accelerator works here, and how a guest is started.
# shellcheck shell=bash

vm_dir() { printf '%s/runs/%s\n' "$CACHE" "$1"; }

# Older QEMUs double-fault 6.12 guests under TCG about every second boot.
qemu_check() {
	local version
	version=$(in_root "$HOME_SUITE" qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
	[ "${version:-0}" -ge 10 ] ||
		die "QEMU ${version:-?} in $(root_dir "$HOME_SUITE") is too old, 10 or newer is needed; remove that root and run setup"
}

# vm_qemu ACCEL SECONDS KERNEL DIR ARCHIVES CMDLINE QEMU-ARGUMENT...: runs one guest
# with the archives, one behind another as the kernel accepts them; its first
# argument list ends where QEMU's own begins. SECONDS 0 is no limit. ACCEL is kvm, tcg
# or icount.
vm_qemu() {
	local accel=$1 seconds=$2 kernel=$3 dir=$4 archives=$5 cmdline=$6 machine scale slowness memory cpus=${LAB_CPUS:-2} limit=(); shift 6
	case $accel in
	kvm) machine="-accel kvm -cpu host" scale=1 ;;
	# Guest time counts instructions: one CPU, a nanosecond each, and no waiting
	# while it idles. rep is counted by turns, so copies are better not made by bytes.
	icount)
		machine="-accel tcg,thread=single -icount shift=0,align=off,sleep=off"
		machine+=" -cpu max,-erms,-fsrm,-fsrs,-fzrm,-fsrc" scale=2 cpus=1
		;;
	# A plain CPU, without what is slow to emulate (AVX, 5-level page tables). Nor do
	# the mitigations change what is tested; where there is time, they are left on.
	*)   machine="-accel tcg,thread=multi -cpu qemu64" scale=2
	     [ -n "${LAB_THOROUGH-}" ] || cmdline+=" mitigations=off" ;;
	esac
	slowness=$(kernel_slowness "$kernel") memory=1G
	# The shadow of the memory takes memory, and so do the notes on each object.
	[ "$slowness" = 1 ] || memory=1280M
	mkdir -p "$dir"
	# shellcheck disable=SC2086  # a list of words
	cat $archives >"$dir/initrd"
	[ "$seconds" = 0 ] || limit=(timeout --foreground -k 2 "$seconds")
	# -M pc boots fastest under TCG; two CPUs are enough to race and cheap enough to emulate.
	# A scenario about many takes LAB_CPUS=4.
	# shellcheck disable=SC2086
	in_root "$HOME_SUITE" "${limit[@]}" qemu-system-x86_64 -M pc $machine -smp "$cpus" -m "${LAB_MEMORY:-$memory}" \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$(in_cache "$(kernel_dir "$kernel")/vmlinuz")" -initrd "$(in_cache "$dir/initrd")" \
		-append "console=ttyS0 panic=-1 oops=panic rcupdate.rcu_cpu_stall_timeout=60 lab.scale=$((scale * slowness)) $cmdline ${LAB_CMDLINE-}" \
		"$@"
}

# The console and the verdicts go to files; a fault of QEMU's own to DIR/qemu.
# Sets VM_PID, and ends the guest when the caller ends.
vm_start() {
	local dir=$4
	mkdir -p "$dir"
	: >"$dir/console"
	: >"$dir/verdict"
	IN_ROOT_EXEC=exec vm_qemu "$@" -serial "file:$(in_cache "$dir")/console" \
		-serial "file:$(in_cache "$dir")/verdict" </dev/null >"$dir/qemu" 2>&1 &
	VM_PID=$!
	# shellcheck disable=SC2064  # this guest, not a later one
	trap "kill $VM_PID 2>/dev/null || true" EXIT
}

# KVM can open and still hang every guest, so a guest is really run, once per
# boot of this machine: the answer is "kvm" or "tcg".
vm_accel() { with_lock accel vm_accel_locked "$1"; }

vm_accel_locked() {
	local boot now answer dir
	[ -z "${LAB_ACCEL-}" ] || { printf '%s\n' "$LAB_ACCEL"; return; }
	now=$(cat /proc/sys/kernel/random/boot_id)
	if [ -e "$CACHE/accel" ] && read -r boot answer <"$CACHE/accel" && [ "$boot" = "$now" ]; then
		printf '%s\n' "$answer"
		return
	fi
	qemu_check
	answer=tcg
	if [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		say "trying KVM with a guest (8 s at most, once per boot of this machine)"
		dir=$(vm_dir probe)
		vm_start kvm 8 "$1" "$dir" "$(image_path base)" lab.run=probe
		wait "$VM_PID" || true
		! grep -qs '^hello' "$dir/verdict" || answer=kvm
	fi
	[ $answer = kvm ] || say "KVM runs no guests here: emulating (TCG), slower but the same"
	printf '%s %s\n' "$now" "$answer" >"$CACHE/accel"
	printf '%s\n' "$answer"
}
