/*
 * smtpsh check_smtp - the options, output and exit states of the plugin check_smtp on top of our
 * probe, for existing Nagios and Icinga setups; also when the program is called by that name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ui/cmd/check_smtp.h"
#include "ui/cmd/commands.h"
#include "ui/options/options.h"
#include "ui/options/probe_spec.h"
#include "ui/report/report.h"
#include "ui/show/screen.h"
#include "ui/show/standard.h"
#include "ui/show/version.h"

struct check {
	struct check_smtp given;
	struct options o;
	struct target target;
	struct report *report;
	struct screen screen;		/* of the transcript, shown after the plugin's line */
	char *text;
	size_t len;
	FILE *transcript;		/* NULL: not wanted */
};

static void
check_usage(void)
{
	puts("usage: smtpsh check_smtp -H host [-p port] [-4|-6] [-e expect] [-C command]\n"
	     "    [-R response] [-f from] [-F fqdn] [-S|-s] [--sni] [-D warn[,crit]]\n"
	     "    [-A type -U user -P password] [-L] [-r] [-q] [-w range] [-c range]\n"
	     "    [-t seconds] [-v] [--extra-opts=[section][@file]]\n\n"
	     "The options, output and exit states of the monitoring plugin check_smtp (0 OK,\n"
	     "1 WARNING, 2 CRITICAL, 3 UNKNOWN), without its bugs.\n\n"
	     "  -H host or socket path      -p port (default: 25; 465 with -s)\n"
	     "  -e text of the banner (220) -C command, -R ERE for its reply; repeatable\n"
	     "  -f address for MAIL FROM    -F host name for HELO\n"
	     "  -S STARTTLS                 -s implicit TLS     --sni send SNI\n"
	     "  -D days until the certificate expires           -r send a PROXY line first\n"
	     "  -A LOGIN, PLAIN and more    -U user   -P password, or $PASSWORD\n"
	     "  -q ignore failures of QUIT  -L LMTP   -w, -c seconds, or ranges\n"
	     "  -t timeout in seconds (10)  -v show the dialogue too");
}

/* ---- thresholds and states */

/* WARNING with `warn` whole days left or fewer; CRITICAL with the smaller of both limits. */
static bool
check_set_days(struct check *c, struct err *err)
{
	struct judge_opts *j = &c->o.probe.judge;
	unsigned warn = c->given.warn_days,
		 crit = c->given.crit_days < warn ? c->given.crit_days : warn;

	return range_parse(&j->warn[METRIC_CERT_DAYS], arena_printf(&c->o.arena, "%u:", warn + 1),
		   &c->o.arena, err) &&
	    range_parse(&j->crit[METRIC_CERT_DAYS], arena_printf(&c->o.arena, "%u:", crit + 1),
		&c->o.arena, err);
}

/* The text may be anywhere in the banner: it becomes an ERE with special characters escaped. */
static bool
set_expect(struct check *c, struct err *err)
{
	const char *text = c->given.expect;
	struct buf ere = { .max = 4 * strlen(text) + 1 };

	for (const char *at = text; *at; at++)
		buf_printf(&ere, strchr(".[]*^$+?(){}|\\", *at) ? "\\%c" : "%c", *at);
	struct err why;
	c->o.probe.judge.banner = ere_new(buf_span(&ere), 0, &c->o.arena, &why);
	buf_release(&ere);
	return c->o.probe.judge.banner ||
	    err_set(err, ERR_USAGE, "-e %.60s: invalid text: %s", text, why.text);
}

/*
 * The states of check_smtp where they differ from the probe's: silence or an unexpected reply is
 * only a WARNING, a failed AUTH is CRITICAL.
 */
