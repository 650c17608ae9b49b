# SPDX-License-Identifier: GPL-2.0
# What the scenarios of the packages use. They run in this order, each on what the one before left.
# shellcheck shell=bash

PATH=/usr/sbin:$PATH
KERNEL=$(uname -r)
# scripts/lab/packages has built them.
read -r OLD NEW < <(find /lab/debs -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | xargs)

listening() { init_ns ss -Hltn "sport = :$1" | grep -q .; }

# web_server: nginx, as its package starts it, in the initial namespace; and curl.
web_server() {
	apt install nginx-light curl
	wait_for 60 "a web server" listening 80
}

# expect_ladder TEXT: of a page that curl has fetched from there.
expect_ladder() {
	expect_match "its summary" 'opened by curl in 3 segments; closed first by curl, in [34] segments' "$(grep '^opened' <<<"$1")"
	expect_match "its ends" ' *curl/[0-9]+ [^ ]+ +nginx/[0-9]+ .*' "$(grep -m 1 'nginx/' <<<"$1")"
}

# traces: files named after tcpfsm, directories of modules that DKMS has made, and entries of depmod.
traces() {
	find / -xdev \( -path /proc -o -path /sys -o -path /tmp -o -path /lab -o -path /var/log \) -prune -o -name '*tcpfsm*' -print
	find /lib/modules/ -mindepth 2 -name updates
	! grep -H tcpfsm /lib/modules/*/modules.dep || true
}
