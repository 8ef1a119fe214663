/*
 * dns - DNS queries on the loop, with c-ares.
 *
 * A query first waits in the queue, is then outstanding, and its result is reported later, from a
 * timer (enum stage). While it is outstanding, the servers are queried one after the other; those
 * that were silent before come last. Each message sent is an ask, on a channel of its server, by
 * UDP, and again by TCP when the answer was truncated. Servers queried earlier may still answer:
 * the first usable answer ends the query, while an unusable one (SERVFAIL, REFUSED, malformed) or
 * a timeout leads to the next server. If all fail and one returned SERVFAIL, a second query with CD
 * set tells whether DNSSEC was the reason.
 */
#include "net/dns.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/port.h"
#include "net/dns_cares.h"

/*
 * LISTEN_MS is c-ares' own timeout, longer than any query's deadline: timeouts are handled here.
 * c-ares 1.32 and later shortens it, down to 250 ms, for a server that was quick before, and then
 * sends again, hence LISTEN_TRIES.
 */
enum {
	TIMEOUT_MS = 10000,
	PATIENCE_MS = 2000,
	ATTEMPTS = 2,
	LISTEN_MS = 60000,
	SECOND_LOOK_US = 3000000,
	LEAST_US = 20000, /* with less time left than this, no first query is sent */
	STRAY_MAX = 4096,
	HEADER = 12,
	FLAG_CD = 0x10 /* checking disabled, in the header's fourth octet */
};
enum { LISTEN_TRIES = ARES_VERSION >= 0x012000 ? 3 : 1 };

enum way { WAY_UDP, WAY_TCP, WAYS };

struct watch {
	struct watch *next;
	struct channel *channel;
	ares_socket_t fd;
	struct loop_watch *watch;
};

/* One for each server and transport, since c-ares does not tell which server answered, or how. */
struct channel {
	struct server *server;
	enum way way;
	const struct cares *cares;	/* NULL: it could not be opened */
	ares_channel ares;		/* NULL: not opened yet */
	struct loop_timer *timer;
	struct watch *watches;
	struct ask *asks;
	/* TCP: the server closed the connection that it had accepted */
	bool closed;
};

struct server {
	struct dns *dns;
	struct addr addr;
	struct channel by[WAYS];
	bool silent;			/* it did not answer once: others are queried first */
};

/*
 * A message sent for a query. It lives until c-ares calls back, which may be after the query is
 * over.
 */
struct ask {
	struct ask *next, **back;	/* of its channel */
	struct ask *sibling;		/* of its query */
	struct dns_query *query;	/* NULL: the query is over */
	struct channel *channel;
	uint16_t id;			/* as sent */
	/* the last datagram received meanwhile; NULL: none */
	char *stray;
	size_t stray_len;
};

/* DOUBTED: it ended in SERVFAIL, and waits for its second query, with CD set. */
enum stage { STAGE_QUEUED, STAGE_OUT, STAGE_DOUBTED, STAGE_DONE };

struct dns_query {
	struct dns *dns;
	struct dns_query *next;		/* in dns.queue or dns.done */
	struct dns_query *active, **active_back;	/* list of those in STAGE_OUT */
	enum stage stage;
	dns_fn *fn;			/* NULL: cancelled */
	void *ctx;
	struct loop_timer *timer;	/* timeout of the server queried last */
	struct ask *asks;
	uint8_t order[SYSNAMES_SERVERS];	/* of the servers */
	bool over[SYSNAMES_SERVERS];	/* server answered or failed: not queried again */
	struct dns_try *try[SYSNAMES_SERVERS];	/* by server, in `reply`; NULL: not queried */
	unsigned step;			/* turns of servers so far, including skipped ones */
	uint64_t began_us, until_us;
	struct dns_reply reply;
	struct dns_answer answer;
	struct arena arena;
	char octets[DNS_QUERY_MAX];
	size_t len;
	struct dns_query *second;	/* the same with CD set; NULL: none */
	struct dns_query *first;	/* the query whose second this is; NULL: none */
};

