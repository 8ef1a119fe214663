/* smtpsh resolve TARGET - shows what DNS says about where mail goes. */
#include <stdio.h>

#include "base/text.h"
#include "net/idn.h"
#include "run/diagnosis/diagnose.h"
#include "run/route/dane.h"
#include "run/route/lookup.h"
#include "run/route/sts.h"
#include "run/sender/sender_check.h"
#include "ui/cmd/commands.h"
#include "ui/cmd/ending.h"
#include "ui/show/json.h"
#include "ui/show/progress.h"
#include "ui/show/screen.h"
#include "ui/show/sender.h"
#include "ui/show/standard.h"
#include "ui/show/sts.h"

/* Limit for all queries unless a timeout is given: RFC 7208 4.6.4 allows SPF this much. */
enum { ALL_MS = 20000 };

struct resolve {
	struct screen screen;
	struct options *options;
	const struct target *target;
	struct loop *loop;
	struct dns *dns;
	struct json_looked_up found;
	struct lookup_env env; /* for the queries about mail from the domain */
	struct sts_query *policy;
	struct spf_query *spf;
	struct dmarc_query *dmarc;
	unsigned waiting; /* number of lookups in progress */
	bool done;
	int status;
	uint64_t began_us;
	struct progress_line *progress;
};

static void
put_signed(struct screen *s, bool authentic)
{
	screen_print(s, authentic ? ", validated (DNSSEC)" : ", not validated");
}

/*
 * Shows an A-label followed by its U-label, never the U-label alone: letters of different scripts
 * look alike.
 */
static void
put_name(struct screen *s, struct span name)
{
	const struct idn *module = span_find(name, SPAN("xn--")).len > 0 ? idn(NULL) : NULL;
	struct span shown = module ? module->to_unicode(name, &s->arena) : name;

	screen_put(s, name);
	if (!span_eq(shown, name)) {
		screen_print(s, " (");
		screen_put(s, shown);
		screen_print(s, ")");
	}
}

static void
show_address(struct screen *s, const struct lookup_address *a)
{
	char host[ADDR_TEXT];

	if (s->verbose < 0) {
		screen_print(s, "      %s\n", addr_host(&a->addr, host));
		return;
	}
	screen_print(s, "      %-24s", addr_host(&a->addr, host));
	if (a->nptr == 0) {
		screen_print(s, "  no reverse DNS: ");
		screen_put(s, a->why);
	}
	for (size_t i = 0; i < a->nptr; i++) {
		screen_print(s, i ? ", " : "  ");
		screen_put(s, a->ptr[i].name);
		screen_print(
		    s, a->ptr[i].points_back ? " (forward-confirmed)" : " (not forward-confirmed)");
	}
	screen_print(s, "\n");
}

/* Shows each record, and why DANE does not use it; then what applies to all of them. */
static void
show_dane(struct screen *s, const struct tls_dane *d)
{
	bool bad = d->state == DANE_FAILED, ignored = d->n > 0 && !tls_dane_requires_tls(d);
	struct span who = dane_resolver(d, &s->arena);

	if (d->n == 0 && !bad) {
		screen_print(s, "      no TLSA records: ");
		screen_put(s, d->why);
		screen_print(s, "\n");
	}
	for (size_t i = 0; i < d->n; i++) {
		const struct tlsa *t = &d->result[i].record;
		const char *wrong = tlsa_unusable(t);
		screen_print(s, "      TLSA");
		if (!t->malformed)
			screen_print(s, " %u %u %u ", t->usage, t->selector, t->matching);
		screen_print(s, "%s", text_hex(arena_get(&s->arena, 2 * t->data.len + 1), t->data));
		put_signed(s, d->authentic);
		screen_print(s, "%s%s%s\n", ignored ? ": not for DANE (RFC 7672 2.2)" : "",
		    wrong ? ": unusable: " : "", wrong ? wrong : "");
	}
	if (d->n == 0 && !bad && d->state != DANE_UNKNOWN)
		return;
	screen_print(s, bad ? "*** DANE: " : "      DANE: ");
	screen_put(s, dane_sentence(d, &s->arena));
	if (who.len > 0 && d->state != DANE_UNKNOWN)
		screen_print(s, " (asked %.*s)", SPAN_ARG(who));
	screen_print(s, "\n");
	static const char *const rollover[] = {
		[TLSA_ONE_KEY] = "one key published: before changing it, add a record for the next "
		    "key and wait for twice the TTL (RFC 7671 8.1)",
		[TLSA_TWO_KEYS] = "more than one key published: ready for a key rollover",
	};
	if (rollover[tlsa_rollover(d)])
		screen_print(s, "      TLSA: %s\n", rollover[tlsa_rollover(d)]);
}

