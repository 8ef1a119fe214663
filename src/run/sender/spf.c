/*
 * spf - evaluates SPF as a receiver does.
 *
 * check_host() of RFC 7208 4 calls itself for include and redirect; here each such call is a frame
 * on a stack. spf_run evaluates terms until one must wait for the DNS, and continues when the reply
 * comes. A term whose domain has a macro may match or not: the result of a match is added to the
 * frame's set `maybe`, and evaluation continues as if it had not matched. A frame therefore ends
 * with a set of results, which has one element if no macro was involved.
 *
 * The same machine then reads the tree a second time (`reading`): nothing is matched and every
 * include is entered, using records already known where possible.
 */
#include "run/sender/spf.h"

#include <stdlib.h>

#include "run/route/lookup.h"

#define BIT(result) (1u << (result))

enum { PERM_BITS = BIT(SPF_PERMERROR) | BIT(SPF_NONE) };

/* The record of a domain, looked up once. */
struct spf_known {
	struct spf_known *next;
	struct span domain, text;
	size_t records;
	bool authentic, failed;
	bool parsed; /* .records is 1, and it has no flaw */
	struct spf_record record;
	enum spf_flaw flaw;
	struct span flaw_at;
	struct span why; /* failed */
};

struct spf_frame {
	struct spf_frame *up;
	const struct spf_known *known;
	const struct spf_term *term; /* the term of `up` that led here */
	struct span domain;
	size_t at; /* index of the current term */
	unsigned maybe;
};

struct spf_query {
	struct lookup_env env;
	struct addr source; /* .len 0: none */
	spf_fn *fn;
	void *ctx;
	struct dns_query *dns;
	void (*take)(struct spf_query *, const struct dns_reply *);
	struct span asked;
	enum dns_type type;
	struct spf_known *known;
	struct spf_frame *frame;
	/* the hosts of a mx or ptr term, looked up one after the other */
	struct span name[SPF_NAMES_MAX];
	size_t nnames, at_name;
	bool reading, over, starting, told;
	struct spf_at macro; /* the first term with a macro */
	struct spf *spf;
};

static void spf_run(struct spf_query *);
static void spf_leave(struct spf_query *, unsigned results);

/* ---- recording the result */

static struct spf_at
term_at(const struct spf_query *q)
{
	const struct spf_frame *f = q->frame;

	if (!f->known || f->at >= f->known->record.n)
		return (struct spf_at){ SPAN_NONE, f->domain };
	return (struct spf_at){ f->known->record.term[f->at].text, f->domain };
}

/* Records the reason for the result, and the path to the current frame. */
static void
decided(struct spf_query *q, enum spf_why why, struct spf_at at)
{
	struct spf *spf = q->spf;
	size_t n = 0;

	if (q->reading) {
		if (spf->tree_why == SPF_WHY_MATCHED && why != SPF_WHY_MATCHED) {
			spf->tree_why = why;
			spf->tree_at = at;
		}
		return;
	}
	spf->why = why;
	spf->at = at;
	for (const struct spf_frame *f = q->frame; f->up; f = f->up)
		n++;
	spf->npath = n;
	spf->path = ARENA_ARRAY(q->env.arena, struct spf_at, n);
	for (const struct spf_frame *f = q->frame; f->up; f = f->up)
		spf->path[--n] = (struct spf_at){ f->term->text, f->up->domain };
}

static void
note(struct spf_query *q, enum spf_note_kind kind, struct span term)
{
	struct spf *spf = q->spf;
	struct span domain = q->frame->domain;

	for (size_t i = 0; i < spf->nnotes; i++)
		if (spf->note[i].kind == kind && span_eq(spf->note[i].term, term) &&
		    dns_name_eq(spf->note[i].domain, domain))
			return;
	if (spf->nnotes < SPF_NOTES_MAX)
		spf->note[spf->nnotes++] = (struct spf_note){ kind, term, domain };
}

