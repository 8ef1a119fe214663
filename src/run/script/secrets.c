/*
 * secrets - finds the secrets in a script's own text when it is read, so that they are starred
 * wherever a line of it is shown.
 */
#include "run/script/script.h"
#include "run/script/text.h"
#include "smtp/body.h"

/* ---- finding secrets in a line */

/* Returns whether a variable of this name holds a secret. */
static bool
is_secret_name(struct span name)
{
	static const char *const parts[] = { "pass", "pwd", "pw", "secret", "token", "credential" };

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (struct span at = name; at.len > 0; at = span_skip(at, 1))
			if (span_starts_case(at, span_of(parts[i])))
				return true;
	return false;
}

/*
 * Returns the value of the next NAME=VALUE in *rest whose name is that of a secret, and skips it.
 * Empty: none.
 */
static struct span
named_value(struct span *rest)
{
	for (struct span word; (word = span_word(rest)).len > 0;) {
		struct span value = word, name = span_until(&value, '=');
		if (value.len > 0 && is_secret_name(name) && !span_starts(value, SPAN("{{")))
			return value;
	}
	return SPAN_NONE;
}

/*
 * Returns the next secret in the arguments of a command: /auth … password=VALUE. /var has one
 * value, up to the end of the line.
 */
static struct span
secret_argument(struct span name, struct span *rest)
{
	struct span all = *rest;

	if (!span_eq(name, SPAN("var")))
		return named_value(rest);
	struct span variable = span_until(&all, '=');
	*rest = SPAN_NONE;
	return is_secret_name(variable) && !span_starts(all, SPAN("{{")) ? span_trim(all) :
									   SPAN_NONE;
}

/*
 * Returns the next quoted argument that a function makes credentials of; a user name is not a
 * secret. Empty: none.
 */
static struct span
quoted_argument(struct span *rest)
{
	while (rest->len > 0) {
		struct span at = span_skip(span_find(*rest, SPAN("{{")), 2),
			    close = span_find(at, SPAN("}}"));
		*rest = close.len ? span_skip(close, 2) : SPAN_NONE;
		struct span inside = span_trim(span_first(at, at.len - close.len));
		const struct function *f = function_find(span_word(&inside));
		if (!f || !f->hides_last)
			continue;
		struct span args = span_trim(inside);
		for (unsigned k = 1; k < f->nargs; k++)
			args.len > 0 && args.at[0] == '"' ?
			    (args = span_skip(args, 1), span_until(&args, '"')) :
			    span_word(&args);
		args = span_trim(args);
		if (args.len > 1 && args.at[0] == '"') {
			args = span_skip(args, 1);
			return span_until(&args, '"');
		}
	}
	return SPAN_NONE;
}

/* ---- reading the script's text */

struct walk {
	struct secrecy *secrecy;
	/* message: message text follows; answer: the last reply was a 334 */
	bool marked, message, answer;
};

/*
 * Returns 'C' or 'S' when the line begins with a mark such as "C: ", "S2: " or "C\: ", and sets
 * *text to what follows it. 0: there is none.
 */
static char
mark_of(struct span line, struct span *text)
{
	size_t n = 1;

	if (line.len < 2 || (line.at[0] != 'C' && line.at[0] != 'S'))
		return 0;
	while (n < line.len && ((line.at[n] >= '1' && line.at[n] <= '9') || line.at[n] == '\\'))
		n++;
	if (n == line.len || line.at[n] != ':')
		return 0;
	*text = span_skip(line, n + 1 + (n + 1 < line.len && line.at[n + 1] == ' '));
	return line.at[0];
}

static void
walk_sent(struct walk *w, struct span text)
{
	struct arena arena = { 0 };
	struct span rest = text, secret;

	if (w->message) {
		w->message = !body_is_end(text);
		return;
	}
	while ((secret = quoted_argument(&rest)).len > 0)
		secrecy_add(w->secrecy, secret);
	if (span_find(text, SPAN("{{")).len == 0)
		secrecy_sent(w->secrecy, text, w->answer, &arena);
	w->message = !w->answer && verb_of(text, NULL) == VERB_DATA && !w->marked;
	w->answer = false;
	arena_wipe(&arena);
}

static void
walk_received(struct walk *w, struct span text)
{
	unsigned long long code;

	if (!span_number(span_first(text, 3), 999, &code))
		return;
	w->answer = code == 334;
	w->message = code == 354;
	secrecy_received(w->secrecy, (unsigned)code, span_skip(text, 4));
}

static void
walk_line(struct walk *w, struct span line)
{
	struct span text = line, trimmed = span_trim(line), name, secret;
	char mark = mark_of(trimmed, &text);

	if (mark == 'S')
		walk_received(w, text);
	else if (mark == 'C')
		walk_sent(w, text);
	else if (cursor_is_command(trimmed, &name) && !w->message) {
		struct span rest = span_skip(trimmed, 1 + name.len);
		for (struct span args = rest; (secret = secret_argument(name, &args)).len > 0;)
			secrecy_add(w->secrecy, secret);
		for (struct span args = rest; (secret = quoted_argument(&args)).len > 0;)
			secrecy_add(w->secrecy, secret);
		struct arena arena = { 0 };
		const struct step_op *op = step_find(step_ops, name);
		if (op && (op->traits & STEP_SENDS_TYPED))
			secrecy_sent(w->secrecy, span_trim(rest), false, &arena);
		arena_wipe(&arena);
	} else if (!w->marked && (trimmed.len == 0 || trimmed.at[0] != '#'))
		walk_sent(w, line);
}

void
script_find_secrets(struct script *s)
{
	for (const struct script_source *one = s->sources; one; one = one->next) {
		struct walk w = { .secrecy = &s->secrecy, .marked = one->marked };
		struct span rest = one->text, line;
		while (span_line(&rest, &line))
			walk_line(&w, line);
	}
}

struct span
script_shown(const struct script *s, struct arena *arena, struct span text)
{
	return secrecy_shown(&s->secrecy, arena, text);
}
