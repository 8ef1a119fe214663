/*
 * mechanism - the SASL mechanisms used in SMTP. Each section is about one or two: the client's
 * responses, how our server parses them, and which part is a user name or a secret.
 */
#include "smtp/mechanism.h"

#include <assert.h>

#include "base/port.h"
#include "base/text.h"

static bool
add(struct buf *out, struct span text, struct err *err)
{
	return buf_append(out, text) || err_set(err, ERR_USAGE, "the credentials are too long");
}

/* Returns what is between `before` and `after`; empty when there is no `before`. */
static struct span
between(struct span text, struct span before, char after)
{
	struct span at = span_skip(span_find(text, before), before.len);

	return span_until(&at, after);
}

/* The same, but returns all of the text when that is empty. */
static struct span
between_or_all(struct span text, struct span before, char after)
{
	struct span found = between(text, before, after);

	return found.len ? found : text;
}

static struct span
after_last(struct span text, char mark)
{
	const char *last = text.len ? port_last(text.at, mark, text.len) : NULL;

	return last ? span_skip(text, (size_t)(last - text.at) + 1) : text;
}

/* A name or a trace is not secret, unless it contains control characters. */
static struct span
name_secret(unsigned n, bool asked, struct span response)
{
	(void)n, (void)asked;
	return text_is_safe(response) ? SPAN_NONE : response;
}

/* ---- PLAIN */

/* RFC 4616: [authzid] NUL authcid NUL passwd */
static bool
plain_respond(const struct auth_credentials *who, unsigned n, struct span challenge,
    struct buf *out, struct err *err)
{
	(void)challenge;
	if (n > 0)
		return err_set(err, ERR_PROTO,
		    "the server sent another challenge after PLAIN's only response (RFC 4616 2)");
	if ((who->user.len && memchr(who->user.at, 0, who->user.len)) ||
	    (who->password.len && memchr(who->password.at, 0, who->password.len)))
		return err_set(err, ERR_USAGE,
		    "PLAIN does not allow NUL in a user name or password (RFC 4616 2)");
	return add(out, who->authzid, err) && add(out, SPAN("\0"), err) &&
	    add(out, who->user, err) && add(out, SPAN("\0"), err) && add(out, who->password, err);
}

static bool
plain_take(struct auth_credentials *who, unsigned n, struct span response)
{
	(void)n;
	if (!span_has(response, '\0'))
		return false;
	who->authzid = span_until(&response, '\0');
	if (!span_has(response, '\0'))
		return false;
	who->user = span_until(&response, '\0');
	who->password = response;
	return !span_has(response, '\0');
}

static struct span
plain_user(unsigned n, struct span response)
{
	struct span rest = response;

	span_until(&rest, '\0');
	struct span user = span_until(&rest, '\0');
	return n == 0 && user.at + user.len < response.at + response.len ? user : SPAN_NONE;
}

static struct span
plain_secret(unsigned n, bool asked, struct span response)
{
	(void)n, (void)asked;
	return after_last(response, '\0');
}

/* ---- LOGIN */

bool
auth_asks_user(struct span challenge)
{
	return span_starts_case(span_trim(challenge), SPAN("us"));
}

/*
 * LOGIN was never standardized: "Username:", then "Password:". The text of a challenge takes
 * precedence over its position.
 */
static bool
login_respond(const struct auth_credentials *who, unsigned n, struct span challenge,
    struct buf *out, struct err *err)
{
	if (n > 1)
		return err_set(err, ERR_PROTO,
		    "the server sent another challenge after LOGIN's user name and password");
	if (n == 0 && span_starts_case(span_trim(challenge), SPAN("pass")))
		return err_set(
		    err, ERR_PROTO, "the server asked for the password before the user name");
	if (n > 0 && auth_asks_user(challenge))
		return err_set(err, ERR_PROTO, "the server asked for the user name again");
	return add(out, n == 0 ? who->user : who->password, err);
}

static bool
login_take(struct auth_credentials *who, unsigned n, struct span response)
{
	*(n == 0 ? &who->user : &who->password) = response;
	return true;
}

