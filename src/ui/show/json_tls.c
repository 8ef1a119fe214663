/* json_tls - a TLS connection: what was agreed, the certificates, what is wrong with them, DANE. */
#include "net/tls_dane.h"
#include "ui/show/json_put.h"

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

static void
put_date(json_t *o, const char *key, int64_t seconds)
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
	put_date(o, "not_before", c->not_before);
	put_date(o, "not_after", c->not_after);
	json_put(o, "key", c->key);
	json_put(o, "signature", c->signature);
	json_put(o, "serial", c->serial);
	json_put(o, "sha256", c->sha256);
	json_put(o, "spki_sha256", c->spki_sha256);
	json_put_bool(o, "self_signed", c->self_signed);
	return o;
}

json_t *
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
		json_t *record = json_object();
		if (!r->record.malformed) {
			json_put_number(record, "usage", r->record.usage);
			json_put_number(record, "selector", r->record.selector);
			json_put_number(record, "matching", r->record.matching);
			json_put_hex(record, "data", r->record.data);
		}
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
		put_date(o, "chain_not_after", tls_chain(t)->not_after);
	json_put_bool(o, "resumed", t->resumed);
	json_put_bool(o, "ocsp_stapled", t->ocsp_stapled);
	json_put_string(o, "ocsp_status", t->ocsp_status);
	json_object_set_new(o, "problems", problem_list(t));
	for (size_t i = 0; i < t->ncerts; i++)
		json_array_append_new(certs, certificate(&t->cert[i]));
	json_object_set_new(o, "certificates", certs);
	if (t->dane)
		json_object_set_new(o, "dane", json_dane(t->dane, true));
}