static void
note_record(struct spf_query *q, const struct spf_record *r)
{
	bool after = false;

	for (size_t i = 0; i < r->n; i++) {
		const struct spf_term *t = &r->term[i];
		if (t->kind == SPF_KIND_OTHER)
			note(q, SPF_NOTE_OTHER, t->text);
		else if (t->kind == SPF_KIND_REDIRECT && r->all)
			note(q, SPF_NOTE_REDIRECT, t->text);
		else if (after && t->kind < SPF_KIND_REDIRECT)
			note(q, SPF_NOTE_AFTER_ALL, t->text);
		else if (t->kind == SPF_KIND_ALL && t->qualifier == SPF_PASS)
			note(q, SPF_NOTE_PLUS_ALL, t->text);
		else if (t->kind == SPF_KIND_PTR)
			note(q, SPF_NOTE_PTR, t->text);
		else if (t->macro && t->kind != SPF_KIND_EXP)
			note(q, SPF_NOTE_MACRO, t->text);
		after |= t->kind == SPF_KIND_ALL;
	}
	if (!r->all && !r->redirect && !q->frame->up)
		note(q, SPF_NOTE_NO_ALL, SPAN_NONE);
}

/* ---- questions */

static void
on_reply(void *ctx, const struct dns_reply *reply)
{
	struct spf_query *q = ctx;

	q->dns = NULL;
	q->take(q, reply);
	spf_run(q);
}

/*
 * Sends a query. A name that is invalid in the DNS counts as nonexistent: `take` is called with
 * NULL.
 */
static void
ask(struct spf_query *q, struct span name, enum dns_type type,
    void (*take)(struct spf_query *, const struct dns_reply *))
{
	q->asked = name;
	q->type = type;
	q->take = take;
	q->dns = dns_ask(q->env.dns, name, type, q->env.until_us, on_reply, q);
	if (!q->dns)
		take(q, NULL);
}

/* Returns the name of a domain-spec, escaped as in net/dns_wire.h. */
static struct span
dns_name(struct spf_query *q, struct span spec)
{
	char *out = arena_get(q->env.arena, spec.len * 2 + 1);
	size_t n = 0;

	for (size_t i = 0; i < spec.len; i++) {
		if (spec.at[i] == '\\')
			out[n++] = '\\';
		out[n++] = spec.at[i];
	}
	return (struct span){ out, n };
}

/* Ends the evaluation of the current frame with an error. */
static void
fail(struct spf_query *q, enum spf_result result, enum spf_why why)
{
	decided(q, why, term_at(q));
	spf_leave(q, BIT(result));
}

/*
 * Returns whether the answer to a term's query has a record; *owner is the end of its CNAMEs. If
 * not, *failed says whether that has ended the evaluation of the frame.
 */
static bool
has_answer(struct spf_query *q, const struct dns_reply *reply, struct span *owner, bool *failed)
{
	unsigned steps;

	*failed = false;
	*owner = q->asked;
	if (reply && (!reply->ok || !dns_follow(reply->answer, q->asked, owner, &steps))) {
		*failed = true;
		q->spf->text = reply->ok ? SPAN("its CNAMEs form a loop") :
					   dns_tries_text(reply, q->env.arena);
		fail(q, SPF_TEMPERROR, SPF_WHY_DNS);
		return false;
	}
	if (reply && dns_next(reply->answer, *owner, q->type, NULL))
		return true;
	if (++q->spf->voids > SPF_VOIDS_MAX) {
		*failed = true;
		fail(q, SPF_PERMERROR, SPF_WHY_VOIDS);
	}
	return false;
}

/* ---- whether a term matches */

static const struct spf_term *
term_of(const struct spf_query *q)
{
	return &q->frame->known->record.term[q->frame->at];
}

static void
matched(struct spf_query *q)
{
	decided(q, SPF_WHY_MATCHED, term_at(q));
	spf_leave(q, BIT(term_of(q)->qualifier));
}

static void
next_term(struct spf_query *q)
{
	q->frame->at++;
}

