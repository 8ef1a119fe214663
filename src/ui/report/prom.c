/* prom - Prometheus text (0.0.4) and OpenMetrics: families of samples, all printed at the end. */
#include "run/diagnosis/diagnose.h"
#include "ui/report/report.h"

#include <stdlib.h>
#include <time.h>

#include "base/text.h"

/* family, help; named as in blackbox_exporter if the meaning is the same */
#define FAMILIES(X)										\
	X(success, "Whether the probe passed (OK or WARNING)")					\
	X(duration_seconds, "Duration of the probe in seconds")					\
	X(timeout_seconds, "Time limit of the probe in seconds")				\
	X(dns_lookup_time_seconds, "Duration of the address lookup in seconds")		\
	X(ip_protocol, "Address family used, 4 or 6")				\
	X(ip_addr_hash, "Hash of the address, to detect changes")				\
	X(ssl_earliest_cert_expiry, \
	    "Earliest expiry of the certificates presented, as a Unix time") \
	X(ssl_last_chain_expiry_timestamp_seconds, \
	    "Earliest expiry in the verified chain, as a Unix time") \
	X(ssl_last_chain_info, "The server's certificate")					\
	X(tls_version_info, "The TLS version")							\
	X(tls_cipher_info, "The TLS cipher")							\
	X(smtp_status, "State: 0 ok, 1 warning, 2 critical, 3 unknown")			\
	X(smtp_duration_seconds, "Duration of each phase in seconds")				\
	X(smtp_reply_code, "Reply code of each phase")					\
	X(smtp_failure_info, "Phase that failed; absent if none did")				\
	X(smtp_cause_info, "Reason for the failure; absent if there was none")			\
	X(smtp_extension_info, "Keywords offered by EHLO (the last, within TLS)")		\
	X(smtp_extension_changed, "Whether the extensions differ from the recorded set")	\
	X(smtp_message_size_limit_bytes, "SIZE offered by the server")				\
	X(smtp_tls_verified, "Whether the certificate was verified (chain and name)")		\
	X(smtp_tls_verify_error_info, "Certificate verification error; absent if verified")	\
	X(smtp_target_up, "Whether each address passed")					\
	X(smtp_targets, "Number of addresses probed")					\
	X(smtp_targets_missed, "Number of lines without a target and of targets not probed")	\
	X(smtp_attempts, "Number of attempts")					\
	X(smtp_last_run_timestamp_seconds, "End of the run, as a Unix time")

enum family {
#define X(name, help) FAMILY_##name,
	FAMILIES(X)
#undef X
	FAMILY_COUNT
};

static const struct { const char *name, *help; } families[] = {
#define X(name, help) { "probe_" #name, help },
	FAMILIES(X)
#undef X
};

/* Placeholder in a sample for the target's labels: whether they are needed is known at the end. */
#define TARGET_MARK '\001'

struct prom {
	FILE *out;
	struct report_opts opts;
	bool openmetrics;
	size_t n;
	struct buf samples[FAMILY_COUNT];
	/* the labels of each target, one line each; samples refer to it by number */
	struct buf targets;
	/* labels that tell targets with the same labels apart: two MX may have the same address */
	struct buf apart;
};

static struct prom *
prom_new(FILE *out, const struct report_opts *opts, bool openmetrics)
{
	struct prom *p = memory_zeroed(sizeof *p);

	*p = (struct prom){ .out = out, .opts = *opts, .openmetrics = openmetrics };
	for (unsigned i = 0; i < FAMILY_COUNT; i++)
		p->samples[i].max = 1u << 30;
	p->targets.max = p->apart.max = 1u << 30;
	return p;
}

static void *
prom_begin(FILE *out, const struct report_opts *opts)
{
	return prom_new(out, opts, false);
}

static void *
prom_begin_open(FILE *out, const struct report_opts *opts)
{
	return prom_new(out, opts, true);
}

static void
put_label(struct buf *b, const char *name, struct span value, bool first)
{
	buf_printf(b, "%s%s=\"", first ? "" : ",", name);
	for (size_t i = 0; i < value.len; i++)
		switch (value.at[i]) {
		case '\\': buf_append(b, SPAN("\\\\")); break;
		case '"': buf_append(b, SPAN("\\\"")); break;
		case '\n': buf_append(b, SPAN("\\n")); break;
		default: buf_append(b, (struct span){ value.at + i, 1 });
		}
	buf_append(b, SPAN("\""));
}

struct label { const char *name; struct span value; };

static void
prom_add(struct prom *p, enum family family, const struct label *labels, size_t n, double value)
{
	struct buf *b = &p->samples[family];

	buf_printf(b, "%s{", families[family].name);
	for (size_t i = 0; i < n; i++)
		put_label(b, labels[i].name, labels[i].value, i == 0);
	buf_printf(b, "%c%zu%c} %.15g\n", TARGET_MARK, p->n - 1, TARGET_MARK, value);
}

