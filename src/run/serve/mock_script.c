/* mock - a case's lines in their order, from the server's side. */
#include "run/serve/mock_priv.h"

#include "smtp/parameter.h"

enum { SLICE_US = 4000, OUT_MANY = 64 };

/* ---- where it stands */

static void
push(struct play *p, const struct script_item *body, unsigned times)
{
	if (body && p->depth < MOCK_DEPTH)
		p->frame[p->depth++] = (struct mock_frame){ body, body, times };
}

const struct script_item *
script_at(const struct play *p)
{
	return p->depth ? p->frame[p->depth - 1].at : NULL;
}

static void
step_on(struct play *p)
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
		push(p, script_second(p->mock->script, p->c), 1);
	}
}

/* ---- what waits for nothing */

static void
set_var(struct play *p, const struct word_var *w)
{
	struct span value;

	for (size_t i = 0; i < p->mock->opts.nvalues; i++)	/* the command line's comes first */
		if (span_eq(p->mock->opts.value[i].name, p->vars.names->of[w->name].name))
			return;
	if (text_fill(&w->text, &p->vars, &p->scratch, &value, NULL, NULL))
		vars_set(&p->vars, w->name, value);
}

/* True: it is done with; false: a block was entered. */
static bool
do_word(struct play *p, const struct script_item *item)
{
	switch (item->word->kind) {
	case WORD_DELAY:
		p->delay_ms = *(const uint64_t *)item->args;
		return true;
	case WORD_TRICKLE:
		p->slow = item->args;
		return true;
	case WORD_MATCH:
		p->level = *(const enum match_level *)item->args;
		return true;
	case WORD_VAR:
		set_var(p, item->args);
		return true;
	case WORD_SECRET:
		vars_secret(&p->vars, ((const struct word_var *)item->args)->name, (char[SECRET_VARIABLE_MAX]){ 0 });
		return true;
	case WORD_REPEAT:
		push(p, item->body, ((const struct word_repeat *)item->args)->times);
		return item->body == NULL;
	case WORD_RETRY: case WORD_IF:
		push(p, item->body, 1);
		return item->body == NULL;
	default:
		return true;
	}
}

/* A step of the client's that says something is waited for; false: it waits for nothing. */
static bool
step_waits(struct play *p, const struct script_item *item)
{
	const char *name = item->step ? item->step->op->name : "";

	if (strcmp(name, "drop") == 0 || strcmp(name, "close") == 0 || strcmp(name, "rst") == 0)
		mock_then(p, name[0] == 'r' ? THEN_RST : THEN_CLOSE);
	else if (strcmp(name, "sleep") == 0)
		p->delay_ms = *(const uint64_t *)item->step->args;
	if (!item->step) {
		struct span word = item->line.source;
		word = span_skip(span_word(&word), 1);
		return span_eq(word, SPAN("body")) || span_eq(word, SPAN("auth"));
	}
	return strcmp(name, "body") == 0 || strcmp(name, "auth") == 0 || strcmp(name, "starttls") == 0 || strcmp(name, "quit") == 0 ||
	    strcmp(name, "bdat") == 0;
}

static void
wait_as_recorded(struct play *p, const struct script_item *item)
{
	const struct script_item *next = item->next;

	if (p->mock->opts.realtime && p->reply == 0 && next && next->kind == SCRIPT_WORD && next->word->kind == WORD_TOOK)
		p->delay_ms = *(const uint64_t *)next->args;
}

static bool
say_all(struct play *p, const struct script_item *item, enum verb verb, bool dot)
{
	wait_as_recorded(p, item);
	for (; p->reply < item->nreply; p->reply++)
		mock_reply(p, item->reply[p->reply], verb, dot, 0, THEN_GO_ON);
	return true;
}

void
script_go_on(struct play *p)
{
	const struct script_item *item;
	uint64_t until = loop_now_us() + SLICE_US;

	p->more = false;
	while ((item = script_at(p))) {
		/* A loop of the script keeps neither signals nor other clients from their turn, and its replies do not pile up. */
		if (p->nout >= OUT_MANY || loop_now_us() > until) {
			p->more = true;
			return;
		}
		if (item->kind == SCRIPT_EXCHANGE && item->ncommands > 0)
			return;
		if (item->kind == SCRIPT_EXCHANGE)
			say_all(p, item, VERB_OTHER, false);
		else if (item->kind == SCRIPT_STEP && step_waits(p, item))
			return;
		else if (item->kind == SCRIPT_WORD && !do_word(p, item))
			continue;
		step_on(p);
	}
}

void
script_begin(struct play *p)
{
	push(p, script_first(p->mock->script, p->c), 1);
	if (p->depth == 0) {
		p->second = true;
		push(p, script_second(p->mock->script, p->c), 1);
	}
}

/* ---- what the client says against what the script says */

/* A typed place takes what stands up to the text behind it; false: nothing there is of its type. */
static bool
capture(struct play *p, const struct piece *piece, const struct piece *next, struct span *rest)
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
		before.len = value_length(piece->type == TYPE_NONE ? TYPE_ANY : piece->type, before);
		if (before.len == 0)
			return false;
		if (piece->name != NAME_NONE)
			vars_set(&p->vars, piece->name, before);
	}
	*rest = span_skip(*rest, before.len);
	return true;
}

