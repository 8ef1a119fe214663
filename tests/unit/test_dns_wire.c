/*
 * DNS messages: questions made, answers read whole, every prefix of them refused, and what a
 * hostile one may not do.
 */
#include "tests.h"

#include <stdio.h>

#include "net/dns_wire.h"
#include "net/dns_words.h"
#include "split.h"

#define HEAD(flags, questions, answers, others) \
	"\x12\x34" flags "\0" questions "\0" answers "\0\0\0" others
#define ASKED	"\2mx\4test\0\0\x0F\0\1"		/* at 12; "test" at 15 */
#define RR(type, ttl, length)	"\xC0\x0C\0" type "\0\1\0\0\0" ttl "\0" length

static const struct want {
	const char *name;
	struct span in;
	unsigned rcode;
	const char *shown;	/* the records; NULL: it is malformed */
	bool ad;
} table[] = {
	{ "MX",
	    SPAN_INIT(
		HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x0F", "\x3C", "\4") "\0\x0A\xC0\x0C"),
	    0, "mx.test 60 MX 10 mx.test;", false },
	{ "AD", SPAN_INIT(HEAD("\x81\xA0", "\1", "\0", "\0") ASKED), 0, "", true },
	{ "null MX",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x0F", "\x3C", "\3") "\0\0\0"),
	    0, "mx.test 60 MX 0 ;", false },
	{ "NXDOMAIN", SPAN_INIT(HEAD("\x81\x83", "\1", "\0", "\0") ASKED), 3, "", false },
	{ "A",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\1", "\1", "\4") "\xC0\0\2\1"),
	    0, "mx.test 1 A 192.0.2.1;", false },
	{ "A too short",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\1", "\1", "\3") "\xC0\0\2"), 0,
	    NULL, false },
	{ "AAAA",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0")
		    ASKED RR("\x1C", "\1", "\x10") "\x20\1\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\1"),
	    0, "mx.test 1 AAAA 2001:db8::1;", false },
	{ "CNAME and odd octets",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0")
		    ASKED RR("\5", "\1", "\7") "\4a.\33\x7F\xC0\x0F"),
	    0, "mx.test 1 CNAME a\\.\\027\\127.test;", false },
	{ "TXT of two strings",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x10", "\1", "\6") "\2ab\2cd"),
	    0, "mx.test 1 TXT abcd;", false },
	{ "TXT past its end",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x10", "\1", "\3") "\7ab"), 0,
	    NULL, false },
	{ "SRV",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0")
		    ASKED RR("\x21", "\1", "\x8") "\0\1\0\2\2\x4B\xC0\x0F"),
	    0, "mx.test 1 SRV 1 2 587 test;", false },
	{ "SRV too short",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x21", "\1", "\5") "\0\1\0\2\2"),
	    0, NULL, false },
	{ "TLSA",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x34", "\1", "\5") "\3\1\1xy"),
	    0, "mx.test 1 TLSA 3 1 1 2;", false },
	{ "TLSA too short",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x34", "\1", "\2") "\3\1"), 0,
	    "mx.test 1 TLSA malformed;", false },
	{ "TLSA too short beside another",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\2", "\0")
		    ASKED RR("\x34", "\1", "\2") "\3\1" RR("\x34", "\1", "\5") "\3\1\1xy"),
	    0, "mx.test 1 TLSA malformed;mx.test 1 TLSA 3 1 1 2;", false },
	{ "a bad MX beside another",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\2", "\0")
		    ASKED RR("\x0F", "\1", "\1") "\0" RR("\x0F", "\x3C", "\4") "\0\x0A\xC0\x0C"),
	    0, "mx.test 60 MX 10 mx.test;1 bad;", false },
	{ "a bad CNAME beside an A",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\2", "\0")
		    ASKED RR("\5", "\1", "\1") "\7" RR("\1", "\1", "\4") "\xC0\0\2\1"),
	    0, NULL, false },
	{ "a CNAME, and no MX that is whole",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\2", "\0")
		    ASKED RR("\5", "\1", "\2") "\xC0\x0F" RR("\x0F", "\1", "\1") "\0"),
	    0, NULL, false },
	{ "unknown types are passed over",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x63", "\1", "\2") "xx"), 0, "",
	    false },
	{ "an extended error",
	    SPAN_INIT(HEAD("\x81\x82", "\1", "\0", "\1") ASKED
		"\0\0\x29\4\xD0\0\0\0\0\0\6\0\x0F\0\2\0\6"),
	    2, "ede 6;", false },
	{ "an extended rcode",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\0", "\1") ASKED "\0\0\x29\4\xD0\1\0\0\0\0\0"), 16,
	    "", false },
	{ "a pointer to itself",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\5", "\1", "\2") "\xC0\x25"), 0,
	    NULL, false },
	{ "a pointer forward",
	    SPAN_INIT(HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\5", "\1", "\2") "\xC0\x27\0"),
	    0, NULL, false },
	{ "a label of 64", SPAN_INIT(HEAD("\x81\x80", "\1", "\0", "\0") "\x40mx\0\0\x0F\0\1"), 0,
	    NULL, false },
	{ "a question", SPAN_INIT(HEAD("\1\0", "\1", "\0", "\0") ASKED), 0, NULL, false },
	{ "data longer than it says",
	    SPAN_INIT(
		HEAD("\x81\x80", "\1", "\1", "\0") ASKED RR("\x0F", "\1", "\3") "\0\x0A\xC0\x0C"),
	    0, NULL, false },
};

