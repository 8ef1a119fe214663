/* cert_words - names and dates of certificates, for people to read. */
#include "run/diagnosis/cert_words.h"

#include <stdio.h>

#include "base/ascii.h"
#include "base/utc.h"
#include "net/tls_words.h"

/* Removes the backslashes of RFC 2253; an octet given in hex stays visible: \1B becomes \x1B. */
static struct span
unescaped(struct arena *arena, struct span s)
{
	char *out = arena_get(arena, 2 * s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		bool escaped = s.at[i] == '\\' && i + 1 < s.len;
		if (escaped && i + 2 < s.len && ascii_hex(s.at[i + 1]) >= 0 &&
		    ascii_hex(s.at[i + 2]) >= 0) {
			out[n++] = '\\';
			out[n++] = 'x';
		}
		i += escaped;
		out[n++] = s.at[i];
	}
	return (struct span){ out, n };
}

/*
 * Returns the value of the first attribute of a type ("CN="), which ends at an unescaped comma or
 * plus.
 */
static struct span
part_of(struct arena *arena, struct span name, struct span type)
{
	while (name.len > 0) {
		size_t end = 0;
		while (end < name.len && name.at[end] != ',' && name.at[end] != '+')
			end += name.at[end] == '\\' && end + 1 < name.len ? 2 : 1;
		if (span_starts(name, type))
			return unescaped(arena, span_skip(span_first(name, end), type.len));
		name = span_skip(name, end + 1);
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
	for (size_t i = 0; i < c->nsan && i < 5; i++)
		all = arena_join(arena, all, ", ", cert_san_bare(c->san[i]));
	if (c->nsan > 5)
		return arena_printf(arena, "%.*s and %zu more", SPAN_ARG(all), c->nsan - 5);
	return all.len > 0 ? all : SPAN("no names");
}
