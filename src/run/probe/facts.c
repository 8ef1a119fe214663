/* facts - turns a probe's result into the facts for the diagnosis. */
#include "run/probe/facts.h"

#include <errno.h>

#include "run/diagnosis/cert_words.h"

static const struct {
	enum smtp_stage stage;
	enum verb verb;
} phases[PHASE_COUNT] = {
	[PHASE_RESOLVE] = { AT_RESOLVE, VERB_OTHER },
	[PHASE_CONNECT] = { AT_CONNECT, VERB_OTHER },
	[PHASE_BANNER] = { AT_GREETING, VERB_OTHER },
	[PHASE_EHLO] = { AT_EHLO, VERB_EHLO },
	[PHASE_STARTTLS] = { AT_STARTTLS, VERB_STARTTLS },
	[PHASE_TLS] = { AT_TLS, VERB_OTHER },
	[PHASE_EHLO_TLS] = { AT_EHLO, VERB_EHLO },
	[PHASE_AUTH] = { AT_AUTH, VERB_AUTH },
	[PHASE_MAIL] = { AT_MAIL, VERB_MAIL },
	[PHASE_RCPT] = { AT_RCPT, VERB_RCPT },
	[PHASE_DATA] = { AT_DATA, VERB_DATA },
	[PHASE_BODY] = { AT_END_OF_DATA, VERB_DATA },
	[PHASE_RSET] = { AT_RSET, VERB_RSET },
	[PHASE_QUIT] = { AT_QUIT, VERB_QUIT },
};

enum smtp_stage
probe_stage(enum probe_phase phase)
{
	return phases[phase].stage;
}

static enum fact_end
end_of(const struct probe_result *r)
{
	if (r->err == ERR_NONE || r->reply[r->phase])
		return r->eof && r->err != ERR_NONE ? END_CLOSED : END_NONE;
	if (r->err == ERR_CONNECT || r->phase == PHASE_CONNECT)
		switch (r->sys) {
		case ECONNREFUSED:
			return END_REFUSED;
		case EACCES:
		case EPERM:
			return END_FORBIDDEN;
		case ENETUNREACH:
		case EHOSTUNREACH:
		case EADDRNOTAVAIL:
			return r->reply[PHASE_BANNER] ? END_RESET : END_UNREACHABLE;
		case ETIMEDOUT:
			return END_TIMED_OUT;
		default:
			break;
		}
	if (r->err == ERR_TIMEOUT || r->late)
		return END_TIMED_OUT;
	if (r->reset)
		return END_RESET;
	if (r->truncated)
		return END_TRUNCATED;
	if (r->eof)
		return END_CLOSED;
	return r->err == ERR_TLS ? END_TLS_FAILED : END_NONE;
}

/* Returns the mechanism of an AUTH line; a -PLUS mechanism binds the channel. */
static struct span
mechanism_of(struct span sent, bool *binds)
{
	span_word(&sent);
	struct span name = span_word(&sent);

	*binds = name.len > 5 && span_ends_case(name, SPAN("-PLUS"));
	return name;
}

/* Returns whether STARTTLS was offered when the extensions were recorded. */
static bool
was_recorded(const char *set)
{
	struct span rest = span_of(set ? set : ""), line;

	while (span_line(&rest, &line))
		if (span_eq_case(span_trim(line), SPAN("STARTTLS")))
			return true;
	return false;
}

void
probe_facts(struct probe_result *r, const struct probe_opts *p, const struct judge_opts *j,
    struct facts *f)
{
	static const unsigned greeted = 1u << PHASE_EHLO | 1u << PHASE_EHLO_TLS;
	char text[ADDR_TEXT];
	int depth;

