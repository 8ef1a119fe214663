/* verdict - what a check means for each class of sender, and what to do first. */
#include "run/check/verdict.h"

#include <assert.h>

#include "base/text.h"
#include "run/check/domain.h"

const char *
check_fate_word(enum check_fate fate)
{
	static const char *const words[] = {
#define X(name, word) word,
		CHECK_FATES(X)
#undef X
	};
	assert((size_t)fate < sizeof words / sizeof *words);
	return words[fate];
}

static const struct {
	const char *word, *title;
} senders[] = {
#define X(name, word, title) { word, title },
	CHECK_SENDERS(X)
#undef X
};

const char *
check_sender_word(enum check_sender sender)
{
	assert((size_t)sender < sizeof senders / sizeof *senders);
	return senders[sender].word;
}

const char *
check_sender_title(enum check_sender sender)
{
	assert((size_t)sender < sizeof senders / sizeof *senders);
	return senders[sender].title;
}

const char *
check_passage_word(enum check_passage passage)
{
	static const char *const words[] = {
#define X(name, word) word,
		CHECK_PASSAGES(X)
#undef X
	};
	assert((size_t)passage < sizeof words / sizeof *words);
	return words[passage];
}

/* One verdict while it is made. */
struct weighing {
	const struct check *check;
	struct check_verdict *out;
	struct arena *arena;
	struct check_finding **end;
};

/* ---- one address */

/*
 * Whom a cause concerns in a check: an MX that will not relay does not know the domain as its own,
 * what forwards is behind the recipient, and TLS was begun wherever it was offered.
 */
static enum concern
concern_of(const struct diagnosis *d)
{
	switch (d->cause) {
	case CAUSE_STARTTLS_REQUIRED: case CAUSE_FORWARDING_BLOCKED:
	case CAUSE_AUTH_NOT_ENABLED:
		return CONCERNS_SERVER;
	case CAUSE_TLS_PORT:
		/* on 465 this client began in the wrong way; elsewhere the server does */
		return d->place.port == 465 ? CONCERNS_DIALOGUE : CONCERNS_SERVER;
	case CAUSE_RELAY_DENIED: case CAUSE_AUTH_REQUIRED: case CAUSE_PROXY_HEADER_WANTED:
	case CAUSE_NOT_SMTP: case CAUSE_MAILBOX_SERVER: case CAUSE_LMTP_SERVER:
	case CAUSE_CLEAR_PORT: case CAUSE_TLS_CLIENT_CERT:
		/* what an MX is not, no sender can make up for */
		return d->place.mx ? CONCERNS_SERVER : cause_row(d->cause)->concern;
	default:
		return cause_row(d->cause)->concern;
	}
}

/* A sender's address is this client's too: what its SPF or domain lacks, others' may have. */
static bool
concerns_client(const struct check_look *look)
{
	for (const struct diagnosis *d = look->diagnoses; d; d = d->next)
		if (d->state != STATE_OK &&
		    (concern_of(d) == CONCERNS_CLIENT || concern_of(d) == CONCERNS_SENDER))
			return true;
	return false;
}

/* A server that asks everybody whom it does not know to come again takes mail. */
static const struct diagnosis *
greylisting(const struct check_look *look)
{
	for (const struct diagnosis *d = look ? look->diagnoses : NULL; d; d = d->next)
		if (d->cause == CAUSE_GREYLISTED || d->cause == CAUSE_POSTSCREEN_TESTS)
			return d;
	return NULL;
}

/* It had begun to greet, and this check did not wait for the end: the server is healthy. */
static bool
holds_back(const struct check_look *look)
{
	const struct diagnosis *d = look ? look->diagnoses : NULL;

	return d && d->cause == CAUSE_GREETING_DELAY && d->state != STATE_OK;
}

/* Who is no bounce may well get through: this check was no better than one. */
static bool
rejects_null_sender(const struct check_look *look)
{
	const struct diagnosis *d = look ? look->diagnoses : NULL;

	return d && d->cause == CAUSE_NULL_SENDER_REJECTED;
}

/* Of which a reply whose lines have codes of different classes is none. */
static bool
is_acceptance(const struct reply *reply)
{
	return reply && reply->code / 100 == 2 && !(reply->flaws & REPLY_MIXED);
}

