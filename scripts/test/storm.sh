# SPDX-License-Identifier: GPL-2.0
# For scenarios with many connections at once: storms, witnesses, and their accounts.
# shellcheck shell=bash
. "$LAB_TEST/log.sh"
. "$LAB_TEST/ledger.sh"

# The files of the initial namespace, from any namespace.
ALL=/proc/1/net/tcpfsm
# The last records are those of a listener on this port.
LAST=65001

STORM=()

# storm WAY PORT [COUNT]: COUNT processes (one a CPU) make connections, one after another,
# until calm.
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

# storm_elsewhere WAY PORT [COUNT]: the same in a namespace that ends with it.
storm_elsewhere() {
	rm -f "$SCENARIO_DIR/calm"
	unshare -n bash -c 'ip link set lo up; . "$LAB_TEST/storm.sh"; storm_on "$@"; wait "${STORM[@]}"' storm "$@" &
	STORM+=($!)
}

# calm: ends the storms, and waits until the module has no flow left.
calm() {
	: >"$SCENARIO_DIR/calm"
	wait "${STORM[@]}"
	STORM=()
	wait_for 60 "no connection is left" no_flow_is_left
}
no_flow_is_left() { [ "$(machine_stat flows_live)" = 0 ]; }

# stormy N: waits until N more records were made.
stormy() {
	local until=$(($(machine_stat recorded) + $1))
	wait_for 60 "$1 more records" recorded_are $until
}
recorded_are() { [ "$(machine_stat recorded)" -ge "$1" ]; }

# witness_begin NAME FILE [WORD...]: in the background; it has started when this returns.
declare -A WITNESSES=()
witness_begin() {
	local name=$1 file=$2; shift 2
	witness "until=$LAST" "$@" <"$file" >"$SCENARIO_DIR/$name" 2>"$SCENARIO_DIR/$name.wrong" &
	WITNESSES[$name]=$!
	wait_for 5 "witness $name" grep -qx witness "/proc/$!/comm"
}

# witnesses_end: waits until each has the last record.
witnesses_end() {
	local name
	peer "listens 1 127.0.0.1 $LAST"
	for name in "${!WITNESSES[@]}"; do
		wait_for 120 "the last record at witness $name" grep -q . "$SCENARIO_DIR/$name"
		wait "${WITNESSES[$name]}"
	done
	WITNESSES=()
}

# said NAME WHAT: that value of that witness.
said() { awk -v what="$2" '$1 == what { print $2 }' "$SCENARIO_DIR/$1"; }

# expect_account NAME PRODUCED: records and reported losses add up to PRODUCED, and
# nothing is wrong with the records.
expect_account() {
	expect_eq "$1: records + lost" "$2" $(($(said "$1" records) + $(said "$1" lost)))
	expect_eq "$1: missing sequence numbers" "$(said "$1" lost)" "$(said "$1" holes)"
	expect_lines "0 unreported disorder broken gaps dirty odd addresses" \
		"$(awk '/^(unreported|disorder|broken|gaps|dirty|odd|addresses) / { n += $2; names = names " " $1 } END { print n names }' "$SCENARIO_DIR/$1")" \
		"$1: $(cat "$SCENARIO_DIR/$1" "$SCENARIO_DIR/$1.wrong")"
	expect "$1: there are chains" test "$(said "$1" links)" -gt 0
}

# produced: how many records the machine has made.
produced() { machine_stat recorded; }

# since_begin: the kernel log since the scenario began.
since_begin() { dmesg | awk -v mark="lab: scenario $SCENARIO " 'seen { print } index($0, mark) { seen = 1 }'; }

# print_note WORD...: information in the run's output, not a verdict.
print_note() { report "note $SCENARIO: $*"; }
