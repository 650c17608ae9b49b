// SPDX-License-Identifier: GPL-2.0
/*
 * A record or a flow as one line: a word for each column, "-" for an unknown value.
 * Columns are padded; a word longer than its column pushes the rest to the right.
 *
 * Context: process. Locking: none, no state.
 */
#include "text.h"

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/time.h>
#include <net/ipv6.h>

#include "flow.h"

const char *const text_state_names[TCPFSM_NR_STATES] = TCPFSM_STATE_NAMES;

static const char *const text_cause_names[] = TCPFSM_CAUSE_NAMES;
static const char *const text_flag_names[] = TCPFSM_FLAG_NAMES;

static const char *const text_role_names[] = {
	"-",
	[TCPFSM_ROLE_ACTIVE] = "active",
	[TCPFSM_ROLE_PASSIVE] = "passive",
};

struct text {
	char *at;
	const char *end;	/* of the usable part of the buffer */
};

/* No word is longer. */
#define TEXT_WORD_MAX	64

static struct text text_begin(char *buf)
{
	/* text_pad() writes up to 7 bytes more than it uses. */
	return (struct text){ buf, buf + TEXT_LINE_MAX - sizeof(u64) };
}

/* Always true, unless TEXT_LINE_MAX is too small: then the line is cut. */
static bool text_has_room(const struct text *t)
{
	return likely(t->end - t->at >= TEXT_WORD_MAX);
}

/* Not by snprintf(): a line would take ten times as many instructions. */
static void text_put(struct text *t, char c)
{
	if (text_has_room(t))
		*t->at++ = c;
}

static void text_add(struct text *t, const char *s)
{
	char *at = t->at;

	if (!text_has_room(t))
		return;
	while (*s)
		*at++ = *s++;
	t->at = at;
}

static const char text_pairs[] =
	"00010203040506070809101112131415161718192021222324"
	"25262728293031323334353637383940414243444546474849"
	"50515253545556575859606162636465666768697071727374"
	"75767778798081828384858687888990919293949596979899";

static __always_inline void text_two(char *at, u32 value)
{
	memcpy(at, text_pairs + 2 * value, 2);
}

/* Below 1000, the most frequent case: parts of addresses, of times. */
static void text_small(struct text *t, u32 value)
{
	char *at = t->at;

	if (value >= 100) {
		*at++ = '0' + value / 100;
		text_two(at, value % 100);
		at += 2;
	} else if (value >= 10) {
		text_two(at, value);
		at += 2;
	} else {
		*at++ = '0' + value;
	}
	t->at = at;
}

/* With at least @digits digits. */
static void text_decimal(struct text *t, u64 value, int digits)
{
	int n = 4;
	u64 power;
	char *at;

	if (!text_has_room(t))
		return;
	if (value < 1000 && digits <= 1) {
		text_small(t, value);
		return;
	}
	for (power = 10000; n < 20 && value >= power; power *= 10)
		n++;
	if (value < 1000)
		n = value >= 100 ? 3 : value >= 10 ? 2 : 1;
	n = max(n, digits);
	t->at += n;
	for (at = t->at; n >= 2; n -= 2) {
		u64 rest = value / 100;

		at -= 2;
		text_two(at, value - 100 * rest);
		value = rest;
	}
	if (n)
		at[-1] = '0' + value;
}

/* Nine digits. */
static void text_ns(struct text *t, u32 ns)
{
	u32 high = ns / 10000, low = ns % 10000;

	if (!text_has_room(t))
		return;
	t->at[0] = '0' + high / 10000;
	high %= 10000;
	text_two(t->at + 1, high / 100);
	text_two(t->at + 3, high % 100);
	text_two(t->at + 5, low / 100);
	text_two(t->at + 7, low % 100);
	t->at += 9;
}

static void text_hex(struct text *t, u64 value, int digits)
{
	int shift = 4 * (digits - 1);

	while (shift < 60 && value >> shift > 0xf)
		shift += 4;
	for (; shift >= 0; shift -= 4)
		text_put(t, "0123456789abcdef"[value >> shift & 0xf]);
}

/* End the word that began at @start, to be @width wide with its blank. */
static void text_pad(struct text *t, const char *start, size_t width)
{
	const u64 blanks = 0x2020202020202020;
	size_t len = t->at - start, blank = len < width ? width + 1 - len : 1, i;

	if (!text_has_room(t))
		return;
	for (i = 0; i < blank; i += sizeof(blanks))
		memcpy(t->at + i, &blanks, sizeof(blanks));
	t->at += blank;
}

static void text_word(struct text *t, size_t width, const char *word)
{
	const char *start = t->at;

	text_add(t, word);
	text_pad(t, start, width);
}

static void text_netns(struct text *t, u32 inode)
{
	const char *start = t->at;

	text_decimal(t, inode, 1);
	text_pad(t, start, 10);
}

