/* check_smtp - reads the options of the plugin check_smtp. */
#include "ui/cmd/check_smtp.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ini.h"

/* ---- the words, with --extra-opts expanded */

enum { WORDS_MAX = 500, FILE_MOST = 1 << 20 };

struct words {
	struct arena *arena;
	char **at;
	size_t n;
	struct err *err;
};

static bool
add_word(struct words *w, char *word)
{
	if (w->n == WORDS_MAX)
		return err_set(w->err, ERR_USAGE, "more than %d words", WORDS_MAX);
	w->at[w->n++] = word;
	return true;
}

/*
 * Returns the first of these names that can be read, in `folder` unless that is NULL. NULL: none.
 */
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

/* Returns the file that the plugins use when none is named (their lib/parse_ini.c). */
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

/*
 * Adds the lines of a section as words: "name = value" and "name" become "--name=value" and
 * "--name", or for a name of one letter "-x" with the value joined to it.
 */
static bool
add_section(struct words *w, struct span text, struct span section)
{
	struct ini ini = { .rest = text };
	struct ini_line line;
	size_t before = w->n;
	bool inside = false, ok = true;

	while (ok && ini_next(&ini, &line)) {
		bool letter = line.name.len <= 1;
		struct span word = arena_printf(w->arena, "%s%.*s%s%.*s", letter ? "-" : "--",
		    SPAN_ARG(line.name), line.value.len && !letter ? "=" : "",
		    SPAN_ARG(line.value));
		if (line.kind == INI_SECTION)
			inside = span_eq(line.name, section);
		else if (inside)
			ok = add_word(w, arena_string(w->arena, word));
	}
	return ok &&
	    (w->n > before ||
		err_set(w->err, ERR_USAGE, "--extra-opts: section [%.*s] not found",
		    SPAN_ARG(span_first(section, 60))));
}

/* [SECTION][@FILE]; the default section is check_smtp, and "-" is standard input. */
static bool
add_extra(struct words *w, const char *where)
{
	struct span file = span_of(where), section = span_until(&file, '@');
	const char *path = file.len ? file.at : standard_file(w->arena);
	struct span text;
	struct err why;

	if (!path)
		return err_set(w->err, ERR_USAGE, "--extra-opts: no readable plugins.ini: %s",
		    strerror(errno));
	if (!file_read(path, FILE_PIPE, FILE_MOST, w->arena, &text, &why))
		return err_set(w->err, ERR_USAGE, "--extra-opts: %s", why.text);
	return add_section(w, text, section.len ? section : SPAN("check_smtp"));
}

/* Returns the value of an --extra-opts: after "=", or the next word if that is not an option. */
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

/*
 * Returns the words without each --extra-opts=[SECTION][@FILE]; the options that these stand for
 * come first. The list ends with NULL. It and the added words are allocated in the arena; the
 * others are those of argv.
 */
static char **
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
			ok = add_word(&w, argv[i]);
	*argc = (int)w.n;
	return ok ? w.at : NULL;
}

/* ---- the options */

typedef bool set_fn(struct check_smtp *, char *value, struct err *);

/*
 * FLAG counts, TEXT stores the value, CALL calls a function, and LISTED is only for
 * check_smtp_option. `newer`: added in 3.0, so it must not make a name ambiguous that is a valid
 * abbreviation in 2.3.3.
 */
struct row {
	const char *name;
	char letter;
	enum { FLAG, TEXT, CALL, LISTED } kind;
	size_t at;
	set_fn *call;
	bool newer;
};

static bool
read_number(
    const char *option, const char *text, unsigned long long most, unsigned *out, struct err *err)
{
	struct span digits = span_trim(span_of(text));
	unsigned long long n;

	if (!span_number(digits, most, &n))
		return err_set(
		    err, ERR_USAGE, "%s %.40s: expected a number up to %llu", option, text, most);
	*out = (unsigned)n;
	return true;
}

static bool
set_port(struct check_smtp *c, char *value, struct err *err)
{
	return read_number("-p", value, 65535, &c->port, err) &&
	    (c->port > 0 || err_set(err, ERR_USAGE, "-p 0: expected a port from 1 to 65535"));
}

/* For the plugin 0 means no limit; here the limit is a day. */
static bool
set_seconds(struct check_smtp *c, char *value, struct err *err)
{
	if (!read_number("-t", value, INT_MAX, &c->seconds, err))
		return false;
	if (c->seconds == 0 || c->seconds > 86400)
		c->seconds = 86400;
	return true;
}

static bool
set_range(struct check_smtp *c, struct range *range, const char *text, struct err *err)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end != text && !*end && isfinite(seconds) && seconds >= 0 && strpbrk(text, "eExX \t"))
		text = arena_printf(&c->arena, "%.9f", seconds).at;
	return range_parse(range, span_of(text), &c->arena, err);
}

