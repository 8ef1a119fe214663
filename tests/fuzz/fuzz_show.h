/* What targets share that show what a peer sent, as text and as JSON, and the promises of both. */
#ifndef TESTS_FUZZ_FUZZ_SHOW_H
#define TESTS_FUZZ_FUZZ_SHOW_H

#include "fuzz.h"

#include <stdio.h>

#include "base/text.h"
#include "ui/show/json.h"
#include "ui/show/screen.h"

struct shown {
	struct screen screen;
	struct json *json;
	FILE *out, *lines;
	char *text, *objects;
	size_t ntext, nobjects;
	/* what neither of them may have in it, NULL behind the last; NULL: nothing */
	const char *const *never;
	size_t text_from, objects_from;	/* from where on */
};

static inline void
shown_begin(struct shown *to)
{
	static const struct look look = { .color = WHEN_NEVER, .verbose = 1 };

	to->out = open_memstream(&to->text, &to->ntext);
	to->lines = open_memstream(&to->objects, &to->nobjects);
	to->json = json_new(to->lines);
	screen_init(&to->screen, to->out, &look);
}

static inline void
show(struct shown *to, struct event *e)
{
	e->session = 1;
	show_event(&to->screen, e);
	json_event(to->json, e);
}

/* What was shown until now may have it. */
static inline void
shown_from_here(struct shown *to)
{
	fflush(to->out);
	fflush(to->lines);
	to->text_from = to->ntext;
	to->objects_from = to->nobjects;
}

static inline void
shown_lacks(const struct shown *to, const char *secret)
{
	PROMISE(span_find(
		    span_skip((struct span){ to->text, to->ntext }, to->text_from), span_of(secret))
		    .len == 0);
	PROMISE(span_find(span_skip((struct span){ to->objects, to->nobjects }, to->objects_from),
		    span_of(secret))
		    .len == 0);
}

/*
 * Whatever was shown, the text has no control octet but the line end and is UTF-8, and the JSON is
 * an object a line, in ASCII.
 */
static inline void
shown_end(struct shown *to)
{
	size_t len;

	screen_release(&to->screen);
	json_free(to->json);
	fclose(to->out);
	fclose(to->lines);
	for (struct span rest = { to->text, to->ntext }; rest.len > 0;
	     rest = span_skip(rest, len)) {
		unsigned long c = text_char(rest, &len);
		PROMISE(c == '\n' || (c >= 0x20 && c != 0x7F && !(c >= 0x80 && c < 0xA0)));
	}
	PROMISE(text_is_utf8((struct span){ to->text, to->ntext }));
	for (size_t i = 0; i < to->nobjects; i++)
		PROMISE(
		    to->objects[i] == '\n' || (to->objects[i] >= 0x20 && to->objects[i] < 0x7F));
	for (size_t i = 0; i < to->nobjects; i++)
		if (to->objects[i] == '\n')
			PROMISE(i > 0 && to->objects[i - 1] == '}' &&
			    (i + 1 == to->nobjects || to->objects[i + 1] == '{'));
	for (const char *const *secret = to->never; secret && *secret; secret++)
		shown_lacks(to, *secret);
	free(to->text);
	free(to->objects);
}

#endif
