/*
 * SASL exchanges in SMTP (RFC 4954) as functions of credentials and challenge: decoded challenges
 * in, responses out, neither in base64. What each mechanism responds stands in its row of
 * smtp/mechanism; those that compute a proof (AUTH_GSASL) come from `struct sasl`, which
 * smtp/sasl.c has over libgsasl.
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

/*
 * What smtp/sasl.c gives. `step` gives the next response; `proved`: the server has shown that it
 * knows the password too.
 */
struct sasl {
	bool (*have)(const char *mech);
	void *(*begin)(const struct mechanism *, const struct auth_credentials *, struct err *);
	bool (*step)(void *, struct span challenge, struct buf *out, struct err *);
	bool (*proved)(void *);
	void (*end)(void *);
};
extern const struct sasl module_sasl MODULE_EXPORT;

static inline const struct sasl *
sasl(struct err *err)
{
	return module_open(MODULE_SASL, MODULE_LINKED_SASL, err);
}

/*
 * The best of the mechanisms offered (words between blanks); NULL: none that smtpsh can. `lib` may
 * be NULL: without it.
 */
const struct mechanism *auth_best(
    struct span offered, bool tls, bool bound, const struct sasl *lib);
bool auth_offered(struct span offered, const char *mechanism);
/* Is one of those offered that may be chosen unnamed and needs a `lib`? */
bool auth_wants_library(struct span offered);

/*
 * The credentials and `lib` must live as long as the exchange. NULL with err (ERR_SYSTEM): it needs
 * a `lib` that has it.
 */
struct auth *auth_new(
    const struct mechanism *, const struct auth_credentials *, const struct sasl *, struct err *);
void auth_free(struct auth *);		/* NULL is fine */
/* The next response, raw, added to `out`; the first of an AUTH_FIRST mechanism takes an empty
 * challenge. False with err: the challenge is none of this mechanism, or it had its say. */
bool auth_respond(struct auth *, struct span challenge, struct buf *out, struct err *);
/*
 * Is the response to this challenge so dear to make that nobody should wait for it: more than
 * AUTH_ROUNDS_SLOW of SCRAM's rounds?
 */
enum { AUTH_ROUNDS_SLOW = 20000 };
bool auth_is_slow(const struct mechanism *, struct span challenge);
/* The server said 235: is it true? False when it had to prove itself and did not (RFC 5802 3). */
bool auth_believe(struct auth *, struct err *);

/*
 * What may be shown of the n-th response (from 0) as it went on the wire: of its base64 the user
 * name, where there is one, and the length: <user "bob", 24 octets>. Never the secret. Lives in the
 * arena. LOGIN's answers have no place of their own: one is a user name only when the challenge
 * asked for one (`asked`).
 */
struct span auth_shown(struct arena *, struct span mech, unsigned n, bool asked, struct span line);
/* The user name in a line that has what auth_shown made; empty: none stands there. */
struct span auth_shown_user(struct span shown);

/*
 * The user name within the n-th response (from 0), decoded; empty: none is there, or the mechanism
 * is not known.
 */
struct span auth_user(struct span mech, unsigned n, struct span response);

/*
 * The secret in the n-th response, decoded: the password, token or proof; all of it where the
 * mechanism is not known or the response is not of its form; empty where it holds none.
 */
struct span auth_secret(struct span mech, unsigned n, bool asked, struct span response);

/* Could it be the name of a mechanism (RFC 4422 3.1)? What else stands there may be a secret. */
bool auth_is_name(struct span);

/* The text of a 334, decoded; false when it is not base64, and *out is then the text itself. */
bool auth_challenge(struct arena *, struct span text, struct span *out);

#endif
