// SPDX-License-Identifier: GPL-2.0
/*
 * Connections put together from records: one case for each row of DESIGN.md's catalogue,
 * then losses, reuse of ids, twins, damage, and the memory of a million.
 */
#include "connection.h"
#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MS UINT64_C(1000000)

static unsigned int passed, failed;

/* What the events said, in words: "opened:1ms ended:close/us/3ms closed ". */
static char said[1024];

static void check(bool ok, const char *what, const char *which)
{
	if (ok) {
		passed++;
		return;
	}
	failed++;
	printf("FAIL connection: %s: %s\n", which, what);
}

static void same(const char *got, const char *expected, const char *what, const char *which)
{
	char text[2 * sizeof(said) + 80];

	snprintf(text, sizeof(text), "%s: expected %s, got %s", what, expected, got);
	check(!strcmp(got, expected), text, which);
}

static uint8_t state_of(const char *name, size_t length)
{
	for (int i = 1; i < TCPFSM_NR_STATES; i++) {
		if (!strncmp(name, state_names.name[i], length) && !state_names.name[i][length])
			return i;
	}
	abort();
}

/* "OLD>NEW cause [flag] [@PEER'S PORT]"; each is a millisecond after the one before. */
static struct tcpfsm_record record_of(const char *text, uint64_t *time)
{
	struct tcpfsm_record r = {
		.known = TCPFSM_KNOWN_ID | TCPFSM_KNOWN_LADDR | TCPFSM_KNOWN_LPORT |
			 TCPFSM_KNOWN_PEER | TCPFSM_KNOWN_DWELL,
		.id = 7, .netns = 1, .laddr = { [15] = 1 }, .raddr = { [15] = 1 },
		.lport = 4000, .rport = 80, .dwell_ns = MS,
	};
	const char *arrow = strchr(text, '>'), *port = strchr(text, '@');
	char cause[32] = "", flag[32] = "";

	r.mono_ns = *time += MS;
	r.old_state = state_of(text, arrow - text);
	r.new_state = state_of(arrow + 1, strcspn(arrow + 1, " "));
	sscanf(arrow, "%*s %31s %31s", cause, flag);
	r.cause = cause_named(cause);
	if (port)
		r.rport = strtoul(port + 1, NULL, 10);
	if (r.old_state == TCPFSM_CLOSED || r.old_state == TCPFSM_LISTEN)
		r.known &= ~TCPFSM_KNOWN_DWELL;
	for (int i = 0; *flag && i < NAMES_MAX; i++) {
		if (!strcmp(flag, flag_names.name[i]))
			r.flags |= 1u << i;
	}
	if (r.new_state == TCPFSM_LISTEN || (r.old_state == TCPFSM_LISTEN && r.new_state == TCPFSM_CLOSED))
		r.known &= ~TCPFSM_KNOWN_PEER;
	return r;
}

static const char *side_name(enum connection_side side)
{
	static const char *const names[] = { "-", "us", "peer", "both" };

	return names[side];
}

static void on_event(void *to, struct connection *c, enum connection_event event)
{
	char *end = said + strlen(said);
	uint64_t ns, life;
	bool least;

	(void)to;
	if (connection_is_listener(c))
		return;
	switch (event) {
	case CONNECTION_BEGUN:
		sprintf(end, "begun ");
		break;
	case CONNECTION_OPENED:
		sprintf(end, "%s:%s ", c->opened_ns ? "opened" : "not-opened",
			connection_handshake(c, &ns) ? ns == MS ? "1ms" : ns == 2 * MS ? "2ms" : "?" : "-");
		break;
	case CONNECTION_ENDED:
		life = connection_life(c, 0, &least);
		sprintf(end, "ended:%s/%s/%s%llums%s ", connection_end(c) ?: "-",
			side_name(connection_closer(c)), least ? ">=" : "",
			(unsigned long long)(life / MS), connection_failed(c) ? "/failed" : "");
		break;
	case CONNECTION_CLOSED:
		sprintf(end, "closed ");
		break;
	}
}

#define CLIENT "CLOSED>SYN_SENT connect", "SYN_SENT>ESTABLISHED rcv_synack"
#define SERVER "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>ESTABLISHED rcv_ack"

