/* SPDX-License-Identifier: GPL-2.0 */
/* How long a state lasted. Both forms round down. */
#ifndef DWELL_H
#define DWELL_H

#include <stdbool.h>
#include <stdint.h>

/* "830ns", "12.345us", "1.250ms", "60.004s" */
char *put_dwell(char *to, uint64_t ns);

/* "830ns", "12.3us", "1.25ms", "60.0s", "17m", "2h", "3d"; or @whole: "12us" */
char *put_brief_dwell(char *to, uint64_t ns, bool whole);

#endif
