/* prompt - runs the prompt's own commands and keeps their state. */
#include "ui/prompt/prompt.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/suggest.h"
#include "ui/edit/foreground.h"
#include "ui/options/config.h"
#include "ui/prompt/shorthand.h"
#include "ui/show/log.h"
#include "ui/show/show_line.h"
#include "ui/show/standard.h"

const struct prompt_command *
prompt_find(const struct prompt_command *const table[], struct span name)
{
	for (size_t i = 0; table[i]; i++)
		if (span_eq(name, span_of(table[i]->name)))
			return table[i];
	return NULL;
}

static size_t
count_commands(const struct prompt_command *const table[])
{
	size_t n = 0;

	while (table[n])
		n++;
	return n;
}

bool
prompt_next_word(struct prompt_word *w)
{
	size_t i = w->next++, nsteps = 0, ncommands = count_commands(w->table);

	while (step_ops[nsteps])
		nsteps++;
	if (i < nsteps) {
		const struct step_op *op = step_ops[i];
		*w = (struct prompt_word){ w->table, op->name, op->args, op->help, op->group,
			w->next };
	} else if (i - nsteps < ncommands) {
		const struct prompt_command *c = w->table[i - nsteps];
		*w = (struct prompt_word){ w->table, c->name, c->args, c->help, c->group, w->next };
	}
	return i < nsteps + ncommands;
}

static void *
state_of(struct prompt *p, size_t command, unsigned session)
{
	const struct prompt_command *c = p->table[command];
	size_t slot = c->one_state || session < 1 ? 0 :
	    session > PLAYER_SESSIONS		  ? PLAYER_SESSIONS :
						    session - 1;
	void ***all = &p->state[slot];

	if (!*all)
		*all = memory_zeroed(count_commands(p->table) * sizeof **all);
	if (!(*all)[command] && c->state_size)
		(*all)[command] = memory_zeroed(c->state_size);
	return (*all)[command];
}

void *
prompt_state(struct prompt *p, const struct prompt_command *command)
{
	size_t i = 0;

	while (p->table[i] && p->table[i] != command)
		i++;
	assert(p->table[i]);
	return state_of(p, i, player_view(p->player).number);
}

static void
free_state(struct prompt *p, size_t slot, size_t command)
{
	void **state = p->state[slot] ? &p->state[slot][command] : NULL;

	if (!state || !*state)
		return;
	if (p->table[command]->release)
		p->table[command]->release(*state);
	free(*state);
	*state = NULL;
}

void
prompt_end(struct prompt *p)
{
	for (size_t n = 0; n <= PLAYER_SESSIONS; n++) {
		for (size_t i = 0; p->table[i]; i++)
			free_state(p, n, i);
		free(p->state[n]);
		p->state[n] = NULL;
	}
}

/*
 * What commands recorded of a connection made beside another one is used only if it has taken that
 * one's place.
 */
static void
prompt_settle(struct prompt *p, unsigned session, bool took_place)
{
	for (size_t i = 0; p->table[i]; i++) {
		if (p->table[i]->one_state || !p->table[i]->on_event || !p->table[i]->state_size)
			continue;
		if (took_place) {
			void *state = state_of(p, i, PLAYER_SESSIONS + 1);
			state_of(p, i, session);
			free_state(p, session - 1, i);
			p->state[session - 1][i] = state;
			p->state[PLAYER_SESSIONS][i] = NULL;
		}
		free_state(p, PLAYER_SESSIONS, i);
	}
}

static void
prompt_no_such(struct prompt *p, struct span name, struct span args)
{
	struct suggestion suggestion = suggest_begin(name);

	for (struct prompt_word w = { .table = p->table }; prompt_next_word(&w);)
		suggest_try(&suggestion, w.name);
	if (span_starts(args, SPAN("/")))		/* a file name */
		suggestion.best = NULL;
	prompt_problem(p,
	    "unknown command \"/%.*s\"%s%s%s; to send the line itself, begin it with \"//\"",
	    SPAN_ARG(span_first(name, 60)), SUGGESTION_ARG(suggestion.best, "/", ""));
}

static void
prompt_unknown(struct prompt *p, struct span name, struct span args)
{
	struct buf beginning = { .max = 400 };

	if (shorthand_list(p->table, name, &beginning) > 1)
		prompt_problem(p, "\"/%.*s\" is ambiguous: %.*s",
		    SPAN_ARG(name), SPAN_ARG(buf_span(&beginning)));
	else
		prompt_no_such(p, name, args);
	buf_release(&beginning);
}

