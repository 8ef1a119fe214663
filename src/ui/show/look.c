/* look - the output of /ext, /cert and /info. */
#include <stdio.h>

#include "base/text.h"
#include "run/diagnosis/cert_words.h"
#include "ui/show/show_line.h"

static struct flow
look_label(struct screen *s, const char *text)
{
	screen_print(s, "    ");
	struct flow f = flow_begin(s, 4, 16);
	flow_print(&f, INK_DIM, "%s", text);
	flow_pad(&f, 16);
	return f;
}

static void
look_put(struct screen *s, const char *name, struct span value)
{
	struct flow f = look_label(s, name);

	flow_put(&f, INK_PLAIN, value);
	flow_end(&f);
}

/* ---- /ext */

/* Returns whether the keyword or its parameters differ between states in which EHLO was sent. */
static bool
differs(const struct event *e, struct span keyword)
{
	const struct extension *first = NULL;
	bool have_first = false;

	for (enum offer_state at = 0; at < OFFER_STATES; at++) {
		if (!e->offers.of[at])
			continue;
		const struct extension *x = extensions_find(e->offers.of[at], keyword);
		if (!have_first)
			first = x;
		else if (!x != !first || (x && !span_eq(x->params, first->params)))
			return true;
		have_first = true;
	}
	return false;
}

static void
show_offer_difference(struct screen *s, const struct event *e, struct span keyword)
{
	for (enum offer_state at = 0; at < OFFER_STATES; at++) {
		if (!e->offers.of[at])
			continue;
		const struct extension *x = extensions_find(e->offers.of[at], keyword);
		screen_print(s, "      ");
		screen_ink(s, x ? INK_GOOD : INK_BAD);
		screen_print(s, "%c ", x ? '+' : '-');
		screen_ink(s, INK_PLAIN);
		struct flow f = flow_begin(s, 8, 22);
		flow_print(&f, INK_DIM, "%s", offer_state_text(at));
		flow_pad(&f, 22);
		flow_put(&f, INK_PLAIN,
		    x ? x->params.len > 0 ? x->params : SPAN("offered") : SPAN("not offered"));
		flow_end(&f);
	}
}

/* Returns whether an earlier state offers the keyword, so that it was shown already. */
static bool
offer_told(const struct event *e, enum offer_state at, struct span keyword)
{
	for (enum offer_state before = 0; before < at; before++)
		if (e->offers.of[before] && extensions_find(e->offers.of[before], keyword))
			return true;
	return false;
}

static void
show_diff(struct screen *s, const struct event *e)
{
	unsigned states = 0, same = 0, different = 0;

	for (enum offer_state at = 0; at < OFFER_STATES; at++) {
		const struct extensions *x = e->offers.of[at];
		states += x != NULL;
		for (size_t i = 0; x && i < x->n; i++) {
			if (offer_told(e, at, x->list[i].keyword))
				continue;
			if (!differs(e, x->list[i].keyword)) {
				same++;
				continue;
			}
			struct flow f = show_begin(s, MARK_NOTE, e);
			flow_put(&f, INK_BOLD, x->list[i].keyword);
			flow_end(&f);
			show_offer_difference(s, e, x->list[i].keyword);
			different++;
		}
	}
	if (states < 2)
		show_line(s, MARK_NOTE, e,
		    "EHLO was sent in one state only; send /starttls or /auth, then EHLO, to "
		    "compare");
	else
		show_line(s, MARK_NOTE, e, "%u differ%s, %u %s the same", different,
		    different == 1 ? "s" : "", same, same == 1 ? "is" : "are");
}

void
show_offers(struct screen *s, const struct event *e)
{
	if (e->offers.diff) {
		show_diff(s, e);
		return;
	}
	show_line(s, MARK_NOTE, e, "offered %s:", offer_state_text(e->offers.now));
	show_extension_table(s, e, e->offers.of[e->offers.now]);
}

