/*
 * What a domain publishes of who may send its mail: SPF, DKIM and DMARC records; read, or refused
 * with a reason.
 */
#include "fuzz.h"

#include "run/sender/dkim.h"
#include "run/sender/dmarc.h"
#include "run/sender/spf_record.h"

static bool
is_inside(struct span s, struct span text)
{
	return s.len == 0 || (s.at >= text.at && s.at + s.len <= text.at + text.len);
}

static void
check_spf(struct span text, struct arena *arena)
{
	struct spf_record r;
	enum spf_flaw flaw;
	struct span at = SPAN_NONE;

	if (!spf_record_parse(text, arena, &r, &flaw, &at)) {
		PROMISE(flaw && spf_flaw_phrase(flaw)[0] && at.len > 0 && is_inside(at, text));
		return;
	}
	PROMISE(!flaw);
	for (size_t i = 0; i < r.n; i++) {
		const struct spf_term *t = &r.term[i];
		bool net = t->kind == SPF_KIND_IP4 || t->kind == SPF_KIND_IP6;
		PROMISE(is_inside(t->text, text) && is_inside(t->domain, t->text));
		PROMISE(t->bits4 <= 32 && t->bits6 <= 128 && net == (t->net.base.len > 0));
		PROMISE(t->macro == span_has(t->domain, '%'));
		PROMISE(t->kind != SPF_KIND_INCLUDE || t->domain.len > 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span text = fuzz_span(octets, n);
	struct arena arena = { 0 };
	struct dmarc_record dmarc;
	struct dkim_key key = { .state = DKIM_NONE };
	const char *why = NULL;

	if (spf_is_record(text))
		check_spf(text, &arena);
	if (dmarc_record_parse(text, &dmarc, &why))
		PROMISE(dmarc.p != DMARC_P_UNSET && dmarc.pct <= 100 && dmarc_is_record(text));
	else
		PROMISE(why && why[0]);
	dkim_key_parse(text, &arena, &key);
	PROMISE(key.state != DKIM_NONE && (key.state != DKIM_MALFORMED || key.why.len > 0));
	PROMISE(dkim_sentence(&key, &arena).len > 0);
	arena_release(&arena);
	return 0;
}