/* EXTERNAL and LOGIN: the first response is the name alone. */
static struct span
whole_user(unsigned n, struct span response)
{
	return n == 0 ? response : SPAN_NONE;
}

static struct span
login_secret(unsigned n, bool asked, struct span response)
{
	return asked ? name_secret(n, asked, response) : response;
}

/* ---- EXTERNAL, ANONYMOUS */

/* RFC 4422 A: the authorization identity, which may be empty. */
static bool
external_respond(const struct auth_credentials *who, unsigned n, struct span challenge,
    struct buf *out, struct err *err)
{
	(void)challenge;
	if (n > 0)
		return err_set(err, ERR_PROTO,
		    "the server sent another challenge after EXTERNAL's only response (RFC 4422 "
		    "A)");
	return add(out, who->authzid.len ? who->authzid : who->user, err);
}

/* The certificate tells the identity; the response is an authorization identity. */
static bool
external_take(struct auth_credentials *who, unsigned n, struct span response)
{
	(void)n;
	who->user = response;
	return !span_has(response, '\0');
}

/* RFC 4505: trace information, which may be empty. */
static bool
anonymous_respond(const struct auth_credentials *who, unsigned n, struct span challenge,
    struct buf *out, struct err *err)
{
	(void)challenge;
	if (n > 0)
		return err_set(err, ERR_PROTO,
		    "the server sent another challenge after ANONYMOUS's only response (RFC 4505 "
		    "2)");
	return add(out, who->user, err);
}

/* ---- XOAUTH2, OAUTHBEARER */

/*
 * As documented by Google and Microsoft. An error is a challenge in JSON, to which the client sends
 * an empty response.
 */
static bool
xoauth2_respond(const struct auth_credentials *who, unsigned n, struct span challenge,
    struct buf *out, struct err *err)
{
	(void)challenge;
	if (n > 1)
		return err_set(
		    err, ERR_PROTO, "the server sent another challenge after XOAUTH2's response");
	return n == 1 ||
	    (add(out, SPAN("user="), err) && add(out, who->user, err) &&
		add(out, SPAN("\1auth=Bearer "), err) && add(out, who->password, err) &&
		add(out, SPAN("\1\1"), err));
}

/* Checks for "auth=Bearer " in any case (RFC 9110 11.1), and for the proper end of the response. */
static bool
bearer_take(struct auth_credentials *who, struct span response)
{
	for (struct span rest = response; rest.len > 0;) {
		struct span pair = span_until(&rest, '\1');
		if (span_starts_case(pair, SPAN("auth=Bearer ")))
			who->password = span_skip(pair, 12);
	}
	return who->password.len > 0 && response.len > 2 &&
	    span_eq(span_skip(response, response.len - 2), SPAN("\1\1"));
}

static bool
xoauth2_take(struct auth_credentials *who, unsigned n, struct span response)
{
	struct span rest = span_skip(response, 5);

	(void)n;
	who->user = span_until(&rest, '\1');
	return span_starts(response, SPAN("user=")) && who->user.len > 0 &&
	    bearer_take(who, response);
}

static struct span
xoauth2_user(unsigned n, struct span response)
{
	return n == 0 ? between(response, SPAN("user="), '\1') : SPAN_NONE;
}

static struct span
bearer_secret(unsigned n, bool asked, struct span response)
{
	(void)n, (void)asked;
	return response.len > 1 ? between_or_all(response, SPAN("auth=Bearer "), '\1') : SPAN_NONE;
}

/* "," and "=" in a name are written as =2C and =3D (RFC 5801 4). */
static bool
add_saslname(struct buf *out, struct span name, struct err *err)
{
	bool ok = true;

	for (size_t i = 0; i < name.len && ok; i++)
		ok = add(out,
		    name.at[i] == ','	  ? SPAN("=2C") :
			name.at[i] == '=' ? SPAN("=3D") :
					    (struct span){ name.at + i, 1 },
		    err);
	return ok;
}

