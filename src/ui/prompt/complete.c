/*
 * complete - completes the end of a line from the tables, the last EHLO reply, the history and the
 * file system.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "base/text.h"
#include "run/message/send.h"
#include "run/route/route.h"
#include "smtp/mechanism.h"
#include "smtp/parameter.h"
#include "ui/options/config.h"
#include "ui/prompt/help.h"
#include "ui/prompt/talk.h"

/* What completion collects. */
struct candidates {
	struct buf *out;		/* a line each */
	struct span prefix;		/* what candidates must begin with, ignoring case */
};

/* The user's configuration; NULL: none. */
static const struct config *
config_of(const struct talk *t)
{
	return t->commands.options ? t->commands.options->config : NULL;
}

static size_t complete_command(
    struct talk *, const struct session_view *, struct span line, struct candidates *);

static bool
is_there(const struct candidates *c, struct span text)
{
	struct span all = buf_span(c->out), line;

	while (span_line(&all, &line))
		if (span_eq(span_until(&line, '\t'), text))
			return true;
	return false;
}

/*
 * Adds `text` and `suffix`, with a description, if the text begins with what was typed and is not
 * there yet. Words from a server, host names from DNS and file names that contain control
 * characters are skipped, because the list is printed unchanged on the terminal.
 */
static void
complete_meant(
    struct candidates *c, struct span text, const char *suffix, struct span meaning)
{
	char whole[300];

	if (!span_starts_case(text, c->prefix) || text.len > 200 || !text_is_safe(text))
		return;
	snprintf(whole, sizeof whole, "%.*s%s", SPAN_ARG(text), suffix);
	if (is_there(c, span_of(whole)))
		return;
	buf_printf(c->out, "%s", whole);
	if (meaning.len > 0)
		buf_printf(c->out, "\t%.*s", SPAN_ARG(meaning));
	buf_append(c->out, SPAN("\n"));
}

static void
complete_try(struct candidates *c, struct span text, const char *suffix)
{
	complete_meant(c, text, suffix, SPAN_NONE);
}

static bool
is_offered(const struct session_view *v, const char *extension)
{
	return !extension || (v->extensions && extensions_offer(v->extensions, extension));
}

/* ---- verbs and their arguments */

/* Adds the verbs that are valid now, or the others if none of those matches. */
static void
complete_verbs(const struct session_view *v, struct candidates *c)
{
	for (int legal = 1; legal >= 0 && buf_span(c->out).len == 0; legal--)
		for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++) {
			const struct verb_info *info = verb_info(verb);
			bool other_protocol = v->lmtp ?
			    verb == VERB_HELO || verb == VERB_EHLO :
			    verb == VERB_LHLO;
			bool now = dialogue_allows(&v->dialogue, verb) &&
			    is_offered(v, info->extension) && !other_protocol;
			bool wants_more = info->syntax[0] == ' ' && info->syntax[1] != '[';
			const char *after = verb == VERB_MAIL ? " FROM:<" :
			    verb == VERB_RCPT		      ? " TO:<" :
			    wants_more			      ? " " :
								"";
			if (now == legal)
				complete_meant(
				    c, span_of(info->name), after, span_of(info->help));
		}
}

/* Adds what earlier lines have between `mark` and the next character of `ends`. */
static void
complete_from_history(
    struct talk *t, struct span mark, const char *ends, const char *suffix, struct candidates *c)
{
	struct span all = buf_span(&t->history.lines), line;

	while (span_line(&all, &line)) {
		struct span upper = line, found = SPAN_NONE;
		while (upper.len >= mark.len && found.len == 0) {
			if (span_starts_case(upper, mark))
				found = span_skip(upper, mark.len);
			upper = span_skip(upper, 1);
		}
		size_t n = 0;
		while (n < found.len && !strchr(ends, found.at[n]))
			n++;
		if (n > 0)
			complete_try(c, span_first(found, n), suffix);
	}
}

static bool
was_given(struct span params, const char *name)
{
	struct span word;

	while ((word = span_word(&params)).len > 0)
		if (span_eq_case(span_until(&word, '='), span_of(name)))
			return true;
	return false;
}

static void
complete_values(const struct session_view *v, const struct parameter *p, struct candidates *c)
{
	struct span list = span_of(p->values), value;

	while ((value = span_word(&list)).len > 0)
		if (!span_eq(value, SPAN("BINARYMIME")) || is_offered(v, "BINARYMIME"))
			complete_try(c, value, "");
}

