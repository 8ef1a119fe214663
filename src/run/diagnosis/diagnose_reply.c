/*
 * diagnose_reply - what a 4xx or 5xx reply means. There are three keys, the most exact first: its
 * text (reply_text), corrected by what the session knows; then what was sent, if that explains it;
 * then the enhanced code, only if of the same class (RFC 3463 2), and the code, at the stage at
 * which it came. A code alone is given no more meaning than it has.
 */
#include "base/ascii.h"
#include "base/text.h"
#include "run/diagnosis/diagnose_impl.h"
#include "run/diagnosis/reply_text.h"
#include "smtp/mechanism.h"
#include "smtp/parameter.h"

#define NONE	-1

/* What codes mean if the text does not tell; the first row that matches decides. */
static const struct {
	unsigned code;			/* 0: any; one digit: any of that class */
	enum smtp_stage stage;		/* AT_ANY: any */
	short subject, detail;		/* of the enhanced code; NONE: any */
	enum cause cause;
} codes[] = {
	{ 432, AT_AUTH, NONE, NONE, CAUSE_AUTH_TRANSITION },
	{ 454, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_FAILED },
	{ 454, AT_AUTH, NONE, NONE, CAUSE_AUTH_UNAVAILABLE },
	{ 535, AT_ANY, NONE, NONE, CAUSE_AUTH_FAILED },
	{ 534, AT_ANY, NONE, NONE, CAUSE_AUTH_TOO_WEAK },
	{ 538, AT_ANY, NONE, NONE, CAUSE_AUTH_NEEDS_TLS },
	{ 523, AT_ANY, NONE, NONE, CAUSE_STARTTLS_REQUIRED },
	{ 524, AT_ANY, NONE, NONE, CAUSE_AUTH_NEEDS_TLS },
	{ 525, AT_ANY, NONE, NONE, CAUSE_ACCOUNT_DISABLED },
	{ 530, AT_AUTH, NONE, NONE, CAUSE_AUTH_NEEDS_TLS },
	{ 501, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_REJECTED },
	{ 530, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_REJECTED },
	{ 5, AT_STARTTLS, 7, NONE, CAUSE_STARTTLS_REJECTED },
	{ 530, AT_ANY, 7, 10, CAUSE_STARTTLS_REQUIRED },
	{ 530, AT_ANY, NONE, NONE, CAUSE_AUTH_REQUIRED },
	{ 521, AT_GREETING, NONE, NONE, CAUSE_TAKES_NO_MAIL },
	{ 554, AT_GREETING, NONE, NONE, CAUSE_NO_SERVICE },
	{ 550, AT_GREETING, NONE, NONE, CAUSE_NO_SERVICE },	/* postscreen's and others' */
	{ 5, AT_GREETING, NONE, NONE, CAUSE_GREETING_CODE },
	{ 556, AT_ANY, NONE, NONE, CAUSE_RECIPIENT_NULL_MX },
	{ 513, AT_ANY, NONE, NONE, CAUSE_SYNTAX_ERROR },		/* Courier's */

	/* enhanced codes (RFC 3463, and those of the IANA registry) */
	{ 4, AT_ANY, 1, 1, CAUSE_RECIPIENT_UNVERIFIED },
	{ 5, AT_ANY, 1, 1, CAUSE_RECIPIENT_UNKNOWN },
	{ 0, AT_MAIL, 1, 2, CAUSE_SENDER_UNKNOWN_DOMAIN },
	{ 0, AT_ANY, 1, 2, CAUSE_RECIPIENT_DOMAIN },
	{ 0, AT_MAIL, 1, 3, CAUSE_SENDER_SYNTAX },
	{ 0, AT_ANY, 1, 3, CAUSE_RECIPIENT_SYNTAX },
	{ 0, AT_ANY, 1, 4, CAUSE_RECIPIENT_AMBIGUOUS },
	{ 0, AT_ANY, 1, 6, CAUSE_RECIPIENT_MOVED },
	{ 0, AT_ANY, 1, 7, CAUSE_SENDER_SYNTAX },
	{ 0, AT_ANY, 1, 8, CAUSE_SENDER_UNKNOWN_DOMAIN },
	{ 0, AT_ANY, 1, 10, CAUSE_RECIPIENT_NULL_MX },
	{ 4, AT_ANY, 2, 1, CAUSE_RECIPIENT_BUSY },
	{ 5, AT_ANY, 2, 1, CAUSE_RECIPIENT_DISABLED },
	{ 0, AT_ANY, 2, 2, CAUSE_MAILBOX_FULL },
	{ 0, AT_ANY, 2, 3, CAUSE_MESSAGE_TOO_LARGE },
	{ 0, AT_ANY, 2, 4, CAUSE_LIST_EXPANSION },
	{ 4, AT_ANY, 3, 1, CAUSE_DISK_FULL },
	{ 5, AT_ANY, 3, 2, CAUSE_TAKES_NO_MAIL },
	{ 0, AT_ANY, 3, 3, CAUSE_PARAMETER_REJECTED },
	{ 0, AT_ANY, 3, 4, CAUSE_MESSAGE_TOO_LARGE },
	{ 0, AT_ANY, 3, 5, CAUSE_SERVER_MISCONFIGURED },
	{ 0, AT_ANY, 4, 1, CAUSE_NEXT_HOP_DOWN },
	{ 4, AT_ANY, 4, 3, CAUSE_LOOKUP_FAILED },
	{ 0, AT_ANY, 4, 4, CAUSE_RECIPIENT_UNROUTABLE },
	{ 0, AT_ANY, 4, 5, CAUSE_OVERLOADED },
	{ 0, AT_ANY, 4, 6, CAUSE_MAIL_LOOP },
	{ 0, AT_ANY, 4, 7, CAUSE_EXPIRED },
	{ 0, AT_ANY, 5, 3, CAUSE_TOO_MANY_RECIPIENTS },
	{ 0, AT_ANY, 5, 6, CAUSE_AUTH_TOO_LONG },
	{ 0, AT_ANY, 6, 1, CAUSE_CONTENT_REJECTED },
	{ 0, AT_ANY, 6, 2, CAUSE_NEEDS_CONVERSION },
	{ 0, AT_ANY, 6, 3, CAUSE_NEEDS_CONVERSION },
	{ 0, AT_ANY, 6, 5, CAUSE_NEEDS_CONVERSION },
	{ 0, AT_ANY, 6, 7, CAUSE_NEEDS_SMTPUTF8 },
	{ 0, AT_ANY, 6, 8, CAUSE_NEEDS_SMTPUTF8 },
	{ 0, AT_ANY, 6, 9, CAUSE_NEEDS_SMTPUTF8 },
	{ 0, AT_ANY, 6, 10, CAUSE_NEEDS_SMTPUTF8 },
	{ 0, AT_ANY, 7, 2, CAUSE_RECIPIENT_RESTRICTED },
	{ 0, AT_ANY, 7, 3, CAUSE_PROTECTION },
	{ 504, AT_AUTH, 7, 4, CAUSE_AUTH_MECHANISM },
	{ 0, AT_ANY, 7, 4, CAUSE_PROTECTION },
	{ 0, AT_ANY, 7, 5, CAUSE_PROTECTION },
	{ 0, AT_ANY, 7, 6, CAUSE_PROTECTION },
	{ 0, AT_ANY, 7, 7, CAUSE_PROTECTION },
	{ 5, AT_ANY, 7, 8, CAUSE_AUTH_FAILED },
	{ 0, AT_ANY, 7, 9, CAUSE_AUTH_TOO_WEAK },
	{ 0, AT_ANY, 7, 10, CAUSE_STARTTLS_REQUIRED },
	{ 0, AT_ANY, 7, 11, CAUSE_AUTH_NEEDS_TLS },
	{ 0, AT_ANY, 7, 12, CAUSE_AUTH_TRANSITION },
	{ 0, AT_ANY, 7, 13, CAUSE_ACCOUNT_DISABLED },
	{ 0, AT_ANY, 7, 14, CAUSE_TRUST_REQUIRED },
	{ 0, AT_ANY, 7, 15, CAUSE_PRIORITY },
	{ 0, AT_ANY, 7, 16, CAUSE_PRIORITY },
	{ 0, AT_ANY, 7, 17, CAUSE_OWNER_CHANGED },
	{ 0, AT_ANY, 7, 18, CAUSE_OWNER_CHANGED },
	{ 0, AT_ANY, 7, 19, CAUSE_OWNER_CHANGED },
	{ 0, AT_ANY, 7, 20, CAUSE_DKIM_FAILED },
	{ 0, AT_ANY, 7, 21, CAUSE_DKIM_FAILED },
	{ 0, AT_ANY, 7, 22, CAUSE_DKIM_FAILED },
	{ 0, AT_ANY, 7, 23, CAUSE_SPF_FAILED },
	{ 0, AT_ANY, 7, 24, CAUSE_SPF_ERROR },
	{ 0, AT_ANY, 7, 25, CAUSE_NO_REVERSE_DNS },
	{ 0, AT_ANY, 7, 26, CAUSE_UNAUTHENTICATED },
	{ 0, AT_ANY, 7, 27, CAUSE_SENDER_NULL_MX },
	{ 0, AT_ANY, 7, 28, CAUSE_RATE_LIMITED },
	{ 0, AT_ANY, 7, 29, CAUSE_ARC_FAILED },
	{ 0, AT_ANY, 7, 30, CAUSE_REQUIRETLS },

	/* codes, by stage */
	{ 421, AT_ANY, NONE, NONE, CAUSE_SERVICE_UNAVAILABLE },
	{ 500, AT_EHLO, NONE, NONE, CAUSE_EHLO_UNKNOWN },
	{ 502, AT_EHLO, NONE, NONE, CAUSE_EHLO_UNKNOWN },
	{ 501, AT_EHLO, NONE, NONE, CAUSE_HELO_SYNTAX },
	{ 500, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_UNKNOWN },
	{ 502, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_UNKNOWN },
	{ 503, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_SEQUENCE },
	{ 5, AT_STARTTLS, NONE, NONE, CAUSE_STARTTLS_REJECTED },
	{ 500, AT_AUTH, NONE, NONE, CAUSE_AUTH_NOT_ENABLED },
	{ 502, AT_AUTH, NONE, NONE, CAUSE_AUTH_NOT_ENABLED },
	{ 501, AT_AUTH, NONE, NONE, CAUSE_AUTH_CODING },
	{ 503, AT_AUTH, NONE, NONE, CAUSE_AUTH_SEQUENCE },
	{ 504, AT_AUTH, NONE, NONE, CAUSE_AUTH_MECHANISM },
	{ 501, AT_MAIL, NONE, NONE, CAUSE_SENDER_SYNTAX },
	{ 501, AT_RCPT, NONE, NONE, CAUSE_RECIPIENT_SYNTAX },
	{ 503, AT_MAIL, NONE, NONE, CAUSE_BAD_SEQUENCE },
	{ 503, AT_RCPT, NONE, NONE, CAUSE_NEEDS_MAIL },
	{ 503, AT_DATA, NONE, NONE, CAUSE_NEEDS_RCPT },
	{ 554, AT_DATA, NONE, NONE, CAUSE_NO_VALID_RECIPIENT },
	{ 5, AT_ANY, 7, NONE, CAUSE_POLICY },
	{ 550, AT_RCPT, NONE, NONE, CAUSE_MAILBOX_UNAVAILABLE },
	{ 551, AT_RCPT, NONE, NONE, CAUSE_RECIPIENT_MOVED },
	{ 552, AT_MAIL, NONE, NONE, CAUSE_MESSAGE_TOO_LARGE },
	{ 552, AT_RCPT, NONE, NONE, CAUSE_MAILBOX_FULL },
	{ 552, AT_END_OF_DATA, NONE, NONE, CAUSE_MESSAGE_TOO_LARGE },
	{ 455, AT_ANY, NONE, NONE, CAUSE_PARAMETER_REJECTED },
	{ 555, AT_ANY, NONE, NONE, CAUSE_PARAMETER_REJECTED },
	{ 5, AT_VRFY, NONE, NONE, CAUSE_COMMAND_DISABLED },
	{ 500, AT_ANY, NONE, NONE, CAUSE_COMMAND_UNKNOWN },
	{ 502, AT_ANY, NONE, NONE, CAUSE_COMMAND_UNKNOWN },
	{ 501, AT_ANY, NONE, NONE, CAUSE_SYNTAX_ERROR },
	{ 503, AT_ANY, NONE, NONE, CAUSE_BAD_SEQUENCE },
	{ 504, AT_ANY, NONE, NONE, CAUSE_PARAMETER_REJECTED },
	{ 4, AT_ANY, NONE, NONE, CAUSE_DEFERRED },
	{ 5, AT_ANY, NONE, NONE, CAUSE_REJECTED },
};

