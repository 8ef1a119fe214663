/*
 * The event loop: descriptors, timers, signals, children and threads, and idle hooks that run once
 * per turn.
 *
 * Events are collected in lists first, and their callbacks called afterwards: those of urgent
 * watches (the terminal) first. While there is an urgent watch, the others are handled for at most
 * a few milliseconds before it is checked again. Whatever was stopped does not fire any more, even
 * if it is already in a list. A callback must not run the loop.
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
 * Creates the loop; to be called once, before anything else. SIGPIPE and SIGXFSZ are ignored from
 * then on. Without descriptors or memory the process exits with a message (status 11), as in
 * base/arena.h.
 */
struct loop *loop_new(void) __attribute__((returns_nonnull));
void loop_free(struct loop *);			/* everything on it must have been freed */

/* Handles one wake-up: waits for an event if `wait`, calls the callbacks, runs the idle hooks. */
void loop_turn(struct loop *, bool wait);

/* Makes the next loop_turn return without waiting, for an idle hook that has work to do. */
void loop_kick(struct loop *);

/*
 * Watches a descriptor. Returns NULL and sets err when it cannot be watched: a regular file or
 * /dev/null (see loop_can_watch) must be read directly. Errors and hang-ups are reported as
 * readiness for everything wanted.
 */
struct loop_watch *loop_watch(
    struct loop *, int fd, unsigned want, loop_fn *, void *ctx, struct err *);
void loop_want(struct loop_watch *, unsigned want);	/* 0: none for now */
void loop_urgent(struct loop_watch *);			/* handled before all others */
/* NULL is fine. Does not close the descriptor. The next loop_turn does not wait. */
void loop_unwatch(struct loop_watch *);
bool loop_can_watch(int fd);

/* Creates a timer, not yet set. It fires once per loop_timer_set, `ms` milliseconds later. */
struct loop_timer *loop_timer(struct loop *, loop_fn *, void *ctx);
void loop_timer_set(struct loop_timer *, uint64_t ms);
void loop_timer_stop(struct loop_timer *);
void loop_timer_free(struct loop_timer *);		/* NULL is fine */

struct loop_signal *loop_signal(struct loop *, int signo, loop_fn *, void *ctx);
void loop_signal_free(struct loop_signal *);

/* Idle hooks are called at the end of every loop_turn, in the order of their creation. */
struct loop_idle *loop_idle(struct loop *, loop_fn *, void *ctx);
void loop_idle_free(struct loop_idle *);

/*
 * Starts argv[0] (looked up in PATH) with `fd` as its standard input and output and `err_fd` as
 * its standard error. Its exit is reported once. Returns NULL and sets err when it could not be
 * started.
 */
struct loop_child *loop_spawn(struct loop *, char *const argv[], int fd, int err_fd,
    loop_child_fn *, void *ctx, struct err *);
/* Stops reporting its exit; sends it SIGTERM if it is still running. NULL is fine. */
void loop_child_free(struct loop_child *);

/*
 * Runs `work` in a thread. Nobody else may touch `data` until it has finished; then `done` is
 * called on the loop. If the loop_work is freed before, `done` is not called: `drop` gets the data
 * instead once the thread has finished. loop_free waits for that.
 */
struct loop_work *loop_work(struct loop *, void (*work)(void *data), void (*drop)(void *data),
    void *data, loop_fn *done, void *ctx);
void loop_work_free(struct loop_work *);	/* NULL is fine */

/* The version of libuv at run time: "1.44.2". */
const char *loop_library_version(void);

uint64_t loop_now_us(void);				/* monotonic clock, not cached */

#endif
