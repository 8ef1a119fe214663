/* check_smtp - its words, with those of the plugins' ini file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "ui/cmd/check_smtp.h"

enum { WORDS_MAX = 500, FILE_MOST = 1 << 20 };

struct words {
	struct arena *arena;
	char **at;
	size_t n;
	struct err *err;
};

static bool
add(struct words *w, char *word)
{
	if (w->n == WORDS_MAX)
		return err_set(w->err, ERR_USAGE, "more than %d words", WORDS_MAX);
	w->at[w->n++] = word;
	return true;
}

/* The first of these names, in this directory where one is given, that can be read. NULL: none. */
static const char *
first_readable(const char *const *place, struct arena *arena, const char *folder)
{
	for (; *place; place++) {
		const char *path = folder ? arena_printf(arena, "%s/%s", folder, *place).at :
					    *place;
		if (access(path, R_OK) == 0)
			return path;
	}
	return NULL;
}

/* Where the plugins look when no file is named (their lib/parse_ini.c). */
static const char *
standard_file(struct arena *arena)
{
	static const char
	    *const places[] = { "/usr/local/etc/monitoring-plugins/monitoring-plugins.ini",
		    "/usr/local/etc/monitoring-plugins.ini",
		    "/etc/monitoring-plugins/monitoring-plugins.ini", "/etc/monitoring-plugins.ini",
		    "/etc/nagios/plugins.ini", "/usr/local/nagios/etc/plugins.ini",
		    "/usr/local/etc/nagios/plugins.ini", "/etc/opt/nagios/plugins.ini",
		    "/etc/nagios-plugins.ini", "/usr/local/etc/nagios-plugins.ini",
		    "/etc/opt/nagios-plugins.ini", NULL },
		   *const names[] = { "monitoring-plugins.ini", "plugins.ini", "nagios-plugins.ini",
			   NULL };
	const char *file = getenv("MP_CONFIG_FILE"), *folders = getenv("NAGIOS_CONFIG_PATH");
	const char *found = file && access(file, R_OK) == 0 ? file : NULL;

	for (struct span rest = span_of(folders ? folders : ""); !found && rest.len > 0;)
		found = first_readable(names, arena, arena_string(arena, span_until(&rest, ':')));
	return found ? found : first_readable(places, arena, NULL);
}

/* "name = value", or "name" alone: "--name=value", and of a letter "-x" and the value. */
static bool
add_line(struct words *w, struct span line)
{
	struct span value = line, name = span_trim(span_until(&value, '='));

	value = span_trim(value);
	if (name.len > 1)
		return add(w,
		    arena_string(w->arena,
			arena_printf(w->arena, "--%.*s%s%.*s", SPAN_ARG(name), value.len ? "=" : "",
			    SPAN_ARG(value))));
	return add(w,
	    arena_string(
		w->arena, arena_printf(w->arena, "-%.*s%.*s", SPAN_ARG(name), SPAN_ARG(value))));
}

static bool
add_section(struct words *w, struct span text, struct span section)
{
	size_t before = w->n;
	bool inside = false, ok = true;
	struct span line;

	while (ok && span_line(&text, &line)) {
		line = span_trim(line);
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[') {
			line = span_skip(line, 1);
			inside = span_eq(span_trim(span_until(&line, ']')), section);
		} else if (inside) {
			ok = add_line(w, line);
		}
	}
	return ok &&
	    (w->n > before ||
		err_set(w->err, ERR_USAGE, "--extra-opts: there is no section [%.*s]",
		    SPAN_ARG(span_first(section, 60))));
}

/* [SECTION][@FILE]; the section is check_smtp where none is said, "-" the standard input. */
static bool
add_extra(struct words *w, const char *where)
{
	struct span file = span_of(where), section = span_until(&file, '@');
	const char *path = file.len ? file.at : standard_file(w->arena);
	struct span text;
	struct err why;

	if (!path)
		return err_set(w->err, ERR_USAGE, "--extra-opts: cannot read any plugins.ini: %s",
		    strerror(errno));
	if (!file_read(path, FILE_PIPE, FILE_MOST, w->arena, &text, &why))
		return err_set(w->err, ERR_USAGE, "--extra-opts: %s", why.text);
	return add_section(w, text, section.len ? section : SPAN("check_smtp"));
}

/* The value of an --extra-opts: joined by "=", or the next word when that is no option. */
static const char *
extra_value(char *argv[], int *i, int argc)
{
	if (argv[*i][strlen("--extra-opts")] == '=')
		return argv[*i] + strlen("--extra-opts=");
	return *i + 1 < argc && argv[*i + 1][0] != '-' ? argv[++*i] : "";
}

static bool
is_extra(const char *word)
{
	size_t n = strlen("--extra-opts");

	return strncmp(word, "--extra-opts", n) == 0 && (word[n] == '\0' || word[n] == '=');
}

char **
check_smtp_words(int *argc, char *argv[], struct arena *arena, struct err *err)
{
	struct words w = {
		.arena = arena, .at = ARENA_ARRAY(arena, char *, WORDS_MAX + 1), .err = err
	};
	bool ok = true;

	for (int i = 0; ok && i < *argc; i++)
		ok = !is_extra(argv[i]) || add_extra(&w, extra_value(argv, &i, *argc));
	for (int i = 0; ok && i < *argc; i++)
		if (is_extra(argv[i]))
			extra_value(argv, &i, *argc);
		else
			ok = add(&w, argv[i]);
	*argc = (int)w.n;
	return ok ? w.at : NULL;
}
