/* cursor - the words of a line, and errors that show the place. */
#include "base/cursor.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ascii.h"
#include "base/quantity.h"
#include "base/text.h"

const char place_line[] = "-c", place_option[] = "--auth", place_unseen[] = "the hidden input",
	   place_pasted[] = "the pasted text";

bool
place_is_user(struct place place)
{
	return !place.file || place.file == place_line || place.file == place_option ||
	    place.file == place_unseen || place.file == place_pasted;
}

bool
cursor_is_command(struct span line, struct span *name)
{
	size_t n = 1;

	if (line.len < 2 || line.at[0] != '/')
		return false;
	while (n < line.len &&
	    (ascii_is_letter(line.at[n]) ||
		(n > 1 && (ascii_is_digit(line.at[n]) || line.at[n] == '-' || line.at[n] == '_'))))
		n++;
	if (n == 1)
		return false;
	if (name)
		*name = span_first(span_skip(line, 1), n - 1);
	return true;
}

struct span
cursor_word(struct cursor *c)
{
	return span_word(&c->rest);
}

/* Whether a line may contain a secret, which an error must not show. */
static bool
is_confidential(struct span line)
{
	static const char *const words[] = { "auth", "secret", "pass", "token" };

	for (; line.len > 0; line = span_skip(line, 1))
		for (size_t i = 0; i < sizeof words / sizeof *words; i++)
			if (span_starts_case(line, span_of(words[i])))
				return true;
	return false;
}

/* Adds the line to err, to be shown with the error. */
static void
keep_source(struct err *err, const struct cursor *c, size_t before)
{
	struct arena arena = { 0 };
	/* a character of UTF-8 takes at most four bytes */
	struct span shown = text_fit(text_safe(&arena, c->line), sizeof err->source / 4 - 1);

	err->line = c->place.line;
	err->before = text_width(text_safe(&arena, span_first(c->line, before)));
	if (err->before <= text_width(shown) && !is_confidential(c->line))
		snprintf(err->source, sizeof err->source, "%.*s", SPAN_ARG(shown));
	arena_release(&arena);
}

static bool __attribute__((format(printf, 4, 0)))
fail_at(const struct cursor *c, const char *at, struct err *err, const char *format, va_list ap)
{
	char text[300];
	bool within = at && c->line.at && at >= c->line.at && at <= c->line.at + c->line.len;
	size_t before = within ? (size_t)(at - c->line.at) : 0;

	vsnprintf(text, sizeof text, format, ap);
	if (!c->place.file)
		return err_set(err, ERR_USAGE, "%s", text);
	err_set(err, ERR_USAGE, "%s:%u:%zu: %s", c->place.file, c->place.line, before + 1, text);
	if (err && c->line.len > 0)
		keep_source(err, c, before);
	return false;
}

bool
cursor_fail(const struct cursor *c, struct err *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fail_at(c, c->rest.at, err, format, ap);
	va_end(ap);
	return false;
}

bool
cursor_blame(const struct cursor *c, struct span word, struct err *err, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fail_at(c, word.len > 0 ? word.at : c->rest.at, err, format, ap);
	va_end(ap);
	return false;
}

bool
cursor_end(struct cursor *c, struct err *err)
{
	struct span rest = span_trim(c->rest);

	return rest.len == 0 ||
	    cursor_fail(c, err, "unexpected argument \"%.*s\"", SPAN_ARG(span_first(rest, 60)));
}

bool
cursor_milliseconds(struct cursor *c, struct span word, uint64_t *ms, struct err *err)
{
	if (quantity_milliseconds(word, ms))
		return true;
	return cursor_blame(c, word, err,
	    "\"%.*s\" is not a time: expected a number and ms, s, m or h, such as 500ms, 1.5s or "
	    "2m",
	    SPAN_ARG(span_first(word, 40)));
}
