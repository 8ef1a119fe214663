/*
 * Runs lines and steps over sessions: the prompt, a script, a probe and the server role all drive
 * sessions through a player. Lines are queued as text, and each is parsed only when its turn comes
 * and its mode (command, message text, response) is known. The player decides how a failure affects
 * the lines that follow, and what the exit status is.
 */
#ifndef RUN_PLAY_PLAYER_H
#define RUN_PLAY_PLAYER_H

#include "run/session/session.h"

struct player;

enum player_turn {
	TURN_SEND,
	TURN_TAKEN,		/* the line has been handled: continue with the next one */
	TURN_BACK,		/* return it and all lines after it (EVENT_UNSENT) */
};

struct player_opts {
	/* a rejection stops lines that were typed ahead and returns them (EVENT_UNSENT) */
	bool interactive;
	/*
	 * limit for everything, counted from player_new; 0: none. When it expires, the player is
	 * done whatever is outstanding
	 */
	uint64_t deadline_ms;
	bool fail_fast;		/* ends at the first failure (not interactive) */
	/*
	 * Runs a "/word" that is not a step but a command of the prompt. Returns false when there
	 * is no such command. NULL: there are none.
	 */
	bool (*command)(void *ctx, struct span name, struct span args);
	void *command_ctx;
	/* returns whether a command works only at the prompt; NULL: unknown */
	bool (*only_at_prompt)(struct span name);
	/*
	 * Is called when a line's turn has come, with the mode in which it is read. It may replace
	 * the line; the new text must live until the next call. NULL: send every line.
	 */
	enum player_turn (*turn)(
	    void *ctx, struct span *line, struct place, enum dialogue_mode);
	void *turn_ctx;
	/*
	 * is called at each turn of the loop, when another line may be entered or all is done.
	 * NULL: not called
	 */
	void (*idle)(void *ctx);
};

enum { PLAYER_LINES_MAX = 10000, PLAYER_WINDOW = 64, PLAYER_SESSIONS = 9 };

struct player *player_new(struct session_env *, const struct session_opts *,
    const struct player_opts *, event_fn *, void *ctx);
void player_free(struct player *);

/* Opens a connection. The target must outlive the player. */
void player_open(struct player *, const struct target *);
/*
 * Queues a copy of the line; when called from player_opts.command, before all waiting lines.
 * Returns false when PLAYER_LINES_MAX lines are waiting.
 */
bool player_line(struct player *, struct span line, struct place);
/* Queues a copy of the line before all waiting lines. */
void player_line_first(struct player *, struct span line, struct place);
/* Queues a step, which must live until it has ended. */
void player_step(struct player *, const struct step *);
/* Queues a "/" command before all waiting lines. It is read as a command in any mode. */
void player_command(struct player *, struct span line);
/*
 * Selects the session that lines go to (1 to PLAYER_SESSIONS), which is created if new. Returns
 * false while a step is running.
 */
bool player_use(struct player *, unsigned number);
bool player_busy(const struct player *);	/* a step is running, or lines are waiting */
bool player_has_lines(const struct player *);	/* lines are waiting */
/*
 * Returns whether fewer than PLAYER_WINDOW lines are waiting, so that more may be read from a pipe.
 */
bool player_wants(const struct player *);
/* Says that no more lines follow: after the last one, QUIT is sent and the player is done. */
void player_end(struct player *);
/*
 * Cancels the current step and returns the lines that were typed ahead (EVENT_UNSENT). Returns
 * false when there was nothing to cancel.
 */
bool player_cancel(struct player *);
void player_stop(struct player *);		/* drops every connection; the player is done */
/* Cancels the step of the selected session, if any, and drops all waiting lines. */
void player_drop(struct player *);

/* Answers the last EVENT_QUESTION. Returns false when no question is open. */
bool player_answer(struct player *, struct span text);

/* after player_end: everything was sent, and all connections are closed */
bool player_done(const struct player *);
/* Returns the exit status of everything so far. */
enum err_kind player_status(const struct player *);
bool player_opened(const struct player *);	/* a connection was attempted */
/* Returns the view of the selected session. */
struct session_view player_view(const struct player *);
/* Returns the view of session `number`; its ->number is 0 when the session was never used. */
struct session_view player_view_of(const struct player *, unsigned number);

#endif