static void
show(const struct dns_answer *a, char *out, size_t size)
{
	size_t n = 0;
	char host[ADDR_TEXT];

	out[0] = '\0';
	for (size_t i = 0; i < a->nrecords; i++) {
		const struct dns_record *r = &a->record[i];
		n += (size_t)snprintf(out + n, size - n, "%.*s %u %s ", SPAN_ARG(r->owner), r->ttl,
		    dns_type_word(r->type));
		if (r->type == DNS_MX)
			n += (size_t)snprintf(out + n, size - n, "%u ", r->preference);
		if (r->type == DNS_SRV)
			n += (size_t)snprintf(
			    out + n, size - n, "%u %u %u ", r->preference, r->weight, r->port);
		if (r->malformed)
			n += (size_t)snprintf(out + n, size - n, "malformed");
		else if (r->type == DNS_TLSA)
			n += (size_t)snprintf(out + n, size - n, "%u %u %u %zu", r->usage,
			    r->selector, r->matching, r->data.len);
		else
			n += (size_t)snprintf(out + n, size - n, "%.*s%.*s%s", SPAN_ARG(r->name),
			    SPAN_ARG(r->data), addr_host(&r->addr, host));
		n += (size_t)snprintf(out + n, size - n, ";");
	}
	if (a->nbad > 0)
		n += (size_t)snprintf(out + n, size - n, "%zu bad;", a->nbad);
	if (a->ede >= 0)
		snprintf(out + n, size - n, "ede %d;", a->ede);
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct arena arena = { 0 };
		struct dns_answer a;
		struct err err = { 0 };
		char shown[300];
		char *mem = exact_copy(table[i].in);
		bool ok = dns_wire_answer((struct span){ mem, table[i].in.len }, &arena, &a, &err);
		if (ok != (table[i].shown != NULL))
			fail_msg("%s: %s", table[i].name, ok ? "it was read" : err.text);
		if (ok) {
			show(&a, shown, sizeof shown);
			if (strcmp(shown, table[i].shown) != 0 || a.rcode != table[i].rcode ||
			    a.ad != table[i].ad)
				fail_msg("%s: rcode %u, %s", table[i].name, a.rcode, shown);
		} else {
			assert_int_equal(strncmp(err.text, "malformed: ", 11), 0);
		}
		free(mem);
		arena_release(&arena);
	}
}

static void
prefixes_are_malformed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t n = 0; n < table[i].in.len; n++) {
			struct arena arena = { 0 };
			struct dns_answer a;
			char *mem = exact_copy(span_first(table[i].in, n));
			if (dns_wire_answer((struct span){ mem, n }, &arena, &a, NULL))
				fail_msg("%s: %zu octets of it were read", table[i].name, n);
			free(mem);
			arena_release(&arena);
		}
}

