/*
 * /edit - lets the user write lines in an editor, which are then sent as if typed; in a message
 * they are its text.
 */
#include "ui/prompt/prompt.h"

static void
queue(struct prompt *p, struct span text)
{
	size_t n = 0;

	for (struct span line; span_line(&text, &line); n++)
		if (!player_line(p->player, line, (struct place){ 0 })) {
			prompt_problem(p,
			    "more than %d lines waiting; truncated after line %zu",
			    PLAYER_LINES_MAX, n);
			return;
		}
	if (n == 0)
		prompt_note(p, "nothing written");
	else if (player_view(p->player).dialogue.mode == MODE_MESSAGE)
		prompt_note(p, "%zu line%s of the message inserted; a lone dot ends it", n,
		    n == 1 ? "" : "s");
}

static void
edit_run(struct prompt *p, void *state, struct span args)
{
	struct arena arena = { 0 };
	struct span text;

	(void)state;
	if (args.len > 0)
		prompt_problem(p,
		    "/edit takes no file; use /include FILE for lines, /body FILE for a message");
	else if (player_view(p->player).dialogue.mode == MODE_ANSWER)
		prompt_problem(p,
		    "/edit: AUTH is waiting for a response, which is typed without echo; a lone * "
		    "cancels it");
	else if (prompt_write_text(p, &arena, &text))
		queue(p, text);
	arena_release(&arena);
}

const struct prompt_command prompt_edit = {
	.name = "edit",
	.group = GROUP_MESSAGE,
	.args = "",
	.help = "Write lines in $VISUAL or $EDITOR and send them as if typed; in a message, after "
	    "^], its text",
	.run = edit_run,
};
