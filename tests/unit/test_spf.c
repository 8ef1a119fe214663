/* SPF records as octets: RFC 7208 4.5, 4.6 and 12. */
#include "tests.h"

#include "run/sender/spf_record.h"
#include "split.h"

static const struct {
	struct span text;
	enum spf_flaw flaw;
	const char *at;			/* the term that has it */
} records[] = {
	{ SPAN_INIT("v=spf1"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("V=SPF1   -ALL  "), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 +a -mx ~ptr ?all"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 include:_spf.example.org redirect=_spf.example.org"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 a/24 a//64 a/24//64 a:example.org/0//0 mx:example.org/32"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 ip4:192.0.2.1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::ffff:192.0.2.1"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 exists:%{ir}.%{l1r+-}._spf.%{d} -all"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 exists:%%x%_y%-.example.org"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 a:foo:bar/baz.example.org"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 a:foo.example.xn--zckzah"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 a:example.org. a:x.9-9"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 moo=x.y%{i} exp=explain.%{d}"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 moo=%{t}"), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 m-o_o.9="), SPF_FLAW_NONE, NULL },
	{ SPAN_INIT("v=spf1 ipv4:192.0.2.1"), SPF_FLAW_MECHANISM, "ipv4:192.0.2.1" },
	{ SPAN_INIT("v=spf1 mx.example.org"), SPF_FLAW_MECHANISM, "mx.example.org" },
	{ SPAN_INIT("v=spf1 -all; x"), SPF_FLAW_ARGUMENT, "-all;" },
	{ SPAN_INIT("v=spf1 a\t-all"), SPF_FLAW_PREFIX, "a\t-all" },
	{ SPAN_INIT("v=spf1 -"), SPF_FLAW_MECHANISM, "-" },
	{ SPAN_INIT("v=spf1 ++all"), SPF_FLAW_MECHANISM, "++all" },
	{ SPAN_INIT("v=spf1 -redirect=example.org"), SPF_FLAW_MECHANISM, "-redirect=example.org" },
	{ SPAN_INIT("v=spf1 =x"), SPF_FLAW_MECHANISM, "=x" },
	{ SPAN_INIT("v=spf1 all:example.org"), SPF_FLAW_ARGUMENT, "all:example.org" },
	{ SPAN_INIT("v=spf1 -all/8"), SPF_FLAW_ARGUMENT, "-all/8" },
	{ SPAN_INIT("v=spf1 include"), SPF_FLAW_NO_DOMAIN, "include" },
	{ SPAN_INIT("v=spf1 include:"), SPF_FLAW_NO_DOMAIN, "include:" },
	{ SPAN_INIT("v=spf1 exists exists:"), SPF_FLAW_NO_DOMAIN, "exists" },
	{ SPAN_INIT("v=spf1 redirect="), SPF_FLAW_NO_DOMAIN, "redirect=" },
	{ SPAN_INIT("v=spf1 a:"), SPF_FLAW_NO_DOMAIN, "a:" },
	{ SPAN_INIT("v=spf1 a:museum"), SPF_FLAW_DOMAIN, "a:museum" },
	{ SPAN_INIT("v=spf1 a:museum."), SPF_FLAW_DOMAIN, "a:museum." },
	{ SPAN_INIT("v=spf1 a:111.222.33.44"), SPF_FLAW_DOMAIN, "a:111.222.33.44" },
	{ SPAN_INIT("v=spf1 a:example.org:8080"), SPF_FLAW_DOMAIN, "a:example.org:8080" },
	{ SPAN_INIT("v=spf1 a:example.-com"), SPF_FLAW_DOMAIN, "a:example.-com" },
	{ SPAN_INIT("v=spf1 a:example..org. a:example.org.."), SPF_FLAW_DOMAIN, "a:example.org.." },
	{ SPAN_INIT("v=spf1 a:caf\xc3\xa9.example.org"), SPF_FLAW_DOMAIN, "a:caf\xc3\xa9.example.org" },
	{ SPAN_INIT("v=spf1 include:example.org/24"), SPF_FLAW_DOMAIN, "include:example.org/24" },
	{ SPAN_INIT("v=spf1 ptr:"), SPF_FLAW_NO_DOMAIN, "ptr:" },
	{ SPAN_INIT("v=spf1 ptr/24"), SPF_FLAW_NO_DOMAIN, "ptr/24" },
	{ SPAN_INIT("v=spf1 a/33"), SPF_FLAW_PREFIX, "a/33" },
	{ SPAN_INIT("v=spf1 a/032"), SPF_FLAW_PREFIX, "a/032" },
	{ SPAN_INIT("v=spf1 a//129"), SPF_FLAW_PREFIX, "a//129" },
	{ SPAN_INIT("v=spf1 a/-4"), SPF_FLAW_PREFIX, "a/-4" },
	{ SPAN_INIT("v=spf1 mx/"), SPF_FLAW_PREFIX, "mx/" },
	{ SPAN_INIT("v=spf1 a///64"), SPF_FLAW_PREFIX, "a///64" },
	{ SPAN_INIT("v=spf1 ip4"), SPF_FLAW_IP4, "ip4" },
	{ SPAN_INIT("v=spf1 ip4:192.0.2"), SPF_FLAW_IP4, "ip4:192.0.2" },
	{ SPAN_INIT("v=spf1 ip4:2001:db8::1"), SPF_FLAW_IP4, "ip4:2001:db8::1" },
	{ SPAN_INIT("v=spf1 ip4:192.0.2.1:8080"), SPF_FLAW_IP4, "ip4:192.0.2.1:8080" },
	{ SPAN_INIT("v=spf1 ip4:192.0.2.0/33"), SPF_FLAW_PREFIX, "ip4:192.0.2.0/33" },
	{ SPAN_INIT("v=spf1 ip4:192.0.2.0/"), SPF_FLAW_PREFIX, "ip4:192.0.2.0/" },
	{ SPAN_INIT("v=spf1 ip4:192.0.2.0//32"), SPF_FLAW_PREFIX, "ip4:192.0.2.0//32" },
	{ SPAN_INIT("v=spf1 ip6:192.0.2.1"), SPF_FLAW_IP6, "ip6:192.0.2.1" },
	{ SPAN_INIT("v=spf1 ip6:fe80::1%eth0"), SPF_FLAW_IP6, "ip6:fe80::1%eth0" },
	{ SPAN_INIT("v=spf1 ip6:2001:db8::/129"), SPF_FLAW_PREFIX, "ip6:2001:db8::/129" },
	{ SPAN_INIT("v=spf1 exists:%{x}.example.org"), SPF_FLAW_MACRO, "exists:%{x}.example.org" },
	{ SPAN_INIT("v=spf1 exists:%{t}.example.org"), SPF_FLAW_MACRO, "exists:%{t}.example.org" },
	{ SPAN_INIT("v=spf1 exists:%{d0}.example.org"), SPF_FLAW_MACRO, "exists:%{d0}.example.org" },
	{ SPAN_INIT("v=spf1 exists:%{d.example.org"), SPF_FLAW_MACRO, "exists:%{d.example.org" },
	{ SPAN_INIT("v=spf1 exists:%d.example.org"), SPF_FLAW_MACRO, "exists:%d.example.org" },
	{ SPAN_INIT("v=spf1 exists:%"), SPF_FLAW_MACRO, "exists:%" },
	{ SPAN_INIT("v=spf1 moo=%"), SPF_FLAW_MACRO, "moo=%" },
	{ SPAN_INIT("v=spf1 redirect=a.example redirect=b.example"), SPF_FLAW_TWICE, "redirect=b.example" },
	{ SPAN_INIT("v=spf1 exp=a.example exp=b.example"), SPF_FLAW_TWICE, "exp=b.example" },
	{ SPAN_INIT("v=spf1 -all mx:"), SPF_FLAW_NO_DOMAIN, "mx:" },
};

static void
each_record(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct arena arena = { 0 };
		struct spf_record r;
		enum spf_flaw flaw;
		struct span at = SPAN_NONE;
		char *text = exact_copy(records[i].text);
		bool ok = spf_record_parse((struct span){ text, records[i].text.len }, &arena, &r,
		    &flaw, &at);
		if (ok != !records[i].flaw || flaw != records[i].flaw ||
		    (!ok && !span_eq(at, span_of(records[i].at))))
			fail_msg("%s: %d \"%.*s\"", records[i].text.at, flaw, SPAN_ARG(at));
		arena_release(&arena);
		free(text);
	}
}

/* However it is cut off: it is a record or not, and the parser looks at nothing behind the end. */
static void
each_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		for (size_t n = 0; n <= records[i].text.len; n++) {
			struct arena arena = { 0 };
			struct spf_record r;
			enum spf_flaw flaw;
			struct span at, s;
			char *text = exact_copy(span_first(records[i].text, n));
			s = (struct span){ text, n };
			if (spf_is_record(s))
				assert_true(spf_record_parse(s, &arena, &r, &flaw, &at) == !flaw);
			else
				assert_true(n < 6);
			arena_release(&arena);
			free(text);
		}
}

