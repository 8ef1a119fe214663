/* edit_keys - keys that do more than edit: completion, ^], and a paste of several lines. */
#include <limits.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/text.h"
#include "ui/edit_impl.h"

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
	const LineInfoW *line = el_wline(e->el);

	edit_wide_to_utf8(out, line->buffer, (size_t)(line->lastchar - line->buffer));
}

static void
insert(struct edit *e, struct span text)
{
	char *string = memory_zeroed(text.len + 1);
	wchar_t *wide = memory_zeroed((text.len + 1) * sizeof *wide);

	if (text.len > 0)
		memcpy(string, text.at, text.len);
	if (mbstowcs(wide, string, text.len) != (size_t)-1 && wide[0])
		el_winsertstr(e->el, wide);
	free(string);
	free(wide);
}

void
edit_set_line(struct edit *e, struct span text)
{
	const LineInfoW *line = el_wline(e->el);

	el_cursor(e->el, (int)(line->lastchar - line->cursor));
	line = el_wline(e->el);
	el_deletestr(e->el, (int)(line->lastchar - line->buffer));
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

static unsigned char
on_complete(EditLine *el, wint_t ch)
{
	struct edit *e;
	struct buf text = { .max = EDIT_LINE_MAX * 4 }, out = { .max = EDIT_LINE_MAX };

	(void)ch;
	el_wget(el, EL_CLIENTDATA, &e);
	const LineInfoW *line = el_wline(el);
	edit_wide_to_utf8(&text, line->buffer, (size_t)(line->cursor - line->buffer));
	size_t replaced = e->view.complete ? e->view.complete(e->ctx, buf_span(&text), &out) : 0;
	if (replaced == EDIT_PLAIN_TAB) {
		buf_release(&text);
		return el_winsertstr(el, L"\t") == 0 ? CC_REFRESH : CC_ERROR;
	}
	struct span all = buf_span(&out), whole = common(all), one = SPAN_NONE;
	struct span typed = span_skip(buf_span(&text), buf_span(&text).len - replaced);
	unsigned char what = CC_ERROR;
	bool only = span_line(&all, &one) && all.len == 0;
	if (whole.len > typed.len || (only && !span_eq(one, typed))) {
		wchar_t wide[EDIT_PROMPT_MAX];
		char string[EDIT_PROMPT_MAX];
		snprintf(string, sizeof string, "%.*s", SPAN_ARG(typed));
		size_t n = mbstowcs(wide, string, EDIT_PROMPT_MAX);
		if (n != (size_t)-1)
			el_deletestr(el, (int)n);
		insert(e, whole);
		what = CC_REFRESH;
	} else if (one.len > 0 && !only) {
		list(e, buf_span(&out));
		what = CC_NORM;
	}
	buf_release(&text);
	buf_release(&out);
	return what;
}

/* ^]: one command for smtpsh; what stands there half-typed comes back. Again: never mind. */
static unsigned char
on_escape(EditLine *el, wint_t ch)
{
	struct edit *e;

	(void)ch;
	el_wget(el, EL_CLIENTDATA, &e);
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
	return CC_NORM;
}

static bool
read_paste(EditLine *el, struct buf *out)
{
	static const wchar_t end[] = L"\033[201~";
	wchar_t c;
	size_t matched = 0;

	while (matched < 6) {
		if (el_wgetc(el, &c) != 1)
			return false;
		matched = c == end[matched] ? matched + 1 : c == end[0];
		if (c == L'\r')
			c = L'\n';
		edit_wide_to_utf8(out, &c, 1);
	}
	return true;
}

/* One line is just text. Several wait for Enter: they would be commands. */
static unsigned char
on_paste(EditLine *el, wint_t ch)
{
	struct edit *e;
	struct buf got = { .max = EDIT_PASTE_MAX };

	(void)ch;
	el_wget(el, EL_CLIENTDATA, &e);
	e->firing = false;
	if (!read_paste(el, &got) || buf_span(&got).len < 6) {
		buf_release(&got);
		return CC_NORM;
	}
	struct span text = span_first(buf_span(&got), buf_span(&got).len - 6), rest = text, line;
	span_line(&rest, &line);
	if (rest.len == 0 && !e->pasted) {
		insert(e, line);
		buf_release(&got);
		return CC_REFRESH;
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
	return CC_NORM;
}

static void
bind_keys(struct edit *e)
{
	el_wset(e->el, EL_BIND, L"^I", L"smtpsh-complete", NULL);
	el_wset(e->el, EL_BIND, L"^]", L"smtpsh-escape", NULL);
	el_wset(e->el, EL_BIND, L"^R", L"em-inc-search-prev", NULL);
}

void
edit_bind(struct edit *e)
{
	const wchar_t *editor = NULL;

	el_wset(e->el, EL_ADDFN, L"smtpsh-complete", L"complete", on_complete);
	el_wset(e->el, EL_ADDFN, L"smtpsh-escape", L"one command for smtpsh", on_escape);
	el_wset(e->el, EL_ADDFN, L"smtpsh-paste", L"take a paste", on_paste);
	bind_keys(e);
	el_source(e->el, NULL);
	el_wget(e->el, EL_EDITOR, &editor);
	if (editor && wcscmp(editor, L"vi") == 0) {
		bind_keys(e);		/* "bind -v" has reset them; an ESC sequence may not be bound there, it would eat keys */
		return;
	}
	el_wset(e->el, EL_BIND, L"\\e[200~", L"smtpsh-paste", NULL);
	fputs("\033[?2004h", e->out);
}
