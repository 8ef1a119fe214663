/* The user's file of options: it is read, or refused with a sentence that names the line. */
#include "fuzz.h"

#include "ui/cmd/commands.h"
#include "ui/options/config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct arena arena = { 0 };
	struct config c = { .path = "config" };
	struct err err = { 0 };
	bool ok = config_parse(&c, fuzz_span(octets, n), &arena, &program, &err);

	PROMISE(ok || strncmp(err.text, "config:", 7) == 0);
	for (const struct config_section *s = c.sections; ok && s; s = s->next) {
		PROMISE(s->target.len > 0 && config_find(&c, span_of(s->name)) == s);
		PROMISE(!command_find(&program, s->name));
	}
	for (const struct config_alias *a = c.aliases; a; a = a->next)
		PROMISE(span_eq(config_alias(&c, a->name), a->line) && a->line.len > 0);
	for (const struct config_line *l = c.defaults; l; l = l->next)
		for (const struct option *o = options; o->name; o++)
			PROMISE(!span_eq(l->name, span_of(o->name)) ||
			    !config_reserves(o, l->value));
	arena_release(&arena);
	return 0;
}
