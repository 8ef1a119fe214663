/*
 * Logging in with AUTH as part of a step: sends EHLO if necessary, chooses the mechanism, asks the
 * user for what is missing, and runs the exchange.
 */
#ifndef RUN_SESSION_LOGIN_H
#define RUN_SESSION_LOGIN_H

#include "run/session/hello.h"
#include "smtp/auth.h"

struct login_args {
	/* empty: from the options, or else chosen or asked for */
	struct span mech, user, authzid;
	struct secret password;			/* .at NULL: the same */
	bool insecure;				/* forced explicitly, by the command at `place` */
	struct place place;
	enum { LOGIN_INITIAL_AUTO, LOGIN_INITIAL_YES, LOGIN_INITIAL_NO } initial;
};

/* A response and what it is computed from. A thread owns this while it computes the response. */
struct login_exchange {
	struct auth *auth;
	struct secret user, password;
	struct auth_credentials who;
	struct arena arena;		/* holds ->challenge */
	struct span challenge;
	struct buf response;
	bool made;			/* ->response was computed; otherwise ->err says why not */
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
	 * NULL: login_begin was not called. Must not be touched while a thread owns it
	 * (LOGIN_DERIVE).
	 */
	struct login_exchange *x;
	unsigned challenges;
	struct err err;			/* why the exchange was cancelled */
};

/*
 * Both return STEP_DONE when logged in, and STEP_FAIL when the login failed and the reason was
 * reported. `args` must live as long as the step.
 */
enum progress login_begin(struct session *, struct login *, const struct login_args *);
enum progress login_on_news(struct session *, struct login *, const struct news *);
void login_release(struct login *);	/* must always be called */

#endif
