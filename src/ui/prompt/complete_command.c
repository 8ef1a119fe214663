/* complete_command - "/" commands: their names, and what their syntax spells out or names. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "run/route/route.h"
#include "run/message/send.h"
#include "ui/prompt/complete_priv.h"
#include "ui/prompt/help.h"

/* ---- what a syntax names in capitals */

struct about {
	struct talk *talk;
	const struct session_view *view;
	struct span command;
	struct span given;		/* the words before the one that is being typed */
};

static void
files(const struct about *a, struct candidates *c)
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
			complete_try(c, span_of(path), stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? "/" : "");
		free(entry[i]);
	}
	free(entry);
}

static void
help_words(const struct about *a, struct candidates *c)
{
	for (const struct help_topic *t = help_topics; t->name; t++)
		complete_try(c, span_of(t->name), "");
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		complete_try(c, span_of(verb_info(verb)->name), "");
	for (struct prompt_word w = { .table = a->talk->commands.table }; prompt_next_word(&w);)
		complete_try(c, span_of(w.name), "");
}

/* The MX of the target first, then what was opened before. */
static void
hosts(const struct about *a, struct candidates *c)
{
	const struct route *route = a->view->route;

	for (size_t i = 0; route && i < route->nall; i++)
		complete_try(c, route->hop[i].host, "");
	complete_try(c, a->view->host, "");
	complete_from_history(a->talk, SPAN("/open "), " ", "", c);
	complete_try(c, SPAN("demo:"), "");
}

static void
mechanisms(const struct about *a, struct candidates *c)
{
	complete_mechanisms(a->view, c);
}

static void
addresses(const struct about *a, struct candidates *c)
{
	complete_from_history(a->talk, SPAN("FROM:<"), ">", "", c);
	complete_from_history(a->talk, SPAN("TO:<"), ">", "", c);
}

/* Of "reply=5s,co" the last one. */
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
	addresses(a, c);
}

static void
phases(const struct about *a, struct candidates *c)
{
	const char *name;

	(void)a;
	last_of_list(c);
	for (size_t i = 0; (name = timeouts_phase(i)); i++)
		complete_try(c, span_of(name), "=");
}

static void
settings(const struct about *a, struct candidates *c)
{
	(void)a;
	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_SET)
			complete_try(c, span_of(o->name), " ");
}

static void
setting_values(const struct about *a, struct candidates *c)
{
	struct span given = a->given;
	const struct option *o = option_find(SCOPE_SET, span_word(&given));

	for (const struct choice *x = o ? o->choices : NULL; x && x->word; x++)
		complete_try(c, span_of(x->word), "");
	if (o && o->arg && strstr(o->arg, "PHASE="))
		phases(a, c);
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
ports(const struct about *a, struct candidates *c)
{
	(void)a;
	for (const char *const *port = (const char *const[]){ "25", "465", "587", "24", NULL }; *port; port++)
		complete_try(c, span_of(*port), "");
}

/* Those that are in use, and the next one. */
static void
sessions(const struct about *a, struct candidates *c)
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
domains(const struct about *a, struct candidates *c)
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
keywords(const struct about *a, struct candidates *c)
{
	const struct extensions *e = a->view->extensions;

	for (size_t i = 0; e && i < e->n; i++)
		complete_try(c, e->list[i].keyword, "");
}

/* What the server lists behind XCLIENT or XFORWARD. */
static void
attributes(const struct about *a, struct candidates *c)
{
	const struct extension *x = a->view->extensions ? extensions_find(a->view->extensions, a->command) : NULL;
	struct span list = x ? x->params : SPAN_NONE;

	for (struct span name; (name = span_word(&list)).len > 0;)
		complete_try(c, name, "=");
}

/* What is said of a message by name, and the files and addresses among it. */
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
		files(a, c);
}

static void
named(const struct about *a, struct span what, struct candidates *c)
{
	static const struct { const char *what; void (*offer)(const struct about *, struct candidates *); } names[] = {
		{ "FILE", files }, { "TARGET", hosts }, { "PORT", ports }, { "HOST", found_hosts }, { "ADDRESS", found_addresses },
		{ "SESSION", sessions }, { "MECH", mechanisms }, { "VERB", help_words }, { "SETTING", settings }, { "VALUE", setting_values },
		{ "A", addresses }, { "B,", several_addresses }, { "PHASE=", phases }, { "NAME", own_names }, { "DOMAIN", domains },
		{ "CODE", last_code }, { "KEYWORD", keywords }, { "ATTRIBUTE=", attributes }, { "WORD=", message_words },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_eq(what, span_of(names[i].what)))
			names[i].offer(a, c);
}

