/*
 * /again and /watch - repeat a line, as ping does: one line per round, and the distribution of the
 * times at the end. They never send a message without confirmation, never repeat AUTH after a
 * rejection, and keep a second between rounds to another host unless forced.
 */
#include <stdlib.h>

#include "base/text.h"
#include "ui/prompt/prompt.h"
#include "ui/show/show_line.h"

enum {
	ROUNDS_MAX = 1000000, /* also the number of times kept */
	PAUSE_MS = 1000,
	PAUSE_LEAST_MS = 100,
	BAR = 24,
	ROWS = 5, /* of the histogram */
	ROWS_BAR = 40,
	SAID = 320,
	NONMAIL = 10, /* servers may object to more */
};

struct state {
	struct arena arena;
	struct span line;		/* empty: nothing is repeated */
	struct span sent;		/* as its step has it: "//x" sends "/x" */
	struct span warned; /* the line that was warned about: entering it again confirms it */
	unsigned long long left, done, failed;
	uint64_t pause_ms; /* between rounds */
	bool endless, opens, pausing, forced;
	bool plain; /* a line for the server: its reply is shown with the time */
	/*
	 * After a failure, lines that wait are given back, so the next round is queued a moment
	 * later.
	 */
	struct loop_timer *later;
	struct prompt *prompt;
	uint64_t began_us;
	uint32_t *took; /* microseconds, in any order */
	size_t ntook, cap;
	unsigned code;	 /* of this round's reply; 0: none yet */
	char said[SAID]; /* its first line, safe to show */
};

