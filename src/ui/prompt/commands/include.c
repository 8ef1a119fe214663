/* /include - the lines of a file, as if they were typed. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ui/prompt/prompt.h"

enum { FILE_MAX = 1 << 20 };

struct state {
	struct arena names;		/* places name the file for as long as the prompt lives */
};

static void
run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	const char *path = arena_string(&st->names, args);
	struct buf all = { .max = FILE_MAX };
	struct place place = { .file = path };
	size_t room;
	ssize_t n = 1;

	if (args.len == 0) {
		prompt_problem(p, "/include wants a file, as in /include steps.smtp");
		return;
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && n > 0) {
		char *at = buf_reserve(&all, 64 << 10, &room);
		n = at ? read(fd, at, room) : 0;
		buf_commit(&all, n > 0 ? (size_t)n : 0);
	}
	if (fd < 0 || n < 0)
		prompt_problem(p, "cannot read %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	struct span rest = fd < 0 || n < 0 ? SPAN_NONE : buf_span(&all), line;
	while (span_line(&rest, &line)) {
		place.line++;
		if (!player_line(p->player, line, place)) {
			prompt_problem(p, "%s has more than %d lines: those from line %u on are not taken", path, PLAYER_LINES_MAX, place.line);
			break;
		}
	}
	buf_release(&all);
}

static void
release(void *mem)
{
	struct state *st = mem;

	arena_release(&st->names);
}

const struct prompt_command prompt_include = {
	.name = "include",
	.group = GROUP_FILES,
	.args = "FILE",
	.help = "Take the lines of a file as if they were typed",
	.state_size = sizeof(struct state),
	.run = run,
	.release = release,
};
