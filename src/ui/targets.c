/* targets - what a fleet probes, line by line. */
#include "ui/targets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "run/script_file.h"
#include "run/steps/list.h"
#include "ui/options_script.h"

enum { LINE_MOST = 16 << 10, READ_SIZE = 16 << 10, FILE_MOST = 512 << 10 };

struct targets {
	struct options *o;
	struct fleet_spec spec;
	struct arena arena, line_arena;
	size_t nargs_taken, bad;
	unsigned line;
	int fd;				/* -1: none, or at its end */
	struct loop_watch *watch;
	bool ready, over;
	struct buf in;
	struct span *done;		/* sorted: targets of an earlier run */
	size_t ndone;
	FILE *resume;
};

static bool
read_file(const char *name, struct arena *arena, size_t most, struct span *out, struct err *err)
{
	struct buf all = { .max = most + 1 };
	FILE *in = fopen(name, "re");
	char octets[READ_SIZE];
	size_t n;

	if (!in)
		return err_set(err, ERR_USAGE, "cannot read %s: %s", name, strerror(errno));
	while ((n = fread(octets, 1, sizeof octets, in)) > 0 && buf_append(&all, (struct span){ octets, n }))
		;
	bool bad = ferror(in), much = n > 0;
	int why = errno;
	fclose(in);
	*out = arena_copy(arena, buf_span(&all));
	buf_release(&all);
	if (bad)
		return err_set(err, ERR_USAGE, "cannot read %s: %s", name, strerror(why));
	return !much || err_set(err, ERR_USAGE, "%s has more than %zu octets", name, most);
}

/* ---- what follows from the options */

static struct span
short_message(struct options *o)
{
	char date[64], id[64];
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S %z", &tm);
	snprintf(id, sizeof id, "%lld.%ld.smtpsh", (long long)now, (long)getpid());
	return arena_printf(&o->arena, "From: <%s>\nTo: <%s>\nSubject: smtpsh probe %s\nDate: %s\nMessage-ID: <%s@%s>\n"
	    "Auto-Submitted: auto-generated\n\nA probe of this mail server. It can be deleted.\n",
	    o->probe.probe.from ? o->probe.probe.from : "", o->probe.probe.to ? o->probe.probe.to : "", id, date, id,
	    o->session.helo ? o->session.helo : "localhost.localdomain");
}

static bool
is_address(const char *option, const char *text, struct err *err)
{
	for (const char *c = text; c && *c; c++)
		if ((unsigned char)*c <= ' ' || *c == '<' || *c == '>' || *c == 0x7F)
			return err_set(err, ERR_USAGE, "--%s: an address has neither blanks, control octets nor angle brackets", option);
	return true;
}

static bool
read_script(struct options *o, struct err *err)
{
	struct script_opts opts = { .load = script_load_file };
	struct probe_opts *p = &o->probe.probe;

	if (o->probe.played)
		return true;
	o->probe.played = script_read(o->probe.script, options_script(o, &opts), err);
	p->script = o->probe.played;
	p->value = o->value;
	p->nvalues = o->nvalues;
	return p->script != NULL;
}

bool
targets_prepare(struct options *o, struct err *err)
{
	static const struct step auth = { .op = &step_auth };
	struct probe_settings *p = &o->probe;
	struct span set;

	if (o->session.timeouts.quit == 0 || o->session.timeouts.quit > timeouts_probe.quit)
		o->session.timeouts.quit = timeouts_probe.quit;
	if (p->probe.total_ms == 0)
		p->probe.total_ms = 10000;
	if (o->session.auth.wanted || o->session.auth.user)
		p->probe.auth = &auth;
	if (!is_address("from", p->probe.from, err) || !is_address("to", p->probe.to, err))
		return false;
	if (p->send && !p->probe.to)
		return err_set(err, ERR_USAGE, "--send wants --to ADDR: whom to send it to");
	if (p->send && strcmp(p->send, "auto") == 0)
		p->probe.body = short_message(o);
	else if (p->send && !read_file(p->send, &o->arena, FILE_MOST, &p->probe.body, err))
		return false;
	if (p->script && !read_script(o, err))
		return false;
	if (p->ext_set) {
		if (!read_file(p->ext_set, &o->arena, FILE_MOST, &set, err))
			return false;
		p->judge.ext_set = arena_string(&o->arena, set);
	}
	return true;
}

