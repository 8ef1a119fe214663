/* alarm - ends the process when the event loop cannot. */
#include "base/alarm.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_MS = 1000, SIGNAL_S = 2 };

static volatile sig_atomic_t signalled, late_status;
static volatile sig_atomic_t terminal = -1;
static struct termios modes;
static uint64_t end_ms;		/* on the monotonic clock; 0: none */

static uint64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void
on_alarm(int signo)
{
	static const char text[] = "smtpsh: terminated by --deadline\n";

	(void)signo;
	if (terminal >= 0)
		tcsetattr(terminal, TCSANOW, &modes);
	if (signalled)
		_exit(128 + signalled);
	ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
	(void)ignored;
	_exit(late_status);
}

static void
set_timer(uint64_t ms)
{
	struct itimerval timer = { .it_value = { .tv_sec = (time_t)(ms / 1000),
				       .tv_usec = (suseconds_t)(ms % 1000 * 1000) } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void
handle(void)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	sigaction(SIGALRM, &action, NULL);
}

void
alarm_deadline(uint64_t ms, int status)
{
	handle();
	late_status = status;
	end_ms = ms ? now_ms() + ms + GRACE_MS : 0;
	set_timer(ms ? ms + GRACE_MS : 0);
}

void
alarm_signalled(int signo)
{
	signalled = signo;
	handle();
	alarm(SIGNAL_S);	/* replaces the deadline's timer, which is restored later */
}

void
alarm_acknowledged(void)
{
	if (!signalled)
		return;
	signalled = 0;
	uint64_t now = end_ms ? now_ms() : 0;
	set_timer(end_ms > now ? end_ms - now : end_ms != 0);
}

void
alarm_terminal(int fd, const struct termios *as)
{
	terminal = -1;
	if (!as)
		return;
	modes = *as;
	terminal = fd;
}
