// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a stream of records (raw, live or a copy) at a pace of its own, and
 * bears witness: how many came, how many were told lost, and whatever is wrong
 * with them. It believes nothing but module/uapi/tcpfsm.h.
 *
 *   witness [WORD...] <STREAM
 *
 *   fresh       the stream begins with the first record since the module came
 *   now         go to the end first: from now on
 *   bytes=N     that much in a read(), instead of 64 KiB
 *   pause=US    so long after each read()
 *   until=PORT  the stream ends when a listener on that port is closed
 *
 * What it says, "name value" a line; the first few of what is wrong on standard
 * error. Status 1 is a stream that is none.
 *
 *   records     transitions
 *   lost        sum of the losses told
 *   losses      how often one was told
 *   holes       counts missing in @seq, over all rings: what really was lost
 *   untold      holes that came before they were told lost
 *   disorder    records older than the one before
 *   links       records whose connection had one before, and no hole between
 *   broken      such whose OLD is not the NEW of that one
 *   gaps        records marked gap
 *   dirty       records with bytes that should be zero: reserved, or not known
 *   odd         records with a value that is none
 *   addresses   records with an aligned word in the kernel's half of memory
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../module/uapi/tcpfsm.h"

#define CPUS		512
#define RINGS		256
#define SCENARIOS		(1u << 18)
#define SHOWN		5
/* Half of the addresses there are; text and modules are in it. */
#define KERNEL_HALF	0xffff800000000000ull

/* What was seen last of a connection; a later one may take the place. */
struct scenario {
	uint64_t id;
	uint32_t netns;
	uint64_t holes;		/* so many there were until then */
	uint8_t state;
};

static struct {
	unsigned long records, lost, losses, holes, untold, disorder, links, broken, gaps,
		      dirty, odd, addresses;
} seen;
static struct scenario scenarios[SCENARIOS];
static uint64_t next_seq[CPUS][RINGS];	/* 0: none came yet */
static uint64_t last_ns;
static bool fresh;

static void complain(unsigned long *count, const char *what,
		     const struct tcpfsm_record *r)
{
	if (++*count > SHOWN)
		return;
	fprintf(stderr, "witness: record %lu: %s: seq %llu cpu %u ring %u id %llx %u->%u known %x flags %x\n",
		seen.records, what, (unsigned long long)r->seq, r->cpu, r->ring,
		(unsigned long long)r->id, r->old_state, r->new_state, r->known, r->flags);
}

static bool zero(const void *from, size_t size)
{
	const char *p = from;

	while (size--)
		if (*p++)
			return false;
	return true;
}

/* A field, and the bit that must be set where it is not zero; no bit: never. */
#define FIELD(name, bit) { offsetof(struct tcpfsm_record, name), \
	sizeof(((struct tcpfsm_record *)0)->name), bit, #name }

static const struct {
	size_t at, size;
	uint32_t known;
	const char *name;
} fields[] = {
	FIELD(id, TCPFSM_KNOWN_ID),
	FIELD(dwell_ns, TCPFSM_KNOWN_DWELL),
	FIELD(bytes_in, TCPFSM_KNOWN_COUNTS),
	FIELD(bytes_out, TCPFSM_KNOWN_COUNTS),
	FIELD(laddr, TCPFSM_KNOWN_LADDR),
	FIELD(raddr, TCPFSM_KNOWN_PEER),
	FIELD(lport, TCPFSM_KNOWN_LPORT),
	FIELD(rport, TCPFSM_KNOWN_PEER),
	FIELD(error, TCPFSM_KNOWN_ERRNO),
	FIELD(ifindex, TCPFSM_KNOWN_ROUTE),
	FIELD(mark, TCPFSM_KNOWN_ROUTE),
	FIELD(srtt_us, TCPFSM_KNOWN_SRTT),
	FIELD(min_rtt_us, TCPFSM_KNOWN_MIN_RTT),
	FIELD(segs_in, TCPFSM_KNOWN_COUNTS),
	FIELD(segs_out, TCPFSM_KNOWN_COUNTS),
	FIELD(retrans, TCPFSM_KNOWN_COUNTS),
	FIELD(owner_pid, TCPFSM_KNOWN_OWNER),
	FIELD(owner_uid, TCPFSM_KNOWN_OWNER),
	FIELD(owner_comm, TCPFSM_KNOWN_OWNER),
	FIELD(actor_pid, TCPFSM_KNOWN_ACTOR),
	FIELD(actor_comm, TCPFSM_KNOWN_ACTOR),
	FIELD(reserved, 0),
};