enum cause
reply_code_cause(unsigned code, struct status st, enum smtp_stage stage)
{
	bool own = st.class != 0 && (code == 0 || st.class == code / 100);
	unsigned class = code ? code / 100 : st.class;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		if (codes[i].code != 0 && codes[i].code != code && codes[i].code != class)
			continue;
		if (codes[i].stage != AT_ANY && codes[i].stage != stage)
			continue;
		if (codes[i].subject != NONE &&
		    (!own || codes[i].subject != st.subject ||
			(codes[i].detail != NONE && codes[i].detail != st.detail)))
			continue;
		return codes[i].cause;
	}
	return CAUSE_NONE;
}

/* ---- what the session knows */

static const struct extension *
offered(const struct facts *f, const char *keyword)
{
	return f->offered ? extensions_find(f->offered, span_of(keyword)) : NULL;
}

static bool
mechanism_is_offered(const struct facts *f)
{
	const struct extension *auth = offered(f, "AUTH");
	struct span list = auth ? auth->params : SPAN_NONE;

	for (struct span word = span_word(&list); word.len > 0; word = span_word(&list))
		if (span_eq_case(word, f->mechanism))
			return true;
	return !auth || f->mechanism.len == 0;
}

/* Returns a parameter of MAIL or RCPT that was sent although EHLO did not offer it; NULL: none. */
static const struct parameter *
unoffered_parameter(const struct facts *f)
{
	struct span args, path, params;
	enum verb verb = verb_of(f->sent, &args);

	if ((verb != VERB_MAIL && verb != VERB_RCPT) || !f->offered ||
	    !parameter_split(verb, args, &path, &params))
		return NULL;
	for (struct span word = span_word(&params); word.len > 0; word = span_word(&params)) {
		struct span rest = word;
		const struct parameter *p = parameter_find(verb, span_until(&rest, '='));
		if (p && !extensions_offer(f->offered, p->extension))
			return p;
	}
	return NULL;
}

