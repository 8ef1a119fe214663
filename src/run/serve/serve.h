/*
 * serve - a listener that serves each client by a session in the server role, and `demo:`, which
 * does the same without a network.
 */
#ifndef RUN_SERVE_SERVE_H
#define RUN_SERVE_SERVE_H

#include "net/listen.h"
#include "run/serve/mta.h"
#include "run/session/session.h"

/* idle timeout (RFC 5321 4.5.3.2.7); time for a client to close its side after ours */
enum { SERVE_IDLE_MS = 300000, SERVE_LINGER_MS = 2000 };
/* Returns the interval of checks for idle clients: a quarter of the limit, 10 to 500 ms. */
uint64_t serve_sweep_ms(uint64_t idle_ms);

struct serve_opts {
	struct mta_opts mta;		/* the server sets ->queue */
	/* NULL: STARTTLS is not offered; must outlive the server */
	struct tls_context *tls;
	/* maximum of concurrent clients; further ones get 421; 0: unlimited */
	unsigned clients_max;
	/* idle time after which a client gets 421; 0: SERVE_IDLE_MS */
	uint64_t idle_ms;
	/*
	 * returns what answers in front of the plain server for client n (from 1), such as
	 * mock_plays; NULL: nothing
	 */
	const struct mock_case *(*play)(void *ctx, unsigned n);
	void *play_ctx;
};

/*
 * Returns a self-signed certificate for this name (unless NULL) and for the names of this host that
 * tests connect to: localhost, 127.0.0.1, ::1. NULL with err.
 */
struct tls_made *serve_certificate(const char *name, struct err *);

struct serve;
/*
 * Makes a server. Events carry the number of the client as ->session; event_fn NULL: they are not
 * reported. What the options point to must outlive the server.
 */
struct serve *serve_new(struct session_env *, const struct serve_opts *, event_fn *, void *ctx);
/* Listens. *bound (unless NULL) gets the actual address. Returns false with err. */
bool serve_listen(struct serve *, const struct addr *, struct addr *bound, struct err *);
/* Serves a client over a connected descriptor, which it then owns. Returns false with err. */
bool serve_client(struct serve *, int fd, struct err *);
/* Sends 421 because there are too many clients, and closes fd. */
void serve_turn_away(int fd);
void serve_deafen(struct serve *);	/* stops listening */
void serve_stop(struct serve *);	/* stops listening and sends 421 to every client */
unsigned serve_clients(const struct serve *);
void serve_free(struct serve *);

/*
 * Returns the client's end of a socket pair whose other end is served by a server of its own; -1
 * with err. `as`: bits of DEMO_*. For session_env.demo.
 */
int serve_demo(struct session_env *, unsigned as, struct err *);
void serve_demo_free(struct session_env *);
#define SERVE_DEMO_NOTE									\
	"built-in test server: accepts and discards mail, rejects a few addresses on purpose "	\
	"(see HELP); log in as " MTA_USER " / " MTA_PASSWORD

#endif
