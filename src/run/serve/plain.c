/*
 * plain - the plain server's answer to each command: EHLO, HELP, VRFY, AUTH, and the rejections
 * that options demand before all others. Answering does not change the state: that follows from the
 * replies, regardless of who made them (transaction.c, replies.c).
 */
#include "run/serve/mta_impl.h"

#include "smtp/path.h"

/* Queues the lines in the buffer, after changing the last "NNN-" to "NNN ". */
static void
plain_say_lines(struct mta *m, struct buf *b, enum verb verb)
{
	struct span s = buf_span(b);
	size_t last = s.len;

	while (last > 0 && s.at[last - 1] != '\n')
		last--;
	b->mem[b->head + last + 3] = ' ';
	replies_say(m, buf_span(b), verb, false);
	buf_release(b);
}

void
plain_hello(struct mta *m, enum verb verb, bool also_alone)
{
	struct buf reply = { .max = 4096 }, mechanisms = { .max = 4096 };

	buf_printf(&reply, "250-%.*s", SPAN_ARG(plain_host(m)));
	if (verb != VERB_HELO) {
		mta_login_mechanisms(m, &mechanisms);
		plain_print_offers(m, also_alone, buf_span(&mechanisms), &reply);
	}
	buf_release(&mechanisms);
	plain_say_lines(m, &reply, verb);
}

/* ---- commands: each returns the reply; empty: it was queued */

static struct span
plain_on_hello(struct mta *m, const struct act *act)
{
	struct span args = act->args, name = span_word(&args);

	if ((act->verb == VERB_LHLO) != m->opts->lmtp)
		return m->opts->lmtp ? SPAN("500 5.5.1 This is LMTP: use LHLO (RFC 2033 4.1)") :
				       SPAN("500 5.5.1 LHLO is for LMTP: use EHLO");
	if (name.len == 0 || args.len > 0 || !path_is_host(name))
		return SPAN("501 5.5.4 Syntax: domain or address literal required");
	struct span refused = plain_refuses(m, MTA_HELO, name);
	if (refused.len > 0)
		return refused;
	plain_hello(m, act->verb, false);
	return SPAN_NONE;
}

static struct span
plain_on_rset(struct mta *m, const struct act *act)
{
	(void)m;
	return act->args.len > 0 ? SPAN("501 5.5.4 Syntax: RSET") : SPAN("250 2.0.0 Ok");
}

static struct span
plain_on_noop(struct mta *m, const struct act *act)
{
	(void)m, (void)act;
	return SPAN("250 2.0.0 Ok");
}

/*
 * Removes the SMTPUTF8 parameter of VRFY or EXPN (RFC 6531 3.7.4.2). Returns whether it was there.
 */
static bool
plain_takes_utf8(const struct mta *m, struct span *name)
{
	if (!plain_offers(m, "SMTPUTF8") || !span_ends_case(*name, SPAN(" SMTPUTF8")))
		return false;
	*name = span_trim(span_first(*name, name->len - 9));
	return true;
}

static struct span
plain_on_vrfy(struct mta *m, const struct act *act)
{
	struct span user = act->args, refused;

	if (user.len == 0)
		return SPAN("501 5.5.4 Syntax: VRFY address");
	bool utf8 = plain_takes_utf8(m, &user);
	refused = plain_wrong_octets(user, utf8);
	if (refused.len > 0)
		return refused;
	refused = plain_refuses(m, MTA_RCPT, user);
	return refused.len > 0 && !span_starts(refused, SPAN("421")) ?
	    refused :
	    SPAN("252 2.5.2 Cannot VRFY user, but will accept message and attempt delivery");
}

static struct span
plain_on_expn(struct mta *m, const struct act *act)
{
	struct span list = act->args;

	if (list.len == 0)
		return SPAN("501 5.5.4 Syntax: EXPN list");
	bool utf8 = plain_takes_utf8(m, &list);
	struct span refused = plain_wrong_octets(list, utf8);
	if (refused.len > 0)
		return refused;
	if (!span_eq_case(list, SPAN("staff")))
		return SPAN("550 5.1.1 No such mailing list; try staff");
	return SPAN("250-2.1.5 <ann@" MTA_HOST ">\r\n250 2.1.5 <bob@" MTA_HOST ">");
}

