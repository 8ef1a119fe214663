/* past - what a screen remembers of each session. */
#include "ui/show/past.h"

#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "smtp/body.h"
#include "smtp/verb.h"
#include "ui/show/show_line.h"

struct screen_past *
past_of(struct screen *s, const struct event *e)
{
	unsigned n = e->session >= 1 && e->session <= SCREEN_SESSIONS ? e->session - 1 : 0;

	if (!s->past[n])
		s->past[n] = memory_zeroed(sizeof *s->past[n]);
	return s->past[n];
}

void
past_offered(struct screen_past *p, const struct extensions *x)
{
	struct extensions *copy;

	arena_reset(&p->arena);
	copy = ARENA_NEW(&p->arena, struct extensions);
	*copy = (struct extensions){ .n = x->n,
		.list = ARENA_ARRAY(&p->arena, struct extension, x->n + 1) };
	for (size_t i = 0; i < x->n; i++)
		copy->list[i] = (struct extension){ arena_copy(&p->arena, x->list[i].keyword),
			arena_copy(&p->arena, x->list[i].params), x->list[i].info };
	p->offered = copy;
}

/* ---- output held back */

void
past_hold(struct screen *s, struct screen_past *p, struct screen_held *held)
{
	free(p->verdict);
	p->verdict = NULL;
	screen_hold(s, memory_file(&p->verdict, &p->verdict_size), false, held);
}

void
past_held(struct screen *s, struct screen_held *held)
{
	fclose(s->out);
	screen_let_go(s, held);
}

static void
past_flush(struct screen *s, struct screen_past *p)
{
	char *verdict = p->verdict;

	p->verdict = NULL;
	if (verdict && verdict[0])
		screen_print(s, "%s", verdict);
	free(verdict);
}

/* ---- before and after an event */

/* Prints a note after a step that did not send EHLO again; a prompt says "EHLO due" itself. */
static void
note_ehlo_due(struct screen *s, const struct event *e)
{
	show_line(s, MARK_NOTE, e,
	    "extensions announced before TLS no longer apply; send EHLO again (RFC 3207 4.2)");
}

bool
past_sums_up(struct screen *s, const struct event *e)
{
	struct screen_past *p = past_of(s, e);

	if (!s->terminal || !s->verdict_only || s->verbose > 0 || e->sent.kind != SENT_TEXT ||
	    body_is_end(e->sent.text))
		return false;
	p->lines++;
	p->octets += e->sent.octets;
	return true;
}

static void
sum_up(struct screen *s, const struct event *e, struct screen_past *p)
{
	struct flow f = show_begin(s, MARK_SENT, e);
	char size[24];

	text_size(size, p->octets);
	flow_print(&f, INK_DIM, "message data: %zu line%s, %s (-v shows them)", p->lines,
	    p->lines == 1 ? "" : "s", size);
	flow_end(&f);
	p->lines = 0;
	p->octets = 0;
}

void
past_before(struct screen *s, const struct event *e)
{
	struct screen_past *p = past_of(s, e);

	if (p->lines > 0 &&
	    (e->kind != EVENT_SENT || e->sent.kind != SENT_TEXT || body_is_end(e->sent.text)))
		sum_up(s, e, p);
	switch (e->kind) {
	case EVENT_CONNECTED:
		p->offered = NULL;
		p->ehlo_due = false;
		break;
	case EVENT_SENT:
		if (verb_is_hello(verb_of(e->sent.text, NULL))) {
			p->ehlo_due = false;
			return;
		}
		break;
	case EVENT_STEP_ENDED: case EVENT_PROBLEM: case EVENT_CLOSED: case EVENT_DELIVERY:
	case EVENT_TLS:
		break;
	default:
		return;
	}
	past_flush(s, p);
	if (e->kind == EVENT_STEP_ENDED && p->ehlo_due) {
		p->ehlo_due = false;
		if (e->err == ERR_NONE && !s->prompt && s->verbose >= 0)
			note_ehlo_due(s, e);
	}
}

void
past_after(struct screen *s, const struct event *e)
{
	if (e->kind == EVENT_EXTENSIONS && e->tls)
		past_flush(s, past_of(s, e));
	if (e->kind == EVENT_REPLY && e->tls && e->answer.verb == VERB_HELO)
		past_flush(s, past_of(s, e));
}
