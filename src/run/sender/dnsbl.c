/* dnsbl - looks up an address in a block list. */
#include "run/sender/dnsbl.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/route/lookup.h"

struct dnsbl_query {
	struct lookup_env env;
	dnsbl_fn *fn;
	void *ctx;
	struct dns_query *dns;
	struct dnsbl *list;
};

const char *
dnsbl_state_word(enum dnsbl_state state)
{
	static const char *const words[] = {
#define X(name, word) [DNSBL_##name] = word,
		DNSBL_STATES(X)
#undef X
	};

	assert((size_t)state < sizeof words / sizeof *words);
	return words[state];
}

static void
tell(struct dnsbl_query *q, enum dnsbl_state state)
{
	q->list->state = state;
	q->fn(q->ctx, q->list);
}

/* Returns whether there is an answer; if not, reports the failure. */
static bool
is_answer(struct dnsbl_query *q, const struct dns_reply *reply)
{
	q->dns = NULL;
	if (reply->ok)
		return true;
	q->list->why = dns_tries_text(reply, q->env.arena);
	tell(q, DNSBL_FAILED);
	return false;
}

/* Takes the reason, if there is one; the listing stands without it (RFC 5782 2.1). */
static void
on_reason(void *ctx, const struct dns_reply *reply)
{
	struct dnsbl_query *q = ctx;
	const struct dns_record *r = NULL;
	struct span owner;
	unsigned steps;

	q->dns = NULL;
	if (reply->ok && dns_follow(reply->answer, q->list->name, &owner, &steps))
		r = dns_next(reply->answer, owner, DNS_TXT, NULL);
	if (r)
		q->list->reason = arena_copy(q->env.arena, r->data);
	tell(q, q->list->state);
}

/* Every list contains 127.0.0.2, which shows whether the list exists (RFC 5782 5). */
static void
on_test(void *ctx, const struct dns_reply *reply)
{
	struct dnsbl_query *q = ctx;

	if (!is_answer(q, reply))
		return;
	for (size_t i = 0; i < reply->answer->nrecords; i++)
		if (reply->answer->record[i].type == DNS_A) {
			tell(q, DNSBL_NOT_LISTED);
			return;
		}
	tell(q, DNSBL_NO_LIST);
}

static void
ask_test(struct dnsbl_query *q)
{
	struct span name = arena_printf(q->env.arena, "2.0.0.127.%.*s", SPAN_ARG(q->list->zone));

	q->dns = dns_ask(q->env.dns, name, DNS_A, q->env.until_us, on_test, q);
	if (!q->dns)
		tell(q, DNSBL_NO_LIST);
}

static bool
is_in(const struct addr *a, unsigned high, unsigned bits)
{
	return (ntohl(a->in4.sin_addr.s_addr) >> (32 - bits)) == high;
}

static void
on_codes(void *ctx, const struct dns_reply *reply)
{
	struct dnsbl_query *q = ctx;
	struct dnsbl *l = q->list;
	const struct dns_record *r = NULL;
	struct span owner;
	unsigned steps;
	bool refused = false, listed = false;

	if (!is_answer(q, reply))
		return;
	if (dns_follow(reply->answer, l->name, &owner, &steps))
		while (
		    l->ncodes < DNSBL_CODES_MAX && (r = dns_next(reply->answer, owner, DNS_A, r))) {
			l->code[l->ncodes++] = r->addr;
			refused |= is_in(&r->addr, 0x7FFFFF, 24); /* 127.255.255.0/24 */
			/*
			 * 127.0.0.0/8 except 127.0.0.1, which some lists return to queries they
			 * reject
			 */
			listed |= is_in(&r->addr, 0x7F, 8) && !is_in(&r->addr, 0x7F000001, 32);
		}
	if (l->ncodes == 0) {
		ask_test(q);
		return;
	}
	l->state = refused ? DNSBL_QUERY_REFUSED : listed ? DNSBL_LISTED : DNSBL_STRANGE;
	q->dns = dns_ask(q->env.dns, l->name, DNS_TXT, q->env.until_us, on_reason, q);
	if (!q->dns)
		tell(q, l->state);
}

struct dnsbl_query *
dnsbl_find(const struct lookup_env *env, const struct addr *addr, struct span zone, dnsbl_fn *fn,
    void *ctx)
{
	struct dnsbl_query *q = memory_zeroed(sizeof *q);

	*q = (struct dnsbl_query){
		.env = *env, .fn = fn, .ctx = ctx, .list = ARENA_NEW(env->arena, struct dnsbl)
	};
	if (zone.len > 0 && zone.at[0] == '.')
		zone = span_skip(zone, 1);
	q->list->zone = zone;
	q->list->name = lookup_reverse_name(addr, zone, env->arena);
	if (zone.len > 0)
		q->dns = dns_ask(env->dns, q->list->name, DNS_A, env->until_us, on_codes, q);
	if (q->dns)
		return q;
	tell(q, DNSBL_NO_LIST);
	free(q);
	return NULL;
}

void
dnsbl_free(struct dnsbl_query *q)
{
	if (!q)
		return;
	dns_cancel(q->dns);
	free(q);
}

struct span
dnsbl_sentence(const struct dnsbl *l, struct arena *arena)
{
	static const char *const words[] = {
		[DNSBL_LISTED] = "listed",
		[DNSBL_NOT_LISTED] = "not listed",
		[DNSBL_QUERY_REFUSED] = "the list rejects queries from this resolver; unknown "
					"whether it lists the address",
		[DNSBL_STRANGE] = "not a listing code; unknown whether the address is listed",
		[DNSBL_NO_LIST] = "no test entry (RFC 5782 5), so it is not a working list; "
				  "unknown whether the address is listed",
		[DNSBL_FAILED] = "lookup failed",
	};
	struct span out = arena_printf(
	    arena, "%.*s: %s", SPAN_ARG(text_safe(arena, l->zone)), words[l->state]);
	struct span more = text_safe(arena, l->state == DNSBL_FAILED ? l->why : l->reason);
	char text[ADDR_TEXT];

	for (size_t i = 0; i < l->ncodes; i++)
		out = arena_printf(arena, "%.*s%s%s", SPAN_ARG(out), i ? ", " : " (",
		    addr_host(&l->code[i], text));
	return arena_printf(arena, "%.*s%s%s%.*s", SPAN_ARG(out), l->ncodes ? ")" : "",
	    more.len ? ": " : "", SPAN_ARG(more));
}
