/* sts - fetches and judges the MTA-STS policy of a domain. */
#include "run/route/sts.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "net/fetch.h"
#include "net/tls_trust.h"
#include "run/route/lookup.h"

struct sts_query {
	struct sts_way way;
	struct arena *arena;		/* way.env.arena */
	sts_fn *fn;
	void *ctx;
	struct span name, host;		/* "_mta-sts.example.org", "mta-sts.example.org" */
	struct dns_query *record;
	struct host_query *finding;
	struct fetch *fetch;
	struct loop_timer *later;
	struct sts sts;
};

const char *
sts_state_word(enum sts_state state)
{
	static const char *const word[] = {
#define X(name, text) [STS_##name] = text,
		STS_STATES(X)
#undef X
	};

	assert((size_t)state < sizeof word / sizeof *word);
	return word[state];
}

const char *
sts_verdict_word(enum sts_verdict verdict)
{
	static const char *const word[] = {
		[STS_NO_OPINION] = "none",
		[STS_ALLOWS] = "allows",
		[STS_NOT_LISTED] = "not_listed",
		[STS_NO_TLS] = "no_tls",
		[STS_NOT_VERIFIED] = "not_verified",
	};

	assert((size_t)verdict < sizeof word / sizeof *word);
	return word[verdict];
}

/* See RFC 8461 4.2. */
enum sts_verdict
sts_judge(const struct sts *sts, struct span host, bool tls, bool verified)
{
	if (sts->state != STS_FOUND || sts->policy.mode == STS_MODE_NONE)
		return STS_NO_OPINION;
	if (!sts_policy_names(&sts->policy, host))
		return STS_NOT_LISTED;
	return !tls ? STS_NO_TLS : verified ? STS_ALLOWS : STS_NOT_VERIFIED;
}

static void
sts_on_later(void *ctx, unsigned ready)
{
	struct sts_query *q = ctx;
	struct sts *kept = ARENA_NEW(q->arena, struct sts);

	(void)ready;
	*kept = q->sts;
	q->fn(q->ctx, kept);
}

/* Reports the result at the next wake-up, since it may be known within sts_start. */
static void
sts_tell(struct sts_query *q, enum sts_state state, struct span why)
{
	q->sts.state = state;
	q->sts.why = why;
	loop_timer_set(q->later, 0);
}

/* ---- the policy */

static bool
is_plain(struct span type)
{
	return span_eq_case(span_trim(span_until(&type, ';')), SPAN("text/plain"));
}

static bool
trusts_nobody(const struct sts_query *q)
{
	return !q->way.ca && tls_trust_is_empty();
}

static void
sts_on_answer(void *ctx, const struct https_answer *a)
{
	struct sts_query *q = ctx;
	struct span type = text_safe(q->arena, span_first(a->type, 80)),
		    where = text_safe(q->arena, span_first(a->location, 200));
	const char *why;

	if (a->untrusted && trusts_nobody(q))
		sts_tell(q, STS_UNREACHED,
		    SPAN("certificate verification failed: this machine has no CA certificates: "
			 "install them (on Debian the package ca-certificates), or use --ca FILE"));
	else if (a->why.len > 0)
		sts_tell(q, STS_UNREACHED,
		    text_safe(q->arena, arena_copy(q->arena, span_first(a->why, 300))));
	else if (a->status / 100 == 3)
		sts_tell(q, STS_UNREACHED,
		    arena_printf(q->arena,
			"HTTP status %ld: redirects are not allowed (RFC 8461 3.3)%s%.*s%s",
			a->status, where.len ? "; the redirect to " : "", SPAN_ARG(where),
			where.len ? " is not followed" : ""));
	else if (a->status != 200)
		sts_tell(q, STS_UNREACHED, arena_printf(q->arena, "HTTP status %ld", a->status));
	else if (!is_plain(a->type))
		sts_tell(q, STS_BAD_POLICY,
		    arena_printf(q->arena,
			"its type is \"%.*s\", but must be text/plain (RFC 8461 3.2)",
			SPAN_ARG(type)));
	else if (!sts_policy_parse(a->text, q->arena, &q->sts.policy, &why))
		sts_tell(q, STS_BAD_POLICY, span_of(why));
	else
		sts_tell(q, STS_FOUND, SPAN_NONE);
}

