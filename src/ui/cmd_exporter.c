/* smtpsh exporter - a /probe endpoint for Prometheus, in the manner of blackbox_exporter. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "run/serve.h"
#include "ui/complain.h"
#include "ui/exporter.h"
#include "ui/exporter_metrics.h"
#include "ui/options.h"
#include "ui/probe_run.h"
#include "ui/probe_spec.h"
#include "ui/screen.h"

enum { PROBES_MOST = 64, CONNECTIONS_MOST = 256, MARGIN_MS = 500, LOG_MOST = 256 << 10 };

#define METRICS "text/plain; version=0.0.4; charset=utf-8"
#define TEXT "text/plain; charset=utf-8"

struct probing {
	struct probing *next;
	struct exporter *exporter;
	struct http_request *request;
	struct probe_module *module;
	struct options o;		/* the module's, but for what this request says */
	struct fleet_spec spec;
	struct fleet *fleet;
	struct report *report;
	char *text;
	size_t len;
	FILE *out;
	unsigned passed, told;
	bool debug;
	struct screen screen;		/* of the transcript, with debug */
};

struct exporter {
	struct loop *loop;
	struct probe_module *modules;
	double started;
	const struct http *http;
	void *server;
	const struct options *o;
	struct probing *probing;
	unsigned n;
	struct loop_timer *tick;
	bool stop;
};

/* A sentence, and a line's end. */
static void
answer(struct exporter *x, struct http_request *r, unsigned status, const char *text)
{
	struct buf b = { .max = strlen(text) + 1 };

	buf_printf(&b, "%s\n", text);
	x->http->answer(r, status, TEXT, buf_span(&b));
	buf_release(&b);
}

/* The verdict in words, behind the dialogue that led to it. */
static void
tell(struct probing *p, const struct fleet_report *one)
{
	const struct judge_check *worst = one->verdict->worst;

	fprintf(p->out, "\n%s %.*s", report_state(one), SPAN_ARG(report_place(one)));
	if (worst)
		fprintf(p->out, " %s: %.*s", worst->label, SPAN_ARG(report_message(one)));
	fputc('\n', p->out);
}

static void
on_report(void *ctx, const struct fleet_report *one)
{
	struct probing *p = ctx;

	if (p->debug)
		tell(p, one);

	p->told++;
	p->passed += report_passed(one);
	report_one(p->report, one);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct probing *p = ctx;

	if (ftell(p->out) < LOG_MOST)
		show_event(&p->screen, e);
}

static void
free_probing(struct probing *p)
{
	fleet_free(p->fleet);
	screen_release(&p->screen);
	arena_release(&p->o.arena);		/* all else is the module's */
	free(p->text);
	free(p);
}

static void
finish(struct probing *p)
{
	struct exporter *x = p->exporter;
	struct fleet_summary sum = fleet_summary(p->fleet);
	bool ok = p->told > 0 && sum.worst != STATE_CRITICAL && sum.worst != STATE_UNKNOWN;

	if (p->debug)
		fputs("\nWhat the scrape would have got:\n", p->out);
	report_end(p->report, &sum, NULL);
	fclose(p->out);
	p->module->done[ok]++;
	x->http->answer(p->request, 200, METRICS, (struct span){ p->text, p->len });
	x->n--;
	free_probing(p);
}

/* "25,465,587": where probes may go. */
static bool
port_allowed(const char *list, unsigned port)
{
	unsigned long long n;

	for (struct span rest = span_of(list ? list : "25,465,587"); rest.len > 0;)
		if (span_number(span_until(&rest, ','), 65535, &n) && n == port)
			return true;
	return false;
}

/* What TLS can ask for: RFC 6066 3 has it without a dot at its end, and in ASCII. */
static bool
is_name(const char *text)
{
	size_t n = strlen(text);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 0x7F || strchr("/@:[]", text[i]))
			return false;
	return n > 0 && n <= 253;
}

/* The module's options, with what the request says; the time is what the scrape leaves. */
static bool
read_request(struct probing *p, struct err *err)
{
	const struct http *http = p->exporter->http;
	const char *header = http->header(p->request, "X-Prometheus-Scrape-Timeout-Seconds");
	const char *sni = http->argument(p->request, "hostname"), *debug = http->argument(p->request, "debug");
	double seconds = header ? strtod(header, NULL) : 0;
	struct options *o = &p->o;

	memcpy(o, &p->module->o, sizeof *o);
	o->arena = (struct arena){ 0 };
	uint64_t scrape_ms = seconds >= 1 && seconds <= 3600 ? (uint64_t)(seconds * 1000) - MARGIN_MS : 0;
	if (scrape_ms && (!p->module->timed || scrape_ms < o->probe.probe.total_ms))
		o->probe.probe.total_ms = scrape_ms;
	if (sni && !is_name(sni))
		return err_set(err, ERR_USAGE, "hostname: want a host name");
	if (sni)
		o->session.sni = arena_string(&o->arena, span_of(sni));
	if (o->probe.fleet.addresses == ADDRESSES_UNSAID && !o->probe.mx)
		o->probe.fleet.addresses = ADDRESSES_FIRST;
	o->probe.fleet.allow = p->exporter->o->allow_target;
	o->probe.fleet.nallow = p->exporter->o->nallow_target;
	p->debug = o->probe.fleet.watch = debug && strcmp(debug, "true") == 0;
	if (p->debug)
		o->probe.fleet.jobs = 1;	/* several dialogues at once could not be read */
	return probe_spec_prepare(o, err);
}

