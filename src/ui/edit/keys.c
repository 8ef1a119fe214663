/* keys - keys that do more than edit: completion, ^], and a paste of several lines. */
#include <limits.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "ui/edit/edit_impl.h"

void
edit_wide_to_utf8(struct buf *out, const wchar_t *wide, size_t n)
{
	char octets[MB_LEN_MAX];
	mbstate_t state = { 0 };

	for (size_t i = 0; i < n; i++) {
		size_t used = wcrtomb(octets, wide[i], &state);
		if (used != (size_t)-1)
			buf_append(out, (struct span){ octets, used });
	}
}

void
edit_line_text(const struct edit *e, struct buf *out)
{
	struct libedit_line line = e->lib->line(e->el);

	edit_wide_to_utf8(out, line.at, (size_t)(line.end - line.at));
}

static void
insert(struct edit *e, struct span text)
{
	char *string = memory_zeroed(text.len + 1);
	wchar_t *wide = memory_zeroed((text.len + 1) * sizeof *wide);

	if (text.len > 0)
		memcpy(string, text.at, text.len);
	if (mbstowcs(wide, string, text.len) != (size_t)-1 && wide[0])
		e->lib->insert(e->el, wide);
	free(string);
	free(wide);
}

void
edit_set_line(struct edit *e, struct span text)
{
	e->lib->to_end(e->el);
	struct libedit_line line = e->lib->line(e->el);
	e->lib->erase(e->el, (size_t)(line.end - line.at));
	insert(e, text);
}

/* What all candidates begin with. */
static struct span
common(struct span all)
{
	struct span first = SPAN_NONE, line;

	span_line(&all, &first);
	while (span_line(&all, &line)) {
		size_t n = 0;
		while (n < first.len && n < line.len && first.at[n] == line.at[n])
			n++;
		first = span_first(first, n);
	}
	return first;
}

static void
list(struct edit *e, struct span all)
{
	unsigned width = 0, columns = edit_columns(e), at = 0;
	struct span rest = all, line;

	while (span_line(&rest, &line))
		width = text_width(line) + 2 > width ? text_width(line) + 2 : width;
	edit_to_end(e);
	fputs("\r\n", e->out);
	for (rest = all; span_line(&rest, &line); at += width) {
		if (at > 0 && at + width > columns) {
			fputs("\r\n", e->out);
			at = 0;
		}
		fprintf(e->out, "%.*s%*s", SPAN_ARG(line), (int)(width - text_width(line)), "");
	}
	fputs("\r\n", e->out);
	e->hidden = true;
	e->status_off = false;
	e->status_width = 0;
	edit_show(e);
}

enum libedit_after
edit_on_complete(void *ctx)
{
	struct edit *e = ctx;
	struct buf text = { .max = EDIT_LINE_MAX * 4 }, out = { .max = EDIT_LINE_MAX };

	struct libedit_line line = e->lib->line(e->el);
	edit_wide_to_utf8(&text, line.at, (size_t)(line.cursor - line.at));
	size_t replaced = e->view.complete ? e->view.complete(e->ctx, buf_span(&text), &out) : 0;
	if (replaced == EDIT_PLAIN_TAB) {
		buf_release(&text);
		return e->lib->insert(e->el, L"\t") ? LIBEDIT_REFRESH : LIBEDIT_BEEP;
	}
	struct span all = buf_span(&out), whole = common(all), one = SPAN_NONE;
	struct span typed = span_skip(buf_span(&text), buf_span(&text).len - replaced);
	enum libedit_after what = LIBEDIT_BEEP;
	bool only = span_line(&all, &one) && all.len == 0;
	if (whole.len > typed.len || (only && !span_eq(one, typed))) {
		wchar_t wide[EDIT_PROMPT_MAX];
		char string[EDIT_PROMPT_MAX];
		snprintf(string, sizeof string, "%.*s", SPAN_ARG(typed));
		size_t n = mbstowcs(wide, string, EDIT_PROMPT_MAX);
		if (n != (size_t)-1)
			e->lib->erase(e->el, n);
		insert(e, whole);
		what = LIBEDIT_REFRESH;
	} else if (one.len > 0 && !only) {
		list(e, buf_span(&out));
		what = LIBEDIT_AS_DRAWN;
	}
	buf_release(&text);
	buf_release(&out);
	return what;
}

/* ^]: one command for smtpsh; what stands there half-typed comes back. Again: never mind. */
enum libedit_after
edit_on_escape(void *ctx)
{
	struct edit *e = ctx;

	edit_hide(e);
	if (e->escaped) {
		e->escaped = false;
		edit_set_line(e, buf_span(&e->stash));
		buf_consume(&e->stash, buf_span(&e->stash).len);
	} else {
		edit_line_text(e, &e->stash);
		e->escaped = true;
		edit_set_line(e, SPAN("/"));
	}
	edit_show(e);
	return LIBEDIT_AS_DRAWN;
}

static bool
read_paste(struct edit *e, struct buf *out)
{
	static const wchar_t end[] = L"\033[201~";
	wchar_t c;
	size_t matched = 0;

	while (matched < 6) {
		if (e->lib->get_key(e->el, &c) != 1)
			return false;
		matched = c == end[matched] ? matched + 1 : c == end[0];
		if (c == L'\r')
			c = L'\n';
		edit_wide_to_utf8(out, &c, 1);
	}
	return true;
}

/* One line is just text. Several wait for Enter: they would be commands. */
enum libedit_after
edit_on_paste(void *ctx)
{
	struct edit *e = ctx;
	struct buf got = { .max = EDIT_PASTE_MAX };

	e->firing = false;
	if (!read_paste(e, &got) || buf_span(&got).len < 6) {
		buf_release(&got);
		return LIBEDIT_AS_DRAWN;
	}
	struct span text = span_first(buf_span(&got), buf_span(&got).len - 6), rest = text, line;
	span_line(&rest, &line);
	if (rest.len == 0 && !e->pasted) {
		insert(e, line);
		buf_release(&got);
		return LIBEDIT_REFRESH;
	}
	edit_hide(e);
	edit_line_text(e, &e->paste);
	for (rest = text; span_line(&rest, &line);) {
		buf_append(&e->paste, line);
		buf_append(&e->paste, SPAN("\n"));
	}
	edit_set_line(e, SPAN_NONE);
	struct arena arena = { 0 };
	for (rest = buf_span(&e->paste); !e->pasted && span_line(&rest, &line);)
		fprintf(e->out, "    %.*s\n", SPAN_ARG(text_safe(&arena, line)));
	arena_release(&arena);
	e->pasted = true;
	edit_show(e);
	buf_release(&got);
	return LIBEDIT_AS_DRAWN;
}
