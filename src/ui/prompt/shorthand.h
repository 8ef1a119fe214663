/*
 * What may be typed at the prompt, and nowhere else, for a command: the beginning of its name
 * where no other begins so, "/?", "/exit", and without a connection a bare word.
 */
#ifndef UI_PROMPT_SHORTHAND_H
#define UI_PROMPT_SHORTHAND_H

#include "ui/prompt/prompt.h"

/*
 * Returns the line with the name of its command written out, which lives in `room` until the next
 * call; a line that needs none as it is. `bare`: help, ?, quit, exit and version are commands.
 */
struct span shorthand_expand(
    struct buf *room, const struct prompt_command *const table[], struct span line, bool bare);

/*
 * Adds the commands that begin so to `out`, as "/send, /set"; returns how many there are. A name
 * in full is the only one.
 */
size_t shorthand_list(
    const struct prompt_command *const table[], struct span beginning, struct buf *out);

#endif
