/*
 * dmarc - finds the DMARC policy of a domain, and its organizational domain.
 *
 * The tree walk (DMARCbis 4.10) asks for _dmarc at the domain, then at each of its parents. If the
 * domain has more than eight labels it continues with the last seven, which limits the number of
 * queries. It ends at a record with psd=, or at the root. A record with psd=n is at the
 * organizational domain; a record with psd=y is one label above it; otherwise it is the domain of
 * the record with the fewest labels.
 */
#include "run/sender/dmarc.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/sender/tags.h"

/* The result of one query of the walk. */
struct step {
	struct span domain;
	enum dmarc_state state;
	struct dmarc_record record;
	struct span text, why;
	bool authentic;
};

struct dmarc_query {
	struct lookup_env env;
	dmarc_fn *fn;
	void *ctx;
	struct dns_query *dns;
	struct span asked;
	struct step step[DMARC_QUERIES_MAX];
	size_t nsteps;
	struct dmarc *dmarc;
};

static const char *const policies[] = {
	[DMARC_P_NONE] = "none",
	[DMARC_P_QUARANTINE] = "quarantine",
	[DMARC_P_REJECT] = "reject",
	[DMARC_P_UNSET] = NULL,
};

const char *
dmarc_policy_word(enum dmarc_policy policy)
{
	assert((size_t)policy < sizeof policies / sizeof *policies);
	return policies[policy];
}

const char *
dmarc_state_word(enum dmarc_state state)
{
	static const char *const words[] = {
#define X(name, word) [DMARC_##name] = word,
		DMARC_STATES(X)
#undef X
	};

	assert((size_t)state < sizeof words / sizeof *words);
	return words[state];
}

const char *
dmarc_organization_word(enum dmarc_organization by)
{
	static const char *const words[] = {
#define X(name, word) [DMARC_ORGANIZATION_##name] = word,
		DMARC_ORGANIZATIONS(X)
#undef X
	};

	assert((size_t)by < sizeof words / sizeof *words);
	return words[by];
}

/* ---- the record */

/* dmarc-version = "v" *WSP "=" *WSP %x44 %x4d %x41 %x52 %x43 %x31 */
bool
dmarc_is_record(struct span text)
{
	struct span value = span_until(&text, ';'), name = span_until(&value, '=');

	return span_eq(span_trim(name), SPAN("v")) && span_eq(span_trim(value), SPAN("DMARC1"));
}

static bool
read_policy(const struct tags *tags, const char *name, enum dmarc_policy *policy)
{
	const struct tag *tag = tags_find(tags, name);

	*policy = DMARC_P_UNSET;
	for (unsigned i = DMARC_P_NONE; tag && i < DMARC_P_UNSET; i++)
		if (span_eq_case(tag->value, span_of(policies[i])))
			*policy = (enum dmarc_policy)i;
	return !tag || *policy != DMARC_P_UNSET;
}

static bool
has_uri(struct span list)
{
	while (list.len > 0) {
		struct span uri = span_trim(span_until(&list, ','));
		if (span_starts_case(uri, SPAN("mailto:")) && span_has(uri, '@'))
			return true;
	}
	return false;
}

/* Returns whether adkim or aspf is "s"; "r" is the default. */
static bool
is_strict(const struct tags *tags, const char *name, const char **wrong)
{
	const struct tag *tag = tags_find(tags, name);

	if (tag && !span_eq_case(tag->value, SPAN("r")) && !span_eq_case(tag->value, SPAN("s")))
		*wrong = "adkim= and aspf= must be \"r\" or \"s\"; any other value counts as \"r\"";
	return tag && span_eq_case(tag->value, SPAN("s"));
}

/*
 * Unknown tags are ignored, and malformed ones have their default value (RFC 7489 6.3). Without a
 * valid p=, or with an invalid sp=, the record counts as p=none if it asks for reports (RFC 7489
 * 6.6.3, step 6).
 */
