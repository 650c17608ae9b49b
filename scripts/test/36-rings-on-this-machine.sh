# SPDX-License-Identifier: GPL-2.0
# The module's rings and merge in a program, as in make check, on the processor of this guest. On
# arm64 other barriers are compiled; an emulator on x86 does not reorder what they order.
# shellcheck shell=bash

case_begin "the rings match their reference, and no record is lost or torn in a storm"
expect_lines "12 passed, 0 failed, 0 skipped" "$(selftest-ring | grep -v '^ok ')"
