/* judge_options - checks that options ask for: extensions, thresholds, states. */
#include <assert.h>
#include <stdlib.h>

#include "base/text.h"
#include "run/probe/judgement_impl.h"
#include "run/route/lookup.h"
#include "run/diagnosis/cert_words.h"

enum { EXT_SET_MAX = 8 << 20 };

/* metrics that are not a phase */
static const char *const metric_words[METRIC_COUNT - PHASE_COUNT] = {
	[METRIC_TOTAL - PHASE_COUNT] = "total",
	[METRIC_CERT_DAYS - PHASE_COUNT] = "cert_days",
	[METRIC_SIZE_LIMIT - PHASE_COUNT] = "size_limit",
	[METRIC_EXTENSIONS - PHASE_COUNT] = "extensions",
};

const char *
metric_word(unsigned metric)
{
	return metric < PHASE_COUNT ? phase_word((enum probe_phase)metric) :
				      metric_words[metric - PHASE_COUNT];
}

static bool
size_limit(const struct probe_result *r, double *value)
{
	const struct extension *e = r->extensions ? extensions_find(r->extensions, SPAN("SIZE")) :
						    NULL;
	unsigned long long n;

	if (!e || !span_number(e->params, ~0ull, &n))
		return false;
	*value = (double)n;
	return true;
}

bool
judge_metric(const struct probe_result *r, unsigned metric, double *value)
{
	int depth;

	assert(metric < METRIC_COUNT);
	switch (metric) {
	case METRIC_TOTAL:
		*value = (double)r->total_us / 1e6;
		return true;
	case METRIC_CERT_DAYS:
		if (!r->tls || tls_ends(r->tls, &depth) == TLS_NO_DATE)
			return false;
		*value = cert_days_left(tls_ends(r->tls, &depth));
		return true;
	case METRIC_SIZE_LIMIT:
		return size_limit(r, value);
	case METRIC_EXTENSIONS:
		*value = r->extensions ? (double)r->extensions->n : 0;
		return r->extensions != NULL;
	default:
		*value = (double)r->us[metric] / 1e6;
		return (r->done & 1u << metric) || metric == PHASE_RESOLVE;
	}
}

/* Returns the phase that took the most time. */
static enum probe_phase
slowest(const struct probe_result *r)
{
	enum probe_phase most = PHASE_RESOLVE;

	for (unsigned p = 0; p < PHASE_COUNT; p++)
		if (r->us[p] > r->us[most])
			most = (enum probe_phase)p;
	return most;
}

static enum probe_phase
phase_of(const struct probe_result *r, unsigned metric)
{
	return metric < PHASE_COUNT ? (enum probe_phase)metric :
	    metric == METRIC_TOTAL  ? slowest(r) :
	    r->tls		    ? PHASE_EHLO_TLS :
				      PHASE_EHLO;
}

void
judge_thresholds(struct judgement *j)
{
	struct arena *arena = &j->r->arena;

	for (unsigned metric = 0; metric < METRIC_COUNT; metric++) {
		const struct range *warn = &j->o->warn[metric], *crit = &j->o->crit[metric];
		double value;
		if (metric == METRIC_CERT_DAYS || (!warn->set && !crit->set) ||
		    !judge_metric(j->r, metric, &value))
			continue;
		struct judge_check *c =
		    judge_add_as(j, metric_word(metric), phase_of(j->r, metric));
		c->label = metric == METRIC_TOTAL ? "total" : c->label;
		c->has_value = true;
		c->value = value;
		c->warn = warn->text;
		c->crit = crit->text;
		bool critical = range_alerts(crit, value);
		struct span limit = critical ? crit->text : warn->text, message;
		if (!critical && !range_alerts(warn, value))
			continue;
		if (metric == METRIC_TOTAL)
			message = arena_printf(arena,
			    "total %.3g s, limit %.*s; most of it %s, %.3g s", value,
			    SPAN_ARG(limit), phase_word(c->phase),
			    (double)j->r->us[c->phase] / 1e6);
		else
			message = arena_printf(arena,
			    metric < METRIC_TOTAL ? "%s took %.3g s, limit %.*s" :
						    "%s is %.10g, limit %.*s",
			    metric_word(metric), value, SPAN_ARG(limit));
		judge_find(j, c, critical ? STATE_CRITICAL : STATE_WARNING, REASON_THRESHOLD,
		    message);
	}
}

/* ---- extensions */

