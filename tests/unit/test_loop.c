/* The loop: what is stopped does not fire, the terminal comes first, hooks run once a wake-up. */
#include "tests.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/addr.h"
#include "net/loop.h"

struct seen {
	char order[64];
	size_t n;
	struct loop_watch *other;
	struct loop_timer *timer;
	int fd;
};

static void
note(struct seen *seen, char c)
{
	if (seen->n < sizeof seen->order - 1)
		seen->order[seen->n++] = c;
}

struct one { struct seen *seen; char name; int fd; };

static void
on_ready(void *ctx, unsigned ready)
{
	struct one *one = ctx;
	char octet;

	assert_true(ready & LOOP_READ);
	assert_int_equal(read(one->fd, &octet, 1), 1);
	note(one->seen, one->name);
	loop_unwatch(one->seen->other);
	one->seen->other = NULL;
}

static void
the_stopped_does_not_fire_and_the_urgent_is_first(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	int a[2], b[2], c[2];

	(void)state;
	assert_int_equal(pipe(a) | pipe(b) | pipe(c), 0);
	struct one first = { &seen, 'a', a[0] }, second = { &seen, 'b', b[0] },
		   terminal = { &seen, 't', c[0] };
	struct loop_watch *wa = loop_watch(loop, a[0], LOOP_READ, on_ready, &first, NULL);
	struct loop_watch *wb = loop_watch(loop, b[0], LOOP_READ, on_ready, &second, NULL);
	struct loop_watch *wt = loop_watch(loop, c[0], LOOP_READ, on_ready, &terminal, NULL);
	loop_urgent(wt);
	/*
	 * All three are ready in one wake-up; whichever of a and b is worked off after the terminal
	 * is gone by then.
	 */
	seen.other = wb;
	assert_int_equal(write(a[1], "x", 1) + write(b[1], "x", 1) + write(c[1], "x", 1), 3);
	loop_turn(loop, true);
	loop_turn(loop, false);
	assert_string_equal(seen.order, "ta");
	loop_unwatch(wa);
	loop_unwatch(wt);
	loop_turn(loop, false);
	loop_free(loop);
	for (int i = 0; i < 2; i++)
		close(a[i]), close(b[i]), close(c[i]);
}

static void
on_timer(void *ctx, unsigned ready)
{
	struct seen *seen = ctx;

	assert_int_equal(ready, 0);
	note(seen, 'x');
	if (seen->timer)
		loop_timer_stop(seen->timer);
}

static void
timers(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	struct loop_timer *a = loop_timer(loop, on_timer, &seen),
			  *b = loop_timer(loop, on_timer, &seen);

	(void)state;
	/* Both are due in the same wake-up; the first to fire stops the second. */
	seen.timer = b;
	loop_timer_set(a, 0);
	loop_timer_set(b, 0);
	loop_turn(loop, true);
	loop_turn(loop, false);
	assert_string_equal(seen.order, "x");
	seen.timer = NULL;
	loop_timer_set(b, 1);
	loop_timer_stop(b);
	uint64_t from = loop_now_us();
	loop_timer_set(a, 20);
	while (seen.n < 2)
		loop_turn(loop, true);
	assert_true(loop_now_us() - from >= 19000);
	loop_timer_free(a);
	loop_timer_free(b);
	loop_timer_free(NULL);
	loop_free(loop);
}

enum { MANY_TIMERS = 500 };

struct many {
	struct loop_timer *timer[MANY_TIMERS];
	size_t fired[MANY_TIMERS], n;
};

struct tick {
	struct many *many;
	size_t number;
};

static void
on_one_of_many(void *ctx, unsigned ready)
{
	struct tick *tick = ctx;

	(void)ready;
	tick->many->fired[tick->many->n++] = tick->number;
}

