/* result - copies what must outlive the session into the result's arena. */
#include "run/probe/probe_impl.h"

#include "net/tls_dane.h"
#include "smtp/verb.h"

enum { KEEP_LINES = 64, KEEP_OCTETS = 8 << 10, KEEP_RAW = 200 };

const struct reply *
probe_keep_reply(struct arena *arena, const struct reply *r)
{
	struct reply *copy = ARENA_NEW(arena, struct reply);
	size_t n = r->nlines < KEEP_LINES ? r->nlines : KEEP_LINES, room = KEEP_OCTETS;

	*copy = *r;
	/* the beginning of what is not a reply tells which protocol it is */
	copy->raw = r->flaws & REPLY_NO_CODE ? arena_copy(arena, span_first(r->raw, KEEP_RAW)) :
					       SPAN_NONE;
	copy->line = ARENA_ARRAY(arena, struct span, n);
	copy->nlines = n;
	for (size_t i = 0; i < n; i++) {
		copy->line[i] = arena_copy(arena, span_first(r->line[i], room));
		room -= copy->line[i].len;
	}
	return copy;
}

static const struct extensions *
probe_keep_extensions(struct arena *arena, const struct extensions *e)
{
	struct extensions *copy = ARENA_NEW(arena, struct extensions);

	*copy = *e;
	copy->host = arena_copy(arena, e->host);
	copy->greeting = copy->closing = SPAN_NONE;
	copy->list = ARENA_ARRAY(arena, struct extension, e->n);
	for (size_t i = 0; i < e->n; i++) {
		copy->list[i] = e->list[i];
		copy->list[i].keyword = arena_copy(arena, e->list[i].keyword);
		copy->list[i].params = arena_copy(arena, e->list[i].params);
	}
	return copy;
}

static void
keep_cert(struct arena *arena, const struct tls_cert *from, struct tls_cert *to)
{
	struct span *own[] = { &to->subject, &to->issuer, &to->key, &to->signature, &to->serial,
		&to->sha256, &to->spki_sha256 };

	*to = *from;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		*own[i] = arena_copy(arena, *own[i]);
	to->san = ARENA_ARRAY(arena, struct span, from->nsan);
	for (size_t i = 0; i < from->nsan; i++)
		to->san[i] = arena_copy(arena, from->san[i]);
}

const struct tls_dane *
probe_keep_dane(struct arena *arena, const struct tls_dane *d)
{
	if (!d)
		return NULL;
	struct tls_dane *copy = ARENA_NEW(arena, struct tls_dane);
	*copy = (struct tls_dane){ .state = d->state,
		.name = arena_copy(arena, d->name),
		.why = arena_copy(arena, d->why),
		.trust = d->trust,
		.resolver = d->resolver,
		.authentic = d->authentic,
		.n = d->n };
	copy->result = ARENA_ARRAY(arena, struct tlsa_result, d->n);
	for (size_t i = 0; d->result && i < d->n; i++) {
		const struct tlsa_result *from = &d->result[i];
		struct tlsa_result *to = &copy->result[i];
		*to = (struct tlsa_result){ .verdict = from->verdict,
			.depth = from->depth,
			.why = arena_copy(arena, from->why),
			.chain = from->chain,
			.name = from->name,
			.peer_name = arena_copy(arena, from->peer_name) };
		to->record = (struct tlsa){ from->record.usage, from->record.selector,
			from->record.matching, SPAN_NONE, from->record.malformed };
		to->chain.subject = arena_copy(arena, from->chain.subject);
		if (from == d->match)
			copy->match = to;
	}
	return copy;
}

const struct tls_info *
probe_keep_tls(struct arena *arena, const struct tls_info *t)
{
	struct tls_info *copy = ARENA_NEW(arena, struct tls_info);
	struct span *own[] = { &copy->version, &copy->cipher, &copy->group, &copy->sni,
		&copy->wanted, &copy->peer_name, &copy->alpn, &copy->chain.subject,
		&copy->no_trust };

	*copy = *t;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		*own[i] = arena_copy(arena, *own[i]);
	copy->problem = ARENA_ARRAY(arena, struct tls_problem, t->nproblems);
	for (size_t i = 0; i < t->nproblems; i++) {
		copy->problem[i] = t->problem[i];
		copy->problem[i].text = arena_copy(arena, t->problem[i].text);
		copy->problem[i].subject = arena_copy(arena, t->problem[i].subject);
	}
	copy->cert = ARENA_ARRAY(arena, struct tls_cert, t->ncerts);
	for (size_t i = 0; i < t->ncerts; i++)
		keep_cert(arena, &t->cert[i], &copy->cert[i]);
	copy->dane = probe_keep_dane(arena, t->dane);
	return copy;
}

static void
keep_helo(struct probe_result *r, struct span line)
{
	struct span name;

	if (verb_is_hello(verb_of(line, &name)))
		r->helo = arena_copy(&r->arena, span_first(span_trim(name), KEEP_RAW));
}

void
probe_keep_event(struct probe_result *r, const struct event *e)
{
	switch (e->kind) {
	case EVENT_SENT:
		if (e->sent.kind == SENT_COMMAND)
			keep_helo(r, e->sent.text);
		break;
	case EVENT_ATTEMPT:
		/* if all attempts fail, the last one is reported */
		r->addr = e->attempt.to;
		break;
	case EVENT_CONNECTED:
		r->addr = e->connected.peer;
		r->local = e->connected.local;
		break;
	case EVENT_EXTENSIONS:
		r->extensions = probe_keep_extensions(&r->arena, e->extensions);
		if (!e->tls)
			r->clear = r->extensions;
		break;
	case EVENT_TLS:
		r->tls = e->shaken.info;
		r->dane = probe_keep_dane(&r->arena, r->tls->dane);
		r->extensions = NULL;
		break;
	default:
		break;
	}
}

void
probe_keep_out_of_step(struct probe_result *r, const struct event *e, enum probe_phase phase)
{
	const struct reply *reply = e->answer.reply;
	char text[STANDING_TEXT];

	if (r->out_of_step)
		return;
	standing_text(&e->answer.due, e->answer.standing, reply->code, text);
	r->out_of_step = true;
	r->err = ERR_PROTO;
	r->phase = phase;
	r->done &= ~(1u << phase);
	r->text = arena_printf(&r->arena, "%s: %03u %.*s", text, reply->code,
	    SPAN_ARG(span_first(reply->line[0], 300)));
}

enum probe_phase
probe_most_time(const struct probe_result *r)
{
	enum probe_phase most = PHASE_RESOLVE;

	for (enum probe_phase p = PHASE_RESOLVE; p < r->phase; p++)
		if (r->us[p] > r->us[most])
			most = p;
	return r->late && r->us[most] > r->us[r->phase] && 2 * r->us[most] >= r->total_us ?
	    most :
	    PHASE_COUNT;
}
