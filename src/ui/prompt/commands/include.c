/* /include - runs the lines of a file as if typed. */

#include "base/file.h"
#include "ui/prompt/prompt.h"

enum { FILE_MAX = 1 << 20 };

struct state {
	struct arena names;		/* places refer to the file names until the prompt ends */
};

static void
include_run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	const char *path = arena_string(&st->names, args);
	struct arena text = { 0 };
	struct place place = { .file = path };
	struct span rest, line;
	struct err err;

	if (args.len == 0) {
		prompt_problem(p, "/include: expected a file, as in /include steps.smtp");
		return;
	}
	if (!file_read(path, FILE_REGULAR, FILE_MAX, &text, &rest, &err)) {
		prompt_problem(p, "%s", err.text);
		rest = SPAN_NONE;
	}
	while (span_line(&rest, &line)) {
		place.line++;
		if (!player_line(p->player, line, place)) {
			prompt_problem(p,
			    "%s has more than %d lines; ignored from line %u on", path,
			    PLAYER_LINES_MAX, place.line);
			break;
		}
	}
	arena_release(&text);
}

static void
include_release(void *mem)
{
	struct state *st = mem;

	arena_release(&st->names);
}

const struct prompt_command prompt_include = {
	.name = "include",
	.group = GROUP_FILES,
	.args = "FILE",
	.help = "Run the lines of a file as if typed",
	.state_size = sizeof(struct state),
	.run = include_run,
	.release = include_release,
};
