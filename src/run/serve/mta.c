/*
 * mta - a correct ESMTP server as one long step: the greeting, the verbs, delays, errors and the
 * end.
 */
#include "run/serve/mta_priv.h"

static struct span
host(const struct mta *m)
{
	return m->opts->host ? span_of(m->opts->host) : SPAN(MTA_HOST);
}

enum progress
mta_answer(struct session *s, struct mta *m, struct span reply)
{
	char kind = reply.len ? reply.at[0] : '2';

	if (kind == '5' &&
	    ++m->errors > (m->opts->errors_max ? m->opts->errors_max : MTA_ERRORS_MAX))
		reply = SPAN("421 4.7.0 Too many errors on this connection");
	session_answer(s, reply);
	if (!span_starts(reply, SPAN("421")) &&
	    !(m->opts->fail_fast && (kind == '4' || kind == '5')))
		return STEP_WAIT;
	session_shut(s);
	return STEP_DONE;
}

void
mta_keep(struct arena *arena, struct span *kept, struct span s)
{
	if (span_eq(*kept, s))
		return;
	arena_reset(arena);
	*kept = arena_copy(arena, s);
}

static enum progress
on_rset(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	if (args.len > 0)
		return MTA_ANSWER(s, m, "501 5.5.4 RSET takes no argument");
	mta_forget(m);
	dialogue_heard(m->d, verb, 250);
	return MTA_ANSWER(s, m, "250 2.0.0 Ok");
}

static enum progress
on_noop(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	(void)verb, (void)args;
	return MTA_ANSWER(s, m, "250 2.0.0 Ok");
}

static enum progress
on_vrfy(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	(void)verb;
	if (args.len == 0)
		return MTA_ANSWER(s, m, "501 5.5.4 VRFY wants a user or an address");
	struct span refused = mta_refuses(m, MTA_RCPT, args);
	if (refused.len > 0 && !span_starts(refused, SPAN("421")))
		return mta_answer(s, m, refused);
	return MTA_ANSWER(s, m, "252 2.5.2 Cannot say; RCPT will");
}

static enum progress
on_expn(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	(void)verb;
	if (args.len == 0)
		return MTA_ANSWER(s, m, "501 5.5.4 EXPN wants a list");
	if (!span_eq_case(args, SPAN("staff")))
		return MTA_ANSWER(s, m, "550 5.1.1 There is no such list; there is staff");
	return MTA_ANSWER(s, m, "250-2.1.5 <ann@" MTA_HOST ">\r\n250 2.1.5 <bob@" MTA_HOST ">");
}

static enum progress
on_quit(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	(void)verb;
	if (args.len > 0)
		return MTA_ANSWER(s, m, "501 5.5.4 QUIT takes no argument");
	session_answer(s, SPAN("221 2.0.0 Bye"));
	session_shut(s);
	return STEP_DONE;
}

static enum progress
on_starttls(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	(void)verb;
	if (args.len > 0)
		return MTA_ANSWER(s, m, "501 5.5.4 STARTTLS takes no argument");
	if (m->d->tls)
		return MTA_ANSWER(s, m, "503 5.5.1 TLS is on already");
	mta_forget(m);
	m->helo = m->user = SPAN_NONE;
	session_answer(s, SPAN("220 2.0.0 Ready for TLS"));
	return session_shake_hands(s);
}

enum { FREE = 1, BDAT_TOO = 2 };	/* allowed before a required TLS; between chunks */

static const struct {
	mta_verb_fn *fn;
	unsigned when;
} verbs[VERB_COUNT] = {
	[VERB_HELO] = { mta_hello, FREE },
	[VERB_EHLO] = { mta_hello, FREE },
	[VERB_LHLO] = { mta_hello, FREE },
	[VERB_MAIL] = { mta_mail },
	[VERB_RCPT] = { mta_rcpt },
	[VERB_DATA] = { mta_data },
	[VERB_BDAT] = { mta_bdat, BDAT_TOO },
	[VERB_RSET] = { on_rset, FREE | BDAT_TOO },
	[VERB_VRFY] = { on_vrfy },
	[VERB_EXPN] = { on_expn },
	[VERB_HELP] = { mta_help, FREE | BDAT_TOO },
	[VERB_NOOP] = { on_noop, FREE | BDAT_TOO },
	[VERB_QUIT] = { on_quit, FREE | BDAT_TOO },
	[VERB_STARTTLS] = { on_starttls, FREE },
	[VERB_AUTH] = { mta_auth },
};

bool
mta_needs_no_tls(enum verb verb)
{
	return verbs[verb].when & FREE;
}

static bool
has_control(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] == 0 || line.at[i] == '\r')
			return true;
	return false;
}

static enum progress
on_command(struct session *s, struct mta *m, struct span line)
{
	struct span args;
	enum verb verb = verb_of(line, &args);

	args = span_trim(args);
	if (!verbs[verb].fn)
		return verb == VERB_OTHER ? MTA_ANSWER(s, m, "500 5.5.2 Not a command known here") :
		    MTA_ANSWER(s, m, "502 5.5.1 Not offered here");
	if (m->opts->require_tls && !m->d->tls && !(verbs[verb].when & FREE))
		return MTA_ANSWER(s, m, "530 5.7.0 STARTTLS first");
	if (!mta_offers(m, verb_info(verb)->extension))
		return MTA_ANSWER(s, m, "502 5.5.1 Not offered here");
	if (m->mail.chunked && !(verbs[verb].when & BDAT_TOO))
		return MTA_ANSWER(
		    s, m, "503 5.5.1 BDAT LAST is still to come; RSET drops the message");
	return verbs[verb].fn(s, m, verb, args);
}

