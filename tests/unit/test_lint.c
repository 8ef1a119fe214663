/*
 * What is said about a line before it goes: a table of lines, states and the words that must come.
 */
#include "tests.h"

#include "smtp/lint.h"

enum state { FRESH, HELLOED, IN_MAIL, IN_RCPT, AFTER_HELO, SECOND };

static const struct dialogue states[] = {
	[FRESH] = { .greeted = true },
	[HELLOED] = { .greeted = true, .hello = VERB_EHLO },
	[IN_MAIL] = { .greeted = true, .hello = VERB_EHLO, .mail = true },
	[IN_RCPT] = { .greeted = true, .hello = VERB_EHLO, .mail = true, .rcpts = 1 },
	[SECOND] = { .greeted = true,
	    .hello = VERB_EHLO,
	    .mail = true,
	    .rcpts = 1,
	    .mails = 1,
	    .rcpts_sent = 2 },
	[AFTER_HELO] = { .greeted = true, .hello = VERB_HELO },
};

#define FULL                                                                    \
	"250-mx\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-DSN\r\n250-AUTH PLAIN " \
	"LOGIN\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n"
#define LIMITED(limits)	"250-mx\r\n250 LIMITS " limits "\r\n"
#define BARE	"250 mx\r\n"
#define NONE	NULL

static const struct row {
	const char *line;
	enum state state;
	const char *ehlo;
	const char *want;		/* NULL: nothing may be said */
} table[] = {
	{ "EHLO me.example", FRESH, NONE, NULL },
	{ "EHLO", FRESH, NONE, "EHLO requires a domain" },
	{ "", FRESH, NONE, "an empty line" },
	{ " NOOP", FRESH, NONE, "begins with whitespace" },
	{ "NO\010OP", FRESH, NONE, "control octets" },
	{ "NOOP \303\251", HELLOED, BARE, "SMTPUTF8 is not offered" },
	{ "NOOP \303\251", HELLOED, FULL, NULL },
	{ "MIAL FROM:<a@b>", HELLOED, FULL, "not an SMTP command (did you mean MAIL?)" },
	{ "XYZZY", HELLOED, FULL, NULL },
	{ "RCPT TO:<a@b.example>", SECOND, LIMITED("MAILMAX=1 RCPTMAX=2"),
	    "2 recipients per message" },
	{ "RCPT TO:<a@b.example>", SECOND, LIMITED("rcptmax=3"), NULL },
	{ "RCPT TO:<a@b.example>", SECOND, LIMITED("RCPTMAX=x MAILMAX=1"), NULL },
	{ "MAIL FROM:<a@b.example>", SECOND, LIMITED("MAILMAX=1"), "1 message per connection" },
	{ "MAIL FROM:<a@b.example>", HELLOED, LIMITED("MAILMAX=1"), NULL },

	{ "MAIL FROM:<a@b.example>", HELLOED, FULL, NULL },
	{ "mail from:<a@b.example>", HELLOED, FULL, NULL },
	{ "MAIL FROM:<>", HELLOED, FULL, NULL },
	{ "MAIL FROM:<a@b.example>", FRESH, NONE, "MAIL is out of sequence: EHLO must come first" },
	{ "MAIL FROM:<a@b.example>", IN_MAIL, FULL, "a transaction is already open" },
	{ "MAIL FROM: <a@b.example>", HELLOED, FULL,
	    "there is a space after \"FROM:\" (RFC 5321 3.3)" },
	{ "MAIL FROM:a@b.example", HELLOED, FULL, "no angle brackets" },
	{ "MAIL FROM:<a@b.example", HELLOED, FULL, "no closing angle bracket" },
	{ "MAIL FROM:", HELLOED, FULL, "the address is missing" },
	{ "MAIL a@b.example", HELLOED, FULL, "MAIL requires FROM:<address>" },
	{ "MAIL FROM:<a@b.example> SIZE=1000", HELLOED, FULL, NULL },
	{ "MAIL FROM:<a@b.example> SIZE=1001", HELLOED, FULL,
	    "exceeds the server's limit of 1000" },
	{ "MAIL FROM:<a@b.example> SIZE=big", HELLOED, FULL, "SIZE requires a number" },
	{ "MAIL FROM:<a@b.example> SIZE", HELLOED, FULL, "SIZE requires a value" },
	{ "MAIL FROM:<a@b.example> SIZE=5", HELLOED, BARE, "SIZE is not offered" },
	{ "MAIL FROM:<a@b.example> SIZE=5", HELLOED, NONE, NULL },
	{ "MAIL FROM:<a@b.example> BODY=8BITMIME", HELLOED, FULL, NULL },
	{ "MAIL FROM:<a@b.example> BODY=9BIT", HELLOED, FULL, "BODY must be one of" },
	{ "MAIL FROM:<a@b.example> BODY=BINARYMIME", HELLOED, FULL, "BINARYMIME is not offered" },
	{ "MAIL FROM:<a@b.example> SMTPUTF8=1", HELLOED, FULL, "SMTPUTF8 has no value" },
	{ "MAIL FROM:<\303\251@b.example>", HELLOED, FULL, "requires the SMTPUTF8 parameter" },
	{ "MAIL FROM:<\303\251@b.example> SMTPUTF8", HELLOED, FULL, NULL },
	{ "MAIL FROM:<a@b.example> RET=HDRS ENVID=x", HELLOED, FULL, NULL },
	{ "MAIL FROM:<a@b.example> NOTIFY=NEVER", HELLOED, FULL, "belongs to RCPT" },
	{ "MAIL FROM:<a@b.example> FOO=1", HELLOED, FULL, "not a parameter of MAIL" },
	{ "MAIL FROM:<a@b.example> REQUIRETLS", HELLOED, FULL, "REQUIRETLS is not offered" },
	{ "MAIL FROM:<\"a b\"@c.example> SIZE=9", HELLOED, FULL, NULL },

	{ "RCPT TO:<a@b.example>", IN_MAIL, FULL, NULL },
	{ "RCPT TO:<a@b.example>", HELLOED, FULL, "MAIL must come first" },
	{ "RCPT TO:<a@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b", IN_RCPT, FULL, NULL },
	{ "DATA", IN_RCPT, FULL, NULL },
	{ "DATA", IN_MAIL, FULL, "no recipient was accepted" },
	{ "DATA", HELLOED, FULL, "MAIL and RCPT must come first" },
	{ "DATA now", IN_RCPT, FULL, "DATA takes no arguments" },
	{ "BDAT 5 LAST", IN_RCPT, FULL, "does not offer CHUNKING" },
	{ "STARTTLS", HELLOED, FULL, NULL },
	{ "STARTTLS", HELLOED, BARE, "does not offer STARTTLS" },
	{ "STARTTLS", AFTER_HELO, NONE, "no extensions after HELO" },
	{ "STARTTLS", IN_MAIL, FULL, "a transaction is open" },
	{ "AUTH PLAIN", HELLOED, FULL, NULL },
	{ "AUTH CRAM-MD5", HELLOED, FULL, "the mechanism CRAM-MD5 is not offered" },
	{ "AUTH", HELLOED, FULL, "AUTH requires a mechanism" },
	{ "AUTH PLAIN", FRESH, NONE, "EHLO must come first" },
	{ "VRFY", HELLOED, FULL, "VRFY requires an argument" },
	{ "QUIT", FRESH, NONE, NULL },
	{ "RSET", HELLOED, FULL, NULL },
};

