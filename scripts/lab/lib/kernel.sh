# SPDX-License-Identifier: GPL-2.0
# Kernels: chooses a version, installs its headers in its root, keeps its image and a few modules.
# shellcheck shell=bash
. "$LAB/lib/own.sh"

# Modules that scenarios and the benchmark load. Their dependencies are added.
GUEST_MODULES="tun veth dummy tcp_diag sch_netem nf_conntrack_netlink"

# A root that was built again has no headers; a changed row may need another version.
kernel_stamp() {
	echo "$K_SUITE $K_EXTRA $K_PATTERN $GUEST_MODULES $(stat -c %Y "$(root_dir "$K_SUITE").stamp")"
	! kernel_is_own || own_stamp
	[ "$K_ROLE" != canary ] || date +%F
}

kernel_is_own() { [[ $K_PATTERN == linux-source-* ]]; }

kernel_is_ready() {
	[ "$(cat "$(kernel_dir "$K_NAME")/stamp" 2>/dev/null)" = "$(kernel_stamp)" ]
}

# kernel_is_gone NAME: whether the archive lacked it when it was last asked.
kernel_is_gone() { [ -e "$(kernel_dir "$1")/gone" ]; }

# kernel_ensure NAME: root, headers and image exist when this returns.
kernel_ensure() {
	kernel_try "$1"
	! kernel_is_gone "$1" || exit "$EX_SKIPPED"
}

# kernel_try NAME: the same, or kernel_is_gone is true.
kernel_try() {
	kernel_row "$1"
	root_ensure "$HOME_SUITE"
	root_ensure "$K_SUITE"
	! kernel_is_ready || return 0
	if kernel_is_own; then
		with_lock "kernel-$K_NAME" own_install
	else
		# apt works on one root at a time.
		with_lock "root-$K_SUITE" kernel_install
	fi
}

# kernel_build_dir NAME: the directory to build its modules with, as a path inside its root.
kernel_build_dir() {
	kernel_row "$1"
	if kernel_is_own; then in_cache "$(kernel_dir "$1")/build"; else printf '/lib/modules/%s/build\n' "$(kernel_release "$1")"; fi
}

