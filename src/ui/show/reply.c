/* reply - a reply, its flaws and its meaning; and the end of a connection. */
#include "base/text.h"

#include "run/diagnosis/diagnose.h"
#include "ui/show/show_line.h"

/* ---- meaning */

/* "5.7.26 is permanent: multiple authentication checks failed (RFC 7372)" */
static void
show_class(struct screen *s, const struct event *e)
{
	const struct reply *r = e->answer.reply;
	const struct status *st = &r->status;
	const struct status_info *info = st->class ? status_info(st->subject, st->detail) : NULL;
	const struct reply_code *code = reply_code_info(r->code);
	struct flow f = show_aside(s, e);

	if (!st->class)
		flow_print(&f, INK_PLAIN, "%u is %s: %s%s%s%s", r->code,
		    r->code / 100 == 4 ? "temporary" : "permanent",
		    code ? code->text : "unregistered code", code ? " (" : "",
		    code ? code->rfc : "", code ? ")" : "");
	else
		flow_print(&f, INK_PLAIN, "%u.%u.%u is %s: %s%s%s%s", st->class, st->subject,
		    st->detail,
		    status_class_text(st->class) ? status_class_text(st->class) : "no class",
		    info	? info->text :
			status_subject_text(st->subject) ? "not registered; concerns " :
							   "not registered",
		    info ? " (" :
			status_subject_text(st->subject) ? status_subject_text(st->subject) :
							   "",
		    info ? info->rfc : "", info ? ")" : "");
	flow_end(&f);
}

/* Already explained: one line at a prompt, none elsewhere. */
static void
show_meaning_again(struct screen *s, const struct event *e)
{
	if (!s->prompt)
		return;
	struct flow f = show_aside(s, e);
	flow_print(&f, INK_DIM, "as before; /explain tells what it means");
	flow_end(&f);
}

/* Returns whether nothing is known beyond the code. */
static bool
is_only_code(enum cause cause)
{
	return cause == CAUSE_POLICY || cause == CAUSE_DEFERRED || cause == CAUSE_REJECTED;
}

/* Shows the registered meaning of the code only if nothing better is known. */
static void
show_meaning(struct screen *s, const struct event *e)
{
	const struct reply *r = e->answer.reply;
	uint64_t which = (uint64_t)r->code | (uint64_t)r->status.class << 16 |
	    (uint64_t)r->status.subject << 24 | (uint64_t)r->status.detail << 40;
	const struct diagnosis *d = e->diagnosis;
	enum telling telling = d ? screen_telling(s, cause_row(d->cause), which) : TELL_NEVER;

	if (telling == TELL_AGAIN)
		show_meaning_again(s, e);
	if (telling != TELL_FIRST)
		return;
	if (is_only_code(d->cause))
		show_class(s, e);
	show_diagnosis(s, e, d);
}

static void
show_standing(struct screen *s, const struct event *e)
{
	char text[STANDING_TEXT];
	enum standing standing = e->answer.standing;
	bool is_code = !(e->answer.reply->flaws & (REPLY_NO_CODE | REPLY_BAD_CODE));

	if (standing == REPLY_FITS || e->answer.due.stage == DUE_NOTHING || !is_code)
		return;
	standing_text(&e->answer.due, standing, e->answer.reply->code, text);
	show_line(s, standing == REPLY_OUT_OF_STEP ? MARK_PROBLEM : MARK_NOTE, e, "%s", text);
}

static void
show_flaws(struct screen *s, const struct event *e, unsigned flaws)
{
	const struct reply_flaw_info *flaw;

	while ((flaw = reply_flaw_next(&flaws)))
		show_line(
		    s, MARK_PROBLEM, e, "a flaw in this reply: %s (%s)", flaw->text, flaw->rfc);
}

/* ---- the reply */

static bool
is_ehlo(const struct event *e)
{
	return verb_is_ehlo(e->answer.verb);
}

/* Shows a reply line by line, as received. */
static void
show_reply_plain(struct screen *s, const struct event *e, enum mark mark)
{
	const struct reply *r = e->answer.reply;
	struct span rest = r->raw;
	struct flow f;

	while (rest.len > 0) {
		struct span line = span_until(&rest, '\n');
		if (line.len > 0 && line.at[line.len - 1] == '\r')
			line.len--;
		f = show_begin(s, mark, e);
		flow_verbatim(&f, INK_PLAIN, line);
		if (rest.len == 0)
			show_took(&f, e->answer.took_us);
		flow_end(&f);
	}
}

