/*
 * dns: what is read of an answer lies within bounds, its aliases end, and a name that was read can
 * be asked again.
 */
#include "fuzz.h"

#include "net/dns_wire.h"

static void
check_name(struct span name)
{
	char out[DNS_QUERY_MAX];

	for (size_t i = 0; i < name.len; i++)
		PROMISE(name.at[i] > ' ' && name.at[i] < 0x7F);
	PROMISE(dns_wire_query(out, 1, name, DNS_MX) >= 12 + 1 + 15);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct arena arena = { 0 };
	struct dns_answer a;
	struct span last;
	unsigned steps;

	if (dns_wire_answer(fuzz_span(octets, n), &arena, &a, NULL)) {
		PROMISE(a.nrecords <= DNS_RECORDS_MAX);
		check_name(a.question);
		for (size_t i = 0; i < a.nrecords; i++) {
			check_name(a.record[i].owner);
			check_name(a.record[i].name);
			PROMISE(a.record[i].data.len <= n);
		}
		if (dns_follow(&a, a.question, &last, &steps))
			check_name(last);
	}
	arena_release(&arena);
	return 0;
}
