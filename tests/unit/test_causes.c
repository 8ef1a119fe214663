/*
 * diagnose: facts in, causes out. Every cause of the table has a situation here that yields it; the
 * last test fails when one has none.
 */
#include "tests.h"

#include <stdio.h>

#include "run/diagnosis/diagnose.h"

static bool seen[CAUSE_COUNT];

static struct span
crlf(const char *lines, struct arena *arena)
{
	struct span all = span_of(lines), line, octets = SPAN_NONE;

	while (span_line(&all, &line))
		octets = arena_printf(arena, "%.*s%.*s\r\n", SPAN_ARG(octets), SPAN_ARG(line));
	return octets;
}

static struct reply *
parsed(const char *lines, struct arena *arena)
{
	struct reply *r = ARENA_NEW(arena, struct reply);

	if (reply_parse(crlf(lines, arena), arena, r) == 0)
		fail_msg("\"%s\" is no whole reply", lines);
	return r;
}

static struct extensions *
offers(const char *keywords, struct arena *arena)
{
	struct extensions *e = ARENA_NEW(arena, struct extensions);
	struct span rest = span_of(keywords), all = SPAN("250-mx.example.org\r\n");

	while (rest.len > 0) {
		struct span one = span_until(&rest, ',');
		all = arena_printf(arena, "%.*s250%c%.*s\r\n", SPAN_ARG(all), rest.len ? '-' : ' ',
		    SPAN_ARG(one));
	}
	struct reply r;
	assert_int_not_equal(reply_parse(all, arena, &r), 0);
	extensions_parse(&r, arena, e);
	return e;
}

static const struct diagnosis *
find(const struct diagnosis *d, enum cause cause)
{
	while (d && d->cause != cause)
		d = d->next;
	return d;
}

static void
mark(const struct diagnosis *d, struct arena *arena)
{
	for (; d; d = d->next) {
		seen[d->cause] = true;
		/* whatever is found can be said, and nothing is said with a hole in it */
		struct span text[] = { diagnosis_sentence(d, arena),
			diagnosis_consequence(d, arena), diagnosis_next(d, FOR_ANYONE, arena),
			d->evidence };
		for (size_t i = 0; i < sizeof text / sizeof *text; i++)
			assert_false(span_has(text[i], '{') || span_has(text[i], '\x1b'));
		assert_true(text[0].len > 0 && text[2].len > 0);
	}
}

static void
must_find(const struct diagnosis *d, enum cause want, const char *name, struct arena *arena)
{
	if (!find(d, want))
		fail_msg("%s: %s, wanted %s", name, d ? cause_word(d->cause) : "nothing",
		    cause_word(want));
	mark(d, arena);
}

/* ---- replies */

