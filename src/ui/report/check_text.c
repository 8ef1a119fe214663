/* check_text - the report for the terminal: 80 columns, color only for what matters. */
#include "base/text.h"
#include "ui/report/check.h"
#include "ui/show/flow.h"

enum { ADDRESS_COLUMN = 24, OUTCOME_COLUMN = 43, CLASS_COLUMN = 24 };

static enum ink
ink_of(enum health state)
{
	static const enum ink inks[] = {
		[STATE_OK] = INK_GOOD,
		[STATE_WARNING] = INK_WARN,
		[STATE_CRITICAL] = INK_BAD,
		[STATE_UNKNOWN] = INK_WARN,
	};

	return inks[state];
}

static enum ink
ink_of_passage(enum check_passage passage)
{
	static const enum ink inks[] = {
		[PASSAGE_NONE] = INK_PLAIN,
		[PASSAGE_YES] = INK_GOOD,
		[PASSAGE_DEFERRED] = INK_WARN,
		[PASSAGE_NO] = INK_BAD,
		[PASSAGE_UNKNOWN] = INK_WARN,
	};

	return inks[passage];
}

static void
put_head(struct screen *s, const struct check_report *c)
{
	const struct check *k = c->check;
	struct span from = check_vantage(k, &s->arena);
	struct flow f = flow_begin(s, 0, 0);

	if (s->verbose < 0) {
		flow_put(&f, ink_of(c->verdict->state), c->verdict->title);
		flow_end(&f);
		return;
	}
	if (from.len == 0) {
		flow_print(&f, INK_PLAIN, "Tested from ");
		flow_put(&f, INK_PLAIN, check_no_vantage(k));
	} else {
		flow_print(&f, INK_PLAIN, "Tested from ");
		flow_put(&f, INK_PLAIN, from);
		if (k->hello) {
			flow_print(&f, INK_PLAIN, ", EHLO ");
			flow_put(&f, INK_PLAIN, span_of(k->hello));
		}
		if (!k->nhosts || !k->host[0].submission)
			flow_print(&f, INK_PLAIN, ", MAIL FROM:<%s>", k->opts->from);
		if (k->rcpt && (!k->nhosts || !k->host[0].submission)) {
			flow_print(&f, INK_PLAIN, ", RCPT TO:<");
			flow_put(&f, INK_PLAIN, span_of(k->rcpt));
			flow_print(&f, INK_PLAIN, ">");
		}
	}
	flow_end(&f);
	screen_print(s, "\n");
	char took[24];
	text_time(took, k->took_us);
	f = flow_begin(s, 0, 0);
	flow_put(&f, ink_of(c->verdict->state), c->verdict->title);
	flow_print(&f, INK_DIM, " (%s)", took);
	flow_end(&f);
}

/* Prints what else is wrong with the address, a line each, below its outcome. */
static void
put_notes(struct screen *s, const struct check_report *c, const struct check_address *a)
{
	const struct check_look *last = check_last(a);
	bool first = c->verdict->fate[a->number] != CHECK_FATE_ACCEPTED;

	for (const struct diagnosis *d = last ? a->look[0].diagnoses : NULL; d; d = d->next) {
		if (first && !d->symptom && last == &a->look[0]) {
			first = false; /* shown as the outcome */
			continue;
		}
		struct flow f = flow_begin(s, 0, OUTCOME_COLUMN);
		flow_pad(&f, OUTCOME_COLUMN);
		flow_put(&f, d->state == STATE_OK ? INK_DIM : INK_PLAIN,
		    span_of(cause_row(d->cause)->title));
		flow_end(&f);
	}
	for (size_t i = 1; i < a->nlooks; i++) {
		struct flow f = flow_begin(s, 0, OUTCOME_COLUMN);
		flow_pad(&f, OUTCOME_COLUMN);
		flow_print(&f, INK_DIM, "tried again %s", check_why_phrase(a->look[i].why));
		flow_end(&f);
	}
}

static void
put_host(struct screen *s, const struct check_report *c, const struct check_host *h)
{
	char address[ADDR_TEXT];

	for (size_t i = 0; i < h->naddresses || i == 0; i++) {
		struct flow f = flow_begin(s, 0, OUTCOME_COLUMN);
		flow_pad(&f, 2);
		if (i == 0) {
			flow_put(&f, INK_BOLD, text_safe(&s->arena, h->name));
			if (h->mx)
				flow_print(&f, INK_DIM, " %u", h->preference);
		}
		if (h->naddresses == 0) {
			flow_pad(&f, OUTCOME_COLUMN);
			flow_put(&f, INK_BAD, text_safe(&s->arena, h->found->hop->found->why));
			flow_end(&f);
			return;
		}
		const struct check_address *a = &h->address[i];
		enum check_fate fate = c->verdict->fate[a->number];
		flow_pad(&f, ADDRESS_COLUMN);
		flow_put(&f, INK_PLAIN, span_of(addr_host(&a->addr, address)));
		flow_pad(&f, OUTCOME_COLUMN);
		flow_put(&f,
		    fate == CHECK_FATE_ACCEPTED ? INK_GOOD :
			fate == CHECK_FATE_NO_ROUTE || fate == CHECK_FATE_UNKNOWN ||
			    fate == CHECK_FATE_CLIENT || fate == CHECK_FATE_DEFERRED ?
						  INK_WARN :
						  INK_BAD,
		    check_outcome(c, a, &s->arena));
		flow_end(&f);
		put_notes(s, c, a);
	}
}

