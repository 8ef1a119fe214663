/* mta - MAIL and RCPT: addresses, parameters, and who is refused. */
#include "run/serve/mta_priv.h"

#include "smtp/parameter.h"
#include "smtp/path.h"

void
mta_forget(struct mta *m)
{
	envelope_forget(&m->mail);
	m->refuse_data = m->refuse_dot = SPAN_NONE;
	m->last_chunk = m->binary = m->utf8 = false;
	m->chunk_wrong = NULL;
}

/* ---- parameters: a check returns what is wrong, or NULL */

#define BAD	"501 5.5.4 The value of a parameter is none it can have"

static const char *
check_size(struct mta *m, struct span v)
{
	unsigned long long n, limit = m->opts->size_limit ? m->opts->size_limit : MTA_SIZE;

	if (v.len == 0 || v.len > 20)
		return BAD;
	for (size_t i = 0; i < v.len; i++)
		if (v.at[i] < '0' || v.at[i] > '9')
			return BAD;
	return span_number(v, ~0ull, &n) && n <= limit ?
	    NULL :
	    "552 5.3.4 The message is larger than SIZE allows";
}

static const char *
check_body(struct mta *m, struct span v)
{
	m->binary = span_eq_case(v, SPAN("BINARYMIME"));
	if (m->binary)
		return mta_offers(m, "BINARYMIME") ? NULL : "555 5.5.4 BINARYMIME is not offered";
	return span_eq_case(v, SPAN("7BIT")) || span_eq_case(v, SPAN("8BITMIME")) ? NULL : BAD;
}

static const char *
check_ret(struct mta *m, struct span v)
{
	(void)m;
	return span_eq_case(v, SPAN("FULL")) || span_eq_case(v, SPAN("HDRS")) ? NULL : BAD;
}

static const char *
check_flag(struct mta *m, struct span v)
{
	(void)m;
	return v.at ? "501 5.5.4 This parameter takes no value" : NULL;
}

static const char *
check_utf8(struct mta *m, struct span v)
{
	m->utf8 = true;
	return check_flag(m, v);
}

/* xtext: printable but "+" and "=", or "+" and two upper-case hexadecimal digits (RFC 3461 4). */
static bool
is_xtext(struct span v)
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
check_xtext(struct mta *m, struct span v)
{
	(void)m;
	return is_xtext(v) ? NULL : BAD;
}

static const char *
check_notify(struct mta *m, struct span v)
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
check_orcpt(struct mta *m, struct span v)
{
	struct span type = span_until(&v, ';');

	(void)m;
	return type.len > 0 && (span_eq_case(type, SPAN("utf-8")) ? v.len > 0 : is_xtext(v)) ?
	    NULL :
	    BAD;
}

static const char *
check_value(struct mta *m, struct span v)
{
	(void)m;
	return v.len > 0 ? NULL : BAD;
}

static const struct {
	const char *name;
	const char *(*check)(struct mta *, struct span value);
} checks[] = {
	{ "SIZE", check_size },
	{ "BODY", check_body },
	{ "RET", check_ret },
	{ "ENVID", check_xtext },
	{ "AUTH", check_xtext },
	{ "SMTPUTF8", check_utf8 },
	{ "REQUIRETLS", check_flag },
	{ "NOTIFY", check_notify },
	{ "ORCPT", check_orcpt },
};

static const char *
check_param(struct mta *m, enum verb verb, struct span param)
{
	struct span value = param, name = span_until(&value, '=');
	const struct parameter *p = parameter_find(verb, name);

	if (name.len == 0)
		return "501 5.5.4 A parameter has no name";
	if (name.len == param.len)
		value = SPAN_NONE;
	if (!p || m->d->hello == VERB_HELO || !mta_offers(m, p->extension))
		return "555 5.5.4 A parameter is not known or not offered";
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (span_eq_case(name, span_of(checks[i].name)))
			return checks[i].check(m, value);
	return check_value(m, value);
}

static bool
is_named_before(struct span params, struct span name)
{
	for (struct span word; (word = span_word(&params)).len > 0;)
		if (span_eq_case(span_until(&word, '='), name))
			return true;
	return false;
}