/* Date and time up to the second: most lines have that of the line before. */
static void text_second(struct text_clock *clock, u64 secs)
{
	struct text t = { clock->text, clock->text + sizeof(clock->text) };
	struct tm tm;

	time64_to_tm(secs, 0, &tm);
	text_decimal(&t, tm.tm_year + 1900, 4);
	text_put(&t, '-');
	text_decimal(&t, tm.tm_mon + 1, 2);
	text_put(&t, '-');
	text_decimal(&t, tm.tm_mday, 2);
	text_put(&t, 'T');
	text_decimal(&t, tm.tm_hour, 2);
	text_put(&t, ':');
	text_decimal(&t, tm.tm_min, 2);
	text_put(&t, ':');
	text_decimal(&t, tm.tm_sec, 2);
	text_put(&t, '.');
	*t.at = '\0';
	clock->secs = secs;
}

static void text_time(struct text *t, u64 mono_ns, struct text_clock *clock)
{
	u32 ns;
	u64 secs = div_u64_rem(mono_ns + clock->real_offset_ns, NSEC_PER_SEC, &ns);

	if (secs != clock->secs || !clock->text[0])
		text_second(clock, secs);
	text_add(t, clock->text);
	text_ns(t, ns);
	text_add(t, "Z ");
}

static void text_ipv4(struct text *t, const u8 *addr)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i)
			text_put(t, '.');
		text_decimal(t, addr[i], 1);
	}
}

static void text_ipv6(struct text *t, const u8 *addr)
{
	char word[sizeof("[xxxx:xxxx:xxxx:xxxx:xxxx:xxxx:255.255.255.255]")];

	scnprintf(word, sizeof(word), "[%pI6c]", addr);
	text_add(t, word);
}

static void text_address(struct text *t, const u8 *addr, u16 port, u32 known,
			 u32 addr_bit, u32 port_bit)
{
	const char *start = t->at;

	if (!(known & addr_bit))
		text_add(t, "-");
	else if (ipv6_addr_v4mapped((const struct in6_addr *)addr))
		text_ipv4(t, addr + 12);
	else
		text_ipv6(t, addr);
	if (known & port_bit) {
		text_put(t, ':');
		text_decimal(t, port, 1);
	} else if (known & addr_bit) {
		text_add(t, ":-");
	}
	text_pad(t, start, 21);
}

static void text_state(struct text *t, u8 state)
{
	if (state < TCPFSM_NR_STATES && text_state_names[state]) {
		text_add(t, text_state_names[state]);
	} else {
		text_add(t, "STATE_");
		text_decimal(t, state, 1);
	}
}

/* Any process can choose its comm: escape what would end a word or drive a terminal. */
static void text_task(struct text *t, const u8 *comm, u32 pid, bool known)
{
	const char *start = t->at;
	size_t i;

	if (!known) {
		text_word(t, 15, "-");
		return;
	}
	for (i = 0; i < TCPFSM_COMM_LEN && comm[i]; i++) {
		if (comm[i] > ' ' && comm[i] < 0x7f && comm[i] != '\\') {
			text_put(t, comm[i]);
		} else {
			text_add(t, "\\x");
			text_hex(t, comm[i], 2);
		}
	}
	text_put(t, '/');
	text_decimal(t, pid, 1);
	text_pad(t, start, 15);
}

static void text_duration(struct text *t, u64 duration_ns, bool known, bool min)
{
	const char *start = t->at;
	u32 ns;
	u64 secs;

	if (known) {
		secs = div_u64_rem(duration_ns, NSEC_PER_SEC, &ns);
		if (min)
			text_add(t, ">=");
		text_decimal(t, secs, 1);
		text_put(t, '.');
		text_ns(t, ns);
		text_put(t, 's');
	} else {
		text_add(t, "-");
	}
	text_pad(t, start, 13);
}

static void text_id(struct text *t, u64 id, bool known)
{
	const char *start = t->at;

	if (known)
		text_hex(t, id, 1);
	else
		text_add(t, "-");
	text_pad(t, start, 8);
}

static void text_endpoints(struct text *t, const u8 *laddr, u16 lport,
			   const u8 *raddr, u16 rport, u32 known)
{
	text_address(t, laddr, lport, known, TCPFSM_KNOWN_LADDR,
		     TCPFSM_KNOWN_LPORT);
	text_address(t, raddr, rport, known, TCPFSM_KNOWN_PEER,
		     TCPFSM_KNOWN_PEER);
}

static void text_note(struct text *t, u32 flags)
{
	const char *start = t->at;
	size_t i;

	flags &= ~TCPFSM_F_DWELL_MIN;
	for (i = 0; i < ARRAY_SIZE(text_flag_names); i++) {
		if (!(flags & BIT(i)))
			continue;
		if (t->at > start)
			text_put(t, ',');
		text_add(t, text_flag_names[i]);
	}
	/* RFC 9293's diagram has one transition for the two. */
	if (flags & TCPFSM_F_SAME_SEGMENT)
		text_add(t, ",FIN_WAIT_1->TIME_WAIT");
	if (t->at == start)
		text_add(t, "-");
}

