/* auth - SASL exchanges as functions of credentials and challenge. */
#include "smtp/auth.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"

struct auth {
	const struct auth_mech *mech;
	const struct auth_credentials *who;
	const struct sasl *lib;
	void *exchange;			/* of `lib` */
	unsigned n;
};

static bool
add(struct buf *out, struct span text, struct err *err)
{
	return buf_append(out, text) || err_set(err, ERR_USAGE, "the credentials are too long");
}

/* RFC 4616: [authzid] NUL authcid NUL passwd */
static bool
plain(const struct auth_credentials *who, unsigned n, struct span challenge, struct buf *out,
    struct err *err)
{
	(void)challenge;
	if (n > 0)
		return err_set(err, ERR_PROTO,
		    "the server wants more after PLAIN's only response (RFC 4616 2)");
	if ((who->user.len && memchr(who->user.at, 0, who->user.len)) ||
	    (who->password.len && memchr(who->password.at, 0, who->password.len)))
		return err_set(err, ERR_USAGE,
		    "PLAIN can have no NUL in a user name or password (RFC 4616 2)");
	return add(out, who->authzid, err) && add(out, SPAN("\0"), err) &&
	    add(out, who->user, err) && add(out, SPAN("\0"), err) && add(out, who->password, err);
}

bool
auth_asks_user(struct span challenge)
{
	return span_starts_case(span_trim(challenge), SPAN("us"));
}

/*
 * Never standardised: "Username:", then "Password:"; what the challenge says counts for more than
 * its place.
 */
static bool
login(const struct auth_credentials *who, unsigned n, struct span challenge, struct buf *out,
    struct err *err)
{
	if (n > 1)
		return err_set(
		    err, ERR_PROTO, "the server wants more after LOGIN's user name and password");
	if (n == 0 && span_starts_case(span_trim(challenge), SPAN("pass")))
		return err_set(
		    err, ERR_PROTO, "the server asks for the password before the user name");
	if (n > 0 && auth_asks_user(challenge))
		return err_set(err, ERR_PROTO, "the server asks for the user name again");
	return add(out, n == 0 ? who->user : who->password, err);
}

/* RFC 4422 A: the authorization identity, which may be empty. */
static bool
external(const struct auth_credentials *who, unsigned n, struct span challenge, struct buf *out,
    struct err *err)
{
	(void)challenge;
	if (n > 0)
		return err_set(err, ERR_PROTO,
		    "the server wants more after EXTERNAL's only response (RFC 4422 A)");
	return add(out, who->authzid.len ? who->authzid : who->user, err);
}

/* RFC 4505: a trace of who it is, which may be empty. */
static bool
anonymous(const struct auth_credentials *who, unsigned n, struct span challenge, struct buf *out,
    struct err *err)
{
	(void)challenge;
	if (n > 0)
		return err_set(err, ERR_PROTO,
		    "the server wants more after ANONYMOUS's only response (RFC 4505 2)");
	return add(out, who->user, err);
}

/*
 * As Google and Microsoft document it. An error comes as a challenge, JSON, and wants an empty
 * response.
 */
static bool
xoauth2(const struct auth_credentials *who, unsigned n, struct span challenge, struct buf *out,
    struct err *err)
{
	(void)challenge;
	if (n > 1)
		return err_set(err, ERR_PROTO, "the server wants more after XOAUTH2's response");
	return n == 1 ||
	    (add(out, SPAN("user="), err) && add(out, who->user, err) &&
		add(out, SPAN("\1auth=Bearer "), err) && add(out, who->password, err) &&
		add(out, SPAN("\1\1"), err));
}

/* RFC 5801 4: "," and "=" in a name are written =2C and =3D. */
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

