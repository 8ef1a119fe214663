/* dane - looks up the TLSA records of a host, and decides whether they apply (RFC 7672 2.2). */
#include "run/route/dane.h"

#include <assert.h>
#include <stdlib.h>

struct dane_query {
	struct lookup_env env;
	struct dane_path path;
	unsigned port;
	dane_fn *fn;
	void *ctx;
	struct dns_query *dns;
	struct span base[2];		/* TLSA base domains, the preferred one first */
	size_t nbases, at;
	struct tls_dane *dane;
};

void
dane_path_set(struct dane_path *path, const struct host *host)
{
	static const enum dane_by by[] = {
		[HOST_LITERAL] = DANE_BY_NOTHING,
		[HOST_GIVEN] = DANE_BY_FILE,
		[HOST_FILE] = DANE_BY_FILE,
		[HOST_DNS] = DANE_BY_DNS,
	};

	*path = (struct dane_path){
		.by = by[host->source],
		.host = host->name,
		.alias = host->alias,
		.host_authentic = host->authentic,
		.trust = host->source == HOST_DNS ? host->trust : DNS_TRUST_OPTION,
		.resolver = host->resolver,
	};
}

bool
dane_path_is_validated(const struct dane_path *p)
{
	return p->by == DANE_BY_DNS && p->host_authentic && (!p->mx || p->mx_authentic);
}

/* ---- whether they apply */

/*
 * Returns what was not validated on the path to the host (RFC 7672 2.2.1, 2.2.2); empty: all was.
 */
static struct span
unvalidated(const struct dane_query *q)
{
	const struct dane_path *p = &q->path;

	if (p->mx && !p->mx_authentic)
		return arena_printf(
		    q->env.arena, "the MX of %.*s is not DNSSEC-validated", SPAN_ARG(p->domain));
	if (p->by == DANE_BY_DNS && !p->host_authentic)
		return arena_printf(
		    q->env.arena, "the address of %.*s is not DNSSEC-validated", SPAN_ARG(p->host));
	return SPAN_NONE;
}

static void
dane_tell(struct dane_query *q)
{
	struct tls_dane *d = q->dane;
	struct span lack = unvalidated(q);
	bool usable = false;

	for (size_t i = 0; i < d->n; i++)
		usable |= !tlsa_unusable(&d->result[i].record);
	if (d->state == DANE_FAILED)
		;				/* ->why is set already */
	else if (q->path.trust == DNS_TRUST_NONE || d->trust == DNS_TRUST_NONE)
		d->state = DANE_UNKNOWN;
	else if (d->n == 0)
		d->state = DANE_NONE;
	else if (lack.len > 0)
		d->state = DANE_PATH;
	else if (!d->authentic)
		d->state = DANE_INSECURE;
	else
		d->state = usable ? DANE_USABLE : DANE_UNUSABLE;
	if (d->state == DANE_PATH)
		d->why = lack;
	q->fn(q->ctx, d);
}

/* ---- the records */

static bool dane_ask(struct dane_query *);

static void
dane_take_records(struct dane_query *q, const struct dns_answer *answer, struct span owner)
{
	struct tls_dane *d = q->dane;
	const struct dns_record *r = NULL;

	d->result = ARENA_ARRAY(q->env.arena, struct tlsa_result, TLS_DANE_RECORDS_MAX);
	for (d->n = 0; d->n < TLS_DANE_RECORDS_MAX && (r = dns_next(answer, owner, DNS_TLSA, r));
	     d->n++) {
		struct tlsa_result *result = &d->result[d->n];
		result->record = (struct tlsa){
			r->usage,
			r->selector,
			r->matching,
			arena_copy(q->env.arena, r->data),
			r->malformed,
		};
		result->why = span_of(tlsa_unusable(&result->record));
	}
}

/*
 * If the CNAME target has no usable records, those of the host's own name apply (RFC 7672 2.2.2).
 */
static void
dane_on_records(void *ctx, const struct dns_reply *reply)
{
	struct dane_query *q = ctx;
	struct tls_dane *d = q->dane;
	struct span owner = d->name;
	unsigned steps;

	q->dns = NULL;
	d->state = DANE_NONE;
	d->trust = reply->trust;
	d->n = 0;
	if (reply->ntries > 0)
		d->resolver = reply->try[reply->ntries - 1].server;
	if (!reply->ok) {
		d->state = DANE_FAILED;
		d->trust = DNS_TRUST_NONE;
		d->why = dns_tries_text(reply, q->env.arena);
	} else if (!dns_follow(reply->answer, d->name, &owner, &steps)) {
		d->state = DANE_FAILED;
		d->why = SPAN("its CNAMEs form a loop");
	} else {
		dane_take_records(q, reply->answer, owner);
		d->authentic = reply->authentic;
		if (d->n == 0)
			d->why = reply->answer->rcode == DNS_NXDOMAIN ?
			    SPAN("the name does not exist (NXDOMAIN)") :
			    SPAN("no data (NODATA)");
		q->at++;
		if ((d->n == 0 || !d->authentic) && dane_ask(q))
			return;
	}
	dane_tell(q);
}

/*
 * Asks for the TLSA records of the next base domain. Returns false if none is left for which the
 * name can be formed.
 */
