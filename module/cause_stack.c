// SPDX-License-Identifier: GPL-2.0
/*
 * The site is the innermost function on the stack that is in the table below. The
 * frames of a softirq lie inside those of the task it interrupted, where the search
 * ends. Functions that end in a call (tcp_reset(), tcp_time_wait()) are not in the
 * table: the compiler may turn that call into a jump, which leaves no frame.
 *
 * Context: cause_stack_find() in the probes, cause_stack_init() in process context.
 * Locking: none. The table is only read once the first probe runs.
 */
#include "cause_stack.h"

#include <linux/kernel.h>
#include <linux/sort.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "ksym.h"

/* From our own frames to the outermost in the table: up to 18 were seen. */
#define CAUSE_STACK_FRAMES	24

/* Not sites of their own: their callers are. */
enum {
	SITE_DISCONNECT = NR_SITES,
	SITE_DESCHEDULE,
	SITE_ACCEPT,
	SITE_SOFTIRQ,		/* frames beyond it are of the interrupted task */
};

/* The static functions among them are callbacks, or too long to be inlined. */
static struct ksym cause_stack_functions[] = {
	{ "tcp_v4_rcv", SITE_SEGMENT },
	{ "tcp_v6_rcv", SITE_SEGMENT },
	{ "tcp_v4_do_rcv", SITE_SEGMENT },
	{ "tcp_v6_do_rcv", SITE_SEGMENT },
	{ "tcp_rcv_established", SITE_SEGMENT },
	{ "tcp_rcv_state_process", SITE_SEGMENT },
	{ "tcp_validate_incoming", SITE_VALIDATE },
	{ "tcp_check_req", SITE_CHECK_REQ },
	{ "tcp_timewait_state_process", SITE_TIMEWAIT },
	{ "tcp_v4_err", SITE_ICMP },
	{ "tcp_v6_err", SITE_ICMP },
	{ "tcp_write_timer", SITE_WRITE_TIMER },
	{ "tcp_write_timer_handler", SITE_WRITE_TIMER },
	/* Runs the timer's work if the timer found the socket in use. */
	{ "tcp_release_cb", SITE_WRITE_TIMER },
	/* Also called by tcp_ld_RTO_revert(), for an ICMP error. */
	{ "tcp_retransmit_timer", SITE_WRITE_TIMER },
	{ "tcp_keepalive_timer", SITE_KEEPALIVE },
	{ "reqsk_timer_handler", SITE_REQ_TIMER },
	{ "tcp_close", SITE_CLOSE },
	{ "__tcp_close", SITE_CLOSE },
	{ "mptcp_close", SITE_MPTCP_CLOSE },
	{ "mptcp_worker", SITE_MPTCP_WORKER },
	{ "inet_shutdown", SITE_SHUTDOWN },
	{ "tcp_shutdown", SITE_SHUTDOWN },
	{ "inet_stream_connect", SITE_CONNECT },
	{ "__inet_stream_connect", SITE_CONNECT },
	{ "tcp_v4_connect", SITE_CONNECT },
	{ "tcp_v6_connect", SITE_CONNECT },
	/* Fast Open sends its SYN with the data. */
	{ "tcp_sendmsg_locked", SITE_CONNECT },
	{ "inet_csk_listen_start", SITE_LISTEN },
	{ "inet_csk_listen_stop", SITE_LISTEN_STOP },
	{ "mptcp_subflow_queue_clean", SITE_LISTEN_STOP },
	{ "inet_csk_accept", SITE_ACCEPT },
	{ "tcp_abort", SITE_ABORT },
	{ "inet_twsk_purge", SITE_PURGE },
	{ "tcp_disconnect", SITE_DISCONNECT },
	{ "inet_twsk_deschedule_put", SITE_DESCHEDULE },
	/* The first one since 6.9, unless it is inlined into the second. */
	{ "handle_softirqs", SITE_SOFTIRQ },
	{ "__do_softirq", SITE_SOFTIRQ },
};

static size_t cause_stack_count;	/* the first ones: those that this kernel has */

static int cause_stack_site(unsigned long addr)
{
	size_t low = 0, high = cause_stack_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct ksym *symbol = &cause_stack_functions[middle];

		if (addr < symbol->start)
			high = middle;
		else if (addr - symbol->start >= symbol->size)
			low = middle + 1;
		else
			return symbol->tag;
	}
	return SITE_NONE;
}

void cause_stack_find(struct cause_facts *facts)
{
	unsigned long frames[CAUSE_STACK_FRAMES];
	unsigned int i, n;

	n = stack_trace_save(frames, ARRAY_SIZE(frames), 1);
	for (i = 0; i < n; i++) {
		int site = cause_stack_site(frames[i]);

		if (site == SITE_SOFTIRQ)
			return;
		/* Of a subflow, mptcp_close() may have called it. */
		if (facts->site == SITE_SHUTDOWN && site != SITE_MPTCP_CLOSE)
			continue;
		if (site == SITE_SHUTDOWN && cause_saw(facts, CAUSE_MPTCP)) {
			facts->site = site;
			continue;
		}
		if (site == SITE_DISCONNECT) {
			facts->saw |= CAUSE_IN_DISCONNECT;
		} else if (site != SITE_NONE && site < NR_SITES) {
			facts->site = site;
			return;
		}
	}
}

bool cause_stack_accepts(void)
{
	unsigned long frames[CAUSE_STACK_FRAMES];
	unsigned int i, n;

	n = stack_trace_save(frames, ARRAY_SIZE(frames), 1);
	for (i = 0; i < n; i++)
		switch (cause_stack_site(frames[i])) {
		case SITE_ACCEPT:
			return true;
		case SITE_SOFTIRQ:
			return false;
		}
	return false;
}

bool cause_stack_ends_early(unsigned long caller)
{
	int site = cause_stack_site(caller);

	return site == SITE_DESCHEDULE || site == SITE_PURGE;
}

static int cause_stack_order(const void *a, const void *b)
{
	const struct ksym *first = a, *second = b;

	/* Functions that this kernel does not have go last. */
	if (!first->size || !second->size)
		return !first->size - !second->size;
	return first->start < second->start ? -1 : first->start > second->start;
}

int cause_stack_init(void)
{
	int err = ksym_find(cause_stack_functions, ARRAY_SIZE(cause_stack_functions));
	const struct ksym *symbol;

	if (err)
		return err;
	for (symbol = cause_stack_functions; symbol < cause_stack_functions + ARRAY_SIZE(cause_stack_functions); symbol++)
		if (!symbol->size && strncmp(symbol->name, "mptcp_", 6) &&
		    symbol->tag != SITE_SOFTIRQ)
			pr_warn("causes: this kernel has no %s\n", symbol->name);
	sort(cause_stack_functions, ARRAY_SIZE(cause_stack_functions), sizeof(cause_stack_functions[0]),
	     cause_stack_order, NULL);
	while (cause_stack_count < ARRAY_SIZE(cause_stack_functions) &&
	       cause_stack_functions[cause_stack_count].size)
		cause_stack_count++;
	return 0;
}