/* Set in any order, some anew and some stopped: each fires once, the first due first. */
static void
many_timers(void **state)
{
	struct loop *loop = loop_new();
	struct many many = { .n = 0 };
	struct tick tick[MANY_TIMERS];
	unsigned due[MANY_TIMERS], seed = 1;
	size_t left = 0;

	(void)state;
	for (size_t i = 0; i < MANY_TIMERS; i++) {
		tick[i] = (struct tick){ &many, i };
		many.timer[i] = loop_timer(loop, on_one_of_many, &tick[i]);
		loop_timer_set(many.timer[i], 600000);
	}
	for (size_t i = 0; i < MANY_TIMERS; i++) {
		seed = seed * 1103515245 + 12345;
		size_t at = i * 7 % MANY_TIMERS;
		/* far enough apart that the time it takes to set them all changes no order */
		due[at] = (seed >> 16) % 8;
		if (due[at] == 0)
			loop_timer_stop(many.timer[at]);
		else
			loop_timer_set(many.timer[at], due[at] * 100 + 300);
		left += due[at] > 0;
	}
	assert_true(left >= 1 && left < MANY_TIMERS);
	while (many.n < left)
		loop_turn(loop, true);
	bool seen[MANY_TIMERS] = { false };
	for (size_t i = 0; i < left; i++) {
		assert_false(seen[many.fired[i]]);
		seen[many.fired[i]] = true;
		assert_true(due[many.fired[i]] > 0);
		if (i > 0)
			assert_true(due[many.fired[i - 1]] <= due[many.fired[i]]);
	}
	loop_timer_set(many.timer[0], UINT64_MAX);	/* never */
	loop_turn(loop, false);
	assert_int_equal(many.n, left);
	for (size_t i = 0; i < MANY_TIMERS; i++)
		loop_timer_free(many.timer[i]);
	loop_free(loop);
}

static void
on_answer(void *ctx, unsigned ready)
{
	struct seen *seen = ctx;

	on_ready(&(struct one){ seen, 'a', seen->fd }, ready);
	loop_timer_stop(seen->timer);
}

/* A process that was kept from running finds both at once. */
static void
an_answer_that_is_there_beats_its_deadline(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	int a[2];

	(void)state;
	assert_int_equal(pipe(a), 0);
	seen.fd = a[0];
	seen.timer = loop_timer(loop, on_timer, &seen);
	struct loop_watch *watch = loop_watch(loop, a[0], LOOP_READ, on_answer, &seen, NULL);
	loop_want(watch, 0);
	loop_want(watch, LOOP_READ);
	loop_timer_set(seen.timer, 0);
	assert_int_equal(write(a[1], "x", 1), 1);
	loop_turn(loop, true);
	loop_turn(loop, false);
	assert_string_equal(seen.order, "a");
	loop_want(watch, 0);
	assert_int_equal(write(a[1], "x", 1), 1);
	loop_turn(loop, false);
	assert_string_equal(seen.order, "a");
	loop_unwatch(watch);
	loop_timer_free(seen.timer);
	loop_turn(loop, false);
	loop_free(loop);
	close(a[0]), close(a[1]);
}

static void
on_datagram(void *ctx, unsigned ready)
{
	struct one *one = ctx;
	char octet;

	assert_true(ready & LOOP_READ);
	note(one->seen, read(one->fd, &octet, 1) == 1 ? octet : 'e');
}

/*
 * libuv stops watching a descriptor that has an error; it is still wanted, and what comes later is
 * still seen.
 */
static void
an_error_is_told_once_and_what_follows_too(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
			   own;
	socklen_t len = sizeof at;
	int peer = socket(AF_INET, SOCK_DGRAM, 0),
	    fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	(void)state;
	assert_int_equal(bind(peer, (struct sockaddr *)&at, sizeof at) |
		getsockname(peer, (struct sockaddr *)&at, &len),
	    0);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, len) |
		getsockname(fd, (struct sockaddr *)&own, &len),
	    0);
	close(peer);
	struct one one = { &seen, 'd', fd };
	struct loop_watch *watch = loop_watch(loop, fd, LOOP_READ, on_datagram, &one, NULL);
	/* nobody is there: ECONNREFUSED comes back */
	assert_int_equal(send(fd, "x", 1, 0), 1);
	while (seen.n < 1)
		loop_turn(loop, true);
	peer = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(peer, (struct sockaddr *)&at, sizeof at), 0);
	assert_int_equal(sendto(peer, "y", 1, 0, (struct sockaddr *)&own, sizeof own), 1);
	struct loop_timer *late = loop_timer(loop, on_timer, &seen);
	loop_timer_set(late, 5000);
	while (seen.n < 2)
		loop_turn(loop, true);
	assert_string_equal(seen.order, "ey");
	loop_unwatch(watch);
	loop_timer_free(late);
	loop_turn(loop, false);
	loop_free(loop);
	close(peer), close(fd);
}

