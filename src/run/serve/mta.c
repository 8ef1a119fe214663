/*
 * mta - the server's side of a connection as one long step: who answers an act of the client, and
 * when the connection ends. The plain server answers, unless rules and a script in front of it do
 * (mock.h).
 */
#include "run/serve/mta_impl.h"

#include "run/serve/mock.h"

/* RFC 5321 4.5.3.1.4, with room for parameters; RFC 4954 4 */
enum { MTA_LINE_MAX = 2048, MTA_AUTH_LINE_MAX = 12288 };

static enum progress
mta_pump(struct mta *m)
{
	return replies_pump(m, m->play && mock_has_more(m->play));
}

static uint64_t
mta_delay(const struct mta_opts *opts, const struct act *act)
{
	return act->kind == ACT_COMMAND ? opts->delay_ms[act->verb] :
	    act->kind == ACT_DOT	? opts->delay_dot_ms :
	    act->kind == ACT_CONNECTED	? opts->delay_banner_ms :
					  0;
}

static enum progress
mta_did(struct mta *m, const struct act *act)
{
	bool failed = false;

	m->due_ms = mta_delay(m->opts, act);
	mta_login_hear(m, act);
	if (mta_login_goes_on(m, act))
		;
	else if (m->play)
		failed = !mock_answers(m->play, act);
	else
		plain_answers(m, act);
	mta_login_withhold(m, act);
	if (transaction_awaits_verdicts(m, act))
		plain_verdicts(m, act);
	if (failed)
		;
	else if (act->ends_message)
		transaction_over(m, act);
	else if (act->kind == ACT_COMMAND)
		transaction_granted(m, act);
	arena_release(&m->scratch);
	return failed ? STEP_FAIL : mta_pump(m);
}

static enum progress
mta_greet(struct mta *m)
{
	const struct act act = { .kind = ACT_CONNECTED };

	m->due_ms = mta_delay(m->opts, &act);
	if (m->play)
		mock_greets(m->play);
	else
		plain_answers(m, &act);
	arena_release(&m->scratch);
	return mta_pump(m);
}

static bool
mta_has_control(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] == 0 || line.at[i] == '\r')
			return true;
	return false;
}

/* Returns the reply to a line that is malformed whatever command it is; NULL: it is well-formed. */
static const char *
mta_wrong_line(const struct conv_event *e)
{
	bool auth = e->kind == CONV_ANSWER || verb_of(e->text, NULL) == VERB_AUTH;

	if (e->text.len + 2 > (auth ? MTA_AUTH_LINE_MAX : MTA_LINE_MAX))
		return "500 5.5.6 Line too long";
	if (e->flaws & REPLY_BARE_LF)
		return "500 5.5.2 Bare LF: lines must end with CRLF (RFC 5321 2.3.8)";
	if (mta_has_control(e->text))
		return "500 5.5.2 NUL or bare CR in command line";
	return NULL;
}

static enum progress
mta_line(struct mta *m, const struct conv_event *e)
{
	struct act act = { .line = e->text, .wrong = mta_wrong_line(e) };
	unsigned long long octets;
	struct span rest;

	if (e->kind == CONV_ANSWER) {
		act.kind = ACT_ANSWER;
		act.verb = VERB_AUTH;
		return mta_did(m, &act);
	}
	act.kind = ACT_COMMAND;
	act.verb = verb_of(e->text, &act.args);
	rest = act.args = span_trim(act.args);
	/*
	 * The octets of a chunk follow even if the BDAT will be rejected; it is answered after them
	 * (RFC 3030 2). If BDAT is not known here at all, they are read as commands; a script,
	 * however, may know it without offering it.
	 */
	if (act.verb == VERB_BDAT && !act.wrong && (m->play || plain_offers(m, "CHUNKING")) &&
	    span_number(span_word(&rest), ~0ull, &octets)) {
		mta_keep(&m->bdat_mem, &m->bdat, e->text);
		conv_listen(session_conv(m->s), CONV_LISTEN_OCTETS, octets);
		return STEP_WAIT;
	}
	return mta_did(m, &act);
}

