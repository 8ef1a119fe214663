/* dns - questions to the DNS on the loop, by c-ares. */
#include "net/dns.h"

#include <ares.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/time.h>

enum { TIMEOUT_MS = 10000, TRIES = 2, TRY_MS_LEAST = 50, TRY_MS_MOST = 2000 };

struct watch {
	struct watch *next;
	struct server *server;
	ares_socket_t fd;
	struct loop_watch *watch;
};

/* A channel for each server: c-ares does not tell which of several answered. */
struct server {
	struct dns *dns;
	struct addr addr;
	ares_channel channel;		/* NULL: not yet asked */
	struct loop_timer *timer;
	struct watch *watches;
};

struct dns_query {
	struct dns *dns;
	struct dns_query *next;		/* in the queue, or among those to be told */
	dns_fn *fn;			/* NULL: cancelled; freed once c-ares lets go of it */
	void *ctx;
	size_t server;			/* that has it */
	bool out;			/* c-ares has it */
	uint64_t began_us;
	struct dns_reply reply;
	struct dns_answer answer;
	struct arena arena;
	char octets[DNS_QUERY_MAX];
	size_t len;
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
	struct resolv_conf system;
	bool system_known;
	struct arena arena;
	struct list queue, done;
	unsigned out;
	struct loop_timer *timer;	/* tells those of `done`, and begins those of `queue` */
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
free_query(struct dns_query *q)
{
	arena_release(&q->arena);
	free(q);
}

/* ---- c-ares on the loop */

static void
set_timer(struct server *s)
{
	struct timeval tv, *left = ares_timeout(s->channel, NULL, &tv);

	if (left)
		loop_timer_set(s->timer, (uint64_t)left->tv_sec * 1000 + (uint64_t)left->tv_usec / 1000 + 1);
	else
		loop_timer_stop(s->timer);
}

static void
on_timeout(void *ctx, unsigned ready)
{
	struct server *s = ctx;

	(void)ready;
	ares_process_fd(s->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	set_timer(s);
}

static void
on_socket(void *ctx, unsigned ready)
{
	struct watch *w = ctx;
	struct server *s = w->server;
	ares_socket_t fd = w->fd;

	ares_process_fd(s->channel, ready & LOOP_READ ? fd : ARES_SOCKET_BAD, ready & LOOP_WRITE ? fd : ARES_SOCKET_BAD);
	set_timer(s);
}

/* c-ares says what it waits for at a socket; nothing: it is about to close it. */
static void
on_socket_state(void *ctx, ares_socket_t fd, int readable, int writable)
{
	struct server *s = ctx;
	unsigned want = (readable ? LOOP_READ : 0u) | (writable ? LOOP_WRITE : 0u);
	struct watch **at = &s->watches;

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
		*w = (struct watch){ .next = s->watches, .server = s, .fd = fd };
		w->watch = loop_watch(s->dns->loop, fd, want, on_socket, w, NULL);
		s->watches = w;
	}
}

static bool
open_channel(struct server *s)
{
	struct dns *dns = s->dns;
	uint64_t share = (dns->opts.timeout_ms ? dns->opts.timeout_ms : TIMEOUT_MS) / (3 * dns->nservers);
	struct ares_options options = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS,
		.timeout = (int)(share < TRY_MS_LEAST ? TRY_MS_LEAST : share > TRY_MS_MOST ? TRY_MS_MOST : share),
		.tries = TRIES,		/* the second waits twice as long */
		.ednspsz = DNS_UDP_SIZE,
		.lookups = (char[]){ "b" },
		.sock_state_cb = on_socket_state,
		.sock_state_cb_data = s,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_LOOKUPS |
	    ARES_OPT_SOCK_STATE_CB;
	char text[ADDR_TEXT];

#ifdef ARES_OPT_QUERY_CACHE
	mask |= ARES_OPT_QUERY_CACHE;		/* since 1.23, and on by default: what is asked is asked */
	options.qcache_max_ttl = 0;
#endif
	if (ares_init_options(&s->channel, &options, mask) != ARES_SUCCESS) {
		s->channel = NULL;
		return false;
	}
	if (ares_set_servers_ports_csv(s->channel, addr_text(&s->addr, text)) != ARES_SUCCESS) {
		ares_destroy(s->channel);
		s->channel = NULL;
		return false;
	}
	s->timer = loop_timer(dns->loop, on_timeout, s);
	return true;
}

static void
close_channel(struct server *s)
{
	if (!s->channel)
		return;
	ares_destroy(s->channel);
	loop_timer_free(s->timer);
	while (s->watches)
		on_socket_state(s, s->watches->fd, 0, 0);
}

/* ---- a question's way */

static void
tell_soon(struct dns_query *q)
{
	q->reply.took_us = loop_now_us() - q->began_us;
	list_add(&q->dns->done, q);
	loop_timer_set(q->dns->timer, 0);
}

static const char *
why_none(int status)
{
	switch (status) {
	case ARES_ETIMEOUT:
		return "did not answer";
	case ARES_ECONNREFUSED:
		return "cannot be reached";
	case ARES_EBADRESP:		/* c-ares 1.20 and later read an answer before we do, and keep it */
		return "gave an answer that is malformed";
	default:
		return ares_strerror(status);
	}
}

/* Takes down what a server said; true when the question is answered by it. */
static bool
take_answer(struct dns_query *q, struct server *s, int status, struct span octets)
{
	struct dns_try *try = &q->reply.try[q->reply.ntries++];
	struct err err;

	*try = (struct dns_try){ .server = s->addr, .rcode = -1, .ede = -1 };
	if (status != ARES_SUCCESS) {
		try->broken = status == ARES_EBADRESP;
		snprintf(try->why, sizeof try->why, "%s", why_none(status));
		return false;
	}
	arena_reset(&q->arena);
	q->reply.answer = NULL;
	if (!dns_wire_answer(octets, &q->arena, &q->answer, &err)) {
		try->broken = true;
		snprintf(try->why, sizeof try->why, "gave an answer that is %.50s", err.text);
		return false;
	}
	if (q->answer.truncated) {		/* c-ares has asked again over TCP */
		try->broken = true;
		snprintf(try->why, sizeof try->why, "gave an answer that is cut short, over TCP too");
		return false;
	}
	q->reply.answer = &q->answer;
	try->rcode = (int)q->answer.rcode;
	try->ede = q->answer.ede;
	q->reply.ok = q->answer.rcode == DNS_NOERROR || q->answer.rcode == DNS_NXDOMAIN;
	q->reply.authentic = q->answer.ad &&
	    (q->dns->opts.trust_ad || q->dns->system.trust_ad || addr_is_loopback(&s->addr));
	return q->reply.ok;
}

static void ask_server(struct dns_query *);

static void
on_answer(void *ctx, int status, int timeouts, unsigned char *octets, int len)
{
	struct dns_query *q = ctx;
	struct dns *dns = q->dns;
	struct server *s = &dns->server[q->server];

	(void)timeouts;
	q->out = false;
	dns->out--;
	if (dns->freeing || !q->fn) {
		free_query(q);
		if (!dns->freeing)
			loop_timer_set(dns->timer, 0);
		return;
	}
	bool answered = take_answer(q, s, status, (struct span){ (const char *)octets, octets ? (size_t)len : 0 });
	if (!answered && ++q->server < dns->nservers)
		ask_server(q);
	else
		tell_soon(q);
}

/* Its answer may come from within. */
static void
ask_server(struct dns_query *q)
{
	struct dns *dns = q->dns;
	struct server *s = &dns->server[q->server];

	dns->out++;
	q->out = true;
	if (!s->channel && !open_channel(s)) {
		on_answer(q, ARES_ENOTINITIALIZED, 0, NULL, 0);
		return;
	}
	ares_send(s->channel, (const unsigned char *)q->octets, (int)q->len, on_answer, q);
	set_timer(s);
}

static void
load_system(struct dns *dns)
{
	if (dns->system_known)
		return;
	dns->system_known = true;
	resolv_conf_parse(&dns->system, sysnames_file("/etc/resolv.conf", &dns->arena), &dns->arena);
}

static void
get_ready(struct dns *dns)
{
	if (dns->ready)
		return;
	dns->ready = true;
	ares_library_init(ARES_LIB_INIT_ALL);
	if (!dns->given)
		load_system(dns);
	const struct addr *from = dns->given ? dns->opts.server : dns->system.server;
	dns->nservers = dns->given ? dns->opts.nservers : dns->system.nservers;
	for (size_t i = 0; i < dns->nservers; i++)
		dns->server[i] = (struct server){ .dns = dns, .addr = from[i] };
}

static void
on_timer(void *ctx, unsigned ready)
{
	struct dns *dns = ctx;
	struct dns_query *q;

	(void)ready;
	while ((q = list_take(&dns->done))) {
		if (q->fn)
			q->fn(q->ctx, &q->reply);
		free_query(q);
	}
	while (dns->out < DNS_WINDOW && (q = list_take(&dns->queue))) {
		if (q->fn)
			ask_server(q);
		else
			free_query(q);
	}
}

struct dns *
dns_new(struct loop *loop, const struct dns_opts *opts)
{
	struct dns *dns = memory_zeroed(sizeof *dns);

	*dns = (struct dns){ .loop = loop, .opts = *opts, .given = opts->nservers > 0 };
	list_init(&dns->queue);
	list_init(&dns->done);
	dns->timer = loop_timer(loop, on_timer, dns);
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
		close_channel(&dns->server[i]);
	while ((q = list_take(&dns->queue)) || (q = list_take(&dns->done)))
		free_query(q);
	if (dns->ready)
		ares_library_cleanup();
	loop_timer_free(dns->timer);
	arena_release(&dns->arena);
	free(dns);
}

struct dns_query *
dns_ask(struct dns *dns, struct span name, enum dns_type type, dns_fn *fn, void *ctx)
{
	struct dns_query *q = memory_zeroed(sizeof *q);
	uint16_t id;

	*q = (struct dns_query){ .dns = dns, .fn = fn, .ctx = ctx, .began_us = loop_now_us() };
	if (getentropy(&id, sizeof id) != 0)
		id = (uint16_t)q->began_us;
	q->len = dns_wire_query(q->octets, id, name, type);
	if (q->len == 0) {
		free_query(q);
		return NULL;
	}
	get_ready(dns);
	list_add(&dns->queue, q);
	loop_timer_set(dns->timer, 0);
	return q;
}

void
dns_cancel(struct dns_query *q)
{
	if (q)
		q->fn = NULL;		/* ares_cancel would stop all */
}

const struct resolv_conf *
dns_system(struct dns *dns)
{
	if (dns->given)
		return NULL;
	load_system(dns);
	return &dns->system;
}

const char *
dns_library_version(void)
{
	return ares_version(NULL);
}