static void
prom_add_plain(struct prom *p, enum family family, double value)
{
	prom_add(p, family, NULL, 0, value);
}

static double
addr_hash(const struct addr *a)
{
	char text[ADDR_TEXT];

	return (double)span_hash(span_of(addr_host(a, text)));
}

enum { SANS_MOST = 20, SANS_MAX = 8 << 10 };

static void
add_certs(struct prom *p, const struct probe_result *r, struct arena *arena)
{
	const struct tls_info *t = r->tls;
	const struct tls_cert *leaf = &t->cert[0];
	int64_t first = leaf->not_after, ends;
	int depth;
	struct buf sans = { .max = SANS_MAX };

	for (size_t i = 1; i < t->ncerts; i++)
		if (t->cert[i].not_after != TLS_NO_DATE &&
		    (first == TLS_NO_DATE || t->cert[i].not_after < first))
			first = t->cert[i].not_after;
	for (size_t i = 0; i < leaf->nsan && i < SANS_MOST; i++)
		buf_printf(&sans, "%s%.*s", i ? "," : "", SPAN_ARG(leaf->san[i]));
	struct label info[] = {
		{ "fingerprint_sha256", leaf->sha256 },
		{ "subject", text_safe(arena, leaf->subject) },
		{ "issuer", text_safe(arena, leaf->issuer) },
		{ "subjectalternative", text_safe(arena, buf_span(&sans)) },
		{ "serialnumber", leaf->serial },
	};
	if (first != TLS_NO_DATE)
		prom_add_plain(p, FAMILY_ssl_earliest_cert_expiry, (double)first);
	if (tls_chain(t)->n > 0 && (ends = tls_ends(t, &depth)) != TLS_NO_DATE)
		prom_add_plain(p, FAMILY_ssl_last_chain_expiry_timestamp_seconds, (double)ends);
	prom_add(p, FAMILY_ssl_last_chain_info, info, 5, 1);
	buf_release(&sans);
}

static void
add_tls(struct prom *p, struct probe_result *r)
{
	const struct tls_info *t = r->tls;
	struct span version = t->version;

	if (span_starts(version, SPAN("TLSv")))
		version = arena_printf(&r->arena, "TLS %.*s", SPAN_ARG(span_skip(version, 4)));
	prom_add(p, FAMILY_tls_version_info, &(struct label){ "version", version }, 1, 1);
	prom_add(p, FAMILY_tls_cipher_info, &(struct label){ "cipher", t->cipher }, 1, 1);
	prom_add_plain(p, FAMILY_smtp_tls_verified, t->verified);
	if (!t->verified)
		prom_add(p, FAMILY_smtp_tls_verify_error_info,
		    &(struct label){ "error",
			span_of(t->nproblems ? t->problem[0].name : "X509_V_ERR_UNSPECIFIED") },
		    1, 1);
	if (t->ncerts > 0)
		add_certs(p, r, &r->arena);
}

static void
add_phases(struct prom *p, const struct probe_result *r)
{
	for (unsigned i = 0; i < PHASE_COUNT; i++) {
		struct label phase = { "phase", span_of(phase_word((enum probe_phase)i)) };
		if (i == PHASE_RESOLVE || (r->ran & 1u << i))
			prom_add(
			    p, FAMILY_smtp_duration_seconds, &phase, 1, report_seconds(r->us[i]));
		if (r->reply[i])
			prom_add(p, FAMILY_smtp_reply_code, &phase, 1, r->reply[i]->code);
	}
}

static void
add_failure(struct prom *p, const struct fleet_report *report)
{
	struct probe_result *r = report->result;
	const struct judge_check *worst = report->verdict->worst;
	const struct reply *reply = worst ? r->reply[worst->phase] : NULL;
	struct span code = SPAN(""), enhanced = SPAN("");

	if (!worst)
		return;
	if (reply &&
	    (worst->reason == REASON_REPLY || worst->reason == REASON_RATE_LIMITED ||
		worst->reason == REASON_AUTH)) {
		code = arena_printf(&r->arena, "%u", reply->code);
		if (reply->status.class)
			enhanced = arena_printf(&r->arena, "%u.%u.%u", reply->status.class,
			    reply->status.subject, reply->status.detail);
	}
	struct label labels[] = {
		{ "phase", span_of(phase_word(worst->phase)) },
		{ "reason", span_of(reason_word(worst->reason)) },
		{ "code", code },
		{ "enhanced", enhanced },
	};
	prom_add(p, FAMILY_smtp_failure_info, labels, 4, 1);
	if (report->verdict->diagnosis) {
		const char *word = cause_word(report->verdict->diagnosis->cause);
		struct label cause = { "cause", span_of(word) };
		prom_add(p, FAMILY_smtp_cause_info, &cause, 1, 1);
	}
}