/* What is wrong with a line before it is understood; NULL: nothing. */
static const char *
wrong_line(const struct mta *m, const struct conv_event *e)
{
	bool auth = e->kind == CONV_ANSWER || verb_of(e->text, NULL) == VERB_AUTH;

	(void)m;
	if (e->text.len + 2 > (auth ? MTA_AUTH_LINE_MAX : MTA_LINE_MAX))
		return "500 5.5.6 The line is too long";
	if (e->flaws & REPLY_BARE_LF)
		return "500 5.5.2 A line ends in CRLF, not in LF alone (RFC 5321 2.3.8)";
	if (has_control(e->text))
		return "500 5.5.2 NUL or CR within a line";
	return NULL;
}

static enum progress
put_off(struct session *s, struct mta *m, int what, uint64_t ms)
{
	m->delay = what;
	session_hold(s, true);
	session_sleep(s, ms);
	return STEP_WAIT;
}

static enum progress
heard_line(struct session *s, struct mta *m, const struct conv_event *e)
{
	const char *wrong = wrong_line(m, e);
	uint64_t ms = m->opts->delay_ms[verb_of(e->text, NULL)];

	if (m->auth)
		return mta_auth_answer(s, m, wrong ? SPAN_NONE : e->text);
	if (wrong)
		return mta_answer(s, m, span_of(wrong));
	if (ms == 0)
		return on_command(s, m, e->text);
	mta_keep(&m->delayed_mem, &m->delayed, e->text);
	return put_off(s, m, MTA_DELAY_COMMAND, ms);
}

static enum progress
greet(struct session *s, struct mta *m)
{
	char banner[320];
	struct buf b = { .max = sizeof banner };

	m->up = true;
	buf_printf(&b, "220 %.*s %s smtpsh", SPAN_ARG(span_first(host(m), 255)),
	    m->opts->lmtp ? "LMTP" : "ESMTP");
	session_answer(s, buf_span(&b));
	buf_release(&b);
	return STEP_WAIT;
}

static enum progress
begin(struct session *s, struct mta *m)
{
	return m->opts->delay_banner_ms ?
	    put_off(s, m, MTA_DELAY_BANNER, m->opts->delay_banner_ms) :
	    greet(s, m);
}

static enum progress
mta_start(struct session *s, const struct step *step, void *mem)
{
	struct mta *m = mem;

	m->d = session_dialogue(s);
	m->opts = step->args;
	envelope_init(&m->mail, m->opts->keep_text,
	    (size_t)(m->opts->size_limit ? m->opts->size_limit : MTA_SIZE));
	return m->opts->implicit_tls ? session_shake_hands(s) : begin(s, m);
}

static enum progress
wake(struct session *s, struct mta *m)
{
	int what = m->delay;

	m->delay = MTA_AWAKE;
	session_hold(s, false);
	return what == MTA_DELAY_BANNER ? greet(s, m) :
	    what == MTA_DELAY_DOT	? mta_message_end(s, m) :
					  on_command(s, m, m->delayed);
}

static enum progress
mta_heard(struct session *s, const struct step *step, void *mem, const struct news *news)
{
	struct mta *m = mem;

	(void)step;
	switch (news->kind) {
	case NEWS_COMMAND:
		return heard_line(s, m, news->event);
	case NEWS_TEXT:
		return mta_message_text(s, m, news->event->text);
	case NEWS_TEXT_END:
		m->mail.bare_lf = news->event->flaws & REPLY_BARE_LF;
		return m->opts->delay_dot_ms ? put_off(s, m, MTA_DELAY_DOT, m->opts->delay_dot_ms) :
					       mta_message_end(s, m);
	case NEWS_TIMER:
		return wake(s, m);
	case NEWS_WRITABLE:
		return mta_tell_verdicts(s, m);
	case NEWS_TLS_UP:
		return m->up ? STEP_WAIT : begin(s, m);
	default:
		return STEP_DONE;
	}
}

static void
mta_cancel(struct session *s, const struct step *step, void *mem)
{
	struct mta *m = mem;

	(void)step;
	session_answer(s, m->opts->closing ? SPAN("421 4.3.2 The server is being stopped") :
	    SPAN("421 4.4.2 Nothing came for too long"));
	session_shut(s);
}

static void
mta_release(void *mem)
{
	struct mta *m = mem;

	arena_release(&m->helo_mem);
	arena_release(&m->user_mem);
	arena_release(&m->delayed_mem);
	arena_release(&m->verdict_mem);
	envelope_release(&m->mail);
}

const struct step_op step_mta = {
	.name = "mta",
	.args = "",
	.help = "Be a correct ESMTP server",
	.state_size = sizeof(struct mta),
	.start = mta_start,
	.heard = mta_heard,
	.cancel = mta_cancel,
	.release = mta_release,
};
