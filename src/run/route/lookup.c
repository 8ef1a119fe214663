/* lookup - looks up what the DNS says about where the mail of a target goes. */
#include "run/route/lookup.h"

#include <stdlib.h>

#include "smtp/sts.h"
#include "smtp/tlsrpt.h"

struct question {
	struct question *next;
	struct lookup_query *query;
	struct dns_query *dns;		/* NULL: answered */
	void (*take)(struct question *, const struct dns_reply *, struct span owner);
	struct span name;
	enum dns_type type;
	union {
		struct lookup_address *address;
		struct lookup_ptr *ptr;
		struct lookup_text *text;
		struct lookup_srv *srv;
	};
	const struct addr *addr;	/* for the name of a PTR: the address it must have */
	enum lookup_record record;	/* for a TXT */
};

struct lookup_query {
	struct lookup_env env;
	struct target target;
	lookup_fn *fn;
	void *ctx;
	struct route_query *route;
	struct question *questions;
	size_t waiting;
	/* deadline of the queries, slightly before that of the lookup; 0: none */
	uint64_t questions_until_us;
	struct lookup lookup;
	enum lookup_name as;
	struct err mx_err;		/* why the MX lookup failed; kind 0: it did not */
};

/* ---- questions */

static void
lookup_answered(struct lookup_query *q)
{
	if (--q->waiting == 0)
		q->fn(q->ctx, &q->lookup);
}

/*
 * Returns why a reply has no record of a type. Empty: it has, and *owner is the end of its CNAMEs.
 */
static struct span
nothing_of(const struct dns_reply *reply, struct span name, enum dns_type type, struct arena *arena,
    struct span *owner)
{
	unsigned steps;

	if (!reply->ok)
		return dns_tries_text(reply, arena);
	if (!dns_follow(reply->answer, name, owner, &steps))
		return SPAN("its CNAMEs form a loop");
	if (dns_next(reply->answer, *owner, type, NULL))
		return SPAN("");
	return reply->answer->rcode == DNS_NXDOMAIN ? SPAN("the name does not exist (NXDOMAIN)") :
						      SPAN("no data (NODATA)");
}

static struct span
why_none(struct question *q, const struct dns_reply *reply, struct span *owner)
{
	return nothing_of(reply, q->name, q->type, q->query->env.arena, owner);
}

static void
lookup_on_reply(void *ctx, const struct dns_reply *reply)
{
	struct question *q = ctx;

	q->dns = NULL;
	q->take(q, reply, q->name);
	lookup_answered(q->query);
}

static struct question *
lookup_ask(struct lookup_query *l, struct span name, enum dns_type type,
    void (*take)(struct question *, const struct dns_reply *, struct span))
{
	struct question *q = ARENA_NEW(l->env.arena, struct question);

	*q = (struct question){
		.next = l->questions, .query = l, .take = take, .name = name, .type = type
	};
	l->questions = q;
	q->dns = dns_ask(l->env.dns, name, type, l->questions_until_us, lookup_on_reply, q);
	l->waiting += q->dns != NULL;
	return q;
}

/* ---- reverse names */

struct span
lookup_reverse_name(const struct addr *a, struct span zone, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	struct buf {
		char at[80];
		size_t n;
	} b = { .n = 0 };

	if (addr_family(a) == 4) {
		const unsigned char *o = (const unsigned char *)&a->in4.sin_addr;
		return arena_printf(arena, "%u.%u.%u.%u.%.*s", o[3], o[2], o[1], o[0],
		    SPAN_ARG(zone.len ? zone : SPAN("in-addr.arpa")));
	}
	for (size_t i = 16; i-- > 0;) {
		unsigned char o = a->in6.sin6_addr.s6_addr[i];
		memcpy(b.at + b.n, (char[]){ digits[o & 15], '.', digits[o >> 4], '.' }, 4);
		b.n += 4;
	}
	return arena_printf(
	    arena, "%.*s%.*s", (int)b.n, b.at, SPAN_ARG(zone.len ? zone : SPAN("ip6.arpa")));
}

static bool
is_same_host(const struct addr *a, const struct addr *b)
{
	char one[ADDR_TEXT], other[ADDR_TEXT];

	return strcmp(addr_host(a, one), addr_host(b, other)) == 0;
}

static void
lookup_take_back(struct question *q, const struct dns_reply *reply, struct span owner)
{
	const struct dns_record *r = NULL;

	if (why_none(q, reply, &owner).len > 0)
		return;
	while ((r = dns_next(reply->answer, owner, q->type, r)))
		q->ptr->points_back |= is_same_host(&r->addr, q->addr);
}

