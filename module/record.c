// SPDX-License-Identifier: GPL-2.0
/*
 * The cookie of a socket that has none yet, at its first transition.
 *
 * Context: the probes.
 */
#include "record.h"

#include <linux/sock_diag.h>

u64 record_new_id(const struct sock *sk)
{
	u32 cookie[2];

	sock_diag_save_cookie((struct sock *)sk, cookie);
	return cookie[0] | (u64)cookie[1] << 32;
}
