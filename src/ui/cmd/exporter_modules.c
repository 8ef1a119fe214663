/* exporter_modules - the modules of the exporter, and the ini file they may be in. */
#include "ui/cmd/exporter_modules.h"
#include "ui/options/probe_spec.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/ini.h"

enum { ARGS_MOST = 64, NAME_MOST = 60, MODULES_MOST = 500, FILE_MOST = 4 << 20 };

/* in the reverse of the order in which they are listed */
static const struct { const char *name, *options; } built_in[] = {
	{ "mx_sts", "--mx --addresses all --sts" },
	{ "mx", "--mx --addresses all" },
	{ "smtp_rcpt", "--tls=try --to postmaster" },
	{ "submission", "--tls=starttls --port 587" },
	{ "smtps", "--tls=implicit --port 465" },
	{ "smtp_starttls", "--tls=starttls" },
	{ "smtp", "--tls=off" },
};

struct reading {
	struct loop *loop;
	const struct program *program;
	const char *file;
	size_t n;
	struct probe_module *first;
	struct err *err;
};

static bool
module_is_name(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		if (!(ascii_is_alnum(c) || c == '_' || c == '-' || c == '.'))
			return false;
	}
	return text.len > 0 && text.len <= NAME_MOST;
}

/*
 * Returns the row of the option in this word, and its value; value->at is NULL if it is not in this
 * word.
 */
static const struct option *
module_option(struct span word, struct span *value)
{
	const struct option *o = options;

	*value = SPAN_NONE;
	if (word.len > 2 && word.at[1] == '-') {
		struct span rest = span_skip(word, 2), name = span_until(&rest, '=');
		if (span_has(word, '='))
			*value = rest.at ? rest : SPAN("");
		return option_find(SCOPE_PROBE, name);
	}
	while (o->name && !(o->letter == word.at[1] && (o->scope & SCOPE_PROBE)))
		o++;
	if (word.len > 2)
		*value = span_skip(word, 2);
	return o->name ? o : NULL;
}

/* Returns whether others may see the value: not credentials, files, commands or variables. */
static bool
module_option_is_open(const struct option *o)
{
	static const char *const closed[] = { "FILE", "DIR", "COMMAND", "URL", "PATH" };
	static const char *const secret[] = { "password", "user", "authzid", "secret", "var" };

	if (!o)
		return false;
	for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
		if (strncmp(o->name, secret[i], strlen(secret[i])) == 0)
			return false;
	for (size_t i = 0; o->arg && i < sizeof closed / sizeof *closed; i++)
		if (strstr(o->arg[0] == '[' ? o->arg + 2 : o->arg, closed[i]))
			return false;
	return true;
}

/* Returns the words as /config shows them: what is not known to be harmless is "...". */
static const char *
module_shown(struct probe_module *m, char *const *arg, int n)
{
	struct buf out = { .max = 16 << 10 };
	bool open = false, due = false; /* the next word is a value, whatever it looks like */

	for (int i = 0; i < n; i++) {
		struct span word = span_of(arg[i]), value;
		const char *space = i > 0 ? " " : "";
		if (due || word.len < 2 || word.at[0] != '-') {
			buf_printf(&out, "%s%s", space, open ? arg[i] : "...");
			due = false;
			continue;
		}
		const struct option *o = module_option(word, &value);
		open = module_option_is_open(o);
		due = o && o->arg && o->arg[0] != '[' && !value.at;
		if (!open && value.at)
			word = span_first(word, word.len - value.len);
		buf_printf(&out, "%s%.*s%s", space, SPAN_ARG(word), open || !value.at ? "" : "...");
	}
	const char *shown = arena_string(&m->arena, buf_span(&out));
	buf_release(&out);
	return shown;
}

/* Reads the options of a module like a command line's; a word in quotes may contain spaces. */
static bool
module_read_options(struct probe_module *m, struct span text, struct err *err)
{
	const struct options *o = &m->o;
	const struct probe_settings *p = &o->probe;
	char *arg[ARGS_MOST];
	struct span word;
	int n = 0;

	while (n < ARGS_MOST && ini_word(&text, &word))
		arg[n++] = arena_string(&m->arena, word);
	if (n == ARGS_MOST)
		return err_set(err, ERR_USAGE, "more than %d words in a module", ARGS_MOST - 1);
	options_release(&m->o);
	if (!options_read(&m->o, SCOPE_PROBE, m->program, n, arg, err))
		return false;
	m->shown = module_shown(m, arg, n);
	m->o.look.color = WHEN_NEVER;
	m->env.tls = m->o.tls;
	m->env.dns = m->o.dns;
	if (o->nargs > 0 || o->help || o->version || o->debug || p->targets || p->output ||
	    p->nreports || p->resume || p->write_ext_set || p->watch_ms || p->deadline_ms)
		return err_set(err, ERR_USAGE,
		    "a module takes probe options only: no target, no output file, no repetition");
	return true;
}