static void
sts_fetch(struct sts_query *q, const struct addr *to, size_t nto, const char *proxy)
{
	const char *file, *folder;

	tls_trust_paths(q->way.ca, q->arena, &file, &folder);
	struct https_opts opts = {
		.host = arena_string(q->arena, q->host),
		.path = "/.well-known/mta-sts.txt",
		.to = to,
		.nto = nto,
		.ca_file = file,
		.ca_folder = folder,
		.proxy = proxy,
		.timeout_ms = q->way.timeout_ms ? q->way.timeout_ms : 60000,
	};
	struct err err;

	q->fetch = fetch_start(q->way.env.loop, &opts, sts_on_answer, q, &err);
	if (!q->fetch)
		sts_tell(q, STS_UNABLE, arena_copy(q->arena, span_of(err.text)));
}

static void
sts_fetch_by_proxy(struct sts_query *q)
{
	char at[ADDR_TEXT];
	const char *scheme = q->way.proxy->kind == PROXY_SOCKS5 ? "socks5h" : "http";
	struct span url = arena_printf(
	    q->arena, "%s://%s", scheme, addr_text(&q->way.proxy->addr, at));

	sts_fetch(q, &q->way.proxy->addr, 1, arena_string(q->arena, url));
}

static void
sts_on_host(void *ctx, const struct host *h)
{
	struct sts_query *q = ctx;
	struct addr *to = ARENA_ARRAY(q->arena, struct addr, h->naddr);
	char at[ADDR_TEXT];
	size_t n = 0;

	if (h->naddr == 0) {
		sts_tell(q, STS_UNREACHED,
		    arena_printf(
			q->arena, "mta-sts.%.*s: %.*s", SPAN_ARG(q->sts.domain), SPAN_ARG(h->why)));
		return;
	}
	for (size_t i = 0; i < h->naddr; i++)
		if (addr_port(&h->addr[i]) == addr_port(&h->addr[0]) &&
		    addr_is_allowed(q->way.allow, q->way.nallow, &h->addr[i]))
			to[n++] = h->addr[i];
	if (n == 0) {
		sts_tell(q, STS_UNREACHED,
		    arena_printf(
			q->arena, "connecting to %s is not permitted", addr_host(&h->addr[0], at)));
		return;
	}
	sts_fetch(q, to, n, NULL);
}

static void
sts_find_host(struct sts_query *q)
{
	q->host = arena_printf(q->arena, "mta-sts.%.*s", SPAN_ARG(q->sts.domain));
	if (q->way.proxy->kind != PROXY_NONE)
		sts_fetch_by_proxy(q);
	else
		q->finding = host_find(&q->way.env, q->host, 443, false, sts_on_host, q);
}

/* ---- the record */

static void
sts_on_record(void *ctx, const struct dns_reply *reply)
{
	struct sts_query *q = ctx;
	struct lookup_text text = { .name = q->name };
	struct span id;
	const char *why;

	q->record = NULL;
	lookup_text_read(&text, LOOKUP_MTA_STS, reply, q->arena);
	if (text.n == 0)
		sts_tell(q, text.failed ? STS_UNKNOWN : STS_NONE, text.why);
	else if (text.wrong.len > 0)
		sts_tell(q, STS_BAD_RECORD, text.wrong);
	else if (sts_record_parse(text.text, &id, &why)) {
		q->sts.id = id;
		sts_find_host(q);
	}
}

struct sts_query *
sts_start(const struct sts_way *way, struct span domain, sts_fn *fn, void *ctx)
{
	struct arena *arena = way->env.arena;
	struct sts_query *q = memory_zeroed(sizeof *q);
	struct span ascii;
	struct err err = { .text = "it is not a domain name of letters, digits and hyphens" };

	assert(way->env.arena && way->proxy);
	*q = (struct sts_query){ .way = *way, .arena = arena, .fn = fn, .ctx = ctx };
	q->later = loop_timer(way->env.loop, sts_on_later, q);
	q->sts.domain = arena_copy(arena, domain);
	/*
	 * The name becomes part of a URL, in which some octets would lead elsewhere (RFC 3986
	 * 3.2.2).
	 */
	if (host_ascii(q->sts.domain, arena, &ascii, &err) && host_is_name(ascii)) {
		q->sts.domain = ascii;
		q->name = lookup_text_name(LOOKUP_MTA_STS, ascii, arena);
		q->record = dns_ask(
		    way->env.dns, q->name, DNS_TXT, way->env.until_us, sts_on_record, q);
	}
	if (!q->record)
		sts_tell(q, err.kind == ERR_SYSTEM ? STS_UNABLE : STS_UNKNOWN,
		    arena_copy(arena, span_of(err.text)));
	return q;
}

void
sts_free(struct sts_query *q)
{
	if (!q)
		return;
	dns_cancel(q->record);
	host_free(q->finding);
	fetch_free(q->fetch);
	loop_timer_free(q->later);
	free(q);
}
