/* secure - the result of TLS, and whether it suffices. */
#include "run/session/secure.h"

#include <stdio.h>

#include "base/text.h"

void
secure_forget(struct secure *x)
{
	dane_free(x->dane_query);
	x->dane_query = NULL;
	x->dane = NULL;
	x->tls = NULL;
	x->dane_noted = x->starttls_refused = x->shake_when_sent = false;
	x->shake_us = 0;
}

bool
secure_is_shaking(const struct secure *x)
{
	return x->shake_us || x->shake_when_sent;
}

struct span
secure_reference(const struct session_opts *o, struct span host)
{
	struct span name = o->sni ? span_of(o->sni) : host;
	struct addr literal;

	if (name.len > 1 && name.at[name.len - 1] == '.' && !addr_parse(&literal, name, 0))
		name.len--; /* RFC 6066 3: without a final dot */
	return name;
}

const struct dane_path *
secure_dane_path(const struct session_opts *o, const struct route_hop *hop, bool by_network,
    struct dane_path *named)
{
	static const struct dane_path nowhere = { 0 };
	const struct dane_path *path = hop && hop->path ? hop->path : &nowhere;
	struct addr literal;

	*named = (struct dane_path){ .by = DANE_BY_FILE,
		.host = secure_reference(o, hop ? hop->host : SPAN_NONE),
		.trust = DNS_TRUST_OPTION };
	if (o->path && dns_name_eq(o->path->host, path->host))
		return o->path;
	if (path->by == DANE_BY_NOTHING && hop && by_network &&
	    !addr_parse(&literal, named->host, 0))
		return named;
	return path;
}

/*
 * At most half of the time that is left, so that a silent name server does not use up the time that
 * the dialogue needs.
 */
uint64_t
secure_dane_until(const struct timeouts *t, uint64_t now_us, uint64_t until_us)
{
	uint64_t left = until_us > now_us ? (until_us - now_us) / 2 : 0;

	if (t->resolve && (left == 0 || t->resolve * 1000 < left))
		left = t->resolve * 1000;
	return left ? now_us + left : 0;
}

const struct tls_problem *
secure_fatal(const struct tls_info *tls, enum verify verify)
{
	if (verify <= VERIFY_OFF || tls_dane_vouches(tls))
		return NULL;
	for (size_t i = 0; i < tls->nproblems; i++)
		if (verify == VERIFY_NAME || !tls_problem_is_name(&tls->problem[i]))
			return &tls->problem[i];
	return NULL;
}

bool
secure_is_pinned(const struct tls_info *tls, const struct session_opts *o)
{
	char hex[65];

	for (size_t i = 0; i < o->npins && tls->ncerts > 0; i++) {
		struct span digest = { text_hex(hex, span_first(o->pin[i], 32)), 64 };
		if (span_eq_case(digest, tls->cert[0].spki_sha256) ||
		    span_eq_case(digest, tls->cert[0].sha256))
			return true;
	}
	return o->npins == 0;
}

struct span
secure_dane_refuses(const struct tls_info *tls, enum dane wanted, struct arena *arena)
{
	if (wanted != DANE_REQUIRE || !tls->dane || tls_dane_vouches(tls))
		return SPAN_NONE;
	return dane_sentence(tls->dane, arena);
}

struct span
secure_dane_note(struct secure *x, const struct extensions *e, struct arena *arena)
{
	if (!x->dane || x->tls || secure_is_shaking(x) || x->dane_noted)
		return SPAN_NONE;
	if (!e || (extensions_offer(e, "STARTTLS") && !x->starttls_refused))
		return SPAN_NONE;
	x->dane_noted = true;
	return arena_printf(arena, "DANE: %.*s%s", SPAN_ARG(dane_sentence(x->dane, arena)),
	    !tls_dane_requires_tls(x->dane) ? "" :
		x->starttls_refused	    ? "; STARTTLS was rejected" :
					      "; STARTTLS is not offered");
}

const struct tls_dane *
secure_dane(const struct secure *s)
{
	return s->tls && s->tls->dane ? s->tls->dane : s->dane;
}
