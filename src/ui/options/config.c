/* config - reads the user's configuration file. */
#include "ui/options/config.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/ini.h"
#include "base/suggest.h"

enum { NAME_MOST = 60, SECTIONS_MOST = 1000 };

struct config_reading {
	struct config *out;
	struct arena *arena;
	const struct program *program;
	struct err *err;
	enum { AT_TOP, AT_DEFAULTS, AT_ALIASES, AT_NAME } at;
	struct config_line **line_end; /* where the next option goes */
	struct config_line **defaults_end;
	struct config_section *section;
	struct config_section **section_end;
	struct config_alias **alias_end;
	size_t nsections;
};

static const char *
config_path(struct arena *arena)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	/* the XDG Base Directory Specification says to ignore a relative path */
	if (config && config[0] == '/')
		return arena_printf(arena, "%s/smtpsh/config", config).at;
	if (home && home[0] == '/')
		return arena_printf(arena, "%s/.config/smtpsh/config", home).at;
	return NULL;
}

/* ---- which options are allowed where */

const char *
config_reserves(const struct option *o, struct span value)
{
	struct span words = span_of(o->loosens), word;

	if (o->password)
		return "it belongs to one target";
	if (!o->loosens || (o->kind == OPTION_FLAG && span_eq(value, SPAN("off"))))
		return NULL;
	if (words.len == 0)
		return "it loosens security";
	while ((word = span_word(&words)).len > 0)
		if (span_eq_case(word, value))
			return "it loosens security";
	return NULL;
}

/* Returns the first row of this name in any subcommand. */
static const struct option *
config_option(struct span name)
{
	for (const struct option *o = options; name.len > 0 && o->name; o++)
		if (o->name[0] == name.at[0] && (o->scope & SCOPE_ALL) &&
		    span_eq(name, span_of(o->name)))
			return o;
	return NULL;
}

static bool
config_unknown(struct config_reading *r, struct span name)
{
	struct suggestion suggestion = suggest_begin(name);

	if (span_find_case(name, SPAN("pas")).len || span_find_case(name, SPAN("secret")).len ||
	    span_find_case(name, SPAN("token")).len)
		return err_set(r->err, ERR_USAGE,
		    "passwords are not allowed in this file: use password-command, password-file, "
		    "password-env or netrc");
	for (const struct option *o = options; o->name; o++)
		if (o->scope & SCOPE_ALL)
			suggest_try(&suggestion, o->name);
	return err_set(r->err, ERR_USAGE, "unknown option \"%.*s\"%s%s%s",
	    SPAN_ARG(span_first(name, NAME_MOST)), SUGGESTION_ARG(suggestion.best, "", ""));
}

/* Expands "~/" at the beginning of a file name, as a shell does. */
static struct span
config_value(struct config_reading *r, const struct option *o, struct span value)
{
	const char *home = getenv("HOME");

	if (home && o->arg && span_starts(value, SPAN("~/")) &&
	    (strstr(o->arg, "FILE") || strstr(o->arg, "DIR")))
		return arena_printf(r->arena, "%s%.*s", home, SPAN_ARG(span_skip(value, 1)));
	return value;
}

static bool
config_read_option(struct config_reading *r, const struct ini_line *line)
{
	const struct option *o = config_option(line->name);

	if (!o)
		return config_unknown(r, line->name);
	if (o->group == IN_GENERAL && o->arg == NULL && o->kind == OPTION_FLAG)
		return err_set(
		    r->err, ERR_USAGE, "%s is allowed on the command line only", o->name);
	for (const struct option *each = o; r->at == AT_DEFAULTS && each->name; each++) {
		const char *why = span_eq(line->name, span_of(each->name)) ?
		    config_reserves(each, line->value) :
		    NULL;
		if (why)
			return err_set(r->err, ERR_USAGE,
			    "%s is allowed only in the section of a target or on the command line: "
			    "%s",
			    o->name, why);
	}
	struct config_line *new = ARENA_NEW(r->arena, struct config_line);
	*new = (struct config_line){
		.name = line->name, .value = config_value(r, o, line->value), .number = line->number
	};
	*r->line_end = new;
	r->line_end = &new->next;
	return true;
}

/* ---- sections */

static bool
config_is_name(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_alnum(text.at[i]) && !strchr("._-", text.at[i]))
			return false;
	return text.len > 0 && text.len <= NAME_MOST && text.at[0] != '-';
}

/* A named section must have a target. */
static bool
config_end_section(struct config_reading *r)
{
	return r->at != AT_NAME || r->section->target.len > 0 ||
	    err_set(r->err, ERR_USAGE, "[%s] in line %u has no target: expected target = HOST",
		r->section->name, r->section->number);
}

static bool
config_read_section(struct config_reading *r, const struct ini_line *line)
{
	struct span name = line->name;

	if (!config_end_section(r))
		return false;
	if (!line->whole || !config_is_name(name))
		return err_set(r->err, ERR_USAGE,
		    "expected [defaults], [aliases] or [NAME], a name of letters, digits, \"_\", "
		    "\"-\" and \".\"");
	if (span_eq(name, SPAN("defaults"))) {
		r->at = AT_DEFAULTS;
		while (*r->defaults_end) /* the section may be repeated */
			r->defaults_end = &(*r->defaults_end)->next;
		r->line_end = r->defaults_end;
		return true;
	}
	if (span_eq(name, SPAN("aliases"))) {
		r->at = AT_ALIASES;
		return true;
	}
	if (config_find(r->out, name))
		return err_set(r->err, ERR_USAGE, "duplicate section [%.*s]", SPAN_ARG(name));
	if (r->nsections++ == SECTIONS_MOST)
		return err_set(r->err, ERR_USAGE, "more than %d sections", SECTIONS_MOST);
	r->at = AT_NAME;
	r->section = ARENA_NEW(r->arena, struct config_section);
	r->section->name = arena_string(r->arena, name);
	r->section->number = line->number;
	r->line_end = &r->section->first;
	*r->section_end = r->section;
	r->section_end = &r->section->next;
	return !command_find(r->program, r->section->name) ||
	    err_set(r->err, ERR_USAGE, "[%s] is the name of a subcommand", r->section->name);
}

