/* smtpsh exporter - a /probe endpoint for Prometheus, like blackbox_exporter's. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "run/serve/serve.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/ending.h"
#include "ui/cmd/exporter.h"
#include "ui/cmd/exporter_probe.h"
#include "ui/options/options.h"
#include "ui/show/standard.h"

/* ---- its own metrics: probes by module, and the process */

static void
put_metric(struct buf *b, const char *name, const char *kind, const char *help, double value)
{
	buf_printf(
	    b, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help, name, kind, name, value);
}

/*
 * Adds process_*, under the names that all exporters use; what the system does not provide is
 * omitted.
 */
static void
metrics_process(struct buf *b, double started)
{
	FILE *memory = fopen("/proc/self/statm", "re");
	DIR *descriptors = opendir("/proc/self/fd");
	const struct dirent *entry;
	unsigned long long limit = descriptors_max();
	double page = (double)sysconf(_SC_PAGESIZE);
	unsigned long all, resident;
	unsigned n = 0;
	struct rusage used;

	if (getrusage(RUSAGE_SELF, &used) == 0)
		put_metric(b, "process_cpu_seconds_total", "counter",
		    "Total user and system CPU time",
		    (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
			(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	put_metric(
	    b, "process_start_time_seconds", "gauge", "Start time of the process, as a Unix "
	        "time", started);
	if (memory && fscanf(memory, "%lu %lu", &all, &resident) == 2) {
		put_metric(b, "process_virtual_memory_bytes", "gauge", "Virtual memory",
		    (double)all * page);
		put_metric(b, "process_resident_memory_bytes", "gauge", "Resident memory",
		    (double)resident * page);
	}
	if (memory)
		fclose(memory);
	while (descriptors && (entry = readdir(descriptors)))
		n += entry->d_name[0] != '.';
	if (descriptors) {
		closedir(descriptors);
		/* without the one for reading this directory */
		put_metric(b, "process_open_fds", "gauge", "Open file descriptors", n - 1);
	}
	if (limit > 0)
		put_metric(b, "process_max_fds", "gauge", "Maximum number of open file descriptors",
		    (double)limit);
}

/* ---- the server */

enum { PROBES_MOST = 64, CONNECTIONS_MOST = 256 };

struct exporter {
	struct loop *loop;
	struct probe_module *modules;
	double started;
	const struct http *http;
	void *server;
	const struct options *o;
	struct site site;
	struct exporter_probe *probe[PROBES_MOST];	/* the first n */
	unsigned n;
	struct loop_timer *tick;
	struct ending ending;
};

static void
answer_no_module(struct exporter *x, struct http_request *r)
{
	struct buf b = { .max = 2000 };
	struct arena arena = { 0 };

	for (const struct probe_module *m = x->modules; m; m = m->next)
		buf_printf(&b, "%s %s",
		    m == x->modules ? "unknown module; known modules:" : ",", m->name);
	exporter_answer(x->http, r, 400, arena_string(&arena, buf_span(&b)));
	arena_release(&arena);
	buf_release(&b);
}

static void
on_probe(struct exporter *x, struct http_request *r, bool page)
{
	const char *target = x->http->argument(r, "target"), *name = x->http->argument(r, "module");
	struct probe_module *module = module_find(
	    x->modules, name && name[0] ? name : "smtp_starttls");

	if (!target || !target[0])
		exporter_answer(x->http, r, 400, "expected ?target=HOST and, optionally, "
		    "&module=NAME");
	else if (strlen(target) > 300)
		exporter_answer(x->http, r, 400, "target: longer than 300 characters");
	else if (!module)
		answer_no_module(x, r);
	else if (x->n >= PROBES_MOST)
		exporter_answer(x->http, r, 503, "too many probes in progress");
	else if ((x->probe[x->n] = exporter_probe_begin(&x->site, r, module, target, page)))
		x->n++;
}

static void
on_metrics(struct exporter *x, struct http_request *r)
{
	struct buf b = { .max = 256 << 10 };

	buf_printf(&b,
	    "# HELP smtpsh_probes_total Completed probes\n"
	    "# TYPE smtpsh_probes_total counter\n");
	for (const struct probe_module *m = x->modules; m; m = m->next)
		for (int ok = 0; ok < 2; ok++)
			buf_printf(&b, "smtpsh_probes_total{module=\"%s\",result=\"%s\"} %llu\n",
			    m->name, ok ? "success" : "failure", m->done[ok]);
	put_metric(&b, "smtpsh_probes_in_flight", "gauge", "Probes in progress", x->n);
	metrics_process(&b, x->started);
	x->http->answer(r, 200, EXPORTER_METRICS, buf_span(&b));
	buf_release(&b);
}

static void
export_on_request(void *ctx, struct http_request *r, const char *path)
{
	struct exporter *x = ctx;

	bool try = strcmp(path, "/try") == 0;

	if (!site_allows(&x->site, r, try || site_has(path)))
		return;
	if (try || strcmp(path, "/probe") == 0)
		on_probe(x, r, try);
	else if (strcmp(path, "/metrics") == 0)
		on_metrics(x, r);
	else if (strcmp(path, "/-/healthy") == 0)
		exporter_answer(x->http, r, 200, "healthy");
	else if (site_has(path))
		site_answer(&x->site, r, path);
	else
		exporter_answer(
		    x->http, r, 404, "not found; try /, /config, /probe, /metrics or /-/healthy");
}

/* Is called when the HTTP server is readable, or at the time it asked for. */
static void
on_http(void *ctx, unsigned ready)
{
	struct exporter *x = ctx;

	(void)ready;
	loop_timer_set(x->tick, x->http->run(x->server));
}

static void
finish_all(struct exporter *x, bool stop)
{
	unsigned before = x->n, left = 0;

	for (unsigned i = 0; i < before; i++)
		if (!exporter_probe_end(x->probe[i], stop))
			x->probe[left++] = x->probe[i];
	x->n = left;
	if (left < before)
		on_http(x, 0);
}

static bool
export_serve(struct exporter *x, int fd, const struct addr *bound, struct err *err)
{
	char text[ADDR_TEXT];

	x->server = x->http->start(fd, CONNECTIONS_MOST, false, export_on_request, x, err);
	if (!x->server)
		return false;
	struct loop *loop = x->loop;
	x->site = (struct site){ .http = x->http, .o = x->o, .modules = x->modules, .bound = *bound,
		.recent = recent_new(x->o->history) };
	int watched = x->http->fd(x->server);
	struct loop_watch *watch = watched >= 0 ?
	    loop_watch(loop, watched, LOOP_READ, on_http, x, err) :
	    NULL;
	bool ok = watched < 0 || watch;
	ending_begin(&x->ending, loop);
	ending_deadline(&x->ending, x->o->deadline_ms);
	x->tick = loop_timer(loop, on_http, x);
	loop_timer_set(x->tick, 0);
	printf("listening on %s\n", listen_text(bound, text));
	fflush(stdout);
	while (ok && !ending_is_due(&x->ending)) {
		standard_turn(loop, true);
		finish_all(x, false);
	}
	finish_all(x, true);
	loop_unwatch(watch);
	loop_timer_free(x->tick);
	ending_end(&x->ending);
	x->http->stop(x->server);
	recent_free(x->site.recent);
	return ending_in_time(&x->ending, err) && ok;
}

/*
 * A password must not be sent to whatever host a request names; and a proxy resolves names itself,
 * so the addresses behind it cannot be restricted.
 */
static bool
modules_are_bound(const struct exporter *x, struct err *err)
{
	bool bound = x->o->nallow_target > 0;

	for (const struct probe_module *m = x->modules; m; m = m->next) {
		if (module_has_secret(m) && !bound)
			return err_set(err, ERR_USAGE,
			    "module %s logs in: use --allow-target ADDR/BITS to say where its "
			    "password may be sent",
			    m->name);
		if (m->o.session.proxy.kind != PROXY_NONE && bound)
			return err_set(err, ERR_USAGE,
			    "module %s uses a proxy, behind which --allow-target cannot be "
			    "enforced",
			    m->name);
	}
	return true;
}

static int export(struct options *o, struct err *err)
{
	struct exporter x = { .loop = loop_new(), .o = o, .started = (double)time(NULL) };
	struct addr at, bound;
	int fd = -1;

	descriptors_raise();
	x.modules = modules_read(x.loop, o->program, o->modules, err);
	x.http = x.modules ? http(err) : NULL;
	if (x.http && modules_are_bound(&x, err) &&
	    listen_parse(&at, span_of(o->listen ? o->listen : "127.0.0.1:0"), err)) {
		/* Its clients can make it connect: beyond this machine, that must be intended. */
		if (addr_is_loopback(&at) || o->nallow_target > 0)
			fd = listen_socket(&at, &bound, err);
		else
			err_set(err, ERR_USAGE,
			    "--listen %s is not a loopback address: use --allow-target ADDR/BITS "
			    "to say what may be probed",
			    o->listen);
	}
	bool ok = fd >= 0 && export_serve(&x, fd, &bound, err);
	if (fd >= 0)
		listen_remove(&bound);
	modules_free(x.modules);
	loop_free(x.loop);
	return ok ? 0 : (int)err->kind;
}

const struct command command_exporter = {
	.name = "exporter",
	.group = FOR_MONITORING,
	.args = "[OPTION...]",
	.help = "Serve a /probe endpoint for Prometheus",
	.scope = SCOPE_EXPORTER,
	.run = export,
	.example = { "exporter", "exporter --listen 127.0.0.1:9725 --modules FILE" },
};
