/*
 * Addresses, nets and PROXY headers: read or refused with a sentence; what is written reads the
 * same and is within its bound.
 */
#include "fuzz.h"

#include "net/addr.h"
#include "net/proxy_header.h"

static void
check_addr(struct span text)
{
	struct addr a, again;
	char out[ADDR_TEXT];

	if (addr_parse(&a, text, 25)) {
		PROMISE(addr_port(&a) == 25 && (addr_family(&a) == 4 || addr_family(&a) == 6));
		PROMISE(addr_parse(&again, span_of(addr_host(&a, out)), 25) && again.len == a.len);
		PROMISE(span_eq(span_of(addr_host(&again, (char[ADDR_TEXT]){ 0 })),
		    span_of(addr_host(&a, out))));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span text = fuzz_span(octets, n);
	struct err err = { 0 };
	struct addr a, local;
	struct addr_net net;
	struct proxy_header p;
	struct buf out = { .max = PROXY_HEADER_MAX };

	check_addr(text);
	if (addr_net_parse(&net, text, &err))
		PROMISE(addr_net_has(&net, &net.base) && net.bits <= 128);
	else
		PROMISE(err.text[0]);
	if (!addr_parse_listen(&a, text, &err))
		PROMISE(err.text[0]);
	if (!proxy_header_parse(&p, text, &err)) {
		PROMISE(err.text[0]);
	} else if (addr_parse(&local, SPAN("192.0.2.1"), 25) && p.version > 0 &&
	    proxy_header_write(&p, &local, &local, &out, &err)) {
		struct span said = buf_span(&out);
		if (p.version == 2)
			PROMISE(said.len ==
			    16u +
				((unsigned)(unsigned char)said.at[14] << 8 |
				    (unsigned char)said.at[15]));
		else
			PROMISE(said.len <= 107 && span_starts(said, SPAN("PROXY ")) &&
			    said.at[said.len - 1] == '\n');
	}
	buf_release(&out);
	return 0;
}