static struct span
target_of(struct spf_query *q)
{
	const struct spf_term *t = term_of(q);

	return t->domain.len > 0 ? dns_name(q, t->domain) : q->frame->domain;
}

static enum dns_type
address_type(const struct spf_query *q)
{
	return addr_family(&q->source) == 6 ? DNS_AAAA : DNS_A;
}

static bool
answer_has_source(
    const struct spf_query *q, const struct dns_answer *answer, struct span owner, unsigned bits)
{
	const struct dns_record *r = NULL;

	while ((r = dns_next(answer, owner, q->type, r)))
		if (addr_net_has(&(struct addr_net){ r->addr, bits }, &q->source))
			return true;
	return false;
}

static unsigned
bits_of(const struct spf_query *q, const struct spf_term *t)
{
	return addr_family(&q->source) == 6 ? t->bits6 : t->bits4;
}

static void
take_a(struct spf_query *q, const struct dns_reply *reply)
{
	struct span owner;
	bool failed;

	if (has_answer(q, reply, &owner, &failed) &&
	    answer_has_source(q, reply->answer, owner, bits_of(q, term_of(q))))
		matched(q);
	else if (!failed)
		next_term(q);
}

static void
take_exists(struct spf_query *q, const struct dns_reply *reply)
{
	struct span owner;
	bool failed;

	if (has_answer(q, reply, &owner, &failed))
		matched(q);
	else if (!failed)
		next_term(q);
}

static void take_name(struct spf_query *, const struct dns_reply *);

/* Looks up the next host of a mx or ptr term. */
static void
ask_name(struct spf_query *q)
{
	if (q->at_name == q->nnames)
		next_term(q);
	else
		ask(q, q->name[q->at_name++], address_type(q), take_name);
}

static void
take_name(struct spf_query *q, const struct dns_reply *reply)
{
	const struct spf_term *t = term_of(q);
	bool ptr = t->kind == SPF_KIND_PTR, failed;
	struct span owner;

	/* a ptr name whose address lookup fails is skipped (RFC 7208 5.5) */
	if (ptr && reply && !reply->ok) {
		ask_name(q);
		return;
	}
	if (has_answer(q, reply, &owner, &failed) &&
	    answer_has_source(q, reply->answer, owner,
		ptr ? addr_family(&q->source) == 6 ? 128 : 32 : bits_of(q, t)))
		matched(q);
	else if (!failed)
		ask_name(q);
}

static void
take_mx(struct spf_query *q, const struct dns_reply *reply)
{
	const struct dns_record *r = NULL;
	struct span owner;
	bool failed;

	q->nnames = q->at_name = 0;
	if (has_answer(q, reply, &owner, &failed))
		while ((r = dns_next(reply->answer, owner, DNS_MX, r))) {
			if (r->name.len == 0) /* a null MX (RFC 7505) */
				continue;
			if (q->nnames == SPF_NAMES_MAX) {
				fail(q, SPF_PERMERROR, SPF_WHY_NAMES);
				return;
			}
			q->name[q->nnames++] = arena_copy(q->env.arena, r->name);
		}
	if (!failed)
		ask_name(q);
}

static bool
is_within(struct span name, struct span domain)
{
	if (domain.len > 0 && domain.at[domain.len - 1] == '.')
		domain.len--;
	return dns_name_eq(name, domain) ||
	    (name.len > domain.len && span_ends_case(name, domain) &&
		name.at[name.len - domain.len - 1] == '.');
}

/*
 * Of the first ten names, those within the target domain are checked for the address (RFC 7208
 * 5.5).
 */
static void
take_ptr(struct spf_query *q, const struct dns_reply *reply)
{
	const struct dns_record *r = NULL;
	struct span owner, target = target_of(q);
	bool failed;
	unsigned seen = 0;

	q->nnames = q->at_name = 0;
	if (reply && !reply->ok) {
		next_term(q);
		return;
	}
	if (has_answer(q, reply, &owner, &failed))
		while ((r = dns_next(reply->answer, owner, DNS_PTR, r)) && seen++ < SPF_NAMES_MAX)
			if (is_within(r->name, target))
				q->name[q->nnames++] = arena_copy(q->env.arena, r->name);
	if (!failed)
		ask_name(q);
}

