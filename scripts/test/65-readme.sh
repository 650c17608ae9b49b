# SPDX-License-Identifier: GPL-2.0
# The commands of README that need no more than the module and the reader, typed at a terminal as
# README has them. Each answers its question, and ends with status 0, by itself or by Ctrl-C.
# Meanwhile curl fetches pages and is refused, and one program forgets to close a connection.
# seconds: 400
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/readme.sh"

# answered() takes the colours out.
export TERM=xterm
HERE=$SCENARIO_DIR/tcpfsm
mkdir -p "$HERE/tools"
cd "$HERE"
cp "$MODULE_FILE" .
cp "$(command -v reader)" tools/
printf '#!/bin/sh\nexec curl -s -o /dev/null http://localhost/\n' >program
printf '#!/bin/sh\ntouch alarmed\n' >alarm
chmod +x program alarm

# answer COMMAND: a line of the answer, as a regex, in $line, and in $file the file that has it.
answer() {
	file=screen
	case $1 in
	'insmod tcpfsm.ko')		file=/sys/module/tcpfsm/initstate line=live ;;
	'cat /proc/net/tcpfsm/log')	line='.* CLOSED->SYN_SENT +- +connect +curl/[0-9]+ .*' ;;
	'tools/reader')			line='.*:80 .* SYN_RCVD->ESTABLISHED .* rcv_ack' ;;
	'tools/reader port = :443')	line='.* 127\.0\.0\.1:443 .* SYN_SENT->CLOSED .* rcv_rst' ;;
	'tools/reader comm nginx')	line='.*:80 .* ESTABLISHED->CLOSE_WAIT .* rcv_fin' ;;
	*' ladder '*)			line='opened by curl in 3 segments; .*' ;;
	*' life')			line='.*:80 .* pas .* close +peer .* nginx/[0-9]+' ;;
	*' life --failed')		line='.* 127\.0\.0\.1:443 .* act .* refused .* curl/[0-9]+' ;;
	*' handshakes --failed')	line='.* 127\.0\.0\.1:443 .* active .* refused .* curl/[0-9]+' ;;
	*' handshakes --histogram '*)	line='passive: [1-9][0-9]* established, 0 failed' ;;
	*' flows')			line='LISTEN .* 127\.0\.0\.1:80 .* nginx/[0-9]+' ;;
	*" flows 'state close-wait "*)	line='CLOSE_WAIT .*:5000 .* leak/[0-9]+' ;;
	*' flows --count owner '*)	line='[1-9][0-9]* +curl/[0-9]+' ;;
	*' summary --by peer '*)	line='127\.0\.0\.1 .*' ;;
	*' top')			line='.*LISTEN.*nginx/[0-9]+.*' ;;
	*' expect '*)			line='reader: 1 connection, all as expected' ;;
	*' watch '*)			line='.* CLOSE_WAIT .*:5000 .* leak/[0-9]+' ;;
	*' metrics')			line='tcpfsm_connection_states\{state="close_wait"\} 1' ;;
	*' matrix '*)			line='SYN_SENT +ESTABLISHED +[1-9].*' ;;
	*' explain'|*' explain rcv_rst')	line=rcv_rst ;;
	*' report -r FILE >report.html')	file=report.html line='.*<svg .*' ;;
	*' -o perfetto -r FILE >trace.json')	file=trace.json line='.*"name": ?"SYN_SENT".*' ;;
	*' -w trace')			file=trace line='.*tcpfsm.*' ;;
	'echo clear >'*)		file=$PROC/filter line=clear ;;
	'echo '*'>/proc/net/tcpfsm/filter')	file=$PROC/filter line='port=80,443 raddr=10\.0\.0\.0/8' ;;
	*)				return 1 ;;
	esac
}

answered() { init_ns cat "$file" | tr -d '\r' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | grep -aqxE -e "$line"; }
leaking() { init_ns tools/reader flows 'state close-wait and dwell > 60s' | grep -q '^CLOSE_WAIT'; }
explain() { cat -v screen; }

# ask COMMAND: at a terminal, and Ctrl-C once it has answered.
ask() {
	local status=0
	printf '%s\n' "$1" >typed
	: >screen
	rm -f keys
	mkfifo keys
	SHELL=/bin/bash script -qefc 'stty cols 100 rows 30; nsenter -t 1 -n bash ./typed' /dev/null <keys >screen &
	exec 9<>keys
	wait_for 40 "a line $line in $file" answered
	[[ $1 == *' --for '* ]] || printf '\003' >&9
	wait $! || status=$?
	exec 9>&-
	expect_eq "status" 0 "$status"
}

traffic() {
	while :; do
		curl -s -o /dev/null http://127.0.0.1/ || true
		curl -s -o /dev/null http://127.0.0.1:443/ || true
		sleep 0.2
	done
}

case_begin "this test knows each command of README, or another one runs it"
while IFS= read -r command; do
	expect "'$command' has a test" readme_runs "$command"
done < <(readme_commands)

case_begin "insmod tcpfsm.ko"
answer 'insmod tcpfsm.ko'
ask 'insmod tcpfsm.ko'
start leak init_ns peer 'comm leak' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000' 'accept a s' 'close c' pause
init_ns nginx
start traffic init_ns bash -c "$(declare -f traffic); traffic"
init_ns tools/reader -w FILE -n 23

while IFS= read -r command; do
	[ "$(readme_runs "$command")" = 65-readme ] || continue
	[[ $command != insmod* ]] || continue
	case_begin "$command"
	answer "$command" || fail "it has no answer in this test"
	[[ $command != *'dwell > 60s'* ]] || wait_for 90 "a minute in CLOSE_WAIT" leaking
	ask "$command"
done < <(readme_commands)

case_begin "the alarm rang"
expect "its mark" test -e alarmed
