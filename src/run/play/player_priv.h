/* The player of typed and piped lines, for player.c and player_lines.c alone. */
#ifndef RUN_PLAY_PLAYER_PRIV_H
#define RUN_PLAY_PLAYER_PRIV_H

#include "run/play/player.h"
#include "run/play/player_judge.h"
#include "run/play/waiting.h"

struct player {
	struct session_env *env;
	struct player_opts opts;
	event_fn *event;
	void *ctx;
	const struct session_opts *session_opts;
	struct session *sessions[PLAYER_SESSIONS];	/* by number, less 1; NULL: never used */
	bool left[PLAYER_SESSIONS];			/* its QUIT was said at the end */
	struct session *session;			/* that is used */
	struct loop_idle *hook;
	struct loop_timer *deadline;		/* NULL: none */
	struct arena opening, arena;		/* the target's step; the step in hand */
	struct waiting_list lines;
	const struct step *step;		/* in hand */
	bool stepping, ended, quitting, done, opened, told_idle, told_chunk;
	struct {				/* what the line in hand was answered with */
		bool typed;			/* it may invite message text, or a response */
		struct due due;
		unsigned code;			/* 0: with nothing yet */
		enum err_kind failed;		/* what that comes to */
	} answered;
	/* lines that are content without its 354 or 334: they are not sent */
	struct {
		enum { DROP_NOTHING, DROP_MESSAGE, DROP_RESPONSES } what;
		bool base64;			/* only what looks like one is a response */
		bool unasked;			/* they answer what /auth had nobody to ask */
		size_t n;
		unsigned code;			/* what came in place of the 354 or 334 */
	} drop;
	/* a prompt's command runs: its lines go behind this one, before all that wait */
	struct waiting *inserted;
	bool inserting;
	struct judge *judge;			/* of lines without a person */
	/* a refusal that the next line may have asked for */
	enum err_kind held;
	enum err_kind status;
};

void player_push(struct player *, const struct step *);
void player_tell(struct player *, enum event_kind, enum err_kind, struct span text);

/* player_lines.c */
void player_work_lines(struct player *);	/* as many as go without waiting */
/* what was typed ahead of a failure is told (EVENT_UNSENT), not sent */
void player_give_back(struct player *);
/* The line in hand was answered, or was not: is what follows content that must not go? */
void player_find_drop(struct player *, const struct step *);
/* for a person: what of it was typed ahead, at once; what comes from now on is none */
void player_drop_ahead(struct player *);
/* how many lines were not sent, and why; it is over */
void player_tell_drop(struct player *);
/* no S: line asked for the refusal that is held: it is a failure */
void player_settle(struct player *);

#endif
