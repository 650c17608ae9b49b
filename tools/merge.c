// SPDX-License-Identifier: GPL-2.0
/* The values of a connection, of which a record knows some. */
#include "merge.h"

#include <stdint.h>
#include <string.h>

#include "tcpfsm.h"

void merge_record(struct tcpfsm_record *now, const struct tcpfsm_record *r)
{
	struct tcpfsm_record old = *now;
	uint32_t lacks = old.known & ~r->known;

	*now = *r;
	if (lacks & TCPFSM_KNOWN_LADDR)
		memcpy(now->laddr, old.laddr, sizeof(now->laddr));
	if (lacks & TCPFSM_KNOWN_LPORT)
		now->lport = old.lport;
	if (lacks & TCPFSM_KNOWN_PEER) {
		memcpy(now->raddr, old.raddr, sizeof(now->raddr));
		now->rport = old.rport;
	}
	if (lacks & TCPFSM_KNOWN_SRTT)
		now->srtt_us = old.srtt_us;
	if (lacks & TCPFSM_KNOWN_MIN_RTT)
		now->min_rtt_us = old.min_rtt_us;
	if (lacks & TCPFSM_KNOWN_COUNTS) {
		now->bytes_in = old.bytes_in;
		now->bytes_out = old.bytes_out;
		now->segs_in = old.segs_in;
		now->segs_out = old.segs_out;
		if (!(r->known & TCPFSM_KNOWN_RETRANS))
			now->retrans = old.retrans;
	}
	if (lacks & TCPFSM_KNOWN_RETRANS && !(r->known & TCPFSM_KNOWN_COUNTS))
		now->retrans = old.retrans;
	if (lacks & TCPFSM_KNOWN_OWNER) {
		now->owner_pid = old.owner_pid;
		now->owner_uid = old.owner_uid;
		memcpy(now->owner_comm, old.owner_comm, sizeof(now->owner_comm));
	}
	if (lacks & TCPFSM_KNOWN_ROUTE) {
		now->ifindex = old.ifindex;
		now->mark = old.mark;
	}
	if (lacks & TCPFSM_KNOWN_ACCEPT)
		now->accept_wait_us = old.accept_wait_us;
	if (!now->open_role)
		now->open_role = old.open_role;
	if (!now->close_role)
		now->close_role = old.close_role;
	/* These are the transition's own. */
	now->known |= lacks & ~(TCPFSM_KNOWN_DWELL | TCPFSM_KNOWN_ACTOR |
				TCPFSM_KNOWN_ERRNO);
}