static bool
set_warn(struct check_smtp *c, char *value, struct err *err)
{
	return set_range(c, &c->warn, value, err);
}

static bool
set_crit(struct check_smtp *c, char *value, struct err *err)
{
	return set_range(c, &c->crit, value, err);
}

static bool
set_days(struct check_smtp *c, char *value, struct err *err)
{
	const char *crit = strchr(value, ',');
	const char *warn = arena_string(
	    &c->arena, span_first(span_of(value), crit ? (size_t)(crit - value) : SIZE_MAX));
	const char *critical = crit ? crit + 1 : "";

	c->days = true;
	return read_number("-D", *warn ? warn : "0", 100000, &c->warn_days, err) &&
	    read_number("-D", *critical ? critical : "0", 100000, &c->crit_days, err);
}

static bool
add_command(struct check_smtp *c, char *value, struct err *err)
{
	if (c->ncommands == CHECK_COMMANDS_MAX)
		return err_set(err, ERR_USAGE, "more than %d commands", CHECK_COMMANDS_MAX);
	c->command[c->ncommands++] = value;
	return true;
}

static bool
add_response(struct check_smtp *c, char *value, struct err *err)
{
	struct err why;

	if (c->nresponses == CHECK_COMMANDS_MAX)
		return err_set(err, ERR_USAGE, "more than %d responses", CHECK_COMMANDS_MAX);
	c->response[c->nresponses] = ere_new(span_of(value), ERE_LINES, &c->arena, &why);
	return c->response[c->nresponses++] ||
	    err_set(err, ERR_USAGE, "-R %.100s: %s", value, why.text);
}

/* Leading "<" are removed, and everything from ">" on. */
static bool
set_from(struct check_smtp *c, char *value, struct err *err)
{
	value += strspn(value, "<");
	c->from = arena_string(&c->arena, span_first(span_of(value), strcspn(value, ">")));
	for (const char *at = c->from; *at; at++)
		if ((unsigned char)*at <= ' ' || *at == '<' || *at == 0x7F)
			return err_set(
			    err, ERR_USAGE, "-f: invalid address: it contains spaces or control "
			        "characters");
	return true;
}

/* Copies the password and masks it in argv: ps shows the arguments of a program while it runs. */
static bool
set_password(struct check_smtp *c, char *value, struct err *err)
{
	(void)err;
	secret_set(&c->password, span_of(value));
	memset(value, '*', strlen(value));
	return true;
}

#define FLAG_ROW(name, letter, member)                                               \
	{                                                                            \
		name, letter, FLAG, offsetof(struct check_smtp, member), NULL, false \
	}
#define TEXT_ROW(name, letter, member)                                               \
	{                                                                            \
		name, letter, TEXT, offsetof(struct check_smtp, member), NULL, false \
	}
#define CALL_ROW(name, letter, fn)		{ name, letter, CALL, 0, fn, false }
#define NEWER_ROW(name, letter, kind, member)                                       \
	{                                                                           \
		name, letter, kind, offsetof(struct check_smtp, member), NULL, true \
	}

static const struct row rows[] = {
	TEXT_ROW("--hostname", 'H', host),
	CALL_ROW("--port", 'p', set_port),
	FLAG_ROW("--use-ipv4", '4', ipv4),
	FLAG_ROW("--use-ipv6", '6', ipv6),
	TEXT_ROW("--expect", 'e', expect),
	CALL_ROW("--command", 'C', add_command),
	CALL_ROW("--response", 'R', add_response),
	CALL_ROW("--from", 'f', set_from),
	TEXT_ROW("--fqdn", 'F', fqdn),
	CALL_ROW("--certificate", 'D', set_days),
	FLAG_ROW("--starttls", 'S', starttls),
	NEWER_ROW("--ssl", 's', FLAG, tls),
	NEWER_ROW("--tls", 's', FLAG, tls),
	NEWER_ROW("--sni", 0, FLAG, sni),
	NEWER_ROW("--proxy", 'r', FLAG, proxy),
	NEWER_ROW("--ignore-certificate-expiration", 0, FLAG, ignore_expiry),
	NEWER_ROW("--output-format", 0, TEXT, format),
	TEXT_ROW("--authtype", 'A', auth),
	TEXT_ROW("--authuser", 'U', user),
	CALL_ROW("--authpass", 'P', set_password),
	FLAG_ROW("--lmtp", 'L', lmtp),
	FLAG_ROW("--ignore-quit-failure", 'q', ignore_quit),
	CALL_ROW("--warning", 'w', set_warn),
	CALL_ROW("--critical", 'c', set_crit),
	CALL_ROW("--timeout", 't', set_seconds),
	FLAG_ROW("--verbose", 'v', verbose),
	FLAG_ROW("--help", 'h', help),
	FLAG_ROW("--version", 'V', version),
	{ "--extra-opts", 0, LISTED, 0, NULL, true },	/* expanded by check_smtp_words */
};

