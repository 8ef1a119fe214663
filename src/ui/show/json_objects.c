/*
 * json_objects - the JSON objects for each kind of event, for lookups, for explanations, and for
 * what was played of a script.
 */
#include "ui/show/json_put.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/utc.h"
#include "net/loop.h"
#include "net/tls_dane.h"
#include "run/diagnosis/diagnose.h"
#include "run/route/lookup.h"
#include "run/route/route.h"
#include "run/route/sts.h"

/* ---- a TLS connection: parameters, certificates, DANE */

static json_t *
problem_list(const struct tls_info *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < t->nproblems; i++) {
		const struct tls_problem *p = &t->problem[i];
		json_t *o = json_object();
		json_put_number(o, "depth", (uint64_t)(p->depth > 0 ? p->depth : 0));
		json_put_number(o, "code", (uint64_t)p->code);
		json_put_string(o, "name", p->name);
		json_put(o, "text", p->text);
		json_put(o, "subject", p->subject);
		json_array_append_new(list, o);
	}
	return list;
}

void
json_put_date(json_t *o, const char *key, int64_t seconds)
{
	if (seconds != TLS_NO_DATE)
		json_put_time(o, key, seconds * 1000000, false);
}

static json_t *
certificate(const struct tls_cert *c)
{
	json_t *o = json_object();

	json_put(o, "subject", c->subject);
	json_put(o, "issuer", c->issuer);
	json_put_texts(o, "names", c->san, c->nsan);
	json_put_date(o, "not_before", c->not_before);
	json_put_date(o, "not_after", c->not_after);
	json_put(o, "key", c->key);
	json_put(o, "signature", c->signature);
	json_put(o, "serial", c->serial);
	json_put(o, "sha256", c->sha256);
	json_put(o, "spki_sha256", c->spki_sha256);
	json_put_bool(o, "self_signed", c->self_signed);
	return o;
}

/* Returns an empty object for a malformed record. */
static json_t *
tlsa_object(const struct tlsa *r)
{
	json_t *o = json_object();

	if (r->malformed)
		return o;
	json_put_number(o, "usage", r->usage);
	json_put_number(o, "selector", r->selector);
	json_put_number(o, "matching", r->matching);
	json_put_hex(o, "data", r->data);
	return o;
}

/* judged: the records were compared with the certificates of a handshake */
static json_t *
json_dane(const struct tls_dane *d, bool judged)
{
	json_t *dane = json_object(), *list = json_array();
	char server[ADDR_TEXT];

	json_put_string(dane, "state", dane_state_word(d->state));
	json_put(dane, "name", d->name);
	json_put(dane, "why", d->why);
	json_put_string(dane, "resolver", d->resolver.len ? addr_text(&d->resolver, server) : NULL);
	json_put_string(dane, "trusted_by", dns_trust_word(d->trust));
	for (size_t i = 0; i < d->n; i++) {
		const struct tlsa_result *r = &d->result[i];
		json_t *record = tlsa_object(&r->record);
		if (judged)
			json_put_string(record, "verdict", tlsa_verdict_word(r->verdict));
		else
			json_put_bool(record, "usable", !tlsa_unusable(&r->record));
		if (r->verdict == TLSA_MATCHES)
			json_put_number(record, "depth", (uint64_t)r->depth),
			    json_put_string(record, "name_rule", tls_name_word(r->name));
		json_put(record, "why", r->why);
		json_array_append_new(list, record);
	}
	json_object_set_new(dane, "records", list);
	return dane;
}

