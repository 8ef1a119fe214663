/*
 * golden_made - handshakes, closes and attempts made by hand, so that dates and keys stay as they
 * are.
 */
#include "golden.h"

#include <string.h>

enum { DAY = 86400, NOW = 1700000000 };		/* 2023-11-14 */

static struct span sans[] = {
	SPAN_INIT("DNS:mx1.example.org"),
	SPAN_INIT("DNS:mx2.example.org"),
	SPAN_INIT("DNS:*.mail.example.org"),
	SPAN_INIT("IP:192.0.2.1"),
	SPAN_INIT("IP:2001:db8::1"),
	SPAN_INIT("DNS:a.example"),
	SPAN_INIT("DNS:b.example"),
	SPAN_INIT("DNS:c.example"),
};

#define LEAF                                                                                     \
	.subject = SPAN_INIT("CN=mx1.example.org"), .san = sans, .key = SPAN_INIT("EC P-256"),   \
	.signature = SPAN_INIT("ecdsa-with-SHA384"), .serial = SPAN_INIT("04d2"),                \
	.sha256 = SPAN_INIT("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"), \
	.spki_sha256 = SPAN_INIT(                                                                \
	    "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100")
#define BY_R3 .issuer = SPAN_INIT("CN=R3,O=Let's Encrypt,C=US")

static struct tls_cert good[] = {
	{ LEAF, BY_R3, .nsan = 8, .not_before = NOW - 30 * DAY, .not_after = NOW + 60 * DAY },
	{ .subject = SPAN_INIT("CN=R3,O=Let's Encrypt,C=US"),
	    .issuer = SPAN_INIT("CN=ISRG Root X1,O=Internet Security Research Group"),
	    .not_before = NOW - 999 * DAY,
	    .not_after = NOW + 999 * DAY,
	    .key = SPAN_INIT("RSA 2048 bits"),
	    .signature = SPAN_INIT("sha256WithRSAEncryption"),
	    .serial = SPAN_INIT("01"),
	    .sha256 = SPAN_INIT("aa"),
	    .spki_sha256 = SPAN_INIT("bb") },
};
static struct tls_cert expired[] = { { LEAF, BY_R3, .nsan = 2, .not_before = NOW - 100 * DAY,
    .not_after = NOW - 12 * DAY } };
static struct tls_cert early[] = { { LEAF, BY_R3, .nsan = 1, .not_before = NOW + 3 * DAY,
    .not_after = NOW + 90 * DAY } };
static struct tls_cert soon[] = { { LEAF, BY_R3, .nsan = 2, .not_before = NOW - 80 * DAY,
    .not_after = NOW + 9 * DAY } };
static struct tls_cert own[] = {
	{ LEAF, .issuer = SPAN_INIT("CN=mx1.example.org"), .self_signed = true,
	    .not_before = NOW - DAY, .not_after = NOW + 3650 * DAY },
};

#define P(d, c, n, who)                                                         \
	{                                                                       \
		.depth = d, .code = c, .name = "X509_V_ERR_" n,                 \
		.text = SPAN_INIT("openssl's words"), .subject = SPAN_INIT(who) \
	}
