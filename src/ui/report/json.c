/*
 * json - one JSON object per line: for each address of a probe, or for each step and each case that
 * was played. Keys never change type; what did not happen is absent.
 */
#include "ui/report/report.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/utc.h"
#include "net/tls_dane.h"
#include "run/diagnosis/cert_words.h"
#include "ui/report/replay.h"
#include "ui/show/json.h"
#include "ui/show/json_put.h"

struct lines { FILE *out; struct report_opts opts; };

static void *
json_begin(FILE *out, const struct report_opts *opts)
{
	struct lines *l = memory_zeroed(sizeof *l);

	*l = (struct lines){ .out = out, .opts = *opts };
	return l;
}

/* Adds text without the base64 of json_put: a reply has its bytes in raw_base64. */
static void
set_text(json_t *o, const char *key, struct span s)
{
	json_object_set_new(o, key, json_text(s));
}

/* Printed with the precision of the measurement: 0.004118, not 0.0041180000000000001. */
static json_t *
seconds(uint64_t us)
{
	return json_real(report_seconds(us));
}

static void
set_now(json_t *o)
{
	json_put_time(o, "ts", utc_now_us(), true);
}

static void
set_where(json_t *o, const struct fleet_report *report)
{
	const struct probe_result *r = report->result;
	char local[ADDR_TEXT];

	if (r->mx || r->implicit) {
		json_t *mx = json_object();
		set_text(mx, "domain", r->domain);
		set_text(mx, "host", r->host);
		if (r->mx)
			json_put_number(mx, "preference", r->preference);
		else
			json_object_set_new(mx, "implicit", json_true());
		json_object_set_new(o, "mx", mx);
	}
	if (r->addr.len > 0) {
		set_text(o, "address", report_address(report));
		json_put_number(o, "family", addr_family(&r->addr));
		json_put_number(o, "port", addr_port(&r->addr));
	}
	if (r->local.len > 0)
		json_put_string(o, "local", addr_host(&r->local, local));
	json_put_number(o, "attempt", r->attempt);
}

static json_t *
json_phases(const struct probe_result *r)
{
	json_t *o = json_object();

	for (unsigned p = 0; p < PHASE_COUNT; p++)
		if (p == PHASE_RESOLVE || (r->ran & 1u << p))
			json_object_set_new(o, phase_word((enum probe_phase)p), seconds(r->us[p]));
	json_object_set_new(o, "total", seconds(r->total_us));
	return o;
}

static void
set_status(json_t *o, const struct reply *r)
{
	char out[32];

	if (r->status.class == 0)
		return;
	snprintf(out, sizeof out, "%u.%u.%u", r->status.class, r->status.subject, r->status.detail);
	json_put_string(o, "enhanced", out);
}

static void
set_raw(json_t *o, const struct reply *r)
{
	struct buf raw = { .max = 64 << 10 };
	bool clean = true;

	for (size_t i = 0; i < r->nlines; i++) {
		clean = clean && text_is_utf8(r->line[i]);
		buf_append(&raw, r->line[i]);
		buf_append(&raw, SPAN("\n"));
	}
	if (!clean) {
		struct arena arena = { 0 };
		set_text(o, "raw_base64", base64_encode(&arena, buf_span(&raw)));
		arena_release(&arena);
	}
	buf_release(&raw);
}

static json_t *
reply_object(enum probe_phase phase, const struct reply *r)
{
	json_t *o = json_object(), *lines = json_array();

	json_put_string(o, "phase", phase_word(phase));
	json_put_number(o, "code", r->code);
	set_status(o, r);
	for (size_t i = 0; i < r->nlines; i++)
		json_array_append_new(lines, json_text(r->line[i]));
	json_object_set_new(o, "text", lines);
	set_raw(o, r);
	return o;
}

static json_t *
json_replies(const struct probe_result *r)
{
	json_t *all = json_array();

	for (unsigned p = 0; p < PHASE_COUNT; p++)
		if (r->reply[p])
			json_array_append_new(all, reply_object((enum probe_phase)p, r->reply[p]));
	for (size_t i = 0; i < r->nline_replies; i++)
		json_array_append_new(all, reply_object(PHASE_RCPT, r->line_reply[i]));
	return all;
}

static json_t *
json_extensions(const struct extensions *e)
{
	json_t *o = json_object();

	for (size_t i = 0; i < e->n; i++) {
		char key[80];
		snprintf(key, sizeof key, "%.*s",
		    SPAN_ARG(span_first(e->list[i].keyword, sizeof key - 1)));
		if (text_is_utf8(span_of(key)))
			json_object_set_new(o, key, json_text(e->list[i].params));
	}
	return o;
}

static void
set_cert(json_t *o, const struct tls_info *t)
{
	json_t *sans = json_array();
	int depth;
	int64_t first = tls_ends(t, &depth);

	json_put_date(o, "not_before", t->cert[0].not_before);
	json_put_date(o, "not_after", t->cert[0].not_after);
	if (first != TLS_NO_DATE)
		json_object_set_new(o, "days_left", json_real(cert_days_left(first)));
	json_put_date(o, "earliest_not_after", first);
	set_text(o, "fingerprint_sha256", t->cert[0].sha256);
	set_text(o, "spki_sha256", t->cert[0].spki_sha256);
	set_text(o, "subject", t->cert[0].subject);
	set_text(o, "issuer", t->cert[0].issuer);
	set_text(o, "serial", t->cert[0].serial);
	set_text(o, "key", t->cert[0].key);
	for (size_t i = 0; i < t->cert[0].nsan; i++)
		json_array_append_new(sans, json_text(t->cert[0].san[i]));
	json_object_set_new(o, "san", sans);
}

