/* check - the options of `smtpsh check` that may be repeated. */
#include "ui/options/options.h"

static bool
add_word(struct options *o, const char **list, size_t *n, size_t most, const char *name,
    struct span v, struct err *err)
{
	if (*n == most)
		return err_set(err, ERR_USAGE, "--%s: given more than %zu times", name, most);
	list[(*n)++] = arena_string(&o->arena, v);
	return true;
}

const struct choice check_format_choices[] = {
#define X(word) { #word, 0 },
	CHECK_FORMATS(X)
#undef X
	{ NULL, 0 },
};

bool
options_check_format(struct options *o, struct span v, struct err *err)
{
	struct span file = v, name = span_until(&file, ':');
	int any;

	return choice_read(check_format_choices, "format", name, &any, err) && add_word(
	    o, o->check.format, &o->check.nformats, CHECK_FORMATS_MAX, "format", v, err);
}

bool
options_check_selector(struct options *o, struct span v, struct err *err)
{
	return add_word(
	    o, o->check.selector, &o->check.nselectors, CHECK_ZONES_MAX, "selector", v, err);
}

bool
options_check_zone(struct options *o, struct span v, struct err *err)
{
	return add_word(o, o->check.zone, &o->check.nzones, CHECK_ZONES_MAX, "dnsbl", v, err);
}
