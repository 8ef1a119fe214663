/*
 * mock - a script's server: what a client does is offered to the rules, to the script, to the
 * defaults.
 */
#include "run/serve/mock_priv.h"

#include <stdlib.h>

#include "smtp/parameter.h"
#include "smtp/path.h"
#include "smtp/queueid.h"

static const struct step_op step_mock;

/* ---- which case a connection plays */

static unsigned
times_of(const struct script_item *item)
{
	for (; item; item = item->next)
		if (item->kind == SCRIPT_WORD && item->word->kind == WORD_TIMES)
			return *(const unsigned *)item->args;
	return 1;
}

static size_t
count_rules(const struct script_rule *r)
{
	size_t n = 0;

	for (; r; r = r->next)
		n++;
	return n;
}

static bool
rules_look(const struct script_rule *r)
{
	while (r && !(r->at == RULE_DOT && r->ere))
		r = r->next;
	return r != NULL;
}

static bool
looks_at_text(const struct script *script)
{
	bool looks = rules_look(script->rules);

	for (const struct script_case *c = script->cases; c && !looks; c = c->next)
		looks = rules_look(c->rules);
	return looks;
}

static bool
refuses_tls(const struct script_rule *r)
{
	while (r &&
	    !(r->at == RULE_VERB && r->verb == VERB_STARTTLS && r->reply && r->reply->nlines > 0 &&
		r->reply->line[0].ncodes > 0 && r->reply->line[0].code[0].digit[0] != '2'))
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
		size_t rules = count_rules(c->rules);
		most = rules > most ? rules : most;
		if (c->skip.len > 0)
			continue;
		struct mock_case *mc = &m->cases[m->ncases++];
		*mc = (struct mock_case){ .mock = m, .c = c, .times = times_of(c->items) };
		mc->needs = script_needs(c->items) |
		    (c->standalone ? 0 : script_needs(script->prelude));
		mc->refuses_tls = refuses_tls(c->rules) || refuses_tls(script->rules);
		mc->step = (struct step){ .op = &step_mock, .place = c->place, .args = mc };
	}
	m->nrules = most + count_rules(script->rules);
	m->keep_text = opts->mta->keep_text || looks_at_text(script);
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
	if (m)
		free(m->cases);
	free(m);
}

