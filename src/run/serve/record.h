/*
 * A proxy between clients and a server: two sessions of opposite roles for each client, every
 * line and reply passed on, and the server's half written as a script when the client has
 * disconnected. STARTTLS is terminated on both sides, with a certificate of our own towards the
 * client.
 */
#ifndef RUN_SERVE_RECORD_H
#define RUN_SERVE_RECORD_H

#include "net/listen.h"
#include "run/session/session.h"

/*
 * Idle time on both sides after which a client gets 421: twice what RFC 5321 4.5.3.2.7 requires,
 * since a server may take ten minutes for the end of data (4.5.3.2.6). Maximum of concurrent
 * clients; further ones get 421.
 */
enum { RECORD_IDLE_MS = 600000, RECORD_CLIENTS_MAX = 250 };

struct record;
struct record_opts {
	const struct target *to;
	const struct session_opts *session;	/* towards the server */
	/* towards clients; NULL: STARTTLS is not passed on */
	struct tls_context *tls;
	unsigned clients_max;			/* 0: RECORD_CLIENTS_MAX */
	uint64_t idle_ms;			/* 0: RECORD_IDLE_MS */
	bool no_bodies, times;			/* as in transcript_opts */
	/* writes a complete case when its client has disconnected; false with err */
	bool (*write)(void *ctx, struct span script, struct err *);
	/* reports what went wrong with a client, counted from 1 */
	void (*note)(void *ctx, unsigned client, const char *text);
	void *ctx;			/* of both functions */
};

/* Everything the options point to must outlive it. */
struct record *record_new(struct session_env *, const struct record_opts *);
/* Listens; *bound has the port that the system chose for port 0. False with err. */
bool record_listen(struct record *, const struct addr *, struct addr *bound, struct err *);
/* Serves a client over a connected descriptor, which it then owns. */
void record_client(struct record *, int fd);
/* writes what was recorded so far; NULL is fine */
void record_free(struct record *);

#endif
