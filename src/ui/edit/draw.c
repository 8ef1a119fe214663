/*
 * draw - what is shown on the terminal: the status, the prompt, the line and the hint. The line
 * itself is drawn by libedit.
 */
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/edit/edit_impl.h"

unsigned
edit_columns(const struct edit *e)
{
	struct winsize size;

	if (ioctl(fileno(e->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

unsigned
edit_rows(const struct edit *e)
{
	struct winsize size;

	return ioctl(fileno(e->out), TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : 24;
}

struct at { unsigned row, column; };

/*
 * Returns where the cursor is after these characters, as libedit draws them: a wide one never
 * straddles two rows.
 */
static struct at
walk(struct at at, const wchar_t *from, const wchar_t *to, unsigned columns)
{
	for (; from < to; from++) {
		int w = wcwidth(*from);
		/* a control character is shown as ^X */
		unsigned width = w >= 0 ? (unsigned)w : 2;
		if (*from == L'\n') {
			at = (struct at){ at.row + 1, 0 };
			continue;
		}
		if (*from == L'\t')
			width = 8 - at.column % 8;
		if (at.column + width > columns)
			at = (struct at){ at.row + 1, 0 };
		at.column += width;
		if (at.column >= columns)
			at = (struct at){ at.row + 1, at.column - columns };
	}
	return at;
}

static struct at
draw_place(const struct edit *e, const wchar_t *to)
{
	unsigned columns = edit_columns(e);
	struct at at = { e->prompt_width / columns, e->prompt_width % columns };

	return walk(at, e->lib->line(e->el).at, to, columns);
}

/* Rows of the status above the prompt, at the terminal's current width. */
static unsigned
status_rows(const struct edit *e)
{
	return e->status_width ? 1 + (e->status_width - 1) / edit_columns(e) : 0;
}

void
edit_hide(struct edit *e)
{
	if (!e->reading || e->hidden)
		return;
	e->hidden = true;
	if (!e->el) {
		fputs("\n", e->out);
		return;
	}
	edit_hint_hide(e);
	unsigned row = draw_place(e, e->lib->line(e->el).cursor).row + status_rows(e);
	if (row >= edit_rows(e))
		row = edit_rows(e) - 1;
	fputc('\r', e->out);
	if (row > 0)
		fprintf(e->out, "\033[%uA", row);
	fputs("\033[J", e->out);
	e->status_width = 0;
}

static unsigned
text_columns(const wchar_t *s, size_t n)
{
	unsigned width = 0;

	for (size_t i = 0; i < n; i++)
		width += wcwidth(s[i]) > 0 ? (unsigned)wcwidth(s[i]) : 0;
	return width;
}

/* Prints as much of `text` as fits into `room` columns; returns the columns used. */
static unsigned
print_dim(struct edit *e, const char *text, unsigned room)
{
	wchar_t wide[EDIT_PROMPT_MAX];
	size_t n = mbstowcs(wide, text, EDIT_PROMPT_MAX - 1);

	if (n == (size_t)-1)
		return 0;
	while (n > 0 && text_columns(wide, n) > room)
		n--;
	if (n == 0)
		return 0;
	struct buf out = { .max = EDIT_PROMPT_MAX * 4 };
	edit_wide_to_utf8(&out, wide, n);
	if (e->opts.dim[0])
		fprintf(e->out, "\033[%sm%.*s\033[0m", e->opts.dim, SPAN_ARG(buf_span(&out)));
	else
		fprintf(e->out, "%.*s", SPAN_ARG(buf_span(&out)));
	buf_release(&out);
	return text_columns(wide, n);
}

void
edit_put_dim(struct edit *e, struct span text, unsigned room)
{
	struct buf string = { .max = EDIT_PROMPT_MAX };

	if (buf_append(&string, span_first(text, EDIT_PROMPT_MAX - 1)) &&
	    buf_append(&string, (struct span){ "", 1 }))
		print_dim(e, buf_span(&string).at, room);
	buf_release(&string);
}

static void
show_status(struct edit *e)
{
	const char *text = e->view.status && !e->status_off ? e->view.status(e->ctx) : NULL;

	e->status_width = text ? print_dim(e, text, edit_columns(e) - 1) : 0;
	if (e->status_width)
		fputs("\r\n", e->out);
}

static void
draw_plain(struct edit *e)
{
	for (const struct edit_piece *p = e->view.prompt(e->ctx); p->text; p++)
		fputs(p->text, e->out);
}

void
edit_show(struct edit *e)
{
	if (!e->reading || !e->hidden)
		return;
	if (!e->el || (e->unseen && !e->view.secret(e->ctx)))
		edit_follow(e);		/* before the prompt is drawn */
	e->hidden = false;
	if (!e->el) {
		draw_plain(e);
	} else {
		if (e->columns != edit_columns(e)) {
			e->columns = edit_columns(e);
			e->lib->resize(e->el);	/* SIGWINCH is still to come */
		}
		show_status(e);
		fflush(e->out);
		e->lib->draw(e->el);
	}
	fflush(e->out);
}

void
edit_to_end(struct edit *e)
{
	struct libedit_line line = e->lib->line(e->el);

	if (e->hidden || (line.cursor == line.end && e->status_width == 0))
		return;
	edit_hide(e);
	e->lib->to_end(e->el);
	e->status_off = true;
	edit_show(e);
}

/*
 * Shows the hint after the cursor. libedit does not know of it, so it must be erased before the
 * next key reaches libedit.
 */
void
edit_hint_show(struct edit *e)
{
	struct libedit_line line = e->lib->line(e->el);
	struct buf text = { .max = EDIT_LINE_MAX * 4 }, hint = { .max = EDIT_PROMPT_MAX };

	if (e->hidden || !e->opts.dim[0] || !e->view.hint || e->escaped || e->unseen ||
	    line.cursor != line.end)
		return;
	unsigned room = edit_columns(e) - draw_place(e, line.cursor).column;
	edit_line_text(e, &text);
	struct span shown = e->view.hint(e->ctx, buf_span(&text));
	if (shown.len == 0 && e->view.ghost)
		shown = e->view.ghost(e->ctx, buf_span(&text));
	if (room > 1 && buf_append(&hint, span_first(shown, EDIT_PROMPT_MAX - 1)) &&
	    buf_append(&hint, (struct span){ "", 1 })) {
		e->hint_width = print_dim(e, buf_span(&hint).at, room - 1);
		if (e->hint_width)
			fprintf(e->out, "\033[%uD", e->hint_width);
		fflush(e->out);
	}
	buf_release(&text);
	buf_release(&hint);
}

void
edit_hint_hide(struct edit *e)
{
	if (e->hint_width)
		fputs("\033[K", e->out);
	e->hint_width = 0;
}

/*
 * libedit wants "\1" around text without width, a visible character after it, and no two such runs
 * in a row.
 */
static void
add_piece(struct edit *e, struct buf *out, const struct edit_piece *p)
{
	wchar_t wide[EDIT_PROMPT_MAX];
	size_t n = mbstowcs(wide, p->text, EDIT_PROMPT_MAX - 1);

	if (n == (size_t)-1 || n == 0)
		return;
	e->prompt_width += text_columns(wide, n);
	if (p->sgr && p->sgr[0] && e->opts.dim[0])
		buf_printf(out, "\1\033[%sm\1%s\1\033[0m\1", p->sgr, p->text);
	else
		buf_printf(out, "%s", p->text);
}

wchar_t *
edit_give_prompt(void *ctx)
{
	static const struct edit_piece command[] = { { "smtpsh command", "1" }, { "> ", NULL },
		{ NULL, NULL } };
	struct buf out = { .max = EDIT_PROMPT_MAX * 4 };
	struct edit *e = ctx;
	char pasted[60];

	e->prompt_width = 0;
	e->prompt_wide[0] = L'\0';
	if (e->hidden)
		return e->prompt_wide;
	if (e->pasted) {
		size_t n = 0;
		struct span all = buf_span(&e->paste), line;
		while (span_line(&all, &line))
			n++;
		snprintf(pasted, sizeof pasted, "send %zu pasted lines? Enter or ^C", n);
		add_piece(e, &out, &(struct edit_piece){ pasted, "1" });
		add_piece(e, &out, &(struct edit_piece){ "> ", NULL });
	} else {
		for (const struct edit_piece *p = e->escaped ? command : e->view.prompt(e->ctx);
		     p->text; p++)
			add_piece(e, &out, p);
	}
	buf_append(&out, (struct span){ "", 1 });
	if (mbstowcs(e->prompt_wide, buf_span(&out).at, EDIT_PROMPT_MAX - 1) == (size_t)-1)
		e->prompt_wide[0] = L'\0';
	buf_release(&out);
	return e->prompt_wide;
}
