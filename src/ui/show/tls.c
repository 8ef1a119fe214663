/*
 * tls - what a handshake came to: version, cipher, certificate, and every problem of its
 * verification.
 */
#include <stdio.h>
#include <time.h>

#include "base/text.h"
#include "net/tls_words.h"
#include "run/diagnosis/cert_words.h"
#include "run/diagnosis/diagnose.h"
#include "run/route/dane.h"
#include "ui/show/show_line.h"

enum { NAMES_SHOWN = 6 };

static struct flow
tls_label(struct screen *s, const struct event *e, const char *text)
{
	struct flow f = show_below(s, e);

	f.indent += 9;
	flow_print(&f, INK_DIM, "%s", text);
	flow_pad(&f, f.indent);
	return f;
}

static void
put_names(struct flow *f, const struct tls_cert *c)
{
	for (size_t i = 0; i < c->nsan && i < NAMES_SHOWN; i++) {
		flow_put(f, INK_PLAIN, i > 0 ? SPAN(", ") : SPAN_NONE);
		flow_put(f, INK_PLAIN, cert_san_bare(c->san[i]));
	}
	if (c->nsan > NAMES_SHOWN)
		flow_print(f, INK_DIM, " and %zu more: /cert shows all", c->nsan - NAMES_SHOWN);
	if (c->nsan == 0)
		flow_print(f, INK_WARN, "none: names in the subject do not count (RFC 9525 2)");
}

static void
put_dates(struct flow *f, const struct tls_cert *c, int64_t now)
{
	char from[16], to[16];
	long days = cert_days(c->not_after, now);

	cert_date(from, c->not_before);
	cert_date(to, c->not_after);
	if (c->not_after == TLS_NO_DATE)
		flow_print(f, INK_BAD, "its end cannot be read");
	else if (c->not_before > now)
		flow_print(
		    f, INK_BAD, "not before %s, in %ld days", from, cert_days(c->not_before, now));
	else if (c->not_after < now)
		flow_print(
		    f, INK_BAD, "expired on %s, %ld days ago", to, cert_days(now, c->not_after));
	else
		flow_print(f, days < 15 ? INK_WARN : INK_GOOD, "%ld days left, until %s", days, to);
}

static void
put_chain(struct flow *f, struct arena *arena, const struct tls_info *t)
{
	const struct tls_cert *last = &t->cert[t->ncerts - 1];

	flow_print(f, INK_PLAIN, "%zu certificate%s", t->ncerts, t->ncerts == 1 ? "" : "s");
	flow_print(f, INK_DIM, " sent: ");
	for (size_t i = 0; i < t->ncerts && i < 8; i++) {
		flow_put(f, INK_DIM, i > 0 ? SPAN(" <- ") : SPAN_NONE);
		flow_put(f, INK_PLAIN, cert_name(arena, t->cert[i].subject));
	}
	if (last->self_signed)
		return;
	flow_put(f, INK_DIM, SPAN(" <- ("));
	flow_put(f, INK_DIM, cert_name(arena, last->issuer));
	flow_put(f, INK_DIM, SPAN(", not sent)"));
}

static void
show_cert(struct screen *s, const struct event *e, const struct tls_info *t)
{
	const struct tls_cert *c = &t->cert[0];
	struct flow f = show_begin(s, MARK_NOTE, e);

	flow_print(&f, INK_DIM, "certificate of ");
	flow_put(&f, INK_PLAIN, cert_name(&s->arena, c->subject));
	flow_print(&f, INK_DIM, ", issued by ");
	flow_put(
	    &f, INK_PLAIN, c->self_signed ? SPAN("itself") : cert_name_long(&s->arena, c->issuer));
	flow_end(&f);
	f = tls_label(s, e, "names");
	put_names(&f, c);
	flow_end(&f);
	f = tls_label(s, e, "valid");
	put_dates(&f, c, t->at);
	flow_end(&f);
	f = tls_label(s, e, "key");
	flow_put(&f, INK_PLAIN, c->key);
	flow_print(&f, INK_DIM, ", signed with ");
	flow_put(&f, INK_PLAIN, c->signature);
	flow_end(&f);
	f = tls_label(s, e, "chain");
	put_chain(&f, &s->arena, t);
	flow_end(&f);
}

