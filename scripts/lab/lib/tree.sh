# SPDX-License-Identifier: GPL-2.0
# Copies of the source tree, in which the module is built per kernel, and the tools per
# architecture.
# shellcheck shell=bash

# Each source tree has a directory of its own, by its path: two trees that build for one
# kernel at the same time must not test each other's module.
TREE_BUILD=build/$(cksum <<<"$TREE" | cut -d ' ' -f 1)
tree_dir() { printf '%s/%s/%s/tree\n' "$CACHE" "$TREE_BUILD" "$1"; }
tools_tree() { case $1 in amd64) echo tools ;; *) printf 'tools-%s\n' "$1" ;; esac; }
# tools_bin KERNEL: the reader and the helpers for guests with that kernel.
tools_bin() { printf '%s/%s/%s/bin\n' "$CACHE" "$TREE_BUILD" "$(tools_tree "$(kernel_arch "$1")")"; }

# tree_begin: makes the directory of this tree, and removes those of deleted trees.
tree_begin() {
	local of=$CACHE/$TREE_BUILD/of
	mkdir -p "$CACHE/$TREE_BUILD"
	# At once: another run that reads it half-written would remove this tree's builds.
	if [ "$(cat "$of" 2>/dev/null)" != "$TREE" ]; then
		printf '%s\n' "$TREE" >"$of.$BASHPID"
		mv "$of.$BASHPID" "$of"
	fi
	for of in "$CACHE"/build/*/of; do
		[ -d "$(<"$of")" ] || rm -rf "${of%/of}"
	done
}

tree_files() {
	local file
	if git -c safe.directory='*' -C "$TREE" rev-parse -q --git-dir >/dev/null 2>&1; then
		git -c safe.directory='*' -C "$TREE" ls-files -co --exclude-standard
	else
		(cd "$TREE" && find . -type f -not -name '*.o' -not -name '*.ko' -not -name '.*.cmd' -not -name '*.mod' \
			-not -name '*.mod.c' -not -name Module.symvers -not -name modules.order -not -name '*.deb' | sed 's|^\./||')
	fi | sort | while read -r file; do
		# git still lists a file that is deleted but not committed.
		[ ! -f "$TREE/$file" ] || printf '%s\n' "$file"
	done
}

# tree_sync NAME: updates the copy from the tree. Objects in the copy and the times of files
# are kept, so that make builds only what changed.
tree_sync() {
	local dir list; dir=$(tree_dir "$1") list=${dir%/tree}/files
	tree_begin
	mkdir -p "$dir"
	tree_files >"$list.new"
	[ ! -e "$list" ] || comm -23 "$list" "$list.new" | (cd "$dir" && xargs -r -d '\n' rm -f --)
	tar -C "$TREE" -c -f - --verbatim-files-from -T "$list.new" | tar -C "$dir" -x -f - --no-same-owner
	mv "$list.new" "$list"
}

# logged WHAT LOG COMMAND...: prints the output only if the command fails.
logged() {
	local what=$1 log=$2; shift 2
	mkdir -p "${log%/*}"
	"$@" >"$log" 2>&1 && return
	cat "$log" >&2
	say "$what failed; the log is $log"
	return 1
}

# The copy has no history, so the version is read here and passed to both builds.
tree_version() { "$TREE/scripts/version"; }

make_in_tree() {	# SUITE NAME ARGUMENT...
	local suite=$1 name=$2 version; shift 2
	version=$(tree_version)
	in_root "$suite" make -C "$(in_cache "$(tree_dir "$name")")" -j"$(nproc)" \
		${version:+TCPFSM_VERSION="$version"} "$@"
}

# module_build KERNEL: tcpfsm.ko of this tree for that kernel, in tree_dir.
module_build() { with_lock "build-$1" module_build_locked "$1"; }

module_build_locked() {
	local name=$1 release dir kernel; shift
	dir=$(tree_dir "$name") release=$(kernel_release "$name")
	kernel_row "$name"
	tree_sync "$name"
	# Another kernel under the same name makes every object stale.
	kernel="$release $(cat "$(kernel_dir "$name")/stamp")"
	[ "$K_ARCH" = amd64 ] || set -- ARCH="$K_ARCH" CROSS_COMPILE="$(triplet "$K_ARCH")-"
	[ "$(cat "$dir/../kernel" 2>/dev/null)" = "$kernel" ] ||
		find "$dir" \( -name '*.o' -o -name '.*.cmd' -o -name '*.ko' \) -delete
	printf '%s\n' "$kernel" >"$dir/../kernel"
	rm -f "$dir/tcpfsm.ko"
	logged "module for $(kernel_title "$name")" "$CACHE/log/module-$name" \
		make_in_tree "$K_SUITE" "$name" module \
		KERNELRELEASE="$release" KDIR="$(kernel_build_dir "$name")" "$@" ${W:+W="$W"} ${C:+C="$C"} || return
	[ -e "$dir/tcpfsm.ko" ] || { say "make module left no tcpfsm.ko in $dir"; return 1; }
	# Show warnings also when the build works.
	grep -n 'warning:' "$CACHE/log/module-$name" >&2 || true
}

# tools_build KERNEL: builds the reader and the scenarios' helpers into tools_bin.
tools_build() {
	local tree; tree=$(tools_tree "$(kernel_arch "$1")")
	with_lock "build-$tree" tools_build_locked "$1" "$tree"
}

tools_build_locked() {
	local cc dir bin source name
	dir=$(tree_dir "$2") bin=$(tools_bin "$1") cc=$(triplet "$(kernel_arch "$1")")-gcc
	tree_sync "$2"
	mkdir -p "$bin"
	logged reader "$CACHE/log/reader" \
		make_in_tree "$HOME_SUITE" "$2" -C tools reader CC="$cc" || return
	cp "$dir/tools/reader" "$bin/reader"
	logged selftest "$CACHE/log/selftest" \
		make_in_tree "$HOME_SUITE" "$2" -C module/selftest build/ring CC="$cc" || return
	cp "$dir/module/selftest/build/ring" "$bin/selftest-ring"
	# Remove helpers whose source is gone, so that no scenario finds them.
	for source in "$bin"/*; do
		name=${source##*/}
		[[ $name == reader || $name == selftest-* ]] || [ -e "$dir/scripts/test/$name.c" ] || rm -f "$source"
	done
	for source in "$dir"/scripts/test/*.c; do
		[ -e "$source" ] || continue
		name=$(basename "$source" .c)
		# One may include another, so any newer source is a reason to build.
		[ -z "$(find "$dir/scripts/test" "$dir/module/uapi" -name '*.[ch]' -newer "$bin/$name" 2>&1)" ] && continue
		logged "helper $name" "$CACHE/log/helper-$name" \
			in_root "$HOME_SUITE" "$cc" -O2 -Wall -Wextra -o "$(in_cache "$bin/$name")" \
			"$(in_cache "$dir/scripts/test/$name.c")" -lpthread || return
	done
}
