/* player_words - what the words of a script do to a play, and what /assert looks at. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "run/player_script_priv.h"
#include "run/script_file.h"

static const struct session_view *
view(struct play *p, struct session_view *v)
{
	*v = session_view(play_peer(p, p->item && p->item->peer ? p->item->peer : 1)->session);
	return v;
}

/* ---- assertions */

/* What the subject is now: a text, and a number where it has one. False: there is none. */
static bool
text_of(struct play *p, const struct word_assert *a, const struct session_view *v, struct span *out)
{
	const struct reply *r = v->last_reply;
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
		const struct extension *x = v->extensions ? extensions_find(v->extensions, a->keyword) : NULL;
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

	switch (a->subject) {
	case ASSERT_TIME:
		*out = (long long)(p->peer[1].last_took_us / 1000);
		return true;
	case ASSERT_TOTAL:
		*out = (long long)((loop_now_us() - p->began_us) / 1000);
		return true;
	case ASSERT_LINES:
		*out = v->last_reply ? (long long)v->last_reply->nlines : 0;
		return v->last_reply != NULL;
	case ASSERT_CERT_DAYS:
		if (!v->tls || v->tls->ncerts == 0)
			return false;
		*out = ((long long)v->tls->cert[0].not_after - (long long)time(NULL)) / 86400;
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
	return a->subject == ASSERT_TIME || a->subject == ASSERT_TOTAL || a->subject == ASSERT_LINES ||
	    a->subject == ASSERT_CERT_DAYS || a->subject == ASSERT_FAMILY ||
	    (a->op >= ASSERT_LT && a->op <= ASSERT_GE && a->subject != ASSERT_TLS_VERSION);
}

static bool
text_holds(const struct word_assert *a, struct span got, struct span value)
{
	int order = strncmp(got.at ? got.at : "", value.at ? value.at : "", got.len < value.len ? got.len : value.len);

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
	case ASSERT_TLS_VERSION: case ASSERT_TLS_CIPHER: case ASSERT_CERT_DAYS: case ASSERT_CERT_NAME: case ASSERT_CERT_VERIFIED:
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
say_why(const struct word_assert *a, bool have, const struct session_view *v, struct span got, char *why, size_t size)
{
	const char *quote = is_numeric(a) ? "" : "\"";
	struct span source = span_trim(a->source);

	if (!have && !(a->subject == ASSERT_CERT_VERIFIED && v->tls))
		snprintf(why, size, "expected %.*s, and %s", SPAN_ARG(source), what_lacks(a, v));
	else if (a->subject == ASSERT_EHLO && a->op == ASSERT_EXISTS)
		snprintf(why, size, "expected %.*s, and it is offered", SPAN_ARG(source));
	else
		snprintf(why, size, "expected %.*s, it is %s%.*s%s", SPAN_ARG(source), quote, SPAN_ARG(span_first(got, WHY_MOST)), quote);
}

static bool
assertion_holds(struct play *p, const struct word_assert *a, char *why, size_t size)
{
	struct session_view v;
	struct span got = SPAN_NONE, value = SPAN_NONE;
	long long number = 0;
	bool have, holds;

	view(p, &v);
	text_fill(&a->value, &p->vars, &p->scratch, &value, NULL, NULL);
	if (span_starts_case(value, SPAN("TLSv")) == false && a->subject == ASSERT_TLS_VERSION && value.len > 0)
		value = arena_printf(&p->scratch, "TLSv%.*s", SPAN_ARG(value));
	if (a->subject == ASSERT_CERT_NAME) {
		have = v.tls && v.tls->ncerts > 0;
		holds = a_name_fits(a, &v, value);
		for (size_t i = 0; have && i < v.tls->cert[0].nsan && got.len < WHY_MOST; i++)
			got = arena_printf(&p->scratch, "%.*s%s%.*s", SPAN_ARG(got), i ? " " : "", SPAN_ARG(v.tls->cert[0].san[i]));
	} else if (is_numeric(a)) {
		have = number_of(p, a, &v, &number);
		long long want = (long long)a->number;
		holds = have && (a->op == ASSERT_EXISTS || compare(a->op, number < want ? -1 : number > want));
		got = arena_printf(&p->scratch, "%lld%s", number, a->subject == ASSERT_TIME || a->subject == ASSERT_TOTAL ? " ms" : "");
	} else {
		have = text_of(p, a, &v, &got);
		holds = have && text_holds(a, got, value);
	}
	if (a->negated)
		holds = !holds;
	say_why(a, have, &v, got, why, size);
	return holds;
}

/* ---- the words */

static void
do_assert(struct play *p, const struct script_item *item)
{
	struct session_view v;
	char why[300];

	enum assert_subject subject = ((const struct word_assert *)item->args)->subject;
	bool of_reply = subject == ASSERT_TEXT || subject == ASSERT_LINES || subject == ASSERT_ENHANCED || subject == ASSERT_TIME;

	if (!assertion_holds(p, item->args, why, sizeof why))
		play_fail(p, ERR_EXPECT, NULL, of_reply || subject == ASSERT_EHLO ? view(p, &v)->last_reply : NULL, item->place, "%s", why);
}

void
play_check_requires(struct play *p)
{
	struct session_view v = session_view(p->peer[1].session);

	if (!v.extensions)
		return;
	for (const struct word_requires *r = p->requires; r; r = r->next) {
		bool offered = extensions_find(v.extensions, r->keyword) != NULL;
		if (offered == r->negated) {
			play_skip(p, arena_printf(&p->arena, "the server offers %s%.*s", offered ? "" : "no ", SPAN_ARG(r->keyword)));
			break;
		}
	}
	p->requires = NULL;
}

static void
do_requires(struct play *p, const struct script_item *item)
{
	p->requires = item->args;
	if (play_peer(p, 1)->session)
		play_check_requires(p);
}

static void
do_timeout(struct play *p, const struct script_item *item)
{
	const struct word_timeout *w = item->args;
	uint64_t base[sizeof w->timeouts / sizeof(uint64_t)], said[sizeof w->timeouts / sizeof(uint64_t)];

	memcpy(base, &p->base.timeouts, sizeof base);
	memcpy(said, &w->timeouts, sizeof said);
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (said[i] != UINT64_MAX)
			base[i] = said[i];
	memcpy(&p->base.timeouts, base, sizeof base);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++)
		p->peer[i].opts.timeouts = p->base.timeouts;
}

static void
own_context(struct play *p, const struct script_item *item, const struct word_tls *w)
{
	struct err err;
	const char *path;

	if (p->peer[1].session) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "/tls min= and ca= stand before the first connection");
		return;
	}
	if (!p->own_env.loop) {
		session_env_dns(p->env);		/* is shared, and the env's to free */
		p->own_env = *p->env;
		p->own_env.client_tls = NULL;
		p->own_env.scratch = NULL;
	}
	if (w->min.len > 0)
		p->own_env.tls.min_version = arena_string(&p->arena, w->min);
	if (w->ca.len == 0)
		return;
	if (file_below(item->place.file, p->opts.file_root, w->ca, &p->arena, &path, &err))
		p->own_env.tls.ca = path;
	else
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "%s", err.text);
}

