// SPDX-License-Identifier: GPL-2.0
/*
 * The filter in use. A filter is never changed, only replaced.
 *
 * Context: filter_passes() in the probes, the rest in process context.
 * Locking: filter_lock guards replacing the filter, and the text of the last refusal.
 *   The probes run with interrupts off, which makes them RCU readers:
 *   synchronize_rcu() waits until none uses the old filter.
 */
#include "filter.h"

#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rule.h"
#include "netns.h"

struct filter {
	struct rule rule;
	char text[FILTER_TEXT_MAX];	/* the rule in its normal form */
};

DEFINE_STATIC_KEY_FALSE(filter_key);

static DEFINE_MUTEX(filter_lock);	/* writing filter_now; filter_refused */
static struct filter __rcu *filter_now;	/* NULL: everything */
static char filter_refused[192];

bool filter_passes(const struct flow *flow, u8 new)
{
	const struct filter *filter = rcu_dereference_sched(filter_now);

	/* NULL while the key is being switched. */
	return !filter || rule_matches(&filter->rule, flow, new);
}

static __printf(1, 2) int filter_refuse(const char *fmt, ...)
{
	va_list args;

	lockdep_assert_held(&filter_lock);
	va_start(args, fmt);
	vscnprintf(filter_refused, sizeof(filter_refused), fmt, args);
	va_end(args);
	return -EINVAL;
}

/* Only printable characters: the text is shown on terminals later. */
static int filter_check(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((text[i] < ' ' || text[i] > '~') && text[i] != '\t')
			return filter_refuse("\\x%02x: not a printable character (byte %zu)",
					     (u8)text[i], i + 1);
	return 0;
}

static int filter_parse(struct filter *filter, char *text)
{
	struct rule_error error;

	if (!rule_parse(&filter->rule, text, &error))
		return filter_refuse("%.32s%s%.64s: %s", error.key ?: "",
				     error.key ? "=" : "", error.item, error.reason);
	/* In normal form some addresses are longer. */
	if (rule_print(&filter->rule, filter->text, FILTER_TEXT_MAX) >=
	    FILTER_TEXT_MAX - 1)
		return filter_refuse("longer than %d bytes as it would be shown",
				     FILTER_TEXT_MAX);
	return 0;
}

/* @filter may be NULL: everything. */
static void filter_replace(struct filter *filter)
{
	struct filter *old = rcu_dereference_protected(filter_now,
					lockdep_is_held(&filter_lock));

	rcu_assign_pointer(filter_now, filter);
	if (filter)
		static_branch_enable(&filter_key);
	else
		static_branch_disable(&filter_key);
	if (!old)
		return;
	synchronize_rcu();
	kfree(old);
}

static int filter_set(char *text)
{
	struct filter *filter;
	int err;

	text = strim(text);
	if (!*text || !strcmp(text, "clear")) {
		filter_replace(NULL);
		if (*text)
			netns_matrix_restart();
		return 0;
	}
	filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	if (!filter)
		return -ENOMEM;
	err = filter_parse(filter, text);
	if (err)
		kfree(filter);
	else
		filter_replace(filter);
	return err;
}

static int filter_take(const char __user *from, size_t len)
{
	char *text;
	int err;

	if (len > FILTER_TEXT_MAX)
		return filter_refuse("longer than %d bytes", FILTER_TEXT_MAX);
	text = memdup_user_nul(from, len);
	if (IS_ERR(text))
		return PTR_ERR(text);
	if (text[len - 1] == '\n')
		text[--len] = '\0';
	err = filter_check(text, len) ?: filter_set(text);
	if (!err)
		filter_refused[0] = '\0';
	kfree(text);
	return err;
}

int filter_write(const char __user *text, size_t len)
{
	int err;

	if (!len)
		return 0;
	mutex_lock(&filter_lock);
	err = filter_take(text, len);
	mutex_unlock(&filter_lock);
	return err;
}

void filter_show(struct seq_file *m)
{
	const struct filter *filter;

	mutex_lock(&filter_lock);
	filter = rcu_dereference_protected(filter_now, lockdep_is_held(&filter_lock));
	seq_printf(m, "%s\n", filter ? filter->text : "clear");
	if (filter_refused[0])
		seq_printf(m, "# refused: %s\n", filter_refused);
	mutex_unlock(&filter_lock);
}

void filter_exit(void)
{
	mutex_lock(&filter_lock);
	filter_replace(NULL);
	mutex_unlock(&filter_lock);
}
