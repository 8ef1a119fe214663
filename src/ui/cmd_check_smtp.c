/*
 * smtpsh check_smtp - check_smtp's options, output and exit states over our probe, for set-ups of Nagios and Icinga that
 * exist; also when the program is called by that name.
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "ui/options.h"
#include "ui/probe_run.h"
#include "ui/probe_spec.h"
#include "ui/version.h"

enum { COMMANDS_MAX = 32 };
enum { OPT_SNI = 256, OPT_IGNORE_EXPIRY, OPT_OUTPUT_FORMAT, OPT_EXTRA };

struct check_smtp {
	struct options o;
	const char *host, *expect, *command[COMMANDS_MAX + 1], *auth, *password;
	unsigned ncommands, port;
	size_t nresponses;
	regex_t response[COMMANDS_MAX];
	bool tls, starttls, sni, ignore_quit, proxy, ignore_expiry, lmtp, help, version;
	struct range warn, crit;
	const char *days;
};

static const struct option_long { const char *name; bool arg; int value; } longs[] = {
	{ "--hostname", true, 'H' }, { "--port", true, 'p' }, { "--use-ipv4", false, '4' }, { "--use-ipv6", false, '6' },
	{ "--expect", true, 'e' }, { "--command", true, 'C' }, { "--response", true, 'R' }, { "--from", true, 'f' }, { "--fqdn", true, 'F' },
	{ "--certificate", true, 'D' }, { "--starttls", false, 'S' }, { "--ssl", false, 's' }, { "--tls", false, 's' },
	{ "--sni", false, OPT_SNI }, { "--proxy", false, 'r' }, { "--ignore-certificate-expiration", false, OPT_IGNORE_EXPIRY },
	{ "--output-format", true, OPT_OUTPUT_FORMAT }, { "--authtype", true, 'A' }, { "--authuser", true, 'U' },
	{ "--authpass", true, 'P' }, { "--lmtp", false, 'L' }, { "--ignore-quit-failure", false, 'q' }, { "--warning", true, 'w' },
	{ "--critical", true, 'c' }, { "--timeout", true, 't' }, { "--verbose", false, 'v' }, { "--help", false, 'h' },
	{ "--version", false, 'V' }, { "--extra-opts", true, OPT_EXTRA },
};

static void
usage(void)
{
	puts("usage: smtpsh check_smtp -H host [-p port] [-4|-6] [-e expect] [-C command] [-R response]\n"
	    "    [-f from] [-F fqdn] [-S|-s] [--sni] [-D warn[,crit]] [-A type -U user -P password]\n"
	    "    [-L] [-r] [-q] [-w range] [-c range] [-t seconds] [-v] [--extra-opts=[section][@file]]\n\n"
	    "check_smtp's options, output and exit states (0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN), less its bugs.\n\n"
	    "  -H host or socket path     -p port (25; 465 with -s)   -e text in the banner (220)\n"
	    "  -C, -R  a command, and an ERE for its reply; may be repeated\n"
	    "  -f MAIL FROM               -F name said in HELO        -S STARTTLS   -s TLS at once\n"
	    "  -D days of the certificate --sni the name in TLS       -r PROXY line first\n"
	    "  -A LOGIN, PLAIN and more   -P password, or PASSWORD in the environment\n"
	    "  -q no word about QUIT      -L LMTP                     -w -c seconds, or ranges   -t 10");
}

static bool
add_response(struct check_smtp *c, const char *text, struct err *err)
{
	char why[100];

	if (c->nresponses == COMMANDS_MAX)
		return err_set(err, ERR_USAGE, "more than %d responses", COMMANDS_MAX);
	int bad = regcomp(&c->response[c->nresponses], text, REG_EXTENDED | REG_NOSUB);
	if (bad != 0) {
		regerror(bad, &c->response[c->nresponses], why, sizeof why);
		return err_set(err, ERR_USAGE, "-R %.100s: %s", text, why);
	}
	c->nresponses++;
	return true;
}

static bool
set_number(const char *option, const char *text, unsigned most, unsigned *out, struct err *err)
{
	unsigned long long n;

	if (!span_number(span_of(text), most, &n) || n == 0)
		return err_set(err, ERR_USAGE, "%s %.40s: want a number from 1 to %u", option, text, most);
	*out = (unsigned)n;
	return true;
}

static bool set(struct check_smtp *c, int option, const char *v, struct err *err);

static bool
set_flag(struct check_smtp *c, int option)
{
	switch (option) {
	case '4': c->o.session.route.family = 4; return true;
	case '6': c->o.session.route.family = 6; return true;
	case 'S': c->starttls = true; return true;
	case 's': c->tls = true; return true;
	case 'r': c->proxy = true; return true;
	case 'L': c->lmtp = true; return true;
	case 'q': c->ignore_quit = true; return true;
	case 'v': c->o.verbose++; return true;
	case 'h': c->help = true; return true;
	case 'V': c->version = true; return true;
	case OPT_SNI: c->sni = true; return true;
	case OPT_IGNORE_EXPIRY: c->ignore_expiry = true; return true;
	default: return false;
	}
}

static const struct option_long *
find_long(struct span name)
{
	for (size_t i = 0; i < sizeof longs / sizeof *longs; i++)
		if (span_eq(name, span_of(longs[i].name + 2)))
			return &longs[i];
	return NULL;
}

static const struct option_long *
find_short(char letter)
{
	for (size_t i = 0; i < sizeof longs / sizeof *longs; i++)
		if (longs[i].value == letter)
			return &longs[i];
	return NULL;
}

/* One line of the section: "name = value", or "name" alone. */
static bool
set_line(struct check_smtp *c, struct span line, struct err *err)
{
	struct span value = line, name = span_trim(span_until(&value, '='));
	const struct option_long *o = find_long(name);

	if (!o)
		for (size_t i = 0; name.len == 1 && !o && i < sizeof longs / sizeof *longs; i++)
			o = longs[i].value == name.at[0] ? &longs[i] : NULL;
	if (!o || o->value == OPT_EXTRA)
		return err_set(err, ERR_USAGE, "--extra-opts: there is no option \"%.*s\"", SPAN_ARG(span_first(name, 60)));
	return set(c, o->value, arena_string(&c->o.arena, span_trim(value)), err);
}

