/* waiting - a line that shows what is being waited for. */
#include "ui/show/waiting.h"

#include <stdio.h>

#include "base/text.h"

enum { PATIENCE_MS = 500, TENTHS_MS = 10000, TICK_MS = 500, TICK_LONG_MS = 1000 };

static uint64_t
waited_ms(const struct session_view *v)
{
	return v->waiting_us && v->wait ? (loop_now_us() - v->waiting_us) / 1000 : 0;
}

unsigned
waiting_tick_ms(const struct session_view *v)
{
	return waited_ms(v) < TENTHS_MS ? TICK_MS : TICK_LONG_MS;
}

struct span
waiting_line(const struct session_view *v, char out[WAITING_LINE])
{
	uint64_t ms = waited_ms(v);
	bool code = v->wait == WAIT_REPLY && v->wait_verb == VERB_DATA;
	char limit[24] = "", *of = limit;

	if (ms < PATIENCE_MS)
		return SPAN_NONE;
	if (v->deadline_ms > 0) {
		text_limit(limit, v->deadline_ms);
		if (v->deadline_ms < 1000)
			snprintf(limit, sizeof limit, "%.1f s", (double)v->deadline_ms / 1e3);
	}
	int n = snprintf(out, WAITING_LINE,
	    ms < TENTHS_MS ? "... waiting for %s, %.1f%s%s, ^C cancels" :
			     "... waiting for %s, %.0f%s%s, ^C cancels",
	    code ? "354" : wait_phrase(v->wait, v->wait_verb), (double)(ms / 100) / 10,
	    *of ? " of " : " s", of);
	return (struct span){ out, n < WAITING_LINE ? (size_t)n : WAITING_LINE - 1 };
}

/* ---- without a prompt */

void
waiting_hide(struct waiting *w)
{
	if (w->drawn)
		fputs("\r\033[K", w->screen->out);
	w->drawn = false;
}

static void
waiting_on_hide(void *ctx)
{
	waiting_hide(ctx);
}

static void
waiting_on_timer(void *ctx, unsigned ready)
{
	struct waiting *w = ctx;
	struct session_view v = w->view(w->ctx);
	char line[WAITING_LINE];
	struct span text = text_fit(waiting_line(&v, line), screen_columns(w->screen) - 1);
	const char *dim = screen_sgr(w->screen, INK_DIM);

	(void)ready;
	loop_timer_set(w->timer, waiting_tick_ms(&v));
	if (text.len == 0)
		return;
	waiting_hide(w);
	fprintf(w->screen->out, dim[0] ? "\033[%sm%.*s\033[0m" : "%s%.*s", dim, SPAN_ARG(text));
	fflush(w->screen->out);
	w->drawn = true;
}

void
waiting_begin(struct waiting *w, struct screen *s, struct loop *loop,
    struct session_view (*view)(void *ctx), void *ctx)
{
	*w = (struct waiting){ .screen = s, .view = view, .ctx = ctx };
	if (!s->able || s->verbose < 0)
		return;
	w->timer = loop_timer(loop, waiting_on_timer, w);
	loop_timer_set(w->timer, TICK_MS);
	s->hide = waiting_on_hide;
	s->hide_ctx = w;
}

void
waiting_end(struct waiting *w)
{
	if (!w->timer)
		return;
	waiting_hide(w);
	loop_timer_free(w->timer);
	w->screen->hide = NULL;
	w->timer = NULL;
}
