/* lines - turns C: and S: lines into exchanges. */
#include <stdlib.h>

#include "run/script/parse.h"
#include "run/session/steps/quoted.h"
#include "smtp/body.h"

bool
script_say_owes(const struct script_say *say)
{
	return say->kind == SAY_COMMAND || say->kind == SAY_ANSWER || say->kind == SAY_DOT;
}

struct text_context
parser_context(struct parser *p, bool reply)
{
	return (
	    struct text_context){ .arena = p->arena, .names = &p->script->names, .reply = reply };
}

struct script_item *
parser_add(struct parser *p, enum script_kind kind, struct place place)
{
	struct script_item *item = ARENA_NEW(p->arena, struct script_item);

	item->kind = kind;
	item->place = place;
	item->peer = 1;
	*p->end = item;
	p->end = &item->next;
	p->last = item;
	return item;
}

/* ---- a run of commands and replies becomes exchanges */

static void
parser_add_exchange(struct parser *p, size_t from, size_t to, size_t reply, size_t nreply)
{
	struct script_item *item = parser_add(p, SCRIPT_EXCHANGE,
	    to > from ? p->say[from].place : p->reply[reply]->place);

	item->peer = p->peer;
	item->say = ARENA_ARRAY(p->arena, struct script_say, to - from);
	item->nsay = to - from;
	if (to > from)
		memcpy(item->say, &p->say[from], (to - from) * sizeof *item->say);
	for (size_t i = 0; i < item->nsay; i++)
		item->ncommands += script_say_owes(&item->say[i]);
	item->reply = ARENA_ARRAY(p->arena, const struct expect *, nreply);
	item->nreply = nreply;
	for (size_t i = 0; i < nreply; i++)
		item->reply[i] = p->reply[reply + i];
}

/* Returns whether a command must end a group because what is sent after it depends on its reply. */
static bool
may_only_end(enum verb verb)
{
	return verb_is_ehlo(verb) || verb == VERB_STARTTLS || verb == VERB_AUTH ||
	    verb == VERB_DATA || verb == VERB_QUIT;
}

/* Checks that commands that must end a group are last (RFC 2920 3.1). */
static bool
parser_check_group(struct parser *p, size_t ncommands)
{
	size_t seen = 0;

	for (size_t i = 0; i < p->nsay; i++) {
		const struct script_say *say = &p->say[i];
		seen += script_say_owes(say);
		if (say->kind != SAY_COMMAND || seen == ncommands || !may_only_end(say->verb))
			continue;
		struct cursor c = { .place = say->place };
		return cursor_fail(&c, p->err,
		    "%s must be the last of the commands sent together (RFC 2920 3.1): put each S: "
		    "line after its C: line",
		    verb_info(say->verb)->name);
	}
	return true;
}

static void
parser_add_singly(struct parser *p, size_t ncommands)
{
	size_t reply = 0, seen = 0;

	for (size_t from = 0, to; from < p->nsay; from = to) {
		/*
		 * chunks and raw octets belong to the command before them, message text to its dot
		 */
		to = from;
		while (to < p->nsay && !script_say_owes(&p->say[to]))
			to++;
		if (to < p->nsay)
			to++;
		while (to < p->nsay && (p->say[to].kind == SAY_CHUNK || p->say[to].kind == SAY_RAW))
			to++;
		bool last = ++seen >= ncommands;
		size_t n = last ? p->nreply - reply : p->nreply >= ncommands;
		parser_add_exchange(p, from, to, reply, n);
		reply += n;
		/* lines without a reply follow the last command */
		if (last && to < p->nsay) {
			parser_add_exchange(p, to, p->nsay, reply, 0);
			break;
		}
	}
}

/* /pipeline on: sends commands without S: lines of their own together, as far as they may be. */
static void
parser_add_together(struct parser *p)
{
	size_t from = 0, none = p->nreply;

	for (size_t i = 0; i < p->nsay; i++) {
		bool last = i + 1 == p->nsay;
		if (!last && !(p->say[i].kind == SAY_COMMAND && may_only_end(p->say[i].verb)))
			continue;
		parser_add_exchange(p, from, i + 1, last ? 0 : none, 0);
		if (last && p->nreply) {
			struct script_item *item = p->last;
			item->reply = ARENA_ARRAY(p->arena, const struct expect *, item->ncommands);
			item->nreply = item->ncommands;
			item->reply[item->ncommands - 1] = p->reply[0];
		}
		from = i + 1;
	}
}

static bool
parse_close_reply(struct parser *p)
{
	if (!p->open)
		return true;
	p->open = false;
	const struct expect_line *l = &p->opened->line[p->opened->nlines - 1];
	struct cursor c = { .place = l->place };
	return l->ncodes == 0 ||
	    cursor_fail(&c, p->err,
		"the reply never ends: its last line has \"-\" after the code; \"S: %.3s ...\" "
		"completes it",
		l->code[0].digit);
}

