/* standard - standard input, output and error: opened at start if closed, flushed at exit. */
#ifndef UI_SHOW_STANDARD_H
#define UI_SHOW_STANDARD_H

#include <stdbool.h>

struct err;
struct loop;

/*
 * Replaces closed standard descriptors, whose numbers the first socket would take: standard input
 * is then empty, and writing to the others fails.
 */
void standard_begin(void);

/*
 * Returns whether enough descriptors are free for at least one connection. If not, it prints an
 * error: even the event loop needs some.
 */
bool standard_room(void);

/* Discards everything written to standard output from now on (-qq). */
void standard_silence(void);

/*
 * Runs one turn of the loop; every command uses it. Before the loop waits, buffered output is
 * flushed so that a reader of the pipe or file sees it at once, and no signal loses it. A terminal
 * is line-buffered and needs no flush.
 */
void standard_turn(struct loop *, bool wait);

/*
 * Returns `status`, or prints an error and returns `lost` if standard output could not be written
 * in full. A reader that closes a pipe early is not a failure.
 */
int standard_end(int status, int lost);

/*
 * Prints an error to standard error: the sentence and, if it concerns a line of a file, that line
 * with a mark below.
 */
void complain(const struct err *);

#endif