/* Returns whether an extension's parameters satisfy "=RANGE" or "=text". */
static bool
extension_suits(const struct extension *e, struct span want, struct arena *arena)
{
	struct range range;
	unsigned long long n;

	if (want.len == 0)
		return true;
	if (span_number(e->params, ~0ull, &n) && range_parse(&range, want, arena, NULL))
		return !range_alerts(&range, (double)n);
	for (struct span rest = e->params; rest.len > 0;)
		if (span_eq_case(span_word(&rest), want))
			return true;
	return span_eq_case(e->params, want);
}

/* Adds a check on the extensions of the last EHLO, or of the only one without TLS. */
static struct judge_check *
add_extension_check(struct judgement *j)
{
	return judge_add_as(j, j->rule->name, j->r->tls ? PHASE_EHLO_TLS : PHASE_EHLO);
}

/*
 * Checks a comma-separated list of "KW", "KW=RANGE", "KW=text" and "KW@clear": each must be
 * offered, or none.
 */
static void
judge_extension_list(struct judgement *j, const char *list, bool wanted, enum health state)
{
	struct arena *arena = &j->r->arena;

	if (!j->r->extensions && !j->r->clear)
		return;
	for (struct span rest = span_of(list); rest.len > 0;) {
		struct span rule = span_trim(span_until(&rest, ',')), want = rule,
			    where = span_until(&want, '='), keyword = span_until(&where, '@');
		const struct extensions *e = j->r->extensions;
		if (where.len > 0)
			e = span_eq_case(where, SPAN("clear")) ? j->r->clear :
			    j->r->tls			       ? j->r->extensions :
								 NULL;
		const struct extension *found = e ? extensions_find(e, keyword) : NULL;
		bool there = found && extension_suits(found, want, arena);
		struct judge_check *c = add_extension_check(j);
		c->want = arena_copy(arena, rule);
		if (there == wanted)
			continue;
		struct span message;
		if (!wanted)
			message = arena_printf(
			    arena, "%.*s is offered but must not be", SPAN_ARG(rule));
		else if (found)
			message = arena_printf(arena, "%.*s is offered as \"%.*s\", expected %.*s",
			    SPAN_ARG(keyword),
			    SPAN_ARG(text_safe(arena, span_first(found->params, 400))),
			    SPAN_ARG(want));
		else
			message = arena_printf(arena, "%.*s is not offered", SPAN_ARG(keyword));
		judge_find(j, c, state, REASON_ASSERTION, message);
	}
}

void
judge_require_ext(struct judgement *j)
{
	judge_extension_list(j, j->o->require_ext, true, STATE_CRITICAL);
}

void
judge_expect_ext(struct judgement *j)
{
	judge_extension_list(j, j->o->expect_ext, true, STATE_WARNING);
}

void
judge_forbid_ext(struct judgement *j)
{
	judge_extension_list(j, j->o->forbid_ext, false, STATE_CRITICAL);
}

static int
compare_lines(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = n ? memcmp(x->at, y->at, n) : 0;

	return c ? c : x->len < y->len ? -1 : x->len > y->len;
}

struct span
judge_ext_set(const struct extensions *e, struct arena *arena)
{
	struct span *line = ARENA_ARRAY(arena, struct span, e->n + 1);
	struct buf all = { .max = EXT_SET_MAX };

	for (size_t i = 0; i < e->n; i++)
		line[i] = arena_printf(arena, "%.*s%s%.*s\n",
		    SPAN_ARG(text_safe(arena, e->list[i].keyword)),
		    e->list[i].params.len ? " " : "",
		    SPAN_ARG(text_safe(arena, e->list[i].params)));
	qsort(line, e->n, sizeof *line, compare_lines);
	for (size_t i = 0; i < e->n; i++)
		buf_append(&all, line[i]);
	struct span text = arena_copy(arena, buf_span(&all));
	buf_release(&all);
	return text;
}

/* Returns the first line of `a` that `b` lacks; empty: none. */
static struct span
first_missing(struct span a, struct span b)
{
	struct span line, other;

	while (span_line(&a, &line)) {
		bool found = false;
		for (struct span rest = b; !found && span_line(&rest, &other);)
			found = span_eq(span_trim(line), span_trim(other));
		if (!found && span_trim(line).len > 0)
			return line;
	}
	return SPAN_NONE;
}

