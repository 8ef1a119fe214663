/*
 * Lines and steps that wait for their turn, first in, first out. A line is kept as text, since how
 * it is read is known only when its turn comes. It may hold a secret, so it is wiped when freed.
 */
#ifndef RUN_PLAY_WAITING_H
#define RUN_PLAY_WAITING_H

#include "run/session/step.h"

struct waiting {
	struct waiting *next;
	struct place place;
	bool command;			/* read as a "/" command in any mode */
	const struct step *step;	/* instead of text; NULL: a line */
	bool whole;			/* the lines of its <<TAG have been joined to it */
	/* octets of the BDAT chunk joined to it, where each line counts with its CRLF */
	unsigned long long octets;
	size_t len;
	char text[];
};

struct waiting_list {
	struct waiting *first, **last;
	size_t n;
};

void waiting_init(struct waiting_list *);
void waiting_drop(struct waiting_list *);		/* frees all entries */
/*
 * Add a copy of the line at the end, or after another entry (NULL: at the front). The list owns it.
 */
struct waiting *waiting_add(struct waiting_list *, struct span line, struct place);
struct waiting *waiting_insert(
    struct waiting_list *, struct waiting *after, struct span line, struct place);
/*
 * Removes and returns the first entry, which the caller frees with waiting_free. The list must not
 * be empty.
 */
struct waiting *waiting_take(struct waiting_list *);
void waiting_free(struct waiting *);
void waiting_skip(struct waiting_list *);		/* removes and frees the first entry */

struct span waiting_text(const struct waiting *);	/* empty for NULL */
/*
 * Returns the word after "<<" at the end of a command whose text has not been joined yet; empty:
 * none.
 */
struct span waiting_tag(const struct waiting *);
/*
 * Joins the lines up to the tag to the first entry, as far as they are in the list. Returns true
 * when the text is complete, or there is no tag.
 */
bool waiting_join_text(struct waiting_list *);
/*
 * Joins the lines after a BDAT to it until there are at least `octets` of them. Returns false when
 * more lines are needed.
 */
bool waiting_join_chunk(struct waiting_list *, unsigned long long octets);

#endif
