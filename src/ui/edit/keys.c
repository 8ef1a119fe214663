/* keys - keys that do more than edit: completion, ^], history, and a paste of several lines. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "ui/edit/edit_impl.h"

/* ---- input before libedit sees it */

enum { KEYS_A_TURN = 4096 };		/* keys handled before the loop runs again */

static void
keys_on_key(void *ctx, unsigned ready)
{
	struct edit *e = ctx;

	(void)ready;
	if (e->wake == WAKE_NONE)
		e->wake = WAKE_KEY;
}

void
edit_watch_keys(struct edit *e)
{
	e->keys = loop_watch(e->loop, e->fd, 0, keys_on_key, e, NULL);
	if (e->keys)
		loop_urgent(e->keys);
}

static size_t
octets_waiting(const struct edit *e)
{
	int n;

	return ioctl(e->fd, FIONREAD, &n) == 0 && n > 0 ? (size_t)n : 0;
}

void
edit_mark(struct edit *e)
{
	e->mark = e->octets + octets_waiting(e);
}

bool
edit_before_mark(const struct edit *e)
{
	return e->octets <= e->mark && e->mark > 0;
}

/*
 * Puts a saved line back into the editor: one that was not sent, or that ^] or a question
 * interrupted.
 */
static void
put_stash(struct edit *e)
{
	bool shown = !e->hidden;

	if (buf_span(&e->stash).len == 0 || e->escaped || e->unseen || !edit_line_is_empty(e))
		return;
	edit_hide(e);
	edit_set_line(e, buf_span(&e->stash));
	buf_consume(&e->stash, buf_span(&e->stash).len);
	if (shown)
		edit_show(e);
}

/* Whether input may be echoed can change with every reply from the server. */
void
edit_follow(struct edit *e)
{
	if (!e->el) {
		edit_plain_echo(e, e->view.secret(e->ctx) == EDIT_SHOWN);
		return;
	}
	enum edit_secret unseen = e->escaped ? EDIT_SHOWN : e->view.secret(e->ctx);
	if (unseen && !e->unseen)
		edit_secret_begin(e, unseen);
	else if (!unseen && e->unseen) {
		e->octets += octets_waiting(e);
		/* typed as part of the secret: it must not be shown now */
		tcflush(e->fd, TCIFLUSH);
		edit_secret_end(e, true);
	}
	put_stash(e);
}

void
edit_wait(struct edit *e)
{
	e->wake = WAKE_NONE;
	if (e->el && octets_waiting(e) > 0 && ++e->keys_taken < KEYS_A_TURN) {
		e->wake = WAKE_KEY;
		edit_follow(e);
		return;
	}
	e->keys_taken = 0;
	loop_want(e->keys, LOOP_READ);
	for (bool wait = false; e->wake == WAKE_NONE && !e->stop; wait = true) {
		loop_turn(e->loop, wait);
		edit_follow(e);
		if (e->el && e->hint_width == 0 && e->wake == WAKE_NONE && !e->stop)
			edit_hint_show(e);
	}
	loop_want(e->keys, 0);
	if (e->el)
		edit_hint_hide(e);
}

/* Reads a byte. The prompt is shown before the first key is handled. */
static bool
next_octet(struct edit *e, char *octet)
{
	for (;;) {
		edit_wait(e);
		if (e->stop || e->wake != WAKE_KEY)
			return false;
		ssize_t n = read(e->fd, octet, 1);
		e->octets += n == 1;
		if (n == 1)
			break;
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		e->wake = WAKE_END;
		return false;
	}
	edit_show(e);
	return true;
}

static bool
is_whole(wchar_t *out, const char *octets, size_t *n)
{
	mbstate_t state = { 0 };
	size_t used = mbrtowc(out, octets, *n, &state);

	if (used == (size_t)-1 || (used == (size_t)-2 && *n == MB_LEN_MAX))
		*n = 0;
	return used != (size_t)-1 && used != (size_t)-2;
}

/* libedit returns when this is not 1; ->wake then tells why. */
int
edit_read_key(void *ctx, wchar_t *out)
{
	struct edit *e = ctx;
	char octets[MB_LEN_MAX];
	size_t n = 0;

	for (;;) {
		if (!next_octet(e, &octets[n])) {
			e->line_was_there = !edit_line_is_empty(e) || buf_span(&e->secret).len > 0;
			if (e->wake == WAKE_INTERRUPT)
				edit_to_end(e);
			errno = EINTR;
			return e->wake == WAKE_END ? 0 : -1;
		}
		if (e->unseen && octets[n] == (']' & 0x1F)) {
			edit_secret_end(e, true);
			*out = octets[n];
			return 1;
		}
		if (e->unseen && octets[n] == ('D' & 0x1F) && buf_span(&e->secret).len == 0) {
			e->wake = WAKE_END;
			return 0;
		}
		if (e->unseen) {
			if (!edit_secret_key(e, octets[n]))
				continue;
			e->wake = WAKE_SECRET;
			return -1;
		}
		n++;
		if (!is_whole(out, octets, &n))
			continue;
		if (*out == L'\r' || *out == L'\n')
			edit_to_end(e);
		return 1;
	}
}

/* ---- keys */

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
keys_insert(struct edit *e, struct span text)
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
	keys_insert(e, text);
}

/* Takes the next candidate: its text, and its description. */
static bool
next_candidate(struct span *all, struct span *text, struct span *meaning)
{
	if (!span_line(all, meaning))
		return false;
	*text = span_until(meaning, '\t');
	return true;
}

