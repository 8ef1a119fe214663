/* script - options of what plays scripts: variables and secrets. */
#include "base/file.h"
#include "ui/options/script.h"

#include "run/script/file.h"

struct play_value *
options_new_value(struct options *o)
{
	if (!o->value)
		o->value = ARENA_ARRAY(&o->arena, struct play_value, VALUES_MAX);
	return o->nvalues < VALUES_MAX ? &o->value[o->nvalues++] : NULL;
}

static struct play_value *
new_value(struct options *o, struct span name, const char *option, struct err *err)
{
	if (!name_is_valid(name)) {
		err_set(err, ERR_USAGE, "--%s: \"%.*s\" is no name for a variable", option,
		    SPAN_ARG(span_first(name, 60)));
		return NULL;
	}
	struct play_value *v = options_new_value(o);
	if (v)
		v->name = arena_copy(&o->arena, name);
	else
		err_set(err, ERR_USAGE, "more than %d variables", VALUES_MAX);
	return v;
}

bool
option_var(struct options *o, struct span value, struct err *err)
{
	struct span name = span_until(&value, '=');
	struct play_value *v = new_value(o, name, "var", err);

	if (v)
		v->value = arena_copy(&o->arena, value);
	return v != NULL;
}

/* Never on the command line, which others can see: NAME=@FILE, its first line. */
bool
option_secret(struct options *o, struct span value, struct err *err)
{
	struct span name = span_until(&value, '='), text, line = SPAN_NONE;
	struct play_value *v;

	if (value.len < 2 || value.at[0] != '@')
		return err_set(err, ERR_USAGE,
		    "--secret %.*s: want NAME=@FILE; a secret is never taken on the command line",
		    SPAN_ARG(name));
	v = new_value(o, name, "secret", err);
	if (!v ||
	    !file_read(arena_string(&o->arena, span_skip(value, 1)), FILE_PIPE, 64 << 10, &o->arena,
		&text, err))
		return false;
	span_line(&text, &line);
	v->value = line;
	v->secret = true;
	return true;
}

bool
option_match(struct options *o, struct span value, struct err *err)
{
	o->match_level = match_level_of(value);
	return o->match_level != MATCH_UNSAID ||
	    err_set(err, ERR_USAGE, "--match %.*s: want class, code, enhanced, text or exact",
		SPAN_ARG(span_first(value, 40)));
}

struct script_opts *
options_script(struct options *o, struct script_opts *opts)
{
	struct span *known = ARENA_ARRAY(&o->arena, struct span, o->nvalues),
		    *secret = ARENA_ARRAY(&o->arena, struct span, o->nvalues);

	opts->known = known;
	opts->secret = secret;
	opts->only_at_prompt = o->program->only_at_prompt;
	for (size_t i = 0; i < o->nvalues; i++)
		if (o->value[i].secret)
			secret[opts->nsecret++] = o->value[i].name;
		else
			known[opts->nknown++] = o->value[i].name;
	return opts;
}
