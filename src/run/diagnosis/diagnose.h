/*
 * diagnose: facts in, diagnoses out. Pure functions: no input or output, no clock, no opinion that
 * is not in the table of causes. Each diagnosis is a cause with its place and its evidence; the
 * list is ranked, the cause first and its symptoms after.
 */
#ifndef RUN_DIAGNOSIS_DIAGNOSE_H
#define RUN_DIAGNOSIS_DIAGNOSE_H

#include "base/arena.h"
#include "run/diagnosis/cause.h"
#include "run/diagnosis/facts.h"

/*
 * What a sentence may name, {word}; all of it has passed text_safe. field, its word, what stands
 * for it where a cause is explained in general
 */
#define FIELDS(X)									\
	X(HOST,		"host",		"HOST")		/* an address where there is no name */ \
	X(ADDRESS,	"address",	"ADDRESS")					\
	X(PORT,		"port",		"PORT")						\
	X(DOMAIN,	"domain",	"DOMAIN")	/* whose mail it is */		\
	X(STAGE,	"stage",	"this point")	/* "RCPT", "the greeting" */	\
	X(AWAITED,	"awaited",	"a reply")	/* "the reply to RCPT" */	\
	X(WAITED,	"waited",	"some time")	/* "10 s": a timeout, a delay */ \
	X(WHAT,		"what",		"something else") /* "an SSH server", a flaw, an alert */ \
	X(OCTETS,	"octets",	"...")		/* what the peer sent, cut */	\
	X(CODE,		"code",		"a reply code")					\
	X(LIST,		"list",		"a list")	/* a block list */		\
	X(NAME,		"name",		"NAME")		/* that was asked for or sent */ \
	X(NAMES,	"names",	"others")	/* there instead; mechanisms offered */ \
	X(FROM,		"from",		"the sender")					\
	X(TO,		"to",		"the recipient")				\
	X(DATE,		"date",		"a date")					\
	X(DAYS,		"days",		"some days")	/* "3 days" */			\
	X(SIZE,		"size",		"a limit")	/* "10 MiB" */			\
	X(OTHER,	"other",	"another")	/* host, address or record beside */ \
	X(WHY,		"why",		"...")		/* a reason that a lookup gave */

enum field {
#define X(name, word, generic) FIELD_##name,
	FIELDS(X)
#undef X
	FIELD_COUNT
};
const char *field_word(enum field);

/* Where it is. Spans are as the facts had them; empty or 0: it is about none. */
struct diagnosis_place {
	struct span domain, host, address;
	unsigned port;
	unsigned preference;
	bool mx;
	enum smtp_stage stage;
};

struct diagnosis {
	struct diagnosis *next;
	enum cause cause;		/* never CAUSE_NONE */
	enum health state;		/* the row's, or what the facts make of it */
	bool symptom;			/* it follows from one before it */
	bool vague;			/* no more is known than the code says */
	struct diagnosis_place place;
	struct span field[FIELD_COUNT];	/* safe to show */
	struct span evidence;		/* the reply, the record, the octets; safe to show */
};

/* Of one session. NULL: nothing is wrong. Everything lives in the arena. */
struct diagnosis *diagnose(const struct facts *, struct arena *);
/* Of a code and an enhanced code alone, at a stage. CAUSE_NONE: it is neither 4xx nor 5xx. */
enum cause reply_code_cause(unsigned code, struct status, enum smtp_stage);
/* Of the records of a domain, and across its addresses. */
struct diagnosis *diagnose_domain(const struct domain_facts *, struct arena *);

/*
 * One of a cause by hand, for what is found in another way; then its fields. `text` is made safe.
 */
struct diagnosis *diagnosis_new(enum cause, const struct diagnosis_place *, struct arena *);
void diagnosis_set(struct diagnosis *, enum field, struct span text, struct arena *);
struct diagnosis **diagnosis_end(struct diagnosis **);	/* where a list ends, to add to it */

/* Whom a next step is for. */
enum audience {
	FOR_ANYONE,			/* both, first whoever has to act */
	FOR_SERVER,			/* who runs the server or the zone; empty: nothing to do */
	FOR_CLIENT,			/* who only talks to it; empty: nothing to do */
};

/* The row's sentences with their fields; without a last full stop. In the arena. */
struct span diagnosis_title(const struct diagnosis *);
struct span diagnosis_sentence(const struct diagnosis *, struct arena *);
struct span diagnosis_consequence(const struct diagnosis *, struct arena *);	/* or empty */
struct span diagnosis_next(const struct diagnosis *, enum audience, struct arena *);

#endif
