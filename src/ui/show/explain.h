/*
 * explain - what a code, a keyword or an error means, as data: `smtpsh explain`, /explain and JSON
 * show the same. The knowledge is in the tables of smtp/, net/ and run/diagnosis; here it is looked
 * up by what the user writes.
 */
#ifndef UI_SHOW_EXPLAIN_H
#define UI_SHOW_EXPLAIN_H

#include "run/session/session.h"
#include "smtp/stage.h"
#include "ui/show/screen.h"

enum { EXPLAIN_FACTS = 24 };

struct explain_fact { const char *label; struct span text; };

/* The explanation of one thing. Everything lives in the arena passed to the function. */
struct explanation {
	const char *kind;		/* "reply code", "EHLO keyword" … */
	struct span name;		/* "550", "SIZE" */
	struct span text;		/* what it is, in one line */
	struct explain_fact fact[EXPLAIN_FACTS];
	size_t nfacts;
	struct explanation *next;
};

/*
 * Returns an explanation of everything that the words name, in order. Words are separated as by a
 * shell. NULL with err (ERR_USAGE) if a word is unknown.
 */
struct explanation *explain_words(const struct span word[], size_t n, struct arena *, struct err *);

/*
 * Returns an explanation of a reply in its context, with what the session knows about it. `sent` is
 * the line that it replies to, or empty.
 */
struct explanation *explain_reply(const struct reply *, enum smtp_stage, struct span sent,
    const struct session_view *, struct arena *);
/* Prints the explanations. */

void explain_show(struct screen *, const struct explanation *);

#endif
