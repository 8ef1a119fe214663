/*
 * The server's side of a script, in front of the plain server (mta.h): connection n plays case n,
 * the last one again for all further ones. Rules (/on) are tried first, then the case's lines in
 * order, then /otherwise, then the plain server; a command that the script does not have leaves
 * its position unchanged, or, when strict, fails the case.
 */
#ifndef RUN_SERVE_MOCK_H
#define RUN_SERVE_MOCK_H

#include "run/serve/mta.h"
#include "run/script/script.h"

/*
 * What a client sent that the script does not have; valid until the consumer of its event
 * returns.
 */
struct mock_stray { struct place place; struct span want; };

struct mock_opts {
	bool strict;
	bool realtime;			/* delay replies by the script's /took */
	enum match_level level;		/* how commands are compared, unless /match changes it */
	/* values of variables and secrets, overriding the script's own */
	const struct play_value *value;
	size_t nvalues;
	/* filled in before EVENT_PROBLEM reports one; NULL: not wanted */
	struct mock_stray *stray;
};

struct mock;
/* The script must outlive it. NULL with err: it cannot be served. */
struct mock *mock_new(const struct script *, const struct mock_opts *, struct err *);
void mock_free(struct mock *);		/* NULL is fine */

/*
 * For serve_opts.play: what is in front of the plain server on connection n. When strict and the
 * client strays, its session fails (ERR_EXPECT).
 */
const struct mock_case *mock_plays(void *mock, unsigned n);

/* The case that connection n plays. */
const struct script_case *mock_case(const struct mock *, unsigned n);

/*
 * The nth step of the script that has no meaning on the server's side and is ignored; NULL: no
 * more.
 */
const struct script_item *mock_passed_over(const struct mock *, size_t n);

/* Whether any case of the script has a rule or a line for this command. */
bool mock_has(const struct mock *, enum verb);

/* The script's /listen address; empty: none. */
struct span mock_listen(const struct script *);

/* ---- for the plain server's step (mta.c) alone */

struct mta;
struct act;
struct play;
struct play *mock_begin(struct mta *, const struct mock_case *);
void mock_end(struct play *); /* NULL is fine */
bool mock_looks_at_text(const struct mock_case *);
void mock_greets(struct play *);
/*
 * Answers an act, by the plain server where the script does not. False: strict, and the session
 * failed.
 */
bool mock_answers(struct play *, const struct act *);
bool mock_has_more(const struct play *); /* the script continues after a turn of the loop */
void mock_goes_on(struct play *);
void mock_hears_nothing(struct play *); /* the client was idle for too long */
enum progress mock_left(struct play *); /* the client has disconnected */

#endif