static struct probe_module *
module_add(struct reading *r, struct span name)
{
	struct probe_module *m = memory_zeroed(sizeof *m);

	m->name = arena_string(&m->arena, name);
	m->env.loop = r->loop;
	m->program = r->program;
	m->next = r->first;
	r->first = m;
	r->n++;
	return m;
}

static bool
modules_read_section(struct reading *r, const struct ini_line *line)
{
	struct span name = line->name;

	if (!line->whole || !span_eq(span_word(&name), SPAN("module")) || !module_is_name(name))
		return err_set(r->err, ERR_USAGE,
		    "expected [module NAME], a name of letters, digits, \"_\", \"-\" and \".\"");
	for (struct probe_module *m = r->first; m; m = m->next)
		if (span_eq(span_of(m->name), name))
			return err_set(r->err, ERR_USAGE, "module %s is defined twice", m->name);
	if (r->n == MODULES_MOST)
		return err_set(r->err, ERR_USAGE, "more than %d modules", MODULES_MOST);
	return module_read_options(module_add(r, name), SPAN_NONE, r->err);
}

static bool
modules_read_line(struct reading *r, const struct ini_line *line)
{
	if (line->kind == INI_SECTION)
		return modules_read_section(r, line);
	if (!span_eq(line->name, SPAN("options")) || !line->whole)
		return err_set(r->err, ERR_USAGE, "expected options = OPTION... or [module NAME]");
	if (!r->first)
		return err_set(r->err, ERR_USAGE, "options before the first [module NAME]");
	if (r->first->given)
		return err_set(r->err, ERR_USAGE,
		    "second options line in module %s", r->first->name);
	r->first->given = true;
	return module_read_options(r->first, line->value, r->err);
}

static bool
modules_read_file(struct reading *r)
{
	struct arena arena = { 0 };
	struct ini ini = { 0 };
	struct ini_line line;
	bool found = file_read(r->file, FILE_PIPE, FILE_MOST, &arena, &ini.rest, r->err),
	     ok = found;

	while (ok && ini_next(&ini, &line))
		ok = modules_read_line(r, &line);
	if (found && !ok) {
		struct err why = *r->err;
		err_set(r->err, ERR_USAGE, "%s:%u: %s", r->file, ini.line, why.text);
	}
	arena_release(&arena);
	return ok;
}

/* Adds the built-in modules after those of the file. */
static bool
add_built_in(struct reading *r)
{
	struct reading own = { .loop = r->loop };
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof built_in / sizeof *built_in; i++)
		if (!module_find(r->first, built_in[i].name))
			ok = module_read_options(module_add(&own, span_of(built_in[i].name)),
			    span_of(built_in[i].options), r->err);
	struct probe_module **at = &r->first;
	while (*at)
		at = &(*at)->next;
	*at = own.first;
	return ok;
}

struct probe_module *
modules_read(
    struct loop *loop, const struct program *own, const char *file, struct err *err)
{
	struct reading r = { .loop = loop, .program = own, .file = file, .err = err };
	bool ok = (!file || modules_read_file(&r)) && add_built_in(&r);

	/*
	 * Files that options name are read now, so that errors in them are reported at the start.
	 */
	for (struct probe_module *m = r.first; ok && m; m = m->next) {
		struct err why;
		m->timed = m->o.probe.probe.total_ms > 0;
		ok = probe_spec_prepare(&m->o, &why) ||
		    err_set(err, ERR_USAGE, "module %s: %s", m->name, why.text);
	}
	if (ok)
		return r.first;
	modules_free(r.first);
	return NULL;
}

void
modules_free(struct probe_module *m)
{
	while (m) {
		struct probe_module *next = m->next;
		session_env_release(&m->env);
		options_release(&m->o);
		arena_release(&m->arena);
		free(m);
		m = next;
	}
}

struct probe_module *
module_find(struct probe_module *m, const char *name)
{
	while (m && strcmp(m->name, name) != 0)
		m = m->next;
	return m;
}

bool
module_has_secret(const struct probe_module *m)
{
	return m->o.session.auth.user || m->o.session.auth.netrc || m->o.session.auth.password.at;
}
