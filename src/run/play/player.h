/*
 * Runs lines and steps over sessions: the prompt, a script, a probe and the server role all drive
 * sessions through a player. It queues lines as lines and parses each when its turn comes, when
 * its mode (command, message text, response) is known; it decides what a failure means for what
 * follows, and the exit status.
 */
#ifndef RUN_PLAY_PLAYER_H
#define RUN_PLAY_PLAYER_H

#include "run/session/session.h"

struct player;

enum player_turn {
	TURN_SEND,
	TURN_TAKEN,		/* it is dealt with: the next one's turn comes */
	TURN_BACK,		/* return it, with everything after it (EVENT_UNSENT) */
};

struct player_opts {
	/* a rejection stops what was typed ahead and returns it (EVENT_UNSENT) */
	bool interactive;
	/*
	 * for everything, from now; 0: none. When it expires the player is done, whatever is
	 * outstanding
	 */
	uint64_t deadline_ms;
	bool fail_fast;		/* a script ends at the first failure */
	/*
	 * Runs a "/word" that is not a step, a command of the prompt. False: there is no such
	 * command. NULL: none.
	 */
	bool (*command)(void *ctx, struct span name, struct span args);
	void *command_ctx;
	/* whether it is a command of the prompt; NULL: unknown */
	bool (*only_at_prompt)(struct span name);
	/*
	 * Called when a line's turn has come, with the mode in which it is read. It may put
	 * another line in place of it, which must live until it is called again.
	 */
	enum player_turn (*turn)(
	    void *ctx, struct span *line, struct place, enum dialogue_mode);
	void *turn_ctx;
	/*
	 * called between wake-ups when another line may be entered, or all is done; NULL: not
	 * reported
	 */
	void (*idle)(void *ctx);
};

enum { PLAYER_LINES_MAX = 10000, PLAYER_WINDOW = 64, PLAYER_SESSIONS = 9 };

struct player *player_new(struct session_env *, const struct session_opts *,
    const struct player_opts *, event_fn *, void *ctx);
void player_free(struct player *);

/* the target must outlive the player */
void player_open(struct player *, const struct target *);
/*
 * Queues a copy of the line; called within player_opts.command, before all that wait. False when
 * PLAYER_LINES_MAX are waiting.
 */
bool player_line(struct player *, struct span line, struct place);
/* The same, before all that wait. */
void player_line_first(struct player *, struct span line, struct place);
/* Queues a step, which must live until it has ended. */
void player_step(struct player *, const struct step *);
/* Queues a "/" command before all lines that wait, read as such in any mode. */
void player_command(struct player *, struct span line);
/*
 * Selects the session that lines go to (1 to PLAYER_SESSIONS), created when new. False: a step is
 * running.
 */
bool player_use(struct player *, unsigned number);
bool player_busy(const struct player *);	/* a step is running, or lines wait */
bool player_has_lines(const struct player *);	/* lines wait */
/* Whether fewer than PLAYER_WINDOW lines are waiting, so that more may be read from a pipe. */
bool player_wants(const struct player *);
/* No more lines will come: after the last one, QUIT is sent and the player is done. */
void player_end(struct player *);
/*
 * Cancels the current wait and drops what was typed ahead. False when there was nothing to
 * cancel.
 */
bool player_cancel(struct player *);
void player_stop(struct player *);		/* drops every connection; the player is done */
/* Drops the connection of the selected session without QUIT. */
void player_drop(struct player *);

/* Answers the last EVENT_QUESTION. False when no question is open. */
bool player_answer(struct player *, struct span text);

/* after player_end: everything is sent and closed */
bool player_done(const struct player *);
/* The exit status of everything so far. */
enum err_kind player_status(const struct player *);
bool player_opened(const struct player *);	/* a connection was attempted */
/* Of the selected session. */
struct session_view player_view(const struct player *);
/* Of session `number`; ->number is 0 when it was never used. */
struct session_view player_view_of(const struct player *, unsigned number);

#endif
