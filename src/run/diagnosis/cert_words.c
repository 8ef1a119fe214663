/* cert_words - certificates in words. */
#include "run/diagnosis/cert_words.h"

#include <ctype.h>
#include <stdio.h>

#include "base/utc.h"
#include "net/tls_words.h"

/* Takes one "CN=value" off a name, up to a comma or plus that no backslash stands before. */
static struct span
take_part(struct span *rest)
{
	size_t i = 0;

	while (i < rest->len && rest->at[i] != ',' && rest->at[i] != '+')
		i += rest->at[i] == '\\' && i + 1 < rest->len ? 2 : 1;
	struct span part = span_first(*rest, i);
	*rest = span_skip(*rest, i + 1);
	return part;
}

/*
 * Its backslashes taken away; what is an octet by its number stays one that can be shown: \1B is
 * \x1B.
 */
static struct span
unescaped(struct arena *arena, struct span s)
{
	char *out = arena_get(arena, 2 * s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		bool escaped = s.at[i] == '\\' && i + 1 < s.len;
		if (escaped && i + 2 < s.len && isxdigit((unsigned char)s.at[i + 1]) &&
		    isxdigit((unsigned char)s.at[i + 2])) {
			out[n++] = '\\';
			out[n++] = 'x';
		}
		i += escaped;
		out[n++] = s.at[i];
	}
	return (struct span){ out, n };
}

static struct span
part_of(struct arena *arena, struct span name, struct span type)
{
	for (struct span part; name.len > 0;) {
		part = take_part(&name);
		if (span_starts(part, type))
			return unescaped(arena, span_skip(part, type.len));
	}
	return SPAN_NONE;
}

struct span
cert_name(struct arena *arena, struct span name)
{
	struct span cn = part_of(arena, name, SPAN("CN="));

	if (cn.len == 0)
		cn = part_of(arena, name, SPAN("O="));
	return cn.len > 0 ? cn : name.len > 0 ? name : SPAN("no name");
}

struct span
cert_name_long(struct arena *arena, struct span name)
{
	struct span cn = cert_name(arena, name), o = part_of(arena, name, SPAN("O="));

	if (o.len == 0 || span_eq(cn, o))
		return cn;
	return arena_printf(arena, "%.*s (%.*s)", SPAN_ARG(cn), SPAN_ARG(o));
}

struct span
cert_san_bare(struct span san)
{
	if (span_starts(san, SPAN("DNS:")))
		return span_skip(san, 4);
	return span_starts(san, SPAN("IP:")) ? span_skip(san, 3) : san;
}

long
cert_days(int64_t later, int64_t earlier)
{
	return later == TLS_NO_DATE || earlier == TLS_NO_DATE ? 0 :
								(long)((later - earlier) / 86400);
}

double
cert_days_left(int64_t not_after)
{
	return (double)(not_after - (int64_t)time(NULL)) / 86400.0;
}

