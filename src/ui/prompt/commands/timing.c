/*
 * /timing - how long each phase of this connection took: a bar each, where it stood in the whole.
 */
#include "base/text.h"
#include "ui/prompt/prompt.h"

enum { PHASES = 40, LABEL = 12, TIME = 16 };

struct phase {
	char name[LABEL + 1];
	uint64_t us;
	unsigned times;
};

struct timing {
	struct phase phase[PHASES];
	size_t n;
	bool dropped;			/* more came than are kept */
};

/* The same again becomes part of the last one: twenty RCPT are one bar. */
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
	const char *verb;

	(void)p;
	switch (e->kind) {
	case EVENT_CONNECTED:
		*t = (struct timing){ 0 };
		if (e->connected.found_us > 0)
			timing_add(t, "dns", e->connected.found_us);
		timing_add(t, "connect", e->connected.took_us);
		break;
	case EVENT_REPLY:
		verb = verb_info(e->answer.verb)->name;
		if (!e->answer.surprise && !e->answer.late)
			timing_add(t,
			    e->answer.banner  ? "banner" :
				e->answer.dot ? "message" :
				verb[0]	      ? verb :
						"other",
			    e->answer.took_us);
		break;
	case EVENT_TLS:
		timing_add(t, "TLS", e->shaken.took_us);
		break;
	default:
		break;
	}
}

static void
show_bar(
    struct screen *s, const struct phase *phase, uint64_t before, uint64_t all, unsigned columns)
{
	char took[24], name[LABEL + 16];
	unsigned from = (unsigned)(before * columns / all),
		 width = (unsigned)((phase->us * columns + all - 1) / all);

	text_time(took, phase->us);
	snprintf(name, sizeof name, phase->times > 1 ? "%s x%u" : "%s", phase->name, phase->times);
	if (width == 0)
		width = 1;
	if (from + width > columns)
		from = columns - width;
	screen_print(s, "    %-*s %*s  %*s", LABEL + 2, name, TIME - 2, took, (int)from, "");
	screen_ink(s, phase->us * 2 > all ? INK_WARN : INK_GOOD);
	for (unsigned i = 0; i < width; i++)
		screen_print(s, "=");
	screen_ink(s, INK_PLAIN);
	screen_print(s, "\n");
}

static void
timing_run(struct prompt *p, void *state, struct span args)
{
	const struct timing *t = state;
	unsigned columns = screen_columns(p->screen), used = 4 + LABEL + 3 + TIME + 2;
	uint64_t all = 0, before = 0;
	char took[24];

	(void)args;
	for (size_t i = 0; i < t->n; i++)
		all += t->phase[i].us;
	if (all == 0) {
		prompt_note(p, "nothing has been timed: there was no connection yet");
		return;
	}
	columns = columns > used + 10 ? columns - used : 10;
	for (size_t i = 0; i < t->n; i++) {
		show_bar(p->screen, &t->phase[i], before, all, columns > 60 ? 60 : columns);
		before += t->phase[i].us;
	}
	text_time(took, all);
	screen_print(p->screen, "    %-*s %*s\n", LABEL + 2, "waited", TIME - 2, took);
	if (t->dropped)
		prompt_note(p, "these are the first %d phases of this connection", PHASES);
}

const struct prompt_command prompt_timing = {
	.name = "timing",
	.group = GROUP_LOOK,
	.args = "",
	.help = "Show how long each phase of this connection took, as bars",
	.at_once = true,
	.state_size = sizeof(struct timing),
	.run = timing_run,
	.on_event = timing_on_event,
};
