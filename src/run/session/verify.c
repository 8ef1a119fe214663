/* verify - the words for what a certificate must satisfy. */
#include "run/session/verify.h"

#include "net/tls.h"

static const struct {
	const char *word;
	enum verify verify;
} words[] = {
#define X(word, verify) { word, verify },
	VERIFY_WORDS(X)
#undef X
};

static bool
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

bool
tls_settings_read(struct tls_settings *set, struct span word)
{
	struct span value = word, key = span_until(&value, '=');
	struct span *to = span_eq(key, SPAN("min")) ? &set->min :
	    span_eq(key, SPAN("sni"))		    ? &set->sni :
	    span_eq(key, SPAN("ca"))		    ? &set->ca :
						      NULL;

	if (span_eq(key, SPAN("verify")))
		return verify_read(&set->verify, value);
	if (!to || value.len == 0 || (to == &set->min && !tls_version_ok(value, NULL)))
		return false;
	*to = value;
	return true;
}
