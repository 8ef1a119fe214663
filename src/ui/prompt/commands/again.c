/*
 * /again and /watch - one line many times, with how long each took; never a message unasked, and no
 * AUTH after a refusal.
 */
#include <stdlib.h>

#include "base/text.h"
#include "ui/prompt/prompt.h"

enum { RECENT = 8, ROUNDS_MAX = 1000000, PAUSE_MS = 1000 };

struct state {
	struct arena arena;
	struct span line;		/* empty: nothing is repeated */
	struct span warned;		/* of what was warned: the same once more is meant so */
	unsigned long long left, done;
	uint64_t pause_ms;		/* between rounds */
	bool endless, opens, pausing;
	uint64_t began_us, took_us[RECENT], least_us, most_us, all_us;
};

static void
next_round(struct prompt *p, struct state *st)
{
	struct session_view v = player_view(p->player);

	st->began_us = 0;
	st->pausing = false;
	/* it was typed, and need not be shown */
	player_line_first(p->player, st->line, (struct place){ .line = 1 });
	if (st->opens && v.state == SESSION_OPEN && v.dialogue.mode == MODE_COMMAND)
		player_line_first(p->player, SPAN("QUIT"), (struct place){ 0 });
}

static void
pause_round(struct prompt *p, struct state *st)
{
	struct span sleep = arena_printf(
	    &p->screen->arena, "/sleep %llums", (unsigned long long)st->pause_ms);

	st->pausing = true;
	player_line_first(p->player, sleep, (struct place){ 0 });
}

