/*
 * A last resort against hanging. The loop ends a run at its --deadline and on a signal; but
 * whatever keeps the loop from turning (a file system that hangs, a reader that does not read our
 * output, a library) would outlive both. A system timer then ends the process where it is, a
 * moment later. There is one timer per process.
 */
#ifndef BASE_ALARM_H
#define BASE_ALARM_H

#include <stdint.h>
#include <termios.h>

/*
 * Makes the process end `ms` milliseconds from now, and a moment of grace later, with exit status
 * `status`; `ms` 0 cancels that.
 */
void alarm_deadline(uint64_t ms, int status);

/*
 * Called in a signal handler (async-signal-safe): unless alarm_acknowledged is called within two
 * seconds, the process ends with status 128 + signo.
 */
void alarm_signalled(int signo);
void alarm_acknowledged(void);

/*
 * Sets the modes that the terminal `fd` is restored to before that end; they are copied. NULL:
 * leave it alone.
 */
void alarm_terminal(int fd, const struct termios *);

#endif
