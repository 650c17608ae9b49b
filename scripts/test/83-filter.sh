# SPDX-License-Identifier: GPL-2.0
# Transitions that pass the filter are recorded, all others are counted and are no loss to a reader;
# and the permissions of the file. What matches does not depend on the kernel; 83-filter-flows does.
# seconds: 180
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/filter.sh"

# How many transitions were recorded, and how many filtered out, so far.
seen=0 out=0

# passes FILTER COUNT CONDITION: of act's 24 lines, the COUNT that meet awk's CONDITION are recorded.
passes() {
	local expected got
	filter "$1"
	act
	mapfile -t expected < <(awk "$3" <<<"$ALL")
	mapfile -t got < <(transitions | tail -n +$((seen + 1)) | sort)
	expect_eq "$1: lines expected" "$2" "${#expected[@]}"
	expect_lines "$(printf '%s\n' "${expected[@]}")" "$(printf '%s\n' "${got[@]}")" "$1: lines"
	seen=$((seen + ${#got[@]})) out=$((out + 24 - $2))
	expect_eq "$1: filtered" $out "$(stat_of filtered)"
}

case_begin "without a filter everything is captured"
load
expect_lines "clear" "$(shown)"
act
seen=24
expect_lines "$ALL" "$(transitions | sort)"
expect_eq "filtered" 0 "$(stat_of filtered)"

case_begin "family is the socket's: an IPv6 socket that uses IPv4 is ipv6"
passes family=ipv4 8 '/:5000|:40001/'
passes family=ipv6 16 '!/:5000|:40001/'
passes family=ipv4,ipv6 24 1

case_begin "port is either end's, lport this end's, rport the peer's"
passes port=5000 8 '/:5000/'
passes port=40002 6 '/:40002/'
passes port=9 0 0
passes lport=5000 5 '$1 ~ /:5000$/'
passes lport=40001 3 '$1 ~ /:40001$/'
passes rport=5000 3 '$2 ~ /:5000$/'
passes rport=9 0 0

case_begin "ports may be ranges, both ends included, and lists of them"
passes port=5000-5001 16 '/:500[01]/'
passes lport=4999,40002-40003,65535 6 '$1 ~ /:4000[23]$/'
passes rport=40003-65535 3 '$2 ~ /:40003$/'
passes port=0-65535 24 1

case_begin "an unknown peer meets no condition, not even one that covers all ports or addresses"
passes rport=0-65535 18 '$2 != "-"'
passes raddr=0.0.0.0/0,::/0 18 '$2 != "-"'

case_begin "addr is either end's; an IPv4-mapped address of an IPv6 socket is IPv4"
passes addr=127.0.0.1 14 '/127[.]0[.]0[.]1/'
passes addr=127.0.0.2 0 0
passes addr=::1 8 '/::1]/'
passes addr=::ffff:127.0.0.1 14 '/127[.]0[.]0[.]1/'
passes laddr=127.0.0.1 14 '$1 ~ /^127/'
passes raddr=127.0.0.1 12 '$2 ~ /^127/'
passes raddr=::1 6 '$2 ~ /^\[::1/'

case_begin "prefixes: 0.0.0.0/0 is all of IPv4, ::/0 all of IPv6, and lists of them"
passes addr=127.0.0.0/8 14 '/127[.]/'
passes addr=128.0.0.0/1 0 0
passes addr=0.0.0.0/0 14 '/127[.]/'
passes laddr=::/0 10 '/::/'
passes laddr=::/127 10 '/::/'
passes laddr=::1/128,127.0.0.2/31 8 '/::1/'
passes laddr=10.0.0.0/8,127.0.0.0/30,2001:db8::/32 14 '/127[.]/'

case_begin "netns is an inode number"
here=$(stat -Lc %i /proc/self/ns/net)
passes "netns=$here" 24 1
passes "netns=$(init_ns stat -Lc %i /proc/self/ns/net)" 0 0
passes "netns=1,$here" 24 1

case_begin "new is the state that begins, one of a set"
passes new=ESTABLISHED 6 '/->ESTABLISHED/'
passes new=SYN-RECEIVED 3 '/->SYN_RCVD/'
passes new=listen,unconn 12 '/->(LISTEN|CLOSED)/'
passes new=TIME-WAIT,FIN-WAIT-1 0 0

case_begin "all conditions must be met"
passes 'family=ipv6 addr=127.0.0.1' 6 '/127.*(5002|40003)/'
passes 'lport=5000-5002 new=ESTABLISHED family=ipv6' 2 '$1 ~ /:500[12]$/ && /->ESTABLISHED/'
passes 'lport=5000 rport=5000' 0 0
passes "netns=$here new=SYN_RCVD raddr=127.0.0.0/8 laddr=127.0.0.1 rport=40001 lport=5000 port=5000 family=ipv4 addr=127.0.0.1" \
	1 '/:5000 .*->SYN_RCVD/'

case_begin "a transition that was filtered out is no gap, no loss, and no hole in the sequence numbers"
load
act
seen=24 out=0
passes lport=5000 5 '$1 ~ /:5000$/'
filter ''
act
expect_eq "recorded" 53 "$(stat_of recorded)"
expect_eq "filtered" 19 "$(stat_of filtered)"
expect_eq "the machine's" "53 19" "$(machine_stat recorded) $(machine_stat filtered)"
expect_lines "" "$(awk '$11 ~ /gap/' $PROC/log)" "notes of a gap"
holes() {
	sed 's/.*"seq":\([0-9]*\),.*"cpu":\([0-9]*\),"ring":\([0-9]*\),.*/\2.\3 \1/' |
		awk '/lost/ { print } ($1 in last) && $2 != last[$1] + 1 { print "after", last[$1], "comes", $2 }
			!($1 in last) && $2 != 1 { print "begins with", $2 } { last[$1] = $2 } END { print NR }'
}
expect_lines 53 "$(reader -o json --since-load -n 53 | holes)" "raw, here"
expect_lines 53 "$(init_ns reader -o json --since-load -n 53 | holes)" "raw, in the initial namespace"
expect_eq "reader_lost" "0 0" "$(stat_of reader_lost) $(machine_stat reader_lost)"

case_begin "clear resets the machine's matrix, not a namespace's; an empty line or a bad filter resets nothing"
load
act
expect_eq "the machine's" 24 "$(machine_matrix_sum)"
filter ''
expect_not "a bad filter" filter 'clear all'
expect_eq "the machine's, still" 24 "$(machine_matrix_sum)"
filter clear
expect_eq "the machine's, cleared" 0 "$(machine_matrix_sum)"
expect_eq "the namespace's" 24 "$(matrix_sum)"
expect_eq "counters are not cleared" "24 24" "$(stat_of recorded) $(machine_stat recorded)"
filter port=5000
act
expect_eq "the machine's, since" 24 "$(machine_matrix_sum)"
expect_eq "the namespace's" 48 "$(matrix_sum)"
expect_eq "cells below zero" "" "$(init_ns grep -- '[0-9]\{12,\}' $PROC/matrix || true)"
filter clear
expect_eq "cleared again" 0 "$(machine_matrix_sum)"

case_begin "rmmod with a filter, and the next load captures everything"
load
filter port=9
load
expect_lines "clear" "$(shown)"
act
expect_eq "recorded" 24 "$(stat_of recorded)"
filter port=9

# --- permissions ---

without() { init_ns setpriv --inh-caps=-"$1" --bounding-set=-"$1" "${@:2}"; }
nobody() { init_ns setpriv --reuid "$1" --regid "$2" --clear-groups --inh-caps=-all --bounding-set=-all "${@:3}"; }
into() { dd of=$PROC/filter bs=4096 conv=notrunc status=none <<<"$1"; }

case_begin "only the initial namespace has the file"
expect "in the initial namespace" init_ns test -f $PROC/filter
expect_not "here" test -e $PROC/filter
expect_lines "log follow raw flows stats matrix" "$(cd $PROC && for f in log follow raw flows stats matrix filter; do [ ! -e $f ] || echo $f; done | xargs)"
if [ "$(cat /proc/sys/user/max_user_namespaces)" -gt 0 ]; then
	expect_not "in a container's" as_nobody unshare -Urn test -e $PROC/filter
fi

case_begin "other users neither read nor write it"
load
filter port=443
expect_lines "640 0 0" "$(init_ns stat -c '%a %u %g' $PROC/filter)"
export -f into
export PROC
expect_match "reading" '.*Permission denied' "$(nobody 65534 65534 cat $PROC/filter 2>&1 || true)"
expect_match "writing" '.*Permission denied' "$(nobody 65534 65534 bash -c 'into port=1' 2>&1 || true)"
expect_lines "port=443" "$(shown)"

case_begin "uid= and gid= may read it; writing takes CAP_NET_ADMIN"
load uid=1234 gid=55
filter port=443
expect_lines "640 1234 55" "$(init_ns stat -c '%a %u %g' $PROC/filter)"
expect_lines "port=443" "$(nobody 1234 65534 cat $PROC/filter)" "its owner reads"
expect_lines "port=443" "$(nobody 65534 55 cat $PROC/filter)" "its group reads"
expect_match "its group writes" '.*Permission denied' "$(nobody 65534 55 bash -c 'into port=1' 2>&1 || true)"
expect_match "its owner writes" '.*Operation not permitted' "$(nobody 1234 55 bash -c 'into port=1' 2>&1 || true)"
expect_lines "port=443" "$(shown)"

case_begin "root without CAP_NET_ADMIN can neither read nor write it"
load
filter port=443
expect_match "to read it" '.*Permission denied' "$(without net_admin cat $PROC/filter 2>&1 || true)"
expect_match "to open it for writing" '.*failed to open.*Operation not permitted' "$(without net_admin bash -c 'into port=1' 2>&1 || true)"
expect "without another capability" without sys_admin bash -c 'into port=444'
expect_lines "port=444" "$(shown)"

case_begin "a process without CAP_NET_ADMIN cannot write to a file that was opened with it"
init_ns bash -c "exec 9>$PROC/filter; setpriv --inh-caps=-net_admin --bounding-set=-net_admin bash -c 'echo port=1 >&9'" \
	>"$SCENARIO_DIR/handed" 2>&1 || true
expect_match "the write" '.*Operation not permitted' "$(<"$SCENARIO_DIR/handed")"
expect_lines "port=444" "$(shown)"

if [ "$(cat /proc/sys/user/max_user_namespaces)" -gt 0 ]; then
	case_begin "root of a user namespace cannot write, even if it owns the file"
	load uid=65534
	expect_match "to write" '.*Operation not permitted' "$(nobody 65534 65534 unshare -Ur bash -c 'into port=1' 2>&1 || true)"
	expect_lines "clear" "$(shown)"
else
	skip_case "root of a user namespace cannot write" "no user namespaces here"
fi

case_begin "an open filter keeps the module in use"
mkfifo "$SCENARIO_DIR/go"
start holder init_ns bash -c "exec 9<>$PROC/filter; echo open; read -r _ <$SCENARIO_DIR/go || true"
wait_for 5 "it is open" grep -q open "$SCENARIO_DIR/holder"
expect_not "rmmod" rmmod "$MODULE"
: >"$SCENARIO_DIR/go"
wait $!
expect "rmmod, later" unload
