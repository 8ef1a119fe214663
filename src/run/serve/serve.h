/*
 * A listener that gives each client a session in the server role, and the same without a network:
 * `demo:`.
 */
#ifndef RUN_SERVE_SERVE_H
#define RUN_SERVE_SERVE_H

#include "net/listen.h"
#include "run/serve/mta.h"
#include "run/session/session.h"

/* RFC 5321 4.5.3.2.7; for the client to close its side */
enum { SERVE_IDLE_MS = 300000, SERVE_LINGER_MS = 2000 };
/* How often silent clients are looked for: a quarter of the limit, within 10 and 500 ms. */
uint64_t serve_sweep_ms(uint64_t idle_ms);

struct serve_opts {
	struct mta_opts mta;		/* ->queue is the server's own */
	struct tls_context *tls;	/* NULL: STARTTLS is not offered; must outlive the server */
	unsigned clients_max;		/* 0: no bound; those beyond are told 421 */
	/* of silence until a client is told 421; 0: SERVE_IDLE_MS */
	uint64_t idle_ms;
	/*
	 * What stands before the plain server when client n (from 1) comes: mock_plays. NULL:
	 * nothing.
	 */
	const struct mock_case *(*play)(void *ctx, unsigned n);
	void *play_ctx;
};

struct serve;
/*
 * Plays the well-behaved server to every client. Events carry the client's number as ->session;
 * NULL: nobody listens.
 */
struct serve *serve_new(struct session_env *, const struct serve_opts *, event_fn *, void *ctx);
bool serve_listen(struct serve *, const struct addr *, struct addr *bound, struct err *);
/* over a connected descriptor, which it then owns */
bool serve_client(struct serve *, int fd, struct err *);
/* Tells who comes to a server that has too many clients, and closes. */
void serve_turn_away(int fd);
void serve_deafen(struct serve *);	/* listens no more */
void serve_stop(struct serve *);	/* listens no more and says 421 to everybody */
unsigned serve_clients(const struct serve *);
void serve_free(struct serve *);

/* For session_env.demo: a client's end of a pair whose other end `serve` plays. -1 with err. */
int serve_demo(struct session_env *, unsigned as, struct err *);
void serve_demo_free(struct session_env *);
#define SERVE_DEMO_NOTE                                                                       \
	"the server inside takes every message and forgets it; it refuses some addresses on " \
	"purpose (HELP "                                                                      \
	"lists them), and its account is user " MTA_USER ", password " MTA_PASSWORD

#endif
