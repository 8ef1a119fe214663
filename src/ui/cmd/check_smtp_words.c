/* check_smtp - its words, with those of the plugins' ini file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/cmd/check_smtp.h"

enum { WORDS_MAX = 500 };

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

static FILE *
open_first(const char *const *place, struct arena *arena, const char *folder)
{
	FILE *in = NULL;

	for (; !in && *place; place++)
		in = fopen(folder ? arena_printf(arena, "%s/%s", folder, *place).at : *place, "re");
	return in;
}

/* Where the plugins look when no file is named (their lib/parse_ini.c). */
static FILE *
open_standard(struct arena *arena)
{
	static const char *const places[] = {
		"/usr/local/etc/monitoring-plugins/monitoring-plugins.ini", "/usr/local/etc/monitoring-plugins.ini",
		"/etc/monitoring-plugins/monitoring-plugins.ini", "/etc/monitoring-plugins.ini", "/etc/nagios/plugins.ini",
		"/usr/local/nagios/etc/plugins.ini", "/usr/local/etc/nagios/plugins.ini", "/etc/opt/nagios/plugins.ini",
		"/etc/nagios-plugins.ini", "/usr/local/etc/nagios-plugins.ini", "/etc/opt/nagios-plugins.ini", NULL
	}, *const names[] = { "monitoring-plugins.ini", "plugins.ini", "nagios-plugins.ini", NULL };
	const char *file = getenv("MP_CONFIG_FILE"), *folders = getenv("NAGIOS_CONFIG_PATH");
	FILE *in = file ? fopen(file, "re") : NULL;

	for (struct span rest = span_of(folders ? folders : ""); !in && rest.len > 0;)
		in = open_first(names, arena, arena_string(arena, span_until(&rest, ':')));
	return in ? in : open_first(places, arena, NULL);
}

/* "name = value", or "name" alone: "--name=value", and of a letter "-x" and the value. */
static bool
add_line(struct words *w, struct span line)
{
	struct span value = line, name = span_trim(span_until(&value, '='));

	value = span_trim(value);
	if (name.len > 1)
		return add(w, arena_string(w->arena, arena_printf(w->arena, "--%.*s%s%.*s", SPAN_ARG(name), value.len ? "=" : "",
		    SPAN_ARG(value))));
	return add(w, arena_string(w->arena, arena_printf(w->arena, "-%.*s%.*s", SPAN_ARG(name), SPAN_ARG(value))));
}

static bool
add_section(struct words *w, FILE *in, struct span section)
{
	size_t before = w->n, room = 0;
	char *text = NULL;
	bool inside = false, ok = true;
	ssize_t n;

	while (ok && (n = getline(&text, &room, in)) >= 0) {
		struct span line = span_trim((struct span){ text, (size_t)n });
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[') {
			line = span_skip(line, 1);
			inside = span_eq(span_trim(span_until(&line, ']')), section);
		} else if (inside) {
			ok = add_line(w, line);
		}
	}
	free(text);
	return ok && (w->n > before || err_set(w->err, ERR_USAGE, "--extra-opts: there is no section [%.*s]",
	    SPAN_ARG(span_first(section, 60))));
}

/* [SECTION][@FILE]; the section is check_smtp where none is said, "-" the standard input. */
static bool
add_extra(struct words *w, const char *where)
{
	struct span file = span_of(where), section = span_until(&file, '@');
	const char *path = file.len ? file.at : NULL;
	bool standard = path && strcmp(path, "-") == 0;
	FILE *in = standard ? stdin : path ? fopen(path, "re") : open_standard(w->arena);

	if (!in)
		return err_set(w->err, ERR_USAGE, "--extra-opts: cannot read %.200s: %s", path ? path : "any plugins.ini", strerror(errno));
	bool ok = add_section(w, in, section.len ? section : SPAN("check_smtp"));
	if (!standard)
		fclose(in);
	return ok;
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
	struct words w = { .arena = arena, .at = ARENA_ARRAY(arena, char *, WORDS_MAX + 1), .err = err };
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
