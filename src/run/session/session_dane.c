/* session - the TLSA records of the host connected to: asked for beside the banner, there before the handshake. */
#include "run/session/session_impl.h"

#include <stdlib.h>

static struct tls_dane *
found(struct session *s)
{
	if (!s->dane)
		s->dane = ARENA_NEW(&s->link, struct tls_dane);
	return s->dane;
}

static void
take_records(struct session *s, const struct dns_answer *answer, struct span owner)
{
	struct tls_dane *d = found(s);
	const struct dns_record *r = NULL;

	d->result = ARENA_ARRAY(&s->link, struct tlsa_result, TLS_DANE_RECORDS_MAX);
	while (d->n < TLS_DANE_RECORDS_MAX && (r = dns_next(answer, owner, DNS_TLSA, r)))
		d->result[d->n++].record = (struct tlsa){
			r->usage, r->selector, r->matching, arena_copy(&s->link, r->data),
		};
}

static void
take(struct session *s, const struct dns_reply *reply)
{
	struct tls_dane *d = found(s);
	struct span owner = d->name;
	unsigned steps;

	if (!reply->ok) {
		d->state = DANE_UNKNOWN;
		d->why = dns_tries_text(reply, &s->link);
	} else if (!dns_follow(reply->answer, d->name, &owner, &steps)) {
		d->state = DANE_UNKNOWN;
		d->why = SPAN("its CNAMEs form a loop");
	} else {
		take_records(s, reply->answer, owner);
		d->state = d->n > 0 && !reply->authentic ? DANE_INSECURE : DANE_NONE;
	}
	if (reply->ok && d->n == 0 && d->why.len == 0)
		d->why = reply->answer->rcode == DNS_NXDOMAIN ? SPAN("the name does not exist (NXDOMAIN)") : SPAN("there is none");
}

static void
on_tlsa(void *ctx, const struct dns_reply *reply)
{
	struct session *s = ctx;

	s->working = true;
	s->dane_query = NULL;
	take(s, reply);
	if (s->shake_when_sent)
		session_wait(s, "the end of the TLS handshake", s->opts->timeouts.tls);
	s->working = false;
	session_work(s);
}

void
session_ask_tlsa(struct session *s)
{
	struct addr literal;
	struct span name = session_reference(s);

	if (s->opts->dane == DANE_OFF || s->role == CONV_SERVER)
		return;
	struct tls_dane *d = found(s);
	if (s->target.kind == TARGET_UNIX || addr_parse(&literal, name, 0)) {
		d->why = SPAN("an address has none: connect by name, or name it by --sni");
		return;
	}
	unsigned port = s->hop && s->hop->naddr ? addr_port(&s->hop->addr[0]) : s->target.port;
	d->name = arena_printf(&s->link, "_%u._tcp.%.*s", port, SPAN_ARG(name));
	s->dane_query = dns_ask(session_env_dns(s->env), d->name, DNS_TLSA, on_tlsa, s);
	if (!s->dane_query)
		d->why = SPAN("the name is too long");
}

const struct tls_info *
session_judge_dane(struct session *s, const struct tls_info *info)
{
	if (s->opts->dane == DANE_OFF || s->role == CONV_SERVER)
		return info;
	struct tls_info *with = ARENA_NEW(&s->link, struct tls_info);
	struct tls_dane *d = ARENA_NEW(&s->link, struct tls_dane);
	*d = *found(s);
	if (!d->name.len && !d->why.len)
		d->why = SPAN("it was not connected to by name");
	conn_tls_dane(s->conn, d, &s->link);
	*with = *info;
	with->dane = d;
	return with;
}

/* What --dane=require makes of it; NULL: it goes on. */
const char *
session_dane_refuses(const struct session *s)
{
	static const char *const why[] = {
		[DANE_NONE] = "there are no TLSA records", [DANE_INSECURE] = "the TLSA records are not secure",
		[DANE_UNKNOWN] = "the TLSA records could not be asked for", [DANE_UNUSABLE] = "no TLSA record is usable",
		[DANE_MISMATCHED] = "no TLSA record matches the server's certificates",
	};

	if (s->opts->dane != DANE_REQUIRE || s->role == CONV_SERVER || !s->tls->dane)
		return NULL;
	return s->tls->dane->state == DANE_MATCHED ? NULL : why[s->tls->dane->state];
}

void
session_forget_dane(struct session *s)
{
	dns_cancel(s->dane_query);
	s->dane_query = NULL;
	s->dane = NULL;
}
