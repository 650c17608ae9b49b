# SPDX-License-Identifier: GPL-2.0
# How make test, test-all and test-debug read the sums of the tests they start.
# shellcheck shell=bash

# sums_of LOG: PASSED FAILED SKIPPED of all sums in it. No sum at all counts as one failure.
sums_of() {
	awk '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5; n++ }
	     END { print p + 0, f + !n, s + 0 }' "$1"
}
