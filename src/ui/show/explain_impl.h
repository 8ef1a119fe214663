/* explain_impl - for explain*.c only: the list of explanations under construction. */
#ifndef UI_SHOW_EXPLAIN_IMPL_H
#define UI_SHOW_EXPLAIN_IMPL_H

#include "ui/show/explain.h"

struct explaining {
	struct arena *arena;
	struct explanation *first, **end;
	struct explanation *last; /* gets the facts */
};
/* Appends an explanation; its text is formatted, at most 599 bytes. */

void explain_add(struct explaining *, const char *kind, struct span name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds a fact to the last explanation, unless its text is empty or there are EXPLAIN_FACTS. */
void explain_fact(struct explaining *, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Explains a reply code and an enhanced code (class 0: none). `meaning`: also what they usually
 * mean at `stage`, or at every stage for AT_ANY.
 */
void explain_codes(
    struct explaining *, unsigned code, struct status, enum smtp_stage, bool meaning);
/*
 * Explains the cause that a text names: a reply, a line of a log, or a bounce. Returns false if it
 * names none.
 */
bool explain_text(struct explaining *, struct span text);
bool explain_cause(struct explaining *, struct span word); /* by its word; false: no such cause */
struct diagnosis;
void explain_diagnosis(struct explaining *, const struct diagnosis *);
void explain_status(struct explaining *, struct status); /* class 0: of any class */
/* Explains everything with this name. Returns false if there is nothing. */
bool explain_name(struct explaining *, struct span name);

#endif