static struct tls_problem of_expired[] = { P(0, 10, "CERT_HAS_EXPIRED", "CN=mx1.example.org") };
static struct tls_problem of_early[] = { P(0, 9, "CERT_NOT_YET_VALID", "CN=mx1.example.org") };
static struct tls_problem of_name[] = { P(0, 62, "HOSTNAME_MISMATCH", "CN=mx1.example.org") };
static struct tls_problem of_missing[] = {
	P(0, 20, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CN=mx1.example.org"),
	P(0, 21, "UNABLE_TO_VERIFY_LEAF_SIGNATURE", "CN=mx1.example.org"),
};
static struct tls_problem of_root[] = { P(
    1, 20, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CN=R3,O=Let's Encrypt,C=US") };
static struct tls_problem of_own[] = { P(
    0, 18, "DEPTH_ZERO_SELF_SIGNED_CERT", "CN=mx1.example.org") };
static struct tls_problem of_private[] = { P(
    1, 19, "SELF_SIGNED_CERT_IN_CHAIN", "CN=Our CA,O=Example \\, Inc") };

#define COMMON                                                                          \
	.version = SPAN_INIT("TLSv1.3"), .cipher = SPAN_INIT("TLS_AES_256_GCM_SHA384"), \
	.group = SPAN_INIT("X25519"), .bits = 256, .at = NOW,                           \
	.wanted = SPAN_INIT("mx1.example.org"), .sni = SPAN_INIT("mx1.example.org")
#define CERTS(list) .cert = list, .ncerts = sizeof (list) / sizeof *(list)
#define PROBLEMS(list) .problem = list, .nproblems = sizeof (list) / sizeof *(list)

static const struct {
	const char *name;
	struct tls_info info;
} handshakes[] = {
	{ "good",
	    { COMMON, CERTS(good), .verified = true, .peer_name = SPAN_INIT("mx1.example.org"),
		.name = TLS_NAME_DNS_ID } },
	{ "soon",
	    { COMMON, CERTS(soon), .verified = true, .peer_name = SPAN_INIT("mx1.example.org"),
		.name = TLS_NAME_DNS_ID, .resumed = true } },
	{ "expired", { COMMON, CERTS(expired), PROBLEMS(of_expired) } },
	{ "early", { COMMON, CERTS(early), PROBLEMS(of_early) } },
	{ "name",
	    { .version = SPAN_INIT("TLSv1.2"),
		.cipher = SPAN_INIT("ECDHE-RSA-AES128-GCM-SHA256"),
		.bits = 128,
		.at = NOW,
		.wanted = SPAN_INIT("mail.other.example"),
		CERTS(good),
		.name = TLS_NAME_OTHER,
		PROBLEMS(of_name) } },
	{ "missing", { COMMON, .cert = good, .ncerts = 1, PROBLEMS(of_missing) } },
	{ "root", { COMMON, CERTS(good), PROBLEMS(of_root) } },
	{ "own", { COMMON, CERTS(own), PROBLEMS(of_own) } },
	{ "private", { COMMON, CERTS(good), PROBLEMS(of_private) } },
	{ "hidden", { COMMON } },
};

static const struct {
	const char *name;
	enum closed_by by;
	bool expected;
	enum wait wait;
	enum verb verb;
	const char *rest;
} closes[] = {
	{ "quit", CLOSED_BY_US, true, WAIT_NOTHING, VERB_OTHER, "" },
	{ "no-banner", CLOSED_BY_PEER, false, WAIT_GREETING, VERB_OTHER, "" },
	{ "reset-banner", CLOSED_RESET, false, WAIT_GREETING, VERB_OTHER, "" },
	{ "reset-idle", CLOSED_RESET, false, WAIT_NOTHING, VERB_OTHER, "" },
	{ "idle", CLOSED_BY_PEER, false, WAIT_NOTHING, VERB_OTHER, "" },
	{ "half", CLOSED_BY_PEER, false, WAIT_REPLY, VERB_RCPT, "250 half\033[2J" },
	{ "message", CLOSED_RESET, false, WAIT_END_OF_DATA, VERB_OTHER, "" },
	{ "cut", CLOSED_TRUNCATED, false, WAIT_REPLY, VERB_NOOP, "" },
};

static bool
made_handshake(const char *name, event_fn *event, void *ctx)
{
	for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++) {
		struct event e = { .kind = EVENT_TLS, .session = 1, .tls = true };
		if (strcmp(handshakes[i].name, name) != 0)
			continue;
		e.shaken.info = &handshakes[i].info;
		e.shaken.took_us = 12345;
		e.shaken.forgot = i == 0;
		event(ctx, &e);
		return true;
	}
	return false;
}

static bool
made_close(const char *name, event_fn *event, void *ctx)
{
	for (size_t i = 0; i < sizeof closes / sizeof *closes; i++) {
		struct event e = { .kind = EVENT_CLOSED, .session = 1 };
		if (strcmp(closes[i].name, name) != 0)
			continue;
		e.err = closes[i].expected ? ERR_NONE : ERR_PROTO;
		e.closed.by = closes[i].by;
		e.closed.expected = closes[i].expected;
		e.closed.wait = closes[i].wait;
		e.closed.verb = closes[i].verb;
		e.closed.rest = span_of(closes[i].rest);
		event(ctx, &e);
		return true;
	}
	return false;
}

static bool
made_certificates(const char *name, event_fn *event, void *ctx)
{
	struct event e = { .kind = EVENT_CERT, .session = 1, .tls = true };

	if (strcmp(name, "cert") != 0)
		return false;
	e.cert.tls = &handshakes[0].info;
	e.cert.host = SPAN("mx1.example.org");
	e.cert.port = 25;
	event(ctx, &e);
	return true;
}

static bool
made_attempts(const char *name, event_fn *event, void *ctx)
{
	struct event e = { .kind = EVENT_ATTEMPT, .session = 1 };

	if (strcmp(name, "attempt") != 0)
		return false;
	e.err = ERR_CONNECT;
	e.text = SPAN("192.0.2.1:25: connection refused");
	e.attempt.host = SPAN("mx1.example.org");
	e.attempt.took_us = 234567;
	addr_parse(&e.attempt.to, SPAN("192.0.2.1"), 25);
	event(ctx, &e);
	e = (struct event){ .kind = EVENT_CONNECTED, .session = 1 };
	e.connected.host = SPAN("mx1.example.org");
	e.connected.found_us = 4000;
	addr_parse(&e.connected.peer, SPAN("2001:db8::1"), 25);
	addr_parse(&e.connected.local, SPAN("2001:db8::2"), 40000);
	event(ctx, &e);
	return true;
}

static bool
made_alert(const char *name, event_fn *event, void *ctx)
{
	struct event e = { .kind = EVENT_PROBLEM, .session = 1, .err = ERR_TLS };

	if (strcmp(name, "alert") != 0)
		return false;
	e.text = SPAN("the TLS handshake failed: the peer sent alert 40, handshake failure");
	e.alert = 40;
	event(ctx, &e);
	return true;
}

bool
golden_made(const char *name, event_fn *event, void *ctx)
{
	return made_handshake(name, event, ctx) || made_close(name, event, ctx) ||
	    made_certificates(name, event, ctx) || made_attempts(name, event, ctx) ||
	    made_alert(name, event, ctx);
}