struct fleet_spec
targets_spec(struct options *o)
{
	struct fleet_spec spec = { .session = &o->session, .probe = &o->probe.probe, .judge = &o->probe.judge };
	size_t n = o->probe.nways;
	struct session_opts *way = n > 0 ? ARENA_ARRAY(&o->arena, struct session_opts, n) : NULL;

	for (size_t i = 0; i < n; i++) {
		way[i] = o->session;
		way[i].way = o->probe.way[i];
		way[i].sigalgs = probe_way_sigalgs(o->probe.way[i]);
	}
	if (n > 0) {
		spec.session = way;
		spec.nsessions = n;
	}
	return spec;
}

/* ---- what an earlier run did */

static int
by_octets(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int c = memcmp(x->at ? x->at : "", y->at ? y->at : "", x->len < y->len ? x->len : y->len);

	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

static bool
load_done(struct targets *t, struct err *err)
{
	struct span all, line;
	size_t n = 0;

	if (access(t->o->probe.resume, F_OK) == 0) {
		if (!read_file(t->o->probe.resume, &t->arena, 256u << 20, &all, err))
			return false;
		for (struct span rest = all; span_line(&rest, &line);)
			n++;
		t->done = ARENA_ARRAY(&t->arena, struct span, n + 1);
		while (span_line(&all, &line))
			t->done[t->ndone++] = line;
		qsort(t->done, t->ndone, sizeof *t->done, by_octets);
	}
	t->resume = fopen(t->o->probe.resume, "ae");
	return t->resume || err_set(err, ERR_USAGE, "cannot write %s: %s", t->o->probe.resume, strerror(errno));
}

static bool
is_done(const struct targets *t, struct span text)
{
	return t->ndone && bsearch(&text, t->done, t->ndone, sizeof *t->done, by_octets);
}

void
targets_over(struct targets *t, struct span text)
{
	if (!t->resume)
		return;
	fwrite(text.at, 1, text.len, t->resume);
	fputc('\n', t->resume);
	fflush(t->resume);
}

/* ---- lines */

static void
complain(struct targets *t, const struct err *err, const char *file)
{
	struct arena arena = { 0 };
	struct span text = text_safe(&arena, span_of(err->text));

	if (file)
		fprintf(stderr, "smtpsh: %s:%u: %.*s\n", file, t->line, SPAN_ARG(text));
	else
		fprintf(stderr, "smtpsh: %.*s\n", SPAN_ARG(text));
	arena_release(&arena);
	t->bad++;
}

/* A target's own options, copied from those of all. */
struct own {
	struct fleet_spec spec;
	struct options o;
};

static void
free_own(const struct fleet_spec *spec)
{
	struct own *own = (struct own *)(uintptr_t)spec;	/* its first member */
	struct probe_settings *p = &own->o.probe;

	if (p->judge.banner == &p->banner)
		regfree(&p->banner);
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

/* One TLS context, one resolver, one fleet and one output serve all: what belongs to them is no target's. */
static bool
is_of_a_target(const struct option *option)
{
	static const char *const calls[] = {
		"port", "resolve", "bind", "proxy", "proxy-protocol", "timeout", "auth", "password-file", "password-env", "password-command",
		"tls", "until", "sigalgs", "warning", "critical", "expect-banner", "state",
	};
	size_t at = option->offset;

	if (!option->call)
		return (at >= offsetof(struct options, session) && at < offsetof(struct options, tls)) ||
		    (at >= offsetof(struct options, probe.probe) && at < offsetof(struct options, probe.fleet));
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strcmp(option->name, calls[i]) == 0)
			return true;
	return false;
}

/* "key=value" behind a target: an option of this one, or its name. */
static bool
read_setting(struct targets *t, struct own **own, const char **name, struct span word, struct err *err)
{
	struct span value = word, key = span_until(&value, '=');
	const struct option *option = option_find(SCOPE_PROBE, key);

	if (span_eq(key, SPAN("name"))) {
		*name = arena_string(&t->line_arena, value);
		return true;
	}
	if (!option || !is_of_a_target(option) || !span_has(word, '='))
		return err_set(err, ERR_USAGE, "\"%.*s\" is no setting of a target: want name=TEXT or an option of a probe, as in port=587",
		    SPAN_ARG(span_first(word, 60)));
	if (!*own)
		*own = new_own(t->o);
	return option_set(option, &(*own)->o, value, err);
}

/* Reads a line into a target and what is its own. False with err: it is none. */
static bool
read_line(struct targets *t, struct span line, struct target *target, struct own **own, const char **name, struct err *err)
{
	struct span rest = line, text = span_word(&rest), word;

	for (word = span_word(&rest); word.len > 0 && word.at[0] != '#'; word = span_word(&rest))
		if (!read_setting(t, own, name, word, err))
			return false;
	if (*own) {
		(*own)->spec = targets_spec(&(*own)->o);
		(*own)->spec.release = free_own;
	}
	const struct options *o = *own ? &(*own)->o : t->o;
	if (o->probe.mx && !span_has(text, '@'))
		text = arena_printf(&t->line_arena, "@%.*s", SPAN_ARG(text));
	if (!target_parse(target, text, SPAN_NONE, o->port, &t->line_arena, err))
		return false;
	return target->kind != TARGET_PIPE ||
	    err_set(err, ERR_USAGE, "a command cannot be probed: \"%.*s\"", SPAN_ARG(span_first(text, 60)));
}

static void
add(struct targets *t, struct fleet *f, struct span line, const char *file)
{
	struct span rest = span_trim(line), text = span_word(&rest);
	struct target target;
	struct own *own = NULL;
	const char *name = NULL;
	struct err err;

	if (text.len == 0 || text.at[0] == '#' || is_done(t, text))
		return;
	arena_reset(&t->line_arena);
	if (read_line(t, span_trim(line), &target, &own, &name, &err)) {
		fleet_add(f, &target, own ? &own->spec : &t->spec, name);
		return;
	}
	complain(t, &err, file);
	if (own)
		free_own(&own->spec);
}

static void
on_ready(void *ctx, unsigned ready)
{
	struct targets *t = ctx;

	(void)ready;
	t->ready = true;
}

static void
close_input(struct targets *t)
{
	loop_unwatch(t->watch);
	t->watch = NULL;
	if (t->fd > 0)
		close(t->fd);
	t->fd = -1;
}

static bool
read_some(struct targets *t)
{
	size_t room;
	char *at = buf_reserve(&t->in, READ_SIZE, &room);

	if (!at)
		return false;
	ssize_t n = read(t->fd, at, room);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0)
		buf_commit(&t->in, (size_t)n);
	else
		close_input(t);
	return true;
}

