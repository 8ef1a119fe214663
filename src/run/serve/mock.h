/*
 * The server's side of a script, before the plain server (mta.h): connection n plays case n, the
 * last one again for all further ones. Rules (/on) are asked first, then the case's lines in their
 * order, then /otherwise, then the plain server; a command that the script does not have leaves its
 * position where it was, or, when strict, fails the case.
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
 * For serve_opts.play: what stands before the plain server on connection n. Its session fails
 * (ERR_EXPECT) when strict and the client strays.
 */
const struct mock_case *mock_plays(void *mock, unsigned n);

/* The case that connection n plays. */
const struct script_case *mock_case(const struct mock *, unsigned n);

/*
 * The nth step of the script that has no meaning on the server's side and is passed over; NULL:
 * there are no more.
 */
const struct script_item *mock_passed_over(const struct mock *, size_t n);

/* Has the script a rule or a line for this command, in whatever case? */
bool mock_has(const struct mock *, enum verb);

/* Where the script says to listen (/listen); empty: nowhere. */
struct span mock_listen(const struct script *);

/* ---- for the plain server's step (mta.c) alone */

struct mta;
struct act;
struct play;
struct play *mock_begin(struct mta *, const struct mock_case *);
void mock_end(struct play *); /* NULL is fine */
bool mock_looks_at_text(const struct mock_case *);
void mock_greets(struct play *);
/* Answers, by the plain server where the script does not. False: strict, and the session failed. */
bool mock_answers(struct play *, const struct act *);
bool mock_has_more(const struct play *); /* the script goes on once the loop has turned */
void mock_goes_on(struct play *);
void mock_hears_nothing(struct play *); /* for too long */
enum progress mock_left(struct play *); /* the client has */

#endif
