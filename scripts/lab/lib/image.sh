# SPDX-License-Identifier: GPL-2.0
# Archives of the guest's initrd: base (userland), peers (programs that the benchmark compares
# with), and one overlay per boot. Each architecture has archives of its own.
# shellcheck shell=bash

BASE_PROGRAMS="bash sh
	cat cp mv rm ln ls mkdir mkfifo mktemp chmod chown touch sync stty tty script
	head tail sort uniq cut tr wc tee od seq paste comm join tac nl fold split truncate dd
	date sleep timeout env printf echo test true false expr basename dirname realpath readlink
	stat df du id nproc uname whoami sha256sum md5sum base64 yes kill
	grep sed gawk diff cmp find xargs
	ip ss tc insmod rmmod modprobe lsmod modinfo ps pgrep pkill sysctl free uptime watch top
	mount umount unshare nsenter setsid setpriv dmesg flock taskset chrt hostname prlimit
	nginx curl"
# bpftrace brings LLVM: 60 MB to download, 210 MB in the image.
PEER_PACKAGES="libbpf-tools bpftrace conntrack"
PEER_PROGRAMS="tcpstates-libbpf bpftrace conntrack"

# image_file NAME ARCH
image_file() {
	case $2 in amd64) printf '%s/images/%s.cpio\n' "$CACHE" "$1" ;; *) printf '%s/images/%s-%s.cpio\n' "$CACHE" "$1" "$2" ;; esac
}

# image_path NAME KERNEL: the archive for guests with that kernel.
image_path() { image_file "$1" "$(kernel_arch "$2")"; }

image_stamp() {	# ARCH
	{ cat "$LAB/lib/image.sh" "$LAB/guest-init" "$LAB/nginx.conf"; stat -c %Y "$(root_dir "$(guest_root "$1")").stamp"; } |
		sha256sum | cut -c1-16
}

# image_is_ready NAME ARCH
image_is_ready() { [ "$(cat "$(image_file "$1" "$2").stamp" 2>/dev/null)" = "$(image_stamp "$2")" ]; }

# image_ensure NAME KERNEL
image_ensure() {
	local arch; arch=$(kernel_arch "$2")
	root_ensure "$HOME_SUITE"
	root_ensure "$(guest_root "$arch")"
	image_is_ready "$1" "$arch" || with_lock "image-$1-$arch" image_build "$1" "$arch"
}

# Copies programs of a root, and the libraries that they need, to a tree. The root may be of
# another architecture, whose programs do not run here, so this is not for ldd.
# shellcheck disable=SC2016  # expanded inside the root
IMAGE_COLLECT='
	set -eu
	root=$1 triplet=$2 tree=$3 missing=0; shift 3
	add() {
		[ ! -e "$tree$2" ] || return 0
		install -D "$1" "$tree$2"
		# A script has none.
		readelf -ldW "$1" 2>/dev/null |
			sed -n "s/.*program interpreter: \(.*\)\]/\1/p; s/.*(NEEDED).*\[\(.*\)\]/\1/p" |
			while read -r library; do
				# The interpreter has a path, a library has a name.
				for path in "$root/usr$library" "$root/usr/lib/$triplet/$library" \
					"$root/usr/lib/$library"; do
					[ ! -f "$path" ] || { add "$path" "${path#"$root"}"; continue 2; }
				done
				echo "no library $library, which $1 needs"
				exit 1
			done
	}
	for program; do
		for path in "$root"/usr/bin/"$program" "$root"/usr/sbin/"$program" -; do
			[ ! -e "$path" ] || break
		done
		[ "$path" != - ] || { echo "no program $program in the root"; missing=1; continue; }
		add "$path" "/usr/bin/$program"
	done
	exit $missing
'

image_collect() {	# ARCH TREE PROGRAM...
	local root= arch=$1 tree=$2; shift 2
	[ "$arch" = amd64 ] || root=$(in_cache "$(root_dir "$(guest_root "$arch")")")
	in_root "$HOME_SUITE" bash -c "$IMAGE_COLLECT" collect "$root" "$(triplet "$arch")" \
		"$(in_cache "$tree")" "$@"
}

# The archive is not compressed: unpacking costs more under TCG than copying.
cpio_pack() {	# TREE ARCHIVE, both below the cache
	in_root "$HOME_SUITE" sh -c 'cd "$1" && find . -mindepth 1 | sort |
		cpio --quiet -o -H newc -R 0:0 --reproducible >"$2"' pack "$(in_cache "$1")" "$(in_cache "$2")"
}

image_build() {
	local name=$1 arch=$2 archive tree log
	image_is_ready "$name" "$arch" && return
	archive=$(image_file "$name" "$arch")
	tree=${archive%.cpio}.tree log=$CACHE/log/image-$name-$arch
	say "guest image $name for $arch: packing"
	rm -rf "$tree" && mkdir -p "$tree" "$CACHE/log"
	{
		image_tree_"$name" "$tree" "$arch" && cpio_pack "$tree" "$archive"
	} >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "guest image $name failed; whole log: $log"; }
	rm -rf "$tree"
	image_stamp "$arch" >"$archive.stamp"
}

