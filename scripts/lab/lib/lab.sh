# SPDX-License-Identifier: GPL-2.0
# Shared by all programs of the lab: paths, root rights, messages, locks, the table of kernels.
# shellcheck shell=bash

set -euo pipefail

LAB=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
# The source tree under test. LAB_TREE names another one, to test the lab itself.
TREE=${LAB_TREE:-$(realpath "$LAB/../..")}
CACHE=${TCPFSM_CACHE:-${HOME:-/root}/.cache/tcpfsm}

# The suite whose root also provides QEMU and the guest's programs, so that every host
# boots the same guest with the same emulator.
HOME_SUITE=trixie

# su without "-" leaves these out.
PATH=$PATH:/usr/sbin:/sbin

EX_LAB_BROKEN=69
# A kernel that the archive no longer has. Automake uses the same number for skipped tests.
EX_SKIPPED=77

say()  { printf 'lab: %s\n' "$*" >&2; }
die()  { say "$*"; exit "$EX_LAB_BROKEN"; }
usage() { printf 'usage: %s %s\n' "${0##*/}" "$*" >&2; exit 2; }

# chroot and mount need root. The caller's cache is used on. sudo clears the environment,
# so the variables that the lab reads are passed by name.
become_root() {
	[ "$(uname -m)" = x86_64 ] || die "needs an x86-64 machine; this one is $(uname -m)"
	[ "$EUID" = 0 ] && return
	command -v sudo >/dev/null || die "needs root: run as root, or install sudo"
	local keep=("TCPFSM_CACHE=$CACHE") var
	for var in TCPFSM_MIRROR W C KERNEL ${!LAB_@}; do
		[ -n "${!var+set}" ] && keep+=("$var=${!var}")
	done
	exec sudo env "${keep[@]}" "$(realpath "$0")" "$@"
}

# with_lock NAME COMMAND...: runs one command at a time per name, across processes.
with_lock() {
	# No subshell: traps and exits of the command must be those of the caller.
	# The command sees these locals, hence the underscores.
	local lock_=$1 lock_fd_ status_; shift
	mkdir -p "$CACHE/lock"
	exec {lock_fd_}>"$CACHE/lock/$lock_"
	flock -w 3 "$lock_fd_" || { say "waiting for another run ($lock_)"; flock "$lock_fd_"; }
	# Not "|| status": that would switch set -e off in the command.
	"$@"; status_=$?
	exec {lock_fd_}>&-
	return "$status_"
}

# kernel_rows: the rows of the table, without comments.
kernel_rows() { grep -v '^[[:space:]]*\(#\|$\)' "$LAB/kernels.txt"; }

# kernel_row NAME: sets K_NAME K_SUITE K_EXTRA K_PATTERN K_ROLE and K_ARCH, as Debian names it.
kernel_row() {
	local row
	row=$(kernel_rows | awk -v name="$1" '$1 == name') && [ -n "$row" ] ||
		{ say "no kernel '$1' in $LAB/kernels.txt; known: $(kernel_names | xargs)"; exit 2; }
	read -r K_NAME K_SUITE K_EXTRA K_PATTERN K_ROLE <<<"$row"
	case $K_PATTERN in *-arm64) K_ARCH=arm64 ;; *) K_ARCH=amd64 ;; esac
}

# kernel_arch NAME: the same for one use.
kernel_arch() ( kernel_row "$1"; printf '%s\n' "$K_ARCH"; )

kernel_is_canary() ( kernel_row "$1"; [ "$K_ROLE" = canary ]; )

# kernel_names [test|all|debug]: every name, or those of make test, test-all, test-debug.
kernel_names() {
	kernel_rows | awk -v which="${1-}" '
		which == "" || which == $5 || (which == "all" && $5 != "debug") ||
			(which == "test" && $5 == "short") { print $1 }'
}

# What differs between architectures: hooks and their arguments, the walk up the stack, the tools.
SHORT='@(10|40|60|70|72|74|83-filter.)'

# kernel_scenarios NAME: the scenarios that run if none is named; empty: all.
kernel_scenarios() (
	kernel_row "$1"
	[ "$K_ROLE" != short ] || [ -n "${LAB_THOROUGH-}" ] || printf '%s\n' "$SHORT"
)

# kernel_slowness NAME: the factor for time limits, 1 on Debian's kernels for this machine.
kernel_slowness() (
	kernel_row "$1"
	case $K_ROLE-$K_ARCH in debug-*) echo 3 ;; *-arm64) echo 2 ;; *) echo 1 ;; esac
)

# The kernel directory has release, vmlinuz and modules/.
kernel_dir()     { printf '%s/kernels/%s\n' "$CACHE" "$1"; }
kernel_release() { cat "$(kernel_dir "$1")/release"; }

# kernel_title NAME: the name for messages, with the release if the name has no version.
kernel_title() {
	local release
	release=$(kernel_release "$1" 2>/dev/null) || true
	case $release in
	"${1%%-*}"*|'') printf '%s\n' "$1" ;;
	*) printf '%s (%s)\n' "$1" "$release" ;;
	esac
}

# in_cache PATH: the path of the same file inside a root.
in_cache() { printf '/cache/%s\n' "${1#"$CACHE"/}"; }