/* ---- what it spells out */

static bool
is_spelled(struct span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!(word.at[i] >= 'a' && word.at[i] <= 'z') && !(word.at[i] >= '0' && word.at[i] <= '9') && word.at[i] != '=')
			return false;
	return word.len > 0;
}

static bool
was_given(struct span given, struct span word)
{
	for (struct span one; (one = span_word(&given)).len > 0;)
		if (span_starts(one, word))
			return true;
	return false;
}

/* "off|chain|name", "FILE|off". */
static void
alternatives(const struct about *a, struct span list, struct candidates *c)
{
	while (list.len > 0) {
		struct span one = span_until(&list, '|');
		size_t key = span_has(one, '=') ? (size_t)((const char *)memchr(one.at, '=', one.len) - one.at) + 1 : one.len;
		if (is_spelled(span_first(one, key)) && !was_given(a->given, span_first(one, key)))
			complete_try(c, span_first(one, key), "");
		else if (!is_spelled(span_first(one, key)))
			named(a, one, c);
	}
}

/* One word of a syntax: "[verify=off|chain|name]", "v1|v2|off", "FILE|size=N|<<TAG", "[to=B,...]". */
static void
syntax_word(const struct about *a, struct span word, struct candidates *c)
{
	while (word.len > 0 && word.at[0] == '[')
		word = span_skip(word, 1);
	while (word.len > 0 && strchr("].", word.at[word.len - 1]))
		word.len--;
	struct span values = word, key = span_until(&values, '=');
	if (values.len == 0 || span_has(key, '|')) {
		alternatives(a, word, c);
		return;
	}
	key.len++;
	if (!span_starts(c->prefix, key)) {
		alternatives(a, key, c);
		return;
	}
	struct candidates value = { .out = c->out, .prefix = span_skip(c->prefix, key.len) };
	alternatives(&(struct about){ a->talk, a->view, a->command, SPAN_NONE }, values, &value);
	c->prefix = value.prefix;
}

/* Words without a "=" stand one behind the other; how many there are before the one that is typed. */
static unsigned
places_given(struct span given)
{
	unsigned n = 0;

	for (struct span word; (word = span_word(&given)).len > 0;)
		n += !span_has(word, '=');
	return n;
}

/* "A B": the one at its place. "A | B": either. "A...": any number. "[k=A] [l=B]": in any order. */
static size_t
arguments(const struct about *a, const char *syntax, struct candidates *c)
{
	struct span words = span_of(syntax), typed = c->prefix;
	unsigned place = 0, wanted = places_given(a->given);
	bool either = false;

	for (struct span word; (word = span_word(&words)).len > 0 && c->prefix.len == typed.len;) {
		struct span value = word, key = span_until(&value, '=');
		bool by_name = value.len > 0 && !span_has(key, '|'), any = span_find(word, SPAN("...")).len > 0;
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

static void
command_names(const struct prompt_command *const table[], struct candidates *c)
{
	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		complete_try(c, span_of(w.name), w.args[0] ? " " : "");
}

size_t
complete_command(struct talk *t, const struct session_view *v, struct span line, struct candidates *c)
{
	struct span rest = span_skip(line, 1), whole = rest, name = span_word(&rest), behind = rest;
	const char *syntax = "";
	size_t n = line.len;

	if (name.len == whole.len) {
		c->prefix = name;
		command_names(t->commands.table, c);
		return name.len;
	}
	for (struct prompt_word w = { .table = t->commands.table }; prompt_next_word(&w);)
		if (span_eq(name, span_of(w.name)))
			syntax = w.args;
	if (strstr(syntax, "LINE") && span_word(&behind).len > 0 && (behind.len > 0 || line.at[line.len - 1] == ' '))
		return complete_line(t, v, behind, c);
	while (n > 0 && line.at[n - 1] != ' ')
		n--;
	c->prefix = span_skip(line, n);
	struct about about = { t, v, name, span_first(rest, rest.len - (rest.len < c->prefix.len ? rest.len : c->prefix.len)) };
	return arguments(&about, syntax, c);
}