static size_t text_end(struct text *t, const char *buf)
{
	*t->at++ = '\n';
	return t->at - buf;
}

size_t text_header(char *buf)
{
	return scnprintf(buf, TEXT_LINE_MAX,
			 "%-30s %-10s %-8s %-21s %-21s %-24s %-13s %-15s %-15s %-15s %s\n",
			 "TIME", "NETNS", "ID", "LOCAL", "PEER", "TRANSITION",
			 "DWELL", "CAUSE", "OWNER", "ACTOR", "NOTE");
}

size_t text_record(char *buf, const struct tcpfsm_record *rec,
		   struct text_clock *clock)
{
	struct text t = text_begin(buf);
	u32 known = rec->known;
	const char *start;

	if (rec->kind == TCPFSM_LOST) {
		text_add(&t, "# lost ");
		text_decimal(&t, rec->lost, 1);
		return text_end(&t, buf);
	}
	text_time(&t, rec->mono_ns, clock);
	text_netns(&t, rec->netns);
	text_id(&t, rec->id, known & TCPFSM_KNOWN_ID);
	text_endpoints(&t, rec->laddr, rec->lport, rec->raddr, rec->rport, known);
	start = t.at;
	text_state(&t, rec->old_state);
	text_add(&t, "->");
	text_state(&t, rec->new_state);
	text_pad(&t, start, 24);
	text_duration(&t, rec->dwell_ns, known & TCPFSM_KNOWN_DWELL,
		      rec->flags & TCPFSM_F_DWELL_MIN);
	text_word(&t, 15, rec->cause < ARRAY_SIZE(text_cause_names) ?
			  text_cause_names[rec->cause] : "?");
	text_task(&t, rec->owner_comm, rec->owner_pid, known & TCPFSM_KNOWN_OWNER);
	text_task(&t, rec->actor_comm, rec->actor_pid, known & TCPFSM_KNOWN_ACTOR);
	text_note(&t, rec->flags);
	return text_end(&t, buf);
}

size_t text_flow_header(char *buf)
{
	return scnprintf(buf, TEXT_LINE_MAX,
			 "%-8s %-10s %-21s %-21s %-11s %-13s %-13s %-13s %-7s %-7s %-15s %s %s\n",
			 "ID", "NETNS", "LOCAL", "PEER", "STATE", "AGE",
			 "IN_STATE", "HANDSHAKE", "OPENED", "CLOSED", "OWNER",
			 "PATH", "NOTE");
}

/* The last 16 states, oldest first. */
static void text_path(struct text *t, u64 path)
{
	int shift;
	bool any = false;

	for (shift = 60; shift >= 0; shift -= 4) {
		u8 state = path >> shift & 0xf;

		if (!state)
			continue;
		if (any)
			text_put(t, '>');
		text_state(t, state);
		any = true;
	}
	text_add(t, any ? " " : "- ");
}

size_t text_flow(char *buf, const struct flow *flow, u64 now)
{
	struct text t = text_begin(buf);
	const char *start;
	u32 flags = 0;

	text_id(&t, flow_id(flow), true);
	text_netns(&t, flow->netns);
	text_endpoints(&t, flow->ends.laddr, flow->ends.lport, flow->ends.raddr,
		       flow->ends.rport, flow->known);
	start = t.at;
	text_state(&t, flow->state);
	text_pad(&t, start, 11);
	text_duration(&t, now - flow->born_ns, true,
		      flow->flags & FLOW_PREEXISTING);
	text_duration(&t, now - flow->since_ns, flow->since_ns,
		      flow->flags & FLOW_SINCE_MIN);
	/* After a dropped ACK it is mostly time that this end waited. */
	text_duration(&t, flow->handshake_ns,
		      (flow->flags & (FLOW_HANDSHAKE | FLOW_ACK_DROPPED)) == FLOW_HANDSHAKE, false);
	text_word(&t, 7, text_role_names[flow->open_role]);
	text_word(&t, 7, text_role_names[flow->close_role]);
	text_task(&t, flow->owner.comm, flow->owner.pid, flow->known & TCPFSM_KNOWN_OWNER);
	text_path(&t, flow->path);
	if (flow->flags & FLOW_PREEXISTING)
		flags |= TCPFSM_F_PREEXISTING;
	if (flow->flags & FLOW_SYNCOOKIE)
		flags |= TCPFSM_F_SYNCOOKIE;
	if (flow->flags & FLOW_TFO)
		flags |= TCPFSM_F_TFO;
	if (flow->flags & FLOW_GAP)
		flags |= TCPFSM_F_GAP;
	if (flow->flags & FLOW_UNACCEPTED)
		flags |= TCPFSM_F_UNACCEPTED;
	if (flow->flags & FLOW_ACK_DROPPED)
		flags |= TCPFSM_F_ACK_DROPPED;
	text_note(&t, flags);
	return text_end(&t, buf);
}
