/*
 * Facts in, diagnoses out: pure functions without input, output or clock. Each diagnosis is a cause
 * with its place and its evidence; the list is ranked, with the root cause first and its symptoms
 * after it.
 */
#ifndef RUN_DIAGNOSIS_DIAGNOSE_H
#define RUN_DIAGNOSIS_DIAGNOSE_H

#include "base/arena.h"
#include "run/diagnosis/cause.h"
#include "run/diagnosis/facts.h"

/*
 * What a sentence may refer to as {word}; every value has passed text_safe. field, its word, its
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

/* What a diagnosis is about. Spans are borrowed from the facts; empty or 0: does not apply. */
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
	bool symptom;			/* it is a consequence of an earlier diagnosis */
	bool vague;			/* only the reply code is known */
	struct diagnosis_place place;
	struct span field[FIELD_COUNT];	/* safe to show */
	struct span evidence;		/* the reply, the record, the octets; safe to show */
};

/* Diagnoses one session. Returns a list in the arena; NULL: nothing is wrong. */
struct diagnosis *diagnose(const struct facts *, struct arena *);
/* Diagnoses one problem of a certificate. In the arena. */
struct diagnosis *diagnose_problem(
    const struct tls_info *, const struct tls_problem *, struct arena *);
/*
 * Returns who begins with these octets, if not an SMTP server: "an SSH server"; NULL: unknown, or
 * too few octets to tell.
 */
const char *diagnose_foreign(struct span octets);
/* Returns whether servers expect TLS from the start on this port (RFC 8314 3.3). */
bool smtp_port_is_tls(unsigned port);
/* Return the cause of a TLS alert, a verification error or a DNS rcode; CAUSE_NONE: it has none. */
enum cause alert_cause(unsigned alert), verify_cause(struct span name), rcode_cause(unsigned);
/*
 * Returns the cause that a reply code and an enhanced code mean at a stage, without the text.
 * CAUSE_NONE: neither 4xx nor 5xx.
 */
enum cause reply_code_cause(unsigned code, struct status, enum smtp_stage);
/*
 * Diagnoses the records of a domain and compares its addresses. Returns a list in the arena; NULL:
 * nothing is wrong.
 */
struct diagnosis *diagnose_domain(const struct domain_facts *, struct arena *);

/*
 * diagnosis_new makes a diagnosis of something found otherwise, at a place (NULL: none);
 * diagnosis_set sets a field to `text`, made safe. In the arena.
 */
struct diagnosis *diagnosis_new(enum cause, const struct diagnosis_place *, struct arena *);
void diagnosis_set(struct diagnosis *, enum field, struct span text, struct arena *);
struct diagnosis **diagnosis_end(struct diagnosis **);	/* the link at which to append */

/* Whom advice is for. */
enum audience {
	FOR_ANYONE,			/* both; first the side that has to act */
	FOR_SERVER,			/* the operator of the server or the zone */
	FOR_CLIENT,			/* a client of the server */
};

/*
 * Return the row's sentences with their fields filled in, without a full stop at the end. In the
 * arena; diagnosis_next is empty if that audience can do nothing.
 */
struct span diagnosis_title(const struct diagnosis *);
struct span diagnosis_sentence(const struct diagnosis *, struct arena *);
/* Returns the observed part of the sentence as a clause: "the certificate expired 3 days ago". */
struct span diagnosis_observed(const struct diagnosis *, struct arena *);
struct span diagnosis_consequence(const struct diagnosis *, struct arena *);	/* may be empty */
struct span diagnosis_next(const struct diagnosis *, enum audience, struct arena *);
/* Returns "SENTENCE. Next: NEXT", for anyone. */
struct span diagnosis_text(const struct diagnosis *, struct arena *);
/*
 * Returns what to print below a line that says what was observed: the rest of the sentence, or the
 * consequence.
 */
struct span diagnosis_below(const struct diagnosis *, struct arena *);	/* may be empty */
/* Returns the same with the next step. */
struct span diagnosis_text_below(const struct diagnosis *, struct arena *);

#endif