enum { ROWS = sizeof rows / sizeof *rows };

static const struct row *
find_letter(char letter)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

/*
 * Returns the option whose name begins with this: among those of 2.3.3, or with `newer` among all.
 * NULL: there is none or, with *several set, more than one.
 */
static const struct row *
find_short_name(struct span name, bool newer, bool *several)
{
	const struct row *found = NULL;

	*several = false;
	for (size_t i = 0; i < ROWS; i++) {
		if (rows[i].newer > newer || rows[i].kind == LISTED ||
		    !span_starts(span_of(rows[i].name + 2), name))
			continue;
		*several |= found && (found->at != rows[i].at || found->call != rows[i].call);
		found = &rows[i];
	}
	return *several ? NULL : found;
}

static const struct row *
find_name(struct span name, struct err *err)
{
	bool several = false;
	const struct row *found = NULL;

	for (size_t i = 0; !found && i < ROWS; i++)
		if (rows[i].kind != LISTED && span_eq(name, span_of(rows[i].name + 2)))
			found = &rows[i];
	if (!found && name.len > 0)
		found = find_short_name(name, false, &several);
	if (!found && name.len > 0 && !several)
		found = find_short_name(name, true, &several);
	if (!found)
		err_set(err, ERR_USAGE,
		    several ? "--%.*s: ambiguous option; --help lists the options" :
			      "--%.*s: unknown option; --help lists the options",
		    SPAN_ARG(span_first(name, 60)));
	return found;
}

static bool
set_option(struct check_smtp *c, const struct row *row, char *value, struct err *err)
{
	char *member = (char *)c + row->at;

	if (row->kind == CALL)
		return row->call(c, value, err);
	if (row->kind == FLAG)
		++*(unsigned *)(void *)member;
	else
		*(const char **)(void *)member = value;
	return true;
}

/* The value is the rest of the word, or the next word. */
static bool
set_with_next(struct check_smtp *c, const struct row *row, char *rest, char **next, int *took,
    struct err *err)
{
	if (!rest && !next[0])
		return err_set(err, ERR_USAGE, "%s requires a value", row->name);
	*took = !rest;
	return set_option(c, row, rest ? rest : next[0], err);
}

static bool
read_long_option(struct check_smtp *c, char *word, char **next, int *took, struct err *err)
{
	char *equals = strchr(word, '=');
	const struct row *row = find_name(
	    span_first(span_of(word + 2), equals ? (size_t)(equals - word - 2) : SIZE_MAX), err);

	if (!row)
		return false;
	if (row->kind != FLAG)
		return set_with_next(c, row, equals ? equals + 1 : NULL, next, took, err);
	return equals ? err_set(err, ERR_USAGE, "%s takes no value", row->name) :
			set_option(c, row, NULL, err);
}

/* "-S", "-Sv", "-p25", "-Svp" and "25". */
static bool
read_letters(struct check_smtp *c, char *word, char **next, int *took, struct err *err)
{
	for (char *at = word + 1; *at; at++) {
		const struct row *row = find_letter(*at);
		if (!row)
			return err_set(err, ERR_USAGE,
			    "-%c: unknown option; --help lists the options",
			    *at < ' ' ? '?' : *at);
		if (row->kind != FLAG)
			return set_with_next(c, row, at[1] ? at + 1 : NULL, next, took, err);
		set_option(c, row, NULL, err);
	}
	return true;
}

static bool
read_option_word(struct check_smtp *c, char *word, char **next, int *took, struct err *err)
{
	bool old = strcmp(word, "-to") == 0 || strcmp(word, "-wt") == 0 || strcmp(word, "-ct") == 0;
	const struct row *row = old ? find_letter(word[1]) : NULL;

	if (row)
		return set_with_next(c, row, NULL, next, took, err);
	return word[1] == '-' ? read_long_option(c, word, next, took, err) :
				read_letters(c, word, next, took, err);
}

bool
check_smtp_read(struct check_smtp *c, int argc, char *argv[], struct err *err)
{
	char **word = check_smtp_words(&argc, argv, &c->arena, err);
	const char *bare = NULL;
	bool ok = word != NULL, options = true;
	int took = 0;

	for (int i = 0; ok && word[i]; i += 1 + took) {
		took = 0;
		if (options && strcmp(word[i], "--") == 0)
			options = false;
		else if (options && word[i][0] == '-' && word[i][1])
			ok = read_option_word(c, word[i], word + i + 1, &took, err);
		else if (!bare)
			bare = word[i];
	}
	if (!c->host)
		c->host = bare ? bare : "127.0.0.1";		/* as in the plugin */
	return ok;
}

void
check_smtp_release(struct check_smtp *c)
{
	secret_release(&c->password);
	arena_wipe(&c->arena);
}

const char *
check_smtp_option(size_t i)
{
	return i < ROWS ? rows[i].name : NULL;
}
