/*
 * S: lines among lines as they are typed: each judges the reply before it, so that an asked-for
 * refusal is no failure.
 */
#ifndef RUN_PLAY_PLAYER_JUDGE_H
#define RUN_PLAY_PLAYER_JUDGE_H

#include "run/script/script.h"
#include "run/session/event.h"

struct judge;
struct judge *judge_new(void);
void judge_free(struct judge *);		/* NULL is fine */

/*
 * EVENT_REPLY: several to one message (LMTP) are judged one after the other, else the last one is;
 * a late one is not.
 */
void judge_heard(struct judge *, const struct event *);

/* Is a refusal among the replies that no S: has judged? */
bool judge_fears(const struct judge *);

/* a reply is there that no S: has judged, or one goes on in the next S: line */
bool judge_waits(const struct judge *);
/* Does the line begin with S:? */
bool judge_takes(struct span line);
/* A line was sent: what S: lines judge from now on is its reply. */
void judge_sent(struct judge *);

/* OPEN: the reply goes on in the next S: line */
enum judged { JUDGED_OPEN, JUDGED_GOOD, JUDGED_BAD };
/*
 * BAD with err: ERR_EXPECT, also where there is no reply to judge, or ERR_USAGE for a line that
 * cannot be understood.
 */
enum judged judge_line(struct judge *, struct span line, struct place, struct err *);

#endif
