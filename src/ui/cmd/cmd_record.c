/* smtpsh record - proxies between a client and a server and records both sides. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/append.h"
#include "base/text.h"
#include "run/serve/record.h"
#include "run/serve/serve.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/ending.h"
#include "ui/cmd/env.h"
#include "ui/options/options.h"
#include "ui/show/draft.h"
#include "ui/show/log.h"
#include "ui/show/standard.h"

struct recording {
	struct options *o;
	struct append out;
	unsigned lost;			/* sessions that could not be written */
};

static bool
on_script(void *ctx, struct span script, struct err *err)
{
	struct recording *v = ctx;
	bool written = append_piece(&v->out, script, err);

	v->lost += !written;
	return written;
}

static void
on_note(void *ctx, unsigned client, const char *text)
{
	struct recording *v = ctx;
	struct arena arena = { 0 };
	struct span safe = text_safe(&arena, span_of(text));

	if (v->o->look.verbose >= 0)
		fprintf(stderr, "=== client %u: %.*s\n", client, SPAN_ARG(safe));
	arena_release(&arena);
}

static void
record(struct recording *v, const struct target *to, const struct addr *at, struct err *err)
{
	struct session_env env;
	bool begun = env_begin(&env, v->o, err);
	struct tls_made *made = begun ? serve_certificate(NULL, err) : NULL;
	struct tls_context *tls = made ?
	    tls_context_new(&(struct tls_opts){ .server = true, .made = made }, err) :
	    NULL;
	struct ending ending = { 0 };
	char text[ADDR_TEXT];
	struct addr bound;

	bool told = tls &&
	    (!v->o->ca_out || draft_write(v->o->ca_out, 0666, tls_made_ca_pem(made), err));
	if (!v->o->log)
		append_over(&v->out, "standard output", STDOUT_FILENO, 1);
	if (told && (!v->o->log || append_open(&v->out, v->o->log, 1, err))) {
		struct record *r = record_new(&env,
		    &(struct record_opts){ .to = to,
			.session = &v->o->session,
			.tls = tls,
			.clients_max = v->o->serve.clients_max,
			.idle_ms = v->o->serve.idle_ms,
			.no_bodies = v->o->no_bodies,
			.times = v->o->look.time,
			.write = on_script,
			.note = on_note,
			.ctx = v });
		if (record_listen(r, at, &bound, err)) {
			ending_begin(&ending, env.loop);
			ending_deadline(&ending, v->o->deadline_ms);
			printf("%slistening on %s\n", v->o->log ? "" : "# ",
			    listen_text(&bound, text));
			fflush(stdout);
			while (!ending_is_due(&ending))
				standard_turn(env.loop, true);
			ending_end(&ending);
		}
		record_free(r);
		ending_in_time(&ending, err);
		if (v->lost > 0 && err->kind == ERR_NONE)
			err_set(err, ERR_SYSTEM, "%u session%s could not be written to %s", v->lost,
			    v->lost == 1 ? "" : "s", v->out.name);
		append_close(&v->out);
	}
	tls_context_free(tls);
	tls_made_free(made);
	env_end(&env, err);
}

static int
run_record(struct options *o, struct err *err)
{
	struct recording v = { .o = o };
	struct target to;
	struct addr at;

	if (!o->to)
		err_set(err, ERR_USAGE, "no target: use --to TARGET");
	else if (target_parse(&to, span_of(o->to), SPAN_NONE, o->port, &o->arena, err) &&
	    listen_parse(&at, span_of(o->listen ? o->listen : "127.0.0.1:0"), err))
		record(&v, &to, &at, err);
	return 0;
}

const struct command command_record = {
	.name = "record",
	.group = FOR_SCRIPTS,
	.args = "[OPTION...] --to TARGET",
	.help = "Proxy a session between client and server and record it as a script",
	.scope = SCOPE_RECORD,
	.run = run_record,
	.example = { "record --to mx1.example.org", "record --to mx1.example.org --log FILE" },
	.config = CONFIG_OPTIONS,
};