# Takes the newest version with headers and a signed image. 7.x splits the image into
# linux-binary (vmlinuz) and linux-modules. The unsigned binary enters the archive first; a
# version is complete once the signed packages are there too.
# A version that the archive no longer has is not an error: OUT/gone then has the reason.
# shellcheck disable=SC2016  # expanded inside the root
KERNEL_FETCH='
	set -eu
	pattern=$1 out=$2 wanted=$3
	gone() { echo "$1"; echo "$1" >"$out/gone"; exit 0; }
	# A version is gone when the pool answers 404 for its headers or image. Everything else is
	# an error: an unreachable pool, a package that this version never had.
	fetch() {
		if "$@" >/tmp/fetch 2>&1; then cat /tmp/fetch; return; fi
		cat /tmp/fetch
		failed=$(sed -n "s|^E: Failed to fetch [^ ]*/||p" /tmp/fetch | sed "s/%2b/+/g; s/%7e/~/g")
		lost=$(printf "%s\n" "$failed" | grep -E "^linux-(headers|image|binary|modules)-" | head -n 1)
		[ -n "$lost" ] && ! printf "%s\n" "$failed" | grep -qv "^linux-[^ ]*  404 " || exit 1
		gone "the archive no longer has ${lost%% *}"
	}
	names=$(apt-cache pkgnames linux-)
	has() {
		printf "%s\n" "$names" | grep -qxF "$1" &&
			[ -n "$(apt-cache show --no-all-versions "$1:$arch" 2>/dev/null)" ]
	}
	arch=${pattern##*-}
	chosen=
	for version in $(printf "%s\n" "$names" | sed -n "s/^linux-headers-//p" | sort -rV); do
		case $version in $pattern) ;; *) continue ;; esac
		image=
		if has "linux-binary-$version"; then
			! has "linux-modules-$version" || image="linux-binary-$version:$arch linux-modules-$version:$arch"
		elif has "linux-binary-unsigned-$version"; then continue
		elif has "linux-image-$version"; then image="linux-image-$version:$arch"; fi
		[ -n "$image" ] && has "linux-headers-$version" && { chosen=$version; break; }
	done
	rm -rf /tmp/headers && mkdir -p /tmp/headers
	headers="linux-headers-$chosen"
	if [ -z "$chosen" ]; then
		# The index drops headers long before images. The pool keeps both.
		chosen=$(printf "%s\n" "$names" | sed -n "s/^linux-image-//p" | sort -rV |
			while read -r version; do case $version in $pattern) echo "$version"; break ;; esac; done)
		[ -n "$chosen" ] || gone "the archive no longer has a version that matches $pattern"
		image="linux-image-$chosen:$arch"
		package=$(apt-cache show --no-all-versions "$image" | sed -n "s/^Version: //p")
		pool=$(apt-get indextargets --format "\$(REPO_URI)" "Created-By: Packages" | head -n 1)pool/main/l/linux
		base=${chosen%-*-$arch}
		for deb in "linux-headers-${chosen}_${package}_$arch" "linux-headers-$base-common_${package}_all" \
			"linux-base-${chosen}_${package}_$arch" "linux-kbuild-${base}_${package}_amd64"; do
			fetch /usr/lib/apt/apt-helper download-file "$pool/$deb.deb" "/tmp/headers/$deb.deb"
		done
		headers=$(find /tmp/headers -name "*.deb")
	elif [ $arch != amd64 ]; then
		# Not in a subshell: gone must end this script.
		cd /tmp/headers
		fetch apt-get download -q "$headers:$arch"
		cd /
		headers=$(dpkg-deb -f /tmp/headers/*.deb Depends | grep -o "linux-headers-[^ ]*-common\|linux-kbuild-[^ ,]*")
	fi
	# Headers of another architecture are unpacked, not installed: they depend on its compiler.
	# The programs of linux-kbuild are those of this machine.
	if [ $arch != amd64 ]; then
		for deb in /tmp/headers/*_$arch.deb; do
			dpkg-deb --fsys-tarfile "$deb" | tar -x -C / --keep-directory-symlink
		done
		headers=$(printf "%s\n" $headers | grep -v "_$arch.deb")
	fi
	fetch apt-get install -qy --no-install-recommends $headers
	rm -rf /tmp/headers
	rm -rf /tmp/image && mkdir -p /tmp/image && cd /tmp/image
	# Unpacked, not installed: the image package depends on an initramfs builder.
	fetch apt-get download -q $image
	for deb in *.deb; do dpkg-deb -x "$deb" .; rm "$deb"; done
	mkdir -p "$out/modules"
	cp "$(find . -name "vmlinuz*" -type f | head -n 1)" "$out/vmlinuz"
	modules=$(find . -type d -path "*lib/modules/$chosen")
	take() {
		find $modules -name "$1.ko*" | head -n 1 | while read -r file; do
			cp "$file" "$out/modules/"
			for need in $(modinfo -F depends "$file" | tr "," " "); do take "$need"; done
		done
	}
	for name in $wanted; do take "$name"; done
	find "$out/modules" -name "*.xz" -exec xz -d -f {} +
	find "$out/modules" -name "*.zst" -exec zstd -q -d --rm {} +
	rm -rf /tmp/image
	apt-get clean
	printf "%s\n" "$chosen" >"$out/release"
'

kernel_install() {
	local dir log
	kernel_is_ready && return
	dir=$(kernel_dir "$K_NAME") log=$CACHE/log/kernel-$K_NAME
	say "kernel $K_NAME: choosing and downloading from $K_SUITE (about 20 s, once)"
	rm -rf "$dir" && mkdir -p "$dir" "$CACHE/log"
	{
		# Without --error-on an unreachable mirror is a warning, and an old index is used.
		in_root "$K_SUITE" apt-get update -q --error-on=any &&
		in_root "$K_SUITE" sh -c "$KERNEL_FETCH" fetch "$K_PATTERN" "/cache/kernels/$K_NAME" "$GUEST_MODULES"
	} >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "kernel $K_NAME failed; whole log: $log"; }
	if kernel_is_gone "$K_NAME"; then
		say "kernel $K_NAME: skipped, $(cat "$dir/gone")"
		return
	fi
	kernel_stamp >"$dir/stamp"
	say "kernel $K_NAME: $(cat "$dir/release")"
}
