/*
 * How long a key waits while 1,000 sessions on the same loop do 2,000 exchanges a second in all.
 * usage: keystroke HOST PORT: a server that takes 1,000 connections. Prints the median, 99th percentile and maximum in ms.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "run/session.h"
#include "run/steps/open.h"

enum { SESSIONS = 1000, PERIOD_MS = 500, KEYS = 2000, KEY_EVERY_US = 4000 };

struct one { struct session *session; struct loop_timer *timer; bool ready; };

static struct { unsigned up, exchanges, nkeys; double ms[KEYS]; int keyboard[2]; } bench;

static const struct step noop = { .op = &step_line, .text = SPAN_INIT("NOOP") };

static void
on_event(void *ctx, const struct event *event)
{
	struct one *one = ctx;

	if (event->kind == EVENT_REPLY && event->answer.banner)
		bench.up++;
	bench.exchanges += event->kind == EVENT_REPLY;
	if (event->kind == EVENT_STEP_ENDED)
		one->ready = true;
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

int
main(int argc, char *argv[])
{
	static struct one ones[SESSIONS];
	struct session_env env = { .loop = loop_new() };
	struct session_opts opts = { .timeouts = timeouts_default };
	struct arena arena = { 0 };
	struct target target;
	pthread_t fingers;

	if (argc != 3 || !target_parse(&target, span_of(argv[1]), span_of(argv[2]), 0, &arena, NULL))
		return 2;
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 4096, 4096 });
	const struct step *open = step_new_open(&target, &arena);
	for (unsigned i = 0; i < SESSIONS; i++) {
		ones[i].session = session_new(&env, &opts, on_event, &ones[i]);
		ones[i].timer = loop_timer(env.loop, on_timer, &ones[i]);
		session_push(ones[i].session, open);
	}
	while (bench.up < SESSIONS)
		loop_turn(env.loop, true);
	for (unsigned i = 0; i < SESSIONS; i++)
		loop_timer_set(ones[i].timer, i * PERIOD_MS / SESSIONS);
	if (pipe(bench.keyboard) != 0)
		return 1;
	loop_urgent(loop_watch(env.loop, bench.keyboard[0], LOOP_READ, on_key, NULL, NULL));
	bench.exchanges = 0;
	uint64_t began = loop_now_us();
	pthread_create(&fingers, NULL, press_keys, NULL);
	while (bench.nkeys < KEYS)
		loop_turn(env.loop, true);
	double seconds = (double)(loop_now_us() - began) / 1e6;
	pthread_join(fingers, NULL);
	qsort(bench.ms, KEYS, sizeof *bench.ms, by_size);
	printf("%.3f %.3f %.3f %.0f\n", bench.ms[KEYS / 2], bench.ms[KEYS * 99 / 100], bench.ms[KEYS - 1],
	    (double)bench.exchanges / seconds);
	return 0;
}