/* Returns the length of the enhanced code if all lines begin with it: it is shown once. Else 0. */
static size_t
common_status(const struct reply *r)
{
	size_t len;
	struct status st = status_parse(r->line[0], &len);

	if (!st.class)
		return 0;
	for (size_t i = 1; i < r->nlines; i++)
		if (!span_starts(r->line[i], span_first(r->line[0], len)))
			return 0;
	return len;
}

/* Shows code and enhanced code once, and the lines' texts below each other. */
static void
show_reply_joined(struct screen *s, const struct event *e, enum mark mark)
{
	const struct reply *r = e->answer.reply;
	struct flow f = show_begin(s, mark, e);
	size_t status = common_status(r),
	       nlines = is_ehlo(e) && r->code == 250 && s->verbose < 1 ? 1 : r->nlines;
	enum ink ink = mark == MARK_GOT_BAD ? INK_BAD_BOLD :
	    mark == MARK_GOT_DEFERRED	    ? INK_WARN_BOLD :
					      INK_PLAIN;

	flow_print(&f, ink, "%03u", r->code);
	flow_verbatim(&f, INK_PLAIN, SPAN(" "));
	if (status > 0) {
		flow_verbatim(&f, ink, span_first(r->line[0], status));
		flow_verbatim(&f, INK_PLAIN, SPAN(" "));
	}
	if (nlines > 1)
		f.indent = f.column;
	for (size_t i = 0; i < nlines; i++) {
		struct span text = span_skip(r->line[i], status);
		if (status > 0 && text.len > 0)
			text = span_skip(text, 1);
		if (i > 0)
			flow_break(&f);
		flow_verbatim(&f, INK_PLAIN, text);
	}
	show_took(&f, e->answer.took_us);
	flow_end(&f);
}

void
show_reply(struct screen *s, const struct event *e)
{
	const unsigned broken = REPLY_CODES_DIFFER | REPLY_MIXED | REPLY_NO_CODE | REPLY_BAD_CODE |
	    REPLY_BAD_SEPARATOR;
	const struct reply *r = e->answer.reply;
	bool bad = e->err != ERR_NONE || e->answer.surprise || e->answer.late || r->code == 0;
	enum mark mark = !bad ? MARK_GOT : r->code / 100 == 4 ? MARK_GOT_DEFERRED : MARK_GOT_BAD;

	if (e->answer.surprise)
		show_line(s, MARK_PROBLEM, e, "unsolicited reply (RFC 5321 4.2):");
	if (e->answer.late)
		show_line(s, MARK_PROBLEM, e, "late reply to %s%s%s:", due_text(&e->answer.due),
		    e->answer.or ? ", or the reply to " : ", which was cancelled",
		    e->answer.or ? due_text(e->answer.or) : "");
	if (r->raw.len > 0 && (!s->terminal || (r->flaws & broken)))
		show_reply_plain(s, e, mark);
	else
		show_reply_joined(s, e, mark);
	show_standing(s, e);
	show_flaws(s, e, r->flaws);
	show_meaning(s, e);
}

/* ---- the end of a connection */

void
show_closed(struct screen *s, const struct event *e)
{
	static const char *const by[] = {
		[CLOSED_BY_US] = "connection closed",
		[CLOSED_BY_PEER] = "the server closed the connection",
		[CLOSED_RESET] = "the server reset the connection",
		[CLOSED_TRUNCATED] =
		    "the server closed the connection without ending TLS (no close_notify)",
	};
	enum ink ink = e->closed.expected ? INK_DIM : INK_BOLD;

	if (s->terminal && s->verdict_only && e->closed.expected && s->verbose < 1)
		return;			/* routine; the verdict follows */
	struct flow f = show_begin(s, e->closed.expected ? MARK_NOTE : MARK_PROBLEM, e);

	flow_print(&f, ink, "%s", by[e->closed.by]);
	if (e->closed.wait && !e->closed.expected)
		flow_print(&f, ink, " while waiting for %s",
		    wait_phrase(e->closed.wait, e->closed.verb));
	if (e->closed.rest.len > 0) {
		flow_print(&f, ink, "; incomplete reply received: ");
		flow_put(&f, ink, span_first(e->closed.rest, 200));
	}
	flow_end(&f);
	show_why(s, e);
}
