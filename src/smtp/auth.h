/*
 * SASL exchanges in SMTP (RFC 4954) as functions of credentials and challenge: decoded challenges
 * in, responses out, neither in base64. How each mechanism responds is in its row of
 * smtp/mechanism; those that compute a proof (AUTH_GSASL) use `struct sasl`, which smtp/sasl.c
 * implements over libgsasl.
 */
#ifndef SMTP_AUTH_H
#define SMTP_AUTH_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/module.h"
#include "smtp/mechanism.h"

enum { AUTH_RESPONSE_MAX = 64 << 10 };	/* octets, before base64 */

struct auth;

/* What a server knows while it judges a client. */
struct auth_server {
	struct span host; /* its own name */
	/* channel bindings, raw; empty: none, or nothing bound to one is offered */
	struct span tls_exporter, tls_unique;
	/* The user's password; .at NULL: there is no such user. Called within `judge`. */
	struct span (*password)(void *ctx, struct span user);
	void *ctx;
};

enum auth_verdict { AUTH_GOES_ON, AUTH_GOOD, AUTH_BAD, AUTH_MALFORMED };

/*
 * The module smtp/sasl.c. `begin` returns an exchange for `end` to free, NULL with err; `step`
 * adds the next response to `out`, false with err; `proved`: the server has shown that it knows
 * the password too. For a server `accept` begins an exchange; `judge` takes the next response (an
 * empty one where the server speaks first) and adds the next challenge, also with AUTH_GOOD.
 */
struct sasl {
	bool (*have)(const char *mech);
	void *(*begin)(const struct mechanism *, const struct auth_credentials *, struct err *);
	bool (*step)(void *, struct span challenge, struct buf *out, struct err *);
	bool (*proved)(void *);
	bool (*serves)(const char *mech);
	void *(*accept)(const struct mechanism *, const struct auth_server *, struct err *);
	enum auth_verdict (*judge)(void *, struct span response, struct buf *challenge);
	void (*end)(void *);
};
extern const struct sasl module_sasl MODULE_EXPORT;

static inline const struct sasl *
sasl(struct err *err)
{
	return module_open(MODULE_SASL, MODULE_LINKED_SASL, err);
}

/*
 * Returns the best mechanism of those offered (words separated by spaces); NULL: smtpsh supports
 * none of them. `bound`: the TLS session has a channel binding. `lib` NULL: without libgsasl.
 */
const struct mechanism *auth_best(
    struct span offered, bool tls, bool bound, const struct sasl *lib);
bool auth_offered(struct span offered, const char *mechanism);
/* Whether a mechanism that auth_best may choose is offered and needs libgsasl. */
bool auth_wants_library(struct span offered);

/*
 * The credentials and `lib` must live as long as the exchange. NULL with err (ERR_SYSTEM): the
 * mechanism needs libgsasl, which is missing or lacks it.
 */
struct auth *auth_new(
    const struct mechanism *, const struct auth_credentials *, const struct sasl *, struct err *);
void auth_free(struct auth *);		/* NULL is fine */
/*
 * Adds the next response, not in base64, to `out`; the first one of an AUTH_FIRST mechanism takes
 * an empty challenge. False with err: the challenge is not one of this mechanism, or the exchange
 * was already over.
 */
bool auth_respond(struct auth *, struct span challenge, struct buf *out, struct err *);
/*
 * Whether the response takes so long to compute that it belongs in a thread: the challenge
 * demands more than AUTH_ROUNDS_SLOW of SCRAM's rounds.
 */
enum { AUTH_ROUNDS_SLOW = 20000 };
bool auth_is_slow(const struct mechanism *, struct span challenge);
/*
 * Called on 235: false with err when the server had to prove that it knows the password and did
 * not (RFC 5802 3).
 */
bool auth_confirm(struct auth *, struct err *);

/*
 * What may be shown of the n-th response (from 0) as sent: the user name in its base64, where
 * there is one, and the length, as in <user "bob", 24 octets>; never the secret. Lives in the
 * arena. LOGIN's responses are identified by their challenges alone: one is a user name only when
 * the challenge asked for one (`asked`).
 */
struct span auth_shown(struct arena *, struct span mech, unsigned n, bool asked, struct span line);
/* The user name in a line made by auth_shown; empty: it has none. */
struct span auth_shown_user(struct span shown);

/*
 * The user name in the decoded n-th response (from 0); empty: it has none, or the mechanism is
 * unknown.
 */
struct span auth_user(struct span mech, unsigned n, struct span response);

/*
 * The secret in the decoded n-th response: the password, token or proof; all of it when the
 * mechanism is unknown or the response is malformed; empty when it has none.
 */
struct span auth_secret(struct span mech, unsigned n, bool asked, struct span response);

/*
 * Whether it may be the name of a mechanism (RFC 4422 3.1). Anything else in its place may be a
 * secret.
 */
bool auth_is_name(struct span);

/*
 * Decodes the text of a 334 into the arena; false when it is not base64, and *out is then the
 * text itself.
 */
bool auth_challenge(struct arena *, struct span text, struct span *out);

#endif
