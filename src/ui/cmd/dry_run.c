/* dry_run - what a session would send. */
#include "ui/cmd/dry_run.h"

#include <stdio.h>

#include "base/text.h"
#include "run/script/script.h"
#include "smtp/secrecy.h"
#include "smtp/verb.h"

struct dry_run {
	struct secrecy secrecy;
	struct arena arena;
	bool marked, text; /* a script with marks; within a message */
};

/* What comes before the first line, by the options and the target. */
static void
dry_run_opening(const struct options *o, const struct target *t, struct arena *arena)
{
	enum target_tls tls = o->session.tls != TARGET_TLS_UNSET ? o->session.tls : t->tls;
	bool try = tls == TARGET_TLS_TRY;

	printf("=== dry run: no lookup, no connection; target %.*s",
	    SPAN_ARG(text_safe(arena, t->text)));
	if (t->port)
		printf(", port %u", t->port);
	printf("%s\n", t->kind == TARGET_MX ? ", by its MX" : "");
	if (tls == TARGET_TLS_IMPLICIT)
		printf("=== implicit TLS, then the greeting\n");
	if (tls == TARGET_TLS_STARTTLS || try)
		printf("=== EHLO, STARTTLS%s, EHLO\n", try ? " if offered" : "");
	if (o->session.auth.wanted)
		printf("=== EHLO if due, AUTH%s%s%s%s\n", o->session.auth.mech ? " " : "",
		    o->session.auth.mech ? o->session.auth.mech : " by the best mechanism offered",
		    o->session.auth.user ? " as " : "",
		    o->session.auth.user ? o->session.auth.user : "");
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

void
dry_run(const struct options *o, const struct target *target, struct span text)
{
	struct dry_run d = { .marked = script_is_marked(text) };
	struct span line;

	if (target)
		dry_run_opening(o, target, &d.arena);
	for (size_t i = 0; i < o->nlines; i++)
		dry_run_line(&d, span_of(o->line[i]));
	while (o->nlines == 0 && span_line(&text, &line))
		dry_run_line(&d, line);
	secrecy_release(&d.secrecy);
	arena_wipe(&d.arena);
}