struct list {
	struct dns_query *first, **last;
};

struct dns {
	struct loop *loop;
	struct dns_opts opts;
	struct server server[SYSNAMES_SERVERS];
	size_t nservers;
	bool ready, given, freeing;
	const struct cares *cares;	/* set once ready; NULL: `lacking` says why */
	struct err lacking;
	struct resolv_conf system;
	bool system_known;
	struct arena arena;
	struct list queue, done;
	struct dns_query *active;
	unsigned out;
	struct loop_timer *timer;	/* reports those in `done`, and starts those in `queue` */
};

static void
list_init(struct list *l)
{
	l->first = NULL;
	l->last = &l->first;
}

static void
list_add(struct list *l, struct dns_query *q)
{
	q->next = NULL;
	*l->last = q;
	l->last = &q->next;
}

static struct dns_query *
list_take(struct list *l)
{
	struct dns_query *q = l->first;

	if (!q)
		return NULL;
	l->first = q->next;
	if (!l->first)
		l->last = &l->first;
	return q;
}

static void
query_free(struct dns_query *q)
{
	struct dns_query *first = q->first;

	/* a second that dns_free drops before its result is reported: nothing else frees `first` */
	if (first) {
		first->second = NULL;
		query_free(first);
	}
	loop_timer_free(q->timer);
	arena_release(&q->arena);
	free(q);
}

/* ---- c-ares on the loop */

static void
channel_set_timer(struct channel *c)
{
	struct timeval tv, *left = c->cares->timeout(c->ares, NULL, &tv);

	if (left)
		loop_timer_set(
		    c->timer, (uint64_t)left->tv_sec * 1000 + (uint64_t)left->tv_usec / 1000 + 1);
	else
		loop_timer_stop(c->timer);
}

static void
channel_on_timer(void *ctx, unsigned ready)
{
	struct channel *c = ctx;

	(void)ready;
	c->cares->process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	channel_set_timer(c);
}

static void
channel_on_socket(void *ctx, unsigned ready)
{
	struct watch *w = ctx;
	struct channel *c = w->channel;
	ares_socket_t fd = w->fd;

	c->cares->process_fd(c->ares, ready & LOOP_READ ? fd : ARES_SOCKET_BAD,
	    ready & LOOP_WRITE ? fd : ARES_SOCKET_BAD);
	channel_set_timer(c);
}

/* Is called by c-ares with what it waits for on a socket; nothing: it is about to close it. */
static void
channel_on_socket_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct channel *c = ctx;
	unsigned want = (readable ? LOOP_READ : 0u) | (writable ? LOOP_WRITE : 0u);
	struct watch **at = &c->watches;

	while (*at && (*at)->fd != fd)
		at = &(*at)->next;
	struct watch *w = *at;
	if (w && !want) {
		loop_unwatch(w->watch);
		*at = w->next;
		free(w);
	} else if (w) {
		loop_want(w->watch, want);
	} else if (want) {
		w = memory_zeroed(sizeof *w);
		*w = (struct watch){ .next = c->watches, .channel = c, .fd = fd };
		w->watch = loop_watch(c->server->dns->loop, fd, want, channel_on_socket, w, NULL);
		c->watches = w;
	}
}

/* ---- socket functions of our own, to see the datagrams that c-ares silently drops */

/* Returns the first question of a message, with type and class; empty: none, or malformed. */
static struct span
question_of(struct span message)
{
	size_t at = HEADER;

	if (message.len <= HEADER || (message.at[4] == 0 && message.at[5] == 0))
		return SPAN_NONE;
	while (at < message.len && message.at[at] != '\0' && (unsigned char)message.at[at] < 0xC0)
		at += 1 + (unsigned char)message.at[at];
	return at + 5 <= message.len && message.at[at] == '\0' ?
	    span_first(span_skip(message, HEADER), at + 5 - HEADER) :
	    SPAN_NONE;
}

