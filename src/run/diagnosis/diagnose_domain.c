/* diagnose_domain - a domain's records, and its addresses compared with each other. */
#include "run/diagnosis/diagnose_impl.h"

struct surveying {
	const struct domain_facts *f;
	struct arena *arena;
	struct diagnosis *first, **end;
};

static struct diagnosis *
found_in(struct surveying *x, enum cause cause, const struct mx_facts *mx)
{
	struct diagnosis_place place = { .domain = x->f->domain, .stage = AT_RESOLVE };

	if (mx) {
		place.host = mx->host;
		place.preference = mx->preference;
		place.mx = true;
	}
	struct diagnosis *d = diagnosis_new(cause, &place, x->arena);
	diagnosis_set(d, FIELD_NAME, mx ? mx->host : x->f->domain, x->arena);
	*x->end = d;
	x->end = &d->next;
	return d;
}

static struct diagnosis *
found_at(struct surveying *x, enum cause cause, const struct path_facts *p)
{
	struct diagnosis_place place = { .domain = x->f->domain,
		.host = p->host,
		.address = p->address,
		.preference = p->preference,
		.port = p->port ? p->port : 25,
		.stage = AT_CONNECT };
	struct diagnosis *d = diagnosis_new(cause, &place, x->arena);

	*x->end = d;
	x->end = &d->next;
	return d;
}

/* ---- the MX records */

static void
survey_mx(struct surveying *x, const struct mx_facts *mx)
{
	struct span domain = x->f->domain;
	struct addr literal;
	struct diagnosis *d;

	if (addr_parse(&literal, mx->host, 25)) {
		found_in(x, CAUSE_MX_IS_ADDRESS, mx);
		return;
	}
	enum cause lookup = diagnosing_lookup(&mx->dns, false);
	if (lookup != CAUSE_NONE && diagnosing_lacks_dot(mx->host, domain)) {
		d = found_in(x, CAUSE_MX_TRAILING_DOT, mx);
		diagnosis_set(d, FIELD_OTHER,
		    span_first(mx->host, mx->host.len - domain.len - 1), x->arena);
		return;
	}
	if (lookup != CAUSE_NONE) {
		d = found_in(x,
		    lookup == CAUSE_DNS_NO_HOST	      ? CAUSE_MX_NO_HOST :
			lookup == CAUSE_DNS_NO_ADDRESS ? CAUSE_MX_NO_ADDRESS :
			lookup == CAUSE_DNSSEC_FAILED || lookup == CAUSE_DNS_CNAME_LOOP ? lookup :
							CAUSE_MX_UNRESOLVABLE,
		    mx);
		diagnosing_set_lookup(d, &mx->dns, x->arena);
		if (d->field[FIELD_NAME].len == 0)
			diagnosis_set(d, FIELD_NAME, mx->host, x->arena);
	}
	if (mx->alias)
		found_in(x, CAUSE_MX_IS_ALIAS, mx);
	if (mx->loopback_address.len > 0)
		diagnosis_set(found_in(x, CAUSE_MX_LOOPBACK, mx), FIELD_ADDRESS,
		    mx->loopback_address, x->arena);
	if (mx->private_address.len > 0)
		diagnosis_set(found_in(x, CAUSE_MX_PRIVATE, mx), FIELD_ADDRESS,
		    mx->private_address, x->arena);
}

static void
survey_twins(struct surveying *x)
{
	const struct domain_facts *f = x->f;

	for (size_t i = 0; i < f->nhosts; i++)
		for (size_t n = i + 1; n < f->nhosts; n++)
			if (f->host[i].address.len > 0 &&
			    span_eq(f->host[i].address, f->host[n].address)) {
				struct diagnosis *d =
				    found_in(x, CAUSE_MX_SAME_HOST, &f->host[i]);
				diagnosis_set(d, FIELD_OTHER, f->host[n].host, x->arena);
				diagnosis_set(d, FIELD_ADDRESS, f->host[i].address, x->arena);
				return;
			}
}

/* ---- across addresses */

static bool
is_up(enum fact_path p)
{
	return p == PATH_UP || p == PATH_DEFERRED || p == PATH_REJECTED;
}

static bool
is_dead(enum fact_path p)
{
	return p == PATH_REFUSED || p == PATH_SILENT || p == PATH_DOWN;
}

/*
 * Returns the number of addresses that are up, dead or silent: of a host (empty: all hosts) and a
 * family (0: both).
 */
static size_t
count(const struct domain_facts *f, struct span host, unsigned family, bool (*is)(enum fact_path))
{
	size_t n = 0;

	for (size_t i = 0; i < f->npaths; i++)
		n += (host.len == 0 || span_eq_case(f->path[i].host, host)) &&
		    (family == 0 || f->path[i].family == family) && is(f->path[i].path);
	return n;
}