/* RFC 7628 3.1; 3.2.3: after an error challenge a dummy response, a lone ^A. */
static bool
oauthbearer(const struct auth_credentials *who, unsigned n, struct span challenge, struct buf *out,
    struct err *err)
{
	(void)challenge;
	if (n > 1)
		return err_set(err, ERR_PROTO,
		    "the server wants more after OAUTHBEARER's response (RFC 7628 3.2.3)");
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

/*
 * Within TLS a password that the server can keep hashed (PLAIN) is better than one that it must
 * keep in the clear (CRAM-MD5, DIGEST-MD5); without, what does not show it is better.
 */
static const struct auth_mech mechs[] = {
	{ "SCRAM-SHA-256-PLUS", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_BOUND | AUTH_CHOSEN,
	    0, 100, "RFC 7677", NULL },
	{ "SCRAM-SHA-1-PLUS", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_BOUND | AUTH_CHOSEN, 0,
	    95, "RFC 5802", NULL },
	{ "SCRAM-SHA-256", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_CHOSEN, 90, 90, "RFC 7677",
	    NULL },
	{ "SCRAM-SHA-1", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_CHOSEN, 85, 85, "RFC 5802",
	    NULL },
	{ "PLAIN", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_BARE | AUTH_CHOSEN, 20, 80,
	    "RFC 4616", plain },
	{ "LOGIN", AUTH_USER | AUTH_PASSWORD | AUTH_BARE | AUTH_CHOSEN, 15, 75,
	    "never standardised", login },
	{ "CRAM-MD5", AUTH_USER | AUTH_PASSWORD | AUTH_CHOSEN, 70, 70, "RFC 2195", NULL },
	{ "DIGEST-MD5", AUTH_USER | AUTH_PASSWORD | AUTH_CHOSEN, 65, 65, "RFC 2831", NULL },
	{ "NTLM", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_CHOSEN, 50, 50, "MS-SMTPNTLM",
	    NULL },
	{ "OAUTHBEARER", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_BARE, 0, 0, "RFC 7628",
	    oauthbearer },
	{ "XOAUTH2", AUTH_FIRST | AUTH_USER | AUTH_PASSWORD | AUTH_BARE, 0, 0, "Google, Microsoft",
	    xoauth2 },
	{ "EXTERNAL", AUTH_FIRST, 0, 0, "RFC 4422", external },
	{ "GSSAPI", AUTH_FIRST, 0, 0, "RFC 4752", NULL },
	{ "ANONYMOUS", AUTH_FIRST, 0, 0, "RFC 4505", anonymous },
};

const struct auth_mech *
auth_mech(struct span name)
{
	for (size_t i = 0; i < sizeof mechs / sizeof *mechs; i++)
		if (span_eq_case(name, span_of(mechs[i].name)))
			return &mechs[i];
	return NULL;
}

bool
auth_offered(struct span offered, const char *mech)
{
	for (struct span word = span_word(&offered); word.len > 0; word = span_word(&offered))
		if (span_eq_case(word, span_of(mech)))
			return true;
	return false;
}

const struct auth_mech *
auth_best(struct span offered, bool tls, bool bound, const struct sasl *lib)
{
	const struct auth_mech *best = NULL;
	unsigned best_rank = 0;

	for (size_t i = 0; i < sizeof mechs / sizeof *mechs; i++) {
		const struct auth_mech *m = &mechs[i];
		unsigned rank = tls ? m->rank_tls : m->rank;
		if (!(m->flags & AUTH_CHOSEN) || rank <= best_rank ||
		    ((m->flags & AUTH_BOUND) && !bound))
			continue;
		if (!auth_offered(offered, m->name) ||
		    (!m->respond && (!lib || !lib->have(m->name))))
			continue;
		best = m;
		best_rank = rank;
	}
	return best;
}

struct auth *
auth_new(const struct auth_mech *mech, const struct auth_credentials *who, const struct sasl *lib,
    struct err *err)
{
	void *exchange = NULL;