static void
put_row(struct screen *s, const char *title, enum ink ink, struct span text)
{
	struct flow f = flow_begin(s, 0, CLASS_COLUMN);

	flow_pad(&f, 2);
	flow_put(&f, INK_PLAIN, span_of(title));
	flow_pad(&f, CLASS_COLUMN);
	flow_put(&f, ink, text);
	flow_end(&f);
}

static void
put_policies(struct screen *s, const struct check *k)
{
	struct span policy = check_policy(k, &s->arena);

	if (policy.len > 0)
		put_row(s, "MTA-STS", INK_PLAIN, policy);
	for (size_t i = 0; i < k->nhosts; i++) {
		struct span dane = check_dane(&k->host[i], &s->arena);
		if (dane.len > 0)
			put_row(s, "DANE", INK_PLAIN,
			    arena_printf(&s->arena, "%.*s: %.*s",
				SPAN_ARG(text_safe(&s->arena, k->host[i].name)), SPAN_ARG(dane)));
	}
}

static void
put_classes(struct screen *s, const struct check_verdict *v)
{
	screen_print(s, "\n");
	for (int i = 0; i < CHECK_SENDER_COUNT; i++)
		if (v->class[i].text.len > 0)
			put_row(s, check_sender_title((enum check_sender)i),
			    ink_of_passage(v->class[i].passage), v->class[i].text);
}

static void
put_steps(struct screen *s, const struct check_report *c)
{
	const struct check_verdict *v = c->verdict;

	for (int here = 0; here < 2; here++) {
		const char *word = "First";
		for (size_t i = 0; i < v->nsteps; i++) {
			const struct check_step *step = &v->step[i];
			if (step->here != (here == 1))
				continue;
			if (word[0] == 'F') {
				screen_print(s, "\n  ");
				screen_put(s, check_who(c->check, step, &s->arena));
				screen_print(s, "\n");
			}
			struct flow f = flow_begin(s, 0, 11);
			flow_pad(&f, 4);
			flow_put(&f, INK_PLAIN, span_of(word));
			flow_pad(&f, 11);
			flow_put(&f, INK_BOLD, check_where(c->check, step->finding, &s->arena));
			flow_print(&f, INK_PLAIN, ": ");
			flow_put(&f, INK_PLAIN, step->text);
			flow_end(&f);
			word = "Then";
		}
	}
}

/* Prints what a dry run looked up, and the policy that it did not fetch. */
static void
put_lookups(struct screen *s, const struct check *k)
{
	struct span domain = text_safe(&s->arena, k->domain);

	put_row(s, "lookups", INK_PLAIN,
	    domain.len == 0 ?
		SPAN("A, AAAA and TLSA of the host; PTR of each address") :
		arena_printf(&s->arena,
		    "MX %.*s; A, AAAA and TLSA of each MX; PTR of each address; TXT _mta-sts.%.*s "
		    "and _smtp._tls.%.*s",
		    SPAN_ARG(domain), SPAN_ARG(domain), SPAN_ARG(domain)));
	if (k->lookup && k->lookup->mta_sts.n > 0)
		put_row(s, "policy", INK_PLAIN,
		    arena_printf(&s->arena,
			"https://mta-sts.%.*s/.well-known/mta-sts.txt would be fetched",
			SPAN_ARG(domain)));
}

void
check_text(FILE *out, const struct check_report *c)
{
	const struct check *k = c->check;
	struct screen s;

	screen_init(&s, out, c->look);
	put_head(&s, c);
	if (!k->lookup) {
		screen_release(&s);
		return;
	}
	if (s.verbose < 0) {
		put_steps(&s, c);
		screen_release(&s);
		return;
	}
	screen_print(&s, "\n");
	for (size_t i = 0; i < k->nhosts; i++)
		put_host(&s, c, &k->host[i]);
	if (k->opts->dry_run) {
		put_lookups(&s, k);
		screen_release(&s);
		return;
	}
	put_policies(&s, k);
	put_classes(&s, c->verdict);
	put_steps(&s, c);
	screen_print(&s, "\n");
	for (size_t i = 0; i < k->nhosts; i++) {
		struct span opened = check_opened(k, &k->host[i], &s.arena);
		if (opened.len == 0)
			continue;
		struct flow f = flow_begin(&s, 0, 2);
		flow_pad(&f, 2);
		flow_put(&f, INK_DIM, opened);
		flow_end(&f);
	}
	if (k->late)
		screen_print(&s, "  Time limit reached; --deadline T allows more.\n");
	if (c->talk)
		for (unsigned n = 1; n <= k->nconnections; n++) {
			screen_print(&s, "\n--- connection %u\n", n);
			struct span talk = c->talk(c->ctx, n);
			fwrite(talk.at ? talk.at : "", 1, talk.len, out);
		}
	else if (s.terminal && !c->at_prompt)
		screen_print(&s,
		    "  -v shows each session; --format html writes a report to share.\n");
	screen_release(&s);
}
