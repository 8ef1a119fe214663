/* show - prints one event for the user. */
#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "run/session/step.h"
#include "ui/show/past.h"
#include "ui/show/quiet.h"
#include "ui/show/show_line.h"

static void
show_text(struct screen *s, enum mark mark, const struct event *e)
{
	struct flow f = show_begin(s, mark, e);

	flow_put(&f, mark == MARK_PROBLEM ? INK_BOLD : INK_PLAIN, e->text);
	flow_end(&f);
}

/* A connection that succeeded is reported by EVENT_CONNECTED. */
static void
show_attempt(struct screen *s, const struct event *e)
{
	if (e->attempt.up)
		return;
	struct flow f = show_begin(s, MARK_PROBLEM, e);
	char took[24];
	text_time(took, e->attempt.took_us);
	flow_put(&f, INK_BOLD, e->text);
	flow_print(&f, INK_DIM, " (after %s)", took);
	flow_end(&f);
	snprintf(s->reason, sizeof s->reason, "%.*s", SPAN_ARG(e->text));
	s->attempts++;
}

/* "mx1.example.org [192.0.2.1:25]"; a target given as an address is shown once. */
static void
show_connected(struct screen *s, const struct event *e)
{
	struct flow f = show_begin(s, MARK_NOTE, e);
	char peer[ADDR_TEXT], host[ADDR_TEXT], took[24];

	text_time(took, e->connected.took_us);
	addr_text(&e->connected.peer, peer);
	flow_print(&f, INK_DIM, "connected to ");
	if (peer[0] && span_eq(e->connected.host, span_of(addr_host(&e->connected.peer, host)))) {
		flow_print(&f, INK_PLAIN, "%s", peer);
	} else {
		flow_put(&f, INK_PLAIN, e->connected.host);
		flow_print(&f, INK_DIM, peer[0] == '[' ? " %s" : peer[0] ? " [%s]" : "%s", peer);
	}
	flow_print(&f, INK_DIM, " in %s", took);
	flow_end(&f);
	s->attempts = 0;
	s->reason[0] = '\0';
}

static void
show_sent(struct screen *s, const struct event *e)
{
	bool typed = s->terminal && s->hide && e->step && (e->step->op->traits & STEP_IS_LINE) &&
	    !s->echo;

	if (typed && (e->sent.kind == SENT_COMMAND || e->sent.kind == SENT_TEXT))
		return;			/* it is on the screen as typed */
	if (past_sums_up(s, e))
		return;
	struct flow f = show_begin(s, MARK_SENT, e);
	flow_verbatim(&f, INK_PLAIN, e->sent.text);
	flow_end(&f);
}

static void
show_unsent(struct screen *s, const struct event *e)
{
	struct flow f = show_begin(s, MARK_PROBLEM, e);

	flow_print(&f, INK_PLAIN, "not sent: ");
	flow_verbatim(&f, INK_PLAIN, e->text);
	flow_end(&f);
}

static void
show_note(struct screen *s, const struct event *e)
{
	show_text(s, MARK_NOTE, e);
	show_why(s, e);
}

/*
 * Shortens "WHAT: WHY" to WHAT if the previous line had WHY. Returns an empty text after a single
 * attempt to connect: its line says it all.
 */
static struct span
given_once(const struct screen *s, struct span text)
{
	struct span why = span_of(s->reason);

	if (why.len == 0 || !span_ends_case(text, why))
		return text;
	if (s->attempts == 1 || text.len == why.len)
		return SPAN_NONE;
	struct span what = span_first(text, text.len - why.len);
	return span_ends_case(what, SPAN(": ")) ? span_first(what, what.len - 2) : text;
}

static void
show_problem(struct screen *s, const struct event *e)
{
	struct event once = *e;

	once.text = given_once(s, e->text);
	if (once.text.len > 0)
		show_text(s, MARK_PROBLEM, &once);
	s->attempts = 0;
	s->reason[0] = '\0';
	show_why(s, e);
}

/* Events without an entry are not shown. */
static void (*const shows[EVENT_COUNT])(struct screen *, const struct event *) = {
	[EVENT_NOTE] = show_note,
	[EVENT_PROBLEM] = show_problem,
	[EVENT_RESOLVED] = show_route,
	[EVENT_ATTEMPT] = show_attempt,
	[EVENT_CONNECTED] = show_connected,
	[EVENT_SENT] = show_sent,
	[EVENT_REPLY] = show_reply,
	[EVENT_EXTENSIONS] = show_extensions,
	[EVENT_TLS] = show_tls,
	[EVENT_OFFERS] = show_offers,
	[EVENT_CERT] = show_certs,
	[EVENT_INFO] = show_info,
	[EVENT_CLOSED] = show_closed,
	[EVENT_DELIVERY] = show_delivery,
	[EVENT_UNSENT] = show_unsent,
};

void
show_event(struct screen *s, const struct event *e)
{
	past_before(s, e);
	if (shows[e->kind] && !quiet_hides(s, e))
		shows[e->kind](s, e);
	past_after(s, e);
	arena_reset(&s->arena);
}
