/*
 * The server's side of a script: connection n plays case n, the last one again for all further
 * ones. Rules (/on) are asked first, then the case's lines in their order, then /otherwise, then
 * what a plain server would answer; a command that the script does not have leaves its position
 * where it was, or, when strict, fails the case.
 */
#ifndef RUN_SERVE_MOCK_H
#define RUN_SERVE_MOCK_H

#include "run/serve/mta.h"
#include "run/script/script.h"

/*
 * What a client did that the script does not have; lives until the event that tells of it is over.
 */
struct mock_stray { struct place place; struct span want; };

struct mock_opts {
	/* The server's options: they come before the script, and its host, its accounts (NULL: any
	 * will do), its delays and its queue stand where the script says nothing. ->without and
	 * ->lmtp mean nothing here. Must outlive the mock. */
	const struct mta_opts *mta;
	bool strict;
	bool realtime;			/* replies come as late as the script's /took says */
	enum match_level level;		/* how commands are compared, until /match says otherwise */
	/* of variables and secrets; they come before the script's own */
	const struct play_value *value;
	size_t nvalues;
	/* filled in before EVENT_PROBLEM tells of one; NULL: nobody asks */
	struct mock_stray *stray;
};

struct mock;
/* the script must outlive it */
struct mock *mock_new(const struct script *, const struct mock_opts *, struct err *);
void mock_free(struct mock *);		/* NULL is fine */

/*
 * For serve_opts.play: the step that plays connection n. It fails (ERR_EXPECT) when strict and the
 * client strays.
 */
const struct step *mock_step(void *mock, unsigned n);

/* The server ends: what a client that is cancelled from now on is told. */
void mock_stop(struct mock *);

/* The case that connection n plays. */
const struct script_case *mock_case(const struct mock *, unsigned n);

/*
 * The nth step of the script that has no meaning on the server's side and is passed over; NULL:
 * there are no more.
 */
const struct script_item *mock_passed_over(const struct mock *, size_t n);

/* Where the script says to listen (/listen); empty: nowhere. */
struct span mock_listen(const struct script *);

#endif
