/*
 * The server's side of a script: connection n plays case n, the last one again for all further ones. Rules (/on) are
 * asked first, then the case's lines in their order, then /otherwise, then what a plain server would answer; a command
 * that the script does not have leaves its position where it was, or, when strict, fails the case.
 */
#ifndef RUN_MOCK_H
#define RUN_MOCK_H

#include "run/player_script.h"

/* What a client did that the script does not have; lives until the event that tells of it is over. */
struct mock_stray { struct place place; struct span want; };

struct mock_opts {
	const char *host;		/* of the default banner; NULL: MTA_HOST */
	bool strict, keep_text;
	enum match_level level;		/* how commands are compared, until /match says otherwise */
	unsigned long long *queue;	/* counts queue ids */
	const struct play_value *value;	/* of variables and secrets; they come before the script's own */
	size_t nvalues;
	struct mock_stray *stray;	/* filled in before EVENT_PROBLEM tells of one; NULL: nobody asks */
};

struct mock;
struct mock *mock_new(const struct script *, const struct mock_opts *, struct err *);	/* the script must outlive it */
void mock_free(struct mock *);		/* NULL is fine */

/* For serve_opts.play: the step that plays connection n. It fails (ERR_EXPECT) when strict and the client strays. */
const struct step *mock_step(void *mock, unsigned n);

/* The case that connection n plays. */
const struct script_case *mock_case(const struct mock *, unsigned n);

/* Where the script says to listen (/listen); empty: nowhere. */
struct span mock_listen(const struct script *);

#endif
