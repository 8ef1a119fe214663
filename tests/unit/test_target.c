/* What a person writes to say where to connect: every form, and what is refused in which words. */
#include "tests.h"

#include <stdio.h>

#include "run/route/host.h"
#include "run/route/target.h"
#include "split.h"

static const struct want {
	const char *text, *port;	/* port: the second word; NULL: none */
	const char *shown;		/* kind host:port and what else is said; NULL: refused */
	const char *why;		/* is in the error */
} table[] = {
	{ "mx1.example.org", NULL, "host mx1.example.org:25", NULL },
	{ "mx1.example.org:587", NULL, "host mx1.example.org:587 said", NULL },
	{ "mx1.example.org", "587", "host mx1.example.org:587 said", NULL },
	{ "mx1.example.org", "smtp", "host mx1.example.org:25 said", NULL },
	{ "mx1.example.org/2525", NULL, "host mx1.example.org:2525 said", NULL },
	{ "mx1.example.org:465", NULL, "host mx1.example.org:465 said implicit", NULL },
	{ "[2001:db8::1]:26", NULL, "host 2001:db8::1:26 said", NULL },
	{ "[2001:db8::1]/26", NULL, "host 2001:db8::1:26 said", NULL },
	{ "[2001:db8::1]", NULL, "host 2001:db8::1:25", NULL },
	{ "2001:db8::1", NULL, "host 2001:db8::1:25", NULL },
	{ "2001:db8::1", "26", "host 2001:db8::1:26 said", NULL },
	{ "[IPv6:2001:db8::1]", NULL, "host 2001:db8::1:25", NULL },
	{ "[mx1.example.org]:26", NULL, "host mx1.example.org:26 said", NULL },
	{ "192.0.2.1:26", NULL, "host 192.0.2.1:26 said", NULL },
	{ "smtp://mx1.example.org", NULL, "host mx1.example.org:25", NULL },
	{ "SMTP://mx1.example.org:26/", NULL, "host mx1.example.org:26 said", NULL },
	{ "smtp://[2001:db8::1]:26", NULL, "host 2001:db8::1:26 said", NULL },
	{ "smtps://mx1.example.org", NULL, "host mx1.example.org:465 implicit", NULL },
	{ "smtps://mx1.example.org:26", NULL, "host mx1.example.org:26 said implicit", NULL },
	{ "submissions://mx1.example.org", NULL, "host mx1.example.org:465 implicit", NULL },
	{ "submission://mx1.example.org", NULL, "host mx1.example.org:587 starttls", NULL },
	{ "smtp+tls://mx1.example.org", NULL, "host mx1.example.org:25 starttls", NULL },
	{ "smtp+notls://mx1.example.org", NULL, "host mx1.example.org:25 off", NULL },
	{ "lmtp://mx1.example.org", NULL, "host mx1.example.org:24 lmtp", NULL },
	{ "smtp://user@mx1.example.org", NULL, "host mx1.example.org:25 from user", NULL },
	{ "unix:/run/lmtp", NULL, "unix /run/lmtp:0", NULL },
	{ "unix:///run/lmtp", NULL, "unix /run/lmtp:0", NULL },
	{ "lmtp+unix:/run/lmtp", NULL, "unix /run/lmtp:0 lmtp", NULL },
	{ "pipe:exim -bh 192.0.2.1", NULL, "pipe exim -bh 192.0.2.1:0", NULL },
	{ "demo:", NULL, "demo :0", NULL },
	{ "@example.org", NULL, "mx example.org:25", NULL },
	{ "someone@example.org", NULL, "mx example.org:25 from someone", NULL },
	{ "someone@example.org:26", NULL, "mx example.org:26 said from someone", NULL },
	{ "some@one@example.org", NULL, "mx example.org:25 from some@one", NULL },
	{ "mx:example.org", NULL, "mx example.org:25", NULL },
	{ "mx:example.org", "26", "mx example.org:26 said", NULL },
	{ "someone@[192.0.2.1]", NULL, "mx 192.0.2.1:25 from someone", NULL },
	{ "b\xC3\xBC"
	  "cher.example",
	    NULL,
	    "host b\xC3\xBC"
	    "cher.example:25",
	    NULL },

	{ "25", NULL, NULL, "\"25\" is a number, not a host: the host comes first, then the port" },
	{ "25", "mx1.example.org", NULL, "the host comes first" },
	{ "mx1.example.org", "mx2.example.org", NULL, "probe accepts several" },
	{ "smtp:mx1.example.org", NULL, NULL, "expected smtp://mx1.example.org" },
	{ "", NULL, NULL, "no host in" },
	{ ":25", NULL, NULL, "no host in" },
	{ "@", NULL, NULL, "no host in" },
	{ "smtp://", NULL, NULL, "no host in" },
	{ "unix:", NULL, NULL, "requires a path" },
	{ "demo:25", NULL, NULL, "nothing may follow" },
	{ "pipe:", NULL, NULL, "requires a command" },
	{ "mx1.example.org:0", NULL, NULL, "is neither a port (1 to 65535)" },
	{ "mx1.example.org:65536", NULL, NULL, "is neither a port (1 to 65535)" },
	{ "mx1.example.org:", NULL, NULL, "no port after \":\"" },
	{ "mx1.example.org", "x25", NULL, "nor a service name" },
	{ "[2001:db8::1", NULL, NULL, "lacks a \"]\"" },
	{ "[2001:db8::1]25", NULL, NULL, "expected \":\" and a port after \"]\"" },
	{ "http://example.org", NULL, NULL, "unknown scheme \"http\"" },
	{ "smtp://user:geheim@example.org", NULL, NULL, "do not put a password in a target" },
	{ "user:geheim@example.org", NULL, NULL, "do not put a password in a target" },
	{ "smtps://user:ge@heim@example.org", NULL, NULL, "do not put a password in a target" },
	{ "http://user:geheim@example.org", NULL, NULL, "unknown scheme \"http\"" },
};

