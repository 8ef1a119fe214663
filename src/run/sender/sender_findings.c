/* sender_findings - what is wrong with mail from a domain, in the words of run/diagnosis. */
#include "base/text.h"
#include "run/diagnosis/diagnose.h"
#include "run/sender/sender_check.h"

struct findings {
	const struct sender *sender;
	struct arena *arena;
	struct diagnosis_place place; /* the domain in From, and the client's address */
	struct diagnosis *first;
};

static struct diagnosis *
find(struct findings *f, enum cause cause, struct span evidence)
{
	struct diagnosis *d = diagnosis_new(cause, &f->place, f->arena);

	d->evidence = text_safe(f->arena, evidence);
	*diagnosis_end(&f->first) = d;
	return d;
}

static void
set(struct findings *f, struct diagnosis *d, enum field field, struct span text)
{
	diagnosis_set(d, field, text, f->arena);
}

/* ---- SPF */

static void
find_spf_notes(struct findings *f, const struct spf *spf)
{
	for (size_t i = 0; i < spf->nnotes; i++) {
		const struct spf_note *n = &spf->note[i];
		bool all = n->kind == SPF_NOTE_PLUS_ALL;
		struct span term = text_safe(f->arena, n->term);
		if (n->kind == SPF_NOTE_MACRO && spf->why == SPF_WHY_MACRO)
			continue; /* reported as a finding of its own */
		struct diagnosis *d = find(
		    f, all ? CAUSE_SPF_PLUS_ALL : CAUSE_SPF_REMARK, spf->record);
		set(f, d, FIELD_DOMAIN, n->domain);
		set(f, d, FIELD_NAME, n->term);
		set(f, d, FIELD_WHAT,
		    n->term.len == 0 ? arena_printf(f->arena, "it %s", spf_note_phrase(n->kind)) :
				       arena_printf(f->arena, "\"%.*s\" %s", SPAN_ARG(term),
					   spf_note_phrase(n->kind)));
	}
}

/* Adds errors in the tree that other addresses meet and this one, which matches early, does not. */
static void
find_spf_tree(struct findings *f, const struct spf *spf)
{
	bool permerror = spf->result == SPF_PERMERROR;
	struct diagnosis *d;

	if (spf->tree_lookups > SPF_LOOKUPS_MAX) {
		d = find(f, CAUSE_SPF_LOOKUPS, spf->record);
		set(f, d, FIELD_SIZE,
		    arena_printf(
			f->arena, "%s%u", spf->tree_more ? "at least " : "", spf->tree_lookups));
		if (!permerror && spf->result != SPF_UNASKED)
			d->state = STATE_WARNING;
	} else if (spf->tree_why != SPF_WHY_MATCHED && !permerror && spf->result != SPF_TEMPERROR &&
	    spf->result != SPF_NONE) {
		d = find(f, CAUSE_SPF_BROKEN_PART, spf->record);
		set(f, d, FIELD_WHY, spf_why_sentence(spf->tree_why, &spf->tree_at, f->arena));
		if (spf->tree_why == SPF_WHY_DNS)
			d->state = STATE_UNKNOWN;
	}
}

static void
find_spf(struct findings *f, const struct spf *spf)
{
	static const enum cause causes[] = {
		[SPF_NONE] = CAUSE_SPF_NO_RECORD,
		[SPF_NEUTRAL] = CAUSE_SPF_NEUTRAL,
		[SPF_PASS] = CAUSE_NONE,
		[SPF_FAIL] = CAUSE_SPF_NOT_ALLOWED,
		[SPF_SOFTFAIL] = CAUSE_SPF_SOFTFAIL,
		[SPF_TEMPERROR] = CAUSE_SPF_TEMPERROR,
		[SPF_PERMERROR] = CAUSE_SPF_PERMERROR,
		[SPF_UNKNOWN] = CAUSE_SPF_MACRO,
		[SPF_UNASKED] = CAUSE_NONE,
	};
	enum cause cause = causes[spf->result];

	f->place.domain = spf->domain;
	if (spf->why == SPF_WHY_LOOKUPS && spf->tree_lookups > SPF_LOOKUPS_MAX)
		cause = CAUSE_NONE; /* find_spf_tree reports it, with their number */
	if (cause != CAUSE_NONE) {
		struct diagnosis *d = find(f, cause, spf->record);
		set(f, d, FIELD_WHY, spf_reason(spf, f->arena));
		set(f, d, FIELD_NAME, spf->at.term);
		if (cause == CAUSE_SPF_MACRO)
			set(f, d, FIELD_WHAT, spf_maybe(spf, f->arena));
	}
	find_spf_tree(f, spf);
	find_spf_notes(f, spf);
	f->place.domain = f->sender->domain;
}