static void
next_round(struct prompt *p, struct state *st)
{
	struct session_view v = player_view(p->player);

	st->began_us = 0;
	st->code = 0;
	st->said[0] = '\0';
	st->pausing = false;
	/* the user typed it: it need not be shown */
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
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
keep_time(struct state *st, uint64_t took_us)
{
	uint32_t us = took_us < UINT32_MAX ? (uint32_t)took_us : UINT32_MAX;

	if (st->ntook == ROUNDS_MAX) {
		st->took[st->done % ROUNDS_MAX] = us;
		return;
	}
	if (st->ntook == st->cap) {
		st->cap = st->cap ? 2 * st->cap : 64;
		st->took = memory_resize(st->took, st->cap * sizeof *st->took);
	}
	st->took[st->ntook++] = us;
}

/*
 * Returns the length of a bar on a logarithmic scale: one column up to 0.05 ms, and one more for
 * each factor of 1.6.
 */
static unsigned
bar_length(uint64_t us)
{
	unsigned n = 1;

	for (double step = 50; n < BAR && (double)us > step; step *= 1.6)
		n++;
	return n;
}

/* "=== round 3:   0.4 ms  ======       250 2.0.0 ok" */
static void
show_round(struct prompt *p, const struct state *st, const struct event *e, uint64_t took_us)
{
	enum { NUMBER = 12, TIME = 8, GAP = 2 };
	static const char bar[BAR + 1] = "========================";
	struct flow f = show_begin(p->screen, MARK_NOTE, e);
	bool bad = e->err != ERR_NONE || st->code >= 400;
	unsigned at = f.column;
	char took[24];

	flow_print(&f, INK_PLAIN, "round %llu:", st->done);
	if (took_us > 0) {
		text_time(took, took_us);
		flow_pad(&f, at + NUMBER + TIME - (unsigned)strlen(took));
		flow_put(&f, INK_PLAIN, span_of(took));
		flow_pad(&f, at + NUMBER + TIME + GAP);
		flow_put(&f, bad ? INK_BAD : INK_GOOD, (struct span){ bar, bar_length(took_us) });
	}
	const char *said = st->said[0] ? st->said : e->err != ERR_NONE ? "failed" : "";
	if (said[0]) {
		flow_pad(&f, at + NUMBER + TIME + GAP + BAR + GAP);
		flow_put(&f, bad ? INK_BOLD : INK_PLAIN,
		    f.width > f.column ? text_fit(span_of(said), f.width - f.column) :
					 span_of(said));
	}
	flow_end(&f);
	arena_reset(&p->screen->arena);
}

/*
 * Writes a time without its unit, with about `digits` decimals: one more for short times, one less
 * for long ones.
 */
static void
bare_time(char out[16], double us, double unit, int digits)
{
	double n = us / unit;

	snprintf(out, 16, "%.*f", n < 0.1 ? digits + 1 : n < 10 ? digits : digits - 1, n);
}

/* Returns the ROWS-th root of x, which is at least 1. */
static double
root_of(double x)
{
	double low = 1, high = x;

	for (int i = 0; i < 60; i++) {
		double middle = (low + high) / 2, power = 1;
		for (int k = 0; k < ROWS; k++)
			power *= middle;
		*(power < x ? &low : &high) = middle;
	}
	return high;
}

/* Shows how many rounds took how long; the limits of the rows grow by a constant factor. */
static void
show_histogram(struct screen *s, const struct state *st, double unit, const char *name)
{
	double least = st->took[0] ? st->took[0] : 1, most = st->took[st->ntook - 1];
	size_t count[ROWS] = { 0 }, largest = 1, row = 0;
	double edge[ROWS + 1];
	char from[16], to[16];

	edge[0] = least;
	for (size_t i = 1; i <= ROWS; i++)
		edge[i] = edge[i - 1] * root_of(most / least);
	for (size_t i = 0; i < st->ntook; i++) {
		while (row + 1 < ROWS && st->took[i] > edge[row + 1])
			row++;
		if (++count[row] > largest)
			largest = count[row];
	}
	for (size_t i = 0; i < ROWS; i++) {
		size_t width = (count[i] * ROWS_BAR + largest - 1) / largest;
		bare_time(from, edge[i], unit, 2);
		bare_time(to, edge[i + 1], unit, 2);
		screen_print(s, "    %6s - %6s %s  ", from, to, name);
		for (size_t k = 0; k < width; k++)
			screen_print(s, "=");
		screen_print(s, "%s%zu\n", width ? " " : "", count[i]);
	}
}

/* "20 rounds: 0 failed; p50 0.4, p95 0.9, max 3.1 ms", and the histogram. */
static void
again_stop(struct prompt *p, struct state *st, const char *why)
{
	const char *name = "ms", *end = why[0] ? "; " : "";
	char middle[16], high[16], most[16];
	double unit = 1e3;

	st->line = SPAN_NONE;
	if (st->ntook == 0) {
		if (st->done > 0 || why[0])
			prompt_note(p, "%llu round%s: %llu failed%s%s", st->done,
			    st->done == 1 ? "" : "s", st->failed, end, why);
		return;
	}
	qsort(st->took, st->ntook, sizeof *st->took, by_time);
	if (st->took[st->ntook - 1] >= 10000000) {
		unit = 1e6;
		name = "s";
	}
	bare_time(middle, st->took[(st->ntook * 50 + 99) / 100 - 1], unit, 1);
	bare_time(high, st->took[(st->ntook * 95 + 99) / 100 - 1], unit, 1);
	bare_time(most, st->took[st->ntook - 1], unit, 1);
	prompt_note(p, "%llu round%s: %llu failed; p50 %s, p95 %s, max %s %s%s%s", st->done,
	    st->done == 1 ? "" : "s", st->failed, middle, high, most, name, end, why);
	if (st->ntook >= ROWS && st->took[st->ntook - 1] > st->took[0])
		show_histogram(p->screen, st, unit, name);
}

/* Starts the next round, after the pause between two. */
static void
go_on(struct prompt *p, struct state *st)
{
	if (!st->opens && player_view(p->player).state != SESSION_OPEN)
		again_stop(p, st, "the connection is closed");
	else if (st->pause_ms > 0)
		pause_round(p, st);
	else
		next_round(p, st);
}

static void
again_later(void *ctx, unsigned ready)
{
	struct state *st = ctx;

	(void)ready;
	if (st->line.len > 0)
		go_on(st->prompt, st);
}

static void
round_over(struct prompt *p, struct state *st, const struct event *e)
{
	uint64_t took = st->began_us ? e->at_us - st->began_us : 0;
	bool replied = !st->plain || st->code > 0;

	if (took > 0 && replied)
		keep_time(st, took);
	st->done++;
	st->failed += e->err != ERR_NONE || st->code >= 400;
	show_round(p, st, e, replied ? took : 0);
	if (!st->endless && --st->left == 0) {
		again_stop(p, st, "");
		return;
	}
	if (e->err != ERR_NONE && !st->plain) {
		again_stop(p, st, "the last one failed");
	} else if (e->err != ERR_NONE) {
		if (!st->later)
			st->later = loop_timer(p->env->loop, again_later, st);
		st->prompt = p;
		loop_timer_set(st->later, 0);
	} else {
		go_on(p, st);
	}
}

static void
again_on_event(struct prompt *p, void *mem, const struct event *e)
{
	struct state *st = mem;

	if (st->line.len == 0)
		return;
	if (e->kind == EVENT_SENT || e->kind == EVENT_ATTEMPT) {
		if (st->began_us == 0 && e->step && span_eq(e->step->text, st->sent))
			st->began_us = e->at_us;
		return;
	}
	if (e->kind == EVENT_REPLY && st->began_us && !e->answer.surprise && !e->answer.late) {
		const struct reply *r = e->answer.reply;
		struct span said = text_safe(&p->screen->arena, r->nlines ? r->line[0] : SPAN_NONE);
		st->code = r->code;
		snprintf(st->said, sizeof st->said, "%03u %.*s", r->code,
		    SPAN_ARG(text_first(said, SAID - 8)));
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
	} else if (span_eq(e->step->text, st->sent)) {
		if (player_view(p->player).auth_refused && verb_of(st->line, NULL) == VERB_AUTH)
			again_stop(p, st,
			    "AUTH was rejected and is not repeated: servers lock accounts");
		else
			round_over(p, st, e);
	}
}

/* A round of a plain line is shown as a single line, in place of these events. */
static bool
again_hides(struct prompt *p, void *mem, const struct event *e)
{
	const struct state *st = mem;

	(void)p;
	if (st->line.len == 0 || !st->plain || !e->step || !span_eq(e->step->text, st->sent))
		return false;
	return e->kind == EVENT_SENT || e->kind == EVENT_EXTENSIONS ||
	    (e->kind == EVENT_REPLY && !e->answer.surprise && !e->answer.late &&
		e->answer.standing != REPLY_OUT_OF_STEP);
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

/* Returns why the line must not be repeated; NULL: it may be. */
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
		return "AUTH was rejected in this session and is not repeated: servers lock "
		    "accounts";
	if (verb == VERB_DATA)
		return "DATA would wait for its text each time; use /again N /send … to send whole "
		    "messages";
	if (!(traits & STEP_SENDS_MESSAGE) && verb != VERB_BDAT)
		return NULL;
	if (span_eq(line, st->warned))
		return NULL;
	return "each round would send a message; repeat the command to confirm";
}

/* Notes that servers limit commands that send no mail. */
static void
note_limits(struct prompt *p, const struct state *st)
{
	static const char limits[] = "Exim closes the connection after 10 non-mail commands "
	    "(smtp_accept_max_nonmail); Postfix counts NOOP, RSET, VRFY and ETRN as errors after "
	    "100 (smtpd_junk_command_limit)";
	enum verb verb = verb_of(st->line, NULL);

	if (!st->plain || verb == VERB_MAIL || verb == VERB_RCPT ||
	    (!st->endless && st->left <= NONMAIL) ||
	    screen_telling(p->screen, limits, 0) != TELL_FIRST)
		return;
	prompt_note(p, "%s", limits);
}

static void
again_begin(struct prompt *p, struct state *st, struct span line)
{
	const char *why = line.len == 0 ? "expected a line to repeat, as in /again 10 NOOP" :
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
	struct session_view v = player_view(p->player);
	bool elsewhere = v.state == SESSION_OPEN && !v.local;

	if (elsewhere && !st->forced && st->pause_ms < PAUSE_MS) {
		if (st->endless) {
			prompt_problem(p,
			    "less than one second between rounds, on another host; use /watch SECS "
			    "force LINE to do it anyway");
			return;
		}
		st->pause_ms = PAUSE_MS;
		prompt_note(p,
		    "on another host rounds are one second apart; use /again N force LINE to send "
		    "them without delay");
	}
	st->line = line;
	st->sent = span_starts(line, SPAN("//")) ? span_skip(line, 1) : line;
	st->plain = line.at[0] != '/' || st->sent.len < line.len;
	st->opens = traits_of(line) & STEP_OPENS;
	if (st->opens && st->pause_ms < PAUSE_MS)
		st->pause_ms = PAUSE_MS;
	st->done = st->failed = st->ntook = 0;
	note_limits(p, st);
	next_round(p, st);
}

/* Takes the word "force" off the front of the line. */
static bool
take_force(struct span *line)
{
	struct span rest = *line;

	if (!span_eq(span_word(&rest), SPAN("force")))
		return false;
	*line = rest;
	return true;
}

static void
again_run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	struct span number = span_word(&args);
	unsigned long long n;

	if (!span_number(number, ROUNDS_MAX, &n) || n == 0) {
		prompt_problem(p, "/again: expected a number and a line, as in /again 10 NOOP");
		return;
	}
	st->left = n;
	st->endless = false;
	st->pause_ms = 0;
	st->forced = take_force(&args);
	again_begin(p, st, args);
}