static void
prompt_run_command(struct prompt *p, size_t i, struct span args)
{
	const struct prompt_command *command = p->table[i];
	struct pager pager = { 0 };
	struct err err;

	bool pages = command->pages && p->lend;
	if (pages)
		pager_begin(&pager, p->screen);
	command->run(p, state_of(p, i, player_view(p->player).number), args);
	if (pages &&
	    !pager_end(&pager, p->screen, p->lend, p->take_back, p->lend_ctx, &err))
		prompt_problem(p, "PAGER: %s", err.text);
}

/* Runs the line of an alias, followed by the arguments. It is shown, since nobody typed it. */
static bool
prompt_run_alias(struct prompt *p, struct span name, struct span args)
{
	struct span line = config_alias(p->options->config, name);

	if (line.len == 0)
		return false;
	line = arena_printf(
	    &p->screen->arena, "%.*s%s%.*s", SPAN_ARG(line), args.len ? " " : "", SPAN_ARG(args));
	player_line(p->player, line, (struct place){ NULL, 0 });
	return true;
}

bool
prompt_run(void *ctx, struct span name, struct span args)
{
	struct prompt *p = ctx;
	size_t i = 0;

	while (p->table[i] && !span_eq(name, span_of(p->table[i]->name)))
		i++;
	if (p->without && (!p->table[i] || !p->table[i]->everywhere))
		return false;
	if (p->table[i])
		prompt_run_command(p, i, args);
	else if (!prompt_run_alias(p, name, args))
		prompt_unknown(p, name, args);
	arena_reset(&p->screen->arena);
	return true;
}

/* /cert --pem FILE */
static void
prompt_write_cert(struct prompt *p, const struct event *event)
{
	const char *file = arena_string(&p->screen->arena, event->cert.file);
	bool text = p->options->format == FORMAT_TEXT;
	struct err err;

	if (!log_save(file, event->cert.pem, &err)) {
		p->failed = true;
		text ? prompt_problem(p, "%s", err.text) : complain(&err);
	} else if (text) {
		prompt_note(p, "%zu certificate%s written to %s", event->cert.tls->ncerts,
		    event->cert.tls->ncerts == 1 ? "" : "s", file);
	}
}

void
prompt_on_event(struct prompt *p, const struct event *event)
{
	if (event->kind == EVENT_CERT && event->cert.file.len > 0)
		prompt_write_cert(p, event);
	if (event->kind == EVENT_SETTLED)
		prompt_settle(p, event->session, event->err == ERR_NONE);
	for (size_t i = 0; p->table[i]; i++)
		if (p->table[i]->on_event && (p->table[i]->everywhere || !p->without))
			p->table[i]->on_event(p, state_of(p, i, event->session), event);
}

bool
prompt_hides(struct prompt *p, const struct event *event)
{
	for (size_t i = 0; p->table[i]; i++)
		if (p->table[i]->hides &&
		    p->table[i]->hides(p, state_of(p, i, event->session), event))
			return true;
	return false;
}

static void __attribute__((format(printf, 3, 0)))
prompt_print(struct prompt *p, enum event_kind kind, const char *format, va_list ap)
{
	char text[600];

	vsnprintf(text, sizeof text, format, ap);
	show_event(p->screen, &(struct event){ .kind = kind, .text = span_of(text) });
}

void
prompt_note(struct prompt *p, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	prompt_print(p, EVENT_NOTE, format, ap);
	va_end(ap);
}

void
prompt_problem(struct prompt *p, const char *format, ...)
{
	va_list ap;

	p->failed = true;
	va_start(ap, format);
	prompt_print(p, EVENT_PROBLEM, format, ap);
	va_end(ap);
}

bool
prompt_write_text(struct prompt *p, struct arena *arena, struct span *text)
{
	struct err err;

	p->lend(p->lend_ctx);
	bool ok = editor_write(arena, text, &err);
	p->take_back(p->lend_ctx);
	if (!ok)
		prompt_problem(p, "%s", err.text);
	return ok;
}

void
prompt_warn(struct prompt *p, struct span text)
{
	struct flow f = show_begin(p->screen, MARK_NOTE, &(struct event){ .kind = EVENT_NOTE });

	flow_put(&f, INK_WARN, text);
	flow_end(&f);
	arena_reset(&p->screen->arena);
}