/*
 * Returns whether this is a command of smtpsh, which an alias must not hide. An alias may stand for
 * a command, but not for another alias.
 */
static bool
config_is_command(const struct config_reading *r, struct span name)
{
	return step_find(step_ops, name) ||
	    (r->program->only_at_prompt && r->program->only_at_prompt(name));
}

static bool
config_read_alias(struct config_reading *r, const struct ini_line *line)
{
	struct config_alias *alias = ARENA_NEW(r->arena, struct config_alias);
	struct span command;

	if (!config_is_name(line->name) || !ascii_is_letter(line->name.at[0]))
		return err_set(r->err, ERR_USAGE,
		    "expected NAME = LINE, a name of letters, digits, \"_\", \"-\" and \".\"");
	if (config_is_command(r, line->name))
		return err_set(
		    r->err, ERR_USAGE, "/%.*s is a command of smtpsh", SPAN_ARG(line->name));
	if (cursor_is_command(line->value, &command) && !config_is_command(r, command))
		return err_set(r->err, ERR_USAGE, "unknown command /%.*s",
		    SPAN_ARG(span_first(command, NAME_MOST)));
	if (config_alias(r->out, line->name).len > 0)
		return err_set(r->err, ERR_USAGE, "duplicate alias /%.*s", SPAN_ARG(line->name));
	*alias = (struct config_alias){ NULL, line->name, line->value };
	*r->alias_end = alias;
	r->alias_end = &alias->next;
	return true;
}

static bool
config_read_line(struct config_reading *r, const struct ini_line *line)
{
	if (line->kind == INI_SECTION)
		return config_read_section(r, line);
	if (r->at == AT_TOP)
		return err_set(r->err, ERR_USAGE, "expected [defaults], [aliases] or [NAME] first");
	if (r->at == AT_ALIASES)
		return line->value.len > 0 ?
		    config_read_alias(r, line) :
		    err_set(r->err, ERR_USAGE, "empty alias: expected NAME = LINE");
	if (r->at != AT_NAME || !span_eq(line->name, SPAN("target")))
		return config_read_option(r, line);
	if (line->value.len == 0 || r->section->target.len > 0)
		return err_set(r->err, ERR_USAGE,
		    line->value.len == 0 ? "empty target: expected target = HOST" :
					   "[%s] has a target already",
		    r->section->name);
	r->section->target = line->value;
	return true;
}

/* ---- the file */

/* A user who can write this file decides where credentials are sent. */
static bool
config_is_ours(const char *path, int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, ERR_USAGE, "%s: %s", path, strerror(errno));
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, ERR_USAGE, "%s belongs to another user", path);
	return !(st.st_mode & (S_IWGRP | S_IWOTH)) ||
	    err_set(err, ERR_USAGE, "%s is writable by others; use chmod go-w %s", path, path);
}

static bool
config_read_file(const char *path, struct arena *arena, struct span *text, struct err *err)
{
	struct buf all = { 0 };
	int fd = file_open(path, FILE_REGULAR, err);
	bool ok = fd >= 0 && config_is_ours(path, fd, err) &&
	    file_drain(fd, path, CONFIG_MAX, &all, err);

	*text = ok ? arena_copy(arena, buf_span(&all)) : SPAN_NONE;
	buf_release(&all);
	file_close(fd);
	return ok;
}

bool
config_parse(struct config *out, struct span text, struct arena *arena, const struct program *all,
    struct err *err)
{
	struct config_reading r = { .out = out,
		.arena = arena,
		.program = all,
		.err = err,
		.defaults_end = &out->defaults,
		.section_end = &out->sections,
		.alias_end = &out->aliases };
	struct ini ini = { .rest = text };
	struct ini_line line;
	bool ok = true;

	while (ok && ini_next(&ini, &line))
		ok = config_read_line(&r, &line);
	if (ok && config_end_section(&r))
		return true;
	struct err why = *err;
	return err_set(err, ERR_USAGE, "%s:%u: %s", out->path, ini.line, why.text);
}

bool
config_read(struct config *out, struct arena *arena, const struct program *all, struct err *err)
{
	struct span text;

	*out = (struct config){ .path = config_path(arena) };
	if (!out->path || (access(out->path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR)))
		return true;
	return config_read_file(out->path, arena, &text, err) &&
	    config_parse(out, text, arena, all, err);
}

const struct config_section *
config_find(const struct config *c, struct span name)
{
	const struct config_section *s = c ? c->sections : NULL;

	while (s && !span_eq(name, span_of(s->name)))
		s = s->next;
	return s;
}

struct span
config_alias(const struct config *c, struct span name)
{
	for (const struct config_alias *a = c ? c->aliases : NULL; a; a = a->next)
		if (span_eq(name, a->name))
			return a->line;
	return SPAN_NONE;
}
