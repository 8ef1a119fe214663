/*
 * What of a dialogue may be shown: whatever is meant as a response to AUTH is not, however it is
 * written.
 */
#include "tests.h"

#include "base/base64.h"
#include "smtp/secrecy.h"

/* NUL bob NUL hunter2+secret */
#define BLOB	"AGJvYgBodW50ZXIyK3NlY3JldA=="

static struct arena arena;

static void
is_shown(struct secrecy *w, const char *line, bool answer, const char *want)
{
	struct span shown = secrecy_sent(w, span_of(line), answer, &arena);

	if (!span_eq(shown, span_of(want)))
		fail_msg("\"%s\" is shown as \"%.*s\", want \"%s\"", line, SPAN_ARG(shown), want);
	assert_int_equal(shown.at == line, strcmp(line, want) == 0);
}

/* Each a dialogue of its own, of lines that are no answers. */
static void
commands(void **state)
{
	static const struct {
		const char *line, *want;
	} table[] = {
		{ "AUTH PLAIN " BLOB, "AUTH PLAIN <user \"bob\", 28 octets>" },
		{ "auth plain " BLOB, "auth plain <user \"bob\", 28 octets>" },
		{ " AUTH\tPLAIN  " BLOB, " AUTH\tPLAIN  <user \"bob\", 28 octets>" },
		{ "AUTH PLAIN AGJvYgBodW50ZXIyK3NlY3JldA", "AUTH PLAIN <secret, 26 octets>" },
		{ "AUTH PLAIN AGJvYgBo dW50ZXIy K3NlY3JldA==", "AUTH PLAIN <secret, 30 octets>" },
		{ "AUTH PLAIN AGJvYgBodW50ZXIyK3NlY3JldA-_", "AUTH PLAIN <secret, 28 octets>" },
		{ "AUTH PLAIN bob hunter2", "AUTH PLAIN <secret, 11 octets>" },
		{ "AUTH PLAIN=" BLOB, "AUTH PLAIN=<user \"bob\", 28 octets>" },
		{ "AUTH " BLOB, "AUTH <secret, 28 octets>" },
		{ "AUTH AGJvYgBodW50", "AUTH <secret, 12 octets>" },
		{ "AUTH LOGIN Ym9i", "AUTH LOGIN <secret, 4 octets>" },
		{ "AUTH LOGIN", "AUTH LOGIN" },
		{ "AUTH PLAIN =", "AUTH PLAIN =" },
		{ "AUTHPLAIN " BLOB, "AUTHPLAIN <user \"bob\", 28 octets>" },
		{ "AUTH=PLAIN " BLOB, "AUTH=PLAIN <user \"bob\", 28 octets>" },
		{ "AUTH-PLAIN " BLOB, "AUTH-PLAIN <user \"bob\", 28 octets>" },
		{ "AUTHPLAIN" BLOB, "AUTH<secret, 33 octets>" },
		{ "AUHT PLAIN " BLOB, "AUHT PLAIN <user \"bob\", 28 octets>" },
		{ "AUT PLAIN " BLOB, "AUT PLAIN <user \"bob\", 28 octets>" },
		{ "PLAIN AUTH " BLOB, "PLAIN AUTH <user \"bob\", 28 octets>" },
		{ "PLAIN " BLOB, "PLAIN <user \"bob\", 28 octets>" },
		{ "EHLO x AUTH PLAIN " BLOB, "EHLO x AUTH PLAIN <secret, 28 octets>" },
		{ BLOB, "<secret, 28 octets>" },
		{ "NOOP " BLOB " x", "NOOP <secret, 28 octets> x" },
		{ ">> AUTH PLAIN aHVudGVyMg==", ">> AUTH PLAIN <secret, 12 octets>" },
		{ "MAIL FROM:<bob@example.org> AUTH=<> BODY=8BITMIME",
		    "MAIL FROM:<bob@example.org> AUTH=<> BODY=8BITMIME" },
		{ "EHLO mail.example.org", "EHLO mail.example.org" },
		{ "NOOP", "NOOP" },
		{ "XFOO bar", "XFOO bar" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct secrecy w = { 0 };
		assert_int_equal(secrecy_conceals(&w, span_of(table[i].line), false),
		    strcmp(table[i].line, table[i].want) != 0);
		is_shown(&w, table[i].line, false, table[i].want);
		secrecy_release(&w);
	}
}

/* An answer is a user name only when the challenge asks for one. */
static void
login(void **state)
{
	static const struct { const char *challenge, *want; } table[] = {
		{ "VXNlcm5hbWU6", "<user \"bob\", 4 octets>" },
		{ "VXNlciBOYW1lAA==", "<user \"bob\", 4 octets>" },
		{ "UGFzc3dvcmQ6", "<secret, 4 octets>" },
		{ "", "<secret, 4 octets>" },
		{ "TmFtZTo=", "<secret, 4 octets>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct secrecy w = { 0 };
		is_shown(&w, "AUTH LOGIN", false, "AUTH LOGIN");
		secrecy_received(&w, 334, span_of(table[i].challenge));
		is_shown(&w, "Ym9i", true, table[i].want);
		/* of that challenge one answer alone */
		is_shown(&w, "Ym9i", true, "<secret, 4 octets>");
		is_shown(&w, "*", true, "*");
		secrecy_release(&w);
	}
}

/* Meant for an AUTH that was not answered 334. */
static void
answers_that_are_commands(void **state)
{
	struct secrecy w = { 0 };

	(void)state;
	is_shown(&w, "AUTH LOGIN", false, "AUTH LOGIN");
	secrecy_received(&w, 250, SPAN("ok"));
	is_shown(&w, "Ym9i", false, "<secret, 4 octets>");
	is_shown(&w, "hunter2!", false, "<secret, 8 octets>");
	is_shown(&w, "NOOP", false, "NOOP");
	is_shown(&w, "XFOO", false, "XFOO");
	is_shown(&w, "AUTH PLAIN AGJvYgBo", false, "AUTH PLAIN <user \"bob\", 8 octets>");
	is_shown(&w, "dW50ZXIyK3NlY3JldA==", false, "<secret, 20 octets>");
	assert_span(secrecy_shown(&w, &arena, SPAN("535 hunter2! no")), "535 ******** no");
	secrecy_release(&w);
}

/* A server that asks for the user name twice does not have the password shown as one. */
static void
a_known_secret_is_no_user(void **state)
{
	struct secrecy w = { 0 };

	(void)state;
	secrecy_add(&w, SPAN("hunter2!"));
	is_shown(&w, "AUTH LOGIN", false, "AUTH LOGIN");
	secrecy_received(&w, 334, SPAN("VXNlcm5hbWU6"));
	is_shown(&w, "aHVudGVyMiE=", true, "<secret, 12 octets>");
	secrecy_release(&w);
}

static void
what_comes_again(void **state)
{
	static const char *const echoes[] = { "hunter2+secret", BLOB,
		"aHVudGVyMitzZWNyZXQ=", "HUNTER2+SECRET", "68756e746572322b736563726574",
		"hunter2%2Bsecret", "hunter2%2bsecret" };
	struct secrecy w = { 0 };

	(void)state;
	secrecy_sent(&w, SPAN("AUTH PLAIN " BLOB), false, &arena);
	for (size_t i = 0; i < sizeof echoes / sizeof *echoes; i++) {
		struct span shown = secrecy_shown(&w, &arena, span_of(echoes[i]));
		for (size_t k = 0; k < shown.len; k++)
			if (shown.at[k] != '*')
				fail_msg("%s is shown as %.*s", echoes[i], SPAN_ARG(shown));
	}
	secrecy_release(&w);
}

/*
 * RFC 5802 5: with salt and rounds in sight, the server's signature proves a guess as well as the
 * client's proof does.
 */
static void
proofs_of_the_server(void **state)
{
	static const struct {
		unsigned code;
		const char *text;
		bool hidden;
	} table[] = {
		{ 334, "dj00Y1czSnNVKy92NFRxZzBFUzJYSzhsY1ZoOFZVS2x0REl3dEg1OHZIZEpnPQ==", true },
		{ 235, "2.7.0 dj00Y1czSnNVKy92NFRxZzBFUzJYSzhsY1ZoOFZVS2x0REl3dEg1OHZIZEpnPQ==",
		    true },
		{ 334, "v=4cW3JsU+/v4Tqg0ES2XK8lcVh8VUKltDIwtH58vHdJg=", true },
		{ 235, "v=4cW3JsU+/v4Tqg0ES2XK8lcVh8VUKltDIwtH58vHdJg=", true },
		/* rspauth= */
		{ 334, "cnNwYXV0aD1lYTQwZjYwMzM1YzQyN2I1NTI3Yjg0ZGJhYmNkZmZmZA==", true },
		/* r=,s=,i= */
		{ 334, "cj1meWtvK2QyLHM9UVNYQ1IrUTZzZWs4YmY5MixpPTQwOTY=", false },
		{ 235, "2.7.0 Authentication successful", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct secrecy w = { 0 };
		secrecy_sent(&w,
		    SPAN("AUTH SCRAM-SHA-256 biwsbj11c2VyLHI9ck9wck5HZndFYmVSV2diTkVrcU8="), false,
		    &arena);
		secrecy_received(&w, table[i].code, span_of(table[i].text));
		struct span shown = secrecy_shown(&w, &arena, span_of(table[i].text));
		assert_int_equal(shown.at != table[i].text, table[i].hidden);
		assert_int_equal(
		    span_find(shown, SPAN("****************")).len > 0, table[i].hidden);
		secrecy_release(&w);
	}
}

static int
forget(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands),
		cmocka_unit_test(login),
		cmocka_unit_test(answers_that_are_commands),
		cmocka_unit_test(a_known_secret_is_no_user),
		cmocka_unit_test(what_comes_again),
		cmocka_unit_test(proofs_of_the_server),
	};
	return cmocka_run_group_tests_name("secrecy", tests, NULL, forget);
}