static void
do_tls(struct play *p, const struct script_item *item)
{
	const struct word_tls *w = item->args;

	if (w->min.len > 0 || w->ca.len > 0)
		own_context(p, item, w);
	if (w->verify_said)
		p->base.verify = w->verify;
	if (w->sni.len > 0)
		p->base.sni = arena_string(&p->arena, w->sni);
	p->tls_fail = w->fail;
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		p->peer[i].opts.verify = p->base.verify;
		p->peer[i].opts.sni = p->base.sni;
	}
}

static void
do_helo(struct play *p, const struct script_item *item)
{
	struct span name;
	struct err err;

	if (!text_fill(item->args, &p->vars, &p->arena, &name, NULL, &err)) {
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
		return;
	}
	p->base.helo = arena_string(&p->arena, name);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++)
		p->peer[i].opts.helo = p->base.helo;
}

static void
do_mask(struct play *p, const struct script_item *item)
{
	const struct word_mask *w = item->args;

	p->how.masks = (p->how.masks | w->on) & ~w->off;
	if (w->own && p->how.nown < OWN_MASKS_MAX)
		p->how.own[p->how.nown++] = w->own;
}

static void
do_var(struct play *p, const struct script_item *item)
{
	const struct word_var *w = item->args;
	struct span value;
	struct err err;

	for (size_t i = 0; i < p->opts.nvalues; i++)	/* the command line's comes first */
		if (span_eq(p->opts.value[i].name, p->script->names.of[w->name].name))
			return;
	if (text_fill(&w->text, &p->vars, &p->scratch, &value, NULL, &err))
		vars_set(&p->vars, w->name, value);
	else
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
}

