/* json_sender - what was looked up about mail from a domain, as JSON. */
#include "ui/show/json_put.h"

#include "run/diagnosis/diagnose.h"
#include "run/probe/judge.h"
#include "run/sender/sender_check.h"

static const char *const alignments[] = {
	[DMARC_NOT_ALIGNED] = "no",
	[DMARC_ALIGNED] = "yes",
	[DMARC_ALIGNMENT_UNSURE] = "unknown",
};

static void
put_octets(json_t *o, const char *key, struct span octets)
{
	if (octets.at)
		json_put(o, key, octets);
	else
		json_object_set_new(o, key, json_null());
}

static json_t *
spf_place(const struct spf_at *at)
{
	json_t *o = json_object();

	json_put(o, "term", at->term);
	json_put(o, "domain", at->domain);
	return o;
}

json_t *
json_spf(const struct spf *spf)
{
	json_t *o = json_object(), *path = json_array(), *notes = json_array(),
	       *maybe = json_array();
	struct arena arena = { 0 };

	json_put(o, "domain", spf->domain);
	put_octets(o, "record", spf->record);
	json_put_number(o, "records", spf->records);
	json_put_bool(o, "validated", spf->authentic);
	json_put_string(o, "result", spf_result_word(spf->result));
	json_put_string(o, "why", spf_why_word(spf->why));
	json_put(o, "term", spf->at.term);
	json_put(o, "term_domain", spf->at.domain);
	for (size_t i = 0; i < spf->npath; i++)
		json_array_append_new(path, spf_place(&spf->path[i]));
	json_object_set_new(o, "path", path);
	for (unsigned r = SPF_NONE; r <= SPF_PERMERROR; r++)
		if (spf->maybe & 1u << r)
			json_array_append_new(
			    maybe, json_string(spf_result_word((enum spf_result)r)));
	json_object_set_new(o, "maybe", maybe);
	json_put_number(o, "lookups", spf->lookups);
	json_put_number(o, "void_lookups", spf->voids);
	json_put_number(o, "tree_lookups", spf->tree_lookups);
	json_put_bool(o, "tree_incomplete", spf->tree_more);
	json_put_string(o, "tree_problem",
	    spf->tree_why == SPF_WHY_MATCHED ? NULL : spf_why_word(spf->tree_why));
	for (size_t i = 0; i < spf->nnotes; i++) {
		json_t *note = json_object();
		json_put_string(note, "note", spf_note_word(spf->note[i].kind));
		json_put(note, "term", spf->note[i].term);
		json_put(note, "domain", spf->note[i].domain);
		json_array_append_new(notes, note);
	}
	json_object_set_new(o, "notes", notes);
	json_put(o, "text", spf_sentence(spf, &arena));
	arena_release(&arena);
	return o;
}

json_t *
json_dmarc(const struct dmarc *d)
{
	const struct dmarc_record *r = &d->record;
	bool found = d->state == DMARC_FOUND;
	json_t *o = json_object();
	struct arena arena = { 0 };

	json_put_string(o, "state", dmarc_state_word(d->state));
	json_put(o, "domain", d->domain);
	put_octets(o, "at", d->state == DMARC_NONE ? SPAN_NONE : d->at);
	put_octets(o, "record", d->text);
	json_put_bool(o, "validated", d->authentic);
	json_put_string(o, "policy", found ? dmarc_policy_word(d->policy) : NULL);
	json_put_string(o, "p", found ? dmarc_policy_word(r->p) : NULL);
	json_put_string(o, "sp", found ? dmarc_policy_word(r->sp) : NULL);
	json_put_number(o, "pct", found ? r->pct : 100);
	json_put_string(o, "adkim", !found ? NULL : r->strict_dkim ? "s" : "r");
	json_put_string(o, "aspf", !found ? NULL : r->strict_spf ? "s" : "r");
	put_octets(o, "rua", found ? r->rua : SPAN_NONE);
	json_put_string(o, "wrong", found ? r->wrong : NULL);
	json_put(o, "organization", d->organization);
	json_put_string(o, "organization_by", dmarc_organization_word(d->by));
	json_put(o, "text", dmarc_sentence(d, &arena));
	arena_release(&arena);
	return o;
}