static enum check_fate
fate_of(const struct check *k, const struct check_address *a)
{
	const struct check_look *look = check_last(a);
	const struct probe_result *r;

	if (!look || !look->over)
		return CHECK_FATE_UNKNOWN;
	r = &look->result;
	if (look->here || judge_skips(&look->result))
		return CHECK_FATE_NO_ROUTE;
	if (r->out_of_step)
		return CHECK_FATE_FAILED;
	if (holds_back(look))
		return CHECK_FATE_UNKNOWN;
	const struct reply
	    *last = r->reply[k->rcpt && !a->host->submission ? PHASE_RCPT : PHASE_MAIL];
	if (a->host->submission ? r->err == ERR_NONE : is_acceptance(last))
		return CHECK_FATE_ACCEPTED;
	if ((r->err == ERR_TEMPORARY || r->err == ERR_REFUSED) && r->reply[r->phase]) {
		if (greylisting(look))
			return CHECK_FATE_DEFERRED;
		if (concerns_client(look) || rejects_null_sender(look))
			return CHECK_FATE_CLIENT;
		/* A 421 as greeting defers as one at RCPT does. */
		if (r->phase < PHASE_MAIL && r->err != ERR_TEMPORARY)
			return CHECK_FATE_CLOSED;
		return r->err == ERR_TEMPORARY ? CHECK_FATE_DEFERRED : CHECK_FATE_REJECTED;
	}
	switch (check_path(a)) {
	case PATH_SILENT:
		return CHECK_FATE_SILENT;
	case PATH_REFUSED:
		return CHECK_FATE_UNREACHED;
	case PATH_DOWN:
		return r->phase == PHASE_CONNECT ? CHECK_FATE_UNREACHED : CHECK_FATE_FAILED;
	default:
		return CHECK_FATE_FAILED;
	}
}

static const struct check_address *
address_at(const struct check *k, size_t n)
{
	for (size_t i = 0; i < k->nhosts; i++) {
		if (n < k->host[i].naddresses)
			return &k->host[i].address[n];
		n -= k->host[i].naddresses;
	}
	return NULL;
}

/* "mx2 over IPv4"; its family where the host has both. */
static struct span
name_of(const struct weighing *w, const struct check_address *a)
{
	const struct check_host *h = a->host;
	char text[ADDR_TEXT];
	bool both = false;

	for (size_t i = 0; i < h->naddresses; i++)
		both |= addr_family(&h->address[i].addr) != addr_family(&a->addr);
	if (h->naddresses > 1 && !both)
		return arena_printf(w->arena, "%.*s at %s", SPAN_ARG(text_safe(w->arena, h->name)),
		    addr_host(&a->addr, text));
	return arena_printf(w->arena, "%.*s%s", SPAN_ARG(text_safe(w->arena, h->name)),
	    !both			   ? "" :
		addr_family(&a->addr) == 6 ? " over IPv6" :
					     " over IPv4");
}

static struct span
first_line(const struct weighing *w, const struct check_address *a)
{
	const struct check_look *look = check_last(a);
	const struct reply *reply = look ? look->result.reply[look->result.phase] : NULL;

	if (!reply || reply->nlines == 0)
		return SPAN_NONE;
	return arena_printf(w->arena, "%u %.*s", reply->code,
	    SPAN_ARG(text_safe(w->arena, span_first(reply->line[0], 160))));
}

/* ---- classes of senders */

/* What a sender of a class asks of an address before it hands a message over. */
typedef bool allow_fn(const struct weighing *, const struct check_address *, const char **why);

static bool
allow_all(const struct weighing *w, const struct check_address *a, const char **why)
{
	(void)w, (void)a, (void)why;
	return true;
}

static bool
allow_sts(const struct weighing *w, const struct check_address *a, const char **why)
{
	const struct probe_result *r = &a->look[0].result;
	const struct tls_info *tls = a->nlooks ? r->tls : NULL;

	switch (sts_judge(w->check->sts, a->host->name, tls != NULL, tls && tls->verified)) {
	case STS_NOT_LISTED:
		*why = "is not listed in the policy";
		return false;
	case STS_NO_TLS:
		*why = "does not offer TLS";
		return false;
	case STS_NOT_VERIFIED:
		*why = "has a certificate that does not verify";
		return false;
	default:
		return true;
	}
}

static enum dane_state
dane_of(const struct check_address *a)
{
	const struct tls_dane *after = a->nlooks ? a->look[0].result.dane : NULL;

	return after		 ? after->state :
	    a->host->found->dane ? a->host->found->dane->state :
				   DANE_NONE;
}

