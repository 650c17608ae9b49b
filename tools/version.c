// SPDX-License-Identifier: GPL-2.0
/* The versions of this reader and of the module. */
#include "version.h"
#include "escape.h"
#include "input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char reader_version[] = TCPFSM_VERSION_STRING;

static bool print_module_version(struct input *in, const char *raw)
{
	const size_t len = sizeof(in->header.module_version);
	char text[4 * sizeof(in->header.module_version)];
	char *end;

	if (!input_open_live(in, raw, false))
		return false;
	while (!in->checked) {
		enum input_result result = input_fill(in);

		if (result != INPUT_MORE && result != INPUT_WAIT)
			return false;
	}
	input_close(in);

	end = put_escaped(text, in->header.module_version, len);
	printf("tcpfsm module %.*s\n", (int)(end - text), text);
	return true;
}

bool print_versions(struct input *in, const char *raw)
{
	bool ok = true;

	printf("tcpfsm reader %s\n", reader_version);
	if (!access(raw, R_OK))
		ok = print_module_version(in, raw);
	else
		printf("tcpfsm module: %s\n", errno == ENOENT ? "not loaded" :
							       strerror(errno));
	return ok;
}
