/*
 * mock - the server's side of a script, in front of the plain server (mta.h). Connection n plays
 * case n, or the last case if there are fewer; /times plays a case several times. A command is
 * answered by the first of these that has it: the rules (/on), the case's lines in order,
 * /otherwise, the plain server. A command that the script does not have leaves its position
 * unchanged or, if strict, fails the case.
 */
#ifndef RUN_SERVE_MOCK_H
#define RUN_SERVE_MOCK_H

#include "run/serve/mta.h"
#include "run/script/script.h"

/*
 * Where a client departed from the script: the place and the text of the line that was expected.
 * Valid until the event's consumer returns.
 */
struct mock_stray { struct place place; struct span want; };

struct mock_opts {
	bool strict;
	bool realtime;			/* delay replies by the script's /took */
	enum match_level level;		/* how commands are compared, unless /match changes it */
	/* values of variables and secrets, overriding the script's own */
	const struct play_value *value;
	size_t nvalues;
	/* filled in before EVENT_PROBLEM reports a stray command; NULL: not wanted */
	struct mock_stray *stray;
};

struct mock;
/* Returns a mock, or NULL with err if every case is skipped. The script must outlive it. */
struct mock *mock_new(const struct script *, const struct mock_opts *, struct err *);
void mock_free(struct mock *);		/* NULL is fine */

/*
 * Returns what to place in front of the plain server on connection n (from 1). For serve_opts.play.
 * If strict, the session of a client that departs from the script fails with ERR_EXPECT.
 */
const struct mock_case *mock_plays(void *mock, unsigned n);

/* Returns the case that connection n plays. */
const struct script_case *mock_case(const struct mock *, unsigned n);

/*
 * Returns the nth step (from 0) of the script that is ignored because it has no meaning on the
 * server's side; NULL: no more.
 */
const struct script_item *mock_passed_over(const struct mock *, size_t n);

/* Returns whether the script has a rule or a line for this command. */
bool mock_has(const struct mock *, enum verb);

/* Returns the script's /listen address; empty: none. */
struct span mock_listen(const struct script *);

/* ---- for mta.c only */

struct mta;
struct act;
struct play;
/* Starts a case on a new connection. Free the result with mock_end. */
struct play *mock_begin(struct mta *, const struct mock_case *);
void mock_end(struct play *); /* NULL is fine */
/* Returns whether a rule matches message data, which must then be kept. */
bool mock_looks_at_text(const struct mock_case *);
/* Answers the connection: queues the banner. */
void mock_greets(struct play *);
/*
 * Queues the replies to an act; the plain server's if the script has none. Returns false if strict
 * and the client departed from the script: the session has failed.
 */
bool mock_answers(struct play *, const struct act *);
/* Returns whether the script can go on without the client: call mock_goes_on. */
bool mock_has_more(const struct play *);
void mock_goes_on(struct play *);
void mock_hears_nothing(struct play *); /* answers an idle timeout */
/* The client has disconnected: returns STEP_DONE, or fails if strict and lines are left. */
enum progress mock_left(struct play *);

#endif