static int
by_time(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* "round 12: 0.4 ms; recent 0.3 ms 0.4 ms; least 0.3 ms, median of recent 0.4 ms, most 1.2 ms" */
static void
show_times(struct prompt *p, const struct state *st)
{
	size_t n = st->done < RECENT ? (size_t)st->done : RECENT;
	uint64_t sorted[RECENT] = { 0 };
	char took[24], least[24], middle[24], most[24];
	struct span recent = SPAN_NONE;

	for (size_t i = 0; i < n; i++) {
		uint64_t us = st->took_us[(st->done - n + i) % RECENT];
		sorted[i] = us;
		text_time(took, us);
		recent = arena_printf(&p->screen->arena, "%.*s %s", SPAN_ARG(recent), took);
	}
	qsort(sorted, n, sizeof *sorted, by_time);
	text_time(least, st->least_us);
	text_time(middle, sorted[n / 2]);
	text_time(most, st->most_us);
	prompt_note(p, "round %llu:%.*s; least %s, middle %s, most %s", st->done, SPAN_ARG(recent),
	    least, middle, most);
}

static void
again_stop(struct prompt *p, struct state *st, const char *why)
{
	if (st->done > 0 || why[0])
		prompt_note(p, "%llu round%s%s%s", st->done, st->done == 1 ? "" : "s",
		    why[0] ? ": " : "", why);
	st->line = SPAN_NONE;
}

static void
round_over(struct prompt *p, struct state *st, const struct event *e)
{
	uint64_t took = st->began_us ? e->at_us - st->began_us : 0;

	st->took_us[st->done++ % RECENT] = took;
	st->least_us = st->done == 1 || took < st->least_us ? took : st->least_us;
	st->most_us = took > st->most_us ? took : st->most_us;
	show_times(p, st);
	if (!st->endless && --st->left == 0) {
		again_stop(p, st, "");
		return;
	}
	if (!st->opens && player_view(p->player).state != SESSION_OPEN) {
		again_stop(p, st, "the connection is closed");
		return;
	}
	if (st->pause_ms > 0)
		pause_round(p, st);
	else
		next_round(p, st);
}

static void
again_on_event(struct prompt *p, void *mem, const struct event *e)
{
	struct state *st = mem;

	if (st->line.len == 0)
		return;
	if (e->kind == EVENT_SENT || e->kind == EVENT_ATTEMPT) {
		if (st->began_us == 0 && e->step && span_eq(e->step->text, st->line))
			st->began_us = e->at_us;
		return;
	}
	if (e->kind == EVENT_UNSENT) {
		again_stop(p, st, "ended");
		return;
	}
	if (e->kind != EVENT_STEP_ENDED || !e->step)
		return;
	if (e->cancelled) {
		again_stop(p, st, "ended");
	} else if (st->pausing && (e->step->op->traits & STEP_PAUSES)) {
		next_round(p, st);
	} else if (span_eq(e->step->text, st->line)) {
		if (player_view(p->player).auth_refused && verb_of(st->line, NULL) == VERB_AUTH)
			again_stop(p, st,
			    "AUTH was refused, and is not tried again: servers lock accounts");
		else
			round_over(p, st, e);
	}
}

static bool
is_one_of(struct span line, const char *const words[])
{
	struct span name;

	for (size_t i = 0; words[i]; i++)
		if (cursor_is_command(line, &name) && span_eq(name, span_of(words[i])))
			return true;
	return false;
}

static unsigned
traits_of(struct span line)
{
	struct span name;
	const struct step_op *op = cursor_is_command(line, &name) ? step_find(step_ops, name) :
								    NULL;

	return op ? op->traits : 0;
}

/* Why it is not begun; NULL: it may be. */
static const char *
objection(struct prompt *p, struct state *st, struct span line)
{
	static const char *const takes_others[] = { "again", "watch", "redo", "include", "quit",
		NULL };
	enum verb verb = verb_of(line, NULL);
	unsigned traits = traits_of(line);

	if (is_one_of(line, takes_others))
		return "this command cannot be repeated";
	if ((verb == VERB_AUTH || (traits & STEP_LOGS_IN)) && player_view(p->player).auth_refused)
		return "AUTH was refused in this session and is not repeated: servers lock "
		       "accounts";
	if (verb == VERB_DATA)
		return "DATA would wait for its text each time: /again N /send … sends whole "
		       "messages";
	if (!(traits & STEP_SENDS_MESSAGE) && verb != VERB_BDAT)
		return NULL;
	if (span_eq(line, st->warned))
		return NULL;
	return "each round would send a message: the same once more, and it is done";
}

static void
again_begin(struct prompt *p, struct state *st, struct span line)
{
	const char *why = line.len == 0 ? "want a line to repeat, as in /again 10 NOOP" :
					  objection(p, st, line);
	struct arena old = st->arena;

	st->arena = (struct arena){ 0 };
	line = arena_copy(&st->arena, line);
	arena_release(&old);
	st->warned = why ? line : SPAN_NONE;
	st->line = SPAN_NONE;
	if (why) {
		prompt_problem(p, "%s", why);
		return;
	}
	st->line = line;
	st->opens = traits_of(line) & STEP_OPENS;
	if (st->opens && st->pause_ms < PAUSE_MS)
		st->pause_ms = PAUSE_MS;
	st->done = 0;
	st->most_us = 0;
	next_round(p, st);
}

static void
again_run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	struct span number = span_word(&args);
	unsigned long long n;

	if (!span_number(number, ROUNDS_MAX, &n) || n == 0) {
		prompt_problem(p, "/again wants a number and a line, as in /again 10 NOOP");
		return;
	}
	st->left = n;
	st->endless = false;
	st->pause_ms = 0;
	again_begin(p, st, args);
}

static void
watch_run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	struct cursor c = { .line = args, .rest = args };
	struct span every = cursor_word(&c);
	struct err err;

	if (!cursor_milliseconds(&c, every, &st->pause_ms, &err) || st->pause_ms < 100) {
		prompt_problem(
		    p, "/watch wants seconds and a line, as in /watch 5 NOOP; ^C ends it");
		return;
	}
	st->endless = true;
	again_begin(p, st, c.rest);
}

static void
again_release(void *mem)
{
	struct state *st = mem;

	arena_release(&st->arena);
}

const struct prompt_command prompt_again = {
	.name = "again",
	.group = GROUP_AGAIN,
	.args = "N LINE",
	.help = "Do a line N times, with the time that each took",
	.state_size = sizeof(struct state),
	.run = again_run,
	.on_event = again_on_event,
	.release = again_release,
};

const struct prompt_command prompt_watch = {
	.name = "watch",
	.group = GROUP_AGAIN,
	.args = "SECS LINE",
	.help = "Do a line every so many seconds, until ^C",
	.state_size = sizeof(struct state),
	.run = watch_run,
	.on_event = again_on_event,
	.release = again_release,
};
