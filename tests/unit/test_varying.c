/*
 * What varies in a reply: as an S: line that is written of one session, against the reply of
 * another one. The texts are those of the servers named.
 */
#include "tests.h"

#include <stdio.h>

#include "run/script/script.h"
#include "run/script/varying.h"

#define G PLACE_GREETING
#define H PLACE_HELLO
#define K PLACE_KEYWORD
#define Q PLACE_QUEUED
#define A PLACE_ANY
#define HOST "mx.example.org"
#define SAID "EHLO client.example\nMAIL FROM:<anna@quay.example> SIZE=200\nRCPT TO:<ben@bed.test>\n"

static struct varying_context
context_of(enum reply_place place)
{
	return (struct varying_context){
		.place = place, .masks = MASKS_ALL, .host = SPAN(HOST), .said = SPAN(SAID)
	};
}

/* as it is written; one that has no `want` stays as it is */
static const struct {
	enum reply_place place;
	const char *text, *want;
} written[] = {
	/* queue IDs */
	{ Q, "2.0.0 Ok: queued as B39EAA746AB", "2.0.0 Ok: queued as {{:queueid=B39EAA746AB}}" },
	{ Q, "OK id=1tFGhi-00000001abc-2DeF", "OK id={{:queueid=1tFGhi-00000001abc-2DeF}}" },
	{ Q, "2.0.0 81d92eb1 Message accepted for delivery",
	    "2.0.0 {{:queueid=81d92eb1}} Message accepted for delivery" },
	{ Q, "2.0.0 26594328 Message accepted for delivery",
	    "2.0.0 {{:queueid=26594328}} Message accepted for delivery" },
	{ Q, "Message queued as mntwzkfg", "Message queued as {{:queueid=mntwzkfg}}" },
	{ Q, "Message queued as vrqorg2k.", "Message queued as {{:queueid=vrqorg2k}}." },
	{ Q, "Message Queued (0F8C6A2E-1234-4ABC-9DEF-0123456789AB.1)",
	    "Message Queued ({{:queueid=0F8C6A2E-1234-4ABC-9DEF-0123456789AB.1}})" },
	{ Q, "Ok. 0000000000A0B1C2.000000005FC3.0000ABCD",
	    "Ok. {{:queueid=0000000000A0B1C2.000000005FC3.0000ABCD}}" },
	{ Q, "ok 1700000000 qp 12345", "ok {{:queueid=1700000000}} qp {{:int=12345}}" },
	{ Q, "2.1.5 Ok SESSIONID=<cyrus-1234-1700000000-1-123456789>",
	    "2.1.5 Ok SESSIONID=<{{:queueid=cyrus-1234-1700000000-1-123456789}}>" },
	{ Q, "2.0.0 <ben@bed.test> kPb+ClB8S2lfEwAAzK8nmg Saved",
	    "2.0.0 <ben@bed.test> {{:queueid=kPb+ClB8S2lfEwAAzK8nmg}} Saved" },
	{ Q,
	    "2.6.0 <0a1b2c3d-1111-2222-3333-444455556666@H01.prod.example.com> "
	    "[InternalId=12345678901234, Hostname=H01.prod.example.com] 8521 bytes in 0.123, "
	    "67.456 KB/sec Queued mail for delivery",
	    "2.6.0 {{:msgid=<0a1b2c3d-1111-2222-3333-444455556666@H01.prod.example.com>}} "
	    "[InternalId={{:queueid=12345678901234}}, Hostname={{:host=H01.prod.example.com}}] "
	    "{{:int=8521}} bytes in {{:int=0}}.{{:int=123}}, {{:int=67}}.{{:int=456}} KB/sec "
	    "Queued mail for delivery" },
	{ Q, "Queued (0.016 seconds)", "Queued ({{:int=0}}.{{:int=016}} seconds)" },
	{ A, "2.1.0 OK d2e1a72fcca58-6c3a.5 - gsmtp",
	    "2.1.0 OK {{:queueid=d2e1a72fcca58-6c3a.5}} - gsmtp" },
	/* dates, addresses, names */
	{ G, HOST " ESMTP Exim 4.96 Sun, 29 Nov 2026 16:20:00 +0000",
	    "{{:host=" HOST "}} ESMTP Exim 4.96 {{:date=Sun, 29 Nov 2026 16:20:00 +0000}}" },
	{ G, HOST " ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2; Sun, 29 Nov 2026 16:20:00 GMT",
	    "{{:host=" HOST "}} ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2; "
	    "{{:date=Sun, 29 Nov 2026 16:20:00 GMT}}" },
	{ G, HOST " ESMTP Postal/3F2A1B4C",
	    "{{:host=" HOST "}} ESMTP Postal/{{:queueid=3F2A1B4C}}" },
	{ H, HOST " Hello localhost [127.0.0.1]",
	    "{{:host=" HOST "}} Hello {{:host=localhost}} [{{:ip=127.0.0.1}}]" },
	{ H, HOST " Hello client.example [127.0.0.1]",
	    "{{:host=" HOST "}} Hello client.example [{{:ip=127.0.0.1}}]" },
	{ H, "Nice to meet you, [127.0.0.1]", "Nice to meet you, [{{:ip=127.0.0.1}}]" },
	{ A, "2.0.0 " HOST " closing connection", "2.0.0 {{:host=" HOST "}} closing connection" },
	{ A, "Greylisted for 287 seconds", "Greylisted for {{:int=287}} seconds" },
	{ A, "from 127.0.0.1:34567", "from {{:ip=127.0.0.1}}:{{:int=34567}}" },
	{ A, "by smtpd[4711]", "by smtpd[{{:int=4711}}]" },
	/* what stays */
	{ Q, "2.0.0 Ok", NULL },
	{ Q, "2.5.0 Ok, accepted for 2 recipients", NULL },
	{ Q, "OK: message queued", NULL },
	{ Q, "Great success, thank you for the message", NULL },
	{ Q, "Queued by Haraka/3.0.5", NULL },
	{ Q, "2.1.5 <ben@bed.test> delivered, 200 octets", NULL },
	{ G, "ESMTP ready", NULL },
	{ G, "service (JAMES SMTP Server 3.8.0) ready", NULL },
	{ G, "Cyrus LMTP 3.6.1-Debian-3.6.1-4+deb12u3 server ready", NULL },
	{ G, "Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready", NULL },
	{ K, "SIZE 52428800", NULL },
	{ K, "SIZE 10485760000", NULL },
	{ K, "AUTH GS2-KRB5-PLUS SCRAM-SHA-256-PLUS SCRAM-SHA3-512 XOAUTH2 CRAM-MD5", NULL },
	{ K, "LIMITS RCPTMAX=1000 MAILMAX=20", NULL },
	{ K, "8BITMIME", NULL },
	{ A, "5.1.1 <ben@bed.test>: Recipient address rejected: User unknown", NULL },
	{ A, "5.7.26 see https://support.example.com/mail/?p=UnauthenticatedEmail", NULL },
	{ A, "5.5.1 what is EHLO client.example", NULL },
	{ A, "5.3.4 Message size exceeds 10240000 bytes", NULL },
	{ A, "Access denied, banned sending IP, S3150 (office365)", NULL },
	{ A, "x", NULL },
	{ A, "", NULL },
	{ Q, "{b4334} S3", NULL },
	{ A, "\\/ \\a \\{{ \\[..] \\...", "[..]/ \\a \\\\{{ \\\\[..] [..]..." },
	{ Q, "queued as 4F2A1B3C9D  ", "queued as {{:queueid=4F2A1B3C9D}}" },
	/* what would be a pattern */
	{ A, "/a {{b}} [..] c ...", "\\/a \\{{b}} \\[..] c \\..." },
	{ Q, "/id=4F2A1B3C9D/ {{ ...", "\\/id={{:queueid=4F2A1B3C9D/}} \\{{ \\..." },
};

