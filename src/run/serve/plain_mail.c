/* plain_mail - MAIL, RCPT, DATA and BDAT: addresses, parameters, rejections, acceptance. */
#include "base/ascii.h"
#include "run/serve/mta_impl.h"

#include "base/text.h"
#include "smtp/parameter.h"
#include "smtp/path.h"

/* ---- parameters: each check returns the reply to an invalid value, or NULL */

#define BAD "501 5.5.4 Invalid parameter value"

static const char *
plain_check_size(const struct mta *m, struct span v)
{
	unsigned long long n;

	if (v.len == 0 || v.len > 20)
		return BAD;
	for (size_t i = 0; i < v.len; i++)
		if (!ascii_is_digit(v.at[i]))
			return BAD;
	return span_number(v, ~0ull, &n) && n <= plain_size_limit(m) ? NULL : PLAIN_TOO_LARGE;
}

static const char *
plain_check_body(const struct mta *m, struct span v)
{
	if (span_eq_case(v, SPAN("BINARYMIME")))
		return plain_offers(m, "BINARYMIME") ? NULL : "555 5.5.4 BINARYMIME is not offered";
	return span_eq_case(v, SPAN("7BIT")) || span_eq_case(v, SPAN("8BITMIME")) ? NULL : BAD;
}

static const char *
plain_check_ret(const struct mta *m, struct span v)
{
	(void)m;
	return span_eq_case(v, SPAN("FULL")) || span_eq_case(v, SPAN("HDRS")) ? NULL : BAD;
}

static const char *
plain_check_flag(const struct mta *m, struct span v)
{
	(void)m;
	return v.at ? "501 5.5.4 Parameter does not take a value" : NULL;
}

/*
 * xtext: printable except "+" and "=", or "+" and two upper-case hexadecimal digits (RFC 3461 4).
 */
static bool
plain_is_xtext(struct span v)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < v.len; i++) {
		if (v.at[i] <= ' ' || v.at[i] == '=' || v.at[i] == 0x7F)
			return false;
		if (v.at[i] != '+')
			continue;
		if (i + 2 >= v.len || !memchr(hex, v.at[i + 1], 16) ||
		    !memchr(hex, v.at[i + 2], 16))
			return false;
		i += 2;
	}
	return v.len > 0;
}

static const char *
plain_check_xtext(const struct mta *m, struct span v)
{
	(void)m;
	return plain_is_xtext(v) ? NULL : BAD;
}

static const char *
plain_check_notify(const struct mta *m, struct span v)
{
	bool never = span_eq_case(v, SPAN("NEVER"));

	(void)m;
	while (v.len > 0 && !never) {
		struct span word = span_until(&v, ',');
		if (!span_eq_case(word, SPAN("SUCCESS")) && !span_eq_case(word, SPAN("FAILURE")) &&
		    !span_eq_case(word, SPAN("DELAY")))
			return BAD;
		never = v.len == 0;
	}
	return never ? NULL : BAD;
}

static const char *
plain_check_orcpt(const struct mta *m, struct span v)
{
	struct span type = span_until(&v, ';');

	(void)m;
	return type.len > 0 &&
		(span_eq_case(type, SPAN("utf-8")) ? v.len > 0 && text_is_utf8(v) :
						     plain_is_xtext(v)) ?
	    NULL :
	    BAD;
}

static const char *
plain_check_value(const struct mta *m, struct span v)
{
	(void)m;
	return v.len > 0 ? NULL : BAD;
}

static const struct {
	const char *name;
	const char *(*check)(const struct mta *, struct span value);
} checks[] = {
	{ "SIZE", plain_check_size },
	{ "BODY", plain_check_body },
	{ "RET", plain_check_ret },
	{ "ENVID", plain_check_xtext },
	{ "AUTH", plain_check_xtext },
	{ "SMTPUTF8", plain_check_flag },
	{ "REQUIRETLS", plain_check_flag },
	{ "PRDR", plain_check_flag },
	{ "NOTIFY", plain_check_notify },
	{ "ORCPT", plain_check_orcpt },
};

static const char *
plain_check_param(const struct mta *m, enum verb verb, struct span param)
{
	struct span value = param, name = span_until(&value, '=');
	const struct parameter *p = parameter_find(verb, name);

	if (name.len == 0)
		return "501 5.5.4 Parameter without a name";
	if (name.len == param.len)
		value = SPAN_NONE;
	if (!p || m->d->hello == VERB_HELO || !plain_offers(m, p->extension))
		return "555 5.5.4 Unsupported parameter";
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (span_eq_case(name, span_of(checks[i].name)))
			return checks[i].check(m, value);
	return plain_check_value(m, value);
}

