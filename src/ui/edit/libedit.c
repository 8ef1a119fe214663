/* libedit - line editing: the only file that uses libedit. */
#include "ui/edit/libedit.h"

#include <histedit.h>
#include <stdlib.h>

struct libedit_editor {
	EditLine *el;
	HistoryW *history;
	const struct libedit_calls *calls;
	void *ctx;
};

static struct libedit_editor *
libedit_owner(EditLine *el)
{
	struct libedit_editor *e;

	el_wget(el, EL_CLIENTDATA, &e);
	return e;
}

static int
libedit_on_key(EditLine *el, wchar_t *out)
{
	struct libedit_editor *e = libedit_owner(el);

	return e->calls->key(e->ctx, out);
}

static wchar_t *
on_prompt(EditLine *el)
{
	struct libedit_editor *e = libedit_owner(el);

	return e->calls->prompt(e->ctx);
}

static const unsigned char after[] = {
	[LIBEDIT_AS_DRAWN] = CC_NORM, [LIBEDIT_REFRESH] = CC_REFRESH, [LIBEDIT_BEEP] = CC_ERROR,
	[LIBEDIT_FORWARD] = CC_CURSOR,
};

static unsigned char
on_complete(EditLine *el, wint_t c)
{
	struct libedit_editor *e = libedit_owner(el);

	(void)c;
	return after[e->calls->complete(e->ctx)];
}

static unsigned char
on_escape(EditLine *el, wint_t c)
{
	struct libedit_editor *e = libedit_owner(el);

	(void)c;
	return after[e->calls->escape(e->ctx)];
}

static unsigned char
on_paste(EditLine *el, wint_t c)
{
	struct libedit_editor *e = libedit_owner(el);

	(void)c;
	return after[e->calls->paste(e->ctx)];
}

static unsigned char
on_take(EditLine *el, wint_t c)
{
	struct libedit_editor *e = libedit_owner(el);
	enum libedit_after what = e->calls->take(e->ctx);

	(void)c;
	if (what == LIBEDIT_FORWARD)
		el_cursor(el, 1);
	return after[what];
}

static unsigned char
on_older(EditLine *el, wint_t c)
{
	struct libedit_editor *e = libedit_owner(el);

	(void)c;
	return after[e->calls->older(e->ctx)];
}

static unsigned char
on_newer(EditLine *el, wint_t c)
{
	struct libedit_editor *e = libedit_owner(el);

	(void)c;
	return after[e->calls->newer(e->ctx)];
}

static bool
is_vi(struct libedit_editor *e)
{
	const wchar_t *editor = NULL;

	el_wget(e->el, EL_EDITOR, &editor);
	return editor && wcscmp(editor, L"vi") == 0;
}

static void
bind_keys(struct libedit_editor *e)
{
	el_wset(e->el, EL_BIND, L"^I", L"smtpsh-complete", NULL);
	el_wset(e->el, EL_BIND, L"^]", L"smtpsh-escape", NULL);
	el_wset(e->el, EL_BIND, L"^R", L"em-inc-search-prev", NULL);
}

/* As terminals send them in normal and in application cursor key mode. */
static void
bind_arrows(struct libedit_editor *e)
{
	static const struct {
		const wchar_t *key, *alike, *function;
	} arrows[] = {
		{ L"\\e[A", L"\\eOA", L"smtpsh-older" },
		{ L"\\e[B", L"\\eOB", L"smtpsh-newer" },
		{ L"\\e[C", L"\\eOC", L"smtpsh-take" },
	};

	for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++) {
		el_wset(e->el, EL_BIND, arrows[i].key, arrows[i].function, NULL);
		el_wset(e->el, EL_BIND, arrows[i].alike, arrows[i].function, NULL);
	}
	el_wset(e->el, EL_BIND, L"^F", L"smtpsh-take", NULL);
}