/* An address is known now; what a name has is seen when it is found, by the fleet. */
static bool
address_allowed(const struct exporter *x, struct span host)
{
	struct addr addr;

	return !addr_parse(&addr, host, 0) || addr_is_allowed(x->o->allow_target, x->o->nallow_target, &addr);
}

/* 200, or the status of the refusal with its words. */
static unsigned
read_target(struct probing *p, const char *text, struct target *target, struct err *err)
{
	const struct exporter *x = p->exporter;

	if (p->o.probe.mx)
		text = arena_printf(&p->o.arena, "@%s", text).at;
	if (!target_parse(target, span_of(text), SPAN_NONE, p->o.port, &p->o.arena, err))
		return 400;
	if (target->kind != TARGET_HOST && target->kind != TARGET_MX)
		err_set(err, ERR_USAGE, "only hosts and domains are probed for others");
	else if (!port_allowed(x->o->allow_port, target->port))
		err_set(err, ERR_USAGE, "port %u is not allowed: --allow-port lists those that are", target->port);
	else if (!address_allowed(x, target->host))
		err_set(err, ERR_USAGE, "this address is not allowed: --allow-target lists those that are");
	return err->kind == ERR_NONE ? 200 : 403;
}

static void
begin(struct exporter *x, struct http_request *request, struct probe_module *module, const char *text)
{
	struct probing *p = memory_zeroed(sizeof *p);
	struct target target;
	struct err err = { 0 };

	*p = (struct probing){ .exporter = x, .request = request, .module = module, .next = x->probing };
	unsigned status = read_request(p, &err) ? read_target(p, text, &target, &err) : 400;
	if (status != 200) {
		answer(x, request, status, err.text);
		free_probing(p);
		return;
	}
	p->out = open_memstream(&p->text, &p->len);
	p->report = report_to(report_kind(SPAN("prom")), p->out, &(struct report_opts){
		.whole = true, .judge = &p->o.probe.judge, .total_ms = p->o.probe.probe.total_ms });
	p->spec = probe_spec(&p->o);
	if (p->debug)
		screen_init(&p->screen, p->out, &p->o);
	p->fleet = fleet_new(&module->env, &p->o.probe.fleet, &(struct fleet_fns){ .report = on_report, .watch = on_event, .ctx = p });
	fleet_add(p->fleet, &target, &p->spec, NULL);
	fleet_end(p->fleet);
	x->probing = p;
	x->n++;
}

static void
answer_no_module(struct exporter *x, struct http_request *r)
{
	struct buf b = { .max = 2000 };
	struct arena arena = { 0 };

	for (const struct probe_module *m = x->modules; m; m = m->next)
		buf_printf(&b, "%s %s", m == x->modules ? "there is no such module; there are" : ",", m->name);
	answer(x, r, 400, arena_string(&arena, buf_span(&b)));
	arena_release(&arena);
	buf_release(&b);
}

static void
on_probe(struct exporter *x, struct http_request *r)
{
	const char *target = x->http->argument(r, "target"), *name = x->http->argument(r, "module");
	struct probe_module *module = module_find(x->modules, name && name[0] ? name : "smtp_starttls");

	if (!target || !target[0])
		answer(x, r, 400, "want ?target=HOST, and &module=NAME");
	else if (strlen(target) > 300)
		answer(x, r, 400, "target: more than 300 octets");
	else if (!module)
		answer_no_module(x, r);
	else if (x->n >= PROBES_MOST)
		answer(x, r, 503, "too many probes at once");
	else
		begin(x, r, module, target);
}

static void
on_metrics(struct exporter *x, struct http_request *r)
{
	struct buf b = { .max = 256 << 10 };

	metrics_probes(&b, x->modules, x->n);
	metrics_process(&b, x->started);
	x->http->answer(r, 200, METRICS, buf_span(&b));
	buf_release(&b);
}

static void
on_request(void *ctx, struct http_request *r, const char *path)
{
	struct exporter *x = ctx;

	if (strcmp(path, "/probe") == 0)
		on_probe(x, r);
	else if (strcmp(path, "/metrics") == 0)
		on_metrics(x, r);
	else if (strcmp(path, "/-/healthy") == 0)
		answer(x, r, 200, "healthy");
	else
		answer(x, r, 404, "there are /probe, /metrics and /-/healthy");
}

