/* dns - types, rcodes and what the name servers did, in words. */
#include "net/dns.h"

const char *
dns_type_word(enum dns_type type)
{
	switch (type) {
#define X(name, number) case DNS_##name: return #name;
	DNS_TYPES(X)
#undef X
	}
	return "?";
}

const char *
dns_rcode_word(unsigned rcode)
{
	static const char *const words[] = {
		"NOERROR",
		"FORMERR",
		"SERVFAIL",
		"NXDOMAIN",
		"NOTIMP",
		"REFUSED",
		"YXDOMAIN",
		"YXRRSET",
		"NXRRSET",
		"NOTAUTH",
		"NOTZONE",
		[16] = "BADVERS",
		[23] = "BADCOOKIE",
	};
	return rcode < sizeof words / sizeof *words ? words[rcode] : NULL;
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

const char *
dns_trust_word(enum dns_trust trust)
{
	static const char *const words[] = {
#define X(name, word) [DNS_TRUST_##name] = word,
		DNS_TRUSTS(X)
#undef X
	};
	return words[trust];
}

enum err_cause
dns_cause(const struct dns_reply *reply)
{
	enum err_cause cause = CAUSE_NO_ANSWER;

	for (size_t i = 0; i < reply->ntries; i++) {
		const struct dns_try *t = &reply->try[i];
		if (t->rcode == DNS_REFUSED && cause == CAUSE_NO_ANSWER)
			cause = CAUSE_DNS_REFUSED;
		else if (t->broken || (t->rcode >= 0 && t->rcode != DNS_REFUSED))
			cause = CAUSE_SERVFAIL;
	}
	return cause;
}

struct span
dns_tries_text(const struct dns_reply *reply, struct arena *arena)
{
	struct span out = reply->ntries ? SPAN("") : SPAN("no time was left to ask a name server");
	char server[ADDR_TEXT];

	for (size_t i = 0; i < reply->ntries; i++) {
		const struct dns_try *t = &reply->try[i];
		const char *word = t->rcode < 0 ? NULL : dns_rcode_word((unsigned)t->rcode),
			   *ede = dns_ede_word(t->ede);
		const char *comma = i ? ", " : "";
		addr_text(&t->server, server);
		if (t->rcode < 0)
			out = arena_printf(
			    arena, "%.*s%s%s %s", SPAN_ARG(out), comma, server, t->why);
		else if (!word)
			out = arena_printf(arena, "%.*s%s%s said rcode %d", SPAN_ARG(out), comma,
			    server, t->rcode);
		else
			out = arena_printf(arena, "%.*s%s%s said %s%s%s%s", SPAN_ARG(out), comma,
			    server, word, ede ? " (" : "", ede ? ede : "", ede ? ")" : "");
	}
	return out;
}