enum { EXTENSIONS_MOST = 64, PARAMS_MOST = 200 };

static void
add_extensions(struct prom *p, const struct fleet_report *report)
{
	struct probe_result *r = report->result;
	const struct extensions *e = r->extensions;
	double limit;

	for (size_t i = 0; i < e->n && i < EXTENSIONS_MOST; i++) {
		bool twice = false;
		for (size_t k = 0; k < i && !twice; k++)
			twice = span_eq_case(e->list[k].keyword, e->list[i].keyword);
		struct label labels[] = {
			{ "keyword", text_safe(&r->arena, span_first(e->list[i].keyword, 64)) },
			{ "params",
			    text_safe(&r->arena, span_first(e->list[i].params, PARAMS_MOST)) },
		};
		if (!twice)
			prom_add(p, FAMILY_smtp_extension_info, labels, 2, 1);
	}
	for (const struct judge_check *c = report->verdict->checks; c; c = c->next)
		if (strcmp(c->name, "expect_ext_set") == 0)
			prom_add_plain(p, FAMILY_smtp_extension_changed, c->state != STATE_OK);
	if (judge_metric(r, METRIC_SIZE_LIMIT, &limit))
		prom_add_plain(p, FAMILY_smtp_message_size_limit_bytes, limit);
}

static void
add_target(struct prom *p, const struct fleet_report *report)
{
	struct probe_result *r = report->result;

	buf_append(&p->targets, SPAN("\n"));
	put_label(&p->targets, "target", report_target(report), true);
	put_label(&p->targets, "address", report_address(report), false);
	if (report->name)
		put_label(&p->targets, "name", text_safe(&r->arena, span_of(report->name)), false);
	if (r->way)
		put_label(&p->targets, "sigalgs", text_safe(&r->arena, span_of(r->way)), false);
	buf_append(&p->apart, SPAN("\n"));
	put_label(&p->apart, "host", text_safe(&r->arena, r->host), false);
	put_label(&p->apart, "number", arena_printf(&r->arena, "%zu", r->number), false);
	if (r->addr.len == 0)
		return;
	struct label labels[3] = { { "mx", text_safe(&r->arena, r->host) } };
	size_t n = 1;
	if (r->mx)
		labels[n++] = (struct label){ "preference",
			arena_printf(&r->arena, "%u", r->preference) };
	labels[n++] = (struct label){ "family",
		arena_printf(&r->arena, "%u", addr_family(&r->addr)) };
	prom_add(p, FAMILY_smtp_target_up, labels, n, report_passed(report));
}

static void
add_outcome(struct prom *p, const struct fleet_report *report)
{
	prom_add_plain(p, FAMILY_success, report_passed(report));
	prom_add_plain(p, FAMILY_duration_seconds, report_seconds(report->result->total_us));
	if (p->opts.total_ms)
		prom_add_plain(p, FAMILY_timeout_seconds, (double)p->opts.total_ms / 1e3);
	prom_add_plain(p, FAMILY_smtp_status, report->verdict->state);
}

static void
prom_one(void *state, const struct fleet_report *report)
{
	struct prom *p = state;
	struct probe_result *r = report->result;

	p->n++;
	add_target(p, report);
	if (!p->opts.whole)
		add_outcome(p, report);
	prom_add_plain(p, FAMILY_dns_lookup_time_seconds, report_seconds(r->us[PHASE_RESOLVE]));
	if (addr_family(&r->addr)) {
		prom_add_plain(p, FAMILY_ip_protocol, addr_family(&r->addr));
		prom_add_plain(p, FAMILY_ip_addr_hash, addr_hash(&r->addr));
	}
	prom_add_plain(p, FAMILY_smtp_attempts, r->attempt);
	add_phases(p, r);
	add_failure(p, report);
	if (r->tls)
		add_tls(p, r);
	if (r->extensions)
		add_extensions(p, report);
}

/* ---- printing: with only one address, samples need no target labels */

struct labels {
	struct span text, apart;
	bool shared;			/* another target has the same text: add ->apart */
};

static int
by_text(const void *a, const void *b)
{
	const struct labels *x = *(const struct labels *const *)a,
			    *y = *(const struct labels *const *)b;
	size_t n = x->text.len < y->text.len ? x->text.len : y->text.len;
	int c = memcmp(x->text.at, y->text.at, n);

	return c ? c : x->text.len < y->text.len ? -1 : x->text.len > y->text.len;
}

/* Marks targets with the same labels: duplicate samples would be invalid. */
static void
find_shared(struct labels *labels, size_t n)
{
	struct labels **sorted = memory_zeroed((n + 1) * sizeof *sorted);

	for (size_t i = 0; i < n; i++)
		sorted[i] = &labels[i];
	qsort(sorted, n, sizeof *sorted, by_text);
	for (size_t i = 1; i < n; i++)
		if (by_text(&sorted[i - 1], &sorted[i]) == 0)
			sorted[i - 1]->shared = sorted[i]->shared = true;
	free(sorted);
}

