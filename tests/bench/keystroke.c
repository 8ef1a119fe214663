/*
 * How long a key waits while 1,000 sessions on the same loop do 2,000 exchanges a second in all.
 * usage: keystroke HOST PORT: a server that takes 1,000 connections. Prints the median, 99th
 * percentile and maximum in ms.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "run/session/session.h"
#include "run/session/steps/open.h"

enum {
	SESSIONS = 1000,
	OPENING_MAX = 50,
	PERIOD_MS = 500,
	KEYS = 2000,
	KEY_EVERY_US = 4000,
	PATIENCE_S = 120
};

struct one { struct session *session; struct loop_timer *timer; bool ready; };

static struct {
	unsigned up, exchanges, nkeys;
	double ms[KEYS];
	int keyboard[2];
	bool failed;
} bench;

static const struct step noop = { .op = &step_line, .text = SPAN_INIT("NOOP") };

static void
on_event(void *ctx, const struct event *event)
{
	struct one *one = ctx;

	if (event->kind == EVENT_REPLY && event->answer.banner)
		bench.up++;
	bench.exchanges += event->kind == EVENT_REPLY;
	one->ready |= event->kind == EVENT_STEP_ENDED;
	if (event->err != ERR_NONE && event->text.len > 0 && !bench.failed)
		fprintf(stderr, "keystroke: with %u of %d sessions open: %.*s\n", bench.up,
		    SESSIONS, SPAN_ARG(event->text));
	bench.failed |= event->err != ERR_NONE;
}

static void
on_timer(void *ctx, unsigned ready)
{
	struct one *one = ctx;

	(void)ready;
	loop_timer_set(one->timer, PERIOD_MS);
	if (!one->ready)
		return;
	one->ready = false;
	session_push(one->session, &noop);
}

static void
on_key(void *ctx, unsigned ready)
{
	uint64_t pressed;

	(void)ctx, (void)ready;
	if (read(bench.keyboard[0], &pressed, sizeof pressed) == sizeof pressed)
		bench.ms[bench.nkeys++] = (double)(loop_now_us() - pressed) / 1e3;
}

static void *
press_keys(void *unused)
{
	const struct timespec pause = { .tv_nsec = KEY_EVERY_US * 1000L };

	(void)unused;
	for (unsigned i = 0; i < KEYS; i++) {
		nanosleep(&pause, NULL);
		uint64_t now = loop_now_us();
		if (write(bench.keyboard[1], &now, sizeof now) != sizeof now)
			break;
	}
	return NULL;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/*
 * Turns the loop until *count is `wanted`; a session that fails or a wait without end ends the
 * program instead of hanging it.
 */
static void
turn_until(struct loop *loop, const unsigned *count, unsigned wanted)
{
	uint64_t until = loop_now_us() + PATIENCE_S * 1000000ull;

	while (*count < wanted && !bench.failed) {
		loop_turn(loop, true);
		if (loop_now_us() < until)
			continue;
		fprintf(stderr, "keystroke: %u of %u after %d s\n", *count, wanted, PATIENCE_S);
		bench.failed = true;
	}
	if (bench.failed)
		exit(1);
}

static void
on_patience(void *ctx, unsigned ready)
{
	(void)ctx, (void)ready;		/* the loop has turned: that is all */
}

int
main(int argc, char *argv[])
{
	static struct one ones[SESSIONS];
	struct session_env env = { .loop = loop_new() };
	/* no deadlines: a machine under load is slow to connect, which is not what is measured */
	struct session_opts opts = { 0 };
	struct arena arena = { 0 };
	struct target target;
	pthread_t fingers;

	if (argc != 3 ||
	    !target_parse(&target, span_of(argv[1]), span_of(argv[2]), 0, &arena, NULL))
		return 2;
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 4096, 4096 });
	const struct step *open = step_new_open(&target, &arena);
	for (unsigned i = 0; i < SESSIONS; i++) {
		ones[i].session = session_new(&env, &opts, on_event, &ones[i]);
		ones[i].timer = loop_timer(env.loop, on_timer, &ones[i]);
		session_push(ones[i].session, open);
		turn_until(env.loop, &bench.up, i < OPENING_MAX ? 0 : i - OPENING_MAX);
	}
	loop_timer_set(loop_timer(env.loop, on_patience, NULL), PATIENCE_S * 1000);
	turn_until(env.loop, &bench.up, SESSIONS);
	for (unsigned i = 0; i < SESSIONS; i++)
		loop_timer_set(ones[i].timer, i * PERIOD_MS / SESSIONS);
	if (pipe(bench.keyboard) != 0)
		return 1;
	loop_urgent(loop_watch(env.loop, bench.keyboard[0], LOOP_READ, on_key, NULL, NULL));
	bench.exchanges = 0;
	uint64_t began = loop_now_us();
	pthread_create(&fingers, NULL, press_keys, NULL);
	turn_until(env.loop, &bench.nkeys, KEYS);
	double seconds = (double)(loop_now_us() - began) / 1e6;
	pthread_join(fingers, NULL);
	qsort(bench.ms, KEYS, sizeof *bench.ms, by_size);
	printf("%.3f %.3f %.3f %.0f\n", bench.ms[KEYS / 2], bench.ms[KEYS * 99 / 100],
	    bench.ms[KEYS - 1], (double)bench.exchanges / seconds);
	return 0;
}