static bool
ask_has_question(const struct ask *a, struct span question)
{
	const struct dns_query *q = a->query;

	return q && span_eq_case(question_of((struct span){ q->octets, q->len }), question);
}

static void
ask_keep_stray(struct ask *a, struct span octets)
{
	size_t n = octets.len < STRAY_MAX ? octets.len : STRAY_MAX;

	a->stray = memory_resize(a->stray, n ? n : 1);
	if (n > 0)
		memcpy(a->stray, octets.at, n);
	a->stray_len = n;
}

/* -1: the message is too short to have an ID. */
static int
id_of(struct span message)
{
	return message.len >= 2 ? (unsigned char)message.at[0] << 8 | (unsigned char)message.at[1] :
				  -1;
}

static bool
is_reply_to(const struct ask *a, struct span octets)
{
	return octets.len >= HEADER && (unsigned char)octets.at[2] & 0x80 &&
	    id_of(octets) == a->id && ask_has_question(a, question_of(octets));
}

/*
 * Keeps a datagram with the asks that have its question, else with those that have its ID, else
 * with all asks on the channel. It is used if c-ares does not accept it as the answer.
 */
static void
channel_saw_datagram(struct channel *c, struct span octets)
{
	struct span question = question_of(octets);
	int id = id_of(octets);
	bool known = false, by_id = false;

	for (struct ask *a = c->asks; a; a = a->next) {
		known |= ask_has_question(a, question);
		by_id |= a->query && a->id == id;
	}
	for (struct ask *a = c->asks; a; a = a->next)
		if (a->query && (known ? ask_has_question(a, question) : !by_id || a->id == id))
			ask_keep_stray(a, octets);
}

static ares_socket_t
channel_socket_open(int family, int type, int protocol, void *ctx)
{
	int fd = socket(family, type, protocol), flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	(void)ctx;
	if (fd >= 0 &&
	    (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)) {
		close(fd);
		return ARES_SOCKET_BAD;
	}
	return fd;
}

static int
channel_socket_close(ares_socket_t fd, void *ctx)
{
	(void)ctx;
	return close(fd);
}

static int
channel_socket_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t len, void *ctx)
{
	(void)ctx;
	return connect(fd, to, len);
}

static ares_ssize_t
channel_socket_receive(ares_socket_t fd, void *data, size_t size, int flags, struct sockaddr *from,
    ares_socklen_t *len, void *ctx)
{
	struct channel *c = ctx;
	ssize_t n = recvfrom(fd, data, size, flags, from, len);

	if (n >= 0 && c->way == WAY_UDP)
		channel_saw_datagram(c, (struct span){ data, (size_t)n });
	c->closed |= n == 0 && c->way == WAY_TCP;
	return n;
}

