/* mock_lines - a case's lines in order, from the server's side. */
#include "run/serve/mock_impl.h"

#include <assert.h>

#include "smtp/mechanism.h"
#include "smtp/parameter.h"

enum { SLICE_US = 4000 };

/*
 * How the server recognizes the client's steps: the command that a step sends, and what ends it. A
 * step may send several commands: the last gets the S: lines, the others what the plain server
 * replies. A step without a row sends nothing that is answered, except for steps of raw octets,
 * whose lines are counted (lines_commands_of).
 */
enum part_end { END_DOT, END_CHUNK, END_SENT, END_LOGIN, END_COMMAND, END_HELLO };

static const struct part {
	enum verb verb;
	enum part_end end;  /* END_HELLO: the EHLO after it, if it was accepted */
	bool hello;	    /* an EHLO before it is part of it */
	const char *offers; /* EHLO keyword that it needs */
} parts[] = {
	{ VERB_STARTTLS, END_HELLO, true, "STARTTLS" },
	{ VERB_AUTH, END_LOGIN, false, "AUTH" },
	{ VERB_BDAT, END_CHUNK, false, "CHUNKING" },
	{ VERB_DATA, END_DOT, false, NULL },
	{ VERB_MAIL, END_SENT, true, NULL },
	{ VERB_QUIT, END_COMMAND, false, NULL },
	{ VERB_XCLIENT, END_HELLO, true,
	    "XCLIENT ADDR NAME PORT PROTO HELO LOGIN DESTADDR DESTPORT" },
	{ VERB_XFORWARD, END_COMMAND, true,
	    "XFORWARD ADDR NAME PORT PROTO HELO IDENT SOURCE" },
};

/* A step with placeholders has no parsed form: its name is in its line. */
static const struct step_op *
lines_op(const struct script_item *item)
{
	struct span word = item->line.source;

	return item->step ? item->step->op :
			    step_find(step_ops, span_skip(span_word(&word), 1));
}

static unsigned
lines_traits(const struct script_item *item)
{
	const struct step_op *op = item->kind == SCRIPT_STEP ? lines_op(item) : NULL;

	return op ? op->traits : 0;
}

static const struct part *
lines_part_of(const struct script_item *item)
{
	const struct step_op *op = item->kind == SCRIPT_STEP ? lines_op(item) : NULL;

	for (size_t i = 0; op && i < sizeof parts / sizeof *parts; i++)
		if (op->verb == parts[i].verb)
			return &parts[i];
	return NULL;
}

/*
 * Such steps change how the client connects. Here another connection plays another case, and no
 * PROXY header precedes EHLO.
 */
const struct script_item *
lines_without_part(const struct script_item *item, size_t *n)
{
	const struct script_item *found = NULL;

	for (; item && !found; item = item->next) {
		if ((lines_traits(item) & STEP_CLIENT_ALONE) && (*n)-- == 0)
			return item;
		found = lines_without_part(item->body, n);
		found = found ? found : lines_without_part(item->other, n);
	}
	return found;
}

void
lines_want(const struct script_item *item, struct buf *out)
{
	for (; item; item = item->next) {
		const struct part *part = lines_part_of(item);
		if (part && part->offers &&
		    span_find(buf_span(out), span_of(part->offers)).len == 0) {
			buf_printf(out, "250-%s\n", part->offers);
		}
		lines_want(item->body, out);
		lines_want(item->other, out);
	}
}

/* Returns the number of commands in a step of raw octets: each line ending ends one. */
static size_t
lines_commands_of(const struct script_item *item)
{
	struct span text = item->line.source;
	size_t ends = 0;

	if (!(lines_traits(item) & STEP_SENDS_OCTETS))
		return 0;
	for (size_t i = 0; i + 1 < text.len; i++)
		if (text.at[i] == '\\')
			ends += text.at[++i] == 'n';
	return ends;
}

/* ---- position in the script */

static void
lines_push(struct play *p, const struct script_item *body, unsigned times)
{
	if (!body)
		return;
	assert(p->depth < MOCK_DEPTH); /* the parser rejects deeper nesting */
	p->frame[p->depth++] = (struct mock_frame){ body, body, times };
}

const struct script_item *
lines_at(const struct play *p)
{
	return p->depth ? p->frame[p->depth - 1].at : NULL;
}

static void
lines_step_on(struct play *p)
{
	struct mock_frame *f = &p->frame[p->depth - 1];

	p->say = p->reply = 0;
	f->at = f->at->next;
	while (p->depth > 0 && !p->frame[p->depth - 1].at) {
		f = &p->frame[p->depth - 1];
		if (f->left > 1) {
			f->left--;
			f->at = f->body;
			return;
		}
		p->depth--;
		if (p->depth > 0)
			p->frame[p->depth - 1].at = p->frame[p->depth - 1].at->next;
	}
	if (p->depth == 0 && !p->second) {
		p->second = true;
		lines_push(p, script_second(p->mock->script, p->c), 1);
	}
}

