/* exporter_page - the web page of the exporter. */
#include "ui/cmd/exporter_page.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "ui/cmd/exporter_probe.h"
#include "ui/report/page.h"

#define HTML	"text/html; charset=utf-8"
#define CSS	"text/css; charset=utf-8"
#define TEXT	"text/plain; charset=utf-8"

static const char style[] =
    "form{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;margin:1rem 0}\n"
    "label{display:flex;flex-direction:column;font-size:.9rem}\n"
    "label:first-child{flex:1 1 16rem}\n"
    "input,select,button{font:inherit;padding:.3rem .5rem;color:inherit;background:var(--bg);"
    "border:1px solid var(--line);border-radius:4px;min-width:0}\n"
    "button{background:var(--soft);cursor:pointer}a{color:inherit}\n"
    "summary{overflow-wrap:anywhere}td:nth-child(2),.bar{white-space:nowrap}\n"
    ".bar{display:flex;align-items:center;gap:.5rem;margin-left:1rem}\n"
    "details{border-bottom:1px solid var(--line);padding:.3rem 0}\n"
    "h3{font-size:1rem;margin:1em 0 0}\n";

/* ---- access */

/* Returns whether `host` is HOST:PORT, or HOST on HTTP's default port; brackets are part of it. */
static bool
host_is(const char *host, const char *name, unsigned port)
{
	char full[ADDR_TEXT + 8];

	snprintf(full, sizeof full, "%s:%u", name, port);
	return span_eq_case(span_of(host), span_of(full)) ||
	    (port == 80 && span_eq_case(span_of(host), span_of(name)));
}

/* Returns whether it is an address, with or without a port; a name that resolves to one is not. */
static bool
host_is_literal(const char *host)
{
	struct span rest = span_of(host), text = rest;
	struct addr addr;

	if (rest.len > 0 && rest.at[0] == '[') {
		rest = span_skip(rest, 1);
		text = span_until(&rest, ']');
	} else {
		text = span_until(&rest, ':');
	}
	return addr_parse(&addr, text, 0);
}

static bool
site_is_named(const struct site *site, const char *host)
{
	unsigned port = addr_port(&site->bound);
	char text[ADDR_TEXT];

	if (span_eq_case(span_of(host), span_of(addr_text(&site->bound, text))) ||
	    host_is(host, addr_host(&site->bound, text), port))
		return true;
	for (size_t i = 0; i < site->o->nallow_host; i++) {
		struct span rest = span_of(host);
		const char *name = site->o->allow_host[i];
		if (span_eq_case(span_of(host), span_of(name)) ||
		    span_eq_case(span_until(&rest, ':'), span_of(name)))
			return true;
	}
	if (addr_is_loopback(&site->bound))
		return host_is(host, "localhost", port) || host_is(host, "127.0.0.1", port) ||
		    host_is(host, "[::1]", port);
	return addr_is_any(&site->bound) && host_is_literal(host);
}

/* The scheme may be HTTPS, if there is a proxy in front. */
static bool
origin_is(const char *origin, const char *host)
{
	struct span name = span_of(origin);

	if (span_starts(name, SPAN("https://")))
		name = span_skip(name, 8);
	else if (span_starts(name, SPAN("http://")))
		name = span_skip(name, 7);
	else
		return false;
	return span_eq_case(name, span_of(host));
}

bool
site_allows(const struct site *site, struct http_request *r, bool page)
{
	const struct http *http = site->http;
	const char *from = http->header(r, "Sec-Fetch-Site"), *origin = http->header(r, "Origin"),
		   *host = http->header(r, "Host");
	const char *said = NULL;

	if (from && strcmp(from, "same-origin") != 0 && strcmp(from, "none") != 0)
		said = "this request comes from another site";
	else if (origin && !(host && origin_is(origin, host)))
		said = "this request comes from another site";
	else if (page && !(host && site_is_named(site, host)))
		said = "this host name is not allowed; --allow-host adds names";
	if (said)
		exporter_answer(http, r, 403, said);
	return !said;
}

