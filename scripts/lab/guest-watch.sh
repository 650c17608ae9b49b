# SPDX-License-Identifier: GPL-2.0
# Checks what a debug kernel found during a scenario: leaks, races, lock order.
# shellcheck shell=bash

KMEMLEAK=/sys/kernel/debug/kmemleak
KCSAN=/sys/kernel/debug/kcsan
LOCKDEP=/proc/lockdep_stats

note() { report "note $*"; }

# leak_scan: finds objects without a reference. kmemleak reports those older than five
# seconds that did not change between two scans.
leak_scan() {
	echo scan >$KMEMLEAK || return
	sleep 5.2
	echo scan >$KMEMLEAK
}
leaks() { grep -c '^unreferenced' $KMEMLEAK; }

locks_watched() { grep -q 'debug_locks: *1$' $LOCKDEP; }

# watch_begin: clears what was found before the module was first loaded.
watch_begin() {
	: >/tmp/races
	if grep -q kmemleak=off /proc/cmdline; then
		note "kmemleak: off, as the command line says"
		KMEMLEAK=/none
	fi
	if [ -e $KMEMLEAK ]; then
		leak_scan || note "kmemleak has switched itself off"
		note "kmemleak: $(leaks) leaks from before the module"
		echo clear >$KMEMLEAK
	fi
	[ ! -e $LOCKDEP ] || locks_watched || note "lockdep was off before the module was loaded"
	# KCSAN is off until now, so that booting is fast.
	[ ! -e $KCSAN ] || echo on >$KCSAN
}

# watch_leaks [TEXT]: after the scenario, with the module unloaded; TEXT is where it was.
watch_leaks() {
	[ -e $KMEMLEAK ] || return 0
	leak_scan || { verdict "not ok" "kmemleak scans for leaks" "it has switched itself off"; return; }
	# A pointer that was moved during the scan is no leak: scan once more.
	[ "$(leaks)" = 0 ] || leak_scan
	[ "$(leaks)" = 0 ] || {
		verdict "not ok" "nothing leaks: kmemleak has $(leaks)" "the module was at ${1:-?}" "$(head -n 120 $KMEMLEAK)"
		echo clear >$KMEMLEAK
	}
}

# watch_locks: lockdep reports one fault and then switches itself off.
watch_locks() {
	[ ! -e $LOCKDEP ] || locks_watched ||
		verdict skip "lockdep watches the order of locks" "it has reported a fault and is off since then"
}

# watch_races LOG: a race is ours if the module is on one of its stacks. Prints the log
# without the reports of other races.
watch_races() {
	awk -v ours="$SCENARIO_DIR/races.ours" -v others="$SCENARIO_DIR/races.others" '
		function flush(  i) {
			for (i = 0; i < n; i++) {
				if (mine)
					print line[i] >ours
				# Other messages inside the report are kept.
				if (mine || line[i] !~ /BUG: KCSAN|Kernel Concurrency Sanitizer| [^ ]+\+0x[0-9a-f]+\/0x[0-9a-f]+( \[[^]]*\])?$/)
					print line[i]
			}
			if (n && !mine) print head >others
			n = 0
		}
		/BUG: KCSAN: / { flush(); mine = 0; head = $0; sub(/.*BUG: KCSAN: /, "", head); line[n++] = $0; next }
		!n { print; next }
		{ line[n++] = $0 }
		/\[tcpfsm\]$/ { mine = 1 }
		/==========/ { flush() }
		END { flush() }' "$1"
	[ ! -e "$SCENARIO_DIR/races.ours" ] ||
		sed -n 's/.*BUG: KCSAN: /ours /p' "$SCENARIO_DIR/races.ours" >>/tmp/races
	[ ! -e "$SCENARIO_DIR/races.others" ] ||
		sed 's/^/others /' "$SCENARIO_DIR/races.others" >>/tmp/races
}

# watch_end: the races of all scenarios, by name and number.
watch_end() {
	[ -e $KCSAN ] || return 0
	note "KCSAN: $(awk '$1 == "setup_watchpoints:" { print $2 }' $KCSAN) accesses watched;" \
		"$(grep -c '^ours' /tmp/races) races with tcpfsm on a stack, $(grep -c '^others' /tmp/races) without"
	sort /tmp/races | uniq -c | sort -rn | while read -r times whose what; do
		note "KCSAN: $whose, $times times: $what"
	done
}
