/*
 * Evaluates SPF as a receiver does (RFC 7208 4): may this address send mail as this domain?
 * Afterwards the whole tree of includes is read once more, to find what is odd in the records, and
 * because an address that matches early does not reveal that others exceed the limit of ten
 * lookups.
 *
 * Macros are reported, but not expanded: a term with a macro may match or not. If the result
 * depends on that, it is unknown, and `maybe` has the possible results.
 */
#ifndef RUN_SENDER_SPF_H
#define RUN_SENDER_SPF_H

#include "run/route/host.h"
#include "run/sender/spf_record.h"

/* RFC 7208 4.6.4 */
enum { SPF_LOOKUPS_MAX = 10, SPF_VOIDS_MAX = 2, SPF_NAMES_MAX = 10 };
/* Limits on lookups when the whole tree is read, on notes, and on the length of a path. */
enum { SPF_TREE_MAX = 40, SPF_NOTES_MAX = 16, SPF_PATH_MAX = SPF_TREE_MAX + 2 };

/* The reason for the result: the word for it in JSON. */
#define SPF_WHYS(X)                                                                               \
	X(MATCHED, "matched")		/* at.term did */                                          \
	/* nothing matched, and there is no redirect (RFC 7208 4.7) */ \
	X(DEFAULT, "no_match")   \
	X(NO_RECORD, "no_record") /* or not a valid DNS name (RFC 7208 4.3) */     \
	X(RECORDS, "several_records")	/* permerror (RFC 7208 4.5) */                            \
	X(SYNTAX, "syntax")                                                                       \
	X(LOOKUPS, "too_many_lookups")                                                            \
	X(VOIDS, "too_many_void_lookups")                                                         \
	X(NAMES, "too_many_mx")                                                                   \
	X(NO_INCLUDED, "include_without_record") /* RFC 7208 5.2, 6.1: permerror */               \
	X(DNS, "lookup_failed")                                                                   \
	X(MACRO, "macro")		/* unknown */                                             \
	X(UNASKED, "no_source")

enum spf_why {
#define X(name, word) SPF_WHY_##name,
	SPF_WHYS(X)
#undef X
};
const char *spf_why_word(enum spf_why);

/* What is odd in a record without being an error; the word in JSON, the phrase. */
#define SPF_NOTES(X)                                                                              \
	X(PLUS_ALL, "plus_all", "allows every host on the Internet")                           \
	X(PTR, "ptr", "should not be used (RFC 7208 5.5)")                                        \
	X(MACRO, "macro", "has a macro, which is not expanded here")                              \
	X(AFTER_ALL, "after_all", "follows \"all\" and is never reached (RFC 7208 5.1)")          \
	X(REDIRECT, "redirect_ignored", "is ignored: the record has \"all\" (RFC 7208 6.1)")     \
	X(NO_ALL, "no_all", "has neither \"all\" nor \"redirect=\": other hosts are neutral")     \
	X(OTHER, "unknown_modifier", "is not an RFC 7208 modifier and is ignored")

enum spf_note_kind {
#define X(name, word, phrase) SPF_NOTE_##name,
	SPF_NOTES(X)
#undef X
};
struct spf_note {
	enum spf_note_kind kind;
	struct span term;		/* empty: the record as a whole */
	struct span domain;		/* domain of the record */
};
const char *spf_note_word(enum spf_note_kind);
const char *spf_note_phrase(enum spf_note_kind);

struct spf_at {				/* a term of a record */
	struct span term, domain;
};

struct spf {
	struct span domain;		/* of the sender; for the null sender the EHLO name */
	struct span record;		/* its record, as published; empty: none */
	size_t records;			/* number of SPF records */
	bool authentic;			/* DNSSEC-validated */
	enum spf_result result;
	/* if UNKNOWN: the possible results as bits, 1 << enum spf_result */
	unsigned maybe;
	enum spf_why why;
	/* the term that decided, in the record of at.domain; .term empty: none did */
	struct spf_at at;
	enum spf_flaw flaw;		/* if SYNTAX */
	/* the includes and redirects that led to it, outermost first */
	struct spf_at *path;
	size_t npath;
	struct span text;		/* if DNS: what failed */
	unsigned lookups, voids;	/* until the result was decided */
	/*
	 * Number of lookups that the whole tree takes for an address that matches nothing.
	 * `tree_more`: at least that many, since reading stopped there or part of the tree could
	 * not be read.
	 */
	unsigned tree_lookups;
	bool tree_more;
	/* an error elsewhere in the tree; MATCHED: none */
	enum spf_why tree_why;
	struct spf_at tree_at;
	struct spf_note note[SPF_NOTES_MAX];
	size_t nnotes;
};

struct spf_opts {
	struct span domain;		/* in A-labels */
	const struct addr *source;	/* NULL: none; a valid record then has result UNASKED */
};

/* Called once, possibly within spf_start; the result lives in the env's arena. */
typedef void spf_fn(void *ctx, const struct spf *);

struct spf_query;
/*
 * Starts an evaluation. Returns NULL if spf_fn was called already. When the env's deadline expires,
 * the result is a temperror.
 */
struct spf_query *spf_start(
    const struct lookup_env *, const struct spf_opts *, spf_fn *, void *ctx);
void spf_free(struct spf_query *);	/* also cancels; required after spf_fn too; NULL is fine */

/*
 * Returns one sentence, fit to follow "SPF: " and safe to show: "pass: \"ip4:192.0.2.0/24\" of
 * _spf.example.net, by \"include:_spf.example.net\"". In the arena, like those below.
 */
struct span spf_sentence(const struct spf *, struct arena *);
struct span spf_maybe(const struct spf *, struct arena *);	/* "pass or fail"; may be empty */
struct span spf_reason(const struct spf *, struct arena *);	/* the same without the result */
/* Returns a sentence about ->tree_why and ->tree_at. */
struct span spf_why_sentence(enum spf_why, const struct spf_at *, struct arena *);

#endif
