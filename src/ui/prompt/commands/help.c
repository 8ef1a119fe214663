/* /help - shows what can be sent in this state, or the help on a verb, a command or a topic. */
#include "base/suggest.h"
#include "base/text.h"
#include "ui/prompt/help.h"
#include "ui/prompt/prompt.h"

static void
help_run(struct prompt *p, void *state, struct span args)
{
	struct session_view view = player_view(p->player);
	struct span word = span_word(&args);

	(void)state;
	if (word.len == 0) {
		help_state(p->screen, &view, p->table);
		return;
	}
	if (help_word(p->screen, &view, word, p->table))
		return;
	const char *near = help_nearest(word, p->table);
	prompt_problem(p,
	    "/help: unknown topic \"%.*s\"%s%s%s; /help alone lists the topics",
	    SPAN_ARG(text_safe(&p->screen->arena, span_first(word, 60))),
	    SUGGESTION_ARG(near, "", ""));
}

const struct prompt_command prompt_help = {
	.name = "help",
	.group = GROUP_LOOK,
	.args = "[VERB|COMMAND|TOPIC|commands]",
	.help = "Show what can be sent now, or help on one topic",
	.at_once = true,
	.everywhere = true,
	.pages = true,
	.run = help_run,
};
