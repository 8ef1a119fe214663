/*
 * /redo - reconnects and repeats the commands that led to this state, but no message, and no AUTH
 * that was rejected.
 */
#include "base/text.h"
#include "smtp/auth.h"
#include "ui/prompt/prompt.h"

enum { KEPT_MAX = 1 << 20, PENDING_MAX = 64 };

struct state {
	/* the lines that led to this state: EHLO, STARTTLS, AUTH and so on */
	struct buf session;
	struct buf transaction;		/* MAIL and RCPT of the current transaction */
	struct arena arena;		/* of ->pending */
	struct span pending[PENDING_MAX];	/* sent and not answered yet, oldest first */
	size_t npending;
};

static bool
is_opening(const struct step *step)
{
	return step && (step->op->traits & STEP_OPENS);
}

/*
 * Returns "/auth MECH USER" for an AUTH line without its secrets; the password is asked for again.
 */
static struct span
auth_line(struct arena *arena, struct span shown)
{
	struct span rest = shown, user = auth_shown_user(shown);

	span_word(&rest);
	struct span mech = span_word(&rest);
	return arena_printf(arena, "/auth %.*s %.*s", SPAN_ARG(mech), SPAN_ARG(user));
}

static void
redo_sent(struct state *st, const struct event *e)
{
	bool secret = e->sent.kind == SENT_SECRET;

	if ((e->sent.kind != SENT_COMMAND && !secret) || st->npending == PENDING_MAX)
		return;
	/*
	 * The responses in an AUTH exchange are not commands; the line that began it is still
	 * pending or gone.
	 */
	bool auth = verb_of(e->sent.text, NULL) == VERB_AUTH;
	st->pending[st->npending++] = is_opening(e->step) ? SPAN_NONE :
	    auth					  ? auth_line(&st->arena, e->sent.text) :
	    secret					  ? SPAN_NONE :
							    arena_copy(&st->arena, e->sent.text);
}

static void
keep(struct buf *lines, struct span line)
{
	if (line.len > 0)
		buf_printf(lines, "%.*s\n", SPAN_ARG(line));
}

static void
forget_transaction(struct state *st)
{
	buf_consume(&st->transaction, buf_span(&st->transaction).len);
}

static void
answered(struct state *st, const struct event *e)
{
	struct span line = SPAN_NONE;

	if (e->answer.surprise || e->answer.banner)
		return;
	if (e->answer.dot) {
		forget_transaction(st);
		return;
	}
	if (st->npending > 0) {
		line = st->pending[0];
		memmove(&st->pending[0], &st->pending[1], --st->npending * sizeof st->pending[0]);
	}
	bool good = e->err == ERR_NONE;
	switch (e->answer.verb) {
	case VERB_AUTH:
		/* the exchange continues as a part of this line */
		if (good && e->answer.reply->code == 334 && line.len > 0 &&
		    st->npending < PENDING_MAX)
			st->pending[st->npending++] = line;
		else if (good)
			keep(&st->session, line);
		break;
	case VERB_HELO: case VERB_EHLO: case VERB_LHLO: case VERB_RSET:
		forget_transaction(st);
		if (good && e->answer.verb != VERB_RSET)
			keep(&st->session, line);
		break;
	case VERB_STARTTLS: case VERB_XCLIENT: case VERB_XFORWARD:
		if (good)
			keep(&st->session, line);
		break;
	case VERB_MAIL: case VERB_RCPT:
		if (good)
			keep(&st->transaction, line);
		break;
	default:
		break;
	}
	if (st->npending == 0)
		arena_reset(&st->arena);
}

static void
redo_on_event(struct prompt *p, void *mem, const struct event *e)
{
	struct state *st = mem;

	(void)p;
	st->session.max = st->transaction.max = KEPT_MAX;
	if (e->kind == EVENT_CONNECTED) {
		buf_consume(&st->session, buf_span(&st->session).len);
		forget_transaction(st);
		st->npending = 0;
	} else if (e->kind == EVENT_SENT) {
		redo_sent(st, e);
	} else if (e->kind == EVENT_REPLY) {
		answered(st, e);
	}
}

static void
redo_lines(struct prompt *p, struct span lines)
{
	struct span line;

	while (span_line(&lines, &line))
		player_line(p->player, line, (struct place){ 0 });
}

static void
redo_run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	struct session_view v = player_view(p->player);
	struct buf lines = { .max = 2 * KEPT_MAX };

	if (args.len > 0 || (v.state != SESSION_OPEN && v.host.len == 0)) {
		prompt_problem(p, "%s",
		    args.len > 0 ? "/redo takes no arguments" :
				   "not connected; use /open TARGET");
		return;
	}
	if (v.state == SESSION_OPEN && v.dialogue.mode == MODE_COMMAND)
		buf_append(&lines, SPAN("QUIT\n"));
	buf_append(&lines, SPAN("/reopen\n"));
	buf_append(&lines, buf_span(&st->session));
	buf_append(&lines, buf_span(&st->transaction));
	struct span all = buf_span(&lines), line;
	prompt_note(p, "repeating from the start, up to the message data:");
	for (struct span rest = all; span_line(&rest, &line);)
		prompt_note(p, "  %.*s", SPAN_ARG(text_safe(&p->screen->arena, line)));
	redo_lines(p, all);
	buf_release(&lines);
}

static void
redo_release(void *mem)
{
	struct state *st = mem;

	buf_release(&st->session);
	buf_release(&st->transaction);
	arena_release(&st->arena);
}

const struct prompt_command prompt_redo = {
	.name = "redo",
	.group = GROUP_CONNECTION,
	.args = "",
	.help = "Reconnect and return to this state, up to the message data",
	.state_size = sizeof(struct state),
	.run = redo_run,
	.on_event = redo_on_event,
	.release = redo_release,
};
