/* What completion gathers, for ui/complete*.c alone. */
#ifndef UI_PROMPT_COMPLETE_PRIV_H
#define UI_PROMPT_COMPLETE_PRIV_H

#include "ui/prompt/talk.h"

struct candidates {
	struct buf *out;		/* a line each */
	struct span prefix;		/* what stands there: candidates begin so, in any case */
};

/* `text` and what stands behind it, if it begins as what was typed does; once. */
void complete_try(struct candidates *, struct span text, const char *suffix);
/* What earlier lines had between `mark` and the next one of `ends`. */
void complete_from_history(struct talk *, struct span mark, const char *ends, const char *suffix, struct candidates *);
void complete_mechanisms(const struct session_view *, struct candidates *);

/* How many octets at the end of `line` the candidates replace. */
size_t complete_line(struct talk *, const struct session_view *, struct span line, struct candidates *);
size_t complete_command(struct talk *, const struct session_view *, struct span line, struct candidates *);

#endif
