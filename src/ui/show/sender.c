/* sender - what the DNS says about mail from a domain. */
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

/* Returns "uses 7 of 10 lookups". */
static struct span
lookups_text(struct screen *s, const struct spf *spf)
{
	return arena_printf(&s->arena, "uses %s%u of %d lookups",
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
	/* a failed lookup at a parent domain says little about this one */
	bool above = d->state == DMARC_FAILED && !dns_name_eq(d->at, d->domain),
	     bad = !above && d->state != DMARC_FOUND && d->state != DMARC_NONE;

	if (d->text.len > 0 && d->state != DMARC_NONE)
		put_record(s, arena_printf(&s->arena, "_dmarc.%.*s", SPAN_ARG(d->at)), d->text,
		    d->authentic);
	put_line(s,
	    bad || d->record.wrong ? "*** DMARC: " : "=== DMARC: ", dmarc_sentence(d, &s->arena));
}
