/* loop - descriptors, timers, signals, children and threads, on libuv. */
#include "net/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif
#include <uv.h>

#include "base/alarm.h"
#include "base/environment.h"

/* An entry of a ready list, embedded in everything that fires. */
struct ready {
	struct ready *next, **back;	/* back is NULL when not on a list */
	loop_fn *fn;
	void *ctx;
	unsigned events;
};

struct ready_list {
	struct ready *first, **last;
};

#define NEVER_MS UINT64_MAX

struct timers {
	uv_timer_t uv;
	struct loop_timer **heap;	/* the timers that are set */
	size_t n, room;
	uint64_t turns;
	uint64_t told_ms;		/* the time for which libuv's timer is set */
};

#ifdef __linux__
/*
 * All descriptors are in an epoll set of our own, and libuv only watches that set. libuv would
 * probe each descriptor, and remove and add it again whenever the wanted events change: seven
 * system calls for a connection instead of three.
 */
struct set {
	int fd;
	uv_poll_t uv;
	size_t n;			/* descriptors in it */
	struct epoll_event got[1024];
};
#endif

struct loop {
	uv_loop_t uv;
	struct timers timers;
#ifdef __linux__
	struct set set;
#endif
	/* due: timers that have expired, to be fired after what became ready with them */
	struct ready_list urgent, ready, due;
	struct loop_watch *changed;
	/* next_idle: the hook to run next, while hooks run */
	struct loop_idle *idles, *next_idle;
	bool kicked;
	unsigned urgents;		/* number of urgent watches */
	unsigned works;			/* number of unfinished threads */
};

/* how long the ready list is handled before urgent watches are checked again */
#define SLICE_US 4000

struct loop_watch {
#ifndef __linux__
	uv_poll_t uv;
#endif
	struct loop *loop;
	int fd;
	struct ready ready;
	/* in the list of watches whose `want` was changed; back is NULL when not in it */
	struct loop_watch *next, **back;
	unsigned want, told;
	bool urgent;
};

struct loop_idle {
	struct loop *loop;
	struct loop_idle *next;
	loop_fn *fn;
	void *ctx;
};

