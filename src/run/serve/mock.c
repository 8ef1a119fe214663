/*
 * mock - rules and a script in front of the plain server. Each act of a client is offered to the
 * rules (/on, in order, those of the case first), then to the next line of the script, then to
 * /otherwise. What none of them takes is answered by the plain server as if there were no script,
 * or fails the case with --strict. Options of the command line precede all of them. The state
 * follows from the replies, regardless of who made them (mta_impl.h): if a rule rejects the only
 * recipient, the plain server has none either, and rejects DATA.
 */
#include "run/serve/mock_impl.h"

#include <stdlib.h>

/* ---- which case a connection plays */

static unsigned
mock_times(const struct script_item *item)
{
	for (; item; item = item->next)
		if (item->kind == SCRIPT_WORD && item->word->kind == WORD_TIMES)
			return *(const unsigned *)item->args;
	return 1;
}

static size_t
mock_count_rules(const struct script_rule *r)
{
	size_t n = 0;

	for (; r; r = r->next)
		n++;
	return n;
}

static bool
mock_rules_look(const struct script_rule *r)
{
	while (r && !(r->at == RULE_DOT && r->ere))
		r = r->next;
	return r != NULL;
}

static bool
mock_script_looks(const struct script *script)
{
	bool looks = mock_rules_look(script->rules);

	for (const struct script_case *c = script->cases; c && !looks; c = c->next)
		looks = mock_rules_look(c->rules);
	return looks;
}

static bool
mock_rule_refuses(const struct script_rule *r)
{
	const struct expect *x = r->nreply ? r->reply[0].expect : NULL;

	return x && x->nlines > 0 && x->line[0].ncodes > 0 && x->line[0].code[0].digit[0] != '2';
}

static bool
mock_refuses_tls(const struct script_rule *r)
{
	while (r && !(r->at == RULE_VERB && r->verb == VERB_STARTTLS && mock_rule_refuses(r)))
		r = r->next;
	return r != NULL;
}

struct mock *
mock_new(const struct script *script, const struct mock_opts *opts, struct err *err)
{
	struct mock *m = memory_zeroed(sizeof *m);
	size_t most = 0;

	*m = (struct mock){ .script = script, .opts = *opts };
	m->cases = memory_zeroed(script->ncases * sizeof *m->cases);
	for (const struct script_case *c = script->cases; c; c = c->next) {
		size_t rules = mock_count_rules(c->rules);
		struct buf wanted = { .max = 4096 };
		most = rules > most ? rules : most;
		if (c->skip.len > 0)
			continue;
		lines_want(c->items, &wanted);
		if (!c->standalone)
			lines_want(script->prelude, &wanted);
		m->cases[m->ncases++] = (struct mock_case){ .mock = m,
			.c = c,
			.times = mock_times(c->items),
			.also = buf_span(&wanted).len > 0 ?
			    arena_string(&m->arena, buf_span(&wanted)) :
			    NULL,
			.refuses_tls = mock_refuses_tls(c->rules) ||
			    mock_refuses_tls(script->rules) };
		buf_release(&wanted);
	}
	m->nrules = most + mock_count_rules(script->rules);
	m->looks_at_text = mock_script_looks(script);
	if (m->ncases == 0) {
		err_set(err, ERR_USAGE, "%s: every case is skipped", script->file);
		mock_free(m);
		return NULL;
	}
	return m;
}

void
mock_free(struct mock *m)
{
	if (!m)
		return;
	arena_release(&m->arena);
	free(m->cases);
	free(m);
}

const struct script_item *
mock_passed_over(const struct mock *m, size_t n)
{
	const struct script_item *found = lines_without_part(m->script->prelude, &n);

	for (const struct script_case *c = m->script->cases; c && !found; c = c->next)
		found = lines_without_part(c->items, &n);
	return found;
}

static bool
mock_rules_have(const struct script_rule *r, enum verb verb)
{
	while (r && !(r->at == RULE_VERB && r->verb == verb))
		r = r->next;
	return r != NULL;
}

static bool
mock_items_have(const struct script_item *item, enum verb verb)
{
	for (; item; item = item->next) {
		for (size_t i = 0; item->kind == SCRIPT_EXCHANGE && i < item->nsay; i++)
			if (item->say[i].kind == SAY_COMMAND && item->say[i].verb == verb)
				return true;
		if (mock_items_have(item->body, verb) || mock_items_have(item->other, verb))
			return true;
	}
	return false;
}

bool
mock_has(const struct mock *m, enum verb verb)
{
	bool has = mock_rules_have(m->script->rules, verb) ||
	    mock_items_have(m->script->prelude, verb);

	for (const struct script_case *c = m->script->cases; c && !has; c = c->next)
		has = mock_rules_have(c->rules, verb) || mock_items_have(c->items, verb);
	return has;
}