static struct labels *
target_labels(struct prom *p)
{
	struct span text = span_skip(buf_span(&p->targets), 1),
		    apart = span_skip(buf_span(&p->apart), 1);
	struct labels *labels = memory_zeroed((p->n + 1) * sizeof *labels);

	for (size_t i = 0; i < p->n; i++)
		labels[i] = (struct labels){ .text = span_until(&text, '\n'),
			.apart = span_until(&apart, '\n') };
	find_shared(labels, p->n);
	return labels;
}

static void
print_sample(struct prom *p, struct span line, const struct labels *target)
{
	struct span rest = line, head = span_until(&rest, TARGET_MARK),
		    number = span_until(&rest, TARGET_MARK);
	bool bare = head.at[head.len - 1] == '{';
	unsigned long long n = 0;

	span_number(number, p->n, &n);
	/* this family lists the targets */
	bool up = span_starts(line, span_of(families[FAMILY_smtp_target_up].name));
	if (p->n > 1 || p->opts.fleet || up)
		fprintf(p->out, "%.*s%s%.*s%.*s%.*s\n", SPAN_ARG(head), bare ? "" : ",",
		    SPAN_ARG(target[n].text),
		    SPAN_ARG(target[n].shared ? target[n].apart : SPAN_NONE), SPAN_ARG(rest));
	else if (bare)
		fprintf(
		    p->out, "%.*s%.*s\n", (int)head.len - 1, head.at, SPAN_ARG(span_skip(rest, 1)));
	else
		fprintf(p->out, "%.*s%.*s\n", SPAN_ARG(head), SPAN_ARG(rest));
}

static void
print_head(struct prom *p, enum family family)
{
	struct span name = span_of(families[family].name);
	bool info = span_ends_case(name, SPAN("_info"));

	if (p->openmetrics && info)
		name.len -= 5;
	fprintf(p->out, "# HELP %.*s %s\n# TYPE %.*s %s\n", SPAN_ARG(name), families[family].help,
	    SPAN_ARG(name), p->openmetrics && info ? "info" : "gauge");
	if (p->openmetrics && span_ends_case(name, SPAN("_seconds")))
		fprintf(p->out, "# UNIT %.*s seconds\n", SPAN_ARG(name));
	if (p->openmetrics && span_ends_case(name, SPAN("_bytes")))
		fprintf(p->out, "# UNIT %.*s bytes\n", SPAN_ARG(name));
}

static void
print_value(struct prom *p, enum family family, double value)
{
	print_head(p, family);
	fprintf(p->out, "%s %.10g\n", families[family].name, value);
}

static void
print_whole(struct prom *p, const struct fleet_summary *sum)
{
	print_value(p, FAMILY_success, sum->worst == STATE_OK || sum->worst == STATE_WARNING);
	print_value(p, FAMILY_duration_seconds, report_seconds(sum->wall_us));
	if (p->opts.total_ms)
		print_value(p, FAMILY_timeout_seconds, (double)p->opts.total_ms / 1e3);
	print_value(p, FAMILY_smtp_status, sum->worst);
}

static void
print_totals(struct prom *p, const struct fleet_summary *sum)
{
	if (p->opts.whole)
		print_whole(p, sum);
	print_head(p, FAMILY_smtp_targets);
	fprintf(p->out, "probe_smtp_targets %zu\n", sum->addresses);
	if (p->opts.fleet) {
		print_head(p, FAMILY_smtp_targets_missed);
		fprintf(p->out, "probe_smtp_targets_missed %zu\n", sum->bad + sum->undone);
		print_head(p, FAMILY_smtp_last_run_timestamp_seconds);
		fprintf(
		    p->out, "probe_smtp_last_run_timestamp_seconds %lld\n", (long long)time(NULL));
	}
}

static void
prom_end(void *state, const struct fleet_summary *sum)
{
	struct prom *p = state;
	struct labels *target = target_labels(p);
	struct span line;

	for (unsigned f = 0; f < FAMILY_COUNT; f++) {
		struct span rest = buf_span(&p->samples[f]);
		if (rest.len > 0)
			print_head(p, (enum family)f);
		while (span_line(&rest, &line))
			print_sample(p, line, target);
		buf_release(&p->samples[f]);
	}
	print_totals(p, sum);
	if (p->openmetrics)
		fputs("# EOF\n", p->out);
	buf_release(&p->targets);
	buf_release(&p->apart);
	free(target);
	free(p);
}

const struct report_kind report_prom = { prom_begin, prom_one, prom_end };
const struct report_kind report_openmetrics = { prom_begin_open, prom_one, prom_end };
