/* closed - how a connection ended, and what that usually means where it did. */
#include "ui/show/show_line.h"

struct ending {
	unsigned by;			/* bits 1 << CLOSED_* */
	int wait;			/* enum wait: what was waited for; ANY_WAIT */
	enum verb verb;			/* of a reply; VERB_OTHER: any */
	const char *means;
	bool silent, clear;		/* only where nothing of it came; only in the clear */
	bool mute;			/* only where nothing came at all */
};

#define PEER	(1u << CLOSED_BY_PEER)
#define RESET	(1u << CLOSED_RESET)
#define CUT	(1u << CLOSED_TRUNCATED)

enum { ANY_WAIT = -1 };

static const struct ending endings[] = {
	{ PEER, WAIT_GREETING, VERB_OTHER,
	    "closed before a word was said: a full or blocking server, an address it refuses, "
	    "or a port that wants "
	    "TLS from the start (465: smtps://HOST)",
	    .silent = true, .clear = true },
	{ RESET, WAIT_GREETING, VERB_OTHER,
	    "reset before a word was said: a firewall, an address it refuses, or nothing "
	    "behind a load balancer",
	    .silent = true },
	{ PEER | RESET, ANY_WAIT, VERB_OTHER,
	    "not a word came from it: the port may expect TLS from the start (smtps://HOST:PORT or "
	    "--tls=implicit), or "
	    "nothing behind it speaks SMTP",
	    .clear = true, .mute = true },
	{ PEER | RESET | CUT, WAIT_TLS, VERB_OTHER,
	    "the server gave up the handshake without saying why" },
	{ PEER | RESET | CUT, WAIT_REPLY, VERB_EHLO,
	    "a server or a middlebox that does not bear EHLO; try HELO", .silent = true,
	    .clear = true },
	{ PEER | RESET | CUT, WAIT_REPLY, VERB_AUTH,
	    "some servers drop a client after a wrong password, or after several" },
	{ CUT, ANY_WAIT, VERB_OTHER,
	    "TLS was cut off, not ended: a crash, or someone between; the last reply may be "
	    "incomplete" },
	{ RESET, WAIT_NOTHING, VERB_OTHER,
	    "a reset while nothing was asked: a firewall that forgot an idle connection, or a "
	    "server "
	    "that was restarted" },
	{ RESET, ANY_WAIT, VERB_OTHER,
	    "a reset, not a close: the server crashed, or a firewall cut the connection" },
	{ PEER, WAIT_NOTHING, VERB_OTHER,
	    "a server closes when a client is idle for long, after 5 minutes at the earliest (RFC "
	    "5321 "
	    "4.5.3.2.7)" },
	{ PEER, ANY_WAIT, VERB_OTHER,
	    "a server must not close without a reply, 421 if need be (RFC 5321 3.8): a crash, a "
	    "limit, "
	    "or a block" },
};

static const char *
meaning(const struct event *e)
{
	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
		const struct ending *end = &endings[i];
		if (!(end->by & 1u << e->closed.by) || (end->silent && e->closed.rest.len > 0) ||
		    (end->clear && e->tls) || (end->mute && !e->closed.mute))
			continue;
		if (end->wait == ANY_WAIT ||
		    (end->wait == (int)e->closed.wait &&
			(end->verb == VERB_OTHER || end->verb == e->closed.verb)))
			return end->means;
	}
	return NULL;
}

void
show_closed(struct screen *s, const struct event *e)
{
	static const char *const by[] = {
		[CLOSED_BY_US] = "connection closed",
		[CLOSED_BY_PEER] = "the server closed the connection",
		[CLOSED_RESET] = "the server reset the connection",
		[CLOSED_TRUNCATED] =
		    "the server closed the connection without ending TLS (no close_notify)",
	};
	enum ink ink = e->closed.expected ? INK_DIM : INK_PLAIN;
	struct flow f = show_begin(s, e->closed.expected ? MARK_NOTE : MARK_PROBLEM, e);

	flow_print(&f, ink, "%s", by[e->closed.by]);
	if (e->closed.wait && !e->closed.expected)
		flow_print(&f, ink, " while %s was waited for",
		    wait_phrase(e->closed.wait, e->closed.verb));
	if (e->closed.rest.len > 0) {
		flow_print(&f, ink, "; what came last is no whole reply: ");
		flow_put(&f, ink, span_first(e->closed.rest, 200));
	}
	flow_end(&f);
	const char *means = e->closed.expected ? NULL : meaning(e);
	if (!means || screen_telling(s, means, 0) != TELL_FIRST)
		return;
	f = show_below(s, e);
	flow_print(&f, INK_DIM, "%s", means);
	flow_end(&f);
}