static void
what_is_a_record(void **state)
{
	(void)state;
	assert_true(spf_is_record(SPAN("v=spf1")));
	assert_true(spf_is_record(SPAN("v=spf1 x")));
	assert_false(spf_is_record(SPAN("v=spf10")));
	assert_false(spf_is_record(SPAN("v=spf1\t-all")));
	assert_false(spf_is_record(SPAN(" v=spf1 -all")));
	assert_false(spf_is_record(SPAN("spf2.0/pra -all")));
	assert_false(spf_is_record(SPAN("")));
}

static void
a_record_of_very_many_terms_costs_little(void **state)
{
	enum { OCTETS = 60000 };
	struct arena arena = { 0 };
	struct spf_record r;
	enum spf_flaw flaw;
	struct span at;
	char *text = malloc(OCTETS);

	(void)state;
	memcpy(text, "v=spf1", 6);
	for (size_t i = 6; i < OCTETS; i++)
		text[i] = i % 2 ? 'a' : ' ';
	assert_true(
	    spf_record_parse((struct span){ text, 6 + 2 * SPF_TERMS_MAX }, &arena, &r, &flaw, &at));
	assert_int_equal(r.n, SPF_TERMS_MAX);
	assert_false(spf_record_parse((struct span){ text, OCTETS }, &arena, &r, &flaw, &at));
	assert_int_equal(flaw, SPF_FLAW_TERMS);
	memset(text + 6, ' ', OCTETS - 6);
	assert_true(spf_record_parse((struct span){ text, OCTETS }, &arena, &r, &flaw, &at));
	assert_int_equal(r.n, 0);
	arena_release(&arena);
	free(text);
}

