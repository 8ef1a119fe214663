/* player_assert - what /assert and /if look at, and whether it holds. */
#include <stdio.h>
#include <time.h>

#include "run/play/player_script_priv.h"

/* What the subject is now: a text, and a number where it has one. False: there is none. */
static bool
text_of(struct play *p, const struct word_assert *a, const struct session_view *v, struct span *out)
{
	const struct reply *r = play_peer_of(p)->came;
	const struct extensions *offers = v->extensions ? play_peer_of(p)->offers : NULL;
	size_t len = 0;

	switch (a->subject) {
	case ASSERT_TEXT:
		*out = r ? r->line[0] : SPAN_NONE;
		return r != NULL;
	case ASSERT_ENHANCED:
		if (!r || !status_parse(r->line[0], &len).class)
			return false;
		*out = span_first(r->line[0], len);
		return true;
	case ASSERT_EHLO: {
		const struct extension *x = offers ? extensions_find(offers, a->keyword) : NULL;
		*out = x ? x->params : SPAN_NONE;
		return x != NULL;
	}
	case ASSERT_TLS_VERSION:
		*out = v->tls ? v->tls->version : SPAN_NONE;
		return v->tls != NULL;
	case ASSERT_TLS_CIPHER:
		*out = v->tls ? v->tls->cipher : SPAN_NONE;
		return v->tls != NULL;
	case ASSERT_CERT_VERIFIED:
		*out = v->tls && v->tls->verified ? SPAN("yes") : SPAN("no");
		return v->tls && v->tls->verified;
	case ASSERT_IP: {
		char host[ADDR_TEXT];
		addr_host(&v->peer, host);
		*out = arena_copy(&p->scratch, span_of(host));
		return v->peer.len > 0;
	}
	case ASSERT_VAR:
		*out = p->vars.value[a->name];
		return p->vars.set[a->name];
	default:
		return false;
	}
}

static bool
number_of(struct play *p, const struct word_assert *a, const struct session_view *v, long long *out)
{
	unsigned long long n;
	struct span text;
	int depth;

	switch (a->subject) {
	case ASSERT_TIME:
		*out = (long long)(p->peer[1].last_took_us / 1000);
		return true;
	case ASSERT_TOTAL:
		*out = (long long)((loop_now_us() - p->began_us) / 1000);
		return true;
	case ASSERT_LINES:
		*out = play_peer_of(p)->came ? (long long)play_peer_of(p)->came->nlines : 0;
		return play_peer_of(p)->came != NULL;
	case ASSERT_CERT_DAYS:
		if (!v->tls || tls_ends(v->tls, &depth) == TLS_NO_DATE)
			return false;
		*out = (tls_ends(v->tls, &depth) - (long long)time(NULL)) / 86400;
		return true;
	case ASSERT_FAMILY:
		*out = addr_family(&v->peer);
		return *out != 0;
	default:
		if (!text_of(p, a, v, &text) || !span_number(text, ~0ull >> 1, &n))
			return false;
		*out = (long long)n;
		return true;
	}
}

static bool
compare(enum assert_op op, int order)
{
	switch (op) {
	case ASSERT_EQ: return order == 0;
	case ASSERT_NE: return order != 0;
	case ASSERT_LT: return order < 0;
	case ASSERT_LE: return order <= 0;
	case ASSERT_GT: return order > 0;
	case ASSERT_GE: return order >= 0;
	default: return false;
	}
}

/* A certificate has several names, and one that fits is enough. */
static bool
a_name_fits(const struct word_assert *a, const struct session_view *v, struct span value)
{
	for (size_t i = 0; v->tls && v->tls->ncerts && i < v->tls->cert[0].nsan; i++) {
		struct span name = v->tls->cert[0].san[i];
		span_until(&name, ':');
		if (a->op == ASSERT_EXISTS || (a->op == ASSERT_EQ && span_eq_case(name, value)) ||
		    (a->op == ASSERT_CONTAINS && span_find(name, value).len > 0) ||
		    (a->op == ASSERT_MATCHES && ere_match(a->ere, name, NULL)))
			return true;
	}
	return false;
}

static bool
is_numeric(const struct word_assert *a)
{
	return a->subject == ASSERT_TIME || a->subject == ASSERT_TOTAL ||
	    a->subject == ASSERT_LINES || a->subject == ASSERT_CERT_DAYS ||
	    a->subject == ASSERT_FAMILY ||
	    (a->op >= ASSERT_LT && a->op <= ASSERT_GE && a->subject != ASSERT_TLS_VERSION);
}

