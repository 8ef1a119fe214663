/*
 * What is wrong with a line before it is sent: nothing is corrected, only reported. Pure
 * functions of the line and the state of the dialogue.
 */
#ifndef SMTP_LINT_H
#define SMTP_LINT_H

#include "base/buf.h"
#include "smtp/dialogue.h"
#include "smtp/extension.h"

/*
 * Adds a sentence, ended by LF, to `out` for each thing that looks wrong with a command line;
 * nothing when there is none. `extensions` are those of the last EHLO, NULL when unknown. Parts
 * of the line are quoted escaped, an AUTH response never.
 */
void lint_command(
    struct span line, const struct dialogue *, const struct extensions *, struct buf *out);

/*
 * The same for message text, line by line from the 354 to the final dot. {0} is the initial
 * state.
 */
struct lint_message {
	bool begun;		/* a line was seen */
	bool blank;		/* an empty line was seen: the header is over */
	bool no_header;		/* what came before it was not a header */
	bool eight_bit_noted;
};
void lint_text(struct lint_message *, struct span line, const struct extensions *, struct buf *out);

/*
 * The mark of a line pasted from a transcript or a script: "# ", "C: " or "S: " in column one.
 * Empty when there is none.
 */
struct span lint_marker(struct span line);

#endif