static const char *comm_tail(const uint8_t *comm)
{
	size_t n = strnlen((const char *)comm, TCPFSM_COMM_LEN);

	return n == TCPFSM_COMM_LEN ? "a name without an end" :
	       zero(comm + n, TCPFSM_COMM_LEN - n) ? NULL : "bytes behind a name";
}

static void check_bytes(const struct tcpfsm_record *r)
{
	const char *what = NULL;
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!(r->known & fields[i].known) &&
		    !zero((const char *)r + fields[i].at, fields[i].size))
			what = fields[i].name;
	what = what ?: comm_tail(r->owner_comm) ?: comm_tail(r->actor_comm);
	if (what)
		complain(&seen.dirty, what, r);
}

static void check_values(const struct tcpfsm_record *r)
{
	if ((r->family != AF_INET && r->family != AF_INET6) || !r->netns ||
	    !r->old_state || r->old_state >= TCPFSM_NR_STATES ||
	    !r->new_state || r->new_state >= TCPFSM_NR_STATES ||
	    !r->cause || r->cause >= TCPFSM_NR_CAUSES ||
	    r->open_role > TCPFSM_ROLE_PASSIVE || r->close_role > TCPFSM_ROLE_PASSIVE ||
	    r->known >= TCPFSM_KNOWN_ROUTE << 1 || r->flags >= TCPFSM_F_DWELL_MIN << 1)
		complain(&seen.odd, "no such value", r);
}

static void check_addresses(const struct tcpfsm_record *r)
{
	uint64_t words[sizeof(*r) / 8];
	size_t i;

	memcpy(words, r, sizeof(*r));
	for (i = 0; i < sizeof(*r) / 8; i++) {
		if (words[i] >= KERNEL_HALF) {
			complain(&seen.addresses, "an address of the kernel's", r);
			return;
		}
	}
}

static void check_count(const struct tcpfsm_record *r)
{
	uint64_t *next;

	if (r->cpu >= CPUS) {
		complain(&seen.odd, "no such CPU", r);
		return;
	}
	next = &next_seq[r->cpu][r->ring];
	if (!*next)
		*next = fresh ? 1 : r->seq;
	if (r->seq < *next)
		complain(&seen.disorder, "a count that came before", r);
	else
		seen.holes += r->seq - *next;
	*next = r->seq + 1;
	if (seen.holes > seen.lost && !seen.untold)
		complain(&seen.untold, "a hole nobody told of", r);
}

/* A loss may be told long before its hole comes: until then it can be anybody's. */
static void check_chain(const struct tcpfsm_record *r)
{
	struct scenario *s = &scenarios[r->id & (SCENARIOS - 1)];

	if (r->flags & TCPFSM_F_GAP)
		seen.gaps++;
	if (!(r->known & TCPFSM_KNOWN_ID))
		return;
	if (s->id == r->id && s->netns == r->netns && s->holes == seen.holes &&
	    seen.lost == seen.holes) {
		seen.links++;
		if (s->state != r->old_state)
			complain(&seen.broken, "not what the state was", r);
	}
	*s = (struct scenario){ r->id, r->netns, seen.holes, r->new_state };
}

