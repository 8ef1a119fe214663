/* /cert - the certificates that the server showed, whole, and the TLSA record of its key. */
#include "run/session_priv.h"

static enum progress
cert_start(struct session *s, const struct step *step, void *state)
{
	struct session_view view = session_view(s);
	struct event event = { .kind = EVENT_CERT };
	unsigned port = addr_port(&view.peer);

	(void)step, (void)state;
	event.cert.tls = view.tls;
	event.cert.host = view.tls->wanted.len > 0 ? view.tls->wanted : view.host;
	event.cert.port = port > 0 ? port : 25;
	session_emit(s, &event);
	return STEP_DONE;
}

const struct step_op step_cert = {
	.name = "cert",
	.group = GROUP_TLS,
	.args = "",
	.help = "Show the server's certificates, and a TLSA record of its key",
	.needs = STEP_NEEDS_CONN | STEP_NEEDS_TLS,
	.start = cert_start,
};