/* ---- DKIM */

static void
find_dkim(struct findings *f, const struct dkim_key *k)
{
	static const enum cause causes[] = {
		[DKIM_NONE] = CAUSE_DKIM_NO_KEY,
		[DKIM_FAILED] = CAUSE_DKIM_LOOKUP,
		[DKIM_SEVERAL] = CAUSE_DKIM_RECORD,
		[DKIM_MALFORMED] = CAUSE_DKIM_RECORD,
		[DKIM_REVOKED] = CAUSE_DKIM_REVOKED,
		[DKIM_WEAK] = CAUSE_DKIM_WEAK,
		[DKIM_UNKNOWN] = CAUSE_DKIM_RECORD,
		[DKIM_GOOD] = CAUSE_NONE,
	};
	bool usable = k->state == DKIM_GOOD;
	const enum cause found[] = {
		usable && (k->no_email || k->no_sha256) ? CAUSE_DKIM_RECORD : causes[k->state],
		k->testing ? CAUSE_DKIM_TESTING : CAUSE_NONE,
		usable && k->bits > 0 && k->bits < DKIM_BITS_GOOD ? CAUSE_DKIM_SHORT : CAUSE_NONE,
	};

	for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
		if (found[i] == CAUSE_NONE)
			continue;
		struct diagnosis *d = find(f, found[i], k->text);
		set(f, d, FIELD_NAME, k->name);
		set(f, d, FIELD_WHY,
		    found[i] == CAUSE_DKIM_RECORD ? dkim_sentence(k, f->arena) : k->why);
		set(f, d, FIELD_SIZE, arena_printf(f->arena, "%u", k->bits));
	}
}

/* ---- DMARC */

static void
find_dmarc(struct findings *f)
{
	const struct sender *s = f->sender;
	const struct dmarc *m = s->dmarc;
	bool spf = s->spf && s->spf->result == SPF_PASS && s->spf_aligned == DMARC_ALIGNED,
	     spf_known = s->spf && s->spf->result != SPF_UNASKED && s->spf->result != SPF_UNKNOWN &&
	    s->spf->result != SPF_TEMPERROR,
	     dkim = false;
	struct diagnosis *d;

	for (size_t i = 0; i < s->ndkim; i++)
		dkim |= s->dkim[i].key->state == DKIM_GOOD && s->dkim[i].aligned == DMARC_ALIGNED;
	if (m->state == DMARC_NONE) {
		find(f, CAUSE_DMARC_NO_RECORD, SPAN_NONE);
	} else if (m->state == DMARC_FAILED) {
		d = find(f, CAUSE_DMARC_LOOKUP, SPAN_NONE);
		set(f, d, FIELD_WHY, m->why);
	} else if (m->state != DMARC_FOUND || m->record.wrong) {
		d = find(f, CAUSE_DMARC_RECORD, m->text);
		set(f, d, FIELD_NAME, arena_printf(f->arena, "_dmarc.%.*s", SPAN_ARG(m->at)));
		set(f, d, FIELD_WHY, m->state == DMARC_FOUND ? span_of(m->record.wrong) : m->why);
	}
	if (m->state != DMARC_FOUND)
		return;
	if (s->spf && s->spf_aligned == DMARC_NOT_ALIGNED) {
		d = find(f, CAUSE_DMARC_NOT_ALIGNED, m->text);
		set(f, d, FIELD_WHAT, SPAN("SPF"));
		set(f, d, FIELD_OTHER, s->spf->domain);
	}
	for (size_t i = 0; i < s->ndkim; i++)
		if (s->dkim[i].aligned == DMARC_NOT_ALIGNED) {
			d = find(f, CAUSE_DMARC_NOT_ALIGNED, m->text);
			set(f, d, FIELD_WHAT, SPAN("DKIM"));
			set(f, d, FIELD_OTHER, s->dkim[i].domain);
		}
	if (spf || !spf_known || m->policy == DMARC_P_NONE)
		return;
	d = find(f, CAUSE_DMARC_WOULD_FAIL, m->text);
	set(f, d, FIELD_WHAT, span_of(dmarc_policy_word(m->policy)));
	/* whether mail has a good signature is unknown here */
	d->state = s->ndkim > 0 && !dkim ? STATE_CRITICAL : STATE_WARNING;
}

