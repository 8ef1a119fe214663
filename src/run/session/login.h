/*
 * Logging in by AUTH as part of a step: EHLO if it is due, the mechanism chosen, the user asked
 * for what is missing, the exchange.
 */
#ifndef RUN_SESSION_LOGIN_H
#define RUN_SESSION_LOGIN_H

#include "run/session/hello.h"
#include "smtp/auth.h"

struct login_args {
	/* empty: the options', else chosen or asked for */
	struct span mech, user, authzid;
	struct secret password;			/* .at NULL: likewise */
	bool insecure;				/* forced explicitly, at `place` */
	struct place place;
	enum { LOGIN_INITIAL_AUTO, LOGIN_INITIAL_YES, LOGIN_INITIAL_NO } initial;
};

/* What a response is computed from, and the response; a thread may have it for a while. */
struct login_exchange {
	struct auth *auth;
	struct secret user, password;
	struct auth_credentials who;
	struct arena arena;		/* of the challenge */
	struct span challenge;
	struct buf response;
	bool made;			/* ->response was made; else ->err says why not */
	struct err err;
};

struct login {
	enum {
		LOGIN_HELLO,
		LOGIN_ASK_USER,
		LOGIN_ASK_PASSWORD,
		LOGIN_TALK,
		LOGIN_DERIVE,
		LOGIN_CANCELLED
	} stage;
	struct hello hello;
	const struct login_args *args;
	const struct mechanism *mech;
	const struct sasl *sasl;
	/*
	 * NULL: login_begin was not called. Not to be touched while a thread has it
	 * (LOGIN_DERIVE).
	 */
	struct login_exchange *x;
	unsigned challenges;
	struct err err;			/* why the exchange was cancelled */
};

/*
 * STEP_DONE: logged in. STEP_FAIL: the reason was reported. `args` must live as long as the step.
 */
enum progress login_begin(struct session *, struct login *, const struct login_args *);
enum progress login_on_news(struct session *, struct login *, const struct news *);
void login_release(struct login *);	/* always to be called */

#endif
