/*
 * SASL exchanges in SMTP (RFC 4954): computes responses from credentials and challenges, neither of
 * which are in base64 here. How a mechanism responds is in its row of smtp/mechanism; those that
 * compute a proof (AUTH_GSASL) use struct sasl, which smtp/sasl.c implements with libgsasl.
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

/* What a server needs to authenticate a client. */
struct auth_server {
	struct span host; /* the server's name */
	/* channel bindings, raw; empty: none, or no mechanism that uses them is offered */
	struct span tls_exporter, tls_unique;
	/* Returns the user's password; .at NULL: no such user. Is called by `judge`. */
	struct span (*password)(void *ctx, struct span user);
	void *ctx;
};

enum auth_verdict { AUTH_GOES_ON, AUTH_GOOD, AUTH_BAD, AUTH_MALFORMED };

/*
 * The module smtp/sasl.c. `begin` starts a client's exchange, and `accept` a server's; both return
 * NULL and set err on failure, and `end` frees it. `step` appends the next response to `out`, or
 * returns false and sets err. `proved` returns whether the server has proved that it knows the
 * password. `judge` takes the client's next response (an empty one where the server sends first)
 * and appends the next challenge, possibly also with AUTH_GOOD.
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
 * Returns the best of the mechanisms offered, which are separated by spaces; NULL: smtpsh supports
 * none of them. `bound`: the TLS session has a channel binding. `lib` NULL: without libgsasl.
 */
const struct mechanism *auth_best(
    struct span offered, bool tls, bool bound, const struct sasl *lib);
bool auth_offered(struct span offered, const char *mechanism);
/* Whether a mechanism is offered that auth_best may choose and that needs libgsasl. */
bool auth_wants_library(struct span offered);

/*
 * Starts an exchange. The credentials and `lib` must live as long as it does. Returns NULL and sets
 * err (ERR_SYSTEM) when the mechanism needs libgsasl, and libgsasl is missing or does not
 * support it.
 */
struct auth *auth_new(
    const struct mechanism *, const struct auth_credentials *, const struct sasl *, struct err *);
void auth_free(struct auth *);		/* NULL is fine */
/*
 * Appends the next response, not in base64, to `out`. For the initial response of an AUTH_FIRST
 * mechanism the challenge is empty. Returns false and sets err when the challenge is not valid for
 * this mechanism or the exchange is already over.
 */
bool auth_respond(struct auth *, struct span challenge, struct buf *out, struct err *);
/*
 * Whether the response should be computed in a thread, because the challenge asks for more than
 * AUTH_ROUNDS_SLOW rounds of SCRAM.
 */
enum { AUTH_ROUNDS_SLOW = 20000 };
bool auth_is_slow(const struct mechanism *, struct span challenge);
/*
 * To be called on 235. Returns false and sets err when the mechanism requires the server to prove
 * that it knows the password, and it did not (RFC 5802 3).
 */
bool auth_confirm(struct auth *, struct err *);

/*
 * Returns what may be shown of the n-th response (from 0), given as sent, in base64: the length and
 * the user name if it has one, as in <user "bob", 24 octets>, never the secret. The text lives in
 * the arena. A response of LOGIN is a user name only if the challenge asked for one (`asked`).
 */
struct span auth_shown(struct arena *, struct span mech, unsigned n, bool asked, struct span line);
/* Returns the user name in a text made by auth_shown; empty: none. */
struct span auth_shown_user(struct span shown);

/*
 * Returns the user name in the decoded n-th response (from 0); empty: none, or the mechanism is
 * unknown.
 */
struct span auth_user(struct span mech, unsigned n, struct span response);

/*
 * Returns the secret in the decoded n-th response: the password, token or proof; all of it when
 * the mechanism is unknown or the response is malformed; empty: none.
 */
struct span auth_secret(struct span mech, unsigned n, bool asked, struct span response);

/*
 * Whether it has the syntax of a mechanism's name (RFC 4422 3.1). Anything else in its place may be
 * a secret.
 */
bool auth_is_name(struct span);

/*
 * Decodes the text of a 334 into the arena. Returns false when it is not base64; *out is then the
 * text itself.
 */
bool auth_challenge(struct arena *, struct span text, struct span *out);

#endif
