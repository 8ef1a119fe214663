/*
 * sender_check - why mail from a domain is rejected, as far as the DNS tells.
 *
 * All lookups are made in parallel. The organizational domains of the domains that SPF or DKIM
 * would authenticate are looked up like that of From, each domain once.
 */
#include "run/sender/sender_check.h"

#include <stdlib.h>

enum { DOMAINS_MAX = SENDER_SELECTORS_MAX + 2 };

/* A domain whose organizational domain matters. */
struct domain {
	struct sender_check *check;
	struct span name;
	struct dmarc_query *query;
	const struct dmarc *dmarc;
};

struct key {
	struct sender_check *check;
	struct sender_dkim *dkim;
	struct dkim_query *query;
};

struct list {
	struct sender_check *check;
	const struct dnsbl **to;
	struct dnsbl_query *query;
};

struct sender_check {
	struct lookup_env env;
	sender_check_fn *fn;
	void *ctx;
	struct loop_timer *later; /* reports at the next wake-up */
	size_t waiting;
	struct spf_query *spf;
	struct target target;		/* the source as a target */
	struct lookup_query *reverse;
	struct ehlo_query *ehlo;
	struct key key[SENDER_SELECTORS_MAX];
	struct list list[SENDER_LISTS_MAX];
	struct domain domain[DOMAINS_MAX]; /* the first is that of From */
	size_t ndomains;
	struct span spf_domain;
	struct sender *sender;
};

static void
answered(struct sender_check *c)
{
	if (--c->waiting == 0)
		loop_timer_set(c->later, 0);
}

static const struct dmarc *
dmarc_of(const struct sender_check *c, struct span name)
{
	for (size_t i = 0; i < c->ndomains; i++)
		if (dns_name_eq(c->domain[i].name, name))
			return c->domain[i].dmarc;
	return NULL;
}

static void
on_later(void *ctx, unsigned ready)
{
	struct sender_check *c = ctx;
	struct sender *s = c->sender;
	const struct dmarc *from = c->domain[0].dmarc;

	(void)ready;
	s->dmarc = from;
	if (s->spf)
		s->spf_aligned = dmarc_align(
		    from, dmarc_of(c, c->spf_domain), from->record.strict_spf);
	for (size_t i = 0; i < s->ndkim; i++)
		s->dkim[i].aligned = dmarc_align(
		    from, dmarc_of(c, s->dkim[i].domain), from->record.strict_dkim);
	s->findings = sender_findings(s, c->env.arena);
	c->fn(c->ctx, s);
}

static void
on_spf(void *ctx, const struct spf *spf)
{
	struct sender_check *c = ctx;

	c->sender->spf = spf;
	answered(c);
}

static void
on_dkim(void *ctx, const struct dkim_key *key)
{
	struct key *k = ctx;

	k->dkim->key = key;
	answered(k->check);
}

static void
on_dmarc(void *ctx, const struct dmarc *dmarc)
{
	struct domain *d = ctx;

	d->dmarc = dmarc;
	answered(d->check);
}

static void
on_reverse(void *ctx, const struct lookup *up)
{
	struct sender_check *c = ctx;

	if (up->nhosts > 0 && up->host[0].hop->naddr > 0)
		c->sender->reverse = &up->host[0].address[0];
	answered(c);
}

static void
on_ehlo(void *ctx, const struct ehlo *ehlo)
{
	struct sender_check *c = ctx;

	c->sender->ehlo = ehlo;
	answered(c);
}

static void
on_dnsbl(void *ctx, const struct dnsbl *list)
{
	struct list *l = ctx;

	*l->to = list;
	answered(l->check);
}

static void
add_domain(struct sender_check *c, struct span name)
{
	struct domain *d = &c->domain[c->ndomains];

	for (size_t i = 0; i < c->ndomains; i++)
		if (dns_name_eq(c->domain[i].name, name))
			return;
	*d = (struct domain){ .check = c, .name = name };
	c->ndomains++;
}