static void
show_host(struct screen *s, const struct lookup *l, const struct lookup_host *h)
{
	screen_print(s, l->route->mx ? "%5u " : "  ", h->hop->preference);
	put_name(s, h->hop->host);
	if (!span_eq_case(h->hop->found->name, h->hop->host) && h->hop->naddr > 0 &&
	    h->hop->found->source == HOST_DNS) {
		screen_print(s, ", resolved as ");
		screen_put(s, h->hop->found->name);
	}
	if (h->hop->found->alias.len > 0) {
		screen_print(s, ", an alias of ");
		screen_put(s, h->hop->found->alias);
	}
	if (h->hop->naddr == 0) {
		screen_print(s, ": ");
		screen_put(s, h->hop->found->why);
	} else if (h->hop->found->source == HOST_DNS) {
		screen_print(s, "  TTL %u s", h->hop->found->ttl);
		put_signed(s, h->hop->found->authentic);
	}
	screen_print(s, "\n");
	for (size_t i = 0; i < h->hop->naddr; i++)
		show_address(s, &h->address[i]);
	if (h->dane && s->verbose >= 0)
		show_dane(s, h->dane);
}

static void
show_record(struct screen *s, const char *what, const struct lookup_text *t)
{
	if (t->name.len == 0)
		return;
	screen_print(s, t->failed ? "*** " : "");
	screen_put(s, t->name);
	if (t->n == 0) {
		screen_print(s, ": ");
		screen_put(s, t->why);
		screen_print(s, "\n");
		return;
	}
	screen_print(s, ": \"");
	screen_put(s, t->text);
	screen_print(s, "\"");
	put_signed(s, t->authentic);
	screen_print(s, "\n");
	if (t->wrong.len == 0)
		return;
	screen_print(s, "*** %s: ", what);
	screen_put(s, t->wrong);
	screen_print(s, "\n");
}

/* RFC 6186 3.1: priority, weight, port and host. */
static void
show_services(struct screen *s, const struct lookup_srv *srv)
{
	if (srv->name.len == 0)
		return;
	if (srv->n == 0) {
		screen_print(s, srv->failed ? "*** " : "");
		screen_put(s, srv->name);
		screen_print(s, ": ");
		screen_put(s, srv->why);
		screen_print(s, "\n");
	}
	for (size_t i = 0; i < srv->n; i++) {
		const struct lookup_service *v = &srv->service[i];
		screen_put(s, srv->name);
		screen_print(s, ": SRV %u %u %u ", v->priority, v->weight, v->port);
		screen_put(s, v->host.len ? v->host : SPAN("."));
		put_signed(s, srv->authentic);
		screen_print(s, v->host.len ? "\n" : ": not offered (RFC 6186 3.4)\n");
	}
}

/* Shows, after the record, the policy and each MX host that it does not list. */
static void
show_policy(struct screen *s, const struct lookup *l, const struct sts *sts)
{
	bool bad;

	screen_print(s, "%s MTA-STS: ", sts->state == STS_FOUND ? "===" : "***");
	screen_put(s, sts_policy_words(&s->arena, sts));
	screen_print(s, "\n");
	for (size_t i = 0; i < l->nhosts; i++) {
		struct span host = l->host[i].hop->host;
		if (sts_judge(sts, host, true, true) != STS_NOT_LISTED)
			continue;
		struct span what = sts_verdict_words(&s->arena, sts, STS_NOT_LISTED, host, &bad);
		screen_print(s, "%s MTA-STS: ", bad ? "***" : "===");
		screen_put(s, what);
		screen_print(s, "\n");
	}
}

