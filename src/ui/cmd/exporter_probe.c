/* exporter_probe - a probe for a request: what it asks for, whether it is allowed, its answer. */
#include "ui/cmd/exporter_probe.h"

#include <stdio.h>
#include <stdlib.h>

#include "run/route/host.h"
#include "ui/options/probe_spec.h"
#include "ui/report/report.h"
#include "ui/show/screen.h"

enum { MARGIN_MS = 500, LOG_MOST = 256 << 10 };

struct exporter_probe {
	const struct http *http;
	const struct site *site;
	bool page;			/* answer with the page */
	struct past *past;		/* NULL: it will not be shown */
	struct http_request *request;
	struct probe_module *module;
	struct options o;		/* the module's, except for what the request says */
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

void
exporter_answer(const struct http *http, struct http_request *r, unsigned status, const char *text)
{
	struct buf b = { .max = strlen(text) + 1 };

	buf_printf(&b, "%s\n", text);
	http->answer(r, status, "text/plain; charset=utf-8", buf_span(&b));
	buf_release(&b);
}

static void
exporter_on_report(void *ctx, const struct fleet_report *one)
{
	struct exporter_probe *p = ctx;
	const struct judge_check *worst = one->verdict->worst;

	/* the verdict in words, after the dialogue that led to it */
	if (p->debug)
		fprintf(p->out, "\n%s %.*s", report_state(one), SPAN_ARG(report_place(one)));
	if (p->debug && worst)
		fprintf(p->out, " %s: %.*s", worst->label, SPAN_ARG(report_message(one)));
	if (p->debug)
		fputc('\n', p->out);
	if (p->past)
		past_one(p->past, one);
	p->told++;
	p->passed += report_passed(one);
	report_one(p->report, one);
}

static void
exporter_on_event(void *ctx, const struct event *e)
{
	struct exporter_probe *p = ctx;

	if (p->past)
		past_event(p->past, e);
	if (p->debug && ftell(p->out) < LOG_MOST)
		show_event(&p->screen, e);
}

static void
discard(struct exporter_probe *p)
{
	fleet_free(p->fleet);
	screen_release(&p->screen);
	past_free(p->past);
	arena_release(&p->o.arena);		/* the rest is the module's */
	free(p->text);
	free(p);
}

/* Returns whether a port is in a list such as "25,465,587", the default. */
static bool
port_allowed(const char *list, unsigned port)
{
	unsigned long long n;

	for (struct span rest = span_of(list ? list : "25,465,587"); rest.len > 0;)
		if (span_number(span_until(&rest, ','), 65535, &n) && n == port)
			return true;
	return false;
}

/*
 * A dot at the end is that of the root; names in other scripts are checked by libidn2. Nothing else
 * gets into a DNS query, SNI or a URL.
 */
static bool
exporter_is_name(struct span text, bool idn, struct arena *arena)
{
	struct span ascii = text;

	if (idn && !host_ascii(text, arena, &ascii, &(struct err){ 0 }))
		return false;
	if (ascii.len > 1 && ascii.at[ascii.len - 1] == '.')
		ascii.len--;
	return host_is_name(ascii);
}

/*
 * Copies the module's options and applies what the request says; the time limit is what the
 * scrape's timeout leaves.
 */
static bool
read_request(struct exporter_probe *p, const struct options *all, struct err *err)
{
	const char *header = p->http->header(p->request, "X-Prometheus-Scrape-Timeout-Seconds");
	const char *sni = p->http->argument(p->request, "hostname"),
		   *debug = p->http->argument(p->request, "debug");
	double seconds = header ? strtod(header, NULL) : 0;
	struct options *o = &p->o;

	memcpy(o, &p->module->o, sizeof *o);
	o->arena = (struct arena){ 0 };
	uint64_t scrape_ms = seconds >= 1 && seconds <= 3600 ?
	    (uint64_t)(seconds * 1000) - MARGIN_MS :
	    0;
	if (scrape_ms && (!p->module->timed || scrape_ms < o->probe.probe.total_ms))
		o->probe.probe.total_ms = scrape_ms;
	if (sni && !exporter_is_name(span_of(sni), false, &o->arena))
		return err_set(err, ERR_USAGE, "hostname: expected a host name");
	if (sni)
		o->session.sni = arena_string(&o->arena, span_of(sni));
	if (o->probe.fleet.addresses == ADDRESSES_UNSET && !o->probe.mx)
		o->probe.fleet.addresses = ADDRESSES_FIRST;
	o->probe.fleet.allow = all->allow_target;
	o->probe.fleet.nallow = all->nallow_target;
	o->session.allow = all->allow_target;	/* for a script that opens another connection */
	o->session.nallow = all->nallow_target;
	p->debug = !p->page && debug && strcmp(debug, "true") == 0;
	o->probe.fleet.watch = p->debug || p->page || all->history > 0;
	o->probe.fleet.numbered = !p->debug;
	if (p->debug)
		o->probe.fleet.jobs = 1;	/* concurrent dialogues would be unreadable */
	return probe_spec_prepare(o, err);
}

/* Returns 200, or the HTTP status of a rejection and sets err. */
static unsigned
exporter_read_target(struct exporter_probe *p, const struct options *all, const char *text,
    struct target *target, struct err *err)
{
	if (p->o.probe.mx)
		text = arena_printf(&p->o.arena, "@%s", text).at;
	if (!target_parse(target, span_of(text), SPAN_NONE, p->o.port, &p->o.arena, err))
		return 400;
	struct addr literal;
	bool is_literal = addr_parse(&literal, target->host, 0);
	if (target->kind != TARGET_HOST && target->kind != TARGET_MX)
		err_set(err, ERR_USAGE, "only hosts and domains can be probed here");
	else if (!is_literal && !exporter_is_name(target->host, true, &p->o.arena))
		return err_set(err, ERR_USAGE, "target: expected a host name, a domain or an "
		    "address"),
		       400;
	else if (!port_allowed(all->allow_port, target->port))
		err_set(err, ERR_USAGE, "port %u is not allowed (see --allow-port)",
		    target->port);
	else if (is_literal && !addr_is_allowed(all->allow_target, all->nallow_target, &literal))
		/* the addresses of a name are checked by the fleet */
		err_set(err, ERR_USAGE,
		    "this address is not allowed (see --allow-target)");
	return err->kind == ERR_NONE ? 200 : 403;
}

struct exporter_probe *
exporter_probe_begin(const struct site *site, struct http_request *request,
    struct probe_module *module, const char *text, bool page)
{
	const struct http *http = site->http;
	const struct options *all = site->o;
	struct exporter_probe *p = memory_zeroed(sizeof *p);
	struct target target;
	struct err err = { 0 };