static enum progress
mta_text_ended(struct mta *m, unsigned flaws)
{
	struct act act = { .kind = ACT_DOT, .ends_message = true };

	m->mail.bare_lf = flaws & REPLY_BARE_LF;
	if (m->bdat.len == 0)
		return mta_did(m, &act);
	act = (struct act){ .kind = ACT_COMMAND, .line = m->bdat, .counted = true };
	act.verb = verb_of(m->bdat, &act.args);
	act.args = span_trim(act.args);
	act.ends_message = span_ends_case(act.args, SPAN(" LAST"));
	m->bdat = SPAN_NONE;
	return mta_did(m, &act);
}

static enum progress
mta_start(struct session *s, const struct step *step, void *mem)
{
	const struct mta_role *role = step->args;
	struct mta *m = mem;
	bool looks = role->front && mock_looks_at_text(role->front);

	m->s = s;
	m->d = session_dialogue(s);
	m->opts = role->opts;
	m->heard_us = role->heard_us;
	m->out_end = &m->out;
	envelope_init(&m->mail, m->opts->keep_text || looks,
	    (size_t)(m->opts->size_limit ? m->opts->size_limit : MTA_SIZE));
	if (role->front)
		m->play = mock_begin(m, role->front);
	return m->opts->implicit_tls ? session_shake_hands(s) : mta_greet(m);
}

static enum progress
mta_turn(struct mta *m)
{
	if (!m->out && !m->ending && m->play && mock_has_more(m->play)) {
		mock_goes_on(m->play);
		arena_release(&m->scratch);
	}
	return mta_pump(m);
}

static enum progress
mta_heard(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct mta *m = mem;

	(void)s, (void)step;
	if (m->heard_us && (news->kind == NEWS_COMMAND || news->kind == NEWS_TEXT))
		*m->heard_us = loop_now_us();
	switch (news->kind) {
	case NEWS_COMMAND:
		return mta_line(m, news->event);
	case NEWS_TEXT:
		envelope_text(&m->mail, news->event->text);
		return STEP_WAIT;
	case NEWS_TEXT_END:
		return mta_text_ended(m, news->event->flaws);
	case NEWS_TIMER:
	case NEWS_WRITABLE:
		return mta_turn(m);
	case NEWS_TLS_UP:
		return m->up ? STEP_WAIT : mta_greet(m);
	case NEWS_CLOSED:
		return m->play ? mock_left(m->play) : STEP_DONE;
	default:
		return STEP_DONE;
	}
}

/* Sends 421 only if no reply is queued and the connection is not about to end. */
static void
mta_cancel(struct session *s, const struct step *step, void *mem)
{
	struct mta *m = mem;

	(void)step;
	if (m->mail.taken) { /* the client must learn that it was not stored */
		transaction_give_up(m);
		if (mta_pump(m) != STEP_WAIT)
			return;
	}
	if (!m->out && m->up && !m->ending && !(m->play && mock_has_more(m->play))) {
		if (m->opts->closing)
			replies_say(m, SPAN("421 4.3.2 Server shutting down"), VERB_OTHER, false);
		else if (m->play)
			mock_hears_nothing(m->play);
		else
			plain_answers(m, &(struct act){ .kind = ACT_IDLE });
		arena_release(&m->scratch);
		if (mta_pump(m) != STEP_WAIT)
			return;
	}
	session_shut(s);
}

static void
mta_release(void *mem)
{
	struct mta *m = mem;

	mock_end(m->play);
	arena_release(&m->outs);
	arena_release(&m->scratch);
	arena_release(&m->helo_mem);
	arena_release(&m->user_mem);
	arena_release(&m->bdat_mem);
	arena_release(&m->offers_mem);
	mta_login_release(&m->login);
	envelope_release(&m->mail);
}

const struct step_op step_mta = {
	.name = "mta",
	.args = "",
	.help = "Act as a well-behaved ESMTP server",
	.state_size = sizeof(struct mta),
	.start = mta_start,
	.on_news = mta_heard,
	.cancel = mta_cancel,
	.release = mta_release,
};
