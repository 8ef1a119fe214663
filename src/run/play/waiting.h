/*
 * Lines and steps that wait for their turn, first come, first served. A line is kept as text,
 * since how it is read is known only when its turn comes. It may hold a secret, so it is wiped
 * when freed.
 */
#ifndef RUN_PLAY_WAITING_H
#define RUN_PLAY_WAITING_H

#include "run/session/step.h"

struct waiting {
	struct waiting *next;
	struct place place;
	bool command;			/* a "/" command in any mode */
	const struct step *step;	/* instead of text; NULL: a line */
	bool whole;			/* the text after its <<TAG has been joined to it */
	/* octets of a BDAT chunk joined to it; each line counts with its CRLF */
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
/*
 * Adds a copy of the line at the end, or after another one (NULL: before all); the list owns it.
 */
struct waiting *waiting_add(struct waiting_list *, struct span line, struct place);
struct waiting *waiting_insert(
    struct waiting_list *, struct waiting *after, struct span line, struct place);
/* Removes the first, now the caller's; the list must not be empty. */
struct waiting *waiting_take(struct waiting_list *);
void waiting_free(struct waiting *);
void waiting_skip(struct waiting_list *);		/* takes the first and frees it */

struct span waiting_text(const struct waiting *);	/* empty for NULL */
/* The word after "<<" at the end of a command whose text has not been joined yet; empty: none. */
struct span waiting_tag(const struct waiting *);
/* Joins the lines up to the tag to the first entry, as far as they have come. True: complete. */
bool waiting_join_text(struct waiting_list *);
/*
 * Joins the lines that follow a BDAT to it, until there are `octets` of them or more. False: more
 * are needed.
 */
bool waiting_join_chunk(struct waiting_list *, unsigned long long octets);

#endif
