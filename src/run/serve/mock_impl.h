/* What mock.c and mock_lines.c share: the rules and the lines of a script before one client. */
#ifndef RUN_SERVE_MOCK_IMPL_H
#define RUN_SERVE_MOCK_IMPL_H

#include "run/script/words.h"
#include "run/serve/mock.h"
#include "run/serve/mta_impl.h"

/* Blocks in each other, and what they stand in. */
enum { MOCK_DEPTH = SCRIPT_DEPTH_MAX + 1 };

struct mock_case {
	const struct mock *mock;
	const struct script_case *c;
	unsigned times;
	const char *also; /* lines of EHLO's reply that its steps want; NULL: none */
	/* it has an answer of its own to STARTTLS, and that is no 220 */
	bool refuses_tls;
};

struct mock {
	const struct script *script;
	struct mock_opts opts;
	struct arena arena;
	struct mock_case *cases;
	size_t ncases, nrules;
	bool looks_at_text; /* a rule does */
};

struct mock_frame {
	const struct script_item *at, *body;
	unsigned left;
};

struct play {
	struct mta *m;
	const struct mock *mock;
	const struct mock_case *at;
	const struct script_case *c;
	struct arena arena; /* of the connection */
	struct script_vars vars;
	struct mock_frame frame[MOCK_DEPTH];
	size_t depth; /* of frames; 0: the script is at its end */
	bool second;  /* the prelude is done */
	/* of the exchange in hand, what comes next; of a step, how much of it was said */
	size_t say, reply;
	enum match_level level;
	unsigned *taken; /* by each rule, on this connection */
	/* the script goes on after the replies on their way, once the loop has turned */
	bool more;
};

/* mock_lines.c: the lines in their order */

/* the one after *n others */
const struct script_item *lines_without_part(const struct script_item *, size_t *n);
/* lines of EHLO's reply, "250-…\n", that these items and their blocks want and `out` lacks */
void lines_want(const struct script_item *, struct buf *out);
void lines_begin(struct play *);
bool lines_take(struct play *, const struct act *);	 /* and answers it */
void lines_go_on(struct play *);			 /* past all that waits for nothing */
const struct script_item *lines_at(const struct play *); /* NULL: at its end */

/* mock_reply.c */

void mock_reply(struct play *, const struct expect *, const struct act *, uint64_t delay_ms,
    const struct fault *);
/* A command that the script has, without a reply to it: what a plain server says, unless it
 * refuses. */
void mock_grants(struct play *, const struct act *);

#endif