static bool
lacks_brackets(const struct facts *f)
{
	struct span args, path, params;
	enum verb verb = verb_of(f->sent, &args);

	if ((verb != VERB_MAIL && verb != VERB_RCPT) || f->sent.len == 0)
		return false;
	if (!parameter_split(verb, args, &path, &params))
		return true;
	return path.len == 0 || path.at[0] != '<';
}

/* Corrects the cause named by text or code with what only the session knows. */
static enum cause
in_its_session(const struct facts *f, enum cause cause, enum smtp_stage stage)
{
	const struct mechanism *mechanism = mechanism_named(f->mechanism);
	unsigned code = f->reply->code;

	switch (cause) {
	case CAUSE_NEEDS_HELO:
		return f->dialogue.hello != VERB_OTHER ? CAUSE_HELO_LOST : cause;
	case CAUSE_AUTH_FAILED:
		if (!mechanism_is_offered(f))
			return CAUSE_AUTH_MECHANISM;
		if (mechanism && mechanism->kind == MECHANISM_TOKEN)
			return CAUSE_AUTH_TOKEN;
		return f->binding ? CAUSE_AUTH_BINDING : cause;
	case CAUSE_AUTH_SEQUENCE:
		return f->dialogue.authenticated ? CAUSE_AUTH_TWICE : cause;
	case CAUSE_AUTH_REQUIRED:
		/* 530 means either; if only STARTTLS is offered, it means that */
		return !f->dialogue.tls && offered(f, "STARTTLS") && !offered(f, "AUTH") ?
		    CAUSE_STARTTLS_REQUIRED :
		    cause;
	case CAUSE_BAD_SEQUENCE:
		if (stage == AT_EHLO && (f->hellos > 0 || f->dialogue.tls))
			return CAUSE_HELO_TWICE;
		if (stage == AT_MAIL && f->dialogue.mail)
			return CAUSE_NESTED_MAIL;
		if (stage == AT_MAIL && f->sent.len > 0 && f->dialogue.hello == VERB_OTHER)
			return CAUSE_NEEDS_HELO;
		return cause;
	case CAUSE_NEEDS_MAIL:
		return f->dialogue.mail ? CAUSE_BAD_SEQUENCE : cause;
	case CAUSE_NO_VALID_RECIPIENT:
		return f->dialogue.rcpts == 0 ? cause : code / 100 == 4 ? CAUSE_DEFERRED :
									  CAUSE_REJECTED;
	case CAUSE_NEEDS_RCPT:
		if (f->dialogue.rcpts > 0)
			return CAUSE_BAD_SEQUENCE;
		return f->sent.len > 0 && f->dialogue.hello != VERB_OTHER && !f->dialogue.mail ?
		    CAUSE_NEEDS_MAIL :
		    cause;
	case CAUSE_COMMAND_UNKNOWN:
		/* the command of the stage */
		return stage == AT_EHLO	 ? CAUSE_EHLO_UNKNOWN :
		    stage == AT_STARTTLS ? CAUSE_STARTTLS_UNKNOWN :
		    stage == AT_AUTH	 ? CAUSE_AUTH_NOT_ENABLED :
		    stage == AT_VRFY	 ? CAUSE_COMMAND_DISABLED :
					   cause;
	case CAUSE_SENDER_SYNTAX: case CAUSE_RECIPIENT_SYNTAX: case CAUSE_SYNTAX_ERROR:
	case CAUSE_PARAMETER_REJECTED:
		if (lacks_brackets(f))
			return CAUSE_ANGLE_BRACKETS;
		return (code == 555 || code == 455 || code / 10 == 50) && unoffered_parameter(f) ?
		    CAUSE_PARAMETER_NOT_OFFERED :
		    cause;
	case CAUSE_PRIORITY: case CAUSE_OWNER_CHANGED:
		return span_find(f->sent, SPAN("HOLDFOR=")).at ||
			span_find(f->sent, SPAN("HOLDUNTIL=")).at ?
		    CAUSE_HOLD_REFUSED :
		    cause;
	case CAUSE_NO_SERVICE: case CAUSE_SERVICE_UNAVAILABLE: case CAUSE_GREETING_CODE:
	case CAUSE_REJECTED: case CAUSE_DEFERRED:
		return stage == AT_GREETING && f->early_talker ? CAUSE_EARLY_TALKER : cause;
	default:
		return cause;
	}
}

