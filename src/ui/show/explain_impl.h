/* What the parts of explain share: a list that grows. */
#ifndef UI_SHOW_EXPLAIN_IMPL_H
#define UI_SHOW_EXPLAIN_IMPL_H

#include "ui/show/explain.h"

struct explaining {
	struct arena *arena;
	struct explanation *first, **end;
	struct explanation *last; /* facts go to this one */
};

void explain_add(struct explaining *, const char *kind, struct span name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Nothing is added for an empty text. */
void explain_fact(struct explaining *, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Reply and enhanced codes, with what they usually mean: at `stage`, or at every one where it is
 * AT_ANY.
 */
void explain_codes(
    struct explaining *, unsigned code, struct status, enum smtp_stage, bool meaning);
/*
 * A reply with its text, a line of a log, a bounce: the cause that it names. False: it names none.
 */
bool explain_text(struct explaining *, struct span text);
bool explain_cause(struct explaining *, struct span word); /* by its word; false: it is none */
struct diagnosis;
void explain_diagnosis(struct explaining *, const struct diagnosis *);
void explain_status(struct explaining *, struct status); /* class 0: of any class */
/* Whatever has this name; false when nothing has. */
bool explain_name(struct explaining *, struct span name);

#endif