void
json_add_tls(json_t *o, const struct tls_info *t)
{
	json_t *certs = json_array();

	json_put(o, "version", t->version);
	json_put(o, "cipher", t->cipher);
	json_put_number(o, "bits", t->bits);
	json_put(o, "group", t->group);
	json_put(o, "alpn", t->alpn);
	json_put(o, "sni", t->sni);
	json_put(o, "wanted", t->wanted);
	json_put(o, "matched", t->peer_name);
	json_put_string(o, "name_rule", tls_name_word(t->name));
	json_put_bool(o, "verified", t->verified);
	if (tls_chain(t)->n > 0)
		json_put_date(o, "chain_not_after", tls_chain(t)->not_after);
	json_put_bool(o, "resumed", t->resumed);
	json_put_bool(o, "ocsp_stapled", t->ocsp != TLS_OCSP_NONE);
	json_put_string(o, "ocsp_status", tls_ocsp_word(t->ocsp));
	json_object_set_new(o, "problems", problem_list(t));
	for (size_t i = 0; i < t->ncerts; i++)
		json_array_append_new(certs, certificate(&t->cert[i]));
	json_object_set_new(o, "certificates", certs);
	if (t->dane)
		json_object_set_new(o, "dane", json_dane(t->dane, true));
}

/* ---- events */

static void
put_flaws(json_t *o, unsigned left)
{
	const struct reply_flaw_info *flaw;
	json_t *list = json_array();

	while ((flaw = reply_flaw_next(&left)))
		json_array_append_new(list, json_string(flaw->word));
	json_object_set_new(o, "flaws", list);
}

static void
add_attempt(json_t *o, const struct event *e)
{
	json_put(o, "host", e->attempt.host);
	json_put_addr(o, "address", &e->attempt.to);
	json_put_bool(o, "up", e->attempt.up);
	json_put_seconds(o, e->attempt.took_us);
}

static void
add_connected(json_t *o, const struct event *e)
{
	json_put(o, "host", e->connected.host);
	json_put_addr(o, "peer", &e->connected.peer);
	json_put_addr(o, "local", &e->connected.local);
	json_object_set_new(o, "found_seconds", json_real((double)e->connected.found_us / 1e6));
	json_put_seconds(o, e->connected.took_us);
}

static void
add_sent(json_t *o, const struct event *e)
{
	static const char *const kind[] = {
		[SENT_COMMAND] = "command",
		[SENT_TEXT] = "text",
		[SENT_OCTETS] = "octets",
		[SENT_SECRET] = "secret",
	};

	json_put_string(o, "kind", kind[e->sent.kind]);
	json_put(o, "sent", e->sent.text);
	json_put_number(o, "octets", e->sent.octets);
}

void
json_add_diagnosis(json_t *o, const struct diagnosis *d)
{
	struct arena arena = { 0 };

	json_put_string(o, "cause", cause_word(d->cause));
	json_put(o, "meaning", diagnosis_sentence(d, &arena));
	json_put(o, "next", diagnosis_next(d, FOR_ANYONE, &arena));
	arena_release(&arena);
}

static void
add_reply(json_t *o, const struct event *e)
{
	const struct reply *r = e->answer.reply;
	char status[32];
	struct arena arena = { 0 };

	json_put_string(o, "answers", e->answer.surprise ? NULL : answer_word(e));
	json_put_number(o, "code", r->code);
	snprintf(status, sizeof status, "%u.%u.%u", r->status.class, r->status.subject,
	    r->status.detail);
	json_put_string(o, "enhanced", r->status.class ? status : NULL);
	json_put_texts(o, "lines", r->line, r->nlines);
	if (!text_is_utf8(r->raw)) {
		struct span raw = base64_encode(&arena, r->raw);
		json_object_set_new(o, "raw_base64", json_stringn(raw.at, raw.len));
	}
	arena_release(&arena);
	put_flaws(o, r->flaws);
	json_put_string(o, "standing", standing_word(e->answer.standing));
	json_put_bool(o, "surprise", e->answer.surprise);
	json_put_bool(o, "late", e->answer.late);
	if (e->answer.or)
		json_put_string(o, "or_answers", due_text(e->answer.or));
	json_put_seconds(o, e->answer.took_us);
}

static json_t *
offered_list(const struct extensions *x)
{
	json_t *list = json_array();

	for (size_t i = 0; i < x->n; i++) {
		const struct extension *one = &x->list[i];
		json_t *o = json_object();
		json_put(o, "keyword", one->keyword);
		json_put(o, "parameters", one->params);
		json_put_bool(o, "known", one->info != NULL);
		json_put_string(o, "source", one->info ? one->info->source : NULL);
		json_array_append_new(list, o);
	}
	return list;
}