/* ---- records, and the frames that evaluate them */

static struct spf_known *
find_known(struct spf_query *q, struct span domain)
{
	struct spf_known *k = q->known;

	while (k && !dns_name_eq(k->domain, domain))
		k = k->next;
	return k;
}

/* Called when the record is known for which the current frame waits. */
static void
spf_enter(struct spf_query *q, const struct spf_known *k)
{
	struct spf_frame *f = q->frame;

	f->known = k;
	if (!f->up && !q->reading) {
		q->spf->record = k->text;
		q->spf->records = k->records;
		q->spf->authentic = k->authentic;
	}
	if (k->failed) {
		q->spf->tree_more |= q->reading;
		if (!q->reading)
			q->spf->text = k->why;
		decided(q, SPF_WHY_DNS, (struct spf_at){ SPAN_NONE, f->domain });
		spf_leave(q, BIT(SPF_TEMPERROR));
	} else if (k->records == 0) {
		decided(q, f->up ? SPF_WHY_NO_INCLUDED : SPF_WHY_NO_RECORD,
		    f->up ? (struct spf_at){ f->term->text, f->up->domain } :
			    (struct spf_at){ SPAN_NONE, f->domain });
		spf_leave(q, BIT(SPF_NONE));
	} else if (k->records > 1) {
		decided(q, SPF_WHY_RECORDS, (struct spf_at){ SPAN_NONE, f->domain });
		spf_leave(q, BIT(SPF_PERMERROR));
	} else if (!k->parsed) {
		if (!q->reading)
			q->spf->flaw = k->flaw;
		decided(q, SPF_WHY_SYNTAX, (struct spf_at){ k->flaw_at, f->domain });
		spf_leave(q, BIT(SPF_PERMERROR));
	} else if (q->reading) {
		note_record(q, &k->record);
	}
}

/* Takes the SPF record of a domain (RFC 7208 4.4, 4.5). */
static void
take_record(struct spf_query *q, const struct dns_reply *reply)
{
	struct spf_known *k = ARENA_NEW(q->env.arena, struct spf_known);
	const struct dns_record *r = NULL;
	struct span owner = q->asked;
	unsigned steps;

	*k = (struct spf_known){ .next = q->known, .domain = q->frame->domain };
	q->known = k;
	if (reply && (!reply->ok || !dns_follow(reply->answer, q->asked, &owner, &steps))) {
		k->failed = true;
		k->why = reply->ok ? SPAN("its CNAMEs form a loop") :
				     dns_tries_text(reply, q->env.arena);
	} else if (reply) {
		k->authentic = reply->authentic;
		while ((r = dns_next(reply->answer, owner, DNS_TXT, r)))
			if (spf_is_record(r->data) && k->records++ == 0)
				k->text = arena_copy(q->env.arena, r->data);
	}
	if (k->records == 1)
		k->parsed = spf_record_parse(
		    k->text, q->env.arena, &k->record, &k->flaw, &k->flaw_at);
	spf_enter(q, k);
}

static void
spf_push(struct spf_query *q, const struct spf_term *term, struct span domain)
{
	struct spf_frame *f = ARENA_NEW(q->env.arena, struct spf_frame);

	*f = (struct spf_frame){ .up = q->frame, .term = term, .domain = domain };
	q->frame = f;
	struct spf_known *known = find_known(q, domain);
	if (known)
		spf_enter(q, known);
	else
		ask(q, domain, DNS_TXT, take_record);
}