static void
what_terms_hold(void **state)
{
	struct arena arena = { 0 };
	struct spf_record r;
	enum spf_flaw flaw;
	struct span at;
	char text[ADDR_TEXT];

	(void)state;
	assert_true(spf_record_parse(
	    SPAN("v=spf1 ~A:example.org/24//48 ?ip4:192.0.2.0/25 -ip6:2001:db8::/32 "
		 "mx redirect=x.example -all"),
	    &arena, &r, &flaw, &at));
	assert_int_equal(r.n, 6);
	assert_int_equal(r.term[0].kind, SPF_KIND_A);
	assert_int_equal(r.term[0].qualifier, SPF_SOFTFAIL);
	assert_span(r.term[0].domain, "example.org");
	assert_int_equal(r.term[0].bits4, 24);
	assert_int_equal(r.term[0].bits6, 48);
	assert_int_equal(r.term[1].qualifier, SPF_NEUTRAL);
	assert_int_equal(r.term[1].net.bits, 25);
	assert_string_equal(addr_host(&r.term[1].net.base, text), "192.0.2.0");
	assert_int_equal(r.term[2].qualifier, SPF_FAIL);
	assert_string_equal(addr_host(&r.term[2].net.base, text), "2001:db8::");
	assert_int_equal(r.term[3].bits4, 32);
	assert_int_equal(r.term[3].bits6, 128);
	assert_int_equal(r.term[3].domain.len, 0);
	assert_ptr_equal(r.redirect, &r.term[4]);
	assert_ptr_equal(r.all, &r.term[5]);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record),
		cmocka_unit_test(each_prefix),
		cmocka_unit_test(what_is_a_record),
		cmocka_unit_test(a_record_of_very_many_terms_costs_little),
		cmocka_unit_test(what_terms_hold),
	};

	return cmocka_run_group_tests_name("spf", tests, NULL, NULL);
}