bool
parse_flush(struct parser *p, const struct cursor *c)
{
	size_t ncommands = 0;
	bool ok = parse_close_reply(p);

	for (size_t i = 0; i < p->nsay; i++)
		ncommands += script_say_owes(&p->say[i]);
	if (ok && p->of[p->peer].mode == PARSE_CHUNK && p->of[p->peer].chunk > 0)
		ok = cursor_fail(c, p->err,
		    "BDAT: %llu octets are missing: each line counts with its CRLF",
		    p->of[p->peer].chunk);
	if (!ok)
		return false;
	if (ncommands > 1 && p->nreply > 1 && p->nreply < ncommands) {
		struct cursor at = { .place = p->reply[0]->place };
		return cursor_fail(&at, p->err,
		    "%zu commands and %zu replies: put each S: line after its C: line", ncommands,
		    p->nreply);
	}
	if (ncommands > 1 && p->nreply >= ncommands && p->pipeline != PIPELINE_OFF) {
		if (!parser_check_group(p, ncommands))
			return false;
		parser_add_exchange(p, 0, p->nsay, 0, p->nreply);
	} else if (ncommands > 1 && p->nreply <= 1 && p->pipeline == PIPELINE_ON) {
		parser_add_together(p);
	} else if (ncommands > 1) {
		parser_add_singly(p, ncommands);
	} else if (p->nsay > 0 || p->nreply > 0) {
		parser_add_exchange(p, 0, p->nsay, 0, p->nreply);
	}
	p->nsay = p->nreply = 0;
	return true;
}

/* ---- modes */

static bool
names_code(const struct expect *x, unsigned code)
{
	return !x->any && x->nlines > 0 && expect_may_be(x, code);
}

void
parse_settle(struct parser *p)
{
	const struct script_say *last = p->nsay ? &p->say[p->nsay - 1] : NULL;
	size_t ncommands = 0;

	if (!last || p->nreply == 0 || p->of[p->peer].mode == PARSE_CHUNK)
		return;
	for (size_t i = 0; i < p->nsay; i++)
		ncommands += script_say_owes(&p->say[i]);
	if (p->nreply < ncommands && p->nreply != 1)
		return;
	const struct expect *x = p->reply[p->nreply == 1 ? 0 : ncommands ? ncommands - 1 : 0];
	bool data = last->kind == SAY_COMMAND && last->verb == VERB_DATA;
	bool auth = last->kind == SAY_ANSWER ||
	    (last->kind == SAY_COMMAND && last->verb == VERB_AUTH);
	p->of[p->peer].mode = data && names_code(x, 354) ? PARSE_MESSAGE :
	    auth && names_code(x, 334) ? PARSE_ANSWER : PARSE_COMMAND;
}

/* ---- one line */

/*
 * Decodes the escapes of `C\:`: \r \n \0 \t \xHH \\. A backslash before "{{" is left to text_parse.
 */
static bool
unescape(struct cursor *c, struct arena *arena, struct span *out, struct err *err)
{
	char *to = arena_get(arena, c->rest.len + 1);
	size_t n = 0;

	while (c->rest.len > 0) {
		size_t took = 1;
		to[n] = c->rest.at[0];
		if (to[n] == '\\' && !span_starts(c->rest, SPAN("\\{{"))) {
			struct span after = span_skip(c->rest, 1);
			size_t more = span_starts(after, SPAN("\"")) ?
			    0 :
			    quoted_escape(after, &to[n]);
			if (more == 0)
				return cursor_fail(c, err,
				    "invalid escape: expected \\r, \\n, \\t, \\0, \\xHH or \\\\");
			took += more;
		}
		n++;
		c->rest = span_skip(c->rest, took);
	}
	*out = (struct span){ to, n };
	return true;
}

static bool
parse_count_chunk(struct parser *p, const struct script_say *say, const struct cursor *c)
{
	unsigned long long octets = say->crlf ? 2 : 0;

	for (size_t i = 0; i < say->text.n; i++) {
		if (say->text.piece[i].kind != PIECE_TEXT)
			return cursor_fail(c, p->err,
			    "BDAT data must not contain {{places}}, because its octets are "
			    "counted");
		octets += say->text.piece[i].text.len;
	}
	if (octets > p->of[p->peer].chunk)
		return cursor_fail(c, p->err,
		    "BDAT: this line has %llu octets with its CRLF, but only %llu are left", octets,
		    p->of[p->peer].chunk);
	p->of[p->peer].chunk -= octets;
	return true;
}

static enum script_say_kind
say_kind(struct parser *p, bool raw, struct span text)
{
	switch (p->of[p->peer].mode) {
	case PARSE_CHUNK:
		return SAY_CHUNK;
	case PARSE_MESSAGE:
		return raw ? SAY_RAW : body_is_end(text) ? SAY_DOT : SAY_MESSAGE;
	case PARSE_ANSWER:
		return raw ? SAY_RAW : SAY_ANSWER;
	default:
		return raw ? SAY_RAW : SAY_COMMAND;
	}
}