static void
list_init(struct ready_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

/* Adds an entry, unless it is in a list already. */
static void
loop_list_add(struct ready_list *list, struct ready *r)
{
	if (r->back)
		return;
	r->next = NULL;
	r->back = list->last;
	*list->last = r;
	list->last = &r->next;
}

/* Removes an entry from the list that it is in. */
static void
loop_list_remove(struct loop *loop, struct ready *r)
{
	if (!r->back)
		return;
	*r->back = r->next;
	if (r->next)
		r->next->back = r->back;
	else if (loop->urgent.last == &r->next)
		loop->urgent.last = r->back;
	else if (loop->due.last == &r->next)
		loop->due.last = r->back;
	else
		loop->ready.last = r->back;
	r->back = NULL;
}

static struct ready *
list_take(struct loop *loop, struct ready_list *list)
{
	struct ready *r = list->first;

	if (r)
		loop_list_remove(loop, r);
	return r;
}

/*
 * Moves the expired timers behind everything that is ready. After the process was held up, data and
 * its deadline show up together; the data came in time and is handled first.
 */
static void
take_due(struct loop *loop)
{
	struct ready *r = loop->due.first;

	if (!r)
		return;
	*(r->back = loop->ready.last) = r;
	loop->ready.last = loop->due.last;
	list_init(&loop->due);
}

static void
fire(struct ready *r)
{
	unsigned events = r->events;

	r->events = 0;
	r->fn(r->ctx, events);
}

static _Noreturn void
no_loop(int why)
{
	dprintf(STDERR_FILENO, "smtpsh: cannot initialize the event loop: %s\n", uv_strerror(why));
	_exit(ERR_SYSTEM);
}

/* For uv_close: frees ->data, which contains the handle. */
static void
loop_free_data(uv_handle_t *uv)
{
	free(uv->data);
}

/* ---- descriptors */

static void
note_change(struct loop_watch *w)
{
	struct loop *loop = w->loop;

	if (w->back)
		return;
	w->next = loop->changed;
	w->back = &loop->changed;
	if (w->next)
		w->next->back = &w->next;
	loop->changed = w;
}

static void
watch_fired(struct loop_watch *w, unsigned events)
{
	w->ready.events |= events;
	loop_list_add(w->urgent ? &w->loop->urgent : &w->loop->ready, &w->ready);
}

#ifdef __linux__

static void
on_set(uv_poll_t *uv, int status, int events)
{
	struct loop *loop = (struct loop *)uv->loop;
	struct set *set = &loop->set;
	const int most = sizeof set->got / sizeof *set->got;
	int n = most;

	(void)status, (void)events;
	/* bounded: descriptors that become ready again and again must not keep it here */
	for (int round = 0; round < 16 && n == most; round++) {
		n = epoll_wait(set->fd, set->got, most, 0);
		for (int i = 0; i < n; i++) {
			struct loop_watch *w = set->got[i].data.ptr;
			uint32_t got = set->got[i].events;
			watch_fired(w,
			    got & (EPOLLERR | EPOLLHUP) ? w->told :
							  (got & EPOLLIN ? LOOP_READ : 0) |
				    (got & EPOLLOUT ? LOOP_WRITE : 0));
		}
	}
}

static void
set_open(struct loop *loop)
{
	struct set *set = &loop->set;

	set->fd = epoll_create1(EPOLL_CLOEXEC);
	int bad = set->fd < 0 ? uv_translate_sys_error(errno) :
				uv_poll_init(&loop->uv, &set->uv, set->fd);
	if (bad)
		no_loop(bad);
	uv_poll_start(&set->uv, UV_READABLE, on_set);
	uv_unref((uv_handle_t *)&set->uv);	/* while it is empty, uv_run must not wait for it */
}

static void
set_close(struct loop *loop)
{
	uv_close((uv_handle_t *)&loop->set.uv, NULL);
	close(loop->set.fd);
}

/* Tells the set which events are wanted. Returns 0 or libuv's error number. */
static int
watch_tell(struct loop_watch *w, unsigned want)
{
	struct set *set = &w->loop->set;
	struct epoll_event event = { .data.ptr = w,
		.events = (want & LOOP_READ ? EPOLLIN : 0) | (want & LOOP_WRITE ? EPOLLOUT : 0) };

	if (want == w->told)
		return 0;
	/* in the set only while something is wanted: epoll always reports hang-ups */
	int how = w->told == 0 ? EPOLL_CTL_ADD : want == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
	if (epoll_ctl(set->fd, how, w->fd, &event) != 0 && want != 0)
		return uv_translate_sys_error(errno);
	if (how == EPOLL_CTL_ADD && set->n++ == 0)
		uv_ref((uv_handle_t *)&set->uv);
	else if (how == EPOLL_CTL_DEL && --set->n == 0)
		uv_unref((uv_handle_t *)&set->uv);
	w->told = want;
	return 0;
}

/* Adds the descriptor once in any case, to report now if it cannot be watched. */
static int
watch_open(struct loop_watch *w)
{
	int bad = watch_tell(w, w->want ? w->want : LOOP_READ);

	return bad ? bad : watch_tell(w, w->want);
}

static void
watch_close(struct loop_watch *w)
{
	watch_tell(w, 0);
	free(w);
}

#else

static void
set_open(struct loop *loop)
{
	(void)loop;
}

static void
set_close(struct loop *loop)
{
	(void)loop;
}

static void
on_poll(uv_poll_t *uv, int status, int events)
{
	struct loop_watch *w = uv->data;

	if (status < 0) {
		/* libuv has stopped it: what is still wanted then must be told again */
		w->told = 0;
		note_change(w);
	}
	watch_fired(w,
	    (status < 0 ? w->want : 0) | (events & UV_READABLE ? LOOP_READ : 0) |
		(events & UV_WRITABLE ? LOOP_WRITE : 0));
}

static int
watch_tell(struct loop_watch *w, unsigned want)
{
	if (want == w->told)
		return 0;
	w->told = want;
	return !want ? uv_poll_stop(&w->uv) :
		       uv_poll_start(&w->uv,
			   (want & LOOP_READ ? UV_READABLE : 0) |
			       (want & LOOP_WRITE ? UV_WRITABLE : 0),
			   on_poll);
}

static int
watch_open(struct loop_watch *w)
{
	w->uv.data = w;
	return uv_poll_init(&w->loop->uv, &w->uv, w->fd);
}

static void
watch_close(struct loop_watch *w)
{
	uv_close((uv_handle_t *)&w->uv, loop_free_data);
}

#endif

static void
forget_change(struct loop_watch *w)
{
	if (!w->back)
		return;
	*w->back = w->next;
	if (w->next)
		w->next->back = w->back;
	w->back = NULL;
}

/*
 * Passes on changes only before the loop waits: what is wanted changes several times within a turn,
 * and each change costs system calls.
 */
static void
tell_changes(struct loop *loop)
{
	struct loop_watch *w;

	while ((w = loop->changed)) {
		forget_change(w);
		watch_tell(w, w->want);
	}
}

struct loop *
loop_new(void)
{
	struct loop *loop = memory_zeroed(sizeof *loop);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);	/* ulimit -f: the write fails with EFBIG instead */
	int bad = uv_loop_init(&loop->uv);
	if (bad)
		no_loop(bad);
	uv_timer_init(&loop->uv, &loop->timers.uv);
	loop->timers.told_ms = NEVER_MS;
	set_open(loop);
	list_init(&loop->urgent);
	list_init(&loop->ready);
	list_init(&loop->due);
	return loop;
}