/* Collects everything that is wrong with the records of a domain; a failed lookup comes first. */
static struct diagnosis *
find_all(const struct json_looked_up *found, const struct target *target, struct arena *arena)
{
	const struct lookup *l = found->lookup;
	struct mx_facts *mx = ARENA_ARRAY(arena, struct mx_facts, l->nhosts);
	struct diagnosis *all = NULL;
	struct facts f = { 0 };

	facts_of_err(&f, l->err.kind, l->err.cause, l->err.sys, 0);
	facts_of_route(&f, target, l->route);
	if (l->err.kind != ERR_NONE)
		all = diagnose(&f, arena);
	for (size_t i = 0; i < l->nhosts; i++)
		facts_of_mx(&mx[i], l->host[i].hop, arena);
	if (l->route->mx || l->route->implicit) {
		struct domain_facts domain = {
			.domain = l->route->name,
			.mx.result = l->route->mx || l->err.kind ? DNS_ANSWERED :
								   DNS_NO_DATA,
			.null_mx = l->route->null_mx_beside,
			.host = mx,
			.nhosts = l->route->mx ? l->nhosts : 0,
			.sts = found->sts,
			.tlsrpt_asked = l->tlsrpt.name.len > 0 && !l->tlsrpt.failed,
			.tlsrpt = l->tlsrpt.n > 0,
			.tlsrpt_wrong = l->tlsrpt.wrong,
		};
		*diagnosis_end(&all) = diagnose_domain(&domain, arena);
	}
	/* for each host: its TLSA records, and a policy that does not list it */
	for (size_t i = 0; i < l->nhosts; i++) {
		const struct lookup_host *h = &l->host[i];
		struct facts way = {
			.domain = l->route->mx ? l->route->name : SPAN_NONE,
			.host = h->hop->host,
			.mx = l->route->mx,
			.preference = h->hop->preference,
			.dane = h->dane,
		};
		if (found->sts && found->sts->state == STS_FOUND) {
			way.sts = found->sts;
			way.sts_verdict = sts_judge(found->sts, h->hop->host, true, true);
		}
		*diagnosis_end(&all) = diagnose(&way, arena);
	}
	struct sts bad = {
		.state = STS_BAD_RECORD, .domain = l->route->name, .why = l->mta_sts.wrong
	};
	struct facts policy = { .sts = l->mta_sts.wrong.len > 0 ? &bad : found->sts };
	if (policy.sts && policy.sts->state != STS_FOUND)
		*diagnosis_end(&all) = diagnose(&policy, arena);
	struct sender sender = {
		.domain = l->route->name, .spf = found->spf, .dmarc = found->dmarc
	};
	if (found->spf || found->dmarc)
		*diagnosis_end(&all) = sender_findings(&sender, arena);
	return all;
}

/* Shows each problem once, with what to do about it. */
static void
show_findings(struct screen *s, const struct diagnosis *all)
{
	for (const struct diagnosis *d = all; d; d = d->next) {
		struct span what = diagnosis_sentence(d, &s->arena);
		bool told = false;
		for (const struct diagnosis *o = all; o != d; o = o->next)
			told |= span_eq(diagnosis_sentence(o, &s->arena), what);
		if (!told)
			screen_print(s, "=== %.*s.\n", SPAN_ARG(diagnosis_text(d, &s->arena)));
	}
}

static void
show_records(struct screen *s, const struct json_looked_up *found)
{
	const struct lookup *l = found->lookup;
	const struct sts *sts = found->sts;

	show_record(s, "MTA-STS", &l->mta_sts);
	if (sts && l->mta_sts.wrong.len == 0) /* else that was shown already */
		show_policy(s, l, sts);
	show_record(s, "TLSRPT", &l->tlsrpt);
	show_services(s, &l->submissions);
	show_services(s, &l->submission);
	if (found->spf)
		show_spf(s, found->spf);
	if (found->dmarc)
		show_dmarc(s, found->dmarc);
	for (size_t i = 0; i < l->nnotes; i++) {
		screen_print(s, "=== ");
		screen_put(s, l->note[i]);
		screen_print(s, "\n");
	}
	if (l->route->ad_untrusted)
		screen_print(s,
		    "=== the DNS resolver set AD (validated), but it is not on this machine; use "
		    "--trust-ad to trust it\n");
}

