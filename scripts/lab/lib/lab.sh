# SPDX-License-Identifier: GPL-2.0
# Owns what every verb of the lab starts from: its paths, its rights, its words, the table of kernels.
# shellcheck shell=bash

set -euo pipefail

LAB=$(realpath "$(dirname "${BASH_SOURCE[0]}")/..")
# The source tree under test; another tree may be given to try the lab itself.
TREE=${LAB_TREE:-$(realpath "$LAB/../..")}
CACHE=${TCPFSM_CACHE:-${HOME:-/root}/.cache/tcpfsm}

# The suite whose root also supplies QEMU and the guest's programs, so that every
# host boots the same guest with the same emulator, whatever it has installed.
HOME_SUITE=trixie

# su without a dash leaves these out.
PATH=$PATH:/usr/sbin:/sbin

EX_LAB_BROKEN=69
# A kernel that the archive no longer has; automake's tests say "skipped" by the same number.
EX_SKIPPED=77

say()  { printf 'lab: %s\n' "$*" >&2; }
die()  { say "$*"; exit "$EX_LAB_BROKEN"; }
usage() { printf 'usage: %s %s\n' "${0##*/}" "$*" >&2; exit 2; }

# chroot and mount need root. The caller's cache stays the caller's; what the
# verbs listen to is carried over by name, because sudo clears the environment.
become_root() {
	[ "$EUID" = 0 ] && return
	command -v sudo >/dev/null || die "needs root: run as root, or install sudo"
	local keep=("TCPFSM_CACHE=$CACHE") var
	for var in TCPFSM_MIRROR W C KERNEL ${!LAB_@}; do
		[ -n "${!var+set}" ] && keep+=("$var=${!var}")
	done
	exec sudo env "${keep[@]}" "$(realpath "$0")" "$@"
}

# with_lock NAME COMMAND...: one at a time per name, across processes.
with_lock() {
	# No subshell: the command's traps and exits are the verb's own.
	# (Its callees see these locals, hence the names.)
	local lock_=$1 lock_fd_ status_; shift
	mkdir -p "$CACHE/lock"
	exec {lock_fd_}>"$CACHE/lock/$lock_"
	flock -w 3 "$lock_fd_" || { say "waiting for another run ($lock_)"; flock "$lock_fd_"; }
	# Not "|| status": that would take set -e away from the command.
	"$@"; status_=$?
	exec {lock_fd_}>&-
	return "$status_"
}

# kernel_rows: the table without its comments, one row a line.
kernel_rows() { grep -v '^[[:space:]]*\(#\|$\)' "$LAB/kernels.txt"; }

# kernel_row NAME: sets K_NAME K_SUITE K_EXTRA K_PATTERN K_ROLE.
kernel_row() {
	local row
	row=$(kernel_rows | awk -v name="$1" '$1 == name') && [ -n "$row" ] ||
		{ say "no kernel '$1' in $LAB/kernels.txt; known: $(kernel_names | xargs)"; exit 2; }
	read -r K_NAME K_SUITE K_EXTRA K_PATTERN K_ROLE <<<"$row"
}

# kernel_names [ROLE]: every name, or those with the role.
kernel_names() { kernel_rows | awk -v role="${1-}" 'role == "" || $5 == role { print $1 }'; }

# kernel_slowness NAME: how many times longer than on Debian's kernels all may take.
kernel_slowness() (
	kernel_row "$1"
	if [ "$K_ROLE" = debug ]; then echo 3; else echo 1; fi
)

# The kernel directory holds what a chosen kernel left behind: release, vmlinuz, lib/modules.
kernel_dir()     { printf '%s/kernels/%s\n' "$CACHE" "$1"; }
kernel_release() { cat "$(kernel_dir "$1")/release"; }

# kernel_title NAME: as people are shown it: with its release, if the name is not the start of that.
kernel_title() {
	local release
	release=$(kernel_release "$1" 2>/dev/null) || true
	case $release in
	"$1"*|'') printf '%s\n' "$1" ;;
	*) printf '%s (%s)\n' "$1" "$release" ;;
	esac
}

# in_cache PATH: the same file as the inside of a root sees it.
in_cache() { printf '/cache/%s\n' "${1#"$CACHE"/}"; }
