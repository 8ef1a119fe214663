/* confide - applies the decisions of secrets.c to a session. */
#include "run/session/session_impl.h"

static struct confidant
session_confidant(const struct session *s)
{
	return (struct confidant){
		.connected = s->wire.conn != NULL,
		.tls = s->secure.tls,
		.target = &s->link.target,
		.asked = s->opts->tls,
		.auth = &s->opts->auth,
		.dane_required = s->opts->dane == DANE_REQUIRE,
		.local = session_is_local(s),
		.chosen_by_script = s->link.chosen_by_script,
		.trusted_by_script = s->env->distrusted,
		.ours = s->step && place_is_user(s->step->place),
	};
}

bool
session_is_local(const struct session *s)
{
	return s->wire.conn && s->opts->proxy.kind == PROXY_NONE &&
	    addr_is_loopback(conn_peer(s->wire.conn));
}

bool
session_is_meant(const struct session *s)
{
	struct confidant peer = session_confidant(s);
	struct err err;

	return secrets_are_meant_for(&peer, &err);
}

bool
session_confides(struct session *s, enum secret_from from, bool forced, struct err *err)
{
	struct confidant peer = session_confidant(s);

	return secrets_may_leave(&peer, from, forced, err);
}

bool
session_lets_out(struct session *s, bool secret)
{
	struct err err;

	if (!secret && !(s->step && s->step->secret))
		return true;
	if (!session_confides(s, SECRET_GIVEN, false, &err)) {
		session_fail(s, err.kind, "%s", err.text);
		return false;
	}
	s->secrets.confided = true;
	conv_is_secret(s->wire.conv);
	return true;
}

bool
session_has_confided(const struct session *s)
{
	return s->secrets.confided;
}

void
session_mask(struct session *s, struct span secret)
{
	mask_add(s->env->secrets, secret);
}

void
session_mask_all(struct session *s, const struct mask *more)
{
	mask_join(s->env->secrets, more);
}

struct span
session_starred(struct session *s, struct arena *arena, struct span octets)
{
	return secrecy_shown(&s->secrets.secrecy, arena, octets);
}

const struct secrecy *
session_secrets(const struct session *s)
{
	return &s->secrets.secrecy;
}

struct span
session_shown_piece(struct session *s, struct span piece, struct arena *arena)
{
	return secrets_piece(&s->secrets, piece, s->dialogue.mode, arena);
}

void
session_bindings(struct session *s, struct span *tls_exporter, struct span *tls_unique)
{
	char octets[TLS_BINDING_MAX];
	size_t n;

	*tls_exporter = *tls_unique = SPAN_NONE;
	if (!s->secure.tls)
		return;
	if ((n = conn_tls_binding(s->wire.conn, TLS_EXPORTER, octets)) > 0)
		*tls_exporter = arena_copy(&s->link.arena, (struct span){ octets, n });
	if ((n = conn_tls_binding(s->wire.conn, TLS_UNIQUE, octets)) > 0)
		*tls_unique = arena_copy(&s->link.arena, (struct span){ octets, n });
}
