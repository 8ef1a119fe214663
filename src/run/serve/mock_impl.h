/*
 * mock_impl - a script's rules and lines as played to one client. mock.c, mock_lines.c and
 * mock_reply.c share it.
 */
#ifndef RUN_SERVE_MOCK_IMPL_H
#define RUN_SERVE_MOCK_IMPL_H

#include "run/script/words.h"
#include "run/serve/mock.h"
#include "run/serve/mta_impl.h"

/* maximum frames: nested blocks, and the lines around them */
enum { MOCK_DEPTH = SCRIPT_DEPTH_MAX + 1 };

struct mock_case {
	const struct mock *mock;
	const struct script_case *c;
	unsigned times;
	const char *also; /* EHLO keywords that its steps need, as "250-…\n" lines; NULL: none */
	/* a rule rejects STARTTLS */
	bool refuses_tls;
};

struct mock {
	const struct script *script;
	struct mock_opts opts;
	struct arena arena;
	struct mock_case *cases;
	size_t ncases, nrules;
	bool looks_at_text; /* a rule matches message data */
};

/*
 * A block being played: its current item, its first item, and the rounds left including this one.
 */
struct mock_frame {
	const struct script_item *at, *body;
	unsigned left;
};

struct play {
	struct mta *m;
	const struct mock *mock;
	const struct mock_case *at;
	const struct script_case *c;
	struct arena arena; /* as long as the connection */
	struct script_vars vars;
	struct mock_frame frame[MOCK_DEPTH];
	size_t depth; /* number of frames; 0: the script has ended */
	bool second;  /* the prelude is over */
	/*
	 * in the current exchange, index of the next line and of the next reply; in a step, number
	 * of its commands received and of its replies used
	 */
	size_t say, reply;
	enum match_level level;
	unsigned *taken; /* how often each rule was applied on this connection */
	/* the script goes on after the queued replies, in the next turn of the event loop */
	bool more;
};

/* mock_lines.c: the lines in order */

/*
 * Returns the step, after *n others, that has no meaning on the server's side; NULL: none.
 * Subtracts from *n the steps that it skips.
 */
const struct script_item *lines_without_part(const struct script_item *, size_t *n);
/*
 * Appends the EHLO keywords that the steps in these items and their blocks need and `out` lacks, as
 * "250-…\n" lines.
 */
void lines_want(const struct script_item *, struct buf *out);
/* Starts at the prelude or, if the case has none, at the case itself. */
void lines_begin(struct play *);
/* Answers an act if it matches the current item. Returns false if it does not. */
bool lines_take(struct play *, const struct act *);
/* Advances to the next item that waits for the client. */
void lines_go_on(struct play *);
const struct script_item *lines_at(const struct play *); /* the current item; NULL: the end */

/* mock_reply.c */

/*
 * Queues one reply of the script or a rule. x NULL: nothing is sent, only `then` applies. delay_ms
 * 0: no delay of its own. `then`: what happens after it; NULL: nothing.
 */
void mock_reply(struct play *, const struct expect *, const struct act *, uint64_t delay_ms,
    const struct fault *);
/*
 * Queues a positive reply to a command that the script has no reply to: the plain server's, or the
 * usual one if the plain server would reject it.
 */
void mock_grants(struct play *, const struct act *);

#endif
