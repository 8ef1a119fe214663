/* screen - where everything that the user sees is printed. */
#include "ui/show/screen.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "ui/show/past.h"

void
screen_settings(struct screen *s, const struct look *look)
{
	const char *no_color = getenv("NO_COLOR");
	bool wanted = s->able && (!no_color || !no_color[0]);
	struct err err;

	s->marks = look->marks;
	s->time = look->time;
	s->verbose = look->verbose;
	s->ehlo = look->ehlo;
	s->color = look->color == WHEN_ALWAYS || (look->color == WHEN_AUTO && wanted);
	s->styled = s->color || (look->color == WHEN_AUTO && s->able);
	/* errors in it were reported at start */
	palette_read(&s->palette, getenv("SMTPSH_COLORS"), &err);
	if (!s->color)
		palette_without_color(&s->palette);
	s->has_palette = true;
	bool explained = s->explain;
	s->explain = (s->terminal || look->verbose > 0 || look->no_explain < 0) &&
	    look->verbose >= 0 && look->no_explain <= 0;
	if (s->explain && !explained)
		s->ntold = 0;
}

enum telling
screen_telling(struct screen *s, const void *what, uint64_t which)
{
	size_t size = sizeof s->told / sizeof *s->told, kept = s->ntold < size ? s->ntold : size;

	if (!s->explain)
		return TELL_NEVER;
	for (size_t i = 0; i < kept; i++)
		if (s->told[i].what == what && s->told[i].which == which)
			return TELL_AGAIN;
	s->told[s->ntold % size].what = what;
	s->told[s->ntold++ % size].which = which;
	return TELL_FIRST;
}

void
screen_init(struct screen *s, FILE *out, const struct look *look)
{
	const char *term = getenv("TERM");

	assert(out && look);
	*s = (struct screen){ .out = out, .terminal = isatty(fileno(out)) };
	s->able = s->terminal && term && term[0] && strcmp(term, "dumb") != 0;
	screen_settings(s, look);
}

struct screen
screen_like(const struct screen *s, FILE *out, unsigned columns)
{
	return (struct screen){ .out = out,
		.terminal = true,
		.color = s->color,
		.styled = s->styled,
		.palette = s->palette,
		.has_palette = s->has_palette,
		.verbose = s->verbose,
		.columns = columns };
}

void
screen_hold(struct screen *s, FILE *to, bool plain, struct screen_held *held)
{
	*held = (struct screen_held){ s->out, s->columns, s->color, s->styled, s->hide };
	s->columns = screen_columns(s);
	s->out = to;
	s->color &= !plain;
	s->styled &= !plain;
	s->hide = NULL;
}

void
screen_let_go(struct screen *s, struct screen_held *held)
{
	s->out = held->out;
	s->columns = held->columns;
	s->color = held->color;
	s->styled = held->styled;
	s->hide = held->hide;
	held->out = NULL;
}

void
screen_release(struct screen *s)
{
	for (size_t i = 0; i < SCREEN_SESSIONS; i++) {
		struct screen_past *p = s->past[i];
		if (!p)
			continue;
		if (p->verdict && p->verdict[0])
			screen_print(s, "%s", p->verdict);
		free(p->verdict);
		arena_release(&p->arena);
		free(p);
		s->past[i] = NULL;
	}
	arena_release(&s->arena);
}

unsigned
screen_columns(const struct screen *s)
{
	struct winsize size;

	if (s->columns)
		return s->columns;
	if (s->terminal && ioctl(fileno(s->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

unsigned
screen_lines(const struct screen *s)
{
	struct winsize size;

	if (s->terminal && ioctl(fileno(s->out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0)
		return size.ws_row;
	return 24;
}

void
screen_print(struct screen *s, const char *format, ...)
{
	va_list ap;

	if (s->hide)
		s->hide(s->hide_ctx);
	va_start(ap, format);
	vfprintf(s->out, format, ap);
	va_end(ap);
}

const char *
screen_sgr(const struct screen *s, enum ink ink)
{
	assert((size_t)ink < INK_COUNT);
	if (!s->color && !s->styled)
		return "";
	return s->has_palette ? s->palette.sgr[ink] : palette_default.sgr[ink];
}

void
screen_ink(struct screen *s, enum ink ink)
{
	const char *sgr = screen_sgr(s, ink);

	if (sgr[0])
		screen_print(s, "\033[%sm", sgr);
}

void
screen_put(struct screen *s, struct span text)
{
	struct span safe = text_safe(&s->arena, text);

	if (s->hide)
		s->hide(s->hide_ctx);
	if (safe.len > 0)
		fwrite(safe.at, 1, safe.len, s->out);
}
