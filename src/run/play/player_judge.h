/* S: lines among lines as they are typed: each judges the reply before it, so that an asked-for refusal is no failure. */
#ifndef RUN_PLAY_PLAYER_JUDGE_H
#define RUN_PLAY_PLAYER_JUDGE_H

#include "run/script/script.h"

struct judge;
struct judge *judge_new(void);
void judge_free(struct judge *);		/* NULL is fine */

/* A reply came; `verb` is what it answers. Several to one message (LMTP) are judged one after the other, else the last one is. */
void judge_heard(struct judge *, const struct reply *, enum verb, bool dot);

/* Is a refusal among the replies that no S: has judged? */
bool judge_fears(const struct judge *);

/* Does the line begin with S: and may it stand here, behind a reply? */
bool judge_takes(const struct judge *, struct span line);
/* A line was sent: what S: lines judge from now on is its reply. */
void judge_sent(struct judge *);

enum judged { JUDGED_OPEN, JUDGED_GOOD, JUDGED_BAD };	/* OPEN: the reply goes on in the next S: line */
/* BAD with err: ERR_EXPECT, or ERR_USAGE for a line that cannot be understood. */
enum judged judge_line(struct judge *, struct span line, struct place, struct err *);

#endif