static void test_catalogue(void)
{
	static const struct {
		const char *name, *records[10], *expected;
	} table[] = {
		{ "client connects, closes first",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>TIME_WAIT rcv_fin", "TIME_WAIT>CLOSED tw_expired" },
		  "begun opened:1ms ended:close/us/4ms closed " },
		{ "server accepts, peer closes first",
		  { SERVER, "ESTABLISHED>CLOSE_WAIT rcv_fin", "CLOSE_WAIT>LAST_ACK close",
		    "LAST_ACK>CLOSED rcv_ack" },
		  "begun opened:1ms ended:close/peer/4ms closed " },
		{ "the process that closes exits",
		  { SERVER, "ESTABLISHED>CLOSE_WAIT rcv_fin", "CLOSE_WAIT>LAST_ACK exit exit",
		    "LAST_ACK>CLOSED rcv_ack" },
		  "begun opened:1ms ended:exit/peer/4ms closed " },
		{ "the peer's FIN and its ACK of ours in one segment",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 shutdown", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>TIME_WAIT rcv_fin same-segment" },
		  "begun opened:1ms ended:shutdown/us/4ms " },
		{ "TIME_WAIT ended by a new SYN",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>TIME_WAIT rcv_fin", "TIME_WAIT>CLOSED tw_reused" },
		  "begun opened:1ms ended:close/us/4ms closed " },
		{ "TIME_WAIT ended by a RST",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>TIME_WAIT rcv_fin", "TIME_WAIT>CLOSED rcv_rst" },
		  "begun opened:1ms ended:close/us/4ms closed " },
		{ "orphan, then the peer's FIN never comes",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>CLOSED fw2_timeout" },
		  "begun opened:1ms ended:fw2_timeout/-/4ms/failed closed " },
		{ "half-open, never completed",
		  { "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>CLOSED synack_timeout" },
		  "begun not-opened:- ended:synack_timeout/-/1ms/failed closed " },
		{ "half-open, reset", { "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>CLOSED rcv_rst" },
		  "begun not-opened:- ended:rcv_rst/peer/1ms/failed closed " },
		{ "half-open, no room", { "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>CLOSED overflow" },
		  "begun not-opened:- ended:overflow/us/1ms/failed closed " },
		{ "half-open, its namespace ends",
		  { "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>CLOSED netns_exit" },
		  "begun not-opened:- ended:netns_exit/-/1ms/failed closed " },
		{ "an ACK was dropped: no handshake time",
		  { "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>ESTABLISHED rcv_ack ack-dropped" },
		  "begun opened:- " },
		{ "SYN cookie: no handshake time",
		  { "LISTEN>SYN_RCVD rcv_ack syncookie", "SYN_RCVD>ESTABLISHED rcv_ack syncookie",
		    "ESTABLISHED>CLOSED rcv_rst" },
		  "begun opened:- ended:rcv_rst/peer/2ms/failed closed " },
		{ "Fast Open: the server closes before the ACK",
		  { "LISTEN>SYN_RCVD rcv_syn tfo", "SYN_RCVD>FIN_WAIT_1 close",
		    "FIN_WAIT_1>FIN_WAIT_2 rcv_ack", "FIN_WAIT_2>TIME_WAIT rcv_fin" },
		  "begun opened:- ended:close/us/3ms " },
		{ "Fast Open: closed before the ACK, and reset",
		  { "LISTEN>SYN_RCVD rcv_syn tfo", "SYN_RCVD>FIN_WAIT_1 close",
		    "FIN_WAIT_1>CLOSED rcv_rst" },
		  "begun not-opened:- ended:rcv_rst/peer/2ms/failed closed " },
		{ "Fast Open: the client closes before the ACK",
		  { "LISTEN>SYN_RCVD rcv_syn tfo", "SYN_RCVD>CLOSE_WAIT rcv_fin",
		    "CLOSE_WAIT>LAST_ACK close", "LAST_ACK>CLOSED rcv_ack" },
		  "begun opened:- ended:close/peer/3ms closed " },
		{ "refused",
		  { "CLOSED>SYN_SENT connect", "SYN_SENT>CLOSED rcv_rst" },
		  "begun not-opened:- ended:refused/peer/1ms/failed closed " },
		{ "unreachable",
		  { "CLOSED>SYN_SENT connect", "SYN_SENT>CLOSED icmp" },
		  "begun not-opened:- ended:icmp/-/1ms/failed closed " },
		{ "no answer", { "CLOSED>SYN_SENT connect", "SYN_SENT>CLOSED timeout" },
		  "begun not-opened:- ended:timeout/-/1ms/failed closed " },
		{ "simultaneous open: from our SYN on",
		  { "CLOSED>SYN_SENT connect", "SYN_SENT>SYN_RCVD rcv_syn", "SYN_RCVD>ESTABLISHED rcv_ack" },
		  "begun opened:2ms " },
		{ "simultaneous close",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>CLOSING rcv_fin",
		    "CLOSING>TIME_WAIT rcv_ack", "TIME_WAIT>CLOSED tw_expired" },
		  "begun opened:1ms ended:close/both/4ms closed " },
		{ "reset by the peer",
		  { CLIENT, "ESTABLISHED>CLOSED rcv_rst" },
		  "begun opened:1ms ended:rcv_rst/peer/2ms/failed closed " },
		{ "reset by us",
		  { CLIENT, "ESTABLISHED>CLOSED unread_data" },
		  "begun opened:1ms ended:unread_data/us/2ms/failed closed " },
		{ "reset by the peer after our FIN",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>CLOSED rcv_rst" },
		  "begun opened:1ms ended:rcv_rst/peer/3ms/failed closed " },
		{ "reset by us with linger", { CLIENT, "ESTABLISHED>CLOSED linger0" },
		  "begun opened:1ms ended:linger0/us/2ms/failed closed " },
		{ "killed in CLOSE_WAIT",
		  { SERVER, "ESTABLISHED>CLOSE_WAIT rcv_fin", "CLOSE_WAIT>CLOSED killed" },
		  "begun opened:1ms ended:killed/us/3ms/failed closed " },
		{ "timer", { CLIENT, "ESTABLISHED>CLOSED keepalive" },
		  "begun opened:1ms ended:keepalive/-/2ms/failed closed " },
		{ "no answer to our FIN",
		  { SERVER, "ESTABLISHED>CLOSE_WAIT rcv_fin", "CLOSE_WAIT>LAST_ACK close",
		    "LAST_ACK>CLOSED retrans_timeout" },
		  "begun opened:1ms ended:retrans_timeout/-/4ms/failed closed " },
		{ "the listener closes",
		  { SERVER, "ESTABLISHED>CLOSED listener_closed" },
		  "begun opened:1ms ended:listener_closed/us/2ms/failed closed " },
		{ "older than the module",
		  { "ESTABLISHED>CLOSE_WAIT rcv_fin pre-existing", "CLOSE_WAIT>LAST_ACK close",
		    "LAST_ACK>CLOSED rcv_ack" },
		  "begun not-opened:- ended:close/peer/>=3ms closed " },
		{ "the socket is used again",
		  { CLIENT, "ESTABLISHED>CLOSED disconnect", CLIENT },
		  "begun opened:1ms ended:disconnect/us/2ms/failed closed begun opened:1ms " },
		{ "used again while the old connection is in TIME_WAIT",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>TIME_WAIT rcv_fin",
		    "CLOSED>SYN_SENT connect", "TIME_WAIT>CLOSED tw_expired",
		    "SYN_SENT>ESTABLISHED rcv_synack" },
		  "begun opened:1ms ended:close/us/3ms begun closed opened:1ms " },
		{ "its end was lost",
		  { CLIENT, "CLOSED>SYN_SENT connect", "SYN_SENT>CLOSED timeout" },
		  "begun opened:1ms ended:-/-/1ms closed "
		  "begun not-opened:- ended:timeout/-/1ms/failed closed " },
		{ "its end was lost, its id has another peer",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close @81" },
		  "begun opened:1ms ended:-/-/1ms closed begun " },
		{ "its opening was lost",
		  { "CLOSED>SYN_SENT connect", "ESTABLISHED>CLOSE_WAIT rcv_fin",
		    "CLOSE_WAIT>CLOSED unread_data" },
		  "begun opened:- ended:unread_data/us/2ms/failed closed " },
		{ "simultaneous open, of which a record was lost",
		  { "CLOSED>SYN_SENT connect", "SYN_RCVD>ESTABLISHED rcv_ack" },
		  "begun opened:- " },
		{ "the TIME_WAIT of another connection of the id ends",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>TIME_WAIT rcv_fin",
		    "TIME_WAIT>CLOSED tw_expired @81" },
		  "begun opened:1ms ended:close/us/3ms begun not-opened:- ended:-/-/>=1ms closed " },
		{ "two TIME_WAITs of one id end, the latest first",
		  { "ESTABLISHED>TIME_WAIT rcv_fin @80", "FIN_WAIT_2>TIME_WAIT rcv_fin @81",
		    "FIN_WAIT_2>TIME_WAIT rcv_fin @82", "CLOSED>SYN_SENT connect @83",
		    "TIME_WAIT>CLOSED tw_expired @82", "TIME_WAIT>CLOSED tw_expired @80" },
		  "begun not-opened:- ended:-/-/>=1ms begun not-opened:- ended:-/-/>=1ms "
		  "begun not-opened:- ended:-/-/>=1ms begun closed closed " },
		{ "a listener is no connection",
		  { "CLOSED>LISTEN listen", "LISTEN>CLOSED close" }, "" },
		{ "hooks=0: an orphan is handed over",
		  { CLIENT, "ESTABLISHED>FIN_WAIT_1 shutdown", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>CLOSED close" },
		  "begun opened:1ms ended:shutdown/us/4ms closed " },
		{ "hooks=0: the first record of a child",
		  { "SYN_RCVD>ESTABLISHED rcv_ack", "ESTABLISHED>CLOSED rcv_rst" },
		  "begun opened:1ms ended:rcv_rst/peer/>=2ms/failed closed " },
		{ "without half-open connections and TIME_WAIT (hooks=0)",
		  { "LISTEN>SYN_RCVD rcv_syn", "SYN_RCVD>ESTABLISHED rcv_ack",
		    "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>FIN_WAIT_2 rcv_ack",
		    "FIN_WAIT_2>CLOSED rcv_fin" },
		  "begun opened:1ms ended:close/us/4ms closed " },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct connections *all = connections_new(CONNECTION_CLOSED, on_event, NULL);
		uint64_t time = 0;

		*said = '\0';
		for (int n = 0; n < 10 && table[i].records[n]; n++) {
			struct tcpfsm_record r = record_of(table[i].records[n], &time);

			connections_record(all, &r, true);
		}
		same(said, table[i].expected, "events", table[i].name);
		connections_free(all);
	}
}