static void
set_states(struct check *c)
{
	static const struct state_rule rules[] = {
		{ PHASE_BANNER, REASON_EOF, STATE_WARNING },
		{ PHASE_BANNER, REASON_RESET, STATE_WARNING },
		{ PHASE_BANNER, REASON_MALFORMED, STATE_WARNING },
		{ PHASE_BANNER, REASON_UNEXPECTED, STATE_WARNING },
		{ PHASE_EHLO, REASON_EOF, STATE_WARNING },
		{ PHASE_EHLO, REASON_RESET, STATE_WARNING },
		{ PHASE_STARTTLS, REASON_TLS_NOT_OFFERED, STATE_WARNING },
		{ PHASE_AUTH, REASON_EOF, STATE_WARNING },
		{ PHASE_AUTH, REASON_RESET, STATE_WARNING },
		{ PHASE_AUTH, REASON_AUTH, STATE_CRITICAL },
		{ PHASE_AUTH, REASON_REPLY, STATE_CRITICAL },
		{ PHASE_AUTH, REASON_RATE_LIMITED, STATE_CRITICAL },
		{ PHASE_RCPT, REASON_EOF, STATE_WARNING },
		{ PHASE_RCPT, REASON_RESET, STATE_WARNING },
	};
	struct judge_opts *j = &c->o.probe.judge;

	memcpy(j->rule, rules, sizeof rules);
	j->nrules = sizeof rules / sizeof *rules;
	/* commands beyond the last -R accept any reply */
	j->expect_reply = c->given.response;
	j->nexpect_replies = c->given.nresponses;
	j->expect_state = STATE_WARNING;
	j->no_cert_days = j->days_of_leaf = true;
	j->as_received = true;
	j->verify = VERIFY_OFF;
	j->warn[METRIC_TOTAL] = c->given.warn;
	j->crit[METRIC_TOTAL] = c->given.crit;
}

/* ---- the target and the session */

/*
 * Accepts a name, an address, or the absolute path of a socket. No other target is accepted,
 * because it could be a command.
 */
static bool
set_target(struct check *c, struct err *err)
{
	const struct check_smtp *s = &c->given;
	struct span host = span_of(s->host), bare = host;
	unsigned port = s->port ? s->port : s->tls ? 465 : 25;
	struct addr literal;

	if (host.len > 0 && host.at[0] == '/')
		return target_parse(&c->target, arena_printf(&c->o.arena, "unix:%s", s->host),
		    SPAN_NONE, 0, &c->o.arena, err);
	if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
		bare = span_first(span_skip(host, 1), host.len - 2);
	bool is_literal = addr_parse(&literal, bare, port);
	if (host.len == 0 || (!is_literal && strpbrk(s->host, ":/@[] \t")))
		return err_set(err, ERR_USAGE,
		    "-H %.100s: expected a host name, an address, or the absolute path of a socket",
		    s->host);
	if (is_literal && c->o.session.route.family &&
	    addr_family(&literal) != c->o.session.route.family)
		return err_set(err, ERR_USAGE, "-H %.100s: not an IPv%d address", s->host,
		    c->o.session.route.family);
	return target_parse(&c->target, host, SPAN_NONE, port, &c->o.arena, err);
}

static bool
check_prepare(struct check *c, struct err *err)
{
	const struct check_smtp *s = &c->given;
	struct options *o = &c->o;
	struct probe_settings *p = &o->probe;
	struct credentials *auth = &o->session.auth;
	const char *own = getenv("PASSWORD");	/* safer than on the command line */
	bool starttls = s->starttls || (s->days && !s->tls);

	if (s->tls && s->starttls)
		return err_set(err, ERR_USAGE, "use either -s or -S");
	o->look.verbose = (int)s->verbose;
	o->look.color = WHEN_NEVER;
	o->session.route.family = s->ipv6 ? 6 : s->ipv4 ? 4 : 0;
	o->session.tls = s->tls ? TARGET_TLS_IMPLICIT :
	    starttls		? TARGET_TLS_STARTTLS :
				  TARGET_TLS_OFF;
	o->session.lmtp = s->lmtp > 0;
	o->session.helo = s->fqdn;
	p->probe.from = s->from;
	p->probe.lines = s->ncommands ? s->command : NULL;
	p->probe.helo = !starttls && !s->auth && !s->lmtp;
	p->probe.proxy = s->proxy ? "PROXY TCP4 0.0.0.0 0.0.0.0 25 25\r\n" : NULL;
	p->probe.total_ms = s->seconds ? s->seconds * 1000ull : 10000;
	p->fleet.addresses = ADDRESSES_FIRST;
	/* One time limit for everything, as in the plugin: no phase has a shorter one. */
	uint64_t all = p->probe.total_ms;
	o->session.timeouts = (struct timeouts){ all, all, all, all, all, all,
		timeouts_probe.quit };
	set_states(c);
	if (s->auth) {
		auth->wanted = true;
		auth->mech = s->auth;
		auth->user = s->user;
		auth->insecure = true;	/* as in check_smtp: in cleartext if told to */
	}
	if (s->auth && (s->password.at || own))
		secret_set(&auth->password,
		    s->password.at ? secret_span(&s->password) : span_of(own));
	return (!s->days || s->ignore_expiry || check_set_days(c, err)) &&
	    (!s->expect || set_expect(c, err)) && set_target(c, err) && probe_spec_prepare(o, err);
}

