# SPDX-License-Identifier: GPL-2.0
# A process may have any name: control bytes, quotes, newlines, half a UTF-8 character. Every line
# keeps its words, JSON and CSV stay valid, and no control byte of a name reaches a terminal.
# seconds: 120
# length: 1200
# only: 6.12
# shellcheck shell=bash
. "$LAB_TEST/log.sh"

seed=$EPOCHSECONDS
if at_length; then drawn=211; else drawn=13; fi

# Names in the form of printf's %b, and as text and JSON show them.
names=('a\x20b' '\x1b[2J\x1b]0;x\x07' '"},{"seq":0' 'a,b"c"' '\x0d\x0a# lost 9\x0a' '\x5cx41\x5c' 'caf\xc3\xa9' '\xe2\x80\xaeevil' 'cut \xf0\x9f' '0123456789abcde' '-')
text=('a\x20b' '\x1b[2J\x1b]0;x\x07' '"},{"seq":0' 'a,b"c"' '\x0d\x0a#\x20lost\x209\x0a' '\x5cx41\x5c' 'caf\xc3\xa9' '\xe2\x80\xaeevil' 'cut\x20\xf0\x9f' '0123456789abcde' '-')
# shellcheck disable=SC1003  # backslashes are meant
json=('a b' '\u001b[2J\u001b]0;x\u0007' '\"},{\"seq\":0' 'a,b\"c\"' '\u000d\u000a# lost 9\u000a' '\\x41\\' 'caf\u00e9' '\u202eevil' 'cut \u00f0\u009f' '0123456789abcde' '-')
known=${#names[@]}
mapfile -t -O "$known" names < <(hostile names "$seed" $drawn)
lines=$((12 * known + 8 * drawn))

# as NAME STEP...: done by a process of that name.
as() {
	local name
	printf -v name '%b' "$1"
	peer "comm $name" "${@:2}"
}

# unprintable FILE: how many lines have a byte that is not printable ASCII.
unprintable() { LC_ALL=C grep -c -v '^[ -~]*$' "$1" || true; }

case_begin "connections of $known processes with hostile names, and of $drawn with random names (seed $seed), are recorded"
load
timeout 100 cat $PROC/follow >"$SCENARIO_DIR/follow" &
follow=$!
wait_for 10 "the header of follow" test -s "$SCENARIO_DIR/follow"
for i in "${!names[@]}"; do
	steps=('listen s 127.0.0.1 5000' "connect c 127.0.0.1 5000 $((40001 + i))" 'accept a s')
	if [ "$i" -lt "$known" ]; then
		steps+=('close c' 'eof a' 'close a' 'close s')
	else
		steps+=('linger0 c' 'close c' 'wait a 7' 'close a' 'close s')
	fi
	as "${names[i]}" "${steps[@]}"
	[ "$i" != $((known - 1)) ] || cat $PROC/flows >"$SCENARIO_DIR/flows"
done
followed() { has_records $lines "$SCENARIO_DIR/follow"; }
wait_for 10 "$lines lines of follow" followed
end_readers $follow
cat $PROC/log >"$SCENARIO_DIR/log"
# After a minute the first TIME_WAITs have ended.
expect_eq "records" $lines "$(awk '$6 ~ /->/ && $6 != "TIME_WAIT->CLOSED"' "$SCENARIO_DIR/log" | wc -l)"

case_begin "log, follow and flows: each line has as many words as its header, all of printable bytes"
for file in log:11 follow:11 flows:13; do
	expect_eq "${file%:*}: lines" "$(wc -l <"$SCENARIO_DIR/${file%:*}")" "$(hostile valid "${file#*:}" "$SCENARIO_DIR/${file%:*}")"
done
expect_eq "log and follow: the same" "" \
	"$(diff <(head -n $((lines + 1)) "$SCENARIO_DIR/log") <(head -n $((lines + 1)) "$SCENARIO_DIR/follow") | head -n 5)"

# of COLUMN TRANSITION FILE: that word, without its pid, of the known names.
of() { awk -v column="$1" -v transition="$2" '$6 == transition { sub("/[0-9]+$", "", $column); print $column }' "$3" | head -n $known; }

case_begin "each name is shown byte by byte: as owner, as actor, and in flows"
expect_lines "$(printf '%s\n' "${text[@]}")" "$(of 9 'CLOSED->LISTEN' "$SCENARIO_DIR/log")" "OWNER in log"
expect_lines "$(printf '%s\n' "${text[@]}")" "$(of 10 'CLOSED->SYN_SENT' "$SCENARIO_DIR/log")" "ACTOR in log"
expect_lines "$(printf '%s\n' "${text[@]}" | sort)" \
	"$(awk '$5 == "TIME_WAIT" { sub("/[0-9]+$", "", $11); print $11 }' "$SCENARIO_DIR/flows" | sort)" "OWNER in flows"
expect_sound

reader --since-load -n $lines -w "$SCENARIO_DIR/saved"
for from in "--since-load -n $lines" "-r $SCENARIO_DIR/saved"; do
	case_begin "reader ${from/"$SCENARIO_DIR"/.}: text in printable bytes, JSON and CSV that are valid"
	# shellcheck disable=SC2086  # words
	for format in 'text' 'text -x' 'json' 'csv'; do
		reader $from -o $format >"$SCENARIO_DIR/${format// /}"
		expect_eq "$format: lines with other bytes" 0 "$(unprintable "$SCENARIO_DIR/${format// /}")"
	done
	expect_eq "lines of text and of -x, with their headings" "$((lines + 1)) $((lines + 1))" \
		"$(wc -l <"$SCENARIO_DIR/text") $(wc -l <"$SCENARIO_DIR/text-x")"
	expect_lines "$(printf '%s\n' "${text[@]}")" "$(of 9 'CLOSED->LISTEN' "$SCENARIO_DIR/text-x")" "OWNER of -x"
	expect_eq "objects of JSON" $lines "$(hostile valid json "$SCENARIO_DIR/json")"
	expect_lines "$(printf '%s\n' "${json[@]}")" \
		"$(sed -n '/"old":"CLOSED","new":"LISTEN"/s/.*"owner":{"pid":[0-9]*,"uid":0,"comm":"\(.*\)"},"actor":.*/\1/p' \
			"$SCENARIO_DIR/json" | head -n $known)" "comm in JSON"
	expect_eq "rows of CSV, with its headings" $((lines + 1)) "$(hostile valid csv "$SCENARIO_DIR/csv")"
done
