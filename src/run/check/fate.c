/* fate - what one address does with the mail of a sender that ignores certificates. */
#include <assert.h>

#include "base/text.h"
#include "run/check/domain.h"
#include "run/check/verdict_impl.h"

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

/*
 * Returns whom a cause concerns in a check. An MX that will not relay does not accept the domain as
 * its own; forwarding happens behind the recipient; TLS was used wherever it was offered.
 */
enum concern
verdict_concern(const struct diagnosis *d)
{
	switch (d->cause) {
	case CAUSE_STARTTLS_REQUIRED: case CAUSE_FORWARDING_BLOCKED:
	case CAUSE_AUTH_NOT_ENABLED:
		return CONCERNS_SERVER;
	case CAUSE_TLS_PORT:
		/* on 465 this client chose the wrong TLS mode, on other ports the server did */
		return d->place.port == 465 ? CONCERNS_DIALOGUE : CONCERNS_SERVER;
	case CAUSE_RELAY_DENIED: case CAUSE_AUTH_REQUIRED: case CAUSE_PROXY_HEADER_WANTED:
	case CAUSE_NOT_SMTP: case CAUSE_MAILBOX_SERVER: case CAUSE_LMTP_SERVER:
	case CAUSE_CLEAR_PORT: case CAUSE_TLS_CLIENT_CERT:
		/* no sender can work around an MX that is not one */
		return d->place.mx ? CONCERNS_SERVER : cause_row(d->cause)->concern;
	default:
		return cause_row(d->cause)->concern;
	}
}

/*
 * Returns whether a cause is about this client. Causes about the sender are: other senders may have
 * a valid SPF record or domain.
 */
static bool
concerns_client(const struct check_look *look)
{
	for (const struct diagnosis *d = look->diagnoses; d; d = d->next) {
		enum concern concern = verdict_concern(d);
		if (d->state != STATE_OK &&
		    (concern == CONCERNS_CLIENT || concern == CONCERNS_SENDER))
			return true;
	}
	return false;
}

/* A server that defers unknown clients once does accept mail. */
const struct diagnosis *
verdict_greylisting(const struct check_look *look)
{
	for (const struct diagnosis *d = look ? look->diagnoses : NULL; d; d = d->next)
		if (d->cause == CAUSE_GREYLISTED || d->cause == CAUSE_POSTSCREEN_TESTS)
			return d;
	return NULL;
}

/* A reply had begun, but the check did not wait for its end; senders wait longer. */
bool
verdict_holds_back(const struct check_look *look)
{
	const struct diagnosis *d = look ? look->diagnoses : NULL;

	return d && (d->cause == CAUSE_GREETING_DELAY || d->cause == CAUSE_TARPIT) &&
	    d->state != STATE_OK;
}

/* Senders other than bounces may well get through where the null sender of this check does not. */
bool
verdict_rejects_null_sender(const struct check_look *look)
{
	const struct diagnosis *d = look ? look->diagnoses : NULL;

	return d && d->cause == CAUSE_NULL_SENDER_REJECTED;
}

/* A reply with codes of different classes is not an acceptance. */
static bool
is_acceptance(const struct reply *reply)
{
	return reply && reply->code / 100 == 2 && !(reply->flaws & REPLY_MIXED);
}

enum check_fate
verdict_fate(const struct check *k, const struct check_address *a)
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
	if (verdict_holds_back(look))
		return CHECK_FATE_UNKNOWN;
	const struct reply
	    *last = r->reply[k->rcpt && !a->host->submission ? PHASE_RCPT : PHASE_MAIL];
	if (a->host->submission ? r->err == ERR_NONE : is_acceptance(last))
		return CHECK_FATE_ACCEPTED;
	if ((r->err == ERR_TEMPORARY || r->err == ERR_REFUSED) && r->reply[r->phase]) {
		if (verdict_greylisting(look))
			return CHECK_FATE_DEFERRED;
		if (concerns_client(look) || verdict_rejects_null_sender(look))
			return CHECK_FATE_CLIENT;
		/* A 421 in place of the greeting defers, like a 4xx to RCPT. */
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

const struct check_address *
verdict_address(const struct check *k, size_t n)
{
	for (size_t i = 0; i < k->nhosts; i++) {
		if (n < k->host[i].naddresses)
			return &k->host[i].address[n];
		n -= k->host[i].naddresses;
	}
	return NULL;
}

/* "mx2 over IPv4"; the family only if the host has both. */
struct span
verdict_name(const struct weighing *w, const struct check_address *a)
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

struct span
verdict_first_line(const struct weighing *w, const struct check_address *a)
{
	const struct check_look *look = check_last(a);
	const struct reply *reply = look ? look->result.reply[look->result.phase] : NULL;

	if (!reply || reply->nlines == 0)
		return SPAN_NONE;
	return arena_printf(w->arena, "%u %.*s", reply->code,
	    SPAN_ARG(text_safe(w->arena, span_first(reply->line[0], 160))));
}