static void
check(const struct row *r)
{
	struct arena arena = { 0 };
	struct reply reply;
	struct extensions extensions;
	struct buf out = { .max = 4096 };

	if (r->ehlo) {
		reply_parse(span_of(r->ehlo), &arena, &reply);
		extensions_parse(&reply, &arena, &extensions);
	}
	lint_command(span_of(r->line), &states[r->state], r->ehlo ? &extensions : NULL, &out);
	struct span said = buf_span(&out);
	bool ok = r->want ? span_find(said, span_of(r->want)).len > 0 : said.len == 0;
	if (!ok)
		fail_msg("%s: want \"%s\", said \"%.*s\"", r->line, r->want ? r->want : "nothing",
		    SPAN_ARG(said));
	buf_release(&out);
	arena_release(&arena);
}

static void
test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		check(&table[i]);
}

static void
test_long_lines(void **state)
{
	char line[600];
	struct buf out = { .max = 4096 };

	(void)state;
	memset(line, 'x', sizeof line);
	memcpy(line, "NOOP ", 5);
	lint_command((struct span){ line, 510 }, &states[HELLOED], NULL, &out);
	assert_int_equal(buf_span(&out).len, 0);
	lint_command((struct span){ line, 511 }, &states[HELLOED], NULL, &out);
	assert_true(span_find(buf_span(&out), SPAN("513 octets with CRLF, more than 512")).len > 0);
	buf_release(&out);
}

/* What is said of a whole message. */
static void
check_text(const char *text, const char *want)
{
	struct lint_message m = { 0 };
	struct buf out = { .max = 4096 };
	struct span rest = span_of(text), line;

	while (span_line(&rest, &line))
		lint_text(&m, line, NULL, &out);
	if (want ? span_find(buf_span(&out), span_of(want)).len == 0 : buf_span(&out).len > 0)
		fail_msg("%s: said \"%.*s\"", text, SPAN_ARG(buf_span(&out)));
	buf_release(&out);
}

static void
test_text(void **state)
{
	(void)state;
	check_text("Subject: x\n\ntext\n.\n", NULL);
	check_text("Subject: x\n folded\n\n.\n", NULL);
	check_text("\nno header at all is fine\n.\n", NULL);
	check_text("Subject: x\ntext\n.\n", "no empty line between");
	check_text("hello there\n\n.\n", "is not a header");
	check_text("Subject: x\n\n.hidden\n.\n", "type it twice");
	check_text("Subject: x\n\n..stuffed by hand\n.\n", NULL);
}

static void
test_markers(void **state)
{
	(void)state;
	assert_span(lint_marker(SPAN("C: NOOP")), "C:");
	assert_span(lint_marker(SPAN("S: 250")), "S:");
	assert_span(lint_marker(SPAN("# x")), "#");
	assert_int_equal(lint_marker(SPAN("NOOP")).len, 0);
	assert_int_equal(lint_marker(SPAN("C:x")).len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_markers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
