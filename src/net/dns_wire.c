/* dns_wire - builds DNS queries and parses answers. */
#include "net/dns_wire.h"

#include <stdio.h>

#include "base/ascii.h"
#include "net/dns_words.h"

enum {
	FLAG_QR = 0x8000, FLAG_AA = 0x0400, FLAG_TC = 0x0200, FLAG_RD = 0x0100, FLAG_AD = 0x0020,
	CLASS_IN = 1, TYPE_OPT = 41, OPTION_EDE = 15,
	NAME_OCTETS = 255, NAME_TEXT = 1024 + 64, LABELS_MAX = 128,
};

static bool
is_known_type(unsigned type)
{
	return dns_type_word(type)[0] != '?';
}

/* ---- queries */

/* Takes an octet of a label off the front of the text: "x", "\x" or "\DDD". -1: invalid. */
static int
label_octet(struct span *text)
{
	unsigned char first = (unsigned char)text->at[0];
	unsigned long long number;

	*text = span_skip(*text, 1);
	if (first != '\\')
		return first > ' ' && first < 0x7F ? first : -1;
	if (text->len >= 3 && span_number(span_first(*text, 3), 255, &number)) {
		*text = span_skip(*text, 3);
		return (int)number;
	}
	if (text->len == 0 || ascii_is_digit(text->at[0]))
		return -1;
	first = (unsigned char)text->at[0];
	*text = span_skip(*text, 1);
	return first;
}

/* Writes a name in wire format and returns its length; 0: not a name. */
static size_t
write_name(unsigned char *out, struct span text)
{
	size_t n = 0, label = 0;

	if (span_eq(text, SPAN(".")))
		text = SPAN("");
	for (n = 1; text.len > 0;) {
		if (text.at[0] == '.') {
			if (n - label - 1 == 0)
				return 0;
			out[label] = (unsigned char)(n - label - 1);
			label = n++;
			text = span_skip(text, 1);
			continue;
		}
		int octet = label_octet(&text);
		if (octet < 0 || n - label - 1 == 63 || n >= NAME_OCTETS - 1)
			return 0;
		out[n++] = (unsigned char)octet;
	}
	if (n - label - 1 > 0) {		/* the last label had no dot after it */
		out[label] = (unsigned char)(n - label - 1);
		label = n++;
	}
	out[label] = 0;
	return n;
}

static size_t
write16(unsigned char *out, unsigned v)
{
	out[0] = (unsigned char)(v >> 8);
	out[1] = (unsigned char)v;
	return 2;
}

size_t
dns_wire_query(char mem[DNS_QUERY_MAX], unsigned id, struct span name, enum dns_type type)
{
	unsigned char *out = (unsigned char *)mem;
	size_t n = 0, len;

	memset(out, 0, DNS_QUERY_MAX);
	n += write16(out + n, id);
	n += write16(out + n, FLAG_RD | FLAG_AD);
	n += write16(out + n, 1);		/* questions */
	n += 4;					/* no answers, no authority */
	n += write16(out + n, 1);		/* additional: OPT */
	if ((len = write_name(out + n, name)) == 0)
		return 0;
	n += len;
	n += write16(out + n, type);
	n += write16(out + n, CLASS_IN);
	n += 1;					/* OPT's owner is the root (RFC 6891 6.1.2) */
	n += write16(out + n, TYPE_OPT);
	n += write16(out + n, DNS_UDP_SIZE);
	/* extended rcode 0, version 0, no flags, no options */
	return n + 6;
}

/* ---- answers */

struct reader {
	const unsigned char *at;
	size_t len, pos;
	/* what is wrong, after which nothing more is read; NULL: nothing so far */
	const char *bad;
};

static bool
has(struct reader *r, size_t n)
{
	if (!r->bad && r->len - r->pos < n)
		r->bad = "it is truncated";
	return !r->bad;
}

static unsigned
read8(struct reader *r)
{
	return has(r, 1) ? r->at[r->pos++] : 0;
}

static unsigned
read16(struct reader *r)
{
	if (!has(r, 2))
		return 0;
	r->pos += 2;
	return (unsigned)r->at[r->pos - 2] << 8 | r->at[r->pos - 1];
}

static uint32_t
read32(struct reader *r)
{
	uint32_t high = read16(r);
	return high << 16 | read16(r);
}

static struct span
read_octets(struct reader *r, size_t n)
{
	if (!has(r, n))
		return SPAN("");
	r->pos += n;
	return (struct span){ (const char *)r->at + r->pos - n, n };
}

static size_t
put_octet(char *out, unsigned char c)
{
	if (c == '.' || c == '\\' || c == '"' || c == ';' || c == '(' || c == ')' || c == '@' ||
	    c == '$') {
		out[0] = '\\';
		out[1] = (char)c;
		return 2;
	}
	if (c > ' ' && c < 0x7F) {
		out[0] = (char)c;
		return 1;
	}
	return (size_t)snprintf(out, 5, "\\%03u", c);
}