/* --extra-opts=[SECTION][@FILE]: options of an ini file of the plugins', the section check_smtp where none is said. */
static bool
read_ini(struct check_smtp *c, const char *where, struct err *err)
{
	static const char *const places[] = { "/etc/nagios/plugins.ini", "/etc/monitoring-plugins/monitoring-plugins.ini",
	    "/usr/local/etc/nagios/plugins.ini", "/etc/nagios-plugins.ini" };
	struct span file = span_of(where), section = span_until(&file, '@');
	const char *path = file.len ? file.at : NULL;
	char text[1024];
	bool inside = false, found = false, ok = true;
	FILE *in = path ? fopen(path, "re") : NULL;

	for (size_t i = 0; !path && !in && i < sizeof places / sizeof *places; i++)
		in = fopen(places[i], "re");
	if (!in)
		return err_set(err, ERR_USAGE, "--extra-opts: cannot read %s: %s", path ? path : "any plugins.ini", strerror(errno));
	while (ok && fgets(text, sizeof text, in)) {
		struct span line = span_trim(span_of(text));
		if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
			continue;
		if (line.at[0] == '[') {
			struct span name = span_skip(line, 1);
			name = span_until(&name, ']');
			inside = span_eq(name, section.len ? section : SPAN("check_smtp"));
			found |= inside;
		} else if (inside) {
			ok = set_line(c, line, err);
		}
	}
	fclose(in);
	return ok && (found || err_set(err, ERR_USAGE, "--extra-opts: there is no section [%.*s]",
	    SPAN_ARG(section.len ? section : SPAN("check_smtp"))));
}

static bool
set(struct check_smtp *c, int option, const char *v, struct err *err)
{
	unsigned seconds = 0;

	if (set_flag(c, option))
		return true;
	v = arena_string(&c->o.arena, span_of(v));
	switch (option) {
	case 'H': c->host = v; return true;
	case 'p': return set_number("-p", v, 65535, &c->port, err);
	case 'e': c->expect = v; return true;
	case 'f': c->o.probe.probe.from = v; return true;
	case 'F': c->o.session.helo = v; return true;
	case 'D': c->days = v; c->starttls |= !c->tls; return true;
	case 'A': c->auth = v; return true;
	case 'U': c->o.session.auth.user = v; return true;
	case 'P': c->password = v; return true;
	case 'R': return add_response(c, v, err);
	case 'w': return range_parse(&c->warn, span_of(v), &c->o.arena, err);
	case 'c': return range_parse(&c->crit, span_of(v), &c->o.arena, err);
	case OPT_OUTPUT_FORMAT: return true;	/* there is one */
	case OPT_EXTRA: return read_ini(c, v, err);
	case 't':
		if (!set_number("-t", v, 86400, &seconds, err))
			return false;
		c->o.probe.probe.total_ms = seconds * 1000ull;
		return true;
	case 'C':
		if (c->ncommands == COMMANDS_MAX)
			return err_set(err, ERR_USAGE, "more than %d commands", COMMANDS_MAX);
		c->command[c->ncommands++] = v;
		return true;
	default:
		return err_set(err, ERR_USAGE, "there is no such option; --help tells which there are");
	}
}

