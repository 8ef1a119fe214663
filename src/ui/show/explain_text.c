/*
 * explain_text - explains a reply with its text, a line of a log, or a bounce: finds the reply in
 * it, and the cause that it names. Logs and bounces quote the reply after a few well-known words,
 * and say beside it which command it replied to.
 */
#include "ui/show/explain_impl.h"

#include "base/ascii.h"
#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "run/diagnosis/reply_text.h"

enum { TEXT_MAX = 16384 };

/*
 * Returns the text in lower case, with a space for each control character, so that words match
 * across lines.
 */
static struct span
lowered(struct arena *arena, struct span text)
{
	text = span_first(text, TEXT_MAX);
	char *out = arena_string(arena, text);

	for (size_t i = 0; i < text.len; i++)
		out[i] = (unsigned char)out[i] < ' ' ? ' ' : ascii_lower(out[i]);
	return (struct span){ out, text.len };
}

static bool
has(struct span lower, const char *word)
{
	return span_find(lower, span_of(word)).at != NULL;
}

/* Returns the stage that a log names, or that a bounce of sendmail shows as sent. */
static enum smtp_stage
stage_of_sent(struct span lower)
{
	static const struct {
		const char *words;
		enum smtp_stage stage;
	} said[] = {
		{ "in reply to end of data", AT_END_OF_DATA },
		{ "in reply to rcpt", AT_RCPT },
		{ "in reply to mail", AT_MAIL },
		{ "in reply to data", AT_DATA },
		{ "in reply to ehlo", AT_EHLO },
		{ "in reply to helo", AT_EHLO },
		{ "in reply to starttls", AT_STARTTLS },
		{ "after rcpt to", AT_RCPT },
		{ "after mail from", AT_MAIL },
		{ "after end of data", AT_END_OF_DATA },
		{ "after data", AT_DATA },
		{ "reject: rcpt", AT_RCPT },
		{ "reject: mail", AT_MAIL },
		{ "reject: connect", AT_GREETING },
		{ "reject: data", AT_DATA },
		{ "reject: end-of-message", AT_END_OF_DATA },
		{ "refused to talk to me", AT_GREETING },
		{ "initial connection", AT_GREETING },
		{ ">>> rcpt", AT_RCPT },
		{ ">>> mail", AT_MAIL },
		{ ">>> data", AT_DATA },
	};

	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (has(lower, said[i].words))
			return said[i].stage;
	return AT_ANY;
}

/*
 * Returns whether the text starts with a 4xx or 5xx code that is followed by a space or "-". No
 * code is 46x or 56x, and 465 is a port.
 */
static bool
is_code(struct span at)
{
	return at.len >= 4 && (at.at[0] == '4' || at.at[0] == '5') && ascii_is_digit(at.at[1]) &&
	    at.at[1] != '6' && ascii_is_digit(at.at[2]) && (at.at[3] == ' ' || at.at[3] == '-');
}

/*
 * Returns the text from its reply on: after words that quote one, else at the first code that
 * begins the text or follows a mark such as ":". SPAN_NONE: no reply.
 */
static struct span
find_reply(struct span text, struct span lower)
{
	static const char *const quotes[] = { "said: ", "<<< ", "diagnostic-code: smtp; ",
		"diagnostic-code: smtp;", "refused to talk to me: ", "responded: ",
		"returned an error -> ", "remote server returned '" };

	for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
		for (struct span rest = lower; (rest = span_find(rest, span_of(quotes[i]))).at;) {
			rest = span_skip(rest, strlen(quotes[i]));
			if (is_code(rest))
				return span_skip(text, (size_t)(rest.at - lower.at));
		}
	for (size_t i = 0; i + 4 < lower.len; i++) {
		struct span here = span_skip(lower, i);
		char before = i >= 2 ? lower.at[i - 2] : ':', gap = i ? lower.at[i - 1] : ' ';
		if (is_code(here) &&
		    (i == 0 || (gap == ' ' && (before == ':' || before == ';' || before == ']')) ||
			gap == '"' || gap == '\'' || gap == '('))
			return span_skip(text, i);
	}
	return SPAN_NONE;
}

