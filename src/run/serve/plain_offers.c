/*
 * plain_offers - the plain server's host name, what it offers, and what it rejects on purpose. The
 * other files of the plain server depend on it.
 */
#include "run/serve/mta_impl.h"

#include <assert.h>

const struct mta_stage_info *
mta_stage(enum mta_stage stage)
{
	static const struct mta_stage_info info[] = {
#define X(name, word, shown, reply) [MTA_##name] = { word, shown, reply },
		MTA_STAGES(X)
#undef X
	};

	assert((size_t)stage < MTA_STAGE_COUNT);
	return &info[stage];
}

#define REFUSAL(at, who, reply)                            \
	{                                                  \
		MTA_##at, SPAN_INIT(who), SPAN_INIT(reply) \
	}

const struct mta_refusal mta_refusals[] = {
	REFUSAL(MAIL, "spammer", "550 5.7.1 Sender address rejected"),
	REFUSAL(MAIL, "later", "450 4.1.8 Sender address temporarily rejected"),
	REFUSAL(RCPT, "unknown", "550 5.1.1 Recipient address rejected: user unknown"),
	REFUSAL(RCPT, "full", "452 4.2.2 Mailbox full"),
	REFUSAL(RCPT, "grey", "451 4.7.1 Greylisted, try again later"),
	REFUSAL(RCPT, "moved", "551 5.1.6 User has moved"),
	REFUSAL(RCPT, "blocked", "554 5.7.1 Rejected by policy"),
	REFUSAL(RCPT, "closing", "421 4.3.2 Closing the connection"),
	REFUSAL(DATA, "nodata", "554 5.5.1 No message accepted for this recipient"),
	REFUSAL(DOT, "virus", "554 5.7.1 Message content rejected"),
	REFUSAL(DOT, "busy", "451 4.3.0 Message not stored, try again later"),
	{ MTA_HELO, { NULL, 0 }, { NULL, 0 } },
};

/* Matches "a@b", "@b" or "a" against the mailbox a@b. */
static bool
refusal_is_about(struct span who, struct span mailbox)
{
	size_t at = mailbox.len;

	if (span_eq_case(who, mailbox))
		return true;
	/* The last @ separates the domain: a quoted local part may contain one. */
	while (at > 0 && mailbox.at[at - 1] != '@')
		at--;
	if (who.len > 0 && who.at[0] == '@')
		return at > 0 && span_eq_case(span_skip(who, 1), span_skip(mailbox, at));
	return !span_has(who, '@') &&
	    span_eq_case(who, at > 0 ? span_first(mailbox, at - 1) : mailbox);
}

struct span
mta_refusal_of(const struct mta_refusal *list, enum mta_stage stage, struct span who)
{
	for (const struct mta_refusal *r = list; r && r->who.len; r++)
		if (r->stage == stage &&
		    (stage == MTA_HELO ? span_eq_case(r->who, who) : refusal_is_about(r->who, who)))
			return r->reply;
	return SPAN_NONE;
}

/* The built-in refusals are for trying things out; a script says itself what it rejects. */
const struct mta_refusal *
plain_refusals(const struct mta *m)
{
	return m->play ? NULL : mta_refusals;
}

struct span
plain_refuses(const struct mta *m, enum mta_stage stage, struct span who)
{
	struct span own = mta_refusal_of(m->opts->refusals, stage, who);

	return own.len ? own : mta_refusal_of(plain_refusals(m), stage, who);
}

struct span
plain_host(const struct mta *m)
{
	return m->opts->host ? span_of(m->opts->host) : SPAN(MTA_HOST);
}

bool
plain_is_lmtp(const struct mta *m)
{
	return m->opts->lmtp || m->d->hello == VERB_LHLO;
}

/* ---- what EHLO offers, and what is therefore accepted */

enum { ALWAYS, IN_CLEAR, IN_TLS };

static const struct offer {
	const char *keyword, *params;
	int when;
} offers[] = {
	{ "PIPELINING", "" },
	{ "SIZE", " %llu" },
	{ "VRFY", "" },
	{ "EXPN", "" },
	{ "HELP", "" },
	{ "STARTTLS", "", IN_CLEAR },
	{ "AUTH", " %s" },
	{ "8BITMIME", "" },
	{ "BINARYMIME", "" },
	{ "SMTPUTF8", "" },
	{ "DSN", "" },
	{ "CHUNKING", "" },
	{ "PRDR", "" },
	{ "DELIVERBY", "" },
	{ "MT-PRIORITY", "" },
	{ "REQUIRETLS", "", IN_TLS },
	{ "LIMITS", " RCPTMAX=%llu" },
	{ "ENHANCEDSTATUSCODES", "" },
};

