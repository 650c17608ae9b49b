# SPDX-License-Identifier: GPL-2.0
# Only the owner reads the files; root of a container reads its own namespace and nothing else.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

load
peer 'listen s 127.0.0.1 5000' 'many 3 127.0.0.1 5000 s' 'close s'

for file in log follow raw flows stats matrix; do
	case_begin "$file is not readable by everybody"
	expect_match "as nobody" '.*Permission denied.*' "$(as_nobody head -c 1 $PROC/$file 2>&1 || true)"
	expect_match "as root, to write" '.*Permission denied.*|.*Input/output error.*|.*Invalid argument.*' \
		"$( (echo x >$PROC/$file) 2>&1 || true)"
done

case_begin "root of a user namespace reads the namespace it owns, and only that"
if [ "$(cat /proc/sys/user/max_user_namespaces)" -gt 0 ]; then
	expect_lines "127.0.0.1:6000 - CLOSED->LISTEN listen
127.0.0.1:6000 - LISTEN->CLOSED close" "$(as_nobody unshare -Urn bash -c '
		ip link set lo up
		peer "listen s 127.0.0.1 6000" "close s"
		cat /proc/net/tcpfsm/log' | transitions /dev/stdin)"
	expect_match "without capabilities in it" '.*Permission denied.*' \
		"$(as_nobody unshare -Urn setpriv --inh-caps=-all --bounding-set=-all cat $PROC/log 2>&1 || true)"
	expect_match "the initial namespace's, from inside" '.*Permission denied.*' \
		"$(as_nobody unshare -Ur cat /proc/1/net/tcpfsm/log 2>&1 || true)"
else
	skip "no user namespaces here"
fi

case_begin "uid 0 without CAP_NET_ADMIN cannot read; the user of uid= and the group of gid= can"
# first USER GROUP [-CAPABILITY]: the first bytes of the whole machine's log, or why not.
first() {
	init_ns setpriv --reuid "$1" --regid "$2" --clear-groups --inh-caps="${3:--all}" --bounding-set="${3:--all}" \
		head -c 4 $PROC/log 2>&1 || true
}
load
expect_match "uid 0" '.*Permission denied.*' "$(first 0 0 -net_admin)"
load uid=65534
expect_lines "TIME" "$(first 65534 65533)" "the user"
expect_match "another one" '.*Permission denied.*' "$(first 65532 65533)"
load gid=65533
expect_lines "TIME" "$(first 65534 65533)" "the group"
expect_match "another one" '.*Permission denied.*' "$(first 65534 65532)"

load
case_begin "no kernel pointer in any output"
expect_lines "" "$(cat $PROC/log $PROC/flows $PROC/stats $PROC/matrix | grep -E '\bffff[0-9a-f]{12}\b')"
expect_lines "" "$(timeout 1 cat $PROC/raw | od -An -v -t x8 -w8 | grep -E '^ *ffff[89a-f][0-9a-f]{11}$')" "in raw"
