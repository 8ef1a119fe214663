/* where - user, host and port, TLS and transaction for the prompt; and what is waited for. */
#include "ui/prompt/where.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

/* Returns "mx1" of mx1.example.org: after a user name, the whole would look like a mail address. */
static struct span
first_label(struct span host)
{
	bool address = true;

	for (size_t i = 0; i < host.len; i++)
		address &= ascii_is_digit(host.at[i]) || strchr(".:[]", host.at[i]);
	return address ? host : span_until(&host, '.');
}

static void
host_and_port(struct where *w, const struct session_view *v, bool brief)
{
	struct arena arena = { 0 };
	struct span host = span_first(text_safe(&arena, v->host), 60);
	unsigned port = addr_port(&v->peer);
	bool literal6 = span_has(host, ':');

	if (brief)
		host = first_label(host);
	int n = snprintf(w->host, sizeof w->host, "%s%.*s%s", literal6 ? "[" : "", SPAN_ARG(host),
	    literal6 ? "]" : "");

	if (port && n > 0 && (size_t)n < sizeof w->host)
		snprintf(w->host + n, sizeof w->host - (size_t)n, ":%u", port);
	arena_release(&arena);
}

/* Returns the state of the transaction in a word; NULL: none. */
static const char *
where_state(struct where *w, const struct session_view *v)
{
	if (v->state == SESSION_OPENING)
		return "connecting";
	if (v->ehlo_due)
		return "(EHLO due)";
	if (v->dialogue.rcpts > 1)
		return snprintf(w->state, sizeof w->state, "rcpt %u", v->dialogue.rcpts), w->state;
	return v->dialogue.rcpts ? "rcpt" : v->dialogue.mail ? "mail" : NULL;
}

static struct edit_piece *
where_number(struct where *w, struct edit_piece *p, const struct session_view *v)
{
	if (!w->numbered)
		return p;
	snprintf(w->number, sizeof w->number, "#%u", v->number);
	*p++ = (struct edit_piece){ " ", NULL };
	*p++ = (struct edit_piece){ w->number, screen_sgr(w->screen, INK_BOLD) };
	return p;
}

static struct edit_piece *
place(struct where *w, struct edit_piece *p, const struct session_view *v)
{
	const char *word = where_state(w, v);
	const char *user = v->dialogue.authenticated && v->number >= 1 &&
		v->number <= PLAYER_SESSIONS ?
	    w->user[v->number - 1] :
	    "";

	host_and_port(w, v, user[0]);
	if (user[0]) {
		*p++ = (struct edit_piece){ user, NULL };
		*p++ = (struct edit_piece){ "@", NULL };
	}
	*p++ = (struct edit_piece){ w->host, screen_sgr(w->screen, INK_HOST) };
	p = where_number(w, p, v);
	if (v->tls) {
		snprintf(w->tls, sizeof w->tls, "%.*s%s", SPAN_ARG(v->tls->version),
		    tls_is_trusted(v->tls) ? "" : "!");
		*p++ = (struct edit_piece){ " ", NULL };
		*p++ = (struct edit_piece){ w->tls,
			screen_sgr(w->screen, tls_is_trusted(v->tls) ? INK_GOOD : INK_WARN_BOLD) };
	}
	if (word) {
		*p++ = (struct edit_piece){ " ", NULL };
		*p++ = (struct edit_piece){ word, screen_sgr(w->screen, INK_BOLD) };
	}
	return p;
}

const struct edit_piece *
where_prompt(struct where *w, const struct session_view *v, bool answering)
{
	struct edit_piece *p = w->piece;

	if (v->state == SESSION_CLOSED || v->host.len == 0)
		*p++ = (struct edit_piece){ "smtpsh", screen_sgr(w->screen, INK_DIM) };
	else if (v->dialogue.mode == MODE_MESSAGE)
		*p++ = (struct edit_piece){ "message, lone . ends",
			screen_sgr(w->screen, INK_WARN) };
	else if (answering)
		*p++ = (struct edit_piece){ "auth", screen_sgr(w->screen, INK_WARN) };
	else
		p = place(w, p, v);
	if (w->piece[0].text != w->host && p == w->piece + 1)
		p = where_number(w, p, v);
	*p++ = (struct edit_piece){ "> ", NULL };
	*p = (struct edit_piece){ NULL, NULL };
	return w->piece;
}

void
where_user(struct where *w, unsigned session, struct span user)
{
	struct arena arena = { 0 };

	if (user.len == 0 || session < 1 || session > PLAYER_SESSIONS)
		return;
	/* "me" of me@example.org */
	user = text_safe(&arena, span_until(&user, '@'));
	snprintf(w->user[session - 1], sizeof w->user[session - 1], "%.*s",
	    SPAN_ARG(text_fit(user, sizeof w->user[session - 1] / 4)));
	arena_release(&arena);
}

const char *
where_waits(struct where *w, const struct session_view *v)
{
	struct span line = waiting_line(v, w->status);

	return line.len > 0 ? line.at : NULL;
}