static void
watch_run(struct prompt *p, void *mem, struct span args)
{
	struct state *st = mem;
	struct cursor c = { .line = args, .rest = args };
	struct span every = cursor_word(&c);
	struct err err;

	if (!cursor_milliseconds(&c, every, &st->pause_ms, &err) || st->pause_ms < PAUSE_LEAST_MS) {
		prompt_problem(
		    p, "/watch: expected seconds and a line, as in /watch 5 NOOP; ^C stops it");
		return;
	}
	st->endless = true;
	args = c.rest;
	st->forced = take_force(&args);
	again_begin(p, st, args);
}

static void
again_release(void *mem)
{
	struct state *st = mem;

	arena_release(&st->arena);
	loop_timer_free(st->later);
	free(st->took);
}

const struct prompt_command prompt_again = {
	.name = "again",
	.group = GROUP_AGAIN,
	.args = "N [force] LINE",
	.help = "Repeat a line N times: the time of each, percentiles and a histogram",
	.state_size = sizeof(struct state),
	.run = again_run,
	.on_event = again_on_event,
	.hides = again_hides,
	.release = again_release,
};

const struct prompt_command prompt_watch = {
	.name = "watch",
	.group = GROUP_AGAIN,
	.args = "SECS [force] LINE",
	.help = "Repeat a line every SECS seconds until ^C, with times as /again shows them",
	.state_size = sizeof(struct state),
	.run = watch_run,
	.on_event = again_on_event,
	.hides = again_hides,
	.release = again_release,
};
