/* One reply against one expectation while they are compared, for run/expect_*.c alone. */
#ifndef RUN_SCRIPT_EXPECT_PRIV_H
#define RUN_SCRIPT_EXPECT_PRIV_H

#include "run/script/expect.h"

struct match {
	const struct expect *x;
	const struct reply *r;
	const struct match_how *how;
	struct script_vars *vars;
	struct arena *arena;
	struct match_result *out;
};

/* The reply does not fit: says where and why in ->out. Always false. */
bool match_differs(struct match *, size_t line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The front of a text, escaped, for that. In the arena. */
struct span match_shown(struct match *, struct span);

/*
 * expect_pattern.c: a pattern against a line's text; what it captures is kept only when all of it
 * fits.
 */
bool expect_pattern_fits(const struct expect_line *, struct span text, const struct match_how *,
    struct script_vars *, struct arena *);

/* expect_ehlo.c */
bool match_is_marker(const struct expect_line *);	/* "...": it stands for any lines */
/* the first word of what it says */
struct span match_keyword(struct match *, const struct expect_line *);
/*
 * Below `exact`: the keywords of an EHLO reply are a set; they compare in any case (RFC 5321 2.4).
 */
bool match_keyword_line(struct match *, const struct expect_line *, struct span got);
bool match_ehlo_set(struct match *);	/* all lines but the first, the greeting */

#endif
