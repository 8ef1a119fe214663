/*
 * play_words - executes the words of a script, and tests the conditions of /assert, /time and /if.
 */
#include "run/play/play_impl.h"

#include <stdio.h>
#include <time.h>

#include "run/script/file.h"

/* ---- conditions */

/* Sets *out to the current text of the subject. Returns false when there is none. */
static bool
assert_text(
    struct play *p, const struct word_assert *a, const struct session_view *v, struct span *out)
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
assert_number(
    struct play *p, const struct word_assert *a, const struct session_view *v, long long *out)
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
		if (!assert_text(p, a, v, &text) || !span_number(text, ~0ull >> 1, &n))
			return false;
		*out = (long long)n;
		return true;
	}
}

static bool
assert_order(enum assert_op op, int order)
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

/* A certificate may have several names; one that matches is enough. */
static bool
assert_name_fits(const struct word_assert *a, const struct session_view *v, struct span value)
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
assert_is_numeric(const struct word_assert *a)
{
	return a->subject == ASSERT_TIME || a->subject == ASSERT_TOTAL ||
	    a->subject == ASSERT_LINES || a->subject == ASSERT_CERT_DAYS ||
	    a->subject == ASSERT_FAMILY ||
	    (a->op >= ASSERT_LT && a->op <= ASSERT_GE && a->subject != ASSERT_TLS_VERSION);
}

static bool
assert_text_holds(const struct word_assert *a, struct span got, struct span value)
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
		return assert_order(a->op, order);
	}
}

/* Returns why the subject has no value. */
static const char *
assert_what_lacks(const struct word_assert *a, const struct session_view *v)
{
	switch (a->subject) {
	case ASSERT_EHLO:
		return v->extensions ? "it is not offered" : "EHLO was not sent";
	case ASSERT_TLS_VERSION:
	case ASSERT_TLS_CIPHER:
	case ASSERT_CERT_DAYS:
	case ASSERT_CERT_NAME:
	case ASSERT_CERT_VERIFIED:
		return v->tls ? "there is none" : "TLS is not active";
	case ASSERT_TEXT: case ASSERT_LINES:
		return "no reply was received";
	case ASSERT_VAR:
		return "it has no value";
	default:
		return "there is none";
	}
}

enum { WHY_MOST = 100 };		/* octets of the value in the message */

static void
assert_write_why(struct play *p, const struct word_assert *a, bool have,
    const struct session_view *v, struct span got, char *why, size_t size)
{
	const char *quote = assert_is_numeric(a) ? "" : "\"";
	struct span source = play_shown(p, span_trim(a->source));

	if (!have && !(a->subject == ASSERT_CERT_VERIFIED && v->tls))
		snprintf(
		    why, size, "expected %.*s, but %s", SPAN_ARG(source), assert_what_lacks(a, v));
	else if (a->subject == ASSERT_EHLO && a->op == ASSERT_EXISTS)
		snprintf(why, size, "expected %.*s, but it is offered", SPAN_ARG(source));
	else
		snprintf(why, size, "expected %.*s, got %s%.*s%s", SPAN_ARG(source), quote,
		    SPAN_ARG(span_first(play_shown(p, got), WHY_MOST)), quote);
}

/*
 * A script's behavior reveals the results of its comparisons, to the next server it opens or in its
 * exit status. To prevent a secret from being guessed octet by octet, a script can test only
 * whether it is set.
 */
static bool
assert_may_compare(struct play *p, const struct script_item *item)
{
	const struct word_assert *a = item->args;
	bool secret = a->subject == ASSERT_VAR && a->op != ASSERT_EXISTS && p->vars.secret[a->name];

	if (!secret && !text_names_secret(&a->value, &p->vars))
		return true;
	play_fail(p, ERR_USAGE, NULL, NULL, item->place,
	    "a secret cannot be compared: the script's behavior would reveal it");
	return false;
}

