/*
 * Abbreviations that may be typed at the prompt, and nowhere else: the unambiguous beginning of a
 * command's name, "/?", "/exit", and, without a connection, some bare words.
 */
#ifndef UI_PROMPT_SHORTHAND_H
#define UI_PROMPT_SHORTHAND_H

#include "ui/prompt/prompt.h"

/*
 * Returns the line with the name of its command spelled out, in `room` until the next call, or the
 * line itself when there is nothing to expand. With `bare`, words such as help, ?, quit, exit and
 * version are commands too.
 */
struct span shorthand_expand(
    struct buf *room, const struct prompt_command *const table[], struct span line, bool bare);

/*
 * Appends the commands that begin with `beginning` to `out`, as in "/send, /set", and returns how
 * many there are.
 */
size_t shorthand_list(
    const struct prompt_command *const table[], struct span beginning, struct buf *out);

#endif