void
loop_free(struct loop *loop)
{
	if (!loop)
		return;
	uv_close((uv_handle_t *)&loop->timers.uv, NULL);
	set_close(loop);
	uv_run(&loop->uv, UV_RUN_NOWAIT);
	while (loop->works > 0)		/* does not take long: such work is bounded */
		uv_run(&loop->uv, UV_RUN_ONCE);
	free(loop->timers.heap);
	loop->timers = (struct timers){ 0 };
	if (uv_loop_close(&loop->uv) == 0)
		free(loop);
}

/* ---- timers */

/*
 * The timers that are set form a heap, and a single timer of libuv is set for the first one.
 * libuv's timers are three times as large, and every session has two.
 */
struct loop_timer {
	struct ready ready;
	struct loop *loop;
	uint64_t due_ms;		/* on the clock of uv_now */
	uint64_t turn;			/* orders timers with the same due_ms as they were set */
	size_t place;			/* in the heap, from 1; 0: not set */
};

static bool
is_sooner(const struct loop_timer *a, const struct loop_timer *b)
{
	return a->due_ms < b->due_ms || (a->due_ms == b->due_ms && a->turn < b->turn);
}

static void
heap_put(struct timers *timers, size_t place, struct loop_timer *t)
{
	timers->heap[place - 1] = t;
	t->place = place;
}

/* Puts a timer into the heap, beginning at a free place: moves it up, or else down. */
static void
heap_settle(struct timers *timers, size_t place, struct loop_timer *t)
{
	struct loop_timer **heap = timers->heap;

	for (; place > 1 && is_sooner(t, heap[place / 2 - 1]); place /= 2)
		heap_put(timers, place, heap[place / 2 - 1]);
	for (size_t child; (child = 2 * place) <= timers->n; place = child) {
		if (child < timers->n && is_sooner(heap[child], heap[child - 1]))
			child++;
		if (!is_sooner(heap[child - 1], t))
			break;
		heap_put(timers, place, heap[child - 1]);
	}
	heap_put(timers, place, t);
}