/*
 * Writes the labels of a name as text and returns its length. A compression pointer must point
 * before the part of the name that it ends, which rules out loops.
 */
static size_t
read_labels(struct reader *r, char out[NAME_TEXT])
{
	size_t pos = r->pos, limit = r->pos, octets = 1, n = 0;
	bool jumped = false;

	for (unsigned labels = 0; labels < 2 * LABELS_MAX && !r->bad; labels++) {
		struct reader here = { r->at, r->len, pos, NULL };
		unsigned len = read8(&here);
		unsigned pointer = len >= 0xC0 ? (len & 0x3F) << 8 | read8(&here) : 0;
		r->bad = here.bad;
		if (!jumped)
			r->pos = here.pos;
		if (len >= 0xC0) {
			if (pointer >= limit)
				r->bad = "a name has a forward pointer";
			pos = limit = pointer;
			jumped = true;
			continue;
		}
		if (len == 0)
			return n;
		octets += len + 1;
		if (len > 63 || octets > NAME_OCTETS)
			r->bad = "a name is too long";
		struct span label = read_octets(&here, r->bad ? 0 : len);
		if (!r->bad)
			r->bad = here.bad;
		if (n > 0 && label.len > 0)
			out[n++] = '.';
		for (size_t i = 0; i < label.len; i++)
			n += put_octet(out + n, (unsigned char)label.at[i]);
		pos = here.pos;
		if (!jumped)
			r->pos = pos;
	}
	if (!r->bad)
		r->bad = "a name is not terminated";
	return 0;
}

static struct span
read_name(struct reader *r, struct arena *arena)
{
	char text[NAME_TEXT];
	size_t n = read_labels(r, text);

	return r->bad || !arena ? SPAN("") : arena_copy(arena, (struct span){ text, n });
}

/* Joins the strings of a TXT record, each of which begins with a length octet (RFC 1035 3.3.14). */
static struct span
read_strings(struct reader *r, size_t end, struct arena *arena)
{
	char *out = arena_get(arena, end - r->pos);
	size_t n = 0;

	while (!r->bad && r->pos < end) {
		struct span s = read_octets(r, read8(r));
		if (!r->bad && r->pos <= end && s.len > 0) {
			memcpy(out + n, s.at, s.len);
			n += s.len;
		}
	}
	return (struct span){ out, n };
}

static void
read_address(struct reader *r, struct dns_record *record, size_t size)
{
	bool six = record->type == DNS_AAAA;
	struct span octets = read_octets(r, size);

	if (!r->bad && size != (six ? 16 : 4))
		r->bad = "an address has the wrong length";
	if (r->bad)
		return;
	if (six) {
		record->addr = (struct addr){ .len = sizeof record->addr.in6 };
		record->addr.in6.sin6_family = AF_INET6;
		memcpy(&record->addr.in6.sin6_addr, octets.at, 16);
	} else {
		record->addr = (struct addr){ .len = sizeof record->addr.in4 };
		record->addr.in4.sin_family = AF_INET;
		memcpy(&record->addr.in4.sin_addr, octets.at, 4);
	}
}

static void
read_data(struct reader *r, struct dns_record *record, size_t end, struct arena *arena)
{
	switch (record->type) {
	case DNS_A:
	case DNS_AAAA:
		read_address(r, record, end - r->pos);
		break;
	case DNS_MX:
		record->preference = read16(r);
		record->name = read_name(r, arena);
		break;
	case DNS_SRV:			/* RFC 2782 */
		record->preference = read16(r);
		record->weight = read16(r);
		record->port = read16(r);
		record->name = read_name(r, arena);
		break;
	case DNS_CNAME:
	case DNS_NS:
	case DNS_PTR:
		record->name = read_name(r, arena);
		break;
	case DNS_TXT:
		record->data = read_strings(r, end, arena);
		break;
	case DNS_TLSA:
		record->usage = read8(r);
		record->selector = read8(r);
		record->matching = read8(r);
		if (!r->bad && r->pos <= end)
			record->data = arena_copy(arena, read_octets(r, end - r->pos));
		break;
	default:
		r->pos = end;
	}
	if (!r->bad && r->pos != end)
		r->bad = "a record does not have the length that it gives";
	/* a malformed TLSA record is kept: it counts as an unusable one (RFC 7672 2.2) */
	if (r->bad && record->type == DNS_TLSA) {
		*record = (struct dns_record){ .owner = record->owner,
			.type = DNS_TLSA,
			.ttl = record->ttl,
			.malformed = true };
		r->bad = NULL;
	}
}

/* Reads the extended error (RFC 8914), an option with a code and a text. */
static void
read_options(struct reader *r, size_t end, struct arena *arena, struct dns_answer *a)
{
	while (!r->bad && r->pos < end) {
		unsigned code = read16(r), size = read16(r);
		struct reader option = { r->at, r->pos + size, r->pos, NULL };
		read_octets(r, size);
		if (r->bad || code != OPTION_EDE || size < 2)
			continue;
		a->ede = (int)read16(&option);
		a->ede_text = arena_copy(arena, read_octets(&option, size - 2));
	}
}

