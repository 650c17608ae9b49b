// SPDX-License-Identifier: GPL-2.0
/* The names of network namespaces and interfaces of this machine. */
#include "nsnames.h"

#include <dirent.h>
#include <err.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DIRECTORY "/run/netns"
#define NAMES_MAX 1024			/* more namespaces have numbers only */

static bool enabled;

static struct {
	uint32_t inode;
	char *name;
} names[NAMES_MAX];
static size_t count;
static time_t read_at = -1;		/* CLOCK_MONOTONIC, s */

void nsnames_enable(bool enable)
{
	enabled = enable;
}

static void forget_names(void)
{
	while (count)
		free(names[--count].name);
}

/* Both kinds of names may have any bytes; others than these have numbers only. */
static bool is_printable(const char *name)
{
	for (; *name; name++) {
		if (*name <= ' ' || *name > '~')
			return false;
	}
	return true;
}

static void read_names(void)
{
	DIR *directory = opendir(DIRECTORY);
	struct dirent *entry;
	struct stat st;

	forget_names();
	if (!directory)
		return;
	while (count < NAMES_MAX && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || !is_printable(entry->d_name) ||
		    fstatat(dirfd(directory), entry->d_name, &st, 0))
			continue;
		names[count].name = strdup(entry->d_name);
		if (!names[count].name)
			err(1, NULL);
		names[count++].inode = st.st_ino;
	}
	closedir(directory);
}

static const char *find_name(uint32_t inode)
{
	for (size_t i = 0; i < count; i++) {
		if (names[i].inode == inode)
			return names[i].name;
	}
	return NULL;
}

/* Most namespaces have no name: the directory is read at most once a second. */
const char *nsname(uint32_t inode)
{
	struct timespec now;
	const char *name;

	if (!enabled)
		return NULL;
	name = find_name(inode);
	if (name)
		return name;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == read_at)
		return NULL;
	read_at = now.tv_sec;
	read_names();
	return find_name(inode);
}

bool nsnames_own(uint32_t inode)
{
	static ino_t own;
	struct stat st;

	if (!own && !stat("/proc/self/ns/net", &st))
		own = st.st_ino;
	return enabled && own == inode;
}

const char *ifname(uint32_t ifindex)
{
	static struct {
		uint32_t ifindex;
		char name[IF_NAMESIZE];		/* empty: it has none */
	} known[16];
	const size_t n = ifindex % (sizeof(known) / sizeof(known[0]));

	if (!enabled || !ifindex)
		return NULL;
	if (known[n].ifindex != ifindex) {
		known[n].ifindex = ifindex;
		if (!if_indextoname(ifindex, known[n].name) || !is_printable(known[n].name))
			known[n].name[0] = '\0';
	}
	return known[n].name[0] ? known[n].name : NULL;
}