static void
on_idle(void *ctx, unsigned ready)
{
	(void)ready;
	note(ctx, 'i');
}

static void
hooks_and_signals(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	struct loop_idle *idle = loop_idle(loop, on_idle, &seen);
	struct loop_signal *signal = loop_signal(loop, SIGUSR1, on_timer, &seen);

	(void)state;
	loop_turn(loop, false);
	raise(SIGUSR1);
	loop_turn(loop, true);
	assert_string_equal(seen.order, "ixi");
	loop_idle_free(idle);
	loop_signal_free(signal);
	loop_turn(loop, false);
	assert_string_equal(seen.order, "ixi");
	loop_free(loop);
}

static void
what_cannot_be_watched(void **state)
{
	int null = open("/dev/null", O_RDONLY), fds[2];
	FILE *file = tmpfile();

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_false(loop_can_watch(null));
	assert_false(loop_can_watch(fileno(file)));
	assert_true(loop_can_watch(fds[0]));
	fclose(file);
	close(null);
	close(fds[0]);
	close(fds[1]);
}

static void
a_file_is_refused_when_it_is_to_be_watched(void **state)
{
	struct loop *loop = loop_new();
	FILE *file = tmpfile();
	struct err err = { 0 };

	(void)state;
	assert_null(loop_watch(loop, fileno(file), LOOP_READ, on_ready, NULL, &err));
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_null(loop_watch(loop, fileno(file), 0, on_ready, NULL, NULL));
	fclose(file);
	loop_free(loop);
}

static void
on_end(void *ctx, unsigned ready)
{
	struct one *one = ctx;

	assert_true(ready & LOOP_READ);
	note(one->seen, one->name);
}

/* It would be told of for ever; and it is told when it is wanted. */
static void
a_hang_up_waits_until_something_is_wanted(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	struct one one = { &seen, 'h', fds[0] };
	struct loop_watch *watch = loop_watch(loop, fds[0], 0, on_end, &one, NULL);
	close(fds[1]);
	for (int i = 0; i < 3; i++)
		loop_turn(loop, false);
	loop_want(watch, LOOP_READ);
	loop_turn(loop, true);
	assert_string_equal(seen.order, "h");
	loop_turn(loop, true);
	assert_string_equal(seen.order, "hh");
	loop_want(watch, LOOP_WRITE);
	loop_want(watch, 0);
	for (int i = 0; i < 3; i++)
		loop_turn(loop, false);
	loop_want(watch, LOOP_READ);
	loop_turn(loop, true);
	assert_string_equal(seen.order, "hhh");
	loop_unwatch(watch);
	loop_turn(loop, false);
	loop_free(loop);
	close(fds[0]);
}

/* The number is another descriptor's: what was wanted of the first is nothing to the second. */
static void
a_number_that_is_used_again(void **state)
{
	struct loop *loop = loop_new();
	struct seen seen = { 0 };
	int fds[2];

	(void)state;
	for (char name = 'a'; name < 'f'; name++) {
		assert_int_equal(pipe(fds), 0);
		struct one one = { &seen, name, fds[0] };
		struct loop_watch *watch = loop_watch(
		    loop, fds[0], LOOP_READ, on_datagram, &one, NULL);
		assert_non_null(watch);
		loop_turn(loop, false);
		assert_int_equal(write(fds[1], &name, 1), 1);
		loop_turn(loop, true);
		loop_unwatch(watch);
		close(fds[0]);
		close(fds[1]);
	}
	loop_turn(loop, false);
	assert_string_equal(seen.order, "abcde");
	loop_free(loop);
}

static void
on_nothing(void *ctx, unsigned ready)
{
	(void)ctx, (void)ready;
	fail();
}

/* Else who waits for the last of its peers would wait on when that is gone. */
static void
a_turn_after_the_last_watch_does_not_wait(void **state)
{
	struct loop *loop = loop_new();
	struct loop_signal *keeps = loop_signal(loop, SIGUSR1, on_nothing, NULL);
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	struct loop_watch *watch = loop_watch(loop, fds[0], LOOP_READ, on_nothing, NULL, NULL);
	loop_turn(loop, false);
	loop_unwatch(watch);
	alarm(20);
	loop_turn(loop, true);
	alarm(0);
	loop_signal_free(keeps);
	loop_turn(loop, false);
	loop_free(loop);
	close(fds[0]), close(fds[1]);
}

