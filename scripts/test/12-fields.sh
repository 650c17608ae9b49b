# SPDX-License-Identifier: GPL-2.0
# The fields of a line agree with what the kernel reports elsewhere: cookie, namespace, process,
# counts. Unknown fields are marked as unknown.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

# json FIELD OLD NEW: that field of each record of that transition.
json() {
	reader -o json --since-load -n "$(records)" |
		grep "\"old\":\"$2\",\"new\":\"$3\"" | sed "s/.*\"$1\":\\(\\[[^]]*\\]\\|{[^}]*}\\|[^,}]*\\).*/\\1/"
}

load
mapfile -t cookies < <(echo $BASHPID >"$SCENARIO_DIR/pid"; exec peer 'comm scenario-12' 'listen s 127.0.0.1 5000' 'cookie s' \
	'connect c 127.0.0.1 5000 40001' 'cookie c' 'accept a s' 'cookie a' \
	'send c 1009' 'recv a 1009' 'send a 503' 'recv c 503' \
	'close c' 'eof a' 'close a')
wait_for 5 "12 records" has_records 12

case_begin "the id is the socket's cookie, from SYN_SENT to CLOSED"
expect_eq "three cookies were made" 3 "${#cookies[@]}"
expect_lines "${cookies[0]} CLOSED->LISTEN
${cookies[0]} LISTEN->CLOSED" "$(awk '$5 == "-" && $3 != "-" { print $3, $6 }' $PROC/log)"
expect_eq "ids of the client's lines" "${cookies[1]}" \
	"$(awk '$4 == "127.0.0.1:40001" { print $3 }' $PROC/log | sort -u)"
expect_eq "ids of the server's lines" "${cookies[2]}" \
	"$(awk '$4 == "127.0.0.1:5000" && $5 != "-" { print $3 }' $PROC/log | sort -u)"

case_begin "the namespace is its inode number"
expect_eq "NETNS" "$(stat -Lc %i /proc/self/ns/net)" "$(awk 'NR > 1 { print $2 }' $PROC/log | sort -u)"

case_begin "bytes and segments are the socket's own; counters that were not read are null"
# SYN and FIN count as a byte each once acknowledged (net/ipv4/tcp_input.c:tcp_snd_una_update).
expect_eq "client's bytes_out at the end" 1011 "$(json bytes_out FIN_WAIT_2 TIME_WAIT)"
expect_eq "server's bytes_in at the end" 1010 "$(json bytes_in LAST_ACK CLOSED)"
expect_eq "client's bytes_in before the FIN" 503 "$(json bytes_in ESTABLISHED FIN_WAIT_1)"
expect_eq "retrans" 0 "$(json retrans FIN_WAIT_2 TIME_WAIT)"
expect_match "srtt_us, known since the handshake" '[1-9][0-9]*' "$(json srtt_us SYN_SENT ESTABLISHED)"
expect_eq "srtt_us before it" null "$(json srtt_us CLOSED SYN_SENT)"
expect_eq "min_rtt_us before it" null "$(json min_rtt_us CLOSED SYN_SENT)"

case_begin "the actor is the process in the system call; softirq has none"
expect_match "actor of connect()" 'scenario-12/[0-9]+' "$(awk '$6 == "CLOSED->SYN_SENT" { print $10 }' $PROC/log)"
expect_match "actor of close()" 'scenario-12/[0-9]+' "$(awk '$6 == "ESTABLISHED->FIN_WAIT_1" { print $10 }' $PROC/log)"
expect_lines "-
-" "$(awk '$6 ~ /SYN_RCVD/ { print $10 }' $PROC/log)" "softirq has no actor"

case_begin "the owner is the process that connected, listened and accepted, on every line"
pid=$(<"$SCENARIO_DIR/pid")
expect_eq "OWNER" "scenario-12/$pid" "$(awk 'NR > 1 { print $9 }' $PROC/log | sort -u)"
expect_eq "in JSON" "{\"pid\":$pid,\"uid\":0,\"comm\":\"scenario-12\"}" "$(json owner SYN_RCVD ESTABLISHED)"

case_begin "the cause is one word, in JSON too; the dwell in CLOSED is unknown"
expect_lines "rcv_syn" "$(awk '$6 == "LISTEN->SYN_RCVD" { print $8 }' $PROC/log)"
expect_eq "cause in JSON" '"rcv_syn"' "$(json cause LISTEN SYN_RCVD)"
expect_eq "errno where there is none" null "$(json errno LISTEN SYN_RCVD)"
expect_eq "dwell in CLOSED" null "$(json dwell_ns CLOSED SYN_SENT)"

case_begin "dwell is the time between a connection's lines"
expect_lines "" "$(awk '$3 != "-" && $6 ~ /->/ {
		split($1, t, "[:Z]"); now = t[2] * 60 + t[3]
		if (($3 in last) && ((d = now - last[$3] - $7) > 0.000002 || d < -0.000002) && now >= last[$3])
			print $3, $6, "dwell", $7, "but", now - last[$3]
		last[$3] = now }' $PROC/log)"

case_begin "a hostile command name breaks no line and no column"
load
peer $'comm a\tb\n\e[31m\\' 'listen s 127.0.0.1 5001' 'close s'
wait_for 5 "2 records" has_records 2
expect_match "the actor is one escaped word" 'a\\x09b\\x0a\\x1b\[31m\\x5c/[0-9]+' \
	"$(awk '$6 == "CLOSED->LISTEN" { print $10 }' $PROC/log)"
expect_eq "words in a line" 11 "$(awk 'NR > 1 { print NF }' $PROC/log | sort -u)"
expect_eq "lines" 3 "$(wc -l <$PROC/log)"

case_begin "the clock is the wall clock, in UTC"
load
before=$(date -u +%Y-%m-%dT%H:%M:%S.%N)
peer 'listen s 127.0.0.1 5001' 'close s'
after=$(date -u +%Y-%m-%dT%H:%M:%S.%N)
seen=$(awk 'NR == 2 { print $1 }' $PROC/log)
expect_lines "$(printf '%s\n' "$before" "${seen%Z}" "$after")" \
	"$(printf '%s\n' "$before" "${seen%Z}" "$after" | sort)" "before, seen, after"
