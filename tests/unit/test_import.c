/*
 * Logs of other tools: each dialect is recognised by itself and becomes the script that it shows,
 * without its secrets.
 */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/script/import.h"
#include "run/script/script.h"
#include "split.h"

static const struct {
	const char *dialect, *log, *script;
} table[] = {
	{ "rfc",
	    "      S: 220 foo.com Ready\n      C: EHLO bar.com\n      S: 250-foo.com greets\n      "
	    "S: 250 HELP\n\f\n"
	    "Klensin                     Standards Track                    [Page 70]\n\nRFC 5321  "
	    "                        SMTP         October 2008\n\n"
	    "      C: QUIT\n      S: 221 bye\n",
	    "S: 220 foo.com Ready\nC: EHLO bar.com\nS: 250-foo.com greets\nS: 250 HELP\nC: "
	    "QUIT\nS: 221 bye\n" },
	{ "rfc",
	    "S: <waits for connection>\nS: 220 x\nC: AUTH PLAIN dGVzdAB0ZXN0\n   ADEyMzQ=\nS: 235 "
	    "ok\nC: MAIL FROM:<a@b>\n   SIZE=5\nS: 250 ok\n",
	    "/var user=test\n/secret password\nS: 220 x\nC: AUTH PLAIN {{plain user password}}\nS: "
	    "235 ok\nC: MAIL FROM:<a@b> SIZE=5\nS: 250 ok\n" },
	{ "sender", "R: 220 x\nS: EHLO a\nR: 250 ok\nS: QUIT\nR: 221 bye\n",
	    "S: 220 x\nC: EHLO a\nS: 250 ok\nC: QUIT\nS: 221 bye\n" },
	{ "sender",
	    "   R: <wait for connection>\n   R: 220 x\n   S: BDAT 12 LAST\n   S: To: a<CR><LF>\n   "
	    "S: x<CR><LF>\n   R: 250 ok\n   S: QUIT\n",
	    "S: 220 x\nC: BDAT 12 LAST\n# the log does not show these octets: a placeholder of the "
	    "announced size is sent instead\n"
	    "C: xxxxxxxxxx\nS: 250 ok\nC: QUIT\n" },
	{ "sender",
	    "R: 220 x\nS: BDAT 7\nS: To: a<CR><LF>\nS: BDAT 3 LAST\nS: x<CR><LF>\nR: 250 ok\nR: "
	    "250 ok\n",
	    "S: 220 x\nC: BDAT 7\nC: To: a\nC: BDAT 3 LAST\nC: x\nS: 250 ok\nS: 250 ok\n" },
	{ "sender",
	    "R: 220 x\nS: BDAT 74\nS: (First 74 octets)\nS: BDAT 73\nS: BDAT 0 LAST\nR: 250 ok\nR: "
	    "250 ok\nR: 250 ok\n",
	    "S: 220 x\nC: BDAT 74\n# the log does not show these octets: a placeholder of the "
	    "announced size is sent instead\n"
	    "C: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nC:\n"
	    "C: BDAT 73\n# the log does not show these octets: a placeholder of the "
	    "announced size is sent instead\n"
	    "C: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nC\\: x\n"
	    "C: BDAT 0 LAST\nS: 250 ok\nS: 250 ok\nS: 250 ok\n" },
	{ "arrows",
	    "   <<< 220 x\n   >>> RCPT TO:<a@b> NOTIFY=SUCCESS \\\n       ORCPT=rfc822;a@b\n   <<< "
	    "250 <a@b> ok\n   >>> QUIT\n   <<< 221 bye\n",
	    "S: 220 x\nC: RCPT TO:<a@b> NOTIFY=SUCCESS ORCPT=rfc822;a@b\nS: 250 <a@b> ok\nC: "
	    "QUIT\nS: 221 bye\n" },
	{ "rfc",
	    "   S: 220 x\n   C: STARTTLS\n   S: 220 go\n     ... TLS negotiation proceeds, further "
	    "commands\n     protected ...\n   C: DATA\n"
	    "   S: 354 go\n   C: <html lang=\"x\">\n   C: .\n   S: 250 ok\n",
	    "S: 220 x\nC: STARTTLS\nS: 220 go\nC: DATA\nS: 354 go\nC: <html lang=\"x\">\nC: .\nS: "
	    "250 ok\n" },
	{ "swaks",
	    "=== Connected to x.\n<-  220 x\n -> MAIL FROM:<a@b>\n<** 550 [..] no ...\n -> "
	    "QUIT\n<-  221 bye\n",
	    "S: 220 x\nC: MAIL FROM:<a@b>\nS: 550 \\[..] no \\...\nC: QUIT\nS: 221 bye\n" },
	{ "swaks",
	    "<-  220 x\n -> DATA\n<-  354 go\n -> {{x}} \n -> 250 like a reply\n -> ..\n -> .\n<-  "
	    "250 ok\n",
	    "S: 220 x\nC: DATA\nS: 354 go\nC: \\{{x}} \nC: 250 like a reply\nC: ..\nC: .\nS: 250 "
	    "ok\n" },
	{ "curl",
	    "* Connected to x (127.0.0.1) port 25\n< 220 x\n> EHLO a\n< 250-x\n< 250 SIZE\n> MAIL "
	    "FROM:<a@b> SIZE=7777\n< 250 ok\n> DATA\n"
	    "< 354 go\n} [77 bytes data]\n100    77  0     0  100    77      0   9 --:--:--  "
	    "0:00:07 --:--:--     9< 250 taken\n> QUIT\n< 221 bye\n",
	    "S: 220 x\nC: EHLO a\nS: 250-x\nS: 250 SIZE\nC: MAIL FROM:<a@b> SIZE=7777\nS: 250 "
	    "ok\nC: DATA\nS: 354 go\n"
	    "# the log does not show the message: this is a placeholder of the "
	    "announced size\n/body size=7777\n"
	    "S: 250 taken\nC: QUIT\nS: 221 bye\n" },
	{ "telnet",
	    "$ telnet x 25\r\nTrying 127.0.0.1...\r\nConnected to x.\r\nEscape character is "
	    "'^]'.\r\n220 x\r\nNOOX\b\033[KP\r\n250 ok\r\n"
	    "DATA\r\n354 go\r\n250 not a reply\r\n\r\n.\r\n250 taken\r\nQUIT\r\n221 "
	    "bye\r\nConnection closed by foreign host.\r\n",
	    "S: 220 x\nC: NOOP\nS: 250 ok\nC: DATA\nS: 354 go\nC: 250 not a reply\nC:\nC: .\nS: "
	    "250 taken\nC: QUIT\nS: 221 bye\n" },
	{ "telnet",
	    "220 x\nAUTH LOGIN\n334 VXNlcm5hbWU6\n123456==\n334 UGFzc3dvcmQ6\ncGFzcw==\n235 ok\n",
	    "# the log does not show the user name\n/secret user\n/secret password\nS: 220 x\nC: "
	    "AUTH LOGIN\nS: 334 VXNlcm5hbWU6\n"
	    "C: {{login-user user}}\nS: 334 UGFzc3dvcmQ6\nC: {{login-pass password}}\nS: 235 "
	    "ok\n" },
	{ "openssl",
	    "CONNECTED(00000003)\n---\nCertificate chain\n 0 s:CN = x\n---\n250 SIZE "
	    "5\n---\nPost-Handshake New Session Ticket arrived:\n"
	    "SSL-Session:\n    Timeout   : 7200 (sec)\n---\nread R BLOCK\nEHLO a\n250-x\n250 SIZE "
	    "5\nQUIT\n221 bye\nclosed\n",
	    "# openssl s_client sent EHLO and STARTTLS here; its log does not show "
	    "them\n/starttls\nC: EHLO a\nS: 250-x\nS: 250 SIZE 5\n"
	    "C: QUIT\nS: 221 bye\n" },
	{ "postfix-notice",
	    "Transcript of session follows.\n\n Out: 220 x ESMTP\n In:  EHLO a\n Out: 250-x\n Out: "
	    "250 DSN\n In:  FOO\n"
	    " Out: 502 5.5.2 Error\n\nSession aborted\n",
	    "S: 220 x ESMTP\nC: EHLO a\nS: 250-x\nS: 250 DSN\nC: FOO\nS: 502 5.5.2 Error\n" },
	{ "postfix-notice", " In:  220 x\n Out: EHLO a\n In:  250 x\n",
	    "S: 220 x\nC: EHLO a\nS: 250 x\n" },
	{ "postfix-notice",
	    " In:  220 x\n Out: DATA\n In:  354 go\n Out: .\n Out: QUIT\n In:  250 ok\n",
	    "S: 220 x\nC: DATA\nS: 354 go\n"
	    "# the log shows neither the message nor its size: this is a placeholder\n"
	    "/body size=1000\n"
	    "S: 250 ok\nC: QUIT\n" },
	{ "postfix-notice", " In:  220 x\n Out: RSET\n Out: QUIT\n In:  250 ok\n",
	    "S: 220 x\nC: RSET\nC: QUIT\nS: 250 ok\n# the log ends before the remaining "
	    "commands were answered\nS: *\n" },
	{ "postfix",
	    "Jan  1 00:00:00 h postfix/smtpd[12]: > unknown[127.0.0.1]: 220 x\nJan  1 00:00:00 h "
	    "postfix/smtpd[12]: match_list_match: x\n"
	    "Jan  1 00:00:00 h postfix/smtpd[12]: < unknown[127.0.0.1]: EHLO a\nJan  1 00:00:00 h "
	    "postfix/smtpd[12]: > unknown[127.0.0.1]: 250 x\n",
	    "S: 220 x\nC: EHLO a\nS: 250 x\n" },
	{ "postfix",
	    "h postfix/smtp[12]: < x[127.0.0.1]:25: 220 x\nh postfix/smtp[12]: > x[127.0.0.1]:25: "
	    "EHLO a\n"
	    "h postfix/smtp[12]: < x[127.0.0.1]:25: 250 x\n",
	    "S: 220 x\nC: EHLO a\nS: 250 x\n" },
	{ "exim",
	    "Connecting to x [127.0.0.1]:25 ... connected\n  SMTP<< 220 x\n  SMTP>> EHLO a\n  "
	    "SMTP<< 250-x\n         250-SIZE 5\n         250 HELP\n"
	    "  SMTP>> DATA\n  SMTP<< 354 go\n  SMTP>> writing message and terminating \".\"\n  "
	    "SMTP<< 250 OK id=1\n  SMTP>> QUIT\n  SMTP<< 221 bye\n",
	    "S: 220 x\nC: EHLO a\nS: 250-x\nS: 250-SIZE 5\nS: 250 HELP\nC: DATA\nS: 354 go\n"
	    "# the log shows neither the message nor its size: this is a placeholder\n"
	    "/body size=1000\n"
	    "S: 250 OK id=1\nC: QUIT\nS: 221 bye\n" },
	{ "exim",
	    "  SMTP<< 220 x\n  SMTP|> MAIL FROM:<>\n         will write message using CHUNKING\n  "
	    "SMTP+> BDAT 12 LAST\n  SMTP>> QUIT\n"
	    "  SMTP<< 250 ok\n  SMTP<< 250 ok\n  SMTP<< 221 bye\n",
	    "S: 220 x\nC: MAIL FROM:<>\nC: BDAT 12 LAST\n# the log does not show these octets: "
	    "a placeholder of the announced size is sent instead\n"
	    "C: xxxxxxxxxx\nC: QUIT\nS: 250 ok\nS: 250 ok\nS: 221 bye\n" },
	{ "sendmail",
	    "a@x... Connecting to x. via esmtp...\n220 x ESMTP\n>>> EHLO a\n250-x\n250 HELP\n>>> "
	    "QUIT\n221 2.0.0 bye\n",
	    "S: 220 x ESMTP\nC: EHLO a\nS: 250-x\nS: 250 HELP\nC: QUIT\nS: 221 2.0.0 bye\n" },
	{ "python",
	    "connect: to ('x', 25) None\nreply: b'220 x\\r\\n'\nreply: retcode (220); Msg: "
	    "b'x'\nsend: 'ehlo [127.0.0.1]\\r\\n'\nreply: b'250-x\\r\\n'\n"
	    "reply: b'250 it\\'s\\r\\n'\nreply: retcode (250); Msg: b'x'\nsend: "
	    "'data\\r\\n'\nreply: b'354 go\\r\\n'\ndata: (354, b'go')\n"
	    "send: b'A: \\xc3\\xa4\\r\\n\\r\\n..x\\r\\n.\\r\\n'\nreply: b'250 ok\\r\\n'\n",
	    "S: 220 x\nC: ehlo [127.0.0.1]\nS: 250-x\nS: 250 it's\nC: data\nS: 354 go\nC: A: "
	    "\xc3\xa4\nC:\nC: ..x\nC: .\nS: 250 ok\n" },
	{ "phpmailer",
	    "2020-01-01 00:00:00 SERVER -> CLIENT: 220 x\n2020-01-01 00:00:00 CLIENT -> SERVER: "
	    "EHLO a\n"
	    "2020-01-01 00:00:00 SERVER -> CLIENT: 250-x250-SIZE 5250 HELP\n2020-01-01 00:00:00 "
	    "CLIENT -> SERVER: QUIT<br>\n",
	    "S: 220 x\nC: EHLO a\nS: 250-x\nS: 250-SIZE 5\nS: 250 HELP\nC: QUIT\n" },
	{ "msmtp",
	    "loaded system configuration file\n<-- 220 x\n--> EHLO a\n<-- 250-x\n<-- 250 DSN\n--> "
	    "QUIT\n<-- 221 bye\n",
	    "S: 220 x\nC: EHLO a\nS: 250-x\nS: 250 DSN\nC: QUIT\nS: 221 bye\n" },
	{ "nodemailer",
	    "[2020-01-01 00:00:00] DEBUG [abc] S: 220 x\n[2020-01-01 00:00:00] DEBUG [abc] C: AUTH "
	    "PLAIN AHVzZXIALyogc2VjcmV0ICovADw=\n"
	    "[2020-01-01 00:00:00] DEBUG [abc] S: 235 ok\n",
	    "/var user=user\n/secret password\nS: 220 x\nC: AUTH PLAIN {{plain user password}}\nS: "
	    "235 ok\n" },
	{ "swaks",
	    "<-  220 a\n -> QUIT\n<-  221 bye\n=== Connected to b\n<-  220 b\n -> EHLO a\n<-  "
	    "250-b\n -> NOOP\n",
	    "\n/case \"connection 1\"\nS: 220 a\nC: QUIT\nS: 221 bye\n\n/case \"connection 2\"\nS: "
	    "220 b\nC: EHLO a\nS: 250-b\nS: 250 ...\nC: NOOP\n" },
};