image_tree_base() {
	local tree=$1 arch=$2 dir
	mkdir -p "$tree"/{proc,sys,dev,run,tmp,root,etc/nginx,lab,usr/{bin,lib,lib64,share},lib/modules} \
		"$tree"/var/{log/nginx,lib/nginx,www}
	rmdir "$tree/lib/modules" "$tree/lib"
	mkdir -p "$tree/usr/lib/modules"
	for dir in lib lib64; do ln -s "usr/$dir" "$tree/$dir"; done
	ln -s usr/bin "$tree/bin"
	ln -s usr/bin "$tree/sbin"
	ln -s bin "$tree/usr/sbin"
	ln -s /proc/self/mounts "$tree/etc/mtab"
	printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'www-data:x:33:33::/:/bin/false' \
		'nobody:x:65534:65534:nobody:/:/bin/false' >"$tree/etc/passwd"
	printf '%s\n' 'root:x:0:' 'www-data:x:33:' 'nogroup:x:65534:' >"$tree/etc/group"
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >"$tree/etc/hosts"
	cp "$LAB/nginx.conf" "$tree/etc/nginx/"
	echo 'hello from nginx' >"$tree/var/www/index.html"
	cp -r "$(root_dir "$(guest_root "$arch")")/usr/share/terminfo" "$tree/usr/share/" 2>/dev/null || true
	# /dev/console must exist before devtmpfs is mounted, or init has no output.
	mknod -m 600 "$tree/dev/console" c 5 1
	install -m 755 "$LAB/guest-init" "$tree/init"
	ln -s gawk "$tree/usr/bin/awk"
	# shellcheck disable=SC2086  # a list of words
	image_collect "$arch" "$tree" $BASE_PROGRAMS
}

# Unpacked, not installed, so that the root does not change. Libraries that the packages lack
# are the root's.
# shellcheck disable=SC2016  # expanded inside the root
PEERS_COLLECT='
	set -eu
	tree=$1 packages=$2; shift 2
	rm -rf /tmp/peers && mkdir -p /tmp/peers/debs/partial /tmp/peers/all
	apt-get update -q
	apt-get install -qy --no-install-recommends --download-only -o Dir::Cache::archives=/tmp/peers/debs $packages
	for deb in /tmp/peers/debs/*.deb; do dpkg-deb -x "$deb" /tmp/peers/all; done
	for program; do
		path=$(find /tmp/peers/all/usr/bin /tmp/peers/all/usr/sbin -name "$program" | head -n 1)
		[ -n "$path" ] || { echo "no program $program in $packages"; exit 1; }
		install -D "$path" "$tree/usr/bin/$program"
		LD_LIBRARY_PATH=/tmp/peers/all/usr/lib/x86_64-linux-gnu ldd "$path" |
			sed -n "s/^\(.*=> \)\?[[:space:]]*\(\/[^ ]*\).*/\2/p" | while read -r library; do
			to=${library#/tmp/peers/all}
			case $to in /usr/*) ;; *) to=/usr$to ;; esac
			[ -e "$tree$to" ] || install -D "$library" "$tree$to"
		done
	done
	rm -rf /tmp/peers
'

# apt works on one root at a time.
image_tree_peers() {
	mkdir -p "$1"
	# shellcheck disable=SC2086
	with_lock "root-$HOME_SUITE" in_root "$HOME_SUITE" sh -c "$PEERS_COLLECT" collect "$(in_cache "$1")" \
		"$PEER_PACKAGES" $PEER_PROGRAMS
}

# lab_tree KERNEL DIR: what every guest has in /lab: reader, helpers, scenarios, and what runs them.
lab_tree() {
	mkdir -p "$2/bin" "$2/test"
	cp "$(tools_bin "$1")"/* "$2/bin/" 2>/dev/null || true
	cp -r "$TREE"/scripts/test/. "$2/test/" 2>/dev/null || true
	install -m 644 "$TREE/README.md" "$2/README.md"
	install -m 755 "$LAB/guest-run" "$2/run-scenarios"
	install -m 755 "$LAB/guest-init" "$2/init"
	install -m 644 "$LAB/guest-watch.sh" "$2/watch.sh"
	install -m 755 "$LAB/demo-guest.sh" "$2/demo.sh"
}

# overlay_build KERNEL DIR: packs module, reader, helpers and scenarios as DIR/overlay.cpio.
overlay_build() {
	local kernel=$1 dir=$2 tree release modules
	tree=$dir/overlay release=$(kernel_release "$kernel")
	rm -rf "$tree" && mkdir -p "$tree/lab" "$tree/usr/lib/modules/$release/extra"
	modules=$(tree_dir "$kernel")
	cp "$modules/tcpfsm.ko" "$tree/lab/"
	find "$(kernel_dir "$kernel")/modules" -name '*.ko' -exec cp -t "$tree/usr/lib/modules/$release/extra" {} +
	in_root "$HOME_SUITE" depmod -b "/cache/${tree#"$CACHE"/}/usr" -m /lib/modules "$release" 2>/dev/null ||
		in_root "$HOME_SUITE" depmod -b "$(in_cache "$tree")" "$release" 2>/dev/null || true
	lab_tree "$kernel" "$tree/lab"
	cpio_pack "$tree" "$dir/overlay.cpio"
	rm -rf "$tree"
}