/* Reads the domain of "alice@example.org", "<alice@example.org>" or "example.org", as A-labels. */
static bool
read_domain(struct span text, struct arena *arena, struct span *domain, struct err *err)
{
	struct span s = span_trim(text);

	if (s.len >= 2 && s.at[0] == '<' && s.at[s.len - 1] == '>')
		s = span_skip(span_first(s, s.len - 1), 1);
	while (span_has(s, '@'))
		span_until(&s, '@');
	if (!host_ascii(s, arena, domain, err))
		return false;
	return host_is_name(*domain) ||
	    err_set(err, ERR_USAGE, "\"%.*s\" is neither an address nor a domain", SPAN_ARG(text));
}

/* Returns an IPv4-mapped address as IPv4 (RFC 7208 4.1). */
static struct addr
plain_address(const struct addr *a)
{
	struct addr four = { .len = sizeof four.in4 };

	if (!a || a->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr))
		return a ? *a : (struct addr){ .len = 0 };
	four.in4.sin_family = AF_INET;
	memcpy(&four.in4.sin_addr, &a->in6.sin6_addr.s6_addr[12], 4);
	return four;
}

static bool
read_selector(struct sender_check *c, struct span text, struct sender_dkim *dkim, struct err *err)
{
	struct span mark = SPAN("._domainkey."), at = span_find(text, mark);

	*dkim = (struct sender_dkim){ .selector = text, .domain = c->sender->domain };
	if (at.len > 0) {
		dkim->selector = span_first(text, text.len - at.len);
		if (!read_domain(span_skip(at, mark.len), c->env.arena, &dkim->domain, err))
			return false;
	}
	return host_is_name(dkim->selector) ||
	    err_set(err, ERR_USAGE, "\"%.*s\" is not a DKIM selector", SPAN_ARG(text));
}

static bool
read_opts(struct sender_check *c, const struct sender_opts *o, struct err *err)
{
	struct sender *s = c->sender;
	struct arena *arena = c->env.arena;

	if (!read_domain(o->from, arena, &s->domain, err))
		return false;
	add_domain(c, s->domain);
	c->spf_domain = s->domain;
	if (span_eq(o->envelope, SPAN("<>"))) {
		struct addr literal;
		bool named = o->ehlo.len > 0 && !addr_parse(&literal, o->ehlo, 0) &&
		    host_ascii(o->ehlo, arena, &c->spf_domain, NULL) && host_is_name(c->spf_domain);
		c->spf_domain = named ? c->spf_domain : SPAN_NONE;
	} else if (o->envelope.len > 0 && !read_domain(o->envelope, arena, &c->spf_domain, err)) {
		return false;
	}
	if (c->spf_domain.len > 0)
		add_domain(c, c->spf_domain);
	s->source = plain_address(o->source);
	s->ndkim = o->nselectors < SENDER_SELECTORS_MAX ? o->nselectors : SENDER_SELECTORS_MAX;
	s->dkim = ARENA_ARRAY(arena, struct sender_dkim, s->ndkim);
	for (size_t i = 0; i < s->ndkim; i++) {
		if (!read_selector(c, o->selector[i], &s->dkim[i], err))
			return false;
		add_domain(c, s->dkim[i].domain);
	}
	return true;
}

static void
ask_all(struct sender_check *c, const struct sender_opts *o)
{
	struct sender *s = c->sender;
	const struct addr *source = s->source.len ? &s->source : NULL;
	char text[ADDR_TEXT];
	struct spf_opts spf = { .domain = c->spf_domain, .source = source };

	c->waiting = 1; /* this function */
	if (spf.domain.len > 0) {
		c->waiting++;
		c->spf = spf_start(&c->env, &spf, on_spf, c);
	}
	for (size_t i = 0; i < c->ndomains; i++) {
		c->waiting++;
		c->domain[i].query = dmarc_find(
		    &c->env, c->domain[i].name, on_dmarc, &c->domain[i]);
	}
	for (size_t i = 0; i < s->ndkim; i++) {
		c->waiting++;
		c->key[i] = (struct key){ .check = c, .dkim = &s->dkim[i] };
		c->key[i].query = dkim_find(
		    &c->env, s->dkim[i].selector, s->dkim[i].domain, on_dkim, &c->key[i]);
	}
	if (source) {
		c->waiting++;
		struct span host = arena_copy(c->env.arena, span_of(addr_host(source, text)));
		c->target = (struct target){ .kind = TARGET_HOST, .text = host, .host = host,
			.port = 25 };
		c->reverse = lookup_start(&c->env, &c->target, LOOKUP_HOST, on_reverse, c);
	}
	if (o->ehlo.len > 0) {
		c->waiting++;
		c->ehlo = ehlo_find(&c->env, o->ehlo, source, on_ehlo, c);
	}
	s->ndnsbl = !source ? 0 : o->ndnsbl < SENDER_LISTS_MAX ? o->ndnsbl : SENDER_LISTS_MAX;
	s->dnsbl = ARENA_ARRAY(c->env.arena, const struct dnsbl *, s->ndnsbl);
	for (size_t i = 0; i < s->ndnsbl; i++) {
		c->waiting++;
		c->list[i] = (struct list){ .check = c, .to = &s->dnsbl[i] };
		c->list[i].query = dnsbl_find(&c->env, source, o->dnsbl[i], on_dnsbl, &c->list[i]);
	}
	answered(c);
}