static bool
allow_dane(const struct weighing *w, const struct check_address *a, const char **why)
{
	(void)w;
	switch (dane_of(a)) {
	case DANE_MISMATCHED:
		*why = "has TLSA records that do not match its certificate";
		return false;
	case DANE_FAILED:
		*why = "has a failing TLSA lookup";
		return false;
	case DANE_USABLE:
		*why = "has TLSA records but no TLS";
		return false;
	case DANE_UNUSABLE:
		*why = "has TLSA records but no TLS";
		return a->nlooks && a->look[0].result.tls;
	default:
		return true;
	}
}

/* A client that logs in wants a certificate that verifies, and AUTH once TLS is up. */
static bool
allow_client(const struct weighing *w, const struct check_address *a, const char **why)
{
	const struct probe_result *r = &a->look[0].result;

	(void)w;
	if (!r->tls) {
		*why = "does not offer TLS";
		return false;
	}
	if (!r->tls->verified) {
		*why = "has a certificate that does not verify";
		return false;
	}
	*why = "does not offer AUTH";
	return r->extensions && extensions_find(r->extensions, SPAN("AUTH"));
}

/* "mx1 cannot be reached; mx2: the policy does not name it": why each host is left out, once. */
static struct span
why_none(struct weighing *w, allow_fn *allow)
{
	const struct check *k = w->check;
	struct span out = SPAN_NONE;
	size_t n = 0;

	for (size_t i = 0; i < k->nhosts && n < 4; i++) {
		const struct check_host *h = &k->host[i];
		const char *why = NULL, *reason = "has no address";
		for (size_t j = 0; j < h->naddresses; j++) {
			const struct check_address *a = &h->address[j];
			enum check_fate fate = w->out->fate[a->number];
			reason = fate == CHECK_FATE_UNREACHED ? "cannot be reached" :
			    fate == CHECK_FATE_SILENT	      ? "does not answer" :
			    fate == CHECK_FATE_NO_ROUTE	      ? "was not tried" :
			    !allow(w, a, &why)		      ? why :
			    fate == CHECK_FATE_CLOSED	      ? "accepts no mail now" :
			    fate == CHECK_FATE_DEFERRED	      ? "defers it" :
								"fails";
			/* What a server does that answers tells more than one that does not. */
			if (fate != CHECK_FATE_UNREACHED && fate != CHECK_FATE_SILENT &&
			    fate != CHECK_FATE_NO_ROUTE)
				break;
		}
		out = arena_printf(w->arena, "%.*s%s%.*s %s", SPAN_ARG(out), n++ ? "; " : "",
		    SPAN_ARG(text_safe(w->arena, h->name)), reason);
	}
	return out;
}

struct tally {
	size_t tried, deferred, client, silent, closed, unknown, no_route;
};

/* A resolver that does not answer for a host says nothing of it: it may well have an address. */
static bool
lookup_is_open(const struct check *k)
{
	for (size_t i = 0; i < k->nhosts; i++) {
		const struct host *found = k->host[i].found->hop->found;
		if (found->naddr == 0 &&
		    (found->cause == CAUSE_NO_ANSWER || found->cause == CAUSE_DNS_REFUSED ||
			(found->cause == CAUSE_SERVFAIL &&
			    !found->doubt.without_validation)))
			return true;
	}
	return false;
}

static bool
fails_validation(const struct check *k)
{
	bool found = k->lookup->route->doubt.without_validation;

	for (size_t i = 0; i < k->nhosts; i++)
		found |= k->host[i].found->hop->found->doubt.without_validation;
	return found;
}

/*
 * The addresses as a sender tries them, in the order of the MX: the first that accepts has the
 * message, the first that rejects it for good ends it, all else leads to the next.
 */