static void
lookup_take_ptr(struct question *q, const struct dns_reply *reply, struct span owner)
{
	struct lookup_address *a = q->address;
	const struct dns_record *r = NULL;

	a->why = why_none(q, reply, &owner);
	a->failed = !reply->ok;
	while (a->why.len == 0 && a->nptr < LOOKUP_PTR_MAX &&
	    (r = dns_next(reply->answer, owner, DNS_PTR, r))) {
		struct lookup_ptr *ptr = &a->ptr[a->nptr++];
		ptr->name = arena_copy(q->query->env.arena, r->name);
		enum dns_type type = addr_family(&a->addr) == 6 ? DNS_AAAA : DNS_A;
		struct question *back = lookup_ask(q->query, ptr->name, type, lookup_take_back);
		back->ptr = ptr;
		back->addr = &a->addr;
	}
}

/* ---- TLSA, and the texts of a domain */

static void
lookup_on_dane(void *ctx, struct tls_dane *dane)
{
	struct lookup_host *h = ctx;

	h->dane = dane;
	if (h->asking)			/* it was not called within dane_find */
		lookup_answered(h->query);
}

static bool
policy_record_parse(struct span text, const char **why)
{
	struct span id;

	return sts_record_parse(text, &id, why);
}

static const struct {
	const char *label, *version, *rfc;
	bool (*parse)(struct span, const char **why);
} records[] = {
	[LOOKUP_MTA_STS] = { "_mta-sts", "v=STSv1", "RFC 8461 3.1", policy_record_parse },
	[LOOKUP_TLSRPT] = { "_smtp._tls", "v=TLSRPTv1", "RFC 8460 3", tlsrpt_record_parse },
};

struct span
lookup_text_name(enum lookup_record record, struct span domain, struct arena *arena)
{
	return arena_printf(arena, "%s.%.*s", records[record].label, SPAN_ARG(domain));
}

void
lookup_text_read(struct lookup_text *t, enum lookup_record record, const struct dns_reply *reply,
    struct arena *arena)
{
	struct span owner = t->name, version = span_of(records[record].version),
		    misspelt = SPAN_NONE;
	const struct dns_record *r = NULL;
	const char *why;
	unsigned steps;

	t->why = nothing_of(reply, t->name, DNS_TXT, arena, &owner);
	t->failed = !reply->ok || !dns_follow(reply->answer, t->name, &owner, &steps);
	if (t->why.len > 0)
		return;
	t->authentic = reply->authentic;
	while ((r = dns_next(reply->answer, owner, DNS_TXT, r))) {
		struct span rest = r->data, tag = span_trim(span_until(&rest, ';'));
		if (span_eq(tag, version) && t->n++ == 0)
			t->text = arena_copy(arena, r->data);
		else if (span_eq_case(span_first(tag, version.len), version) && misspelt.len == 0)
			misspelt = r->data;
	}
	if (t->n == 0 && misspelt.len > 0) {
		t->n = 1;
		t->text = arena_copy(arena, misspelt);
	}
	if (t->n > 1)
		t->wrong = arena_printf(arena,
		    "%zu records where one is allowed; all are ignored (%s)", t->n,
		    records[record].rfc);
	else if (t->n == 1 && !records[record].parse(t->text, &why))
		t->wrong = span_of(why);
	else if (t->n == 0)
		t->why = arena_printf(arena, "there are TXT records, but none begins with \"%s\"",
		    records[record].version);
}

static void
lookup_take_text(struct question *q, const struct dns_reply *reply, struct span owner)
{
	(void)owner;
	lookup_text_read(q->text, q->record, reply, q->query->env.arena);
}

static void
lookup_ask_text(struct lookup_query *l, struct lookup_text *t, enum lookup_record record)
{
	t->name = lookup_text_name(record, l->lookup.route->name, l->env.arena);
	t->why = SPAN("the name is too long");
	struct question *q = lookup_ask(l, t->name, DNS_TXT, lookup_take_text);
	q->text = t;
	q->record = record;
}

static void
take_srv(struct question *q, const struct dns_reply *reply, struct span owner)
{
	struct lookup_srv *s = q->srv;
	const struct dns_record *r = NULL;

	s->why = why_none(q, reply, &owner);
	s->failed = !reply->ok;
	if (s->why.len > 0)
		return;
	s->authentic = reply->authentic;
	while (s->n < LOOKUP_SRV_MAX && (r = dns_next(reply->answer, owner, DNS_SRV, r)))
		s->service[s->n++] = (struct lookup_service){
			.priority = r->preference,
			.weight = r->weight,
			.port = r->port,
			.host = arena_copy(q->query->env.arena, r->name),
		};
}

static void
ask_srv(struct lookup_query *l, struct lookup_srv *s, const char *label)
{
	s->name = arena_printf(l->env.arena, "%s.%.*s", label, SPAN_ARG(l->lookup.route->name));
	s->why = SPAN("the name is too long");
	lookup_ask(l, s->name, DNS_SRV, take_srv)->srv = s;
}

/* ---- all of it */

