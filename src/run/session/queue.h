/* What the current step waits for: the peer, time to pass, work in a thread, the user. */
#ifndef RUN_SESSION_QUEUE_H
#define RUN_SESSION_QUEUE_H

#include "run/session/observe.h"
#include "run/session/step.h"

struct session;

/* Sets what is waited for and its deadline; 0 ms: unlimited. */
void session_wait(struct session *, enum wait, uint64_t ms);
/* Waits for the reply to this command, with the timeout that applies to it. */
void session_wait_reply(struct session *, enum verb);
/* Waits for the reply to the end of a message. */
void session_wait_message(struct session *);
/* Asks for NEWS_WRITABLE, once, when less than SESSION_LOW_WATER octets are unsent. */
enum { SESSION_LOW_WATER = 64 << 10 };
void session_want_room(struct session *);
void session_wait_room(struct session *);		/* the same, with a deadline */
/* Returns what is waited for and what was received meanwhile; valid until the next call. */
struct silence session_silence(struct session *);

void session_sleep(struct session *, uint64_t ms);	/* NEWS_TIMER follows */
/*
 * Runs `work` in a thread, since it would block the loop; nothing else may use the data meanwhile.
 * NEWS_WORKED follows. If the step ends before that, `drop` is called with the data.
 */
void session_offload(
    struct session *, void (*work)(void *data), void (*drop)(void *data), void *data);

/*
 * Asks the user and returns STEP_WAIT; NEWS_ANSWER follows. Returns STEP_FAIL if nobody can answer;
 * the error then says that `what` is missing.
 */
enum progress session_ask(struct session *, const char *prompt, bool secret, const char *what);
/* The same for a text of several lines. */
enum progress session_ask_text(struct session *, const char *prompt, const char *what);

#endif
