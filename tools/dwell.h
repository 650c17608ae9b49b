/* SPDX-License-Identifier: GPL-2.0 */
/* The time spent in a state as text. All forms round down. */
#ifndef DWELL_H
#define DWELL_H

#include <stdint.h>

/* "830ns", "12.345us", "1.250ms", "60.004s" */
char *put_dwell(char *to, uint64_t ns);

/* "830ns", "12us", "1ms", "60s", "17m", "2h", "3d" */
char *put_whole_dwell(char *to, uint64_t ns);

/* "12.3us", "1.25ms", "60.0s"; below 1us and from 1000s on as put_whole_dwell(). */
char *put_brief_dwell(char *to, uint64_t ns);

#endif
