/*
 * session - the TLSA records of the host connected to: asked for beside the greeting, there before
 * the handshake.
 */
#include "run/session/session_impl.h"

#include <stdlib.h>

/* Without TLS, and it will not come: what the records say of that, once. */
void
session_note_dane(struct session *s)
{
	if (!s->dane || s->tls || s->shake_us || s->shake_when_sent || s->dane_noted ||
	    s->role == CONV_SERVER)
		return;
	if (!s->extensions || (extensions_offer(s->extensions, "STARTTLS") && !s->starttls_refused))
		return;
	struct span text = dane_sentence(s->dane, &s->link);
	s->dane_noted = true;
	session_note(s, "DANE: %.*s%s", SPAN_ARG(text),
	    !tls_dane_requires_tls(s->dane) ? "" :
		s->starttls_refused ? "; STARTTLS is rejected, so senders with DANE defer mail" :
				      "; STARTTLS is not offered, so senders with DANE defer mail");
}

static void
on_dane(void *ctx, struct tls_dane *dane)
{
	struct session *s = ctx;
	bool within = s->working;		/* told at once, while it was asked for */

	s->working = true;
	s->dane = dane;
	if (!within) {
		dane_free(s->dane_query);
		s->dane_query = NULL;
		if (s->shake_when_sent)
			session_wait(s, WAIT_TLS, s->opts->timeouts.tls);
		else if (s->wait == WAIT_TLSA)
			session_tell(s, &(struct news){ .kind = NEWS_TLSA });
		session_note_dane(s);
		s->working = false;
		session_work(s);
	}
}

/*
 * Of what is left of the time for all, half: so that a silent name server does not take what the
 * dialogue needs.
 */
void
session_ask_tlsa(struct session *s)
{
	static const struct dane_path nowhere = { 0 };
	uint64_t now = loop_now_us(), ms = s->opts->timeouts.resolve;
	uint64_t left = s->until_us > now ? (s->until_us - now) / 2 : 0;

	if (s->opts->dane == DANE_OFF || s->role == CONV_SERVER)
		return;
	if (ms && (left == 0 || ms * 1000 < left))
		left = ms * 1000;
	struct lookup_env env = { .dns = session_env_dns(s->env),
		.opts = &s->opts->route,
		.arena = &s->link,
		.until_us = left ? now + left : 0 };
	unsigned port = s->hop && s->hop->naddr ? addr_port(&s->hop->addr[0]) : s->target.port;
	const struct dane_path *given = s->opts->path, *path = s->hop && s->hop->path ? s->hop->path : &nowhere;
	struct dane_path named = {
		.by = DANE_BY_FILE, .host = session_reference(s), .trust = DNS_TRUST_OPTION
	};
	struct addr literal;
	if (given && dns_name_eq(given->host, path->host))
		path = given;
	else if (path->by == DANE_BY_NOTHING && s->hop && s->target.kind != TARGET_UNIX &&
	    !addr_parse(&literal, named.host, 0))
		path = &named;			/* an address that --sni has given a name */
	s->dane_query = dane_find(&env, path, port, on_dane, s);
}

bool
session_awaits_tlsa(const struct session *s)
{
	return s->dane_query != NULL;
}

const struct tls_dane *
session_dane(const struct session *s)
{
	return s->tls && s->tls->dane ? s->tls->dane : s->dane;
}

const struct tls_info *
session_judge_dane(struct session *s, const struct tls_info *info)
{
	if (s->opts->dane == DANE_OFF || s->role == CONV_SERVER)
		return info;
	struct tls_info *with = ARENA_NEW(&s->link, struct tls_info);
	struct tls_dane *d = ARENA_NEW(&s->link, struct tls_dane);
	if (s->dane)
		*d = *s->dane;
	else
		d->why = SPAN("it was not connected to by name");
	conn_tls_dane(s->conn, d, &s->link);
	*with = *info;
	with->dane = d;
	return with;
}

/* What --dane=require makes of it; empty: it goes on. */
struct span
session_dane_refuses(struct session *s)
{
	if (s->opts->dane != DANE_REQUIRE || s->role == CONV_SERVER || !s->tls->dane ||
	    tls_dane_vouches(s->tls))
		return SPAN_NONE;
	return dane_sentence(s->tls->dane, &s->link);
}

void
session_forget_dane(struct session *s)
{
	dane_free(s->dane_query);
	s->dane_query = NULL;
	s->dane = NULL;
	s->dane_noted = s->starttls_refused = false;
}