static void
replies_yield(void **state)
{
	static const struct {
		const char *reply;
		enum smtp_stage stage;
		enum cause want;
	} cases[] = {
		{ "554 5.7.1 PREGREET", AT_GREETING, CAUSE_EARLY_TALKER },
		{ "554 5.7.1 blocked using bl.example.net", AT_RCPT, CAUSE_CLIENT_LISTED },
		{ "550 Error: open resolver", AT_RCPT, CAUSE_LIST_QUERY_REFUSED },
		{ "550 dynamic IP addresses are not accepted", AT_GREETING, CAUSE_DYNAMIC_ADDRESS },
		{ "554 your IP is blocked", AT_GREETING, CAUSE_CLIENT_BLOCKED },
		{ "554 poor reputation", AT_GREETING, CAUSE_BAD_REPUTATION },
		{ "550 5.7.25 x", AT_RCPT, CAUSE_NO_REVERSE_DNS },
		{ "421 too many connections", AT_GREETING, CAUSE_TOO_MANY_CONNECTIONS },
		{ "421 4.7.28 x", AT_MAIL, CAUSE_RATE_LIMITED },
		{ "421 too many errors", AT_RCPT, CAUSE_TOO_MANY_ERRORS },
		{ "450 4.3.2 Service currently unavailable", AT_RCPT, CAUSE_POSTSCREEN_TESTS },
		{ "450 4.2.0 graylisted", AT_RCPT, CAUSE_GREYLISTED },
		{ "554 mx.example.org", AT_GREETING, CAUSE_NO_SERVICE },
		{ "521 mx.example.org", AT_GREETING, CAUSE_TAKES_NO_MAIL },
		{ "500 no", AT_GREETING, CAUSE_GREETING_CODE },
		{ "504 Helo command rejected: need fully-qualified hostname", AT_RCPT, CAUSE_HELO_NOT_FQDN },
		{ "450 Helo command rejected: Host not found", AT_RCPT, CAUSE_HELO_NOT_FOUND },
		{ "550 Forged HELO", AT_EHLO, CAUSE_HELO_IS_SERVERS },
		{ "550 Invalid HELO", AT_EHLO, CAUSE_HELO_REJECTED },
		{ "501 no", AT_EHLO, CAUSE_HELO_SYNTAX },
		{ "421 bye", AT_MAIL, CAUSE_SERVICE_UNAVAILABLE },
		{ "421 shutting down", AT_MAIL, CAUSE_SHUTTING_DOWN },
		{ "421 4.4.2 Idle for too long", AT_MAIL, CAUSE_IDLE_TIMEOUT },
		{ "451 server busy", AT_MAIL, CAUSE_OVERLOADED },
		{ "452 4.3.1 x", AT_MAIL, CAUSE_DISK_FULL },
		{ "452 Insufficient system resources", AT_MAIL, CAUSE_BACK_PRESSURE },
		{ "451 Temporary lookup failure", AT_RCPT, CAUSE_LOOKUP_FAILED },
		{ "451 DNS timeout", AT_RCPT, CAUSE_SERVER_DNS_FAILED },
		{ "451 4.4.1 x", AT_RCPT, CAUSE_NEXT_HOP_DOWN },
		{ "451 milter unavailable", AT_RCPT, CAUSE_FILTER_DOWN },
		{ "451 4.3.5 x", AT_RCPT, CAUSE_SERVER_MISCONFIGURED },
		{ "451 internal error", AT_RCPT, CAUSE_SERVER_ERROR },
		{ "554 5.4.6 x", AT_RCPT, CAUSE_MAIL_LOOP },
		{ "554 Too many hops", AT_END_OF_DATA, CAUSE_TOO_MANY_HOPS },
		{ "550 5.4.7 x", AT_END_OF_DATA, CAUSE_EXPIRED },
		{ "454 x", AT_STARTTLS, CAUSE_STARTTLS_FAILED },
		{ "530 Must issue a STARTTLS command first", AT_MAIL, CAUSE_STARTTLS_REQUIRED },
		{ "502 x", AT_STARTTLS, CAUSE_STARTTLS_UNKNOWN },
		{ "503 x", AT_STARTTLS, CAUSE_STARTTLS_SEQUENCE },
		{ "530 5.7.0 x", AT_MAIL, CAUSE_AUTH_REQUIRED },
		{ "535 x", AT_AUTH, CAUSE_AUTH_FAILED },
		{ "535 basic authentication is disabled", AT_AUTH, CAUSE_AUTH_PASSWORDS_OFF },
		{ "535 SmtpClientAuthentication is disabled", AT_AUTH, CAUSE_AUTH_SUBMISSION_OFF },
		{ "534 Application-specific password required", AT_AUTH, CAUSE_AUTH_APP_PASSWORD },
		{ "534 Please log in via your web browser", AT_AUTH, CAUSE_AUTH_WEB_LOGIN },
		{ "535 invalid_token", AT_AUTH, CAUSE_AUTH_TOKEN },
		{ "454 x", AT_AUTH, CAUSE_AUTH_UNAVAILABLE },
		{ "504 x", AT_AUTH, CAUSE_AUTH_MECHANISM },
		{ "538 x", AT_AUTH, CAUSE_AUTH_NEEDS_TLS },
		{ "534 5.7.9 x", AT_AUTH, CAUSE_AUTH_TOO_WEAK },
		{ "502 x", AT_AUTH, CAUSE_AUTH_NOT_ENABLED },
		{ "503 already authenticated", AT_AUTH, CAUSE_AUTH_TWICE },
		{ "503 x", AT_AUTH, CAUSE_AUTH_SEQUENCE },
		{ "501 x", AT_AUTH, CAUSE_AUTH_CODING },
		{ "500 5.5.6 x", AT_AUTH, CAUSE_AUTH_TOO_LONG },
		{ "454 Too many login attempts", AT_AUTH, CAUSE_AUTH_LOCKED },
		{ "535 conditional access", AT_AUTH, CAUSE_AUTH_POLICY },
		{ "535 channel binding mismatch", AT_AUTH, CAUSE_AUTH_BINDING },
		{ "432 4.7.12 x", AT_AUTH, CAUSE_AUTH_TRANSITION },
		{ "525 5.7.13 x", AT_AUTH, CAUSE_ACCOUNT_DISABLED },
		{ "550 5.7.14 x", AT_MAIL, CAUSE_TRUST_REQUIRED },
		{ "550 5.1.8 x", AT_MAIL, CAUSE_SENDER_UNKNOWN_DOMAIN },
		{ "550 Sender verify failed", AT_RCPT, CAUSE_SENDER_UNVERIFIED },
		{ "553 not owned by user", AT_RCPT, CAUSE_SENDER_NOT_OWNED },
		{ "550 Sender rejected", AT_MAIL, CAUSE_SENDER_BLOCKED },
		{ "501 5.1.7 x", AT_MAIL, CAUSE_SENDER_SYNTAX },
		{ "550 5.7.27 x", AT_MAIL, CAUSE_SENDER_NULL_MX },
		{ "553 null sender is not allowed", AT_MAIL, CAUSE_NULL_SENDER_REJECTED },
		{ "550 Daily sending quota exceeded", AT_MAIL, CAUSE_SENDER_QUOTA },
		{ "550 bad outbound sender", AT_END_OF_DATA, CAUSE_OUTBOUND_BLOCKED },
		{ "550 does not allow external forwarding", AT_END_OF_DATA, CAUSE_FORWARDING_BLOCKED },
		{ "550 5.7.23 x", AT_MAIL, CAUSE_SPF_FAILED },
		{ "451 4.7.24 x", AT_MAIL, CAUSE_SPF_ERROR },
		{ "550 5.7.20 x", AT_END_OF_DATA, CAUSE_DKIM_FAILED },
		{ "550 DMARC", AT_END_OF_DATA, CAUSE_DMARC_FAILED },
		{ "550 5.7.26 x", AT_END_OF_DATA, CAUSE_UNAUTHENTICATED },
		{ "550 5.7.29 x", AT_END_OF_DATA, CAUSE_ARC_FAILED },
		{ "454 4.7.1 <b@example.org>: Relay access denied", AT_RCPT, CAUSE_RELAY_DENIED },
		{ "550 5.1.1 x", AT_RCPT, CAUSE_RECIPIENT_UNKNOWN },
		{ "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", AT_RCPT, CAUSE_RECIPIENT_NOT_IN_DIRECTORY },
		{ "550 Unrouteable address", AT_RCPT, CAUSE_RECIPIENT_UNROUTABLE },
		{ "550 x", AT_RCPT, CAUSE_MAILBOX_UNAVAILABLE },
		{ "550 5.1.2 x", AT_RCPT, CAUSE_RECIPIENT_DOMAIN },
		{ "501 5.1.3 x", AT_RCPT, CAUSE_RECIPIENT_SYNTAX },
		{ "550 5.1.4 x", AT_RCPT, CAUSE_RECIPIENT_AMBIGUOUS },
		{ "551 x", AT_RCPT, CAUSE_RECIPIENT_MOVED },
		{ "550 5.2.1 x", AT_RCPT, CAUSE_RECIPIENT_DISABLED },
		{ "550 5.7.2 x", AT_RCPT, CAUSE_RECIPIENT_RESTRICTED },
		{ "556 x", AT_RCPT, CAUSE_RECIPIENT_NULL_MX },
		{ "450 4.1.1 x", AT_RCPT, CAUSE_RECIPIENT_UNVERIFIED },
		{ "450 receiving mail too quickly", AT_RCPT, CAUSE_RECIPIENT_RATE },
		{ "450 mailbox busy", AT_RCPT, CAUSE_RECIPIENT_BUSY },
		{ "452 4.2.2 x", AT_RCPT, CAUSE_MAILBOX_FULL },
		{ "452 4.5.3 x", AT_RCPT, CAUSE_TOO_MANY_RECIPIENTS },
		{ "451 multiple destination domains per transaction", AT_RCPT, CAUSE_ANOTHER_TRANSACTION },
		{ "550 5.2.4 x", AT_RCPT, CAUSE_LIST_EXPANSION },
		{ "550 5.7.17 x", AT_RCPT, CAUSE_OWNER_CHANGED },
		{ "550 message content rejected", AT_END_OF_DATA, CAUSE_CONTENT_REJECTED },
		{ "550 spam", AT_END_OF_DATA, CAUSE_SPAM },
		{ "550 virus found", AT_END_OF_DATA, CAUSE_VIRUS },
		{ "550 attachment type not allowed", AT_END_OF_DATA, CAUSE_ATTACHMENT },
		{ "550 URL is listed by SURBL", AT_END_OF_DATA, CAUSE_LINK_LISTED },
		{ "552 5.3.4 x", AT_MAIL, CAUSE_MESSAGE_TOO_LARGE },
		{ "550 not RFC 5322 compliant", AT_END_OF_DATA, CAUSE_HEADERS_INVALID },
		{ "550 maximum allowed line length is 998", AT_END_OF_DATA, CAUSE_LINE_TOO_LONG },
		{ "550 bare <LF> received", AT_END_OF_DATA, CAUSE_BARE_LF },
		{ "553 5.6.7 x", AT_RCPT, CAUSE_NEEDS_SMTPUTF8 },
		{ "554 5.6.3 x", AT_END_OF_DATA, CAUSE_NEEDS_CONVERSION },
		{ "550 5.7.5 x", AT_END_OF_DATA, CAUSE_PROTECTION },
		{ "550 5.7.30 x", AT_END_OF_DATA, CAUSE_REQUIRETLS },
		{ "450 4.7.15 x", AT_MAIL, CAUSE_PRIORITY },
		{ "554 SMTP synchronization error", AT_DATA, CAUSE_PIPELINING },
		{ "503 send HELO first", AT_MAIL, CAUSE_NEEDS_HELO },
		{ "503 Duplicate EHLO", AT_EHLO, CAUSE_HELO_TWICE },
		{ "554 x", AT_STARTTLS, CAUSE_STARTTLS_REJECTED },
		{ "530 5.7.0 x", AT_STARTTLS, CAUSE_STARTTLS_REJECTED },
		{ "501 5.5.4 x", AT_STARTTLS, CAUSE_STARTTLS_REJECTED },
		{ "502 x", AT_EHLO, CAUSE_EHLO_UNKNOWN },
		{ "503 x", AT_RCPT, CAUSE_NEEDS_MAIL },
		{ "503 x", AT_DATA, CAUSE_NEEDS_RCPT },
		{ "554 x", AT_DATA, CAUSE_NO_VALID_RECIPIENT },
		{ "503 nested MAIL", AT_MAIL, CAUSE_NESTED_MAIL },
		{ "503 x", AT_OTHER, CAUSE_BAD_SEQUENCE },
		{ "555 x", AT_MAIL, CAUSE_PARAMETER_REJECTED },
		{ "501 x", AT_OTHER, CAUSE_SYNTAX_ERROR },
		{ "500 x", AT_OTHER, CAUSE_COMMAND_UNKNOWN },
		{ "500 command line too long", AT_OTHER, CAUSE_COMMAND_TOO_LONG },
		{ "502 x", AT_VRFY, CAUSE_COMMAND_DISABLED },
		{ "550 5.7.1 x", AT_RCPT, CAUSE_POLICY },
		{ "450 x", AT_RCPT, CAUSE_DEFERRED },
		{ "550 x", AT_MAIL, CAUSE_REJECTED },
		{ "501 USER and PASS first", AT_EHLO, CAUSE_NOT_SMTP },
		{ "500 use LHLO", AT_EHLO, CAUSE_LMTP_SERVER },
		{ "421 Required Proxy negotiation failed", AT_GREETING, CAUSE_PROXY_HEADER_WANTED },
		{ "421 TLS 1.0 and 1.1 are not supported", AT_AUTH, CAUSE_CLIENT_TLS_OLD },
		/* a code of another class says nothing */
		{ "550 4.7.23 x", AT_MAIL, CAUSE_REJECTED },
		/* and some texts that codes alone would mislead about */
		{ "450 4.7.1 try again", AT_RCPT, CAUSE_DEFERRED },
		{ "550 4.2.2 x", AT_MAIL, CAUSE_REJECTED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { 0 };
		struct facts f = { .reply = parsed(cases[i].reply, &arena),
			.stage = cases[i].stage };
		struct diagnosis *d = diagnose(&f, &arena);
		if (!d || d->cause != cases[i].want)
			fail_msg("%s: %s, wanted %s", cases[i].reply,
			    d ? cause_word(d->cause) : "nothing", cause_word(cases[i].want));
		mark(d, &arena);
		arena_release(&arena);
	}
}

/* The same text means another thing when the session knows more. */
static void
the_session_knows_more(void **state)
{
	struct arena arena = { 0 };
	struct facts f;

	(void)state;
	f = (struct facts){ .reply = parsed("503 5.5.1 Error: send HELO/EHLO first", &arena),
		.stage = AT_MAIL, .dialogue = { .hello = VERB_EHLO } };
	must_find(diagnose(&f, &arena), CAUSE_HELO_LOST, "HELO granted", &arena);

	f = (struct facts){ .reply = parsed("503 5.5.1 Bad sequence", &arena), .stage = AT_MAIL,
		.sent = SPAN("MAIL FROM:<a@example.org>"),
		.dialogue = { .hello = VERB_EHLO, .mail = true } };
	must_find(diagnose(&f, &arena), CAUSE_NESTED_MAIL, "MAIL in a transaction", &arena);
	f.dialogue.mail = false;
	must_find(diagnose(&f, &arena), CAUSE_BAD_SEQUENCE, "MAIL out of order", &arena);

	f = (struct facts){ .reply = parsed("503 no", &arena), .stage = AT_DATA,
		.sent = SPAN("DATA"), .dialogue = { .hello = VERB_EHLO, .mail = true } };
	must_find(diagnose(&f, &arena), CAUSE_NEEDS_RCPT, "DATA without RCPT", &arena);
	f.dialogue.rcpts = 1;
	must_find(diagnose(&f, &arena), CAUSE_BAD_SEQUENCE, "DATA after RCPT", &arena);
	f.reply = parsed("554 no", &arena);
	must_find(diagnose(&f, &arena), CAUSE_REJECTED, "554 to DATA after RCPT", &arena);

	f = (struct facts){ .end = END_CLOSED, .stage = AT_EHLO, .sent = SPAN("EHLO me") };
	must_find(diagnose(&f, &arena), CAUSE_CLOSED_AT_EHLO, "closed at EHLO", &arena);
	f.sent = SPAN("HELO me");
	must_find(diagnose(&f, &arena), CAUSE_CONNECTION_CLOSED, "closed at HELO", &arena);

	f = (struct facts){ .end = END_TIMED_OUT, .stage = AT_EHLO, .octets = SPAN("250-a\r\n") };
	must_find(diagnose(&f, &arena), CAUSE_REPLY_UNFINISHED, "no last line", &arena);
	assert_non_null(diagnose(&f, &arena)->field[FIELD_WHAT].at);
	f.octets = SPAN("250-a\r\n250 ");
	assert_null(diagnose(&f, &arena)->field[FIELD_WHAT].at);

	f = (struct facts){ .reply = parsed("503 no", &arena), .stage = AT_EHLO,
		.dialogue = { .tls = true } };
	must_find(diagnose(&f, &arena), CAUSE_HELO_TWICE, "EHLO within TLS", &arena);

	f = (struct facts){ .reply = parsed("503 no", &arena), .stage = AT_EHLO, .hellos = 1 };
	must_find(diagnose(&f, &arena), CAUSE_HELO_TWICE, "EHLO again", &arena);

	f = (struct facts){ .reply = parsed("555 5.5.2 Syntax error", &arena), .stage = AT_MAIL,
		.sent = SPAN("MAIL FROM: a@example.org") };
	must_find(diagnose(&f, &arena), CAUSE_ANGLE_BRACKETS, "no brackets", &arena);

	f = (struct facts){ .reply = parsed("555 5.5.4 no", &arena), .stage = AT_MAIL,
		.sent = SPAN("MAIL FROM:<a@example.org> SMTPUTF8"),
		.offered = offers("SIZE 1000", &arena) };
	const struct diagnosis *d = diagnose(&f, &arena);
	must_find(d, CAUSE_PARAMETER_NOT_OFFERED, "SMTPUTF8 not offered", &arena);
	assert_span(d->field[FIELD_NAME], "SMTPUTF8");

	f = (struct facts){ .reply = parsed("550 5.7.16 no", &arena), .stage = AT_MAIL,
		.sent = SPAN("MAIL FROM:<a@example.org> HOLDFOR=99999999") };
	must_find(diagnose(&f, &arena), CAUSE_HOLD_REFUSED, "HOLDFOR", &arena);

	f = (struct facts){ .reply = parsed("535 5.7.8 no", &arena), .stage = AT_AUTH,
		.mechanism = SPAN("CRAM-MD5"), .offered = offers("AUTH PLAIN LOGIN", &arena) };
	d = diagnose(&f, &arena);
	must_find(d, CAUSE_AUTH_MECHANISM, "CRAM-MD5 not offered", &arena);
	assert_non_null(span_find(diagnosis_next(d, FOR_CLIENT, &arena), SPAN("PLAIN LOGIN")).at);
	f.offered = offers("AUTH XOAUTH2", &arena);
	f.mechanism = SPAN("XOAUTH2");
	must_find(diagnose(&f, &arena), CAUSE_AUTH_TOKEN, "a token", &arena);
	f.mechanism = SPAN("SCRAM-SHA-256-PLUS");
	f.offered = offers("AUTH SCRAM-SHA-256-PLUS", &arena);
	f.binding = true;
	must_find(diagnose(&f, &arena), CAUSE_AUTH_BINDING, "a bound login", &arena);

	f = (struct facts){ .reply = parsed("530 5.7.0 no", &arena), .stage = AT_MAIL,
		.offered = offers("STARTTLS", &arena) };
	must_find(diagnose(&f, &arena), CAUSE_STARTTLS_REQUIRED, "530, STARTTLS offered", &arena);

	f = (struct facts){ .reply = parsed("554 mx.example.org", &arena), .stage = AT_GREETING,
		.early_talker = true };
	must_find(diagnose(&f, &arena), CAUSE_EARLY_TALKER, "sent before the greeting", &arena);

	f = (struct facts){ .reply = parsed("421 4.7.0 Too many connections", &arena),
		.stage = AT_GREETING, .connections = 3 };
	d = diagnose(&f, &arena);
	must_find(d, CAUSE_TOO_MANY_CONNECTIONS, "of this program", &arena);
	assert_non_null(span_find(diagnosis_sentence(d, &arena), SPAN("3 connections")).at);
	assert_non_null(span_find(diagnosis_next(d, FOR_ANYONE, &arena), SPAN("--per-host 1")).at);

	/* a temporary reply is no lasting failure, whatever its cause usually is */
	f = (struct facts){ .reply = parsed("454 4.7.1 Relay access denied", &arena),
		.stage = AT_RCPT };
	assert_int_equal(diagnose(&f, &arena)->state, STATE_WARNING);
	f.reply = parsed("554 5.7.1 Relay access denied", &arena);
	assert_int_equal(diagnose(&f, &arena)->state, STATE_CRITICAL);
	arena_release(&arena);
}

/* ---- connections */

static void
connections_yield(void **state)
{
	static const struct {
		const char *name;
		struct facts facts;
		enum cause want;
	} cases[] = {
		{ "refused", { .end = END_REFUSED, .stage = AT_CONNECT, .port = 25 }, CAUSE_CONNECT_REFUSED },
		{ "no answer", { .end = END_TIMED_OUT, .stage = AT_CONNECT }, CAUSE_CONNECT_TIMEOUT },
		{ "unreachable", { .end = END_UNREACHABLE }, CAUSE_UNREACHABLE },
		{ "no route", { .end = END_NO_ROUTE }, CAUSE_NO_ROUTE },
		{ "forbidden", { .end = END_FORBIDDEN }, CAUSE_BLOCKED_HERE },
		{ "proxy", { .end = END_PROXY }, CAUSE_PROXY_FAILED },
		{ "silent", { .end = END_TIMED_OUT, .stage = AT_GREETING, .port = 25 }, CAUSE_SILENT_PORT },
		{ "silent 465", { .end = END_TIMED_OUT, .stage = AT_GREETING, .port = 465 }, CAUSE_TLS_PORT },
		{ "silent, and TLS is there",
		    { .end = END_TIMED_OUT, .stage = AT_GREETING, .port = 3465, .tls_probed = true }, CAUSE_TLS_PORT },
		{ "silent in TLS",
		    { .end = END_TIMED_OUT, .stage = AT_GREETING, .implicit_tls = true }, CAUSE_SILENT_IN_TLS },
		{ "held back",
		    { .end = END_TIMED_OUT, .stage = AT_GREETING, .octets = SPAN_INIT("220-mx\r\n") }, CAUSE_GREETING_DELAY },
		{ "postscreen waited for", { .greeting_ms = 6000, .greeting_held = true }, CAUSE_GREETING_DELAY },
		{ "late greeting", { .greeting_ms = 6000 }, CAUSE_GREETING_SLOW },
		{ "no reply", { .end = END_TIMED_OUT, .stage = AT_RCPT }, CAUSE_REPLY_TIMEOUT },
		{ "no reply to EHLO", { .end = END_TIMED_OUT, .stage = AT_EHLO }, CAUSE_EHLO_TIMEOUT },
		{ "a reply in drops",
		    { .end = END_TIMED_OUT, .stage = AT_EHLO, .octets = SPAN_INIT("250-m"), .pieces = 5 }, CAUSE_TARPIT },
		/* whoever fills the facts: nothing is to be sent again */
		{ "no reply to the end of data", { .end = END_TIMED_OUT, .stage = AT_END_OF_DATA }, CAUSE_FATE_UNKNOWN },
		{ "half a reply to the end of data",
		    { .end = END_TIMED_OUT, .stage = AT_END_OF_DATA, .octets = SPAN_INIT("250") }, CAUSE_FATE_UNKNOWN },
		{ "reset at the end of data", { .end = END_RESET, .stage = AT_END_OF_DATA }, CAUSE_FATE_UNKNOWN },
		{ "half a reply",
		    { .end = END_TIMED_OUT, .stage = AT_EHLO, .octets = SPAN_INIT("250-mx\r\n250-") }, CAUSE_REPLY_UNFINISHED },
		{ "slow", { .slow = SPAN_INIT("RCPT took 5 s"), .nslow = 1 }, CAUSE_REPLY_SLOW },
		{ "tarpit", { .slow = SPAN_INIT("x"), .nslow = 3 }, CAUSE_TARPIT },
		{ "closed first", { .end = END_CLOSED, .stage = AT_GREETING }, CAUSE_CLOSED_BEFORE_GREETING },
		{ "closed after a silence", { .end = END_CLOSED, .stage = AT_GREETING, .waited_ms = 5000 }, CAUSE_CLOSED_WAITING },
		{ "closed within TLS", { .end = END_TRUNCATED, .stage = AT_EHLO, .dialogue = { .tls = true } }, CAUSE_CONNECTION_CLOSED },
		{ "reset first", { .end = END_RESET, .stage = AT_GREETING }, CAUSE_RESET_BEFORE_GREETING },
		{ "closed", { .end = END_CLOSED, .stage = AT_MAIL }, CAUSE_CONNECTION_CLOSED },
		{ "reset", { .end = END_RESET, .stage = AT_MAIL }, CAUSE_CONNECTION_RESET },
		{ "at EHLO", { .end = END_CLOSED, .stage = AT_EHLO }, CAUSE_CLOSED_AT_EHLO },
		{ "at AUTH", { .end = END_CLOSED, .stage = AT_AUTH }, CAUSE_CLOSED_AT_AUTH },
		{ "idle", { .end = END_RESET }, CAUSE_CLOSED_IDLE },
		{ "cut", { .end = END_CLOSED, .stage = AT_MAIL, .octets = SPAN_INIT("25") }, CAUSE_CLOSED_IN_REPLY },
		{ "in data", { .end = END_CLOSED, .stage = AT_MESSAGE }, CAUSE_CLOSED_IN_DATA },
		{ "after the dot",
		    { .end = END_CLOSED, .stage = AT_END_OF_DATA, .fate_unknown = true }, CAUSE_FATE_UNKNOWN },
		{ "in TLS", { .end = END_CLOSED, .stage = AT_TLS }, CAUSE_TLS_CLOSED },
		{ "TLS silent", { .end = END_TIMED_OUT, .stage = AT_TLS }, CAUSE_TLS_TIMEOUT },
		{ "no close_notify", { .end = END_TRUNCATED }, CAUSE_TLS_TRUNCATED },
		{ "resolver slow", { .end = END_TIMED_OUT, .stage = AT_GREETING, .lookup_ms = 2600 },
		    CAUSE_DNS_SLOW },
		{ "resolver silent", { .end = END_TIMED_OUT, .stage = AT_RESOLVE }, CAUSE_DNS_TIMEOUT },
		{ "SSH", { .octets = SPAN_INIT("SSH-2.0-x\r\n") }, CAUSE_NOT_SMTP },
		{ "POP3", { .octets = SPAN_INIT("+OK ready\r\n") }, CAUSE_MAILBOX_SERVER },
		{ "TLS alert", { .octets = SPAN_INIT("\x15\x03\x01") }, CAUSE_TLS_PORT },
		{ "injected", { .injected = true, .octets = SPAN_INIT("250 x\r\n") }, CAUSE_INJECTION },
		{ "unsolicited", { .unsolicited = true }, CAUSE_OUT_OF_STEP },
		{ "clear on implicit",
		    { .handshake = SHAKE_CLEARTEXT, .implicit_tls = true, .octets = SPAN_INIT("220 mx\r\n") }, CAUSE_CLEAR_PORT },
		{ "clear after 220", { .handshake = SHAKE_CLEARTEXT, .octets = SPAN_INIT("500 x") }, CAUSE_TLS_CLEARTEXT },
		{ "alert 40", { .handshake = SHAKE_ALERT, .alert = 40 }, CAUSE_TLS_NOTHING_SHARED },
		{ "alert 70", { .handshake = SHAKE_ALERT, .alert = 70 }, CAUSE_TLS_VERSION },
		{ "alert 80", { .handshake = SHAKE_ALERT, .alert = 80 }, CAUSE_TLS_SERVER_ERROR },
		{ "alert 112", { .handshake = SHAKE_ALERT, .alert = 112 }, CAUSE_TLS_NAME_UNKNOWN },
		{ "alert 116", { .handshake = SHAKE_ALERT, .alert = 116 }, CAUSE_TLS_CLIENT_CERT },
		{ "alert 48", { .handshake = SHAKE_ALERT, .alert = 48 }, CAUSE_TLS_CLIENT_CERT_REJECTED },
		{ "alert 50", { .handshake = SHAKE_ALERT, .alert = 50 }, CAUSE_TLS_ALERT },
		{ "old", { .handshake = SHAKE_OLD_VERSION, .version = SPAN_INIT("1.0") }, CAUSE_TLS_VERSION },
		{ "weak", { .handshake = SHAKE_WEAK }, CAUSE_TLS_WEAK },
		{ "RFC 5746", { .handshake = SHAKE_RENEGOTIATION }, CAUSE_TLS_RENEGOTIATION },
		{ "some failure", { .end = END_TLS_FAILED }, CAUSE_TLS_FAILED },
		{ "host NXDOMAIN", { .dns = { .result = DNS_NAME_ERROR } }, CAUSE_DNS_NO_HOST },
		{ "host without", { .dns = { .result = DNS_NO_DATA } }, CAUSE_DNS_NO_ADDRESS },
		{ "SERVFAIL", { .dns = { .result = DNS_FAILED } }, CAUSE_DNS_SERVER_FAILURE },
		{ "bogus", { .dns = { .result = DNS_FAILED, .ede = 6 } }, CAUSE_DNSSEC_FAILED },
		{ "expired", { .dns = { .result = DNS_FAILED, .ede = 7 } }, CAUSE_DNSSEC_FAILED },
		{ "REFUSED", { .dns = { .result = DNS_DENIED } }, CAUSE_DNS_REJECTED },
		{ "no answer", { .dns = { .result = DNS_SILENT } }, CAUSE_DNS_TIMEOUT },
		{ "bad answer", { .dns = { .result = DNS_BROKEN } }, CAUSE_DNS_MALFORMED },
		{ "CNAME loop", { .dns = { .result = DNS_LOOP } }, CAUSE_DNS_CNAME_LOOP },
		{ "an MX's CNAME loop", { .mx = true, .dns = { .result = DNS_LOOP } }, CAUSE_DNS_CNAME_LOOP },
		{ "no family", { .dns = { .result = DNS_NO_DATA, .family_only = true } }, CAUSE_DNS_NO_FAMILY },
		{ "an MX's host", { .mx = true, .dns = { .result = DNS_NAME_ERROR } }, CAUSE_MX_NO_HOST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { 0 };
		must_find(diagnose(&cases[i].facts, &arena), cases[i].want, cases[i].name, &arena);
		arena_release(&arena);
	}
}

/* ---- greetings, offers, forms of replies */

static void
what_is_met_on_the_way_yields(void **state)
{
	struct arena arena = { 0 };
	struct facts f;

	(void)state;
	f = (struct facts){ .greeting = parsed("220 **********************", &arena) };
	must_find(diagnose(&f, &arena), CAUSE_GREETING_MASKED, "asterisks", &arena);
	f = (struct facts){ .greeting = parsed("220 ProFTPD ready", &arena) };
	must_find(diagnose(&f, &arena), CAUSE_NOT_SMTP, "FTP", &arena);
	f = (struct facts){ .offered = offers("XXXXXXXA,SIZE", &arena), .starttls_wanted = true };
	must_find(diagnose(&f, &arena), CAUSE_STARTTLS_STRIPPED, "X", &arena);
	assert_null(find(diagnose(&f, &arena), CAUSE_STARTTLS_MISSING));
	f = (struct facts){ .offered = offers("SIZE", &arena), .starttls_wanted = true };
	must_find(diagnose(&f, &arena), CAUSE_STARTTLS_MISSING, "no STARTTLS", &arena);
	f.elsewhere = SPAN("192.0.2.2");
	must_find(diagnose(&f, &arena), CAUSE_STARTTLS_TAKEN, "STARTTLS elsewhere", &arena);
	f = (struct facts){ .offered = offers("AUTH PLAIN", &arena) };
	must_find(diagnose(&f, &arena), CAUSE_PASSWORDS_IN_CLEAR, "AUTH alone", &arena);
	struct tls_info tls = { 0 };
	f = (struct facts){ .offered = offers("SIZE", &arena), .tls = &tls, .login_wanted = true };
	must_find(diagnose(&f, &arena), CAUSE_AUTH_NOT_ENABLED, "no AUTH for clients", &arena);
	f = (struct facts){ .offered = offers("AUTH PLAIN,STARTTLS", &arena) };
	must_find(diagnose(&f, &arena), CAUSE_AUTH_BEFORE_TLS, "AUTH beside STARTTLS", &arena);
	assert_int_equal(diagnose(&f, &arena)->state, STATE_OK);
	f = (struct facts){ .reply = parsed("2x0 hello", &arena) };
	must_find(diagnose(&f, &arena), CAUSE_REPLY_MALFORMED, "no code", &arena);
	struct reply *flawed = parsed("250 ok", &arena);
	flawed->flaws = REPLY_BARE_LF;
	f = (struct facts){ .reply = flawed, .stage = AT_EHLO };
	must_find(diagnose(&f, &arena), CAUSE_REPLY_FLAWED, "a bare LF", &arena);
	/* and a session without a fault yields nothing */
	f = (struct facts){ .reply = parsed("250 ok", &arena), .stage = AT_RCPT,
		.greeting = parsed("220 mx.example.org ESMTP", &arena),
		.offered = offers("SIZE,STARTTLS", &arena), .starttls_wanted = true };
	assert_null(diagnose(&f, &arena));
	f = (struct facts){ .end = END_CLOSED, .asked_to_close = true, .stage = AT_QUIT };
	assert_null(diagnose(&f, &arena));
	/* a close behind a 421 is explained by the 421 */
	f = (struct facts){ .end = END_CLOSED,
		.stage = AT_MAIL,
		.reply = parsed("421 4.7.0 Too many errors", &arena) };
	struct diagnosis *d = diagnose(&f, &arena);
	assert_int_equal(d->cause, CAUSE_TOO_MANY_ERRORS);
	assert_null(d->next);
	arena_release(&arena);
}

/* ---- certificates */

enum { DAY = 86400, NOW = 1800000000 };

static void
certificates_yield(void **state)
{
	static const struct {
		const char *error;
		int depth;
		enum tls_name name;
		size_t ncerts;
		enum cause want;
	} cases[] = {
		{ "CERT_HAS_EXPIRED", 0, TLS_NAME_DNS_ID, 2, CAUSE_CERT_EXPIRED },
		{ "CERT_NOT_YET_VALID", 0, TLS_NAME_DNS_ID, 2, CAUSE_CERT_NOT_YET_VALID },
		{ "DEPTH_ZERO_SELF_SIGNED_CERT", 0, TLS_NAME_DNS_ID, 1, CAUSE_CERT_SELF_SIGNED },
		{ "SELF_SIGNED_CERT_IN_CHAIN", 1, TLS_NAME_DNS_ID, 2, CAUSE_CERT_PRIVATE_CA },
		{ "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 0, TLS_NAME_DNS_ID, 1, CAUSE_CERT_INTERMEDIATE },
		{ "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", 1, TLS_NAME_DNS_ID, 2, CAUSE_CERT_PRIVATE_CA },
		{ "CERT_REVOKED", 0, TLS_NAME_DNS_ID, 2, CAUSE_CERT_REVOKED },
		{ "INVALID_PURPOSE", 0, TLS_NAME_DNS_ID, 2, CAUSE_CERT_PURPOSE },
		{ "EE_KEY_TOO_SMALL", 0, TLS_NAME_DNS_ID, 2, CAUSE_CERT_WEAK },
		{ "INVALID_CA", 1, TLS_NAME_DNS_ID, 2, CAUSE_CERT_INVALID },
		{ "HOSTNAME_MISMATCH", 0, TLS_NAME_OTHER, 2, CAUSE_CERT_NAME },
		{ "HOSTNAME_MISMATCH", 0, TLS_NAME_NO_SAN, 2, CAUSE_CERT_NO_SAN },
		{ "HOSTNAME_MISMATCH", 0, TLS_NAME_LABELS, 2, CAUSE_CERT_WILDCARD },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { 0 };
		char name[80];
		struct span san = SPAN("DNS:example.org");
		snprintf(name, sizeof name, "X509_V_ERR_%s", cases[i].error);
		struct tls_cert certs[2] = { { .subject = SPAN("CN=mx.example.org"),
						 .issuer = SPAN("CN=R3,O=Let's Encrypt"),
						 .san = &san,
						 .nsan = 1,
						 .not_before = NOW + 2 * DAY,
						 .not_after = NOW - 3 * DAY },
			{ .subject = SPAN("CN=R3"), .issuer = SPAN("CN=Root") } };
		struct tls_problem problem = { .depth = cases[i].depth, .name = name,
			.code = cases[i].name >= TLS_NAME_NO_SAN ? 62 : 0,
			.subject = certs[0].subject, .text = SPAN("x") };
		struct tls_info t = { .problem = &problem, .nproblems = 1, .cert = certs,
			.ncerts = cases[i].ncerts, .name = cases[i].name, .at = NOW,
			.wanted = SPAN("mx.example.org") };
		struct facts f = { .tls = &t, .verify = true };
		const struct diagnosis *d = diagnose(&f, &arena);
		must_find(d, cases[i].want, cases[i].error, &arena);
		assert_int_equal(d->state, STATE_CRITICAL);
		f.verify = false;			/* on port 25, without a policy: a note */
		assert_int_equal(diagnose(&f, &arena)->state, STATE_OK);
		if (cases[i].want == CAUSE_CERT_EXPIRED)
			assert_non_null(
			    span_find(diagnosis_sentence(d, &arena), SPAN("3 days ago")).at);
		arena_release(&arena);
	}

	struct arena arena = { 0 };
	struct tls_cert cert = { .not_after = NOW + 5 * DAY };
	struct tls_info t = { .cert = &cert, .ncerts = 1, .at = NOW, .ocsp = TLS_OCSP_OUT_OF_DATE };
	struct facts f = { .tls = &t, .days_left = 5.2, .days_warning = 14 };
	must_find(diagnose(&f, &arena), CAUSE_CERT_EXPIRES, "soon", &arena);
	must_find(diagnose(&f, &arena), CAUSE_CERT_OCSP, "an old staple", &arena);
	struct tls_problem problem = { .name = "X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
		.code = 20 };
	t = (struct tls_info){ .problem = &problem, .nproblems = 1, .cert = &cert, .ncerts = 1,
		.no_trust = SPAN("/etc/ssl/certs") };
	f = (struct facts){ .tls = &t };
	must_find(diagnose(&f, &arena), CAUSE_NO_TRUST_STORE, "no CAs here", &arena);
	t.ca_given = true;
	must_find(diagnose(&f, &arena), CAUSE_NO_CA_LINKS, "no links of CAs", &arena);
	arena_release(&arena);
}

/* ---- DANE and MTA-STS */

static void
policies_yield(void **state)
{
	static const struct {
		enum dane_state state;
		enum cause want;
	} danes[] = {
		{ DANE_MISMATCHED, CAUSE_DANE_MISMATCH },
		{ DANE_INSECURE, CAUSE_DANE_UNSIGNED },
		{ DANE_PATH, CAUSE_DANE_PATH_UNSIGNED },
		{ DANE_UNKNOWN, CAUSE_DANE_UNKNOWN },
		{ DANE_FAILED, CAUSE_DANE_LOOKUP_FAILED },
		{ DANE_UNUSABLE, CAUSE_DANE_UNUSABLE },
	};
	static const struct {
		enum sts_state state;
		enum sts_verdict verdict;
		enum cause want;
	} policies[] = {
		{ STS_UNKNOWN, STS_NO_OPINION, CAUSE_STS_LOOKUP_FAILED },
		{ STS_BAD_RECORD, STS_NO_OPINION, CAUSE_STS_RECORD },
		{ STS_UNREACHED, STS_NO_OPINION, CAUSE_STS_UNREACHABLE },
		{ STS_UNABLE, STS_NO_OPINION, CAUSE_STS_UNABLE },
		{ STS_BAD_POLICY, STS_NO_OPINION, CAUSE_STS_POLICY },
		{ STS_FOUND, STS_NOT_LISTED, CAUSE_STS_NOT_LISTED },
		{ STS_FOUND, STS_NO_TLS, CAUSE_STS_NO_TLS },
		{ STS_FOUND, STS_NOT_VERIFIED, CAUSE_STS_CERTIFICATE },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof danes / sizeof *danes; i++) {
		struct tls_dane dane = { .state = danes[i].state };
		struct tls_info t = { .dane = &dane };
		struct facts f = { .dane = &dane, .tls = &t };
		/* whether what is not there would have been validated is nobody's concern */
		if (danes[i].state == DANE_UNKNOWN) {
			assert_null(diagnose(&f, &arena));
			f.dane_matters = true;
		}
		must_find(diagnose(&f, &arena), danes[i].want, dane_state_word(dane.state), &arena);
	}
	struct tls_dane usable = { .state = DANE_USABLE, .authentic = true };
	struct facts broken = {
		.dane = &usable, .offered = offers("SIZE", &arena), .starttls_wanted = true
	};
	must_find(diagnose(&broken, &arena), CAUSE_DANE_NO_TLS, "TLSA without STARTTLS", &arena);
	assert_true(find(diagnose(&broken, &arena), CAUSE_DANE_NO_TLS)->symptom);
	for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
		struct sts sts = { .state = policies[i].state, .domain = SPAN("example.org"),
			.policy = { .mode = STS_MODE_ENFORCE } };
		struct facts f = { .sts = &sts, .sts_verdict = policies[i].verdict };
		must_find(
		    diagnose(&f, &arena), policies[i].want, sts_state_word(sts.state), &arena);
	}
	arena_release(&arena);
}

/* ---- domains */

static void
domains_yield(void **state)
{
	static const struct mx_facts two[] = { { .host = SPAN_INIT("mx1.example.org"),
						   .preference = 10,
						   .dns = { .result = DNS_ANSWERED } },
		{ .host = SPAN_INIT("mx2.example.org"),
		    .preference = 20,
		    .dns = { .result = DNS_ANSWERED } } };
	static const struct {
		const char *name;
		struct mx_facts mx;
		enum cause want;
	} hosts[] = {
		{ "NXDOMAIN", { .host = SPAN_INIT("mx.example.net"), .dns = { .result = DNS_NAME_ERROR } }, CAUSE_MX_NO_HOST },
		{ "no data", { .host = SPAN_INIT("mx.example.net"), .dns = { .result = DNS_NO_DATA } }, CAUSE_MX_NO_ADDRESS },
		{ "SERVFAIL", { .host = SPAN_INIT("mx.example.net"), .dns = { .result = DNS_FAILED } }, CAUSE_MX_UNRESOLVABLE },
		{ "no dot", { .host = SPAN_INIT("mx.example.org.example.org"), .dns = { .result = DNS_NAME_ERROR } }, CAUSE_MX_TRAILING_DOT },
		{ "literal", { .host = SPAN_INIT("192.0.2.1") }, CAUSE_MX_IS_ADDRESS },
		{ "alias", { .host = SPAN_INIT("mail.example.org"), .alias = true }, CAUSE_MX_IS_ALIAS },
		{ "private", { .host = SPAN_INIT("mx.example.org"), .private_address = SPAN_INIT("10.0.0.5") }, CAUSE_MX_PRIVATE },
		{ "loopback", { .host = SPAN_INIT("mx.example.org"), .loopback_address = SPAN_INIT("127.0.0.1") }, CAUSE_MX_LOOPBACK },
	};
	struct arena arena = { 0 };
	struct domain_facts f;

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		f = (struct domain_facts){ .domain = SPAN("example.org"),
			.mx = { .result = DNS_ANSWERED }, .host = &hosts[i].mx, .nhosts = 1 };
		must_find(diagnose_domain(&f, &arena), hosts[i].want, hosts[i].name, &arena);
	}
	f = (struct domain_facts){ .domain = SPAN("example.invalid"),
		.mx = { .result = DNS_NAME_ERROR } };
	must_find(diagnose_domain(&f, &arena), CAUSE_DNS_NO_DOMAIN, "no domain", &arena);
	f = (struct domain_facts){
		.domain = SPAN("example.org"), .mx = { .result = DNS_ANSWERED }, .null_mx = true
	};
	must_find(diagnose_domain(&f, &arena), CAUSE_NULL_MX, "null MX", &arena);
	f.host = two;
	f.nhosts = 1;
	must_find(diagnose_domain(&f, &arena), CAUSE_NULL_MX_BESIDE, "null MX beside", &arena);
	struct mx_facts twins[] = { { .host = SPAN("a.example.org"), .address = SPAN("192.0.2.1") },
		{ .host = SPAN("b.example.org"), .address = SPAN("192.0.2.1") } };
	f = (struct domain_facts){ .domain = SPAN("example.org"), .host = twins, .nhosts = 2 };
	must_find(diagnose_domain(&f, &arena), CAUSE_MX_SAME_HOST, "twins", &arena);

	struct sts enforce = { .state = STS_FOUND, .policy = { .mode = STS_MODE_ENFORCE } };
	f = (struct domain_facts){
		.domain = SPAN("example.org"), .sts = &enforce, .tlsrpt_asked = true
	};
	must_find(diagnose_domain(&f, &arena), CAUSE_STS_NO_TLSRPT, "no TLSRPT", &arena);
	f = (struct domain_facts){ .domain = SPAN("example.org"),
		.tlsrpt_wrong = SPAN("two records") };
	must_find(diagnose_domain(&f, &arena), CAUSE_TLSRPT_RECORD, "TLSRPT", &arena);
	arena_release(&arena);
}

static void
addresses_are_compared(void **state)
{
#define P(h, a, fam, pref, p)                                                                     \
	{                                                                                         \
		.host = SPAN_INIT(h), .address = SPAN_INIT(a), .family = fam, .preference = pref, \
		.path = p                                                                         \
	}
	static const struct {
		const char *name;
		enum fact_dns mx;
		struct path_facts path[3];
		size_t n;
		enum cause want;	/* CAUSE_NONE: nothing */
	} cases[] = {
		{ "IPv6 dead", DNS_ANSWERED,
		    { P("mx", "2001:db8::1", 6, 10, PATH_SILENT), P("mx", "192.0.2.1", 4, 10, PATH_UP) }, 2, CAUSE_IPV6_DEAD },
		{ "IPv4 dead", DNS_ANSWERED,
		    { P("mx", "2001:db8::1", 6, 10, PATH_UP), P("mx", "192.0.2.1", 4, 10, PATH_REFUSED) }, 2, CAUSE_IPV4_DEAD },
		{ "one of two", DNS_ANSWERED,
		    { P("mx", "192.0.2.2", 4, 10, PATH_UP), P("mx", "192.0.2.1", 4, 10, PATH_REFUSED) }, 2, CAUSE_ONE_ADDRESS_DEAD },
		{ "primary", DNS_ANSWERED,
		    { P("mx1", "192.0.2.1", 4, 10, PATH_REFUSED), P("mx2", "192.0.2.2", 4, 20, PATH_DEFERRED) }, 2, CAUSE_PRIMARY_DOWN },
		{ "backup", DNS_ANSWERED,
		    { P("mx1", "192.0.2.1", 4, 10, PATH_UP), P("mx2", "192.0.2.2", 4, 20, PATH_SILENT) }, 2, CAUSE_BACKUP_DOWN },
		{ "all", DNS_ANSWERED,
		    { P("mx1", "192.0.2.1", 4, 10, PATH_REFUSED), P("mx2", "192.0.2.2", 4, 20, PATH_SILENT) }, 2, CAUSE_ALL_DOWN },
		{ "all silent", DNS_ANSWERED,
		    { P("mx1", "192.0.2.1", 4, 10, PATH_SILENT), P("mx2", "192.0.2.2", 4, 20, PATH_SILENT) }, 2, CAUSE_PORT_BLOCKED },
		{ "no MX, refused", DNS_NO_DATA, { P("example.org", "192.0.2.1", 4, 0, PATH_REFUSED) }, 1, CAUSE_NO_MX_REFUSED },
		{ "no MX, up", DNS_NO_DATA, { P("example.org", "192.0.2.1", 4, 0, PATH_UP) }, 1, CAUSE_NO_MX },
		{ "all well", DNS_ANSWERED,
		    { P("mx", "2001:db8::1", 6, 10, PATH_UP), P("mx", "192.0.2.1", 4, 10, PATH_UP) }, 2, CAUSE_NONE },
		{ "skipped", DNS_ANSWERED,
		    { P("mx", "2001:db8::1", 6, 10, PATH_SKIPPED), P("mx", "192.0.2.1", 4, 10, PATH_UP) }, 2, CAUSE_NONE },
	};
#undef P

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct arena arena = { 0 };
		struct domain_facts f = { .domain = SPAN("example.org"),
			.mx = { .result = cases[i].mx },
			.own = { .result = DNS_ANSWERED },
			.path = cases[i].path,
			.npaths = cases[i].n };
		struct diagnosis *d = diagnose_domain(&f, &arena);
		if (cases[i].want == CAUSE_NONE)
			assert_null(d);
		else
			must_find(d, cases[i].want, cases[i].name, &arena);
		arena_release(&arena);
	}
}

