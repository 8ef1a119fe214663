/* mta - EHLO and what it offers, HELP, and the table of what is refused on purpose. */
#include "run/serve/mta_priv.h"

#include "smtp/path.h"

#define REFUSAL(at, who, reply)	{ MTA_##at, SPAN_INIT(who), SPAN_INIT(reply) }

const struct mta_refusal mta_refusals[] = {
	REFUSAL(MAIL, "spammer", "550 5.7.1 This sender is refused"),
	REFUSAL(MAIL, "later", "450 4.1.8 This sender is refused for now"),
	REFUSAL(RCPT, "unknown", "550 5.1.1 No such mailbox here"),
	REFUSAL(RCPT, "full", "452 4.2.2 Mailbox full"),
	REFUSAL(RCPT, "grey", "451 4.7.1 Greylisted, try again later"),
	REFUSAL(RCPT, "moved", "551 5.1.6 Moved; no longer here"),
	REFUSAL(RCPT, "blocked", "554 5.7.1 Refused by policy"),
	REFUSAL(RCPT, "closing", "421 4.3.2 Closing the connection"),
	REFUSAL(DATA, "nodata", "554 5.5.1 No message for this recipient"),
	REFUSAL(DOT, "virus", "554 5.7.1 The message is refused for its content"),
	REFUSAL(DOT, "busy", "451 4.3.0 Not stored, try again later"),
	{ MTA_HELO, { NULL, 0 }, { NULL, 0 } },
};

/* "a@b", "@b" or "a" against the mailbox a@b. */
static bool
is_about(struct span who, struct span mailbox)
{
	size_t at = mailbox.len;

	if (span_eq_case(who, mailbox))
		return true;
	/* The last @ parts them: a quoted local part may have one too. */
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
		    (stage == MTA_HELO ? span_eq_case(r->who, who) : is_about(r->who, who)))
			return r->reply;
	return SPAN_NONE;
}

struct span
mta_refuses(const struct mta *m, enum mta_stage stage, struct span who)
{
	struct span own = mta_refusal_of(m->opts->refusals, stage, who);

	return own.len ? own : mta_refusal_of(mta_refusals, stage, who);
}

enum { ALWAYS, IN_CLEAR, IN_TLS };

static const struct {
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
	{ "DELIVERBY", "" },
	{ "MT-PRIORITY", "" },
	{ "REQUIRETLS", "", IN_TLS },
	{ "LIMITS", " RCPTMAX=%llu" },
	{ "ENHANCEDSTATUSCODES", "" },
};

static bool
is_left_out(const struct mta *m, struct span keyword)
{
	struct span list = span_of(m->opts->without);

	while (list.len > 0)
		if (span_eq_case(span_trim(span_until(&list, ',')), keyword))
			return true;
	return false;
}

static bool
offers_now(const struct mta *m, size_t i)
{
	if (span_eq(span_of(offers[i].keyword), SPAN("STARTTLS")) && !m->opts->tls)
		return false;
	/* Who is shown AUTH before a TLS that is required sends the password in the clear. */
	if (span_eq(span_of(offers[i].keyword), SPAN("AUTH")) && m->opts->require_tls && !m->d->tls)
		return false;
	return (offers[i].when == ALWAYS || m->d->tls == (offers[i].when == IN_TLS)) &&
	    !is_left_out(m, span_of(offers[i].keyword));
}

bool
mta_offers(const struct mta *m, const char *keyword)
{
	if (!keyword)
		return true;
	for (size_t i = 0; i < sizeof offers / sizeof *offers; i++)
		if (span_eq_case(span_of(keyword), span_of(offers[i].keyword)))
			return offers_now(m, i) || (m->d->tls && offers[i].when == IN_CLEAR);
	return false;
}

