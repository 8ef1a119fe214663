/*
 * Whether a reply's code fits the command that it answers. SMTP has no tags, so only the code
 * tells: each command has a list of the positive codes that may answer it (RFC 5321 4.3.2, and
 * those of the extensions), and some codes belong to one command alone. Such a code in reply to
 * another command means that replies and commands are out of step, and that no later reply can be
 * relied on.
 *
 * No other file decides this; the session reports the result in EVENT_REPLY.
 */
#ifndef SMTP_STANDING_H
#define SMTP_STANDING_H

#include "base/err.h"
#include "smtp/reply.h"
#include "smtp/verb.h"

/* name, the word for it in JSON */
#define STANDINGS(X)					\
	X(FITS,		"fits")				\
	X(UNLISTED,	"unlisted")	/* goes by its first digit, as RFC 5321 4.3.2 demands */ \
	X(OUT_OF_STEP,	"out_of_step")	/* belongs to another command: it proves nothing */

enum standing {
#define X(name, word) REPLY_##name,
	STANDINGS(X)
#undef X
};
const char *standing_word(enum standing);

enum due_stage {
	DUE_COMMAND,		/* the reply to a command */
	DUE_GREETING,
	DUE_RESPONSE,		/* the reply to a response to a 334 */
	DUE_CANCEL,		/* the reply to the "*" that cancels an AUTH exchange */
	DUE_MESSAGE,		/* the reply to the end of data, or to the last BDAT */
	DUE_RECIPIENT,		/* the same for one recipient: LMTP, and PRDR after its 353 */
	DUE_FURTHER,		/* a further reply that a script waits for, with any code */
	DUE_NOTHING,		/* nothing: the reply is unsolicited */
	DUE_PARTED,		/* nothing: the 221 has already come */
};

/* What a reply answers. */
struct due {
	enum due_stage stage;
	enum verb verb;
	/* AUTH with an initial response, which may succeed at once */
	bool initial;
	/* DUE_MESSAGE: the reply may be 353, followed by one for each recipient */
	bool prdr;
};

/* Returns what a reply to this command line answers. */
struct due due_command(struct span line);

enum standing standing_of(const struct due *, unsigned code);

/*
 * Returns the outcome of a reply: ERR_NONE, ERR_TEMPORARY, ERR_REFUSED, or ERR_PROTO when it cannot
 * be relied on. ERR_UNKNOWN: it cannot be relied on and answers the end of a message, which may
 * or may not have been accepted.
 */
enum err_kind standing_err(const struct due *, enum standing, const struct reply *);

bool due_is_message(const struct due *);	/* it answers the end of a message */

/* Returns the name in a sentence: "MAIL", "the greeting", "the end of data". */
const char *due_text(const struct due *);

/*
 * Writes a sentence with the code that came, the codes that are allowed, and the RFC section; an
 * empty string for REPLY_FITS.
 */
enum { STANDING_TEXT = 200 };
void standing_text(const struct due *, enum standing, unsigned code, char out[STANDING_TEXT]);

#endif
