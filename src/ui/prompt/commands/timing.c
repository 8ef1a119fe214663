/*
 * /timing - shows how long each phase of this connection took, as bars on one scale, each at its
 * place in the whole.
 */
#include "base/text.h"
#include "ui/prompt/prompt.h"

enum { PHASES = 40, LABEL = 12, NAME = 16, TIME = 10 };

struct phase {
	char name[LABEL + 1];
	uint64_t us;
	unsigned times;
};

struct timing {
	struct phase phase[PHASES];
	size_t n;
	bool dropped;			/* there were more than are kept */
};

/* Equal phases in a row are added up: twenty RCPT are one bar. */
static void
timing_add(struct timing *t, const char *name, uint64_t us)
{
	struct phase *last = t->n > 0 ? &t->phase[t->n - 1] : NULL;

	if (last && strcmp(last->name, name) == 0) {
		last->us += us;
		last->times++;
		return;
	}
	if (t->n == PHASES) {
		t->dropped = true;
		return;
	}
	last = &t->phase[t->n++];
	*last = (struct phase){ .us = us, .times = 1 };
	snprintf(last->name, sizeof last->name, "%s", name);
}

static void
timing_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct timing *t = state;

	(void)p;
	switch (e->kind) {
	case EVENT_CONNECTED:
		*t = (struct timing){ 0 };
		if (e->connected.found_us > 0)
			timing_add(t, "dns", e->connected.found_us);
		timing_add(t, "connect", e->connected.took_us);
		break;
	case EVENT_REPLY:
		if (!e->answer.surprise && !e->answer.late)
			timing_add(t, answer_word(e), e->answer.took_us);
		break;
	case EVENT_TLS:
		timing_add(t, "TLS", e->shaken.took_us);
		break;
	default:
		break;
	}
}

/* One unit for all rows, so that the numbers can be compared. */
static void
timing_text(char out[24], uint64_t us, uint64_t all)
{
	if (all < 10000000)
		snprintf(out, 24, all < 100000 ? "%.2f ms" : "%.1f ms", (double)us / 1e3);
	else
		snprintf(out, 24, "%.2f s", (double)us / 1e6);
}

/* Shows a phase: its name, its time, and a bar from `before` on, on a scale of `all`. */
static void
show_bar(
    struct screen *s, const struct phase *phase, uint64_t before, uint64_t all, unsigned columns)
{
	char took[24], name[LABEL + 16];
	unsigned from = (unsigned)(before * columns / all);
	unsigned width = (unsigned)((phase->us * columns + all - 1) / all);
	bool whole = phase->us == all;

	timing_text(took, phase->us, all);
	snprintf(name, sizeof name, phase->times > 1 ? "%s x%u" : "%s", phase->name, phase->times);
	if (width == 0)
		width = 1;
	if (from + width > columns)
		from = columns - width;
	screen_print(s, "    %-*s %*s  %*s", NAME, name, TIME, took, (int)from, "");
	screen_ink(s, whole ? INK_DIM : phase->us * 2 > all ? INK_WARN : INK_GOOD);
	for (unsigned i = 0; i < width; i++)
		screen_print(s, whole ? "-" : "=");
	screen_ink(s, INK_PLAIN);
	screen_print(s, "\n");
}

static void
timing_run(struct prompt *p, void *state, struct span args)
{
	const struct timing *t = state;
	unsigned columns = screen_columns(p->screen), used = 4 + NAME + 1 + TIME + 2 + 1;
	struct phase total = { "total", 0, 1 };
	uint64_t before = 0;

	(void)args;
	for (size_t i = 0; i < t->n; i++)
		total.us += t->phase[i].us;
	if (total.us == 0) {
		prompt_note(p, "nothing timed yet: no connection");
		return;
	}
	columns = columns > used + 10 ? columns - used : 10;
	columns = columns > 60 ? 60 : columns;
	for (size_t i = 0; i < t->n; i++) {
		show_bar(p->screen, &t->phase[i], before, total.us, columns);
		before += t->phase[i].us;
	}
	show_bar(p->screen, &total, 0, total.us, columns);
	if (t->dropped)
		prompt_note(p, "only the first %d phases of this connection are shown", PHASES);
}

const struct prompt_command prompt_timing = {
	.name = "timing",
	.group = GROUP_LOOK,
	.args = "",
	.help = "Show how long each phase of this connection took, as bars",
	.at_once = true,
	.everywhere = true,
	.state_size = sizeof(struct timing),
	.run = timing_run,
	.on_event = timing_on_event,
};
