/*
 * What a code, a keyword or an error means, as data: `smtpsh explain`, /explain and JSON show the
 * same. The knowledge is in the tables of smtp/, net/ and run/diagnosis; here it is found by what
 * the user writes.
 */
#ifndef UI_SHOW_EXPLAIN_H
#define UI_SHOW_EXPLAIN_H

#include "run/session/session.h"
#include "smtp/stage.h"
#include "ui/show/screen.h"

enum { EXPLAIN_FACTS = 24 };

struct explain_fact { const char *label; struct span text; };

/* The explanation of one thing. Everything lives in the arena given. */
struct explanation {
	const char *kind;		/* "reply code", "EHLO keyword" … */
	struct span name;		/* "550", "SIZE" */
	struct span text;		/* what it is, in a line */
	struct explain_fact fact[EXPLAIN_FACTS];
	size_t nfacts;
	struct explanation *next;
};

/*
 * Explains everything that the words name, in their order. NULL with err (ERR_USAGE) when nothing
 * does. Words are separated as by a shell.
 */
struct explanation *explain_words(const struct span word[], size_t n, struct arena *, struct err *);

/*
 * Explains a reply in its context, with what the session knows about it. `sent` is the line that
 * it answers, or empty.
 */
struct explanation *explain_reply(const struct reply *, enum smtp_stage, struct span sent,
    const struct session_view *, struct arena *);

void explain_show(struct screen *, const struct explanation *);

#endif
