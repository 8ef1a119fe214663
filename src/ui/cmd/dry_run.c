/* dry_run - prints what a session, send and probe would send. */
#include "ui/cmd/dry_run.h"

#include <stdio.h>

#include "base/file.h"
#include "base/text.h"
#include "run/message/send_lines.h"
#include "run/script/script.h"
#include "smtp/body.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"
#include "ui/options/targets.h"

struct dry_run {
	struct secrecy secrecy;
	struct arena arena;
	bool marked, text; /* a script with marks; in message data */
};

/* ---- what comes before the first line */

/* Prints "MX of example.org, addresses of its hosts"; nothing if nothing is looked up. */
static void
dry_run_lookups(const struct session_opts *o, const struct target *t, struct arena *arena)
{
	struct span host = text_safe(arena, t->host);
	struct addr literal;
	bool given = false, proxied = o->proxy.kind != PROXY_NONE;

	for (size_t i = 0; i < o->route.nrules; i++)
		given |= span_eq_case(o->route.rule[i].host, t->host);
	if (t->kind == TARGET_MX)
		printf("=== would look up: MX of %.*s%s\n", SPAN_ARG(host),
		    proxied ? "; the proxy looks up the hosts" : ", addresses of its hosts");
	else if (t->kind == TARGET_HOST && !addr_parse(&literal, t->host, 0) && !given && !proxied)
		printf("=== would look up: addresses of %.*s\n", SPAN_ARG(host));
}

static void
dry_run_connection(const struct session_opts *o, const struct target *t)
{
	char from[ADDR_TEXT];

	if (t->kind != TARGET_HOST && t->kind != TARGET_MX)
		return;
	printf("=== would connect: port %u", t->port);
	if (o->route.family)
		printf(", IPv%u only", o->route.family);
	if (o->from.len > 0)
		printf(", from %s", addr_host(&o->from, from));
	if (o->proxy.kind != PROXY_NONE)
		printf(", through %s", o->proxy.text);
	printf("\n");
}

static void
dry_run_target(const struct session_opts *o, const struct target *t, struct arena *arena)
{
	printf("=== dry run, no lookups or connections; target %.*s\n",
	    SPAN_ARG(text_safe(arena, t->text)));
	dry_run_lookups(o, t, arena);
	dry_run_connection(o, t);
}

static void
dry_run_login(const struct session_opts *o)
{
	printf("=== AUTH%s%s%s%s, credentials not shown\n", o->auth.mech ? " " : "",
	    o->auth.mech ? o->auth.mech : " by the best mechanism offered",
	    o->auth.user ? " as " : "", o->auth.user ? o->auth.user : "");
}

static void
dry_run_hello(const struct session_opts *o, const char *verb, struct arena *arena)
{
	if (o->helo && !o->helo_is_secret)
		printf(" -> %s %.*s\n", verb, SPAN_ARG(text_safe(arena, span_of(o->helo))));
	else
		printf(" -> %s (this host's name)\n", verb);
}

/*
 * Prints EHLO, STARTTLS and, with `again`, the second EHLO. `starttls`: 0 none, 1 if offered, 2
 * required.
 */
static void
dry_run_hellos(
    const struct session_opts *o, const char *verb, int starttls, bool again, struct arena *arena)
{
	dry_run_hello(o, verb, arena);
	if (!starttls)
		return;
	printf(" -> STARTTLS\n%s", starttls == 1 ? "=== only if offered\n" : "");
	if (again)
		dry_run_hello(o, verb, arena);
}

/* ---- the lines of a session */

static void
dry_run_opening(const struct options *o, const struct target *t, struct arena *arena)
{
	enum target_tls tls = o->session.tls != TARGET_TLS_UNSET ? o->session.tls : t->tls;
	bool try = tls == TARGET_TLS_TRY;

	dry_run_target(&o->session, t, arena);
	if (tls == TARGET_TLS_IMPLICIT)
		printf("=== implicit TLS, then the greeting\n");
	if (tls == TARGET_TLS_STARTTLS || try)
		printf("=== EHLO, STARTTLS%s, EHLO\n", try ? " if offered" : "");
	if (o->session.auth.wanted) {
		printf("=== EHLO if needed\n");
		dry_run_login(&o->session);
	}
}