static void
heap_remove(struct timers *timers, struct loop_timer *t)
{
	size_t place = t->place;

	if (place == 0)
		return;
	t->place = 0;
	struct loop_timer *last = timers->heap[--timers->n];
	if (last != t)
		heap_settle(timers, place, last);
}

static void
on_timer(uv_timer_t *uv)
{
	struct loop *loop = (struct loop *)uv->loop;
	struct timers *timers = &loop->timers;

	timers->told_ms = NEVER_MS;
	while (timers->n > 0 && timers->heap[0]->due_ms <= uv_now(uv->loop)) {
		struct loop_timer *t = timers->heap[0];
		heap_remove(timers, t);
		loop_list_add(&loop->due, &t->ready);
	}
	/* libuv runs timers before it waits: uv_run must now return and not wait */
	uv_stop(uv->loop);
}

/* Sets libuv's timer; like tell_changes, only before the loop waits. */
static void
tell_timers(struct loop *loop)
{
	struct timers *timers = &loop->timers;
	uint64_t first = timers->n > 0 ? timers->heap[0]->due_ms : NEVER_MS;

	if (first == timers->told_ms)
		return;
	timers->told_ms = first;
	uint64_t now = uv_now(&loop->uv);
	if (first == NEVER_MS)
		uv_timer_stop(&timers->uv);
	else
		uv_timer_start(&timers->uv, on_timer, first > now ? first - now : 0, 0);
}

struct loop_timer *
loop_timer(struct loop *loop, loop_fn *fn, void *ctx)
{
	struct loop_timer *t = memory_zeroed(sizeof *t);

	t->loop = loop;
	t->ready.fn = fn;
	t->ready.ctx = ctx;
	return t;
}

void
loop_timer_set(struct loop_timer *t, uint64_t ms)
{
	struct timers *timers = &t->loop->timers;

	loop_timer_stop(t);
	uv_update_time(&t->loop->uv);
	uint64_t now = uv_now(&t->loop->uv);
	t->due_ms = ms < NEVER_MS - now ? now + ms : NEVER_MS;
	t->turn = timers->turns++;
	if (timers->n == timers->room) {
		timers->room = timers->room ? 2 * timers->room : 16;
		timers->heap = memory_resize(timers->heap, timers->room * sizeof *timers->heap);
	}
	heap_settle(timers, ++timers->n, t);
}

void
loop_timer_stop(struct loop_timer *t)
{
	loop_list_remove(t->loop, &t->ready);
	heap_remove(&t->loop->timers, t);
}

void
loop_timer_free(struct loop_timer *t)
{
	if (!t)
		return;
	loop_timer_stop(t);
	free(t);
}

/* ---- a turn */

