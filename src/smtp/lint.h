/*
 * Reports what looks wrong with a line before it is sent, and corrects nothing. Pure functions of
 * the line and the state of the dialogue.
 */
#ifndef SMTP_LINT_H
#define SMTP_LINT_H

#include "base/buf.h"
#include "smtp/dialogue.h"
#include "smtp/extension.h"

/*
 * Appends to `out` a sentence, followed by LF, for each thing that looks wrong with a command line.
 * `extensions` are those of the last EHLO; NULL: unknown. Quoted parts of the line are escaped,
 * and an AUTH response is never quoted.
 */
void lint_command(
    struct span line, const struct dialogue *, const struct extensions *, struct buf *out);

/*
 * The same for message data, line by line from the 354 to the final dot. {0} is the initial state.
 */
struct lint_message {
	bool begun;		/* a line was seen */
	bool blank;		/* an empty line was seen: the header is over */
	bool no_header;		/* a line before that was not part of a header */
	bool eight_bit_noted;
};
void lint_text(struct lint_message *, struct span line, const struct extensions *, struct buf *out);

/*
 * Returns the marker at the beginning of a line that was pasted from a transcript or a script:
 * "# ", "C: " or "S: ". Empty: none.
 */
struct span lint_marker(struct span line);

#endif