/* A whole line, or what is left at the end; a line without end is no target. */
static bool
next_line(struct targets *t, struct span *line)
{
	struct span in = buf_span(&t->in), rest = in;

	if (in.len == 0)
		return false;
	if (!memchr(in.at, '\n', in.len) && t->fd >= 0 && in.len < LINE_MOST)
		return false;
	span_line(&rest, line);
	*line = arena_copy(&t->line_arena, *line);
	buf_consume(&t->in, in.len - rest.len);
	t->line++;
	return true;
}

static void
feed_file(struct targets *t, struct fleet *f)
{
	const char *name = strcmp(t->o->probe.targets, "-") == 0 ? "-" : t->o->probe.targets;
	struct span line;

	while (fleet_wants(f)) {
		arena_reset(&t->line_arena);
		if (next_line(t, &line)) {
			struct arena keep = { 0 };
			line = arena_copy(&keep, line);
			add(t, f, line, name);
			arena_release(&keep);
			continue;
		}
		if (t->fd < 0 || (t->watch && !t->ready) || !read_some(t))
			break;
		t->ready = false;
	}
}

bool
targets_feed(struct targets *t, struct fleet *f)
{
	if (t->over)
		return true;
	for (; t->nargs_taken < t->o->nargs && fleet_wants(f); t->nargs_taken++)
		add(t, f, span_of(t->o->arg[t->nargs_taken]), NULL);
	if (t->o->probe.targets)
		feed_file(t, f);
	if (t->nargs_taken == t->o->nargs && t->fd < 0 && buf_span(&t->in).len == 0) {
		t->over = true;
		fleet_end(f);
	}
	return t->over || t->watch || !fleet_wants(f);
}

struct targets *
targets_new(struct loop *loop, struct options *o, struct err *err)
{
	struct targets *t = memory_zeroed(sizeof *t);
	const char *file = o->probe.targets;

	*t = (struct targets){ .o = o, .spec = targets_spec(o), .fd = -1, .in = { .max = 2 * LINE_MOST + READ_SIZE } };
	if (o->probe.resume && !load_done(t, err)) {
		targets_free(t);
		return NULL;
	}
	if (!file)
		return t;
	t->fd = strcmp(file, "-") == 0 ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	if (t->fd < 0) {
		err_set(err, ERR_USAGE, "cannot read %s: %s", file, strerror(errno));
		targets_free(t);
		return NULL;
	}
	if (loop_can_watch(t->fd))
		t->watch = loop_watch(loop, t->fd, LOOP_READ, on_ready, t, NULL);
	return t;
}

void
targets_free(struct targets *t)
{
	if (!t)
		return;
	close_input(t);
	if (t->resume)
		fclose(t->resume);
	buf_release(&t->in);
	arena_release(&t->arena);
	arena_release(&t->line_arena);
	free(t);
}

size_t
targets_bad(const struct targets *t)
{
	return t->bad;
}