/* With -q, shows only the addresses and what is wrong. */
static void
show_lookup(struct screen *s, const struct json_looked_up *found)
{
	const struct lookup *l = found->lookup;
	const struct route *r = l->route;

	put_name(s, r->name);
	if (r->alias.len > 0) {
		screen_print(s, ", an alias (CNAME) of ");
		screen_put(s, r->alias);
	}
	if (r->mx) {
		screen_print(s, ": MX, TTL %u s", r->ttl);
		put_signed(s, r->authentic);
	} else if (r->implicit) {
		screen_print(s, ": no MX; mail goes to its own address (RFC 5321 5.1)");
	} else if (l->mx_why.len > 0) {
		screen_print(s, ": looked up as a host, not as a domain; MX: ");
		screen_put(s, l->mx_why);
	}
	screen_print(s, "\n");
	for (size_t i = 0; i < l->nhosts; i++)
		show_host(s, l, &l->host[i]);
	if (s->verbose >= 0)
		show_records(s, found);
	if (l->err.kind != ERR_NONE) {
		screen_print(s, "*** ");
		screen_put(s, span_of(l->err.text));
		screen_print(s, "\n");
	}
	show_findings(s, found->findings);
}

/*
 * Returns ERR_DNS when a lookup failed, ERR_EXPECT when a record is wrong: what was shown with ***.
 */
static enum err_kind
problem(const struct json_looked_up *found)
{
	const struct lookup *l = found->lookup;
	const struct sts *sts = found->sts;
	const struct spf *spf = found->spf;
	const struct dmarc *dmarc = found->dmarc;
	bool bad = false;

	for (size_t i = 0; i < l->nhosts; i++) {
		if (l->host[i].dane && l->host[i].dane->state == DANE_FAILED)
			return ERR_DNS;
		if (sts && sts_judge(sts, l->host[i].hop->host, true, true) == STS_NOT_LISTED)
			bad |= sts->policy.mode == STS_MODE_ENFORCE;
	}
	if (l->mx_failed || l->mta_sts.failed || l->tlsrpt.failed || l->submissions.failed ||
	    l->submission.failed ||
	    (dmarc && dmarc->state == DMARC_FAILED && dns_name_eq(dmarc->at, dmarc->domain)) ||
	    (spf && (spf->result == SPF_TEMPERROR || spf->tree_why == SPF_WHY_DNS)))
		return ERR_DNS;
	bad |= l->mta_sts.wrong.len > 0 || l->tlsrpt.wrong.len > 0 ||
	    (sts && sts->state != STS_FOUND);
	bad |= spf && spf->result != SPF_NONE &&
	    (spf->result == SPF_PERMERROR || spf->tree_why != SPF_WHY_MATCHED);
	for (size_t i = 0; spf && i < spf->nnotes; i++)
		bad |= spf->note[i].kind == SPF_NOTE_PLUS_ALL;
	bad |= dmarc &&
	    (dmarc->state == DMARC_SEVERAL || dmarc->state == DMARC_MALFORMED ||
		dmarc->record.wrong);
	return bad ? ERR_EXPECT : ERR_NONE;
}

/* One of the lookups has finished; after the last one, everything is shown. */
static void
answered(struct resolve *r)
{
	if (--r->waiting > 0)
		return;
	r->done = true;
	r->status = (int)r->found.lookup->err.kind;
	if (!r->status)
		r->status = (int)problem(&r->found);
	r->found.findings = find_all(&r->found, r->target, r->env.arena);
	if (r->options->format == FORMAT_JSON)
		json_lookup(stdout, &r->found);
	else
		show_lookup(&r->screen, &r->found);
}

static void
on_policy(void *ctx, const struct sts *sts)
{
	struct resolve *r = ctx;

	r->found.sts = sts;
	answered(r);
}

static void
on_spf(void *ctx, const struct spf *spf)
{
	struct resolve *r = ctx;

	r->found.spf = spf;
	answered(r);
}

static void
on_dmarc(void *ctx, const struct dmarc *dmarc)
{
	struct resolve *r = ctx;

	r->found.dmarc = dmarc;
	answered(r);
}