static void
show_cert_problem(
    struct screen *s, const struct event *e, const struct tls_info *t, const struct tls_problem *p)
{
	struct flow f = show_begin(s, MARK_PROBLEM, e);
	const struct diagnosis *d = diagnose_problem(t, p, &s->arena);

	flow_print(&f, INK_PLAIN, "certificate verification failed: ");
	flow_put(&f, INK_BAD, diagnosis_observed(d, &s->arena));
	flow_print(&f, INK_DIM, " (depth %d, ", p->depth);
	flow_put(&f, INK_DIM, cert_name(&s->arena, p->subject));
	flow_print(&f, INK_DIM, ")");
	flow_end(&f);
	if (screen_telling(s, cause_row(d->cause), 1) == TELL_FIRST)
		show_diagnosis(s, e, d);
}

void
show_verification(struct screen *s, const struct event *e, const struct tls_info *t)
{
	for (size_t i = 0, issuers = 0; i < t->nproblems; i++) {
		bool issuer = tls_problem_is_issuer(&t->problem[i]);
		/* without a CA all of them say the same */
		if (!issuer || t->no_trust.len == 0 || issuers++ == 0)
			show_cert_problem(s, e, t, &t->problem[i]);
	}
	if (t->dane)
		show_dane(s, e, t->dane);
	if (!t->verified)
		return;
	struct flow f = show_begin(s, MARK_NOTE, e);
	flow_print(&f, INK_GOOD, "the certificate verifies");
	if (t->wanted.len == 0) {
		flow_print(&f, INK_DIM, ": its chain, and no name was asked for");
	} else {
		flow_print(&f, INK_DIM, ": its chain, and its name ");
		flow_put(&f, INK_DIM, t->wanted);
	}
	if (t->name == TLS_NAME_WILDCARD) {
		flow_print(&f, INK_DIM, " by ");
		flow_put(&f, INK_DIM, t->peer_name);
	}
	flow_end(&f);
	if (t->chain.n == 0 || t->chain.depth == 0 || t->chain.not_after == TLS_NO_DATE)
		return;
	char date[16];
	cert_date(date, t->chain.not_after);
	show_line(s, MARK_NOTE, e, "its chain ends earlier, with %.*s: in %ld days, on %s",
	    SPAN_ARG(cert_name(&s->arena, t->chain.subject)), cert_days(t->chain.not_after, t->at),
	    date);
}

void
show_tls(struct screen *s, const struct event *e)
{
	const struct tls_info *t = e->shaken.info;
	struct flow f = show_begin(s, MARK_NOTE, e);

	flow_print(&f, INK_DIM, "TLS began: ");
	flow_print(&f, INK_GOOD, "%.*s", SPAN_ARG(t->version));
	flow_print(&f, INK_DIM, ", %.*s%s%.*s%s", SPAN_ARG(t->cipher), t->group.len ? ", " : "",
	    SPAN_ARG(t->group), t->resumed ? ", resumed" : "");
	show_took(&f, e->shaken.took_us);
	flow_end(&f);
	if (t->ncerts > 0)
		show_cert(s, e, t);
	show_verification(s, e, t);
	if (e->shaken.forgot)
		show_line(s, MARK_NOTE, e,
		    "what EHLO said before is forgotten: say EHLO again (RFC 3207 4.2)");
}

/* ---- DANE: what the TLSA records make of the certificates that the server sent */

enum { DATA_SHOWN = 8 }; /* octets; /mx shows all */

static void
put_tlsa(struct flow *f, const struct tlsa *r)
{
	if (r->malformed) {
		flow_print(f, INK_PLAIN, "DANE: a TLSA record ");
		return;
	}
	flow_print(f, INK_PLAIN, "DANE: %u %u %u ", r->usage, r->selector, r->matching);
	for (size_t i = 0; i < r->data.len && i < DATA_SHOWN; i++)
		flow_print(f, INK_PLAIN, "%02x", (unsigned char)r->data.at[i]);
	flow_print(f, INK_PLAIN, r->data.len > DATA_SHOWN ? "… " : " ");
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
		    r->depth == 0 ? " the server's certificate" : " a CA of its chain (depth %d)",
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