/* ---- a run */

static void
check_on_report(void *ctx, const struct fleet_report *one)
{
	report_one(((struct check *)ctx)->report, one);
}

static void
check_on_event(void *ctx, const struct event *e)
{
	show_event(&((struct check *)ctx)->screen, e);
}

static int
check_run(struct check *c, struct err *err)
{
	struct session_env env = { .loop = loop_new(), .tls = c->o.tls, .dns = c->o.dns };
	struct fleet_spec spec = probe_spec(&c->o);
	struct fleet_opts opts = c->o.probe.fleet;

	c->report = report_to(&report_nagios, stdout,
	    &(struct report_opts){ .plugin = true, .judge = &c->o.probe.judge });
	opts.watch = c->given.verbose > 0;
	if (opts.watch) {
		c->transcript = memory_file(&c->text, &c->len);
		screen_init(&c->screen, c->transcript, &c->o.look);
	}
	struct fleet *fleet = fleet_new(&env, &opts,
	    &(struct fleet_fns){ .report = check_on_report, .watch = check_on_event, .ctx = c });
	fleet_add(fleet, &c->target, &spec, NULL);
	fleet_end(fleet);
	while (!fleet_done(fleet))
		standard_turn(env.loop, true);
	struct fleet_summary sum = fleet_summary(fleet);
	fleet_free(fleet);
	bool ok = report_end(c->report, &sum, err);
	if (c->transcript) {
		fclose(c->transcript);
		for (size_t i = 0; i < c->len; i++)	/* a "|" begins performance data */
			putchar(c->text[i] == '|' ? '/' : c->text[i]);
		screen_release(&c->screen);
		free(c->text);
	}
	session_env_release(&env);
	loop_free(env.loop);
	return ok ? (int)sum.worst : STATE_UNKNOWN;
}

static int
check_smtp_main(const struct program *of, int argc, char *argv[])
{
	struct check *c = memory_zeroed(sizeof *c);
	struct err err = { 0 };
	int status = STATE_UNKNOWN;

	(void)of;
	if (argc == 0)
		err_set(&err, ERR_USAGE, "no host: use -H HOST; --help lists the options");
	else if (check_smtp_read(&c->given, argc, argv, &err) && c->given.help)
		check_usage();
	else if (err.kind == ERR_NONE && c->given.version)
		version_print(stdout);
	else if (err.kind == ERR_NONE && check_prepare(c, &err))
		status = check_run(c, &err);
	if (err.kind != ERR_NONE)
		printf("SMTP UNKNOWN - %s\n", err.text);
	options_release(&c->o);
	check_smtp_release(&c->given);
	free(c);
	return status;
}

const struct command command_check_smtp = {
	.name = "check_smtp",
	.group = FOR_MONITORING,
	.args = "-H HOST [OPTION...]",
	.help = "Run as the monitoring plugin check_smtp: its options, output and states",
	.main = check_smtp_main,
	.word = check_smtp_option,
	.lost = 3, /* UNKNOWN */
};
