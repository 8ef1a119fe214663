/* script - parses a script into cases of items. */
#include "run/script/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/script/parse.h"

static struct span
trim_left(struct span s)
{
	while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t' || s.at[0] == '\f'))
		s = span_skip(s, 1);
	return s;
}

/* The mark at the front of a line: "C:", "S:", "C2:", "S9:", "C\:" or "C2\:", and one space. */
struct mark { char who; unsigned peer; bool raw; };

static bool
read_mark(struct span line, struct mark *m, struct span *rest)
{
	size_t n = 1;

	*m = (struct mark){ .peer = 1 };
	if (line.len < 2 || (line.at[0] != 'C' && line.at[0] != 'S'))
		return false;
	m->who = line.at[0];
	if (line.at[n] >= '1' && line.at[n] <= '0' + SCRIPT_PEERS_MAX)
		m->peer = (unsigned)(line.at[n++] - '0');
	if (n < line.len && line.at[n] == '\\' && m->who == 'C') {
		m->raw = true;
		n++;
	}
	if (n >= line.len || line.at[n] != ':')
		return false;
	*rest = span_skip(line, n + 1);
	if (rest->len > 0 && rest->at[0] == ' ')
		*rest = span_skip(*rest, 1);
	return true;
}

/* Skips the byte order mark that some editors put in front of UTF-8. */
static struct span
without_bom(struct span text)
{
	return span_starts(text, SPAN("\xEF\xBB\xBF")) ? span_skip(text, 3) : text;
}

bool
script_is_marked(struct span text)
{
	struct span line, rest;
	struct mark m;

	text = without_bom(text);
	while (span_line(&text, &line)) {
		line = trim_left(line);
		if (line.len == 0 || line.at[0] == '#' || cursor_is_command(line, NULL))
			continue;
		return read_mark(line, &m, &rest);
	}
	return false;
}

/*
 * Returns whether a line is page furniture of an RFC: "RFC 5321 SMTP October 2008", a line that
 * ends with "[Page 12]", or "..." for an omission.
 */
static bool
is_furniture(struct span line)
{
	struct span page = span_find(line, SPAN("[Page ")), rest = line, year = line;

	if (span_eq(line, SPAN("...")))
		return true;

	if (page.len > 7 && page.at[page.len - 1] == ']')
		return true;
	if (!span_eq(span_word(&rest), SPAN("RFC")))
		return false;
	unsigned long long n;
	bool number = span_number(span_word(&rest), 99999, &n);
	return number && year.len > 4 && span_number(span_skip(year, year.len - 4), 2999, &n) &&
	    n > 1968;
}

/* Returns whether a text is a stage direction: "<waits for connection>", also after "C & S:". */
static bool
is_stage_direction(struct span text)
{
	return text.len > 2 && text.at[0] == '<' && text.at[text.len - 1] == '>';
}

static void
parser_ignore(struct parser *p, struct place place)
{
	struct script *s = p->script;

	s->ignored = arena_more(p->arena, s->ignored, s->nignored, sizeof *s->ignored);
	s->ignored[s->nignored++] = place;
}

/* Parses a line of a marked file. */
static bool
parse_marked_line(struct parser *p, struct input *in, struct cursor *c)
{
	struct span text = trim_left(c->line), name;
	struct mark m;

	c->rest = text;
	if (span_trim(text).len == 0) {
		if (p->rule && !p->open)
			p->rule = NULL;
		return true;
	}
	if (text.at[0] == '#')
		return true;
	if (cursor_is_command(text, &name))
		return parse_command(p, in, name, c);
	if (read_mark(text, &m, &c->rest)) {
		if (m.who == 'C')
			parse_settle(p);
		if (!is_stage_direction(span_trim(c->rest)) ||
		    (m.who == 'C' && p->of[m.peer].mode != PARSE_COMMAND))
			return m.who == 'C' ? parse_say(p, m.peer, m.raw, c) :
					      parse_reply(p, m.peer, c);
		parser_ignore(p, c->place);
		return true;
	}
	bool both = (span_starts(text, SPAN("C & S:")) || span_starts(text, SPAN("S & C:"))) &&
	    is_stage_direction(span_trim(span_skip(text, 6)));
	if (both || is_furniture(span_trim(text))) {
		parser_ignore(p, c->place);
		return true;
	}
	struct span rest = text, word = span_word(&rest);
	bool command = script_word_find(word) || step_find(step_ops, word),
	     sent = !command && verb_of(text, NULL) != VERB_OTHER;
	return cursor_fail(c, p->err,
	    "expected \"C: \", \"S: \", a command or a comment%s%.*s%s: in a script with marks, "
	    "every line needs one",
	    command  ? ", such as \"/" :
		sent ? ", such as \"C: " :
		       "",
	    SPAN_ARG(command || sent ? word : SPAN_NONE), command || sent ? "\"" : "");
}

