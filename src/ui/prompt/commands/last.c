/*
 * /last - the last reply octet by octet: its line ends, its codes, what it answers, how long it
 * took.
 */
#include "ui/prompt/commands/last.h"

#include "base/text.h"
#include "ui/prompt/commands/list.h"
#include "ui/show/flow.h"

enum { KEPT = 64 << 10 };

static void
last_keep(struct last_reply *m, const struct event *e)
{
	const struct reply *r = e->answer.reply;

	arena_reset(&m->arena);
	struct span raw = arena_copy(&m->arena, span_first(r->raw, KEPT));
	m->reply = ARENA_NEW(&m->arena, struct reply);
	if (reply_parse(raw, &m->arena, m->reply) == 0)
		*m->reply = (struct reply){
			.code = r->code, .status = r->status, .flaws = r->flaws, .raw = raw
		};
	m->stage = smtp_stage_of(e->answer.verb, e->answer.banner, e->answer.dot);
	m->surprise = e->answer.surprise;
	m->late = e->answer.late;
	m->took_us = e->answer.took_us;
}

static void
last_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct last_reply *m = state;

	(void)p;
	if (e->kind == EVENT_REPLY)
		last_keep(m, e);
	if (e->kind != EVENT_SENT || (e->sent.kind != SENT_COMMAND && e->sent.kind != SENT_SECRET))
		return;
	arena_reset(&m->sent_arena);
	m->sent = arena_copy(&m->sent_arena, span_first(e->sent.text, 1000));
}

static void
last_release(void *state)
{
	struct last_reply *m = state;

	arena_release(&m->arena);
	arena_release(&m->sent_arena);
}

const struct last_reply *
last_reply(struct prompt *p)
{
	return prompt_state(p, &prompt_last);
}

/* One line with its end written out. */
static void
show_line_octets(struct screen *s, struct span line)
{
	struct flow f = flow_begin(s, 4, 8);

	screen_print(s, "    ");
	struct span text = line;
	while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
		text.len--;
	flow_verbatim(&f, INK_PLAIN, text);
	for (struct span end = span_skip(line, text.len); end.len > 0; end = span_skip(end, 1))
		flow_verbatim(&f, INK_DIM, end.at[0] == '\r' ? SPAN("\\r") : SPAN("\\n"));
	flow_end(&f);
}

static void
last_run(struct prompt *p, void *state, struct span args)
{
	const struct last_reply *m = state;
	unsigned flaws = m->reply ? m->reply->flaws : 0;
	const struct reply_flaw_info *flaw;
	char took[24];

	(void)args;
	if (!m->reply) {
		prompt_note(p, "no reply has come yet");
		return;
	}
	text_time(took, m->took_us);
	struct span sent = text_safe(&p->screen->arena, span_first(m->sent, 200));
	prompt_note(p, "%zu octets in %zu line%s after %s%s%.*s%s:", m->reply->raw.len,
	    m->reply->nlines, m->reply->nlines == 1 ? "" : "s", took,
	    m->surprise			 ? ", nothing asked for it" :
		m->stage == AT_GREETING ? ", the banner" :
					   ", to ",
	    m->surprise || m->stage == AT_GREETING ? 0 : (int)sent.len, sent.at ? sent.at : "",
	    m->late ? ", late" : "");
	for (struct span rest = m->reply->raw; rest.len > 0;) {
		const char *lf = memchr(rest.at, '\n', rest.len);
		size_t n = lf ? (size_t)(lf - rest.at) + 1 : rest.len;
		show_line_octets(p->screen, span_first(rest, n));
		rest = span_skip(rest, n);
	}
	while ((flaw = reply_flaw_next(&flaws)))
		prompt_problem(p, "%s (%s)", flaw->text, flaw->rfc);
}

const struct prompt_command prompt_last = {
	.name = "last",
	.group = GROUP_LOOK,
	.args = "",
	.help = "Show the last reply octet by octet",
	.at_once = true,
	.state_size = sizeof(struct last_reply),
	.pages = true,
	.run = last_run,
	.on_event = last_on_event,
	.release = last_release,
};
