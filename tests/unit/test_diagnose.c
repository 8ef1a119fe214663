/* diagnose: octets and circumstance in, a sentence out. */
#include "tests.h"

#include "run/session/diagnose.h"

static void
foreign_servers_are_known(void **state)
{
	static const struct { struct span octets; const char *want; } cases[] = {
		{ SPAN_INIT("SSH-2.0-x\r\n"), "an SSH server" },
		{ SPAN_INIT("http/1.0 400\r\n"), "a web server (HTTP)" },
		{ SPAN_INIT("+OK\r\n"), "a POP3 server (RFC 1939)" },
		{ SPAN_INIT("* OK ready\r\n"), "an IMAP server (RFC 9051)" },
		{ SPAN_INIT("\x15\x03\x01"), "a TLS alert in the clear" },
		{ SPAN_INIT("\x15"), NULL },
		{ SPAN_INIT("220 mx.example.org\r\n"), NULL },
		{ SPAN_INIT(""), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *got = diagnose_foreign(cases[i].octets);
		if (cases[i].want)
			assert_string_equal(got, cases[i].want);
		else
			assert_null(got);
	}
}

static void
a_silence_says_what_lacked(void **state)
{
	static const struct {
		struct silence silence;
		const char *want;
	} cases[] = {
		{ { WAIT_REPLY, VERB_NOOP, 1500, SPAN_INIT("") },
		    "the reply to NOOP did not come within 1.5 s" },
		{ { WAIT_REPLY, VERB_NOOP, 2000, SPAN_INIT("") },
		    "the reply to NOOP did not come within 2 s" },
		{ { WAIT_REPLY, VERB_EHLO, 500, SPAN_INIT("250-a\r\n250-\x1b[2J") },
		    "the reply to EHLO did not end within 500 ms: "
		    "the 15 octets that came are no whole reply (RFC 5321 4.2.1), the last of them "
		    "\"250-a\\x0D\\x0A250-\\x1B[2J\"" },
		{ { WAIT_REPLY, VERB_EHLO, 500, SPAN_INIT("250-"), .pieces = 4 },
		    "the reply to EHLO did not end within 500 ms: the 4 octets "
		    "that came are no whole reply (RFC 5321 4.2.1), the last of them \"250-\": a "
		    "tarpit, which slows whom it does not trust" },
		{ { WAIT_GREETING, VERB_OTHER, 500, SPAN_INIT("220-wait\r\n"), .pieces = 1 },
		    "the banner did not end within 500 ms: the 10 octets that "
		    "came are no whole reply (RFC 5321 4.2.1), the last of them \"220-wait\": a "
		    "greet pause, as of postscreen, which holds "
		    "the last line back" },
		{ { WAIT_GREETING, VERB_OTHER, 1000, SPAN_INIT("SSH-2.0-x") },
		    "this is no SMTP server but an SSH server: \"SSH-2.0-x\"; "
		    "SMTP listens on 25, 587 and 465" },
		{ { WAIT_GREETING, VERB_OTHER, 1000, SPAN_INIT(""), .tls = true },
		    "the banner did not come within 1 s: a greet pause, or no SMTP server behind "
		    "this TLS (RFC 5321 4.5.3.2.1 allows 5 minutes)" },
	};
	char out[DIAGNOSIS_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		diagnose_silence(&cases[i].silence, out);
		assert_string_equal(out, cases[i].want);
	}
}

static void
whatever_the_peer_says_is_escaped_and_bounded(void **state)
{
	char octets[1000], out[DIAGNOSIS_SIZE];

	(void)state;
	memset(octets, 0x1b, sizeof octets);
	diagnose_plain((struct span){ octets, sizeof octets }, false, false, out);
	assert_null(strchr(out, 0x1b));
	assert_true(strlen(out) < sizeof out);
	diagnose_silence(
	    &(struct silence){ .wait = WAIT_REPLY, .pending = { octets, sizeof octets } }, out);
	assert_null(strchr(out, 0x1b));
}

static const char *
banner(const char *octets)
{
	struct arena arena = { 0 };
	struct reply r;

	reply_parse(span_of(octets), &arena, &r);
	const char *said = diagnose_banner(&r);
	arena_release(&arena);
	return said;
}

static void
banners_tell(void **state)
{
	(void)state;
	assert_null(banner("220 mx.example.org ESMTP\r\n"));
	assert_null(banner("220 sftp.example.org SMTP\r\n"));
	assert_null(banner("554 *** no\r\n"));
	assert_non_null(strstr(banner("220 *******2******0\r\n"), "asterisks"));
	assert_non_null(strstr(banner("220 ProFTPD Server\r\n"), "FTP"));
	assert_non_null(strstr(banner("201 news\r\n"), "NNTP"));
}

/* A port that is silent may begin with TLS: how, is said with its own name. */
static void
ports_that_begin_with_tls(void **state)
{
	char out[DIAGNOSIS_SIZE];

	(void)state;
	assert_true(diagnose_tls_port(SPAN("mx.example"), 465, out));
	assert_non_null(strstr(out, "smtps://mx.example:465"));
	assert_non_null(strstr(out, "--tls=implicit"));
	assert_true(diagnose_tls_port(SPAN("2001:db8::1"), 2465, out));
	assert_non_null(strstr(out, "smtps://[2001:db8::1]:2465"));
	assert_false(diagnose_tls_port(SPAN("mx.example"), 25, out));
	assert_false(diagnose_tls_port(SPAN("mx.example"), 587, out));
	diagnose_hush(SPAN("mx.example"), 2525, 5000, out);
	assert_non_null(strstr(out, "smtps://mx.example:2525"));
	assert_non_null(strstr(out, "--tls=implicit"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_servers_are_known),
		cmocka_unit_test(a_silence_says_what_lacked),
		cmocka_unit_test(whatever_the_peer_says_is_escaped_and_bounded),
		cmocka_unit_test(ports_that_begin_with_tls), cmocka_unit_test(banners_tell),
	};
	return cmocka_run_group_tests_name("diagnose", tests, NULL, NULL);
}
