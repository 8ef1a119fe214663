/*
 * Which code may answer what: every command and stage against every code that some command has, and
 * oddities.
 */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "smtp/standing.h"

static const unsigned codes[] = { 200, 211, 214, 220, 221, 235, 250, 251, 252, 253, 299, 300, 334,
	353, 354, 355, 399 };
enum { NCODES = sizeof codes / sizeof *codes };

/* What is due, the codes that fit, those that are out of step; all the others are unlisted. */
static const struct row {
	const char *line;
	enum due_stage stage;
	bool prdr;
	const char *fits, *out;
} rows[] = {
	{ "", DUE_GREETING, false, "220", "221 235 334 353 354" },
	{ "HELO a", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "EHLO a", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "LHLO a", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "MAIL FROM:<>", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "RCPT TO:<a@b>", DUE_COMMAND, false, "250 251", "220 221 235 334 353 354" },
	{ "DATA", DUE_COMMAND, false, "354", "220 221 235 250 334 353" },
	{ "BDAT 3", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "BDAT 0 LAST", DUE_MESSAGE, false, "250", "220 221 235 334 353 354" },
	{ "BURL imap://x", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "RSET", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "VRFY a", DUE_COMMAND, false, "250 251 252", "220 221 235 334 353 354" },
	{ "EXPN a", DUE_COMMAND, false, "250 252", "220 221 235 334 353 354" },
	{ "HELP", DUE_COMMAND, false, "211 214", "220 221 235 334 353 354" },
	{ "NOOP", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "QUIT", DUE_COMMAND, false, "221", "220 235 334 353 354" },
	{ "STARTTLS", DUE_COMMAND, false, "220", "221 235 250 334 353 354" },
	{ "AUTH PLAIN AAAA", DUE_COMMAND, false, "235 334", "220 221 250 353 354" },
	{ "AUTH PLAIN =", DUE_COMMAND, false, "235 334", "220 221 250 353 354" },
	{ "AUTH PLAIN", DUE_COMMAND, false, "334", "220 221 235 250 353 354" },
	{ "auth login ", DUE_COMMAND, false, "334", "220 221 235 250 353 354" },
	{ "AUTH GSSAPI", DUE_COMMAND, false, "334", "220 221 235 250 353 354" },
	{ "AUTH EXTERNAL", DUE_COMMAND, false, "235 334", "220 221 250 353 354" },
	{ "AUTH X-BY-ADDRESS", DUE_COMMAND, false, "235 334", "220 221 250 353 354" },
	{ "", DUE_RESPONSE, false, "235 334", "220 221 250 353 354" },
	{ "", DUE_CANCEL, false, "", "220 221 235 250 334 353 354" },
	{ "DATA", DUE_MESSAGE, false, "250", "220 221 235 334 353 354" },
	{ "DATA", DUE_MESSAGE, true, "250 353", "220 221 235 334 354" },
	{ "DATA", DUE_RECIPIENT, false, "250", "220 221 235 334 353 354" },
	{ "ETRN a", DUE_COMMAND, false, "250 251 252 253", "220 221 235 334 353 354" },
	{ "XCLIENT NAME=a", DUE_COMMAND, false, "220", "221 235 334 353 354" },
	{ "XFORWARD NAME=a", DUE_COMMAND, false, "250", "220 221 235 334 353 354" },
	{ "", DUE_PARTED, false, "", "" },
	{ "", DUE_NOTHING, false, "",
	    "200 211 214 220 221 235 250 251 252 253 299 300 334 353 354 355 399" },
};

static struct due
due_of(const struct row *row)
{
	struct due due = due_command(span_of(row->line));

	if (due.verb == VERB_BDAT)
		assert_int_equal(due.stage, row->stage);
	due.stage = row->stage;
	due.prdr = row->prdr;
	return due;
}

static bool
names(const char *list, unsigned code)
{
	char word[12];

	snprintf(word, sizeof word, "%u", code);
	return strstr(list, word) != NULL;
}

static void
each_code_fits_or_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t k = 0; k < NCODES; k++) {
			struct due due = due_of(&rows[i]);
			enum standing want = names(rows[i].fits, codes[k]) ? REPLY_FITS :
			    names(rows[i].out, codes[k])		   ? REPLY_OUT_OF_STEP :
									     REPLY_UNLISTED,
				      got = standing_of(&due, codes[k]);
			if (want != got)
				fail_msg("\"%s\" (stage %d), %u: %s, not %s", rows[i].line,
				    (int)due.stage, codes[k], standing_word(got),
				    standing_word(want));
		}
}

static void
a_verb_without_a_row_has_no_list(void **state)
{
	static const char *const lines[] = { "XFOO", "ATRN a", "TURN", "SEND FROM:<>",
		"SOML FROM:<>", "SAML FROM:<>", "" };

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (size_t k = 0; k < NCODES; k++) {
			struct due due = due_command(span_of(lines[i]));
			assert_int_equal(standing_of(&due, codes[k]), REPLY_FITS);
		}
}

static void
refusals_fit_everywhere_but_unasked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (unsigned code = 400; code < 600; code++) {
			struct due due = due_of(&rows[i]);
			assert_int_equal(standing_of(&due, code),
			    due.stage == DUE_PARTED			? REPLY_UNLISTED :
				due.stage == DUE_NOTHING && code != 421 ? REPLY_OUT_OF_STEP :
									  REPLY_FITS);
			if (due.stage == DUE_NOTHING && code != 421)
				assert_int_equal(standing_err(&due, REPLY_OUT_OF_STEP,
						     &(struct reply){ .code = code }),
				    ERR_PROTO);
		}
}