void
cert_date(char out[16], int64_t seconds)
{
	struct tm tm;

	out[0] = '\0';
	if (seconds == TLS_NO_DATE)
		return;
	utc_date(seconds, &tm);
	if (strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		out[0] = '\0';
}

struct span
cert_names(struct arena *arena, const struct tls_info *t)
{
	const struct tls_cert *c = &t->cert[0];
	struct span all = SPAN_NONE;

	if (t->ncerts == 0)
		return SPAN("nothing");
	for (size_t i = 0; i < c->nsan && i < 5; i++) {
		struct span name = cert_san_bare(c->san[i]);
		all = arena_printf(
		    arena, "%.*s%s%.*s", SPAN_ARG(all), i > 0 ? ", " : "", SPAN_ARG(name));
	}
	if (c->nsan > 5)
		return arena_printf(arena, "%.*s and %zu more", SPAN_ARG(all), c->nsan - 5);
	return all.len > 0 ? all : SPAN("no names");
}

/*
 * Why a name of a certificate is not the one asked for; the names it has are told where there are
 * some.
 */
static const struct {
	const char *why, *next;
	bool alone;
} mismatches[] = {
	[TLS_NAME_NO_SAN] = { "it has no subjectAltName, and its Common Name does not count (RFC "
			      "9525 2)",
	    "reissue the certificate with the host's name as a DNS subjectAltName", true },
	[TLS_NAME_BAD_SAN] = { "its subjectAltName cannot be read", "reissue the certificate",
	    true },
	[TLS_NAME_NO_ID] = { NULL, NULL, false },
	[TLS_NAME_LABELS] = { "a * stands for exactly one label (RFC 9525 6.3)",
	    "reissue the certificate with the host's whole name as a subjectAltName", false },
	[TLS_NAME_PARTIAL] = { "a * counts only as the whole first label (RFC 9525 6.3)",
	    "reissue the certificate with the host's whole name as a subjectAltName", false },
	[TLS_NAME_OTHER] = { NULL, NULL, false },
};

static struct span
about_name(struct arena *arena, const struct tls_info *t, const char **next)
{
	const char *why = mismatches[t->name].why;

	if (mismatches[t->name].next)
		*next = mismatches[t->name].next;
	return arena_printf(arena, "the name: wanted %.*s, the certificate is for %.*s%s%s",
	    SPAN_ARG(t->wanted), SPAN_ARG(cert_names(arena, t)), why ? ": " : "", why ? why : "");
}

struct span
cert_mismatch(struct arena *arena, const struct tls_info *t)
{
	const char *why = mismatches[t->name].why;

	if (mismatches[t->name].alone)
		return arena_printf(arena, "not for %.*s: %s", SPAN_ARG(t->wanted), why);
	return arena_printf(arena, "not for %.*s, it is for %.*s%s%s", SPAN_ARG(t->wanted),
	    SPAN_ARG(cert_names(arena, t)), why ? ": " : "", why ? why : "");
}

static struct span
about_dates(
    struct arena *arena, const struct tls_info *t, const struct tls_problem *p, bool expired)
{
	const struct tls_cert *c = NULL;
	const char *whose = p->depth == 0 ? "it" : "an issuer in the chain";
	char date[16];

	for (size_t i = 0; i < t->ncerts && !c; i++)
		if (span_eq(t->cert[i].subject, p->subject))
			c = &t->cert[i];
	if (!c)
		return arena_printf(
		    arena, expired ? "%s has expired" : "%s is not valid yet", whose);
	cert_date(date, expired ? c->not_after : c->not_before);
	if (expired)
		return arena_printf(arena, "%s expired %ld days ago, on %s", whose,
		    cert_days(t->at, c->not_after), date);
	return arena_printf(arena, "%s is valid only from %s, in %ld days", whose, date,
	    cert_days(c->not_before, t->at));
}

/* A missing intermediate is told from an unknown root by what the server sent. */
static struct span
about_issuer(
    struct arena *arena, const struct tls_info *t, const struct tls_problem *p, const char **next)
{
	const struct tls_cert *last = t->ncerts > 0 ? &t->cert[t->ncerts - 1] : NULL;
	struct span issuer = last ? cert_name_long(arena, last->issuer) : SPAN("?");

	if (t->ncerts <= 1 && p->depth == 0) {
		*next = "if that is a public CA, the server must send its intermediate certificate "
			"too (the \"full chain\" file); "
			"if it is a private one, trust it by --ca FILE";
		return arena_printf(arena,
		    "its issuer, %.*s, is not known here, and the server sent no certificate of it",
		    SPAN_ARG(issuer));
	}
	*next =
	    "a private or a new CA: trust it by --ca FILE, or update this machine's certificates";
	return arena_printf(
	    arena, "its chain ends in a root that is not known here, %.*s", SPAN_ARG(issuer));
}

struct span
cert_problem(
    struct arena *arena, const struct tls_info *t, const struct tls_problem *p, const char **next)
{
	const struct verify_info *info = verify_info(p->code);
	struct span name = span_of(p->name);

	*next = info ? info->next : NULL;
	if (tls_problem_is_issuer(p) && t->no_trust.len > 0) {
		if (t->ca_given) {
			*next = "openssl rehash FOLDER makes them";
			return arena_printf(arena,
			    "%.*s, which --ca names, has no hash links of certificates: openssl "
			    "rehash makes them",
			    SPAN_ARG(t->no_trust));
		}
		*next = "install this system's CA certificates (on Debian the package "
			"ca-certificates), or give some by --ca FILE";
		return arena_printf(arena,
		    "this machine has no CA certificates (looked for in %.*s): install them (on "
		    "Debian the package "
		    "ca-certificates), or give some by --ca FILE",
		    SPAN_ARG(t->no_trust));
	}
	if (tls_problem_is_name(p) && t->wanted.len > 0)
		return about_name(arena, t, next);
	if (span_eq(name, SPAN("X509_V_ERR_CERT_HAS_EXPIRED")))
		return about_dates(arena, t, p, true);
	if (span_eq(name, SPAN("X509_V_ERR_CERT_NOT_YET_VALID")))
		return about_dates(arena, t, p, false);
	if (span_eq(name, SPAN("X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY")))
		return about_issuer(arena, t, p, next);
	if (span_eq(name, SPAN("X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN")))
		return arena_printf(arena,
		    "its chain ends in a root that the server sent and that is not trusted here, "
		    "%.*s",
		    SPAN_ARG(cert_name_long(arena, p->subject)));
	if (!info)
		return p->text;
	char *text = arena_string(arena, span_of(info->means));
	if (text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'a')
		text[0] = (char)(text[0] + 32);
	return span_of(text);
}