/* Parses a line of an unmarked file, which is written as it is typed. */
static bool
parse_unmarked_line(struct parser *p, struct input *in, struct cursor *c)
{
	struct span name;
	struct mark m;

	parse_settle(p);
	/* after DATA, an S: line may still follow */
	bool begun = p->nsay > 0 && p->nreply == 0;
	if (p->of[1].mode == PARSE_MESSAGE && !(begun && p->say[p->nsay - 1].kind == SAY_COMMAND))
		return parse_say(p, 1, false, c);
	bool has_mark = read_mark(c->line, &m, &c->rest);
	if (has_mark && m.who == 'S')
		return parse_reply(p, m.peer, c);
	c->rest = c->line;
	/* "C: NOOP" is not an SMTP command; most likely the mark of the first line is missing */
	if (has_mark && p->of[1].mode == PARSE_COMMAND)
		return cursor_fail(c, p->err,
		    "the first line of this script has no mark, so this one would be sent with its "
		    "mark: mark every line, or none");
	if (p->of[1].mode != PARSE_COMMAND)
		return parse_say(p, 1, false, c);
	if (c->line.len == 0 && p->rule && !p->open) {
		p->rule = NULL;
		return true;
	}
	if (c->line.len > 0 && c->line.at[0] == '#')
		return true;
	if (span_starts(c->line, SPAN("//")))
		c->rest = span_skip(c->rest, 1);
	else if (cursor_is_command(c->line, &name))
		return parse_command(p, in, name, c);
	else if (c->line.len > 0 && c->line.at[0] == '/')
		return cursor_fail(c, p->err,
		    "lines that begin with \"/\" are smtpsh commands; to send such a line, double "
		    "its \"/\"");
	return parse_say(p, 1, false, c);
}

struct span
script_source_line(const struct script *s, struct place place)
{
	struct span line = SPAN_NONE;

	for (const struct script_source *one = s->sources; one && place.file; one = one->next) {
		struct span text = one->text;
		if (strcmp(one->file, place.file) != 0)
			continue;
		for (unsigned i = 0; i < place.line; i++)
			if (!span_line(&text, &line))
				return SPAN_NONE;
		return line;
	}
	return SPAN_NONE;
}

bool
parse_input(struct parser *p, const char *file, struct span text, const struct cursor *from)
{
	struct input in = { .file = arena_string(p->arena, span_of(file)),
		.rest = without_bom(text),
		.marked = script_is_marked(text) };
	struct script_source *source = ARENA_NEW(p->arena, struct script_source);
	struct span line;

	*source = (struct script_source){ p->script->sources, in.file,
		in.rest = arena_copy(p->arena, in.rest), in.marked };
	p->script->sources = source;
	if (!from)
		p->script->marked = in.marked;
	while (span_line(&in.rest, &line)) {
		/* an intended CR is written C\: … \r */
		line = span_trim_end(line, "\r");
		struct cursor c = { .place = { in.file, ++in.line }, .line = line, .rest = line };
		if (++p->nlines > SCRIPT_LINES_MAX)
			return cursor_fail(&c, p->err, "more than %d lines", SCRIPT_LINES_MAX);
		bool special = line.len > 0 && (line.at[0] == '#' || line.at[0] == '/');
		if (!in.marked && p->opts->server && line.len > 0 && !special)
			return cursor_fail(&c, p->err,
			    "expected \"C: \" or \"S: \": the server's side allows no unmarked "
			    "lines");
		if (in.marked || p->opts->server ? !parse_marked_line(p, &in, &c) :
						   !parse_unmarked_line(p, &in, &c))
			return false;
		/* in an unmarked file, the message follows its DATA whatever the reply is */
		const struct script_say *last = p->nsay ? &p->say[p->nsay - 1] : NULL;
		if (!in.marked && last && last->kind == SAY_COMMAND && last->verb == VERB_DATA &&
		    p->nreply == 0)
			p->of[1].mode = PARSE_MESSAGE;
	}
	return true;
}

static bool
parse_all(struct parser *p, const char *file, struct span text)
{
	struct cursor end = { .place = { p->script->file, 0 } };

	if (text.len > SCRIPT_OCTETS_MAX)
		return err_set(p->err, ERR_USAGE, "%s: the script is larger than %d MiB", file,
		    SCRIPT_OCTETS_MAX >> 20);
	if (!parse_input(p, file, text, NULL))
		return false;
	end.place.line = (unsigned)p->nlines;
	parse_settle(p);
	if (!parse_flush(p, &end))
		return false;
	if (p->depth > 0)
		return cursor_fail(&end, p->err,
		    "missing /end for the block that begins in line %u",
		    p->block[p->depth - 1].item->place.line);
	return true;
}

struct script *
script_parse(const char *file, struct span text, const struct script_opts *opts, struct err *err)
{
	struct script *s = memory_zeroed(sizeof *s);
	static const struct script_opts none = { 0 };
	struct parser p = {
		.script = s, .arena = &s->arena, .opts = opts ? opts : &none, .err = err, .peer = 1
	};

	s->file = arena_string(&s->arena, span_of(file));
	for (size_t i = 0; i < p.opts->nknown; i++)
		names_add(&s->names, arena_copy(&s->arena, p.opts->known[i]), false);
	for (size_t i = 0; i < p.opts->nsecret; i++)
		names_add(&s->names, arena_copy(&s->arena, p.opts->secret[i]), true);
	p.end = &s->prelude;
	p.case_end = &s->cases;
	p.rule_end = &s->rules;
	if (!parse_all(&p, file, text)) {
		script_free(s);
		return NULL;
	}
	script_find_secrets(s);
	if (s->ncases == 0) {
		s->cases = ARENA_NEW(&s->arena, struct script_case);
		s->cases->place = (struct place){ s->file, 1 };
		s->ncases = 1;
	}
	return s;
}

void
script_free(struct script *s)
{
	if (!s)
		return;
	secrecy_release(&s->secrecy);
	arena_release(&s->arena);
	free(s);
}

struct script_item *
script_first(const struct script *s, const struct script_case *k)
{
	return k->standalone ? k->items : s->prelude ? s->prelude : k->items;
}

struct script_item *
script_second(const struct script *s, const struct script_case *k)
{
	return k->standalone || !s->prelude ? NULL : k->items;
}
