/*
 * Who to log in as, and where the password comes from: never the command line, which others can
 * see. Read from a file, a descriptor, the environment, a command or ~/.netrc, or asked for; wiped
 * when done.
 */
#ifndef RUN_SESSION_CREDENTIALS_H
#define RUN_SESSION_CREDENTIALS_H

#include "base/err.h"
#include "base/secret.h"

struct target;
struct credentials {
	const char *mech;		/* NULL: the best that is offered */
	const char *user, *authzid;	/* NULL: not said */
	struct secret password;		/* .at NULL: not said */
	bool wanted;			/* --auth: log in before anything else */
	bool netrc;			/* what is not said is sought in ~/.netrc */
	/* forced: also in the clear, and to a server that did not verify */
	bool insecure;
	bool needs_tls;			/* but never without TLS, for that was asked for */
	/* they are for this one alone; NULL: the command line names none */
	const struct target *target;
	bool anywhere;			/* they are for any */
};

void credentials_release(struct credentials *);

/*
 * One line of each: its first, without its end, at most 32 KiB. False with err: nothing is to be
 * had there.
 */
bool credentials_file(struct secret *, const char *path, struct err *);
bool credentials_descriptor(struct secret *, int fd, struct err *);
bool credentials_environment(struct secret *, const char *name, struct err *);
bool credentials_command(struct secret *, const char *command, struct err *);	/* by sh -c */

/*
 * The entry of ~/.netrc (or $NETRC) for `host`, else its default; of `user` alone when that is not
 * empty. False with err when the file cannot be used; true and nothing set when it has no such
 * entry.
 */
bool credentials_netrc(struct span host, struct span user, struct secret *login,
    struct secret *password, struct err *);

#endif
