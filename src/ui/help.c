/* help - made from the tables of verbs, parameters, commands and topics. */
#include "ui/help.h"

#include <stdio.h>

#include "base/near.h"
#include "base/text.h"
#include "smtp/parameter.h"
#include "ui/prompt.h"

enum { LEFT = 34 };		/* columns of what stands on the left of a table */

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
row(struct screen *s, const char *name, const char *syntax, const char *help)
{
	int width = (int)(strlen(name) + strlen(syntax));

	screen_print(s, "    ");
	screen_ink(s, INK_SENT);
	screen_print(s, "%s", name);
	screen_ink(s, INK_PLAIN);
	screen_print(s, "%s", syntax);
	if (width > LEFT - 6)
		screen_print(s, "\n%*s", LEFT, "");
	else
		screen_print(s, "%*s", LEFT - 4 - width, "");
	wrapped(s, span_of(help), LEFT);
}

static bool
offered(const struct session_view *v, const char *extension)
{
	return !extension || (v->extensions && extensions_offer(v->extensions, extension));
}

/* Worth listing now: legal, offered, and no second hello or empty RSET. */
static bool
comes_next(const struct session_view *v, enum verb verb)
{
	bool helloed = v->dialogue.hello != VERB_OTHER;

	if (!dialogue_allows(&v->dialogue, verb) || !offered(v, verb_info(verb)->extension))
		return false;
	switch (verb) {
	case VERB_HELO: case VERB_EHLO:
		return !helloed;
	case VERB_LHLO:
		return false;
	case VERB_RSET:
		return v->dialogue.mail;
	case VERB_VRFY: case VERB_EXPN: case VERB_HELP: case VERB_NOOP:
		return !v->dialogue.mail;
	default:
		return true;
	}
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
	if (v->state != SESSION_OPEN || v->dialogue.mode != MODE_COMMAND)
		return;
	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		if (comes_next(v, verb))
			row(s, verb_info(verb)->name, verb_info(verb)->syntax, verb_info(verb)->help);
}

static void
command_row(struct screen *s, const char *name, const char *args, const char *help)
{
	char slashed[40], space_args[80];

	snprintf(slashed, sizeof slashed, "/%s", name);
	snprintf(space_args, sizeof space_args, "%s%s", args[0] ? " " : "", args);
	row(s, slashed, space_args, help);
}

void
help_state(struct screen *s, const struct session_view *v)
{
	heading(s, where(v));
	next_verbs(s, v);
	heading(s, "What begins with / and a word talks to smtpsh (//text sends /text):");
	for (size_t i = 0; step_ops[i]; i++)
		command_row(s, step_ops[i]->name, step_ops[i]->args, step_ops[i]->help);
	for (size_t i = 0; prompt_commands[i]; i++)
		command_row(s, prompt_commands[i]->name, prompt_commands[i]->args, prompt_commands[i]->help);
	heading(s, "Keys:");
	row(s, "Tab", "", "completes what is being typed, or lists what it could be");
	row(s, "^R", "", "searches what was typed before");
	row(s, "^C", "", "drops the line, or gives up what is being waited for");
	row(s, "^]", "", "reads one / command in every mode");
	row(s, "^D", "", "on an empty line says QUIT and leaves");
	heading(s, "More: /help VERB, /help COMMAND, or /help and one of:");
	for (const struct help_topic *t = help_topics; t->name; t++)
		row(s, t->name, "", t->title);
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
			row(s, p->name, p->syntax, text);
		}
	return true;
}

static bool
help_command(struct screen *s, struct span word)
{
	struct span name = word.at[0] == '/' ? span_skip(word, 1) : word;
	const struct step_op *op = step_find(step_ops, name);
	const struct prompt_command *command = prompt_find(name);

	if (op)
		command_row(s, op->name, op->args, op->help);
	else if (command)
		command_row(s, command->name, command->args, command->help);
	return op || command;
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
help_word(struct screen *s, const struct session_view *v, struct span word)
{
	if (word.at[0] == '/')
		return help_command(s, word);
	if (verb_of(word, NULL) == VERB_AUTH && word.at[0] == 'a')
		return help_topic(s, word);
	return help_verb(s, v, word) || help_topic(s, word) || help_command(s, word);
}

const char *
help_nearest(struct span word)
{
	struct near near = near_begin(word.at[0] == '/' ? span_skip(word, 1) : word);

	for (enum verb verb = VERB_OTHER + 1; verb < VERB_COUNT; verb++)
		near_try(&near, verb_info(verb)->name);
	for (size_t i = 0; step_ops[i]; i++)
		near_try(&near, step_ops[i]->name);
	for (size_t i = 0; prompt_commands[i]; i++)
		near_try(&near, prompt_commands[i]->name);
	for (const struct help_topic *t = help_topics; t->name; t++)
		near_try(&near, t->name);
	return near.best;
}