static void
walk(struct weighing *w, enum check_sender sender, allow_fn *allow)
{
	struct check_class *c = &w->out->class[sender];
	const struct check_address *a, *deferring = NULL, *client = NULL, *held = NULL;
	const char *why = NULL;
	bool barred = false;
	struct tally n = { 0 };

	for (size_t i = 0; (a = address_at(w->check, i)) && !c->by; i++) {
		enum check_fate fate = w->out->fate[i];
		bool grey = greylisting(check_last(a)) != NULL;
		n.tried++;
		if (!allow(w, a, &why)) {
			barred = true;
			continue;
		}
		switch (fate) {
		case CHECK_FATE_ACCEPTED:
			c->passage = PASSAGE_YES;
			c->by = a;
			break;
		case CHECK_FATE_REJECTED:
			c->passage = PASSAGE_NO;
			c->by = a;
			break;
		case CHECK_FATE_DEFERRED:
			if (grey) {
				c->passage = PASSAGE_YES;
				c->by = a;
				break;
			}
			n.deferred++;
			deferring = deferring ? deferring : a;
			break;
		case CHECK_FATE_CLIENT:
			n.client++;
			client = client ? client : a;
			break;
		case CHECK_FATE_SILENT:
			n.silent++;
			break;
		case CHECK_FATE_CLOSED:
			n.closed++;
			deferring = deferring ? deferring : a;
			break;
		case CHECK_FATE_UNKNOWN:
			n.unknown++;
			if (!held && holds_back(check_last(a)))
				held = a;
			break;
		case CHECK_FATE_NO_ROUTE:
			n.no_route++;
			break;
		default:
			break;
		}
	}
	if (c->passage == PASSAGE_YES) {
		const struct diagnosis *grey = greylisting(check_last(c->by));
		c->text = arena_printf(w->arena, "yes, by %.*s%s", SPAN_ARG(name_of(w, c->by)),
		    grey && w->out->fate[c->by->number] == CHECK_FATE_DEFERRED ?
			"; it greylisted this check, so a first message is delayed until its "
			"sender retries" :
			"");
	} else if (c->passage == PASSAGE_NO) {
		c->text = arena_printf(w->arena, "no: %.*s rejects it: %.*s",
		    SPAN_ARG(name_of(w, c->by)), SPAN_ARG(first_line(w, c->by)));
	} else if (n.client > 0 && rejects_null_sender(check_last(client))) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = arena_printf(w->arena,
		    "unknown: %.*s rejects the null sender that this check used; other senders may "
		    "get through",
		    SPAN_ARG(name_of(w, client)));
	} else if (n.client > 0) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = arena_printf(w->arena,
		    "unknown: %.*s rejected this client; run the check on the host that sends the "
		    "mail",
		    SPAN_ARG(name_of(w, client)));
	} else if (n.tried == 0 && lookup_is_open(w->check)) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: the address of an MX could not be looked up here");
	} else if (n.tried == 0 && fails_validation(w->check)) {
		c->passage = PASSAGE_NO;
		c->text = SPAN("no: senders with a validating resolver find no address (DNSSEC)");
	} else if (n.tried == 0) {
		c->passage = PASSAGE_NO;
		c->text = SPAN("no: there is no address to send to");
	} else if (held) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = arena_printf(w->arena,
		    "unknown: %.*s delays its greeting for longer than this check waited",
		    SPAN_ARG(name_of(w, held)));
	} else if (n.unknown > 0) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: not every address was fully tested");
	} else if (n.no_route == n.tried) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: this machine has no route to any address");
	} else if (n.silent > 0 && n.silent + n.no_route == n.tried) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: no address responds from here");
	} else if (barred) {
		c->passage = PASSAGE_NO;
		c->text = arena_printf(w->arena, "no: %.*s", SPAN_ARG(why_none(w, allow)));
	} else if (n.deferred > 0) {
		c->passage = PASSAGE_DEFERRED;
		c->text = arena_printf(w->arena, "deferred by %.*s: %.*s",
		    SPAN_ARG(name_of(w, deferring)), SPAN_ARG(first_line(w, deferring)));
	} else if (n.closed > 0) {
		c->passage = PASSAGE_NO;
		c->text = arena_printf(w->arena, "no: %.*s accepts no mail now: %.*s",
		    SPAN_ARG(name_of(w, deferring)), SPAN_ARG(first_line(w, deferring)));
	} else {
		c->passage = PASSAGE_NO;
		c->text = arena_printf(w->arena, "no: %.*s", SPAN_ARG(why_none(w, allow)));
	}
}

