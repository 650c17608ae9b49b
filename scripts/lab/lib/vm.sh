# SPDX-License-Identifier: GPL-2.0
# QEMU: chooses an accelerator and starts guests.
# shellcheck shell=bash

vm_dir() { printf '%s/runs/%s\n' "$CACHE" "$1"; }

# Older QEMUs double-fault 6.12 guests under TCG about every second boot.
qemu_check() {
	local version
	version=$(in_root "$HOME_SUITE" qemu-system-x86_64 --version | sed -n 's/.*version \([0-9]*\).*/\1/p')
	[ "${version:-0}" -ge 10 ] ||
		die "QEMU ${version:-?} is too old, 10 or newer is needed;" \
			"remove $(root_dir "$HOME_SUITE") and run setup"
}

# vm_qemu ACCEL SECONDS KERNEL DIR ARCHIVES CMDLINE QEMU-ARGUMENT...: runs one guest. Its
# initrd is the concatenated archives. ACCEL is kvm, tcg or icount; SECONDS 0 is no limit.
# Without archives GRUB boots the kernel, from DIR/esp, which QEMU-ARGUMENTs make a disk.
vm_qemu() {
	local accel=$1 seconds=$2 kernel=$3 dir=$4 archives=$5 cmdline=$6
	local qemu machine console scale slowness memory cpus=${LAB_CPUS:-2} limit=() boot; shift 6
	kernel_row "$kernel"
	# pc boots fastest under TCG.
	case $K_ARCH in
	amd64) qemu=qemu-system-x86_64 console=ttyS0 machine="-M pc" ;;
	arm64) qemu=qemu-system-aarch64 console=ttyAMA0 machine="-M virt" ;;
	esac
	case $accel-$K_ARCH in
	kvm-*) machine+=" -accel kvm -cpu host" scale=1 ;;
	# Guest time counts instructions: one CPU, a nanosecond each, and idle time is skipped.
	# Each turn of rep counts as an instruction, so the kernel must not copy by bytes.
	icount-*)
		machine+=" -accel tcg,thread=single -icount shift=0,align=off,sleep=off"
		machine+=" -cpu max,-erms,-fsrm,-fsrs,-fzrm,-fsrc" scale=2 cpus=1
		;;
	# A plain CPU, without features that are slow to emulate (AVX, 5-level page tables).
	# Mitigations do not change what is tested; a thorough run leaves them on.
	*-amd64) machine+=" -accel tcg,thread=multi -cpu qemu64" scale=2 ;;
	# pauth-impdef: pointer authentication that is cheap to emulate.
	*-arm64) machine+=" -accel tcg,thread=multi -cpu max,pauth-impdef=on" scale=2 ;;
	esac
	[ "$accel" != tcg ] || [ -n "${LAB_THOROUGH-}" ] || cmdline+=" mitigations=off"
	slowness=$(kernel_slowness "$kernel") memory=1G
	# KASAN's shadow and kmemleak's objects need more memory.
	[ "$K_ROLE" != debug ] || memory=1280M
	mkdir -p "$dir"
	cmdline="console=$console panic=-1 oops=panic rcupdate.rcu_cpu_stall_timeout=60 \
lab.scale=$((scale * slowness)) $cmdline ${LAB_CMDLINE-}"
	if [ -n "$archives" ]; then
		# shellcheck disable=SC2086  # a list of words
		cat $archives >"$dir/initrd"
		boot=(-kernel "$(in_cache "$(kernel_dir "$kernel")/vmlinuz")" -initrd "$(in_cache "$dir/initrd")" -append "$cmdline")
	else
		boot=()
		printf '%s\n' "linux /vmlinuz $cmdline" "initrd /initrd" boot >"$dir/esp/EFI/debian/grub.cfg"
	fi
	[ "$seconds" = 0 ] || limit=(timeout --foreground -k 2 "$seconds")
	# Two CPUs are enough for races and cheap to emulate;
	# LAB_CPUS=4 is for 97-stress.
	# shellcheck disable=SC2086
	in_root "$HOME_SUITE" "${limit[@]}" $qemu \
		$machine -smp "$cpus" -m "${LAB_MEMORY:-$memory}" \
		-nodefaults -no-user-config -display none -no-reboot \
		"${boot[@]}" "$@"
}

# vm_start, with the arguments of vm_qemu: starts a guest in the background. Writes DIR/console,
# DIR/verdict, and messages of QEMU to DIR/qemu. Sets VM_PID; the guest ends with the caller.
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

# vm_accel KERNEL: prints kvm or tcg. /dev/kvm may open and still hang every guest, so a guest
# is run, once per boot of this machine.
vm_accel() { with_lock accel vm_accel_locked "$1"; }

vm_accel_locked() {
	local boot now answer dir
	[ -z "${LAB_ACCEL-}" ] || { printf '%s\n' "$LAB_ACCEL"; return; }
	[ "$(kernel_arch "$1")" = amd64 ] || { echo tcg; return; }
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
		vm_start kvm 8 "$1" "$dir" "$(image_path base "$1")" lab.run=probe
		wait "$VM_PID" || true
		! grep -qs '^hello' "$dir/verdict" || answer=kvm
	fi
	[ $answer = kvm ] || say "KVM runs no guests here: emulating with TCG, which is slower"
	printf '%s %s\n' "$now" "$answer" >"$CACHE/accel"
	printf '%s\n' "$answer"
}
