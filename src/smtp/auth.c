/* auth - SASL exchanges. */
#include "smtp/auth.h"

#include <stdlib.h>

#include "base/base64.h"
#include "base/secret.h"
#include "base/text.h"

struct auth {
	const struct mechanism *mech;
	const struct auth_credentials *who;
	const struct sasl *lib;
	void *exchange;			/* of `lib` */
	unsigned n;
};

bool
auth_offered(struct span offered, const char *mechanism)
{
	for (struct span word = span_word(&offered); word.len > 0; word = span_word(&offered))
		if (span_eq_case(word, span_of(mechanism)))
			return true;
	return false;
}

/* Whether it may be chosen by its rank, when the user named no mechanism. */
static bool
may_choose(const struct mechanism *m, unsigned rank, struct span offered, bool bound)
{
	return rank > 0 && (bound || !(m->flags & AUTH_BOUND)) && auth_offered(offered, m->name);
}

const struct mechanism *
auth_best(struct span offered, bool tls, bool bound, const struct sasl *lib)
{
	const struct mechanism *best = NULL, *m;
	unsigned best_rank = 0;

	for (size_t i = 0; (m = mechanism_row(i)); i++) {
		unsigned rank = tls ? m->rank_tls : m->rank;
		if (rank <= best_rank || !may_choose(m, rank, offered, bound) ||
		    (!m->respond && (!lib || !lib->have(m->name))))
			continue;
		best = m;
		best_rank = rank;
	}
	return best;
}

bool
auth_wants_library(struct span offered)
{
	const struct mechanism *m;

	for (size_t i = 0; (m = mechanism_row(i)); i++)
		if (!m->respond && may_choose(m, m->rank_tls, offered, true))
			return true;
	return false;
}

struct auth *
auth_new(const struct mechanism *mech, const struct auth_credentials *who, const struct sasl *lib,
    struct err *err)
{
	void *exchange = NULL;

	if (!mech->respond) {
		if (!lib || !lib->have(mech->name)) {
			err_set(err, ERR_SYSTEM, "%s needs libgsasl, and %s", mech->name,
			    lib ? "this one does not have it" :
				  "smtpsh was built or installed without it");
			return NULL;
		}
		exchange = lib->begin(mech, who, err);
		if (!exchange)
			return NULL;
	}
	struct auth *a = memory_zeroed(sizeof *a);
	*a = (struct auth){ .mech = mech, .who = who, .lib = lib, .exchange = exchange };
	return a;
}

void
auth_free(struct auth *a)
{
	if (!a)
		return;
	if (a->exchange)
		a->lib->end(a->exchange);
	free(a);
}

bool
auth_respond(struct auth *a, struct span challenge, struct buf *out, struct err *err)
{
	unsigned n = a->n++;

	if (a->exchange)
		return a->lib->step(a->exchange, challenge, out, err);
	return a->mech->respond(a->who, n, challenge, out, err);
}

bool
auth_is_slow(const struct mechanism *mech, struct span challenge)
{
	struct span count = span_skip(span_find(challenge, SPAN(",i=")), 3);
	unsigned long long rounds;

	count = span_until(&count, ',');
	return (mech->flags & AUTH_ROUNDS) && count.len > 0 &&
	    !span_number(count, AUTH_ROUNDS_SLOW, &rounds);
}

bool
auth_confirm(struct auth *a, struct err *err)
{
	return !a->exchange || a->lib->proved(a->exchange) ||
	    err_set(err, ERR_PROTO,
		"the server sent 235 without proving that it knows the password (%s)",
		a->mech->source);
}

/* ---- what may be shown */

struct span
auth_user(struct span mechanism, unsigned n, struct span response)
{
	const struct mechanism *m = mechanism_named(mechanism);

	return m && m->user ? m->user(n, response) : SPAN_NONE;
}

struct span
auth_secret(struct span mechanism, unsigned n, bool asked, struct span response)
{
	const struct mechanism *m = mechanism_named(mechanism);

	return m && m->secret ? m->secret(n, asked, response) : response;
}

#define USER_SHOWN "<user \""

struct span
auth_shown(struct arena *arena, struct span mech, unsigned n, bool asked, struct span line)
{
	struct arena scratch = { 0 };
	struct span response = SPAN_NONE, user = SPAN_NONE, shown;

	if (line.len == 0 || (line.len == 1 && (line.at[0] == '=' || line.at[0] == '*')))
		return arena_copy(arena, line);
	const struct mechanism *m = mechanism_named(mech);
	bool by_challenge = m && (m->flags & AUTH_ASKED);
	if (base64_decode(&scratch, line, &response) && (!by_challenge || asked))
		user = auth_user(mech, by_challenge ? 0 : n, response);
	if (user.len > 0 && user.len <= 320 && text_is_safe(user))
		shown = arena_printf(
		    arena, USER_SHOWN "%.*s\", %zu octets>", SPAN_ARG(user), line.len);
	else
		shown = arena_printf(arena, "<secret, %zu octets>", line.len);
	secret_wipe(response);
	arena_release(&scratch);
	return shown;
}

struct span
auth_shown_user(struct span shown)
{
	struct span user = span_skip(span_find(shown, SPAN(USER_SHOWN)), sizeof USER_SHOWN - 1);

	/* up to the last quote: the name itself may contain quotes */
	while (user.len > 0 && user.at[user.len - 1] != '"')
		user.len--;
	return span_first(user, user.len - (user.len > 0));
}

bool
auth_is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!name.at[i] ||
		    !strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
			name.at[i]))
			return false;
	return name.len > 0 && name.len <= 20;
}

bool
auth_challenge(struct arena *arena, struct span text, struct span *out)
{
	if (base64_decode(arena, text, out))
		return true;
	*out = arena_copy(arena, text);
	return false;
}