/* It is readable, or has told that it wants to be run by now. */
static void
on_http(void *ctx, unsigned ready)
{
	struct exporter *x = ctx;

	(void)ready;
	loop_timer_set(x->tick, x->http->run(x->server));
}

static void
on_stop(void *ctx, unsigned ready)
{
	(void)ready;
	((struct exporter *)ctx)->stop = true;
}

static void
finish_all(struct exporter *x, bool stop)
{
	bool any = false;

	for (struct probing **at = &x->probing; *at;) {
		struct probing *p = *at;
		if (stop)
			fleet_stop(p->fleet);
		if (!fleet_done(p->fleet)) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		finish(p);
		any = true;
	}
	if (any)
		on_http(x, 0);
}

static int
listen_fd(const struct addr *at, struct addr *bound, struct err *err)
{
	char text[ADDR_TEXT];
	int one = 1, fd = socket(at->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	*bound = (struct addr){ .len = sizeof bound->un };
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (fd >= 0 && bind(fd, &at->any, at->len) == 0 && listen(fd, 128) == 0 && getsockname(fd, &bound->any, &bound->len) == 0)
		return fd;
	err_set(err, ERR_USAGE, "cannot listen on %s", addr_text(at, text));
	if (fd >= 0)
		close(fd);
	return -1;
}

static bool
serve(struct exporter *x, int fd, const struct addr *bound, struct err *err)
{
	char text[ADDR_TEXT];

	x->server = x->http->start(fd, CONNECTIONS_MOST, on_request, x, err);
	if (!x->server)
		return false;
	struct loop *loop = x->loop;
	struct loop_watch *watch = loop_watch(loop, x->http->fd(x->server), LOOP_READ, on_http, x, err);
	struct loop_signal *interrupt = loop_signal(loop, SIGINT, on_stop, x), *term = loop_signal(loop, SIGTERM, on_stop, x);
	x->tick = loop_timer(loop, on_http, x);
	loop_timer_set(x->tick, 0);
	printf("listening on %s\n", addr_text(bound, text));
	fflush(stdout);
	while (watch && !x->stop) {
		loop_turn(loop, true);
		finish_all(x, false);
	}
	finish_all(x, true);
	loop_unwatch(watch);
	loop_timer_free(x->tick);
	loop_signal_free(interrupt);
	loop_signal_free(term);
	x->http->stop(x->server);
	return watch != NULL;
}

/* Who reaches it can have it connect: beyond this machine that must have been thought of. */
static bool
may_listen(const struct options *o, const struct addr *at, struct err *err)
{
	return addr_is_loopback(at) || o->nallow_target > 0 ||
	    err_set(err, ERR_USAGE, "--listen %s is not on loopback: say by --allow-target ADDR/BITS what may be probed", o->listen);
}

/* A password must not go to whatever a request names, and a proxy finds addresses by itself. */
static bool
modules_are_bound(const struct exporter *x, struct err *err)
{
	bool bound = x->o->nallow_target > 0;

	for (const struct probe_module *m = x->modules; m; m = m->next) {
		if (module_has_secret(m) && !bound)
			return err_set(err, ERR_USAGE, "module %s logs in: say by --allow-target ADDR/BITS where its password may go", m->name);
		if (m->o.session.proxy.kind != PROXY_NONE && bound)
			return err_set(err, ERR_USAGE, "module %s goes through a proxy, for which --allow-target cannot speak", m->name);
	}
	return true;
}

static int
export(const struct options *o, struct err *err)
{
	struct exporter x = { .loop = loop_new(), .o = o, .started = (double)time(NULL) };
	struct addr at, bound;
	bool ok = false;

	probe_raise_limits();
	x.modules = modules_read(x.loop, o->modules, err);
	x.http = x.modules ? http(err) : NULL;
	if (x.http && modules_are_bound(&x, err) &&
	    addr_parse_listen(&at, span_of(o->listen ? o->listen : "127.0.0.1:0"), err) && may_listen(o, &at, err)) {
		int fd = listen_fd(&at, &bound, err);
		ok = fd >= 0 && serve(&x, fd, &bound, err);
	}
	modules_free(x.modules);
	loop_free(x.loop);
	return ok ? 0 : (int)err->kind;
}

static int
run_exporter(int argc, char *argv[])
{
	struct options o;
	struct err err = { 0 };
	int status = 0;

	if (options_begin(&o, &command_exporter, argc, argv, &err))
		status = export(&o, &err);
	else if (err.kind != ERR_NONE)
		status = ERR_USAGE;
	if (err.kind != ERR_NONE)
		complain(&err);
	options_release(&o);
	return status;
}

const struct command command_exporter = {
	.name = "exporter",
	.args = "[OPTION...]",
	.help = "A /probe endpoint for Prometheus",
	.scope = SCOPE_EXPORTER,
	.run = run_exporter,
};
