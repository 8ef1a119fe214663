/* shell - runs other programs from the prompt. */
#include "ui/prompt/shell.h"

#include <unistd.h>

#include "ui/edit/foreground.h"

bool
shell_is_asked(struct span line, struct span *command)
{
	if (!span_starts(line, SPAN("/!")))
		return false;
	*command = span_trim(span_skip(line, 2));
	return true;
}

static void
shell_wait(struct prompt *p, struct span command, int input)
{
	struct err err;
	int status = 0;

	p->lend(p->lend_ctx);
	bool ok = foreground_shell(command, input, &status, &err);
	p->take_back(p->lend_ctx);
	if (!ok)
		prompt_problem(p, "%s", err.text);
	else if (status != 0)
		prompt_note(p, "exit status %d", status);
}

void
shell_run(struct prompt *p, struct span command)
{
	if (command.len == 0)
		prompt_problem(p, "/!: expected a command, as in /!ls");
	else
		shell_wait(p, command, -1);
}

bool
shell_split(
    const struct prompt_command *const table[], struct span *line, struct span *command)
{
	struct span name, behind;

	if (!cursor_is_command(*line, &name))
		return false;
	const struct prompt_command *shows = prompt_find(table, name);
	const struct step_op *op = step_find(step_ops, name);
	if (shows ? !shows->at_once : !op || !(op->traits & STEP_SHOWS))
		return false;
	behind = span_find(*line, SPAN("|"));
	if (behind.len == 0 || behind.at == line->at || behind.at[-1] != ' ')
		return false;
	*command = span_trim(span_skip(*line, (size_t)(behind.at - line->at) + 1));
	*line = span_trim(span_first(*line, (size_t)(behind.at - line->at)));
	return command->len > 0;
}

bool
shell_pipe_begin(struct shell_pipe *pipe, struct prompt *p, struct span command)
{
	FILE *shown = tmpfile();

	if (!shown) {
		prompt_problem(p, "cannot create a temporary file for the output");
		return false;
	}
	*pipe = (struct shell_pipe){ .shown = shown, .command = { .max = command.len + 1 } };
	buf_append(&pipe->command, command);
	screen_hold(p->screen, shown, true, &pipe->held);
	return true;
}

void
shell_pipe_end(struct shell_pipe *pipe, struct prompt *p)
{
	if (!pipe->held.out)
		return;
	screen_let_go(p->screen, &pipe->held);
	fflush(pipe->shown);
	lseek(fileno(pipe->shown), 0, SEEK_SET);
	shell_wait(p, buf_span(&pipe->command), fileno(pipe->shown));
	fclose(pipe->shown);
	buf_release(&pipe->command);
}
