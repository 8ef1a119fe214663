/*
 * Who to log in as, and where the password comes from: a file, a descriptor, the environment, a
 * command, ~/.netrc or a question, but never the command line, which others can see. The password
 * is wiped when no longer needed.
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
	bool netrc;			/* look up what is missing in ~/.netrc */
	/* forced: sent without TLS, and to a server whose certificate is not verified */
	bool insecure;
	bool needs_tls;			/* TLS was requested: not sent without it, even if forced */
	/* the only target they are for; NULL: the command line names none */
	const struct target *target;
	bool anywhere;			/* they are for any target */
};

void credentials_release(struct credentials *);

/*
 * Each sets a secret to the first line of its source, without the line ending;
 * credentials_environment to the whole value. A source has at most 32 KiB. Returns false and sets
 * err if there is no password.
 */
bool credentials_file(struct secret *, const char *path, struct err *);
bool credentials_descriptor(struct secret *, int fd, struct err *);
bool credentials_environment(struct secret *, const char *name, struct err *);
bool credentials_command(struct secret *, const char *command, struct err *);	/* run with sh -c */

/*
 * Sets login and password from the first entry of ~/.netrc (or $NETRC) for `host`, or its default;
 * if `user` is not empty, only from an entry for that user or without a login. Returns true and
 * sets nothing if there is no such file or entry; returns false and sets err if the file cannot be
 * used.
 */
bool credentials_netrc(struct span host, struct span user, struct secret *login,
    struct secret *password, struct err *);

#endif