static void ignore(void *to, struct connection *c, enum connection_event event)
{
	(void)to;
	(void)c;
	(void)event;
}

struct path {
	const uint8_t *state;
	size_t count;
};

static void check_path(void *to, struct connection *c)
{
	const struct path *expected = to;
	uint8_t state[CONNECTION_PATH_MAX];

	check(connection_path(c, state) == expected->count &&
	      !memcmp(state, expected->state, expected->count), "the path", "lost, same segment");
	check(c->gap, "gap", "lost, same segment");
}

/* A TIME_WAIT whose connection was let go, or never seen, makes no new one. */
static void test_let_go(void)
{
	static const char *const records[] = {
		CLIENT, "ESTABLISHED>FIN_WAIT_1 close", "FIN_WAIT_1>TIME_WAIT rcv_fin",
		"TIME_WAIT>CLOSED tw_expired",
	};
	struct connections *all = connections_new(CONNECTION_ENDED, on_event, NULL);
	uint64_t time = 0;

	*said = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct tcpfsm_record r = record_of(records[i], &time);

		connections_record(all, &r, true);
	}
	same(said, "begun opened:1ms ended:close/us/3ms ", "events", "let go at the end");
	connections_record(all, &(struct tcpfsm_record){
		.known = TCPFSM_KNOWN_ID, .id = 8, .mono_ns = time + MS,
		.old_state = TCPFSM_TIME_WAIT, .new_state = TCPFSM_CLOSED }, true);
	same(said, "begun opened:1ms ended:close/us/3ms ", "events", "never seen");
	check(connections_count(all).alive == 0, "none is left", "let go at the end");
	connections_free(all);
}