/* ---- items that do not wait for the client */

static void
lines_set_var(struct play *p, const struct word_var *w)
{
	struct span value;

	for (size_t i = 0; i < p->mock->opts.nvalues; i++) /* the command line has precedence */
		if (span_eq(p->mock->opts.value[i].name, p->vars.names->of[w->name].name))
			return;
	if (text_fill(&w->text, &p->vars, &p->m->scratch, &value, NULL, NULL))
		vars_set(&p->vars, w->name, value);
}

/* Returns false if it entered a block, which is then the current position. */
static bool
lines_do_word(struct play *p, const struct script_item *item)
{
	switch (item->word->kind) {
	case WORD_DELAY:
		p->m->delay_ms = *(const uint64_t *)item->args;
		return true;
	case WORD_TRICKLE:
		p->m->slow = item->args;
		return true;
	case WORD_MATCH:
		p->level = *(const enum match_level *)item->args;
		return true;
	case WORD_VAR:
		lines_set_var(p, item->args);
		return true;
	case WORD_SECRET:
		vars_secret(&p->vars, ((const struct word_var *)item->args)->name,
		    (char[SECRET_VARIABLE_MAX]){ 0 });
		return true;
	case WORD_REPEAT:
		lines_push(p, item->body, ((const struct word_repeat *)item->args)->times);
		return item->body == NULL;
	case WORD_RETRY:
	case WORD_IF:
		lines_push(p, item->body, 1);
		return item->body == NULL;
	default:
		return true;
	}
}

/* Returns whether a step waits for something that the client sends. */
static bool
lines_step_waits(struct play *p, const struct script_item *item)
{
	unsigned traits = lines_traits(item);

	if (traits & STEP_CLOSES)
		replies_then(p->m, traits & STEP_RESETS ? fault_find(SPAN("rst")) : fault_close);
	else if (item->step && (traits & STEP_PAUSES))
		p->m->delay_ms = *(const uint64_t *)item->step->args;
	return lines_part_of(item) || lines_commands_of(item) > 0;
}

static bool
lines_has_raw(const struct script_item *item)
{
	for (size_t i = 0; i < item->nsay; i++)
		if (item->say[i].kind == SAY_RAW)
			return true;
	return false;
}

static void
lines_wait_as_recorded(struct play *p, const struct script_item *item)
{
	const struct script_item *next = item->next;

	if (p->mock->opts.realtime && p->reply == 0 && next && next->kind == SCRIPT_WORD &&
	    next->word->kind == WORD_TOOK)
		p->m->delay_ms = *(const uint64_t *)next->args;
}

static void
lines_say_all(struct play *p, const struct script_item *item, const struct act *act)
{
	lines_wait_as_recorded(p, item);
	for (; p->reply < item->nreply; p->reply++)
		mock_reply(p, item->reply[p->reply], act, 0, NULL);
}

/*
 * Sets *line to line n of what the exchange sends, C\: lines and others, or to nothing if there are
 * fewer. Returns the number of lines.
 */
static size_t
lines_raw_line(struct play *p, const struct script_item *item, size_t n, struct span *line)
{
	struct buf all = { .max = SCRIPT_OCTETS_MAX };
	size_t lines = 0;

	*line = SPAN_NONE;
	for (size_t i = 0; i < item->nsay; i++) {
		struct span fill;
		if (text_fill(&item->say[i].text, &p->vars, &p->m->scratch, &fill, NULL, NULL))
			buf_append(&all, fill);
		if (item->say[i].crlf)
			buf_append(&all, SPAN("\r\n"));
	}
	for (struct span rest = buf_span(&all); rest.len > 0 && memchr(rest.at, '\n', rest.len);
	     lines++) {
		struct span one;
		span_line(&rest, &one);
		if (lines == n)
			*line = arena_copy(&p->m->scratch, one);
	}
	buf_release(&all);
	return lines;
}

static size_t
lines_raw_lines(struct play *p, const struct script_item *item)
{
	struct span line;

	return lines_raw_line(p, item, 0, &line);
}

void
lines_go_on(struct play *p)
{
	const struct script_item *item;
	uint64_t until = loop_now_us() + SLICE_US;

	p->more = false;
	while ((item = lines_at(p))) {
		/*
		 * A loop in a script must not starve signals and other clients, and its replies
		 * must not pile up.
		 */
		if (replies_are_many(p->m) || loop_now_us() > until) {
			p->more = true;
			return;
		}
		if (item->kind == SCRIPT_EXCHANGE &&
		    (item->ncommands > 0 || (lines_has_raw(item) && lines_raw_lines(p, item) > 0)))
			return;
		if (item->kind == SCRIPT_EXCHANGE)
			lines_say_all(p, item,
			    &(struct act){ .kind = p->m->up ? ACT_COMMAND : ACT_CONNECTED });
		else if (item->kind == SCRIPT_STEP && lines_step_waits(p, item))
			return;
		else if (item->kind == SCRIPT_WORD && !lines_do_word(p, item))
			continue;
		lines_step_on(p);
	}
}

