/*
 * Runs steps against one peer. A session owns one connection at a time, its conv, its deadline and
 * a queue of steps; it turns steps into events and decides nothing else. In the server role the
 * peer is a client.
 *
 * Steps run one after the other, and each ends with EVENT_STEP_ENDED. Events are emitted within
 * loop callbacks: their consumer may push steps, but must not free the session (do that between
 * wake-ups).
 *
 * Other directories and the steps include this header; each header below is about one noun.
 */
#ifndef RUN_SESSION_SESSION_H
#define RUN_SESSION_SESSION_H

#include "run/session/confide.h"
#include "run/session/connect.h"
#include "run/session/emit.h"
#include "run/session/queue.h"
#include "run/session/send.h"
#include "run/session/view.h"

/* Creates a session without a connection. `opts` must live as long as the session. */
struct session *session_new(
    struct session_env *, const struct session_opts *, event_fn *, void *ctx);
/*
 * Creates a session in the server role over an accepted descriptor, which it then owns. `tls` NULL:
 * STARTTLS is not possible. Returns NULL and sets err on failure.
 */
struct session *session_serve(struct session_env *, const struct session_opts *, int fd,
    struct tls_context *tls, event_fn *, void *ctx, struct err *);
void session_free(struct session *);

/* Queues a step, which must live until it has ended. */
void session_push(struct session *, const struct step *);
/*
 * Cancels the current step, if any, and drops the queued ones. While connecting, or within a
 * handshake or a message, this closes the connection.
 */
void session_cancel(struct session *);
/* Drops the connection, if any, without QUIT. */
void session_disconnect(struct session *);
/* Answers the last EVENT_QUESTION. Returns false if no question is open. */
bool session_answer_question(struct session *, struct span text);
/*
 * Sends what a consumer of another session's events queued here. Does nothing within this session's
 * own callbacks.
 */
void session_poke(struct session *);

#endif
