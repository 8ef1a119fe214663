/*
 * The tables that explain: every row of IANA's registries, every code of the RFCs, and verbs.
 */
#include "tests.h"

#include <stdio.h>

#include "smtp/extension.h"
#include "smtp/mechanism.h"
#include "smtp/term.h"
#include "smtp/verb.h"

static const struct { const char *keyword, *source; } registered[] = {
	{ "SEND", "RFC 821" },
	{ "SOML", "RFC 821" },
	{ "SAML", "RFC 821" },
	{ "TURN", "RFC 821" },
	{ "EXPN", "RFC 5321" },
	{ "HELP", "RFC 5321" },
	{ "VRFY", "RFC 5321" },
	{ "8BITMIME", "RFC 6152" },
	{ "SIZE", "RFC 1870" },
	{ "VERB", "Sendmail" },
	{ "ONEX", "Sendmail" },
	{ "CHUNKING", "RFC 3030" },
	{ "BINARYMIME", "RFC 3030" },
	{ "CHECKPOINT", "RFC 1845" },
	{ "DELIVERBY", "RFC 2852" },
	{ "PIPELINING", "RFC 2920" },
	{ "DSN", "RFC 3461" },
	{ "ETRN", "RFC 1985" },
	{ "ENHANCEDSTATUSCODES", "RFC 2034" },
	{ "STARTTLS", "RFC 3207" },
	{ "NO-SOLICITING", "RFC 3865" },
	{ "MTRK", "RFC 3885" },
	{ "ATRN", "RFC 2645" },
	{ "AUTH", "RFC 4954" },
	{ "BURL", "RFC 4468" },
	{ "FUTURERELEASE", "RFC 4865" },
	{ "CONPERM", "RFC 4141" },
	{ "CONNEG", "RFC 4141" },
	{ "SUBMITTER", "RFC 4405" },
	{ "UTF8SMTP", "RFC 5336" },
	{ "SMTPUTF8", "RFC 6531" },
	{ "MT-PRIORITY", "RFC 6710" },
	{ "RRVS", "RFC 7293" },
	{ "REQUIRETLS", "RFC 8689" },
	{ "LIMITS", "RFC 9422" },
};

static const char *const vendors[] = {
	"XCLIENT",
	"XFORWARD",
	"XVERP",
	"VERP",
	"PRDR",
	"X_PIPE_CONNECT",
	"PIPECONNECT",
	"X-ANONYMOUSTLS",
	"X-EXPS",
	"X-LINK2STATE",
	"XEXCH50",
	"XRDST",
	"XSHADOW",
	"XSHADOWREQUEST",
	"XOORG",
	"XPROXY",
	"XPROXYFROM",
	"XSESSIONPARAMS",
	"XSYSPROBE",
	"XORIGFROM",
	"XMESSAGECONTEXT",
	"XACK",
	"X-RCPTLIMIT",
	"XLOOP",
	"XADR",
	"XSTA",
	"XGEN",
	"TIME",
};

