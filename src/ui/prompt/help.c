/* help - made from the tables of verbs, parameters, commands and topics. */
#include "ui/prompt/help.h"

#include <stdio.h>

#include "base/near.h"
#include "base/text.h"
#include "smtp/parameter.h"
#include "ui/show/flow.h"
#include "ui/prompt/prompt.h"

/* Columns of what stands on the left of a table: of anything, of the verbs that can come next, of the groups. */
enum { LEFT = 34, LEFT_VERBS = 40, LEFT_GROUPS = 18 };

/* `text` wrapped to the screen, each line behind `indent` blanks; the first one's are already there. */
static void
wrapped(struct screen *s, struct span text, unsigned indent)
{
	unsigned columns = screen_columns(s), room = columns > indent + 20 ? columns - indent - 1 : 20;

	for (bool first = true; text.len > 0; first = false) {
		struct span line = text_fit(text, room);
		screen_print(s, "%*s%.*s\n", first ? 0 : (int)indent, "", SPAN_ARG(line));
		text = span_trim(span_skip(text, line.len));
	}
}

static void
heading(struct screen *s, const char *text)
{
	screen_ink(s, INK_BOLD);
	screen_print(s, "%s", text);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "\n");
}

static void
row(struct screen *s, unsigned left, const char *name, const char *syntax, const char *help)
{
	unsigned width = (unsigned)(strlen(name) + strlen(syntax)) + 4;

	screen_print(s, "    ");
	screen_ink(s, INK_SENT);
	screen_print(s, "%s", name);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "%s", syntax);
	if (width + 2 > left)
		screen_print(s, "\n%*s", (int)left, "");
	else
		screen_print(s, "%*s", (int)(left - width), "");
	wrapped(s, span_of(help), left);
}

static bool
offered(const struct session_view *v, const char *extension)
{
	return !extension || (v->extensions && extensions_offer(v->extensions, extension));
}

/* RFC 5321 4.1.4: these may be said at any time, and lead nowhere. */
static bool
leads_nowhere(enum verb verb)
{
	return verb == VERB_RSET || verb == VERB_VRFY || verb == VERB_EXPN || verb == VERB_HELP || verb == VERB_NOOP ||
	    verb == VERB_QUIT;
}

/* Legal, offered, and no second hello. */
static bool
comes_next(const struct session_view *v, enum verb verb)
{
	bool hello = verb == VERB_HELO || verb == VERB_EHLO || verb == VERB_LHLO;

	if (leads_nowhere(verb) || !dialogue_allows(&v->dialogue, verb) || !offered(v, verb_info(verb)->extension))
		return false;
	return !hello || (v->dialogue.hello == VERB_OTHER && (verb == VERB_LHLO) == v->lmtp);
}

static const char *
where(const struct session_view *v)
{
	if (v->state == SESSION_CLOSED)
		return "There is no connection. /open TARGET makes one; demo: is a server to try things with.";
	if (v->state == SESSION_OPENING)
		return "A connection is being made. ^C gives it up.";
	if (v->dialogue.mode == MODE_MESSAGE)
		return "The message is being typed: every line is sent as it is, until a line with a lone dot. ^] reads one / command.";
	if (v->dialogue.mode == MODE_ANSWER)
		return "The server asked for an answer to AUTH, in base64; what is typed is not shown. A lone * cancels. ^] reads one / command.";
	return "What is typed goes to the server as it is. What can come next:";
}

static void
next_verbs(struct screen *s, const struct session_view *v)
{
	const char *separator = "";

	if (v->state != SESSION_OPEN || v->dialogue.mode != MODE_COMMAND)
		return;
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		if (comes_next(v, verb))
			row(s, LEFT_VERBS, verb_info(verb)->name, verb_info(verb)->syntax, verb_info(verb)->help);
	struct flow f = flow_begin(s, 4, 8);
	screen_print(s, "    ");
	flow_print(&f, INK_DIM, "at any time: ");
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		if (leads_nowhere(verb)) {
			flow_print(&f, INK_PLAIN, "%s", separator);
			flow_print(&f, INK_SENT, "%s", verb_info(verb)->name);
			flow_print(&f, INK_PLAIN, "%s", verb_info(verb)->syntax);
			separator = ", ";
		}
	flow_end(&f);
}

/* ---- commands */

static void
group_names(struct screen *s, enum step_group group, const struct prompt_command *const table[])
{
	struct flow f = flow_begin(s, 4, LEFT_GROUPS);

	screen_print(s, "    ");
	flow_print(&f, INK_DIM, "%s", step_groups[group]);
	flow_pad(&f, LEFT_GROUPS);
	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		if (w.group == group)
			flow_print(&f, INK_SENT, "/%s ", w.name);
	flow_end(&f);
}