static void
put_offer(json_t *o, const struct extensions *x)
{
	json_put(o, "host", x->host);
	json_put(o, "greeting", x->greeting);
	json_object_set_new(o, "extensions", offered_list(x));
	json_put(o, "closing", x->closing);
	json_put_bool(o, "auth_equals", x->auth_equals);
}

static void
add_ehlo(json_t *o, const struct event *e)
{
	put_offer(o, e->extensions);
}

static const char *const offer_words[OFFER_STATES] = {
	[OFFER_CLEAR] = "clear",
	[OFFER_TLS] = "tls",
	[OFFER_AUTH] = "authenticated",
};

static void
add_offers(json_t *o, const struct event *e)
{
	json_t *states = json_object();

	json_put_string(o, "now", offer_words[e->offers.now]);
	for (size_t i = 0; i < OFFER_STATES; i++)
		if (e->offers.of[i]) {
			json_t *one = json_object();
			put_offer(one, e->offers.of[i]);
			json_object_set_new(states, offer_words[i], one);
		}
	json_object_set_new(o, "states", states);
}

static void
add_shaken(json_t *o, const struct event *e)
{
	json_add_tls(o, e->shaken.info);
	json_put_bool(o, "forgot", e->shaken.forgot);
	json_put_seconds(o, e->shaken.took_us);
}

static void
add_sts(json_t *o, const struct sts *sts, enum sts_verdict verdict)
{
	json_t *policy = json_sts(sts);

	json_put_string(policy, "verdict", sts_verdict_word(verdict));
	json_object_set_new(o, "mta_sts_policy", policy);
}

static void
add_cert(json_t *o, const struct event *e)
{
	const struct tls_info *t = e->cert.tls;
	struct arena arena = { 0 };

	json_add_tls(o, t);
	if (e->cert.pem.len > 0) {
		json_put(o, "pem", e->cert.pem);
		return;
	}
	json_put(o, "tlsa_name",
	    arena_printf(&arena, "_%u._tcp.%.*s.", e->cert.port, SPAN_ARG(e->cert.host)));
	json_put(o, "tlsa",
	    t->ncerts == 0 ? SPAN_NONE :
			     arena_printf(&arena, "3 1 1 %.*s", SPAN_ARG(t->cert[0].spki_sha256)));
	arena_release(&arena);
	if (e->cert.sts)
		add_sts(o, e->cert.sts, e->cert.verdict);
}

static void
add_info(json_t *o, const struct event *e)
{
	const struct session_info *i = e->info;
	const struct dialogue *d = &i->dialogue;

	json_put(o, "host", i->host);
	json_put_addr(o, "peer", &i->peer);
	json_put_addr(o, "local", &i->local);
	json_put_string(o, "helo", i->helo);
	json_put(o, "server", i->extensions ? i->extensions->host : SPAN_NONE);
	json_put(o, "version", i->tls ? i->tls->version : SPAN_NONE);
	json_put_bool(o, "verified", i->tls && i->tls->verified);
	json_put_bool(o, "authenticated", d->authenticated);
	json_put_bool(o, "mail", d->mail);
	json_put_number(o, "recipients", d->rcpts);
	json_put_number(o, "replies", i->replies);
	json_put_number(o, "octets_in", i->octets_in);
	json_put_number(o, "octets_out", i->octets_out);
	json_put_seconds(o, i->up_us);
}

static void
add_closed(json_t *o, const struct event *e)
{
	static const char *const by[] = {
		[CLOSED_BY_US] = "us",
		[CLOSED_BY_PEER] = "peer",
		[CLOSED_RESET] = "reset",
		[CLOSED_TRUNCATED] = "truncated",
	};

	json_put_string(o, "by", by[e->closed.by]);
	json_put_bool(o, "expected", e->closed.expected);
	json_put_string(o, "waiting_for", e->closed.wait ? wait_word(e->closed.wait) : NULL);
	if (e->closed.wait == WAIT_REPLY && e->closed.verb != VERB_OTHER)
		json_put_string(o, "command", verb_info(e->closed.verb)->name);
	json_put(o, "rest", e->closed.rest);
}

