/* smtpsh serve - plays the server's side of SMTP. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/descriptors.h"
#include "base/text.h"
#include "run/serve/mock.h"
#include "run/serve/store.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/ending.h"
#include "ui/cmd/serve_api.h"
#include "ui/options/accounts.h"
#include "ui/options/profile.h"
#include "ui/options/values.h"
#include "ui/report/serve.h"
#include "ui/show/draft.h"
#include "ui/show/json.h"
#include "ui/show/serve_show.h"
#include "ui/show/standard.h"

enum { FAREWELL_MS = 1000 };

struct serving {
	struct options *o;
	struct session_env env;
	struct tls_made *made;
	struct tls_context *tls;
	struct serve *server;
	struct screen screen;
	bool shows;			/* a user is watching */
	struct json *json;
	struct store *store;
	struct api *api;
	struct addr api_at;
	struct buf waited;		/* the message of --wait */
	struct script *script;		/* NULL: the built-in server */
	struct mock *mock;
	struct mock_stray stray;
	struct serve_report *report;
	unsigned long long count;
	unsigned played, failed;	/* connections */
	bool enough;			/* everything requested has arrived */
	struct ending ending;
};

/* Appends a line of --messages. */
static void
message_line(const struct event *e, struct buf *out)
{
	char *line;
	size_t size;
	FILE *memory = memory_file(&line, &size);
	struct json *json = json_new(memory);

	json_event(json, e);
	json_free(json);
	fclose(memory);
	buf_append(out, (struct span){ line, size });
	free(line);
	fflush(stdout); /* earlier output, if both go to standard output */
}

static void
on_event(void *ctx, const struct event *e)
{
	struct serving *v = ctx;
	bool told = v->shows || v->json;

	if (v->json)
		json_event(v->json, e);
	else if (v->shows)
		serve_show_event(&v->screen, e);
	if (v->report)
		serve_report_event(v->report, e, &v->stray);
	/* Errors of the message store concern the administrator, whatever else is shown. */
	if (e->kind == EVENT_PROBLEM &&
	    ((e->err == ERR_SYSTEM && (!told || v->json)) ||
		(e->err == ERR_EXPECT && !told && !v->report)))
		fprintf(stderr, "smtpsh: client %u: %.*s\n", e->session,
		    SPAN_ARG(text_safe(&v->screen.arena, e->text)));
	if (v->mock && e->kind == EVENT_STEP_ENDED) {
		v->failed += e->err == ERR_EXPECT;
		v->enough |= ++v->played == v->o->times;
	}
	if (e->kind != EVENT_MESSAGE)
		return;
	if (v->api)
		api_message(v->api, e);
	v->enough |= ++v->count == (v->o->wait ? v->o->wait : v->o->count);
	if (v->count == v->o->wait && v->o->report == REPORT_JSON)
		message_line(e, &v->waited);
	else if (v->count == v->o->wait)
		store_print_message(&v->waited, e);
}

static bool
make_tls(struct serving *v, struct err *err)
{
	const char *host = v->o->serve.mta.host;
	struct tls_opts opts = v->o->tls;

	if (v->o->session.tls == TARGET_TLS_OFF)
		return !v->o->ca_out ||
		    err_set(err, ERR_USAGE, "--ca-out cannot be used with --tls=off");
	opts.server = true;
	if (!opts.cert) {
		v->made = serve_certificate(host ? host : MTA_HOST, err);
		if (!v->made)
			return false;
		opts.made = v->made;
	}
	if (v->o->ca_out && !v->made)
		return err_set(err, ERR_USAGE,
		    "--ca-out cannot be used with --cert: it writes the CA of the certificate made "
		    "at start");
	v->tls = tls_context_new(&opts, err);
	return v->tls &&
	    (!v->o->ca_out || draft_write(v->o->ca_out, 0666, tls_made_ca_pem(v->made), err));
}

/* Text and JSON are written as things happen, other reports at the end. */
static bool
reports_at_end(const struct options *o)
{
	return o->report != REPORT_TEXT && o->report != REPORT_JSON;
}

