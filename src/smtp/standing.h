/*
 * Whether a reply's code belongs to what it answers. SMTP has no tags, so only the code tells:
 * each command lists the positive codes that answer it (RFC 5321 4.3.2; the extensions' own), and
 * some codes belong to one command alone. Such a code anywhere else means that replies and
 * commands are out of step, and no later reply can be relied on.
 *
 * What a code means is decided only here; the session puts it into EVENT_REPLY.
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
	DUE_FURTHER,		/* one more reply that a script waits for, with any code */
	DUE_NOTHING,		/* nothing: the reply is unsolicited */
	DUE_PARTED,		/* nothing: the 221 has already come */
};

/* What a reply answers. */
struct due {
	enum due_stage stage;
	enum verb verb;
	/* AUTH: it had an initial response, so it may succeed at once */
	bool initial;
	/* DUE_MESSAGE: 353 may come, followed by a reply for each recipient */
	bool prdr;
};

/* What a reply to this command line answers; notes AUTH's initial response. */
struct due due_command(struct span line);

enum standing standing_of(const struct due *, unsigned code);

/*
 * What a reply of that standing amounts to: ERR_NONE, ERR_TEMPORARY, ERR_REFUSED, or ERR_PROTO
 * when it cannot be relied on; ERR_UNKNOWN when such a reply answers the end of a message, whose
 * fate is then unknown.
 */
enum err_kind standing_err(const struct due *, enum standing, const struct reply *);

bool due_is_message(const struct due *);	/* it answers the end of a message */

/* "MAIL", "the greeting", "the end of data". */
const char *due_text(const struct due *);

/*
 * Writes which code came, which ones are due, and the RFC section; for REPLY_FITS an empty
 * string.
 */
enum { STANDING_TEXT = 200 };
void standing_text(const struct due *, enum standing, unsigned code, char out[STANDING_TEXT]);

#endif
