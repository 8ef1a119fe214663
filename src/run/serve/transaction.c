/*
 * transaction - what the replies, regardless of who made them, change in the current transaction.
 */
#include "run/serve/mta_impl.h"

#include "smtp/parameter.h"
#include "smtp/path.h"
#include "smtp/queueid.h"

unsigned
reply_code(const struct mta_reply *r)
{
	unsigned long long code = 0;

	if (!r->silent)
		span_number(span_first(r->text, 3), 999, &code);
	return (unsigned)code;
}

void
mta_keep(struct arena *arena, struct span *kept, struct span s)
{
	if (span_eq(*kept, s))
		return;
	arena_reset(arena);
	*kept = arena_copy(arena, s);
}

void
transaction_forget(struct mta *m)
{
	envelope_forget(&m->mail);
	m->binary = m->utf8 = m->prdr = m->chunk_refused = false;
}

void
transaction_take_back(struct mta *m, unsigned states)
{
	if (states & (RULE_IN_HELO | RULE_IN_MAIL))
		transaction_forget(m);
	else if (states & RULE_IN_RCPT)
		envelope_drop_rcpts(&m->mail);
	else
		return;
	dialogue_forget(m->d,
	    states & RULE_IN_HELO     ? DIALOGUE_HELLO :
		states & RULE_IN_MAIL ? DIALOGUE_MAIL :
					DIALOGUE_RCPTS);
}

void
transaction_mailbox(enum verb verb, struct span args, struct span *mailbox, struct span *params)
{
	struct span text;
	struct path path;

	*mailbox = *params = SPAN_NONE;
	if (!parameter_split(verb, args, &text, params))
		return;
	path_parse(text, &path);
	*mailbox = path.mailbox.len ? path.mailbox : span_eq(text, SPAN("<>")) ? SPAN_NONE : text;
}

bool
transaction_has(struct span params, struct span name)
{
	for (struct span word; (word = span_word(&params)).len > 0;)
		if (span_eq_case(span_until(&word, '='), name))
			return true;
	return false;
}

static bool
transaction_is_binary(struct span params)
{
	for (struct span word; (word = span_word(&params)).len > 0;)
		if (span_eq_case(word, SPAN("BODY=BINARYMIME")))
			return true;
	return false;
}

/* Returns the first of the replies to this act, from r on; NULL: none. */
static struct mta_reply *
transaction_reply(struct mta_reply *r, const struct act *act)
{
	enum verb verb = act->kind == ACT_DOT ? VERB_OTHER : act->verb;

	while (r && (r->silent || r->verb != verb || r->dot != (act->kind == ACT_DOT)))
		r = r->next;
	return r;
}

void
transaction_granted(struct mta *m, const struct act *act)
{
	const struct mta_reply *reply = transaction_reply(m->out, act);
	bool good = reply && reply_code(reply) / 100 == 2;
	struct span mailbox, params;

	if (act->counted) {
		bool open = good || m->mail.nrcpts > 0;
		m->mail.chunked |= open;
		m->chunk_refused |= open && !good;
		if (!open) /* octets without a recipient */
			envelope_drop_text(&m->mail);
		return;
	}
	if (!good)
		return;
	switch (act->verb) {
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_LHLO:
		transaction_forget(m);
		mta_keep(&m->helo_mem, &m->helo, act->args);
		break;
	case VERB_RSET:
		transaction_forget(m);
		break;
	case VERB_MAIL:
		transaction_forget(m);
		transaction_mailbox(act->verb, act->args, &mailbox, &params);
		envelope_from(&m->mail, mailbox, params);
		m->binary = transaction_is_binary(params);
		m->utf8 = m->mail.utf8 = transaction_has(params, SPAN("SMTPUTF8"));
		m->prdr = transaction_has(params, SPAN("PRDR")) && !plain_is_lmtp(m) &&
		    plain_offers(m, "PRDR");
		break;
	case VERB_RCPT:
		transaction_mailbox(act->verb, act->args, &mailbox, &params);
		envelope_rcpt(&m->mail, mailbox, params);
		break;
	default:
		break;
	}
}

