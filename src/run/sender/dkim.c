/* dkim - looks up and parses the public key of a DKIM selector. */
#include "run/sender/dkim.h"

#include <assert.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/text.h"
#include "net/tls_key.h"
#include "run/sender/tags.h"

struct dkim_query {
	struct lookup_env env;
	dkim_fn *fn;
	void *ctx;
	struct dns_query *dns;
	struct dkim_key *key;
};

const char *
dkim_state_word(enum dkim_state state)
{
	static const char *const words[] = {
#define X(name, word) [DKIM_##name] = word,
		DKIM_STATES(X)
#undef X
	};

	assert((size_t)state < sizeof words / sizeof *words);
	return words[state];
}

/* Returns whether a colon-separated list has this word. */
static bool
lists(struct span list, const char *word)
{
	while (list.len > 0)
		if (span_eq_case(span_trim(span_until(&list, ':')), span_of(word)))
			return true;
	return false;
}

/* An Ed25519 key is 32 raw octets (RFC 8463 4.2), an RSA key a DER structure (RFC 6376 3.6.1). */
static void
read_key(struct dkim_key *k, struct span p, struct arena *arena)
{
	bool rsa = span_eq_case(k->type, SPAN("rsa")),
	     ed25519 = span_eq_case(k->type, SPAN("ed25519"));
	struct span octets;

	k->state = DKIM_MALFORMED;
	if (!rsa && !ed25519) {
		k->state = DKIM_UNKNOWN;
	} else if (!base64_decode_loosely(arena, p, &octets)) {
		k->why = SPAN("p= is not base64");
	} else if (ed25519) {
		k->why = SPAN("p= is not 32 octets, as Ed25519 keys are (RFC 8463 4.2)");
		if (octets.len == 32)
			k->state = DKIM_GOOD;
	} else {
		struct err err = { 0 };
		k->bits = tls_key_rsa_bits(octets, &err);
		k->why = SPAN("p= is not an RSA public key");
		if (err.kind != ERR_NONE) {
			k->state = DKIM_FAILED;
			k->why = arena_copy(arena, span_of(err.text));
			return;
		}
		if (k->bits > 0)
			k->state = k->bits < DKIM_BITS_MIN ? DKIM_WEAK : DKIM_GOOD;
	}
	if (k->state != DKIM_MALFORMED)
		k->why = SPAN_NONE;
}

void
dkim_key_parse(struct span text, struct arena *arena, struct dkim_key *k)
{
	struct tags tags;
	const char *why = NULL;

	k->text = text;
	k->type = SPAN("rsa");
	k->state = DKIM_MALFORMED;
	if (!tags_parse(text, &tags, &why)) {
		k->why = span_of(why);
		return;
	}
	const struct tag *v = tags_find(&tags, "v"), *type = tags_find(&tags, "k"),
			 *p = tags_find(&tags, "p"), *t = tags_find(&tags, "t"),
			 *h = tags_find(&tags, "h"), *s = tags_find(&tags, "s");
	if (type)
		k->type = type->value;
	k->testing = t && lists(t->value, "y");
	k->strict = t && lists(t->value, "s");
	k->no_sha256 = h && !lists(h->value, "sha256");
	k->no_email = s && !lists(s->value, "email") && !lists(s->value, "*");
	if (v && (v != tags.tag || !span_eq(v->value, SPAN("DKIM1"))))
		k->why = SPAN("v= is not DKIM1, or does not come first");
	else if (!p)
		k->why = SPAN("it has no p=");
	else if (p->value.len == 0)
		k->state = DKIM_REVOKED;
	else
		read_key(k, p->value, arena);
}

