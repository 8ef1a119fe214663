/*
 * usage - prints the help of a subcommand, from the rows of its options: the most used first, the
 * others under the headings of their groups, then examples.
 */
#include <stdio.h>

#include "ui/cmd/commands.h"
#include "ui/edit/foreground.h"
#include "ui/show/flow.h"
#include "ui/show/standard.h"

enum { AT_TEXT = 30, AT_COMMAND = 14 };

static const char *const group_titles[] = {
#define X(token, title) [IN_##token] = title,
	OPTION_GROUPS(X)
#undef X
};
static const char *const command_titles[] = {
#define X(token, title) [FOR_##token] = title,
	COMMAND_GROUPS(X)
#undef X
};
enum {
	GROUPS = sizeof group_titles / sizeof *group_titles,
	COMMAND_TITLES = sizeof command_titles / sizeof *command_titles
};

/* Text that wraps at the width of the terminal, or at 80 columns without a terminal. */
static struct flow
usage_flow(struct screen *s, unsigned column, unsigned indent)
{
	struct flow f = flow_begin(s, column, indent);

	f.width = screen_columns(s);
	return f;
}

/* Prints a row: `left`, and a sentence at `column`, on the next line if `left` is too long. */
static void
usage_row(struct screen *s, const char *left, unsigned column, struct span text)
{
	struct flow f = usage_flow(s, 0, column);

	screen_print(s, "%s", left);
	f.column = (unsigned)strlen(left);
	if (f.column + 2 > column)
		flow_break(&f);
	else
		flow_pad(&f, column);
	flow_put(&f, INK_PLAIN, text);
	flow_end(&f);
}

/* Returns a sentence up to its explanation, shortened at a comma if it does not fit on a line. */
static struct span
usage_brief(const struct screen *s, struct span text)
{
	unsigned room = screen_columns(s) > AT_TEXT ? screen_columns(s) - AT_TEXT : 0;

	text = span_first(text, strcspn(text.at, ":;("));
	for (size_t n = text.len; n > 0 && text.len > room; n--)
		if (text.at[n - 1] == ',')
			text.len = n - 1;
	return span_trim(text);
}

static void
usage_option(struct screen *s, const struct option *o, bool brief)
{
	bool optional = o->arg && o->arg[0] == '[';
	struct span help = span_of(o->help);
	char left[120];
	int n = snprintf(left, sizeof left, o->letter ? "  -%c, " : "      ", o->letter), name;

	name = n += snprintf(left + n, sizeof left - (size_t)n, "--%s", o->name);
	n += snprintf(left + n, sizeof left - (size_t)n, "%s%s", o->arg && !optional ? " " : "",
	    o->arg ? o->arg : "");
	if (brief && (optional || n + 2 > AT_TEXT))
		left[name] = '\0';
	usage_row(s, left, AT_TEXT, brief ? usage_brief(s, help) : help);
}

/* Prints the options of a group or, with a negative group, the most used ones. */
static void
usage_options(struct screen *s, unsigned scope, const char *title, int group, bool brief)
{
	bool any = false;

	for (const struct option *o = options; o->name; o++) {
		bool often = o->often & scope;
		if (!(o->scope & scope) || (group < 0 ? !often : often || (int)o->group != group))
			continue;
		if (!any)
			screen_print(s, brief ? "\n" : "\n%s:\n", title);
		any = true;
		usage_option(s, o, brief);
	}
}

/* "  check, resolve, explain" */
static void
usage_command_names(struct screen *s, const struct command *const all[], enum command_group group)
{
	char left[40];
	struct flow f = usage_flow(s, 0, AT_TEXT);
	bool any = false;

	snprintf(left, sizeof left, "  %s", command_titles[group]);
	screen_print(s, "%s", left);
	f.column = (unsigned)strlen(left);
	flow_pad(&f, AT_TEXT);
	for (size_t i = 1; all[i]; i++) {
		if (all[i]->group != group)
			continue;
		flow_print(&f, INK_PLAIN, "%s%s", any ? ", " : "", all[i]->name);
		any = true;
	}
	flow_end(&f);
}

static void
usage_commands(struct screen *s, const struct command *const all[], bool brief)
{
	char left[40];

	if (brief)
		screen_print(s, "\n");
	for (int group = FOR_SESSION + 1; group < COMMAND_TITLES; group++) {
		if (brief) {
			usage_command_names(s, all, (enum command_group)group);
			continue;
		}
		screen_print(s, "\n%s:\n", command_titles[group]);
		for (size_t i = 1; all[i]; i++)
			if ((int)all[i]->group == group) {
				snprintf(left, sizeof left, "  %s", all[i]->name);
				usage_row(s, left, AT_COMMAND, span_of(all[i]->help));
			}
	}
}

static void
usage_examples(struct screen *s, const struct command *command, bool brief)
{
	if (command->example[0])
		screen_print(s, brief ? "\n" : "\nExamples:\n");
	for (const char *const *example = command->example; *example; example++)
		screen_print(s, "  smtpsh %s\n", *example);
}

static void
usage_write(struct screen *s, const struct command *command, const struct program *all, bool brief)
{
	bool talk = !command->name[0];
	struct flow f = usage_flow(s, 0, 0);

	screen_print(s, "usage: smtpsh %s%s%s\n", command->name, talk ? "" : " ", command->args);
	if (talk)
		screen_print(s, "       smtpsh SUBCOMMAND [OPTION...] [ARGUMENT...]\n");
	screen_print(s, "\n");
	flow_print(&f, INK_PLAIN, "%s.", command->help);
	flow_end(&f);
	if (talk)
		usage_commands(s, all->commands, brief);
	usage_options(s, command->scope, "Common options", -1, brief);
	for (int group = 0; !brief && group < GROUPS; group++)
		usage_options(s, command->scope, group_titles[group], group, false);
	usage_examples(s, command, brief);
	if (brief)
		screen_print(s, "%ssmtpsh %s%s--help lists all options%s\n", talk ? "" : "\n",
		    command->name, talk ? "" : " ",
		    talk ? "; smtpsh SUBCOMMAND --help, those of a subcommand" : "");
}

static void
usage_no_terminal(void *ctx)
{
	(void)ctx;
}

void
usage_print(const struct command *command, const struct program *all, bool brief)
{
	struct screen s;
	struct pager pager;
	struct err err;

	screen_init(&s, stdout, &(struct look){ .color = WHEN_NEVER });
	pager_begin(&pager, &s);
	usage_write(&s, command, all, brief);
	if (!pager_end(&pager, &s, usage_no_terminal, usage_no_terminal, NULL, &err))
		complain(&err);
	screen_release(&s);
}
