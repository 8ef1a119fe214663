/* report - the report's destination, and what all formats share. */
#include "run/diagnosis/diagnose.h"
#include "ui/report/report.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "base/text.h"
#include "ui/show/draft.h"

struct report {
	const struct report_kind *format;
	struct report_opts opts;
	void *state;			/* NULL: nothing was written yet */
	FILE *out;
	struct draft draft;		/* .out NULL: the stream is the caller's */
};

struct report *
report_to(const struct report_kind *format, FILE *out, const struct report_opts *opts)
{
	struct report *r = memory_zeroed(sizeof *r);

	assert(format && out);
	*r = (struct report){ .format = format, .out = out, .opts = *opts };
	return r;
}

struct report *
report_new(const struct report_kind *format, const char *file, const struct report_opts *opts,
    struct err *err)
{
	struct draft draft;

	if (!draft_begin(&draft, file, err))
		return NULL;
	struct report *r = report_to(format, draft.out, opts);
	r->draft = draft;
	return r;
}

static void
report_begin(struct report *r)
{
	if (!r->state)
		r->state = r->format->begin(r->out, &r->opts);
}

void
report_one(struct report *r, const struct fleet_report *one)
{
	report_begin(r);
	r->format->one(r->state, one);
}

bool
report_end(struct report *r, const struct fleet_summary *sum, struct err *err)
{
	bool ok;

	report_begin(r);
	r->format->end(r->state, sum);
	if (r->draft.out)
		ok = draft_keep(&r->draft, err);
	else
		ok = fflush(r->out) == 0 ||
		    err_set(err, ERR_SYSTEM, "cannot write the output: %s", strerror(errno));
	free(r);
	return ok;
}

void
report_drop(struct report *r)
{
	draft_drop(&r->draft);
	free(r);
}

struct span
report_message(const struct fleet_report *one)
{
	const struct judge_check *worst = one->verdict->worst;

	return worst ? worst->message : SPAN_NONE;
}

struct span
report_why(const struct fleet_report *one)
{
	const struct diagnosis *d = one->verdict->diagnosis;

	return d ? diagnosis_text_below(d, &one->result->arena) : SPAN_NONE;
}

struct span
report_target(const struct fleet_report *one)
{
	return text_safe(&one->result->arena, one->target);
}

struct span
report_address(const struct fleet_report *one)
{
	char text[ADDR_TEXT];

	return text_safe(&one->result->arena,
	    arena_copy(&one->result->arena, span_of(addr_host(&one->result->addr, text))));
}

static struct span
report_bare_place(const struct fleet_report *one)
{
	struct probe_result *r = one->result;
	struct span address = report_address(one), host = text_safe(&r->arena, r->host);
	unsigned port = r->addr.len ? addr_port(&r->addr) : r->target->port;

	if (r->addr.len == 0 || address.len == 0)
		return arena_printf(&r->arena, port ? "%.*s:%u" : "%.*s", SPAN_ARG(host), port);
	if (port == 0)
		return address;
	if (span_eq(host, address))
		return arena_printf(&r->arena, addr_family(&r->addr) == 6 ? "[%.*s]:%u" : "%.*s:%u",
		    SPAN_ARG(address), port);
	return arena_printf(&r->arena, "%.*s[%.*s]:%u", SPAN_ARG(host), SPAN_ARG(address), port);
}

struct span
report_place(const struct fleet_report *one)
{
	struct arena *arena = &one->result->arena;
	struct span place = report_bare_place(one);

	if (one->name)
		place = arena_printf(arena, "%.*s %.*s",
		    SPAN_ARG(text_safe(arena, span_of(one->name))), SPAN_ARG(place));
	return one->result->way ?
	    arena_printf(arena, "%.*s (%s)", SPAN_ARG(place), one->result->way) :
	    place;
}

const char *
report_state(const struct fleet_report *one)
{
	return judge_state_word(one->verdict->state);
}

bool
report_passed(const struct fleet_report *one)
{
	return one->verdict->state == STATE_OK || one->verdict->state == STATE_WARNING;
}

double
report_seconds(uint64_t us)
{
	return (double)us / 1e6;
}

bool
report_shortfall(const struct fleet_summary *sum, char out[SHORTFALL_SIZE])
{
	char bad[60] = "";
	const char *rest = sum->unread ? ", rest of the list not read" : "";

	if (sum->addresses == 0 && sum->undone == 0) {
		snprintf(out, SHORTFALL_SIZE, "no target was probed");
		return true;
	}
	if (sum->cut) {
		snprintf(out, SHORTFALL_SIZE, "the list of targets could not be read to the end");
		return true;
	}
	if (sum->bad > 0)
		snprintf(bad, sizeof bad, "%zu line%s no target", sum->bad,
		    sum->bad == 1 ? " names" : "s name");
	if (sum->undone > 0)
		snprintf(out, SHORTFALL_SIZE, "%s%s%zu target%s not probed%s", bad,
		    bad[0] ? ", " : "", sum->undone, sum->undone == 1 ? "" : "s", rest);
	else
		snprintf(
		    out, SHORTFALL_SIZE, "%s%s", bad, bad[0] ? rest : rest + strspn(rest, ", "));
	return sum->bad > 0 || sum->undone > 0 || sum->unread;
}
