/*
 * /proxy-protocol - begin every connection from now on with the header that a load balancer sends.
 */
#include "run/session/session.h"

static bool
proxy_protocol_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct span *text = ARENA_NEW(arena, struct span);
	struct proxy_header checked;
	struct err why;

	*text = span_trim(c->rest);
	step->args = text;
	return proxy_header_parse(&checked, *text, &why) || cursor_fail(c, err, "%s", why.text);
}

static enum progress
proxy_protocol_start(struct session *s, const struct step *step, void *state)
{
	struct err err;

	(void)state;
	if (!session_set_proxy_header(s, *(const struct span *)step->args, &err))
		return session_fail(s, err.kind, "%s", err.text);
	session_note(s, "the next connection will begin with it%s",
	    session_view(s).state == SESSION_OPEN ? ": /reopen or /open" : "");
	return STEP_DONE;
}

const struct step_op step_proxy_protocol = {
	.name = "proxy-protocol",
	.group = GROUP_IDENTITY,
	.args = "v1|v2|off [local] [src=ADDR:PORT] [dst=ADDR:PORT] [tlv=0xNN:TEXT]",
	.help = "Begin the next connections with a PROXY protocol header",
	.traits = STEP_CLIENT_ALONE,
	.parse = proxy_protocol_parse,
	.start = proxy_protocol_start,
};
