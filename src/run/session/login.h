/*
 * Logging in by AUTH as a part of a step: EHLO if it is due, the mechanism chosen, what is not
 * known asked, the exchange.
 */
#ifndef RUN_SESSION_LOGIN_H
#define RUN_SESSION_LOGIN_H

#include "run/session/hello.h"
#include "smtp/auth.h"

struct login_args {
	struct span mech, user, authzid;	/* empty: as the options say, else found out */
	struct secret password;			/* .at NULL: likewise */
	bool insecure;				/* forced by name, at `place` */
	struct place place;
	enum { LOGIN_INITIAL_AUTO, LOGIN_INITIAL_YES, LOGIN_INITIAL_NO } initial;
};

/* What a response is made from and what comes of it: a thread may have it for a while. */
struct login_exchange {
	struct auth *auth;
	struct secret user, password;
	struct auth_credentials who;
	struct arena arena;		/* of the challenge */
	struct span challenge;
	struct buf response;
	bool made;			/* ->response; else ->err says why not */
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
	/* NULL: login_begin was not called. While a thread has it (LOGIN_DERIVE) it is not ours */
	struct login_exchange *x;
	unsigned challenges;
	struct err err;			/* why the exchange was cancelled */
};

/*
 * STEP_DONE: logged in. STEP_FAIL: session_fail or the reply said why. `args` must live as long as
 * the step.
 */
enum progress login_begin(struct session *, struct login *, const struct login_args *);
enum progress login_on_news(struct session *, struct login *, const struct news *);
void login_release(struct login *);	/* always, whatever came of it */

#endif