static struct span
plain_on_quit(struct mta *m, const struct act *act)
{
	(void)m;
	return act->args.len > 0 ? SPAN("501 5.5.4 Syntax: QUIT") : SPAN("221 2.0.0 Bye");
}

static struct span
plain_on_starttls(struct mta *m, const struct act *act)
{
	if (act->args.len > 0)
		return SPAN("501 5.5.4 Syntax: STARTTLS");
	return m->d->tls ? SPAN("503 5.5.1 TLS already active") :
			   SPAN("220 2.0.0 Ready to start TLS");
}

static void
plain_print_topics(const struct mta *m, struct buf *b)
{
	buf_printf(b, "214-2.0.0 Commands supported:");
	for (enum verb v = VERB_OTHER + 1; v <= VERB_AUTH; v++)
		if (plain_offers(m, verb_info(v)->extension) &&
		    (v != VERB_LHLO || plain_is_lmtp(m)))
			buf_printf(b, " %s", verb_info(v)->name);
	buf_printf(b, "\r\n214-2.0.0 For details on a command use HELP command.");
	if (!m->opts->accounts)
		buf_printf(b, "\r\n214-2.0.0 %s",
		    m->play ? "Any user name and password are accepted" :
			      "Account: user " MTA_USER ", password " MTA_PASSWORD);
	if (plain_refusals(m))
		buf_printf(b, "\r\n214-2.0.0 Rejected on purpose, by local part:");
	for (const struct mta_refusal *r = plain_refusals(m); r && r->who.len; r++)
		buf_printf(b, "\r\n214-2.0.0   %s:<%.*s@...>  %.*s", mta_stage(r->stage)->shown,
		    SPAN_ARG(r->who), SPAN_ARG(r->reply));
}

static struct span
plain_on_help(struct mta *m, const struct act *act)
{
	struct buf reply = { .max = 4096 };
	enum verb topic = verb_of(act->args, NULL);

	if (act->args.len > 0 && topic == VERB_OTHER)
		return SPAN("504 5.5.4 No help for that; see HELP");
	if (act->args.len == 0)
		plain_print_topics(m, &reply);
	else
		buf_printf(&reply, "214-2.0.0 %s%s\r\n214-2.0.0 %s (%s)", verb_info(topic)->name,
		    verb_info(topic)->syntax, verb_info(topic)->help, verb_info(topic)->rfc);
	plain_say_lines(m, &reply, act->verb);
	return SPAN_NONE;
}

enum { FREE = 1, BDAT_TOO = 2 }; /* allowed before required TLS; between chunks */

static const struct {
	struct span (*answer)(struct mta *, const struct act *);
	unsigned when;
} verbs[VERB_COUNT] = {
	[VERB_HELO] = { plain_on_hello, FREE },
	[VERB_EHLO] = { plain_on_hello, FREE },
	[VERB_LHLO] = { plain_on_hello, FREE },
	[VERB_MAIL] = { plain_mail },
	[VERB_RCPT] = { plain_rcpt },
	[VERB_DATA] = { plain_data },
	[VERB_RSET] = { plain_on_rset, FREE | BDAT_TOO },
	[VERB_VRFY] = { plain_on_vrfy },
	[VERB_EXPN] = { plain_on_expn },
	[VERB_HELP] = { plain_on_help, FREE | BDAT_TOO },
	[VERB_NOOP] = { plain_on_noop, FREE | BDAT_TOO },
	[VERB_QUIT] = { plain_on_quit, FREE | BDAT_TOO },
	[VERB_STARTTLS] = { plain_on_starttls, FREE },
	[VERB_AUTH] = { mta_login_begin },
};