static void
weigh_sts(struct weighing *w)
{
	struct check_class *c = &w->out->class[CHECK_SENDER_STS];
	const struct sts *sts = w->check->sts;

	if (!sts || sts->state == STS_NONE) {
		c->text = SPAN("like ordinary senders: no policy is published");
		return;
	}
	switch (sts->state) {
	case STS_FOUND:
		break;
	case STS_UNABLE:
	case STS_UNKNOWN:
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: the policy could not be looked up here");
		return;
	default:
		c->passage = w->out->class[CHECK_SENDER_ORDINARY].passage;
		c->by = w->out->class[CHECK_SENDER_ORDINARY].by;
		c->text = SPAN("like ordinary senders, or by an older cached policy: the policy "
			       "cannot be used");
		return;
	}
	if (sts->policy.mode != STS_MODE_ENFORCE) {
		c->text = arena_printf(w->arena, "like ordinary senders: the policy's mode is %s",
		    sts_mode_word(sts->policy.mode));
		return;
	}
	walk(w, CHECK_SENDER_STS, allow_sts);
}

static void
weigh_dane(struct weighing *w)
{
	struct check_class *c = &w->out->class[CHECK_SENDER_DANE];
	const struct check_address *a;
	size_t applies = 0, unknown = 0;

	for (size_t i = 0; (a = address_at(w->check, i)); i++)
		switch (dane_of(a)) {
		case DANE_NONE:
		case DANE_INSECURE:
		case DANE_PATH:
			break;
		case DANE_UNKNOWN:
			unknown++;
			break;
		default:
			applies++;
		}
	if (unknown > 0) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: this resolver is not known to validate DNSSEC");
	} else if (applies == 0) {
		c->text = SPAN("like ordinary senders: no validated TLSA records");
	} else {
		walk(w, CHECK_SENDER_DANE, allow_dane);
	}
}

/* ---- findings */

/*
 * What counts here: whatever one address does, the verdict is about the domain. A rejection of this
 * client says nothing of others; greylisting is a manner of receiving.
 */
static enum health
state_here(const struct diagnosis *d)
{
	enum concern concern = concern_of(d);

	if (d->cause == CAUSE_GREYLISTED || d->cause == CAUSE_POSTSCREEN_TESTS)
		return STATE_OK;
	/* The server is healthy, and this side did not wait for it. */
	if (d->cause == CAUSE_GREETING_DELAY)
		return d->state == STATE_OK ? STATE_OK : STATE_UNKNOWN;
	/* Between mail servers TLS is optional, unless a policy says otherwise. */
	if (d->cause == CAUSE_STARTTLS_MISSING && !check_is_submission(d->place.port))
		return STATE_OK;
	/* Whose fault a SERVFAIL is, it does not say. */
	if (d->cause == CAUSE_DNS_SERVER_FAILURE ||
	    (d->state != STATE_OK && (concern == CONCERNS_CLIENT || concern == CONCERNS_SENDER ||
				 concern == CONCERNS_RESOLVER)))
		return STATE_UNKNOWN;
	return d->state;
}

static void
add_finding(struct weighing *w, const struct diagnosis *d, const struct check_host *host,
    const struct check_address *a)
{
	struct span text = diagnosis_sentence(d, w->arena);

	/* What holds of a host is said once, not at each of its addresses. */
	for (const struct check_finding *o = w->out->findings; o; o = o->next)
		if (o->what->cause == d->cause && o->host == host &&
		    span_eq(diagnosis_sentence(o->what, w->arena), text))
			return;
	struct check_finding *f = ARENA_NEW(w->arena, struct check_finding);
	*f = (struct check_finding){
		.what = d, .host = host, .address = a, .state = state_here(d)
	};
	*w->end = f;
	w->end = &f->next;
}

static unsigned
weight(const struct check_finding *f)
{
	static const unsigned by_state[] = {
		[STATE_OK] = 0, [STATE_UNKNOWN] = 1, [STATE_WARNING] = 2, [STATE_CRITICAL] = 3
	};

	return by_state[f->state] * 2 + !f->what->symptom;
}

/* The worst first; among equals the order of the MX stays. */
static void
sort_findings(struct check_verdict *v)
{
	struct check_finding *sorted = NULL, *next;

	for (struct check_finding *f = v->findings; f; f = next) {
		struct check_finding **at = &sorted;
		next = f->next;
		while (*at && weight(*at) >= weight(f))
			at = &(*at)->next;
		f->next = *at;
		*at = f;
	}
	v->findings = sorted;
}

/*
 * A further look was made of a guess. That TLS is not what a silent port speaks is this side's
 * error and no fault there; and whoever failed a handshake may be in disorder behind it.
 */
static bool
is_news(const struct check_address *a, const struct check_look *look, const struct diagnosis *d)
{
	if (look->why == CHECK_IMPLICIT && !look->result.tls)
		return false;
	return d->cause != CAUSE_OUT_OF_STEP || !a->look[0].diagnoses;
}