/* ---- /cert */

static void
show_validity(struct screen *s, const struct tls_cert *c, int64_t now)
{
	char from[16], to[16];
	long days = cert_days(c->not_after, now);
	struct flow f = look_label(s, "valid");

	cert_date(from, c->not_before);
	cert_date(to, c->not_after);
	flow_print(&f, INK_PLAIN, "%s to %s: ", from, to);
	if (c->not_after == TLS_NO_DATE)
		flow_print(&f, INK_BAD, "expiry date unreadable");
	else if (c->not_after < now)
		flow_print(&f, INK_BAD, "expired %ld days ago", cert_days(now, c->not_after));
	else
		flow_print(&f, days < 15 ? INK_WARN : INK_GOOD, "%ld days left", days);
	flow_end(&f);
}

static void
show_names(struct screen *s, const struct tls_cert *c)
{
	struct flow f;

	if (c->nsan == 0)
		return;
	f = look_label(s, "names");
	for (size_t i = 0; i < c->nsan; i++) {
		flow_put(&f, INK_DIM, i > 0 ? SPAN(", ") : SPAN_NONE);
		flow_put(&f, INK_PLAIN, cert_san_bare(c->san[i]));
	}
	flow_end(&f);
}

static void
show_one_cert(struct screen *s, const struct event *e, size_t depth)
{
	const struct tls_info *t = e->cert.tls;
	const struct tls_cert *c = &t->cert[depth];

	show_line(s, MARK_NOTE, e, "%s",
	    depth == 0	       ? "the server's certificate" :
		c->self_signed ? "a root sent by the server" :
				 "an intermediate certificate");
	look_put(s, "subject", c->subject);
	look_put(s, "issuer", c->self_signed ? SPAN("itself") : c->issuer);
	show_names(s, c);
	show_validity(s, c, t->at);
	look_put(s, "key", c->key);
	look_put(s, "signature", c->signature);
	look_put(s, "serial", c->serial);
	look_put(s, "SHA-256", c->sha256);
	look_put(s, "key SHA-256", c->spki_sha256);
}

static void
show_staple(struct screen *s, const struct event *e, const struct tls_info *t)
{
	static const char *const phrases[] = {
		[TLS_OCSP_GOOD] = "the certificate is not revoked",
		[TLS_OCSP_REVOKED] = "the certificate is REVOKED",
		[TLS_OCSP_UNKNOWN] = "the responder does not know the certificate",
		[TLS_OCSP_OF_ANOTHER] = "for another certificate",
		[TLS_OCSP_UNTRUSTED] = "invalid signature",
		[TLS_OCSP_OUT_OF_DATE] = "out of date; the server has to renew it",
		[TLS_OCSP_REFUSED] = "the responder returned no status (RFC 6960 4.2.1)",
		[TLS_OCSP_MALFORMED] = "malformed",
	};
	char until[16];

	if (t->ocsp == TLS_OCSP_NONE) {
		show_line(s, MARK_NOTE, e, "OCSP: no response stapled");
		return;
	}
	cert_date(until, t->ocsp_until);
	show_line(s, t->ocsp == TLS_OCSP_GOOD ? MARK_NOTE : MARK_PROBLEM, e,
	    "OCSP: stapled response: %s%s%s", phrases[t->ocsp], until[0] ? ", until " : "",
	    until);
}

void
show_certs(struct screen *s, const struct event *e)
{
	const struct tls_info *t = e->cert.tls;

	if (e->cert.pem.len > 0) {
		if (e->cert.file.len == 0)
			screen_print(s, "%.*s", SPAN_ARG(e->cert.pem));
		return;
	}
	for (size_t i = 0; i < t->ncerts; i++)
		show_one_cert(s, e, i);
	show_verification(s, e, t, false);
	if (t->ncerts > 0)
		show_staple(s, e, t);
	if (e->cert.sts)
		show_sts(s, e, e->cert.sts, e->cert.verdict);
	if (t->ncerts == 0)
		return;
	show_line(s, MARK_NOTE, e,
	    "TLSA record for this key, to publish in a signed zone (RFC 7672):");
	screen_print(s, "_%u._tcp.", e->cert.port);
	screen_put(s, e->cert.host);
	screen_print(s, ". IN TLSA 3 1 1 %.*s\n", SPAN_ARG(t->cert[0].spki_sha256));
}

