/* player_words - what the words of a script do to a play. */
#include <stdio.h>

#include "run/play/player_script_priv.h"
#include "run/script/file.h"

static void
do_assert(struct play *p, const struct script_item *item)
{
	char why[300];

	enum assert_subject subject = ((const struct word_assert *)item->args)->subject;
	bool of_reply = subject == ASSERT_TEXT || subject == ASSERT_LINES ||
	    subject == ASSERT_ENHANCED || subject == ASSERT_TIME;

	if (!play_compares(p, item))
		return;
	if (!play_holds(p, item->args, why, sizeof why))
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
do_requires(struct play *p, const struct script_item *item)
{
	p->requires = item->args;
	if (play_peer(p, 1)->session)
		play_check_requires(p);
}

static void
do_timeout(struct play *p, const struct script_item *item)
{
	struct cursor nowhere = { 0 };

	timeouts_parse(&p->base.timeouts, *(const struct span *)item->args, &nowhere, NULL);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++)
		p->peer[i].opts.timeouts = p->base.timeouts;
}

static void
own_context(struct play *p, const struct script_item *item, const struct word_tls *w)
{
	struct err err;
	const char *path;

	if (p->peer[1].session) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "/tls min= and ca= stand before the first connection");
		return;
	}
	const char *min = p->own_env.loop ? p->own_env.tls.min_version : p->env->tls.min_version;
	bool lower = w->min.len > 0 && memcmp(w->min.at, min ? min : "1.2", 3) < 0;
	if ((lower && p->env->tls.min_version) ||
	    (w->ca.len > 0 && p->opts.session->verify > VERIFY_OFF)) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "a script does not lower what %s asks for", lower ? "--min-tls" : "--verify");
		return;
	}
	if (!p->own_env.loop) {
		/* is shared, and the env's to free; so are the secrets */
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
do_tls(struct play *p, const struct script_item *item)
{
	const struct word_tls *w = item->args;

	if (w->min.len > 0 || w->ca.len > 0)
		own_context(p, item, w);
	if (w->verify != VERIFY_UNSAID && w->verify < p->opts.session->verify) {
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "a script does not lower what --verify asks for");
		return;
	}
	if (w->verify != VERIFY_UNSAID)
		p->base.verify = w->verify;
	if (w->sni.len > 0)
		p->base.sni = arena_string(&p->arena, w->sni), p->base.sni_of_step = true;
	p->tls_fail = w->fail;
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		p->peer[i].opts.verify = p->base.verify;
		p->peer[i].opts.sni = p->base.sni;
		p->peer[i].opts.sni_of_step = p->base.sni_of_step;
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
	p->base.helo_is_secret = text_is_secret(item->args, &p->vars);
	for (size_t i = 1; i <= SCRIPT_PEERS_MAX; i++) {
		p->peer[i].opts.helo = p->base.helo;
		p->peer[i].opts.helo_is_secret = p->base.helo_is_secret;
	}
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
	if (text_fill(&w->text, &p->vars, &p->scratch, &value, NULL, &err)) {
		p->vars.tainting = text_is_secret(&w->text, &p->vars);
		vars_set(&p->vars, w->name, value);
		p->vars.tainting = false;
	} else
		play_fail(p, err.kind, NULL, NULL, item->place, "%s", err.text);
}

static void
do_secret(struct play *p, const struct script_item *item)
{
	const struct word_var *w = item->args;
	struct span name = p->script->names.of[w->name].name;
	char variable[SECRET_VARIABLE_MAX];

	if (!vars_secret(&p->vars, w->name, variable))
		play_fail(p, ERR_USAGE, NULL, NULL, item->place,
		    "the secret %.*s has no value: --secret %.*s=@FILE or %s in the "
		    "environment",
		    SPAN_ARG(name), SPAN_ARG(name), variable);
}

static void
do_capture(struct play *p, const struct script_item *item)
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
	play_fail(p, ERR_EXPECT, NULL, r, item->place, "expected a reply that /%.*s/ matches",
	    SPAN_ARG(w->ere->source));
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

	if (!play_compares(p, item))
		return;
	play_enter(
	    p, play_holds(p, item->args, why, sizeof why) ? item->body : item->other, NULL, 1);
}

void
play_word(struct play *p, const struct script_item *item)
{
	static void (*const words[WORD_KINDS])(struct play *, const struct script_item *) = {
		[WORD_REQUIRES] = do_requires,
		[WORD_TIMEOUT] = do_timeout,
		[WORD_TLS] = do_tls,
		[WORD_HELO] = do_helo,
		[WORD_MATCH] = do_match,
		[WORD_MASK] = do_mask,
		[WORD_VAR] = do_var,
		[WORD_SECRET] = do_secret,
		[WORD_CAPTURE] = do_capture,
		[WORD_ASSERT] = do_assert,
		[WORD_TIME] = do_assert,
		[WORD_EARLY] = do_early,
		[WORD_WRITE] = do_write,
		[WORD_REPEAT] = do_block,
		[WORD_RETRY] = do_block,
		[WORD_IF] = do_if,
	};

	if (words[item->word->kind])
		words[item->word->kind](p, item);
}