/* Fetches the policy if the domain's record says that there is one. */
static void
on_lookup(void *ctx, const struct lookup *l)
{
	struct resolve *r = ctx;
	struct options *o = r->options;
	struct sts_way way = {
		.env = r->env,
		.proxy = &o->session.proxy,
		.ca = o->tls.ca,
		.timeout_ms = o->session.timeouts.connect,
	};
	bool domain = l->mta_sts.name.len > 0, policy = l->mta_sts.n > 0;

	way.env.until_us = 0;		/* its queries have only the resolver's own timeouts */
	r->found.lookup = l;
	r->waiting = 1 + policy + 2 * domain;
	if (policy)
		r->policy = sts_start(&way, l->route->name, on_policy, r);
	if (domain) {
		struct spf_opts spf = { .domain = l->route->name };
		r->spf = spf_start(&r->env, &spf, on_spf, r);
		r->dmarc = dmarc_find(&r->env, l->route->name, on_dmarc, r);
	}
	answered(r); /* the lookup itself */
}

static void
resolve_progress(void *ctx, char out[PROGRESS_SIZE])
{
	const struct resolve *r = ctx;
	uint64_t ms = r->options->session.timeouts.resolve;
	char most[24];

	text_limit(most, ms ? ms : ALL_MS);
	snprintf(out, PROGRESS_SIZE, "waiting for DNS%s, %.1f of %s",
	    r->policy ? " and the MTA-STS policy" : "",
	    (double)(loop_now_us() - r->began_us) / 1e6, most);
}

static int
resolve(struct options *o, const struct target *target)
{
	struct resolve r = { .options = o, .target = target, .loop = loop_new() };
	struct ending ending = { 0 };
	uint64_t ms = o->session.timeouts.resolve;

	if (!o->dns.timeout_ms)
		o->dns.timeout_ms = ms;
	r.dns = dns_new(r.loop, &o->dns);
	r.env = (struct lookup_env){ .loop = r.loop,
		.dns = r.dns,
		.opts = &o->session.route,
		.arena = &o->arena,
		.until_us = lookup_questions_until(lookup_until(ms ? ms + 500 : ALL_MS)) };
	screen_init(&r.screen, stdout, &o->look);
	struct lookup_env env = r.env;
	env.until_us = lookup_until(ms ? ms + 500 : 0);
	struct lookup_query *query = lookup_start(
	    &env, target, LOOKUP_DOMAIN_OR_HOST, on_lookup, &r);
	r.began_us = loop_now_us();
	r.progress = progress_new(
	    r.loop, o->format == FORMAT_JSON || o->look.verbose < 0, resolve_progress, &r);
	r.screen.hide = progress_hide;
	r.screen.hide_ctx = r.progress;
	ending_begin(&ending, r.loop);
	while (!r.done && !ending_is_due(&ending))
		standard_turn(r.loop, true);
	progress_free(r.progress);
	if (!r.done)
		fprintf(stderr, "smtpsh: interrupted; the lookup is incomplete\n");
	r.screen.hide = NULL;
	sts_free(r.policy);
	spf_free(r.spf);
	dmarc_free(r.dmarc);
	lookup_free(query);
	dns_free(r.dns);
	screen_release(&r.screen);
	ending_end(&ending);
	loop_free(r.loop);
	return ending_status(&ending, r.status);
}

static int
run_resolve(struct options *o, struct err *err)
{
	struct target target;

	if (o->nargs < 1)
		err_set(
		    err, ERR_USAGE, "resolve: expected one TARGET, as in smtpsh resolve "
		        "@example.org");
	else if (!target_parse(&target, span_of(o->arg[0]),
		     span_of(o->nargs > 1 ? o->arg[1] : NULL), o->port, &o->arena, err))
		return ERR_USAGE;
	else if (target.kind == TARGET_HOST || target.kind == TARGET_MX)
		return resolve(o, &target);
	else
		err_set(err, ERR_USAGE, "resolve: \"%s\": expected a host or @domain",
		    o->arg[0]);
	return ERR_USAGE;
}

const struct command command_resolve = {
	.name = "resolve",
	.group = FOR_DIAGNOSIS,
	.args = "[OPTION...] TARGET",
	.args_max = 2,
	.help = "Show where a domain's mail goes: MX, addresses, reverse DNS, TLSA, MTA-STS",
	.scope = SCOPE_RESOLVE,
	.run = run_resolve,
	.example = { "resolve example.org", "resolve @example.org --dns 192.0.2.53" },
	.config = CONFIG_OPTIONS,
};