static bool
plain_wants_tls(const struct mta *m, enum verb verb)
{
	return m->opts->require_tls && !m->d->tls && !(verbs[verb].when & FREE);
}

static struct span
plain_command(struct mta *m, const struct act *act)
{
	if (act->wrong)
		return span_of(act->wrong);
	if (act->verb == VERB_OTHER)
		return SPAN("500 5.5.2 Command not recognized");
	if (act->verb != VERB_BDAT && !verbs[act->verb].answer)
		return SPAN("502 5.5.1 Command not offered");
	if (plain_wants_tls(m, act->verb))
		return SPAN("530 5.7.0 Must issue a STARTTLS command first");
	if (!plain_offers(m, verb_info(act->verb)->extension))
		return SPAN("502 5.5.1 Command not offered");
	if (act->verb == VERB_BDAT) {
		plain_message(m, act);
		return SPAN_NONE;
	}
	if (m->mail.chunked && !(verbs[act->verb].when & BDAT_TOO))
		return SPAN("503 5.5.1 BDAT LAST expected; use RSET to abort");
	return verbs[act->verb].answer(m, act);
}

void
plain_answers(struct mta *m, const struct act *act)
{
	struct span reply = SPAN_NONE;

	switch (act->kind) {
	case ACT_CONNECTED:
		reply = arena_printf(&m->scratch, "220 %.*s %s smtpsh",
		    SPAN_ARG(span_first(plain_host(m), 255)), m->opts->lmtp ? "LMTP" : "ESMTP");
		break;
	case ACT_COMMAND:
		reply = plain_command(m, act);
		break;
	case ACT_ANSWER:
		reply = mta_login_reply(m);
		break;
	case ACT_DOT:
		plain_message(m, act);
		break;
	case ACT_IDLE:
		reply = SPAN("421 4.4.2 Idle timeout exceeded");
		break;
	}
	if (reply.len > 0)
		replies_say(m, reply, act->verb, false);
}

/* ---- options of the command line, which precede rules and script */

static struct span
plain_insists_at_command(struct mta *m, const struct act *act)
{
	struct span args = act->args, mailbox, params;

	if (act->verb != VERB_OTHER && plain_wants_tls(m, act->verb))
		return SPAN("530 5.7.0 Must issue a STARTTLS command first");
	switch (act->verb) {
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_LHLO:
		return mta_refusal_of(m->opts->refusals, MTA_HELO, span_word(&args));
	case VERB_MAIL:
		transaction_mailbox(act->verb, args, &mailbox, &params);
		return plain_insists_at_mail(m, mailbox, params);
	case VERB_RCPT:
		transaction_mailbox(act->verb, args, &mailbox, &params);
		return plain_insists_at_rcpt(m, mailbox, args);
	default:
		return SPAN_NONE;
	}
}

/* Returns whether an option rejects any recipient so far at this stage. */
static bool
plain_insists_for_recipients(const struct mta *m, enum mta_stage stage)
{
	for (const struct envelope_rcpt *r = m->mail.rcpts; r; r = r->next)
		if (mta_refusal_of(m->opts->refusals, stage, r->mailbox).len > 0)
			return true;
	return false;
}

bool
plain_insists(struct mta *m, const struct act *act)
{
	bool whole;

	if (act->ends_message)
		/* A message too large to be kept is rejected too. */
		whole = ((m->opts->size_limit || m->mail.keep_text) &&
			    m->mail.octets > m->mail.text.max) ||
		    plain_insists_for_recipients(m, MTA_DOT);
	else
		whole = act->kind == ACT_COMMAND && act->verb == VERB_DATA &&
		    plain_insists_for_recipients(m, MTA_DATA);
	if (whole) {
		plain_answers(m, act);
		return true;
	}
	struct span reply = act->kind == ACT_COMMAND ? plain_insists_at_command(m, act) : SPAN_NONE;
	if (reply.len > 0)
		replies_say(m, reply, act->verb, false);
	return reply.len > 0;
}