void
lines_begin(struct play *p)
{
	lines_push(p, script_first(p->mock->script, p->c), 1);
	if (p->depth == 0) {
		p->second = true;
		lines_push(p, script_second(p->mock->script, p->c), 1);
	}
}

/* ---- comparing what the client sends with the script */

/*
 * Matches a typed placeholder with the text before the next piece. Returns false if that is not of
 * its type.
 */
static bool
lines_capture(
    struct play *p, const struct piece *piece, const struct piece *next, struct span *rest)
{
	struct span before = *rest;

	if (next && next->kind == PIECE_TEXT) {
		struct span hit = span_find(*rest, next->text);
		if (hit.len == 0)
			return false;
		before.len = rest->len - hit.len;
	}
	if (piece->name != NAME_NONE && p->vars.set[piece->name]) {
		before = p->vars.value[piece->name];
		if (!span_starts_case(*rest, before))
			return false;
	} else {
		before.len = value_length(
		    piece->type == TYPE_NONE ? TYPE_ANY : piece->type, before);
		if (before.len == 0)
			return false;
		if (piece->name != NAME_NONE)
			vars_set(&p->vars, piece->name, before);
	}
	*rest = span_skip(*rest, before.len);
	return true;
}

static bool
lines_pieces_match(struct play *p, const struct script_text *t, struct span line)
{
	struct span rest = line;

	for (size_t i = 0; i < t->n; i++) {
		const struct piece *piece = &t->piece[i];
		if (piece->kind == PIECE_TEXT) {
			if (!span_starts_case(rest, piece->text))
				return false;
			rest = span_skip(rest, piece->text.len);
		} else if (piece->kind == PIECE_PLACE) {
			if (!lines_capture(p, piece, i + 1 < t->n ? piece + 1 : NULL, &rest))
				return false;
		} else {
			/* made of secrets, or anything: the rest is not compared */
			return true;
		}
	}
	return rest.len == 0;
}

/* Returns the address of MAIL and RCPT, and the first argument of other commands. */
static struct span
lines_key_of(enum verb verb, struct span line)
{
	struct span args, path, params;

	verb_of(line, &args);
	if ((verb == VERB_MAIL || verb == VERB_RCPT) && parameter_split(verb, args, &path, &params))
		return path;
	return span_word(&args);
}

static bool
lines_texts_match(struct play *p, const struct script_say *say, struct span want, struct span line)
{
	struct match_how how = { .level = p->level, .masks = 0 };

	switch (p->level) {
	case MATCH_EXACT:
		return span_eq(want, line);
	case MATCH_TEXT:
		return span_eq_case(expect_normal(want, &how, &p->m->scratch),
		    expect_normal(line, &how, &p->m->scratch));
	case MATCH_ENHANCED:
		return span_eq_case(lines_key_of(say->verb, want), lines_key_of(say->verb, line));
	default:
		return true;
	}
}

static bool
lines_command_matches(
    struct play *p, const struct script_say *say, enum verb verb, struct span line)
{
	struct span want = say->text.source, got = line, fill;

	if (say->verb != verb ||
	    (verb == VERB_OTHER && !span_eq_case(span_word(&want), span_word(&got))))
		return false;
	if (say->text.secret && text_fill(&say->text, &p->vars, &p->m->scratch, &fill, NULL, NULL))
		return p->level < MATCH_TEXT ? lines_texts_match(p, say, fill, line) :
					       span_eq(fill, line);
	for (size_t i = 0; i < say->text.n; i++)
		if (say->text.piece[i].kind != PIECE_TEXT)
			return lines_pieces_match(p, &say->text, line) || p->level < MATCH_ENHANCED;
	return !text_fill(&say->text, &p->vars, &p->m->scratch, &fill, NULL, NULL) ||
	    lines_texts_match(p, say, fill, line);
}

static bool
lines_say_matches(struct play *p, const struct script_say *say, const struct act *act)
{
	switch (say->kind) {
	case SAY_COMMAND:
		return act->kind == ACT_COMMAND &&
		    lines_command_matches(p, say, act->verb, act->line);
	case SAY_ANSWER:
		return act->kind == ACT_ANSWER;
	case SAY_DOT:
		return act->kind == ACT_DOT;
	default:
		return false;
	}
}

static void
lines_go_past(struct play *p)
{
	lines_step_on(p);
	lines_go_on(p);
}