static void
do_secret(struct play *p, const struct script_item *item)
{
	const struct word_var *w = item->args;
	struct span name = p->script->names.of[w->name].name;
	char variable[SECRET_VARIABLE_MAX];

	if (!vars_secret(&p->vars, w->name, variable))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place, "the secret %.*s has no value: --secret %.*s=@FILE or %s in the "
		    "environment", SPAN_ARG(name), SPAN_ARG(name), variable);
}

static void
do_capture(struct play *p, const struct script_item *item)
{
	const struct word_capture *w = item->args;
	struct session_view v;
	struct span hit;

	view(p, &v);
	for (size_t i = 0; v.last_reply && i < v.last_reply->nlines; i++)
		if (ere_match(w->ere, v.last_reply->line[i], &hit)) {
			p->vars.secret[w->name] |= w->redact;
			vars_set(&p->vars, w->name, hit);
			return;
		}
	play_fail(p, ERR_EXPECT, NULL, v.last_reply, item->place, "expected a reply that /%.*s/ matches", SPAN_ARG(w->ere->source));
}

static void
do_early(struct play *p, const struct script_item *item)
{
	(void)item;
	p->early = true;
}

static void
do_match(struct play *p, const struct script_item *item)
{
	if (p->opts.level == MATCH_UNSAID)
		p->how.level = *(const enum match_level *)item->args;
}

static void
do_write(struct play *p, const struct script_item *item)
{
	const struct pace *pace = item->args;

	p->base.pace = *pace;
	for (size_t i = 0; i <= SCRIPT_PEERS_MAX; i++)
		p->peer[i].opts.pace = *pace;
}

static void
do_block(struct play *p, const struct script_item *item)
{
	play_enter(p, item->body, item, ((const struct word_repeat *)item->args)->times);
}

static void
do_if(struct play *p, const struct script_item *item)
{
	char why[300];

	play_enter(p, assertion_holds(p, item->args, why, sizeof why) ? item->body : item->other, NULL, 1);
}

void
play_word(struct play *p, const struct script_item *item)
{
	static void (*const words[WORD_KINDS])(struct play *, const struct script_item *) = {
		[WORD_REQUIRES] = do_requires, [WORD_TIMEOUT] = do_timeout, [WORD_TLS] = do_tls, [WORD_HELO] = do_helo,
		[WORD_MATCH] = do_match, [WORD_MASK] = do_mask, [WORD_VAR] = do_var, [WORD_SECRET] = do_secret,
		[WORD_CAPTURE] = do_capture, [WORD_ASSERT] = do_assert, [WORD_TIME] = do_assert, [WORD_EARLY] = do_early,
		[WORD_WRITE] = do_write, [WORD_REPEAT] = do_block, [WORD_RETRY] = do_block, [WORD_IF] = do_if,
	};

	if (words[item->word->kind])
		words[item->word->kind](p, item);
}
