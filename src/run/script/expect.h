/*
 * Compares a reply with what a script expects: codes, enhanced codes, texts and patterns, at a
 * level of strictness.
 */
#ifndef RUN_SCRIPT_EXPECT_H
#define RUN_SCRIPT_EXPECT_H

#include "base/ere.h"
#include "run/script/text.h"
#include "smtp/reply.h"
#include "smtp/secrecy.h"
#include "smtp/standing.h"

/* level, its word, what it compares */
#define MATCH_LEVELS(X)								\
	X(CLASS, "class", "the first digit")					\
	X(CODE, "code", "the three digits")					\
	X(ENHANCED, "enhanced", "the code, the enhanced code, the EHLO keywords")	\
	X(TEXT, "text", "the text after normalization")				\
	X(EXACT, "exact", "every octet")

enum match_level {
#define X(name, word, help) MATCH_##name,
	MATCH_LEVELS(X)
#undef X
	MATCH_UNSET
};
enum match_level match_level_of(struct span word);	/* MATCH_UNSET: no such level */
const char *match_level_word(enum match_level);

/* A script's regular expression: at most 256 octets. */
struct expect_ere {
	struct expect_ere *next;
	struct span source;		/* without its slashes */
	const struct ere *ere;
	unsigned places;		/* of this one and those after it in the list */
};
/* Compiles into the arena and adds to *list. NULL with err (ERR_USAGE). */
const struct expect_ere *ere_compile(
    struct span source, struct arena *, struct expect_ere **list, struct err *);
/* Searches a line; *group is what its first group (or all of it) matched. */
bool ere_match(const struct expect_ere *, struct span line, struct span *group);

enum { CODES_MAX = 8 };

struct expect_line {
	struct place place;
	struct span source;		/* the line after "S: " */
	struct { char digit[3]; } code[CODES_MAX];	/* 'x' is any digit */
	size_t ncodes;			/* 0: an `S: ...` */
	char separator;			/* '-', ' ', or 0 when nothing follows the code */
	struct script_text text;	/* the text after code and separator */
	struct status status;		/* its enhanced code; class 0: none */
	const struct expect_ere *ere;	/* the text is an /ERE/; NULL: it is not */
	/* `S: ...`, or a last line ending in ` ...`: any further lines may follow */
	bool more;
};

struct expect {
	struct place place;
	bool any;			/* `S: *` */
	struct expect_line *line;
	size_t nlines;
	bool more;			/* any further lines may follow */
};

/* What masks hide at level `text`; a bit each. */
#define MATCH_MASKS(X)                                                                      \
	X(DATE, "date")                                                                     \
	X(QUEUEID, "queueid")                                                               \
	X(MSGID, "msgid")                                                                   \
	X(IP, "ip") X(HOST, "host") X(PID, "pid") X(UUID, "uuid") X(CHALLENGE, "challenge") \
	    X(TIME, "time") X(NUMBER, "number")
enum match_mask_bit {
#define X(name, word) MASK_BIT_##name,
	MATCH_MASKS(X)
#undef X
	MASK_BITS
};
enum { MASKS_ALL = (1 << MASK_BITS) - 1, OWN_MASKS_MAX = 8 };
const char *mask_word(enum match_mask_bit);

/* Where in a dialogue a line of a reply stands, as far as it tells what varies in it. */
enum reply_place {
	PLACE_ANY,
	PLACE_GREETING,
	PLACE_HELLO,   /* the first line of the reply to EHLO */
	PLACE_KEYWORD, /* a further one */
	PLACE_QUEUED,  /* the reply to a whole message */
};

enum reply_place reply_place_of(const struct due *);
/* Of line `i` of a reply in this place: what follows the first of EHLO's is a keyword each. */
enum reply_place reply_place_of_line(enum reply_place, size_t i);

struct match_how {
	enum match_level level;
	unsigned masks;			/* bits 1 << MASK_BIT_… */
	const struct expect_ere *own[OWN_MASKS_MAX];	/* added by /mask name /ERE/ */
	size_t nown;
	struct span host;		/* the server's own name; empty: unknown */
	bool ehlo;			/* the reply answers EHLO or LHLO */
	enum reply_place place;		/* of lines that are no keywords of EHLO */
	const struct secrecy *secrecy;	/* what is starred where it says why; NULL: nothing is */
};

struct match_result {
	bool ok;
	unsigned uncompared;		/* texts that the level did not compare */
	size_t line;			/* index of the expected line that failed */
	struct span about;		/* the part of that line that failed; empty: all of it */
	char why[300];			/* "expected code 250, received 451" */
};

/* Compares; typed placeholders that match are set in vars. `arena` is for temporary memory. */
bool expect_match(const struct expect *, const struct reply *, const struct match_how *,
    struct script_vars *, struct arena *, struct match_result *);
/*
 * For a reply that does not match: sets, for each line of either, whether one of the other
 * matches it. Both arrays must be zeroed, one element per line.
 */
void expect_met(const struct expect *, const struct reply *, const struct match_how *,
    struct script_vars *, struct arena *, bool *expected, bool *received);
/* Judges a reply without an expectation, which must be 2xx or 3xx. */
bool expect_default(const struct reply *, struct match_result *);
/* Whether the first `digits` digits of `code` match a code of the line. */
bool expect_code_fits(const struct expect_line *, unsigned code, size_t digits);
/* Whether a reply with this code may match; for the modes that follow 354 and 334. */
bool expect_may_be(const struct expect *, unsigned code);
/* Whether exactly this code is expected, with all three digits. */
bool expect_names(const struct expect *, unsigned code);

/*
 * Compares a pattern (or an /ERE/) with a line's text; captures are kept only when all of it
 * matches.
 */
bool expect_pattern_fits(const struct expect_line *, struct span text, const struct match_how *,
    struct script_vars *, struct arena *);
/* Normalises one line as level `text` compares it. In the arena. */
struct span expect_normal(struct span line, const struct match_how *, struct arena *);

/*
 * Parses the next line of an expectation; the cursor is after "S: ". *open: the reply continues
 * in the next S: line. `expect` must be zeroed before its first line; its lines live in the
 * arena. False with err (ERR_USAGE).
 */
bool expect_add_line(struct expect *, struct cursor *, const struct text_context *,
    struct expect_ere **eres, bool *open, struct err *);

#endif