static void
dry_run_line(struct dry_run *d, struct span line)
{
	struct span shown = line, name;

	arena_reset(&d->arena);
	if (d->marked && !d->text) {
		if (!span_starts(line, SPAN("C:")))
			return;
		line = span_skip(line, 2 + (line.len > 2 && line.at[2] == ' '));
	} else if (d->marked && span_starts(line, SPAN("C: "))) {
		line = span_skip(line, 3);
	} else if (d->marked ||
	    (!d->text && (span_starts(line, SPAN("S:")) || span_starts(line, SPAN("#"))))) {
		return;
	}
	if (!d->text) {
		bool command = cursor_is_command(line, &name);
		enum verb verb = verb_of(line, NULL);
		shown = secrecy_sent(&d->secrecy, line,
		    d->secrecy.pending && verb == VERB_OTHER && !command, &d->arena);
		d->text = verb == VERB_DATA;
	} else {
		d->text = !span_eq(line, SPAN("."));
		shown = line;
	}
	printf(" -> %.*s\n", SPAN_ARG(text_safe(&d->arena, shown)));
}

static void
dry_run_release(struct dry_run *d)
{
	secrecy_release(&d->secrecy);
	arena_wipe(&d->arena);
}

static void
dry_run_lines(struct dry_run *d, struct span text)
{
	struct span line;

	d->marked = script_is_marked(text);
	while (span_line(&text, &line))
		dry_run_line(d, line);
}

void
dry_run(const struct options *o, const struct target *target, struct span text)
{
	struct dry_run d = { .marked = script_is_marked(text) };

	if (target)
		dry_run_opening(o, target, &d.arena);
	for (size_t i = 0; i < o->nlines; i++)
		dry_run_line(&d, span_of(o->line[i]));
	if (o->nlines == 0)
		dry_run_lines(&d, text);
	dry_run_release(&d);
}

/* ---- send */

static void
dry_run_text(struct span text, struct arena *arena)
{
	struct span line;

	while (span_line(&text, &line))
		printf(" -> %.*s\n", SPAN_ARG(text_safe(arena, body_line(arena, line))));
	printf(" -> .\n");
}

static void
dry_run_message(const struct send_plan *p, const struct message *m, struct arena *arena)
{
	char size[24];

	text_size(size, m->facts.octets);
	if (p->chunk > 0)
		printf("=== the message, %s, by BDAT of up to %llu octets%s\n", size,
		    (unsigned long long)p->chunk,
		    p->forced ? "" : "; not sent unless CHUNKING is offered");
	else
		printf(" -> DATA\n");
	if (p->chunk == 0 && message_is_shown(m))
		dry_run_text(buf_span(&m->head), arena);
	else if (p->chunk == 0)
		printf(" -> <message, %s>\n -> .\n", size);
	if (!p->file)
		printf("=== Date, Message-ID and size will differ when it is sent\n");
}

static void
dry_run_envelope(const struct send_plan *p, const struct message *m, struct arena *arena)
{
	struct send_adds adds = send_adds(p, &m->facts), asked = adds;

	/* BINARYMIME is added in any case */
	adds.size = adds.eight_bit = adds.utf8 = asked.binary = false;
	printf(" -> %.*s\n",
	    SPAN_ARG(text_safe(arena, send_mail_line(p, adds, m->facts.octets, arena))));
	struct span added = send_added(asked, m->facts.octets, arena);
	if (added.len > 0)
		printf("=== with%.*s if offered\n", SPAN_ARG(added));
	for (size_t i = 0; p->last > SEND_MAIL && i < p->message.nto; i++)
		printf(" -> %.*s\n", SPAN_ARG(text_safe(arena, send_rcpt_line(p, i, arena))));
}

