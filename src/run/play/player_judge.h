/*
 * S: lines among typed lines: each judges the reply before it, so that an expected rejection is
 * not a failure.
 */
#ifndef RUN_PLAY_PLAYER_JUDGE_H
#define RUN_PLAY_PLAYER_JUDGE_H

#include "run/script/script.h"
#include "run/session/event.h"

struct judge;
struct judge *judge_new(void);
void judge_free(struct judge *);		/* NULL is fine */

/*
 * Takes an EVENT_REPLY. Several replies to one message (LMTP) are judged one after the other,
 * otherwise the last reply is; late ones are ignored.
 */
void judge_received(struct judge *, const struct event *);

/* Whether a rejection is among the replies that no S: line has judged. */
bool judge_has_rejection(const struct judge *);

/* Whether a reply is waiting for an S: line, or one continues in the next S: line. */
bool judge_waits(const struct judge *);
/* Does the line begin with S:? */
bool judge_takes(struct span line);
/* A line was sent: later S: lines judge its reply. */
void judge_sent(struct judge *);

/* OPEN: the reply continues in the next S: line */
enum judged { JUDGED_OPEN, JUDGED_GOOD, JUDGED_BAD };
/*
 * Judges by one S: line. BAD with err: ERR_EXPECT, also when there is no reply to judge, or
 * ERR_USAGE for a line that cannot be parsed.
 */
enum judged judge_line(struct judge *, struct span line, struct place, struct err *);

#endif
