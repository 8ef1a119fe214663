/* target - parses what the user writes to say where to connect. */
#include "run/route/target.h"

#include <arpa/inet.h>
#include <netdb.h>

static const struct scheme {
	const char *prefix;
	enum target_kind kind;
	unsigned port;
	enum target_tls tls;
	bool lmtp;
} schemes[] = {
	{ "smtp://", TARGET_HOST, 25, TARGET_TLS_UNSET, false },
	{ "smtp+tls://", TARGET_HOST, 25, TARGET_TLS_STARTTLS, false },
	{ "smtp+notls://", TARGET_HOST, 25, TARGET_TLS_OFF, false },
	{ "smtps://", TARGET_HOST, 465, TARGET_TLS_IMPLICIT, false },
	{ "submissions://", TARGET_HOST, 465, TARGET_TLS_IMPLICIT, false },
	{ "submission://", TARGET_HOST, 587, TARGET_TLS_STARTTLS, false },
	{ "lmtp://", TARGET_HOST, 24, TARGET_TLS_UNSET, true },
	{ "lmtp+unix://", TARGET_UNIX, 0, TARGET_TLS_UNSET, true },
	{ "lmtp+unix:", TARGET_UNIX, 0, TARGET_TLS_UNSET, true },
	{ "unix://", TARGET_UNIX, 0, TARGET_TLS_UNSET, false },
	{ "unix:", TARGET_UNIX, 0, TARGET_TLS_UNSET, false },
	{ "pipe:", TARGET_PIPE, 0, TARGET_TLS_UNSET, false },
	{ "mx:", TARGET_MX, 25, TARGET_TLS_UNSET, false },
	{ "demo:", TARGET_DEMO, 0, TARGET_TLS_UNSET, false },
};

static bool
target_parse_port(struct target *t, struct span word, struct err *err)
{
	unsigned long long port;
	char name[32];

	if (word.len == 0)
		return err_set(err, ERR_USAGE, "\"%.*s\": no port after \"%c\"", SPAN_ARG(t->text),
		    span_has(t->text, ':') ? ':' : '/');
	if (span_number(word, 65535, &port) && port > 0) {
		t->port = (unsigned)port;
		t->port_given = true;
		return true;
	}
	memcpy(name, word.at ? word.at : "", word.len < sizeof name ? word.len : 0);
	name[word.len < sizeof name ? word.len : 0] = '\0';
	struct servent *service = name[0] ? getservbyname(name, "tcp") : NULL;
	if (!service)
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is neither a port (1 to 65535) nor a service name", SPAN_ARG(word));
	t->port = ntohs((uint16_t)service->s_port);
	t->port_given = true;
	return true;
}

/* Returns "smtp" for "smtp://"; empty for prefixes that are not URL schemes. */
static struct span
scheme_name(const struct scheme *s)
{
	struct span prefix = span_of(s->prefix), mark = span_find(prefix, SPAN("://"));

	return span_first(prefix, prefix.len - mark.len == prefix.len ? 0 : prefix.len - mark.len);
}

/* Returns whether an IPv6 address ends in what may have been meant as its port. */
static bool
target_ends_in_port(struct span address)
{
	static const char *const ports[] = { ":25", ":24", ":465", ":587", ":2525", ":1025" };

	for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
		if (span_ends_case(address, span_of(ports[i])))
			return true;
	return false;
}

/* host, host:port, host/port, [host], [host]:port, an IPv6 literal with or without brackets. */
static bool
target_parse_host(struct target *t, struct span text, struct err *err)
{
	struct span rest = text;

	if (text.len > 0 && text.at[0] == '[') {
		rest = span_skip(text, 1);
		t->host = span_until(&rest, ']');
		if (rest.at == text.at + text.len && (text.at[text.len - 1] != ']'))
			return err_set(err, ERR_USAGE, "\"%.*s\" lacks a \"]\"", SPAN_ARG(text));
		if (span_starts_case(t->host, SPAN("IPv6:")))
			t->host = span_skip(t->host, 5);
		if (rest.len == 0)
			return true;
		if (rest.at[0] != ':' && rest.at[0] != '/')
			return err_set(err, ERR_USAGE,
			    "\"%.*s\": expected \":\" and a port after \"]\"", SPAN_ARG(text));
		return target_parse_port(t, span_skip(rest, 1), err);
	}
	if (span_has(text, '/')) {
		t->host = span_until(&rest, '/');
		return target_parse_port(t, rest, err);
	}
	t->host = span_until(&rest, ':');
	if (t->host.len == text.len)
		return true;
	if (!span_has(rest, ':')) {
		for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
			if (t->host.len > 0 &&
			    span_eq_case(scheme_name(&schemes[i]), t->host))
				return err_set(err, ERR_USAGE, "\"%.*s\": expected %s%.*s",
				    SPAN_ARG(text), schemes[i].prefix, SPAN_ARG(rest));
		return target_parse_port(t, rest, err);
	}
	t->host = text;
	if (target_ends_in_port(text))
		t->hint = SPAN("an IPv6 address with a port is written with brackets: [::1]:25");
	return true;
}