/* ---- hostile */

static void
whatever_a_peer_sends_is_bounded_and_escaped(void **state)
{
	struct arena arena = { 0 };
	size_t size = 1 << 16;
	char *octets = test_malloc(size);
	struct facts f = { .end = END_TIMED_OUT, .stage = AT_EHLO, .octets = { octets, size } };

	(void)state;
	memset(octets, 0x1b, size);
	const struct diagnosis *d = diagnose(&f, &arena);
	must_find(d, CAUSE_REPLY_UNFINISHED, "64 KiB", &arena);
	assert_true(diagnosis_sentence(d, &arena).len < 1500);
	test_free(octets);
	arena_release(&arena);
}

/* After the end of data nothing else is told, and no step says to try again. */
static void
nothing_advises_to_send_twice(void **state)
{
	static const enum fact_end ends[] = { END_TIMED_OUT, END_CLOSED, END_RESET, END_TRUNCATED };
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct facts f = { .end = ends[i],
			.stage = AT_END_OF_DATA,
			.octets = i % 2 ? SPAN("25") : SPAN_NONE };
		const struct diagnosis *d = diagnose(&f, &arena);
		assert_int_equal(d->cause, CAUSE_FATE_UNKNOWN);
		assert_null(d->next);
		assert_null(
		    span_find(diagnosis_next(d, FOR_ANYONE, &arena), SPAN("again later")).at);
	}
	struct facts f = {
		.stage = AT_END_OF_DATA, .fate_unknown = true, .reply = parsed("no code\n", &arena)
	};
	assert_int_equal(diagnose(&f, &arena)->cause, CAUSE_FATE_UNKNOWN);
	arena_release(&arena);
}

