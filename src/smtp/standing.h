/*
 * Whether a reply's code belongs to what it answers. SMTP has no tags, so that only the code tells:
 * each command lists the positive codes that answer it (RFC 5321 4.3.2; the extensions' own), and
 * some codes belong to one command alone. One of those elsewhere means that replies and commands
 * are out of step, and no reply after it can be relied on.
 *
 * What a code means is decided here and nowhere else; the session puts it into EVENT_REPLY.
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
	DUE_RESPONSE,		/* to the response to a 334 */
	DUE_CANCEL,		/* to the "*" that ends an AUTH exchange */
	DUE_MESSAGE,		/* to the end of data, or to the last BDAT */
	DUE_RECIPIENT,		/* the same for one recipient: LMTP, and PRDR after its 353 */
	DUE_FURTHER,		/* one more that a script waits for: any */
	DUE_NOTHING,		/* nothing: the reply is unsolicited */
	DUE_PARTED,		/* nothing any more: the 221 has come */
};

/* What a reply answers. */
struct due {
	enum due_stage stage;
	enum verb verb;
	/* AUTH: it may succeed at once, since an initial response went with it */
	bool initial;
	/* DUE_MESSAGE: 353 may come, and replies for each recipient with it */
	bool prdr;
};

/* The due of a command line, AUTH's initial response seen. */
struct due due_command(struct span line);

enum standing standing_of(const struct due *, unsigned code);

/*
 * What a reply of that standing comes to: ERR_NONE, ERR_TEMPORARY, ERR_REFUSED, or ERR_PROTO where
 * it cannot be taken. To the end of a message such a reply leaves it ERR_UNKNOWN what became of it.
 */
enum err_kind standing_err(const struct due *, enum standing, const struct reply *);

bool due_is_message(const struct due *);	/* the end of a message is answered */

/* "MAIL", "the greeting", "the end of data". */
const char *due_text(const struct due *);

/* Which code came, which are due, and the section; for REPLY_FITS nothing. */
enum { STANDING_TEXT = 200 };
void standing_text(const struct due *, enum standing, unsigned code, char out[STANDING_TEXT]);

#endif