static json_t *
tls_object(const struct tls_info *t)
{
	json_t *o = json_object();

	set_text(o, "version", t->version);
	set_text(o, "cipher", t->cipher);
	set_text(o, "group", t->group);
	json_put_bool(o, "verified", t->verified);
	if (t->nproblems > 0)
		json_put_string(o, "verify_error", t->problem[0].name);
	if (t->dane)
		json_put_string(o, "dane", dane_state_word(t->dane->state));
	set_text(o, "name_asked", t->wanted);
	set_text(o, "peer_name", t->peer_name);
	json_put_string(o, "name_rule", tls_name_word(t->name));
	json_put_bool(o, "ocsp_stapled", t->ocsp != TLS_OCSP_NONE);
	if (t->ncerts > 0)
		set_cert(o, t);
	return o;
}

static json_t *
json_checks(const struct finding *v)
{
	json_t *all = json_array();

	for (const struct judge_check *c = v->checks; c; c = c->next) {
		json_t *o = json_object();
		json_put_string(o, "name", c->name);
		json_put_string(o, "state", judge_state_word(c->state));
		json_put_string(o, "phase", phase_word(c->phase));
		if (c->reason != REASON_NONE)
			json_put_string(o, "reason", reason_word(c->reason));
		if (c->has_value)
			json_object_set_new(o, "value", json_real(c->value));
		if (c->warn.len)
			set_text(o, "warn", c->warn);
		if (c->crit.len)
			set_text(o, "crit", c->crit);
		if (c->want.len)
			set_text(o, "want", c->want);
		if (c->got.len)
			set_text(o, "got", c->got);
		if (c->message.len)
			set_text(o, "message", c->message);
		json_array_append_new(all, o);
	}
	return all;
}

static void
json_one(void *state, const struct fleet_report *report)
{
	const struct probe_result *r = report->result;
	const struct finding *v = report->verdict;
	json_t *o = json_object();

	json_put_number(o, "v", 1);
	set_now(o);
	json_put_number(o, "number", r->number);
	set_text(o, "target", report->target);
	if (report->name)
		set_text(o, "name", span_of(report->name));
	json_put_bool(o, "ok", report_passed(report));
	json_put_string(o, "state", report_state(report));
	if (v->skipped)
		json_object_set_new(o, "skipped", json_true());
	if (v->worst) {
		json_put_string(o, "phase", phase_word(v->worst->phase));
		json_put_string(o, "reason", reason_word(v->worst->reason));
		set_text(o, "message", v->worst->message);
	}
	if (v->diagnosis)
		json_add_diagnosis(o, v->diagnosis);
	if (r->fate_unknown)
		json_put_string(o, "fate", fate_word(FATE_UNKNOWN));
	if (r->way)
		json_put_string(o, "sigalgs", r->way);
	set_text(o, "host", r->host);
	set_where(o, report);
	json_object_set_new(o, "seconds", json_phases(r));
	json_object_set_new(o, "replies", json_replies(r));
	if (r->extensions)
		json_object_set_new(o, "extensions", json_extensions(r->extensions));
	if (r->clear && r->tls)
		json_object_set_new(o, "extensions_clear", json_extensions(r->clear));
	if (r->tls)
		json_object_set_new(o, "tls", tls_object(r->tls));
	if (r->sts)
		json_object_set_new(o, "mta_sts_policy", json_sts(r->sts));
	json_object_set_new(o, "checks", json_checks(v));
	json_print(((struct lines *)state)->out, o);
}

static void
json_end(void *state, const struct fleet_summary *sum)
{
	static const char *const words[] = { "ok", "warning", "critical", "unknown" };
	struct lines *l = state;
	json_t *o, *s;

	if (l->opts.fleet) {
		o = json_object();
		s = json_object();
		json_put_number(o, "v", 1);
		json_put_number(s, "targets", sum->targets);
		json_put_number(s, "addresses", sum->addresses);
		for (unsigned i = 0; i < 4; i++)
			json_object_set_new(s, words[i], json_integer((json_int_t)sum->state[i]));
		json_put_number(s, "skipped", sum->skipped);
		json_put_number(s, "not_done", sum->undone);
		json_put_bool(s, "all_read", !sum->unread);
		json_put_number(s, "bad_lines", sum->bad);
		json_object_set_new(s, "wall_seconds", seconds(sum->wall_us));
		json_object_set_new(o, "summary", s);
		json_print(l->out, o);
	}
	free(l);
}

const struct report_kind report_json = { json_begin, json_one, json_end };

/* ---- for scripts */

static void
json_replay_one(struct replay *r, const struct replay_case *c)
{
	const struct play_result *result = c->result;
	const struct play_failure *f = result->failure;

	json_played(r->out,
	    &(struct json_played){ .what = "case",
		.file = c->file->name,
		.line = f ? f->place.line : c->now->place.line,
		.name = replay_name(c),
		.verdict = play_verdict_word(result->verdict),
		.why = f ? span_of(f->why) : result->why_skipped,
		.expected = f ? f->want : SPAN_NONE,
		.received = f && f->reply ? f->reply->raw : SPAN_NONE,
		.where = result->where,
		.took_us = result->took_us });
}

void
replay_step(struct replay *r, const struct script_item *item, const char *why, uint64_t took_us)
{
	struct span name = item->nsay ? item->say[0].text.source : item->line.source;
	struct arena arena = { 0 };

	for (size_t i = 0; i < r->nfiles; i++)
		if (r->file[i].script)
			name = script_shown(r->file[i].script, &arena, name);
	json_played(r->out,
	    &(struct json_played){ .what = "step",
		.file = item->place.file,
		.line = item->place.line,
		.name = name,
		.verdict = why ? "failed" : "passed",
		.why = span_of(why),
		.took_us = took_us });
	arena_release(&arena);
}

const struct replay_report replay_json = { .one = json_replay_one };
