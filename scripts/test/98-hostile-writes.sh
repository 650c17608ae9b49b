# SPDX-License-Identifier: GPL-2.0
# Any bytes are written to the filter and given as parameters: they are accepted and shown as they
# were meant, or refused with one line that says why, and change nothing.
# only: thorough
# seconds: 120
# length: 1800
# shellcheck shell=bash
. "$LAB_TEST/filter.sh"

seed=$((EPOCHSECONDS))
if at_length; then filters=10007 loads=211; else filters=1009 loads=11; fi

# Each accepted filter waits for an RCU grace period; expedited ones are faster.
[ ! -w /sys/kernel/rcu_expedited ] || echo 1 >/sys/kernel/rcu_expedited

tried() { local status=0; hostile "$@" 2>&1 || status=$?; [ $status = 0 ] || echo "seed $seed, status $status"; }

case_begin "$filters mutated filters: each is accepted and read back the same, or is refused and changes nothing"
load
expect_match "result with seed $seed" "$filters written, [1-9][0-9]+ taken" "$(tried filter $FILTER $seed $filters)"
filter clear
expect_lines clear "$(shown)" "after it"
act
expect_lines "$ALL" "$(transitions | sort)" "and everything is captured again"

case_begin "$loads mutated sets of parameters: the module loads with values in range, or says in one line why not"
unload
expect_match "result with seed $seed" "$loads tried, [1-9][0-9]* loaded" \
	"$(tried parameters "$MODULE_FILE" $seed $loads)"
expect_not "loaded" module_loaded
load
expect_lines clear "$(shown)" "and the next load works"