/*
 * Returns the cause if this is a server of another protocol that greets with 220, by its greeting
 * and its reply to EHLO; CAUSE_NONE: it is not.
 */
static enum cause
other_server(const struct facts *f, struct span text, const char **what)
{
	struct span greeting = f->greeting && f->greeting->nlines > 0 ? f->greeting->line[0] :
								       SPAN_NONE;
	static const char *const ftp[] = { "ftp", "user and pass", "login with user" };
	char form[2][256];
	struct span all[2] = { greeting, text };

	for (size_t n = 0; n < 2; n++) {
		size_t len = all[n].len < sizeof form[n] ? all[n].len : sizeof form[n];
		for (size_t i = 0; i < len; i++)
			form[n][i] = ascii_lower(all[n].at[i]);
		all[n] = (struct span){ form[n], len };
	}
	if (span_find(all[0], SPAN("lmtp")).at || span_find(all[1], SPAN("lhlo")).at ||
	    span_find(all[1], SPAN("lmtp")).at)
		return CAUSE_LMTP_SERVER;
	for (size_t i = 0; i < sizeof ftp / sizeof *ftp; i++)
		if (!span_find(all[0], SPAN("smtp")).at &&
		    (span_find(all[0], span_of(ftp[i])).at ||
			span_find(all[1], span_of(ftp[i])).at)) {
			*what = "an FTP server";
			return CAUSE_NOT_SMTP;
		}
	return CAUSE_NONE;
}