static void
lookup_ask_host(struct lookup_query *l, struct lookup_host *h)
{
	h->address = ARENA_ARRAY(l->env.arena, struct lookup_address, h->hop->naddr);
	for (size_t i = 0; i < h->hop->naddr; i++) {
		h->address[i].addr = h->hop->addr[i];
		if (!addr_family(&h->hop->addr[i]))
			continue;
		struct span name = lookup_reverse_name(
		    &h->hop->addr[i], SPAN_NONE, l->env.arena);
		lookup_ask(l, name, DNS_PTR, lookup_take_ptr)->address = &h->address[i];
	}
	if (h->hop->found->source == HOST_LITERAL || h->hop->naddr == 0)
		return;
	h->query = l;
	h->asking = dane_find(&l->env, h->hop->path, l->target.port, lookup_on_dane, h);
	l->waiting += h->asking != NULL;
}

static void
lookup_on_route(void *ctx, const struct route *route, const struct err *err)
{
	struct lookup_query *l = ctx;
	struct lookup *up = &l->lookup;
	struct addr literal;

	up->route = route;
	/* A name without an address tells nothing about a domain whose MX lookup failed. */
	bool unknown = err->kind && l->mx_err.kind;
	up->err = unknown ? l->mx_err : *err;
	up->nhosts = unknown ? 0 : route->nall;
	if (unknown)
		up->mx_why = SPAN_NONE; /* the error says it */
	up->host = ARENA_ARRAY(l->env.arena, struct lookup_host, route->nall ? route->nall : 1);
	for (size_t i = 0; i < up->nhosts; i++) {
		up->host[i].hop = &route->hop[i];
		lookup_ask_host(l, &up->host[i]);
	}
	if (l->target.kind == TARGET_MX && route->name.len > 0 &&
	    !addr_parse(&literal, route->name, 0)) {
		lookup_ask_text(l, &up->mta_sts, LOOKUP_MTA_STS);
		lookup_ask_text(l, &up->tlsrpt, LOOKUP_TLSRPT);
		ask_srv(l, &up->submissions, "_submissions._tcp");
		ask_srv(l, &up->submission, "_submission._tcp");
	}
	lookup_answered(l);			/* the route itself */
}

static void
lookup_on_note(void *ctx, struct span note, bool found)
{
	struct lookup_query *l = ctx;

	(void)found;
	if (note.len > 0 && l->lookup.nnotes < LOOKUP_NOTES_MAX)
		l->lookup.note[l->lookup.nnotes++] = arena_copy(l->env.arena, note);
}

static void
lookup_find_route(struct lookup_query *l)
{
	l->waiting++;
	l->route = route_find(&l->env, &l->target, lookup_on_route, lookup_on_note, l);
}

static void
lookup_take_mx(struct question *q, const struct dns_reply *reply, struct span owner)
{
	struct lookup_query *l = q->query;

	l->lookup.mx_failed = !reply->ok;
	if (!reply->ok) {
		err_set(&l->mx_err, ERR_DNS, "MX lookup of %.*s failed: %.*s", SPAN_ARG(q->name),
		    SPAN_ARG(dns_tries_text(reply, l->env.arena)));
		l->mx_err.cause = dns_cause(reply);
	}
	l->lookup.mx_why = why_none(q, reply, &owner);
	bool unknown = !reply->ok && l->mx_err.cause != CAUSE_NO_ANSWER &&
	    l->mx_err.cause != CAUSE_NOT_QUERIED;
	if (l->lookup.mx_why.len == 0 || (unknown && l->as == LOOKUP_DOMAIN_UNLESS_HOST))
		l->target.kind = TARGET_MX;
	lookup_find_route(l);
}

struct lookup_query *
lookup_start(const struct lookup_env *env, const struct target *target, enum lookup_name as,
    lookup_fn *fn, void *ctx)
{
	struct lookup_query *l = memory_zeroed(sizeof *l);
	struct span name;
	struct addr literal;

	*l = (struct lookup_query){ .env = *env, .target = *target, .fn = fn, .ctx = ctx, .as = as,
		.questions_until_us = lookup_questions_until(env->until_us) };
	if (as != LOOKUP_HOST && target->kind == TARGET_HOST &&
	    span_has(target->host, '.') && !addr_parse(&literal, target->host, 0) &&
	    host_ascii(target->host, env->arena, &name, &(struct err){ 0 }))
		lookup_ask(l, name, DNS_MX, lookup_take_mx);
	if (l->waiting == 0)
		lookup_find_route(l);
	return l;
}

void
lookup_free(struct lookup_query *l)
{
	if (!l)
		return;
	for (struct question *q = l->questions; q; q = q->next)
		dns_cancel(q->dns);
	for (size_t i = 0; i < l->lookup.nhosts; i++)
		dane_free(l->lookup.host[i].asking);
	route_free(l->route);
	free(l);
}
