/* check - the texts that all formats of a check's report share. */
#include "ui/report/check.h"

#include "base/ascii.h"
#include "base/text.h"
#include "run/route/dane.h"
#include "run/diagnosis/cert_words.h"

struct span
check_no_vantage(const struct check *k)
{
	return k->nconnections > 0 ? SPAN("this host; no connection succeeded") :
				     SPAN("this host; no connection was made");
}

struct span
check_vantage(const struct check *k, struct arena *arena)
{
	const struct lookup_address *names = k->local_names;
	char text[ADDR_TEXT];

	if (k->local.len == 0)
		return SPAN_NONE;
	if (!names)
		return arena_copy(arena, span_of(addr_host(&k->local, text)));
	if (names->nptr == 0)
		return arena_printf(arena, "%s (no PTR record)", addr_host(&k->local, text));
	return arena_printf(arena, "%s (PTR %.*s%s)", addr_host(&k->local, text),
	    SPAN_ARG(text_safe(arena, names->ptr[0].name)),
	    names->ptr[0].points_back ? "" : ", not forward-confirmed");
}

static struct span
lower_first(struct span text, struct arena *arena)
{
	struct span copy = arena_copy(arena, text);

	/* "TLS …" and "DANE …" keep their capitals. */
	if (copy.len > 1 && ascii_is_upper(copy.at[0]) && copy.at[1] >= 'a')
		((char *)(size_t)copy.at)[0] = ascii_lower(copy.at[0]);
	return copy;
}

/* Returns the cause's title and what was received. */
static struct span
failure(const struct diagnosis *d, struct arena *arena)
{
	struct span title = lower_first(span_of(cause_row(d->cause)->title), arena);

	if (d->evidence.len == 0)
		return title;
	return arena_printf(
	    arena, "%.*s: %.*s", SPAN_ARG(title), SPAN_ARG(span_first(d->evidence, 200)));
}

static struct span
waited(const struct check_look *look, struct arena *arena)
{
	char took[24];

	text_time(took, look->result.us[look->result.phase]);
	return arena_copy(arena, span_of(took));
}

struct span
check_outcome(const struct check_report *c, const struct check_address *a, struct arena *arena)
{
	const struct check_look *look = check_last(a);
	enum check_fate fate = c->verdict->fate[a->number];
	const struct tls_info *tls = look ? look->result.tls : NULL;

	if (c->check->opts->dry_run)
		return a->host->submission ?
		    SPAN("EHLO, STARTTLS, EHLO, QUIT") :
		    text_safe(arena,
			arena_printf(arena,
			    "EHLO, STARTTLS, EHLO, MAIL FROM:<%s>,%s%s%s RSET, QUIT",
			    c->check->opts->from, c->check->rcpt ? " RCPT TO:<" : "",
			    c->check->rcpt ? c->check->rcpt : "", c->check->rcpt ? ">," : ""));
	if (a->barred)
		return SPAN("not tried: not permitted by --allow-target");
	if (!look)
		return a->cut ? SPAN("not finished: time limit reached") :
				SPAN("not tried: time limit reached");
	if (fate == CHECK_FATE_NO_ROUTE && look->here)
		return text_safe(arena, span_first(look->result.text, 200));
	if (fate == CHECK_FATE_NO_ROUTE)
		return SPAN("not tried: no route for its address family");
	if (fate == CHECK_FATE_ACCEPTED)
		return arena_printf(arena, "%s%s%.*s",
		    a->host->submission ? "ready" :
			c->check->rcpt	? "recipient accepted" :
					  "sender accepted",
		    tls ? ", " : ", without TLS", SPAN_ARG(tls ? tls->version : SPAN_NONE));
	if (fate == CHECK_FATE_SILENT)
		return arena_printf(arena, "timed out after %.*s", SPAN_ARG(waited(look, arena)));
	for (const struct diagnosis *d = look->diagnoses; d; d = d->next)
		if (!d->symptom && (d->state != STATE_OK || fate == CHECK_FATE_DEFERRED))
			return failure(d, arena);
	return look->result.text.len > 0 ? text_safe(arena, span_first(look->result.text, 200)) :
					   span_of(check_fate_word(fate));
}

struct span
check_policy(const struct check *k, struct arena *arena)
{
	const struct sts *sts = k->sts;
	struct buf b;
	struct span out;

	if (k->lookup && k->lookup->mta_sts.wrong.len > 0)
		return text_safe(arena, k->lookup->mta_sts.wrong);
	if (!sts || sts->state == STS_NONE)
		return SPAN_NONE;
	if (sts->state != STS_FOUND)
		return text_safe(arena, sts->why);
	buf_init(&b, 4096);
	buf_printf(&b, "%s; names ", sts_mode_word(sts->policy.mode));
	for (size_t i = 0; i < sts->policy.nmx && i < 8; i++) {
		buf_append(&b, i ? SPAN(", ") : SPAN(""));
		text_safe_to(&b, sts->policy.mx[i]);
	}
	if (sts->policy.nmx > 8)
		buf_printf(&b, " and %zu more", sts->policy.nmx - 8);
	out = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return out;
}

struct span
check_dane(const struct check_host *h, struct arena *arena)
{
	const struct tls_dane *dane = h->found->dane;

	for (size_t i = 0; i < h->naddresses; i++)
		if (h->address[i].nlooks && h->address[i].look[0].result.dane)
			dane = h->address[i].look[0].result.dane;
	if (!dane || dane->state == DANE_NONE)
		return SPAN_NONE;
	return text_safe(arena, dane_sentence(dane, arena));
}

struct span
check_where(const struct check *k, const struct check_finding *f, struct arena *arena)
{
	char text[ADDR_TEXT];

	if (f->address && f->host->naddresses > 1)
		return arena_printf(arena, "%.*s[%s]", SPAN_ARG(text_safe(arena, f->host->name)),
		    addr_host(&f->address->addr, text));
	if (f->host)
		return text_safe(arena, f->host->name);
	if (f->what->place.host.len > 0)
		return text_safe(arena, f->what->place.host);
	return text_safe(arena, k->domain.len ? k->domain : k->target->host);
}

struct span
check_opened(const struct check *k, const struct check_host *h, struct arena *arena)
{
	size_t n = 0, failed = 0;
	char text[ADDR_TEXT] = "";

	for (size_t i = 0; i < h->naddresses; i++)
		for (size_t j = 0; j < h->address[i].nlooks; j++) {
			const struct probe_result *r = &h->address[i].look[j].result;
			n++;
			failed += r->err == ERR_TLS && r->phase == PHASE_TLS && !r->tls;
		}
	if (n == 0)
		return SPAN_NONE;
	if (k->local.len > 0)
		addr_host(&k->local, text);
	if (failed == 0)
		return arena_printf(arena, "%zu connection%s to %.*s%s%s", n, n == 1 ? "" : "s",
		    SPAN_ARG(text_safe(arena, h->name)), text[0] ? " from " : "", text);
	return arena_printf(arena,
	    "%zu connection%s to %.*s%s%s; its log shows %zu failed handshake%s from this check", n,
	    n == 1 ? "" : "s", SPAN_ARG(text_safe(arena, h->name)), text[0] ? " from " : "", text,
	    failed, failed == 1 ? "" : "s");
}

struct span
check_who(const struct check *k, const struct check_step *step, struct arena *arena)
{
	if (step->here)
		return SPAN("You");
	return arena_printf(arena, "%.*s's administrator",
	    SPAN_ARG(text_safe(arena, k->domain.len ? k->domain : k->target->host)));
}
