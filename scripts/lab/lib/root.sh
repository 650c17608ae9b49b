# SPDX-License-Identifier: GPL-2.0
# Build roots: one small Debian per suite, in the cache, made once by mmdebstrap. A root
# SUITE-arm64 only holds programs for guests: this machine cannot run what is in it. A root
# SUITE-fleet has what takes records from the journal into a database.
# shellcheck shell=bash

root_dir() { printf '%s/roots/%s\n' "$CACHE" "$1"; }

root_suite() { printf '%s\n' "${1%-*}"; }

root_is_foreign() { [[ $1 == *-arm64 ]]; }

# guest_root ARCH: the root with the guests' programs.
guest_root() { case $1 in arm64) printf '%s-arm64\n' "$HOME_SUITE" ;; *) printf '%s\n' "$HOME_SUITE" ;; esac; }

# triplet ARCH: the name of an architecture for compilers and directories of libraries.
triplet() { case $1 in arm64) echo aarch64-linux-gnu ;; *) echo x86_64-linux-gnu ;; esac; }

GUEST_PACKAGES="bash dash bsdutils coreutils grep sed gawk diffutils findutils kmod
	iproute2 procps util-linux mount hostname ncurses-base nginx-light curl"

# The packages of a root. The compiler must be the suite's own: objtool and the headers of
# 6.12 and later need one that is as new.
# shellcheck disable=SC2086  # a list of words
root_packages() {
	if root_is_foreign "$1"; then
		printf '%s\n' $GUEST_PACKAGES
		return
	fi
	if [[ $1 == *-fleet ]]; then
		printf '%s\n' systemd rsyslog rsyslog-pgsql postgresql iproute2
		return
	fi
	printf '%s\n' gcc libc6-dev make sparse kmod xz-utils zstd
	[ "$1" != "$HOME_SUITE" ] ||
		printf '%s\n' qemu-system-x86 qemu-system-arm libc6-dev:arm64 libncurses-dev libncurses-dev:arm64 cpio \
			$GUEST_PACKAGES
	! root_has_arm64 "$1" || printf '%s\n' gcc-aarch64-linux-gnu
}

# root_has_arm64 SUITE: whether one of its kernels is for arm64.
root_has_arm64() { kernel_rows | awk -v suite="$1" '$2 == suite && $4 ~ /-arm64$/ { n++ } END { exit !n }'; }

# The architectures of a root: the first is that of its programs.
root_archs() {
	if root_is_foreign "$1"; then echo arm64
	elif root_has_arm64 "$1"; then echo amd64,arm64
	else echo amd64
	fi
}

# The suite and the extra suites that its kernels need.
root_sources() {
	root_suite "$1"
	kernel_rows | awk -v suite="$1" '$2 == suite && $3 != "-" { print $3 }' | sort -u
}

# The stamp of a root. When it changes, the root is built again.
root_stamp() { { root_archs "$1"; root_sources "$1"; root_packages "$1"; echo 1; } | sha256sum | cut -c1-16; }

root_is_ready() { [ "$(cat "$(root_dir "$1").stamp" 2>/dev/null)" = "$(root_stamp "$1")" ]; }

# The mirror of Debian main that apt on this machine uses.
mirror() {
	[ -z "${TCPFSM_MIRROR-}" ] || { printf '%s\n' "${TCPFSM_MIRROR%/}"; return; }
	local uri
	uri=$(mirror_of_apt)
	# apt lists only what it has fetched.
	[ -n "$uri" ] || { apt-get update -q >"$CACHE/log/apt-update" 2>&1 || true; uri=$(mirror_of_apt); }
	case $uri in
	mirror+file:*) uri=$(awk '/^[a-z]+:\/\// { print $1; exit }' "${uri#mirror+file:}") ;;
	esac
	[ -n "$uri" ] || die "apt knows no Debian mirror on this machine; name one in TCPFSM_MIRROR"
	printf '%s\n' "${uri%/}"
}

