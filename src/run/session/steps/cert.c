/*
 * /cert - show the server's certificates in full, the TLSA record for its key, and the verdict of
 * MTA-STS; or the certificates as PEM.
 */
#include "run/session/session.h"

enum { CERT_PEM_MAX = 1 << 20 };

struct cert_state {
	struct session *session;
};

struct cert_args {
	struct span domain, file;
	bool pem;
};

static bool
cert_parse(struct step *step, struct cursor *c, struct arena *arena, struct err *err)
{
	struct cert_args *args = ARENA_NEW(arena, struct cert_args);
	struct span word = cursor_word(c);

	args->pem = span_eq(word, SPAN("--pem"));
	*(args->pem ? &args->file : &args->domain) = args->pem ? cursor_word(c) : word;
	step->writes = args->file.len > 0;
	step->args = args;
	return cursor_end(c, err);
}

static enum progress
cert_show(struct session *s, const struct sts *sts)
{
	struct session_view view = session_view(s);
	struct event event = { .kind = EVENT_CERT };
	unsigned port = addr_port(&view.peer);

	event.cert.tls = view.tls;
	event.cert.host = view.tls->wanted.len > 0 ? view.tls->wanted : view.host;
	event.cert.port = port > 0 ? port : 25;
	event.cert.sts = sts;
	if (sts)
		event.cert.verdict = sts_judge(sts, view.host, true, view.tls->verified);
	session_emit(s, &event);
	return STEP_DONE;
}

static enum progress
cert_show_pem(struct session *s, const struct cert_args *args)
{
	struct event event = { .kind = EVENT_CERT };
	struct buf pem = { .max = CERT_PEM_MAX };

	session_pem(s, &pem);
	event.cert.tls = session_view(s).tls;
	event.cert.pem = buf_span(&pem);
	event.cert.file = args->file;
	session_emit(s, &event);
	buf_release(&pem);
	return STEP_DONE;
}

/*
 * Returns the domain whose mail goes here: the argument, or else the domain that was opened. Empty:
 * a host was opened, which has no policy.
 */
static struct span
cert_domain(const struct session *s, const struct step *step)
{
	const struct cert_args *args = step->args;
	const struct target *target = session_target(s);

	if (args->domain.len > 0)
		return args->domain;
	return target->kind == TARGET_MX ? target->host : SPAN_NONE;
}

static enum progress
cert_start(struct session *s, const struct step *step, void *mem)
{
	struct cert_state *state = mem;
	const struct cert_args *args = step->args;
	struct span domain = cert_domain(s, step);

	if (args->pem)
		return cert_show_pem(s, args);
	if (domain.len == 0)
		return cert_show(s, NULL);
	state->session = s;
	session_find_policy(s, domain);
	return STEP_WAIT;
}

static enum progress
cert_on_news(struct session *s, const struct step *step, void *state, const struct news *news)
{
	(void)step, (void)state;
	if (news->kind == NEWS_CLOSED)
		return STEP_FAIL;
	return news->kind == NEWS_POLICY ? cert_show(s, news->sts) : STEP_WAIT;
}

static void
cert_release(void *mem)
{
	struct cert_state *state = mem;

	if (state->session)
		session_forget_policy(state->session);
}

const struct step_op step_cert = {
	.name = "cert",
	.group = GROUP_TLS,
	.args = "[DOMAIN|--pem [FILE]]",
	.help = "Show the server's certificates, a TLSA record for its key, and the verdict of the "
		"domain's MTA-STS policy; --pem: as PEM, or into a new file",
	.traits = STEP_NEEDS_CONN | STEP_NEEDS_TLS | STEP_SHOWS,
	.state_size = sizeof(struct cert_state),
	.parse = cert_parse,
	.start = cert_start,
	.on_news = cert_on_news,
	.release = cert_release,
};
