/*
 * reply - a reply as one, what is wrong with it, what it means; and what an EHLO reply offers, as a
 * table.
 */
#include "base/text.h"

#include "run/diagnosis/diagnose.h"
#include "ui/show/show_line.h"

/* ---- what it means */

static void
put_class(struct flow *f, const struct reply *r)
{
	const struct status *st = &r->status;
	const struct status_info *info = st->class ? status_info(st->subject, st->detail) : NULL;
	const struct reply_code *code = reply_code_info(r->code);

	if (!st->class) {
		flow_print(f, INK_DIM, "%u is %s: %s%s%s%s", r->code,
		    r->code / 100 == 4 ? "temporary" :
			r->code / 100 == 5 ? "permanent" :
					     "no rejection",
		    code ? code->text : "a code that is not registered", code ? " (" : "",
		    code ? code->rfc : "", code ? ")" : "");
		return;
	}
	flow_print(f, INK_DIM, "%u.%u.%u is ", st->class, st->subject, st->detail);
	flow_print(f, INK_DIM,
	    "%s: ", status_class_text(st->class) ? status_class_text(st->class) : "of no class");
	if (info)
		flow_print(f, INK_DIM, "%s (%s)", info->text, info->rfc);
	else
		flow_print(f, INK_DIM, "not registered; about %s",
		    status_subject_text(st->subject) ? status_subject_text(st->subject) :
						       "nothing known");
}

/* The same again, in a line; in a log not at all. */
static void
show_meaning_again(struct screen *s, const struct event *e)
{
	if (!s->hide)
		return;
	struct flow f = show_below(s, e);
	flow_print(&f, INK_DIM, "as before; /explain has what it means");
	flow_end(&f);
}

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
	struct flow f = show_below(s, e);
	put_class(&f, r);
	flow_end(&f);
	show_diagnosis(s, e, e->diagnosis);
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
	return e->answer.verb == VERB_EHLO || e->answer.verb == VERB_LHLO;
}

/* Line by line, as it came. */
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

/* What all lines begin with, if it is the enhanced code of the first one: said once. */
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

/* Code and enhanced code once, the lines' texts under each other. */
static void
show_reply_joined(struct screen *s, const struct event *e, enum mark mark)
{
	const struct reply *r = e->answer.reply;
	struct flow f = show_begin(s, mark, e);
	size_t status = common_status(r),
	       nlines = is_ehlo(e) && r->code == 250 && s->verbose < 1 ? 1 : r->nlines;
	enum ink ink = mark == MARK_GOT_BAD ? INK_BAD : INK_BOLD;

	flow_print(&f, ink, "%03u", r->code);
	flow_verbatim(&f, INK_PLAIN, SPAN(" "));
	if (status > 0) {
		flow_verbatim(&f, ink, span_first(r->line[0], status));
		flow_verbatim(&f, INK_PLAIN, SPAN(" "));
	}
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
	const unsigned broken = REPLY_CODES_DIFFER | REPLY_NO_CODE | REPLY_BAD_CODE |
	    REPLY_BAD_SEPARATOR;
	const struct reply *r = e->answer.reply;
	bool bad = e->err != ERR_NONE || e->answer.surprise || e->answer.late || r->code == 0;
	enum mark mark = bad ? MARK_GOT_BAD : MARK_GOT;

	if (e->answer.surprise)
		show_line(s, MARK_PROBLEM, e, "unsolicited reply (RFC 5321 4.2):");
	if (e->answer.late)
		show_line(s, MARK_PROBLEM, e, "late reply to %s%s%s:", due_text(&e->answer.due),
		    e->answer.or ? ", or the reply to " : ", whose wait was given up",
		    e->answer.or ? due_text(e->answer.or) : "");
	if (r->raw.len > 0 && (!s->terminal || (r->flaws & broken)))
		show_reply_plain(s, e, mark);
	else
		show_reply_joined(s, e, mark);
	show_standing(s, e);
	show_flaws(s, e, r->flaws);
	show_meaning(s, e);
}

/* ---- the table of extensions */

static void
put_size(struct flow *f, const struct extension *x)
{
	unsigned long long size;
	char human[24];

	if (x->params.len == 0 || span_eq(x->params, SPAN("0"))) {
		flow_put(f, INK_PLAIN, x->params);
		flow_print(f, INK_DIM, "%sno fixed limit", x->params.len ? ": " : "");
		return;
	}
	flow_put(f, INK_PLAIN, x->params);
	if (!span_number(x->params, ~0ull, &size)) {
		flow_print(f, INK_WARN, ": no number of octets");
		return;
	}
	text_size(human, size);
	flow_print(f, INK_DIM, ": messages of at most %s", human);
}