static bool
import(struct span text, const char *from, struct import_result *r, struct err *err)
{
	struct buf log = { .max = IMPORT_LOG_MAX };

	buf_append(&log, text);
	return import_log(&(struct import_opts){ .from = from }, &log, r, err);
}

static struct span
behind_head(struct span s)
{
	struct span line;

	span_line(&s, &line);
	return s;
}

static void
imports(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct buf out = { .max = IMPORT_OUT_MAX };
		char *log = exact_copy(span_of(table[i].log));
		struct span text = { log, strlen(table[i].log) };
		struct import_result r;
		if (!import(text, NULL, &r, &err))
			fail_msg("%zu, %s: %s", i, table[i].dialect, err.text);
		buf_append(&out, buf_span(&r.head));
		buf_append(&out, buf_span(&r.body));
		import_result_release(&r);
		struct span got = behind_head(buf_span(&out));
		if (!span_eq(got, span_of(table[i].script)))
			fail_msg("%zu, %s: got\n%.*s\nwant\n%s", i, table[i].dialect, SPAN_ARG(got),
			    table[i].script);
		struct script *script = script_parse("import", buf_span(&out), NULL, &err);
		if (!script)
			fail_msg("%zu, %s: no script: %s", i, table[i].dialect, err.text);
		script_free(script);
		buf_release(&out);
		free(log);
	}
}

static void
no_dialogue(void **state)
{
	struct import_result r;

	(void)state;
	assert_false(import(SPAN(""), NULL, &r, NULL));
	assert_false(import(SPAN("hello\nworld\n"), NULL, &r, NULL));
	assert_false(import(span_of(table[0].log), "latin", &r, NULL));
	assert_true(import(span_of(table[0].log), "RFC", &r, NULL));
	import_result_release(&r);
}

/* Every log read as every form, cut anywhere: nothing breaks, and no secret comes through. */
static void
anything_as_anything(void **state)
{
	const char *form;

	(void)state;
	for (unsigned k = 0; (form = import_form_name(k)) != NULL; k++)
		for (size_t i = 0; i < sizeof table / sizeof *table; i++)
			for (size_t n = 0; n <= strlen(table[i].log); n += 7) {
				struct import_result r;
				if (!import((struct span){ table[i].log, n }, form, &r, NULL))
					continue;
				assert_int_equal(
				    span_find(buf_span(&r.body), SPAN("cGFzcw==")).len, 0);
				import_result_release(&r);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imports),
		cmocka_unit_test(no_dialogue),
		cmocka_unit_test(anything_as_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