/*
 * Beneath a line that says what was observed it is not said again; where that is all that is known,
 * the consequence is said instead.
 */
static void
nothing_is_said_twice(void **state)
{
	struct arena arena = { 0 };
	struct diagnosis_place place = { .host = SPAN("mx.example.org"), .port = 25 };

	(void)state;
	for (unsigned c = CAUSE_NONE + 1; c < CAUSE_COUNT; c++) {
		struct diagnosis *d = diagnosis_new((enum cause)c, &place, &arena);
		struct span whole = diagnosis_sentence(d, &arena),
			    below = diagnosis_text_below(d, &arena),
			    observed = diagnosis_observed(d, &arena);
		assert_false(span_has(whole, '\x01') || span_has(below, '\x01') ||
		    span_has(observed, '\x01') || span_has(whole, '|'));
		assert_true(span_find(below, SPAN("Next: ")).at != NULL);
		assert_false(below.at[0] >= 'a' && below.at[0] <= 'z' && !span_has(observed, '{'));
		if (strchr(cause_row((enum cause)c)->sentence, '|') && observed.len + 1 < whole.len)
			assert_null(span_find(below, span_skip(observed, 1)).at);
	}
	struct diagnosis *d = diagnosis_new(CAUSE_CERT_EXPIRED, NULL, &arena);
	assert_span(diagnosis_observed(d, &arena), "the certificate expired");
	assert_non_null(span_find(diagnosis_text_below(d, &arena), SPAN("Clients that verify")).at);
	arena_release(&arena);
}