/* Completes the last word of the parameters of MAIL or RCPT. Returns how much of it is replaced. */
static size_t
one_parameter(
    const struct session_view *v, enum verb verb, struct span params, struct candidates *c)
{
	size_t n = params.len;

	while (n > 0 && params.at[n - 1] != ' ')
		n--;
	struct span word = span_skip(params, n), given = word, name = span_until(&given, '=');
	const struct parameter *p = parameter_find(verb, name);
	if (p && name.len < word.len) {
		c->prefix = given;
		complete_values(v, p, c);
		return given.len;
	}
	c->prefix = word;
	for (p = parameters; p->name; p++)
		if (p->verb == verb && is_offered(v, p->extension) &&
		    !was_given(span_first(params, n), p->name))
			complete_meant(c, span_of(p->name), p->syntax[0] == '=' ? "=" : "",
			    span_of(p->help));
	return word.len;
}

static size_t
complete_envelope(struct talk *t, const struct session_view *v, enum verb verb, struct span args,
    struct candidates *c)
{
	struct span word = verb == VERB_MAIL ? SPAN("FROM:<") : SPAN("TO:<"), path, params;

	c->prefix = args;
	if (args.len < word.len) {
		complete_try(c, word, "");
		return args.len;
	}
	if (!parameter_split(verb, args, &path, &params) || path.len == 0)
		return 0;
	if (path.at[0] == '<' && path.at[path.len - 1] != '>') {
		c->prefix = span_skip(path, 1);
		complete_from_history(t, word, ">", "> ", c);
		complete_from_history(
		    t, verb == VERB_MAIL ? SPAN("TO:<") : SPAN("FROM:<"), ">", "> ", c);
		return c->prefix.len;
	}
	const char *end = args.at + args.len;
	if (path.at + path.len == end)
		return 0;
	params = span_skip(args, (size_t)(path.at + path.len - args.at));
	return one_parameter(v, verb, params, c);
}

static void
complete_mechanisms(const struct session_view *v, struct candidates *c)
{
	const struct extension *x = v->extensions ? extensions_find(v->extensions, SPAN("AUTH")) :
						    NULL;
	struct span list = x ? x->params : SPAN_NONE;

	for (struct span m; (m = span_word(&list)).len > 0;) {
		const struct mechanism *known = mechanism_named(m);
		complete_meant(c, m, "", span_of(known ? known->meaning : NULL));
	}
}

static size_t
verb_arguments(struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	struct span args;
	enum verb verb = verb_of(line, &args);

	c->prefix = args;
	switch (verb) {
	case VERB_MAIL: case VERB_RCPT:
		return complete_envelope(t, v, verb, args, c);
	case VERB_AUTH:
		complete_mechanisms(v, c);
		return args.len;
	case VERB_EHLO: case VERB_HELO: case VERB_LHLO:
		complete_from_history(t, SPAN("EHLO "), " ", "", c);
		complete_from_history(t, SPAN("HELO "), " ", "", c);
		return args.len;
	case VERB_VRFY: case VERB_EXPN:
		complete_from_history(t, SPAN("TO:<"), ">", "", c);
		return args.len;
	default:
		return 0;
	}
}