static bool
offer_is_left_out(const struct mta *m, struct span keyword)
{
	struct span list = span_of(m->opts->without);

	while (list.len > 0)
		if (span_eq_case(span_trim(span_until(&list, ',')), keyword))
			return true;
	return false;
}

static bool
offer_holds(const struct mta *m, const struct offer *offer)
{
	struct span keyword = span_of(offer->keyword);

	if (span_eq(keyword, SPAN("STARTTLS")) && !session_can_tls(m->s))
		return false;
	/* A client that sees AUTH before required TLS would send the password in cleartext. */
	if (span_eq(keyword, SPAN("AUTH")) && m->opts->require_tls && !m->d->tls)
		return false;
	return (offer->when == ALWAYS || m->d->tls == (offer->when == IN_TLS)) &&
	    !offer_is_left_out(m, keyword);
}

static const struct offer *
offer_find(struct span keyword)
{
	for (size_t i = 0; i < sizeof offers / sizeof *offers; i++)
		if (span_eq_case(keyword, span_of(offers[i].keyword)))
			return &offers[i];
	return NULL;
}

/* Returns whether the lines of an EHLO reply have the keyword. Old servers write AUTH=PLAIN. */
static bool
offer_is_listed(struct span lines, const char *keyword)
{
	struct span line;

	while (span_line(&lines, &line)) {
		line = span_skip(line, 4);
		struct span word = span_word(&line);
		if (span_eq_case(span_until(&word, '='), span_of(keyword)))
			return true;
	}
	return false;
}

unsigned long long
plain_size_limit(const struct mta *m)
{
	unsigned long long own = m->opts->size_limit ? m->opts->size_limit : MTA_SIZE, offered;
	struct span lines = m->offers, line;

	while (span_line(&lines, &line)) {
		line = span_skip(line, 4);
		if (span_eq_case(span_word(&line), SPAN("SIZE")) &&
		    span_number(span_trim(line), ~0ull, &offered) && offered > 0 && offered < own)
			return offered;
	}
	return own;
}

/* A script's own reply to EHLO determines what is offered; its steps may need more than that. */
bool
plain_offers(const struct mta *m, const char *keyword)
{
	bool starttls = keyword && strcmp(keyword, "STARTTLS") == 0;

	if (!keyword || offer_is_listed(span_of(m->also), keyword))
		return !starttls || session_can_tls(m->s);
	/* Within TLS it is not offered but still known: the reply is 503. */
	if (starttls && m->d->tls)
		return true;
	if (m->offers.len > 0)
		return offer_is_listed(m->offers, keyword) ||
		    (m->opts->accounts && strcmp(keyword, "AUTH") == 0);
	const struct offer *offer = offer_find(span_of(keyword));
	return offer && offer_holds(m, offer);
}

void
plain_print_offers(const struct mta *m, bool also_alone, struct span mechanisms, struct buf *b)
{
	unsigned long long rcpts = m->opts->rcpt_max ? m->opts->rcpt_max : MTA_RCPT_MAX;
	struct span rest = span_of(m->also), line;

	for (size_t i = 0; !also_alone && i < sizeof offers / sizeof *offers; i++) {
		if (!offer_holds(m, &offers[i]))
			continue;
		buf_printf(b, "\r\n250-%s", offers[i].keyword);
		if (!strchr(offers[i].params, '%'))
			buf_printf(b, "%s", offers[i].params);
		else if (strcmp(offers[i].keyword, "AUTH") == 0)
			buf_append(b, mechanisms);
		else if (strcmp(offers[i].keyword, "SIZE") == 0)
			buf_printf(b, " %llu", plain_size_limit(m));
		else
			buf_printf(b, " RCPTMAX=%llu", rcpts);
	}
	/* What the script's steps need, unless it is already in the list. */
	while (span_line(&rest, &line)) {
		struct span word = span_skip(line, 4), keyword = span_word(&word);
		const struct offer *offer = offer_find(keyword);
		bool tls = span_eq(keyword, SPAN("STARTTLS"));
		if (tls ? session_can_tls(m->s) && !m->d->tls && also_alone :
			  also_alone || !offer || !offer_holds(m, offer))
			buf_printf(b, "\r\n%.*s", SPAN_ARG(line));
		else
			continue;
		if (span_eq(keyword, SPAN("AUTH")))
			buf_append(b, mechanisms);
	}
}

bool
plain_is_full(const struct mta *m, const struct act *act)
{
	return act->kind == ACT_COMMAND && act->verb == VERB_RCPT && !m->opts->rcpt_max &&
	    m->mail.nrcpts >= MTA_RCPT_MAX;
}
