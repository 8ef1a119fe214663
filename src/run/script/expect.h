/*
 * A reply against what a script expects: codes, enhanced codes, texts and patterns, at a
 * strictness.
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
	X(ENHANCED, "enhanced", "the code, the enhanced code, the keywords of EHLO")	\
	X(TEXT, "text", "the text after normalisation")				\
	X(EXACT, "exact", "every octet")

enum match_level {
#define X(name, word, help) MATCH_##name,
	MATCH_LEVELS(X)
#undef X
	MATCH_UNSAID
};
enum match_level match_level_of(struct span word);	/* MATCH_UNSAID: no such level */
const char *match_level_word(enum match_level);

/* A script's regular expression: at most 256 octets. */
struct expect_ere {
	struct expect_ere *next;
	struct span source;		/* without its slashes */
	const struct ere *ere;
	unsigned places;		/* of this and those behind it in the list */
};
/* In the arena, and added to *list; NULL with err. */
const struct expect_ere *ere_compile(
    struct span source, struct arena *, struct expect_ere **list, struct err *);
/* Does it match somewhere in the line? *group is what its first group (or all of it) matched. */
bool ere_match(const struct expect_ere *, struct span line, struct span *group);

enum { CODES_MAX = 8 };

struct expect_line {
	struct place place;
	struct span source;		/* behind "S: " */
	struct { char digit[3]; } code[CODES_MAX];	/* 'x' is any digit */
	size_t ncodes;			/* 0: an `S: ...` */
	char separator;			/* '-', ' ', or 0 when nothing follows the code */
	struct script_text text;	/* behind code and separator */
	struct status status;		/* an enhanced code at its front */
	const struct expect_ere *ere;	/* the text is an /ERE/ */
	/* `S: ...`, or a last line whose text is ` ...`: any further lines */
	bool more;
};

struct expect {
	struct place place;
	bool any;			/* `S: *` */
	struct expect_line *line;
	size_t nlines;
	bool more;			/* further lines are welcome */
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

struct match_how {
	enum match_level level;
	unsigned masks;			/* bits 1 << MASK_BIT_… */
	const struct expect_ere *own[OWN_MASKS_MAX];	/* of /mask name /ERE/ */
	size_t nown;
	struct span host;		/* the server's own name; empty: not known */
	bool ehlo;			/* the reply answers EHLO or LHLO */
	enum reply_place place;		/* of lines that are no keywords of EHLO */
	const struct secrecy *secrecy;	/* what is starred where it says why; NULL: nothing is */
};

struct match_result {
	bool ok;
	unsigned uncompared;		/* texts that the level did not look at */
	size_t line;			/* the line of the expectation that failed */
	struct span about;		/* what of that line; empty: all of it */
	char why[300];			/* "expected code 250, received 451" */
};

/* Typed places that match are kept in vars. `arena` is for what is needed meanwhile. */
bool expect_match(const struct expect *, const struct reply *, const struct match_how *,
    struct script_vars *, struct arena *, struct match_result *);
/*
 * Of a reply that does not fit: which lines of either have one that fits them in the other. Both
 * are zeroed.
 */
void expect_met(const struct expect *, const struct reply *, const struct match_how *,
    struct script_vars *, struct arena *, bool *expected, bool *received);
/* A reply that nothing judges must be 2yz or 3yz. */
bool expect_default(const struct reply *, struct match_result *);
/* Do so many first digits of the code fit one that the line has? */
bool expect_code_fits(const struct expect_line *, unsigned code, size_t digits);
/* Could a reply with this code be meant? For the modes that follow: 354, 334. */
bool expect_may_be(const struct expect *, unsigned code);
/* Is it this very code that is expected, by its three digits? */
bool expect_names(const struct expect *, unsigned code);

/*
 * A pattern (or an /ERE/) against a line's text; what it captures is kept only when all of it fits.
 */
bool expect_pattern_fits(const struct expect_line *, struct span text, const struct match_how *,
    struct script_vars *, struct arena *);
/* One line of text as the level `text` compares it. In the arena. */
struct span expect_normal(struct span line, const struct match_how *, struct arena *);

/*
 * Parsing: the cursor stands behind "S: ". *open says that the reply goes on in the next S: line.
 * `expect` is zeroed before its first line; its lines are in the arena.
 */
bool expect_add_line(struct expect *, struct cursor *, const struct text_context *,
    struct expect_ere **eres, bool *open, struct err *);

#endif