/* one session and another one; false: another reply, and no other session's */
static const struct {
	bool fits;
	enum reply_place place;
	const char *one, *other;
} pairs[] = {
	{ true, Q, "2.0.0 Ok: queued as B39EAA746AB", "2.0.0 Ok: queued as 4YcQ1x2bWBz9sSN" },
	{ true, Q, "OK id=1rABcD-0001xY-2Z", "OK id=1tFGhi-00000001abc-2DeF" },
	{ true, Q, "2.0.0 4ATGKgHq012345 Message accepted for delivery",
	    "2.0.0 4ATGL1Xx012399 Message accepted for delivery" },
	{ true, Q, "2.0.0 deadbeef Message accepted for delivery",
	    "2.0.0 81d92eb1 Message accepted for delivery" },
	{ true, Q, "Ok: queued as ozretrBffWr71v3axKhr0C16aPlNA6_0GxsMuWQj6fw=@mailhog.example",
	    "Ok: queued as JqYtO2Xq10idJB7rvhIeWxPmjhD5WhIDlna0HDjqAgI=@mailhog.example" },
	{ true, Q, "2.0.0 OK  1700000000 d2e1a72fcca58-6c3a.5 - gsmtp",
	    "2.0.0 OK  1700000777 98e67ed59e1d1-34a7xsi99.31 - gsmtp" },
	{ true, Q, "2.6.0 Ok, message saved <Message-ID: md50000000001.msg>",
	    "2.6.0 Ok, message saved <Message-ID: md50000000002.msg>" },
	{ true, Q, "2.0.0 Message queued with id 1a2b3c4d5e6f.",
	    "2.0.0 Message queued with id fedcba987654." },
	{ true, Q, "Ok 0100018c1234abcd-1a2b3c4d-5e6f-7081-92a3-b4c5d6e7f809-000000",
	    "Ok 0100018c9999abcd-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee-000000" },
	{ true, Q, "2.6.0 2345 bytes received in 00:00:01; Message id AB12345 accepted",
	    "2.6.0 99 bytes received in 00:00:00; Message id CD99 accepted" },
	{ true, Q, "Mail OK queued as smtp1,C8CowADnS2q9.S2.123 1700000000",
	    "Mail OK queued as smtp7,aBcDeADnS2q9.S9.1 1700000777" },
	{ true, Q, "Queued! 1700000000 qp 12345 <0123@" HOST ">",
	    "Queued! 1700000777 qp 7 <9876@" HOST ">" },
	{ true, Q, "ok:  Message 12345678 accepted", "ok:  Message 87654321 accepted" },
	{ true, Q, "123456 message accepted for delivery", "123457 message accepted for delivery" },
	{ true, Q, "2.5.0 Ok, envelope id 0S1A00FOO@" HOST,
	    "2.5.0 Ok, envelope id 0S1B00BAR@" HOST },
	{ true, Q, "2.0.0 5a1b2c3d-00000001 Message accepted for delivery",
	    "2.0.0 5a1b2c3e-00000002 Message accepted for delivery" },
	{ true, Q, "Requested mail action okay, completed: id=0Mb5zs-1WnVrE0JqK-00KfXd",
	    "Requested mail action okay, completed: id=1Mb6zs-2WnVrE0JqK-01KfXd" },
	{ true, Q, "2.0.0 Ok: queued on smtp-1.mail.example.net 1700000000-aBcDeFgHiJ-KlMnOpQr",
	    "2.0.0 Ok: queued on smtp-9.mail.example.net 1700000777-ZzZzZzZzZz-KlMnOpQr" },
	{ true, G, "frankfurt-7.example.org ESMTP x12si1234567wrv.123 - gsmtp",
	    "dublin-3.example.org ESMTP a99si7654321xyz.9 - gsmtp" },
	{ true, G,
	    "VK1PR.outlook.example.com Microsoft ESMTP MAIL Service ready at Sun, 29 Nov 2026 "
	    "16:20:00 +0000 [VkkxUFIwMTAwQ0E0OTg5LmFwYw==]",
	    "AM0PR.outlook.example.com Microsoft ESMTP MAIL Service ready at Mon, 30 Nov 2026 "
	    "06:21:59 +0000 [08DE2B1F3A4C5D6E]" },
	{ true, G, HOST " ESMTP Haraka/3.3.4 ready (D0B2BF)",
	    HOST " ESMTP Haraka/3.3.4 ready (123456)" },
	{ true, G, HOST " ESMTP Haraka/3.3.4 ready (123456)",
	    HOST " ESMTP Haraka/3.3.4 ready (FACADE)" },
	{ true, G, "215263862695 Mailpit ESMTP ready", "a426f09e2e42 Mailpit ESMTP ready" },
	{ true, Q, "2.0.0 abdbcdc0 Message accepted for delivery",
	    "2.0.0 8401a155 Message accepted for delivery" },
	{ true, G, HOST " ESMTP Haraka/3.0.5 ready (0F8C6A2E-1234-4ABC-9DEF-0123456789AB)",
	    HOST " ESMTP Haraka/3.0.5 ready (AAAAAAAA-1234-4ABC-9DEF-0123456789AB)" },
	{ true, G, "/127.0.0.1 GreenMail SMTP Service v1.6 Ready at port 3025",
	    "/127.0.0.2 GreenMail SMTP Service v1.6 Ready at port 40125" },
	{ true, G, "James SMTP ready Sun Nov  1 16:20:00 UTC 2026",
	    "James SMTP ready Mon Nov 30 06:20:00 UTC 2026" },
	{ true, H, HOST " Hello ip-10-1.pool.example [10.1.2.3], pleased to meet you",
	    HOST " Hello ip-10-9.pool.example [10.9.2.3], pleased to meet you" },
	{ true, A,
	    "4.7.0 [H02.eop.prod.example.com 2026-11-29T16:20:00.123Z 08DE2B1F3A4C5D6E] busy",
	    "4.7.0 [H77.eop.prod.example.com 2026-11-30T06:20:00.9Z 08DE2B1F3A4CAAAA] busy" },
	{ true, A, "busy [k9OPdAK/lSHmG15/pcErbiY/voeIC+8M]",
	    "busy [/9OPdAK/lSHmG15/pcErbiY/voeIC+8/]" },
	{ true, K, "XID 4f3a9c0d1e2b3a4c5d6e7f80", "XID 0f3a9c0d1e2b3a4c5d6e7f81" },
	{ true, Q, "2.0.0 <ben@bed.test> jUPsREr+V5tohqfEJlWRwQ Saved",
	    "2.0.0 <ben@bed.test> +vA8KxofvevSBr0a7e8oyQ Saved" },
	{ true, Q, "2.0.0 <ben@bed.test> /vA8KxofvevSBr0a7e8oyQ Saved",
	    "2.0.0 <ben@bed.test> jUPsREr+V5tohqfEJlWRwQ Saved" },
	{ false, Q, "2.0.0 Ok: queued as B39EAA746AB", "2.0.0 Ok: discarded as B39EAA746AB" },
	{ false, Q, "2.0.0 Ok: queued as B39EAA746AB",
	    "2.0.0 Ok: queued as B39EAA746AB for later" },
	{ false, Q, "2.0.0 <ben@bed.test> kPb+ClB8S2lfEwAAzK8nmg Saved",
	    "2.0.0 <eve@bed.test> kPb+ClB8S2lfEwAAzK8nmg Saved" },
	{ false, G, HOST " ESMTP Exim 4.96 Sun, 29 Nov 2026 16:20:00 +0000",
	    HOST " ESMTP Exim 4.97 Sun, 29 Nov 2026 16:20:00 +0000" },
	{ false, G, HOST " ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2",
	    HOST " ESMTP Sendmail 8.18.1.9/8.17.1.9/Debian-2" },
	{ false, K, "SIZE 52428800", "SIZE 10240000" },
	{ false, K, "AUTH PLAIN LOGIN", "AUTH PLAIN" },
	{ false, A, "5.1.1 <ben@bed.test>: unknown", "5.1.1 <eve@bed.test>: unknown" },
	{ false, A, "5.3.4 Message size exceeds 10240000 bytes",
	    "5.3.4 Message size exceeds 99 bytes" },
};