static const char *
plain_check_params(const struct mta *m, enum verb verb, struct span params)
{
	struct span rest = params;

	for (struct span word; (word = span_word(&rest)).len > 0;) {
		struct span before = { params.at, (size_t)(word.at - params.at) };
		const char *wrong = plain_check_param(m, verb, word);
		if (!wrong && transaction_has(before, span_until(&word, '=')))
			wrong = "501 5.5.4 Duplicate parameter";
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* ---- MAIL and RCPT */

static struct span
plain_wrong_path(struct mta *m, enum verb verb, const char *why)
{
	return arena_printf(&m->scratch, "501 %s:<address> is invalid: %s",
	    verb == VERB_MAIL ? "5.1.7 MAIL FROM" : "5.1.3 RCPT TO", why);
}

/*
 * Octets beyond ASCII require SMTPUTF8 and must then be UTF-8, in addresses and in the arguments of
 * VRFY and EXPN (RFC 6531 3.3, 3.7.4.2).
 */
struct span
plain_wrong_octets(struct span text, bool smtputf8)
{
	if (text_is_ascii(text))
		return SPAN_NONE;
	if (!text_is_utf8(text))
		return SPAN("501 5.5.2 Not valid UTF-8 (RFC 6531 3.3)");
	return smtputf8 ? SPAN_NONE :
			  SPAN("553 5.6.7 A non-ASCII address requires SMTPUTF8 (RFC 6531 3.7.4)");
}

static bool
plain_declares_more(struct span params, unsigned long long limit)
{
	unsigned long long n;

	for (struct span word; (word = span_word(&params)).len > 0;)
		if (span_eq_case(span_until(&word, '='), SPAN("SIZE")) &&
		    span_number(word, ~0ull, &n) && n > limit)
			return true;
	return false;
}

struct span
plain_insists_at_mail(const struct mta *m, struct span mailbox, struct span params)
{
	const struct mta_opts *o = m->opts;

	if (o->require_auth && !m->d->authenticated)
		return SPAN("530 5.7.0 Authentication required");
	if (o->messages_max && m->messages >= o->messages_max)
		return SPAN("421 4.7.0 Too many messages on this connection");
	if (o->size_limit && plain_declares_more(params, o->size_limit))
		return SPAN(PLAIN_TOO_LARGE);
	return mta_refusal_of(o->refusals, MTA_MAIL, mailbox);
}

struct span
plain_insists_at_rcpt(const struct mta *m, struct span mailbox, struct span args)
{
	if ((m->opts->rcpt_max && m->mail.nrcpts >= m->opts->rcpt_max) ||
	    !envelope_has_room(&m->mail, args))
		return SPAN(PLAIN_TOO_MANY);
	return mta_refusal_of(m->opts->refusals, MTA_RCPT, mailbox);
}

struct span
plain_mail(struct mta *m, const struct act *act)
{
	struct span text, params, refused;
	struct path path;

	if (m->d->hello == VERB_OTHER)
		return plain_is_lmtp(m) ? SPAN("503 5.5.1 Send LHLO first") :
					  SPAN("503 5.5.1 Send EHLO or HELO first");
	if (m->d->mail)
		return SPAN("503 5.5.1 Nested MAIL command; use RSET to abort");
	if (!parameter_split(act->verb, act->args, &text, &params))
		return SPAN("501 5.5.4 Syntax: MAIL FROM:<address>");
	const char *wrong = path_parse(text, &path);
	refused = plain_insists_at_mail(m, path.mailbox, SPAN_NONE);
	if (refused.len > 0)
		return refused;
	if (wrong || (path.mailbox.len > 0 && path.domain.len == 0))
		return plain_wrong_path(m, act->verb, wrong ? wrong : "no @ and no domain");
	wrong = plain_check_params(m, act->verb, params);
	if (wrong)
		return span_of(wrong);
	refused = plain_wrong_octets(text, transaction_has(params, SPAN("SMTPUTF8")));
	if (refused.len > 0)
		return refused;
	refused = plain_refuses(m, MTA_MAIL, path.mailbox);
	return refused.len > 0 ? refused : SPAN("250 2.1.0 Sender ok");
}

struct span
plain_rcpt(struct mta *m, const struct act *act)
{
	struct span text, params;
	struct path path;

	if (!m->d->mail)
		return SPAN("503 5.5.1 Need MAIL command first");
	if (!parameter_split(act->verb, act->args, &text, &params))
		return SPAN("501 5.5.4 Syntax: RCPT TO:<address>");
	const char *wrong = path_parse(text, &path);
	if (wrong || path.mailbox.len == 0)
		return plain_wrong_path(m, act->verb, wrong ? wrong : "it is empty");
	wrong = plain_check_params(m, act->verb, params);
	if (wrong)
		return span_of(wrong);
	struct span refused = plain_wrong_octets(text, m->utf8);
	if (refused.len > 0)
		return refused;
	refused = plain_refuses(m, MTA_RCPT, path.mailbox);
	if (refused.len > 0)
		return refused;
	refused = plain_insists_at_rcpt(m, path.mailbox, act->args);
	return refused.len > 0	  ? refused :
	    plain_is_full(m, act) ? SPAN(PLAIN_TOO_MANY) :
				    SPAN("250 2.1.5 Recipient ok");
}

/* ---- DATA, BDAT and the end of the message */

/* Returns the rejection of any recipient so far. */
static struct span
plain_refused_for_recipients(const struct mta *m, enum mta_stage stage)
{
	struct span reply = SPAN_NONE;

	for (const struct envelope_rcpt *r = m->mail.rcpts; r && reply.len == 0; r = r->next)
		reply = plain_refuses(m, stage, r->mailbox);
	return reply;
}

struct span
plain_data(struct mta *m, const struct act *act)
{
	if (act->args.len > 0)
		return SPAN("501 5.5.4 Syntax: DATA");
	if (!m->d->mail && m->mail.nrcpts == 0)
		return SPAN("503 5.5.1 Need MAIL command first");
	if (m->mail.nrcpts == 0)
		return plain_is_lmtp(m) ? SPAN("503 5.5.1 No valid recipients") :
					  SPAN("554 5.5.1 No valid recipients");
	if (m->binary)
		return SPAN("503 5.5.1 BODY=BINARYMIME requires BDAT (RFC 3030 3)");
	struct span refused = plain_refused_for_recipients(m, MTA_DATA);
	return refused.len > 0 ? refused : SPAN("354 Start mail input; end with <CRLF>.<CRLF>");
}

static bool
plain_is_bdat(struct span args)
{
	unsigned long long octets;

	return span_number(span_word(&args), ~0ull, &octets) &&
	    (args.len == 0 || span_eq_case(args, SPAN("LAST")));
}

/* Returns the reply that rejects a message or a chunk for all recipients; empty: none. */
static struct span
plain_refused_for_all(const struct mta *m, const struct act *act)
{
	if (act->verb == VERB_BDAT && !plain_is_bdat(act->args))
		return SPAN("501 5.5.4 Syntax: BDAT octets [LAST]");
	if (act->verb == VERB_BDAT && m->mail.nrcpts == 0)
		return m->d->mail ? SPAN("503 5.5.1 No valid recipients") :
				    SPAN("503 5.5.1 Need MAIL command first");
	if (m->chunk_refused)
		return SPAN("503 5.5.1 Previous chunk was rejected; use RSET to abort");
	if (m->mail.octets > plain_size_limit(m))
		return SPAN(PLAIN_TOO_LARGE);
	if (act->ends_message && !envelope_header_is_utf8(&m->mail))
		return SPAN("554 5.6.0 Message header is not valid UTF-8 (RFC 6532 3.2)");
	return act->verb == VERB_BDAT ? plain_refused_for_recipients(m, MTA_DATA) : SPAN_NONE;
}

/* Returns the reply for one recipient: its rejection, or `taken`. */
static struct span
plain_verdict(const struct mta *m, const struct envelope_rcpt *rcpt, struct span taken)
{
	struct span refused = rcpt ? plain_refuses(m, MTA_DOT, rcpt->mailbox) : SPAN_NONE;

	return refused.len > 0 ? refused : taken;
}

/*
 * LMTP has one reply for each recipient (RFC 2033 4.2). PRDR has these after the 353, and then one
 * for the message, positive if any recipient accepted it (draft-hall-prdr). Otherwise a rejection
 * for one recipient rejects the message for all.
 */
void
plain_verdicts(struct mta *m, const struct act *act)
{
	bool dot = act->kind == ACT_DOT, lmtp = plain_is_lmtp(m);
	struct span taken = arena_printf(&m->scratch,
	    "250 2.0.0 Ok: %llu octets, queued as %010llX", m->mail.octets,
	    m->opts->queue ? *m->opts->queue + 1 : 1);
	struct span refused = plain_refused_for_recipients(m, MTA_DOT), one = refused;
	bool any = refused.len == 0;

	for (const struct envelope_rcpt *r = m->mail.rcpts; r && (lmtp || m->prdr); r = r->next) {
		one = plain_verdict(m, r, taken);
		any |= one.at == taken.at;
		if (m->prdr && one.at == taken.at)
			one = arena_printf(
			    &m->scratch, "250 2.1.5 <%.*s> accepted", SPAN_ARG(r->mailbox));
		replies_say(m, one, act->verb, dot);
	}
	if (!lmtp || m->mail.nrcpts == 0)
		replies_say(m, any ? taken : refused, act->verb, dot);
	if (any && m->opts->queue)
		++*m->opts->queue;
}

void
plain_message(struct mta *m, const struct act *act)
{
	bool dot = act->kind == ACT_DOT;
	struct span refused = plain_refused_for_all(m, act);
	unsigned n = act->ends_message && plain_is_lmtp(m) && m->mail.nrcpts > 1 ? m->mail.nrcpts :
										   1;

	while (refused.len > 0 && n-- > 0)
		replies_say(m, refused, act->verb, dot);
	if (refused.len > 0)
		return;
	if (act->ends_message && m->prdr)
		replies_say(m, SPAN("353 One reply per recipient follows, then a final one"),
		    act->verb, dot);
	if (act->ends_message)
		plain_verdicts(m, act);
	else
		replies_say(m,
		    arena_printf(&m->scratch, "250 2.0.0 %llu octets received", m->mail.octets),
		    act->verb, dot);
}