/* ---- the fields of the sentence */

static void
set_fields(struct diagnosing *x, struct diagnosis *d, struct span text, const char *what)
{
	const struct facts *f = x->f;
	const struct extension *auth = offered(f, "AUTH"), *size = offered(f, "SIZE");
	const struct parameter *parameter;
	const struct status *st = &f->reply->status;
	unsigned long long limit;
	char human[24];

	/* "localhost" of "504 5.5.2 <localhost>: Helo command rejected" */
	struct span rest = span_skip(span_find(text, SPAN("<")), 1), named = span_until(&rest, '>');
	if (named.len >= 256 || span_has(named, ' '))
		named = SPAN_NONE;
	d->field[FIELD_CODE] = f->reply->code == 0 ?
	    arena_printf(x->arena, "%u.%u.%u", st->class, st->subject, st->detail) :
	    st->class == 0 ?
	    arena_printf(x->arena, "%u", f->reply->code) :
	    arena_printf(x->arena, "%u %u.%u.%u", f->reply->code, st->class, st->subject,
		st->detail);
	if (what)
		d->field[FIELD_WHAT] = span_of(what);
	switch (d->cause) {
	case CAUSE_CLIENT_LISTED: case CAUSE_LIST_QUERY_REFUSED: case CAUSE_LINK_LISTED:
		diagnosis_set(d, FIELD_LIST, reply_text_list(text), x->arena);
		break;
	case CAUSE_HELO_NOT_FQDN: case CAUSE_HELO_NOT_FOUND: case CAUSE_HELO_IS_SERVERS:
	case CAUSE_HELO_REJECTED:
		diagnosis_set(d, FIELD_NAME,
		    f->helo.len > 0		  ? f->helo :
		    span_find(named, SPAN("@")).at ? SPAN_NONE :
						    named,
		    x->arena);
		break;
	case CAUSE_AUTH_MECHANISM: case CAUSE_AUTH_TOO_WEAK:
		diagnosis_set(d, FIELD_NAME, f->mechanism, x->arena);
		diagnosis_set(d, FIELD_NAMES, auth ? auth->params : SPAN_NONE, x->arena);
		break;
	case CAUSE_PARAMETER_NOT_OFFERED:
		parameter = unoffered_parameter(f);
		if (!parameter)
			break;
		d->field[FIELD_NAME] = span_of(parameter->name);
		d->field[FIELD_OTHER] = span_of(parameter->extension);
		break;
	case CAUSE_MESSAGE_TOO_LARGE:
		if (!size || !span_number(size->params, ~0ull, &limit) || limit == 0)
			break;
		text_size(human, limit);
		diagnosis_set(d, FIELD_SIZE, span_of(human), x->arena);
		break;
	case CAUSE_TOO_MANY_CONNECTIONS:
		if (f->connections > 1)
			d->field[FIELD_WHAT] =
			    arena_printf(x->arena, "%u connections", f->connections);
		break;
	default:
		break;
	}
	diagnosis_set(d, FIELD_FROM, f->from, x->arena);
	diagnosis_set(d, FIELD_TO,
	    f->to.len > 0 || d->place.stage != AT_ANY || !span_has(named, '@') ? f->to : named,
	    x->arena);
}

