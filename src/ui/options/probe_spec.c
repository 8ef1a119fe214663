/* probe_spec - derives what a probe does from the options. */
#include "base/file.h"
#include "run/message/compose.h"
#include "ui/options/probe_spec.h"

#include <stdio.h>

#include "run/script/file.h"
#include "run/session/steps/list.h"
#include "ui/options/values.h"

enum { FILE_MOST = 512 << 10 };

static struct span
short_message(struct options *o)
{
	struct span date = compose_date(&o->arena), id = compose_unique(&o->arena);

	return arena_printf(&o->arena,
	    "From: <%s>\nTo: <%s>\nSubject: smtpsh probe %.*s\nDate: %.*s\n"
	    "Message-ID: <%.*s@%s>\n"
	    "Auto-Submitted: auto-generated\n\nA probe of this mail server. It can be deleted.\n",
	    o->probe.probe.from ? o->probe.probe.from : "",
	    o->probe.probe.to ? o->probe.probe.to : "", SPAN_ARG(id), SPAN_ARG(date), SPAN_ARG(id),
	    o->session.helo ? o->session.helo : "localhost.localdomain");
}

/* Removes angle brackets around an address; "<>" is the null sender, as with `send`. */
static bool
read_address(struct options *o, const char *option, const char **text, struct err *err)
{
	size_t len = *text ? strlen(*text) : 0;

	if (len >= 2 && (*text)[0] == '<' && (*text)[len - 1] == '>')
		*text = arena_string(&o->arena, (struct span){ *text + 1, len - 2 });
	for (const char *c = *text; c && *c; c++)
		if ((unsigned char)*c <= ' ' || *c == '<' || *c == '>' || *c == 0x7F)
			return err_set(err, ERR_USAGE,
			    "--%s: invalid address: it contains spaces, control characters or "
			    "angle brackets",
			    option);
	return true;
}

static bool
read_script(struct options *o, struct err *err)
{
	struct script_opts opts = { .load = script_load_file };
	struct probe_opts *p = &o->probe.probe;

	if (o->probe.played)
		return true;
	o->probe.played = script_read(o->probe.script, options_script(o, &opts), err);
	p->script = o->probe.played;
	p->value = o->value;
	p->nvalues = o->nvalues;
	return p->script != NULL;
}

/*
 * Checks that the options that --until needs were given: a probe that quietly stopped earlier would
 * report OK for what it never tried.
 */
static bool
reaches_its_depth(struct probe_settings *p, struct err *err)
{
	struct probe_opts *probe = &p->probe;

	if (probe->until >= DEPTH_MAIL && !probe->from)
		probe->from = "";
	if (probe->until == DEPTH_AUTH && !probe->auth)
		return err_set(
		    err, ERR_USAGE, "--until auth requires --user NAME or --auth");
	if (probe->until >= DEPTH_RCPT && !probe->to)
		return err_set(err, ERR_USAGE, "--until %s requires --to ADDR",
		    probe->until == DEPTH_RCPT ? "rcpt" : "data");
	if (probe->until == DEPTH_DATA && probe->body.len == 0)
		return err_set(
		    err, ERR_USAGE, "--until data requires --send FILE or --send auto");
	return true;
}

bool
probe_spec_prepare(struct options *o, struct err *err)
{
	static const struct step auth = { .op = &step_auth };
	struct probe_settings *p = &o->probe;
	struct span set;

	o->session.careful = true;
	/* TLS that was requested is required, on port 25 too. */
	p->judge.tls_given = o->session.tls == TARGET_TLS_STARTTLS ||
	    o->session.tls == TARGET_TLS_IMPLICIT;
	if (o->session.timeouts.quit == 0 || o->session.timeouts.quit > timeouts_probe.quit)
		o->session.timeouts.quit = timeouts_probe.quit;
	if (p->probe.total_ms == 0)
		p->probe.total_ms = 10000;
	if (o->session.auth.wanted || o->session.auth.user)
		p->probe.auth = &auth;
	if (!read_address(o, "from", &p->probe.from, err) ||
	    !read_address(o, "to", &p->probe.to, err))
		return false;
	if (p->send && !p->probe.to)
		return err_set(err, ERR_USAGE, "--send requires --to ADDR");
	if (p->send && strcmp(p->send, "auto") == 0)
		p->probe.body = short_message(o);
	else if (p->send &&
	    !file_read(p->send, FILE_PIPE, FILE_MOST, &o->arena, &p->probe.body, err))
		return false;
	if (p->script && !read_script(o, err))
		return false;
	if (p->ext_set) {
		if (!file_read(p->ext_set, FILE_PIPE, FILE_MOST, &o->arena, &set, err))
			return false;
		p->judge.ext_set = arena_string(&o->arena, set);
	}
	return p->script || reaches_its_depth(p, err);
}

struct fleet_spec
probe_spec(struct options *o)
{
	struct fleet_spec spec = {
		.session = &o->session, .probe = &o->probe.probe, .judge = &o->probe.judge
	};
	size_t n = o->probe.nways;
	struct session_opts *way = n > 0 ? ARENA_ARRAY(&o->arena, struct session_opts, n) : NULL;

	for (size_t i = 0; i < n; i++) {
		way[i] = o->session;
		way[i].way = o->probe.way[i];
		way[i].sigalgs = option_way_sigalgs(o->probe.way[i]);
	}
	if (n > 0) {
		spec.session = way;
		spec.nsessions = n;
	}
	return spec;
}
