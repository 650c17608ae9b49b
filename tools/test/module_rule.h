/* SPDX-License-Identifier: GPL-2.0 */
/* The module's own filter, on the host: module/rule.c over module/selftest/kshim.h. */
#ifndef MODULE_RULE_H
#define MODULE_RULE_H

#include <stdbool.h>

#include "tcpfsm.h"

/* Returns NULL, or the reason why the module would refuse @text. */
const char *module_rule_parse(const char *text);

/* Would the module record @r under the rule that was parsed last? */
bool module_rule_takes(const struct tcpfsm_record *r);

#endif
