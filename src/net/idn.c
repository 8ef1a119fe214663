/* idn - converts internationalized domain names with libidn2. */
#include "net/idn.h"

#include <idn2.h>

#include "base/text.h"

static bool
to_ascii(struct span name, struct arena *arena, struct span *out, struct err *err)
{
	char *ascii = NULL;
	struct span shown = text_safe(arena, span_first(name, 120));

	if (!text_is_utf8(name))
		return err_set(err, ERR_DNS, "the name \"%.*s\" is not UTF-8", SPAN_ARG(shown));
	int bad = idn2_to_ascii_8z(
	    arena_string(arena, name), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (bad != IDN2_OK)
		return err_set(err, ERR_DNS, "the name \"%.*s\" is not allowed by IDNA 2008: %s",
		    SPAN_ARG(shown), idn2_strerror(bad));
	*out = arena_copy(arena, span_of(ascii));
	idn2_free(ascii);
	return true;
}

static struct span
to_unicode(struct span name, struct arena *arena)
{
	char *unicode = NULL;

	if (idn2_to_unicode_8z8z(arena_string(arena, name), &unicode, IDN2_NONTRANSITIONAL) !=
	    IDN2_OK)
		return name;
	struct span out = arena_copy(arena, span_of(unicode));
	idn2_free(unicode);
	return out;
}

const struct idn module_idn = { to_ascii, to_unicode };