/* Sets the final result. */
static void
spf_conclude(struct spf_query *q, unsigned results)
{
	struct spf *spf = q->spf;

	for (unsigned result = SPF_NONE; result <= SPF_PERMERROR; result++)
		if (results == BIT(result))
			spf->result = (enum spf_result)result;
	if (results & (results - 1)) {
		spf->result = SPF_UNKNOWN;
		spf->maybe = results;
		spf->why = SPF_WHY_MACRO;
		spf->at = q->macro;
		spf->npath = 0;
	}
}

/*
 * Ends a frame with a set of results, and applies them to the include or redirect that led to it
 * (RFC 7208 5.2, 6.1).
 */
static void
spf_leave(struct spf_query *q, unsigned results)
{
	struct spf_frame *f = q->frame;

	results |= f->maybe;
	q->frame = f->up;
	if (!f->up) {
		if (!q->reading)
			spf_conclude(q, results);
		q->over = true;
		return;
	}
	f->up->at += q->reading;
	if (q->reading)
		return;
	unsigned bad = results & PERM_BITS ? BIT(SPF_PERMERROR) : 0;
	bad |= results & BIT(SPF_TEMPERROR);
	unsigned rest = results & ~(PERM_BITS | BIT(SPF_TEMPERROR));
	if (f->term->kind == SPF_KIND_REDIRECT) {
		spf_leave(q, rest | bad);
		return;
	}
	unsigned match = rest & BIT(SPF_PASS) ? BIT(f->term->qualifier) : 0;
	if (rest & ~BIT(SPF_PASS)) { /* it may not have matched: continue */
		f->up->maybe |= match | bad;
		next_term(q);
	} else {
		spf_leave(q, match | bad);
	}
}

/* ---- the terms, one after the other */

/* Counts a term that needs a lookup. Returns false if it exceeds the limit. */
static bool
counted(struct spf_query *q)
{
	if (q->reading) {
		q->over |= ++q->spf->tree_lookups == SPF_TREE_MAX;
		q->spf->tree_more |= q->over;
		return !q->over;
	}
	if (++q->spf->lookups <= SPF_LOOKUPS_MAX)
		return true;
	fail(q, SPF_PERMERROR, SPF_WHY_LOOKUPS);
	return false;
}

/* Handles a term with a macro: it may match or not, and an include may also lack a record. */
static void
macro_term(struct spf_query *q, const struct spf_term *t)
{
	if (q->macro.term.len == 0)
		q->macro = term_at(q);
	q->frame->maybe |= BIT(t->qualifier);
	if (t->kind == SPF_KIND_INCLUDE)
		q->frame->maybe |= BIT(SPF_PERMERROR);
	next_term(q);
}

static void
evaluate_term(struct spf_query *q)
{
	const struct spf_term *t = term_of(q);

	if (spf_kind_counts(t->kind) && t->kind != SPF_KIND_REDIRECT) {
		if (!counted(q))
			return;
		if (t->macro) {
			macro_term(q, t);
			return;
		}
	}
	switch (t->kind) {
	case SPF_KIND_ALL:
		matched(q);
		break;
	case SPF_KIND_INCLUDE:
		spf_push(q, t, target_of(q));
		break;
	case SPF_KIND_A:
		ask(q, target_of(q), address_type(q), take_a);
		break;
	case SPF_KIND_MX:
		ask(q, target_of(q), DNS_MX, take_mx);
		break;
	case SPF_KIND_PTR:
		ask(q, lookup_reverse_name(&q->source, SPAN_NONE, q->env.arena), DNS_PTR, take_ptr);
		break;
	case SPF_KIND_EXISTS:
		ask(q, target_of(q), DNS_A, take_exists);
		break;
	case SPF_KIND_IP4:
	case SPF_KIND_IP6:
		if (addr_net_has(&t->net, &q->source))
			matched(q);
		else
			next_term(q);
		break;
	default:
		next_term(q); /* modifiers are not evaluated in order (RFC 7208 4.6.3) */
	}
}

