# SPDX-License-Identifier: GPL-2.0
# Owns how `make test` and its sisters read the sums of the tests they start.
# shellcheck shell=bash

# sums_of LOG: what passed, failed and was skipped, of all sums in it. What stopped before it
# had one failed too.
sums_of() {
	awk '/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ { p += $1; f += $3; s += $5; n++ }
	     END { print p + 0, f + !n, s + 0 }' "$1"
}
