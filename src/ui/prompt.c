/* prompt - the table of its own commands, and their state. */
#include "ui/prompt.h"

#include <stdarg.h>
#include <stdlib.h>

#include "ui/commands/list.h"
#include "ui/show_priv.h"

const struct prompt_command *const prompt_commands[] = {
#define X(name) &prompt_##name,
	PROMPT_COMMANDS(X)
#undef X
	NULL
};

enum { COMMANDS_N = sizeof prompt_commands / sizeof *prompt_commands - 1 };

const struct prompt_command *
prompt_find(struct span name)
{
	for (size_t i = 0; prompt_commands[i]; i++)
		if (span_eq(name, span_of(prompt_commands[i]->name)))
			return prompt_commands[i];
	return NULL;
}

bool
prompt_knows(struct span name)
{
	return prompt_find(name) != NULL;
}

void
prompt_begin(struct prompt *p)
{
	p->state = memory_zeroed(COMMANDS_N * sizeof *p->state);
	for (size_t i = 0; i < COMMANDS_N; i++)
		if (prompt_commands[i]->state_size)
			p->state[i] = memory_zeroed(prompt_commands[i]->state_size);
}

void
prompt_end(struct prompt *p)
{
	for (size_t i = 0; p->state && i < COMMANDS_N; i++) {
		if (prompt_commands[i]->release)
			prompt_commands[i]->release(p->state[i]);
		free(p->state[i]);
	}
	free(p->state);
	p->state = NULL;
}

bool
prompt_run(void *ctx, struct span name, struct span args)
{
	struct prompt *p = ctx;

	for (size_t i = 0; i < COMMANDS_N; i++)
		if (span_eq(name, span_of(prompt_commands[i]->name))) {
			prompt_commands[i]->run(p, p->state[i], args);
			arena_reset(&p->screen->arena);
			return true;
		}
	return false;
}

void
prompt_heard(struct prompt *p, const struct event *event)
{
	for (size_t i = 0; i < COMMANDS_N; i++)
		if (prompt_commands[i]->heard)
			prompt_commands[i]->heard(p, p->state[i], event);
}

static void __attribute__((format(printf, 3, 0)))
say(struct prompt *p, enum event_kind kind, const char *format, va_list ap)
{
	char text[600];

	vsnprintf(text, sizeof text, format, ap);
	show_event(p->screen, &(struct event){ .kind = kind, .session = 1, .text = span_of(text) });
}

void
prompt_note(struct prompt *p, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(p, EVENT_NOTE, format, ap);
	va_end(ap);
}

void
prompt_problem(struct prompt *p, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say(p, EVENT_PROBLEM, format, ap);
	va_end(ap);
}

void
prompt_warn(struct prompt *p, struct span text)
{
	struct flow f = show_begin(p->screen, MARK_NOTE, &(struct event){ .kind = EVENT_NOTE, .session = 1 });

	flow_put(&f, INK_WARN, text);
	flow_end(&f);
	arena_reset(&p->screen->arena);
}