static void
collect(struct weighing *w)
{
	const struct check_address *a;

	for (const struct diagnosis *d = check_domain(w->check, w->arena); d; d = d->next)
		add_finding(w, d, NULL, NULL);
	for (size_t i = 0; (a = address_at(w->check, i)); i++)
		for (size_t j = 0; j < a->nlooks; j++)
			for (const struct diagnosis *d = a->look[j].diagnoses; d; d = d->next)
				if (j == 0 || is_news(a, &a->look[j], d))
					add_finding(w, d, a->host, a);
	sort_findings(w->out);
}

/* ---- what to do */

static bool
is_here(enum concern concern)
{
	return concern == CONCERNS_CLIENT || concern == CONCERNS_RESOLVER ||
	    concern == CONCERNS_SENDER || concern == CONCERNS_DIALOGUE ||
	    concern == CONCERNS_MESSAGE;
}

static void
add_step(struct weighing *w, const struct check_finding *f)
{
	struct check_verdict *v = w->out;
	bool here = is_here(concern_of(f->what));
	struct span text = diagnosis_next(f->what, here ? FOR_CLIENT : FOR_SERVER, w->arena);

	if (text.len == 0 && !here) {
		here = true;
		text = diagnosis_next(f->what, FOR_CLIENT, w->arena);
	}
	if (text.len == 0 || v->nsteps == CHECK_STEPS_MAX)
		return;
	for (size_t i = 0; i < v->nsteps; i++)
		if (span_eq(v->step[i].text, text))
			return;
	v->step[v->nsteps++] = (struct check_step){ .finding = f, .here = here, .text = text };
}

/* What stops those who honour a policy is no mere symptom of what others bear. */
static bool
is_a_step(const struct check_finding *f)
{
	enum cause cause = f->what->cause;

	return f->state != STATE_OK &&
	    (!f->what->symptom || cause == CAUSE_DANE_NO_TLS || cause == CAUSE_STS_NO_TLS);
}

/* What stops nobody here and is wrong all the same: a certificate between servers, no TLSRPT. */
static bool
is_worth_a_step(const struct check_verdict *v, const struct check_finding *f)
{
	enum cause cause = f->what->cause;
	struct addr literal;

	/* That there is no TLS was said by what it stops. */
	for (size_t i = 0; cause == CAUSE_STARTTLS_MISSING && i < v->nsteps; i++) {
		enum cause told = v->step[i].finding->what->cause;
		if (told == CAUSE_PASSWORDS_IN_CLEAR || told == CAUSE_DANE_NO_TLS ||
		    told == CAUSE_STS_NO_TLS)
			return false;
	}
	/* An address that was named is no name that a certificate lacks. */
	if ((cause == CAUSE_CERT_NAME || cause == CAUSE_CERT_NO_SAN) &&
	    addr_parse(&literal, f->what->place.host, 25))
		return false;
	if (f->state != STATE_OK || f->what->symptom || cause == CAUSE_GREYLISTED ||
	    cause == CAUSE_POSTSCREEN_TESTS)
		return false;
	return cause_row(cause)->state != STATE_OK || cause == CAUSE_STS_NO_TLSRPT ||
	    cause == CAUSE_TLSRPT_RECORD;
}

/* ---- the whole */

static struct span
whose_mail(const struct weighing *w)
{
	const struct check *k = w->check;

	/* a postmaster who was tried because nobody was named is not whom the check is about */
	if (k->rcpt && (k->opts->rcpt || k->target->sender.len > 0))
		return text_safe(w->arena, span_of(k->rcpt));
	if (k->target->sender.len > 0)
		return text_safe(w->arena, k->target->text);
	return text_safe(w->arena, k->domain.len ? k->domain : k->target->host);
}

/* Where one address of several takes mail, the others do not go unmentioned. */
static bool
is_the_only_one(const struct weighing *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->check->naddresses; i++)
		n += w->out->fate[i] == CHECK_FATE_ACCEPTED ||
		    greylisting(check_last(address_at(w->check, i)));
	return n == 1 && w->check->naddresses > 1;
}

