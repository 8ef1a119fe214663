/* secrets: to which peer a secret may leave, and what of a dialogue is shown. No loop, no socket.
 */
#include "tests.h"

#include "run/session/secrets.h"

static const struct target here = { .kind = TARGET_HOST, .host = SPAN_INIT("mx.example"),
	.port = 25, .text = SPAN_INIT("mx.example") };
static const struct target elsewhere = { .kind = TARGET_HOST, .host = SPAN_INIT("evil.example"),
	.port = 25, .text = SPAN_INIT("evil.example") };
static const struct target demo = { .kind = TARGET_DEMO, .text = SPAN_INIT("demo:") };
static const struct tls_info good = { .verified = true };
static const struct tls_info unjudged = { .verified = false };
static const struct tls_info strange = { .verified = true, .name_from_file = true };

static const struct credentials for_here = { .target = &here };
static const struct credentials for_any = { .anywhere = true };
static const struct credentials tls_only = { .target = &here, .needs_tls = true };
static const struct credentials insecure = { .target = &here, .insecure = true };
static const struct credentials unbound;

/* Where a case says nothing else, it is the target of the command line, connected to. */
static struct confidant
filled(struct confidant c)
{
	c.target = c.target ? c.target : &here;
	c.auth = c.auth ? c.auth : &for_here;
	return c;
}

static void
where_a_given_secret_may_go(void **state)
{
	static const struct { struct confidant peer; bool forced, want; } cases[] = {
		{ { .connected = true, .tls = &good }, false, true },
		{ { .tls = &good, .connected = false }, false, false },
		{ { .connected = true }, false, false },			/* in the clear */
		{ { .connected = true }, true, true },			/* unless forced by name */
		{ { .connected = true, .local = true }, false, true },
		{ { .connected = true, .tls = &unjudged }, false, false },
		{ { .connected = true, .tls = &unjudged, .auth = &insecure }, false, true },
		/* the other server's certificate is as good as you like */
		{ { .connected = true, .tls = &good, .target = &elsewhere }, false, false },
		{ { .connected = true, .tls = &good, .target = &elsewhere, .auth = &for_any }, false, true },
		{ { .connected = true, .tls = &good, .target = &elsewhere }, true, false },
		{ { .connected = true, .target = &demo }, false, true },
		/* a TLS that was asked for is not done without, not even by force (RFC 3207 6) */
		{ { .connected = true, .auth = &tls_only }, true, false },
		{ { .connected = true, .asked = TARGET_TLS_STARTTLS }, true, false },
		{ { .connected = true, .asked = TARGET_TLS_IMPLICIT, .local = true }, false, false },
		{ { .connected = true, .dane_required = true, .auth = &insecure }, false, false },
		{ { .connected = true, .asked = TARGET_TLS_TRY }, true, true },
		/* what a script chose vouches for nobody */
		{ { .connected = true, .tls = &strange }, false, false },
		{ { .connected = true, .tls = &good, .trusted_by_script = true }, false, false },
		{ { .connected = true, .tls = &good, .auth = &unbound }, false, true },
		{ { .connected = true, .tls = &good, .auth = &unbound, .chosen_by_script = true }, false,
		    false },
		{ { .connected = true, .auth = &unbound, .chosen_by_script = true, .local = true }, false,
		    true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = { 0 };
		struct confidant peer = filled(cases[i].peer);
		bool got = secrets_may_leave(
		    &peer, SECRET_GIVEN, cases[i].forced, &err);
		if (got != cases[i].want)
			fail_msg("case %zu: %s %s", i, got ? "leaves" : "stays", err.text);
		assert_int_equal(err.kind == ERR_NONE, got);
	}
}

/* What is said at this very place is for whoever is connected to. */
static void
a_secret_said_here_is_meant_for_this_peer(void **state)
{
	const struct confidant peer = filled(
	    (struct confidant){ .connected = true, .tls = &good, .target = &elsewhere });
	struct err err;

	(void)state;
	assert_false(secrets_are_meant_for(&peer, &err));
	assert_true(secrets_may_leave(&peer, SECRET_ENTERED, false, &err));
	assert_false(secrets_may_leave(&peer, SECRET_GIVEN, false, &err));
	assert_int_equal(err.kind, ERR_TLS);
}

/* AUTH in pieces, as /raw sends it: no piece of the response is shown, nor when it comes again. */
static void
a_line_in_pieces_is_one_line(void **state)
{
	struct secrets x = { 0 };
	struct arena arena = { 0 };

	(void)state;
	assert_span(secrets_piece(&x, SPAN("NOOP\r\n"), MODE_COMMAND, &arena), "NOOP\r\n");
	assert_span(secrets_piece(&x, SPAN("AUTH PLAIN AGJvY"), MODE_COMMAND, &arena),
	    "AUTH <secret>");
	assert_span(secrets_piece(&x, SPAN("gBodW50ZXIyK3NlY3JldA==\r\n"), MODE_COMMAND, &arena),
	    "<secret, 25 octets>");
	assert_span(secrets_shown(&x, SPAN("550 not hunter2+secret")), "550 not **************");
	secrets_release(&x);
	arena_release(&arena);
}

static void
a_reply_is_starred_line_by_line(void **state)
{
	struct secrets x = { 0 };
	struct arena arena = { 0 };
	struct reply r;

	(void)state;
	secrecy_add(&x.secrecy, SPAN("hunter2+secret"));
	reply_parse(SPAN("550-who is hunter2+secret\r\n550 bye\r\n"), &arena, &r);
	struct reply shown = secrets_shown_reply(&x, &r, &arena);
	assert_span(shown.line[0], "who is **************");
	assert_span(shown.line[1], "bye");
	assert_span(r.line[0], "who is hunter2+secret");
	secrets_release(&x);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_a_given_secret_may_go),
		cmocka_unit_test(a_secret_said_here_is_meant_for_this_peer),
		cmocka_unit_test(a_line_in_pieces_is_one_line),
		cmocka_unit_test(a_reply_is_starred_line_by_line),
	};
	return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
