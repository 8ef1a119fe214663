/* json_lookup - what was looked up, in the DNS and in the tables that explain. */
#include "ui/show/json_put.h"

#include "base/text.h"
#include "run/route/lookup.h"
#include "run/route/sts.h"

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
		json_t *tlsa = json_object();
		if (t->malformed) {
			json_put_bool(tlsa, "malformed", true);
		} else {
			json_put_number(tlsa, "usage", t->usage);
			json_put_number(tlsa, "selector", t->selector);
			json_put_number(tlsa, "matching", t->matching);
			json_put_hex(tlsa, "data", t->data);
		}
		json_array_append_new(list, tlsa);
	}
	json_object_set_new(o, "addresses", addresses);
	json_object_set_new(o, "tlsa", list);
	json_put_bool(o, "tlsa_validated", h->dane && h->dane->authentic);
	if (h->dane)
		json_object_set_new(o, "dane", json_dane(h->dane, false));
	return o;
}

/* Why it counts for nothing; absent: it is good, or there is none. */
static void
put_wrong(json_t *o, const char *key, const struct lookup_text *t)
{
	if (t->wrong.len > 0)
		json_put(o, key, t->wrong);
}

static void
put_record(json_t *o, const char *key, const struct lookup_text *t)
{
	if (t->n > 0)
		json_put(o, key, t->text);
	else
		json_object_set_new(o, key, json_null());
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
json_lookup(FILE *out, const struct lookup *l, const struct sts *sts)
{
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
	put_record(o, "mta_sts", &l->mta_sts);
	put_wrong(o, "mta_sts_wrong", &l->mta_sts);
	if (sts)
		json_object_set_new(o, "mta_sts_policy", json_sts(sts));
	put_record(o, "tlsrpt", &l->tlsrpt);
	put_wrong(o, "tlsrpt_wrong", &l->tlsrpt);
	for (size_t i = 0; i < l->nnotes; i++)
		json_array_append_new(notes, json_text(l->note[i]));
	json_object_set_new(o, "notes", notes);
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