/* A wait is told as people say it. */
static void
a_wait_is_rounded(void **state)
{
	struct arena arena = { 0 };
	struct facts f = { .end = END_TIMED_OUT, .stage = AT_GREETING, .waited_ms = 2994 };

	(void)state;
	assert_span(diagnose(&f, &arena)->field[FIELD_WAITED], "3 s");
	arena_release(&arena);
}

/* ---- all of them */

static void
every_cause_has_a_situation(void **state)
{
	/* from SPF_NOT_ALLOWED on they are run/sender's, found by looking, with tests of their own
	 */
	(void)state;
	for (unsigned c = CAUSE_NONE + 1; c < CAUSE_SPF_NOT_ALLOWED; c++)
		if (!seen[c])
			fail_msg("%s: no case here yields it", cause_word((enum cause)c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_yield),
		cmocka_unit_test(the_session_knows_more),
		cmocka_unit_test(connections_yield),
		cmocka_unit_test(what_is_met_on_the_way_yields),
		cmocka_unit_test(certificates_yield),
		cmocka_unit_test(policies_yield),
		cmocka_unit_test(domains_yield),
		cmocka_unit_test(addresses_are_compared),
		cmocka_unit_test(whatever_a_peer_sends_is_bounded_and_escaped),
		cmocka_unit_test(nothing_advises_to_send_twice),
		cmocka_unit_test(nothing_is_said_twice),
		cmocka_unit_test(a_wait_is_rounded),
		cmocka_unit_test(every_cause_has_a_situation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
