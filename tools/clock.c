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
	clock->length = 0;
}

static void put_hms(char *to, const struct tm *tm)
{
	to = put_digits(to, tm->tm_hour, 2);
	*to++ = ':';
	to = put_digits(to, tm->tm_min, 2);
	*to++ = ':';
	put_digits(to, tm->tm_sec, 2);
}

static void learn_utc(struct clock *clock, time_t second)
{
	struct tm tm;
	char *p;

	gmtime_r(&second, &tm);
	p = put_digits(clock->utc, tm.tm_year + 1900, 4);
	*p++ = '-';
	p = put_digits(p, tm.tm_mon + 1, 2);
	*p++ = '-';
	p = put_digits(p, tm.tm_mday, 2);
	*p++ = 'T';
	put_hms(p, &tm);
}

static void learn_local(struct clock *clock, time_t second)
{
	struct tm tm;

	localtime_r(&second, &tm);
	put_hms(clock->local, &tm);
}

/*
 * A file may have any time, even before 1970. The first and the last second of an
 * int64_t are shorter than a second, so they are computed again each time.
 */
void clock_learn(struct clock *clock, uint64_t mono_ns)
{
	int64_t real = mono_ns + (uint64_t)clock->offset;
	int64_t second = real / NSEC_PER_SEC;
	int64_t ns = real % NSEC_PER_SEC;

	if (ns < 0) {
		ns += NSEC_PER_SEC;
		second--;
	}
	learn_utc(clock, second);
	learn_local(clock, second);
	clock->begin = mono_ns - ns;
	clock->length = NSEC_PER_SEC;
	if (real < INT64_MIN + NSEC_PER_SEC || real > INT64_MAX - NSEC_PER_SEC)
		clock->length = 0;
}

char *put_local_time(char *to, struct clock *clock, uint64_t mono_ns)
{
	to = put_local_second(to, clock, mono_ns);
	*to++ = '.';
	return put_digits(to, (mono_ns - clock->begin) / NSEC_PER_MSEC, 3);
}

char *put_utc_time(char *to, struct clock *clock, uint64_t mono_ns)
{
	clock_know(clock, mono_ns);
	memcpy(to, clock->utc, sizeof(clock->utc));
	to += sizeof(clock->utc);
	*to++ = '.';
	to = put_digits(to, mono_ns - clock->begin, 9);
	*to++ = 'Z';
	return to;
}