void
judge_expect_ext_set(struct judgement *j)
{
	if (!j->o->ext_set || !j->r->extensions)
		return;
	struct span want = span_of(j->o->ext_set),
		    have = judge_ext_set(j->r->extensions, &j->r->arena);
	struct span gone = first_missing(want, have), new = first_missing(have, want);
	struct judge_check *c = add_extension_check(j);

	if (gone.len > 0 || new.len > 0)
		judge_find(j, c, STATE_WARNING, REASON_ASSERTION,
		    arena_printf(&j->r->arena, "extensions changed: \"%.*s\" is %s",
			SPAN_ARG(gone.len > 0 ? gone : new), gone.len > 0 ? "gone" : "new"));
}

void
judge_ptr(struct judgement *j)
{
	const struct lookup_address *a = j->r->reverse;
	const struct reply *banner = j->r->reply[PHASE_BANNER];
	struct span rest = banner ? banner->line[0] : SPAN_NONE, host = span_word(&rest);
	bool back = false, same = false;

	if (!j->o->expect_ptr || !a)
		return;
	for (size_t i = 0; i < a->nptr; i++) {
		back |= a->ptr[i].points_back;
		same |= a->ptr[i].points_back && span_eq_case(a->ptr[i].name, host);
	}
	struct judge_check *c = judge_add(j);
	c->want = text_safe(&j->r->arena, host);
	if (same)
		return;
	judge_find(j, c, STATE_WARNING, REASON_ASSERTION,
	    a->nptr == 0 ?
		arena_printf(&j->r->arena, "the address has no reverse DNS name (PTR): %.*s",
		    SPAN_ARG(a->why)) :
		!back ?
		arena_printf(&j->r->arena,
		    "%.*s, the address's reverse DNS name (PTR), does not resolve back to it",
		    SPAN_ARG(a->ptr[0].name)) :
		arena_printf(&j->r->arena,
		    "the greeting has %.*s, the address's reverse DNS name (PTR) is %.*s",
		    SPAN_ARG(span_first(c->want, 255)), SPAN_ARG(a->ptr[0].name)));
}

/* ---- options */

static bool
find_option_word(struct span word, const char *(*name)(unsigned), unsigned n, unsigned *out)
{
	for (unsigned i = 0; i < n; i++)
		if (span_eq_case(word, span_of(name(i)))) {
			*out = i;
			return true;
		}
	return false;
}

static const char *phase_name(unsigned i) { return phase_word((enum probe_phase)i); }
static const char *reason_name(unsigned i) { return reason_word((enum probe_reason)i); }
static const char *state_name(unsigned i) { return judge_state_word((enum health)i); }

bool
judge_state_rule(struct judge_opts *o, struct span text, struct err *err)
{
	struct span all = text;

	while (text.len > 0) {
		struct span state = span_until(&text, ','), reason = span_until(&state, '='),
			    phase = span_until(&reason, '.');
		unsigned p = PHASE_COUNT, r, s;
		if (!(span_eq(phase, SPAN("*")) ||
			find_option_word(phase, phase_name, PHASE_COUNT, &p)) ||
		    !find_option_word(reason, reason_name, REASON_COUNT, &r) ||
		    !find_option_word(state, state_name, 4, &s))
			return err_set(err, ERR_USAGE,
			    "--state %.*s: expected PHASE.REASON=STATE, such as rcpt.reply=WARNING",
			    SPAN_ARG(span_first(all, 80)));
		if (o->nrules == STATE_RULES_MAX)
			return err_set(
			    err, ERR_USAGE, "more than %d --state rules", STATE_RULES_MAX);
		o->rule[o->nrules++] = (struct state_rule){ (enum probe_phase)p,
			(enum probe_reason)r, (enum health)s };
	}
	return true;
}

bool
judge_threshold(struct range *ranges, struct span text, struct arena *arena, struct err *err)
{
	while (text.len > 0) {
		struct span range = span_until(&text, ','), name = SPAN_NONE;
		unsigned metric = METRIC_TOTAL;
		if (span_has(range, '='))
			name = span_until(&range, '=');
		if (name.len > 0 && !find_option_word(name, metric_word, METRIC_COUNT, &metric))
			return err_set(err, ERR_USAGE,
			    "unknown threshold \"%.*s\": expected total, a phase, cert_days, "
			    "size_limit or extensions",
			    SPAN_ARG(span_first(name, 40)));
		if (!range_parse(&ranges[metric], range, arena, err))
			return false;
	}
	return true;
}
