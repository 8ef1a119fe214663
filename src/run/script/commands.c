/* commands - parses lines that begin with "/": cases, includes, blocks, rules, words and steps. */
#include "base/suggest.h"
#include "run/script/parse.h"

/* ---- cases */

static bool
parse_name(struct cursor *c, struct span *out, struct err *err)
{
	if (c->rest.len == 0 || c->rest.at[0] != '"') {
		*out = cursor_word(c);
		return out->len > 0 ||
		    cursor_fail(
			c, err, "expected a name in quotes, such as /case \"relay is rejected\"");
	}
	struct cursor start = *c;
	c->rest = span_skip(c->rest, 1);
	if (!span_has(c->rest, '"'))
		return cursor_fail(&start, err, "unmatched quote");
	*out = span_until(&c->rest, '"');
	c->rest = span_trim(c->rest);
	return true;
}

static bool
parse_case_options(struct script_case *k, struct cursor *c, struct parser *p)
{
	while (c->rest.len > 0) {
		struct cursor at = *c;
		if (span_starts(c->rest, SPAN("skip=\""))) {
			c->rest = span_skip(c->rest, 5);
			if (!parse_name(c, &k->skip, p->err))
				return false;
			continue;
		}
		struct span value = cursor_word(c), key = span_until(&value, '=');
		if (span_eq(key, SPAN("skip")) && value.len > 0)
			k->skip = value;
		else if (span_eq(key, SPAN("tags")) && value.len > 0)
			k->tags = value;
		else if (span_eq(key, SPAN("standalone")) && value.len == 0)
			k->standalone = true;
		else
			return cursor_fail(
			    &at, p->err, "expected skip=WHY, tags=A,B or standalone");
	}
	return true;
}

static bool
parse_case(struct parser *p, struct input *in, struct cursor *c)
{
	struct script_case *k = ARENA_NEW(p->arena, struct script_case);

	(void)in;
	if (p->depth > 0)
		return cursor_blame(c, c->line, p->err,
		    "missing /end for the block that begins in line %u",
		    p->block[p->depth - 1].item->place.line);
	k->place = c->place;
	if (!parse_name(c, &k->name, p->err) || !parse_case_options(k, c, p))
		return false;
	k->name = arena_copy(p->arena, k->name);
	k->skip = arena_copy(p->arena, k->skip);
	k->tags = arena_copy(p->arena, k->tags);
	*p->case_end = k;
	p->case_end = &k->next;
	p->script->ncases++;
	p->now = k;
	p->end = &k->items;
	p->rule_end = &k->rules;
	p->last = NULL;
	for (size_t i = 0; i <= SCRIPT_PEERS_MAX; i++)
		p->of[i].mode = PARSE_COMMAND;
	return true;
}

static bool
parse_include(struct parser *p, struct input *in, struct cursor *c)
{
	struct span name = span_trim(c->rest), text;
	const char *path;
	struct err why;

	if (name.len == 0)
		return cursor_fail(c, p->err, "expected a file");
	if (!p->opts->load)
		return cursor_fail(c, p->err, "/include is not allowed here");
	if (++p->nincludes > SCRIPT_INCLUDES_MAX)
		return cursor_fail(c, p->err,
		    "more than %d included files: does one include itself?", SCRIPT_INCLUDES_MAX);
	if (!p->opts->load(p->opts->load_ctx, in->file, name, p->arena, &path, &text, &why))
		return cursor_fail(c, p->err, "%s", why.text);
	return parse_input(p, path, text, c);
}

/* ---- blocks */

static bool
parse_else(struct parser *p, struct input *in, struct cursor *c)
{
	struct block *b = p->depth ? &p->block[p->depth - 1] : NULL;

	(void)in;
	if (!b || b->other || b->item->word->kind != WORD_IF)
		return cursor_blame(c, c->line, p->err, "no matching /if");
	b->other = true;
	p->end = &b->item->other;
	p->last = NULL;
	return cursor_end(c, p->err);
}

static bool
parse_end(struct parser *p, struct input *in, struct cursor *c)
{
	(void)in;
	if (p->depth == 0)
		return cursor_blame(c, c->line, p->err, "no matching /repeat, /retry or /if");
	p->end = p->block[--p->depth].outer;
	p->last = NULL;
	return cursor_end(c, p->err);
}

