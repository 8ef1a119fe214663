/* secure: what is made of a handshake and of TLSA records; none is done here. */
#include "tests.h"

#include "run/session/secure.h"

static void
the_name_asked_for_is_the_name_judged(void **state)
{
	static const struct { const char *sni, *host, *want; } cases[] = {
		{ NULL, "mx.example", "mx.example" },
		{ NULL, "mx.example.", "mx.example" },		/* RFC 6066 3 */
		{ "other.example", "mx.example", "other.example" },
		{ "other.example.", "192.0.2.1", "other.example" },
		{ NULL, "192.0.2.1", "192.0.2.1" },
		{ NULL, "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct session_opts o = { .sni = cases[i].sni };
		struct span name = secure_reference(&o, span_of(cases[i].host));
		assert_true(span_eq(name, span_of(cases[i].want)));
	}
}

static void
the_way_to_the_records(void **state)
{
	static const struct dane_path by_mx = { .by = DANE_BY_DNS,
		.host = SPAN_INIT("mx.example") };
	static const struct dane_path given = { .by = DANE_BY_FILE,
		.host = SPAN_INIT("MX.example") };
	static const struct dane_path none = { .by = DANE_BY_NOTHING };
	const struct route_hop hop = { .host = SPAN("mx.example"), .path = &by_mx };
	const struct route_hop literal = { .host = SPAN("192.0.2.1"), .path = &none };
	struct session_opts o = { 0 };
	struct dane_path named;

	(void)state;
	assert_ptr_equal(secure_dane_path(&o, &hop, true, &named), &by_mx);
	assert_int_equal(secure_dane_path(&o, NULL, true, &named)->by, DANE_BY_NOTHING);
	assert_ptr_equal(secure_dane_path(&o, &literal, true, &named), &none);
	o.sni = "mx.example";		/* the address has been given a name */
	assert_ptr_equal(secure_dane_path(&o, &literal, true, &named), &named);
	assert_span(named.host, "mx.example");
	assert_ptr_equal(secure_dane_path(&o, &literal, false, &named), &none);
	o.path = &given;		/* and what led to the host is known from elsewhere */
	assert_ptr_equal(secure_dane_path(&o, &hop, true, &named), &given);
}

static void
the_records_have_half_of_the_time_that_is_left(void **state)
{
	const struct timeouts t = { .resolve = 30000 }, endless = { 0 };

	(void)state;
	assert_int_equal(secure_dane_until(&t, 1000000, 0), 31000000);
	assert_int_equal(secure_dane_until(&t, 1000000, 11000000), 6000000);
	assert_int_equal(secure_dane_until(&t, 1000000, 1000000000), 31000000);
	assert_int_equal(secure_dane_until(&endless, 1000000, 0), 0);
}

static void
the_verification_asked_for_decides(void **state)
{
	struct tls_problem name = { .text = SPAN("name") };
	struct tls_info clean = { .verified = true };
	struct tls_info bad = { .problem = &name, .nproblems = 1 };

	(void)state;
	assert_null(secure_fatal(&clean, VERIFY_NAME));
	assert_null(secure_fatal(&bad, VERIFY_OFF));
	assert_null(secure_fatal(&bad, VERIFY_UNSET));
	assert_ptr_equal(secure_fatal(&bad, VERIFY_NAME), &name);
	if (tls_problem_is_name(&name))
		assert_null(secure_fatal(&bad, VERIFY_CHAIN));
	else
		assert_ptr_equal(secure_fatal(&bad, VERIFY_CHAIN), &name);
}

static void
required_dane_ends_what_does_not_match(void **state)
{
	struct tls_dane mismatch = { .state = DANE_MISMATCHED,
		.name = SPAN("_25._tcp.mx.example") };
	struct tls_info info = { .dane = &mismatch };
	struct arena arena = { 0 };

	(void)state;
	assert_int_equal(secure_dane_refuses(&info, DANE_CHECK, &arena).len, 0);
	assert_true(secure_dane_refuses(&info, DANE_REQUIRE, &arena).len > 0);
	info.dane = NULL;
	assert_int_equal(secure_dane_refuses(&info, DANE_REQUIRE, &arena).len, 0);
	arena_release(&arena);
}

/* Once a connection, and only when it is known that no TLS will come. */
static void
records_without_tls_are_told_of_once(void **state)
{
	struct tls_dane usable = { .state = DANE_USABLE, .name = SPAN("_25._tcp.mx.example"),
		.authentic = true };
	struct secure x = { .dane = &usable };
	struct arena arena = { 0 };
	struct extensions with = { 0 }, without = { 0 };
	struct reply r;

	(void)state;
	reply_parse(SPAN("250-mx\r\n250 STARTTLS\r\n"), &arena, &r);
	extensions_parse(&r, &arena, &with);
	reply_parse(SPAN("250 mx\r\n"), &arena, &r);
	extensions_parse(&r, &arena, &without);

	assert_int_equal(secure_dane_note(&x, NULL, &arena).len, 0);
	assert_int_equal(secure_dane_note(&x, &with, &arena).len, 0);
	x.shake_when_sent = true;
	assert_true(secure_is_shaking(&x));
	assert_int_equal(secure_dane_note(&x, &without, &arena).len, 0);
	x.shake_when_sent = false;
	assert_true(secure_dane_note(&x, &without, &arena).len > 0);
	assert_int_equal(secure_dane_note(&x, &without, &arena).len, 0);
	x.dane_noted = false;
	x.starttls_refused = true;
	assert_true(secure_dane_note(&x, &with, &arena).len > 0);
	secure_forget(&x);
	assert_null(x.dane);
	assert_int_equal(secure_dane_note(&x, &without, &arena).len, 0);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_asked_for_is_the_name_judged),
		cmocka_unit_test(the_way_to_the_records),
		cmocka_unit_test(the_records_have_half_of_the_time_that_is_left),
		cmocka_unit_test(the_verification_asked_for_decides),
		cmocka_unit_test(required_dane_ends_what_does_not_match),
		cmocka_unit_test(records_without_tls_are_told_of_once),
	};
	return cmocka_run_group_tests_name("secure", tests, NULL, NULL);
}
