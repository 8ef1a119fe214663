/*
 * What a domain publishes of its TLS: records and policies of MTA-STS, records of TLSRPT; read, or
 * refused with a reason.
 */
#include "fuzz.h"

#include "smtp/sts.h"
#include "smtp/tlsrpt.h"

static void
check_policy(struct span text)
{
	struct arena arena = { 0 };
	struct sts_policy p;
	const char *why = NULL;

	if (!sts_policy_parse(text, &arena, &p, &why)) {
		PROMISE(why && why[0]);
		arena_release(&arena);
		return;
	}
	PROMISE(p.nmx <= STS_MX_MAX && (p.nmx > 0 || p.mode == STS_MODE_NONE) &&
	    sts_mode_word(p.mode)[0]);
	for (size_t i = 0; i < p.nmx; i++) {
		bool pattern = span_starts(p.mx[i], SPAN("*."));
		PROMISE(p.mx[i].len > 0 && p.mx[i].len <= 257 &&
		    (pattern || sts_policy_names(&p, p.mx[i])));
	}
	sts_policy_names(&p, text);
	sts_policy_names(&p, SPAN_NONE);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span text = fuzz_span(octets, n), id;
	const char *why = NULL;

	check_policy(text);
	if (sts_record_parse(text, &id, &why))
		PROMISE(id.len > 0 && id.len <= 32);
	else
		PROMISE(why && why[0]);
	why = NULL;
	PROMISE(tlsrpt_record_parse(text, &why) || (why && why[0]));
	return 0;
}
