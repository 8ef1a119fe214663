/* talk - what a screen would show of each session, without color, kept in memory. */
#include "ui/report/talk.h"

#include <stdlib.h>

#include "ui/show/screen.h"

/* Limits: sessions; octets of each session; octets of all sessions. */
enum { SESSIONS_MAX = 4096, OCTETS_MAX = 256 << 10, ALL_MAX = 8 << 20 };

struct line {
	struct screen screen;
	FILE *out;
	char *text;
	size_t len;
	bool full;
};

struct talk {
	struct line **line; /* by number - 1 */
	size_t n, octets; /* of all lines */
};

struct talk *
talk_new(void)
{
	return memory_zeroed(sizeof(struct talk));
}

static struct line *
line_of(struct talk *t, unsigned number)
{
	static const struct look look = { .color = WHEN_NEVER, .verbose = 1 };

	if (number == 0 || number > SESSIONS_MAX)
		return NULL;
	if (number > t->n) {
		t->line = memory_resize(t->line, number * sizeof *t->line);
		while (t->n < number)
			t->line[t->n++] = NULL;
	}
	struct line **at = &t->line[number - 1];
	if (!*at) {
		*at = memory_zeroed(sizeof **at);
		(*at)->out = open_memstream(&(*at)->text, &(*at)->len);
		if ((*at)->out)
			screen_init(&(*at)->screen, (*at)->out, &look);
		(*at)->screen.onlooker = true;
	}
	return *at;
}

void
talk_event(struct talk *t, const struct event *e)
{
	struct line *l = line_of(t, e->session);

	if (!l || !l->out || l->full)
		return;
	size_t before = l->len;
	show_event(&l->screen, e);
	fflush(l->out);
	t->octets += l->len - before;
	if (l->len > OCTETS_MAX || t->octets > ALL_MAX) {
		l->full = true;
		fputs("... (truncated)\n", l->out);
		fflush(l->out);
	}
}

struct span
talk_text(void *talk, unsigned number)
{
	struct talk *t = talk;

	if (number == 0 || number > t->n || !t->line[number - 1] || !t->line[number - 1]->out)
		return SPAN_NONE;
	return (struct span){ t->line[number - 1]->text, t->line[number - 1]->len };
}

void
talk_free(struct talk *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		struct line *l = t->line[i];
		if (!l)
			continue;
		if (l->out) {
			screen_release(&l->screen);
			fclose(l->out);
		}
		free(l->text);
		free(l);
	}
	free(t->line);
	free(t);
}