/* ---- rules */

static bool
rule_verb(struct script_rule *r, struct cursor *c, struct parser *p)
{
	static const struct {
		const char *word;
		enum script_rule_at at;
	} others[] = {
		{ "DOT", RULE_DOT },
		{ "BANNER", RULE_BANNER },
		{ "ANSWER", RULE_ANSWER },
		{ "IDLE", RULE_IDLE },
		{ "*", RULE_OTHERWISE },
	};
	struct cursor at = *c;
	struct span word = cursor_word(c);

	if (word.len == 0)
		return cursor_fail(&at, p->err,
		    "expected a verb, or DOT, BANNER, ANSWER, IDLE or *, such as /on RCPT");
	r->name = arena_copy(p->arena, word);
	r->verb = verb_of(word, NULL);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (span_eq_case(word, span_of(others[i].word)))
			r->at = others[i].at;
	return true;
}

const char *const rule_states[RULE_BITS] = {
#define X(name, word) [RULE_BIT_##name] = word,
	RULE_STATES(X)
#undef X
};

/* Parses a list of states: "tls,auth". */
static bool
rule_states_of(struct span list, unsigned *out)
{
	bool known = list.len > 0;

	while (known && list.len > 0) {
		struct span word = span_until(&list, ',');
		known = false;
		for (size_t i = 0; i < RULE_BITS; i++)
			if (span_eq(word, span_of(rule_states[i]))) {
				*out |= 1u << i;
				known = true;
			}
	}
	return known;
}

/* Returns "then=close, then=rst, …"; with `last`, "or" precedes the last name. */
static const char *
fault_names(struct arena *arena, bool last)
{
	struct buf names = { .max = 1024 };

	for (const struct fault *f = faults; f->name; f++) {
		const char *before = f == faults ? "" : last && !f[1].name ? " or " : ", ";
		buf_printf(&names, "%sthen=%s", before, f->name);
	}
	const char *text = arena_string(arena, buf_span(&names));
	buf_release(&names);
	return text;
}

static bool
rule_option(struct script_rule *r, struct cursor *c, struct parser *p)
{
	struct cursor at = *c;
	struct span value = cursor_word(c), key = span_until(&value, '=');
	unsigned long long n;

	if (span_eq(key, SPAN("times")) && span_number(value, SCRIPT_REPEAT_MAX, &n) && n > 0) {
		r->times = (unsigned)n;
		return true;
	}
	if (span_eq(key, SPAN("delay")))
		return cursor_milliseconds(c, value, &r->delay_ms, p->err);
	if (span_eq(key, SPAN("then")) && (r->then = fault_find(value)))
		return true;
	if (span_eq(key, SPAN("if")) || span_eq(key, SPAN("unless")))
		return rule_states_of(value, key.len == 2 ? &r->when : &r->unless) ||
		    cursor_fail(&at, p->err,
			"expected helo, mail, rcpt, bdat, tls, auth or login, separated by commas");
	if (span_eq(key, SPAN("forget")))
		return (rule_states_of(value, &r->forgets) &&
			   !(r->forgets &
			       ~(unsigned)(RULE_IN_HELO | RULE_IN_MAIL | RULE_IN_RCPT))) ||
		    cursor_fail(&at, p->err, "expected helo, mail or rcpt");
	if (span_eq(key, SPAN("over")) && (r->at == RULE_DOT || r->verb == VERB_BDAT) &&
	    span_number(value, ~0ull, &n) && n > 0) {
		r->over = n;
		return true;
	}
	bool measured = r->at == RULE_DOT || r->verb == VERB_BDAT;
	if (span_eq(key, SPAN("then")))
		return cursor_fail(&at, p->err, "expected %s", fault_names(p->arena, true));
	return cursor_fail(&at, p->err,
	    "expected /ERE/, if=STATE, unless=STATE, forget=STATE, times=N, delay=T, %s%s",
	    fault_names(p->arena, !measured), measured ? ", or over=OCTETS" : "");
}