static struct span
put(struct buf *out, struct span text, enum reply_place place)
{
	struct varying_context c = context_of(place);

	buf_consume(out, buf_span(out).len);
	varying_put(out, text, &c);
	return buf_span(out);
}

static bool
fits(struct span line, struct span text, enum reply_place place)
{
	struct arena arena = { 0 };
	struct buf file = { .max = 10000 }, wire = { .max = 10000 };
	struct err err = { 0 };
	struct reply reply;
	struct match_result result;

	buf_printf(&file, "S: 250%s%.*s\n", line.len ? " " : "", SPAN_ARG(line));
	buf_printf(&wire, "250%s%.*s\r\n", text.len ? " " : "", SPAN_ARG(text));
	struct script *s = script_parse("t", buf_span(&file), NULL, &err);
	if (!s)
		fail_msg("%.*s: %s", SPAN_ARG(line), err.text);
	struct script_vars vars = { .names = &s->names, .arena = &arena };
	struct match_how how = {
		.level = MATCH_TEXT, .masks = MASKS_ALL, .host = SPAN(HOST), .place = place
	};
	assert_int_equal(reply_parse(buf_span(&wire), &arena, &reply), buf_span(&wire).len);
	bool ok = expect_match(s->prelude->reply[0], &reply, &how, &vars, &arena, &result);
	script_free(s);
	buf_release(&file);
	buf_release(&wire);
	arena_release(&arena);
	return ok;
}