/* RFC 7628 3.1. An error challenge is answered by a lone ^A (RFC 7628 3.2.3). */
static bool
oauthbearer_respond(const struct auth_credentials *who, unsigned n, struct span challenge,
    struct buf *out, struct err *err)
{
	(void)challenge;
	if (n > 1)
		return err_set(err, ERR_PROTO,
		    "the server sent another challenge after OAUTHBEARER's response (RFC 7628 "
		    "3.2.3)");
	if (n == 1)
		return add(out, SPAN("\1"), err);
	if (!add(out, SPAN("n,a="), err) || !add_saslname(out, who->user, err) ||
	    !add(out, SPAN(",\1"), err))
		return false;
	if (who->host.len &&
	    !buf_printf(out, "host=%.*s\1port=%u\1", SPAN_ARG(who->host), who->port))
		return false;
	return add(out, SPAN("auth=Bearer "), err) && add(out, who->password, err) &&
	    add(out, SPAN("\1\1"), err);
}

/* The name in the gs2-header is optional; without it, the token identifies the user. */
static bool
oauthbearer_take(struct auth_credentials *who, unsigned n, struct span response)
{
	struct span rest = response, flag = span_until(&rest, ','), name = span_until(&rest, ',');

	(void)n;
	if (span_starts(name, SPAN("a=")))
		who->user = span_skip(name, 2);
	return (span_eq(flag, SPAN("n")) || span_eq(flag, SPAN("y"))) &&
	    (name.len == 0 || who->user.len > 0) && rest.len > 0 && rest.at[0] == '\1' &&
	    bearer_take(who, response);
}

static struct span
oauthbearer_user(unsigned n, struct span response)
{
	return n == 0 ? between(response, SPAN("a="), ',') : SPAN_NONE;
}

/* ---- mechanisms that libgsasl implements */

static struct span
scram_user(unsigned n, struct span response)
{
	return n == 0 ? between(response, SPAN("n="), ',') : SPAN_NONE;
}

static struct span
scram_secret(unsigned n, bool asked, struct span response)
{
	(void)asked;
	if (n > 0)
		return between_or_all(response, SPAN(",p="), ',');
	return scram_user(n, response).len ? SPAN_NONE : response;
}

static struct span
cram_user(unsigned n, struct span response)
{
	const char *last = response.len ? port_last(response.at, ' ', response.len) : NULL;

	(void)n;
	return last ? span_first(response, (size_t)(last - response.at)) : SPAN_NONE;
}

static struct span
cram_secret(unsigned n, bool asked, struct span response)
{
	(void)n, (void)asked;
	return after_last(response, ' ');
}

static struct span
digest_user(unsigned n, struct span response)
{
	(void)n;
	return between(response, SPAN("username=\""), '"');
}

static struct span
digest_secret(unsigned n, bool asked, struct span response)
{
	(void)n, (void)asked;
	return between_or_all(response, SPAN("response="), ',');
}

static struct span
ntlm_secret(unsigned n, bool asked, struct span response)
{
	(void)asked;
	return n == 0 && span_starts(response, SPAN("NTLMSSP")) ? SPAN_NONE : response;
}

/* ---- the table */

enum { LOGS_IN = AUTH_FIRST | AUTH_USER | AUTH_PASSWORD, BOTH_GSASL = AUTH_GSASL | AUTH_JUDGED };

#define PLUS "; bound to this TLS connection (channel binding)"
#define SCRAM(which, rfc, text, its_flags, bare, tls)                                              \
	.name = "SCRAM-" which, .source = rfc, .kind = MECHANISM_PROOF, .meaning = text,           \
	.flags = LOGS_IN | AUTH_MUTUAL | AUTH_ROUNDS | (its_flags), .rank = bare, .rank_tls = tls, \
	.user = scram_user, .secret = scram_secret

/*
 * With TLS, PLAIN ranks higher, because the server may store the password hashed, which CRAM-MD5
 * and DIGEST-MD5 do not allow. Without TLS, mechanisms that do not reveal the password rank higher.
 */