bool
dmarc_record_parse(struct span text, struct dmarc_record *r, const char **why)
{
	struct tags tags;
	unsigned long long n;

	*r = (struct dmarc_record){
		.pct = 100, .psd = 'u', .p = DMARC_P_UNSET, .sp = DMARC_P_UNSET, .np = DMARC_P_UNSET
	};
	*why = "it does not begin with \"v=DMARC1;\"";
	if (!dmarc_is_record(text))
		return false;
	if (!tags_parse(text, &tags, why))
		r->wrong = *why;
	bool valid = read_policy(&tags, "p", &r->p);
	valid &= read_policy(&tags, "sp", &r->sp);
	read_policy(&tags, "np", &r->np);
	const struct tag *rua = tags_find(&tags, "rua"), *ruf = tags_find(&tags, "ruf"),
			 *pct = tags_find(&tags, "pct"), *psd = tags_find(&tags, "psd"),
			 *t = tags_find(&tags, "t");
	r->strict_dkim = is_strict(&tags, "adkim", &r->wrong);
	r->strict_spf = is_strict(&tags, "aspf", &r->wrong);
	r->testing = t && span_eq_case(t->value, SPAN("y"));
	if (rua)
		r->rua = rua->value;
	if (ruf)
		r->ruf = ruf->value;
	if (psd && psd->value.len == 1 && strchr("yYnN", psd->value.at[0]))
		r->psd = (char)(psd->value.at[0] | 32);
	if (pct && span_number(pct->value, 100, &n))
		r->pct = (unsigned)n;
	else if (pct)
		r->wrong = "pct= is not a number from 0 to 100 and counts as 100";
	if (rua && !has_uri(rua->value))
		r->wrong = "rua= has no \"mailto:\" address, so no reports are sent";
	if (valid && r->p != DMARC_P_UNSET)
		return true;
	*why = r->p == DMARC_P_UNSET ? "it has no valid p= (none, quarantine or reject)" :
				       "its sp= is not none, quarantine or reject";
	if (!rua || !has_uri(rua->value))
		return false;
	r->wrong = *why;
	r->p = DMARC_P_NONE;
	r->sp = DMARC_P_UNSET;
	return true;
}

/* ---- the walk up */

static size_t
labels(struct span name)
{
	size_t n = name.len > 0;

	for (size_t i = 0; i < name.len; i++)
		n += name.at[i] == '.';
	return n;
}

static struct span
parent(struct span name)
{
	span_until(&name, '.');
	return name;
}

/*
 * Called when all replies are known: determines the organizational domain and the record that
 * applies.
 */
static void
dmarc_conclude(struct dmarc_query *q)
{
	struct dmarc *d = q->dmarc;
	const struct step *first = &q->step[0], *last = &q->step[q->nsteps - 1], *top = NULL;
	bool failed = false;

	for (size_t i = 0; i < q->nsteps; i++) {
		failed |= q->step[i].state == DMARC_FAILED;
		if (q->step[i].state == DMARC_FOUND)
			top = &q->step[i];
	}
	d->queries = (unsigned)q->nsteps;
	d->organization = d->domain;
	d->by = DMARC_ORGANIZATION_SELF;
	if (last->state == DMARC_FOUND && last->record.psd == 'n') {
		d->organization = last->domain;
		d->by = DMARC_ORGANIZATION_PSD_NO;
	} else if (last->state == DMARC_FOUND && last->record.psd == 'y' && last != first) {
		d->by = DMARC_ORGANIZATION_PSD_YES;
		while (labels(d->organization) > labels(last->domain) + 1)
			d->organization = parent(d->organization);
	} else if (top) {
		d->organization = top->domain;
		d->by = top == first && q->nsteps == 1 ? DMARC_ORGANIZATION_SELF :
							 DMARC_ORGANIZATION_TOP;
	}
	/*
	 * the domain's own record, else the organizational domain's, else that of psd=y (DMARCbis
	 * 4.10.1)
	 */
	const struct step *use = first;
	for (size_t i = 1; i < q->nsteps && use->state != DMARC_FOUND; i++)
		if (q->step[i].state == DMARC_FOUND &&
		    dns_name_eq(q->step[i].domain, d->organization))
			use = &q->step[i];
	if (use->state != DMARC_FOUND && d->by == DMARC_ORGANIZATION_PSD_YES)
		use = last;
	for (size_t i = 1; i < q->nsteps && use->state == DMARC_NONE; i++)
		use = &q->step[i]; /* an invalid record, or a failure */
	if (failed)
		d->by = DMARC_ORGANIZATION_UNSURE;
	d->state = use->state;
	d->at = use->state == DMARC_NONE ? d->domain : use->domain;
	d->text = use->text;
	d->authentic = use->authentic;
	d->record = use->record;
	d->why = use->why;
	d->policy = use == first || use->record.sp == DMARC_P_UNSET ? use->record.p :
								      use->record.sp;
	q->fn(q->ctx, d);
}

static void
read_step(struct dmarc_query *q, struct step *s, const struct dns_reply *reply)
{
	const struct dns_record *r = NULL;
	struct span owner;
	const char *why;
	unsigned steps;
	size_t n = 0;

	s->state = DMARC_FAILED;
	if (!reply->ok) {
		s->why = dns_tries_text(reply, q->env.arena);
		return;
	}
	if (!dns_follow(reply->answer, q->asked, &owner, &steps)) {
		s->why = SPAN("its CNAMEs form a loop");
		return;
	}
	while ((r = dns_next(reply->answer, owner, DNS_TXT, r)))
		if (dmarc_is_record(r->data) && n++ == 0)
			s->text = arena_copy(q->env.arena, r->data);
	s->authentic = reply->authentic;
	s->state = DMARC_NONE;
	s->why = SPAN("there is no DMARC record");
	if (n > 1) {
		s->state = DMARC_SEVERAL;
		s->why = arena_printf(q->env.arena,
		    "%zu DMARC records where one is allowed; all are ignored (RFC 7489 6.6.3)", n);
	} else if (n == 1 && !dmarc_record_parse(s->text, &s->record, &why)) {
		s->state = DMARC_MALFORMED;
		s->why = span_of(why);
	} else if (n == 1) {
		s->state = DMARC_FOUND;
		s->why = SPAN_NONE;
	}
}