bool
transaction_awaits_verdicts(const struct mta *m, const struct act *act)
{
	const struct mta_reply *first = transaction_reply(m->out, act);

	return m->prdr && act->ends_message && first && reply_code(first) == 353 &&
	    !transaction_reply(first->next, act);
}

/*
 * One reply per recipient counts for that recipient (LMTP, RFC 2033 4.2); after a 353, the last
 * counts for all (PRDR). Otherwise one positive reply accepts the message. Returns false if it is
 * accepted for no one.
 */
static bool
transaction_is_taken(struct mta *m, const struct act *act, struct mta_reply *first)
{
	bool prdr = reply_code(first) == 353;
	struct mta_reply *each = prdr ? transaction_reply(first->next, act) : first, *last = NULL;
	unsigned n = 0, good = 0;

	for (struct mta_reply *r = each; r; r = transaction_reply(r->next, act)) {
		n++;
		good += reply_code(r) / 100 == 2;
		last = r;
	}
	if (prdr && (!last || reply_code(last) / 100 != 2))
		return false;
	if (good == 0 || n - prdr != m->mail.nrcpts || (n < 2 && !prdr))
		return good > 0;
	struct mta_reply *r = each;
	good = 0;
	for (struct envelope_rcpt *rcpt = m->mail.rcpts; rcpt; rcpt = rcpt->next) {
		rcpt->refused = reply_code(r) / 100 != 2;
		good += !rcpt->refused;
		r = transaction_reply(r->next, act);
	}
	return good > 0;
}

void
transaction_over(struct mta *m, const struct act *act)
{
	struct mta_reply *first = transaction_reply(m->out, act), *good = first;

	while (good && reply_code(good) / 100 != 2)
		good = transaction_reply(good->next, act);
	if (!good && act->verb == VERB_BDAT && m->mail.nrcpts == 0) {
		envelope_drop_text(&m->mail); /* octets without a recipient */
		return;
	}
	m->mail.chunked = act->verb == VERB_BDAT;
	if (good && transaction_is_taken(m, act, first)) {
		/* The message has the queue ID of the reply, if there is one. */
		struct span id = SPAN_NONE;
		for (struct mta_reply *r = good; r && id.len == 0;
		     r = transaction_reply(r->next, act))
			if (reply_code(r) / 100 == 2)
				id = queueid_find(span_skip(r->text, 4));
		if (id.len == 0)
			id = arena_printf(
			    &m->scratch, "%010llX", m->opts->queue ? ++*m->opts->queue : 1);
		envelope_complete(&m->mail, m->s, id, m->helo,
		    m->d->authenticated ? m->user : SPAN_NONE);
		m->ended = (struct act){ .kind = act->kind, .verb = act->verb };
		transaction_settle(m);
		return;
	}
	transaction_forget(m);
	dialogue_message_over(m->d);
}

/* If storing failed, no reply to the message may be positive. */
static void
transaction_stored(struct mta *m, struct span lost)
{
	m->messages += lost.len == 0;
	for (struct mta_reply *r = transaction_reply(m->out, &m->ended); r && lost.len > 0;
	     r = transaction_reply(r->next, &m->ended))
		if (reply_code(r) / 100 == 2)
			r->text = lost;
	transaction_forget(m);
	dialogue_message_over(m->d);
}

bool
transaction_settle(struct mta *m)
{
	struct span lost;

	if (!m->mail.taken)
		return true;
	if (!envelope_store(&m->mail, m->s, m->opts, &lost))
		return false;
	transaction_stored(m, lost);
	return true;
}

void
transaction_give_up(struct mta *m)
{
	if (m->mail.taken)
		transaction_stored(m, envelope_give_up(&m->mail));
}
