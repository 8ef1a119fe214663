/* octets - what is typed: waited for while the loop runs, and made the keys that libedit reads. */
#include <errno.h>
#include <limits.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/edit/edit_impl.h"

enum { KEYS_A_TURN = 4096 };		/* keys that may be taken before the loop runs again */

static void
on_key(void *ctx, unsigned ready)
{
	struct edit *e = ctx;

	(void)ready;
	if (e->wake == WAKE_NONE)
		e->wake = WAKE_KEY;
}

void
edit_watch_keys(struct edit *e)
{
	e->keys = loop_watch(e->loop, e->fd, 0, on_key, e, NULL);
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

/* What was given back, or was put aside for a command or a question, stands in the line again. */
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

/* Whether what is typed may be seen changes with what the peer says. */
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
		tcflush(e->fd, TCIFLUSH);		/* typed as a part of it, and now it would be shown */
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

/* A key without a line to show it in: the line is shown first. */
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

/* -1 for all but a character: libedit then returns, and ->wake says why. */
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