static void
show(const struct target *t, char *out, size_t size)
{
	static const char *const kinds[] = {
		[TARGET_HOST] = "host",
		[TARGET_MX] = "mx",
		[TARGET_UNIX] = "unix",
		[TARGET_PIPE] = "pipe",
		[TARGET_DEMO] = "demo",
	};
	static const char *const tls[] = {
		[TARGET_TLS_UNSET] = "", [TARGET_TLS_OFF] = " off", [TARGET_TLS_TRY] = " try",
		[TARGET_TLS_STARTTLS] = " starttls", [TARGET_TLS_IMPLICIT] = " implicit",
	};

	snprintf(out, size, "%s %.*s:%u%s%s%s%s%.*s", kinds[t->kind], SPAN_ARG(t->host), t->port,
	    t->port_given ? " said" : "", tls[t->tls], t->lmtp ? " lmtp" : "",
	    t->sender.len ? " from " : "", SPAN_ARG(t->sender));
}

static void
check(const struct want *w)
{
	struct arena arena = { 0 };
	struct target t;
	struct err err = { 0 };
	char shown[200] = "";
	char *text = exact_copy(span_of(w->text)), *port = exact_copy(span_of(w->port));
	bool ok = target_parse(&t, (struct span){ text, strlen(w->text) },
	    (struct span){ port, w->port ? strlen(w->port) : 0 }, 0, &arena, &err);

	free(text);
	if (ok)
		show(&t, shown, sizeof shown);
	free(port);
	if (ok != (w->shown != NULL) || (ok && strcmp(shown, w->shown) != 0))
		fail_msg("%s: %s%s", w->text, shown, err.text);
	if (!ok && (err.kind != ERR_USAGE || !strstr(err.text, w->why)))
		fail_msg("%s: %s", w->text, err.text);
	if (strstr(err.text, "heim"))
		fail_msg("%s: the password is repeated: %s", w->text, err.text);
	arena_release(&arena);
}

static void
forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		check(&table[i]);
}

static void
a_port_that_was_given_elsewhere(void **state)
{
	struct arena arena = { 0 };
	struct target t;

	(void)state;
	assert_true(target_parse(&t, SPAN("a"), SPAN(""), 465, &arena, NULL));
	assert_int_equal(t.port, 465);
	assert_int_equal(t.tls, TARGET_TLS_IMPLICIT);
	assert_true(target_parse(&t, SPAN("a:26"), SPAN(""), 465, &arena, NULL));
	assert_int_equal(t.port, 26);
	assert_true(target_parse(&t, SPAN("submission://a"), SPAN(""), 2525, &arena, NULL));
	assert_int_equal(t.port, 2525);
	assert_int_equal(t.tls, TARGET_TLS_STARTTLS);
	arena_release(&arena);
}

/* What may become part of a URL. */
static void
host_names(void **state)
{
	static const char *const good[] = { "a", "mx1.example.org", "_dmarc.example.org",
		"3com.example", "xn--bcher-kva.example", "0x7f.1", "a-b.c" };
	static const char *const bad[] = {
		"",
		".",
		"a..b",
		".a",
		"a.",
		"x.localhost?.a.test",
		"x#.a",
		"a/b",
		"a:b",
		"a@b",
		"a%62",
		"a b",
		"a\\b",
		"a\tb",
		"[::1]",
		"::1",
		"a\x7f",
		"b\xc3\xbc",
		"a,b",
		"a;b",
		"a=b",
		"a&b",
		"a+b",
		"a*b",
		"\"a\"",
	};
	char label[70] = "";

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		assert_true(host_is_name(span_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (host_is_name(span_of(bad[i])))
			fail_msg("%s", bad[i]);
	memset(label, 'a', 63);
	assert_true(host_is_name(span_of(label)));
	label[63] = 'a';
	assert_false(host_is_name(span_of(label)));
	assert_false(host_is_name(SPAN("a\0b")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(host_names),
		cmocka_unit_test(a_port_that_was_given_elsewhere),
	};
	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