static void hear_loss(const struct tcpfsm_record *r)
{
	struct tcpfsm_record only = { .kind = TCPFSM_LOST };

	seen.losses++;
	seen.lost += r->lost;
	only.lost = r->lost;
	only.mono_ns = r->mono_ns;
	if (!r->lost || memcmp(&only, r, sizeof(only)))
		complain(&seen.dirty, "a loss with more in it", r);
	if (r->mono_ns && r->mono_ns != last_ns)
		complain(&seen.disorder, "a loss at no record's time", r);
}

static void hear(const struct tcpfsm_record *r)
{
	if (r->kind == TCPFSM_LOST) {
		hear_loss(r);
		return;
	}
	seen.records++;
	if (r->kind != TCPFSM_TRANSITION)
		complain(&seen.odd, "no such kind", r);
	if (r->mono_ns < last_ns)
		complain(&seen.disorder, "older than the one before", r);
	last_ns = r->mono_ns;
	check_count(r);
	check_chain(r);
	check_bytes(r);
	check_values(r);
	check_addresses(r);
}

static void fail(const char *what)
{
	fprintf(stderr, "witness: %s\n", what);
	exit(1);
}

/* The whole of @size, from as many read()s of at most @bytes as it takes. */
static bool take(char *to, size_t size, size_t bytes, long pause)
{
	static char buf[1 << 20];
	static size_t pos, len;

	while (size) {
		size_t n = len - pos < size ? len - pos : size;

		memcpy(to, buf + pos, n);
		pos += n;
		to += n;
		size -= n;
		if (!size)
			break;
		if (pause)
			usleep(pause);
		ssize_t got = read(0, buf, bytes);
		if (got < 0 && errno != EINTR)
			fail(strerror(errno));
		if (!got)
			return false;
		pos = 0;
		len = got < 0 ? 0 : got;
	}
	return true;
}

static void check_header(const struct tcpfsm_header *h)
{
	static const char magic[] = TCPFSM_MAGIC;
	size_t text = strnlen((const char *)h->module_version, sizeof(h->module_version));

	if (memcmp(h->magic, magic, sizeof(h->magic)) || h->endian != TCPFSM_ENDIAN ||
	    h->version != TCPFSM_VERSION || h->header_size != sizeof(*h) ||
	    h->record_size != sizeof(struct tcpfsm_record))
		fail("no stream of records");
	if (!zero(h->module_version + text, sizeof(h->module_version) - text) ||
	    h->flags & ~TCPFSM_HEADER_ALL_NETNS)
		fail("bytes behind the header's end");
}

static void say(void)
{
#define SAY(name) printf(#name " %lu\n", seen.name)
	SAY(records);
	SAY(lost);
	SAY(losses);
	SAY(holes);
	SAY(untold);
	SAY(disorder);
	SAY(links);
	SAY(broken);
	SAY(gaps);
	SAY(dirty);
	SAY(odd);
	SAY(addresses);
#undef SAY
}

int main(int argc, char **argv)
{
	size_t bytes = 1 << 16;
	struct tcpfsm_header header;
	struct tcpfsm_record r;
	long pause = 0;
	int i, until = -1;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "fresh"))
			fresh = true;
		else if (!strcmp(argv[i], "now") && lseek(0, 0, SEEK_END) >= 0)
			;
		else if (sscanf(argv[i], "bytes=%zu", &bytes) == 1 && bytes && bytes <= 1 << 20)
			;
		else if (sscanf(argv[i], "pause=%ld", &pause) == 1)
			;
		else if (sscanf(argv[i], "until=%d", &until) != 1)
			fail(argv[i]);
	}
	if (!take((char *)&header, sizeof(header), bytes, 0))
		fail("no header");
	check_header(&header);
	while (take((char *)&r, sizeof(r), bytes, pause)) {
		hear(&r);
		if (r.kind == TCPFSM_TRANSITION && r.lport == until &&
		    r.old_state == TCPFSM_LISTEN && r.new_state == TCPFSM_CLOSED)
			break;
	}
	say();
	return 0;
}