enum { CROWD = 3000 };

static void
on_crowd(void *ctx, unsigned ready)
{
	assert_true(ready & LOOP_WRITE);
	++*(unsigned *)ctx;
}

static void
all_that_are_ready_are_seen(void **state)
{
	struct loop *loop = loop_new();
	static struct loop_watch *watch[CROWD];
	static unsigned times[CROWD];
	struct rlimit limit;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	size_t n = limit.rlim_max < CROWD + 100 ? 100 : CROWD;
	for (size_t i = 0; i < n; i++) {
		int fd = socket(AF_INET, SOCK_DGRAM, 0);
		assert_true(fd >= 0);
		watch[i] = loop_watch(loop, fd, LOOP_WRITE, on_crowd, &times[i], NULL);
	}
	loop_turn(loop, true);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(times[i], 1);
	for (size_t i = 0; i < n; i++)
		loop_unwatch(watch[i]);
	loop_turn(loop, false);
	loop_free(loop);
}

static void
on_child(void *ctx, int status, int signo)
{
	*(int *)ctx = status * 1000 + signo;
}

static void
children(void **state)
{
	struct loop *loop = loop_new();
	int pair[2], ended = -1;
	char *good[] = { "sh", "-c", "read x; echo got $x; exit 7", NULL },
	     *bad[] = { "/no/such/program", NULL };
	struct err err = { 0 };
	char text[32] = "";

	(void)state;
	assert_null(loop_spawn(loop, bad, 0, 2, on_child, &ended, &err));
	assert_int_equal(err.kind, ERR_SYSTEM);
	assert_non_null(strstr(err.text, "/no/such/program"));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	struct loop_child *child = loop_spawn(loop, good, pair[1], 2, on_child, &ended, &err);
	assert_non_null(child);
	assert_int_equal(write(pair[0], "it\n", 3), 3);
	while (ended < 0)
		loop_turn(loop, true);
	assert_int_equal(ended, 7000);
	assert_true(read(pair[0], text, sizeof text - 1) > 0);
	assert_string_equal(text, "got it\n");
	loop_child_free(child);
	close(pair[0]);
	close(pair[1]);
	loop_turn(loop, false);
	loop_free(loop);
}

/* ---- threads */

struct job { int pair[2]; bool worked, done, dropped, ticked; };

static void
job_work(void *data)
{
	struct job *job = data;
	char octet;

	job->worked = read(job->pair[0], &octet, 1) == 1;
}

static void
job_drop(void *data)
{
	((struct job *)data)->dropped = true;
}

static void
on_job(void *ctx, unsigned ready)
{
	(void)ready;
	((struct job *)ctx)->done = true;
}

static void
on_tick(void *ctx, unsigned ready)
{
	(void)ready;
	((struct job *)ctx)->ticked = true;
}

/*
 * The loop goes on while a thread works; what is left to itself is dropped, and its end is not
 * told.
 */
static void
work_in_threads(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	for (int left = 0; left < 2; left++) {
		struct job job = { 0 };
		assert_int_equal(pipe(job.pair), 0);
		struct loop_work *work = loop_work(loop, job_work, job_drop, &job, on_job, &job);
		struct loop_timer *timer = loop_timer(loop, on_tick, &job);
		loop_timer_set(timer, 1);
		while (!job.ticked)
			loop_turn(loop, true);
		assert_false(job.done);
		if (left)
			loop_work_free(work);
		assert_false(job.dropped);
		assert_int_equal(write(job.pair[1], "x", 1), 1);
		while (left ? !job.dropped : !job.done)
			loop_turn(loop, true);
		assert_true(job.worked);
		assert_int_equal(job.done, !left);
		if (!left)
			loop_work_free(work);
		assert_int_equal(job.dropped, left);
		loop_timer_free(timer);
		close(job.pair[0]);
		close(job.pair[1]);
	}
	struct job last = { 0 };
	assert_int_equal(pipe(last.pair), 0);
	assert_int_equal(write(last.pair[1], "x", 1), 1);
	loop_work_free(loop_work(loop, job_work, job_drop, &last, on_job, &last));
	loop_turn(loop, false);
	loop_free(loop);		/* waits for it */
	assert_true(last.dropped);
	close(last.pair[0]);
	close(last.pair[1]);
}

