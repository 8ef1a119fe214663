/*
 * A last resort against hanging. The event loop ends a run at its --deadline and on a signal, but
 * not while something blocks the loop itself: a file system that hangs, a reader that does not read
 * our output, a library. In that case a system timer ends the process shortly afterwards. There is
 * one timer per process.
 */
#ifndef BASE_ALARM_H
#define BASE_ALARM_H

#include <stdint.h>
#include <termios.h>

/*
 * Makes the process exit with `status` one second after a deadline `ms` milliseconds from now. 0:
 * cancels that.
 */
void alarm_deadline(uint64_t ms, int status);

/*
 * To be called in a signal handler (async-signal-safe): unless alarm_acknowledged is called within
 * two seconds, the process exits with status 128 + signo.
 */
void alarm_signalled(int signo);
void alarm_acknowledged(void);

/*
 * Sets the modes to which the terminal `fd` is restored before such an exit; they are copied. NULL:
 * do not restore any.
 */
void alarm_terminal(int fd, const struct termios *);

#endif
