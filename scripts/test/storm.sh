# SPDX-License-Identifier: GPL-2.0
# Owns the words of scenarios about many connections at once: storms, witnesses, what these must say.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

# The initial namespace's files, seen from anywhere.
ALL=/proc/1/net/tcpfsm
# A listener there comes and goes last of all: who has heard of it has heard everything.
LAST=65001

STORM=()

# storm WAY PORT [COUNT]: so many processes (as many as CPUs) make connections,
# one after another, until calm.
storm() {
	rm -f "$SCENARIO_DIR/calm"
	storm_on "$@"
}
storm_on() {
	local i
	for ((i = 0; i < ${3:-$(nproc)}; i++)); do
		peer "listen s 127.0.0.1 $(($2 + i))" "until $SCENARIO_DIR/calm 127.0.0.1 $(($2 + i)) s $1" 'close s' \
			>>"$SCENARIO_DIR/made" &
		STORM+=($!)
	done
}

# storm_elsewhere WAY PORT [COUNT]: in a namespace that ends with it.
storm_elsewhere() {
	rm -f "$SCENARIO_DIR/calm"
	unshare -n bash -c 'ip link set lo up; . "$LAB_TEST/storm.sh"; storm_on "$@"; wait "${STORM[@]}"' storm "$@" &
	STORM+=($!)
}

# calm: the storms are over, and nothing is left of them anywhere.
calm() {
	: >"$SCENARIO_DIR/calm"
	wait "${STORM[@]}"
	STORM=()
	wait_for 60 "no connection is left" nobody_is_left
}
nobody_is_left() { [ "$(machine_stat flows_live)" = 0 ]; }

# stormy N: until so many more records were made.
stormy() {
	local until=$(($(machine_stat recorded) + $1))
	wait_for 60 "$1 more records" recorded_are $until
}
recorded_are() { [ "$(machine_stat recorded)" -ge "$1" ]; }

# witness_begin NAME FILE [WORD...]: in the background; it is there when this returns.
declare -A WITNESSES=()
witness_begin() {
	local name=$1 file=$2; shift 2
	witness "until=$LAST" "$@" <"$file" >"$SCENARIO_DIR/$name" 2>"$SCENARIO_DIR/$name.wrong" &
	WITNESSES[$name]=$!
	wait_for 5 "witness $name" grep -qx witness "/proc/$!/comm"
}

# witnesses_end: all have heard of the last record.
witnesses_end() {
	local name
	peer "listens 1 127.0.0.1 $LAST"
	for name in "${!WITNESSES[@]}"; do
		wait_for 120 "witness $name has heard all" grep -q . "$SCENARIO_DIR/$name"
		wait "${WITNESSES[$name]}"
	done
	WITNESSES=()
}

# said NAME WHAT: a figure of that witness.
said() { awk -v what="$2" '$1 == what { print $2 }' "$SCENARIO_DIR/$1"; }

# expect_account NAME PRODUCED: nothing was lost but what was told, to the last
# record, and nothing is wrong with what came.
expect_account() {
	expect_eq "$1: records + lost" "$2" $(($(said "$1" records) + $(said "$1" lost)))
	expect_eq "$1: what is missing in the counts" "$(said "$1" lost)" "$(said "$1" holes)"
	expect_lines "0 untold disorder broken gaps dirty odd addresses" \
		"$(awk '/^(untold|disorder|broken|gaps|dirty|odd|addresses) / { n += $2; names = names " " $1 } END { print n names }' "$SCENARIO_DIR/$1")" \
		"$1: $(cat "$SCENARIO_DIR/$1" "$SCENARIO_DIR/$1.wrong")"
	expect "$1: there are chains" test "$(said "$1" links)" -gt 0
}

# produced: what has been made on the machine.
produced() { machine_stat recorded; }

# since_begin: what the kernel log says since the scenario began.
since_begin() { dmesg | awk -v mark="lab: scenario $SCENARIO " 'seen { print } index($0, mark) { seen = 1 }'; }

# tell WORD...: a figure for whoever reads the run.
tell() { report "note $SCENARIO: $*"; }