	if (!mech->respond) {
		if (!lib || !lib->have(mech->name)) {
			err_set(err, ERR_SYSTEM, "%s needs libgsasl, and %s", mech->name,
			    lib ? "this one does not have it" :
				  "smtpsh was built or installed without it");
			return NULL;
		}
		exchange = lib->begin(mech->name, who, err);
		if (!exchange)
			return NULL;
	}
	struct auth *a = memory_zeroed(sizeof *a);
	*a = (struct auth){ .mech = mech, .who = who, .lib = lib, .exchange = exchange };
	return a;
}

void
auth_free(struct auth *a)
{
	if (!a)
		return;
	if (a->exchange)
		a->lib->end(a->exchange);
	free(a);
}

bool
auth_respond(struct auth *a, struct span challenge, struct buf *out, struct err *err)
{
	unsigned n = a->n++;

	if (a->exchange)
		return a->lib->step(a->exchange, challenge, out, err);
	return a->mech->respond(a->who, n, challenge, out, err);
}

bool
auth_is_slow(const struct auth_mech *mech, struct span challenge)
{
	struct span count = span_skip(span_find(challenge, SPAN(",i=")), 3);
	unsigned long long rounds;

	count = span_until(&count, ',');
	return span_starts(span_of(mech->name), SPAN("SCRAM-")) && count.len > 0 &&
	    !span_number(count, AUTH_ROUNDS_SLOW, &rounds);
}

bool
auth_believe(struct auth *a, struct err *err)
{
	return !a->exchange || a->lib->proved(a->exchange) ||
	    err_set(err, ERR_PROTO,
		"the server said 235 without proving that it knows the password (%s)",
		a->mech->rfc);
}

/* ---- what may be shown */

/* What stands between `before` and `after` in text; empty when `before` is not there. */
static struct span
between(struct span text, struct span before, char after)
{
	struct span at = span_skip(span_find(text, before), before.len);

	return span_until(&at, after);
}

struct span
auth_user(struct span mech, unsigned n, struct span response)
{
	struct span rest = response;

	if (span_starts_case(mech, SPAN("SCRAM-")))
		return n == 0 ? between(response, SPAN("n="), ',') : SPAN_NONE;
	if (span_eq_case(mech, SPAN("CRAM-MD5"))) {
		const char *last = response.len ? memrchr(response.at, ' ', response.len) : NULL;
		return last ? span_first(response, (size_t)(last - response.at)) : SPAN_NONE;
	}
	if (span_eq_case(mech, SPAN("DIGEST-MD5")))
		return between(response, SPAN("username=\""), '"');
	if (n > 0)
		return SPAN_NONE;
	if (span_eq_case(mech, SPAN("PLAIN"))) {
		span_until(&rest, '\0');
		struct span user = span_until(&rest, '\0');
		return user.at + user.len < response.at + response.len ? user : SPAN_NONE;
	}
	if (span_eq_case(mech, SPAN("XOAUTH2")))
		return between(response, SPAN("user="), '\1');
	if (span_eq_case(mech, SPAN("OAUTHBEARER")))
		return between(response, SPAN("a="), ',');
	return span_eq_case(mech, SPAN("LOGIN")) || span_eq_case(mech, SPAN("EXTERNAL")) ?
	    response :
	    SPAN_NONE;
}

static bool
is_showable(struct span user)
{
	for (size_t n; user.len > 0; user = span_skip(user, n))
		if (!text_is_printable(text_char(user, &n)))
			return false;
	return true;
}

struct span
auth_shown(struct arena *arena, struct span mech, unsigned n, bool asked, struct span line)
{
	struct arena scratch = { 0 };
	struct span response = SPAN_NONE, user = SPAN_NONE, shown;

	if (line.len == 0 || (line.len == 1 && (line.at[0] == '=' || line.at[0] == '*')))
		return arena_copy(arena, line);
	bool login = span_eq_case(mech, SPAN("LOGIN"));
	if (base64_decode(&scratch, line, &response) && (!login || asked))
		user = auth_user(mech, login ? 0 : n, response);
	if (user.len > 0 && user.len <= 320 && is_showable(user))
		shown = arena_printf(
		    arena, "<user \"%.*s\", %zu octets>", SPAN_ARG(user), line.len);
	else
		shown = arena_printf(arena, "<secret, %zu octets>", line.len);
	secret_wipe(response);
	arena_release(&scratch);
	return shown;
}

bool
auth_is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!name.at[i] ||
		    !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
			name.at[i]))
			return false;
	return name.len > 0 && name.len <= 20;
}

static struct span
behind_last(struct span text, char mark)
{
	const char *last = text.len ? memrchr(text.at, mark, text.len) : NULL;

	return last ? span_skip(text, (size_t)(last - text.at) + 1) : text;
}

/* What one reads who finds `before` in it; else all of it. */
static struct span
between_or_all(struct span text, struct span before, char after)
{
	struct span found = between(text, before, after);

	return found.len ? found : text;
}

struct span
auth_secret(struct span mech, unsigned n, bool asked, struct span response)
{
	bool login = span_eq_case(mech, SPAN("LOGIN")),
	     nobody = span_eq_case(mech, SPAN("EXTERNAL")) || span_eq_case(mech, SPAN("ANONYMOUS"));

	if (nobody || (login && asked))
		return is_showable(response) ? SPAN_NONE : response;
	if (span_starts_case(mech, SPAN("SCRAM-")))
		return n > 0 ? between_or_all(response, SPAN(",p="), ',') :
		    between(response, SPAN("n="), ',').len ? SPAN_NONE :
							     response;
	if (span_eq_case(mech, SPAN("NTLM")))
		return n == 0 && span_starts(response, SPAN("NTLMSSP")) ? SPAN_NONE : response;
	if (span_eq_case(mech, SPAN("PLAIN")))
		return behind_last(response, '\0');
	if (span_eq_case(mech, SPAN("CRAM-MD5")))
		return behind_last(response, ' ');
	if (span_eq_case(mech, SPAN("DIGEST-MD5")))
		return between_or_all(response, SPAN("response="), ',');
	if (span_eq_case(mech, SPAN("XOAUTH2")) || span_eq_case(mech, SPAN("OAUTHBEARER")))
		return response.len > 1 ? between_or_all(response, SPAN("auth=Bearer "), '\1') :
					  SPAN_NONE;
	return response;
}

bool
auth_challenge(struct arena *arena, struct span text, struct span *out)
{
	if (base64_decode(arena, text, out))
		return true;
	*out = arena_copy(arena, text);
	return false;
}
