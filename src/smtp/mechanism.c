/* mechanism - the SASL mechanisms met in SMTP. */
#include "smtp/mechanism.h"

#define PLUS "; binds the login to this very TLS connection"

static const struct mechanism_info mechanisms[] = {
	{ "PLAIN", "RFC 4616", MECHANISM_PASSWORD, "User name and password in one base64 answer" },
	{ "LOGIN", "draft, obsolete", MECHANISM_PASSWORD,
	    "User name and password, each after a challenge; PLAIN in two steps" },
	{ "CRAM-MD5", "RFC 2195", MECHANISM_PROOF,
	    "A keyed MD5 over a challenge; the server must keep the password readable" },
	{ "DIGEST-MD5", "RFC 2831, historic by RFC 6331", MECHANISM_OLD,
	    "A challenge and answer that clients never did alike" },
	{ "SCRAM-SHA-1", "RFC 5802", MECHANISM_PROOF,
	    "Each side proves to know a salted SHA-1 of the password" },
	{ "SCRAM-SHA-1-PLUS", "RFC 5802", MECHANISM_PROOF, "SCRAM-SHA-1" PLUS },
	{ "SCRAM-SHA-256", "RFC 7677", MECHANISM_PROOF,
	    "Each side proves to know a salted SHA-256 of the password" },
	{ "SCRAM-SHA-256-PLUS", "RFC 7677", MECHANISM_PROOF, "SCRAM-SHA-256" PLUS },
	{ "SCRAM-SHA-512", "draft", MECHANISM_PROOF,
	    "Each side proves to know a salted SHA-512 of the password" },
	{ "SCRAM-SHA-512-PLUS", "draft", MECHANISM_PROOF, "SCRAM-SHA-512" PLUS },
	{ "SCRAM-SHA3-512", "draft", MECHANISM_PROOF,
	    "Each side proves to know a salted SHA3-512 of the password" },
	{ "SCRAM-SHA3-512-PLUS", "draft", MECHANISM_PROOF, "SCRAM-SHA3-512" PLUS },
	{ "OAUTHBEARER", "RFC 7628", MECHANISM_TOKEN, "An OAuth 2 access token" },
	{ "XOAUTH2", "Google and Microsoft", MECHANISM_TOKEN,
	    "An OAuth 2 access token, in the form that came before OAUTHBEARER" },
	{ "EXTERNAL", "RFC 4422 A", MECHANISM_OUTSIDE,
	    "Who it is is known from the client certificate: --cert FILE" },
	{ "ANONYMOUS", "RFC 4505", MECHANISM_OUTSIDE, "Nobody logs in; a trace text may be given" },
	{ "GSSAPI", "RFC 4752", MECHANISM_OUTSIDE, "A Kerberos ticket; kinit gets one" },
	{ "GS2-KRB5", "RFC 5801", MECHANISM_OUTSIDE, "A Kerberos ticket, in the newer form" },
	{ "GS2-KRB5-PLUS", "RFC 5801", MECHANISM_OUTSIDE, "GS2-KRB5" PLUS },
	{ "GSS-SPNEGO", "RFC 4178, Microsoft", MECHANISM_OUTSIDE,
	    "Kerberos or NTLM, as the two sides agree" },
	{ "NTLM", "Microsoft", MECHANISM_OLD,
	    "A Windows challenge and answer; weak, and being switched off" },
	{ "MSN", "Microsoft", MECHANISM_OLD, "NTLM under another name" },
	{ "SPA", "Microsoft", MECHANISM_OLD, "NTLM under another name" },
	{ "OTP", "RFC 2444", MECHANISM_PROOF, "A one-time password from a list or a generator" },
	{ "SECURID", "RFC 2808", MECHANISM_PROOF, "A code from a SecurID token" },
	{ "SAML20", "RFC 6595", MECHANISM_OUTSIDE, "A login in the browser, by SAML 2" },
	{ "OPENID20", "RFC 6616", MECHANISM_OUTSIDE, "A login in the browser, by OpenID 2" },
	{ "KERBEROS_V4", "RFC 2222, obsolete", MECHANISM_OLD, "Kerberos 4, which is gone" },
};

#define COUNT(table) (sizeof (table) / sizeof *(table))

const struct mechanism_info *
mechanism_info(struct span name)
{
	static const struct mechanism_info gs2 = { "GS2-*", "RFC 5801", MECHANISM_OUTSIDE,
		"A GSS-API mechanism as a SASL one" };

	for (size_t i = 0; i < COUNT(mechanisms); i++)
		if (span_eq_case(name, span_of(mechanisms[i].name)))
			return &mechanisms[i];
	return span_starts_case(name, SPAN("GS2-")) ? &gs2 : NULL;
}

const struct mechanism_info *
mechanism_row(size_t n)
{
	return n < COUNT(mechanisms) ? &mechanisms[n] : NULL;
}

const char *
mechanism_kind_text(enum mechanism_kind kind)
{
	static const char *const text[] = {
		[MECHANISM_PASSWORD] = "The password itself goes to the server, merely encoded: "
				       "only within verified TLS",
		[MECHANISM_PROOF] = "The password does not go over the wire, only a proof of it",
		[MECHANISM_TOKEN] = "Whoever has the token may use it: only within verified TLS",
		[MECHANISM_OUTSIDE] = "No password is sent",
		[MECHANISM_OLD] = "Take another one where there is one",
	};
	return text[kind];
}