bool
parse_say(struct parser *p, unsigned peer, bool raw, struct cursor *c)
{
	struct text_context ctx = parser_context(p, false);
	struct cursor line = *c;
	struct span text = c->rest, args;
	unsigned long long octets;

	if (p->rule && !parse_close_reply(p))
		return false;
	p->rule = NULL;
	parse_settle(p);
	if ((p->nreply > 0 || (p->nsay > 0 && p->peer != peer)) && !parse_flush(p, c))
		return false;
	p->peer = peer;
	if (p->of[peer].mode == PARSE_CHUNK && p->of[peer].chunk == 0)
		p->of[peer].mode = PARSE_COMMAND;

	p->say = arena_more(p->arena, p->say, p->nsay, sizeof *p->say);
	struct script_say *say = &p->say[p->nsay++];
	*say = (struct script_say){
		.kind = say_kind(p, raw, text), .place = c->place, .crlf = !raw
	};
	if (raw && !unescape(&line, p->arena, &line.rest, p->err))
		return false;
	if (raw)
		line.line = line.rest;
	if (!text_parse(&say->text, &line, &ctx, p->err))
		return false;
	if (raw)
		say->text.source = arena_copy(p->arena, text);
	if (say->kind == SAY_CHUNK)
		return parse_count_chunk(p, say, c);
	if (say->kind == SAY_DOT || say->kind == SAY_ANSWER)
		p->of[peer].mode = PARSE_COMMAND;
	if (say->kind != SAY_COMMAND)
		return true;
	say->verb = verb_of(text, &args);
	if (say->verb == VERB_BDAT && span_number(span_word(&args), 1ull << 40, &octets) &&
	    octets > 0) {
		p->of[peer].mode = PARSE_CHUNK;
		p->of[peer].chunk = octets;
	}
	return true;
}

static bool
parse_reply_line(struct parser *p, struct expect *x, struct cursor *c)
{
	struct text_context ctx = parser_context(p, true);
	struct place place = c->place;
	ctx.matched = p->rule && p->rule->ere;
	struct expect_ere *before = p->script->eres;
	struct cursor at = *c;

	if (!expect_add_line(x, c, &ctx, &p->script->eres, &p->open, p->err))
		return false;
	if (p->script->eres == before || p->script->ere_in_reply.file)
		return true;
	p->script->ere_in_reply = place;
	return !p->opts->server ||
	    cursor_fail(
		&at, p->err, "an /ERE/ cannot be sent: the server's side needs a text here");
}

/* Adds a reply to a step: S: lines right after it judge the replies it received. */
static struct expect *
new_step_reply(struct parser *p, struct script_item *step)
{
	const struct expect **more = ARENA_ARRAY(p->arena, const struct expect *, step->nreply + 1);
	struct expect *x = ARENA_NEW(p->arena, struct expect);

	for (size_t i = 0; i < step->nreply; i++)
		more[i] = step->reply[i];
	more[step->nreply++] = x;
	step->reply = more;
	return x;
}

static struct expect *
new_rule_reply(struct parser *p, struct script_rule *rule)
{
	struct expect *x = ARENA_NEW(p->arena, struct expect);

	rule->reply = arena_more(p->arena, rule->reply, rule->nreply, sizeof *rule->reply);
	rule->reply[rule->nreply++] = (struct rule_reply){ x, p->rule_delay_ms };
	p->rule_delay_ms = 0;
	return x;
}

bool
parse_reply(struct parser *p, unsigned peer, struct cursor *c)
{
	if (p->rule) {
		if (p->rule_over)
			return cursor_fail(c, p->err,
			    "no reply can follow: the rule has closed the connection; an empty "
			    "line ends the rule");
		if (!p->open)
			p->opened = new_rule_reply(p, p->rule);
		return parse_reply_line(p, p->opened, c);
	}
	if ((p->nsay > 0 || p->nreply > 0 || p->open) && p->peer != peer && !parse_flush(p, c))
		return false;
	p->peer = peer;
	if (p->of[peer].mode == PARSE_CHUNK && p->of[peer].chunk > 0)
		return parse_flush(p, c);		/* it reports how many octets are missing */
	if (p->open)
		return parse_reply_line(p, p->opened, c);
	bool step = p->nsay == 0 && p->nreply == 0 && p->last && p->last->kind == SCRIPT_STEP &&
	    p->last->peer == peer;
	if (step) {
		p->opened = new_step_reply(p, p->last);
	} else {
		p->reply = arena_more(p->arena, p->reply, p->nreply, sizeof *p->reply);
		p->opened = p->reply[p->nreply++] = ARENA_NEW(p->arena, struct expect);
	}
	return parse_reply_line(p, p->opened, c);
}