bool
sender_check_questions(const struct sender_opts *o, struct arena *arena,
    struct span out[SENDER_QUESTIONS_MAX], size_t *n, struct err *err)
{
	struct sender s = { .ndkim = 0 };
	struct sender_check c = { .env = { .arena = arena }, .sender = &s };
	struct addr literal;

	*n = 0;
	if (!read_opts(&c, o, err))
		return false;
	if (c.spf_domain.len > 0)
		out[(*n)++] = arena_printf(arena, "TXT %.*s", SPAN_ARG(c.spf_domain));
	for (size_t i = 0; i < c.ndomains; i++)
		out[(*n)++] = arena_printf(arena, "TXT _dmarc.%.*s", SPAN_ARG(c.domain[i].name));
	for (size_t i = 0; i < s.ndkim; i++)
		out[(*n)++] = arena_printf(arena, "TXT %.*s._domainkey.%.*s",
		    SPAN_ARG(s.dkim[i].selector), SPAN_ARG(s.dkim[i].domain));
	if (s.source.len > 0)
		out[(*n)++] = arena_printf(
		    arena, "PTR %.*s", SPAN_ARG(lookup_reverse_name(&s.source, SPAN_NONE, arena)));
	if (o->ehlo.len > 0 && o->ehlo.at[0] != '[' && !addr_parse(&literal, o->ehlo, 0) &&
	    span_has(o->ehlo, '.')) {
		out[(*n)++] = arena_printf(arena, "A %.*s", SPAN_ARG(o->ehlo));
		out[(*n)++] = arena_printf(arena, "AAAA %.*s", SPAN_ARG(o->ehlo));
	}
	for (size_t i = 0; s.source.len > 0 && i < o->ndnsbl && i < SENDER_LISTS_MAX; i++)
		out[(*n)++] = arena_printf(
		    arena, "A %.*s", SPAN_ARG(lookup_reverse_name(&s.source, o->dnsbl[i], arena)));
	return true;
}

struct sender_check *
sender_check_start(const struct lookup_env *env, const struct sender_opts *o, sender_check_fn *fn,
    void *ctx, struct err *err)
{
	static const struct route_opts both = { 0 };
	struct sender_check *c = memory_zeroed(sizeof *c);

	*c = (struct sender_check){
		.env = *env, .fn = fn, .ctx = ctx, .sender = ARENA_NEW(env->arena, struct sender)
	};
	c->env.opts = &both;
	if (!read_opts(c, o, err)) {
		free(c);
		return NULL;
	}
	c->later = loop_timer(env->loop, on_later, c);
	ask_all(c, o);
	return c;
}

void
sender_check_free(struct sender_check *c)
{
	if (!c)
		return;
	spf_free(c->spf);
	lookup_free(c->reverse);
	ehlo_free(c->ehlo);
	for (size_t i = 0; i < c->ndomains; i++)
		dmarc_free(c->domain[i].query);
	for (size_t i = 0; i < SENDER_SELECTORS_MAX; i++)
		dkim_free(c->key[i].query);
	for (size_t i = 0; i < SENDER_LISTS_MAX; i++)
		dnsbl_free(c->list[i].query);
	loop_timer_free(c->later);
	free(c);
}
