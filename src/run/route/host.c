/* host - finds the addresses of one host. */
#include "run/route/host.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "base/text.h"
#include "net/dns_words.h"
#include "net/idn.h"
#include "net/order.h"

enum { ADDRESSES_MAX = 128, CANDIDATES_MAX = SYSNAMES_SEARCH + 1, LOCAL_MAX = 16 };

struct half {				/* the A or AAAA query of the current candidate */
	struct host_query *query;
	enum dns_type type;
	struct dns_query *dns;
	bool over;
	unsigned rcode;
	struct span failed;		/* why it failed; empty: it was answered */
	enum err_cause cause;		/* of ->failed */
	bool loop;
};

struct host_query {
	struct lookup_env env;
	unsigned port;
	host_fn *fn;
	void *ctx;
	struct span given, candidate[CANDIDATES_MAX];
	size_t ncandidates, at;
	struct half half[2];
	struct host host;
	bool absent;			/* the name as given does not exist */
};

uint64_t
lookup_until(uint64_t ms)
{
	return ms ? loop_now_us() + ms * 1000 : 0;
}

uint64_t
lookup_questions_until(uint64_t until)
{
	uint64_t now = loop_now_us(), left = until > now ? until - now : 0;

	return until - (left > 1000000 ? 50000 : left / 20);
}

