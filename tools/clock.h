/* SPDX-License-Identifier: GPL-2.0 */
/* A record's CLOCK_MONOTONIC as wall-clock time. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <string.h>

#define LOCAL_SECOND_LEN 8		/* "03:50:12" */
#define LOCAL_TIME_LEN 12		/* "03:50:12.123" */
#define UTC_TIME_LEN 30			/* "2026-11-21T03:50:12.123456789Z" */

/* Date and time of one second: to compute them costs more than the rest of a line. */
struct clock {
	int64_t offset;			/* CLOCK_REALTIME - CLOCK_MONOTONIC, ns */
	uint64_t begin;			/* of the second, CLOCK_MONOTONIC */
	uint32_t length;		/* of the second, ns; 0: none yet */
	char local[LOCAL_SECOND_LEN];
	char utc[sizeof("yyyy-mm-ddThh:mm:ss") - 1];
};

void clock_init(struct clock *clock, int64_t real_offset_ns);
void clock_learn(struct clock *clock, uint64_t mono_ns);	/* the second of @mono_ns */
char *put_local_time(char *to, struct clock *clock, uint64_t mono_ns);
char *put_utc_time(char *to, struct clock *clock, uint64_t mono_ns);

static inline void clock_know(struct clock *clock, uint64_t mono_ns)
{
	if (mono_ns - clock->begin >= clock->length)
		clock_learn(clock, mono_ns);
}

static inline char *put_local_second(char *to, struct clock *clock, uint64_t mono_ns)
{
	clock_know(clock, mono_ns);
	memcpy(to, clock->local, LOCAL_SECOND_LEN);
	return to + LOCAL_SECOND_LEN;
}

#endif
