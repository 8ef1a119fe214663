/* For explain*.c only: the list of explanations while it is made. */
#ifndef UI_SHOW_EXPLAIN_IMPL_H
#define UI_SHOW_EXPLAIN_IMPL_H

#include "ui/show/explain.h"

struct explaining {
	struct arena *arena;
	struct explanation *first, **end;
	struct explanation *last; /* facts are added to this one */
};

void explain_add(struct explaining *, const char *kind, struct span name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds a fact to the last explanation, unless its text is empty. */
void explain_fact(struct explaining *, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Explains reply and enhanced codes, and if `meaning` what they usually mean at `stage`, or at
 * every stage for AT_ANY.
 */
void explain_codes(
    struct explaining *, unsigned code, struct status, enum smtp_stage, bool meaning);
/*
 * Explains the cause named by a reply with its text, a line of a log, or a bounce. False: it
 * names none.
 */
bool explain_text(struct explaining *, struct span text);
bool explain_cause(struct explaining *, struct span word); /* by its word; false: no such cause */
struct diagnosis;
void explain_diagnosis(struct explaining *, const struct diagnosis *);
void explain_status(struct explaining *, struct status); /* class 0: of any class */
/* Explains whatever has this name; false when nothing has. */
bool explain_name(struct explaining *, struct span name);

#endif
