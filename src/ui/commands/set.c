/* /set - what the prompt and the session go by: the rows of the options' table that may change while one talks. */
#include <stdio.h>

#include "base/near.h"
#include "base/text.h"
#include "ui/prompt.h"

static void
show_one(struct prompt *p, const struct option *o)
{
	char value[OPTION_SHOWN];

	option_show(o, p->options, value);
	screen_print(p->screen, "    %-12s ", o->name);
	screen_ink(p->screen, INK_BOLD);
	screen_print(p->screen, "%-20s ", value);
	screen_ink(p->screen, INK_DIM);
	screen_print(p->screen, "%s", o->help);
	screen_ink(p->screen, INK_PLAIN);
	screen_print(p->screen, "\n");
}

static void
show_all(struct prompt *p)
{
	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_SET)
			show_one(p, o);
}

static void
unknown(struct prompt *p, struct span name)
{
	struct near near = near_begin(name);

	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_SET)
			near_try(&near, o->name);
	prompt_problem(p, "/set: there is no \"%.*s\" to set%s%s%s; /set alone lists what there is",
	    SPAN_ARG(span_first(name, 60)), near.best ? " (near: " : "", near.best ? near.best : "", near.best ? ")" : "");
}

static void
set_run(struct prompt *p, void *state, struct span args)
{
	struct span name = span_word(&args);
	struct err err;

	(void)state;
	if (name.len == 0) {
		show_all(p);
		return;
	}
	const struct option *o = option_find(SCOPE_SET, name);
	if (!o) {
		unknown(p, name);
		return;
	}
	if (args.len > 0 && !option_set(o, p->options, args, &err)) {
		prompt_problem(p, "/set: %s", err.text);
		return;
	}
	screen_settings(p->screen, p->options);
	show_one(p, o);
}

const struct prompt_command prompt_set = {
	.name = "set",
	.group = GROUP_SETTINGS,
	.args = "[SETTING [VALUE]]",
	.help = "Show what can be set, or set it, as in /set timeout reply=5s",
	.at_once = true,
	.run = set_run,
};
