/*
 * SASL exchanges of our own, the choice of a mechanism, and that what is shown of a response is
 * never the secret.
 */
#include "tests.h"

#include "smtp/auth.h"

static const struct auth_credentials who = {
	.user = SPAN_INIT("tim"),
	.password = SPAN_INIT("tanstaaftanstaaf"),
	.host = SPAN_INIT("mx.example"),
	.port = 587,
};

static const struct {
	const char *mech;
	unsigned n;		/* which response is compared */
	struct span challenge, want;
} responses[] = {
	/* RFC 4616 4 */
	{ "PLAIN", 0, SPAN_INIT(""), SPAN_INIT("\0tim\0tanstaaftanstaaf") },
	{ "PLAIN", 0, SPAN_INIT("Ok"), SPAN_INIT("\0tim\0tanstaaftanstaaf") },
	{ "LOGIN", 0, SPAN_INIT("Username:"), SPAN_INIT("tim") },
	{ "LOGIN", 1, SPAN_INIT("Password:"), SPAN_INIT("tanstaaftanstaaf") },
	{ "EXTERNAL", 0, SPAN_INIT(""), SPAN_INIT("tim") },
	{ "ANONYMOUS", 0, SPAN_INIT(""), SPAN_INIT("tim") },
	{ "XOAUTH2", 0, SPAN_INIT(""), SPAN_INIT("user=tim\1auth=Bearer tanstaaftanstaaf\1\1") },
	{ "XOAUTH2", 1, SPAN_INIT("{}"), SPAN_INIT("") },
	/* RFC 7628 4.1 */
	{ "OAUTHBEARER", 0, SPAN_INIT(""),
	  SPAN_INIT("n,a=tim,\1host=mx.example\1port=587\1auth=Bearer tanstaaftanstaaf\1\1") },
	{ "OAUTHBEARER", 1, SPAN_INIT("{}"), SPAN_INIT("\1") },
};

static void
each_response(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof responses / sizeof *responses; i++) {
		struct err err;
		struct buf out = { .max = 1000 };
		struct auth *a = auth_new(
		    mechanism_ours(span_of(responses[i].mech)), &who, NULL, &err);
		for (unsigned n = 0; n <= responses[i].n; n++) {
			buf_consume(&out, buf_span(&out).len);
			assert_true(auth_respond(a, responses[i].challenge, &out, &err) ||
			    n < responses[i].n);
		}
		if (!span_eq(buf_span(&out), responses[i].want))
			fail_msg("%s: response %u is wrong", responses[i].mech, responses[i].n);
		assert_true(auth_confirm(a, &err));
		auth_free(a);
		buf_release(&out);
	}
}

/* The two sides of a row fit: what the client responds to our server's challenges, that reads. */
static void
a_server_reads_what_a_client_responds(void **state)
{
	struct buf served = { .max = 300 };

	(void)state;
	for (size_t i = 0; mechanism_row(i); i++) {
		const struct mechanism *m = mechanism_row(i);
		struct auth_credentials read = { 0 };
		struct buf out[MECHANISM_STEPS] = { { .max = 1000 }, { .max = 1000 } };
		struct err err;
		struct auth *a = m->take ? auth_new(m, &who, NULL, &err) : NULL;
		if (mechanism_is_served(m))
			buf_printf(&served, " %s", m->name);
		for (unsigned n = 0; a && n < MECHANISM_STEPS && m->challenge[n]; n++) {
			assert_true(auth_respond(a, span_of(m->challenge[n]), &out[n], &err));
			assert_true(m->take(&read, n, buf_span(&out[n])));
		}
		if (a) {
			assert_span(read.user, "tim");
			assert_true(m->kind == MECHANISM_OUTSIDE ||
			    span_eq(read.password, SPAN("tanstaaftanstaaf")));
		}
		auth_free(a);
		for (unsigned n = 0; n < MECHANISM_STEPS; n++)
			buf_release(&out[n]);
	}
	/* what others rely on; a new row needs no word here */
	struct span wanted = SPAN("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-1-PLUS"
				  " SCRAM-SHA-256 SCRAM-SHA-256-PLUS OAUTHBEARER XOAUTH2 EXTERNAL");
	for (struct span name; (name = span_word(&wanted)).len > 0;) {
		bool found = false;
		for (struct span rest = buf_span(&served), each; (each = span_word(&rest)).len > 0;)
			found |= span_eq(each, name);
		assert_true(found);
	}
	assert_null(span_find(buf_span(&served), SPAN("ANONYMOUS")).at);
	assert_null(span_find(buf_span(&served), SPAN("GSSAPI")).at);
	buf_release(&served);
}