/* ---- /info */

static void
show_where(struct screen *s, const struct session_info *i)
{
	char peer[ADDR_TEXT] = "", local[ADDR_TEXT] = "", up[24];
	struct flow f = look_label(s, "connected");

	if (i->peer.len)
		addr_text(&i->peer, peer);
	flow_put(&f, INK_PLAIN, i->host);
	flow_print(&f, INK_DIM, peer[0] ? " [%s]" : "%s", peer);
	flow_end(&f);
	if (i->local.len && addr_text(&i->local, local)[0])
		look_put(s, "from", span_of(local));
	text_time(up, i->up_us);
	look_put(s, "for", span_of(up));
}

static void
show_tls_state(struct screen *s, const struct session_info *i)
{
	const struct tls_info *t = i->tls;
	struct flow f = look_label(s, "TLS");

	if (!t) {
		flow_print(&f, INK_WARN, "none (unencrypted)");
		if (i->extensions)
			flow_print(&f, INK_DIM, "; STARTTLS is %s",
			    extensions_offer(i->extensions, "STARTTLS") ? "offered" :
									  "not offered");
	} else {
		flow_print(&f, INK_GOOD, "%.*s", SPAN_ARG(t->version));
		flow_print(&f, INK_PLAIN, ", %.*s, ", SPAN_ARG(t->cipher));
		flow_print(&f, t->verified ? INK_GOOD : INK_BAD,
		    t->verified ? "verified" : "not verified (%zu problem%s)", t->nproblems,
		    t->nproblems == 1 ? "" : "s");
	}
	flow_end(&f);
}

static void
show_state(struct screen *s, const struct session_info *i)
{
	const struct dialogue *d = &i->dialogue;
	struct flow f = look_label(s, "state");

	if (d->mode == MODE_MESSAGE)
		flow_print(&f, INK_PLAIN, "in message data; a lone dot ends it");
	else if (d->mode == MODE_ANSWER)
		flow_print(&f, INK_PLAIN, "in an AUTH exchange; \"*\" cancels it");
	else if (d->mail)
		flow_print(&f, INK_PLAIN, "in a transaction, %u recipient%s accepted", d->rcpts,
		    d->rcpts == 1 ? "" : "s");
	else if (d->hello != VERB_OTHER)
		flow_print(&f, INK_PLAIN, "ready for MAIL");
	else
		flow_print(&f, INK_PLAIN,
		    d->greeted ? "EHLO not sent yet" : "no 220 greeting received");
	flow_print(&f, INK_DIM, d->authenticated ? "; logged in" : "");
	flow_end(&f);
}

void
show_info(struct screen *s, const struct event *e)
{
	const struct session_info *i = e->info;

	show_line(s, MARK_NOTE, e, "this session:");
	show_where(s, i);
	if (i->extensions)
		look_put(s, "server name", i->extensions->host);
	look_put(s, "EHLO name", span_of(i->helo));
	show_tls_state(s, i);
	show_state(s, i);
	if (i->extensions)
		look_put(s, "extensions",
		    arena_printf(&s->arena, "%zu offered: /ext", i->extensions->n));
	look_put(s, "so far",
	    arena_printf(&s->arena, "%llu repl%s, %llu octets in, %llu out",
		(unsigned long long)i->replies, i->replies == 1 ? "y" : "ies",
		(unsigned long long)i->octets_in, (unsigned long long)i->octets_out));
}
