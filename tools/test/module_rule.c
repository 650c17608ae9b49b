// SPDX-License-Identifier: GPL-2.0
/* The module's own filter, on the host. */
#include "module_rule.h"

#include "../../module/rule.c"

static struct rule rule;

const char *module_rule_parse(const char *text)
{
	static char words[1024];	/* that error.reason may point into */
	struct rule_error error;

	if (strlen(text) >= sizeof(words))
		return "longer than 1023 bytes";
	memset(&rule, 0, sizeof(rule));
	strcpy(words, text);
	return rule_parse(&rule, words, &error) ? NULL : error.reason;
}

bool module_rule_takes(const struct tcpfsm_record *r)
{
	struct flow flow = {
		.netns = r->netns, .family = r->family, .known = r->known,
		.ends = { .lport = r->lport, .rport = r->rport },
	};

	memcpy(flow.ends.laddr, r->laddr, sizeof(flow.ends.laddr));
	memcpy(flow.ends.raddr, r->raddr, sizeof(flow.ends.raddr));
	return rule_matches(&rule, &flow, r->new_state);
}
