# SPDX-License-Identifier: GPL-2.0
# top on a terminal, with the running module: it begins with what is alive, follows it, and leaves the
# terminal as it was after q and after SIGTERM.
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

export TERM=xterm
KEYS=$SCENARIO_DIR/keys
SCREEN=$SCENARIO_DIR/screen
explain() { sed 's/\x1b/^[/g' "$SCREEN"; }

# begin_top: in a terminal of 80 x 24, which reads its keys from file 9
begin_top() {
	rm -f "$KEYS"
	mkfifo "$KEYS"
	: >"$SCREEN"
	script -qec "stty cols 80 rows 24; stty -a >$SCENARIO_DIR/stty1; reader top; echo status \$?; stty -a >$SCENARIO_DIR/stty2" \
		/dev/null <"$KEYS" >"$SCREEN" &
	terminal=$!
	exec 9>"$KEYS"
}
shows() { grep -q -e "$1" "$SCREEN"; }
# A picture has only what changed in it, but a new filter's rows come one below the other.
press() { printf '%s' "$1" >&9; }

case_begin "it shows the connections that there are, and those that come; q ends it, and the terminal is as before"
load
start held packet 'comm holder' 'listen s 127.0.0.1 5000' 'connect c 127.0.0.1 5000 40001' 'accept a s' 'say ready' "await $SCENARIO_DIR/go" \
	'connect d 127.0.0.1 5000 40002' 'say more' "await $SCENARIO_DIR/end"
holder=$!
wait_for 10 "the connections" grep -qx ready "$SCENARIO_DIR/held"
begin_top
wait_for 20 "what is alive" shows '3 alive, 3 shown'
expect "the listener" shows 'LISTEN.*holder/'
expect "an end of the connection" shows 'ESTABLISHED.*holder/'
: >"$SCENARIO_DIR/go"
wait_for 20 "the next connection" shows ':40002'
press q
wait $terminal
exec 9>&-
expect "status 0" shows 'status 0'
expect_lines "$(<"$SCENARIO_DIR/stty1")" "$(<"$SCENARIO_DIR/stty2")" "the terminal"

case_begin "SIGTERM ends it, and the terminal is as before"
begin_top
wait_for 20 "a picture" shows 'ESTABLISHED.*holder/'
kill -TERM "$(pgrep -x reader)"
wait $terminal
exec 9>&-
expect "status 0" shows 'status 0'
expect_lines "$(<"$SCENARIO_DIR/stty1")" "$(<"$SCENARIO_DIR/stty2")" "the terminal"
: >"$SCENARIO_DIR/end"
wait $holder || true
