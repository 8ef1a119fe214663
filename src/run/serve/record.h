/*
 * record - a proxy between clients and a server. Each client gets two sessions of opposite roles;
 * every line and reply is relayed, and the server's half is written as a script when the client has
 * disconnected. STARTTLS is terminated on both sides: the client sees a certificate of our own.
 */
#ifndef RUN_SERVE_RECORD_H
#define RUN_SERVE_RECORD_H

#include "net/listen.h"
#include "run/session/session.h"

/*
 * RECORD_IDLE_MS: time without traffic on either side after which a client gets 421. It is twice
 * what RFC 5321 4.5.3.2.7 requires, since a server may take ten minutes for the end of data
 * (4.5.3.2.6). RECORD_CLIENTS_MAX: maximum of concurrent clients; further ones get 421.
 */
enum { RECORD_IDLE_MS = 600000, RECORD_CLIENTS_MAX = 250 };

struct record;
struct record_opts {
	const struct target *to;
	const struct session_opts *session;	/* towards the server */
	/* towards clients; NULL: STARTTLS is relayed but not terminated */
	struct tls_context *tls;
	unsigned clients_max;			/* 0: RECORD_CLIENTS_MAX */
	uint64_t idle_ms;			/* 0: RECORD_IDLE_MS */
	bool no_bodies, times;			/* as in transcript_opts */
	/* writes a complete case when its client has disconnected; returns false with err */
	bool (*write)(void *ctx, struct span script, struct err *);
	/* reports a problem with a client, numbered from 1 */
	void (*note)(void *ctx, unsigned client, const char *text);
	void *ctx;			/* for both functions */
};

/* Returns a proxy. Everything that the options point to must outlive it. */
struct record *record_new(struct session_env *, const struct record_opts *);
/*
 * Listens. *bound (unless NULL) gets the address with the port that the system chose for port 0.
 * Returns false with err.
 */
bool record_listen(struct record *, const struct addr *, struct addr *bound, struct err *);
/* Serves a client over a connected descriptor, and takes ownership of it. */
void record_client(struct record *, int fd);
/* Writes the scripts of the remaining clients and frees the proxy. NULL is fine. */
void record_free(struct record *);

#endif