static bool
make_mock(struct serving *v, struct err *err)
{
	struct options *o = v->o;
	const char *path = o->nargs ? o->arg[0] : NULL;
	char format[OPTION_SHOWN];

	if (o->nargs && o->profile)
		return err_set(err, ERR_USAGE, "--profile runs a script of its own; omit FILE");
	if (o->profile && !profile_find(o->profile, &o->arena, &path, err))
		return false;
	if (!path && reports_at_end(o)) {
		option_show(option_find(SCOPE_SERVE, SPAN("format")), o, format);
		return err_set(
		    err, ERR_USAGE, "--format %s reports on a script: use serve FILE", format);
	}
	if (!path)
		return true;
	v->script = script_read(
	    path, options_script(o, &(struct script_opts){ .server = true }), err);
	if (!v->script)
		return false;
	v->mock = mock_new(v->script,
	    &(struct mock_opts){ .strict = o->strict,
		.realtime = o->realtime,
		.level = o->match_level == MATCH_UNSET ? MATCH_CODE : o->match_level,
		.value = o->value,
		.nvalues = o->nvalues,
		.stray = &v->stray },
	    err);
	if (v->mock && (o->serve.mta.without || o->session.lmtp) && mock_has(v->mock, VERB_EHLO))
		return err_set(err, ERR_USAGE, "%s: the script %s replies to EHLO itself",
		    o->session.lmtp ? "--lmtp" : "--without", path);
	if (v->mock && o->look.verbose >= 0)
		serve_report_passed_over(v->mock, true);
	o->serve.play = mock_plays;
	o->serve.play_ctx = v->mock;
	if (!o->listen && mock_listen(v->script).len > 0)
		o->listen = arena_string(&o->arena, mock_listen(v->script));
	if (v->mock && reports_at_end(o))
		v->report = serve_report_new(v->script, v->mock);
	return v->mock != NULL;
}

static bool
make(struct serving *v, struct err *err)
{
	struct options *o = v->o;

	if (o->account_file &&
	    !accounts_read(o->account_file, &o->arena, &o->serve.mta.accounts, err))
		return false;
	if (o->wait &&
	    (o->count || reports_at_end(o) || (o->messages && strcmp(o->messages, "-") == 0)))
		return err_set(err, ERR_USAGE,
		    "--wait prints one message and exits; it cannot be used with --count, "
		    "--messages - or a report");
	if (o->maildir || o->mbox || o->messages) {
		v->store = store_new(
		    &(struct store_opts){
			.maildir = o->maildir,
			.mbox = o->mbox,
			.lines = o->messages,
			.line = message_line },
		    err);
		if (!v->store)
			return false;
		o->serve.mta.store = v->store;
	}
	if (!make_tls(v, err))
		return false;
	o->serve.tls = v->tls;
	o->serve.mta.implicit_tls = o->session.tls == TARGET_TLS_IMPLICIT;
	o->serve.mta.lmtp = o->session.lmtp;
	o->serve.mta.fail_fast = o->fail_fast;
	o->serve.mta.refusals = o->refusal;
	o->serve.mta.keep_text = v->store || o->wait || o->api;
	if (!make_mock(v, err))
		return false;
	v->server = serve_new(&v->env, &o->serve, on_event, v);
	return true;
}

static void
release(struct serving *v)
{
	serve_free(v->server);
	api_free(v->api);
	buf_release(&v->waited);
	serve_report_free(v->report);
	mock_free(v->mock);
	script_free(v->script);
	store_free(v->store);
	json_free(v->json);
	tls_context_free(v->tls);
	tls_made_free(v->made);
	screen_release(&v->screen);
	ending_end(&v->ending);
	session_env_release(&v->env);
	loop_free(v->env.loop);
}

static void
tell_who_can_reach(const struct serving *v, const struct addr *bound)
{
	char text[ADDR_TEXT];

	if (!addr_is_loopback(bound) && v->o->look.verbose >= 0)
		fprintf(stderr, "smtpsh: note: %s is %s; other hosts can reach it\n",
		    addr_text(bound, text),
		    addr_is_any(bound) ? "the wildcard address" : "not a loopback address");
}

static void
tell_where(struct serving *v, const struct addr *bound)
{
	char text[ADDR_TEXT];

	/* a report, or a message, must be alone on standard output */
	FILE *out = v->report || v->o->wait ? stderr : stdout;

	fprintf(out, "listening on %s\n", listen_text(bound, text));
	if (v->api)
		fprintf(out, "messages at http://%s/messages\n", addr_text(&v->api_at, text));
	fflush(out);
	tell_who_can_reach(v, bound);
	if (v->api)
		tell_who_can_reach(v, &v->api_at);
	if (v->shows && !v->json && !v->mock)
		serve_show_rules(&v->screen, v->o->serve.mta.refusals, !v->o->account_file,
		    v->o->maildir || v->o->mbox || v->o->messages);
}

