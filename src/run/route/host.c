/* host - the addresses of one host. */
#include "run/route/host.h"

#include <stdlib.h>

#include "net/idn.h"
#include "net/order.h"

enum { ADDRESSES_MAX = 128, CANDIDATES_MAX = SYSNAMES_SEARCH + 1, LOCAL_MAX = 16 };

struct half {				/* the A or the AAAA of the candidate in hand */
	struct host_query *query;
	enum dns_type type;
	struct dns_query *dns;
	bool over;
	unsigned rcode;
	struct span failed;		/* what the servers said; empty: they answered */
	enum err_cause cause;		/* of that */
	bool loop;
};

struct host_query {
	struct dns *dns;
	unsigned port;
	const struct route_opts *opts;
	struct arena *arena;
	host_fn *fn;
	void *ctx;
	struct span given, candidate[CANDIDATES_MAX];
	size_t ncandidates, at;
	struct half half[2];
	struct host host;
	struct span why;		/* of the name as it was given */
	enum err_cause cause;
};

bool
host_ascii(struct span name, struct arena *arena, struct span *out, struct err *err)
{
	const struct idn *module;
	bool ascii = true;

	for (size_t i = 0; i < name.len; i++)
		ascii &= (unsigned char)name.at[i] < 0x80;
	*out = name;
	if (!ascii && (!(module = idn(err)) || !module->to_ascii(name, arena, out, err))) {
		if (err && err->kind != ERR_SYSTEM) {
			err->kind = ERR_DNS;
			err->cause = CAUSE_NO_ADDRESS;
		}
		return false;
	}
	if (out->len > 1 && out->at[out->len - 1] == '.')
		out->len--;
	return true;
}