/* Reads a term without comparing addresses. Terms after "all" are never reached. */
static void
read_term(struct spf_query *q)
{
	const struct spf_term *t = term_of(q);

	if (t->kind == SPF_KIND_ALL) {
		q->frame->at = q->frame->known->record.n;
		return;
	}
	if (!spf_kind_counts(t->kind) || t->kind == SPF_KIND_REDIRECT) {
		next_term(q);
		return;
	}
	if (!counted(q))
		return;
	if (t->kind == SPF_KIND_INCLUDE && t->macro)
		q->spf->tree_more = true;
	if (t->kind == SPF_KIND_INCLUDE && !t->macro)
		spf_push(q, t, target_of(q)); /* spf_leave continues with the next term */
	else
		next_term(q);
}

/* Called when no term is left: follows the redirect, or returns the default (RFC 7208 4.7, 6.1). */
static void
end_of_terms(struct spf_query *q)
{
	const struct spf_frame *f = q->frame;
	const struct spf_term *redirect = f->known->record.all ? NULL : f->known->record.redirect;
	bool left = f->at > f->known->record.n;

	if (!redirect || left) {
		if (!q->reading)
			decided(q, SPF_WHY_DEFAULT, (struct spf_at){ SPAN_NONE, f->domain });
		spf_leave(q, BIT(SPF_NEUTRAL));
		return;
	}
	q->frame->at = (size_t)(redirect - f->known->record.term); /* for term_at */
	if (!counted(q))
		return;
	if (redirect->macro && q->reading) {
		q->spf->tree_more = true;
		q->frame->at = f->known->record.n + 1;
	} else if (redirect->macro) {
		if (q->macro.term.len == 0)
			q->macro = term_at(q);
		spf_leave(q,
		    BIT(SPF_NEUTRAL) | BIT(SPF_PASS) | BIT(SPF_FAIL) | BIT(SPF_SOFTFAIL) |
			BIT(SPF_PERMERROR));
	} else {
		q->frame->at = f->known->record.n;
		spf_push(q, redirect, dns_name(q, redirect->domain));
	}
}

static void
spf_tell(struct spf_query *q)
{
	struct spf *spf = q->spf;

	if (spf->tree_lookups > SPF_LOOKUPS_MAX && spf->tree_why == SPF_WHY_MATCHED) {
		spf->tree_why = SPF_WHY_LOOKUPS;
		spf->tree_at = (struct spf_at){ SPAN_NONE, spf->domain };
	}
	q->told = true;
	q->fn(q->ctx, spf);
}

static void
spf_run(struct spf_query *q)
{
	while (!q->dns && !q->over) {
		const struct spf_frame *f = q->frame;
		if (!q->reading && q->source.len == 0) {
			q->spf->result = SPF_UNASKED;
			decided(q, SPF_WHY_UNASKED, (struct spf_at){ SPAN_NONE, f->domain });
			q->over = true;
		} else if (f->at >= f->known->record.n) {
			end_of_terms(q);
		} else if (q->reading) {
			read_term(q);
		} else {
			evaluate_term(q);
		}
	}
	if (q->dns)
		return;
	if (q->reading) {
		spf_tell(q);
		return;
	}
	q->reading = true;
	q->over = false;
	q->frame = NULL;
	spf_push(q, NULL, q->spf->domain);
	spf_run(q);
}

struct spf_query *
spf_start(const struct lookup_env *env, const struct spf_opts *opts, spf_fn *fn, void *ctx)
{
	struct spf_query *q = memory_zeroed(sizeof *q);

	*q = (struct spf_query){ .env = *env,
		.fn = fn,
		.ctx = ctx,
		.starting = true,
		.spf = ARENA_NEW(env->arena, struct spf) };
	if (opts->source)
		q->source = *opts->source;
	*q->spf = (struct spf){ .domain = opts->domain };
	spf_push(q, NULL, opts->domain);
	if (!q->dns)
		spf_run(q);
	if (!q->told)
		return q;
	free(q);
	return NULL;
}

void
spf_free(struct spf_query *q)
{
	if (!q)
		return;
	dns_cancel(q->dns);
	free(q);
}
