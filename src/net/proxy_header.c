/* proxy_header - parses the setting for a PROXY protocol header, and writes the header. */
#include "net/proxy_header.h"

#include <stdlib.h>

/* ---- reading */

static bool
read_addr(struct addr *out, struct span text, const char *what, struct err *err)
{
	struct err ignored;

	return addr_parse_listen(out, text, &ignored) || addr_parse(out, text, 0) ||
	    err_set(err, ERR_USAGE,
		"%s=%.*s: expected an address and a port, such as 192.0.2.1:4711 or "
		"[2001:db8::1]:4711",
		what, SPAN_ARG(text));
}

static bool
add_tlv(struct proxy_header *p, unsigned char type, struct span value, struct err *err)
{
	if (p->ntlvs == PROXY_HEADER_TLVS_MAX || value.len > PROXY_HEADER_TLV_MAX)
		return err_set(err, ERR_USAGE, "at most %d TLVs of %d octets each",
		    PROXY_HEADER_TLVS_MAX, PROXY_HEADER_TLV_MAX);
	p->tlv[p->ntlvs].type = type;
	p->tlv[p->ntlvs++].value = value;
	return true;
}

static bool
read_tlv(struct proxy_header *p, struct span text, struct err *err)
{
	struct span value = text, type = span_until(&value, ':');
	char number[8] = "";
	char *end = number;

	if (type.len > 0 && type.len < sizeof number)
		memcpy(number, type.at, type.len);
	unsigned long n = strtoul(number, &end, 0);
	if (end == number || *end || n > 255 || type.len == text.len)
		return err_set(err, ERR_USAGE,
		    "tlv=%.*s: expected a type and a text, such as tlv=0xEA:vpce-1",
		    SPAN_ARG(text));
	return add_tlv(p, (unsigned char)n, value, err);
}

static bool
read_word(struct proxy_header *p, struct span word, struct err *err)
{
	static const struct { const char *name; unsigned char type; } named[] = {
		{ "alpn", 0x01 }, { "authority", 0x02 }, { "unique-id", 0x05 }, { "netns", 0x30 },
	};
	struct span value = word, name = span_until(&value, '=');

	if (span_eq(word, SPAN("local")) || span_eq(word, SPAN("unknown"))) {
		p->local = true;
		return true;
	}
	if (span_eq(name, SPAN("src")))
		return read_addr(&p->source, value, "src", err);
	if (span_eq(name, SPAN("dst")))
		return read_addr(&p->destination, value, "dst", err);
	if (span_eq(name, SPAN("tlv")))
		return read_tlv(p, value, err);
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		if (span_eq(name, span_of(named[i].name)))
			return add_tlv(p, named[i].type, value, err);
	return err_set(err, ERR_USAGE,
	    "unknown PROXY protocol setting \"%.*s\": expected local, src=, dst=, tlv=, alpn=, "
	    "authority=, unique-id= or netns=",
	    SPAN_ARG(span_first(word, 60)));
}

bool
proxy_header_parse(struct proxy_header *p, struct span text, struct err *err)
{
	*p = (struct proxy_header){ 0 };
	for (bool first = true; text.len > 0; first = false) {
		size_t n = 0;
		while (n < text.len && text.at[n] != ' ' && text.at[n] != ',')
			n++;
		struct span word = span_first(text, n);
		text = span_skip(text, n + 1);
		if (first && (span_eq(word, SPAN("v1")) || span_eq(word, SPAN("v2"))))
			p->version = word.at[1] == '1' ? 1 : 2;
		else if (first && span_eq(word, SPAN("off")))
			return true;
		else if (word.len > 0 && (first || !read_word(p, word, err)))
			return first ?
			    err_set(err, ERR_USAGE,
				"expected v1, v2 or off first, then src=, dst= and the like") :
			    false;
	}
	if (p->version == 1 && p->ntlvs > 0)
		return err_set(
		    err, ERR_USAGE, "version 1 of the PROXY protocol has no TLVs: use v2");
	return p->version > 0 || err_set(err, ERR_USAGE, "expected v1, v2 or off");
}

/* ---- writing */

/* "PROXY TCP4 192.0.2.1 192.0.2.2 4711 25" CRLF */
static bool
write_1(
    const struct proxy_header *p, const struct addr *from, const struct addr *to, struct buf *out)
{
	char source[ADDR_TEXT], destination[ADDR_TEXT];

	if (p->local || addr_family(from) == 0)
		return buf_append(out, SPAN("PROXY UNKNOWN\r\n"));
	return buf_printf(out, "PROXY TCP%u %s %s %u %u\r\n", addr_family(from),
	    addr_host(from, source), addr_host(to, destination), addr_port(from), addr_port(to));
}

static void
put_16(struct buf *out, unsigned n)
{
	char octets[2] = { (char)(n >> 8 & 0xFF), (char)(n & 0xFF) };

	buf_append(out, (struct span){ octets, 2 });
}

static struct span
octets_of(const struct addr *a)
{
	if (addr_family(a) == 4)
		return (struct span){ (const char *)&a->in4.sin_addr, 4 };
	return (struct span){ (const char *)&a->in6.sin6_addr, 16 };
}

enum { HEAD_2 = 16 };

/* Signature, version and command, family and protocol, length, addresses, ports, TLVs. */
static bool
write_2(
    const struct proxy_header *p, const struct addr *from, const struct addr *to, struct buf *out)
{
	unsigned family = p->local ? 0 : addr_family(from);
	unsigned len = family == 4 ? 12 : family == 6 ? 36 : 0;
	char kind[2] = { (char)(p->local ? 0x20 : 0x21),
		(char)(family == 4  ? 0x11 :
			family == 6 ? 0x21 :
				      0x00) };

	for (size_t i = 0; i < p->ntlvs; i++)
		len += 3 + (unsigned)p->tlv[i].value.len;
	buf_append(out, SPAN("\r\n\r\n\0\r\nQUIT\n"));
	buf_append(out, (struct span){ kind, 2 });
	put_16(out, len);
	if (family) {
		buf_append(out, octets_of(from));
		buf_append(out, octets_of(to));
		put_16(out, addr_port(from));
		put_16(out, addr_port(to));
	}
	for (size_t i = 0; i < p->ntlvs; i++) {
		char type = (char)p->tlv[i].type;
		buf_append(out, (struct span){ &type, 1 });
		put_16(out, (unsigned)p->tlv[i].value.len);
		buf_append(out, p->tlv[i].value);
	}
	return buf_span(out).len == HEAD_2 + len;
}

bool
proxy_header_write(const struct proxy_header *p, const struct addr *local, const struct addr *peer,
    struct buf *out, struct err *err)
{
	const struct addr *from = p->source.len ? &p->source : local,
			  *to = p->destination.len ? &p->destination : peer;

	if (!p->local && addr_family(from) != addr_family(to))
		return err_set(err, ERR_USAGE,
		    "the PROXY protocol's addresses are not of the same family: give both src= and "
		    "dst=");
	if (!(p->version == 1 ? write_1 : write_2)(p, from, to, out))
		return err_set(
		    err, ERR_USAGE, "the PROXY header does not fit into %zu octets", out->max);
	return true;
}
