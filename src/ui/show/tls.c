/* tls - the result of a handshake: version, cipher, certificate, and every verification problem. */
#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "net/tls_words.h"
#include "run/diagnosis/cert_words.h"
#include "run/diagnosis/diagnose.h"
#include "run/route/dane.h"
#include "ui/show/past.h"
#include "ui/show/show_line.h"

enum { NAMES_SHOWN = 3, GAP = 3, DAYS_FEW = 15 };

/* ---- the certificate in one line: names, expiry, key */

static void
put_names(struct flow *f, const struct tls_cert *c)
{
	struct arena *arena = &f->screen->arena;
	struct span all = SPAN_NONE;

	for (size_t i = 0; i < c->nsan && i < NAMES_SHOWN; i++)
		all = arena_join(arena, all, ", ", cert_san_bare(c->san[i]));
	if (c->nsan > NAMES_SHOWN)
		all = arena_printf(
		    arena, "%.*s and %zu more", SPAN_ARG(all), c->nsan - NAMES_SHOWN);
	flow_item(f, INK_PLAIN, GAP,
	    arena_printf(arena, "names %.*s", SPAN_ARG(all.len > 0 ? all : SPAN("none"))));
}

static const char *
plural(long n)
{
	return n == 1 ? "" : "s";
}

static void
put_dates(struct flow *f, const struct tls_cert *c, int64_t now)
{
	struct arena *arena = &f->screen->arena;
	long left = cert_days(c->not_after, now), past = cert_days(now, c->not_after);
	long to_come = cert_days(c->not_before, now);
	char from[16], to[16];

	cert_date(from, c->not_before);
	cert_date(to, c->not_after);
	if (c->not_after == TLS_NO_DATE)
		flow_item(f, INK_BAD, GAP, SPAN("expiry date unreadable"));
	else if (c->not_before != TLS_NO_DATE && c->not_before > now)
		flow_item(f, INK_BAD, GAP,
		    arena_printf(arena, "valid from %s (in %ld day%s)", from, to_come,
			plural(to_come)));
	else if (c->not_after < now)
		flow_item(f, INK_BAD, GAP,
		    arena_printf(arena, "expired %s (%ld day%s ago)", to, past, plural(past)));
	else
		flow_item(f, left < DAYS_FEW ? INK_WARN_BOLD : INK_PLAIN, GAP,
		    arena_printf(arena, "expires %s (%ld day%s)", to, left, plural(left)));
}

/* A chain is valid until its first certificate expires: shows an issuer that expires earlier. */
static void
put_chain_end(struct flow *f, const struct tls_info *t)
{
	struct arena *arena = &f->screen->arena;
	long days = cert_days(t->chain.not_after, t->at);
	char date[16];

	if (t->chain.n == 0 || t->chain.depth == 0 || t->chain.not_after == TLS_NO_DATE)
		return;
	cert_date(date, t->chain.not_after);
	flow_item(f, days < DAYS_FEW ? INK_WARN_BOLD : INK_PLAIN, GAP,
	    arena_printf(arena, "its issuer %.*s expires earlier, %s (%ld day%s)",
		SPAN_ARG(cert_name(arena, t->chain.subject)), date, days, plural(days)));
}

/* Leaves out what a problem above already shows, and the names if one was verified. */
static void
show_details(struct screen *s, const struct event *e, const struct tls_info *t)
{
	const struct tls_cert *c = &t->cert[0];
	struct flow f = show_below(s, e);
	bool names = !t->verified, dates = true;

	for (size_t i = 0; i < t->nproblems; i++) {
		enum cause cause = diagnose_problem(t, &t->problem[i], &s->arena)->cause;
		names &= cause != CAUSE_CERT_NAME && cause != CAUSE_CERT_WILDCARD;
		dates &= cause != CAUSE_CERT_EXPIRED && cause != CAUSE_CERT_NOT_YET_VALID;
	}
	if (names)
		put_names(&f, c);
	if (dates)
		put_dates(&f, c, t->at);
	put_chain_end(&f, t);
	flow_item(&f, INK_PLAIN, GAP, c->key);
	flow_end(&f);
}

/* ---- verification */

static void
show_verified(struct screen *s, const struct event *e, const struct tls_info *t)
{
	struct flow f = show_begin(s, MARK_NOTE, e);

	if (t->wanted.len == 0) {
		flow_print(&f, INK_GOOD, "certificate chain verified");
		flow_print(&f, INK_PLAIN, "; no host name to compare it with");
	} else {
		flow_print(&f, INK_GOOD, "certificate verified");
		flow_print(&f, INK_PLAIN, " for ");
		flow_put(&f, INK_PLAIN, t->wanted);
	}
	if (t->name == TLS_NAME_WILDCARD) {
		flow_print(&f, INK_PLAIN, " by ");
		flow_put(&f, INK_PLAIN, t->peer_name);
	}
	if (t->ncerts > 0) {
		flow_print(&f, INK_PLAIN, ", issuer ");
		flow_put(&f, INK_PLAIN,
		    t->cert[0].self_signed ? SPAN("itself") :
					     cert_name_long(&s->arena, t->cert[0].issuer));
	}
	flow_end(&f);
}

/*
 * Returns whether the problem was shown: several about the issuer, or of one cause, count as one.
 */
