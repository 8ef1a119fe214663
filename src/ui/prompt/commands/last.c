/*
 * /last - shows the last replies byte by byte: their line endings, their codes, the commands they
 * answer, and how long they took.
 */
#include "ui/prompt/commands/last.h"

#include <assert.h>

#include "base/text.h"
#include "ui/prompt/commands/list.h"
#include "ui/show/flow.h"

enum { OCTETS_KEPT = 64 << 10 };

struct last {
	struct last_reply kept[LAST_KEPT];
	size_t n;			/* replies so far; the next one is kept at n % LAST_KEPT */
	struct arena sent_arena;
	struct span sent;
};

static void
last_keep(struct last *l, const struct event *e)
{
	struct last_reply *m = &l->kept[l->n++ % LAST_KEPT];
	const struct reply *r = e->answer.reply;

	arena_reset(&m->arena);
	struct span raw = arena_copy(&m->arena, span_first(r->raw, OCTETS_KEPT));
	m->reply = ARENA_NEW(&m->arena, struct reply);
	if (reply_parse(raw, &m->arena, m->reply) == 0)
		*m->reply = (struct reply){
			.code = r->code, .status = r->status, .flaws = r->flaws, .raw = raw
		};
	m->stage = smtp_stage_of(e->answer.verb, e->answer.banner, e->answer.dot);
	m->surprise = e->answer.surprise;
	m->late = e->answer.late;
	m->took_us = e->answer.took_us;
	m->sent = arena_copy(&m->arena, l->sent);
}

static void
last_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct last *l = state;

	(void)p;
	if (e->kind == EVENT_REPLY)
		last_keep(l, e);
	if (e->kind != EVENT_SENT || (e->sent.kind != SENT_COMMAND && e->sent.kind != SENT_SECRET))
		return;
	arena_reset(&l->sent_arena);
	l->sent = arena_copy(&l->sent_arena, span_first(e->sent.text, 1000));
}

static void
last_release(void *state)
{
	struct last *l = state;

	for (size_t i = 0; i < LAST_KEPT; i++)
		arena_release(&l->kept[i].arena);
	arena_release(&l->sent_arena);
}

const struct last_reply *
last_reply(struct prompt *p, size_t n)
{
	const struct last *l = prompt_state(p, &prompt_last);

	assert(n >= 1);
	return n <= l->n && n <= LAST_KEPT ? &l->kept[(l->n - n) % LAST_KEPT] : NULL;
}

bool
last_read(struct prompt *p, struct span args, const struct last_reply **reply)
{
	const struct last *l = prompt_state(p, &prompt_last);
	unsigned long long n = 1;

	if (args.len > 0 && (!span_number(args, LAST_KEPT, &n) || n == 0))
		return false;
	*reply = last_reply(p, (size_t)n);
	if (!*reply && l->n == 0)
		prompt_note(p, "no reply received yet");
	else if (!*reply)
		prompt_problem(p, "only %zu repl%s received so far", l->n, l->n == 1 ? "y" : "ies");
	return true;
}

/* Shows a line with its line ending spelled out. */
static void
show_line_octets(struct screen *s, struct span line)
{
	struct flow f = flow_begin(s, 4, 8);

	screen_print(s, "    ");
	struct span text = span_trim_end(line, "\r\n");
	flow_verbatim(&f, INK_PLAIN, text);
	for (struct span end = span_skip(line, text.len); end.len > 0; end = span_skip(end, 1))
		flow_verbatim(&f, INK_DIM, end.at[0] == '\r' ? SPAN("\\r") : SPAN("\\n"));
	flow_end(&f);
}

static void
last_run(struct prompt *p, void *state, struct span args)
{
	const struct last_reply *m;
	const struct reply_flaw_info *flaw;
	char took[24];

	(void)state;
	if (!last_read(p, args, &m)) {
		prompt_problem(
		    p, "/last: expected a number up to %d: 1 is the last reply, 2 the one before",
		    LAST_KEPT);
		return;
	}
	if (!m)
		return;
	unsigned flaws = m->reply->flaws;
	text_time(took, m->took_us);
	struct span sent = text_safe(&p->screen->arena, span_first(m->sent, 200));
	prompt_note(p, "%zu octets in %zu line%s after %s%s%.*s%s:", m->reply->raw.len,
	    m->reply->nlines, m->reply->nlines == 1 ? "" : "s", took,
	    m->surprise			 ? ", unsolicited" :
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
	.args = "[N]",
	.help = "Show the last reply octet by octet, or the N-th last",
	.at_once = true,
	.everywhere = true,
	.state_size = sizeof(struct last),
	.pages = true,
	.run = last_run,
	.on_event = last_on_event,
	.release = last_release,
};