static bool
assert_holds(struct play *p, const struct word_assert *a, char *why, size_t size)
{
	struct session_view v = session_view(play_peer_of(p)->session);
	struct span got = SPAN_NONE, value = SPAN_NONE;
	long long number = 0;
	bool have, holds;

	text_fill(&a->value, &p->vars, &p->scratch, &value, NULL, NULL);
	if (span_starts_case(value, SPAN("TLSv")) == false && a->subject == ASSERT_TLS_VERSION &&
	    value.len > 0)
		value = arena_printf(&p->scratch, "TLSv%.*s", SPAN_ARG(value));
	if (a->subject == ASSERT_CERT_NAME) {
		have = v.tls && v.tls->ncerts > 0;
		holds = assert_name_fits(a, &v, value);
		for (size_t i = 0; have && i < v.tls->cert[0].nsan && got.len < WHY_MOST; i++)
			got = arena_join(&p->scratch, got, " ", v.tls->cert[0].san[i]);
	} else if (assert_is_numeric(a)) {
		have = assert_number(p, a, &v, &number);
		long long want = (long long)a->number;
		int order = number < want ? -1 : number > want;
		holds = have && (a->op == ASSERT_EXISTS || assert_order(a->op, order));
		got = arena_printf(&p->scratch, "%lld%s", number,
		    a->subject == ASSERT_TIME || a->subject == ASSERT_TOTAL ? " ms" : "");
	} else {
		have = assert_text(p, a, &v, &got);
		holds = have && assert_text_holds(a, got, value);
	}
	if (a->negated)
		holds = !holds;
	assert_write_why(p, a, have, &v, got, why, size);
	return holds;
}

/* ---- words */

static void
play_do_assert(struct play *p, const struct script_item *item)
{
	char why[300];

	enum assert_subject subject = ((const struct word_assert *)item->args)->subject;
	bool of_reply = subject == ASSERT_TEXT || subject == ASSERT_LINES ||
	    subject == ASSERT_ENHANCED || subject == ASSERT_TIME;

	if (!assert_may_compare(p, item))
		return;
	if (!assert_holds(p, item->args, why, sizeof why))
		play_fail(p, ERR_EXPECT, NULL,
		    of_reply || subject == ASSERT_EHLO ? play_peer_of(p)->came : NULL, item->place,
		    "%s", why);
}

void
play_check_requires(struct play *p)
{
	const struct extensions *offers = p->peer[1].offers;

	if (!offers)
		return;
	for (const struct word_requires *r = p->requires; r; r = r->next) {
		bool offered = extensions_find(offers, r->keyword) != NULL;
		if (offered == r->negated) {
			play_skip(p,
			    arena_printf(&p->arena, "the server offers %s%.*s",
				offered ? "" : "no ", SPAN_ARG(r->keyword)));
			break;
		}
	}
	p->requires = NULL;
}

static void
play_do_requires(struct play *p, const struct script_item *item)
{
	p->requires = item->args;
	if (play_peer(p, 1)->session)
		play_check_requires(p);
}

static void
play_do_timeout(struct play *p, const struct script_item *item)
{
	struct cursor nowhere = { 0 };

	timeouts_parse(&p->base.timeouts, *(const struct span *)item->args, &nowhere, NULL);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++)
		p->peer[i].opts.timeouts = p->base.timeouts;
}

static void
play_own_env(struct play *p, const struct script_item *item, const struct tls_settings *w)
{
	struct err err;
	const char *path;

	if (p->peer[1].session) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "/tls min= and ca= must come before the first connection");
		return;
	}
	const char *min = p->own_env.loop ? p->own_env.tls.min_version : p->env->tls.min_version;
	bool lower = w->min.len > 0 && memcmp(w->min.at, min ? min : "1.2", 3) < 0;
	if ((lower && p->env->tls.min_version) ||
	    (w->ca.len > 0 && p->opts.session->verify > VERIFY_OFF)) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "a script may not lower what %s requires", lower ? "--min-tls" : "--verify");
		return;
	}
	if (!p->own_env.loop) {
		/* shared, and freed by ->env; so are the secrets */
		session_env_dns(p->env);
		session_env_keep_secrets(p->env);
		p->own_env = *p->env;
		p->own_env.client_tls = NULL;
		p->own_env.scratch = NULL;
	}
	p->own_env.distrusted |= lower || w->ca.len > 0;
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
play_do_tls(struct play *p, const struct script_item *item)
{
	const struct word_tls *word = item->args;
	const struct tls_settings *w = &word->set;

	if (w->min.len > 0 || w->ca.len > 0)
		play_own_env(p, item, w);
	if (w->verify != VERIFY_UNSET && w->verify < p->opts.session->verify) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "a script may not lower what --verify requires");
		return;
	}
	if (w->verify != VERIFY_UNSET)
		p->base.verify = w->verify;
	if (w->sni.len > 0)
		p->base.sni = arena_string(&p->arena, w->sni), p->base.sni_of_step = true;
	p->tls_fail = word->fail;
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		p->peer[i].opts.verify = p->base.verify;
		p->peer[i].opts.sni = p->base.sni;
		p->peer[i].opts.sni_of_step = p->base.sni_of_step;
	}
}

