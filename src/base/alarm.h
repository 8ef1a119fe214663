/*
 * The last word about time. The loop ends a run at its --deadline and when a signal comes; but what
 * keeps the loop from turning (a file system that hangs, a reader that does not read our output, a
 * library) would outlive both. A timer of the system then ends the process where it stands, a
 * moment later. One a process.
 */
#ifndef BASE_ALARM_H
#define BASE_ALARM_H

#include <stdint.h>
#include <termios.h>

/*
 * From now on the process ends after this time, and a moment more, with this status. 0: it does
 * not.
 */
void alarm_deadline(uint64_t ms, int status);

/*
 * Within a signal's handler: unless alarm_heard is called within two seconds, the process ends with
 * 128 + signo.
 */
void alarm_signalled(int signo);
void alarm_heard(void);

/* What this terminal is put back to before that end; NULL: it is left alone. */
void alarm_terminal(int fd, const struct termios *);

#endif