static void dmarc_ask(struct dmarc_query *, struct span domain);

static void
on_reply(void *ctx, const struct dns_reply *reply)
{
	struct dmarc_query *q = ctx;
	struct step *s = &q->step[q->nsteps++];
	struct span next = s->domain;

	q->dns = NULL;
	read_step(q, s, reply);
	bool ends = s->state == DMARC_FOUND && s->record.psd != 'u';
	do
		next = parent(next);
	while (labels(next) >= DMARC_QUERIES_MAX);
	if (ends || next.len == 0 || q->nsteps == DMARC_QUERIES_MAX) {
		dmarc_conclude(q);
		return;
	}
	dmarc_ask(q, next);
	if (!q->dns)
		dmarc_conclude(q);
}

static void
dmarc_ask(struct dmarc_query *q, struct span domain)
{
	q->step[q->nsteps] = (struct step){ .domain = domain };
	q->asked = arena_printf(q->env.arena, "_dmarc.%.*s", SPAN_ARG(domain));
	q->dns = dns_ask(q->env.dns, q->asked, DNS_TXT, q->env.until_us, on_reply, q);
}

struct dmarc_query *
dmarc_find(const struct lookup_env *env, struct span domain, dmarc_fn *fn, void *ctx)
{
	struct dmarc_query *q = memory_zeroed(sizeof *q);

	*q = (struct dmarc_query){
		.env = *env, .fn = fn, .ctx = ctx, .dmarc = ARENA_NEW(env->arena, struct dmarc)
	};
	if (domain.len > 0 && domain.at[domain.len - 1] == '.')
		domain.len--;
	q->dmarc->domain = domain;
	dmarc_ask(q, domain);
	if (q->dns)
		return q;
	q->step[q->nsteps++].why = SPAN("the name is too long for a DMARC record");
	dmarc_conclude(q);
	free(q);
	return NULL;
}

void
dmarc_free(struct dmarc_query *q)
{
	if (!q)
		return;
	dns_cancel(q->dns);
	free(q);
}

enum dmarc_alignment
dmarc_align(const struct dmarc *from, const struct dmarc *other, bool strict)
{
	if (dns_name_eq(from->domain, other->domain))
		return DMARC_ALIGNED;
	if (strict)
		return DMARC_NOT_ALIGNED;
	if (from->by == DMARC_ORGANIZATION_UNSURE || other->by == DMARC_ORGANIZATION_UNSURE)
		return DMARC_ALIGNMENT_UNSURE;
	return dns_name_eq(from->organization, other->organization) ? DMARC_ALIGNED :
								      DMARC_NOT_ALIGNED;
}

/* ---- in words */

struct span
dmarc_sentence(const struct dmarc *d, struct arena *arena)
{
	struct span why = text_safe(arena, d->why), at = text_safe(arena, d->at),
		    domain = text_safe(arena, d->domain), out;
	const struct dmarc_record *r = &d->record;

	if (d->state == DMARC_NONE)
		return arena_printf(
		    arena, "no record for %.*s or a domain above it (_dmarc)", SPAN_ARG(domain));
	if (d->state == DMARC_FAILED)
		return arena_printf(
		    arena, "lookup of _dmarc.%.*s failed: %.*s", SPAN_ARG(at), SPAN_ARG(why));
	if (d->state != DMARC_FOUND)
		return arena_printf(arena, "_dmarc.%.*s: %.*s", SPAN_ARG(at), SPAN_ARG(why));
	out = span_of(dmarc_policy_word(d->policy));
	if (!dns_name_eq(d->at, d->domain))
		out = arena_printf(arena, "%.*s, by the record of %.*s (%s)", SPAN_ARG(out),
		    SPAN_ARG(at), r->sp == DMARC_P_UNSET ? "p" : "sp");
	if (r->pct < 100)
		out = arena_printf(
		    arena, "%.*s; for %u%% of the mail (pct)", SPAN_ARG(out), r->pct);
	if (r->testing)
		out = arena_printf(arena, "%.*s; test mode (t=y): applied one level more leniently",
		    SPAN_ARG(out));
	out = arena_printf(arena, "%.*s; alignment of SPF %s, of DKIM %s", SPAN_ARG(out),
	    r->strict_spf ? "strict" : "relaxed", r->strict_dkim ? "strict" : "relaxed");
	if (r->rua.len == 0)
		out = arena_printf(arena, "%.*s; no rua, so no reports are sent", SPAN_ARG(out));
	if (r->wrong)
		out = arena_printf(arena, "%.*s; %s", SPAN_ARG(out), r->wrong);
	return out;
}