/* Diagnoses an address that is dead while others of its host are up. */
static void
survey_path(struct surveying *x, const struct path_facts *p)
{
	const struct domain_facts *f = x->f;

	if (!is_dead(p->path) || count(f, p->host, 0, is_up) == 0)
		return;
	bool family_dead = count(f, p->host, p->family, is_up) == 0;
	found_at(x,
	    !family_dead	? CAUSE_ONE_ADDRESS_DEAD :
		p->family == 6 ? CAUSE_IPV6_DEAD :
				 CAUSE_IPV4_DEAD,
	    p);
}

/* Diagnoses hosts without an address that is up, while another host has one. */
static void
survey_hosts(struct surveying *x)
{
	const struct domain_facts *f = x->f;
	const struct path_facts *best = NULL;

	for (size_t i = 0; i < f->npaths; i++)
		if (is_up(f->path[i].path) && (!best || f->path[i].preference < best->preference))
			best = &f->path[i];
	if (!best)
		return;
	for (size_t i = 0; i < f->npaths; i++) {
		const struct path_facts *p = &f->path[i];
		bool told = false;
		for (size_t n = 0; n < i; n++)
			told |= span_eq_case(f->path[n].host, p->host);
		if (told || !is_dead(p->path) || count(f, p->host, 0, is_up) > 0)
			continue;
		struct diagnosis *d = found_at(x,
		    p->preference < best->preference ? CAUSE_PRIMARY_DOWN : CAUSE_BACKUP_DOWN, p);
		diagnosis_set(d, FIELD_OTHER, best->host, x->arena);
		d->symptom = true;	/* the address's own diagnosis says why */
	}
}

static bool
is_silent(enum fact_path p)
{
	return p == PATH_SILENT;
}

static void
survey_paths(struct surveying *x)
{
	const struct domain_facts *f = x->f;
	size_t up = count(f, SPAN_NONE, 0, is_up), dead = count(f, SPAN_NONE, 0, is_dead),
	       silent = count(f, SPAN_NONE, 0, is_silent);

	if (dead == 0)
		return;
	if (up > 0) {
		for (size_t i = 0; i < f->npaths; i++)
			survey_path(x, &f->path[i]);
		survey_hosts(x);
		return;
	}
	/*
	 * One silent host may be down; if several hosts are all silent, the fault is probably on
	 * this side.
	 */
	if (f->mx.result == DNS_NO_DATA)
		found_at(x, CAUSE_NO_MX_REFUSED, &f->path[0]);
	else if (silent == dead && silent > 1)
		found_at(x, CAUSE_PORT_BLOCKED, &f->path[0]);
	else
		found_at(x, CAUSE_ALL_DOWN, &f->path[0])->symptom = true;
}

struct diagnosis *
diagnose_domain(const struct domain_facts *f, struct arena *arena)
{
	struct surveying x = { .f = f, .arena = arena };
	enum cause lookup = f->mx.result == DNS_NO_DATA ? CAUSE_NONE :
							  diagnosing_lookup(&f->mx, true);

	x.end = &x.first;
	if (lookup != CAUSE_NONE) {
		struct diagnosis *d = found_in(&x, lookup, NULL);
		diagnosing_set_lookup(d, &f->mx, arena);
		diagnosis_set(d, FIELD_NAME, f->mx.name.len > 0 ? f->mx.name : f->domain, arena);
	}
	if (f->null_mx)
		found_in(&x, f->nhosts > 0 ? CAUSE_NULL_MX_BESIDE : CAUSE_NULL_MX, NULL);
	if (f->mx.result == DNS_NO_DATA) {
		enum cause own = diagnosing_lookup(&f->own, true);
		if (own != CAUSE_NONE)
			diagnosing_set_lookup(found_in(&x, own, NULL), &f->own, arena);
		if (own != CAUSE_NONE && x.first->field[FIELD_NAME].len == 0)
			diagnosis_set(x.first, FIELD_NAME, f->domain, arena);
		if (own == CAUSE_NONE && count(f, SPAN_NONE, 0, is_dead) < f->npaths)
			found_in(&x, CAUSE_NO_MX, NULL);
	}
	for (size_t i = 0; i < f->nhosts; i++)
		survey_mx(&x, &f->host[i]);
	survey_twins(&x);
	survey_paths(&x);
	if (f->sts && f->sts->state == STS_FOUND && f->sts->policy.mode == STS_MODE_ENFORCE &&
	    f->tlsrpt_asked && !f->tlsrpt)
		found_in(&x, CAUSE_STS_NO_TLSRPT, NULL);
	if (f->tlsrpt_wrong.len > 0)
		diagnosis_set(
		    found_in(&x, CAUSE_TLSRPT_RECORD, NULL), FIELD_WHY, f->tlsrpt_wrong, arena);
	return x.first;
}
