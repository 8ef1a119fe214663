/* sender_findings: what was looked up in, causes out; every cause of a sender has a case. */
#include "tests.h"

#include "run/diagnosis/diagnose.h"
#include "run/sender/sender_check.h"

static bool seen[CAUSE_COUNT];

/* What a case changes of a sender with which nothing is wrong. */
struct set {
	struct sender sender;
	struct spf spf;
	struct dmarc dmarc;
	struct sender_dkim dkim;
	struct dkim_key key;
	struct lookup_address reverse;
	struct ehlo ehlo;
	struct dnsbl list;
	const struct dnsbl *lists[1];
};

static void
begin(struct set *s)
{
	*s = (struct set){
		.sender = { .domain = SPAN("d.test"), .spf_aligned = DMARC_ALIGNED },
		.spf = { .domain = SPAN("d.test"),
		    .record = SPAN("v=spf1 mx -all"),
		    .records = 1,
		    .result = SPF_PASS,
		    .why = SPF_WHY_MATCHED,
		    .at = { SPAN("mx"), SPAN("d.test") } },
		.dmarc = { .state = DMARC_FOUND,
		    .domain = SPAN("d.test"),
		    .at = SPAN("d.test"),
		    .policy = DMARC_P_REJECT,
		    .organization = SPAN("d.test") },
		.key = { .state = DKIM_GOOD,
		    .name = SPAN("s._domainkey.d.test"),
		    .bits = 2048,
		    .type = SPAN("rsa") },
		.dkim = { .selector = SPAN("s"),
		    .domain = SPAN("d.test"),
		    .aligned = DMARC_ALIGNED },
		.reverse = { .nptr = 1,
		    .ptr = { { .name = SPAN("mx.d.test"), .points_back = true } } },
		.ehlo = { .state = EHLO_MATCHES, .name = SPAN("mx.d.test") },
		.list = { .state = DNSBL_NOT_LISTED, .zone = SPAN("bl.test") },
	};
	assert_true(addr_parse(&s->sender.source, SPAN("192.0.2.1"), 0));
	s->sender.spf = &s->spf;
	s->sender.dmarc = &s->dmarc;
	s->dkim.key = &s->key;
	s->sender.dkim = &s->dkim;
	s->sender.ndkim = 1;
	s->sender.reverse = &s->reverse;
	s->sender.ehlo = &s->ehlo;
	s->lists[0] = &s->list;
	s->sender.dnsbl = s->lists;
	s->sender.ndnsbl = 1;
}

static void
check(const char *name, const struct set *s, enum cause cause, enum health state)
{
	struct arena arena = { 0 };
	bool found = false;
	int last = 0;

	for (const struct diagnosis *d = sender_findings(&s->sender, &arena); d; d = d->next) {
		static const int rank[] = { [STATE_CRITICAL] = 0, [STATE_WARNING] = 1,
			[STATE_UNKNOWN] = 2, [STATE_OK] = 3 };
		struct span text = diagnosis_sentence(d, &arena);
		if (rank[d->state] < last)
			fail_msg("%s: %s is not in its place", name, cause_word(d->cause));
		last = rank[d->state];
		seen[d->cause] = true;
		found |= d->cause == cause && d->state == state;
		/* every field that the row names was known */
		assert_null(span_find(text, SPAN("DOMAIN")).at);
		assert_null(span_find(text, SPAN("ADDRESS")).at);
		assert_null(span_find(text, SPAN("NAME")).at);
		assert_true(diagnosis_next(d, FOR_ANYONE, &arena).len > 0);
	}
	if (cause != CAUSE_NONE && !found)
		fail_msg("%s: no %s", name, cause_word(cause));
	if (cause == CAUSE_NONE && sender_findings(&s->sender, &arena))
		fail_msg("%s: something is wrong", name);
	arena_release(&arena);
}