bool
host_is_name(struct span ascii)
{
	size_t label = 0;

	for (size_t i = 0; i < ascii.len; i++) {
		unsigned char c = (unsigned char)ascii.at[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z', digit = c >= '0' && c <= '9';
		if (c == '.' ? label == 0 : !letter && !digit && c != '-' && c != '_')
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return ascii.len > 0 && ascii.len <= 253 && label > 0;
}

static void
add(struct host_query *q, struct addr a)
{
	struct host *h = &q->host;

	if ((q->opts->family && addr_family(&a) != q->opts->family) || h->naddr == ADDRESSES_MAX)
		return;
	if (!h->addr)
		h->addr = ARENA_ARRAY(q->arena, struct addr, ADDRESSES_MAX);
	if (addr_port(&a) == 0)		/* --resolve may name one */
		addr_set_port(&a, q->port);
	h->addr[h->naddr++] = a;
}

/* ---- without the DNS */

static bool
find_literal(struct host_query *q, struct span name)
{
	struct addr a;

	if (!addr_parse(&a, name, q->port))
		return false;
	add(q, a);
	q->host.source = HOST_LITERAL;
	if (q->host.naddr == 0)
		q->host.why = arena_printf(q->arena, "it is no IPv%u address", q->opts->family);
	return true;
}

static bool
find_given(struct host_query *q, struct span name)
{
	for (size_t i = 0; i < q->opts->nrules; i++)
		if (dns_name_eq(q->opts->rule[i].host, name))
			add(q, q->opts->rule[i].addr);
	q->host.source = HOST_GIVEN;
	return q->host.naddr > 0;
}

static bool
is_localhost(struct span name)
{
	return span_eq_case(name, SPAN("localhost")) || span_ends_case(name, SPAN(".localhost"));
}

/* hosts(5), and localhost whatever it says (RFC 6761 6.3). */
static bool
find_local(struct host_query *q, struct span name)
{
	struct arena file = { 0 };
	struct addr found[LOCAL_MAX];
	size_t n = 0;

	q->host.source = HOST_FILE;
	if (dns_system(q->dns))
		n = hosts_find(sysnames_file("/etc/hosts", &file), name, found, LOCAL_MAX);
	arena_release(&file);
	if (n == 0 && is_localhost(name)) {
		n += addr_parse(&found[n], SPAN("::1"), 0);
		n += addr_parse(&found[n], SPAN("127.0.0.1"), 0);
	}
	for (size_t i = 0; i < n; i++)
		add(q, found[i]);
	return q->host.naddr > 0;
}

/* ---- by the DNS */

/* resolv.conf(5): with as many dots as ndots a name is first asked as it is, else last. */
static void
add_candidates(struct host_query *q, struct span name, bool search)
{
	const struct resolv_conf *c = search ? dns_system(q->dns) : NULL;
	unsigned dots = 0;

	for (size_t i = 0; i < name.len; i++)
		dots += name.at[i] == '.';
	bool first = !c || dots >= c->ndots;
	q->given = name;
	if (first)
		q->candidate[q->ncandidates++] = name;
	for (size_t i = 0; c && i < c->nsearch; i++)
		q->candidate[q->ncandidates++] = arena_printf(q->arena, "%.*s.%.*s", SPAN_ARG(name), SPAN_ARG(c->search[i]));
	if (!first)
		q->candidate[q->ncandidates++] = name;
}

static void
take_half(struct half *h, const struct dns_reply *reply)
{
	struct host_query *q = h->query;
	struct host *host = &q->host;
	struct span last;
	unsigned steps;
	const struct dns_record *r = NULL;

	if (!reply->ok) {
		h->failed = dns_tries_text(reply, q->arena);
		h->cause = dns_cause(reply);
		return;
	}
	h->rcode = reply->answer->rcode;
	h->loop = !dns_follow(reply->answer, host->name, &last, &steps);
	if (h->loop)
		return;
	if (steps > 0)
		host->alias = arena_copy(q->arena, last);
	while ((r = dns_next(reply->answer, last, h->type, r))) {
		host->authentic = reply->authentic && (host->naddr == 0 || host->authentic);
		host->ttl = host->naddr == 0 || r->ttl < host->ttl ? r->ttl : host->ttl;
		add(q, r->addr);
	}
}

static struct span
why_none(const struct host_query *q)
{
	const struct half *a = &q->half[0], *b = &q->half[1];

	if (a->loop || b->loop)
		return SPAN("its CNAMEs form a loop");
	if (a->failed.len || b->failed.len)
		return a->failed.len ? a->failed : b->failed;
	if (a->rcode == DNS_NXDOMAIN || b->rcode == DNS_NXDOMAIN)
		return q->host.alias.len ? arena_printf(q->arena, "it is an alias of %.*s, which does not exist (NXDOMAIN)",
		    SPAN_ARG(q->host.alias)) : SPAN("the name does not exist (NXDOMAIN)");
	return q->opts->family == 4 ? SPAN("the name exists, but without an IPv4 address (A)") :
	    q->opts->family == 6 ? SPAN("the name exists, but without an IPv6 address (AAAA)") :
	    SPAN("the name exists, but without an address (neither A nor AAAA)");
}

static enum err_cause
cause_of_none(const struct host_query *q)
{
	const struct half *a = &q->half[0], *b = &q->half[1];

	if (a->loop || b->loop)
		return CAUSE_NO_ADDRESS;
	if (a->failed.len || b->failed.len)
		return a->failed.len ? a->cause : b->cause;
	return a->rcode == DNS_NXDOMAIN || b->rcode == DNS_NXDOMAIN ? CAUSE_NO_NAME : CAUSE_NO_ADDRESS;
}

static void ask_candidate(struct host_query *);

static void
note_broken_half(struct host_query *q)
{
	for (int i = 0; i < 2; i++)
		if (q->half[i].failed.len > 0)
			q->host.note = arena_printf(q->arena, "the %s of %.*s cannot be had: %.*s",
			    dns_type_word(q->half[i].type), SPAN_ARG(q->host.name), SPAN_ARG(q->half[i].failed));
}

static void
both_are_over(struct host_query *q)
{
	if (q->host.naddr > 0) {
		order_addresses(q->host.addr, q->host.naddr);
		note_broken_half(q);
		q->fn(q->ctx, &q->host);
		return;
	}
	if (q->why.len == 0 || span_eq(q->host.name, q->given)) {
		q->why = why_none(q);
		q->cause = cause_of_none(q);
	}
	if (++q->at < q->ncandidates) {
		ask_candidate(q);
		return;
	}
	q->host.name = q->given;
	q->host.cause = q->cause;
	q->host.why = q->ncandidates == 1 ? q->why :
	    arena_printf(q->arena, "%.*s, nor is it one of the search list's", SPAN_ARG(q->why));
	q->fn(q->ctx, &q->host);
}

static void
on_reply(void *ctx, const struct dns_reply *reply)
{
	struct half *h = ctx;
	struct host_query *q = h->query;

	h->dns = NULL;
	h->over = true;
	take_half(h, reply);
	if (q->half[0].over && q->half[1].over)
		both_are_over(q);
}

/* False: the name cannot be asked. */
static bool
ask_half(struct host_query *q, struct half *h, enum dns_type type, unsigned family)
{
	*h = (struct half){ .query = q, .type = type };
	h->over = q->opts->family && q->opts->family != family;
	if (!h->over)
		h->dns = dns_ask(q->dns, q->host.name, type, on_reply, h);
	return h->over || h->dns;
}

static void
ask_candidate(struct host_query *q)
{
	q->host.name = q->candidate[q->at];
	q->host.alias = SPAN("");
	bool ok = ask_half(q, &q->half[0], DNS_AAAA, 6);
	ok = ask_half(q, &q->half[1], DNS_A, 4) && ok;
	if (ok)
		return;
	q->host.why = SPAN("it is no host name: labels have 1 to 63 octets, and all together 253 at most");
	q->fn(q->ctx, &q->host);
}

struct host_query *
host_find(struct dns *dns, struct span name, unsigned port, bool system, const struct route_opts *opts,
    struct arena *arena, host_fn *fn, void *ctx)
{
	struct host_query *q = memory_zeroed(sizeof *q);
	struct err err;
	bool told = true;

	*q = (struct host_query){ .dns = dns, .port = port, .opts = opts, .arena = arena, .fn = fn, .ctx = ctx };
	q->host.name = name;
	q->host.cause = CAUSE_NO_ADDRESS;
	if (!host_ascii(name, arena, &q->host.name, &err))
		q->host.why = arena_copy(arena, span_of(err.text));
	else if (system ? find_literal(q, name) || find_given(q, q->host.name) || find_local(q, q->host.name) :
	    find_given(q, q->host.name))
		order_addresses(q->host.addr, q->host.naddr);
	else
		told = false;
	if (told) {
		fn(ctx, &q->host);
		free(q);
		return NULL;
	}
	q->host.source = HOST_DNS;
	add_candidates(q, q->host.name, system && name.at[name.len - 1] != '.');
	ask_candidate(q);
	return q;
}

void
host_free(struct host_query *q)
{
	if (!q)
		return;
	dns_cancel(q->half[0].dns);
	dns_cancel(q->half[1].dns);
	free(q);
}