static void
play_do_helo(struct play *p, const struct script_item *item)
{
	struct span name;
	struct err err;

	if (!text_fill(item->args, &p->vars, &p->arena, &name, NULL, &err)) {
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
		return;
	}
	p->base.helo = arena_string(&p->arena, name);
	p->base.helo_is_secret = text_is_secret(item->args, &p->vars);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		p->peer[i].opts.helo = p->base.helo;
		p->peer[i].opts.helo_is_secret = p->base.helo_is_secret;
	}
}

static void
play_do_mask(struct play *p, const struct script_item *item)
{
	const struct word_mask *w = item->args;

	p->how.masks = (p->how.masks | w->on) & ~w->off;
	if (w->own && p->how.nown < OWN_MASKS_MAX)
		p->how.own[p->how.nown++] = w->own;
}

static void
play_do_var(struct play *p, const struct script_item *item)
{
	const struct word_var *w = item->args;
	struct span value;
	struct err err;

	for (size_t i = 0; i < p->opts.nvalues; i++)	/* the command line takes precedence */
		if (span_eq(p->opts.value[i].name, p->script->names.of[w->name].name))
			return;
	if (text_fill(&w->text, &p->vars, &p->scratch, &value, NULL, &err)) {
		p->vars.tainting = text_is_secret(&w->text, &p->vars);
		vars_set(&p->vars, w->name, value);
		p->vars.tainting = false;
	} else
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
}

static void
play_do_secret(struct play *p, const struct script_item *item)
{
	const struct word_var *w = item->args;
	struct span name = p->script->names.of[w->name].name;
	char variable[SECRET_VARIABLE_MAX];

	if (!vars_secret(&p->vars, w->name, variable))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "the secret %.*s has no value: use --secret %.*s=@FILE, or %s in the "
		    "environment",
		    SPAN_ARG(name), SPAN_ARG(name), variable);
}

static void
play_do_capture(struct play *p, const struct script_item *item)
{
	const struct word_capture *w = item->args;
	const struct play_peer *peer = play_peer_of(p);
	const struct reply *r = peer->came;
	struct span hit;

	for (size_t i = 0; r && i < r->nlines; i++)
		if (ere_match(w->ere, r->line[i], &hit)) {
			p->vars.secret[w->name] |= w->redact;
			p->vars.tainting = session_has_confided(peer->session);
			vars_set(&p->vars, w->name, hit);
			p->vars.tainting = false;
			return;
		}
	play_fail(p, ERR_EXPECT, NULL, r, item->place, "expected a reply that matches /%.*s/",
	    SPAN_ARG(w->ere->source));
}

static void
play_do_early(struct play *p, const struct script_item *item)
{
	(void)item;
	p->early = true;
}

static void
play_do_match(struct play *p, const struct script_item *item)
{
	if (p->opts.level == MATCH_UNSET)
		p->how.level = *(const enum match_level *)item->args;
}

static void
play_do_write(struct play *p, const struct script_item *item)
{
	const struct pace *pace = item->args;

	p->base.pace = *pace;
	for (size_t i = 0; i <= SCRIPT_PEERS_MAX; i++)
		p->peer[i].opts.pace = *pace;
}

static void
play_do_block(struct play *p, const struct script_item *item)
{
	play_enter(p, item->body, item, ((const struct word_repeat *)item->args)->times);
}

static void
play_do_if(struct play *p, const struct script_item *item)
{
	char why[300];

	if (!assert_may_compare(p, item))
		return;
	play_enter(
	    p, assert_holds(p, item->args, why, sizeof why) ? item->body : item->other, NULL, 1);
}

void
play_word(struct play *p, const struct script_item *item)
{
	static void (*const words[WORD_KINDS])(struct play *, const struct script_item *) = {
		[WORD_REQUIRES] = play_do_requires,
		[WORD_TIMEOUT] = play_do_timeout,
		[WORD_TLS] = play_do_tls,
		[WORD_HELO] = play_do_helo,
		[WORD_MATCH] = play_do_match,
		[WORD_MASK] = play_do_mask,
		[WORD_VAR] = play_do_var,
		[WORD_SECRET] = play_do_secret,
		[WORD_CAPTURE] = play_do_capture,
		[WORD_ASSERT] = play_do_assert,
		[WORD_TIME] = play_do_assert,
		[WORD_EARLY] = play_do_early,
		[WORD_WRITE] = play_do_write,
		[WORD_REPEAT] = play_do_block,
		[WORD_RETRY] = play_do_block,
		[WORD_IF] = play_do_if,
	};

	if (words[item->word->kind])
		words[item->word->kind](p, item);
}
