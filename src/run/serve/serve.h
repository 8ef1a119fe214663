/*
 * A listener that gives each client a session in the server role, and `demo:`, the same without a
 * network.
 */
#ifndef RUN_SERVE_SERVE_H
#define RUN_SERVE_SERVE_H

#include "net/listen.h"
#include "run/serve/mta.h"
#include "run/session/session.h"

/* RFC 5321 4.5.3.2.7; and how long a client may take to close its side */
enum { SERVE_IDLE_MS = 300000, SERVE_LINGER_MS = 2000 };
/* The interval of looking for idle clients: a quarter of the limit, between 10 and 500 ms. */
uint64_t serve_sweep_ms(uint64_t idle_ms);

struct serve_opts {
	struct mta_opts mta;		/* the server sets ->queue */
	/* NULL: STARTTLS is not offered; must outlive the server */
	struct tls_context *tls;
	/* maximum of concurrent clients, further ones get 421; 0: unlimited */
	unsigned clients_max;
	/* idle time after which a client gets 421; 0: SERVE_IDLE_MS */
	uint64_t idle_ms;
	/*
	 * What is in front of the plain server for client n (from 1): mock_plays. NULL: nothing.
	 */
	const struct mock_case *(*play)(void *ctx, unsigned n);
	void *play_ctx;
};

/*
 * A certificate for this name, unless that is NULL, and for the names of this host by which tests
 * connect: localhost, 127.0.0.1, ::1. NULL with err.
 */
struct tls_made *serve_certificate(const char *name, struct err *);

struct serve;
/*
 * Makes a server. Events carry the client's number as ->session; event_fn NULL: not reported.
 * What the options point to must outlive it.
 */
struct serve *serve_new(struct session_env *, const struct serve_opts *, event_fn *, void *ctx);
bool serve_listen(struct serve *, const struct addr *, struct addr *bound, struct err *);
/* Serves a client over a connected descriptor, which it then owns. False with err. */
bool serve_client(struct serve *, int fd, struct err *);
/* Sends 421 to a client too many, and closes. */
void serve_turn_away(int fd);
void serve_deafen(struct serve *);	/* stops listening */
void serve_stop(struct serve *);	/* stops listening and sends 421 to every client */
unsigned serve_clients(const struct serve *);
void serve_free(struct serve *);

/*
 * For session_env.demo: returns the client's end of a socketpair served by a server of its own.
 * `as`: DEMO_*. -1 with err.
 */
int serve_demo(struct session_env *, unsigned as, struct err *);
void serve_demo_free(struct session_env *);
#define SERVE_DEMO_NOTE									\
	"built-in test server: accepts and discards mail, rejects a few addresses on purpose "	\
	"(see HELP); log in as " MTA_USER " / " MTA_PASSWORD

#endif
