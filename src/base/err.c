/* err - why something failed. */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	enum err_kind kind;
	int swaks, sysexits;
	const char *word, *meaning;
} kinds[] = {
#define X(name, status, swaks, sysexits, word, text) { ERR_##name, swaks, sysexits, word, text },
	ERR_KINDS(X)
#undef X
};

bool
err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list ap;

	if (!err)
		return false;
	err->kind = kind;
	err->cause = CAUSE_UNSET;
	err->sys = 0;
	err->alert = 0;
	err->source[0] = '\0';
	va_start(ap, format);
	int n = vsnprintf(err->text, sizeof err->text, format, ap);
	va_end(ap);
	if (n >= (int)sizeof err->text)
		memcpy(err->text + sizeof err->text - 4, "...", 4);
	return false;
}

const char *
err_word(enum err_kind kind)
{
	assert((size_t)kind < sizeof kinds / sizeof *kinds);
	return kinds[kind].word;
}

const char *
err_meaning(enum err_kind kind)
{
	assert((size_t)kind < sizeof kinds / sizeof *kinds);
	return kinds[kind].meaning;
}

int
err_swaks(enum err_kind kind)
{
	return kinds[kind].swaks;
}

int
err_sysexits(enum err_kind kind)
{
	return kinds[kind].sysexits;
}

static int
rank(enum err_kind kind)
{
	switch (kind) {
	case ERR_NONE:
		return 0;
	case ERR_TEMPORARY: case ERR_REFUSED: case ERR_RECIPIENTS:
		return 1;
	case ERR_EXPECT:
		return 2;
	case ERR_UNKNOWN:
		return 4;
	default:
		return 3;
	}
}

enum err_kind
err_worse(enum err_kind first, enum err_kind second)
{
	return rank(second) > rank(first) ? second : first;
}