/*
 * Removes the part before the last "@". A password in it is rejected, and not repeated in the
 * error.
 */
static bool
target_check_userinfo(struct target *t, struct span *text, struct err *err)
{
	size_t at = text->len;

	while (at > 0 && text->at[at - 1] != '@')
		at--;
	if (at == 0)
		return true;
	struct span user = span_first(*text, at - 1);
	if (span_has(user, ':'))
		return err_set(err, ERR_USAGE,
		    "do not put a password in a target: others can see the command line; use "
		    "--user and --password-file");
	t->sender = user;
	*text = span_skip(*text, at);
	return true;
}

static bool
target_read(struct target *t, struct err *err)
{
	struct span text = t->text;

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		const struct scheme *s = &schemes[i];
		if (!span_starts_case(text, span_of(s->prefix)))
			continue;
		t->kind = s->kind;
		t->port = s->port;
		t->tls = s->tls;
		t->lmtp = s->lmtp;
		text = span_skip(text, strlen(s->prefix));
		if (s->kind == TARGET_DEMO)
			return text.len == 0 ||
			    err_set(err, ERR_USAGE,
				"\"%.*s\": nothing may follow demo:", SPAN_ARG(t->text));
		if (s->kind == TARGET_UNIX || s->kind == TARGET_PIPE) {
			t->host = text;
			return text.len > 0 ||
			    err_set(err, ERR_USAGE, "\"%s\" requires a %s", s->prefix,
				s->kind == TARGET_UNIX ? "path" : "command");
		}
		if (text.len > 0 && text.at[text.len - 1] == '/')
			text.len--;
		return target_check_userinfo(t, &text, err) && target_parse_host(t, text, err);
	}
	t->port = 25;
	struct span after = span_find(text, SPAN("://"));
	if (after.len > 0)
		return err_set(err, ERR_USAGE,
		    "unknown scheme \"%.*s\": expected smtp, smtps, smtp+tls, smtp+notls, "
		    "submission, submissions, lmtp, unix, pipe, mx or demo",
		    SPAN_ARG(span_first(text, text.len - after.len)));
	if (span_has(text, '@')) {
		t->kind = TARGET_MX;
		return target_check_userinfo(t, &text, err) && target_parse_host(t, text, err);
	}
	return target_parse_host(t, text, err);
}

bool
target_is_same(const struct target *a, const struct target *b)
{
	return a->kind == b->kind && a->port == b->port &&
	    (a->kind == TARGET_HOST || a->kind == TARGET_MX ? span_eq_case(a->host, b->host) :
							      span_eq(a->host, b->host));
}

bool
target_parse(struct target *t, struct span text, struct span port_word, unsigned port,
    struct arena *arena, struct err *err)
{
	*t = (struct target){ .text = arena_copy(arena, text) };
	if (!target_read(t, err))
		return false;
	unsigned long long number;
	if (t->kind == TARGET_HOST && span_number(t->host, 4294967295u, &number))
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is a number, not a host: the host comes first, then the port",
		    SPAN_ARG(text));
	if (span_has(port_word, '.') || span_has(port_word, '@') || span_has(port_word, ':'))
		return err_set(err, ERR_USAGE,
		    "\"%.*s\" is not a port: expected one target (smtpsh probe accepts several)",
		    SPAN_ARG(port_word));
	if (port_word.len > 0 && !target_parse_port(t, port_word, err))
		return false;
	if (!t->port_given && port != 0 && t->port != 0) {
		t->port = port;
		t->port_given = true;
	}
	if (t->port == 465 && t->tls == TARGET_TLS_UNSET)
		t->tls = TARGET_TLS_IMPLICIT;
	if (t->kind != TARGET_DEMO && t->host.len == 0)
		return err_set(err, ERR_USAGE, "no host in \"%.*s\"", SPAN_ARG(text));
	return true;
}
