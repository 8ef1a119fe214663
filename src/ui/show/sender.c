/* sender - what the DNS says of mail from a domain. */
#include "ui/show/sender.h"

static void
put_record(struct screen *s, struct span name, struct span text, bool authentic)
{
	screen_put(s, name);
	screen_print(s, ": \"");
	screen_put(s, text);
	screen_print(s, authentic ? "\", validated (DNSSEC)\n" : "\", not validated\n");
}

static void
put_line(struct screen *s, const char *before, struct span text)
{
	screen_print(s, "%s", before);
	screen_put(s, text);
	screen_print(s, "\n");
}

/* "7 of 10 lookups" */
static struct span
lookups_text(struct screen *s, const struct spf *spf)
{
	return arena_printf(&s->arena, "takes %s%u of %d lookups",
	    spf->tree_more ? "at least " : "", spf->tree_lookups, SPF_LOOKUPS_MAX);
}

static void
show_spf_notes(struct screen *s, const struct spf *spf, const char *before, const char *bad)
{
	for (size_t i = 0; i < spf->nnotes; i++) {
		const struct spf_note *n = &spf->note[i];
		screen_print(s, "%sSPF: ", n->kind == SPF_NOTE_PLUS_ALL ? bad : before);
		if (n->term.len > 0) {
			screen_print(s, "\"");
			screen_put(s, n->term);
			screen_print(s, "\" of ");
		} else {
			screen_print(s, "the record of ");
		}
		screen_put(s, n->domain);
		screen_print(s, " %s\n", spf_note_phrase(n->kind));
	}
}

void
show_spf(struct screen *s, const struct spf *spf)
{
	if (spf->result == SPF_NONE) {
		put_line(s, "", spf_reason(spf, &s->arena));
		return;
	}
	if (spf->record.len > 0)
		put_record(s, spf->domain, spf->record, spf->authentic);
	if (spf->result != SPF_UNASKED)
		put_line(s, "*** SPF: ", spf_sentence(spf, &s->arena));
	else if (spf->tree_why != SPF_WHY_MATCHED && spf->tree_why != SPF_WHY_LOOKUPS)
		put_line(s, "*** SPF: ", spf_why_sentence(spf->tree_why, &spf->tree_at, &s->arena));
	if (spf->result == SPF_UNASKED && spf->tree_lookups > 0)
		put_line(s, spf->tree_lookups > SPF_LOOKUPS_MAX ? "*** SPF: " : "=== SPF: ",
		    lookups_text(s, spf));
	show_spf_notes(s, spf, "=== ", "*** ");
}

void
show_dmarc(struct screen *s, const struct dmarc *d)
{
	/* that of a domain above says little: whoever has the zone need not be asked */
	bool above = d->state == DMARC_FAILED && !dns_name_eq(d->at, d->domain),
	     bad = !above && d->state != DMARC_FOUND && d->state != DMARC_NONE;

	if (d->text.len > 0 && d->state != DMARC_NONE)
		put_record(s, arena_printf(&s->arena, "_dmarc.%.*s", SPAN_ARG(d->at)), d->text,
		    d->authentic);
	put_line(s,
	    bad || d->record.wrong ? "*** DMARC: " : "=== DMARC: ", dmarc_sentence(d, &s->arena));
}

static void
show_aligned(struct screen *s, enum dmarc_alignment aligned, struct span domain)
{
	static const char *const words[] = {
		[DMARC_NOT_ALIGNED] = "not aligned with",
		[DMARC_ALIGNED] = "aligned with",
		[DMARC_ALIGNMENT_UNSURE] = "perhaps not aligned with",
	};

	screen_print(s, "; %s ", words[aligned]);
	screen_put(s, domain);
}

void
show_sender(struct screen *s, const struct sender *r)
{
	char text[ADDR_TEXT];

	if (r->spf) {
		screen_print(s, "SPF         ");
		screen_put(s, r->spf->domain);
		screen_print(s, ": ");
		screen_put(s, spf_sentence(r->spf, &s->arena));
		show_aligned(s, r->spf_aligned, r->domain);
		screen_print(s, "\n");
		if (r->spf->tree_lookups > 0)
			put_line(s, "            ", lookups_text(s, r->spf));
	}
	for (size_t i = 0; i < r->ndkim; i++) {
		screen_print(s, "DKIM        ");
		screen_put(s, dkim_sentence(r->dkim[i].key, &s->arena));
		show_aligned(s, r->dkim[i].aligned, r->domain);
		screen_print(s, "\n");
	}
	put_line(s, "DMARC       ", dmarc_sentence(r->dmarc, &s->arena));
	if (r->dmarc->by != DMARC_ORGANIZATION_SELF) {
		screen_print(s, "            organizational domain ");
		screen_put(s, r->dmarc->organization);
		screen_print(s, ": %s\n", dmarc_organization_text(r->dmarc->by));
	}
	if (r->reverse) {
		screen_print(s, "PTR         %s: ", addr_host(&r->source, text));
		if (r->reverse->nptr == 0)
			screen_put(s, r->reverse->why);
		for (size_t i = 0; i < r->reverse->nptr; i++) {
			screen_print(s, i ? ", " : "");
			screen_put(s, r->reverse->ptr[i].name);
			screen_print(s,
			    r->reverse->ptr[i].points_back ? " (forward-confirmed)" :
							     " (not forward-confirmed)");
		}
		screen_print(s, "\n");
	}
	if (r->ehlo)
		put_line(s, "EHLO        ", ehlo_sentence(r->ehlo, &s->arena));
	for (size_t i = 0; i < r->ndnsbl; i++)
		put_line(s, "block list  ", dnsbl_sentence(r->dnsbl[i], &s->arena));
}