static enum err_kind
comes_to(const char *line, const char *octets)
{
	struct arena arena = { 0 };
	struct reply reply;
	struct due due = due_command(span_of(line));

	assert_true(reply_parse(span_of(octets), &arena, &reply) > 0);
	enum err_kind err = standing_err(&due, standing_of(&due, reply.code), &reply);
	arena_release(&arena);
	return err;
}

/* Anything but one clear code leaves it unknown what became of a message (RFC 1047). */
static void
what_a_reply_makes_of_a_message(void **state)
{
	static const struct {
		const char *reply;
		enum err_kind want;
	} cases[] = {
		{ "250 ok\r\n", ERR_NONE },
		{ "250-a\r\n250 b\r\n", ERR_NONE },
		{ "250\r\n", ERR_NONE },
		{ "200 ok\r\n", ERR_NONE },
		{ "299 ok\r\n", ERR_NONE },
		{ "250-a\r\n251 b\r\n", ERR_NONE },
		{ "451 no\r\n", ERR_TEMPORARY },
		{ "421 bye\r\n", ERR_TEMPORARY },
		{ "552 no\r\n", ERR_REFUSED },
		{ "550-a\r\n554 b\r\n", ERR_REFUSED },
		{ "199 x\r\n", ERR_UNKNOWN },
		{ "220 x\r\n", ERR_UNKNOWN },
		{ "221 x\r\n", ERR_UNKNOWN },
		{ "235 x\r\n", ERR_UNKNOWN },
		{ "334 x\r\n", ERR_UNKNOWN },
		{ "353 x\r\n", ERR_UNKNOWN },
		{ "354 x\r\n", ERR_UNKNOWN },
		{ "399 x\r\n", ERR_UNKNOWN },
		{ "600 x\r\n", ERR_UNKNOWN },
		{ "999 x\r\n", ERR_UNKNOWN },
		{ "000 x\r\n", ERR_UNKNOWN },
		{ "ok\r\n", ERR_UNKNOWN },
		{ "\r\n", ERR_UNKNOWN },
		{ "250-a\r\n550 b\r\n", ERR_UNKNOWN },
		{ "550-a\r\n250 b\r\n", ERR_UNKNOWN },
		{ "250-a\r\nb\r\n250 c\r\n", ERR_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int each = 0; each < 2; each++) {
			struct arena arena = { 0 };
			struct reply reply;
			struct due due = { .stage = each ? DUE_RECIPIENT : DUE_MESSAGE,
				.verb = VERB_DATA };
			assert_true(reply_parse(span_of(cases[i].reply), &arena, &reply) > 0);
			if (standing_err(&due, standing_of(&due, reply.code), &reply) !=
			    cases[i].want)
				fail_msg("%s", cases[i].reply);
			arena_release(&arena);
		}
}

static void
what_a_reply_comes_to(void **state)
{
	static const struct { const char *line, *reply; enum err_kind want; } cases[] = {
		{ "MAIL FROM:<>", "250 ok\r\n", ERR_NONE },
		{ "MAIL FROM:<>", "299 ok\r\n", ERR_NONE },
		{ "MAIL FROM:<>", "200 ok\r\n", ERR_NONE },
		{ "MAIL FROM:<>", "220 ok\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "354 go\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "399 go\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "199 go\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "650 go\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "hello\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "421 bye\r\n", ERR_TEMPORARY },
		{ "MAIL FROM:<>", "550 no\r\n", ERR_REFUSED },
		{ "MAIL FROM:<>", "250-a\r\n251 b\r\n", ERR_NONE },
		{ "MAIL FROM:<>", "250-a\r\n550 b\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "250-a\r\n250-b\r\n450 c\r\n", ERR_PROTO },
		{ "MAIL FROM:<>", "550-a\r\n250 b\r\n", ERR_REFUSED },
		{ "DATA", "354 go\r\n", ERR_NONE },
		{ "DATA", "355 go\r\n", ERR_PROTO },
		{ "DATA", "299 go\r\n", ERR_PROTO },
		{ "DATA", "250 ok\r\n", ERR_PROTO },
		{ "AUTH LOGIN", "334 VXNlcm5hbWU6\r\n", ERR_NONE },
		{ "AUTH LOGIN", "335 VXNlcm5hbWU6\r\n", ERR_PROTO },
		{ "AUTH LOGIN", "235 in\r\n", ERR_PROTO },
		{ "AUTH PLAIN AAAA", "235 in\r\n", ERR_NONE },
		{ "STARTTLS", "250 ok\r\n", ERR_PROTO },
		{ "XFOO", "250 ok\r\n", ERR_NONE },
		{ "XFOO", "354 go\r\n", ERR_NONE },
		{ "XFOO", "100 go\r\n", ERR_PROTO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (comes_to(cases[i].line, cases[i].reply) != cases[i].want)
			fail_msg("%s: %s", cases[i].line, cases[i].reply);
}

static void
the_sentence_names_what_came_and_what_is_due(void **state)
{
	char text[STANDING_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t k = 0; k < NCODES; k++) {
			struct due due = due_of(&rows[i]);
			enum standing standing = standing_of(&due, codes[k]);
			char code[12];
			standing_text(&due, standing, codes[k], text);
			snprintf(code, sizeof code, "%u", codes[k]);
			assert_true(standing == REPLY_FITS || due.stage == DUE_PARTED ?
				text[0] == '\0' :
				strstr(text, code) &&
				    (strstr(text, "RFC") || strstr(text, "README")));
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_fits_or_does_not),
		cmocka_unit_test(a_verb_without_a_row_has_no_list),
		cmocka_unit_test(refusals_fit_everywhere_but_unasked),
		cmocka_unit_test(what_a_reply_comes_to),
		cmocka_unit_test(what_a_reply_makes_of_a_message),
		cmocka_unit_test(the_sentence_names_what_came_and_what_is_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
