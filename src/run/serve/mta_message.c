/* mta - DATA and BDAT: the message comes in, is measured, and is told of. */
#include "run/serve/mta_priv.h"

enum progress
mta_data(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	(void)verb;
	if (args.len > 0)
		return MTA_ANSWER(s, m, "501 5.5.4 DATA takes no argument");
	if (!m->d->mail)
		return MTA_ANSWER(s, m, "503 5.5.1 MAIL first");
	if (m->mail.nrcpts == 0)
		return m->opts->lmtp ? MTA_ANSWER(s, m, "503 5.5.1 No recipient was accepted") :
		    MTA_ANSWER(s, m, "554 5.5.1 No recipient was accepted");
	if (m->binary)
		return MTA_ANSWER(s, m, "503 5.5.1 BINARYMIME goes by BDAT (RFC 3030 3)");
	if (m->refuse_data.len > 0)
		return mta_answer(s, m, m->refuse_data);
	m->last_chunk = true;
	conv_listen(session_conv(s), CONV_LISTEN_MESSAGE, 0);
	return MTA_ANSWER(s, m, "354 End the message with a line that is a lone dot");
}

/*
 * The octets of a chunk come whatever is thought of it; they are read, and then it is answered (RFC
 * 3030 2).
 */
enum progress
mta_bdat(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	unsigned long long octets;
	struct span number = span_word(&args);

	(void)verb;
	if (!span_number(number, ~0ull, &octets) ||
	    (args.len > 0 && !span_eq_case(args, SPAN("LAST"))))
		return MTA_ANSWER(s, m, "501 5.5.4 Want BDAT octets [LAST]");
	if (m->mail.nrcpts == 0)
		m->chunk_wrong = m->d->mail ? "503 5.5.1 No recipient was accepted" :
					      "503 5.5.1 MAIL first";
	m->mail.chunked = m->mail.nrcpts > 0;
	m->last_chunk = args.len > 0;
	conv_listen(session_conv(s), CONV_LISTEN_OCTETS, octets);
	return STEP_WAIT;
}

enum progress
mta_message_text(struct session *s, struct mta *m, struct span text)
{
	(void)s;
	if (m->chunk_wrong)
		m->mail.octets += text.len;
	else
		envelope_text(&m->mail, text);
	return STEP_WAIT;
}

enum progress
mta_tell_verdicts(struct session *s, struct mta *m)
{
	session_hold(s, false);
	while (m->verdicts > 0) {
		if (conv_output(session_conv(s)).len >= SESSION_LOW_WATER) {
			session_hold(s, true);
			session_want_room(s);
			return STEP_WAIT;
		}
		m->verdicts--;
		if (mta_answer(s, m, m->verdict) != STEP_WAIT)
			return STEP_DONE;
	}
	return STEP_WAIT;
}

/* One reply for each recipient in LMTP (RFC 2033 4.2), else one. */
static enum progress
over(struct session *s, struct mta *m, struct span reply)
{
	m->verdicts = m->opts->lmtp && m->mail.nrcpts > 1 ? m->mail.nrcpts - 1 : 0;
	if (m->verdicts > 0)
		mta_keep(&m->verdict_mem, &m->verdict, reply);
	mta_forget(m);
	dialogue_message_over(m->d);
	enum progress progress = mta_answer(s, m, reply);
	return progress == STEP_WAIT ? mta_tell_verdicts(s, m) : progress;
}

static enum progress
taken(struct session *s, struct mta *m)
{
	struct buf id = { .max = 24 }, reply = { .max = 120 };

	buf_printf(&id, "%010llX", m->opts->queue ? ++*m->opts->queue : 1);
	buf_printf(&reply, "250 2.0.0 Ok: %llu octets, queued as %.*s", m->mail.octets,
	    SPAN_ARG(buf_span(&id)));
	struct span lost = envelope_take(&m->mail, s, m->opts, buf_span(&id), m->helo, m->user);
	m->messages += lost.len == 0;
	enum progress progress = over(s, m, lost.len ? lost : buf_span(&reply));
	buf_release(&id);
	buf_release(&reply);
	return progress;
}

/* What keeps a message, or a chunk, from being taken; empty: nothing. */
static struct span
refusal(const struct mta *m)
{
	if (m->chunk_wrong)
		return span_of(m->chunk_wrong);
	if (m->mail.octets > m->mail.text.max)
		return SPAN("552 5.3.4 The message is larger than SIZE allows");
	if (m->mail.chunked && m->refuse_data.len > 0)
		return m->refuse_data;
	return m->last_chunk ? m->refuse_dot : SPAN_NONE;
}

static enum progress
chunk_end(struct session *s, struct mta *m, struct span refused)
{
	struct buf reply = { .max = 80 };

	if (refused.len > 0) {
		m->chunk_wrong = m->mail.chunked ?
		    "503 5.5.1 The chunk before was refused; RSET drops the message" :
		    NULL;
		return mta_answer(s, m, refused);
	}
	buf_printf(&reply, "250 2.0.0 %llu octets so far", m->mail.octets);
	enum progress progress = mta_answer(s, m, buf_span(&reply));
	buf_release(&reply);
	return progress;
}

enum progress
mta_message_end(struct session *s, struct mta *m)
{
	struct span refused = refusal(m);

	if (!m->last_chunk || (m->chunk_wrong && !m->mail.chunked))
		return chunk_end(s, m, refused);
	return refused.len > 0 ? over(s, m, refused) : taken(s, m);
}
