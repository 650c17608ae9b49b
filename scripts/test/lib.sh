# SPDX-License-Identifier: GPL-2.0
# What every scenario uses: cases, expectations, waiting, the module in a known state.
# shellcheck shell=bash
#
# A scenario is a file NN-name.sh; its first comment says what happens and what the
# module must print. It runs as root in a fresh network namespace (lo is up) with
# the module not loaded, under set -eEu, and consists of cases:
#
#   case_begin "a connect is refused: CLOSED->SYN_SENT->CLOSED, nothing else"
#   load
#   ...
#   expect_lines "$(printf '%s\n' ...)" "$(...)"
#
# A case is ok when at least one expectation is met and none is missed. After a missed
# expectation the scenario goes on; fail, a wait_for that times out and a command that
# fails end it. The case is reported when it ends.

MODULE=tcpfsm
MODULE_FILE=/lab/tcpfsm.ko

# --- shared with the runner ---

# report LINE: to the host, and to the console.
report() { printf '%s\n' "$1" >&3; printf '%s\n' "$1"; }

# verdict ok|not ok|skip CASE [DETAIL...]
verdict() {
	local word=$1 name=$2; shift 2
	printf '%s\n' "$word" >>"$SCENARIO_DIR/tally"
	report "$word $SCENARIO $name"
	[ $# = 0 ] || printf '%s\n' "$@" | sed '/^$/d' | while IFS= read -r line; do report "# $line"; done
}

scenario_case() { cat "$SCENARIO_DIR/case" 2>/dev/null || echo "the scenario"; }

module_loaded() { [ -d "/sys/module/$MODULE" ]; }

# unload_within SECONDS: unloads the module if it is loaded; retries while it is in use.
unload_within() {
	local end=$((SECONDS + $1))
	while module_loaded; do
		rmmod "$MODULE" 2>/dev/null && return
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# --- cases ---
# The results of a case are kept in files, so that an expectation in a subshell counts too.

case_begin() {
	case_end
	printf '%s\n' "$1" >"$SCENARIO_DIR/case"
	: >"$SCENARIO_DIR/met"
	: >"$SCENARIO_DIR/missed"
}

case_end() {
	[ -e "$SCENARIO_DIR/case" ] || return 0
	local name; name=$(scenario_case)
	rm "$SCENARIO_DIR/case"
	uncaused
	if [ -s "$SCENARIO_DIR/missed" ]; then
		verdict "not ok" "$name" "$(<"$SCENARIO_DIR/missed")"
	elif [ -s "$SCENARIO_DIR/met" ]; then
		verdict ok "$name"
	else
		verdict "not ok" "$name" "it has no expectation"
	fi
}

# uncaused: no transition of any case may be without a cause. The counter goes on until
# the module is loaded again, so only its increase belongs to the case.
uncaused() {
	local stats=/proc/net/tcpfsm/stats log=/proc/net/tcpfsm/log before now
	[ -e $stats ] || return 0
	# shellcheck disable=SC2016  # awk's
	now=$(init_ns awk '$1 == "cause_unknown" { print $2 }' $stats) before=$(cat "$SCENARIO_DIR/uncaused" 2>/dev/null || echo 0)
	echo "$now" >"$SCENARIO_DIR/uncaused"
	[ "$now" -gt "$before" ] || return 0
	# shellcheck disable=SC2016
	missed "cause_unknown went from $before to $now:" "$(init_ns awk '$8 == "unknown"' $log)"
}

met()    { echo . >>"$SCENARIO_DIR/met"; }
missed() { printf '%s\n' "$@" >>"$SCENARIO_DIR/missed"; }

# fail REASON: the case is not ok and the scenario ends.
fail() {
	[ -e "$SCENARIO_DIR/case" ] || echo "the scenario" >"$SCENARIO_DIR/case"
	missed "${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $1"
	scenario_end 1
}

# skip REASON: this case and the rest of the scenario cannot run here.
skip() {
	verdict skip "$(scenario_case)" "$1"
	rm -f "$SCENARIO_DIR/case"
	scenario_end 0
}

# skip_case TITLE REASON: this case cannot run here, the scenario goes on.
skip_case() { case_end; verdict skip "$1" "$2"; }

# --- expectations ---

where() { printf '%s:%s' "${BASH_SOURCE[2]##*/}" "${BASH_LINENO[1]}"; }

# expect_lines EXPECTED GOT [WHAT]: exactly the same text.
expect_lines() {
	if [ "$1" = "$2" ]; then met; return; fi
	missed "$(where): ${3:-lines differ} (- expected, + got)" \
		"$(diff -U 100 --label expected --label got <(printf '%s\n' "$1") <(printf '%s\n' "$2"))"
}

# expect_eq WHAT EXPECTED GOT
expect_eq() {
	if [ "$2" = "$3" ]; then met; return; fi
	missed "$(where): $1: expected '$2', got '$3'"
}

# expect_match WHAT REGEX GOT: the whole text matches the extended regex.
expect_match() {
	if [[ $3 =~ ^($2)$ ]]; then met; return; fi
	missed "$(where): $1: expected to match '$2', got '$3'"
}

# expect WHAT COMMAND...: it succeeds; expect_not: it fails.
expect() {
	local what=$1 out; shift
	if out=$("$@" 2>&1); then met; return; fi
	missed "$(where): $what: failed: $*" "$out"
}
expect_not() {
	local what=$1 out; shift
	if ! out=$("$@" 2>&1); then met; return; fi
	missed "$(where): $what: succeeded: $*" "$out"
}

# wait_for SECONDS WHAT COMMAND...: until COMMAND succeeds. Used instead of sleep: no
# longer than necessary on a fast machine, long enough on a slow one. A scenario may
# define explain() to print details if it times out.
wait_for() {
	local end=$((SECONDS + $1 * ${LAB_SCALE:-1})) what=$2; shift 2
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			missed "$(where): timed out: $what"
			! declare -F explain >/dev/null || missed "$(explain 2>&1)"
			scenario_end 1
		fi
		sleep 0.05
	done
	met
}

# start NAME COMMAND...: in the background, as $!, with its output in $SCENARIO_DIR/NAME. The
# file is emptied first, since a wait_for must not find old output in it.
start() {
	local out=$SCENARIO_DIR/$1; shift
	: >"$out"
	"$@" >"$out" &
}

# thorough: whether all scenarios run, as in `make test-all`.
thorough() { grep -qw lab.thorough /proc/cmdline; }

# at_length: whether a scenario runs in its long form, in a guest of its own (`make test-all`).
at_length() { grep -qw lab.length /proc/cmdline; }

# watched: whether this is a debug kernel, which is ten times slower: do fewer repetitions.
watched() { grep -qw lab.debug /proc/cmdline; }

# --- the module and the namespaces ---

# load [PARAMETER=VALUE...]: loads the module again, with these parameters only.
load() {
	unload
	rm -f "$SCENARIO_DIR/uncaused"
	insmod "$MODULE_FILE" "$@"
}

# unload: at once, or the scenario fails. unload_within is for a scenario with readers left.
unload() { ! module_loaded || rmmod "$MODULE"; }

# init_ns COMMAND...: in the initial network namespace.
init_ns() { nsenter -t 1 -n -- "$@"; }

# as_nobody COMMAND...: without any privilege.
as_nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all -- "$@"; }

# --- the life of a scenario, called by the runner ---

scenario_shell() {
	set -eEuo pipefail
	trap 'scenario_died "$LINENO" "$BASH_COMMAND" "${BASH_SOURCE[0]}"' ERR
}

# Only the first failure is the cause.
scenario_died() { [ -e "$SCENARIO_DIR/died" ] || printf '%s\n' "${3##*/}:$1: $2" >"$SCENARIO_DIR/died"; }

# Without the file "ended" the runner reports that the scenario died, whatever its status.
scenario_over() {
	case_end
	: >"$SCENARIO_DIR/ended"
}

scenario_end() {
	scenario_over
	trap - ERR
	# From a subshell too: the whole scenario ends here.
	[ "$BASHPID" = "$(<"$SCENARIO_DIR/session")" ] || kill -KILL "$(<"$SCENARIO_DIR/session")"
	exit "$1"
}