/* Returns the cause of a connection failure that a log describes, where there is no reply. */
static enum cause
cause_of_log(struct span lower)
{
	static const struct {
		const char *words;
		enum cause cause;
	} said[] = {
		{ "loops back to myself", CAUSE_MAIL_LOOP },
		{ "while receiving the initial server greeting", CAUSE_CLOSED_BEFORE_GREETING },
		{ "while sending end of data", CAUSE_FATE_UNKNOWN },
		{ "after sending data-command", CAUSE_CLOSED_IN_DATA },
		{ "while sending message body", CAUSE_CLOSED_IN_DATA },
		{ "tls is required, but was not offered", CAUSE_STARTTLS_MISSING },
		{ "tls is required, but host", CAUSE_STARTTLS_MISSING },
		{ "certificate has expired", CAUSE_CERT_EXPIRED },
		{ "server certificate not trusted", CAUSE_CERT_INVALID },
		{ "server certificate not verified", CAUSE_CERT_INVALID },
		{ "certificate verify failed", CAUSE_CERT_INVALID },
		{ "certificate verification failed", CAUSE_CERT_INVALID },
		{ "tlsa base domain", CAUSE_DANE_MISMATCH },
		{ "no tlsa records found", CAUSE_DANE_LOOKUP_FAILED },
		{ "handshake failure", CAUSE_TLS_NOTHING_SHARED },
		{ "no shared cipher", CAUSE_TLS_NOTHING_SHARED },
		{ "unsupported protocol", CAUSE_TLS_VERSION },
		{ "wrong version number", CAUSE_TLS_CLEARTEXT },
		{ "cannot start tls", CAUSE_TLS_FAILED },
		{ "connection refused", CAUSE_CONNECT_REFUSED },
		{ "connection timed out", CAUSE_CONNECT_TIMEOUT },
		{ "operation timed out", CAUSE_CONNECT_TIMEOUT },
		{ "no route to host", CAUSE_UNREACHABLE },
		{ "network is unreachable", CAUSE_UNREACHABLE },
		{ "connection reset by peer", CAUSE_CONNECTION_RESET },
		{ "host not found, try again", CAUSE_DNS_SERVER_FAILURE },
		{ "host or domain name not found", CAUSE_DNS_NO_HOST },
		{ "does not accept mail", CAUSE_NULL_MX },
		{ "lost connection", CAUSE_CONNECTION_CLOSED },
		{ "timed out while", CAUSE_REPLY_TIMEOUT },
	};

	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (has(lower, said[i].words))
			return said[i].cause;
	return CAUSE_NONE;
}

/* Adds a cause with all facts in its row. */
void
explain_diagnosis(struct explaining *x, const struct diagnosis *d)
{
	const struct cause_row *row = cause_row(d->cause);
	struct span consequence = diagnosis_consequence(d, x->arena);

	explain_add(x, "cause", span_of(row->title), "%.*s",
	    SPAN_ARG(diagnosis_sentence(d, x->arena)));
	explain_fact(x, "word", "%s", cause_word(d->cause));
	explain_fact(x, "consequence", "%.*s", SPAN_ARG(consequence));
	explain_fact(x, "next", "%.*s", SPAN_ARG(diagnosis_next(d, FOR_ANYONE, x->arena)));
	explain_fact(x, "evidence", "%.*s", SPAN_ARG(d->evidence));
	explain_fact(x, "reference", "%s", row->reference ? row->reference : "");
}

bool
explain_cause(struct explaining *x, struct span name)
{
	enum cause cause = cause_named(name);

	if (cause == CAUSE_NONE)
		return false;
	explain_diagnosis(x, diagnosis_new(cause, NULL, x->arena));
	return true;
}

/* Removes what a log adds after a reply. */
static struct span
without_tail(struct span reply)
{
	static const char *const tails[] = { " (in reply to", "; from=<", " (state ", "\n\n" };
	struct span rest = reply;

	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		struct span tail = span_find(rest, span_of(tails[i]));
		if (tail.at)
			rest.len = (size_t)(tail.at - rest.at);
	}
	return rest;
}

bool
explain_text(struct explaining *x, struct span text)
{
	struct span lower = lowered(x->arena, text);
	struct span at = find_reply(span_first(text, lower.len), lower), line;
	struct facts f = { .stage = stage_of_sent(lower) };
	struct reply r = { 0 };
	size_t len;

	/* "5.7.323 tlsa-invalid: …": a bounce has this beside the reply. */
	r.status = status_parse(text, &len);
	if (!at.at && r.status.class >= 4) {
		line = span_trim(span_skip(text, len));
		r.line = &line;
		r.nlines = 1;
		r.raw = text;
		f.reply = &r;
		const struct diagnosis *d = line.len > 0 ? diagnose(&f, x->arena) : NULL;
		if (d)
			explain_diagnosis(x, d);
		return d != NULL;
	}
	if (!at.at) {
		enum cause cause = cause_of_log(lower);
		struct reply_seen said = { .text = text, .stage = f.stage };
		if (cause == CAUSE_NONE)
			cause = reply_text_cause(&said);
		if (cause != CAUSE_NONE)
			explain_diagnosis(x, diagnosis_new(cause, NULL, x->arena));
		return cause != CAUSE_NONE;
	}
	at = without_tail(at);
	r.code = (unsigned)(at.at[0] - '0') * 100 + (unsigned)(at.at[1] - '0') * 10 +
	    (unsigned)(at.at[2] - '0');
	line = span_trim(span_skip(at, 4));
	if (line.len == 0)
		return false;
	r.status = status_parse(line, &len);
	if (r.status.class != 0 && span_trim(span_skip(line, len)).len == 0)
		return false;		/* only codes */
	r.line = &line;
	r.nlines = 1;
	r.raw = at;
	f.reply = &r;
	const struct diagnosis *d = diagnose(&f, x->arena);
	if (d)
		explain_diagnosis(x, d);
	return d != NULL;
}
