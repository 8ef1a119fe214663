/* pager - what is taller than the screen goes through $PAGER. */
#include "ui/edit/pager.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/edit/foreground.h"

void
pager_begin(struct pager *p, struct screen *s)
{
	const char *program = getenv("PAGER");
	FILE *held = s->able && program && *program ? tmpfile() : NULL;

	*p = (struct pager){ 0 };
	if (!held)
		return;
	*p = (struct pager){ s->out, s->columns, s->hide };
	s->columns = screen_columns(s);
	s->hide = NULL;
	s->out = held;
}

static bool
is_taller(FILE *held, int terminal)
{
	struct winsize size;
	unsigned lines = 0;
	int c;

	rewind(held);
	while ((c = getc(held)) != EOF)
		lines += c == '\n';
	return ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && lines >= size.ws_row;
}

static void
copy(FILE *held, FILE *out)
{
	int c;

	rewind(held);
	while ((c = getc(held)) != EOF)
		putc(c, out);
}

bool
pager_end(struct pager *p, struct screen *s, void (*lend)(void *ctx), void (*take_back)(void *ctx),
    void *ctx, struct err *err)
{
	FILE *held = s->out;
	char command[1000];
	bool paged = false, ok = true;

	if (!p->out)
		return true;
	s->out = p->out;
	s->columns = p->columns;
	s->hide = p->hide;
	if (is_taller(held, fileno(s->out))) {
		snprintf(command, sizeof command, "LESS=${LESS-FRX} %s", getenv("PAGER"));
		fflush(held);
		lseek(fileno(held), 0, SEEK_SET);
		lend(ctx);
		paged = ok = foreground_run(command, NULL, fileno(held), err);
		take_back(ctx);
	}
	if (!paged && s->hide)
		s->hide(s->hide_ctx);
	if (!paged)
		copy(held, s->out);
	fclose(held);
	return ok;
}
