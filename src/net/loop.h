/*
 * Waits for descriptors, timers, signals and children; runs idle hooks once per wake-up.
 *
 * What fires is first put on a list, then worked off: urgent watches (the terminal) first, the
 * others for a few milliseconds at most before the terminal is looked at again. Stopping anything
 * is immediate: it does not fire afterwards, even when already on the list. No callback may run
 * the loop.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct loop;
struct loop_watch;
struct loop_timer;
struct loop_signal;
struct loop_idle;
struct loop_child;
struct loop_work;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

/* LOOP_READ | LOOP_WRITE; 0 from a timer, an idle hook, a signal */
typedef void loop_fn(void *ctx, unsigned ready);
typedef void loop_child_fn(void *ctx, int status, int signal);

/*
 * Makes the loop; called once, first. Without descriptors or memory for it the process ends with
 * a message (exit status 11), as where memory is short (base/arena.h). SIGPIPE and SIGXFSZ are
 * ignored from now on.
 */
struct loop *loop_new(void) __attribute__((returns_nonnull));
void loop_free(struct loop *);			/* everything on it must have been stopped */

/*
 * One wake-up: waits for at least one thing if `wait`, works off what fired, runs the idle hooks.
 */
void loop_turn(struct loop *, bool wait);

/* Makes the next loop_turn not wait: an idle hook has something to do. */
void loop_kick(struct loop *);

/*
 * Watches a descriptor. NULL with `err` when it cannot be watched, as a regular file or /dev/null
 * (loop_can_watch tells): read those directly. Errors and hang-ups show as readiness for whatever
 * is wanted.
 */
struct loop_watch *loop_watch(
    struct loop *, int fd, unsigned want, loop_fn *, void *ctx, struct err *);
void loop_want(struct loop_watch *, unsigned want);	/* 0: none for now */
void loop_urgent(struct loop_watch *);			/* worked off before all others */
/* NULL is fine; does not close the descriptor. The next loop_turn does not wait. */
void loop_unwatch(struct loop_watch *);
bool loop_can_watch(int fd);

/* A timer fires once per loop_timer_set, `ms` milliseconds later. */
struct loop_timer *loop_timer(struct loop *, loop_fn *, void *ctx);
void loop_timer_set(struct loop_timer *, uint64_t ms);
void loop_timer_stop(struct loop_timer *);
void loop_timer_free(struct loop_timer *);		/* NULL is fine */

struct loop_signal *loop_signal(struct loop *, int signo, loop_fn *, void *ctx);
void loop_signal_free(struct loop_signal *);

/* Called at the end of every loop_turn, in the order made. */
struct loop_idle *loop_idle(struct loop *, loop_fn *, void *ctx);
void loop_idle_free(struct loop_idle *);

/*
 * Starts argv[0] (looked up in PATH) with `fd` as its standard input and output and `err_fd` as
 * its standard error. Its exit is reported once. NULL with err: it could not be started.
 */
struct loop_child *loop_spawn(struct loop *, char *const argv[], int fd, int err_fd,
    loop_child_fn *, void *ctx, struct err *);
/* Forgets it, after a SIGTERM if it still runs. */
void loop_child_free(struct loop_child *);

/*
 * Does long work in a thread: `work` gets the data, which nobody else may touch meanwhile; `done`
 * is called on the loop when it has finished. When it is freed before that, `done` is not called,
 * and `drop` gets the data once the thread has finished; loop_free waits for that.
 */
struct loop_work *loop_work(struct loop *, void (*work)(void *data), void (*drop)(void *data),
    void *data, loop_fn *done, void *ctx);
void loop_work_free(struct loop_work *);	/* NULL is fine */

/* The libuv that runs, "1.44.2". */
const char *loop_library_version(void);

uint64_t loop_now_us(void);				/* monotonic; cheap; not cached */

#endif
