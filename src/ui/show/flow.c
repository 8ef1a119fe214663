/* flow - running text that wraps at the screen's width. */
#include "ui/show/flow.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/text.h"

enum { WIDTH_MIN = 12, ROOM_MIN = 16, INDENT_NARROW = 6, RIGHT_EDGE = 80 };

/* Returns the column to indent text to; INDENT_NARROW if the screen is too narrow for it. */
static unsigned
hang(const struct flow *f, unsigned column)
{
	return column + ROOM_MIN <= f->width || column < INDENT_NARROW ? column : INDENT_NARROW;
}

struct flow
flow_begin(struct screen *s, unsigned column, unsigned indent)
{
	unsigned width = s->terminal ? screen_columns(s) : UINT_MAX;

	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	return (struct flow){
		.screen = s, .column = column, .indent = indent, .width = width, .start = column
	};
}

static unsigned
room(const struct flow *f)
{
	return f->width > f->column ? f->width - f->column : 0;
}

static void
set_ink(struct flow *f, enum ink ink)
{
	if (f->ink == ink)
		return;
	if (f->ink != INK_PLAIN && screen_sgr(f->screen, f->ink)[0])
		screen_ink(f->screen, INK_PLAIN);
	if (ink != INK_PLAIN)
		screen_ink(f->screen, ink);
	f->ink = ink;
}

void
flow_break(struct flow *f)
{
	unsigned indent = hang(f, f->indent);

	set_ink(f, INK_PLAIN);
	const char *gutter = f->gutter && strlen(f->gutter) <= indent ? f->gutter : "";
	screen_print(f->screen, "\n%*s%s", (int)(indent - strlen(gutter)), "", gutter);
	f->column = f->start = indent;
	f->blank = false;
}

/* Writes a printable piece that fits on the line. */
static void
write_piece(struct flow *f, enum ink ink, struct span piece)
{
	if (piece.len == 0)
		return;
	set_ink(f, ink);
	screen_print(f->screen, "%.*s", SPAN_ARG(piece));
	f->column += text_width(piece);
}

static void
write_word(struct flow *f, enum ink ink, struct span word)
{
	unsigned width = text_width(word), lead = f->blank && f->column > f->start;

	if (width + lead > room(f) && f->column > f->start)
		flow_break(f);
	else if (lead)
		write_piece(f, f->ink == ink ? ink : INK_PLAIN, SPAN(" "));
	f->blank = false;
	while (f->width != UINT_MAX && text_width(word) > room(f)) {
		struct span piece = text_fit(word, room(f));
		write_piece(f, ink, piece);
		word = span_skip(word, piece.len);
		flow_break(f);
	}
	write_piece(f, ink, word);
}

/* Takes a word; "RFC" is kept together with its number and section. */
static struct span
flow_take_word(struct span *rest)
{
	struct span word = span_word(rest);

	if (!span_ends_case(word, SPAN("RFC")))
		return word;
	while (rest->len > 0 && ascii_is_digit(rest->at[0])) {
		struct span number = span_word(rest);
		word.len = (size_t)(number.at - word.at) + number.len;
	}
	return word;
}

static enum ink
word_ink(enum ink ink, struct span word)
{
	return ink == INK_PLAIN && span_starts(word, SPAN("(RFC ")) ? INK_DIM : ink;
}

void
flow_put(struct flow *f, enum ink ink, struct span text)
{
	struct span rest = text_safe(&f->screen->arena, text);

	if (rest.len > 0 && rest.at[0] == ' ')
		f->blank = true;
	for (struct span word = flow_take_word(&rest); word.len > 0; word = flow_take_word(&rest)) {
		write_word(f, word_ink(ink, word), word);
		f->blank = rest.len > 0;
	}
	if (text.len > 0 && text.at[text.len - 1] == ' ')
		f->blank = true;
}

void
flow_print(struct flow *f, enum ink ink, const char *format, ...)
{
	char text[1200];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof text, format, ap);
	va_end(ap);
	flow_put(f, ink, span_of(text));
}

void
flow_pad(struct flow *f, unsigned column)
{
	set_ink(f, INK_PLAIN);
	if (hang(f, column) != column) {
		f->blank = f->column > f->start;
		return;
	}
	if (f->column >= column)
		flow_break(f);
	if (f->column < column)
		screen_print(f->screen, "%*s", (int)(column - f->column), "");
	f->column = f->start = column;
	f->blank = false;
}

void
flow_verbatim(struct flow *f, enum ink ink, struct span text)
{
	struct span rest = text_safe(&f->screen->arena, text);

	while (f->width != UINT_MAX && text_width(rest) > room(f)) {
		struct span piece = text_fit(rest, room(f));
		write_piece(f, ink, piece);
		rest = span_skip(rest, piece.len);
		if (rest.len > 0 && rest.at[0] == ' ')
			rest = span_skip(rest, 1);
		flow_break(f);
	}
	write_piece(f, ink, rest);
}

void
flow_item(struct flow *f, enum ink ink, unsigned gap, struct span text)
{
	struct span safe = text_safe(&f->screen->arena, text);
	unsigned lead = f->column == f->start ? 0 : gap;

	if (lead > 0 && text_width(safe) + lead > room(f)) {
		flow_break(f);
		lead = 0;
	}
	set_ink(f, INK_PLAIN);
	screen_print(f->screen, "%*s", (int)lead, "");
	f->column += lead;
	f->blank = false;
	flow_put(f, ink, safe);
}

void
flow_right(struct flow *f, enum ink ink, struct span text, bool must)
{
	unsigned edge = (f->width < RIGHT_EDGE ? f->width : RIGHT_EDGE) - 1;
	unsigned width = text_width(text), lead = 2;

	if (f->width == UINT_MAX)
		return;
	if (f->column + lead + width > f->width) {
		if (!must)
			return;
		flow_break(f);
	}
	if (f->column + lead + width <= edge)
		lead = edge - width - f->column;
	set_ink(f, INK_PLAIN);
	screen_print(f->screen, "%*s", (int)lead, "");
	f->column += lead;
	flow_verbatim(f, ink, text);
}

void
flow_end(struct flow *f)
{
	set_ink(f, INK_PLAIN);
	screen_print(f->screen, "\n");
}
