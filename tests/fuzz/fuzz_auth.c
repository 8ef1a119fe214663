/*
 * SASL: a challenge gets an answer or a sentence, whatever it is; and nothing that is shown of an
 * answer is its secret.
 */
#include "fuzz.h"

#include "base/base64.h"
#include "smtp/auth.h"

/* MIT's GSSAPI (1.20, 1.21) loses 16 octets of its own once a process. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libgssapi_krb5\n";
}

/* The first octet chooses the mechanism; each line behind it is a challenge. */
static void
exchange(const struct mechanism *mech, const struct sasl *lib, struct span lines)
{
	struct auth_credentials who = { .user = SPAN("bob"),
		.password = SPAN("S3cr3t-S3cr3t"),
		.host = SPAN("mx.example"),
		.port = 25 };
	struct buf out = { .max = AUTH_RESPONSE_MAX };
	struct arena arena = { 0 };
	struct err err = { 0 };
	struct auth *a = auth_new(mech, &who, lib, &err);
	struct span line, challenge;

	for (unsigned n = 0; a && n < 6 && span_line(&lines, &line); n++) {
		auth_challenge(&arena, line, &challenge);
		buf_consume(&out, buf_span(&out).len);
		if (!auth_respond(a, challenge, &out, &err)) {
			PROMISE(err.text[0]);
			break;
		}
		struct span response = base64_encode(&arena, buf_span(&out));
		PROMISE(span_find(auth_shown(&arena, span_of(mech->name), n,
				      auth_asks_user(challenge), response),
			    SPAN("S3cr3t"))
			    .len == 0);
	}
	if (a)
		auth_confirm(a, &err);
	else
		PROMISE(err.text[0]);
	auth_free(a);
	buf_release(&out);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct arena arena = { 0 };
	struct err err;

	if (n == 0 || n > 4096)
		return 0;
	size_t rows = 0;
	while (mechanism_row(rows))
		rows++;
	const struct mechanism *mech = mechanism_row(octets[0] % rows);
	struct span rest = fuzz_span(octets + 1, n - 1),
		    secret = auth_secret(span_of(mech->name), octets[0] >> 6, octets[0] & 32, rest);

	PROMISE(secret.len == 0 ||
	    (secret.at >= rest.at && secret.at + secret.len <= rest.at + rest.len));
	auth_shown(&arena, span_of(mech->name), octets[0] >> 6, octets[0] & 32, rest);
	if (mechanism_ours(span_of(mech->name)))
		exchange(mech, mech->respond ? NULL : sasl(&err), rest);
	auth_best(rest, octets[0] & 1, octets[0] & 2, NULL);
	arena_release(&arena);
	return 0;
}