static const char *
check_params(struct mta *m, enum verb verb, struct span params)
{
	struct span rest = params;

	for (struct span word; (word = span_word(&rest)).len > 0;) {
		struct span name = word;
		struct span before = { params.at, (size_t)(word.at - params.at) };
		const char *wrong = check_param(m, verb, word);
		if (!wrong && is_named_before(before, span_until(&name, '=')))
			wrong = "501 5.5.4 A parameter stands there twice";
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* ---- addresses */

static enum progress
wrong_path(struct session *s, struct mta *m, enum verb verb, const char *why)
{
	struct buf reply = { .max = 512 };

	buf_printf(&reply, "501 %s:<address> is wrong: %s",
	    verb == VERB_MAIL ? "5.1.7 MAIL FROM" : "5.1.3 RCPT TO", why);
	enum progress progress = mta_answer(s, m, buf_span(&reply));
	buf_release(&reply);
	return progress;
}

static bool
lacks_utf8(const struct mta *m, const struct path *path)
{
	return path->utf8 && !m->utf8;
}

enum progress
mta_mail(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	struct span text, params;
	struct path path;

	if (m->d->hello == VERB_OTHER)
		return m->opts->lmtp ? MTA_ANSWER(s, m, "503 5.5.1 LHLO first") :
				       MTA_ANSWER(s, m, "503 5.5.1 EHLO or HELO first");
	if (m->d->mail)
		return MTA_ANSWER(
		    s, m, "503 5.5.1 A sender is given already; RSET drops the message");
	if (m->opts->require_auth && !m->d->authenticated)
		return MTA_ANSWER(s, m, "530 5.7.0 AUTH first");
	if (m->opts->messages_max && m->messages >= m->opts->messages_max)
		return MTA_ANSWER(s, m, "421 4.7.0 No more messages on this connection");
	if (!parameter_split(verb, args, &text, &params))
		return MTA_ANSWER(s, m, "501 5.5.4 Want MAIL FROM:<address>");
	mta_forget(m);
	const char *wrong = path_parse(text, &path);
	if (wrong || (path.mailbox.len > 0 && path.domain.len == 0))
		return wrong_path(s, m, verb, wrong ? wrong : "no @ and no domain");
	wrong = check_params(m, verb, params);
	if (wrong)
		return mta_answer(s, m, span_of(wrong));
	if (lacks_utf8(m, &path))
		return MTA_ANSWER(
		    s, m, "553 5.6.7 An address beyond ASCII wants the parameter SMTPUTF8");
	struct span refused = mta_refuses(m, MTA_MAIL, path.mailbox);
	if (refused.len > 0)
		return mta_answer(s, m, refused);
	envelope_from(&m->mail, path.mailbox, params);
	dialogue_heard(m->d, verb, 250);
	return MTA_ANSWER(s, m, "250 2.1.0 Sender ok");
}

static bool
add_rcpt(struct mta *m, struct span mailbox, struct span params)
{
	if (m->mail.nrcpts >= (m->opts->rcpt_max ? m->opts->rcpt_max : MTA_RCPT_MAX) ||
	    !envelope_rcpt(&m->mail, mailbox, params))
		return false;
	if (m->refuse_data.len == 0)
		m->refuse_data = mta_refuses(m, MTA_DATA, mailbox);
	if (m->refuse_dot.len == 0)
		m->refuse_dot = mta_refuses(m, MTA_DOT, mailbox);
	return true;
}

enum progress
mta_rcpt(struct session *s, struct mta *m, enum verb verb, struct span args)
{
	struct span text, params;
	struct path path;

	if (!m->d->mail)
		return MTA_ANSWER(s, m, "503 5.5.1 MAIL first");
	if (!parameter_split(verb, args, &text, &params))
		return MTA_ANSWER(s, m, "501 5.5.4 Want RCPT TO:<address>");
	const char *wrong = path_parse(text, &path);
	if (wrong || path.mailbox.len == 0)
		return wrong_path(s, m, verb, wrong ? wrong : "it is empty");
	wrong = check_params(m, verb, params);
	if (wrong)
		return mta_answer(s, m, span_of(wrong));
	if (lacks_utf8(m, &path))
		return MTA_ANSWER(s, m, "553 5.6.7 An address beyond ASCII wants SMTPUTF8 at MAIL");
	struct span refused = mta_refuses(m, MTA_RCPT, path.mailbox);
	if (refused.len > 0)
		return mta_answer(s, m, refused);
	if (!add_rcpt(m, path.mailbox, params))
		return MTA_ANSWER(s, m, "452 4.5.3 Too many recipients");
	dialogue_heard(m->d, verb, 250);
	return MTA_ANSWER(s, m, "250 2.1.5 Recipient ok");
}