static void
add_server_command(json_t *o, const struct event *e)
{
	put_flaws(o, e->flaws);
}

static void
add_delivery(json_t *o, const struct event *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->delivery.nrcpts; i++) {
		const struct verdict *v = &e->delivery.rcpt[i];
		json_t *one = json_object();
		json_put(one, "address", v->address);
		json_put_string(one, "fate", fate_word(v->fate));
		json_put_number(one, "code", v->code);
		json_put(one, "text", v->text);
		json_array_append_new(list, one);
	}
	json_put(o, "from", e->delivery.from);
	json_object_set_new(o, "recipients", list);
	json_put_string(o, "fate", fate_word(e->delivery.fate));
	json_put_number(o, "accepted", e->delivery.accepted);
	json_put_number(o, "code", e->delivery.code);
	json_put(o, "text", e->delivery.text);
	json_put(o, "queue_id", e->delivery.queue_id);
	json_put_number(o, "octets", e->delivery.octets);
	json_put_seconds(o, e->delivery.took_us);
}

static void
add_question(json_t *o, const struct event *e)
{
	json_put(o, "prompt", e->question.prompt);
	json_put_bool(o, "secret", e->question.secret);
}

/* The text of the step is left out: it may contain a secret. */
static void
add_step_ended(json_t *o, const struct event *e)
{
	const struct step *step = e->step;

	json_put_string(o, "step", !step ? NULL : step->op->name[0] ? step->op->name : "line");
	json_put_number(o, "line", step ? step->place.line : 0);
	json_put_bool(o, "ok", e->err == ERR_NONE);
}

static json_t *
hop(const struct route_hop *hop, bool mx)
{
	json_t *o = json_object(), *addresses = json_array();
	char host[ADDR_TEXT];

	json_put(o, "host", hop->host);
	if (mx)
		json_put_number(o, "preference", hop->preference);
	for (size_t i = 0; i < hop->naddr; i++)
		json_array_append_new(
		    addresses, json_text(span_of(addr_host(&hop->addr[i], host))));
	json_object_set_new(o, "addresses", addresses);
	if (hop->naddr == 0 && hop->found)
		json_put(o, "why", hop->found->why);
	return o;
}

static void
add_route(json_t *o, const struct event *e)
{
	const struct route *r = e->resolved.route;
	json_t *hosts = json_array();

	for (size_t i = 0; i < r->nall; i++)
		json_array_append_new(hosts, hop(&r->hop[i], r->mx));
	json_put(o, "name", r->name);
	json_put_bool(o, "mx", r->mx);
	json_object_set_new(o, "hosts", hosts);
	json_put_seconds(o, r->took_us);
}

static void (*const adders[])(json_t *, const struct event *) = {
	[EVENT_RESOLVED] = add_route,
	[EVENT_ATTEMPT] = add_attempt,
	[EVENT_CONNECTED] = add_connected,
	[EVENT_SENT] = add_sent,
	[EVENT_REPLY] = add_reply,
	[EVENT_EXTENSIONS] = add_ehlo,
	[EVENT_TLS] = add_shaken,
	[EVENT_CLOSED] = add_closed,
	[EVENT_OFFERS] = add_offers,
	[EVENT_CERT] = add_cert,
	[EVENT_INFO] = add_info,
	[EVENT_COMMAND] = add_server_command,
	[EVENT_MESSAGE] = json_add_message,
	[EVENT_QUESTION] = add_question,
	[EVENT_DELIVERY] = add_delivery,
	[EVENT_STEP_ENDED] = add_step_ended,
};

struct json {
	FILE *out;
	int64_t epoch_us;
};

struct json *
json_new_at(FILE *out, int64_t epoch_us)
{
	struct json *j = memory_zeroed(sizeof *j);

	*j = (struct json){ .out = out, .epoch_us = epoch_us };
	return j;
}

struct json *
json_new(FILE *out)
{
	return json_new_at(out, utc_now_us() - (int64_t)loop_now_us());
}

void
json_free(struct json *j)
{
	free(j);
}

