/* probe_watch - shows the rounds of a probe in place. */
#include "ui/cmd/probe_watch.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "ui/report/board.h"
#include "ui/report/report.h"
#include "ui/show/screen.h"

enum { DRAW_MS = 200, COLUMNS_LEAST = 20 };

struct probe_watch {
	struct board board;
	struct screen screen;
	const struct fleet *fleet; /* NULL: between two rounds */
	struct fleet_summary sum;  /* of the last complete round */
	unsigned round, whole;	   /* rounds begun, and completed */
	time_t at;		   /* when this one began */
	uint64_t next_us;	   /* when the next begins */
	bool quiet;		   /* no bell, and targets that are OK are omitted */
	struct loop_timer *tick;
	struct loop_signal *resize, *suspend;
};

static void
watch_enter(struct probe_watch *w)
{
	fputs("\033[?1049h\033[?25l", w->screen.out);
}

static void
watch_leave(struct probe_watch *w)
{
	fputs("\033[?25h\033[?1049l", w->screen.out);
	fflush(w->screen.out);
}

/* Prints the counts and, as far as there is room, the number and progress of the round. */
static void
watch_draw_head(struct probe_watch *w, unsigned columns)
{
	struct fleet_summary sum = w->fleet && w->whole == 0 ? fleet_summary(w->fleet) : w->sum;
	unsigned used = board_draw_counts(&w->screen, &sum);
	uint64_t now = loop_now_us();
	char at[16] = "", what[60], all[120];
	struct tm tm;

	if (localtime_r(&w->at, &tm))
		strftime(at, sizeof at, "%H:%M:%S", &tm);
	if (w->fleet) {
		struct fleet_summary live = fleet_summary(w->fleet);
		if (live.targets > 0)
			snprintf(what, sizeof what, "%zu of %zu%s done",
			    live.state[0] + live.state[1] + live.state[2] + live.state[3],
			    live.targets, live.open ? "+" : "");
		else
			snprintf(what, sizeof what, "running");
	} else {
		snprintf(what, sizeof what, "next in %llu s",
		    (unsigned long long)(w->next_us > now ? (w->next_us - now + 999999) / 1000000 :
							    0));
	}
	snprintf(all, sizeof all, "round %u, %s, %s", w->round, at, what);
	if (used + strlen(all) < columns)
		fputs(all, w->screen.out);
	else if (used + strlen(what) < columns)
		fputs(what, w->screen.out);
}

static void
watch_draw(struct probe_watch *w)
{
	static const char line_end[] = "\033[K\n";
	/*
	 * after a character in the last column, clearing the rest of the line would erase that too
	 */
	unsigned columns = screen_columns(&w->screen) - 1, lines = screen_lines(&w->screen);
	char lacks[SHORTFALL_SIZE];

	if (columns < COLUMNS_LEAST || lines < 4)
		return;
	fputs("\033[H", w->screen.out);
	watch_draw_head(w, columns);
	fputs(line_end, w->screen.out);
	lines -= 2; /* this line, and the last one, where the cursor stays */
	if (w->whole > 0 && report_shortfall(&w->sum, lacks)) {
		fprintf(w->screen.out, " %.*s%s", (int)columns - 2, lacks, line_end);
		lines--;
	}
	board_draw(&w->board, &w->screen,
	    &(struct board_look){
		.columns = columns,
		.lines = lines,
		.only_bad = w->quiet,
		.utf8 = board_utf8(),
		.line_end = line_end,
	    });
	fputs("\033[J", w->screen.out);
	fflush(w->screen.out);
}

static void
watch_on_tick(void *ctx, unsigned ready)
{
	struct probe_watch *w = ctx;

	(void)ready;
	watch_draw(w);
	loop_timer_set(w->tick, w->fleet ? DRAW_MS : 1000);
}

static void
watch_on_resize(void *ctx, unsigned ready)
{
	(void)ready;
	watch_draw(ctx);
}

/* ^Z: the shell gets the normal screen back meanwhile. */
static void
watch_on_suspend(void *ctx, unsigned ready)
{
	struct probe_watch *w = ctx;

	(void)ready;
	watch_leave(w);
	kill(0, SIGSTOP);
	watch_enter(w);
	watch_draw(w);
}

/* The table replaces the text report on the terminal, so it must be the only report there. */
static bool
watch_may_draw(const struct probe_settings *p)
{
	size_t n = p->nreports ? p->nreports : 1, to_terminal = 0;

	for (size_t i = 0; i < n; i++) {
		const char *file = !p->report[i].file && i + 1 == n ? p->output : p->report[i].file;
		if (!file && p->report[i].format != REPORT_TEXT)
			return false;
		to_terminal += !file;
	}
	return to_terminal == 1;
}

struct probe_watch *
probe_watch_new(struct loop *loop, const struct options *o)
{
	struct screen screen;

	screen_init(&screen, stdout, &o->look);
	if (!screen.able || !o->probe.watch_ms || o->look.verbose > 0 ||
	    !watch_may_draw(&o->probe)) {
		screen_release(&screen);
		return NULL;
	}
	struct probe_watch *w = memory_zeroed(sizeof *w);
	w->screen = screen;
	w->board.rounds = true;
	w->quiet = o->look.verbose < 0;
	w->tick = loop_timer(loop, watch_on_tick, w);
	w->resize = loop_signal(loop, SIGWINCH, watch_on_resize, w);
	w->suspend = loop_signal(loop, SIGTSTP, watch_on_suspend, w);
	watch_enter(w);
	return w;
}

void
probe_watch_begin(struct probe_watch *w, const struct fleet *fleet)
{
	board_begin_round(&w->board);
	w->fleet = fleet;
	w->round++;
	w->at = time(NULL);
	watch_draw(w);
	loop_timer_set(w->tick, DRAW_MS);
}

void
probe_watch_add(struct probe_watch *w, const struct fleet_report *one)
{
	board_add(&w->board, one);
}

void
probe_watch_end(struct probe_watch *w, const struct fleet_summary *sum, bool interrupted)
{
	w->fleet = NULL;
	if (interrupted && w->whole > 0)
		return; /* keep the counts of the last complete round */
	w->sum = *sum;
	if (interrupted)
		return;
	w->whole++;
	board_end_round(&w->board);
	if (w->board.nchanged > 0 && !w->quiet)
		fputc('\a', w->screen.out);
}

void
probe_watch_wait(struct probe_watch *w, uint64_t ms)
{
	w->next_us = loop_now_us() + ms * 1000;
	watch_draw(w);
	loop_timer_set(w->tick, 1000);
}

void
probe_watch_free(struct probe_watch *w)
{
	if (!w)
		return;
	watch_leave(w);
	board_draw_counts(&w->screen, &w->sum);
	fprintf(w->screen.out, "after %u round%s\n", w->whole, w->whole == 1 ? "" : "s");
	if (w->board.n > 0)
		board_draw(&w->board, &w->screen,
		    &(struct board_look){
			.columns = screen_columns(&w->screen),
			.only_bad = w->quiet,
			.utf8 = board_utf8(),
			.line_end = "\n",
		    });
	fflush(w->screen.out);
	loop_timer_free(w->tick);
	loop_signal_free(w->resize);
	loop_signal_free(w->suspend);
	board_release(&w->board);
	screen_release(&w->screen);
	free(w);
}
