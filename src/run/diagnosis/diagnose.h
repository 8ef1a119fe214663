/*
 * Facts in, diagnoses out. Pure functions: no input or output, no clock, no opinion that is not
 * in the table of causes. Each diagnosis is a cause with its place and its evidence; the list is
 * ranked, the cause first and its symptoms after.
 */
#ifndef RUN_DIAGNOSIS_DIAGNOSE_H
#define RUN_DIAGNOSIS_DIAGNOSE_H

#include "base/arena.h"
#include "run/diagnosis/cause.h"
#include "run/diagnosis/facts.h"

/*
 * What a sentence may name as {word}; every value has passed text_safe. field, its word, its
 * replacement where a cause is explained in general
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
	X(OPTION,	"option",	"--timeout reply=5m") /* that gives more time */ \
	X(WHY,		"why",		"...")		/* a reason that a lookup gave */

enum field {
#define X(name, word, generic) FIELD_##name,
	FIELDS(X)
#undef X
	FIELD_COUNT
};
const char *field_word(enum field);

/* What a diagnosis is about. Spans are the facts'; empty or 0: about none. */
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
	enum health state;		/* the row's, unless the facts change it */
	bool symptom;			/* it follows from an earlier one */
	bool vague;			/* nothing is known beyond the reply code */
	struct diagnosis_place place;
	struct span field[FIELD_COUNT];	/* safe to show */
	struct span evidence;		/* the reply, the record, the octets; safe to show */
};

/* Diagnoses one session. NULL: nothing is wrong. Everything lives in the arena. */
struct diagnosis *diagnose(const struct facts *, struct arena *);
/* Diagnoses one thing that is wrong with a certificate. */
struct diagnosis *diagnose_problem(
    const struct tls_info *, const struct tls_problem *, struct arena *);
/* Returns what greets so and is no SMTP server; NULL: none that is known, or not known yet. */
const char *diagnose_foreign(struct span octets);
/* Whether servers expect TLS from the start on this port (RFC 8314 3.3). */
bool smtp_port_is_tls(unsigned port);
/* The cause of a TLS alert, a verification error, a DNS rcode; CAUSE_NONE: it has none. */
enum cause alert_cause(unsigned alert), verify_cause(struct span name), rcode_cause(unsigned);
/*
 * The cause of a reply code and an enhanced code alone, at a stage. CAUSE_NONE: it is neither 4xx
 * nor 5xx.
 */
enum cause reply_code_cause(unsigned code, struct status, enum smtp_stage);
/* Diagnoses the records of a domain, and across its addresses. NULL: nothing is wrong. */
struct diagnosis *diagnose_domain(const struct domain_facts *, struct arena *);

/*
 * Makes a diagnosis of what was found otherwise, then sets its fields; `text` is made safe. The
 * place may be NULL. In the arena.
 */
struct diagnosis *diagnosis_new(enum cause, const struct diagnosis_place *, struct arena *);
void diagnosis_set(struct diagnosis *, enum field, struct span text, struct arena *);
struct diagnosis **diagnosis_end(struct diagnosis **);	/* the end of a list, to append to */

/* Whom advice is for. */
enum audience {
	FOR_ANYONE,			/* both; first whoever has to act */
	FOR_SERVER,			/* whoever runs the server or the zone */
	FOR_CLIENT,			/* whoever only talks to it */
};

/*
 * The row's sentences with their fields filled in, without a full stop at the end. In the arena;
 * diagnosis_next is empty when there is nothing for that audience to do.
 */
struct span diagnosis_title(const struct diagnosis *);
struct span diagnosis_sentence(const struct diagnosis *, struct arena *);
/* What of it was observed, as a clause: "the certificate expired 3 days ago". */
struct span diagnosis_observed(const struct diagnosis *, struct arena *);
struct span diagnosis_consequence(const struct diagnosis *, struct arena *);	/* may be empty */
struct span diagnosis_next(const struct diagnosis *, enum audience, struct arena *);
/* "SENTENCE. Next: NEXT", for anyone. */
struct span diagnosis_text(const struct diagnosis *, struct arena *);
/* Beneath a line that says what was observed: the rest of the sentence, or the consequence. */
struct span diagnosis_below(const struct diagnosis *, struct arena *);	/* may be empty */
/* The same with the next step. */
struct span diagnosis_text_below(const struct diagnosis *, struct arena *);

#endif
