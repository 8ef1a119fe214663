/*
 * ink - the roles of text on the screen, and how each looks: SGR parameters (ECMA-48 8.3.117). The
 * user changes them with SMTPSH_COLORS, written like GREP_COLORS: "rejected=1;35:dim=90".
 */
#ifndef UI_SHOW_INK_H
#define UI_SHOW_INK_H

#include "base/err.h"

/* ink, its word in SMTPSH_COLORS, its default parameters */
#define INKS(X)										\
	X(PLAIN,	NULL,		"0")	/* what is read: texts, verdicts, next steps */ \
	X(DIM,		"dim",		"2")	/* times, RFC numbers, routine; hints */ \
	X(BOLD,		"bold",		"1")	/* what failed */			\
	X(GOOD,		"accepted",	"32")	/* 2xx, verified */			\
	X(WARN,		"deferred",	"33")	/* 4xx, not verified */			\
	X(BAD,		"rejected",	"31")	/* 5xx, failed */			\
	X(SENT,		"sent",		"36")	/* the mark of what was sent */		\
	X(HOST,		"host",		"36")	/* the host in the prompt */		\
	/* the code of a rejection: bold, and the colour of its class */		\
	X(WARN_BOLD,	NULL,		"1;33")						\
	X(BAD_BOLD,	NULL,		"1;31")

enum ink {
#define X(name, word, sgr) INK_##name,
	INKS(X)
#undef X
};
#define X(name, word, sgr) + 1
enum { INK_COUNT = INKS(X), SGR_SIZE = 48 };
#undef X

/* SGR parameters by enum ink; "": looks like plain text */
struct palette { char sgr[INK_COUNT][SGR_SIZE]; };
extern const struct palette palette_default;

/*
 * Sets the palette to the defaults, changed by the value of SMTPSH_COLORS (NULL: none). Parts that
 * are not "role=PARAMETERS" with a known role are ignored. Returns false with err, which names the
 * first such part.
 */
bool palette_read(struct palette *, const char *value, struct err *);
/* Removes all colors and keeps other attributes: bold, dim, underlined (NO_COLOR). */
void palette_without_color(struct palette *);

#endif