static bool
is_told(const struct tls_info *t, size_t i, struct arena *arena)
{
	enum cause cause = diagnose_problem(t, &t->problem[i], arena)->cause;
	bool issuer = tls_problem_is_issuer(&t->problem[i]);

	for (size_t before = 0; before < i; before++)
		if ((issuer && tls_problem_is_issuer(&t->problem[before])) ||
		    diagnose_problem(t, &t->problem[before], arena)->cause == cause)
			return true;
	return false;
}

static void
show_cert_problem(
    struct screen *s, const struct event *e, const struct diagnosis *d, bool first)
{
	struct flow f = show_begin(s, MARK_PROBLEM, e);
	struct span what = diagnosis_observed(d, &s->arena);

	flow_print(&f, INK_BOLD, "certificate verification failed: ");
	flow_put(&f, INK_BOLD, what);
	flow_end(&f);
	if (first)
		snprintf(s->reason, sizeof s->reason, "%.*s", SPAN_ARG(what));
}

void
show_verification(
    struct screen *s, const struct event *e, const struct tls_info *t, bool details)
{
	const struct diagnosis *first = NULL;

	if (t->dane)
		show_dane(s, e, t->dane);
	for (size_t i = 0; i < t->nproblems; i++) {
		const struct diagnosis *d = diagnose_problem(t, &t->problem[i], &s->arena);
		if (is_told(t, i, &s->arena))
			continue;
		show_cert_problem(s, e, d, !first);
		first = first ? first : d;
	}
	if (t->verified)
		show_verified(s, e, t);
	if (details && t->ncerts > 0)
		show_details(s, e, t);
	if (first && screen_telling(s, cause_row(first->cause), 1) == TELL_FIRST) {
		struct flow f = show_below(s, e);
		show_next(&f, first);
		flow_end(&f);
	}
}

/* The verification is shown last: after the EHLO that follows, or at the end of the step. */
void
show_tls(struct screen *s, const struct event *e)
{
	const struct tls_info *t = e->shaken.info;
	struct screen_past *past = past_of(s, e);
	struct screen_held holding;

	if (s->verbose >= 0) {
		struct flow f = show_begin(s, MARK_NOTE, e);
		flow_item(&f, INK_PLAIN, GAP, t->version);
		flow_item(&f, INK_PLAIN, 2, t->cipher);
		if (t->group.len > 0)
			flow_item(&f, INK_PLAIN, 2, t->group);
		if (t->resumed)
			flow_item(&f, INK_PLAIN, 2, SPAN("resumed"));
		show_took(&f, e->shaken.took_us);
		flow_end(&f);
	}
	past->ehlo_due = e->shaken.forgot;
	past_hold(s, past, &holding);
	show_verification(s, e, t, true);
	past_held(s, &holding);
}

/* ---- DANE: how the TLSA records compare with the server's certificates */

enum { DATA_SHOWN = 8 }; /* octets; /mx shows all */

static void
put_tlsa(struct flow *f, const struct tlsa *r)
{
	char hex[2 * DATA_SHOWN + 1];

	if (r->malformed) {
		flow_print(f, INK_PLAIN, "DANE: TLSA record ");
		return;
	}
	flow_print(f, INK_PLAIN, "DANE: %u %u %u %s%s", r->usage, r->selector, r->matching,
	    text_hex(hex, span_first(r->data, DATA_SHOWN)),
	    r->data.len > DATA_SHOWN ? "… " : " ");
}

static void
show_tlsa(struct screen *s, const struct event *e, const struct tlsa_result *r)
{
	struct flow f = show_begin(s, MARK_NOTE, e);

	put_tlsa(&f, &r->record);
	switch (r->verdict) {
	case TLSA_MATCHES:
		flow_print(&f, INK_GOOD, "matches");
		flow_print(&f, INK_DIM,
		    r->depth == 0 ? " the server's certificate" : " a CA in its chain (depth %d)",
		    r->depth);
		break;
	case TLSA_DIFFERS:
		flow_print(&f, INK_WARN, "does not match");
		break;
	case TLSA_UNUSABLE:
		flow_print(&f, INK_WARN, "is unusable");
		break;
	}
	if (r->why.len > 0)
		flow_print(&f, INK_DIM, ": %.*s", SPAN_ARG(r->why));
	flow_end(&f);
}

void
show_dane(struct screen *s, const struct event *e, const struct tls_dane *d)
{
	bool bad = d->state == DANE_FAILED || d->state == DANE_MISMATCHED;
	struct span who = dane_resolver(d, &s->arena);

	for (size_t i = 0; i < d->n; i++)
		show_tlsa(s, e, &d->result[i]);
	struct flow f = show_begin(s, bad ? MARK_PROBLEM : MARK_NOTE, e);
	struct span text = dane_sentence(d, &s->arena);
	flow_print(&f, bad ? INK_BAD : INK_PLAIN, "DANE: ");
	flow_put(&f, bad ? INK_BAD : INK_PLAIN, text);
	if (d->state == DANE_NONE && d->name.len > 0 && d->why.len > 0) {
		flow_print(&f, INK_DIM, ": ");
		flow_put(&f, INK_DIM, d->why);
	}
	if (who.len > 0 && d->state != DANE_UNKNOWN)
		flow_print(&f, INK_DIM, " (asked %.*s)", SPAN_ARG(who));
	flow_end(&f);
}
