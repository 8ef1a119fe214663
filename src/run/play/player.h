/*
 * Walks lines and steps over sessions: the prompt, a script, a probe and the server role all drive
 * sessions through a player. It queues lines as lines and understands each when its turn comes, so
 * that its mode (command, message text, answer) is known; it decides what a failure means for what
 * follows, and the exit status.
 */
#ifndef RUN_PLAY_PLAYER_H
#define RUN_PLAY_PLAYER_H

#include "run/session/session.h"

struct player;

struct player_opts {
	/* a refusal stops what was typed ahead and gives it back (EVENT_UNSENT) */
	bool interactive;
	/* of all, from now; 0: none. Then it is done, whatever was in hand */
	uint64_t deadline_ms;
	bool fail_fast;		/* a script ends at the first failure */
	/*
	 * A "/word" that is no step: a command of the prompt's. False: there is no such command
	 * either. NULL: none.
	 */
	bool (*command)(void *ctx, struct span name, struct span args);
	void *command_ctx;
	/* is it a command of the prompt's? NULL: unknown */
	bool (*only_at_prompt)(struct span name);
	/*
	 * A line's turn has come, and how it is understood is known. False: it is not sent, but
	 * given back with all behind it.
	 */
	bool (*turn)(void *ctx, struct span line, struct place, enum dialogue_mode);
	void *turn_ctx;
	/* a line may be taken again, or all is done; between wake-ups. NULL: none */
	void (*idle)(void *ctx);
};

enum { PLAYER_LINES_MAX = 10000, PLAYER_WINDOW = 64, PLAYER_SESSIONS = 9 };

struct player *player_new(struct session_env *, const struct session_opts *,
    const struct player_opts *, event_fn *, void *ctx);
void player_free(struct player *);

/* the target must outlive the player */
void player_open(struct player *, const struct target *);
/*
 * Queues a copy of the line; out of player_opts.command, before all that wait. False when
 * PLAYER_LINES_MAX are waiting.
 */
bool player_line(struct player *, struct span line, struct place);
/* before all that wait */
void player_line_first(struct player *, struct span line, struct place);
/* Queues a step, which must live until it has ended. */
void player_step(struct player *, const struct step *);
/* A "/" command for now, in whatever mode; before all lines that wait. */
void player_command(struct player *, struct span line);
/*
 * Lines go to this session from now on (1 to PLAYER_SESSIONS), made when it is new. False: a step
 * is in hand.
 */
bool player_use(struct player *, unsigned number);
bool player_busy(const struct player *);	/* a step is in hand, or lines wait */
/* fewer than PLAYER_WINDOW lines are waiting: a pipe may be read on */
bool player_wants(const struct player *);
/* no more lines come: when all are done say QUIT and be done */
void player_end(struct player *);
/* Gives up the wait in hand and what was typed ahead. False when there was nothing to cancel. */
bool player_cancel(struct player *);
void player_stop(struct player *);		/* every connection is dropped, and it is done */
/* Drops the connection without another word. */
void player_drop(struct player *);

/* The answer to the last EVENT_QUESTION. False when nothing was asked. */
bool player_answer(struct player *, struct span text);

bool player_done(const struct player *);	/* after player_end: all is said and closed */
/* of all so far, as in INTERFACE's exit status */
enum err_kind player_status(const struct player *);
bool player_opened(const struct player *);	/* a session was opened, whatever came of it */
/* of the session that is used */
struct session_view player_view(const struct player *);
/* ->number is 0: it was never used */
struct session_view player_view_of(const struct player *, unsigned number);

#endif