static const struct mechanism mechanisms[] = {
	{ "PLAIN", "RFC 4616", MECHANISM_PASSWORD, "User name and password in one base64 response",
	    .flags = LOGS_IN | AUTH_ONE, .rank = 20, .rank_tls = 80, .respond = plain_respond,
	    .challenge = { "" }, .take = plain_take, .form = "NUL user NUL password (RFC 4616 2)",
	    .user = plain_user, .secret = plain_secret, .script = { "{{plain user password}}" } },
	{ "LOGIN", "draft, obsolete", MECHANISM_PASSWORD,
	    "User name and password, one challenge each",
	    .flags = AUTH_USER | AUTH_PASSWORD | AUTH_ASKED, .rank = 15, .rank_tls = 75,
	    .respond = login_respond, .challenge = { "Username:", "Password:" }, .take = login_take,
	    .form = "the user name, then the password", .user = whole_user, .secret = login_secret,
	    .script = { "{{login-user user}}", "{{login-pass password}}" } },
	{ "CRAM-MD5", "RFC 2195", MECHANISM_PROOF,
	    "Keyed MD5 of a challenge; the server must store a password equivalent",
	    .flags = AUTH_USER | AUTH_PASSWORD | BOTH_GSASL, .rank = 70, .rank_tls = 70,
	    .user = cram_user, .secret = cram_secret, .script = { "{{cram-md5 user password}}" } },
	{ "DIGEST-MD5", "RFC 2831, historic by RFC 6331", MECHANISM_OLD,
	    "MD5 challenge-response; implementations were never interoperable",
	    .flags = AUTH_USER | AUTH_PASSWORD | BOTH_GSASL | AUTH_MUTUAL, .rank = 65,
	    .rank_tls = 65, .user = digest_user, .secret = digest_secret },
	{ SCRAM("SHA-1", "RFC 5802", "Each side proves knowledge of a salted SHA-1 password hash",
	    BOTH_GSASL, 85, 85) },
	{ SCRAM("SHA-1-PLUS", "RFC 5802", "SCRAM-SHA-1" PLUS, AUTH_BOUND | BOTH_GSASL, 0, 95) },
	{ SCRAM("SHA-256", "RFC 7677",
	    "Each side proves knowledge of a salted SHA-256 password hash", BOTH_GSASL, 90, 90) },
	{ SCRAM(
	    "SHA-256-PLUS", "RFC 7677", "SCRAM-SHA-256" PLUS, AUTH_BOUND | BOTH_GSASL, 0, 100) },
	{ SCRAM("SHA-512", "draft", "Each side proves knowledge of a salted SHA-512 password hash",
	    0, 0, 0) },
	{ SCRAM("SHA-512-PLUS", "draft", "SCRAM-SHA-512" PLUS, AUTH_BOUND, 0, 0) },
	{ SCRAM("SHA3-512", "draft",
	    "Each side proves knowledge of a salted SHA3-512 password hash", 0, 0, 0) },
	{ SCRAM("SHA3-512-PLUS", "draft", "SCRAM-SHA3-512" PLUS, AUTH_BOUND, 0, 0) },
	{ SCRAM("*", "RFC 5802", "Each side proves knowledge of a salted password hash", 0, 0, 0) },
	{ "OAUTHBEARER", "RFC 7628", MECHANISM_TOKEN, "An OAuth 2 access token",
	    .flags = LOGS_IN | AUTH_ONE, .respond = oauthbearer_respond, .challenge = { "" },
	    .take = oauthbearer_take,
	    .form = "n,a=USER, then auth=Bearer TOKEN, each followed by ^A, and a final ^A (RFC "
		    "7628 3.1)",
	    .failure = "{\"status\":\"invalid_token\",\"schemes\":\"bearer\",\"scope\":\"smtp\"}",
	    .user = oauthbearer_user, .secret = bearer_secret },
	{ "XOAUTH2", "Google and Microsoft", MECHANISM_TOKEN,
	    "An OAuth 2 access token, in the form that preceded OAUTHBEARER",
	    .flags = LOGS_IN | AUTH_ONE, .respond = xoauth2_respond, .challenge = { "" },
	    .take = xoauth2_take, .form = "user=USER ^A auth=Bearer TOKEN ^A ^A",
	    .failure = "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"smtp\"}",
	    .user = xoauth2_user, .secret = bearer_secret, .script = { "{{xoauth2 user token}}" } },
	{ "EXTERNAL", "RFC 4422 A", MECHANISM_OUTSIDE,
	    "Identity taken from the client certificate (--cert FILE)",
	    .flags = AUTH_FIRST | AUTH_ONE | AUTH_NO_RESPONSE, .respond = external_respond,
	    .challenge = { "" }, .take = external_take,
	    .form = "an identity, or empty (RFC 4422 A)", .user = whole_user,
	    .secret = name_secret },
	{ "ANONYMOUS", "RFC 4505", MECHANISM_OUTSIDE, "Anonymous; trace information may be given",
	    .flags = AUTH_FIRST | AUTH_ONE, .respond = anonymous_respond, .secret = name_secret },
	{ "GSSAPI", "RFC 4752", MECHANISM_OUTSIDE, "A Kerberos ticket (see kinit)",
	    .flags = AUTH_FIRST | AUTH_GSASL },
	{ "GS2-KRB5", "RFC 5801", MECHANISM_OUTSIDE, "A Kerberos ticket, in the newer GS2 form" },
	{ "GS2-KRB5-PLUS", "RFC 5801", MECHANISM_OUTSIDE, "GS2-KRB5" PLUS },
	{ "GS2-*", "RFC 5801", MECHANISM_OUTSIDE, "A GSS-API mechanism used as a SASL mechanism" },
	{ "GSS-SPNEGO", "RFC 4178, Microsoft", MECHANISM_OUTSIDE,
	    "Kerberos or NTLM, as negotiated" },
	{ "NTLM", "Microsoft", MECHANISM_OLD,
	    "Windows challenge-response; weak, and being phased out", .flags = LOGS_IN | AUTH_GSASL,
	    .rank = 50, .rank_tls = 50, .secret = ntlm_secret },
	{ "MSN", "Microsoft", MECHANISM_OLD, "NTLM under another name" },
	{ "SPA", "Microsoft", MECHANISM_OLD, "NTLM under another name" },
	{ "OTP", "RFC 2444", MECHANISM_PROOF, "A one-time password from a list or a generator" },
	{ "SECURID", "RFC 2808", MECHANISM_PROOF, "A code from a SecurID token" },
	{ "SAML20", "RFC 6595", MECHANISM_OUTSIDE, "Browser login with SAML 2" },
	{ "OPENID20", "RFC 6616", MECHANISM_OUTSIDE, "Browser login with OpenID 2" },
	{ "KERBEROS_V4", "RFC 2222, obsolete", MECHANISM_OLD, "Kerberos 4, obsolete" },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

static bool
is_named(const struct mechanism *m, struct span name)
{
	struct span own = span_of(m->name), front = span_first(own, own.len - 1);

	return own.at[own.len - 1] == '*' ? span_starts_case(name, front) : span_eq_case(name, own);
}

const struct mechanism *
mechanism_named(struct span name)
{
	for (size_t i = 0; i < COUNT(mechanisms); i++)
		if (is_named(&mechanisms[i], name))
			return &mechanisms[i];
	return NULL;
}

const struct mechanism *
mechanism_ours(struct span name)
{
	const struct mechanism *m = mechanism_named(name);

	return m && (m->respond || (m->flags & AUTH_GSASL)) ? m : NULL;
}

const struct mechanism *
mechanism_row(size_t n)
{
	return n < COUNT(mechanisms) ? &mechanisms[n] : NULL;
}

bool
mechanism_is_served(const struct mechanism *m)
{
	return m->take || (m->flags & AUTH_JUDGED);
}

const char *
mechanism_kind_text(enum mechanism_kind kind)
{
	static const char *const text[] = {
		[MECHANISM_PASSWORD] =
		    ("The password itself is sent, merely encoded: use only over verified TLS"),
		[MECHANISM_PROOF] = "The password is not sent, only a proof of it",
		[MECHANISM_TOKEN] =
		    "Anyone who has the token can use it: use only over verified TLS",
		[MECHANISM_OUTSIDE] = "No password is sent",
		[MECHANISM_OLD] = "Choose another one if possible",
	};
	assert((size_t)kind < sizeof text / sizeof *text);
	return text[kind];
}
