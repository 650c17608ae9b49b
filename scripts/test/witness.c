// SPDX-License-Identifier: GPL-2.0
/*
 * Reads a stream of records (raw, live or a copy) at a given pace and checks it:
 * counts records and reported losses, and finds faults in them. It depends on
 * module/uapi/tcpfsm.h only.
 *
 *   witness [WORD...] <STREAM
 *
 *   fresh       the stream begins with the first record since the load
 *   now         seek to the end first: only new records
 *   bytes=N     the size of a read(), instead of 64 KiB
 *   pause=US    the pause before each read()
 *   until=PORT  end when a listener on that port is closed
 *
 * Prints "name value" lines, and the first few faults of each kind on standard
 * error. The exit status is 1 if the input is no stream of records.
 *
 *   records     transitions
 *   lost        sum of the reported losses
 *   losses      number of reported losses
 *   holes       numbers missing in @seq, over all rings: what was really lost
 *   unreported  whether a hole came before its loss was reported
 *   disorder    records older than the one before
 *   links       records that follow one of the same connection, without a hole between
 *   broken      links with an OLD that is not the NEW of the record before
 *   gaps        records marked gap
 *   dirty       records with a byte that must be zero: reserved, or an unknown field
 *   odd         records with a value that does not exist
 *   addresses   records with an aligned word that is an address of the kernel
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
#define CONNECTIONS	(1u << 18)
#define SHOWN		5
/* The upper half of the address space, which has kernel and modules. */
#define KERNEL_HALF	0xffff800000000000ull

/* The last record of a connection; another connection may take its place. */
struct connection {
	uint64_t id;
	uint32_t netns;
	uint64_t holes;		/* seen.holes at that record */
	uint8_t state;
};

static struct {
	unsigned long records, lost, losses, holes, unreported, disorder, links, broken, gaps,
		      dirty, odd, addresses;
} seen;
static struct connection connections[CONNECTIONS];
static uint64_t next_seq[CPUS][RINGS];	/* 0: no record yet */
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

/* A field, and the bits of @known without which it must be zero. */
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
	FIELD(retrans, TCPFSM_KNOWN_COUNTS | TCPFSM_KNOWN_RETRANS),
	FIELD(owner_pid, TCPFSM_KNOWN_OWNER),
	FIELD(owner_uid, TCPFSM_KNOWN_OWNER),
	FIELD(owner_comm, TCPFSM_KNOWN_OWNER),
	FIELD(actor_pid, TCPFSM_KNOWN_ACTOR),
	FIELD(actor_comm, TCPFSM_KNOWN_ACTOR),
	FIELD(accept_wait_us, TCPFSM_KNOWN_ACCEPT),
};

static const char *comm_tail(const uint8_t *comm)
{
	size_t n = strnlen((const char *)comm, TCPFSM_COMM_LEN);

	return n == TCPFSM_COMM_LEN ? "a name without a terminating zero" :
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
	    r->known >= TCPFSM_KNOWN_ACCEPT << 1 || r->flags >= TCPFSM_F_ACK_DROPPED << 1)
		complain(&seen.odd, "a value that does not exist", r);
}

static void check_addresses(const struct tcpfsm_record *r)
{
	uint64_t words[sizeof(*r) / 8];
	size_t i;

	memcpy(words, r, sizeof(*r));
	for (i = 0; i < sizeof(*r) / 8; i++) {
		if (words[i] >= KERNEL_HALF) {
			complain(&seen.addresses, "an address of the kernel", r);
			return;
		}
	}
}

static void check_count(const struct tcpfsm_record *r)
{
	uint64_t *next;

	if (r->cpu >= CPUS) {
		complain(&seen.odd, "a CPU number out of range", r);
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
	if (seen.holes > seen.lost && !seen.unreported)
		complain(&seen.unreported, "a hole before its loss was reported", r);
}

/*
 * A loss may be reported long before its hole comes. Until then it can belong to any
 * connection, so no link is counted.
 */
static void check_chain(const struct tcpfsm_record *r)
{
	struct connection *c = &connections[r->id & (CONNECTIONS - 1)];

	if (r->flags & TCPFSM_F_GAP)
		seen.gaps++;
	if (!(r->known & TCPFSM_KNOWN_ID))
		return;
	if (c->id == r->id && c->netns == r->netns && c->holes == seen.holes &&
	    seen.lost == seen.holes) {
		seen.links++;
		if (c->state != r->old_state)
			complain(&seen.broken, "OLD is not the state before", r);
	}
	*c = (struct connection){ r->id, r->netns, seen.holes, r->new_state };
}

static void hear_loss(const struct tcpfsm_record *r)
{
	struct tcpfsm_record only = { .kind = TCPFSM_LOST };

	seen.losses++;
	seen.lost += r->lost;
	only.lost = r->lost;
	only.mono_ns = r->mono_ns;
	if (!r->lost || memcmp(&only, r, sizeof(only)))
		complain(&seen.dirty, "a loss with other fields set", r);
	if (r->mono_ns && r->mono_ns != last_ns)
		complain(&seen.disorder, "a loss without the time of the record before", r);
}

static void hear(const struct tcpfsm_record *r)
{
	if (r->kind == TCPFSM_LOST) {
		hear_loss(r);
		return;
	}
	seen.records++;
	if (r->kind != TCPFSM_TRANSITION)
		complain(&seen.odd, "a kind that does not exist", r);
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

/* Fill @size bytes, by read()s of at most @bytes. Return: false at end of file. */
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
	SAY(unreported);
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