/* ---- the pages */

static void
page_put_form(const struct site *site, FILE *out)
{
	fputs("<form action=\"/try\" method=\"get\">\n"
	      "<label>Target <input name=\"target\" required "
	      "maxlength=\"300\" autocomplete=\"off\" placeholder=\"mx.example.net:25\"></label>\n"
	      "<label>Module <select name=\"module\">",
	    out);
	for (const struct probe_module *m = site->modules; m; m = m->next) {
		fprintf(out, "<option%s>",
		    strcmp(m->name, "smtp_starttls") == 0 ? " selected" : "");
		page_text(out, m->name);
		fputs("</option>", out);
	}
	fputs("</select></label>\n<button>Probe</button>\n</form>\n", out);
}

void
site_answer_page(const struct site *site, struct http_request *r, struct past *past)
{
	char *text;
	size_t len;
	FILE *out = memory_file(&text, &len);

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"/style.css\">\n"
	      "<title>smtpsh exporter</title>\n</head>\n<body>\n"
	      "<h1><a href=\"/\">smtpsh exporter</a></h1>\n",
	    out);
	page_put_form(site, out);
	if (past)
		past_write(past, out, true);
	if (site->o->history) {
		fprintf(out,
		    "<h2>Last probes</h2>\n"
		    "<p class=\"dim\">up to %u, newest first</p>\n",
		    site->o->history);
		recent_write(site->recent, out);
	} else {
		fputs("<p class=\"dim\">Probes are not kept; use --history N to keep the last "
		      "N.</p>\n",
		    out);
	}
	fputs("<p><a href=\"/metrics\">metrics</a> <a href=\"/config\">configuration</a></p>\n",
	    out);
	page_end(out);
	fclose(out);
	site->http->answer(r, 200, HTML, (struct span){ text, len });
	free(text);
}

static void
answer_config(const struct site *site, struct http_request *r)
{
	const struct options *o = site->o;
	struct buf b = { .max = 1 << 20 };
	char text[ADDR_TEXT];

	buf_printf(&b, "listen = %s\nallow-port = %s\n", listen_text(&site->bound, text),
	    o->allow_port ? o->allow_port : "25,465,587");
	if (o->nallow_target == 0)
		buf_printf(&b, "allow-target = (any)\n");
	for (size_t i = 0; i < o->nallow_target; i++)
		buf_printf(&b, "allow-target = %s/%u\n", addr_host(&o->allow_target[i].base, text),
		    o->allow_target[i].bits);
	for (size_t i = 0; i < o->nallow_host; i++)
		buf_printf(&b, "allow-host = %s\n", o->allow_host[i]);
	buf_printf(&b, "history = %u\n", o->history);
	for (const struct probe_module *m = site->modules; m; m = m->next)
		buf_printf(&b, "\n[module %s]\noptions = %s\n", m->name, m->shown);
	site->http->answer(r, 200, TEXT, buf_span(&b));
	buf_release(&b);
}

static void
answer_page(const struct site *site, struct http_request *r)
{
	site_answer_page(site, r, NULL);
}

static void
answer_style(const struct site *site, struct http_request *r)
{
	struct buf b = { .max = strlen(page_style) + sizeof style };

	buf_printf(&b, "%s%s", page_style, style);
	site->http->answer(r, 200, CSS, buf_span(&b));
	buf_release(&b);
}

static const struct {
	const char *path;
	void (*answer)(const struct site *, struct http_request *);
} paths[] = {
	{ "/", answer_page },
	{ "/config", answer_config },
	{ "/style.css", answer_style },
};

bool
site_has(const char *path)
{
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(path, paths[i].path) == 0)
			return true;
	return false;
}

void
site_answer(const struct site *site, struct http_request *r, const char *path)
{
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (strcmp(path, paths[i].path) == 0)
			paths[i].answer(site, r);
}
