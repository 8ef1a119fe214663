/*
 * /set - shows and changes settings of the prompt and the session: the options that may change
 * while it runs.
 */
#include <stdio.h>

#include "base/suggest.h"
#include "base/text.h"
#include "ui/prompt/prompt.h"
#include "ui/show/flow.h"

enum { AT_VALUE = 17, AT_HELP = 29 };

static void
set_show(struct prompt *p, const struct option *o)
{
	char value[OPTION_SHOWN];
	struct span help = span_of(o->help);

	option_show(o, p->options, value);
	screen_print(p->screen, "    ");
	struct flow f = flow_begin(p->screen, 4, AT_HELP);
	flow_print(&f, INK_PLAIN, "%s", o->name);
	flow_pad(&f, AT_VALUE);
	flow_print(&f, INK_BOLD, "%s", value);
	flow_pad(&f, AT_HELP);
	/* after the ";" is what it means to subcommands */
	flow_put(&f, INK_DIM, span_until(&help, ';'));
	flow_end(&f);
}

static void
set_show_all(struct prompt *p)
{
	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_SET)
			set_show(p, o);
}

static void
set_unknown(struct prompt *p, struct span name)
{
	struct suggestion suggestion = suggest_begin(name);

	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_SET)
			suggest_try(&suggestion, o->name);
	prompt_problem(p, "/set: unknown setting \"%.*s\"%s%s%s; /set alone lists the settings",
	    SPAN_ARG(span_first(name, 60)), SUGGESTION_ARG(suggestion.best, "", ""));
}

static void
set_run(struct prompt *p, void *state, struct span args)
{
	struct span name = span_word(&args);
	struct err err;

	(void)state;
	if (name.len == 0) {
		set_show_all(p);
		return;
	}
	const struct option *o = option_find(SCOPE_SET, name);
	if (!o) {
		set_unknown(p, name);
		return;
	}
	if (args.len > 0 && !option_set(o, p->options, args, &err)) {
		prompt_problem(p, "/set: %s", err.text);
		return;
	}
	screen_settings(p->screen, &p->options->look);
	set_show(p, o);
}

const struct prompt_command prompt_set = {
	.name = "set",
	.group = GROUP_SETTINGS,
	.args = "[SETTING [VALUE]]",
	.help = "Show or change settings, as in /set timeout reply=5s",
	.at_once = true,
	.run = set_run,
};