/* subject, detail, the reply codes that go with it, the RFC that made it */
static const struct { unsigned subject, detail; const char *basic, *rfc; } statuses[] = {
	{ 0, 0, "any", "3463" },
	{ 1, 0, "", "3463" },
	{ 1, 1, "451, 550", "3463" },
	{ 1, 2, "", "3463" },
	{ 1, 3, "501", "3463" },
	{ 1, 4, "", "3463" },
	{ 1, 5, "250", "3463" },
	{ 1, 6, "", "3463" },
	{ 1, 7, "", "3463" },
	{ 1, 8, "451, 501", "3463" },
	{ 1, 9, "", "3886" },
	{ 1, 10, "556", "7505" },
	{ 2, 0, "", "3463" },
	{ 2, 1, "", "3463" },
	{ 2, 2, "552", "3463" },
	{ 2, 3, "552", "3463" },
	{ 2, 4, "450, 452", "3463" },
	{ 3, 0, "221, 250, 421, 451, 550, 554", "3463" },
	{ 3, 1, "452", "3463" },
	{ 3, 2, "453, 521", "3463" },
	{ 3, 3, "", "3463" },
	{ 3, 4, "552, 554", "3463" },
	{ 3, 5, "", "3463" },
	{ 3, 6, "250, 251", "6710" },
	{ 4, 0, "", "3463" },
	{ 4, 1, "451", "3463" },
	{ 4, 2, "421", "3463" },
	{ 4, 3, "451, 550", "3463" },
	{ 4, 4, "", "3463" },
	{ 4, 5, "451", "3463" },
	{ 4, 6, "", "3463" },
	{ 4, 7, "", "3463" },
	{ 5, 0, "220, 250-253, 451, 452, 454, 458, 459, 501-503, 554", "3463" },
	{ 5, 1, "430, 500, 501, 503, 530, 550, 554, 555", "3463" },
	{ 5, 2, "500-502, 550, 555", "3463" },
	{ 5, 3, "451", "3463" },
	{ 5, 4, "451, 501-504, 550, 555", "3463" },
	{ 5, 5, "", "3463" },
	{ 5, 6, "500", "4954" },
	{ 6, 0, "", "3463" },
	{ 6, 1, "", "3463" },
	{ 6, 2, "", "3463" },
	{ 6, 3, "554", "3463" },
	{ 6, 4, "250", "3463" },
	{ 6, 5, "", "3463" },
	{ 6, 6, "554", "4468" },
	{ 6, 7, "550, 553", "6531" },
	{ 6, 8, "252, 550, 553", "6531" },
	{ 6, 9, "550", "6531" },
	{ 6, 10, "", "6531" },
	{ 7, 0, "220, 235, 450, 454, 500, 501, 503, 504, 530, 535, 550", "3463" },
	{ 7, 1, "451, 454, 502, 503, 533, 550, 551", "3463" },
	{ 7, 2, "550", "3463" },
	{ 7, 3, "", "3463" },
	{ 7, 4, "504", "3463" },
	{ 7, 5, "", "3463" },
	{ 7, 6, "", "3463" },
	{ 7, 7, "", "3463" },
	{ 7, 8, "535, 554", "4954" },
	{ 7, 9, "534", "4954" },
	{ 7, 10, "523", "5248" },
	{ 7, 11, "524, 538", "4954" },
	{ 7, 12, "422, 432", "4954" },
	{ 7, 13, "525", "5248" },
	{ 7, 14, "535, 554", "5248" },
	{ 7, 15, "450, 550 (other 4xx/5xx)", "6710" },
	{ 7, 16, "552 (other 4xx/5xx)", "6710" },
	{ 7, 17, "5xx", "7293" },
	{ 7, 18, "5xx", "7293" },
	{ 7, 19, "5xx", "7293" },
	{ 7, 20, "550", "7372" },
	{ 7, 21, "550", "7372" },
	{ 7, 22, "550", "7372" },
	{ 7, 23, "550", "7372" },
	{ 7, 24, "451, 550", "7372" },
	{ 7, 25, "550", "7372" },
	{ 7, 26, "550", "7372" },
	{ 7, 27, "550", "7505" },
	{ 7, 28, "", "draft-levine-mailbomb-header" },
	{ 7, 29, "550", "8617" },
	{ 7, 30, "550", "8689" },
};

static const unsigned codes[] = {
	211,
	214,
	220,
	221,
	235,
	250,
	251,
	252,
	253,
	334,
	353,
	354,
	355,
	421,
	422,
	430,
	431,
	432,
	441,
	442,
	446,
	447,
	450,
	451,
	452,
	453,
	454,
	455,
	458,
	459,
	471,
	500,
	501,
	502,
	503,
	504,
	521,
	523,
	524,
	525,
	530,
	533,
	534,
	535,
	538,
	550,
	551,
	552,
	553,
	554,
	555,
	556,
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

static const char *const terms[] = {
	"tls-unique",
	"tls-server-end-point",
	"tls-exporter",
	"SMTP",
	"ESMTP",
	"ESMTPA",
	"ESMTPS",
	"ESMTPSA",
	"LMTP",
	"LMTPA",
	"LMTPS",
	"LMTPSA",
	"UTF8SMTP",
	"UTF8SMTPA",
	"UTF8SMTPS",
	"UTF8SMTPSA",
	"UTF8LMTP",
	"UTF8LMTPA",
	"UTF8LMTPS",
	"UTF8LMTPSA",
	"MMS",
	"MTA-STS",
	"_mta-sts",
	"TLSRPT",
	"enforce",
	"port 24",
	"port 366",
	"port 465",
	"port 587",
	"OK",
};

static void
every_term_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(terms); i++)
		if (!term_find(span_of(terms[i])))
			fail_msg("%s", terms[i]);
	for (size_t i = 0; term_row(i); i++)
		if (term_find(span_of(term_row(i)->name)) != term_row(i))
			fail_msg("%s is there twice", term_row(i)->name);
}