struct span
mock_listen(const struct script *script)
{
	for (const struct script_item *i = script->prelude; i; i = i->next)
		if (i->kind == SCRIPT_WORD && i->word->kind == WORD_LISTEN)
			return *(const struct span *)i->args;
	for (const struct script_item *i = script->cases ? script->cases->items : NULL; i;
	     i = i->next)
		if (i->kind == SCRIPT_WORD && i->word->kind == WORD_LISTEN)
			return *(const struct span *)i->args;
	return SPAN_NONE;
}

static const struct mock_case *
mock_case_of(const struct mock *m, unsigned n)
{
	size_t i = 0;

	while (i + 1 < m->ncases && n > m->cases[i].times)
		n -= m->cases[i++].times;
	return &m->cases[i];
}

const struct mock_case *
mock_plays(void *mock, unsigned n)
{
	return mock_case_of(mock, n);
}

const struct script_case *
mock_case(const struct mock *m, unsigned n)
{
	return mock_case_of(m, n)->c;
}

/* ---- rules */

static bool
rule_is_in_text(const struct expect_ere *ere, struct span text, struct span *hit)
{
	struct span line;

	while (span_line(&text, &line))
		if (ere_match(ere, line, hit))
			return true;
	return false;
}

static unsigned
rule_now(const struct play *p)
{
	const struct dialogue *d = p->m->d;

	return (d->hello != VERB_OTHER ? RULE_IN_HELO : 0u) | (d->mail ? RULE_IN_MAIL : 0u) |
	    (d->rcpts ? RULE_IN_RCPT : 0u) | (p->m->mail.chunked ? RULE_IN_BDAT : 0u) |
	    (d->tls ? RULE_IN_TLS : 0u) | (d->authenticated ? RULE_IN_AUTH : 0u) |
	    (mta_login_is_right(p->m) ? RULE_IN_LOGIN : 0u);
}

/* Returns whether the rule's conditions hold, regardless of the act it is for. */
static bool
rule_holds(const struct play *p, const struct script_rule *r, size_t i)
{
	unsigned now = rule_now(p);

	return (r->times == 0 || p->taken[i] < r->times) && (now & r->when) == r->when &&
	    !(now & r->unless) && (r->over == 0 || p->m->mail.octets > r->over);
}

/*
 * Returns whether the rule is for this act. `hit` gets what its expression matched, if it has one.
 */
static bool
rule_is_about(
    const struct play *p, const struct script_rule *r, const struct act *act, struct span *hit)
{
	struct span rest = act->line;

	switch (r->at) {
	case RULE_BANNER:
		return act->kind == ACT_CONNECTED;
	case RULE_IDLE:
		return act->kind == ACT_IDLE;
	case RULE_DOT:
		return act->kind == ACT_DOT &&
		    (!r->ere || rule_is_in_text(r->ere, buf_span(&p->m->mail.text), hit));
	case RULE_ANSWER:
		return act->kind == ACT_ANSWER && (!r->ere || ere_match(r->ere, act->line, hit));
	case RULE_VERB:
		if (act->kind != ACT_COMMAND)
			return false;
		if (r->verb == VERB_OTHER ? !span_eq_case(span_word(&rest), r->name) :
					    r->verb != act->verb)
			return false;
		return !r->ere || ere_match(r->ere, act->line, hit);
	case RULE_OTHERWISE:
		return !r->ere || (act->kind == ACT_COMMAND && ere_match(r->ere, act->line, hit));
	}
	return false;
}

/* Sets {{1}}. Octets that a reply must not contain are replaced by "?". */
static void
rule_remembers(struct play *p, struct span hit)
{
	size_t name = names_find(p->vars.names, NAME_MATCHED);
	struct buf b = { .max = hit.len };

	if (name == NAME_NONE)
		return;
	for (size_t i = 0; i < hit.len; i++)
		buf_append(&b,
		    hit.at[i] == '\0' || hit.at[i] == '\r' || hit.at[i] == '\n' ?
			SPAN("?") :
			(struct span){ hit.at + i, 1 });
	vars_set(&p->vars, name, buf_span(&b));
	buf_release(&b);
}

/*
 * Replies after the first are unsolicited and do not count for the command, except at the end of a
 * message.
 */
static void
rule_answers(struct play *p, const struct script_rule *r, const struct act *act)
{
	transaction_take_back(p->m, r->forgets);
	if (r->nreply == 0)
		mock_reply(p, NULL, act, r->delay_ms, r->then);
	for (size_t i = 0; i < r->nreply; i++) {
		struct mta_reply **at = p->m->out_end;
		mock_reply(p, r->reply[i].expect, act, i ? r->reply[i].delay_ms : r->delay_ms,
		    i + 1 == r->nreply ? r->then : NULL);
		if (i > 0 && !act->ends_message && *at)
			(*at)->verb = VERB_OTHER;
	}
}

static bool
rules_take_from(
    struct play *p, const struct script_rule *r, size_t *i, const struct act *act, bool last)
{
	for (; r; r = r->next, ++*i) {
		struct span hit = SPAN_NONE;
		if (!rule_holds(p, r, *i) || last != (r->at == RULE_OTHERWISE) ||
		    !rule_is_about(p, r, act, &hit))
			continue;
		p->taken[*i]++;
		if (r->ere)
			rule_remembers(p, hit);
		rule_answers(p, r, act);
		return true;
	}
	return false;
}