static bool
dane_ask(struct dane_query *q)
{
	struct tls_dane *d = q->dane;

	for (; q->at < q->nbases; q->at++) {
		struct span base = q->base[q->at],
			    name = arena_printf(
				q->env.arena, "_%u._tcp.%.*s", q->port, SPAN_ARG(base));
		q->dns = dns_ask(q->env.dns, name, DNS_TLSA, q->env.until_us, dane_on_records, q);
		if (!q->dns)
			continue;
		d->base = base;
		d->name = name;
		d->why = SPAN_NONE;
		return true;
	}
	return false;
}

/* A name that cannot exist has no record, which needs no validation. */
static void
dane_tell_unnameable(struct dane_query *q)
{
	q->dane->state = DANE_NONE;
	q->dane->why =
	    SPAN("its name would be longer than a DNS name can be (RFC 1035 3.1)");
	q->fn(q->ctx, q->dane);
}

/*
 * The address was not validated, but the host is an alias, which may be in a signed zone itself;
 * then its TLSA record counts (RFC 7672 2.2.2).
 */
static void
dane_on_alias(void *ctx, const struct dns_reply *reply)
{
	struct dane_query *q = ctx;

	q->dns = NULL;
	q->path.host_authentic = reply->ok && reply->authentic &&
	    dns_next(reply->answer, q->path.host, DNS_CNAME, NULL);
	if (!dane_ask(q))
		dane_tell_unnameable(q);
}

struct dane_query *
dane_find(const struct lookup_env *env, const struct dane_path *path, unsigned port, dane_fn *fn,
    void *ctx)
{
	struct dane_query *q = memory_zeroed(sizeof *q);

	assert(path);
	*q = (struct dane_query){ .env = *env, .path = *path, .port = port, .fn = fn, .ctx = ctx,
		.dane = ARENA_NEW(env->arena, struct tls_dane) };
	if (path->by == DANE_BY_NOTHING) {
		q->dane->why = SPAN("an address literal has none: connect using a host name");
		fn(ctx, q->dane);
		free(q);
		return NULL;
	}
	q->dane->resolver = path->resolver;
	if (path->alias.len > 0 && path->host_authentic)
		q->base[q->nbases++] = path->alias;
	q->base[q->nbases++] = path->host;
	if (path->mx) {				/* RFC 7672 3.2.2 */
		q->dane->reference[q->dane->nreferences++] = path->domain;
		if (path->domain_alias.len > 0)
			q->dane->reference[q->dane->nreferences++] = path->domain_alias;
	}
	if (path->alias.len > 0 && !path->host_authentic && path->by == DANE_BY_DNS &&
	    path->trust != DNS_TRUST_NONE)
		q->dns = dns_ask(env->dns, path->host, DNS_CNAME, env->until_us, dane_on_alias, q);
	else
		dane_ask(q);
	if (q->dns)
		return q;
	dane_tell_unnameable(q);
	free(q);
	return NULL;
}

void
dane_free(struct dane_query *q)
{
	if (!q)
		return;
	dns_cancel(q->dns);
	free(q);
}

/* ---- in words */

struct span
dane_resolver(const struct tls_dane *d, struct arena *arena)
{
	static const char *const words[] = {
		[DNS_TRUST_NONE] = ", which is not known to validate",
		[DNS_TRUST_LOOPBACK] = ", on this machine",
		[DNS_TRUST_RESOLV_CONF] = ", trusted by options trust-ad",
		[DNS_TRUST_OPTION] = ", trusted by --trust-ad",
	};
	char server[ADDR_TEXT];

	return d->resolver.len == 0 || d->state == DANE_FAILED ? SPAN_NONE :
	    arena_printf(arena, "%s%s", addr_text(&d->resolver, server), words[d->trust]);
}

struct span
dane_sentence(const struct tls_dane *d, struct arena *arena)
{
	static const struct {
		const char *before, *after;
		bool rfc;
	} words[] = {
		[DANE_NONE] = { "no TLSA record", "", false },
		[DANE_INSECURE] = { "TLSA records ignored: not DNSSEC-validated", "", true },
		[DANE_PATH] = { "TLSA records ignored: ", "", true },
		[DANE_UNKNOWN] = { "unknown whether the TLSA records apply: the resolver ",
		    " is not known to validate", false },
		[DANE_FAILED] = { "TLSA lookup failed: ", "", false },
		[DANE_UNUSABLE] = { "no usable TLSA record", "", true },
		[DANE_USABLE] = { "TLSA records require TLS", "", true },
		[DANE_MATCHED] = { "a TLSA record matches", "", false },
		[DANE_MISMATCHED] = { "no TLSA record matches the server's certificates", "",
		    false },
	};
	const char *before = words[d->state].before;
	char server[ADDR_TEXT];
	struct span what = SPAN_NONE;

	if (d->name.len == 0)
		return arena_printf(arena, "no TLSA record: %.*s", SPAN_ARG(d->why));
	if (d->state == DANE_UNKNOWN) {
		what = span_of(addr_text(&d->resolver, server));
		before = d->n == 0 ? "unknown whether there are TLSA records: the resolver " :
				     before;
	} else if (d->state == DANE_PATH || d->state == DANE_FAILED) {
		what = d->why;
	}
	return arena_printf(arena, "%s%.*s%s (%.*s%s)", before, SPAN_ARG(what),
	    words[d->state].after, SPAN_ARG(d->name), words[d->state].rfc ? "; RFC 7672 2.2" : "");
}