/*
 * Reads a record of any section. `keep`: it is of the answer section and is kept, unless it is
 * malformed; then *bad is set to why.
 */
static void
read_record(
    struct reader *r, struct arena *arena, struct dns_answer *a, bool keep, const char **bad)
{
	struct dns_record record = { .owner = read_name(r, keep ? arena : NULL) };
	unsigned type = read16(r), class = read16(r);
	uint32_t ttl = read32(r);
	size_t size = read16(r);

	if (!has(r, size))
		return;
	size_t end = r->pos + size;
	record.type = type;
	record.ttl = ttl >> 31 ? 0 : ttl;		/* RFC 2181 8 */
	if (type == TYPE_OPT && !keep) {
		a->rcode |= ttl >> 24 << 4;
		read_options(r, end, arena, a);
	}
	if (!r->bad && keep && class == CLASS_IN && is_known_type(type)) {
		/* reads no further than the end of the record */
		struct reader data = { r->at, end, r->pos, NULL };
		read_data(&data, &record, end, arena);
		/* a malformed CNAME must not be taken for a missing one */
		if (data.bad && type == DNS_CNAME) {
			r->bad = data.bad;
		} else if (data.bad) {
			a->nbad++;
			*bad = data.bad;
		} else if (a->nrecords < DNS_RECORDS_MAX) {
			a->record[a->nrecords++] = record;
		} else {
			a->cut = true;
		}
	}
	r->pos = end;
}

bool
dns_wire_answer(struct span octets, struct arena *arena, struct dns_answer *a, struct err *err)
{
	struct reader r = { (const unsigned char *)octets.at, octets.len, 0, NULL };
	const char *bad = NULL;
	unsigned type = 0;
	size_t left = 0;

	*a = (struct dns_answer){ .ede = -1 };
	read16(&r);				/* the ID, which c-ares has compared */
	unsigned flags = read16(&r), questions = read16(&r), answers = read16(&r);
	unsigned others = read16(&r);
	others += read16(&r);
	if (!r.bad && !(flags & FLAG_QR))
		r.bad = "it is a query";
	a->rcode = flags & 0xF;
	a->ad = flags & FLAG_AD;
	a->aa = flags & FLAG_AA;
	a->truncated = flags & FLAG_TC;
	for (unsigned i = 0; i < questions && !r.bad; i++) {
		struct span name = read_name(&r, i == 0 ? arena : NULL);
		unsigned asked = read16(&r);
		if (i == 0) {
			a->question = name;
			type = asked;
		}
		read16(&r);
	}
	if (!r.bad)
		a->record = ARENA_ARRAY(arena, struct dns_record,
		    answers < DNS_RECORDS_MAX ? answers : DNS_RECORDS_MAX);
	for (unsigned i = 0; i < answers + others && !r.bad; i++)
		read_record(&r, arena, a, i < answers, &bad);
	/* only CNAMEs make sense with NXDOMAIN, which is about the last name (RFC 6604 3) */
	if (a->rcode == DNS_NXDOMAIN) {
		size_t n = 0;
		for (size_t i = 0; i < a->nrecords; i++)
			if (a->record[i].type == DNS_CNAME)
				a->record[n++] = a->record[i];
		a->nrecords = n;
	}
	for (size_t i = 0; i < a->nrecords; i++)
		left += a->record[i].type == type;
	if (!r.bad && a->nbad > 0 && left == 0)
		r.bad = bad;
	return !r.bad || err_set(err, ERR_DNS, "malformed: %s", r.bad);
}

/* ---- lookups in an answer */

static struct span
without_dot(struct span name)
{
	bool dot = name.len > 0 && name.at[name.len - 1] == '.' &&
	    !(name.len > 1 && name.at[name.len - 2] == '\\');

	return span_first(name, name.len - dot);
}

bool
dns_name_eq(struct span a, struct span b)
{
	return span_eq_case(without_dot(a), without_dot(b));
}

const struct dns_record *
dns_next(const struct dns_answer *a, struct span owner, enum dns_type type,
    const struct dns_record *before)
{
	for (size_t i = before ? (size_t)(before - a->record) + 1 : 0; i < a->nrecords; i++)
		if (a->record[i].type == type && dns_name_eq(a->record[i].owner, owner))
			return &a->record[i];
	return NULL;
}

bool
dns_follow(const struct dns_answer *a, struct span name, struct span *last, unsigned *steps)
{
	const struct dns_record *alias;

	*last = name;
	for (*steps = 0; (alias = dns_next(a, *last, DNS_CNAME, NULL)); ++*steps) {
		if (*steps == LABELS_MAX || dns_name_eq(alias->name, name) || *steps == a->nrecords)
			return false;
		*last = alias->name;
	}
	return true;
}