void
json_event(void *ctx, const struct event *e)
{
	struct json *j = ctx;
	json_t *o = json_object();

	json_put_string(o, "event", event_word(e->kind));
	json_put_time(o, "ts", (int64_t)e->at_us + j->epoch_us, true);
	json_put_number(o, "session", e->session);
	json_put_bool(o, "tls", e->tls);
	if (e->text.len > 0)
		json_put(o, "message", e->text);
	if (e->err != ERR_NONE)
		json_put_string(o, "failure", err_word(e->err));
	if (e->kind < sizeof adders / sizeof *adders && adders[e->kind])
		adders[e->kind](o, e);
	if (e->diagnosis)
		json_add_diagnosis(o, e->diagnosis);
	json_print(j->out, o);
}

/* ---- lookups, explanations, steps and cases of scripts: not events */

static json_t *
looked_up_address(const struct lookup_address *a)
{
	json_t *o = json_object(), *names = json_array();
	char host[ADDR_TEXT];

	json_put_string(o, "address", addr_host(&a->addr, host));
	for (size_t i = 0; i < a->nptr; i++) {
		json_t *name = json_object();
		json_put(name, "name", a->ptr[i].name);
		json_put_bool(name, "points_back", a->ptr[i].points_back);
		json_array_append_new(names, name);
	}
	json_object_set_new(o, "ptr", names);
	return o;
}

static json_t *
looked_up_host(const struct lookup_host *h, bool mx)
{
	json_t *o = json_object(), *addresses = json_array(), *list = json_array();

	json_put(o, "host", h->hop->host);
	if (!span_eq_case(h->hop->found->name, h->hop->host) && h->hop->found->name.len > 0)
		json_put(o, "answered_by", h->hop->found->name);
	if (mx)
		json_put_number(o, "preference", h->hop->preference);
	json_put(o, "alias", h->hop->found->alias);
	json_put_number(o, "ttl", h->hop->found->ttl);
	json_put_bool(o, "validated", h->hop->found->authentic);
	json_put(o, "why", h->hop->found->why);
	for (size_t i = 0; i < h->hop->naddr; i++)
		json_array_append_new(addresses, looked_up_address(&h->address[i]));
	for (size_t i = 0; h->dane && i < h->dane->n; i++) {
		const struct tlsa *t = &h->dane->result[i].record;
		json_t *tlsa = tlsa_object(t);
		if (t->malformed)
			json_put_bool(tlsa, "malformed", true);
		json_array_append_new(list, tlsa);
	}
	json_object_set_new(o, "addresses", addresses);
	json_object_set_new(o, "tlsa", list);
	json_put_bool(o, "tlsa_validated", h->dane && h->dane->authentic);
	if (h->dane && tlsa_rollover(h->dane) != TLSA_NO_RECORD)
		json_put_bool(o, "tlsa_rollover", tlsa_rollover(h->dane) == TLSA_TWO_KEYS);
	if (h->dane)
		json_object_set_new(o, "dane", json_dane(h->dane, false));
	return o;
}

/* Adds why the record is invalid; absent: it is valid, or there is none. */
static void
put_lookup_wrong(json_t *o, const char *key, const struct lookup_text *t)
{
	if (t->wrong.len > 0)
		json_put(o, key, t->wrong);
}

static void
put_lookup_text(json_t *o, const char *key, const struct lookup_text *t)
{
	if (t->n > 0)
		json_put(o, key, t->text);
	else
		json_object_set_new(o, key, json_null());
}

/* SRV records, in the order of the answer. */
static json_t *
looked_up_services(const struct lookup_srv *srv)
{
	json_t *list = json_array();

	for (size_t i = 0; i < srv->n; i++) {
		const struct lookup_service *v = &srv->service[i];
		json_t *o = json_object();
		json_put_number(o, "priority", v->priority);
		json_put_number(o, "weight", v->weight);
		json_put_number(o, "port", v->port);
		json_put(o, "host", v->host);
		json_array_append_new(list, o);
	}
	return list;
}

