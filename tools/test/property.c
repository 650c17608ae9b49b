// SPDX-License-Identifier: GPL-2.0
/*
 * The views agree with each other and with the records, for every beginning of each
 * recording:
 *  - matrix counts all transitions;
 *  - a connection that has begun has ended, and is in life, or is alive, and is in flows;
 *    summary counts it in each case;
 *  - summary has opened as many as handshakes has established, and failed as many as
 *    handshakes has others; as many are left in TIME_WAIT as in life;
 *  - with one record more, life and handshakes print the same lines, and perhaps more.
 *
 *   property READER FILE...	prints FAIL lines, then "N passed, N failed"
 *
 * No file may have an id of which two connections are seen from their middle only.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tcpfsm.h"

#define RECORDS_MAX 4096

static const char *reader;
static char prefix[] = "/tmp/property-XXXXXX";
static unsigned int passed, failed;

/* What the records say. */
static struct {
	unsigned long records;		/* of both kinds */
	unsigned long transitions, begun;
	struct { uint64_t id; uint32_t netns; } seen[RECORDS_MAX];
	unsigned long ids;
} model;

static void check(const char *file, unsigned long got, unsigned long expected,
		  const char *what)
{
	if (got == expected) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL property: the first %lu records of %s: %s: expected %lu, got %lu\n",
	       model.records, file, what, expected, got);
}

/* Returns what @view prints as JSON, one line a row; the caller frees it. */
static char *run(const char *view)
{
	size_t size = 0;
	char *command, *text = NULL;
	FILE *pipe;

	if (asprintf(&command, "exec %s %s -o json -r %s 2> /dev/null", reader, view,
		     prefix) < 0)
		err(1, NULL);
	pipe = popen(command, "re");
	if (!pipe)
		err(1, "%s", command);
	if (getdelim(&text, &size, '\0', pipe) < 0) {
		free(text);
		text = strdup("");
	}
	pclose(pipe);
	free(command);
	return text;
}

static unsigned long count(const char *text, const char *what)
{
	unsigned long n = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* The sum of this member of all rows. */
static unsigned long sum(const char *text, const char *member)
{
	unsigned long n = 0;

	while ((text = strstr(text, member))) {
		text += strlen(member);
		n += strtoul(text, NULL, 10);
	}
	return n;
}

static void check_begins(const char *file, const char *what, const char *more,
			 char **less)
{
	check(file, !strncmp(more, *less ?: "", strlen(*less ?: "")), true, what);
	free(*less);
	*less = strdup(more);
}

static void check_views(const char *file, char *lines[2])
{
	char *life = run("life"), *handshakes = run("handshakes"), *flows = run("flows");
	char *summary = run("summary"), *matrix = run("matrix");
	unsigned long opened = sum(summary, "\"opened\":");
	unsigned long ended = count(life, "\"id\":"), rows = count(handshakes, "\"id\":");
	unsigned long alive = count(flows, "\"state\":") -
			      count(flows, "\"state\":\"LISTEN\"") -
			      count(flows, "\"state\":\"TIME_WAIT\"");

	check(file, sum(matrix, "\"count\":"), model.transitions, "matrix");
	check(file, ended + alive, model.begun, "life, and flows without TIME_WAIT");
	check(file, sum(summary, "\"connections\":"), model.begun, "summary");
	check(file, opened, count(handshakes, "\"result\":\"established\""),
	      "summary's opened, handshakes' established");
	check(file, opened + sum(summary, "\"failed\":"), rows,
	      "summary's opened and failed, rows of handshakes");
	check(file, sum(summary, "\"time_wait\":"),
	      count(life, "\"time_wait\":\"us\"") + count(life, "\"time_wait\":\"both\""),
	      "summary's and life's TIME_WAIT");
	check_begins(file, "life's lines are those before and more", life, &lines[0]);
	check_begins(file, "handshakes' lines are those before and more", handshakes,
		     &lines[1]);
	free(life);
	free(handshakes);
	free(flows);
	free(summary);
	free(matrix);
}

static bool is_new(const struct tcpfsm_record *r)
{
	for (unsigned long i = 0; i < model.ids; i++) {
		if (model.seen[i].id == r->id && model.seen[i].netns == r->netns)
			return false;
	}
	if (model.ids == RECORDS_MAX)
		errx(1, "more than %d ids", RECORDS_MAX);
	model.seen[model.ids].id = r->id;
	model.seen[model.ids++].netns = r->netns;
	return true;
}

/* A listener is no connection; a TIME_WAIT that was never seen to begin is none, too. */
static void follow(const struct tcpfsm_record *r)
{
	bool first;

	model.records++;
	if (r->kind != TCPFSM_TRANSITION)
		return;
	model.transitions++;
	if (!(r->known & TCPFSM_KNOWN_ID))
		return;
	first = is_new(r);
	if (r->new_state == TCPFSM_LISTEN || r->old_state == TCPFSM_LISTEN)
		model.begun += r->new_state == TCPFSM_SYN_RCVD;
	else if (r->old_state == TCPFSM_CLOSED)
		model.begun += r->new_state == TCPFSM_SYN_SENT;
	else
		model.begun += first && r->old_state != TCPFSM_TIME_WAIT;
}

static void check_file(const char *name)
{
	struct tcpfsm_header header;
	struct tcpfsm_record r;
	FILE *file = fopen(name, "re"), *copy = fopen(prefix, "we");
	char *lines[2] = { 0 };

	if (!file || !copy || fread(&header, sizeof(header), 1, file) != 1)
		err(1, "%s", name);
	memset(&model, 0, sizeof(model));
	fwrite(&header, sizeof(header), 1, copy);
	while (fread(&r, sizeof(r), 1, file) == 1) {
		fwrite(&r, sizeof(r), 1, copy);
		if (fflush(copy))
			err(1, "%s", prefix);
		follow(&r);
		check_views(name, lines);
	}
	free(lines[0]);
	free(lines[1]);
	fclose(file);
	fclose(copy);
}

int main(int argc, char **argv)
{
	int fd = mkstemp(prefix);

	if (fd < 0 || argc < 2)
		err(1, "%s", prefix);
	close(fd);
	reader = argv[1];
	for (int i = 2; i < argc; i++)
		check_file(argv[i]);
	unlink(prefix);
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