static void
put_limits(struct flow *f, const struct extension *x)
{
	struct span rest = x->params;

	for (struct span word = span_word(&rest); word.len > 0; word = span_word(&rest)) {
		struct span value = word, name = span_until(&value, '=');
		const char *meaning = limit_meaning(name);
		flow_put(f, INK_PLAIN, word);
		if (meaning)
			flow_print(f, INK_DIM, " (%s)", meaning);
		flow_put(f, INK_DIM, rest.len ? SPAN(", ") : SPAN_NONE);
	}
}

static void
put_source(struct flow *f, const struct extension_info *info)
{
	static const char *const kind[] = {
		[EXTENSION_REGISTERED] = "",
		[EXTENSION_HISTORIC] = ", historic",
		[EXTENSION_VENDOR] = ", not registered",
		[EXTENSION_MASKED] = "",
	};

	if (info->kind != EXTENSION_MASKED)
		flow_print(f, INK_DIM, " (%s%s)", info->source, kind[info->kind]);
}

static void
put_meaning(struct flow *f, const struct extension *x)
{
	const char *glue = x->params.len ? ": " : "";

	if (!x->info) {
		flow_print(f, INK_DIM, "%s%s", glue,
		    x->keyword.at[0] == 'X' || x->keyword.at[0] == 'x' ?
			"a private extension, not known to smtpsh" :
			"not known to smtpsh");
		return;
	}
	flow_print(f, x->info->kind == EXTENSION_MASKED ? INK_WARN : INK_DIM, "%s%s", glue,
	    x->info->meaning);
	put_source(f, x->info);
}

static void
show_extension(struct screen *s, const struct event *e, const struct extension *x, unsigned column)
{
	struct flow f = show_below(s, e);
	bool masked = x->info && x->info->kind == EXTENSION_MASKED;
	unsigned indent = f.indent + column;

	flow_put(&f, masked ? INK_WARN : INK_BOLD, x->keyword);
	f.indent = indent;
	flow_pad(&f, indent);
	if (span_eq_case(x->keyword, SPAN("SIZE"))) {
		put_size(&f, x);
		put_source(&f, x->info);
	} else if (span_eq_case(x->keyword, SPAN("LIMITS"))) {
		put_limits(&f, x);
		put_source(&f, x->info);
	} else {
		flow_put(&f, INK_PLAIN, x->params);
		put_meaning(&f, x);
	}
	flow_end(&f);
}

static unsigned
keyword_column(struct screen *s, const struct extensions *x)
{
	unsigned widest = 8;

	for (size_t i = 0; i < x->n; i++) {
		unsigned width = text_width(text_safe(&s->arena, x->list[i].keyword));
		if (width > widest && width <= 20)
			widest = width;
	}
	return widest + 2;
}

void
show_extension_table(struct screen *s, const struct event *e, const struct extensions *x)
{
	unsigned column = keyword_column(s, x);

	for (size_t i = 0; i < x->n; i++)
		show_extension(s, e, &x->list[i], column);
	if (x->n == 0)
		show_line(s, MARK_NOTE, e, "no extension is offered");
	if (x->closing.len > 0) {
		struct flow f = show_below(s, e);
		flow_print(&f, INK_DIM, "its last line is text, no extension: ");
		flow_put(&f, INK_PLAIN, x->closing);
		flow_end(&f);
	}
	if (x->auth_equals)
		show_line(s, MARK_NOTE, e,
		    "AUTH is offered in its old form too, \"AUTH=\"; both are shown as one");
}

void
show_extensions(struct screen *s, const struct event *e)
{
	if (s->terminal && s->verbose >= 0)
		show_extension_table(s, e, e->extensions);
}

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
	enum ink ink = e->closed.expected ? INK_DIM : INK_PLAIN;
	struct flow f = show_begin(s, e->closed.expected ? MARK_NOTE : MARK_PROBLEM, e);

	flow_print(&f, ink, "%s", by[e->closed.by]);
	if (e->closed.wait && !e->closed.expected)
		flow_print(&f, ink, " while %s was waited for",
		    wait_phrase(e->closed.wait, e->closed.verb));
	if (e->closed.rest.len > 0) {
		flow_print(&f, ink, "; what came last is no whole reply: ");
		flow_put(&f, ink, span_first(e->closed.rest, 200));
	}
	flow_end(&f);
	show_why(s, e);
}