static void
on_reply(void *ctx, const struct dns_reply *reply)
{
	struct dkim_query *q = ctx;
	struct dkim_key *k = q->key;
	const struct dns_record *r = NULL;
	struct span owner, text = SPAN_NONE;
	unsigned steps;
	size_t n = 0;

	q->dns = NULL;
	k->state = DKIM_FAILED;
	if (!reply->ok) {
		k->why = dns_tries_text(reply, q->env.arena);
	} else if (!dns_follow(reply->answer, k->name, &owner, &steps)) {
		k->why = SPAN("its CNAMEs form a loop");
	} else {
		k->authentic = reply->authentic;
		while ((r = dns_next(reply->answer, owner, DNS_TXT, r)))
			if (n++ == 0)
				text = arena_copy(q->env.arena, r->data);
		if (n == 0) {
			k->state = DKIM_NONE;
			k->why = reply->answer->rcode == DNS_NXDOMAIN ?
			    SPAN("the name does not exist (NXDOMAIN)") :
			    SPAN("no data (NODATA)");
		} else {
			dkim_key_parse(text, q->env.arena, k);
			if (n > 1)
				k->state = DKIM_SEVERAL;
		}
	}
	q->fn(q->ctx, k);
}

struct dkim_query *
dkim_find(
    const struct lookup_env *env, struct span selector, struct span domain, dkim_fn *fn, void *ctx)
{
	struct dkim_query *q = memory_zeroed(sizeof *q);

	*q = (struct dkim_query){
		.env = *env, .fn = fn, .ctx = ctx, .key = ARENA_NEW(env->arena, struct dkim_key)
	};
	q->key->name = arena_printf(
	    env->arena, "%.*s._domainkey.%.*s", SPAN_ARG(selector), SPAN_ARG(domain));
	q->dns = dns_ask(env->dns, q->key->name, DNS_TXT, env->until_us, on_reply, q);
	if (q->dns)
		return q;
	q->key->state = DKIM_NONE;
	q->key->why = SPAN("it is not a valid DNS name");
	fn(ctx, q->key);
	free(q);
	return NULL;
}

void
dkim_free(struct dkim_query *q)
{
	if (!q)
		return;
	dns_cancel(q->dns);
	free(q);
}

struct span
dkim_sentence(const struct dkim_key *k, struct arena *arena)
{
	static const char *const words[] = {
		[DKIM_NONE] = "no key at %.*s: %.*s",
		[DKIM_FAILED] = "lookup of %.*s failed: %.*s",
		[DKIM_SEVERAL] = ("%.*s has more than one TXT record, with undefined results (RFC "
				  "6376 3.6.2.2); publish one%.*s"),
		[DKIM_MALFORMED] = "%.*s is malformed: %.*s",
		[DKIM_REVOKED] = "%.*s is revoked: its p= is empty (RFC 6376 3.6.1)%.*s",
		[DKIM_WEAK] = "%.*s: %.*s: too short, rejected by verifiers (RFC 8301 3.2)",
		[DKIM_UNKNOWN] = "%.*s: %.*s: unknown key type (RFC 6376, RFC 8463)",
		[DKIM_GOOD] = "%.*s: %.*s",
	};
	bool bits = k->bits > 0 && k->state != DKIM_SEVERAL;
	struct span name = text_safe(arena, k->name), type = text_safe(arena, k->type),
		    what = k->state < DKIM_SEVERAL || k->state == DKIM_MALFORMED ?
	    text_safe(arena, k->why) :
	    k->state < DKIM_WEAK ? SPAN_NONE :
	    bits		 ? arena_printf(arena, "%.*s, %u bits", SPAN_ARG(type), k->bits) :
				   type;
	const struct {
		bool on;
		const char *text;
	} more[] = {
		{ k->state == DKIM_GOOD && k->bits > 0 && k->bits < DKIM_BITS_GOOD,
		    "; 2048 bits are recommended (RFC 8301 3.2)" },
		{ k->testing, "; in test mode (t=y): verifiers treat its mail as unsigned" },
		{ k->no_sha256, "; its h= lacks sha256, which signers must use (RFC 8301 3.1)" },
		{ k->no_email, "; its s= excludes email" },
	};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	struct span out = arena_printf(arena, words[k->state], SPAN_ARG(name), SPAN_ARG(what));
#pragma GCC diagnostic pop
	for (size_t i = 0; i < sizeof more / sizeof *more; i++)
		if (more[i].on)
			out = arena_printf(arena, "%.*s%s", SPAN_ARG(out), more[i].text);
	return out;
}
