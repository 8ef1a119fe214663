/*
 * smtpsh probe - judges the health of a host, of every MX and address of a domain, or of a fleet.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/port.h"
#include "run/serve/serve.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/dry_run.h"
#include "ui/cmd/ending.h"
#include "ui/cmd/env.h"
#include "ui/cmd/probe_run.h"
#include "ui/options/options.h"
#include "ui/options/probe_spec.h"
#include "ui/show/standard.h"

/* ---- status for a service manager, one datagram each (sd_notify) */

/* "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=..."; does nothing without a service manager. */
static void
notify_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (!path || !path[0] || strlen(path) >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, strlen(path));
	if (path[0] == '@')
		to.sun_path[0] = '\0'; /* an abstract name */
	int fd = port_socket(AF_UNIX, SOCK_DGRAM, 0, false);
	if (fd < 0)
		return;
	(void)!sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}

/* A round may take longer than the watchdog's timeout, so a timer tells it that the loop runs. */
struct watchdog { struct loop_timer *timer; uint64_t ms; };

static void
on_watchdog(void *ctx, unsigned ready)
{
	struct watchdog *w = ctx;

	(void)ready;
	notify_manager("WATCHDOG=1");
	loop_timer_set(w->timer, w->ms);
}

static void
watchdog_begin(struct watchdog *w, struct loop *loop)
{
	const char *given = getenv("WATCHDOG_USEC");
	unsigned long long us;

	notify_manager("READY=1\n"
	    "STATUS=first round in progress");
	if (!given || !span_number(span_of(given), ~0ull, &us) || us < 2000)
		return;
	w->ms = us / 2000;
	w->timer = loop_timer(loop, on_watchdog, w);
	loop_timer_set(w->timer, w->ms);
}

/* ---- rounds */

static void
on_wake(void *ctx, unsigned ready)
{
	(void)ready;
	*(bool *)ctx = true;
}

/* Prints when a round began, for a user at a terminal. */
static void
announce_round(const struct options *o)
{
	bool text = o->probe.report[0].format == REPORT_TEXT;
	time_t now = time(NULL);
	struct tm tm;
	char when[20];

	if (!o->probe.watch_ms || !text || o->probe.output || o->look.verbose < 0 ||
	    !isatty(STDOUT_FILENO) || !localtime_r(&now, &tm))
		return;
	strftime(when, sizeof when, "%F %T", &tm);
	printf("--- %s\n", when);
}

/*
 * Runs one round or, with --watch, one after the other until a signal arrives. Returns the state of
 * the last one.
 */
static int
run_rounds(struct session_env *env, struct options *o, struct ending *ending,
    struct probe_watch *watch, struct err *err)
{
	uint64_t ms = o->probe.watch_ms;
	struct fleet_summary sum;
	int status = STATE_UNKNOWN;
	char text[200];

	for (;;) {
		if (!watch)
			announce_round(o);
		if (!probe_run(env, o, ending, watch, &sum, err))
			return status;
		status = sum.worst == STATE_WARNING && o->probe.warn_ok ? STATE_OK : (int)sum.worst;
		if (!ms || ending->signo)
			return status;
		snprintf(text, sizeof text,
		    "WATCHDOG=1\nSTATUS=%zu target%s: %zu ok, %zu warning, %zu critical, "
		    "%zu unknown",
		    sum.targets, sum.targets == 1 ? "" : "s", sum.state[0], sum.state[1],
		    sum.state[2], sum.state[3]);
		notify_manager(text);
		/* a tenth more or less, so that many watchers do not probe together */
		bool over = false;
		struct loop_timer *timer = loop_timer(env->loop, on_wake, &over);
		uint64_t wait = ms - ms / 10 + (uint64_t)random() % (ms / 5 + 1);
		loop_timer_set(timer, wait);
		if (watch)
			probe_watch_wait(watch, wait);
		while (!ending->signo && !over)
			standard_turn(env->loop, true);
		loop_timer_free(timer);
		if (ending->signo)
			return status;
	}
}

static int
probe(struct options *o, struct err *err)
{
	struct session_env env;
	bool begun = env_begin(&env, o, err);
	int status = STATE_UNKNOWN;
	struct watchdog watchdog = { 0 };
	struct ending ending;

	ending_begin(&ending, env.loop);
	descriptors_raise();
	srandom((unsigned)loop_now_us());
	if (o->probe.watch_ms)
		watchdog_begin(&watchdog, env.loop);
	struct probe_watch *watch = begun ? probe_watch_new(env.loop, o) : NULL;
	if (begun)
		status = run_rounds(&env, o, &ending, watch, err);
	probe_watch_free(watch);
	if (o->probe.watch_ms)
		notify_manager("STOPPING=1");
	loop_timer_free(watchdog.timer);
	ending_end(&ending);
	env_end(&env, err);
	return err->kind == ERR_NONE ? ending_status(&ending, status) : STATE_UNKNOWN;
}

/* --watch reads the targets again in every round. */
static bool
can_run(const struct options *o, struct err *err)
{
	const struct probe_settings *p = &o->probe;

	if (o->nargs == 0 && !p->targets)
		return err_set(
		    err, ERR_USAGE, "no target: give a TARGET or --targets FILE; --help lists the "
		        "options");
	if (p->watch_ms && p->targets && strcmp(p->targets, "-") == 0)
		return err_set(err, ERR_USAGE,
		    "--watch reads the targets again in every round, and standard input can be "
		    "read only once; use --targets FILE");
	if (p->watch_ms && p->resume)
		return err_set(err, ERR_USAGE,
		    "--watch probes all targets in every round, --resume skips those done; use one "
		    "or the other");
	return true;
}

static int
run_probe(struct options *o, struct err *err)
{
	if (!can_run(o, err) || !probe_spec_prepare(o, err))
		return STATE_UNKNOWN;
	if (o->dry_run)
		return dry_run_probe(o, err) ? STATE_OK : STATE_UNKNOWN;
	return probe(o, err);
}

const struct command command_probe = {
	.name = "probe",
	.group = FOR_MONITORING,
	.args = "[OPTION...] TARGET...",
	.args_max = ARGS_ANY,
	.help = "Judge the health of a host, of every MX and address of a domain, or of a fleet",
	.scope = SCOPE_PROBE,
	.run = run_probe,
	.lost = 3, /* UNKNOWN */
	.example = { "probe mx1.example.org", "probe @example.org --format json",
	    "probe --targets FILE --watch 30s" },
	.config = CONFIG_NAMES,
};
