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
