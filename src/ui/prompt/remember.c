/* remember - the last reply and what it answers. */
#include "ui/prompt/remember.h"

enum { KEPT = 64 << 10 };

static void
remember_reply(struct remember *m, const struct event *e)
{
	const struct reply *r = e->answer.reply;

	arena_reset(&m->arena);
	struct span raw = arena_copy(&m->arena, span_first(r->raw, KEPT));
	m->reply = ARENA_NEW(&m->arena, struct reply);
	if (reply_parse(raw, &m->arena, m->reply) == 0)
		*m->reply = (struct reply){
			.code = r->code, .status = r->status, .flaws = r->flaws, .raw = raw
		};
	m->stage = stage_of(e->answer.verb, e->answer.banner, e->answer.dot);
	m->surprise = e->answer.surprise;
	m->late = e->answer.late;
	m->took_us = e->answer.took_us;
}

void
remember_heard(struct prompt *p, void *state, const struct event *e)
{
	struct remember *m = state;

	(void)p;
	if (e->kind == EVENT_REPLY)
		remember_reply(m, e);
	if (e->kind != EVENT_SENT || (e->sent.kind != SENT_COMMAND && e->sent.kind != SENT_SECRET))
		return;
	arena_reset(&m->sent_arena);
	m->sent = arena_copy(&m->sent_arena, span_first(e->sent.text, 1000));
}

void
remember_release(void *state)
{
	struct remember *m = state;

	arena_release(&m->arena);
	arena_release(&m->sent_arena);
}
