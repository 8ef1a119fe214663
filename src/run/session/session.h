/*
 * Runs steps against one peer. A session owns one connection at a time, its conv, its deadline and
 * a queue of steps; it turns steps into events and decides nothing else. In the server role it runs
 * the other side.
 *
 * Steps run one after the other; each ends with an EVENT_STEP_ENDED. Events come from within loop
 * callbacks: their consumer may push steps, and must not free the session (do that between
 * wake-ups).
 *
 * This is what other rooms and the steps include; the headers below have a noun each.
 */
#ifndef RUN_SESSION_SESSION_H
#define RUN_SESSION_SESSION_H

#include "run/session/confide.h"
#include "run/session/connect.h"
#include "run/session/emit.h"
#include "run/session/queue.h"
#include "run/session/send.h"
#include "run/session/view.h"

struct session *session_new(
    struct session_env *, const struct session_opts *, event_fn *, void *ctx);
/*
 * The server role, over an accepted descriptor. `tls` may be NULL: STARTTLS is then not possible.
 * NULL with err.
 */
struct session *session_serve(struct session_env *, const struct session_opts *, int fd,
    struct tls_context *tls, event_fn *, void *ctx, struct err *);
void session_free(struct session *);

void session_push(struct session *, const struct step *);
/*
 * Ends the step in hand, if any, and forgets those queued. Within a handshake or a message only
 * closing can do that.
 */
void session_cancel(struct session *);
/* Drops the connection, if there is one, without a word. */
void session_disconnect(struct session *);
/* The answer to the last EVENT_QUESTION. False when nothing was asked. */
bool session_answer_question(struct session *, struct span text);
/* What another session's events made this one send goes out. Harmless within its own callbacks. */
void session_poke(struct session *);

#endif
