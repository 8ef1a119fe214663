/* Standard input, output and error: present when the program begins, and flushed when it ends. */
#ifndef UI_SHOW_STANDARD_H
#define UI_SHOW_STANDARD_H

#include <stdbool.h>

struct err;
struct loop;

/*
 * Replaces closed ones, whose number the first socket would take: standard input is then empty,
 * and writing to the others fails.
 */
void standard_begin(void);

/*
 * Whether enough descriptors are free for at least one connection. False: that was printed, since
 * not even a loop could be made.
 */
bool standard_room(void);

/* Lets nothing more reach standard output (-qq). */
void standard_silence(void);

/*
 * One turn of the loop, as every command takes it: before it waits, what was printed is flushed,
 * so that whoever reads the pipe or follows the file sees it by now, and no signal loses it. Not
 * to a device: a terminal is line-buffered.
 */
void standard_turn(struct loop *, bool wait);

/*
 * Returns `status`, or `lost` when standard output could not be written in full, which is then
 * printed. A reader that closes a pipe early is no failure.
 */
int standard_end(int status, int lost);

/*
 * Prints an error to standard error: the sentence and, when it is about a line of a file, that
 * line with a mark below.
 */
void complain(const struct err *);

#endif
