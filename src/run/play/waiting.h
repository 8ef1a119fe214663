/*
 * Lines and steps that wait for their turn, first come, first served. A line is kept as a line,
 * since how it is understood is known only when its turn comes. There may be a secret in one: it is
 * wiped when it goes.
 */
#ifndef RUN_PLAY_WAITING_H
#define RUN_PLAY_WAITING_H

#include "run/session/step.h"

struct waiting {
	struct waiting *next;
	struct place place;
	bool command;			/* a "/" command, whatever the mode */
	const struct step *step;	/* instead of text; NULL: a line */
	bool whole;			/* the text behind its <<TAG is with it */
	/* of a BDAT's chunk, those that are with it: each line counts with its CRLF */
	unsigned long long octets;
	size_t len;
	char text[];
};

struct waiting_list {
	struct waiting *first, **last;
	size_t n;
};

void waiting_init(struct waiting_list *);
void waiting_drop(struct waiting_list *);		/* all of them */
/* A copy of the line, at the end, or behind another one (NULL: before all); the list owns it. */
struct waiting *waiting_add(struct waiting_list *, struct span line, struct place);
struct waiting *waiting_insert(
    struct waiting_list *, struct waiting *behind, struct span line, struct place);
/* Out of the list, the caller's now; the list must not be empty. */
struct waiting *waiting_take(struct waiting_list *);
void waiting_free(struct waiting *);
void waiting_skip(struct waiting_list *);		/* takes the first and frees it */

struct span waiting_text(const struct waiting *);	/* empty for NULL */
/*
 * The word behind "<<" at the end of a command whose text has not been joined; empty: it takes
 * none.
 */
struct span waiting_tag(const struct waiting *);
/*
 * Puts the lines up to the tag of the first behind it, as far as they have come. True: it wants no
 * more.
 */
bool waiting_join_text(struct waiting_list *);
/*
 * Puts the lines that follow a BDAT behind it, until there are `octets` of them or more. False: it
 * wants more.
 */
bool waiting_join_chunk(struct waiting_list *, unsigned long long octets);

#endif