json_t *
json_sts(const struct sts *sts)
{
	bool found = sts->state == STS_FOUND;
	json_t *o = json_object();

	json_put(o, "domain", sts->domain);
	json_put_string(o, "state", sts_state_word(sts->state));
	json_put(o, "id", sts->id);
	json_put(o, "why", sts->why);
	json_put_string(o, "mode", found ? sts_mode_word(sts->policy.mode) : NULL);
	json_put_number(o, "max_age", sts->policy.max_age);
	json_put_texts(o, "mx", sts->policy.mx, found ? sts->policy.nmx : 0);
	return o;
}

void
json_lookup(FILE *out, const struct json_looked_up *found)
{
	const struct lookup *l = found->lookup;
	const struct sts *sts = found->sts;
	json_t *o = json_object(), *hosts = json_array(), *notes = json_array();

	json_put_string(o, "event", "lookup");
	json_put(o, "name", l->route->name);
	json_put_bool(o, "mx", l->route->mx);
	json_put_bool(o, "implicit", l->route->implicit);
	json_put(o, "alias", l->route->alias);
	if (l->mx_why.len > 0)
		json_put(o, "mx_why", l->mx_why);
	json_put_number(o, "ttl", l->route->ttl);
	json_put_bool(o, "validated", l->route->authentic);
	for (size_t i = 0; i < l->nhosts; i++)
		json_array_append_new(hosts, looked_up_host(&l->host[i], l->route->mx));
	json_object_set_new(o, "hosts", hosts);
	put_lookup_text(o, "mta_sts", &l->mta_sts);
	put_lookup_wrong(o, "mta_sts_wrong", &l->mta_sts);
	if (sts)
		json_object_set_new(o, "mta_sts_policy", json_sts(sts));
	put_lookup_text(o, "tlsrpt", &l->tlsrpt);
	put_lookup_wrong(o, "tlsrpt_wrong", &l->tlsrpt);
	if (l->submissions.name.len > 0) {
		json_object_set_new(o, "submissions", looked_up_services(&l->submissions));
		json_object_set_new(o, "submission", looked_up_services(&l->submission));
	}
	if (found->spf)
		json_object_set_new(o, "spf", json_spf(found->spf));
	if (found->dmarc)
		json_object_set_new(o, "dmarc", json_dmarc(found->dmarc));
	for (size_t i = 0; i < l->nnotes; i++)
		json_array_append_new(notes, json_text(l->note[i]));
	json_object_set_new(o, "notes", notes);
	json_t *findings = json_array();
	for (const struct diagnosis *d = found->findings; d; d = d->next)
		json_array_append_new(findings, json_diagnosis(d));
	json_object_set_new(o, "findings", findings);
	json_put_string(o, "failure", l->err.kind == ERR_NONE ? NULL : err_word(l->err.kind));
	json_put_string(o, "why", l->err.kind == ERR_NONE ? NULL : l->err.text);
	json_print(out, o);
}

void
json_explanation(FILE *out, const struct explanation *e)
{
	for (; e; e = e->next) {
		json_t *o = json_object(), *facts = json_array();
		json_put_string(o, "kind", e->kind);
		json_put(o, "name", e->name);
		json_put(o, "text", e->text);
		for (size_t i = 0; i < e->nfacts; i++) {
			json_t *fact = json_object();
			json_put_string(fact, "label", e->fact[i].label);
			json_put(fact, "text", e->fact[i].text);
			json_array_append_new(facts, fact);
		}
		json_object_set_new(o, "facts", facts);
		json_print(out, o);
	}
}

void
json_played(FILE *out, const struct json_played *p)
{
	json_t *o = json_object();
	const struct {
		const char *key;
		struct span text;
	} texts[] = {
		{ "name", p->name },
		{ "why", p->why },
		{ "expected", p->expected },
		{ "received", p->received },
		{ "where", p->where },
	};

	json_put_string(o, "event", p->what);
	json_put_string(o, "file", p->file);
	json_object_set_new(o, "line", json_integer(p->line));
	json_put_string(o, "verdict", p->verdict);
	json_object_set_new(o, "took_us", json_integer((json_int_t)p->took_us));
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].text.len > 0)
			json_put(o, texts[i].key, texts[i].text);
	json_print(out, o);
}