/* Returns how many bytes at the end of `line` the candidates replace. */
static size_t
complete_line(struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	if (line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//")))
		return complete_command(t, v, line, c);
	if (span_has(line, ' '))
		return verb_arguments(t, v, line, c);
	c->prefix = line;
	complete_verbs(v, c);
	return line.len;
}

size_t
talk_complete(struct talk *t, struct span line, struct buf *out)
{
	struct session_view v = player_view(t->commands.player);
	bool slash = line.len > 0 && line.at[0] == '/' && !span_starts(line, SPAN("//"));

	if (v.dialogue.mode != MODE_COMMAND && !slash)
		return EDIT_PLAIN_TAB;
	return complete_line(t, &v, line, &(struct candidates){ .out = out });
}

/* ---- what a syntax has in capitals */

struct about {
	struct talk *talk;
	const struct session_view *view;
	struct span command;
	struct span given;		/* the words before the one being typed */
};

static void
offer_files(const struct about *a, struct candidates *c)
{
	char folder[1024], path[1400];
	struct span typed = c->prefix;
	size_t n = typed.len;
	struct dirent **entry = NULL;

	(void)a;
	while (n > 0 && typed.at[n - 1] != '/')
		n--;
	snprintf(folder, sizeof folder, "%.*s", SPAN_ARG(span_first(typed, n)));
	int entries = scandir(n ? folder : ".", &entry, NULL, alphasort);
	for (int i = 0; i < entries; i++) {
		const char *name = entry[i]->d_name;
		struct stat st;
		snprintf(path, sizeof path, "%s%s", folder, name);
		if (name[0] != '.' || (n < typed.len && typed.at[n] == '.'))
			complete_try(c, span_of(path),
			    stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? "/" : "");
		free(entry[i]);
	}
	free(entry);
}

static void
help_words(const struct about *a, struct candidates *c)
{
	for (const struct help_topic *t = help_topics; t->name; t++)
		complete_meant(c, span_of(t->name), "", span_of(t->title));
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		complete_meant(
		    c, span_of(verb_info(verb)->name), "", span_of(verb_info(verb)->help));
	for (struct prompt_word w = { .table = a->talk->commands.table }; prompt_next_word(&w);)
		complete_meant(c, span_of(w.name), "", span_of(w.help));
}

static void
offer_sections(const struct about *a, struct candidates *c)
{
	const struct config *config = config_of(a->talk);

	for (const struct config_section *s = config ? config->sections : NULL; s; s = s->next)
		complete_try(c, span_of(s->name), "");
}

/* Adds the named targets, the MX hosts of the target, and what was opened before. */
static void
offer_hosts(const struct about *a, struct candidates *c)
{
	const struct route *route = a->view->route;

	offer_sections(a, c);
	for (size_t i = 0; route && i < route->nall; i++)
		complete_try(c, route->hop[i].host, "");
	complete_try(c, a->view->host, "");
	complete_from_history(a->talk, SPAN("/open "), " ", "", c);
	complete_try(c, SPAN("demo:"), "");
}

static void
offer_mechanisms(const struct about *a, struct candidates *c)
{
	complete_mechanisms(a->view, c);
}

static void
offer_addresses(const struct about *a, struct candidates *c)
{
	complete_from_history(a->talk, SPAN("FROM:<"), ">", "", c);
	complete_from_history(a->talk, SPAN("TO:<"), ">", "", c);
}

/* Reduces the prefix to the last item of a list such as "reply=5s,co". */
static void
last_of_list(struct candidates *c)
{
	for (size_t i = c->prefix.len; i > 0; i--)
		if (c->prefix.at[i - 1] == ',') {
			c->prefix = span_skip(c->prefix, i);
			return;
		}
}

static void
several_addresses(const struct about *a, struct candidates *c)
{
	last_of_list(c);
	offer_addresses(a, c);
}

static void
offer_phases(const struct about *a, struct candidates *c)
{
	const char *name;

	(void)a;
	last_of_list(c);
	for (size_t i = 0; (name = timeouts_phase(i)); i++)
		complete_try(c, span_of(name), "=");
}

static void
offer_settings(const struct about *a, struct candidates *c)
{
	(void)a;
	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_SET) {
			/* after the ";" is what it means to subcommands */
			struct span help = span_of(o->help);
			complete_meant(c, span_of(o->name), " ", span_until(&help, ';'));
		}
}

static void
setting_values(const struct about *a, struct candidates *c)
{
	struct span given = a->given;
	const struct option *o = option_find(SCOPE_SET, span_word(&given));

	for (const struct choice *x = o ? o->choices : NULL; x && x->word; x++)
		complete_try(c, span_of(x->word), "");
	if (o && o->arg && strstr(o->arg, "PHASE="))
		offer_phases(a, c);
	if (o && o->kind == OPTION_FLAG) {
		complete_try(c, SPAN("on"), "");
		complete_try(c, SPAN("off"), "");
	}
}

static void
found_hosts(const struct about *a, struct candidates *c)
{
	const struct route *route = a->view->route;

	for (size_t i = 0; route && i < route->nhops; i++)
		complete_try(c, route->hop[i].host, "");
}

static void
found_addresses(const struct about *a, struct candidates *c)
{
	const struct route *route = a->view->route;
	char text[ADDR_TEXT];

	for (size_t h = 0; route && h < route->nhops; h++)
		for (size_t i = 0; i < route->hop[h].naddr; i++)
			complete_try(c, span_of(addr_host(&route->hop[h].addr[i], text)), "");
}