static bool
read_word(struct check_smtp *c, char *word, char *next, bool *took, struct err *err)
{
	struct span value = { word, strlen(word) }, name = span_until(&value, '=');
	bool is_long = word[1] == '-', joined = is_long && name.len < strlen(word);
	const struct option_long *o = is_long ? find_long(span_skip(name, 2)) : find_short(word[1]);

	*took = false;
	if (!o)
		return err_set(err, ERR_USAGE, "%.60s: there is no such option; --help tells which there are", word);
	if (!o->arg)
		return set(c, o->value, "", err) && (is_long || !word[2] || (word[1] = '-', memmove(word + 1, word + 2, strlen(word + 1)),
		    read_word(c, word, next, took, err)));
	if (joined)
		return set(c, o->value, value.at, err);
	if (!is_long && word[2])
		return set(c, o->value, word + 2, err);
	if (o->value == OPT_EXTRA)
		return set(c, o->value, "", err);
	*took = next != NULL;
	return next ? set(c, o->value, next, err) : err_set(err, ERR_USAGE, "%.60s wants a value", word);
}

static bool
read_options(struct check_smtp *c, int argc, char *argv[], struct err *err)
{
	bool took, ok = true;

	for (int i = 0; ok && i < argc; i++) {
		if (argv[i][0] != '-' || argv[i][1] == '\0') {
			c->host = argv[i];
			continue;
		}
		char *word = arena_string(&c->o.arena, span_of(argv[i]));
		ok = read_word(c, word, i + 1 < argc ? argv[i + 1] : NULL, &took, err);
		i += took;
	}
	return ok;
}

/* "30", "30,5": warn and critical when so many days or fewer are left. */
static bool
set_days(struct check_smtp *c, struct err *err)
{
	struct judge_opts *j = &c->o.probe.judge;
	struct span crit = span_of(c->days), warn = span_until(&crit, ',');

	if (!range_parse(&j->warn[METRIC_CERT_DAYS], arena_printf(&c->o.arena, "%.*s:", SPAN_ARG(warn)), &c->o.arena, err) ||
	    !range_parse(&j->crit[METRIC_CERT_DAYS], arena_printf(&c->o.arena, "%.*s:", SPAN_ARG(crit.len ? crit : SPAN("0"))),
		&c->o.arena, err))
		return err_set(err, ERR_USAGE, "-D %.40s: want days, or WARNING,CRITICAL days", c->days);
	return true;
}

/* A text of the banner, found anywhere in it: as an ERE whose every octet stands for itself. */
static bool
set_expect(struct check_smtp *c, struct err *err)
{
	const char *text = c->expect ? c->expect : "220";
	struct buf ere = { .max = 4 * strlen(text) + 1 };

	for (const char *at = text; *at; at++)
		buf_printf(&ere, strchr(".[]*^$+?(){}|\\", *at) ? "\\%c" : "%c", *at);
	bool ok = regcomp(&c->o.probe.banner, arena_string(&c->o.arena, buf_span(&ere)), REG_EXTENDED | REG_NOSUB) == 0;
	buf_release(&ere);
	if (!ok)
		return err_set(err, ERR_USAGE, "-e %.60s cannot be looked for", text);
	c->o.probe.judge.banner = &c->o.probe.banner;
	return true;
}

/* The password stands in the arguments, where check_smtp wants it; in the environment it is safer. */
static void
set_auth(struct check_smtp *c)
{
	const char *password = c->password ? c->password : getenv("PASSWORD");

	if (!c->auth)
		return;
	c->o.session.auth.wanted = true;
	c->o.session.auth.mech = c->auth;
	c->o.session.auth.insecure = true;		/* as check_smtp does: in the clear when it is told so */
	if (password)
		secret_set(&c->o.session.auth.password, span_of(password));
}