bool
dry_run_send(const struct options *o, const struct target *t, struct err *err)
{
	const struct send_plan *p = &o->send;
	const struct session_opts *s = &o->session;
	struct compose c = p->message;
	struct message m = MESSAGE_NONE;
	struct arena arena = { 0 };
	enum target_tls tls = s->tls != TARGET_TLS_UNSET ? s->tls : t->tls;
	bool whole = p->last == SEND_DATA, lmtp = s->lmtp || t->lmtp;

	c.helo = span_of(s->helo && !s->helo_is_secret ? s->helo : "localhost");
	bool ok = !whole ||
	    (p->file ? message_file(&m, p->file, FILE_PIPE, p->binary, err) : compose(&m, &c, err));
	if (ok) {
		dry_run_target(s, t, &arena);
		if (tls == TARGET_TLS_IMPLICIT)
			printf("=== implicit TLS\n");
		if (p->last >= SEND_EHLO)
			dry_run_hellos(s, lmtp ? "LHLO" : "EHLO",
			    p->last == SEND_EHLO || tls == TARGET_TLS_OFF ||
				    tls == TARGET_TLS_IMPLICIT ?
				0 :
				1 + (tls == TARGET_TLS_STARTTLS || s->auth.wanted),
			    true, &arena);
		if (p->last >= SEND_AUTH && s->auth.wanted)
			dry_run_login(s);
		if (p->last >= SEND_MAIL)
			dry_run_envelope(p, &m, &arena);
		if (whole)
			dry_run_message(p, &m, &arena);
		printf(" -> QUIT\n");
	}
	message_release(&m);
	arena_release(&arena);
	return ok;
}

/* ---- probe */

static void
dry_run_mail(const struct probe_opts *p, struct arena *arena)
{
	enum probe_depth until = probe_depth(p);
	bool sends = p->body.len > 0 && until >= DEPTH_DATA;

	printf(" -> MAIL FROM:<%.*s>\n",
	    SPAN_ARG(text_safe(arena, span_of(p->from ? p->from : ""))));
	if (p->to && until >= DEPTH_RCPT)
		printf(" -> RCPT TO:<%.*s>\n", SPAN_ARG(text_safe(arena, span_of(p->to))));
	for (size_t i = 0; p->lines && p->lines[i]; i++)
		printf(" -> %.*s\n", SPAN_ARG(text_safe(arena, span_of(p->lines[i]))));
	if (sends)
		printf(" -> DATA\n");
	if (sends)
		dry_run_text(p->body, arena);
	else
		printf(" -> RSET\n");
}

static void
dry_run_dialogue(
    const struct session_opts *s, const struct probe_opts *p, const struct target *t,
    struct arena *arena)
{
	enum probe_depth until = probe_depth(p);
	enum target_tls tls = probe_tls_mode(s, t);

	if (tls == TARGET_TLS_IMPLICIT)
		printf("=== implicit TLS\n");
	if (until >= DEPTH_EHLO)
		dry_run_hellos(s,
		    s->lmtp || t->lmtp ? "LHLO" :
			p->helo	       ? "HELO" :
					 "EHLO",
		    p->helo ? 0 : (tls == TARGET_TLS_TRY) + 2 * (tls == TARGET_TLS_STARTTLS),
		    until != DEPTH_STARTTLS, arena);
	if (p->auth && until >= DEPTH_AUTH)
		dry_run_login(s);
	if ((p->from || p->to) && until >= DEPTH_MAIL)
		dry_run_mail(p, arena);
	if (until > DEPTH_CONNECT)
		printf(" -> QUIT\n");
}

struct dry_fleet {
	struct span script; /* the text of --script */
	bool any;
};

static void
dry_run_take(void *ctx, const struct target *t, const struct fleet_spec *spec)
{
	struct dry_fleet *f = ctx;
	struct dry_run d = { .marked = false };

	if (f->any)
		printf("\n");
	f->any = true;
	dry_run_target(spec->session, t, &d.arena);
	if (t->kind == TARGET_HOST || t->kind == TARGET_MX)
		printf(
		    "=== also TLSA, MTA-STS and reverse DNS, where they apply\n");
	if (f->script.len > 0)
		dry_run_lines(&d, f->script);
	else
		dry_run_dialogue(spec->session, spec->probe, t, &d.arena);
	dry_run_release(&d);
}

bool
dry_run_probe(struct options *o, struct err *err)
{
	struct dry_fleet f = { .any = false };

	return (!o->probe.script ||
		   file_read(o->probe.script, FILE_REGULAR, SCRIPT_OCTETS_MAX, &o->arena, &f.script,
		       err)) &&
	    targets_list(o, dry_run_take, &f, err);
}