static ares_ssize_t
channel_socket_send(ares_socket_t fd, const struct iovec *piece, int n, void *ctx)
{
	struct channel *c = ctx;
	struct msghdr message = { .msg_iov = (struct iovec *)(uintptr_t)piece,
		.msg_iovlen = (size_t)n };
	struct span out = { n > 0 ? piece[0].iov_base : NULL, n > 0 ? piece[0].iov_len : 0 };

	/* c-ares may have replaced the ID */
	if (c->way == WAY_UDP && out.len > HEADER)
		for (struct ask *a = c->asks; a; a = a->next)
			if (ask_has_question(a, question_of(out)))
				a->id = (uint16_t)id_of(out);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static bool
channel_open(struct channel *c)
{
	static const struct ares_socket_functions sockets = {
		channel_socket_open,
		channel_socket_close,
		channel_socket_connect,
		channel_socket_receive,
		channel_socket_send,
	};
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP |
		    ARES_FLAG_EDNS | (c->way == WAY_TCP ? ARES_FLAG_USEVC : ARES_FLAG_IGNTC),
		.timeout = LISTEN_MS,
		.tries = LISTEN_TRIES,
		.ednspsz = DNS_UDP_SIZE,
		.lookups = (char[]){ "b" },
		.sock_state_cb = channel_on_socket_state,
		.sock_state_cb_data = c,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
	    ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB;
	char text[ADDR_TEXT];

#ifdef ARES_OPT_QUERY_CACHE
	/* the cache, since 1.23 and on by default, is turned off: every query is to be sent */
	mask |= ARES_OPT_QUERY_CACHE;
	options.qcache_max_ttl = 0;
#endif
	if (!c->cares || c->cares->init_options(&c->ares, &options, mask) != ARES_SUCCESS) {
		c->ares = NULL;
		return false;
	}
	if (c->cares->set_servers_ports_csv(c->ares, addr_text(&c->server->addr, text)) !=
	    ARES_SUCCESS) {
		c->cares->destroy(c->ares);
		c->ares = NULL;
		return false;
	}
	c->cares->set_socket_functions(c->ares, &sockets, c);
	c->timer = loop_timer(c->server->dns->loop, channel_on_timer, c);
	return true;
}

static void
channel_close(struct channel *c)
{
	if (!c->ares)
		return;
	c->cares->destroy(c->ares);
	loop_timer_free(c->timer);
	while (c->watches)
		channel_on_socket_state(c, c->watches->fd, 0, 0);
}

/* ---- queries */

/* Detaches a query from its asks, which c-ares still has, and from the outstanding queries. */
static void
query_let_go(struct dns_query *q)
{
	for (struct ask *a = q->asks, *next; a; a = next) {
		next = a->sibling;
		a->query = NULL;
		a->sibling = NULL;
	}
	q->asks = NULL;
	if (q->stage != STAGE_OUT)
		return;
	assert(q->dns->out > 0);
	q->dns->out--;
	*q->active_back = q->active;
	if (q->active)
		q->active->active_back = q->active_back;
	loop_timer_stop(q->timer);
	loop_timer_set(q->dns->timer, 0);	/* another may be started */
}

static void
query_tell_soon(struct dns_query *q)
{
	if (q->stage == STAGE_OUT)
		query_let_go(q);
	q->stage = STAGE_DONE;
	q->reply.took_us = loop_now_us() - q->began_us;
	list_add(&q->dns->done, q);
	loop_timer_set(q->dns->timer, 0);
}

/* Moves a try to the end of reply.try, because it has given the answer. */
static struct dns_try *
query_put_last(struct dns_query *q, struct dns_try *try)
{
	struct dns_try *last = &q->reply.try[q->reply.ntries - 1], copy = *try;

	assert(q->reply.ntries > 0 && try >= q->reply.try && try <= last);
	for (size_t i = 0; i < q->dns->nservers; i++)
		if (q->try[i] == try)
			q->try[i] = last;
		else if (q->try[i] > try)
			q->try[i]--;
	memmove(try, try + 1, (size_t)(last - try) * sizeof *try);
	*last = copy;
	return last;
}

/* Writes why the stray datagram was not accepted as the answer. */
static void
ask_note_stray(const struct ask *a, char *why, size_t size)
{
	struct span octets = { a->stray, a->stray_len };
	struct dns_answer answer;
	struct arena arena = { 0 };
	struct err err = { 0 };
	const char *wrong = "it does not fit";

	if (octets.len < HEADER)
		wrong = "it is not a DNS message";
	else if (!((unsigned char)octets.at[2] & 0x80))
		wrong = "it is a query itself";
	else if (id_of(octets) != a->id)
		wrong = "it has another ID";
	else if (!ask_has_question(a, question_of(octets)))
		wrong = "it answers another query";
	else if (!dns_wire_answer(octets, &arena, &answer, &err))
		wrong = err.text;
	snprintf(why, size, "did not answer: discarded an unusable response: %.48s", wrong);
	arena_release(&arena);
}

static enum dns_trust
trust_in(const struct dns *dns, const struct addr *server)
{
	char host[ADDR_TEXT];

	if (addr_is_loopback(server) && strcmp(addr_host(server, host), "127.0.0.11") != 0)
		return DNS_TRUST_LOOPBACK;
	return dns->system.trust_ad ? DNS_TRUST_RESOLV_CONF :
	    dns->opts.trust_ad	    ? DNS_TRUST_OPTION :
				      DNS_TRUST_NONE;
}

/* Records a server's answer. Returns true when it answers the query. */
static bool
query_take_answer(struct dns_query *q, struct ask *a, struct span octets)
{
	struct server *s = a->channel->server;
	struct dns_try *try = query_put_last(q, q->try[s - q->dns->server]);
	struct err err;

	try->silent = false;
	arena_reset(&q->arena);
	q->reply.answer = NULL;
	if (!dns_wire_answer(octets, &q->arena, &q->answer, &err)) {
		try->broken = true;
		snprintf(try->why, sizeof try->why, "sent an invalid answer: %.50s", err.text);
		return false;
	}
	if (q->answer.truncated) {
		try->broken = true;
		snprintf(try->why, sizeof try->why, "sent an incomplete answer, over TCP too");
		return false;
	}
	q->reply.answer = &q->answer;
	try->broken = false;
	try->rcode = (int)q->answer.rcode;
	try->ede = q->answer.ede;
	q->reply.ok = q->answer.rcode == DNS_NOERROR || q->answer.rcode == DNS_NXDOMAIN;
	q->reply.trust = trust_in(q->dns, &s->addr);
	q->reply.authentic = q->answer.ad && q->reply.trust != DNS_TRUST_NONE;
	return q->reply.ok;
}

/* Records why c-ares has no answer. */
static void
query_take_failure(struct dns_query *q, struct ask *a, int status)
{
	struct channel *c = a->channel;
	struct dns_try *try = q->try[c->server - q->dns->server];

	if (c->way == WAY_TCP) {
		try->broken = true;
		snprintf(try->why, sizeof try->why, "sent a truncated answer, and %s",
		    c->closed			    ? "closed the connection over TCP" :
			status == ARES_ECONNREFUSED ? "cannot be reached over TCP (open 53/tcp)" :
						      "did not answer over TCP");
	} else if (!c->cares) {
		try->lacking = true;
		snprintf(
		    try->why, sizeof try->why, "was not queried: %.180s", q->dns->lacking.text);
	} else if (status == ARES_ECONNREFUSED) {
		snprintf(try->why, sizeof try->why, "cannot be reached");
	} else if (status == ARES_EBADNAME || status == ARES_EBADQUERY) {
		try->broken = true;		/* since 1.28 */
		snprintf(try->why, sizeof try->why,
		    "was not queried: c-ares %s does not send such a name",
		    c->cares->version(NULL));
	} else {
		try->broken = true;
		snprintf(
		    try->why, sizeof try->why, "did not answer: %.60s", c->cares->strerror(status));
	}
}

static void ask_on_answer(void *ctx, int status, int timeouts, unsigned char *octets, int len);
static void query_go_on(struct dns_query *);

/* Sends a query to a server. ask_on_answer may be called from here. False: it could not be sent. */
static bool
query_send_by(struct dns_query *q, struct server *s, enum way way)
{
	struct channel *c = &s->by[way];
	struct ask *a = memory_zeroed(sizeof *a);

	*a = (struct ask){
		.query = q, .channel = c, .sibling = q->asks, .next = c->asks, .back = &c->asks
	};
	if (c->asks)
		c->asks->back = &a->next;
	c->asks = q->asks = a;
	if (!c->ares && !channel_open(c)) {
		ask_on_answer(a, ARES_ENOTINITIALIZED, 0, NULL, 0);
		return false;
	}
	c->cares->send(c->ares, (const unsigned char *)q->octets, (int)q->len, ask_on_answer, a);
	channel_set_timer(c);
	return true;
}

static void
ask_forget(struct ask *a)
{
	struct ask **at = a->query ? &a->query->asks : NULL;

	while (at && *at && *at != a)
		at = &(*at)->sibling;
	if (at && *at)
		*at = a->sibling;
	*a->back = a->next;
	if (a->next)
		a->next->back = a->back;
	free(a->stray);
	free(a);
}

static void
ask_on_answer(void *ctx, int status, int timeouts, unsigned char *octets, int len)
{
	struct ask *a = ctx;
	struct dns_query *q = a->query;
	struct channel *c = a->channel;
	struct server *s = c->server;
	struct span got = { (const char *)octets, octets ? (size_t)len : 0 };

	(void)timeouts;
	if (!q || q->dns->freeing) {
		ask_forget(a);
		return;
	}
	size_t which = (size_t)(s - q->dns->server);
	bool asked_last = q->order[(q->step - 1) % q->dns->nservers] == which, over = false,
	     answered = false;
	struct span came = { a->stray, a->stray_len };
	bool understood = status == ARES_SUCCESS || status == ARES_EBADRESP;
	bool fits = came.len < STRAY_MAX && is_reply_to(a, came);
	/*
	 * Prefer the datagram as received: c-ares' parser rejects whole answers that ours accepts
	 * in part, and since 1.28 c-ares passes on a message that it has rebuilt, without excess
	 * octets and with SERVFAIL for rcodes that it does not know.
	 */
	if (understood && fits) {
		got = came;
		status = ARES_SUCCESS;
	}
	bool cut = status == ARES_SUCCESS && c->way == WAY_UDP && got.len > HEADER &&
	    got.at[2] & 0x02;
	if (status == ARES_ETIMEOUT) {
		if (a->stray)
			ask_note_stray(a, q->try[which]->why, sizeof q->try[which]->why);
	} else if (cut) {
		snprintf(q->try[which]->why, sizeof q->try[which]->why,
		    "sent a truncated answer, and did not answer over TCP");
		c = &s->by[WAY_TCP];
		c->closed = false;
	} else if (status == ARES_EBADRESP && a->stray) {
		ask_note_stray(a, q->try[which]->why, sizeof q->try[which]->why);
		over = true;			/* c-ares waits for no other answer */
	} else if (status == ARES_SUCCESS) {
		answered = query_take_answer(q, a, got);
		over = true;
	} else {
		query_take_failure(q, a, status);
		over = true;
	}
	q->over[which] |= over;
	ask_forget(a);
	if (cut)
		query_send_by(q, s, WAY_TCP);
	else if (answered)
		query_tell_soon(q);
	else if (over && asked_last)
		query_go_on(q);
}

/* Returns how long to wait for a server before the next one is queried. */
static uint64_t
query_patience_ms(const struct dns_query *q, unsigned step)
{
	const struct dns *dns = q->dns;
	uint64_t now = loop_now_us(), left = q->until_us > now ? (q->until_us - now) / 1000 + 1 : 1;
	uint64_t ms = dns->system.timeout_ms ? dns->system.timeout_ms : PATIENCE_MS;
	size_t n = dns->nservers;

	if (step >= n)
		ms <<= step / n;
	else if (ms >
	    left / (n - step + 1)) /* a share for each server, and one for late answers */
		ms = left / (n - step + 1);
	return ms < left ? ms : left;
}

/* Returns the try of the last server that returned SERVFAIL; NULL: none did. */
static const struct dns_try *
query_servfail(const struct dns_query *q)
{
	const struct dns_try *found = NULL;

	for (size_t i = 0; i < q->reply.ntries; i++)
		if (q->reply.try[i].rcode == DNS_SERVFAIL)
			found = &q->reply.try[i];
	return found;
}

static void
query_on_second(void *ctx, const struct dns_reply *reply)
{
	struct dns_query *q = ctx;

	q->second->first = NULL;
	q->second = NULL;
	q->reply.doubt.without_validation = reply->ok && reply->answer->rcode == DNS_NOERROR;
	query_tell_soon(q);
}

/*
 * After a SERVFAIL, repeats the query with CD set (RFC 4035 3.2.2), which returns data even if it
 * does not validate. Returns false when no server returned SERVFAIL, when this is such a repeated
 * query itself, or when no time is left.
 */
static bool
query_looks_again(struct dns_query *q)
{
	struct dns *dns = q->dns;
	const struct dns_try *servfail = query_servfail(q);
	uint64_t now = loop_now_us();

	if (!servfail)
		return false;
	q->reply.doubt.ede = servfail->ede;
	if (q->first || now >= q->until_us)
		return false;
	struct dns_query *second = memory_zeroed(sizeof *second);
	*second = (struct dns_query){
		.dns = dns, .fn = query_on_second, .ctx = q, .began_us = now, .first = q,
		.until_us = q->until_us < now + SECOND_LOOK_US ? q->until_us : now + SECOND_LOOK_US,
	};
	memcpy(second->octets, q->octets, q->len);
	second->octets[3] |= FLAG_CD;
	second->len = q->len;
	query_let_go(q);		/* frees its place among the outstanding ones */
	q->stage = STAGE_DOUBTED;
	q->second = second;
	list_add(&dns->queue, second);
	return true;
}

/* Queries the next server, when the last one timed out or gave no usable answer. */
static void
query_go_on(struct dns_query *q)
{
	struct dns *dns = q->dns;
	unsigned attempts = dns->system.attempts ? dns->system.attempts : ATTEMPTS;

	uint64_t least = q->reply.ntries ? 0 : LEAST_US;

	while (q->step < attempts * dns->nservers && loop_now_us() + least < q->until_us) {
		size_t which = q->order[q->step++ % dns->nservers];
		if (q->over[which])
			continue;
		if (!q->try[which]) {
			assert(q->reply.ntries < DNS_TRIES_MAX);
			struct dns_try *try = q->try[which] = &q->reply.try[q->reply.ntries++];
			*try = (struct dns_try){ .server = dns->server[which].addr,
				.rcode = -1,
				.ede = -1,
				.silent = true };
			snprintf(try->why, sizeof try->why, "did not answer");
		}
		loop_timer_set(q->timer, query_patience_ms(q, q->step - 1));
		query_send_by(q, &dns->server[which], WAY_UDP);
		return;
	}
	if (!query_looks_again(q))
		query_tell_soon(q);
}

static void
query_on_patience(void *ctx, unsigned ready)
{
	struct dns_query *q = ctx;
	size_t which = q->order[(q->step - 1) % q->dns->nservers];

	(void)ready;
	for (const struct ask *a = q->asks; a; a = a->sibling)
		if (a->stray && a->channel->server == &q->dns->server[which])
			ask_note_stray(a, q->try[which]->why, sizeof q->try[which]->why);
	q->dns->server[which].silent = true;
	query_go_on(q);
}

static void
dns_load_system(struct dns *dns)
{
	if (dns->system_known)
		return;
	dns->system_known = true;
	resolv_conf_parse(
	    &dns->system, sysnames_file("/etc/resolv.conf", &dns->arena), &dns->arena);
}

static void
dns_get_ready(struct dns *dns)
{
	if (dns->ready)
		return;
	dns->ready = true;
	dns->cares = cares(&dns->lacking);
	if (dns->cares)
		dns->cares->library_init(ARES_LIB_INIT_ALL);
	if (!dns->given)
		dns_load_system(dns);
	const struct addr *from = dns->given ? dns->opts.server : dns->system.server;
	dns->nservers = dns->given ? dns->opts.nservers : dns->system.nservers;
	for (size_t i = 0; i < dns->nservers; i++) {
		struct server *s = &dns->server[i];
		*s = (struct server){ .dns = dns, .addr = from[i] };
		for (enum way way = 0; way < WAYS; way++)
			s->by[way] = (struct channel){
				.server = s, .way = way, .cares = dns->cares
			};
	}
}

static void
query_begin(struct dns_query *q)
{
	struct dns *dns = q->dns;
	size_t n = 0;

	for (int silent = 0; silent < 2; silent++)
		for (size_t i = 0; i < dns->nservers; i++)
			if (dns->server[i].silent == silent)
				q->order[n++] = (uint8_t)i;
	q->stage = STAGE_OUT;
	q->active = dns->active;
	q->active_back = &dns->active;
	if (dns->active)
		dns->active->active_back = &q->active;
	dns->active = q;
	dns->out++;
	q->timer = loop_timer(dns->loop, query_on_patience, q);
	query_go_on(q);
}

static void
dns_on_timer(void *ctx, unsigned ready)
{
	struct dns *dns = ctx;
	struct dns_query *q;

	(void)ready;
	while ((q = list_take(&dns->done))) {
		if (q->fn)
			q->fn(q->ctx, &q->reply);
		query_free(q);
	}
	while (dns->out < DNS_WINDOW && (q = list_take(&dns->queue))) {
		if (q->fn)
			query_begin(q);
		else
			query_free(q);
	}
}

struct dns *
dns_new(struct loop *loop, const struct dns_opts *opts)
{
	struct dns *dns = memory_zeroed(sizeof *dns);

	*dns = (struct dns){ .loop = loop, .opts = *opts, .given = opts->nservers > 0 };
	list_init(&dns->queue);
	list_init(&dns->done);
	dns->timer = loop_timer(loop, dns_on_timer, dns);
	return dns;
}

void
dns_free(struct dns *dns)
{
	struct dns_query *q;

	if (!dns)
		return;
	dns->freeing = true;
	for (size_t i = 0; i < dns->nservers; i++)
		for (enum way way = 0; way < WAYS; way++)
			channel_close(&dns->server[i].by[way]);
	while ((q = dns->active)) {
		dns->active = q->active;
		query_free(q);
	}
	while ((q = list_take(&dns->queue)) || (q = list_take(&dns->done)))
		query_free(q);
	if (dns->cares)
		dns->cares->library_cleanup();
	loop_timer_free(dns->timer);
	arena_release(&dns->arena);
	free(dns);
}

struct dns_query *
dns_ask(
    struct dns *dns, struct span name, enum dns_type type, uint64_t until_us, dns_fn *fn, void *ctx)
{
	struct dns_query *q = memory_zeroed(sizeof *q);
	uint64_t ms = dns->opts.timeout_ms ? dns->opts.timeout_ms : TIMEOUT_MS;
	uint16_t id;

	*q = (struct dns_query){ .dns = dns, .fn = fn, .ctx = ctx, .began_us = loop_now_us() };
	q->until_us = until_us ? until_us : q->began_us + ms * 1000;
	if (!port_random(&id, sizeof id))
		id = (uint16_t)q->began_us;
	q->len = dns_wire_query(q->octets, id, name, type);
	if (q->len == 0) {
		query_free(q);
		return NULL;
	}
	dns_get_ready(dns);
	list_add(&dns->queue, q);
	loop_timer_set(dns->timer, 0);
	return q;
}

void
dns_cancel(struct dns_query *q)
{
	if (!q)
		return;
	q->fn = NULL;
	if (q->stage != STAGE_OUT && q->stage != STAGE_DOUBTED)
		return;		/* it is in a list, and will be freed from there */
	if (q->stage == STAGE_OUT)
		query_let_go(q); /* ares_cancel() would cancel all of the channel */
	if (q->second)
		q->second->first = NULL;
	dns_cancel(q->second);
	q->second = NULL;
	query_free(q);
}

const struct resolv_conf *
dns_system(struct dns *dns)
{
	if (dns->given)
		return NULL;
	dns_load_system(dns);
	return &dns->system;
}