static bool
text_holds(const struct word_assert *a, struct span got, struct span value)
{
	int order = strncmp(got.at ? got.at : "", value.at ? value.at : "",
	    got.len < value.len ? got.len : value.len);

	if (order == 0)
		order = got.len < value.len ? -1 : got.len > value.len;
	switch (a->op) {
	case ASSERT_EXISTS:
		return true;
	case ASSERT_CONTAINS:
		return value.len == 0 || span_find(got, value).len > 0;
	case ASSERT_MATCHES:
		return ere_match(a->ere, got, NULL);
	case ASSERT_EQ:
		return span_eq_case(got, value);
	case ASSERT_NE:
		return !span_eq_case(got, value);
	default:
		return compare(a->op, order);
	}
}

/* Why there is nothing to look at. */
static const char *
what_lacks(const struct word_assert *a, const struct session_view *v)
{
	switch (a->subject) {
	case ASSERT_EHLO:
		return v->extensions ? "it is not offered" : "there was no EHLO";
	case ASSERT_TLS_VERSION:
	case ASSERT_TLS_CIPHER:
	case ASSERT_CERT_DAYS:
	case ASSERT_CERT_NAME:
	case ASSERT_CERT_VERIFIED:
		return v->tls ? "there is none" : "there is no TLS";
	case ASSERT_TEXT: case ASSERT_LINES:
		return "there was no reply";
	case ASSERT_VAR:
		return "it has no value";
	default:
		return "there is none";
	}
}

enum { WHY_MOST = 100 };		/* octets of what is there, of which a person is told */

static void
say_why(struct play *p, const struct word_assert *a, bool have, const struct session_view *v,
    struct span got, char *why, size_t size)
{
	const char *quote = is_numeric(a) ? "" : "\"";
	struct span source = play_shown(p, span_trim(a->source));

	if (!have && !(a->subject == ASSERT_CERT_VERIFIED && v->tls))
		snprintf(why, size, "expected %.*s, and %s", SPAN_ARG(source), what_lacks(a, v));
	else if (a->subject == ASSERT_EHLO && a->op == ASSERT_EXISTS)
		snprintf(why, size, "expected %.*s, and it is offered", SPAN_ARG(source));
	else
		snprintf(why, size, "expected %.*s, it is %s%.*s%s", SPAN_ARG(source), quote,
		    SPAN_ARG(span_first(play_shown(p, got), WHY_MOST)), quote);
}

/*
 * How a script goes on shows what it compared: to whoever it opens next, or in its status. So that
 * a secret is not tried out octet by octet, only whether it is set can be asked.
 */
bool
play_compares(struct play *p, const struct script_item *item)
{
	const struct word_assert *a = item->args;
	bool secret = a->subject == ASSERT_VAR && a->op != ASSERT_EXISTS && p->vars.secret[a->name];

	if (!secret && !text_names_secret(&a->value, &p->vars))
		return true;
	play_fail(p, ERR_USAGE, NULL, NULL, item->place,
	    "a secret is not compared with anything: how the script goes on would tell of it");
	return false;
}

bool
play_holds(struct play *p, const struct word_assert *a, char *why, size_t size)
{
	struct session_view v = play_view(p);
	struct span got = SPAN_NONE, value = SPAN_NONE;
	long long number = 0;
	bool have, holds;

	text_fill(&a->value, &p->vars, &p->scratch, &value, NULL, NULL);
	if (span_starts_case(value, SPAN("TLSv")) == false && a->subject == ASSERT_TLS_VERSION &&
	    value.len > 0)
		value = arena_printf(&p->scratch, "TLSv%.*s", SPAN_ARG(value));
	if (a->subject == ASSERT_CERT_NAME) {
		have = v.tls && v.tls->ncerts > 0;
		holds = a_name_fits(a, &v, value);
		for (size_t i = 0; have && i < v.tls->cert[0].nsan && got.len < WHY_MOST; i++)
			got = arena_printf(&p->scratch, "%.*s%s%.*s", SPAN_ARG(got), i ? " " : "",
			    SPAN_ARG(v.tls->cert[0].san[i]));
	} else if (is_numeric(a)) {
		have = number_of(p, a, &v, &number);
		long long want = (long long)a->number;
		holds = have &&
		    (a->op == ASSERT_EXISTS || compare(a->op, number < want ? -1 : number > want));
		got = arena_printf(&p->scratch, "%lld%s", number,
		    a->subject == ASSERT_TIME || a->subject == ASSERT_TOTAL ? " ms" : "");
	} else {
		have = text_of(p, a, &v, &got);
		holds = have && text_holds(a, got, value);
	}
	if (a->negated)
		holds = !holds;
	say_why(p, a, have, &v, got, why, size);
	return holds;
}