void
loop_turn(struct loop *loop, bool wait)
{
	struct ready *r;
	bool more = loop->ready.first || loop->urgent.first || loop->kicked;

	loop->kicked = false;
	tell_changes(loop);
	tell_timers(loop);
	uv_run(&loop->uv, wait && !more ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	take_due(loop);
	while ((r = list_take(loop, &loop->urgent)))
		fire(r);
	if (loop->ready.first) {
		uint64_t until = loop_now_us() + SLICE_US;
		while ((r = list_take(loop, &loop->ready))) {
			fire(r);
			if (loop->urgents && loop_now_us() > until)
				break;
		}
	}
	for (struct loop_idle *i = loop->idles; i; i = loop->next_idle) {
		loop->next_idle = i->next;
		i->fn(i->ctx, 0);
	}
}

void
loop_kick(struct loop *loop)
{
	loop->kicked = true;
}

bool
loop_can_watch(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if (S_ISCHR(st.st_mode)) {
		struct stat null;
		return !(stat("/dev/null", &null) == 0 && null.st_rdev == st.st_rdev);
	}
	return !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

struct loop_watch *
loop_watch(struct loop *loop, int fd, unsigned want, loop_fn *fn, void *ctx, struct err *err)
{
	struct loop_watch *w = memory_zeroed(sizeof *w);

	w->loop = loop;
	w->fd = fd;
	w->ready.fn = fn;
	w->ready.ctx = ctx;
	w->want = want;
	int bad = watch_open(w);
	if (bad != 0) {
		free(w);
		err_set(err, ERR_SYSTEM, "cannot watch descriptor %d: %s", fd, uv_strerror(bad));
		return NULL;
	}
	note_change(w);
	return w;
}

void
loop_want(struct loop_watch *w, unsigned want)
{
	if (want == w->want)
		return;
	w->want = want;
	note_change(w);
	w->ready.events &= want;
	if (w->ready.events == 0)
		loop_list_remove(w->loop, &w->ready);
}

void
loop_urgent(struct loop_watch *w)
{
	w->loop->urgents += !w->urgent;
	w->urgent = true;
}

void
loop_unwatch(struct loop_watch *w)
{
	if (!w)
		return;
	loop_list_remove(w->loop, &w->ready);
	forget_change(w);
	w->loop->urgents -= w->urgent;
	/* the caller of loop_turn checks whether anything is left to wait for */
	loop_kick(w->loop);
	watch_close(w);
}

struct loop_idle *
loop_idle(struct loop *loop, loop_fn *fn, void *ctx)
{
	struct loop_idle *i = memory_zeroed(sizeof *i), **end = &loop->idles;

	*i = (struct loop_idle){ .loop = loop, .fn = fn, .ctx = ctx };
	while (*end)
		end = &(*end)->next;
	return *end = i;
}

void
loop_idle_free(struct loop_idle *i)
{
	if (!i)
		return;
	if (i->loop->next_idle == i)
		i->loop->next_idle = i->next;
	for (struct loop_idle **p = &i->loop->idles; *p; p = &(*p)->next)
		if (*p == i) {
			*p = i->next;
			break;
		}
	free(i);
}

uint64_t
loop_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

const char *
loop_library_version(void)
{
	return uv_version_string();
}

/* ---- signals */

struct loop_signal {
	uv_signal_t uv;
	struct ready ready;
	loop_fn *fn;
	void *ctx;
};

/*
 * SIGINT and SIGTERM must end the process even if the loop is blocked. The handler sets the alarm
 * and then calls libuv's, which only writes to a pipe; on_signal_due cancels the alarm.
 */
static void (*libuv_handler[2])(int);

static size_t
place_of(int signo)
{
	return signo == SIGTERM;
}

static void
on_end_signal(int signo)
{
	alarm_signalled(signo);
	libuv_handler[place_of(signo)](signo);
}

static void
watch_end_signal(int signo)
{
	struct sigaction now;

	if ((signo != SIGINT && signo != SIGTERM) || sigaction(signo, NULL, &now) != 0 ||
	    now.sa_handler == on_end_signal)
		return;
	libuv_handler[place_of(signo)] = now.sa_handler;
	now.sa_handler = on_end_signal;
	sigaction(signo, &now, NULL);
}

static void
on_signal_due(void *ctx, unsigned ready)
{
	struct loop_signal *s = ctx;

	alarm_acknowledged();
	s->fn(s->ctx, ready);
}

static void
on_signal(uv_signal_t *uv, int signo)
{
	struct loop_signal *s = uv->data;
	(void)signo;
	loop_list_add(&((struct loop *)uv->loop)->urgent, &s->ready);
}

struct loop_signal *
loop_signal(struct loop *loop, int signo, loop_fn *fn, void *ctx)
{
	struct loop_signal *s = memory_zeroed(sizeof *s);

	uv_signal_init(&loop->uv, &s->uv);
	s->uv.data = s;
	s->ready.fn = on_signal_due;
	s->ready.ctx = s;
	s->fn = fn;
	s->ctx = ctx;
	uv_signal_start(&s->uv, on_signal, signo);
	watch_end_signal(signo);
	return s;
}

void
loop_signal_free(struct loop_signal *s)
{
	if (!s)
		return;
	loop_list_remove((struct loop *)s->uv.loop, &s->ready);
	uv_signal_stop(&s->uv);
	uv_close((uv_handle_t *)&s->uv, loop_free_data);
}

/* ---- child processes */

struct loop_child {
	uv_process_t uv;
	loop_child_fn *fn;
	void *ctx;
	bool ended;
};

static void
on_exit_of_child(uv_process_t *uv, int64_t status, int signo)
{
	struct loop_child *c = uv->data;

	c->ended = true;
	c->fn(c->ctx, (int)status, signo);
}

struct loop_child *
loop_spawn(struct loop *loop, char *const argv[], int fd, int err_fd, loop_child_fn *fn, void *ctx,
    struct err *err)
{
	struct loop_child *c = memory_zeroed(sizeof *c);
	uv_stdio_container_t stdio[3] = {
		{ .flags = UV_INHERIT_FD, .data.fd = fd },
		{ .flags = UV_INHERIT_FD, .data.fd = fd },
		{ .flags = UV_INHERIT_FD, .data.fd = err_fd },
	};
	struct arena arena = { 0 };
	uv_process_options_t how = {
		.file = argv[0],
		.args = (char **)(uintptr_t)argv,
		.env = environment_of_child(&arena),
		.exit_cb = on_exit_of_child,
		.stdio = stdio,
		.stdio_count = 3,
	};

	*c = (struct loop_child){ .fn = fn, .ctx = ctx };
	c->uv.data = c;
	int bad = uv_spawn(&loop->uv, &c->uv, &how);
	arena_release(&arena);
	if (bad != 0) {
		uv_close((uv_handle_t *)&c->uv, loop_free_data);
		err_set(err, ERR_SYSTEM, "cannot start %s: %s", argv[0], uv_strerror(bad));
		return NULL;
	}
	return c;
}

void
loop_child_free(struct loop_child *c)
{
	if (!c)
		return;
	if (!c->ended)
		uv_process_kill(&c->uv, SIGTERM);
	uv_close((uv_handle_t *)&c->uv, loop_free_data);
}

/* ---- threads */

struct loop_work {
	uv_work_t uv;
	struct ready ready;
	loop_fn *done;
	void *ctx;			/* of `done` */
	void (*work)(void *data), (*drop)(void *data);
	void *data;
	bool through, told, left;
};

static void
on_work(uv_work_t *uv)
{
	struct loop_work *w = uv->data;

	w->work(w->data);
}

static void
tell_work_done(void *ctx, unsigned ready)
{
	struct loop_work *w = ctx;

	(void)ready;
	w->told = true;
	w->done(w->ctx, 0);
}

static void
on_work_through(uv_work_t *uv, int status)
{
	struct loop_work *w = uv->data;
	struct loop *loop = (struct loop *)uv->loop;

	(void)status;
	loop->works--;
	w->through = true;
	if (w->left)
		loop_work_free(w);
	else
		loop_list_add(&loop->ready, &w->ready);
}

struct loop_work *
loop_work(struct loop *loop, void (*work)(void *data), void (*drop)(void *data), void *data,
    loop_fn *done, void *ctx)
{
	struct loop_work *w = memory_zeroed(sizeof *w);

	*w = (struct loop_work){ .work = work, .drop = drop, .data = data, .done = done, .ctx = ctx,
		.ready = { .fn = tell_work_done, .ctx = w } };
	w->uv.data = w;
	uv_queue_work(&loop->uv, &w->uv, on_work, on_work_through);
	loop->works++;
	return w;
}

void
loop_work_free(struct loop_work *w)
{
	if (!w)
		return;
	w->left = true;
	if (!w->through)
		return;
	loop_list_remove((struct loop *)w->uv.loop, &w->ready);
	if (!w->told)
		w->drop(w->data);
	free(w);
}
