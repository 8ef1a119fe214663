/* offers - what a session has learned from its peer. */
#include "run/session/offers.h"

#include <assert.h>
#include <stdlib.h>

enum { NAME_MAX_OCTETS = 255 }; /* RFC 5321 4.5.3.1.2 */

void
offers_release(struct offers *o)
{
	for (size_t i = 0; i < OFFER_STATES; i++)
		arena_release(&o->ehlo[i]);
	arena_release(&o->last);
	free(o->name);
	*o = (struct offers){ 0 };
}

void
offers_keep_reply(struct offers *o, const struct reply *r)
{
	struct reply *copy;

	arena_reset(&o->last);
	copy = ARENA_NEW(&o->last, struct reply);
	reply_parse(arena_copy(&o->last, r->raw), &o->last, copy);
	if (copy->nlines == 0)
		*copy = (struct reply){
			.line = ARENA_NEW(&o->last, struct span), .nlines = 1, .code = r->code
		};
	o->last_reply = copy;
}

const struct extensions *
offers_learn(struct offers *o, enum offer_state state, const struct reply *r)
{
	assert(state < OFFER_STATES);
	arena_reset(&o->ehlo[state]);
	o->now = o->of[state] = ARENA_NEW(&o->ehlo[state], struct extensions);
	extensions_parse(r, &o->ehlo[state], o->now);
	return o->now;
}

void
offers_tls_began(struct offers *o)
{
	o->now = NULL;
}

void
offers_forget(struct offers *o)
{
	o->now = NULL;
	memset(o->of, 0, sizeof o->of);
	free(o->name);
	o->name = NULL;
}

enum offer_state
offers_state(const struct dialogue *d)
{
	return d->authenticated ? OFFER_AUTH : d->tls ? OFFER_TLS : OFFER_CLEAR;
}

void
offers_sent_hello(struct offers *o, struct span line, const char *set)
{
	struct span rest = line, name;

	span_word(&rest);
	name = span_word(&rest);
	if (name.len == 0 || name.len > NAME_MAX_OCTETS || span_has(name, 0) ||
	    (o->name && span_eq(span_of(o->name), name)))
		return;
	free(o->name);
	o->name = memory_zeroed(name.len + 1);
	memcpy(o->name, name.at, name.len);
	o->under = set;
}

const char *
offers_name(const struct offers *o, const char *set)
{
	return o->name && o->under == set ? o->name : NULL;
}