static void
every_keyword_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(registered); i++) {
		const struct extension_info *info = extension_info(span_of(registered[i].keyword));
		if (!info || strcmp(info->source, registered[i].source) != 0 ||
		    info->kind == EXTENSION_VENDOR)
			fail_msg(
			    "%s: %s", registered[i].keyword, info ? info->source : "not known");
	}
	for (size_t i = 0; i < COUNT(vendors); i++) {
		const struct extension_info *info = extension_info(span_of(vendors[i]));
		if (!info || info->kind != EXTENSION_VENDOR)
			fail_msg("%s is not known as a vendor's", vendors[i]);
	}
}

static void
what_a_middlebox_wrote_is_told(void **state)
{
	static const char *const masked[] = { "XXXXXXXA", "XXXXXXXX", "XXXXA", "XXXX",
		"XXXXXXXXXXXXXXXXXXXA" };

	(void)state;
	for (size_t i = 0; i < COUNT(masked); i++)
		assert_int_equal(extension_info(span_of(masked[i]))->kind, EXTENSION_MASKED);
	assert_null(extension_info(SPAN("XXA")));
	assert_null(extension_info(SPAN("XFOO")));
}

static void
every_status_is_explained(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(statuses); i++) {
		const struct status_info *info = status_info(
		    statuses[i].subject, statuses[i].detail);
		if (!info || strcmp(info->basic, statuses[i].basic) != 0 ||
		    !strstr(info->rfc, statuses[i].rfc))
			fail_msg("X.%u.%u: %s", statuses[i].subject, statuses[i].detail,
			    info ? info->basic : "not known");
	}
	while (status_row(n))
		n++;
	assert_int_equal(n, COUNT(statuses));
	assert_non_null(status_info(7, 16)->also);
	assert_non_null(status_info(7, 17)->also);
	assert_null(status_info(7, 124));
	assert_string_equal(status_subject_text(7), "security or policy");
}

static void
every_mechanism_is_explained(void **state)
{
	static const char *const names[] = {
		"PLAIN",
		"LOGIN",
		"CRAM-MD5",
		"DIGEST-MD5",
		"SCRAM-SHA-1",
		"SCRAM-SHA-1-PLUS",
		"SCRAM-SHA-256",
		"SCRAM-SHA-256-PLUS",
		"SCRAM-SHA-512",
		"SCRAM-SHA-512-PLUS",
		"SCRAM-SHA3-512",
		"SCRAM-SHA3-512-PLUS",
		"OAUTHBEARER",
		"XOAUTH2",
		"EXTERNAL",
		"ANONYMOUS",
		"GSSAPI",
		"GS2-KRB5",
		"GS2-IAKERB",
		"NTLM",
		"MSN",
		"SPA",
		"OTP",
		"SECURID",
		"SAML20",
		"OPENID20",
		"KERBEROS_V4",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		if (!mechanism_named(span_of(names[i])))
			fail_msg("%s is not known", names[i]);
	assert_int_equal(mechanism_named(SPAN("plain"))->kind, MECHANISM_PASSWORD);
	assert_null(mechanism_named(SPAN("SCRAM")));
	assert_string_equal(limit_meaning(SPAN("rcptmax")), "recipients per message");
	assert_non_null(limit_meaning(SPAN("MAILMAX")));
	assert_non_null(limit_meaning(SPAN("RCPTDOMAINMAX")));
	assert_null(limit_meaning(SPAN("SIZE")));
}

static void
every_verb_is_explained(void **state)
{
	static const char *const names[] = {
		"HELO",
		"EHLO",
		"LHLO",
		"MAIL",
		"RCPT",
		"DATA",
		"BDAT",
		"RSET",
		"VRFY",
		"EXPN",
		"HELP",
		"NOOP",
		"QUIT",
		"STARTTLS",
		"AUTH",
		"ETRN",
		"ATRN",
		"TURN",
		"SEND",
		"SOML",
		"SAML",
		"XCLIENT",
		"XFORWARD",
		"BURL",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		assert_string_equal(verb_info(verb_of(span_of(names[i]), NULL))->name, names[i]);
}

static void
every_code_is_explained(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++)
		if (!reply_code_info(codes[i]))
			fail_msg("%u is not known", codes[i]);
	assert_null(reply_code_info(299));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_term_is_explained),
		cmocka_unit_test(every_keyword_is_explained),
		cmocka_unit_test(what_a_middlebox_wrote_is_told),
		cmocka_unit_test(every_status_is_explained),
		cmocka_unit_test(every_code_is_explained),
		cmocka_unit_test(every_mechanism_is_explained),
		cmocka_unit_test(every_verb_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