static void
test_written(void **state)
{
	struct buf out = { .max = 10000 };
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
		struct span text = span_of(written[i].text);
		const char *want = written[i].want ? written[i].want : written[i].text;
		struct span line = put(&out, text, written[i].place);
		if (!span_eq(line, span_of(want)) && ++bad)
			print_error("# %s\n#   is written   %.*s\n#   and not      %s\n",
			    written[i].text, SPAN_ARG(line), want);
		if (!fits(line, text, written[i].place) && ++bad)
			print_error("# %.*s does not fit %s\n", SPAN_ARG(line), written[i].text);
	}
	buf_release(&out);
	assert_int_equal(bad, 0);
}

/* Written of one session; and the text of one as it was, which the level `text` normalises. */
static void
test_another_session(void **state)
{
	struct buf out = { .max = 10000 };
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		struct span one = span_of(pairs[i].one), other = span_of(pairs[i].other);
		struct span line = put(&out, one, pairs[i].place);
		if (fits(line, other, pairs[i].place) != pairs[i].fits && ++bad)
			print_error("# %.*s %s %s\n", SPAN_ARG(line),
			    pairs[i].fits ? "does not fit" : "fits", pairs[i].other);
		if (fits(one, other, pairs[i].place) != pairs[i].fits && ++bad)
			print_error("# as it was, %s %s %s\n", pairs[i].one,
			    pairs[i].fits ? "does not fit" : "fits", pairs[i].other);
	}
	buf_release(&out);
	assert_int_equal(bad, 0);
}

/* What a server sends of such a line is what was recorded. */
static void
test_given(void **state)
{
	struct arena arena = { 0 };
	struct err err;
	struct span text;
	struct script *s = script_parse("t",
	    SPAN("S: 250 id {{:queueid=4F2A}} at {{d:date=Sun, 29 Nov 2026 16:20:00 +0000}}\n"),
	    NULL, &err);
	struct script_vars vars = { .names = &s->names, .arena = &arena };

	(void)state;
	assert_true(script_render(s->prelude->reply[0], VERB_OTHER, &vars, &arena, &text, &err));
	assert_span(text, "250 id 4F2A at Sun, 29 Nov 2026 16:20:00 +0000");
	assert_null(script_parse("t", SPAN("S: 250 {{:int=4F2A}}\n"), NULL, &err));
	assert_non_null(strstr(err.text, "int"));
	script_free(s);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_another_session),
		cmocka_unit_test(test_given),
	};

	return cmocka_run_group_tests_name("varying", tests, NULL, NULL);
}