static void
malformed_responses_are_not_read(void **state)
{
	static const struct {
		const char *mech;
		struct span response;
	} bad[] = {
		{ "PLAIN", SPAN_INIT("") },
		{ "PLAIN", SPAN_INIT("tim") },
		{ "PLAIN", SPAN_INIT("\0tim") },
		{ "PLAIN", SPAN_INIT("\0tim\0pass\0") },
		{ "EXTERNAL", SPAN_INIT("tim\0") },
		{ "XOAUTH2", SPAN_INIT("") },
		{ "XOAUTH2", SPAN_INIT("user=tim") },
		{ "XOAUTH2", SPAN_INIT("user=\1auth=Bearer x\1\1") },
		{ "XOAUTH2", SPAN_INIT("user=tim\1auth=Basic x\1\1") },
		{ "XOAUTH2", SPAN_INIT("user=tim\1auth=Bearer \1\1") },
		{ "XOAUTH2", SPAN_INIT("user=tim\1auth=Bearer x\1") },
		{ "OAUTHBEARER", SPAN_INIT("\1") },
		{ "OAUTHBEARER", SPAN_INIT("user=tim\1auth=Bearer x\1\1") },
		{ "OAUTHBEARER", SPAN_INIT("n,b=tim,\1auth=Bearer x\1\1") },
		{ "OAUTHBEARER", SPAN_INIT("p=tls-unique,,\1auth=Bearer x\1\1") },
		{ "OAUTHBEARER", SPAN_INIT("n,a=tim,\1host=x\1\1") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct auth_credentials read = { 0 };
		const struct mechanism *m = mechanism_ours(span_of(bad[i].mech));
		if (m->take(&read, 0, bad[i].response))
			fail_msg("%s: response %zu is read", bad[i].mech, i);
	}
}

static void
no_mechanism_goes_on_for_ever(void **state)
{
	static const char *const ours[] = { "PLAIN", "LOGIN", "EXTERNAL", "ANONYMOUS", "XOAUTH2",
		"OAUTHBEARER" };

	(void)state;
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
		struct err err = { 0 };
		struct buf out = { .max = 1000 };
		struct auth *a = auth_new(mechanism_ours(span_of(ours[i])), &who, NULL, &err);
		unsigned n = 0;
		while (n < 10 && auth_respond(a, SPAN(""), &out, &err))
			n++;
		assert_true(n == 1 || n == 2);
		assert_int_equal(err.kind, ERR_PROTO);
		auth_free(a);
		buf_release(&out);
	}
}

static void
names_are_escaped(void **state)
{
	struct auth_credentials odd = { .user = SPAN("a=b,c"), .password = SPAN("t") };
	struct buf out = { .max = 100 };
	struct err err;
	struct auth *a = auth_new(mechanism_ours(SPAN("OAUTHBEARER")), &odd, NULL, &err);

	(void)state;
	assert_true(auth_respond(a, SPAN(""), &out, &err));
	assert_span(buf_span(&out), "n,a=a=3Db=2Cc,\1auth=Bearer t\1\1");
	auth_free(a);
	buf_release(&out);
}

static bool
have_all(const char *mech)
{
	(void)mech;
	return true;
}

