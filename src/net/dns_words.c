/* dns_words - names of DNS types, rcodes and extended errors, and texts about a reply. */
#include "net/dns_words.h"

#include <assert.h>

#include "net/dns.h"

static const struct rcode_info rcodes[] = {
	{ 0, "NOERROR", "RFC 1035",
	    "The name exists; without records in the answer (NODATA) it has none of the requested "
	    "type" },
	{ 1, "FORMERR", "RFC 1035", "The server could not parse the query" },
	{ 2, "SERVFAIL", "RFC 1035",
	    "The resolver got no usable answer: the domain's servers do not respond, or DNSSEC "
	    "validation fails" },
	{ 3, "NXDOMAIN", "RFC 1035", "No such name exists, nor anything below it" },
	{ 4, "NOTIMP", "RFC 1035", "The server does not support this kind of query" },
	{ 5, "REFUSED", "RFC 1035", "The server refuses to answer this client or for this name" },
	{ 6, "YXDOMAIN", "RFC 2136", "A name exists when it should not (dynamic updates)" },
	{ 7, "YXRRSET", "RFC 2136", "A record set exists when it should not (dynamic updates)" },
	{ 8, "NXRRSET", "RFC 2136", "A record set that should exist does not (dynamic updates)" },
	{ 9, "NOTAUTH", "RFC 2136, RFC 8945",
	    "The server is not authoritative for the zone, or not authorized" },
	{ 10, "NOTZONE", "RFC 2136", "A name is not within the zone (dynamic updates)" },
	{ 16, "BADVERS", "RFC 6891",
	    "The server does not support this EDNS version; as BADSIG, a TSIG signature does not "
	    "verify" },
	{ 17, "BADKEY", "RFC 8945", "The TSIG key is not recognized" },
	{ 18, "BADTIME", "RFC 8945", "The signature's time is outside the allowed window" },
	{ 22, "BADTRUNC", "RFC 8945", "The signature was truncated too far" },
	{ 23, "BADCOOKIE", "RFC 7873", "The server requires a cookie, or a different one" },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

const struct rcode_info *
rcode_info(unsigned number)
{
	for (size_t i = 0; i < COUNT(rcodes); i++)
		if (rcodes[i].number == number)
			return &rcodes[i];
	return NULL;
}

const struct rcode_info *
rcode_named(struct span name)
{
	if (span_eq_case(name, SPAN("NODATA")))
		return &rcodes[0];
	for (size_t i = 0; i < COUNT(rcodes); i++)
		if (span_eq_case(name, span_of(rcodes[i].name)))
			return &rcodes[i];
	return NULL;
}

const char *
dns_type_word(unsigned type)
{
	switch ((enum dns_type)type) {
#define X(name, number) case DNS_##name: return #name;
	DNS_TYPES(X)
#undef X
	}
	return "?";
}

const char *
dns_ede_word(int code)
{
	static const char *const words[] = {
		[0] = "other error",
		[1] = "DNSKEY algorithm not supported",
		[2] = "DS digest not supported",
		[3] = "stale answer",
		[4] = "forged answer",
		[5] = "DNSSEC indeterminate",
		[6] = "DNSSEC bogus",
		[7] = "signature expired",
		[8] = "signature not yet valid",
		[9] = "DNSKEY missing",
		[10] = "RRSIGs missing",
		[11] = "no zone key bit set",
		[12] = "NSEC missing",
		[13] = "cached error",
		[14] = "not ready",
		[15] = "blocked",
		[16] = "censored",
		[17] = "filtered",
		[18] = "prohibited",
		[19] = "stale NXDOMAIN",
		[20] = "not authoritative",
		[21] = "not supported",
		[22] = "no authority could be reached",
		[23] = "network error",
		[24] = "invalid data",
	};
	return code >= 0 && (size_t)code < sizeof words / sizeof *words ? words[code] : NULL;
}

/* ---- replies, declared in net/dns.h */

const char *
dns_trust_word(enum dns_trust trust)
{
	static const char *const words[] = {
#define X(name, word) [DNS_TRUST_##name] = word,
		DNS_TRUSTS(X)
#undef X
	};
	assert((size_t)trust < sizeof words / sizeof *words);
	return words[trust];
}

enum err_cause
dns_cause(const struct dns_reply *reply)
{
	enum err_cause cause = CAUSE_NO_ANSWER;

	for (size_t i = 0; i < reply->ntries; i++) {
		const struct dns_try *t = &reply->try[i];
		if (t->lacking)
			return CAUSE_NOT_QUERIED;
		if (t->rcode == DNS_SERVFAIL)
			cause = CAUSE_SERVFAIL;
		else if (t->rcode >= 0 && cause == CAUSE_NO_ANSWER)
			cause = CAUSE_DNS_REFUSED;
		else if (t->broken && cause != CAUSE_SERVFAIL)
			cause = CAUSE_DNS_UNUSABLE;
	}
	return cause;
}

struct span
dns_tries_text(const struct dns_reply *reply, struct arena *arena)
{
	struct span out = reply->ntries ? SPAN("") : SPAN("no time left to query a name server");
	char server[ADDR_TEXT];

	for (size_t i = 0; i < reply->ntries; i++) {
		const struct dns_try *t = &reply->try[i];
		const struct rcode_info *info = t->rcode < 0 ? NULL :
							       rcode_info((unsigned)t->rcode);
		const char *ede = dns_ede_word(t->ede);
		const char *comma = i ? ", " : "";
		addr_text(&t->server, server);
		if (t->rcode < 0)
			out = arena_printf(
			    arena, "%.*s%s%s %s", SPAN_ARG(out), comma, server, t->why);
		else if (!info)
			out = arena_printf(arena, "%.*s%s%s returned rcode %d", SPAN_ARG(out),
			    comma, server, t->rcode);
		else
			out = arena_printf(arena, "%.*s%s%s returned %s%s%s%s", SPAN_ARG(out),
			    comma, server, info->name, ede ? " (" : "", ede ? ede : "",
			    ede ? ")" : "");
	}
	if (reply->doubt.without_validation)
		out = arena_printf(
		    arena, "%.*s; without DNSSEC validation the lookup succeeds", SPAN_ARG(out));
	return out;
}