static struct script_rule *
parser_add_rule(struct parser *p, struct cursor *c)
{
	struct script_rule *r = ARENA_NEW(p->arena, struct script_rule);

	r->place = c->place;
	*p->rule_end = r;
	p->rule_end = &r->next;
	p->rule = r;
	p->rule_delay_ms = 0;
	p->rule_over = false;
	p->last = NULL;
	return r;
}

static bool
parse_on(struct parser *p, struct input *in, struct cursor *c)
{
	struct script_rule *r = parser_add_rule(p, c);

	(void)in;
	if (!rule_verb(r, c, p))
		return false;
	bool text = r->at != RULE_BANNER && r->at != RULE_IDLE;
	while (c->rest.len > 0) {
		bool ere = c->rest.at[0] == '/';
		if (ere && !text)
			return cursor_fail(c, p->err, "%.*s has no text for a regular expression",
			    SPAN_ARG(r->name));
		if (ere ? !word_parse_ere(&r->ere, c, p->arena, &p->script->eres, p->err) :
			  !rule_option(r, c, p))
			return false;
	}
	return true;
}

static bool
parse_otherwise(struct parser *p, struct input *in, struct cursor *c)
{
	struct script_rule *r = parser_add_rule(p, c);

	(void)in;
	r->at = RULE_OTHERWISE;
	r->name = SPAN("*");
	if (!span_starts(c->rest, SPAN("S:")))
		return c->rest.len == 0 || cursor_fail(c, p->err, "expected S: and a reply");
	c->rest = span_skip(c->rest, 2);
	if (c->rest.len > 0 && c->rest.at[0] == ' ')
		c->rest = span_skip(c->rest, 1);
	return parse_reply(p, 1, c);
}

/* ---- steps */

/* Appends a here-document to the step's line: its lines up to the tag, each after a LF. */
static bool
parse_here_document(struct parser *p, struct input *in, struct cursor *c, struct span *line)
{
	struct span mark = span_find(*line, SPAN("<<")), rest = span_skip(mark, 2), tag, next;
	struct buf all = { .max = SCRIPT_OCTETS_MAX };

	if (mark.len == 0 || mark.at == line->at || (mark.at[-1] != ' ' && mark.at[-1] != '\t'))
		return true;
	tag = arena_copy(p->arena, span_word(&rest));
	if (tag.len == 0)
		return cursor_fail(c, p->err, "expected a word after <<, which ends the text");
	buf_append(&all, *line);
	bool ended = false;
	while (!ended && in->rest.len > 0) {
		/*
		 * Keep every CR: the step that takes the text removes those that belong to line
		 * endings.
		 */
		next = span_until(&in->rest, '\n');
		in->line++;
		ended = span_eq(in->marked ? span_trim(next) : span_trim_end(next, "\r"), tag);
		if (!ended)
			buf_printf(&all, "\n%.*s", SPAN_ARG(next));
	}
	*line = arena_copy(p->arena, buf_span(&all));
	buf_release(&all);
	return ended ||
	    cursor_fail(c, p->err, "unterminated text: no line \"%.*s\"", SPAN_ARG(tag));
}

static bool
parse_step(struct parser *p, struct input *in, const struct step_op *op, struct cursor *c)
{
	struct span line = span_trim(c->line);
	struct script_item *item;

	p->rule = NULL;
	if (!parse_here_document(p, in, c, &line))
		return false;
	item = parser_add(p, SCRIPT_STEP, c->place);
	item->line.source = arena_copy(p->arena, line);
	if (op->traits & STEP_ENDS_TEXT)
		p->of[1].mode = PARSE_COMMAND;
	if (span_find(line, SPAN("{{")).len > 0) {
		struct text_context ctx = parser_context(p, false);
		struct cursor text = {
			.place = c->place, .line = item->line.source, .rest = item->line.source
		};
		return text_parse(&item->line, &text, &ctx, p->err);
	}
	item->step = step_parse(
	    step_ops, item->line.source, MODE_COMMAND, c->place, p->arena, p->err);
	return item->step != NULL;
}

/* ---- words */