static bool
pieces_match(struct play *p, const struct script_text *t, struct span line)
{
	struct span rest = line;

	for (size_t i = 0; i < t->n; i++) {
		const struct piece *piece = &t->piece[i];
		if (piece->kind == PIECE_TEXT) {
			if (!span_starts_case(rest, piece->text))
				return false;
			rest = span_skip(rest, piece->text.len);
		} else if (piece->kind == PIECE_PLACE) {
			if (!capture(p, piece, i + 1 < t->n ? piece + 1 : NULL, &rest))
				return false;
		} else {
			return true;		/* made of secrets, or anything: not compared further */
		}
	}
	return rest.len == 0;
}

/* The address of MAIL and RCPT, else the first argument. */
static struct span
key_of(enum verb verb, struct span line)
{
	struct span args, path, params;

	verb_of(line, &args);
	if ((verb == VERB_MAIL || verb == VERB_RCPT) && parameter_split(verb, args, &path, &params))
		return path;
	return span_word(&args);
}

static bool
texts_match(struct play *p, const struct script_say *say, struct span want, struct span line)
{
	struct match_how how = { .level = p->level, .masks = 0 };

	switch (p->level) {
	case MATCH_EXACT:
		return span_eq(want, line);
	case MATCH_TEXT:
		return span_eq_case(expect_normal(want, &how, &p->scratch), expect_normal(line, &how, &p->scratch));
	case MATCH_ENHANCED:
		return span_eq_case(key_of(say->verb, want), key_of(say->verb, line));
	default:
		return true;
	}
}

static bool
command_matches(struct play *p, const struct script_say *say, enum verb verb, struct span line)
{
	struct span want = say->text.source, got = line, fill;

	if (say->verb != verb || (verb == VERB_OTHER && !span_eq_case(span_word(&want), span_word(&got))))
		return false;
	if (say->text.secret && text_fill(&say->text, &p->vars, &p->scratch, &fill, NULL, NULL))
		return p->level < MATCH_TEXT ? texts_match(p, say, fill, line) : span_eq(fill, line);
	for (size_t i = 0; i < say->text.n; i++)
		if (say->text.piece[i].kind != PIECE_TEXT)
			return pieces_match(p, &say->text, line) || p->level < MATCH_ENHANCED;
	return !text_fill(&say->text, &p->vars, &p->scratch, &fill, NULL, NULL) || texts_match(p, say, fill, line);
}

static bool
say_matches(struct play *p, const struct script_say *say, enum mock_what what, enum verb verb, struct span line)
{
	switch (say->kind) {
	case SAY_COMMAND: case SAY_RAW:
		return what == MOCK_COMMAND && command_matches(p, say, say->kind == SAY_RAW ? say->verb : verb, line);
	case SAY_ANSWER:
		return what == MOCK_ANSWER;
	case SAY_DOT:
		return what == MOCK_DOT;
	default:
		return false;
	}
}

/* Command k is answered by reply k; what is left goes out behind the last. */
static void
answer(struct play *p, const struct script_item *item, enum mock_what what, enum verb verb)
{
	bool dot = what == MOCK_DOT, last = true;

	for (size_t i = p->say; i < item->nsay; i++)
		last &= !script_say_owes(&item->say[i]);
	wait_as_recorded(p, item);
	if (p->reply >= item->nreply)
		default_answer(p, what, verb);
	else if (last)
		say_all(p, item, verb, dot);
	else
		mock_reply(p, item->reply[p->reply++], verb, dot, 0, THEN_GO_ON);
	if (last) {
		step_on(p);
		script_go_on(p);
	}
}

/* /body, /auth, /quit and /starttls say more than one command; all but the last get what a plain server says. */
static bool
step_takes(struct play *p, const struct script_item *item, enum mock_what what, enum verb verb, struct span line)
{
	struct span word = item->line.source;
	const char *name = item->step ? item->step->op->name : arena_string(&p->scratch, span_skip(span_word(&word), 1));
	bool ends = (strcmp(name, "body") == 0 && what == MOCK_DOT) || (strcmp(name, "quit") == 0 && verb == VERB_QUIT) ||
	    (strcmp(name, "bdat") == 0 && verb == VERB_BDAT && span_ends_case(line, SPAN(" LAST"))) ||
	    (strcmp(name, "starttls") == 0 && verb == VERB_STARTTLS) ||
	    (strcmp(name, "auth") == 0 && (what == MOCK_ANSWER || verb == VERB_AUTH) && p->login.due == LOGIN_WANTS_NOTHING);

	if (!ends)
		return false;
	if (item->nreply == 0)
		default_answer(p, what, verb);
	else
		say_all(p, item, verb, what == MOCK_DOT);
	step_on(p);
	script_go_on(p);
	return true;
}

bool
script_takes(struct play *p, enum mock_what what, enum verb verb, struct span line)
{
	const struct script_item *item = script_at(p);

	if (!item)
		return false;
	if (item->kind == SCRIPT_STEP)
		return step_takes(p, item, what, verb, line);
	size_t i = p->say;
	while (i < item->nsay && !script_say_owes(&item->say[i]) && item->say[i].kind != SAY_RAW)
		i++;
	if (i == item->nsay || !say_matches(p, &item->say[i], what, verb, line))
		return false;
	p->say = i + 1;
	answer(p, item, what, verb);
	return true;
}