/* ---- what became of a message: a line a recipient, and the whole in a sentence */

enum { ADDRESS_COLUMNS = 40 };

static const struct {
	const char *word;
	enum ink ink;
} fates[] = {
	[FATE_NOT_TRIED] = { "not tried", INK_BAD },
	[FATE_ACCEPTED] = { "accepted", INK_GOOD },
	[FATE_DEFERRED] = { "deferred", INK_WARN },
	[FATE_REJECTED] = { "rejected", INK_BAD },
	[FATE_NOT_SENT] = { "not sent", INK_BAD },
	[FATE_UNKNOWN] = { "unknown", INK_BAD },
};

static unsigned
address_columns(struct screen *s, const struct event *e)
{
	unsigned most = 0;

	for (size_t i = 0; i < e->delivery.nrcpts; i++) {
		unsigned width = text_width(text_safe(&s->arena, e->delivery.rcpt[i].address));
		most = width > most ? width : most;
	}
	return most < ADDRESS_COLUMNS ? most : ADDRESS_COLUMNS;
}

static void
show_verdict(struct screen *s, const struct event *e, const struct verdict *v, unsigned columns)
{
	struct flow f = show_begin(s, MARK_NOTE, e);
	unsigned start = f.column + 2;

	flow_pad(&f, start);
	flow_put(&f, INK_PLAIN, v->address);
	flow_pad(&f, start + columns + 2);
	flow_put(&f, fates[v->fate].ink, span_of(fates[v->fate].word));
	flow_pad(&f, start + columns + 13);
	if (v->code)
		flow_print(&f, INK_PLAIN, "%03u", v->code);
	flow_put(&f, INK_PLAIN, SPAN(" "));
	flow_put(&f, INK_PLAIN, v->text);
	flow_end(&f);
}

static void
show_whole(struct screen *s, const struct event *e)
{
	char size[24], took[24];
	size_t all = e->delivery.nrcpts, good = e->delivery.accepted;
	struct span id = text_safe(&s->arena, e->delivery.queue_id), whom = SPAN_NONE;

	text_size(size, e->delivery.octets);
	text_time(took, e->delivery.took_us);
	if (all > 1)
		whom = good == all ?
		    arena_printf(&s->arena, " to all %zu recipients", all) :
		    arena_printf(&s->arena, " to %zu of %zu recipients", good, all);
	show_line(s, MARK_NOTE, e, "accepted for delivery%.*s%s%.*s: %s in %s", SPAN_ARG(whom),
	    id.len ? " as " : "", SPAN_ARG(id), size, took);
	show_line(s, MARK_NOTE, e,
	    "accepted is not delivered: the server's log tells what becomes of it%s",
	    id.len ? ", under that id" : "");
}

static void
show_unknown(struct screen *s, const struct event *e)
{
	size_t all = e->delivery.nrcpts, n = e->delivery.unknown;

	if (n < all)
		show_line(s, MARK_PROBLEM, e,
		    "fate unknown for %zu of %zu recipients: see the table", n, all);
	else
		show_line(s, MARK_PROBLEM, e, "fate unknown: the message may be delivered or not");
}

void
show_delivery(struct screen *s, const struct event *e)
{
	unsigned columns = address_columns(s, e);

	if (s->verbose < 0 && e->delivery.accepted == e->delivery.nrcpts)
		return;
	if (e->delivery.nrcpts > 1 || !e->delivery.tried || e->delivery.accepted == 0)
		for (size_t i = 0; i < e->delivery.nrcpts; i++)
			show_verdict(s, e, &e->delivery.rcpt[i], columns);
	if (!e->delivery.tried)
		show_line(s, MARK_NOTE, e, "no message was sent, as asked");
	else if (e->delivery.accepted > 0)
		show_whole(s, e);
	if (e->delivery.unknown > 0)
		show_unknown(s, e);
	else if (e->delivery.tried && e->delivery.accepted == 0)
		show_line(s, MARK_PROBLEM, e, "%s",
		    e->delivery.ended ? "message not accepted for any recipient" :
					"message not sent");
}