/* ---- the client's address and name */

static void
find_reverse(struct findings *f, const struct lookup_address *a)
{
	bool back = false;
	struct diagnosis *d;

	for (size_t i = 0; i < a->nptr; i++)
		back |= a->ptr[i].points_back;
	if (back)
		return;
	d = find(f,
	    a->failed	     ? CAUSE_PTR_LOOKUP :
		a->nptr == 0 ? CAUSE_PTR_MISSING :
			       CAUSE_PTR_UNCONFIRMED,
	    SPAN_NONE);
	set(f, d, FIELD_WHY, a->why);
	if (a->nptr > 0)
		set(f, d, FIELD_NAME, a->ptr[0].name);
}

static void
find_ehlo(struct findings *f, const struct ehlo *e)
{
	static const enum cause causes[] = {
		[EHLO_MATCHES] = CAUSE_NONE,
		[EHLO_EXISTS] = CAUSE_NONE,
		[EHLO_DIFFERS] = CAUSE_EHLO_DIFFERS,
		[EHLO_NOT_FOUND] = CAUSE_EHLO_UNRESOLVABLE,
		[EHLO_NOT_FQDN] = CAUSE_EHLO_UNQUALIFIED,
		[EHLO_INVALID] = CAUSE_EHLO_UNQUALIFIED,
		[EHLO_LITERAL] = CAUSE_NONE,
		[EHLO_LITERAL_DIFFERS] = CAUSE_EHLO_DIFFERS,
		[EHLO_FAILED] = CAUSE_EHLO_LOOKUP,
	};

	if (causes[e->state] == CAUSE_NONE)
		return;
	struct diagnosis *d = find(f, causes[e->state], SPAN_NONE);
	set(f, d, FIELD_NAME, e->name);
	set(f, d, FIELD_WHY, e->why);
}

static void
find_list(struct findings *f, const struct dnsbl *l)
{
	char text[ADDR_TEXT];

	if (l->state == DNSBL_NOT_LISTED)
		return;
	bool listed = l->state == DNSBL_LISTED;
	struct diagnosis *d = find(
	    f, listed ? CAUSE_ADDRESS_LISTED : CAUSE_LIST_UNKNOWN, l->reason);
	set(f, d, FIELD_LIST, l->zone);
	set(f, d, FIELD_WHY, listed ? l->reason : dnsbl_sentence(l, f->arena));
	if (l->ncodes > 0)
		set(f, d, FIELD_CODE, span_of(addr_host(&l->code[0], text)));
}

/* Sorts findings, the worst first; equal ones stay in the order found. */
static struct diagnosis *
ranked(struct diagnosis *list)
{
	static const enum health order[] = {
		STATE_CRITICAL,
		STATE_WARNING,
		STATE_UNKNOWN,
		STATE_OK,
	};
	struct diagnosis *first = NULL, **end = &first;

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		for (struct diagnosis **at = &list; *at;) {
			struct diagnosis *d = *at;
			if (d->state != order[i]) {
				at = &d->next;
				continue;
			}
			*at = d->next;
			d->next = NULL;
			*end = d;
			end = &d->next;
		}
	return first;
}

struct diagnosis *
sender_findings(const struct sender *s, struct arena *arena)
{
	struct findings f = { .sender = s, .arena = arena, .place = { .domain = s->domain } };
	char text[ADDR_TEXT];

	if (s->source.len > 0)
		f.place.address = arena_copy(arena, span_of(addr_host(&s->source, text)));
	if (s->spf)
		find_spf(&f, s->spf);
	find_dmarc(&f);
	for (size_t i = 0; i < s->ndkim; i++)
		find_dkim(&f, s->dkim[i].key);
	if (s->reverse)
		find_reverse(&f, s->reverse);
	if (s->ehlo)
		find_ehlo(&f, s->ehlo);
	for (size_t i = 0; i < s->ndnsbl; i++)
		find_list(&f, s->dnsbl[i]);
	return ranked(f.first);
}