mirror_of_apt() {
	# shellcheck disable=SC2016  # apt expands $(REPO_URI)
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk '$3 == "main" && $2 ~ /^(bullseye|bookworm|trixie|forky|sid|unstable|testing|stable|oldstable)$/ {
			print $1
			exit
		}'
}

host_tools() {
	command -v mmdebstrap >/dev/null && [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] && return
	say "installing mmdebstrap on this machine"
	{ apt-get update -q && apt-get install -qy --no-install-recommends mmdebstrap debian-archive-keyring; } \
		>"$CACHE/log/host-tools" 2>&1 || die "could not install mmdebstrap; see $CACHE/log/host-tools"
}

# debstrap SUITE DIRECTORY SOURCES PACKAGES ARGUMENT...: a Debian in a directory, made by mmdebstrap.
debstrap() {
	local suite=$1 dir=$2 sources=$3 packages=$4 proxies; shift 4
	mapfile -t proxies < <(apt-config dump | grep -i '^Acquire::.*::Proxy ' | sed 's/^/--aptopt=/')
	unshare -m mmdebstrap --mode=root --variant=apt --format=directory \
		--keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		--include="$(paste -sd, <<<"$packages")" \
		--aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' "${proxies[@]}" \
		--dpkgopt='path-exclude=/usr/share/locale/*' "$@" "$suite" "$dir" - <<<"$sources"
}

# root_ensure SUITE: the root is complete when this returns.
root_ensure() {
	root_is_ready "$1" || with_lock "root-$1" root_build "$1"
}

root_build() {
	local suite=$1 dir log mirror sources variant=apt stale=()
	root_is_ready "$suite" && return
	dir=$(root_dir "$suite") log=$CACHE/log/root-$suite
	mkdir -p "$CACHE/log" "${dir%/*}"
	with_lock host-tools host_tools
	mirror=$(mirror)
	say "build root $suite: downloading and unpacking into $dir" \
		"(about 1 min, once; all of the cache takes 4 GB)"
	# The stamp is removed first and written last, so that a partial root is never used.
	rm -f "$dir.stamp"
	rm -rf --one-file-system "$dir"
	sources=$(root_sources "$suite" | sed "s|.*|deb $mirror & main|")
	# extract runs none of the programs that it installs.
	! root_is_foreign "$suite" || variant=extract
	# sid's index is valid for a week. A mirror that is behind still has news for a canary.
	[ "$suite" != sid ] || stale=(--aptopt='Acquire::Check-Valid-Until "false"')
	# Keep apt's lists: the kernels are chosen from them.
	debstrap "$(root_suite "$suite")" "$dir" "$sources" "$(root_packages "$suite")" \
		--variant=$variant --architectures="$(root_archs "$suite")" \
		--dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
		--skip=cleanup/apt/lists "${stale[@]}" >"$log" 2>&1 ||
		{ tail -n 20 "$log" >&2; die "build root $suite failed; whole log: $log"; }
	root_stamp "$suite" >"$dir.stamp"
	say "build root $suite: ready"
}

# in_root SUITE COMMAND...: runs it inside the root, with the cache at /cache. The mounts are
# in a private namespace and end with the command. objtool needs /proc.
# IN_ROOT_EXEC=exec replaces the (sub)shell, so that its process id is the command's.
in_root() {
	local dir; dir=$(root_dir "$1"); shift
	mkdir -p "$dir/cache"
	# shellcheck disable=SC2016  # expanded by the inner shell
	${IN_ROOT_EXEC-} unshare -m --propagation private bash -c '
		set -e
		dir=$1 cache=$2; shift 2
		mount -t proc proc "$dir/proc" 2>/dev/null || mount --rbind /proc "$dir/proc"
		mount --rbind /dev "$dir/dev"
		mount --bind "$cache" "$dir/cache"
		[ ! -e /etc/resolv.conf ] || {
			: >>"$dir/etc/resolv.conf"
			mount --bind /etc/resolv.conf "$dir/etc/resolv.conf"
		}
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C TERM="${TERM-dumb}" \
			DEBIAN_FRONTEND=noninteractive chroot "$dir" "$@"
	' in_root "$dir" "$CACHE" "$@"
}
