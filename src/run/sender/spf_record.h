/*
 * Parses an SPF record (RFC 7208 4.5, 4.6, 12): the whole record or none of it, since a syntax
 * error anywhere makes the result a permerror. run/sender/spf.h evaluates it.
 */
#ifndef RUN_SENDER_SPF_RECORD_H
#define RUN_SENDER_SPF_RECORD_H

#include "base/arena.h"
#include "net/addr.h"

enum { SPF_TERMS_MAX = 1000 };

/* result (RFC 7208 2.6), the word for it in JSON and in sentences */
#define SPF_RESULTS(X)                                                                          \
	X(NONE, "none")		/* no record */                                                 \
	X(NEUTRAL, "neutral")                                                                   \
	X(PASS, "pass")                                                                         \
	X(FAIL, "fail")                                                                         \
	X(SOFTFAIL, "softfail")                                                                 \
	X(TEMPERROR, "temperror")                                                               \
	X(PERMERROR, "permerror")                                                               \
	X(UNKNOWN, "unknown")	/* it depends on a macro, which is not expanded here */         \
	X(UNASKED, "unasked")	/* no client address was given: only the record was read */

enum spf_result {
#define X(name, word) SPF_##name,
	SPF_RESULTS(X)
#undef X
};
const char *spf_result_word(enum spf_result);

/* kind of a term, its name, whether evaluating it counts as a lookup (RFC 7208 4.6.4) */
#define SPF_KINDS(X)              \
	X(ALL, "all", false)      \
	X(INCLUDE, "include", true) \
	X(A, "a", true)           \
	X(MX, "mx", true)         \
	X(PTR, "ptr", true)       \
	X(IP4, "ip4", false)      \
	X(IP6, "ip6", false)      \
	X(EXISTS, "exists", true) \
	X(REDIRECT, "redirect", true) \
	X(EXP, "exp", false)

enum spf_kind {
#define X(name, word, counts) SPF_KIND_##name,
	SPF_KINDS(X)
#undef X
	SPF_KIND_OTHER,			/* a modifier that RFC 7208 does not know: ignored (6) */
};

/* What a syntax error is about; the phrase that follows the term. */
#define SPF_FLAWS(X)                                                                              \
	X(NONE, "")                                                                               \
	X(MECHANISM, "unknown mechanism")                                                \
	X(ARGUMENT, "it takes no argument")                                                       \
	X(NO_DOMAIN, "it needs a domain")                                                         \
	X(DOMAIN, "not a domain name of at least two labels")                                     \
	X(MACRO, "not an RFC 7208 7 macro")                                                     \
	X(IP4, "not an IPv4 address")                                                             \
	X(IP6, "not an IPv6 address")                                                             \
	X(PREFIX, "prefix length out of range (IPv4: 0 to 32, IPv6: 0 to 128)")                \
	X(TWICE, "it may occur only once")                                                        \
	X(TERMS, "the record has more than 1000 terms; the rest is ignored")

enum spf_flaw {
#define X(name, phrase) SPF_FLAW_##name,
	SPF_FLAWS(X)
#undef X
};
const char *spf_flaw_phrase(enum spf_flaw);

struct spf_term {
	enum spf_kind kind;
	enum spf_result qualifier;	/* result if a mechanism matches; default: PASS */
	struct span text;		/* as published, with its qualifier */
	/* its domain-spec; empty: the domain of the record */
	struct span domain;
	bool macro;			/* the domain-spec has a macro */
	struct addr_net net;		/* of ip4 and ip6 */
	unsigned bits4, bits6;		/* of a and mx: prefix lengths for the addresses found */
};

struct spf_record {
	struct spf_term *term;		/* in order, modifiers included */
	size_t n;
	/* the first of each; NULL: none */
	const struct spf_term *all, *redirect;
};

bool spf_kind_counts(enum spf_kind);

/* Returns whether a text is "v=spf1", or begins with that and a space (RFC 7208 4.5). */
bool spf_is_record(struct span text);

/*
 * Parses `text`, for which spf_is_record must be true. Spans point into it, terms live in the
 * arena. Returns false on a syntax error; *flaw says which, *at is its term.
 */
bool spf_record_parse(
    struct span text, struct arena *, struct spf_record *, enum spf_flaw *flaw, struct span *at);

#endif