/* Returns the beginning that all candidates share. */
static struct span
common(struct span all)
{
	struct span first = SPAN_NONE, line, meaning;

	next_candidate(&all, &first, &meaning);
	while (next_candidate(&all, &line, &meaning)) {
		size_t n = 0;
		while (n < first.len && n < line.len && first.at[n] == line.at[n])
			n++;
		first = span_first(first, n);
	}
	return first;
}

/*
 * Lists the candidates: one per row with its description if they fit on the screen, else side by
 * side.
 */
static void
keys_list(struct edit *e, struct span all)
{
	unsigned width = 0, columns = edit_columns(e), at = 0, n = 0;
	struct span rest = all, text, meaning;
	bool meant = false;

	for (; next_candidate(&rest, &text, &meaning); n++) {
		width = text_width(text) + 2 > width ? text_width(text) + 2 : width;
		meant |= meaning.len > 0;
	}
	meant &= n + 2 < edit_rows(e) && width + 20 < columns;
	edit_to_end(e);
	fputs("\r\n", e->out);
	for (rest = all; next_candidate(&rest, &text, &meaning); at += width) {
		if (at > 0 && (meant || at + width > columns)) {
			fputs("\r\n", e->out);
			at = 0;
		}
		fprintf(e->out, "%.*s%*s", SPAN_ARG(text), (int)(width - text_width(text)), "");
		if (meant && meaning.len > 0)
			edit_put_dim(e, meaning, columns - width - 1);
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
	struct span all = buf_span(&out), whole = common(all), one = SPAN_NONE, meaning;
	struct span typed = span_skip(buf_span(&text), buf_span(&text).len - replaced);
	enum libedit_after what = LIBEDIT_BEEP;
	bool only = next_candidate(&all, &one, &meaning) && all.len == 0;
	if (whole.len > typed.len || (only && !span_eq(one, typed))) {
		wchar_t wide[EDIT_PROMPT_MAX];
		char string[EDIT_PROMPT_MAX];
		snprintf(string, sizeof string, "%.*s", SPAN_ARG(typed));
		size_t n = mbstowcs(wide, string, EDIT_PROMPT_MAX);
		if (n != (size_t)-1)
			e->lib->erase(e->el, n);
		keys_insert(e, whole);
		what = LIBEDIT_REFRESH;
	} else if (one.len > 0 && !only) {
		keys_list(e, buf_span(&out));
		what = LIBEDIT_AS_DRAWN;
	}
	buf_release(&text);
	buf_release(&out);
	return what;
}

/* Right: at the end of the line it accepts the rest of an earlier line that is shown there. */
enum libedit_after
edit_on_take(void *ctx)
{
	struct edit *e = ctx;
	struct libedit_line line = e->lib->line(e->el);
	struct buf text = { .max = EDIT_LINE_MAX * 4 };

	if (line.cursor != line.end)
		return LIBEDIT_FORWARD;
	if (!e->view.ghost || !e->opts.dim || e->escaped)
		return LIBEDIT_BEEP;
	edit_line_text(e, &text);
	bool hinted = e->view.hint && e->view.hint(e->ctx, buf_span(&text)).len > 0;
	struct span ghost = hinted ? SPAN_NONE : e->view.ghost(e->ctx, buf_span(&text));
	keys_insert(e, ghost);
	buf_release(&text);
	return ghost.len > 0 ? LIBEDIT_REFRESH : LIBEDIT_BEEP;
}

static void
keep_wide(struct buf *out, const wchar_t *text, size_t n)
{
	buf_consume(out, buf_span(out).len);
	buf_append(out, (struct span){ (const char *)text, n * sizeof *text });
	buf_append(out, (struct span){ (const char *)L"", sizeof *text });
}

static void
put_wide(struct edit *e, const wchar_t *text)
{
	struct buf line = { .max = EDIT_LINE_MAX * 4 };

	edit_wide_to_utf8(&line, text, wcslen(text));
	edit_set_line(e, buf_span(&line));
	buf_release(&line);
}

/* Up and Down visit the lines that begin with what was typed. */
static enum libedit_after
keys_recall(struct edit *e, bool back)
{
	struct libedit_line line = e->lib->line(e->el);
	size_t n = (size_t)(line.end - line.at), octets = n * sizeof *line.at;
	struct span recalled = buf_span(&e->recalled);

	if (e->depth == 0 || recalled.len != octets + sizeof *line.at ||
	    memcmp(recalled.at, line.at, octets) != 0) {
		e->depth = 0;
		keep_wide(&e->beginning, line.at, n);
	}
	if (!back && e->depth == 0)
		return LIBEDIT_BEEP;
	keep_wide(&e->recalled, line.at, n);
	const wchar_t *beginning = (const wchar_t *)(const void *)buf_span(&e->beginning).at,
		      *now = (const wchar_t *)(const void *)buf_span(&e->recalled).at;
	const wchar_t *found = e->lib->recall(e->el, back, &e->depth, beginning, now);
	if (!found && back)
		return LIBEDIT_BEEP;
	if (!found) {
		e->depth = 0;
		put_wide(e, beginning);
		return LIBEDIT_REFRESH;
	}
	keep_wide(&e->recalled, found, wcslen(found));
	put_wide(e, found);
	return LIBEDIT_REFRESH;
}

enum libedit_after
edit_on_older(void *ctx)
{
	return keys_recall(ctx, true);
}

enum libedit_after
edit_on_newer(void *ctx)
{
	return keys_recall(ctx, false);
}

/*
 * ^]: reads one command for smtpsh, and then restores the half-typed line. Pressed again, it
 * cancels that.
 */
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

/*
 * One pasted line is inserted as text. Several wait for Enter, because each of them would be a
 * command.
 */
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
		keys_insert(e, line);
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