static void
learn_keys(struct libedit_editor *e)
{
	el_wset(e->el, EL_ADDFN, L"smtpsh-complete", L"complete", on_complete);
	el_wset(e->el, EL_ADDFN, L"smtpsh-escape", L"enter one command for smtpsh", on_escape);
	el_wset(e->el, EL_ADDFN, L"smtpsh-paste", L"insert pasted text", on_paste);
	el_wset(e->el, EL_ADDFN, L"smtpsh-take", L"accept the suggestion, or move right", on_take);
	el_wset(e->el, EL_ADDFN, L"smtpsh-older", L"previous line with this beginning", on_older);
	el_wset(e->el, EL_ADDFN, L"smtpsh-newer", L"next line with this beginning", on_newer);
	bind_keys(e);
	bind_arrows(e);
	el_source(e->el, NULL);
	if (is_vi(e))
		/*
		 * "bind -v" has reset them. ESC sequences must not be bound in vi mode, where ESC
		 * is a key of its own: keys would be lost.
		 */
		bind_keys(e);
	else
		el_wset(e->el, EL_BIND, L"\\e[200~", L"smtpsh-paste", NULL);
}

static void
close_editor(struct libedit_editor *e)
{
	if (e->el)
		el_end(e->el);
	if (e->history)
		history_wend(e->history);
	free(e);
}

static struct libedit_editor *
open_editor(FILE *out, const struct libedit_calls *calls, void *ctx)
{
	HistEventW event;
	struct libedit_editor *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	*e = (struct libedit_editor){ el_init("smtpsh", stdin, out, out), history_winit(), calls,
		ctx };
	if (!e->el || !e->history) {
		close_editor(e);
		return NULL;
	}
	history_w(e->history, &event, H_SETSIZE, 1000);
	history_w(e->history, &event, H_SETUNIQUE, 1);
	el_wset(e->el, EL_CLIENTDATA, e);
	el_wset(e->el, EL_EDITOR, L"emacs");
	el_wset(e->el, EL_SIGNAL, 0);
	el_wset(e->el, EL_PROMPT_ESC, on_prompt, L'\1');
	el_wset(e->el, EL_HIST, history_w, e->history);
	el_wset(e->el, EL_GETCFN, libedit_on_key);
	/* No echo between two lines either: what is typed there may be a password. */
	el_wset(e->el, EL_SETTY, L"-x", L"-icanon", L"-echo", NULL);
	learn_keys(e);
	return e;
}

static const wchar_t *
get(struct libedit_editor *e, int *n)
{
	return el_wgets(e->el, n);
}

static int
get_key(struct libedit_editor *e, wchar_t *out)
{
	return el_wgetc(e->el, out);
}

static struct libedit_line
line(struct libedit_editor *e)
{
	const LineInfoW *now = el_wline(e->el);

	return (struct libedit_line){ now->buffer, now->cursor, now->lastchar };
}

static bool
libedit_insert(struct libedit_editor *e, const wchar_t *text)
{
	return el_winsertstr(e->el, text) == 0;
}

static void
erase(struct libedit_editor *e, size_t n)
{
	el_deletestr(e->el, (int)n);
}

static void
to_end(struct libedit_editor *e)
{
	const LineInfoW *now = el_wline(e->el);

	el_cursor(e->el, (int)(now->lastchar - now->cursor));
}

static void
draw(struct libedit_editor *e)
{
	el_wset(e->el, EL_REFRESH);
}

static void
resize(struct libedit_editor *e)
{
	el_resize(e->el);
}

static void
libedit_prepare(struct libedit_editor *e, bool on)
{
	el_wset(e->el, EL_PREP_TERM, (int)on);
}

static void
libedit_remember(struct libedit_editor *e, const wchar_t *text)
{
	HistEventW event;

	history_w(e->history, &event, H_ENTER, text);
}

static const wchar_t *
recall(struct libedit_editor *e, bool back, unsigned *depth, const wchar_t *beginning,
    const wchar_t *now)
{
	size_t n = wcslen(beginning);
	const wchar_t *found = NULL;
	unsigned at = 0, found_at = 0;
	HistEventW event;

	for (int more = history_w(e->history, &event, H_FIRST); more >= 0;
	     more = history_w(e->history, &event, H_NEXT)) {
		at++;
		if (!back && at >= *depth)
			break;
		if ((back && at <= *depth) || wcsncmp(event.str, beginning, n) != 0 ||
		    wcscmp(event.str, now) == 0)
			continue;
		found = event.str;
		found_at = at;
		if (back)
			break;
	}
	if (found)
		*depth = found_at;
	return found;
}

const struct libedit module_libedit = {
	open_editor,
	close_editor,
	is_vi,
	get,
	get_key,
	line,
	libedit_insert,
	erase,
	to_end,
	draw,
	resize,
	libedit_prepare,
	libedit_remember,
	recall,
};
