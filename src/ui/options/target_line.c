/* target_line - parses a line with a target and its own options. */
#include "ui/options/target_line.h"

#include <stdlib.h>

#include "ui/options/config.h"
#include "ui/options/probe_spec.h"

/* The options of a target that has some of its own, copied from those of all targets. */
struct own {
	struct fleet_spec spec;
	struct options o;
};

static void
free_own(const struct fleet_spec *spec)
{
	struct own *own = (struct own *)(uintptr_t)spec;	/* its first member */
	arena_release(&own->o.arena);
	free(own);
}

static struct own *
new_own(const struct options *o)
{
	struct own *own = memory_get(sizeof *own);

	memcpy(&own->o, o, sizeof own->o);
	own->o.arena = (struct arena){ 0 };
	return own;
}

/*
 * All targets share one TLS context, one resolver, one fleet and one output, so the options of
 * these cannot be set for a single target.
 */
static bool
is_of_a_target(const struct option *option)
{
	size_t at = option->offset;

	if (option->call)
		return option->scope & SCOPE_TARGET;
	return (at >= offsetof(struct options, session) && at < offsetof(struct options, tls)) ||
	    (at >= offsetof(struct options, probe.probe) &&
		at < offsetof(struct options, probe.fleet));
}

static enum section_use
target_use(const struct option *option)
{
	if (is_of_a_target(option))
		return SECTION_SETS;
	return option->group == IN_TLS || option->group == IN_CONNECTION || option->password ?
	    SECTION_REFUSES :
	    SECTION_SKIPS;
}

static bool
lacks_value(const struct option *option, struct err *err)
{
	char words[CHOICE_WORDS];

	return err_set(err, ERR_USAGE, "\"%s\" has no value: expected %s=%s", option->name,
	    option->name,
	    !option->arg	? "on" :
		option->choices ? choice_words(option->choices, words) :
				  option->arg + strspn(option->arg, "[="));
}

/*
 * Sets err to what an option's error says about its value, with the word of the line in place of
 * the option.
 */
static bool
in_its_words(struct span word, const struct option *option, const struct err *why, struct err *err)
{
	struct span rest = span_of(why->text);
	bool named = span_starts(rest, SPAN("-")) || span_starts(rest, span_of(option->name));
	size_t i = 0;

	while (named && i + 2 < rest.len && !span_starts(span_skip(rest, i), SPAN(": ")))
		i++;
	return err_set(err, why->kind, "%.*s: %.*s", SPAN_ARG(span_first(word, 60)),
	    SPAN_ARG(span_skip(rest, i > 0 ? i + 2 : 0)));
}

/* Reads "key=value" after a target: one of its own options, or its name. */
static bool
read_setting(struct own **own, const struct options *all, const char **name, struct span word,
    struct arena *arena, struct err *err)
{
	struct span value = word, key = span_until(&value, '=');
	const struct option *option = option_find(SCOPE_PROBE, key);
	struct err why;

	if (span_eq(key, SPAN("name"))) {
		*name = arena_string(arena, value);
		return true;
	}
	if (option && is_of_a_target(option) && !span_has(word, '='))
		return lacks_value(option, err);
	if (!option || !is_of_a_target(option))
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is not a target setting: expected name=TEXT or a probe option, as in "
		    "port=587",
		    SPAN_ARG(span_first(word, 60)));
	if (!*own)
		*own = new_own(all);
	return option_set(option, &(*own)->o, value, &why) || in_its_words(word, option, &why, err);
}

static bool
target_line_parse(struct target_line *out, struct own **own, const struct options *all,
    struct span line, struct arena *arena, struct err *err)
{
	struct span rest = line, text = span_word(&rest), word;
	const struct config_section *section = config_find(all->config, text);

	if (section) {
		out->name = section->name;
		text = section->target;
		*own = new_own(all);
		if (!options_set_section(
			&(*own)->o, SCOPE_PROBE, section, target_use, "a single target among "
			    "several", err))
			return false;
	}
	for (word = span_word(&rest); word.len > 0 && word.at[0] != '#'; word = span_word(&rest))
		if (!read_setting(own, all, &out->name, word, arena, err))
			return false;
	const struct options *o = *own ? &(*own)->o : all;
	if (o->probe.mx && !span_has(text, '@'))
		text = arena_printf(arena, "@%.*s", SPAN_ARG(text));
	if (!target_parse(&out->target, text, SPAN_NONE, o->port, arena, err))
		return false;
	return out->target.kind != TARGET_PIPE ||
	    err_set(err, ERR_USAGE, "a command cannot be probed: \"%.*s\"",
		SPAN_ARG(span_first(text, 60)));
}

bool
target_line_read(struct target_line *out, const struct options *all, struct span line,
    struct arena *arena, struct err *err)
{
	struct own *own = NULL;

	*out = (struct target_line){ 0 };
	bool ok = target_line_parse(out, &own, all, line, arena, err) &&
	    (!own || probe_spec_prepare(&own->o, err));
	if (!own)
		return ok;
	own->spec = probe_spec(&own->o);
	own->spec.release = free_own;
	if (ok)
		out->own = &own->spec;
	else
		free_own(&own->spec);
	return ok;
}