static void
conclude(struct weighing *w)
{
	struct check_verdict *v = w->out;
	const struct check *k = w->check;
	enum check_sender first = k->nhosts && k->host[0].submission ? CHECK_SENDER_CLIENT :
								       CHECK_SENDER_ORDINARY;
	const struct check_class *ordinary = &v->class[first], *sts = &v->class[CHECK_SENDER_STS],
				 *dane = &v->class[CHECK_SENDER_DANE];
	bool warned = false, policy = sts->passage == PASSAGE_NO || dane->passage == PASSAGE_NO;
	struct span mail = whose_mail(w), cause = SPAN_NONE;

	for (const struct check_finding *f = v->findings; f; f = f->next)
		warned |= f->state == STATE_WARNING || f->state == STATE_CRITICAL;
	if (v->findings)
		cause = diagnosis_sentence(v->findings->what, w->arena);
	switch (ordinary->passage) {
	case PASSAGE_YES:
		v->state = policy ? STATE_CRITICAL : warned ? STATE_WARNING : STATE_OK;
		v->title = arena_printf(w->arena, "%.*s: %s%.*s%s%s", SPAN_ARG(mail),
		    first == CHECK_SENDER_CLIENT ? "clients can log in at " :
			is_the_only_one(w)	 ? "only " :
						   "mail is accepted by ",
		    SPAN_ARG(name_of(w, ordinary->by)),
		    first != CHECK_SENDER_CLIENT && is_the_only_one(w) ? " accepts mail" : "",
		    !policy ? "" :
			sts->passage == PASSAGE_NO && dane->passage == PASSAGE_NO ?
			      "; MTA-STS and DANE senders defer it, and eventually bounce it" :
			sts->passage == PASSAGE_NO ?
			      "; MTA-STS senders defer it, and eventually bounce it" :
			      "; DANE senders defer it, and eventually bounce it");
		return;
	case PASSAGE_DEFERRED:
		v->state = policy ? STATE_CRITICAL : STATE_WARNING;
		break;
	case PASSAGE_UNKNOWN:
		v->state = STATE_UNKNOWN;
		break;
	default:
		v->state = STATE_CRITICAL;
	}
	v->title = k->naddresses == 0 && cause.len > 0 ?
	    arena_printf(w->arena, "%.*s: %.*s", SPAN_ARG(mail), SPAN_ARG(cause)) :
	    arena_printf(w->arena, "%.*s: %.*s", SPAN_ARG(mail), SPAN_ARG(ordinary->text));
}

void
check_verdict(const struct check *k, struct check_verdict *out, struct arena *arena)
{
	struct weighing w = { .check = k, .out = out, .arena = arena, .end = &out->findings };
	const struct check_address *a;
	bool submission = k->nhosts > 0 && k->host[0].submission;

	*out = (struct check_verdict){ .fate = ARENA_ARRAY(arena, enum check_fate, k->naddresses) };
	if (!k->lookup) {
		out->state = STATE_UNKNOWN;
		out->title = arena_printf(arena, "%.*s: unknown: the lookups were not completed",
		    SPAN_ARG(whose_mail(&w)));
		return;
	}
	if (k->opts->dry_run) {
		out->title = arena_printf(arena, "%.*s: dry run, would connect to %zu address%s",
		    SPAN_ARG(whose_mail(&w)), k->naddresses, k->naddresses == 1 ? "" : "es");
		return;
	}
	for (size_t i = 0; (a = address_at(k, i)); i++)
		out->fate[i] = fate_of(k, a);
	collect(&w);
	if (submission) {
		walk(&w, CHECK_SENDER_CLIENT, allow_client);
	} else if (k->nhosts == 0 && out->findings && out->findings->state == STATE_UNKNOWN) {
		/* A lookup that failed is no verdict on the domain, whoever sends. */
		for (size_t i = 0; i < CHECK_SENDER_COUNT; i++) {
			if (i == CHECK_SENDER_CLIENT)
				continue;
			out->class[i].passage = PASSAGE_UNKNOWN;
			out->class[i].text = SPAN("unknown: the domain could not be looked up");
		}
	} else {
		walk(&w, CHECK_SENDER_ORDINARY, allow_all);
		weigh_sts(&w);
		weigh_dane(&w);
	}
	for (const struct check_finding *f = out->findings; f; f = f->next)
		if (is_a_step(f))
			add_step(&w, f);
	/* Where mail does not get through, nothing else is worth the room. */
	for (const struct check_finding *f = out->findings; f; f = f->next)
		if (out->class[CHECK_SENDER_ORDINARY].passage == PASSAGE_YES &&
		    is_worth_a_step(out, f))
			add_step(&w, f);
	conclude(&w);
}