	*f = (struct facts){
		.domain = r->domain,
		.host = r->host,
		.port = addr_port(&r->addr) ? addr_port(&r->addr) : r->target->port,
		.preference = r->preference,
		.mx = r->mx,
		.implicit_mx = r->implicit,
		.stage = probe_stage(r->phase),
		.end = end_of(r),
		.waited_ms = r->us[r->phase] / 1000,
		.late = r->late,
		.recorded_starttls = was_recorded(j->ext_set),
		.octets = r->half ? r->text : r->rest,
		.pieces = r->pieces,
		.before_greeting = !r->reply[PHASE_BANNER],
		.fate_unknown = r->fate_unknown,
		.verb = phases[r->phase].verb,
		.greeting = r->reply[PHASE_BANNER],
		.dialogue = {
			.greeted = r->done & 1u << PHASE_BANNER,
			.hello = r->done & greeted ? VERB_EHLO : VERB_OTHER,
			.tls = r->tls != NULL,
			.authenticated = r->done & 1u << PHASE_AUTH,
			.mail = r->done & 1u << PHASE_MAIL,
		},
		.offered = r->extensions,
		.clear = r->clear,
		.helo = r->helo,
		.sent = r->line_phase == r->phase ? r->line : SPAN_NONE,
		.connections = r->connections,
		.greeting_ms = r->reply[PHASE_BANNER] ? r->us[PHASE_BANNER] / 1000 : 0,
		.greeting_held = r->drawn & 1u << PHASE_BANNER,
		.implicit_tls = r->tls_mode == TARGET_TLS_IMPLICIT,
		.starttls_wanted = r->tls_mode == TARGET_TLS_STARTTLS,
		.handshake_text = r->err == ERR_TLS ? r->text : SPAN_NONE,
		.tls = r->tls,
		.verify = j->verify != VERIFY_UNSET && j->verify != VERIFY_OFF,
		.dane = r->dane,
		.dane_required = r->dane_required,
		.sts = r->sts,
	};
	enum probe_phase most = probe_most_time(r);
	if (most == PHASE_RESOLVE)
		f->lookup_ms = r->us[PHASE_RESOLVE] / 1000;
	else if (most != PHASE_COUNT) /* that phase was slow; this one was not silent */
		f->end = END_NONE;
	/* With TLS 1.3, an alert about the client's certificate arrives after the handshake. */
	if (r->err == ERR_DNS || (r->err == ERR_TLS && (r->phase == PHASE_TLS || r->alert))) {
		facts_of_err(f, r->err, r->cause, r->sys, r->alert);
		f->dns.name = r->host.len > 0 ? r->host : r->domain;
		if (r->err == ERR_DNS && !r->mx && !r->implicit)
			facts_of_route(f, r->target, r->routed);
		f->dns.ede = r->doubt.ede;
		f->dns.without_validation = r->doubt.without_validation;
	}
	if (r->phase == PHASE_BODY && !r->fate_unknown && !r->reply[PHASE_BODY])
		f->stage = AT_MESSAGE; /* the end of data was not sent */
	if (r->phase == PHASE_AUTH)
		f->mechanism = mechanism_of(f->sent, &f->binding);
	if (r->dane_aside && !tls_dane_requires_tls(r->dane) &&
	    (!r->dane || r->dane->state != DANE_FAILED))
		f->dane = NULL;
	f->injected = r->cause == CAUSE_INJECTED;
	if (r->elsewhere)
		f->elsewhere = arena_copy(&r->arena, span_of(addr_host(r->elsewhere, text)));
	if (r->addr.len > 0)
		f->address = arena_copy(&r->arena, span_of(addr_host(&r->addr, text)));
	if (p->from)
		f->from = span_of(p->from);
	if (p->to)
		f->to = span_of(p->to);
	if (r->err != ERR_NONE && r->reply[r->phase]) {
		f->reply = r->reply[r->phase];
	}
	f->standing = r->out_of_step ? REPLY_OUT_OF_STEP : REPLY_FITS;
	if (r->tls && tls_ends(r->tls, &depth) != TLS_NO_DATE)
		f->days_left = cert_days_left(tls_ends(r->tls, &depth));
	if (r->sts) {
		f->sts_verdict = sts_judge(
		    r->sts, r->host, r->tls != NULL, r->tls && r->tls->verified);
		/* A session that never got as far as TLS says nothing about it. */
		if (!(r->done & 1u << PHASE_EHLO) && f->sts_verdict != STS_NOT_LISTED && !r->tls)
			f->sts = NULL;
	}
}