static json_t *
dkim_key(const struct sender_dkim *d)
{
	const struct dkim_key *k = d->key;
	json_t *o = json_object();
	struct arena arena = { 0 };

	json_put(o, "selector", d->selector);
	json_put(o, "domain", d->domain);
	json_put(o, "name", k->name);
	put_octets(o, "record", k->text);
	json_put_bool(o, "validated", k->authentic);
	json_put_string(o, "state", dkim_state_word(k->state));
	put_octets(o, "type", k->type);
	json_put_number(o, "bits", k->bits);
	json_put_bool(o, "testing", k->testing);
	json_put_string(o, "aligned", alignments[d->aligned]);
	json_put(o, "text", dkim_sentence(k, &arena));
	arena_release(&arena);
	return o;
}

static json_t *
reverse_names(const struct lookup_address *a)
{
	json_t *o = json_object(), *names = json_array();

	for (size_t i = 0; i < a->nptr; i++) {
		json_t *name = json_object();
		json_put(name, "name", a->ptr[i].name);
		json_put_bool(name, "points_back", a->ptr[i].points_back);
		json_array_append_new(names, name);
	}
	json_object_set_new(o, "ptr", names);
	json_put(o, "why", a->why);
	return o;
}

static json_t *
addresses(const struct addr *addr, size_t n)
{
	json_t *list = json_array();
	char text[ADDR_TEXT];

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(addr_host(&addr[i], text)));
	return list;
}

static json_t *
ehlo_name(const struct ehlo *e)
{
	json_t *o = json_object();
	struct arena arena = { 0 };

	json_put(o, "name", e->name);
	json_put_string(o, "state", ehlo_state_word(e->state));
	json_object_set_new(o, "addresses", addresses(e->addr, e->naddr));
	json_put(o, "text", ehlo_sentence(e, &arena));
	arena_release(&arena);
	return o;
}

static json_t *
block_list(const struct dnsbl *l)
{
	json_t *o = json_object();
	struct arena arena = { 0 };

	json_put(o, "zone", l->zone);
	json_put_string(o, "state", dnsbl_state_word(l->state));
	json_object_set_new(o, "codes", addresses(l->code, l->ncodes));
	put_octets(o, "reason", l->reason);
	json_put(o, "text", dnsbl_sentence(l, &arena));
	arena_release(&arena);
	return o;
}

/* The keys are the same for all findings. */
json_t *
json_diagnosis(const struct diagnosis *d)
{
	json_t *o = json_object();
	const struct cause_row *row = cause_row(d->cause);
	struct arena arena = { 0 };

	json_put_string(o, "cause", cause_word(d->cause));
	json_put_string(o, "state", judge_state_word(d->state));
	json_put(o, "title", diagnosis_title(d));
	json_put(o, "detail", diagnosis_sentence(d, &arena));
	json_put(o, "consequence", diagnosis_consequence(d, &arena));
	json_put(o, "next", diagnosis_next(d, FOR_ANYONE, &arena));
	json_put_string(o, "concerns", concern_word(row->concern));
	json_put_bool(o, "symptom", d->symptom);
	json_put(o, "evidence", d->evidence);
	json_put_string(o, "reference", row->reference);
	arena_release(&arena);
	return o;
}

json_t *
json_sender(const struct sender *s)
{
	json_t *o = json_object(), *keys = json_array(), *lists = json_array(),
	       *findings = json_array();
	char source[ADDR_TEXT];

	json_put(o, "domain", s->domain);
	json_put_string(o, "source", s->source.len ? addr_host(&s->source, source) : NULL);
	json_object_set_new(o, "spf", s->spf ? json_spf(s->spf) : json_null());
	json_put_string(o, "spf_aligned", s->spf ? alignments[s->spf_aligned] : NULL);
	for (size_t i = 0; i < s->ndkim; i++)
		json_array_append_new(keys, dkim_key(&s->dkim[i]));
	json_object_set_new(o, "dkim", keys);
	json_object_set_new(o, "dmarc", json_dmarc(s->dmarc));
	json_object_set_new(o, "reverse", s->reverse ? reverse_names(s->reverse) : json_null());
	json_object_set_new(o, "ehlo", s->ehlo ? ehlo_name(s->ehlo) : json_null());
	for (size_t i = 0; i < s->ndnsbl; i++)
		json_array_append_new(lists, block_list(s->dnsbl[i]));
	json_object_set_new(o, "dnsbl", lists);
	for (const struct diagnosis *d = s->findings; d; d = d->next)
		json_array_append_new(findings, json_diagnosis(d));
	json_object_set_new(o, "findings", findings);
	return o;
}