/* Returns the reply's lines joined by spaces. */
static struct span
joined(const struct reply *r, struct arena *arena)
{
	struct buf b = { .max = REPLY_TEXT_MAX };

	for (size_t i = 0; i < r->nlines && buf_span(&b).len < REPLY_TEXT_MAX - 2; i++) {
		buf_append(&b, i ? SPAN(" ") : SPAN_NONE);
		buf_append(&b, span_first(r->line[i], REPLY_TEXT_MAX - 1 - buf_span(&b).len));
	}
	struct span text = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return text;
}

/* Returns the stage of a reply; without a session it is guessed from code and text. */
static enum smtp_stage
likely_stage(const struct facts *f, struct span text)
{
	unsigned code = f->reply->code;
	char lower[REPLY_TEXT_MAX];
	struct span form = { lower, text.len < sizeof lower ? text.len : sizeof lower };

	if (f->stage != AT_ANY)
		return f->stage;
	if (code == 535 || code == 534 || code == 538)
		return AT_AUTH;
	for (size_t i = 0; i < form.len; i++)
		lower[i] = ascii_lower(text.at[i]);
	return span_find(form, SPAN("recipient address rejected")).at ? AT_RCPT :
	    span_find(form, SPAN("sender address rejected")).at	      ? AT_MAIL :
									AT_ANY;
}

