/*
 * What is wrong with a line before it goes on the wire: nothing is corrected, it is only said. Pure
 * functions of the line and of where the dialogue stands.
 */
#ifndef SMTP_LINT_H
#define SMTP_LINT_H

#include "base/buf.h"
#include "smtp/dialogue.h"
#include "smtp/extension.h"

/*
 * What looks wrong with a command line, one sentence for each, ended by LF, added to `out`; nothing
 * when all is well. `extensions` are the last EHLO's, NULL when none are known. What the line says
 * is repeated escaped, never an AUTH answer.
 */
void lint_command(
    struct span line, const struct dialogue *, const struct extensions *, struct buf *out);

/* Message text, line by line from behind the 354 to the lone dot. {0} to begin. */
struct lint_message {
	bool begun;		/* a line was seen */
	bool blank;		/* and an empty one: the header is over */
	bool no_header;		/* what came before it was no header */
	bool eight_bit_said;
};
void lint_text(struct lint_message *, struct span line, const struct extensions *, struct buf *out);

/*
 * Pasted from a transcript or a script: "# ", "C: " or "S: " in column one. Empty when it does not
 * begin so.
 */
struct span lint_marker(struct span line);

#endif
