// SPDX-License-Identifier: GPL-2.0
/* The names of network namespaces and interfaces of this machine. */
#include "nsnames.h"

#include <dirent.h>
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

static void read_names(void)
{
	DIR *directory = opendir(DIRECTORY);
	struct dirent *entry;
	struct stat st;

	forget_names();
	if (!directory)
		return;
	while (count < NAMES_MAX && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || fstatat(dirfd(directory), entry->d_name, &st, 0))
			continue;
		names[count].name = strdup(entry->d_name);
		names[count].inode = st.st_ino;
		count += !!names[count].name;
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

const char *ifname(uint32_t ifindex)
{
	static char name[IF_NAMESIZE];
	static uint32_t of;

	if (!enabled || !ifindex)
		return NULL;
	if (ifindex != of) {
		of = ifindex;
		if (!if_indextoname(ifindex, name))
			name[0] = '\0';
	}
	return name[0] ? name : NULL;
}
