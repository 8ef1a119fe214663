/* edit - reads one line at a time with libedit while the loop runs. */
#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "ui/edit/edit_impl.h"

/* Without libedit, prints the reason; lines are then read without editing. */
static void
begin_libedit(struct edit *e)
{
	static const struct libedit_calls calls = {
		edit_read_key, edit_give_prompt, edit_on_complete, edit_on_escape, edit_on_take,
		edit_on_older, edit_on_newer, edit_on_paste,
	};
	struct err err;

	e->lib = libedit(&err);
	if (!e->lib) {
		fprintf(e->out, "no line editing: %s\n", err.text);
		return;
	}
	e->el = e->lib->open(e->out, &calls, e);
	if (e->el && !e->lib->is_vi(e->el))
		fputs("\033[?2004h", e->out);
}

struct edit *
edit_new(struct loop *loop, FILE *out, const struct edit_opts *opts, const struct edit_view *view,
    void *ctx)
{
	struct edit *e = memory_zeroed(sizeof *e);

	*e = (struct edit){ .opts = *opts, .view = *view, .ctx = ctx, .loop = loop, .out = out };
	e->line.max = e->stash.max = e->secret.max = EDIT_LINE_MAX * 4;
	e->plain.max = e->paste.max = EDIT_PASTE_MAX;
	e->beginning.max = e->recalled.max = EDIT_LINE_MAX * sizeof(wchar_t);
	text_locale();
	edit_terminal_open(e);
	if (!opts->plain)
		begin_libedit(e);
	edit_watch_keys(e);
	edit_watch_signals(e);
	return e;
}

void
edit_free(struct edit *e)
{
	if (!e)
		return;
	edit_forget(e);
	loop_unwatch(e->keys);
	if (e->el) {
		fputs("\033[?2004l", e->out);
		e->lib->close(e->el);
	}
	edit_terminal_close(e);
	buf_release(&e->line);
	buf_release(&e->plain);
	buf_release(&e->stash);
	buf_release(&e->beginning);
	buf_release(&e->recalled);
	buf_release(&e->secret);
	buf_release(&e->paste);
	free(e);
}

void
edit_stop(struct edit *e)
{
	e->stop = true;
}

int
edit_signal(const struct edit *e)
{
	return e->signal;
}

bool
edit_line_is_empty(const struct edit *e)
{
	if (!e->el)
		return true;
	struct libedit_line line = e->lib->line(e->el);
	return line.end == line.at;
}

void
edit_insert(struct edit *e, struct span text)
{
	if (e->el)
		buf_append(&e->stash, text);
}

void
edit_remember(struct edit *e, struct span line)
{
	char *text = memory_zeroed(line.len + 1);
	wchar_t *wide = memory_zeroed((line.len + 1) * sizeof *wide);

	if (line.len > 0)
		memcpy(text, line.at, line.len);
	if (e->el && mbstowcs(wide, text, line.len) != (size_t)-1 && wide[0])
		e->lib->remember(e->el, wide);
	free(text);
	free(wide);
}

/* ---- a line */

bool
edit_more(const struct edit *e)
{
	return e->firing && buf_span(&e->paste).len > 0;
}

bool
edit_is_pasted(const struct edit *e)
{
	return e->gave_pasted;
}

static enum edit_result
give_pasted(struct edit *e, struct span *line)
{
	struct span all = buf_span(&e->paste), rest = all;

	e->gave_pasted = true;
	span_line(&rest, line);
	buf_consume(&e->line, buf_span(&e->line).len);
	buf_append(&e->line, *line);
	buf_consume(&e->paste, all.len - rest.len);
	e->firing = rest.len > 0;
	*line = buf_span(&e->line);
	return EDIT_LINE;
}

static enum edit_result
edit_whole_line(struct edit *e, const wchar_t *wide, int n, struct span *line)
{
	while (n > 0 && (wide[n - 1] == L'\n' || wide[n - 1] == L'\r'))
		n--;
	if (e->pasted) {
		edit_wide_to_utf8(&e->paste, wide, (size_t)n);
		if (n > 0)
			buf_append(&e->paste, SPAN("\n"));
		e->pasted = false;
		e->firing = true;
		return give_pasted(e, line);
	}
	buf_consume(&e->line, buf_span(&e->line).len);
	edit_wide_to_utf8(&e->line, wide, (size_t)n);
	*line = buf_span(&e->line);
	if (!e->escaped)
		return EDIT_LINE;
	e->escaped = false;
	return EDIT_COMMAND;
}

/* ^C discards the half-typed line, the escaped command and the paste. */
static enum edit_result
interrupted(struct edit *e)
{
	e->dropped = e->escaped || e->pasted || e->line_was_there;
	e->escaped = e->pasted = false;
	buf_consume(&e->paste, buf_span(&e->paste).len);
	e->unseen = EDIT_SHOWN;
	edit_forget(e);
	return EDIT_INTERRUPT;
}

bool
edit_dropped(const struct edit *e)
{
	return e->dropped;
}

static enum edit_result
no_line(struct edit *e, struct span *line)
{
	if (e->stop)
		return EDIT_STOPPED;
	switch (e->wake) {
	case WAKE_INTERRUPT:
		return interrupted(e);
	case WAKE_SECRET:
		*line = buf_span(&e->secret);
		e->unseen = EDIT_SHOWN;
		return EDIT_SECRET;
	case WAKE_KILL:
		return EDIT_KILLED;
	default:
		return EDIT_END;
	}
}

static enum edit_result
edit_read_line(struct edit *e, struct span *line)
{
	int n = 0;
	const wchar_t *wide;

	if (!e->el)
		return edit_plain_read(e, line);
	wide = e->lib->get(e->el, &n);
	if (wide && n > 0)
		return edit_whole_line(e, wide, n, line);
	if (!e->hidden)
		fputs(e->wake == WAKE_INTERRUPT ? "^C\r\n" : "\r\n", e->out);
	return no_line(e, line);
}

enum edit_result
edit_read(struct edit *e, struct span *line)
{
	assert(!e->reading);
	*line = SPAN_NONE;
	e->gave_pasted = false;
	if (edit_more(e))
		return give_pasted(e, line);
	e->reading = e->hidden = true;
	e->stop = e->status_off = e->line_was_there = false;
	e->depth = 0;
	e->status_width = e->hint_width = 0;
	enum edit_result result = edit_read_line(e, line);
	e->reading = false;
	return result;
}

enum edit_result
edit_run(struct edit *e)
{
	e->wake = WAKE_NONE;
	e->stop = false;
	for (bool wait = false; e->wake == WAKE_NONE && !e->stop; wait = true)
		loop_turn(e->loop, wait);
	return e->stop ? EDIT_STOPPED : e->wake == WAKE_KILL ? EDIT_KILLED : EDIT_INTERRUPT;
}
