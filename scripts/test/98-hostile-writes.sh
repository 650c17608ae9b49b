# SPDX-License-Identifier: GPL-2.0
# Anything may be written to the filter, and given as a parameter: it is understood, and comes back as itself, or it is refused, with one line that says why, and changes nothing.
# only: thorough
# seconds: 120
# length: 1800
# shellcheck shell=bash
. "$LAB_TEST/filter.sh"

seed=$((EPOCHSECONDS))
if at_length; then filters=10007 loads=211; else filters=1009 loads=11; fi

# Each filter that is taken waits for a grace period; these are as good, and quick.
[ ! -w /sys/kernel/rcu_expedited ] || echo 1 >/sys/kernel/rcu_expedited

tried() { local status=0; hostile "$@" 2>&1 || status=$?; [ $status = 0 ] || echo "seed $seed, status $status"; }

case_begin "$filters mutated filters: each is taken and comes back as itself, or is refused and changes nothing"
load
expect_match "what came of it, with seed $seed" "$filters written, [1-9][0-9]+ taken" "$(tried filter $FILTER $seed $filters)"
filter clear
expect_lines clear "$(shown)" "after it"
act
expect_lines "$ALL" "$(transitions | sort)" "and everything is captured again"

case_begin "$loads mutated sets of parameters: it loads with what is in range, or says in one line why not"
unload
expect_match "what came of it, with seed $seed" "$loads tried, [1-9][0-9]* loaded" \
	"$(tried parameters "$MODULE_FILE" $seed $loads)"
expect_not "loaded" module_loaded
load
expect_lines clear "$(shown)" "and the next load works"
