/*
 * S: lines among typed lines. Each judges the reply before it, so that an expected rejection is not
 * a failure.
 */
#ifndef RUN_PLAY_PLAYER_JUDGE_H
#define RUN_PLAY_PLAYER_JUDGE_H

#include "run/script/script.h"
#include "run/session/event.h"

struct judge;
struct judge *judge_new(void);
void judge_free(struct judge *);		/* NULL is fine */

/*
 * Takes an EVENT_REPLY. Several replies to one message (LMTP) are kept and judged one by one;
 * otherwise only the last reply is kept. Late replies are ignored.
 */
void judge_received(struct judge *, const struct event *);

/* Returns whether a reply that no S: line has judged yet is a rejection. */
bool judge_has_rejection(const struct judge *);

/*
 * Returns whether a reply is waiting for an S: line, or an expectation continues in the next S:
 * line.
 */
bool judge_waits(const struct judge *);
/* Returns whether the line begins with S:. */
bool judge_takes(struct span line);
/* Says that a line was sent: later S: lines judge its reply. */
void judge_sent(struct judge *);

/* OPEN: the reply continues in the next S: line */
enum judged { JUDGED_OPEN, JUDGED_GOOD, JUDGED_BAD };
/*
 * Judges a reply by one S: line. JUDGED_BAD sets err: ERR_EXPECT for a reply that does not match,
 * or none to judge; ERR_USAGE for a line that cannot be parsed.
 */
enum judged judge_line(struct judge *, struct span line, struct place, struct err *);

#endif