static void test_path(void)
{
	static const char *const records[] = {
		"CLOSED>SYN_SENT connect", "ESTABLISHED>FIN_WAIT_1 close",
		"FIN_WAIT_1>FIN_WAIT_2 rcv_ack", "FIN_WAIT_2>TIME_WAIT rcv_fin same-segment",
	};
	static const uint8_t expected[] = {
		TCPFSM_CLOSED, TCPFSM_SYN_SENT, TCPFSM_ESTABLISHED, TCPFSM_FIN_WAIT_1,
		TCPFSM_TIME_WAIT,
	};
	struct connections *all = connections_new(CONNECTION_CLOSED, ignore, NULL);
	uint64_t time = 0;

	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		struct tcpfsm_record r = record_of(records[i], &time);

		connections_record(all, &r, true);
	}
	connections_each(all, check_path, &(struct path){ expected, sizeof(expected) });
	connections_free(all);
}

static struct connection *one_with_twin;

static void keep_twin(void *to, struct connection *c, enum connection_event event)
{
	(void)to;
	if (event == CONNECTION_OPENED && c->twin)
		one_with_twin = c;
}

/* @id has its ends the other way round if @mirrored. */
static void open_one(struct connections *all, uint64_t id, uint32_t netns, bool mirrored,
		     const uint8_t address[16])
{
	uint64_t time = id * 10 * MS;
	struct tcpfsm_record r[] = {
		record_of("CLOSED>SYN_SENT connect", &time),
		record_of("SYN_SENT>ESTABLISHED rcv_synack", &time),
	};

	for (size_t i = 0; i < ARRAY_SIZE(r); i++) {
		r[i].id = id;
		r[i].netns = netns;
		memcpy(r[i].laddr, address, 16);
		memcpy(r[i].raddr, address, 16);
		if (mirrored) {
			r[i].lport = 80;
			r[i].rport = 4000;
		}
		connections_record(all, &r[i], true);
	}
}

