# SPDX-License-Identifier: GPL-2.0
# Debug kernels: Debian's source, configured by debug.config and NAME.config.
# shellcheck shell=bash

# Packages that a kernel needs, beyond those that a root has for modules.
OWN_PACKAGES="bc bison flex libelf-dev"

own_configs() { cat "$LAB/debug.config" "$LAB/$K_NAME.config"; }
# Variables for make: lines "# make: VARIABLE=VALUE..." in NAME.config.
own_make()    { sed -n 's/^# make: //p' "$LAB/$K_NAME.config" | xargs; }
own_source()  { printf '%s/source/%s\n' "$CACHE" "$K_PATTERN"; }

# own_stamp: what a kernel depends on: version of the source, configuration, OWN_BUILD.
own_stamp() {
	printf '%s %s\n' "$(cat "$(own_source).version" 2>/dev/null)" \
		"$({ own_configs; printf '%s\n' "$OWN_BUILD"; } | sha256sum | cut -c1-16)"
}

# Unpacked, not installed, and without drivers that are not built: 0.7 GB instead of 1.5 GB.
# shellcheck disable=SC2016  # expanded inside the root
OWN_UNPACK='
	set -euo pipefail
	package=$1 out=$2
	rm -rf /tmp/source "$out" && mkdir -p /tmp/source "$out" && cd /tmp/source
	apt-get download -q "$package"
	dpkg-deb --fsys-tarfile *.deb | tar -x --to-stdout -f - "./usr/src/$package.tar.xz" |
		tar -xJ -f - -C "$out" --strip-components=1 --anchored \
			--exclude="$package/drivers/gpu/*.[ch]" --exclude="$package/drivers/net/[ew]*.[ch]"
	rm -rf /tmp/source
'

# Kconfig silently drops options with unmet dependencies, so each is checked. Of the build
# only the files that modules need are kept.
# shellcheck disable=SC2016  # expanded inside the root
OWN_BUILD='
	set -eu
	source=$1 dir=$2 jobs=$3 build=$2/build
	make -s -C "$source" O="$build" KCONFIG_ALLCONFIG="$dir/wanted" allnoconfig
	grep "^CONFIG_" "$dir/wanted" | grep -vxF -f "$build/.config" >"$dir/refused" || true
	[ ! -s "$dir/refused" ] || { echo "options that did not take effect:"; cat "$dir/refused"; exit 1; }
	time make -C "$build" -j"$jobs" bzImage modules
	cp "$build/arch/x86/boot/bzImage" "$dir/vmlinuz"
	find "$build" \( -name "*.o" -o -name "*.a" -o -name ".*.cmd" -o -name "vmlinux*" -o -name bzImage \) -delete
	cp "$build/include/config/kernel.release" "$dir/release"
'

# Prints the version that the suite has.
# shellcheck disable=SC2086  # a list of words
own_prepare() {
	{
		in_root "$K_SUITE" apt-get update -q &&
		in_root "$K_SUITE" apt-get install -qy --no-install-recommends $OWN_PACKAGES
	} >"$CACHE/log/source-$K_PATTERN" 2>&1 &&
	in_root "$K_SUITE" apt-cache show --no-all-versions "$K_PATTERN" | sed -n 's/^Version: //p' | grep .
}

own_unpack() {	# VERSION
	local source; source=$(own_source)
	[ "$(cat "$source.version" 2>/dev/null)" != "$1" ] || return 0
	say "$K_PATTERN $1: downloading and unpacking (150 MB, about 1 min, once)"
	rm -f "$source.version"
	mkdir -p "${source%/*}"
	in_root "$K_SUITE" bash -c "$OWN_UNPACK" unpack "$K_PATTERN" "$(in_cache "$source")" \
		>>"$CACHE/log/source-$K_PATTERN" 2>&1 ||
		{ tail -n 20 "$CACHE/log/source-$K_PATTERN" >&2
		  die "$K_PATTERN failed; whole log: $CACHE/log/source-$K_PATTERN"; }
	printf '%s\n' "$1" >"$source.version"
}

# After a root was built again, look for a newer source, and build only if there is one: a
# build takes a quarter of an hour.
own_install() {
	local dir log version begin=$SECONDS
	kernel_is_ready && return
	dir=$(kernel_dir "$K_NAME") log=$CACHE/log/kernel-$K_NAME
	mkdir -p "$CACHE/log"
	version=$(with_lock "root-$K_SUITE" own_prepare) ||
		{ tail -n 20 "$CACHE/log/source-$K_PATTERN" >&2
		  die "kernel $K_NAME: $K_SUITE has no $K_PATTERN, or no packages to build it with"; }
	with_lock "source-$K_PATTERN" own_unpack "$version"
	if [ "$(cat "$dir/built" 2>/dev/null)" != "$(own_stamp)" ]; then
		say "kernel $K_NAME: building from $K_PATTERN $version (about 10 min on two cores, once); log: $log"
		rm -rf "$dir" && mkdir -p "$dir/build" "$dir/modules"
		own_configs >"$dir/wanted"
		in_root "$K_SUITE" env MAKEFLAGS="$(own_make)" nice bash -c "$OWN_BUILD" build \
			"$(in_cache "$(own_source)")" "$(in_cache "$dir")" "$(nproc)" >"$log" 2>&1 ||
			{ tail -n 20 "$log" >&2; die "kernel $K_NAME failed; whole log: $log"; }
		own_stamp >"$dir/built"
		say "kernel $K_NAME: $(cat "$dir/release"), built in $((SECONDS - begin)) s"
	fi
	kernel_stamp >"$dir/stamp"
}
