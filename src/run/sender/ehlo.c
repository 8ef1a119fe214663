/* ehlo - looks up the name that a client sends in EHLO. */
#include "run/sender/ehlo.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"

struct ehlo_query {
	struct lookup_env env;
	struct addr source;
	ehlo_fn *fn;
	void *ctx;
	struct host_query *host;
	bool told;
	struct ehlo *ehlo;
};

const char *
ehlo_state_word(enum ehlo_state state)
{
	static const char *const words[] = {
#define X(name, word) [EHLO_##name] = word,
		EHLO_STATES(X)
#undef X
	};

	assert((size_t)state < sizeof words / sizeof *words);
	return words[state];
}

static bool
is_source(const struct ehlo_query *q, const struct addr *a)
{
	unsigned bits = addr_family(a) == 6 ? 128 : 32;

	return addr_net_has(&(struct addr_net){ *a, bits }, &q->source);
}

static void
tell(struct ehlo_query *q, enum ehlo_state state)
{
	q->ehlo->state = state;
	q->told = true;
	q->fn(q->ctx, q->ehlo);
}

static void
on_host(void *ctx, const struct host *h)
{
	struct ehlo_query *q = ctx;
	struct ehlo *e = q->ehlo;
	bool same = false;

	e->addr = h->addr;
	e->naddr = h->naddr;
	e->authentic = h->authentic;
	e->why = h->why;
	for (size_t i = 0; i < h->naddr; i++)
		same |= is_source(q, &h->addr[i]);
	bool none = h->cause == CAUSE_NO_NAME || h->cause == CAUSE_NO_ADDRESS ||
	    h->cause == CAUSE_ALIAS_LOOP;
	if (h->naddr == 0)
		tell(q, none ? EHLO_NOT_FOUND : EHLO_FAILED);
	else
		tell(q, q->source.len == 0 ? EHLO_EXISTS : same ? EHLO_MATCHES : EHLO_DIFFERS);
}

/* Parses "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 4.1.3). */
static bool
read_literal(struct span name, struct addr *a)
{
	struct span inside;

	if (name.len < 3 || name.at[0] != '[' || name.at[name.len - 1] != ']')
		return false;
	inside = span_skip(span_first(name, name.len - 1), 1);
	bool six = span_starts_case(inside, SPAN("IPv6:"));
	return addr_parse(a, six ? span_skip(inside, 5) : inside, 0) &&
	    addr_family(a) == (six ? 6 : 4);
}

struct ehlo_query *
ehlo_find(const struct lookup_env *env, struct span name, const struct addr *source, ehlo_fn *fn,
    void *ctx)
{
	static const struct route_opts both = { 0 };
	struct ehlo_query *q = memory_zeroed(sizeof *q);
	struct lookup_env plain = *env;
	struct span ascii = name;
	struct addr literal;

	*q = (struct ehlo_query){
		.env = *env, .fn = fn, .ctx = ctx, .ehlo = ARENA_NEW(env->arena, struct ehlo)
	};
	if (source)
		q->source = *source;
	q->ehlo->name = name;
	plain.opts = &both; /* --resolve and -4 are only for this side */
	if (read_literal(name, &literal))
		tell(q, !source || is_source(q, &literal) ? EHLO_LITERAL : EHLO_LITERAL_DIFFERS);
	else if (addr_parse(&literal, name, 0) || !host_ascii(name, env->arena, &ascii, NULL) ||
	    !host_is_name(ascii))
		tell(q, EHLO_INVALID);
	else if (!span_has(ascii, '.'))
		tell(q, EHLO_NOT_FQDN);
	else
		q->host = host_find(&plain, ascii, 25, false, on_host, q);
	if (!q->told)
		return q;
	host_free(q->host);
	free(q);
	return NULL;
}

void
ehlo_free(struct ehlo_query *q)
{
	if (!q)
		return;
	host_free(q->host);
	free(q);
}

struct span
ehlo_sentence(const struct ehlo *e, struct arena *arena)
{
	static const struct {
		const char *text;
		bool why;
	} words[] = {
		[EHLO_MATCHES] = { "exists and has the client's address", false },
		[EHLO_EXISTS] = { "exists", false },
		[EHLO_DIFFERS] = { "exists, but does not have the client's address", false },
		[EHLO_NOT_FOUND] = { "does not resolve", true },
		[EHLO_NOT_FQDN] = { "is not a fully qualified host name", false },
		[EHLO_INVALID] = { "is neither a host name nor an address in brackets "
				   "(RFC 5321 4.1.1.1)",
		    false },
		[EHLO_LITERAL] = { "is an address literal; many servers require a host name",
		    false },
		[EHLO_LITERAL_DIFFERS] = { "is an address literal, and not the client's", false },
		[EHLO_FAILED] = { "could not be looked up", true },
	};
	struct span name = text_safe(arena, e->name), why = text_safe(arena, e->why);
	bool with = words[e->state].why && why.len > 0;

	return arena_printf(arena, "%.*s %s%s%.*s", SPAN_ARG(name), words[e->state].text,
	    with ? ": " : "", with ? (int)why.len : 0, why.at ? why.at : "");
}