static void
offer_ports(const struct about *a, struct candidates *c)
{
	(void)a;
	for (const char *const *port = (const char *const[]){ "25", "465", "587", "24", NULL };
	     *port; port++)
		complete_try(c, span_of(*port), "");
}

/* Adds the numbers of the sessions in use, and the next one. */
static void
offer_sessions(const struct about *a, struct candidates *c)
{
	bool fresh = false;

	for (unsigned n = 1; n <= PLAYER_SESSIONS && !fresh; n++) {
		char number[12];
		snprintf(number, sizeof number, "%u", n);
		complete_try(c, span_of(number), "");
		fresh = player_view_of(a->talk->commands.player, n).number == 0;
	}
}

static void
own_names(const struct about *a, struct candidates *c)
{
	complete_from_history(a->talk, SPAN("EHLO "), " ", "", c);
	complete_from_history(a->talk, SPAN("HELO "), " ", "", c);
	complete_from_history(a->talk, SPAN("/helo "), " ", "", c);
}

static void
offer_domains(const struct about *a, struct candidates *c)
{
	if (a->view->route && a->view->route->mx)
		complete_try(c, a->view->route->name, "");
}

static void
last_code(const struct about *a, struct candidates *c)
{
	char code[12];

	if (!a->view->last_reply || a->view->last_reply->code == 0)
		return;
	snprintf(code, sizeof code, "%u", a->view->last_reply->code);
	complete_try(c, span_of(code), "");
}

static void
offer_keywords(const struct about *a, struct candidates *c)
{
	const struct extensions *e = a->view->extensions;

	for (size_t i = 0; e && i < e->n; i++)
		complete_meant(c, e->list[i].keyword, "",
		    span_of(e->list[i].info ? e->list[i].info->meaning : NULL));
}

/* Adds the attributes that the server lists after XCLIENT or XFORWARD. */
static void
offer_attributes(const struct about *a, struct candidates *c)
{
	const struct extension *x = a->view->extensions ?
	    extensions_find(a->view->extensions, a->command) :
	    NULL;
	struct span list = x ? x->params : SPAN_NONE;

	for (struct span name; (name = span_word(&list)).len > 0;)
		complete_try(c, name, "=");
}

/* Adds the words that describe a message, and the file names among their values. */
static void
message_words(const struct about *a, struct candidates *c)
{
	struct span value = c->prefix, key = span_until(&value, '=');
	const char *name;
	bool flag;

	if (key.len == c->prefix.len) {
		for (size_t i = 0; (name = send_word(i, &flag)); i++)
			complete_try(c, span_of(name), flag ? "" : "=");
		return;
	}
	c->prefix = value;
	if (span_eq(key, SPAN("data")) || span_eq(key, SPAN("eml")) || span_eq(key, SPAN("attach")))
		offer_files(a, c);
}

static void
offer_named(const struct about *a, struct span what, struct candidates *c)
{
	static const struct {
		const char *what;
		void (*offer)(const struct about *, struct candidates *);
	} names[] = {
		{ "FILE", offer_files },
		{ "TARGET", offer_hosts },
		{ "PORT", offer_ports },
		{ "HOST", found_hosts },
		{ "ADDRESS", found_addresses },
		{ "SESSION", offer_sessions },
		{ "MECH", offer_mechanisms },
		{ "VERB", help_words },
		{ "SETTING", offer_settings },
		{ "VALUE", setting_values },
		{ "A", offer_addresses },
		{ "B,", several_addresses },
		{ "PHASE=", offer_phases },
		{ "NAME", own_names },
		{ "SECTION", offer_sections },
		{ "DOMAIN", offer_domains },
		{ "CODE", last_code },
		{ "KEYWORD", offer_keywords },
		{ "ATTRIBUTE=", offer_attributes },
		{ "WORD=", message_words },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_eq(what, span_of(names[i].what)))
			names[i].offer(a, c);
}

/* ---- what a syntax spells out */

static bool
is_spelled(struct span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!(word.at[i] >= 'a' && word.at[i] <= 'z') && !ascii_is_digit(word.at[i]) &&
		    word.at[i] != '=')
			return false;
	return word.len > 0;
}

static bool
argument_was_given(struct span given, struct span word)
{
	for (struct span one; (one = span_word(&given)).len > 0;)
		if (span_starts(one, word))
			return true;
	return false;
}

