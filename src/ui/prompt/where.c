/* where - host and port, TLS, the transaction; and what is waited for. */
#include "ui/prompt/where.h"

#include <stdio.h>

#include "base/text.h"

static void
host_and_port(struct where *w, const struct session_view *v)
{
	struct arena arena = { 0 };
	struct span host = span_first(text_safe(&arena, v->host), 60);
	unsigned port = addr_port(&v->peer);
	bool literal6 = span_has(host, ':');
	int n = snprintf(w->host, sizeof w->host, "%s%.*s%s", literal6 ? "[" : "", SPAN_ARG(host),
	    literal6 ? "]" : "");

	if (port && n > 0 && (size_t)n < sizeof w->host)
		snprintf(w->host + n, sizeof w->host - (size_t)n, ":%u", port);
	arena_release(&arena);
}

/* The transaction, in a word. */
static const char *
where_state(struct where *w, const struct session_view *v)
{
	if (v->state == SESSION_OPENING)
		return "connecting";
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
	*p++ = (struct edit_piece){ w->number, "1" };
	return p;
}

static struct edit_piece *
place(struct where *w, struct edit_piece *p, const struct session_view *v)
{
	const char *word = where_state(w, v);

	host_and_port(w, v);
	*p++ = (struct edit_piece){ w->host, "36" };
	p = where_number(w, p, v);
	if (v->tls) {
		snprintf(w->tls, sizeof w->tls, "%.*s", SPAN_ARG(v->tls->version));
		*p++ = (struct edit_piece){ " ", NULL };
		*p++ = (struct edit_piece){ w->tls, v->tls->verified ? "32" : "33" };
	}
	if (word) {
		*p++ = (struct edit_piece){ " ", NULL };
		*p++ = (struct edit_piece){ word, "1" };
	}
	return p;
}

const struct edit_piece *
where_prompt(struct where *w, const struct session_view *v, bool answering)
{
	struct edit_piece *p = w->piece;

	if (v->state == SESSION_CLOSED || v->host.len == 0)
		*p++ = (struct edit_piece){ "smtpsh", "2" };
	else if (v->dialogue.mode == MODE_MESSAGE)
		*p++ = (struct edit_piece){ "message, lone . ends", "33" };
	else if (answering)
		*p++ = (struct edit_piece){ "auth", "33" };
	else
		p = place(w, p, v);
	if (p != w->piece && w->piece[0].text != w->host)
		p = where_number(w, p, v);
	*p++ = (struct edit_piece){ "> ", NULL };
	*p = (struct edit_piece){ NULL, NULL };
	return w->piece;
}

const char *
where_waits(struct where *w, const struct session_view *v)
{
	uint64_t seconds = v->waiting_us ? (loop_now_us() - v->waiting_us) / 1000000 : 0;

	if (seconds < WHERE_PATIENCE_S || !v->wait)
		return NULL;
	snprintf(w->status, sizeof w->status, "... waiting for %s, %llu s; ^C gives up",
	    wait_phrase(v->wait, v->wait_verb), (unsigned long long)seconds);
	return w->status;
}