/* Applies the first matching rule. `last`: only /otherwise; else only the others. */
static bool
rules_take(struct play *p, const struct act *act, bool last)
{
	size_t i = 0;

	return rules_take_from(p, p->c->rules, &i, act, last) ||
	    rules_take_from(p, p->mock->script->rules, &i, act, last);
}

/* ---- a client that departs from the script */

static void
mock_tell_stray(const struct play *p, struct place place, struct span want)
{
	if (p->mock->opts.stray)
		*p->mock->opts.stray = (struct mock_stray){ place, want };
}

static void
mock_strays(struct play *p, const struct act *act)
{
	const struct script_item *item = lines_at(p);
	struct span say = item && item->kind == SCRIPT_EXCHANGE ?
	    item->say[p->say < item->nsay ? p->say : 0].text.source :
	    item ? item->line.source :
		   SPAN("nothing further");
	struct place place = item ? item->place : p->c->place;
	struct span line = act->line;

	say = script_shown(p->mock->script, &p->m->scratch, say);
	if (act->kind == ACT_ANSWER)
		line = SPAN("an AUTH response");
	else if (act->kind == ACT_DOT)
		line = SPAN("the end of data");
	struct secrecy here = { 0 };
	line = secrecy_sent(
	    &here, vars_redact(&p->vars, &p->m->scratch, line), false, &p->m->scratch);
	line = session_starred(p->m->s, &p->m->scratch, line);
	secrecy_release(&here);
	if (!place.file)
		place.file = p->mock->script->file;
	mock_tell_stray(p, place, say);
	session_fail(p->m->s, ERR_EXPECT, "%s:%u: expected \"%.*s\", the client sent \"%.*s\"",
	    place.file, place.line, SPAN_ARG(span_first(say, 120)),
	    SPAN_ARG(span_first(line, 120)));
	session_shut(p->m->s);
}

/* ---- for mta.c */

bool
mock_looks_at_text(const struct mock_case *at)
{
	return at->mock->looks_at_text;
}

bool
mock_answers(struct play *p, const struct act *act)
{
	bool full = plain_is_full(p->m, act);

	if (plain_insists(p->m, act) || (!full && rules_take(p, act, false)) ||
	    lines_take(p, act) || (!full && rules_take(p, act, true)))
		return true;
	if (p->mock->opts.strict) {
		mock_strays(p, act);
		return false;
	}
	plain_answers(p->m, act);
	return true;
}

/*
 * Goes on with the script; queues the plain server's banner if the script has none before its first
 * command.
 */
void
mock_goes_on(struct play *p)
{
	const struct script_item *item;

	lines_go_on(p);
	item = lines_at(p);
	if (!p->m->up && !p->more &&
	    (!item || item->kind != SCRIPT_EXCHANGE || item->ncommands > 0))
		plain_answers(p->m, &(struct act){ .kind = ACT_CONNECTED });
}

bool
mock_has_more(const struct play *p)
{
	return p->more;
}

void
mock_greets(struct play *p)
{
	if (rules_take(p, &(struct act){ .kind = ACT_CONNECTED }, false))
		lines_go_on(p);
	else
		mock_goes_on(p);
}

void
mock_hears_nothing(struct play *p)
{
	const struct act idle = { .kind = ACT_IDLE };

	if (!rules_take(p, &idle, false))
		plain_answers(p->m, &idle);
}

enum progress
mock_left(struct play *p)
{
	const struct script_item *item = lines_at(p);

	if (!p->mock->opts.strict || !item)
		return STEP_DONE;
	mock_tell_stray(p, item->place,
	    script_shown(p->mock->script, &p->m->scratch,
		item->kind == SCRIPT_EXCHANGE && item->nsay ? item->say[0].text.source :
							      item->line.source));
	return session_fail(p->m->s, ERR_EXPECT, "%s:%u: the client disconnected before this",
	    item->place.file, item->place.line);
}

static void
mock_set_values(struct play *p)
{
	for (size_t i = 0; i < p->mock->opts.nvalues; i++) {
		const struct play_value *v = &p->mock->opts.value[i];
		size_t name = names_find(p->vars.names, v->name);
		if (name == NAME_NONE)
			continue;
		p->vars.secret[name] = v->secret;
		vars_set(&p->vars, name, v->value);
	}
}

struct play *
mock_begin(struct mta *m, const struct mock_case *at)
{
	struct play *p = memory_zeroed(sizeof *p);

	p->m = m;
	p->mock = at->mock;
	p->at = at;
	p->c = at->c;
	p->vars.names = &p->mock->script->names;
	p->vars.arena = &p->arena;
	mock_set_values(p);
	p->level = p->mock->opts.level;
	p->taken = ARENA_ARRAY(&p->arena, unsigned, p->mock->nrules + 1);
	m->also = at->also;
	lines_begin(p);
	return p;
}

void
mock_end(struct play *p)
{
	if (p)
		arena_release(&p->arena);
	free(p);
}