bool
host_ascii(struct span name, struct arena *arena, struct span *out, struct err *err)
{
	const struct idn *module;

	*out = name;
	if (!text_is_ascii(name) &&
	    (!(module = idn(err)) || !module->to_ascii(name, arena, out, err))) {
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
		bool letter = ascii_is_letter(c), digit = ascii_is_digit(c);
		if (c == '.' ? label == 0 : !letter && !digit && c != '-' && c != '_')
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return ascii.len > 0 && ascii.len <= 253 && label > 0;
}

static void
host_add(struct host_query *q, struct addr a)
{
	struct host *h = &q->host;
	char text[ADDR_TEXT], other[ADDR_TEXT];

	if ((q->env.opts->family && addr_family(&a) != q->env.opts->family) ||
	    h->naddr == ADDRESSES_MAX)
		return;
	if (!h->addr)
		h->addr = ARENA_ARRAY(q->env.arena, struct addr, ADDRESSES_MAX);
	if (addr_port(&a) == 0)		/* --resolve may give one */
		addr_set_port(&a, q->port);
	addr_text(&a, text);
	for (size_t i = 0; i < h->naddr; i++)
		if (strcmp(addr_text(&h->addr[i], other), text) == 0)
			return;
	h->addr[h->naddr++] = a;
}

/* ---- without the DNS */

static bool
host_find_literal(struct host_query *q, struct span name)
{
	struct addr a;

	if (!addr_parse(&a, name, q->port))
		return false;
	host_add(q, a);
	q->host.source = HOST_LITERAL;
	if (q->host.naddr == 0)
		q->host.why = arena_printf(
		    q->env.arena, "it is not an IPv%u address", q->env.opts->family);
	return true;
}

static bool
host_find_given(struct host_query *q, struct span name)
{
	for (size_t i = 0; i < q->env.opts->nrules; i++)
		if (dns_name_eq(q->env.opts->rule[i].host, name))
			host_add(q, q->env.opts->rule[i].addr);
	q->host.source = HOST_GIVEN;
	return q->host.naddr > 0;
}

static bool
is_localhost(struct span name)
{
	return span_eq_case(name, SPAN("localhost")) || span_ends_case(name, SPAN(".localhost"));
}

/* Looks in hosts(5). localhost is always local (RFC 6761 6.3). */
static bool
host_find_local(struct host_query *q, struct span name)
{
	struct arena file = { 0 };
	struct addr found[LOCAL_MAX];
	size_t n = 0;

	q->host.source = HOST_FILE;
	if (dns_system(q->env.dns))
		n = hosts_find(sysnames_file("/etc/hosts", &file), name, found, LOCAL_MAX);
	arena_release(&file);
	for (size_t i = 0; i < n; i++)
		host_add(q, found[i]);
	/* also if the file has only addresses of the other family */
	if (q->host.naddr == 0 && is_localhost(name)) {
		n = addr_parse(&found[0], SPAN("::1"), 0);
		n += addr_parse(&found[n], SPAN("127.0.0.1"), 0);
		for (size_t i = 0; i < n; i++)
			host_add(q, found[i]);
	}
	return q->host.naddr > 0;
}

/* ---- by the DNS */

/* A name with at least ndots dots is tried as given first, otherwise last (resolv.conf(5)). */
static void
host_add_candidates(struct host_query *q, struct span name, bool search)
{
	const struct resolv_conf *c = search ? dns_system(q->env.dns) : NULL;
	unsigned dots = 0;

	for (size_t i = 0; i < name.len; i++)
		dots += name.at[i] == '.';
	bool first = !c || dots >= c->ndots;
	q->given = name;
	if (first)
		q->candidate[q->ncandidates++] = name;
	for (size_t i = 0; c && i < c->nsearch; i++)
		q->candidate[q->ncandidates++] = arena_printf(
		    q->env.arena, "%.*s.%.*s", SPAN_ARG(name), SPAN_ARG(c->search[i]));
	if (!first)
		q->candidate[q->ncandidates++] = name;
}

static void
host_note(struct host_query *q, struct span text)
{
	struct host *h = &q->host;

	for (size_t i = 0; i < h->nnotes; i++)
		if (span_eq(h->note[i], text))
			return;
	if (h->nnotes < HOST_NOTES_MAX)
		h->note[h->nnotes++] = text;
}

static void
host_take_half(struct half *h, const struct dns_reply *reply)
{
	struct host_query *q = h->query;
	struct host *host = &q->host;
	struct span last;
	unsigned steps;
	const struct dns_record *r = NULL;

	if (!reply->ok) {
		h->failed = dns_tries_text(reply, q->env.arena);
		h->cause = dns_cause(reply);
		if (!host->doubt.without_validation)
			host->doubt = reply->doubt;
		return;
	}
	if (reply->ntries > 1)
		host_note(q, dns_tries_text(reply, q->env.arena));
	if (reply->answer->nbad > 0)
		host_note(q,
		    arena_printf(q->env.arena, "%s of %.*s: ignored %zu malformed record%s",
			dns_type_word(h->type), SPAN_ARG(host->name), reply->answer->nbad,
			reply->answer->nbad == 1 ? " is" : "s are"));
	h->rcode = reply->answer->rcode;
	h->loop = !dns_follow(reply->answer, host->name, &last, &steps);
	if (h->loop)
		return;
	if (steps > 0)
		host->alias = arena_copy(q->env.arena, last);
	while ((r = dns_next(reply->answer, last, h->type, r))) {
		host->authentic = reply->authentic && (host->naddr == 0 || host->authentic);
		if (host->naddr == 0 || reply->trust < host->trust) {
			host->trust = reply->trust;
			host->resolver = reply->try[reply->ntries - 1].server;
		}
		host->ttl = host->naddr == 0 || r->ttl < host->ttl ? r->ttl : host->ttl;
		host_add(q, r->addr);
	}
}

static struct span
host_why_none(const struct host_query *q)
{
	const struct half *a = &q->half[0], *b = &q->half[1];

	if (a->loop || b->loop)
		return SPAN("its CNAMEs form a loop");
	if (a->failed.len || b->failed.len)
		return a->failed.len ? a->failed : b->failed;
	if (a->rcode == DNS_NXDOMAIN || b->rcode == DNS_NXDOMAIN)
		return q->host.alias.len ?
		    arena_printf(q->env.arena,
			"it is an alias of %.*s, which does not exist (NXDOMAIN)",
			SPAN_ARG(q->host.alias)) :
		    SPAN("the name does not exist (NXDOMAIN)");
	return q->env.opts->family == 4 ?
	    SPAN("the name exists, but has no IPv4 address (A)") :
	    q->env.opts->family == 6 ?
	    SPAN("the name exists, but has no IPv6 address (AAAA)") :
	    SPAN("the name exists, but has no address (neither A nor AAAA)");
}

static enum err_cause
host_cause_of_none(const struct host_query *q)
{
	const struct half *a = &q->half[0], *b = &q->half[1];

	if (a->loop || b->loop)
		return CAUSE_ALIAS_LOOP;
	if (a->failed.len || b->failed.len)
		return a->failed.len ? a->cause : b->cause;
	return a->rcode == DNS_NXDOMAIN || b->rcode == DNS_NXDOMAIN ? CAUSE_NO_NAME :
								      CAUSE_NO_ADDRESS;
}

static void host_ask_candidate(struct host_query *);

static void
host_note_broken_half(struct host_query *q)
{
	for (int i = 0; i < 2; i++)
		if (q->half[i].failed.len > 0)
			host_note(q,
			    arena_printf(q->env.arena, "%s lookup of %.*s failed: %.*s",
				dns_type_word(q->half[i].type), SPAN_ARG(q->host.name),
				SPAN_ARG(q->half[i].failed)));
}

static void
host_tell(struct host_query *q)
{
	bool by_list = !span_eq(q->host.name, q->given);

	if (by_list && q->absent)
		host_note(q,
		    arena_printf(q->env.arena,
			"%.*s does not exist (NXDOMAIN): using %.*s from the search list in "
			"resolv.conf",
			SPAN_ARG(q->given), SPAN_ARG(q->host.name)));
	else if (by_list)
		host_note(q,
		    arena_printf(q->env.arena, "%.*s is %.*s by the search list in resolv.conf",
			SPAN_ARG(q->given), SPAN_ARG(q->host.name)));
	q->fn(q->ctx, &q->host);
}

/*
 * The search list ends at a name that exists, even without an address, and at the name as given if
 * its lookup fails.
 */
static void
host_both_are_over(struct host_query *q)
{
	struct host *h = &q->host;

	if (h->naddr > 0) {
		order_addresses(h->addr, h->naddr);
		host_note_broken_half(q);
		host_tell(q);
		return;
	}
	struct span why = host_why_none(q);
	enum err_cause cause = host_cause_of_none(q);
	bool given = span_eq(h->name, q->given),
	     absent = cause == CAUSE_NO_NAME && h->alias.len == 0;
	bool failed = q->half[0].failed.len > 0 || q->half[1].failed.len > 0;
	if (given) {
		q->absent = absent;
		h->why = why;
		h->cause = cause;
	}
	if ((absent || (failed && !given)) && q->at + 1 < q->ncandidates) {
		q->at++;
		host_ask_candidate(q);
		return;
	}
	/* no candidate exists: report the name as given */
	if (absent || (failed && !given)) {
		h->name = q->given;
		h->why = arena_printf(q->env.arena,
		    q->ncandidates > 1 ? "%.*s, not even with the search list" : "%.*s",
		    SPAN_ARG(h->why.len ? h->why : why));
		h->cause = h->cause == CAUSE_UNSET ? cause : h->cause;
	} else if (!given) {
		h->why = why;
		h->cause = cause;
	}
	host_tell(q);
}

static void
host_on_reply(void *ctx, const struct dns_reply *reply)
{
	struct half *h = ctx;
	struct host_query *q = h->query;

	h->dns = NULL;
	h->over = true;
	host_take_half(h, reply);
	if (q->half[0].over && q->half[1].over)
		host_both_are_over(q);
}

/* Returns false if the name is not valid in the DNS. */
static bool
host_ask_half(struct host_query *q, struct half *h, enum dns_type type, unsigned family)
{
	*h = (struct half){ .query = q, .type = type };
	h->over = q->env.opts->family && q->env.opts->family != family;
	if (!h->over)
		h->dns = dns_ask(q->env.dns, q->host.name, type, q->env.until_us, host_on_reply, h);
	return h->over || h->dns;
}

static void
host_ask_candidate(struct host_query *q)
{
	q->host.name = q->candidate[q->at];
	q->host.alias = SPAN("");
	bool ok = host_ask_half(q, &q->half[0], DNS_AAAA, 6);
	ok = host_ask_half(q, &q->half[1], DNS_A, 4) && ok;
	if (ok)
		return;
	q->host.why = SPAN(
	    "invalid host name: labels have 1 to 63 octets, and the whole name at most 253");
	q->host.cause = CAUSE_NO_ADDRESS;
	q->fn(q->ctx, &q->host);
}

struct host_query *
host_find(const struct lookup_env *env, struct span name, unsigned port, bool system, host_fn *fn,
    void *ctx)
{
	struct host_query *q = memory_zeroed(sizeof *q);
	struct arena *arena = env->arena;
	struct err err;
	bool told = true;

	*q = (struct host_query){ .env = *env, .port = port, .fn = fn, .ctx = ctx };
	q->host.name = name;
	q->host.cause = CAUSE_NO_ADDRESS;
	if (!host_ascii(name, arena, &q->host.name, &err))
		q->host.why = arena_copy(arena, span_of(err.text));
	else if (system ? host_find_literal(q, name) || host_find_given(q, q->host.name) ||
		    host_find_local(q, q->host.name) :
			  host_find_given(q, q->host.name))
		order_addresses(q->host.addr, q->host.naddr);
	else
		told = false;
	if (told) {
		fn(ctx, &q->host);
		free(q);
		return NULL;
	}
	q->host.source = HOST_DNS;
	q->host.cause = CAUSE_UNSET;
	host_add_candidates(q, q->host.name, system && name.at[name.len - 1] != '.');
	host_ask_candidate(q);
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