/* check_smtp's own states, where they are not the probe's. */
static void
set_states(struct check_smtp *c)
{
	static const struct state_rule rules[] = {
		{ PHASE_STARTTLS, REASON_TLS_NOT_OFFERED, STATE_WARNING },
		{ PHASE_BANNER, REASON_EOF, STATE_WARNING },
	};
	struct judge_opts *j = &c->o.probe.judge;

	memcpy(j->rule, rules, sizeof rules);
	j->nrules = sizeof rules / sizeof *rules;
	j->said = c->response;
	j->nsaid = c->nresponses;
	j->said_state = STATE_WARNING;
	j->no_cert_days = true;
	j->verify = JUDGE_VERIFY_OFF;
	j->warn[METRIC_TOTAL] = c->warn;
	j->crit[METRIC_TOTAL] = c->crit;
}

static bool
prepare(struct check_smtp *c, struct err *err)
{
	struct options *o = &c->o;
	struct probe_settings *p = &o->probe;

	if (!c->host)
		return err_set(err, ERR_USAGE, "check_smtp wants -H HOST; --help tells more");
	o->session.tls = c->tls ? TARGET_TLS_IMPLICIT : c->starttls ? TARGET_TLS_STARTTLS : TARGET_TLS_OFF;
	o->session.lmtp = c->lmtp;
	p->probe.helo = !c->starttls && !c->auth && !c->lmtp;
	p->probe.proxy = c->proxy ? "PROXY TCP4 0.0.0.0 0.0.0.0 25 25\r\n" : NULL;
	p->probe.say = c->ncommands ? c->command : NULL;
	p->fleet.addresses = ADDRESSES_FIRST;
	if (p->probe.total_ms == 0)
		p->probe.total_ms = 10000;
	/* One time for all, as there: no phase ends earlier. */
	uint64_t all = p->probe.total_ms;
	o->session.timeouts = (struct timeouts){ all, all, all, all, all, all, timeouts_probe.quit };
	p->format[p->nformats++] = "nagios";
	set_states(c);
	set_auth(c);
	const char *host = c->host[0] == '/' ? arena_printf(&o->arena, "unix:%s", c->host).at : c->host;
	o->port = c->host[0] == '/' ? 0 : c->port ? c->port : c->tls ? 465 : 25;
	o->arg = ARENA_ARRAY(&o->arena, const char *, 2);
	o->arg[o->nargs++] = host;
	return (!c->days || set_days(c, err)) && set_expect(c, err) && probe_spec_prepare(o, err);
}

static int
run(struct check_smtp *c, struct err *err)
{
	struct session_env env = { .loop = loop_new(), .tls = c->o.tls, .dns = c->o.dns };
	struct probe_end end;
	int stop = 0;
	bool ok = probe_run(&env, &c->o, &stop, &end, err);

	session_env_release(&env);
	loop_free(env.loop);
	return ok ? (int)end.sum.worst : STATE_UNKNOWN;
}

static int
run_check_smtp(int argc, char *argv[])
{
	struct check_smtp *c = memory_zeroed(sizeof *c);
	struct err err = { 0 };
	int status = STATE_UNKNOWN;

	if (read_options(c, argc, argv, &err) && c->help)
		usage();
	else if (err.kind == ERR_NONE && c->version)
		version_print(stdout);
	else if (err.kind == ERR_NONE && prepare(c, &err))
		status = run(c, &err);
	if (err.kind != ERR_NONE)
		printf("SMTP UNKNOWN - %s\n", err.text);
	for (size_t i = 0; i < c->nresponses; i++)
		regfree(&c->response[i]);
	if (c->o.probe.judge.banner)
		regfree(&c->o.probe.banner);
	options_release(&c->o);
	free(c);
	return status;
}

static const char *
long_option(size_t i)
{
	return i < sizeof longs / sizeof *longs ? longs[i].name : NULL;
}

const struct command command_check_smtp = {
	.name = "check_smtp",
	.args = "-H HOST [OPTION...]",
	.help = "check_smtp's options, output and states, for Nagios and Icinga",
	.run = run_check_smtp,
	.word = long_option,
	.lost = 3,		/* UNKNOWN */
};
