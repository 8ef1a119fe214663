/* senders - how each class of sender fares with the addresses of a domain. */
#include <assert.h>

#include "base/text.h"
#include "run/check/verdict_impl.h"

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

/* Returns whether a sender of a class would hand a message to an address; if not, sets *why. */
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

/* A client that logs in requires a verified certificate, and AUTH within TLS. */
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

/* Returns why each host is left out: "mx1 cannot be reached; mx2 is not listed in the policy". */
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
			/* What a server that answers does is more informative. */
			if (fate != CHECK_FATE_UNREACHED && fate != CHECK_FATE_SILENT &&
			    fate != CHECK_FATE_NO_ROUTE)
				break;
		}
		out = arena_printf(w->arena, "%.*s%s%.*s %s", SPAN_ARG(out), n++ ? "; " : "",
		    SPAN_ARG(text_safe(w->arena, h->name)), reason);
	}
	return out;
}

/* How many addresses of a domain do what to a sender, and the first of each kind. */
struct tally {
	size_t tried, deferred, client, silent, closed, unknown, no_route;
	bool barred;			/* the sender's policy excludes an address */
	const struct check_address *deferring, *rejecting_client, *held;
};

/* Returns whether the lookup of an MX's address failed here, so that it may well have one. */
static bool
lookup_is_open(const struct check *k)
{
	for (size_t i = 0; i < k->nhosts; i++) {
		const struct host *found = k->host[i].found->hop->found;
		if (found->naddr == 0 &&
		    (found->cause == CAUSE_NO_ANSWER || found->cause == CAUSE_DNS_REFUSED ||
			found->cause == CAUSE_DNS_UNUSABLE || found->cause == CAUSE_NOT_QUERIED ||
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
 * Tries the addresses as a sender does, in the order of the MX: the first that accepts has the
 * message, the first that rejects it with a 5xx ends the attempt, everything else leads to the next
 * address.
 */
static void
senders_walk(const struct weighing *w, struct check_class *c, allow_fn *allow, struct tally *n)
{
	const struct check_address *a;
	const char *why = NULL;

	for (size_t i = 0; (a = verdict_address(w->check, i)) && !c->by; i++) {
		enum check_fate fate = w->out->fate[i];
		bool grey = verdict_greylisting(check_last(a)) != NULL;
		n->tried++;
		if (!allow(w, a, &why)) {
			n->barred = true;
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
			n->deferred++;
			n->deferring = n->deferring ? n->deferring : a;
			break;
		case CHECK_FATE_CLIENT:
			n->client++;
			n->rejecting_client = n->rejecting_client ? n->rejecting_client : a;
			break;
		case CHECK_FATE_SILENT:
			n->silent++;
			break;
		case CHECK_FATE_CLOSED:
			n->closed++;
			n->deferring = n->deferring ? n->deferring : a;
			break;
		case CHECK_FATE_UNKNOWN:
			n->unknown++;
			if (!n->held && verdict_holds_back(check_last(a)))
				n->held = a;
			break;
		case CHECK_FATE_NO_ROUTE:
			n->no_route++;
			break;
		default:
			break;
		}
	}
}

static void
senders_try(struct weighing *w, enum check_sender sender, allow_fn *allow)
{
	struct check_class *c = &w->out->class[sender];
	struct tally all = { 0 }, *n = &all;

	senders_walk(w, c, allow, n);
	if (c->passage == PASSAGE_YES) {
		const struct diagnosis *grey = verdict_greylisting(check_last(c->by));
		c->text = arena_printf(w->arena, "yes, by %.*s%s", SPAN_ARG(verdict_name(w, c->by)),
		    grey && w->out->fate[c->by->number] == CHECK_FATE_DEFERRED ?
			"; it greylisted this check, so a first message is delayed until its "
			"sender retries" :
			"");
	} else if (c->passage == PASSAGE_NO) {
		c->text = arena_printf(w->arena, "no: %.*s rejects it: %.*s",
		    SPAN_ARG(verdict_name(w, c->by)), SPAN_ARG(verdict_first_line(w, c->by)));
	} else if (n->client > 0 && verdict_rejects_null_sender(check_last(n->rejecting_client))) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = arena_printf(w->arena,
		    "unknown: %.*s rejects the null sender that this check used; other senders may "
		    "get through",
		    SPAN_ARG(verdict_name(w, n->rejecting_client)));
	} else if (n->client > 0) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = arena_printf(w->arena,
		    "unknown: %.*s rejected this client; run the check on the host that sends the "
		    "mail",
		    SPAN_ARG(verdict_name(w, n->rejecting_client)));
	} else if (n->tried == 0 && lookup_is_open(w->check)) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: the address of an MX could not be looked up here");
	} else if (n->tried == 0 && fails_validation(w->check)) {
		c->passage = PASSAGE_NO;
		c->text = SPAN("no: senders with a validating resolver find no address (DNSSEC)");
	} else if (n->tried == 0) {
		c->passage = PASSAGE_NO;
		c->text = SPAN("no: there is no address to send to");
	} else if (n->held) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = arena_printf(w->arena,
		    "unknown: %.*s delays its replies for longer than this check waited",
		    SPAN_ARG(verdict_name(w, n->held)));
	} else if (n->unknown > 0) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: not every address was fully tested");
	} else if (n->no_route == n->tried) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: this machine has no route to any address");
	} else if (n->silent > 0 && n->silent + n->no_route == n->tried) {
		c->passage = PASSAGE_UNKNOWN;
		c->text = SPAN("unknown: no address responds from here");
	} else if (n->barred) {
		c->passage = PASSAGE_NO;
		c->text = arena_printf(w->arena, "no: %.*s", SPAN_ARG(why_none(w, allow)));
	} else if (n->deferred > 0) {
		c->passage = PASSAGE_DEFERRED;
		c->text = arena_printf(w->arena, "deferred by %.*s: %.*s",
		    SPAN_ARG(verdict_name(w, n->deferring)),
		    SPAN_ARG(verdict_first_line(w, n->deferring)));
	} else if (n->closed > 0) {
		c->passage = PASSAGE_NO;
		c->text = arena_printf(w->arena, "no: %.*s accepts no mail now: %.*s",
		    SPAN_ARG(verdict_name(w, n->deferring)),
		    SPAN_ARG(verdict_first_line(w, n->deferring)));
	} else {
		c->passage = PASSAGE_NO;
		c->text = arena_printf(w->arena, "no: %.*s", SPAN_ARG(why_none(w, allow)));
	}
}