static void
without_descriptors_it_ends_in_a_sentence(void **state)
{
	char text[128] = "";
	int pair[2], status;

	(void)state;
	assert_int_equal(pipe(pair), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(pair[1], STDERR_FILENO);
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, 0 });
		loop_new();
		_exit(0);
	}
	close(pair[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(pair[0], text, sizeof text - 1) > 0);
	close(pair[0]);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 11);
	assert_string_equal(
	    text, "smtpsh: cannot initialize the event loop: too many open files\n");
}

enum { BUSY = 400, WORK_US = 50, KEY_AFTER = 100 };
struct crowd { unsigned worked, pressed, heard; int keyboard[2]; };

/* Always ready, and at work for a while; one of them sees a key pressed. */
static void
on_work(void *ctx, unsigned ready)
{
	struct crowd *c = ctx;
	uint64_t until = loop_now_us() + WORK_US;

	(void)ready;
	while (loop_now_us() < until)
		;
	if (++c->worked != KEY_AFTER)
		return;
	c->pressed = c->worked;
	assert_int_equal(write(c->keyboard[1], "k", 1), 1);
}

static void
on_key(void *ctx, unsigned ready)
{
	struct crowd *c = ctx;
	char key;

	(void)ready;
	assert_int_equal(read(c->keyboard[0], &key, 1), 1);
	c->heard = c->worked;
}

/*
 * A key among many sessions that are all at work waits for as many as fit into a few
 * milliseconds, never for all of them. It is their number that is counted: a busy machine makes
 * it smaller.
 */
static void
a_key_does_not_wait_for_a_crowd(void **state)
{
	struct loop *loop = loop_new();
	struct crowd crowd = { 0 };
	struct loop_watch *watch[BUSY];
	int pair[BUSY][2];

	(void)state;
	assert_int_equal(pipe(crowd.keyboard), 0);
	struct loop_watch *key = loop_watch(
	    loop, crowd.keyboard[0], LOOP_READ, on_key, &crowd, NULL);
	loop_urgent(key);
	for (int i = 0; i < BUSY; i++) {
		assert_int_equal(pipe(pair[i]), 0);
		assert_int_equal(write(pair[i][1], "x", 1), 1);
		watch[i] = loop_watch(loop, pair[i][0], LOOP_READ, on_work, &crowd, NULL);
		assert_non_null(watch[i]);
	}
	while (!crowd.heard)
		loop_turn(loop, true);
	assert_int_equal(crowd.pressed, KEY_AFTER);
	assert_true(crowd.heard - crowd.pressed < BUSY / 2);
	for (int i = 0; i < BUSY; i++) {
		loop_unwatch(watch[i]);
		close(pair[i][0]);
		close(pair[i][1]);
	}
	loop_unwatch(key);
	loop_turn(loop, false);
	loop_free(loop);
	close(crowd.keyboard[0]);
	close(crowd.keyboard[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stopped_does_not_fire_and_the_urgent_is_first),
		cmocka_unit_test(a_key_does_not_wait_for_a_crowd),
		cmocka_unit_test(timers),
		cmocka_unit_test(many_timers),
		cmocka_unit_test(an_answer_that_is_there_beats_its_deadline),
		cmocka_unit_test(an_error_is_told_once_and_what_follows_too),
		cmocka_unit_test(hooks_and_signals),
		cmocka_unit_test(what_cannot_be_watched),
		cmocka_unit_test(a_file_is_refused_when_it_is_to_be_watched),
		cmocka_unit_test(a_hang_up_waits_until_something_is_wanted),
		cmocka_unit_test(a_number_that_is_used_again),
		cmocka_unit_test(a_turn_after_the_last_watch_does_not_wait),
		cmocka_unit_test(all_that_are_ready_are_seen),
		cmocka_unit_test(children),
		cmocka_unit_test(work_in_threads),
		cmocka_unit_test(without_descriptors_it_ends_in_a_sentence),
	};
	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