static void
print_offers(const struct mta *m, struct buf *b)
{
	unsigned long long size = m->opts->size_limit ? m->opts->size_limit : MTA_SIZE;
	unsigned long long rcpts = m->opts->rcpt_max ? m->opts->rcpt_max : MTA_RCPT_MAX;

	for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
		if (!offers_now(m, i))
			continue;
		buf_printf(b, "\r\n250-%s", offers[i].keyword);
		if (!strchr(offers[i].params, '%'))
			buf_printf(b, "%s", offers[i].params);
		else if (strcmp(offers[i].keyword, "AUTH") == 0)
			mechanisms_served(b);
		else if (strcmp(offers[i].keyword, "SIZE") == 0)
			buf_printf(b, " %llu", size);
		else
			buf_printf(b, " RCPTMAX=%llu", rcpts);
	}
}

/* The last "NNN-" of what is in the buf becomes "NNN ". */
static struct span
close_reply(struct buf *b)
{
	struct span s = buf_span(b);

	for (size_t i = s.len; i-- > 0;)
		if (i == 0 || s.at[i - 1] == '\n') {
			b->mem[b->head + i + 3] = ' ';
			break;
		}
	return buf_span(b);
}

enum progress
mta_hello(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	struct buf reply = { .max = 2048 };

	if ((verb == VERB_LHLO) != m->opts->lmtp)
		return m->opts->lmtp ?
		    MTA_ANSWER(s, m, "500 5.5.1 This is LMTP: LHLO (RFC 2033 4.1)") :
		    MTA_ANSWER(s, m, "500 5.5.1 LHLO is of LMTP; EHLO here");
	struct span name = span_word(&args);
	if (name.len == 0 || args.len > 0 || !path_is_host(name))
		return MTA_ANSWER(s, m, "501 5.5.4 Want a domain or an address literal");
	struct span refused = mta_refuses(m, MTA_HELO, name);
	if (refused.len > 0)
		return mta_answer(s, m, refused);
	mta_forget(m);
	mta_keep(&m->helo_mem, &m->helo, name);
	dialogue_heard(m->d, verb, 250);
	buf_printf(&reply, "250-%s", m->opts->host ? m->opts->host : MTA_HOST);
	if (verb != VERB_HELO)
		print_offers(m, &reply);
	enum progress progress = mta_answer(s, m, close_reply(&reply));
	buf_release(&reply);
	return progress;
}

static const char *const stage_words[] = {
	[MTA_HELO] = "EHLO",
	[MTA_MAIL] = "MAIL FROM",
	[MTA_RCPT] = "RCPT TO",
	[MTA_DATA] = "DATA, RCPT TO",
	[MTA_DOT] = "the message, RCPT TO",
};

static void
print_topics(const struct mta *m, struct buf *b)
{
	buf_printf(b, "214-2.0.0 The commands:");
	for (enum verb v = VERB_OTHER + 1; v < VERB_COUNT; v++)
		if ((v <= VERB_AUTH) && mta_offers(m, verb_info(v)->extension) &&
		    (v != VERB_LHLO || m->opts->lmtp))
			buf_printf(b, " %s", verb_info(v)->name);
	buf_printf(b, "\r\n214-2.0.0 HELP and one of them says more.");
	if (!m->opts->accounts)
		buf_printf(
		    b, "\r\n214-2.0.0 The account: user " MTA_USER ", password " MTA_PASSWORD);
	buf_printf(b, "\r\n214-2.0.0 Refused on purpose, by what stands before the @:");
	for (const struct mta_refusal *r = mta_refusals; r->who.len; r++)
		buf_printf(b, "\r\n214-2.0.0   %s:<%.*s@...>  %.*s", stage_words[r->stage],
		    SPAN_ARG(r->who), SPAN_ARG(r->reply));
}

enum progress
mta_help(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	struct buf reply = { .max = 4096 };
	enum verb topic = verb_of(args, NULL);

	(void)verb;
	if (args.len > 0 && topic == VERB_OTHER)
		return MTA_ANSWER(
		    s, m, "504 5.5.4 No help on that; HELP alone lists what there is");
	if (args.len == 0)
		print_topics(m, &reply);
	else
		buf_printf(&reply, "214-2.0.0 %s%s\r\n214-2.0.0 %s (%s)", verb_info(topic)->name,
		    verb_info(topic)->syntax, verb_info(topic)->help, verb_info(topic)->rfc);
	enum progress progress = mta_answer(s, m, close_reply(&reply));
	buf_release(&reply);
	return progress;
}
