// SPDX-License-Identifier: GPL-2.0
/* A record's CLOCK_MONOTONIC as wall-clock time. */
#include "clock.h"
#include "number.h"

#include <string.h>
#include <time.h>

#define NSEC_PER_SEC 1000000000
#define NSEC_PER_MSEC 1000000

void clock_init(struct clock *clock, int64_t real_offset_ns)
{
	clock->offset = real_offset_ns;
	clock->local_second = INT64_MAX;	/* no nanoseconds reach this */
	clock->utc_second = INT64_MAX;
}

/* Seconds and nanoseconds since 1970; a file may claim any time, even before. */
static int64_t split(const struct clock *clock, uint64_t mono_ns, uint32_t *ns)
{
	int64_t real = mono_ns + (uint64_t)clock->offset;
	int64_t second = real / NSEC_PER_SEC;
	int64_t rest = real % NSEC_PER_SEC;

	if (rest < 0) {
		rest += NSEC_PER_SEC;
		second--;
	}
	*ns = rest;
	return second;
}

static char *put_hms(char *to, const struct tm *tm)
{
	to = put_digits(to, tm->tm_hour, 2);
	*to++ = ':';
	to = put_digits(to, tm->tm_min, 2);
	*to++ = ':';
	return put_digits(to, tm->tm_sec, 2);
}

static char *put_local(char *to, struct clock *clock, int64_t second)
{
	if (second != clock->local_second) {
		time_t time = second;
		struct tm tm;

		localtime_r(&time, &tm);
		put_hms(clock->local, &tm);
		clock->local_second = second;
	}

	memcpy(to, clock->local, sizeof(clock->local));
	return to + sizeof(clock->local);
}

char *put_local_second(char *to, struct clock *clock, uint64_t mono_ns)
{
	uint32_t ns;

	return put_local(to, clock, split(clock, mono_ns, &ns));
}

char *put_local_time(char *to, struct clock *clock, uint64_t mono_ns)
{
	uint32_t ns;

	to = put_local(to, clock, split(clock, mono_ns, &ns));
	*to++ = '.';
	return put_digits(to, ns / NSEC_PER_MSEC, 3);
}

char *put_utc_time(char *to, struct clock *clock, uint64_t mono_ns)
{
	uint32_t ns;
	int64_t second = split(clock, mono_ns, &ns);

	if (second != clock->utc_second) {
		time_t time = second;
		struct tm tm;
		char *p;

		gmtime_r(&time, &tm);
		p = put_digits(clock->utc, tm.tm_year + 1900, 4);
		*p++ = '-';
		p = put_digits(p, tm.tm_mon + 1, 2);
		*p++ = '-';
		p = put_digits(p, tm.tm_mday, 2);
		*p++ = 'T';
		put_hms(p, &tm);
		clock->utc_second = second;
	}

	memcpy(to, clock->utc, sizeof(clock->utc));
	to += sizeof(clock->utc);
	*to++ = '.';
	to = put_digits(to, ns, 9);
	*to++ = 'Z';
	return to;
}