static void
command_row(struct screen *s, const struct prompt_word *w)
{
	char slashed[40], space_args[80];

	snprintf(slashed, sizeof slashed, "/%s", w->name);
	snprintf(space_args, sizeof space_args, "%s%s", w->args[0] ? " " : "", w->args);
	row(s, LEFT, slashed, space_args, w->help);
}

static void
help_commands(struct screen *s, const struct prompt_command *const table[])
{
	for (enum step_group group = GROUP_NONE + 1; group < GROUP_COUNT; group++) {
		heading(s, step_groups[group]);
		for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
			if (w.group == group)
				command_row(s, &w);
	}
}

static void
keys_and_more(struct screen *s)
{
	static const struct { const char *key, *does; } keys[] = {
		{ "Tab", " completes, " }, { "^R", " searches the history, " }, { "^C", " drops the line or a wait, " },
		{ "^]", " reads one / command in every mode, " }, { "^D", " says QUIT and leaves" },
	};
	struct flow f = flow_begin(s, 0, 6);

	flow_print(&f, INK_BOLD, "Keys: ");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		flow_print(&f, INK_SENT, "%s", keys[i].key);
		flow_print(&f, INK_PLAIN, "%s", keys[i].does);
	}
	flow_end(&f);
	f = flow_begin(s, 0, 6);
	flow_print(&f, INK_BOLD, "More: ");
	flow_print(&f, INK_PLAIN, "/help and a verb, a command, \"commands\" (each with a sentence), or one of");
	for (const struct help_topic *t = help_topics; t->name; t++)
		flow_print(&f, INK_SENT, " %s", t->name);
	flow_end(&f);
}

/* As much as an 80x24 terminal shows at once. */
void
help_state(struct screen *s, const struct session_view *v, const struct prompt_command *const table[])
{
	heading(s, where(v));
	next_verbs(s, v);
	heading(s, "What begins with / and a word talks to smtpsh (//text sends /text):");
	for (enum step_group group = GROUP_NONE + 1; group < GROUP_COUNT; group++)
		group_names(s, group, table);
	keys_and_more(s);
}

static bool
help_verb(struct screen *s, const struct session_view *v, struct span word)
{
	enum verb verb = verb_of(word, NULL);
	const struct verb_info *info = verb_info(verb);

	if (verb == VERB_OTHER)
		return false;
	screen_ink(s, INK_SENT);
	screen_print(s, "%s", info->name);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "%s\n    %s (%s). Its usual reply is %u.\n", info->syntax, info->help, info->rfc, info->success);
	if (v->state == SESSION_OPEN && !dialogue_allows(&v->dialogue, verb))
		screen_print(s, "    It is out of sequence now.\n");
	if (v->extensions && !offered(v, info->extension))
		screen_print(s, "    This server did not offer %s.\n", info->extension);
	for (const struct parameter *p = parameters; p->name; p++)
		if (p->verb == verb) {
			char text[200];
			snprintf(text, sizeof text, "%s (%s)%s", p->help, p->rfc,
			    v->extensions && !offered(v, p->extension) ? "; not offered here" : "");
			row(s, LEFT, p->name, p->syntax, text);
		}
	return true;
}

static bool
help_command(struct screen *s, struct span word, const struct prompt_command *const table[])
{
	struct span name = word.at[0] == '/' ? span_skip(word, 1) : word;
	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		if (span_eq(name, span_of(w.name)))
			return command_row(s, &w), true;
	return false;
}

static bool
help_topic(struct screen *s, struct span word)
{
	const struct help_topic *t = help_topics;
	struct span text, line;

	while (t->name && !span_eq_case(word, span_of(t->name)))
		t++;
	if (!t->name)
		return false;
	heading(s, t->title);
	for (text = span_of(t->text); span_line(&text, &line);)
		if (line.len == 0 || line.at[0] == ' ')
			screen_print(s, "%.*s\n", SPAN_ARG(line));
		else
			wrapped(s, line, 0);
	return true;
}

/* A word with a slash is a command; without one a topic or a verb comes first. */
bool
help_word(struct screen *s, const struct session_view *v, struct span word,
    const struct prompt_command *const table[])
{
	if (span_eq(word, SPAN("commands")))
		return help_commands(s, table), true;
	if (word.at[0] == '/')
		return help_command(s, word, table);
	if (verb_of(word, NULL) == VERB_AUTH && word.at[0] == 'a')
		return help_topic(s, word);
	return help_verb(s, v, word) || help_topic(s, word) || help_command(s, word, table);
}

const char *
help_nearest(struct span word, const struct prompt_command *const table[])
{
	struct near near = near_begin(word.at[0] == '/' ? span_skip(word, 1) : word);

	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		near_try(&near, verb_info(verb)->name);
	for (struct prompt_word w = { .table = table }; prompt_next_word(&w);)
		near_try(&near, w.name);
	for (const struct help_topic *t = help_topics; t->name; t++)
		near_try(&near, t->name);
	return near.best;
}
