# SPDX-License-Identifier: GPL-2.0
# No output has a kernel address, or a byte of memory that was not written, even where a record
# overwrites one with more fields.
# only: thorough
# shellcheck shell=bash
. "$LAB_TEST/storm.sh"
. "$LAB_TEST/wire.sh"

# An address as %px, %lx and %llu print it; and a hash as %p prints it, which looks like one.
ADDRESS='(^|[^0-9a-f])(0x)?ffff[89a-f][0-9a-f]{11}([^0-9a-f]|$)|(^|[^0-9])1844[0-9]{16}([^0-9]|$)|(^|[^0-9a-f])[0-9a-f]{16}([^0-9a-f]|$)'

case_begin "the pattern finds an address"
expect "as in kallsyms" grep -qE "$ADDRESS" <<<"$(grep -m 1 ' tcp_v4_rcv$' /proc/kallsyms)"
expect "in decimal" grep -qE "$ADDRESS" <<<"x 18446744071578845184 y"
expect "hashed" grep -qE "$ADDRESS" <<<"at 00000000c0ffee01"

# Every kind of line: of sockets, requests and timewait sockets, with and without a peer.
act() {
	packet tun "listen s $HERE 5000" "wire half $THERE 7001 5000" 'inject half S mss=1460' 'expect half SA' 'inject half R' \
		"wire out $THERE 7002 40002" "start out $THERE 7002 40002" 'expect out S' 'inject out RA' \
		"wire gone $THERE 7003 40003" "start gone $THERE 7003 40003" 'expect gone S' 'icmp gone host'
	peer 'comm fifteen-letters' "refused c $LOOPBACK 5999" "listen s $LOOPBACK 5000" "many 3 $LOOPBACK 5000 s" \
		"many 3 $LOOPBACK 5000 s exchange" "many 3 $LOOPBACK 5000 s reset" "connect d $LOOPBACK 5000" 'accept e s' \
		'disconnect d' "again d $LOOPBACK 5000" 'close s'
}

case_begin "no file and no message in the kernel log has an address"
load records=64 flows=64
for_both act
for file in log flows stats matrix; do
	expect_lines "" "$(cat $PROC/$file $ALL/$file | grep -E "$ADDRESS")" "$file"
done
echo port=70000 2>/dev/null >$ALL/filter || true
expect_match "filter" '.*refused.*' "$(<$ALL/filter)"
expect_lines "" "$(grep -E "$ADDRESS" $ALL/filter)" "filter"
expect_lines "" "$(reader -x --since-load -n "$(records)" | grep -E "$ADDRESS")" "reader"
expect_lines "" "$(dmesg | grep 'tcpfsm: ' | sed 's/^\[[^]]*\]//' | grep -E "$ADDRESS")" "the kernel log"
expect_eq "raw's header" "" "$(head -c 64 $ALL/raw | od -An -v -t x8 -w8 | grep -E '^ *ffff[89a-f]' || true)"

# A ring is overwritten again and again: by records with all fields, then by records with few.
case_begin "records=16, overwritten by full and empty records in turn: unknown fields are zero"
load records=16
witness_begin all $ALL/raw fresh
witness_begin here $PROC/raw fresh
for _ in 1 2 3; do
	for cpu in 0 1; do
		taskset -c $cpu peer 'comm fifteen-letters' 'listen s ::1 5000' 'many 5 ::1 5000 s exchange' 'close s'
		taskset -c $cpu peer 'comm x' 'listens 5 127.0.0.1 5001' 'refused c 127.0.0.1 5999' 'listens 3 ::1 5001'
	done
	for_both act
done
witnesses_end
witness <$ALL/raw "until=$LAST" >"$SCENARIO_DIR/held" 2>"$SCENARIO_DIR/held.wrong"
for name in all here held; do
	expect_lines "unreported 0
disorder 0
dirty 0
odd 0
addresses 0" "$(grep -E '^(unreported|disorder|dirty|odd|addresses) ' "$SCENARIO_DIR/$name")" "$name: $(<"$SCENARIO_DIR/$name.wrong")"
	# Records that were overwritten before the open() are no loss of this reader: the line before
	# another may be missing, since it was in the ring of another CPU or of half-open connections.
	[ $name = held ] || expect_eq "$name: broken chains" 0 "$(said $name broken)"
	expect "$name: records" test "$(said $name records)" -gt 16
done
expect "they were overwritten" test "$(machine_stat overwritten)" -gt 100
