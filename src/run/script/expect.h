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

/* A regular expression (/ERE/) of a script: at most 256 octets. */
struct expect_ere {
	struct expect_ere *next;
	struct span source;		/* without its slashes */
	const struct ere *ere;
	unsigned places;		/* sum over this entry and those after it in the list */
};
/*
 * Compiles an expression into the arena and adds it to *list. Returns NULL and sets err (ERR_USAGE)
 * when it is not valid or too long.
 */
const struct expect_ere *ere_compile(
    struct span source, struct arena *, struct expect_ere **list, struct err *);
/*
 * Searches a line. Returns whether it matches; *group is then what the first group matched, or the
 * whole match without one.
 */
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
	/* `S: ...`, or a last line that ends in ` ...`: any further lines may follow */
	bool more;
};

struct expect {
	struct place place;
	bool any;			/* `S: *` */
	struct expect_line *line;
	size_t nlines;
	bool more;			/* any further lines may follow */
};

/* The masks, which hide what varies at level `text`; one bit each. */
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

/* What a line of a reply belongs to, as far as that decides what may vary in it. */
enum reply_place {
	PLACE_ANY,
	PLACE_GREETING,
	PLACE_HELLO,   /* the first line of the reply to EHLO */
	PLACE_KEYWORD, /* a further line of the reply to EHLO */
	PLACE_QUEUED,  /* the reply to the end of data, which may have a queue ID */
};

enum reply_place reply_place_of(const struct due *);
/*
 * Returns the place of line `i` (from 0) of a reply: in a reply to EHLO, every line after the first
 * is a PLACE_KEYWORD.
 */
enum reply_place reply_place_of_line(enum reply_place, size_t i);

struct match_how {
	enum match_level level;
	unsigned masks;			/* bits 1 << MASK_BIT_… */
	const struct expect_ere *own[OWN_MASKS_MAX];	/* added by /mask name /ERE/ */
	size_t nown;
	struct span host;		/* the server's own name; empty: unknown */
	bool ehlo;			/* the reply answers EHLO or LHLO */
	enum reply_place place;		/* of lines other than EHLO keywords */
	const struct secrecy *secrecy;	/* secrets that are starred in ->why; NULL: none */
};

struct match_result {
	bool ok;
	unsigned uncompared;		/* number of texts that the level did not compare */
	size_t line;			/* index of the expected line that failed, from 0 */
	struct span about;		/* the part of that line that failed; empty: all of it */
	char why[300];			/* "expected code 250, received 451" */
};

/*
 * Compares a reply with an expectation. Sets the typed placeholders that matched in vars. `arena`
 * is for temporary memory. Returns result->ok.
 */
bool expect_match(const struct expect *, const struct reply *, const struct match_how *,
    struct script_vars *, struct arena *, struct match_result *);
/*
 * For a reply that does not match: sets, for each expected and each received line, whether a line
 * of the other side matches it. Both arrays must be zeroed and have one element per line.
 */
void expect_met(const struct expect *, const struct reply *, const struct match_how *,
    struct script_vars *, struct arena *, bool *expected, bool *received);
/* Judges a reply that has no S: line: it must be 2xx or 3xx. */
bool expect_default(const struct reply *, struct match_result *);
/* Returns whether the first `digits` digits of `code` match a code of the line. */
bool expect_code_fits(const struct expect_line *, unsigned code, size_t digits);
/*
 * Returns whether a reply with this code may match. The parser asks this to learn whether the reply
 * may be a 354 or 334, after which the client's lines are read differently.
 */
bool expect_may_be(const struct expect *, unsigned code);
/* Returns whether exactly this code is expected, with all three digits given. */
bool expect_names(const struct expect *, unsigned code);

/*
 * Compares a line's text with a pattern or an /ERE/. Captures are kept only when the whole text
 * matches.
 */
bool expect_pattern_fits(const struct expect_line *, struct span text, const struct match_how *,
    struct script_vars *, struct arena *);
/*
 * Returns the line as level `text` compares it: whitespace, masks and the like normalized. In the
 * arena.
 */
struct span expect_normal(struct span line, const struct match_how *, struct arena *);

/*
 * Parses the next line of an expectation; the cursor must be after "S: ". Sets *open when the reply
 * continues in the next S: line. `expect` must be zeroed before its first line; its lines live in
 * the arena. Returns false and sets err (ERR_USAGE) on a syntax error.
 */
bool expect_add_line(struct expect *, struct cursor *, const struct text_context *,
    struct expect_ere **eres, bool *open, struct err *);

#endif