const struct script_item *
mock_passed_over(const struct mock *m, size_t n)
{
	const struct script_item *found = script_without_part(m->script->prelude, &n);

	for (const struct script_case *c = m->script->cases; c && !found; c = c->next)
		found = script_without_part(c->items, &n);
	return found;
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

/* ---- what a client does */

void
mock_mailbox(enum verb verb, struct span args, struct span *mailbox, struct span *params)
{
	struct span text;
	struct path path;

	*mailbox = *params = SPAN_NONE;
	if (!parameter_split(verb, args, &text, params))
		return;
	path_parse(text, &path);
	*mailbox = path.mailbox.len ? path.mailbox : span_eq(text, SPAN("<>")) ? SPAN_NONE : text;
}

/*
 * The reply that takes what it answers: a 2yz among those on their way (LMTP may have several).
 * NULL: none does.
 */
static const struct mock_out *
taking(const struct play *p)
{
	const struct mock_out *o = p->out;

	while (o && (o->silent || o->text.len == 0 || o->text.at[0] != '2'))
		o = o->next;
	return o;
}

static void
note_hello(struct play *p, struct span name)
{
	envelope_forget(&p->mail);
	if (span_eq(p->helo, name))
		return;
	arena_reset(&p->helo_mem);
	p->helo = arena_copy(&p->helo_mem, name);
}

/*
 * What the client said and was granted is kept as an envelope, so that the messages it sends can be
 * told of.
 */
static void
note_command(struct play *p, enum verb verb, struct span line)
{
	struct span args, mailbox, params;

	if (!taking(p))
		return;
	verb_of(line, &args);
	switch (verb) {
	case VERB_HELO: case VERB_EHLO: case VERB_LHLO:
		note_hello(p, args);
		break;
	case VERB_RSET:
		envelope_forget(&p->mail);
		break;
	case VERB_MAIL:
		envelope_forget(&p->mail);
		mock_mailbox(verb, args, &mailbox, &params);
		envelope_from(&p->mail, mailbox, params);
		break;
	case VERB_RCPT:
		mock_mailbox(verb, args, &mailbox, &params);
		envelope_rcpt(&p->mail, mailbox, params);
		break;
	default:
		break;
	}
}

/* It goes by the name that the reply gave it. */
static void
note_message(struct play *p)
{
	const struct mock_out *reply = taking(p);
	struct span text = SPAN_NONE, id, lost;

	if (reply) {
		text = span_skip(reply->text, reply->text.len < 4 ? reply->text.len : 4);
		id = queueid_find(text);
		if (id.len == 0)
			id = arena_printf(&p->scratch, "%010llX",
			    p->mock->opts.mta->queue ? *p->mock->opts.mta->queue : 1);
		lost = envelope_take(&p->mail, p->s, p->mock->opts.mta, id, p->helo,
		    p->d->authenticated ? p->login.user : SPAN_NONE);
		p->messages += lost.len == 0;
		for (struct mock_out *o = p->out; o && lost.len > 0; o = o->next)
			if ((o->dot || o->verb == VERB_BDAT) && !o->silent &&
			    span_starts(o->text, SPAN("2")))
				/* whatever the script says: it would not be true */
				o->text = lost;
	}
	envelope_forget(&p->mail);
	dialogue_message_over(p->d);
}

static void
tell_stray(const struct play *p, struct place place, struct span want)
{
	if (p->mock->opts.stray)
		*p->mock->opts.stray = (struct mock_stray){ place, want };
}

static enum progress
stray(struct play *p, enum mock_what what, struct span line)
{
	const struct script_item *item = script_at(p);
	struct span say = item && item->kind == SCRIPT_EXCHANGE ?
	    item->say[p->say < item->nsay ? p->say : 0].text.source :
	    item ? item->line.source :
		   SPAN("nothing more");
	struct place place = item ? item->place : p->c->place;

	say = script_shown(p->mock->script, &p->scratch, say);
	if (what == MOCK_ANSWER)
		line = SPAN("an answer");
	else if (what == MOCK_DOT)
		line = SPAN("the end of a message");
	struct secrecy here = { 0 };
	line = secrecy_said(&here, vars_redact(&p->vars, &p->scratch, line), false, &p->scratch);
	line = session_starred(p->s, &p->scratch, line);
	secrecy_release(&here);
	if (!place.file)
		place.file = p->mock->script->file;
	tell_stray(p, place, say);
	session_fail(p->s, ERR_EXPECT, "%s:%u: expected \"%.*s\", the client said \"%.*s\"",
	    place.file, place.line, SPAN_ARG(span_first(say, 120)),
	    SPAN_ARG(span_first(line, 120)));
	session_shut(p->s);
	return STEP_FAIL;
}

static enum progress
client_did(struct play *p, enum mock_what what, enum verb verb, struct span line)
{
	bool message = what == MOCK_DOT ||
	    (verb == VERB_BDAT && span_ends_case(line, SPAN(" LAST")));

	arena_reset(&p->scratch);
	login_hear(p, what, verb, line);
	bool full = bounds_full(p, what, verb);
	if (!login_goes_on(p, what) && !bounds_take(p, what, verb, line, message) &&
	    (full || !rules_take(p, what, verb, line)) && !script_takes(p, what, verb, line) &&
	    (full || !otherwise_takes(p, verb))) {
		if (p->mock->opts.strict)
			return stray(p, what, line);
		if (full)
			mock_say(p, SPAN("452 4.5.3 Too many recipients"), verb, false);
		else
			default_answer(p, what, verb);
	}
	login_withhold(p, what, verb);
	if (message)
		note_message(p);
	else if (what == MOCK_COMMAND)
		note_command(p, verb, line);
	return mock_pump(p);
}

/* What of the script waits for nothing; the banner, when that has none before the first command. */
static enum progress
go_on(struct play *p)
{
	const struct script_item *item;

	script_go_on(p);
	item = script_at(p);
	if (!p->up && !p->more && (!item || item->kind != SCRIPT_EXCHANGE || item->ncommands > 0))
		default_answer(p, MOCK_CONNECTED, VERB_OTHER);
	return mock_pump(p);
}

static enum progress
greet(struct play *p)
{
	if (rules_take(p, MOCK_CONNECTED, VERB_OTHER, SPAN_NONE)) {
		script_go_on(p);
		return mock_pump(p);
	}
	return go_on(p);
}

/* The octets of a chunk come before its reply. */
static enum progress
heard_command(struct play *p, struct span line)
{
	struct span args;
	enum verb verb = verb_of(line, &args);
	unsigned long long octets;

	if (verb == VERB_BDAT && span_number(span_word(&args), ~0ull, &octets)) {
		arena_reset(&p->bdat_mem);
		p->bdat = arena_copy(&p->bdat_mem, line);
		p->mail.chunked = true;
		conv_listen(session_conv(p->s), CONV_LISTEN_OCTETS, octets);
		return STEP_WAIT;
	}
	return client_did(p, MOCK_COMMAND, verb, line);
}

static enum progress
message_end(struct play *p, unsigned flaws)
{
	struct span bdat = p->bdat;

	p->mail.bare_lf = flaws & REPLY_BARE_LF;
	p->bdat = SPAN_NONE;
	if (bdat.len > 0)
		return client_did(p, MOCK_COMMAND, VERB_BDAT, bdat);
	return client_did(p, MOCK_DOT, VERB_OTHER, SPAN_NONE);
}

static enum progress
client_left(struct play *p)
{
	const struct script_item *item = script_at(p);

	if (!p->mock->opts.strict || !item)
		return STEP_DONE;
	tell_stray(p, item->place,
	    script_shown(p->mock->script, &p->scratch,
		item->kind == SCRIPT_EXCHANGE && item->nsay ? item->say[0].text.source :
							      item->line.source));
	return session_fail(p->s, ERR_EXPECT, "%s:%u: the client left before this",
	    item->place.file, item->place.line);
}

static void
set_values(struct play *p)
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

static enum progress
mock_start(struct session *s, const struct step *step, void *mem)
{
	const struct mock_case *mc = step->args;
	struct play *p = mem;

	p->s = s;
	p->mock = mc->mock;
	p->at = mc;
	p->c = mc->c;
	p->d = session_dialogue(s);
	p->vars.names = &p->mock->script->names;
	p->vars.arena = &p->arena;
	set_values(p);
	p->level = p->mock->opts.level;
	p->taken = ARENA_ARRAY(&p->arena, unsigned, p->mock->nrules + 1);
	p->out_end = &p->out;
	const struct mta_opts *mta = p->mock->opts.mta;
	envelope_init(
	    &p->mail, p->mock->keep_text, (size_t)(mta->size_limit ? mta->size_limit : MTA_SIZE));
	script_begin(p);
	return mta->implicit_tls ? session_shake_hands(s) : greet(p);
}

static enum progress
mock_heard(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct play *p = mem;

	(void)s, (void)step;
	switch (news->kind) {
	case NEWS_COMMAND:
		return news->event->kind == CONV_ANSWER ?
		    client_did(p, MOCK_ANSWER, VERB_AUTH, news->event->text) :
		    heard_command(p, news->event->text);
	case NEWS_TEXT:
		envelope_text(&p->mail, news->event->text);
		return STEP_WAIT;
	case NEWS_TEXT_END:
		return message_end(p, news->event->flaws);
	case NEWS_TIMER: case NEWS_WRITABLE:
		if (p->out || !p->more)
			return mock_pump(p);
		arena_reset(&p->scratch);
		return go_on(p);
	case NEWS_TLS_UP:
		return p->up ? STEP_WAIT : greet(p);
	case NEWS_CLOSED:
		return client_left(p);
	default:
		return STEP_DONE;
	}
}

/* Nobody else speaks while a reply is on its way, or after one that will not come. */
static void
mock_cancel(struct session *s, const struct step *step, void *mem)
{
	struct play *p = mem;

	(void)step;
	if (p->out || !p->up || p->more) {
		session_shut(s);
		return;
	}
	if (p->mock->stopping)
		session_answer(s, SPAN("421 4.3.2 The server is being stopped"));
	else if (!rules_take(p, MOCK_IDLE, VERB_OTHER, SPAN_NONE))
		session_answer(s, SPAN("421 4.4.2 Nothing came for too long"));
	if (mock_pump(p) == STEP_WAIT)
		session_shut(s);
}

static void
mock_release(void *mem)
{
	struct play *p = mem;

	arena_release(&p->arena);
	arena_release(&p->outs);
	arena_release(&p->scratch);
	arena_release(&p->helo_mem);
	arena_release(&p->bdat_mem);
	arena_release(&p->offers_mem);
	arena_release(&p->login.arena);
	envelope_release(&p->mail);
}

static const struct step_op step_mock = {
	.name = "mock",
	.args = "",
	.help = "Play the server's side of a script",
	.state_size = sizeof(struct play),
	.start = mock_start,
	.heard = mock_heard,
	.cancel = mock_cancel,
	.release = mock_release,
};

static const struct mock_case *
case_of(const struct mock *m, unsigned n)
{
	size_t i = 0;

	while (i + 1 < m->ncases && n > m->cases[i].times)
		n -= m->cases[i++].times;
	return &m->cases[i];
}

const struct step *
mock_step(void *mock, unsigned n)
{
	return &case_of(mock, n)->step;
}

void
mock_stop(struct mock *m)
{
	m->stopping = true;
}

const struct script_case *
mock_case(const struct mock *m, unsigned n)
{
	return case_of(m, n)->c;
}
