/* A target: where to connect, and how, as the user writes it. */
#ifndef RUN_ROUTE_TARGET_H
#define RUN_ROUTE_TARGET_H

#include "base/arena.h"
#include "base/err.h"

enum target_kind {
	TARGET_HOST,		/* a host name or an address literal */
	TARGET_MX,		/* the MX hosts of a domain */
	TARGET_UNIX,		/* a socket's path */
	TARGET_PIPE,		/* a child process */
	TARGET_DEMO,		/* the built-in test server */
};

enum target_tls {
	TARGET_TLS_UNSET,
	TARGET_TLS_OFF,
	TARGET_TLS_TRY,
	TARGET_TLS_STARTTLS,
	TARGET_TLS_IMPLICIT
};

struct target {
	enum target_kind kind;
	struct span text;	/* as written */
	/* host, domain, path or command; an address literal without its brackets */
	struct span host;
	struct span sender;	/* the user of user@domain */
	unsigned port;		/* 0 for a path, a command and the demo */
	bool port_given;
	enum target_tls tls;
	bool lmtp;
	/* appended to the error if the host is not found; empty: none */
	struct span hint;
};

/* Returns whether kind, host and port are the same, however they are written. */
bool target_is_same(const struct target *, const struct target *);
/*
 * Parses a target and, if not empty, a second word with the port (a number or a service name).
 * `port` is the default; 0: 25, or the default of the scheme. Spans live in the arena. Returns
 * false and sets err (ERR_USAGE) when malformed.
 */
bool target_parse(struct target *, struct span text, struct span port_word, unsigned port,
    struct arena *, struct err *);

#endif