static void
on_farewell(void *ctx, unsigned ready)
{
	(void)ready;
	*(bool *)ctx = true;
}

/* Waits until no client is left: at most FAREWELL_MS, less if another signal arrives. */
static void
wait_for_clients(struct serving *v)
{
	unsigned signals = v->ending.signals;
	bool over = false;
	struct loop_timer *farewell = loop_timer(v->env.loop, on_farewell, &over);

	loop_timer_set(farewell, FAREWELL_MS);
	while (!over && v->ending.signals == signals && serve_clients(v->server) > 0)
		standard_turn(v->env.loop, true);
	loop_timer_free(farewell);
}

static void
live(struct serving *v, struct err *err)
{
	const struct options *o = v->o;

	ending_deadline(&v->ending, o->deadline_ms);
	while (!v->enough && !ending_is_due(&v->ending))
		standard_turn(v->env.loop, true);
	if (!v->enough && v->ending.signo && o->wait)
		err_set(err, ERR_TIMEOUT, "interrupted by a signal before message %u "
		    "arrived", o->wait);
	else if (!v->enough && v->ending.late && (o->count || o->wait))
		err_set(err, ERR_TIMEOUT, "only %llu of %u messages arrived before the "
		    "deadline", v->count,
		    o->count ? o->count : o->wait);
	/* If everything requested has arrived, clients may finish what they began. */
	serve_deafen(v->server);
	if (v->enough)
		wait_for_clients(v);
	serve_stop(v->server);
	wait_for_clients(v);
}

/* Begins to listen for SMTP clients and for requests of the API. */
static bool
listen_at(struct serving *v, struct addr *bound, struct err *err)
{
	struct span where = span_of(v->o->listen ? v->o->listen : "127.0.0.1:0");
	struct addr at;

	if (!listen_parse(&at, where, err) || !serve_listen(v->server, &at, bound, err))
		return false;
	if (!v->o->api)
		return true;
	if (addr_parse_listen(&at, span_of(v->o->api), err))
		v->api = api_new(v->env.loop, &at, &v->api_at, err);
	return v->api != NULL;
}

static int
serve(struct options *o, struct err *err)
{
	struct serving v = { .o = o, .env = { .loop = loop_new() } };
	struct addr bound;

	descriptors_raise();
	screen_init(&v.screen, stdout, &o->look);
	v.waited = (struct buf){ .max = SIZE_MAX / 4 };
	v.shows = !o->wait && o->look.verbose >= 0 && (v.screen.terminal || o->look.verbose > 0) &&
	    !reports_at_end(o);
	if (o->report == REPORT_JSON && !o->wait)
		v.json = json_new(stdout);
	if (make(&v, err) && listen_at(&v, &bound, err)) {
		ending_begin(&v.ending, v.env.loop);
		tell_where(&v, &bound);
		live(&v, err);
		/* the message of --wait; nothing else goes to standard output */
		struct span text = buf_span(&v.waited);
		if (text.len > 0 &&
		    (fwrite(text.at, text.len, 1, stdout) != 1 || fflush(stdout) != 0))
			err_set(err, ERR_SYSTEM, "standard output: %s", strerror(errno));
		if (v.report)
			serve_report_write(v.report, o, &v.screen);
		bool count = v.shows && !v.json;
		if (count && v.mock)
			printf("# %u connection%s, %u failed\n", v.played,
			    v.played == 1 ? "" : "s", v.failed);
		if (count)
			printf("# %llu message%s received\n", v.count, v.count == 1 ? "" : "s");
		if (v.failed > 0 && err->kind == ERR_NONE)
			err_set(err, ERR_EXPECT, "%u of %u connections did not follow %s",
			    v.failed, v.played, v.script->file);
	}
	release(&v);
	return (int)err->kind;
}

const struct command command_serve = {
	.name = "serve",
	.group = FOR_SCRIPTS,
	.args = "[OPTION...] [FILE]",
	.args_max = 1,
	.help = "Run a mock SMTP server, from a script or with built-in behaviour",
	.scope = SCOPE_SERVE,
	.run = serve,
	.example = { "serve", "serve --listen 127.0.0.1:2525 --maildir DIR", "serve FILE" },
	.config = CONFIG_OPTIONS,
};