bool
diagnose_reply(struct diagnosing *x)
{
	enum { EVIDENCE_MAX = 400 };
	const struct facts *f = x->f;
	const struct reply *r = f->reply;
	unsigned class = r ? (r->code ? r->code / 100 : r->status.class) : 0;

	if (class != 4 && class != 5)
		return false;
	struct span text = joined(r, x->arena);
	enum smtp_stage stage = likely_stage(f, text);
	struct reply_seen seen = { r->code, r->status, stage, text };
	const char *what = NULL;
	enum cause cause = stage == AT_EHLO && class == 5 ? other_server(f, text, &what) :
							    CAUSE_NONE;
	bool vague = false;

	if (cause == CAUSE_NONE)
		cause = reply_text_cause(&seen);
	if (cause == CAUSE_NONE) {
		cause = reply_code_cause(r->code, r->status, stage);
		vague = true;
	}
	cause = in_its_session(f, cause, stage);
	struct diagnosis *d = diagnosing_add(x, cause, f->stage);
	d->vague = vague;
	/* "550 5.1.1 No such user here", in one line, cut */
	struct span evidence = span_first(text, EVIDENCE_MAX);
	if (r->code != 0)
		evidence = arena_printf(
		    x->arena, "%u %.*s", r->code, SPAN_ARG(text_safe(x->arena, evidence)));
	d->evidence = text_safe(x->arena, arena_copy(x->arena, evidence));
	set_fields(x, d, text, what);
	/*
	 * A 4xx is only a warning if the cause is critical by default, and a 5xx critical if it is
	 * a warning.
	 */
	if (d->state == STATE_CRITICAL && class == 4)
		d->state = STATE_WARNING;
	else if (d->state == STATE_WARNING && class == 5)
		d->state = STATE_CRITICAL;
	return true;
}
