/*
 * What the step in hand waits for: the peer, time to pass, work in a thread, the person.
 */
#ifndef RUN_SESSION_QUEUE_H
#define RUN_SESSION_QUEUE_H

#include "run/session/diagnose.h"
#include "run/session/step.h"

struct session;

/* For the deadline and the screen; 0 ms: without end. */
void session_wait(struct session *, enum wait, uint64_t ms);
/* With how much time the reply to what was sent last is waited for. */
void session_wait_reply(struct session *, enum verb);
void session_wait_message(struct session *);		/* the reply to the end of one */
/* NEWS_WRITABLE comes, once, when less than SESSION_LOW_WATER is unsent. */
enum { SESSION_LOW_WATER = 64 << 10 };
void session_want_room(struct session *);
void session_wait_room(struct session *);		/* the same, with a deadline */
/* What is waited for now, and what came of it; until the next call. */
struct silence session_silence(struct session *);

void session_sleep(struct session *, uint64_t ms);	/* NEWS_TIMER comes */
/*
 * What would keep the loop from everybody else is done in a thread: `work` gets the data alone, and
 * NEWS_WORKED comes. A step that ends before leaves the data to `drop`.
 */
void session_offload(
    struct session *, void (*work)(void *data), void (*drop)(void *data), void *data);

/*
 * Puts a question to the person: NEWS_ANSWER comes. Fails where there is no terminal: then `what`
 * is what lacks.
 */
enum progress session_ask(struct session *, const char *prompt, bool secret, const char *what);
/* Of many lines. */
enum progress session_ask_text(struct session *, const char *prompt, const char *what);

#endif