/* One change, the cause that it has, and its state. */
#define CASE(change, cause, state)                             \
	do {                                                   \
		struct set s;                                  \
		begin(&s);                                     \
		change;                                        \
		check(#change, &s, CAUSE_##cause, STATE_##state); \
	} while (0)

#define SPF_SAYS(r, w) (s.spf.result = SPF_##r, s.spf.why = SPF_WHY_##w)

static void
spf_yields(void **state)
{
	static struct spf_note plus = { SPF_NOTE_PLUS_ALL, SPAN_INIT("+all"), SPAN_INIT("d.test") },
			       ptr = { SPF_NOTE_PTR, SPAN_INIT("ptr"), SPAN_INIT("d.test") },
			       open = { .kind = SPF_NOTE_NO_ALL, .domain = SPAN_INIT("d.test") };

	(void)state;
	CASE((void)0, NONE, OK);
	CASE(SPF_SAYS(FAIL, MATCHED), SPF_NOT_ALLOWED, CRITICAL);
	CASE(SPF_SAYS(SOFTFAIL, MATCHED), SPF_SOFTFAIL, WARNING);
	CASE(SPF_SAYS(NEUTRAL, DEFAULT), SPF_NEUTRAL, WARNING);
	CASE(SPF_SAYS(NONE, NO_RECORD), SPF_NO_RECORD, WARNING);
	CASE(SPF_SAYS(PERMERROR, SYNTAX), SPF_PERMERROR, CRITICAL);
	CASE(SPF_SAYS(PERMERROR, RECORDS), SPF_PERMERROR, CRITICAL);
	CASE(SPF_SAYS(PERMERROR, VOIDS), SPF_PERMERROR, CRITICAL);
	CASE((SPF_SAYS(PERMERROR, LOOKUPS), s.spf.tree_lookups = 11), SPF_LOOKUPS, CRITICAL);
	CASE(s.spf.tree_lookups = 11, SPF_LOOKUPS, WARNING);
	CASE((SPF_SAYS(UNASKED, UNASKED), s.spf.tree_lookups = 11), SPF_LOOKUPS, CRITICAL);
	CASE(s.spf.tree_lookups = 10, NONE, OK);
	CASE(s.spf.tree_why = SPF_WHY_NO_INCLUDED, SPF_BROKEN_PART, WARNING);
	CASE(s.spf.tree_why = SPF_WHY_DNS, SPF_BROKEN_PART, UNKNOWN);
	CASE(SPF_SAYS(TEMPERROR, DNS), SPF_TEMPERROR, UNKNOWN);
	CASE((SPF_SAYS(UNKNOWN, MACRO), s.spf.maybe = 1 << SPF_PASS | 1 << SPF_FAIL), SPF_MACRO,
	    UNKNOWN);
	CASE((s.spf.note[0] = plus, s.spf.nnotes = 1), SPF_PLUS_ALL, CRITICAL);
	CASE((s.spf.note[0] = ptr, s.spf.nnotes = 1), SPF_REMARK, OK);
	CASE((s.spf.note[0] = open, s.spf.nnotes = 1), SPF_REMARK, OK);
	CASE(s.sender.spf = NULL, NONE, OK);
}

static void
dkim_yields(void **state)
{
	(void)state;
	CASE(s.key.state = DKIM_NONE, DKIM_NO_KEY, CRITICAL);
	CASE(s.key.state = DKIM_REVOKED, DKIM_REVOKED, CRITICAL);
	CASE((s.key.state = DKIM_WEAK, s.key.bits = 512), DKIM_WEAK, CRITICAL);
	CASE(s.key.bits = 1024, DKIM_SHORT, OK);
	CASE((s.key.type = SPAN("ed25519"), s.key.bits = 0), NONE, OK);
	CASE(s.key.state = DKIM_SEVERAL, DKIM_RECORD, CRITICAL);
	CASE(s.key.state = DKIM_MALFORMED, DKIM_RECORD, CRITICAL);
	CASE(s.key.state = DKIM_UNKNOWN, DKIM_RECORD, CRITICAL);
	CASE(s.key.no_email = true, DKIM_RECORD, CRITICAL);
	CASE(s.key.testing = true, DKIM_TESTING, WARNING);
	CASE(s.key.state = DKIM_FAILED, DKIM_LOOKUP, UNKNOWN);
}

static void
dmarc_yields(void **state)
{
	(void)state;
	CASE(s.dmarc.state = DMARC_NONE, DMARC_NO_RECORD, OK);
	CASE(s.dmarc.state = DMARC_MALFORMED, DMARC_RECORD, WARNING);
	CASE(s.dmarc.state = DMARC_SEVERAL, DMARC_RECORD, WARNING);
	CASE(s.dmarc.record.wrong = "pct= is wrong", DMARC_RECORD, WARNING);
	CASE(s.dmarc.state = DMARC_FAILED, DMARC_LOOKUP, UNKNOWN);
	CASE((s.sender.spf_aligned = DMARC_NOT_ALIGNED, s.spf.domain = SPAN("e.test")),
	    DMARC_NOT_ALIGNED, WARNING);
	CASE(s.dkim.aligned = DMARC_NOT_ALIGNED, DMARC_NOT_ALIGNED, WARNING);
	/* a good key may make it pass; without a selector nobody knows; a bad one does not */
	CASE(SPF_SAYS(FAIL, MATCHED), DMARC_WOULD_FAIL, WARNING);
	CASE((SPF_SAYS(FAIL, MATCHED), s.sender.ndkim = 0), DMARC_WOULD_FAIL, WARNING);
	CASE((SPF_SAYS(FAIL, MATCHED), s.key.state = DKIM_NONE), DMARC_WOULD_FAIL, CRITICAL);
}

static void
clients_yield(void **state)
{
	(void)state;
	CASE(s.reverse.nptr = 0, PTR_MISSING, CRITICAL);
	CASE((s.reverse.nptr = 0, s.reverse.failed = true), PTR_LOOKUP, UNKNOWN);
	CASE(s.reverse.ptr[0].points_back = false, PTR_UNCONFIRMED, CRITICAL);
	CASE(s.ehlo.state = EHLO_NOT_FQDN, EHLO_UNQUALIFIED, CRITICAL);
	CASE(s.ehlo.state = EHLO_INVALID, EHLO_UNQUALIFIED, CRITICAL);
	CASE(s.ehlo.state = EHLO_NOT_FOUND, EHLO_UNRESOLVABLE, CRITICAL);
	CASE(s.ehlo.state = EHLO_FAILED, EHLO_LOOKUP, UNKNOWN);
	CASE(s.ehlo.state = EHLO_DIFFERS, EHLO_DIFFERS, OK);
	CASE(s.ehlo.state = EHLO_LITERAL, NONE, OK);
	CASE(s.list.state = DNSBL_LISTED, ADDRESS_LISTED, CRITICAL);
	CASE(s.list.state = DNSBL_QUERY_REFUSED, LIST_UNKNOWN, UNKNOWN);
	CASE(s.list.state = DNSBL_STRANGE, LIST_UNKNOWN, UNKNOWN);
	CASE(s.list.state = DNSBL_NO_LIST, LIST_UNKNOWN, UNKNOWN);
	CASE(s.list.state = DNSBL_FAILED, LIST_UNKNOWN, UNKNOWN);
}

static void
every_cause_has_a_case(void **state)
{
	(void)state;
	for (unsigned c = CAUSE_SPF_NOT_ALLOWED; c <= CAUSE_LIST_UNKNOWN; c++)
		if (!seen[c])
			fail_msg("%s: no case here yields it", cause_word((enum cause)c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spf_yields),
		cmocka_unit_test(dkim_yields),
		cmocka_unit_test(dmarc_yields),
		cmocka_unit_test(clients_yield),
		cmocka_unit_test(every_cause_has_a_case),
	};

	return cmocka_run_group_tests_name("sender_findings", tests, NULL, NULL);
}