static bool
parse_word(struct parser *p, const struct script_word *word, struct cursor *c)
{
	struct text_context ctx = parser_context(p, false);
	struct cursor args_at = *c;
	const void *args = NULL;

	p->rule = NULL;
	if (!word->parse(&args, &args_at, &ctx, &p->script->eres, p->err))
		return false;
	if (word->kind == WORD_PIPELINE)
		p->pipeline = *(const bool *)args ? PIPELINE_ON : PIPELINE_OFF;
	struct script_item *item = parser_add(p, SCRIPT_WORD, c->place);
	item->word = word;
	item->args = args;
	item->line.source = arena_copy(p->arena, span_trim(c->line));
	if (!word->block)
		return true;
	if (p->depth == SCRIPT_DEPTH_MAX)
		return cursor_fail(c, p->err, "blocks nested more than %d deep", SCRIPT_DEPTH_MAX);
	p->block[p->depth++] = (struct block){ .item = item, .outer = p->end };
	p->end = &item->body;
	p->last = NULL;
	return true;
}

static bool
parse_unknown_command(struct parser *p, struct span name, struct cursor *c)
{
	struct suggestion suggestion = suggest_begin(name);
	/* What follows may be a secret that was not meant as a command: do not repeat it. */
	struct cursor at = { .place = c->place,
		.line = span_first(c->line, (size_t)(name.at + name.len - c->line.at)),
		.rest = c->rest };

	if (p->opts->only_at_prompt && p->opts->only_at_prompt(name))
		return cursor_fail(&at, p->err, "/%.*s works only at the prompt", SPAN_ARG(name));
	for (size_t i = 0; step_ops[i]; i++)
		suggest_try(&suggestion, step_ops[i]->name);
	for (const struct script_word *w = script_words; w->name; w++)
		suggest_try(&suggestion, w->name);
	return cursor_fail(&at, p->err, "unknown command \"/%.*s\" in a script%s%s%s",
	    SPAN_ARG(name), SUGGESTION_ARG(suggestion.best, "/", ""));
}

/* Handles a command between the replies of a rule: a delay, or the end of the connection. */
static bool
parse_in_rule(struct parser *p, const struct step_op *op, struct cursor *c)
{
	struct script_rule *r = p->rule;

	if (!op) {
		if (!p->rule_over &&
		    cursor_milliseconds(c, cursor_word(c), &p->rule_delay_ms, p->err))
			return cursor_end(c, p->err);
		return p->rule_over &&
		    cursor_fail(c, p->err, "no further lines: the rule has closed the connection");
	}
	if (r->then)
		return cursor_blame(
		    c, c->line, p->err, "the rule already ends with then=%s", r->then->name);
	r->then = fault_find(op->traits & STEP_RESETS ? SPAN("rst") : SPAN("close"));
	p->rule_over = true;
	return cursor_end(c, p->err);
}

bool
parse_command(struct parser *p, struct input *in, struct span name, struct cursor *c)
{
	static bool (*const shapes[])(struct parser *, struct input *, struct cursor *) = {
		[WORD_CASE] = parse_case,
		[WORD_INCLUDE] = parse_include,
		[WORD_ELSE] = parse_else,
		[WORD_END] = parse_end,
		[WORD_ON] = parse_on,
		[WORD_OTHERWISE] = parse_otherwise,
	};
	const struct script_word *word = script_word_find(name);
	const struct step_op *op = word ? NULL : step_find(step_ops, name);

	if (!word && !op)
		return parse_unknown_command(p, name, c);
	parse_settle(p);
	if (!parse_flush(p, c))
		return false;
	bool in_rule = p->rule &&
	    (op ? op->traits & STEP_CLOSES : word->kind == WORD_DELAY && p->rule->nreply > 0);
	/*
	 * /silence and /eof watch for the reply themselves: the exchange before must not wait for
	 * it
	 */
	if (p->last && p->last->kind == SCRIPT_EXCHANGE && p->last->nreply == 0)
		p->last->unawaited |= op && (op->traits & STEP_WATCHES);
	c->rest = span_skip(c->rest, 1 + name.len);
	while (c->rest.len > 0 && (c->rest.at[0] == ' ' || c->rest.at[0] == '\t'))
		c->rest = span_skip(c->rest, 1);
	if (in_rule)
		return parse_in_rule(p, op, c);
	p->rule = NULL;
	if (!op && word->kind < sizeof shapes / sizeof *shapes)
		return shapes[word->kind](p, in, c);
	return op ? parse_step(p, in, op, c) : parse_word(p, word, c);
}