/* Adds the words of a list such as "off|chain|name" or "FILE|off". */
static void
complete_alternatives(const struct about *a, struct span list, struct candidates *c)
{
	while (list.len > 0) {
		struct span one = span_until(&list, '|');
		size_t key = span_has(one, '=') ?
		    (size_t)((const char *)memchr(one.at, '=', one.len) - one.at) + 1 :
		    one.len;
		if (is_spelled(span_first(one, key)) &&
		    !argument_was_given(a->given, span_first(one, key)))
			complete_try(c, span_first(one, key), "");
		else if (!is_spelled(span_first(one, key)))
			offer_named(a, one, c);
	}
}

/*
 * Completes one word of a syntax: "[verify=off|chain|name]", "v1|v2|off", "FILE|size=N|<<TAG",
 * "[to=B,...]".
 */
static void
syntax_word(const struct about *a, struct span word, struct candidates *c)
{
	while (word.len > 0 && word.at[0] == '[')
		word = span_skip(word, 1);
	while (word.len > 0 && strchr("].", word.at[word.len - 1]))
		word.len--;
	struct span values = word, key = span_until(&values, '=');
	if (values.len == 0 || span_has(key, '|')) {
		complete_alternatives(a, word, c);
		return;
	}
	key.len++;
	if (!span_starts(c->prefix, key)) {
		complete_alternatives(a, key, c);
		return;
	}
	struct candidates value = { .out = c->out, .prefix = span_skip(c->prefix, key.len) };
	complete_alternatives(
	    &(struct about){ a->talk, a->view, a->command, SPAN_NONE }, values, &value);
	c->prefix = value.prefix;
}

/* Words without "=" are positional. Returns how many of them precede the one being typed. */
static unsigned
places_given(struct span given)
{
	unsigned n = 0;

	for (struct span word; (word = span_word(&given)).len > 0;)
		n += !span_has(word, '=');
	return n;
}

/*
 * "A B": the word at its position. "A | B": either. "A...": any number. "[k=A] [l=B]": any order.
 */
static size_t
complete_arguments(const struct about *a, const char *syntax, struct candidates *c)
{
	struct span words = span_of(syntax), typed = c->prefix;
	unsigned place = 0, wanted = places_given(a->given);
	bool either = false;

	for (struct span word; (word = span_word(&words)).len > 0 && c->prefix.len == typed.len;) {
		struct span value = word, key = span_until(&value, '=');
		bool by_name = value.len > 0 && !span_has(key, '|'),
		     any = span_find(word, SPAN("...")).len > 0;
		if (span_eq(word, SPAN("|"))) {
			either = true;
			continue;
		}
		place -= either && place > 0 && !by_name;
		either = false;
		if (by_name || place == wanted || (any && place < wanted))
			syntax_word(a, word, c);
		place += !by_name;
	}
	return c->prefix.len;
}

static size_t
complete_command(
    struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	struct span rest = span_skip(line, 1), whole = rest, name = span_word(&rest), after = rest;
	const char *syntax = "";
	size_t n = line.len;

	if (name.len == whole.len) {
		c->prefix = name;
		for (struct prompt_word w = { .table = t->commands.table }; prompt_next_word(&w);)
			complete_meant(
			    c, span_of(w.name), w.args[0] ? " " : "", span_of(w.help));
		const struct config *config = config_of(t);
		for (const struct config_alias *a = config ? config->aliases : NULL; a; a = a->next)
			complete_try(c, a->name, "");
		return name.len;
	}
	for (struct prompt_word w = { .table = t->commands.table }; prompt_next_word(&w);)
		if (span_eq(name, span_of(w.name)))
			syntax = w.args;
	bool ended = line.at[line.len - 1] == ' ';
	if (strstr(syntax, "LINE") && span_word(&after).len > 0 && (after.len > 0 || ended)) {
		struct span behind = after;
		if (span_eq(span_word(&behind), SPAN("force")) && (behind.len > 0 || ended))
			after = behind;
		return complete_line(t, v, after, c);
	}
	while (n > 0 && line.at[n - 1] != ' ')
		n--;
	c->prefix = span_skip(line, n);
	struct about about = { t, v, name,
		span_first(
		    rest, rest.len - (rest.len < c->prefix.len ? rest.len : c->prefix.len)) };
	return complete_arguments(&about, syntax, c);
}
