/* diagnose - what is wrong with a peer that does not behave, in one sentence. */
#include "run/session/diagnose.h"

#include <stdio.h>

#include "base/text.h"

/* How servers of other protocols begin, and what is made of it. */
static const struct {
	struct span begins;
	const char *name, *hint;
} foreign[] = {
	{ SPAN_INIT("SSH-"), "an SSH server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("HTTP/"), "a web server (HTTP)", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("<!DOCTYPE"), "a web server (HTML)", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("<html"), "a web server (HTML)", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("+OK"), "a POP3 server (RFC 1939)",
	    "it gives mail out; SMTP takes it, on 25, 587 and 465" },
	{ SPAN_INIT("* OK"), "an IMAP server (RFC 9051)",
	    "it gives mail out; SMTP takes it, on 25, 587 and 465" },
	{ SPAN_INIT("* PREAUTH"), "an IMAP server (RFC 9051)",
	    "it gives mail out; SMTP takes it, on 25, 587 and 465" },
	{ SPAN_INIT("* BYE"), "an IMAP server (RFC 9051)",
	    "it gives mail out; SMTP takes it, on 25, 587 and 465" },
	{ SPAN_INIT("RFB 0"), "a VNC server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("@RSYNCD:"), "an rsync server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("AMQP"), "an AMQP server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("-ERR"), "a POP3 or Redis server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("\xFF\xFB"), "a telnet server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("\xFF\xFD"), "a telnet server", "SMTP listens on 25, 587 and 465" },
	{ SPAN_INIT("\x15\x03"), "a TLS alert in the clear",
	    "the port wants TLS from the start: smtps://HOST:PORT" },
	{ SPAN_INIT("\x16\x03"), "a TLS handshake in the clear",
	    "the port wants TLS from the start: smtps://HOST:PORT" },
};
enum { NFOREIGN = sizeof foreign / sizeof *foreign, PIECES_OF_A_TARPIT = 4 };

static size_t
foreign_row(struct span octets)
{
	size_t i = 0;

	while (i < NFOREIGN && !span_starts_case(octets, foreign[i].begins))
		i++;
	return i;
}

const char *
diagnose_foreign(struct span octets)
{
	size_t i = foreign_row(octets);
	return i < NFOREIGN ? foreign[i].name : NULL;
}

/* At most `most` octets, escaped, without their line ends. */
static struct span
quoted(struct buf *safe, struct span octets, size_t most)
{
	struct span line = span_trim(span_first(octets, most));

	*safe = (struct buf){ .max = most * 4 + 4 };
	text_safe_to(safe, line);
	return buf_span(safe);
}

void
diagnose_octets(struct span octets, const char *name, char out[DIAGNOSIS_SIZE])
{
	struct buf safe;
	struct span line = octets;
	size_t i = foreign_row(octets);

	span_line(&octets, &line);
	line = quoted(&safe, line, 60);
	snprintf(out, DIAGNOSIS_SIZE, "this is no SMTP server but %s: \"%.*s\"; %s", name,
	    SPAN_ARG(line), i < NFOREIGN ? foreign[i].hint : "is the port right?");
	buf_release(&safe);
}

/* What a silence usually means, by what was waited for; the first row that fits. */
static const struct {
	enum wait wait;
	enum verb verb;			/* of a reply; VERB_OTHER: any */
	const char *hint;
	bool tls;			/* only within TLS */
} silences[] = {
	{ WAIT_GREETING, VERB_OTHER,
	    "a greet pause, or no SMTP server behind this TLS (RFC 5321 4.5.3.2.1 allows 5 "
	    "minutes)",
	    true },
	{ WAIT_GREETING, VERB_OTHER,
	    "a port that wants TLS from the start is silent so (smtps://HOST:PORT or "
	    "--tls=implicit), and so is a greet pause, "
	    "or a firewall that takes every connection (RFC 5321 4.5.3.2.1 allows 5 minutes)" },
	{ WAIT_TLS, VERB_OTHER, "the server took the ClientHello and says nothing" },
	{ WAIT_REPLY, VERB_EHLO, "a middlebox may not bear EHLO: try HELO" },
	{ WAIT_ROUTE, VERB_OTHER, "the resolver does not answer" },
};

static const char *
silence_hint(const struct silence *s)
{
	for (size_t i = 0; i < sizeof silences / sizeof *silences; i++)
		if (s->wait == silences[i].wait &&
		    (silences[i].verb == VERB_OTHER || s->verb == silences[i].verb) &&
		    (s->tls || !silences[i].tls))
			return silences[i].hint;
	return NULL;
}

const char *
diagnose_slowness(const struct silence *s)
{
	struct span p = s->pending;

	if (p.len > 0 && s->wait == WAIT_GREETING && p.at[p.len - 1] == '\n')
		return "a greet pause, as of postscreen, which holds the last line back";
	return s->pieces >= PIECES_OF_A_TARPIT ? "a tarpit, which slows whom it does not trust" :
						 NULL;
}

void
diagnose_silence(const struct silence *s, char out[DIAGNOSIS_SIZE])
{
	char within[24];
	const char *what = wait_phrase(s->wait, s->verb);
	const char *other = diagnose_foreign(s->pending), *hint = silence_hint(s);

	text_limit(within, s->ms);
	if (other) {
		diagnose_octets(s->pending, other, out);
	} else if (s->pending.len > 0) {
		struct buf safe;
		size_t n = s->pending.len > 40 ? 40 : s->pending.len;
		struct span last = quoted(&safe, span_skip(s->pending, s->pending.len - n), 40);
		const char *slow = diagnose_slowness(s);
		snprintf(out, DIAGNOSIS_SIZE,
		    "%s did not end within %s: the %zu octets that came are no whole reply "
		    "(RFC 5321 4.2.1), the last of them \"%.*s\"%s%s",
		    what, within, s->pending.len, SPAN_ARG(last), slow ? ": " : "",
		    slow ? slow : "");
		buf_release(&safe);
	} else {
		snprintf(out, DIAGNOSIS_SIZE, "%s did not come within %s%s%s", what, within,
		    hint ? ": " : "", hint ? hint : "");
	}
}

static const char *
brackets(struct span host, const char *bracket)
{
	return span_has(host, ':') ? bracket : "";
}

void
diagnose_hush(struct span host, unsigned port, uint64_t ms, char out[DIAGNOSIS_SIZE])
{
	char within[24];

	text_limit(within, ms);
	snprintf(out, DIAGNOSIS_SIZE,
	    "no greeting within %s: the port may expect TLS from the start (smtps://%s%.*s%s:%u or "
	    "--tls=implicit), the "
	    "server may delay its greeting, or a firewall accepted the connection (RFC 5321 "
	    "4.5.3.2.1 allows 5 minutes)",
	    within, brackets(host, "["), SPAN_ARG(span_first(host, 100)), brackets(host, "]"),
	    port);
}

bool
diagnose_tls_port(struct span host, unsigned port, char out[DIAGNOSIS_SIZE])
{
	if (port != 465 && port != 2465)
		return false;
	snprintf(out, DIAGNOSIS_SIZE,
	    "port %u expects TLS from the start (RFC 8314 3.3), and this connection is in the "
	    "clear: use "
	    "smtps://%s%.*s%s:%u or --tls=implicit",
	    port, brackets(host, "["), SPAN_ARG(span_first(host, 100)), brackets(host, "]"), port);
	return true;
}

void
diagnose_plain(struct span octets, bool implicit, bool early, char out[DIAGNOSIS_SIZE])
{
	struct buf safe;
	struct span line = quoted(&safe, octets, 60);

	if (implicit)
		snprintf(out, DIAGNOSIS_SIZE,
		    "the port does not begin with TLS, it speaks in the clear: \"%.*s\"; try "
		    "smtp:// and "
		    "STARTTLS",
		    SPAN_ARG(line));
	else if (early)
		snprintf(out, DIAGNOSIS_SIZE,
		    "injection: the peer sent more behind its 220, before TLS began, and \"%.*s\" "
		    "would pass "
		    "for protected (RFC 3207 6, CVE-2011-0411)",
		    SPAN_ARG(line));
	else
		snprintf(out, DIAGNOSIS_SIZE,
		    "the TLS handshake failed: the peer agreed to TLS and then spoke in the clear: "
		    "\"%.*s\" "
		    "(RFC 3207 4)",
		    SPAN_ARG(line));
	buf_release(&safe);
}

static bool
is_mostly(struct span s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += s.at[i] == c;
	return n >= 5 && n * 2 > s.len;
}

static bool
has_word(struct span text, const char *word)
{
	size_t n = strlen(word);

	for (; text.len >= n; text = span_skip(text, 1))
		if (span_starts_case(text, span_of(word)))
			return true;
	return false;
}

const char *
diagnose_banner(const struct reply *r)
{
	struct span text = r->line[0];

	if (is_mostly(text, '*'))
		return "the banner is asterisks: a middlebox that inspects SMTP stands between "
		       "(Cisco's \"fixup\"), and may take STARTTLS "
		       "and ESMTP away";
	if (r->code == 220 && has_word(text, "ftp") && !has_word(text, "smtp"))
		return "this banner is an FTP server's (RFC 959): is the port right?";
	if (r->code == 200 || r->code == 201)
		return "200 greets in news (NNTP, RFC 3977), not in SMTP, where it is 220 (RFC "
		       "5321 4.3.2): is the port right?";
	return NULL;
}

static bool
says(const struct reply *r, const char *word)
{
	for (size_t i = 0; i < r->nlines; i++)
		if (has_word(r->line[i], word))
			return true;
	return false;
}

const char *
diagnose_refused_hello(const struct reply *banner, const struct reply *refusal)
{
	if (says(banner, "lmtp") || says(refusal, "lhlo") || says(refusal, "lmtp"))
		return "this is an LMTP server (RFC 2033): use lmtp:// or --lmtp";
	if (!says(banner, "smtp") &&
	    (says(banner, "ftp") || says(refusal, "ftp") || says(refusal, "USER and PASS") ||
		says(refusal, "login with USER")))
		return "this is an FTP server (RFC 959): SMTP listens on 25, 587 and 465";
	return NULL;
}

const char *
diagnose_extensions(const struct extensions *e)
{
	for (size_t i = 0; i < e->n; i++)
		if (e->list[i].keyword.len == 8 && (is_mostly(e->list[i].keyword, 'X')))
			return "STARTTLS was overwritten on the way: a middlebox put \"XXXXXXXA\" "
			       "in its place, so that no TLS begins "
			       "(RFC 3207 6)";
	return NULL;
}