/* Reply k answers command k; the last command also gets the remaining replies. */
static void
lines_answer(struct play *p, const struct script_item *item, const struct act *act, bool last)
{
	lines_wait_as_recorded(p, item);
	if (p->reply >= item->nreply)
		mock_grants(p, act);
	else if (last)
		lines_say_all(p, item, act);
	else
		mock_reply(p, item->reply[p->reply++], act, 0, NULL);
	if (last)
		lines_go_past(p);
}

static void
lines_answer_step(struct play *p, const struct script_item *item, const struct act *act)
{
	if (item->nreply == 0)
		mock_grants(p, act);
	else
		lines_say_all(p, item, act);
	lines_go_past(p);
}

/* For a step of raw octets: the S: lines answer its last commands. */
static bool
lines_counted_takes(struct play *p, const struct script_item *item, const struct act *act)
{
	size_t n = lines_commands_of(item), k = p->say;

	if (act->kind == ACT_DOT && p->say > 0) { /* the message was part of it */
		lines_answer_step(p, item, act);
		return true;
	}
	if (act->kind != ACT_COMMAND || k >= n)
		return false;
	p->say++;
	if (k + 1 == n && act->verb != VERB_DATA)
		lines_answer_step(p, item, act);
	else if (k + item->nreply >= n && p->reply < item->nreply)
		mock_reply(p, item->reply[p->reply++], act, 0, NULL);
	else
		mock_grants(p, act);
	return true;
}

/* Returns whether the script's last reply to it is a rejection. Then no EHLO follows. */
static bool
lines_is_refused(const struct script_item *item)
{
	const struct expect *x = item->nreply ? item->reply[item->nreply - 1] : NULL;

	return x && x->nlines > 0 && x->line[0].ncodes > 0 && x->line[0].code[0].digit[0] >= '4';
}

static bool
lines_step_takes(struct play *p, const struct script_item *item, const struct act *act)
{
	const struct part *part = lines_part_of(item);
	bool command = act->kind == ACT_COMMAND, last_chunk = command && act->ends_message;
	bool hello = command && verb_is_hello(act->verb);
	bool mine = command && part && act->verb == part->verb, ends = false;

	if (!part)
		return lines_counted_takes(p, item, act);
	switch (part->end) {
	case END_DOT:
		ends = act->kind == ACT_DOT;
		break;
	case END_CHUNK:
		ends = mine && last_chunk;
		break;
	case END_SENT:
		mine |= command &&
		    (act->verb == VERB_RCPT || act->verb == VERB_DATA || act->verb == VERB_BDAT);
		ends = act->kind == ACT_DOT || last_chunk;
		break;
	case END_LOGIN:
		mine |= act->kind == ACT_ANSWER;
		ends = mine && p->m->login.due == LOGIN_WANTS_NOTHING;
		break;
	case END_COMMAND:
		ends = mine;
		break;
	case END_HELLO:
		ends = p->say > 0 ? hello : mine && lines_is_refused(item);
		p->say += mine;
		break;
	}
	if (ends)
		lines_answer_step(p, item, act);
	else if (mine || (part->hello && hello))
		mock_grants(p, act);
	else
		return false;
	return true;
}

/* Returns whether the act matches line ->say of an exchange with C\: lines, and answers it. */
static bool
lines_raw_takes(struct play *p, const struct script_item *item, const struct act *act)
{
	struct span want, args, rest;
	size_t lines = lines_raw_line(p, item, p->say, &want);
	bool last = act->kind != ACT_COMMAND || p->say + 1 == lines;

	if (act->kind == ACT_COMMAND) {
		enum verb verb = act->verb;
		rest = want;
		args = act->line;
		if (p->say >= lines || verb_of(want, NULL) != verb)
			return false;
		if (verb == VERB_OTHER && !span_eq_case(span_word(&rest), span_word(&args)))
			return false;
		if (p->level == MATCH_ENHANCED ?
			!span_eq_case(lines_key_of(verb, want), lines_key_of(verb, act->line)) :
			p->level > MATCH_ENHANCED && !span_eq(want, act->line))
			return false;
		p->say++;
	}
	lines_answer(p, item, act, last);
	return true;
}

bool
lines_take(struct play *p, const struct act *act)
{
	const struct script_item *item = lines_at(p);

	if (!item)
		return false;
	if (item->kind == SCRIPT_STEP)
		return lines_step_takes(p, item, act);
	if (lines_has_raw(item))
		return lines_raw_takes(p, item, act);
	size_t i = p->say;
	while (i < item->nsay && !script_say_owes(&item->say[i]))
		i++;
	if (i == item->nsay || !lines_say_matches(p, &item->say[i], act))
		return false;
	p->say = i + 1;
	bool last = true;
	for (i = p->say; i < item->nsay; i++)
		last &= !script_say_owes(&item->say[i]);
	lines_answer(p, item, act, last);
	return true;
}
