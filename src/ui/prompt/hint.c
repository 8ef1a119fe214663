/* hint - shows the syntax of what is being typed, and warns of what the server did not offer. */
#include <stdio.h>

#include "base/text.h"
#include "smtp/parameter.h"
#include "ui/prompt/talk.h"

/* a word of 20 bytes, its "|" and a NUL still fit after it */
enum { HINT_FULL = 178 };

static const char *
hint_offer(const struct session_view *v, const char *extension)
{
	return extension && v->extensions && !extensions_offer(v->extensions, extension) ?
	    "   not offered" :
	    "";
}

/* Returns the rest of `whole` after `typed`; NULL: it does not begin with that. */
static const char *
hint_rest(const char *whole, struct span typed)
{
	return span_starts_case(span_of(whole), typed) ? whole + typed.len : NULL;
}

static struct span
hint_set(char out[200], const char *a, const char *b, const char *c)
{
	int n = snprintf(out, 200, "%s%s%s", a, b, c);
	return (struct span){ out, n < 200 ? (size_t)n : 199 };
}

/* ---- commands */

/* Returns "always|auto|never" for a setting that was named. */
static struct span
setting_hint(char out[200], struct span line)
{
	struct span word = span_trim(line);
	const struct option *o = option_find(SCOPE_SET, word);
	size_t n = 0;

	if (!o || line.len == word.len)
		return SPAN_NONE;
	if (o->kind == OPTION_FLAG)
		return hint_set(out, "on|off", "", "");
	for (const struct choice *x = o->choices; x && x->word && n < HINT_FULL; x++)
		n += (size_t)snprintf(out + n, 200 - n, "%s%.20s", n ? "|" : "", x->word);
	return n > 0 ? (struct span){ out, n } : hint_set(out, o->arg ? o->arg : "", "", "");
}

static struct span
command_hint(char out[200], const struct prompt_command *const table[], struct span line)
{
	struct span rest = span_skip(line, 1), whole = rest, name = span_word(&rest);

	if (span_eq(name, SPAN("set")) && rest.len > 0)
		return setting_hint(
		    out, rest.at ? span_skip(whole, (size_t)(rest.at - whole.at)) : rest);
	const char *left = NULL, *args = "";

	for (struct prompt_word w = { .table = table }; !left && prompt_next_word(&w);)
		if ((left = hint_rest(w.name, name)))
			args = w.args;
	if (!left || name.len == 0)
		return SPAN_NONE;
	if (name.len == whole.len)
		return hint_set(out, left, args[0] ? " " : "", args);
	return rest.len == 0 && !left[0] ? hint_set(out, args, "", "") : SPAN_NONE;
}

/* ---- verbs */

static struct span
parameter_hint(char out[200], const struct session_view *v, enum verb verb, struct span params)
{
	size_t n = params.len;

	while (n > 0 && params.at[n - 1] != ' ')
		n--;
	struct span word = span_skip(params, n), given = word, name = span_until(&given, '=');
	if (word.len == 0)
		return n == 0 ? SPAN_NONE : hint_set(out, "[parameters]", "", "");
	const struct parameter *p = parameter_find(verb, name);
	if (p && name.len < word.len)
		return hint_set(
		    out, given.len ? "" : p->syntax + 1, "", hint_offer(v, p->extension));
	const char *left = NULL;
	for (p = parameters; p->name && !left; p += !left)
		left = p->verb == verb ? hint_rest(p->name, word) : NULL;
	return left ? hint_set(out, left, p->syntax, hint_offer(v, p->extension)) :
		      hint_set(out, "   unknown parameter", "", "");
}

static struct span
envelope_hint(char out[200], const struct session_view *v, enum verb verb, struct span args)
{
	struct span path, params;

	if (!parameter_split(verb, args, &path, &params))
		return SPAN_NONE;
	if (path.len == 0 || path.at[0] != '<')
		return hint_set(out,
		    path.len		  ? "   no angle brackets" :
			verb == VERB_MAIL ? "<sender>" :
					    "<recipient>",
		    "", "");
	if (path.at[path.len - 1] != '>')
		return hint_set(out, path.len == 1 ? "address" : "", ">", " [parameters]");
	return parameter_hint(
	    out, v, verb, span_skip(args, (size_t)(path.at + path.len - args.at)));
}

/*
 * Returns "PLAIN LOGIN" as "PLAIN|LOGIN", without words of the server that contain control
 * characters.
 */
static struct span
hint_alternatives(char out[200], struct span words)
{
	size_t n = 0;

	for (struct span w; (w = span_word(&words)).len > 0 && n < HINT_FULL;)
		if (text_is_safe(w))
			n += (size_t)snprintf(
			    out + n, 200 - n, "%s%.*s", n ? "|" : "", SPAN_ARG(span_first(w, 20)));
	return (struct span){ out, n };
}

static struct span
mechanism_hint(char out[200], const struct session_view *v, struct span line, struct span args)
{
	const struct extension *x = v->extensions ? extensions_find(v->extensions, SPAN("AUTH")) :
						    NULL;
	struct span typed = span_word(&args), list, m;
	const char *blank = line.at[line.len - 1] == ' ' ? "" : " ";

	if (!x || args.len > 0)
		return SPAN_NONE;
	if (typed.len == 0)
		return hint_alternatives(out, x->params);
	for (list = x->params; (m = span_word(&list)).len > 0;)
		if (span_starts_case(m, typed) && text_is_safe(m)) {
			int n = snprintf(out, 200, "%.*s%s[initial-response]",
			    SPAN_ARG(span_first(span_skip(m, typed.len), 40)), blank);
			return (struct span){ out, (size_t)n };
		}
	return hint_set(out, "   not offered", "", "");
}

static const char *
wrong_now(const struct session_view *v, enum verb verb)
{
	const char *wrong = hint_offer(v, verb_info(verb)->extension);
	bool early = v->state == SESSION_OPEN && !dialogue_allows(&v->dialogue, verb);

	return !wrong[0] && early ? "   out of sequence" : wrong;
}

static struct span
verb_hint(char out[200], const struct session_view *v, struct span line)
{
	struct span args;
	enum verb verb = verb_of(line, &args);
	const struct verb_info *info = verb_info(verb);
	const char *left;

	if (verb == VERB_OTHER)
		return SPAN_NONE;
	const char *wrong = wrong_now(v, verb);
	if (verb == VERB_AUTH && line.len > 4 && v->extensions && !wrong[0])
		return mechanism_hint(out, v, line, args);
	if ((left = hint_rest(info->syntax, span_skip(line, strlen(info->name)))))
		return hint_set(out, left, wrong, "");
	if (verb == VERB_MAIL || verb == VERB_RCPT)
		return envelope_hint(out, v, verb, args);
	return SPAN_NONE;
}

struct span
talk_hint(struct talk *t, struct span line)
{
	struct session_view v = player_view(t->commands.player);

	if (line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//")))
		return command_hint(t->hint, t->commands.table, line);
	if (line.len == 0 || v.dialogue.mode != MODE_COMMAND)
		return SPAN_NONE;
	if (verb_of(line, NULL) != VERB_OTHER || span_has(line, ' '))
		return verb_hint(t->hint, &v, line);
	/* the rest of the first verb that begins with the line, valid ones first */
	for (int legal = 1; legal >= 0; legal--)
		for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++) {
			const char *left = hint_rest(verb_info(verb)->name, line);
			if (left && dialogue_allows(&v.dialogue, verb) == legal)
				return hint_set(t->hint, left, verb_info(verb)->syntax,
				    wrong_now(&v, verb));
		}
	return SPAN_NONE;
}
