/* cause - the table of causes, put together from its parts. */
#include "run/diagnosis/cause_rows.h"

#include <assert.h>

#include "base/ascii.h"

static const struct cause_row *const parts[] = { causes_of_connection, causes_of_client,
	causes_of_session, causes_of_mail, causes_of_tls, causes_of_domain,
	causes_of_sender };

static const char *const words[CAUSE_COUNT] = {
	"none",
#define X(name, word) word,
	CAUSES(X)
#undef X
};

const struct cause_row *
cause_row(enum cause cause)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		for (const struct cause_row *r = parts[i]; r->cause != CAUSE_NONE; r++)
			if (r->cause == cause)
				return r;
	return NULL;
}

const char *
cause_word(enum cause cause)
{
	assert((size_t)cause < sizeof words / sizeof *words);
	return words[cause];
}

static bool
is_word(struct span text, const char *word)
{
	if (text.len != strlen(word))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if ((c == '-' || c == ' ' ? '_' : ascii_lower(c)) != word[i])
			return false;
	}
	return true;
}

enum cause
cause_named(struct span word)
{
	for (unsigned cause = CAUSE_NONE + 1; cause < CAUSE_COUNT; cause++)
		if (is_word(word, words[cause]))
			return (enum cause)cause;
	return CAUSE_NONE;
}

const char *
concern_word(enum concern concern)
{
	static const char *const of[] = {
#define X(name, word) word,
		CONCERNS(X)
#undef X
	};
	assert((size_t)concern < sizeof of / sizeof *of);
	return of[concern];
}