	*p = (struct exporter_probe){
		.http = http, .site = site, .page = page, .request = request, .module = module
	};
	unsigned status = read_request(p, all, &err) ?
	    exporter_read_target(p, all, text, &target, &err) :
	    400;
	if (status != 200) {
		exporter_answer(http, request, status, err.text);
		discard(p);
		return NULL;
	}
	p->out = memory_file(&p->text, &p->len);
	p->report = report_to(&report_prom, p->out,
	    &(struct report_opts){
		.whole = true, .judge = &p->o.probe.judge, .total_ms = p->o.probe.probe.total_ms });
	p->spec = probe_spec(&p->o);
	if (page || all->history)
		p->past = past_new(text, module->name);
	if (p->debug)
		screen_init(&p->screen, p->out, &p->o.look);
	p->fleet = fleet_new(&module->env, &p->o.probe.fleet,
	    &(struct fleet_fns){
		.report = exporter_on_report, .watch = exporter_on_event, .ctx = p });
	fleet_add(p->fleet, &target, &p->spec, NULL);
	fleet_end(p->fleet);
	return p;
}

bool
exporter_probe_end(struct exporter_probe *p, bool stop)
{
	if (stop)
		fleet_stop(p->fleet);
	if (!fleet_done(p->fleet))
		return false;
	struct fleet_summary sum = fleet_summary(p->fleet);
	bool ok = p->told > 0 && sum.worst != STATE_CRITICAL && sum.worst != STATE_UNKNOWN;

	if (p->debug)
		fputs("\n"
		    "What a scrape would return:\n", p->out);
	report_end(p->report, &sum, NULL);
	fclose(p->out);
	p->module->done[ok]++;
	if (p->page)
		site_answer_page(p->site, p->request, p->past);
	else
		p->http->answer(
		    p->request, 200, EXPORTER_METRICS, (struct span){ p->text, p->len });
	if (p->past)
		recent_add(p->site->recent, p->past);
	discard(p);
	return true;
}