static void
senders_try_sts(struct weighing *w)
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
	senders_try(w, CHECK_SENDER_STS, allow_sts);
}

static void
senders_try_dane(struct weighing *w)
{
	struct check_class *c = &w->out->class[CHECK_SENDER_DANE];
	const struct check_address *a;
	size_t applies = 0, unknown = 0;

	for (size_t i = 0; (a = verdict_address(w->check, i)); i++)
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
		senders_try(w, CHECK_SENDER_DANE, allow_dane);
	}
}

void
verdict_weigh_senders(struct weighing *w)
{
	const struct check *k = w->check;
	struct check_verdict *out = w->out;

	if (k->nhosts > 0 && k->host[0].submission) {
		senders_try(w, CHECK_SENDER_CLIENT, allow_client);
	} else if (k->nhosts == 0 &&
	    (!out->findings || out->findings->state == STATE_UNKNOWN)) {
		/* A failed lookup says nothing about the domain, for any class of sender. */
		for (size_t i = 0; i < CHECK_SENDER_COUNT; i++) {
			if (i == CHECK_SENDER_CLIENT)
				continue;
			out->class[i].passage = PASSAGE_UNKNOWN;
			out->class[i].text = SPAN("unknown: the domain could not be looked up");
			/* no finding says so, since the fault is this machine's */
			if (i == CHECK_SENDER_ORDINARY && !out->findings && k->lookup->err.kind)
				out->class[i].text = arena_printf(
				    w->arena, "unknown: %s", k->lookup->err.text);
		}
	} else {
		senders_try(w, CHECK_SENDER_ORDINARY, allow_all);
		senders_try_sts(w);
		senders_try_dane(w);
	}
}
