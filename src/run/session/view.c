/* view - what a session lets others see and change of it. */
#include <stdlib.h>

#include "run/session/session_impl.h"

struct session_view
session_view(const struct session *s)
{
	struct session_view v = {
		.number = s->number,
		.state = s->state,
		.target = s->link.host.len || s->link.target.text.len ? &s->link.target : NULL,
		.dialogue = s->dialogue,
		.host = s->link.host,
		.tls = s->secure.tls,
		.extensions = s->offers.now,
		.last_reply = s->offers.last_reply,
		.busy = s->step != NULL || s->queue != NULL,
		.held = s->wire.held && !s->wire.wants_room,
		.sent_us = s->wire.sent_us,
		.waiting_us = s->waiting_us,
		.wait = s->wait,
		.wait_verb = s->wait_verb,
		.deadline_ms = s->deadline_ms,
		.failed = s->failed,
		.out_of_step = s->wire.out_of_step,
		.auth_refused = s->auth_refused,
		.auth_pending = s->secrets.secrecy.pending,
		.ehlo_due = s->secure.tls && s->dialogue.hello == VERB_OTHER &&
		    s->offers.of[OFFER_CLEAR],
		.asking = s->asking,
		.fate_unknown = s->fate_unknown,
		.route = s->link.route,
		.lmtp = s->opts->lmtp || s->link.target.lmtp,
	};

	if (s->wire.paced_us) {
		v.waiting_us = s->wire.paced_us;
		v.wait = WAIT_PACED;
		v.deadline_ms = 0;
	}
	v.local = s->link.target.kind == TARGET_DEMO || session_is_local(s);
	/* the peer's address is unknown behind a proxy */
	if (s->wire.conn && s->opts->proxy.kind == PROXY_NONE)
		v.peer = *conn_peer(s->wire.conn);
	return v;
}

struct session_info
session_info(struct session *s)
{
	struct session_info info = {
		.host = s->link.host,
		.helo = s->opts->helo_is_secret ? "***" : session_ehlo_name(s),
		.tls = s->secure.tls,
		.extensions = s->offers.now,
		.dialogue = s->dialogue,
		.up_us = loop_now_us() - s->link.up_us,
		.replies = s->wire.replies,
		.octets_in = s->wire.octets_in,
		.octets_out = s->wire.octets_out,
	};

	if (s->wire.conn) {
		info.peer = *conn_peer(s->wire.conn);
		info.local = *conn_local(s->wire.conn);
	}
	return info;
}

void
session_set_number(struct session *s, unsigned number)
{
	s->number = number;
}

void
session_set_end(struct session *s, uint64_t until_us)
{
	s->until_us = until_us;
}

struct conv *
session_conv(struct session *s)
{
	return s->wire.conv;
}

struct dialogue *
session_dialogue(struct session *s)
{
	return &s->dialogue;
}

const struct target *
session_target(const struct session *s)
{
	return &s->link.target;
}

const struct session_opts *
session_opts(const struct session *s)
{
	return s->opts;
}

struct session_env *
session_env(const struct session *s)
{
	return s->env;
}

struct session_opts *
session_change(struct session *s)
{
	if (!s->own_opts && !s->opts->own) {
		s->own_opts = memory_get(sizeof *s->own_opts);
		*s->own_opts = *s->opts;
		s->opts = s->own_opts;
	}
	struct session_opts *mine;
	memcpy(&mine, &s->opts, sizeof mine); /* opts->own, or a copy: ours to change */
	return mine;
}

struct tls_opts *
session_change_tls(struct session *s)
{
	tls_context_free(s->env->client_tls);
	s->env->client_tls = NULL;
	return &s->env->tls;
}

struct arena *
session_settings_arena(struct session *s)
{
	return &s->settings;
}

struct arena *
session_route_arena(struct session *s)
{
	return &s->link.routed;
}

const struct route *
session_route(const struct session *s)
{
	return s->link.route;
}

bool
session_offers(const struct session *s, const char *keyword)
{
	return s->offers.now && extensions_offer(s->offers.now, keyword);
}

enum offer_state
session_offer_state(const struct session *s)
{
	return offers_state(&s->dialogue);
}

const struct extensions *
session_offered(const struct session *s, enum offer_state state)
{
	return s->offers.of[state];
}

bool
session_has_unsent(const struct session *s)
{
	return s->wire.conn &&
	    (conv_output(s->wire.conv).len > 0 || conn_unacknowledged(s->wire.conn));
}

const struct tls_dane *
session_dane(const struct session *s)
{
	return secure_dane(&s->secure);
}