static void
questions(void **state)
{
	static const struct { struct span name, wire; } names[] = {
		{ SPAN_INIT("a.example"), SPAN_INIT("\1a\7example\0") },
		{ SPAN_INIT("a.example."), SPAN_INIT("\1a\7example\0") },
		{ SPAN_INIT("."), SPAN_INIT("\0") },
		{ SPAN_INIT("a\\.b.c"), SPAN_INIT("\3a.b\1c\0") },
		{ SPAN_INIT("a\\032b"), SPAN_INIT("\3a b\0") },
		{ SPAN_INIT("_25._tcp.mx"), SPAN_INIT("\3_25\4_tcp\2mx\0") },
		{ SPAN_INIT("a..b"), SPAN_INIT("") },
		{ SPAN_INIT(".a"), SPAN_INIT("") },
		{ SPAN_INIT("a b"), SPAN_INIT("") },
		{ SPAN_INIT("a\\300b"), SPAN_INIT("") },
		{ SPAN_INIT("a\\"), SPAN_INIT("") },
		{ SPAN_INIT("\xC3\xBC"), SPAN_INIT("") },
	};
	char out[DNS_QUERY_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char *mem = exact_copy(names[i].name);
		size_t n = dns_wire_query(
		    out, 0x1234, (struct span){ mem, names[i].name.len }, DNS_TLSA);
		free(mem);
		if (names[i].wire.len == 0) {
			assert_int_equal(n, 0);
			continue;
		}
		assert_int_equal(n, 12 + names[i].wire.len + 4 + 11);
		assert_memory_equal(out, "\x12\x34\x01\x20\0\1\0\0\0\0\0\1", 12);
		assert_memory_equal(out + 12, names[i].wire.at, names[i].wire.len);
		assert_memory_equal(
		    out + 12 + names[i].wire.len, "\0\x34\0\1\0\0\x29\4\xD0\0\0\0\0\0\0", 15);
	}
}

static void
names_have_limits(void **state)
{
	char name[300], out[DNS_QUERY_MAX];

	(void)state;
	memset(name, 'a', sizeof name);
	assert_int_equal(dns_wire_query(out, 1, (struct span){ name, 64 }, DNS_A), 0);
	for (size_t i = 63; i < sizeof name; i += 64)
		name[i] = '.';
	assert_int_equal(dns_wire_query(out, 1, (struct span){ name, 63 }, DNS_A), 12 + 65 + 15);
	assert_int_equal(dns_wire_query(out, 1, (struct span){ name, 253 }, DNS_A), 12 + 255 + 15);
	assert_int_equal(dns_wire_query(out, 1, (struct span){ name, 254 }, DNS_A), 0);
}

static void
aliases(void **state)
{
	struct dns_record r[] = {
		{ .owner = SPAN("b.test"), .type = DNS_CNAME, .name = SPAN("c.test") },
		{ .owner = SPAN("a.test"), .type = DNS_CNAME, .name = SPAN("B.test") },
		{ .owner = SPAN("C.test"), .type = DNS_MX, .name = SPAN("mx.test") },
		{ .owner = SPAN("x.test"), .type = DNS_CNAME, .name = SPAN("y.test") },
		{ .owner = SPAN("y.test"), .type = DNS_CNAME, .name = SPAN("z.test") },
		{ .owner = SPAN("z.test"), .type = DNS_CNAME, .name = SPAN("y.test") },
	};
	struct dns_answer a = { .record = r, .nrecords = sizeof r / sizeof *r };
	struct span last;
	unsigned steps;

	(void)state;
	assert_true(dns_follow(&a, SPAN("a.test."), &last, &steps));
	assert_span(last, "c.test");
	assert_int_equal(steps, 2);
	assert_ptr_equal(dns_next(&a, last, DNS_MX, NULL), &r[2]);
	assert_null(dns_next(&a, last, DNS_MX, &r[2]));
	assert_true(dns_follow(&a, SPAN("mx.test"), &last, &steps));
	assert_int_equal(steps, 0);
	assert_false(dns_follow(&a, SPAN("x.test"), &last, &steps));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(prefixes_are_malformed),
		cmocka_unit_test(questions),
		cmocka_unit_test(names_have_limits),
		cmocka_unit_test(aliases),
	};
	return cmocka_run_group_tests_name("dns_wire", tests, NULL, NULL);
}
