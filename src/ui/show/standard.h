/* Standard input, output and error: there when the program begins, and written out when it ends. */
#ifndef UI_SHOW_STANDARD_H
#define UI_SHOW_STANDARD_H

#include <stdbool.h>

struct err;
struct loop;

/*
 * A closed one would be taken by the first socket: standard input then is empty, and writing to the
 * others fails.
 */
void standard_begin(void);

/*
 * Are so many descriptors free as even one connection takes? Else it is said: no loop could be
 * made, nothing would go well.
 */
bool standard_room(void);

/*
 * A turn of the loop, as every command takes it: before it waits, what was printed is written, so
 * that who reads the pipe or follows the file sees it by now, and no signal loses it. Not to a
 * device: a terminal has it by lines.
 */
void standard_turn(struct loop *, bool wait);

/*
 * The exit status: `status`, or `lost` when not all of standard output could be written, which is
 * then said. That nobody reads a pipe to its end is no failure.
 */
int standard_end(int status, int lost);

/*
 * What went wrong, on standard error: the sentence and, where it is about a line of a file, that
 * line with a mark below.
 */
void complain(const struct err *);

#endif