static void
the_best(void **state)
{
	static const struct sasl sasl = { .have = have_all };
	static const struct {
		const char *offered;
		bool tls, bound, lib;
		const char *want;
	} table[] = {
		{ "LOGIN PLAIN", true, false, false, "PLAIN" },
		{ "PLAIN LOGIN CRAM-MD5", true, false, true, "PLAIN" },
		{ "PLAIN LOGIN CRAM-MD5", false, false, true, "CRAM-MD5" },
		{ "PLAIN LOGIN CRAM-MD5", false, false, false, "PLAIN" },
		{ "plain scram-sha-256 SCRAM-SHA-256-PLUS", true, true, true,
		    "SCRAM-SHA-256-PLUS" },
		{ "PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", true, false, true, "SCRAM-SHA-256" },
		{ "XOAUTH2 EXTERNAL ANONYMOUS GSSAPI", true, true, true, NULL },
		{ "X-PLAIN PLAINER", true, true, true, NULL },
		{ "", true, true, true, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const struct mechanism *best = auth_best(span_of(table[i].offered), table[i].tls,
		    table[i].bound, table[i].lib ? &sasl : NULL);
		if (!table[i].want)
			assert_null(best);
		else
			assert_string_equal(best->name, table[i].want);
	}
}

static bool
have_none(const char *mech)
{
	(void)mech;
	return false;
}

static void
what_the_library_lacks(void **state)
{
	static const struct sasl poor = { .have = have_none };
	struct err err;

	(void)state;
	assert_null(auth_new(mechanism_ours(SPAN("CRAM-MD5")), &who, NULL, &err));
	assert_string_equal(
	    err.text, "CRAM-MD5 needs libgsasl, and smtpsh was built or installed without it");
	assert_null(auth_new(mechanism_ours(SPAN("CRAM-MD5")), &who, &poor, &err));
	assert_string_equal(err.text, "CRAM-MD5 needs libgsasl, and this one does not have it");
}

static void
what_is_shown(void **state)
{
	static const struct {
		const char *mech;
		unsigned n;
		const char *line, *want;
		bool asked;
	} table[] = {
		{ "PLAIN", 0, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "<user \"tim\", 28 octets>" },
		/* a NUL is forgotten */
		{ "plain", 0, "AHRpbXRhbnN0YWFmdGFuc3RhYWY=", "<secret, 28 octets>" },
		{ "PLAIN", 1, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm", "<secret, 28 octets>" },
		{ "PLAIN", 0, "not base64", "<secret, 10 octets>" },
		{ "LOGIN", 0, "dGlt", "<user \"tim\", 4 octets>", true },
		{ "LOGIN", 1, "dGlt", "<user \"tim\", 4 octets>", true },
		{ "LOGIN", 0, "dGlt", "<secret, 4 octets>" },
		{ "LOGIN", 1, "dGFuc3RhYWY=", "<secret, 12 octets>" },
		/* an escape sequence */
		{ "LOGIN", 0, "G1szMW0=", "<secret, 8 octets>", true },
		{ "CRAM-MD5", 0, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw",
		    "<user \"tim\", 48 octets>" },
		{ "SCRAM-SHA-256", 0,
		    "biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8=", "<user \"user\", 44 octets>" },
		{ "SCRAM-SHA-256", 1, "Yz1iaXdzLHI9eCxwPXk=", "<secret, 20 octets>" },
		{ "XFOO", 0, "dGlt", "<secret, 4 octets>" },
		{ "PLAIN", 0, "=", "=" },
		{ "PLAIN", 1, "*", "*" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct span shown = auth_shown(&arena, span_of(table[i].mech), table[i].n,
		    table[i].asked, span_of(table[i].line));
		if (!span_eq(shown, span_of(table[i].want)))
			fail_msg("%s: %.*s instead of %s", table[i].mech, SPAN_ARG(shown),
			    table[i].want);
	}
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_response),
		cmocka_unit_test(a_server_reads_what_a_client_responds),
		cmocka_unit_test(malformed_responses_are_not_read),
		cmocka_unit_test(no_mechanism_goes_on_for_ever),
		cmocka_unit_test(names_are_escaped),
		cmocka_unit_test(the_best),
		cmocka_unit_test(what_the_library_lacks),
		cmocka_unit_test(what_is_shown),
	};
	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
