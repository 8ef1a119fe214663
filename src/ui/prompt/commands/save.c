/*
 * /save and /log - write this session as a script: all of it so far to a new file, or everything
 * from the next connection on to the end of a file.
 */
#include "ui/show/log.h"
#include "ui/options/options.h"
#include "ui/prompt/prompt.h"

enum { SAVED_MAX = 16 << 20 };

/* ---- /save: everything is kept for it, up to SAVED_MAX bytes */

struct saved {
	struct transcript *transcript;
	struct buf text;
	bool full;
};

static void
save_on_text(void *ctx, struct span text)
{
	struct saved *s = ctx;

	s->full |= !buf_append(&s->text, text);
}

static void
save_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct saved *s = state;

	(void)p;
	if (!s->transcript) {
		s->text.max = SAVED_MAX;
		s->transcript = transcript_new(&(struct transcript_opts){ .write = save_on_text,
		    .ctx = s,
		    .no_bodies = p->options->no_bodies,
		    .times = p->options->look.time });
	}
	transcript_event(s->transcript, e);
}

static void
save_run(struct prompt *p, void *state, struct span args)
{
	struct saved *s = state;
	struct arena arena = { 0 };
	struct err err;

	if (args.len == 0)
		prompt_problem(p, "/save: expected the name of a new file");
	else if (buf_span(&s->text).len == 0)
		prompt_problem(p, "nothing to save: no connection yet");
	else if (!log_save(arena_string(&arena, args), buf_span(&s->text), &err))
		prompt_problem(p, "%s", err.text);
	else
		prompt_note(p, "saved; replay it with smtpsh replay --against TARGET %.*s%s%s",
		    SPAN_ARG(args),
		    p->options->no_bodies ? "" : ". It contains the messages sent",
		    s->full ? ". It was truncated at 16 MiB" : "");
	arena_release(&arena);
}

static void
save_release(void *state)
{
	struct saved *s = state;

	transcript_free(s->transcript);
	buf_release(&s->text);
}

const struct prompt_command prompt_save = {
	.name = "save",
	.group = GROUP_FILES,
	.args = "FILE",
	.help = "Save this session as a script, to replay it",
	.one_state = true,
	.state_size = sizeof(struct saved),
	.run = save_run,
	.on_event = save_on_event,
	.release = save_release,
};

/* ---- /log */

struct logging { struct log *log; bool begun; };

static void
save_begin(struct prompt *p, struct logging *l, const char *file)
{
	struct err err;

	log_close(l->log);
	l->log = log_open(file, p->options->no_bodies, p->options->look.time, &err);
	if (!l->log)
		prompt_problem(p, "%s", err.text);
}

static void
log_on_event(struct prompt *p, void *state, const struct event *e)
{
	struct logging *l = state;
	struct err err;

	if (!l->begun && p->options->log)
		save_begin(p, l, p->options->log);
	l->begun = true;
	if (!l->log)
		return;
	log_event(l->log, e);
	if (log_ok(l->log, &err))
		return;
	prompt_problem(p, "%s", err.text);
	log_close(l->log);
	l->log = NULL;
}

static void
log_run(struct prompt *p, void *state, struct span args)
{
	struct logging *l = state;
	struct arena arena = { 0 };

	if (args.len == 0 && l->log) {
		prompt_note(p, "logging to %s; /log off stops it", log_name(l->log));
	} else if (args.len == 0 || span_eq(args, SPAN("off"))) {
		prompt_note(p,
		    l->log ? "log closed" :
			     "not logging; /log FILE starts with the next connection");
		log_close(l->log);
		l->log = NULL;
	} else {
		save_begin(p, l, arena_string(&arena, args));
		if (l->log)
			prompt_note(p, "the next connection will be logged to %.*s%s; /save saves "
			    "this one",
			    SPAN_ARG(args),
			    p->options->no_bodies ? "" : ", including messages");
	}
	l->begun = true;
	arena_release(&arena);
}

static void
log_release(void *state)
{
	struct logging *l = state;

	log_close(l->log);
}

const struct prompt_command prompt_log = {
	.name = "log",
	.group = GROUP_FILES,
	.args = "[FILE|off]",
	.help = "Log the dialogue as a script, starting with the next connection; alone: show the "
	    "state",
	.one_state = true,
	.state_size = sizeof(struct logging),
	.run = log_run,
	.on_event = log_on_event,
	.release = log_release,
};