static void test_twins(void)
{
	static const uint8_t loopback[16] = { [15] = 1 };
	static const uint8_t other[16] = { 0x20, 1, [15] = 1 };
	static const struct {
		const char *name;
		const uint8_t *address;
		uint32_t first, second, third;	/* namespaces of ids 1, 2 and 3 */
		uint64_t twin;			/* of 3; 0: none */
	} table[] = {
		{ "the same namespace", other, 1, 0, 1, 1 },
		{ "another namespace", other, 1, 0, 2, 1 },
		{ "the same namespace goes before a later one", other, 1, 2, 1, 1 },
		{ "the later of two others", other, 2, 3, 1, 2 },
		{ "loopback is a namespace's own", loopback, 1, 0, 2, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct connections *all = connections_new(CONNECTION_CLOSED, keep_twin, NULL);

		one_with_twin = NULL;
		open_one(all, 1, table[i].first, false, table[i].address);
		if (table[i].second)
			open_one(all, 2, table[i].second, false, table[i].address);
		open_one(all, 3, table[i].third, true, table[i].address);
		check((one_with_twin ? one_with_twin->twin->now.id : 0) == table[i].twin,
		      "the twin", table[i].name);
		check(!one_with_twin || one_with_twin->twin->twin == one_with_twin,
		      "its twin's twin", table[i].name);
		connections_free(all);
	}
}

static uint64_t next_random(void)
{
	static uint64_t x = 88172645463325252ull;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static uint64_t events[4];

static void count_event(void *to, struct connection *c, enum connection_event event)
{
	(void)to;
	check(c->transitions && c->transitions <= CONNECTION_TRANSITIONS_MAX, "transitions", "damage");
	events[event]++;
	connection_end(c);
	connection_closer(c);
	connection_failed(c);
}

/* Any states in any order, few ids: nothing breaks, and the counts agree. */
static void test_damage(void)
{
	struct connections *all = connections_new(CONNECTION_CLOSED, count_event, NULL);
	unsigned int before = passed;

	for (int i = 0; i < 200003; i++) {
		uint64_t random = next_random();
		struct tcpfsm_record r = {
			.known = random >> 32, .id = random % 101, .netns = random >> 8 & 1,
			.old_state = random >> 10 & 15, .new_state = random >> 14 & 15,
			.cause = random >> 18 & 63, .flags = random >> 40 & 0x3ff,
			.lport = random >> 24 & 3, .rport = random >> 26 & 3, .mono_ns = i,
		};

		connections_record(all, &r, random >> 60 & 1);
		if (!(random & 0xff))
			connections_lost(all, 1);
	}
	check(events[CONNECTION_BEGUN] - events[CONNECTION_CLOSED] == connections_count(all).alive,
	      "begun - closed = alive", "damage");
	passed = passed > before ? before + 1 : passed;
	connections_free(all);
}

/* The first two are known from elsewhere, up to 50 ms; what led to them comes as records. */
static void test_known(void)
{
	static const struct {
		const char *text;
		uint64_t time;			/* ms */
		bool taken;
	} records[] = {
		{ "CLOSED>SYN_SENT connect", 10, true },
		{ "SYN_SENT>ESTABLISHED rcv_synack", 20, true },
		{ "CLOSED>SYN_SENT connect", 9, false },
		{ "SYN_SENT>ESTABLISHED rcv_synack", 19, false },
		{ "CLOSED>SYN_SENT connect @81", 21, true },
		{ "ESTABLISHED>FIN_WAIT_1 close", 49, true },
		{ "FIN_WAIT_1>FIN_WAIT_2 rcv_ack", 60, true },
	};
	struct connections *all = connections_new(CONNECTION_CLOSED, ignore, NULL);
	struct connection *c = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		uint64_t time = 0;
		struct tcpfsm_record r = record_of(records[i].text, &time);

		r.mono_ns = records[i].time * MS;
		if (records[i].time == 21)
			r.id = 8;
		c = connections_record(all, &r, true);
		check(!c == !records[i].taken, "taken, or old", records[i].text);
		if (i == 1)
			connections_known_until(all, 50 * MS);
	}
	check(connections_count(all).alive == 2, "two connections", "known");
	check(c && !c->gap && c->transitions == 4, "the transitions of the first", "known");
	check(c && connections_find(all, &c->now) == c, "found by its last record", "known");
	if (c) {
		struct tcpfsm_record other = c->now;

		other.mono_ns--;
		check(!connections_find(all, &other), "not by another one", "known");
	}
	connections_free(all);
}

/* One id that begins and never ends: what is kept does not grow. */
static void test_one_id(void)
{
	struct connections *all = connections_new(CONNECTION_CLOSED, ignore, NULL);
	uint64_t time = 0, most = 0;

	for (int i = 0; i < 10007; i++) {
		static const char *const records[] = {
			"CLOSED>SYN_SENT connect", "SYN_SENT>TIME_WAIT rcv_fin",
			"FIN_WAIT_2>TIME_WAIT rcv_fin", "TIME_WAIT>ESTABLISHED rcv_ack",
			"TIME_WAIT>FIN_WAIT_1 close",
		};
		struct tcpfsm_record r = record_of(records[next_random() % 5], &time);

		r.rport = i;
		connections_record(all, &r, true);
		if (connections_count(all).alive > most)
			most = connections_count(all).alive;
	}
	check(most < 101, "at most 100 connections", "one id");
	connections_free(all);
}

/* Prints what a million takes; the limit is 512 MB. */
static void test_memory(void)
{
	struct connections *all = connections_new(CONNECTION_CLOSED, ignore, NULL);
	struct rusage before, after;
	uint64_t time = 0;

	getrusage(RUSAGE_SELF, &before);
	for (uint32_t i = 0; i < 1000000; i++) {
		struct tcpfsm_record r[] = {
			record_of("LISTEN>SYN_RCVD rcv_syn", &time),
			record_of("SYN_RCVD>ESTABLISHED rcv_ack", &time),
		};

		for (int n = 0; n < 2; n++) {
			r[n].id = i + 1;
			memcpy(r[n].raddr, &i, sizeof(i));
			connections_record(all, &r[n], true);
		}
	}
	getrusage(RUSAGE_SELF, &after);
	check(connections_count(all).alive == 1000000, "alive", "a million");
	printf("connection: a million take %ld MB\n", (after.ru_maxrss - before.ru_maxrss) / 1024);
#ifndef __SANITIZE_ADDRESS__
	check(after.ru_maxrss - before.ru_maxrss < 512 * 1024, "less than 512 MB", "a million");
#endif
	connections_free(all);
}

int main(void)
{
	test_catalogue();
	test_let_go();
	test_path();
	test_twins();
	test_damage();
	test_known();
	test_one_id();
	test_memory();
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
