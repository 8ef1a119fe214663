/*
 * Who to log in as, and where the password comes from: never the command line, which others can
 * see, but a file, a descriptor, the environment, a command, ~/.netrc, or a question. Wiped when
 * done.
 */
#ifndef RUN_SESSION_CREDENTIALS_H
#define RUN_SESSION_CREDENTIALS_H

#include "base/err.h"
#include "base/secret.h"

struct target;
struct credentials {
	const char *mech;		/* NULL: the best one offered */
	const char *user, *authzid;	/* NULL: not given */
	struct secret password;		/* .at NULL: not given */
	bool wanted;			/* --auth: log in before anything else */
	bool netrc;			/* look up in ~/.netrc what is not given */
	/* forced: also without TLS, and to a server with an unverified certificate */
	bool insecure;
	bool needs_tls;			/* but never without TLS, which was asked for */
	/* they are for this target only; NULL: the command line names none */
	const struct target *target;
	bool anywhere;			/* they are for any target */
};

void credentials_release(struct credentials *);

/*
 * Each reads the first line, without its line ending, of up to 32 KiB. False with err: there is
 * none.
 */
bool credentials_file(struct secret *, const char *path, struct err *);
bool credentials_descriptor(struct secret *, int fd, struct err *);
bool credentials_environment(struct secret *, const char *name, struct err *);
bool credentials_command(struct secret *, const char *command, struct err *);	/* run by sh -c */

/*
 * Finds the entry of ~/.netrc (or $NETRC) for `host`, else its default; only that of `user`
 * unless that is empty. False with err when the file cannot be used; true with nothing set when
 * there is no such entry.
 */
bool credentials_netrc(struct span host, struct span user, struct secret *login,
    struct secret *password, struct err *);

#endif
