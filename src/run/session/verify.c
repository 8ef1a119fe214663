/* verify - the words for what is asked of a certificate. */
#include "run/session/verify.h"

static const struct {
	const char *word;
	enum verify verify;
} words[] = {
#define X(word, verify) { word, verify },
	VERIFY_WORDS(X)
#undef X
};

bool
verify_read(enum verify *out, struct span word)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_eq(word, span_of(words[i].word))) {
			*out = words[i].verify;
			return true;
		}
	return false;
}

const char *
verify_word(enum verify verify)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].verify == verify)
			return words[i].word;
	return "off";
}
