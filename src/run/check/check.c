/*
 * check - examines a target as a whole: its lookups, its MTA-STS policy, then a contact with each
 * address.
 *
 * A turn (on_turn) determines what is next at each address: the first look, another one if that
 * left a doubt, or nothing; and starts the contacts that struct check_manners permits. The end of a
 * contact schedules a turn, also in the other checks that share these manners. When no contact is
 * left, the names of this client's own address are looked up and the diagnoses made.
 */
#include "run/check/check.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "run/probe/facts.h"
#include "run/probe/probe.h"
#include "smtp/verb.h"

enum { DEADLINE_MS = 60000, POLICY_MS = 10000, NAMES_MS = 3000 };

const struct timeouts timeouts_check = {
	.resolve = 10000,
	.connect = 10000,
	.tls = 10000,
	.greeting = 30000, /* postscreen holds its greeting back for 6 s */
	.reply = 30000,
	.dot = 30000,
	.quit = 1000,
};

/* A connection, and the probe whose result it keeps until the end. */
struct contact {
	struct contact *next;
	struct checking *checking;
	struct check_address *address;
	struct check_look *look;
	struct session_env *env;
	struct session_opts session;
	struct probe_opts opts;
	struct target target;
	struct route_hop hop;
	struct probe *probe;
};

struct checking {
	struct session_env *env;
	struct session_env old; /* the same, with the TLS of old servers */
	bool has_old;
	struct check check;
	struct check_opts opts;
	struct check_fns fns;
	struct target looked_up; /* the target, or the host given instead of its MX */
	struct lookup_query *query;
	struct sts_query *policy;
	struct target vantage;
	struct lookup_query *names; /* of the vantage point */
	bool asking_names, knows_hosts;
	struct contact *contacts;
	size_t running;
	struct loop_timer *turn, *deadline;
	uint64_t began_us, until_us;
	bool stopped, told;
	struct check_manners own, *manners;
	struct checking *next; /* in the list of checks that share them */
	char hello[CHECK_NAME_MAX];
};

static const struct {
	const char *word, *phrase;
} whys[] = {
#define X(name, word, phrase) { word, phrase },
	CHECK_WHYS(X)
#undef X
};

const char *
check_why_word(enum check_why why)
{
	assert((size_t)why < sizeof whys / sizeof *whys);
	return whys[why].word;
}

const char *
check_why_phrase(enum check_why why)
{
	assert((size_t)why < sizeof whys / sizeof *whys);
	return whys[why].phrase;
}

bool
check_is_submission(unsigned port)
{
	return port == 465 || port == 587;
}

const struct check *
check_now(const struct checking *c)
{
	return &c->check;
}

/* A further look counts only if RCPT was answered in it, and it was no relay test. */
const struct check_look *
check_last(const struct check_address *a)
{
	const struct check_look *last = a->nlooks ? &a->look[0] : NULL;

	for (size_t i = 1; i < a->nlooks; i++)
		if (a->look[i].over && a->look[i].why != CHECK_RELAY &&
		    a->look[i].result.reply[PHASE_RCPT])
			last = &a->look[i];
	return last;
}

/* ---- connections */

/*
 * Returns an env for handshakes with TLS 1.0; it needs its own, since TLS contexts belong to an
 * env.
 */
static struct session_env *
old_env(struct checking *c)
{
	if (!c->has_old) {
		session_env_keep_secrets(c->env);
		session_env_dns(c->env);
		c->old = *c->env;
		c->old.client_tls = NULL;
		c->old.demo_tls = NULL;
		c->old.scratch = NULL;
		c->old.tls.min_version = "1.0";
		c->old.tls.legacy_renegotiation = true;
		c->has_old = true;
	}
	return &c->old;
}

/* Returns the name of the server in its greeting (RFC 5321 4.2); empty: none that is qualified. */
static struct span
greeting_name(const struct probe_result *r)
{
	const struct reply *greeting = r->reply[PHASE_BANNER];
	struct span rest = greeting && greeting->nlines > 0 ? greeting->line[0] : SPAN_NONE,
		    name = span_word(&rest);

	return host_is_name(name) && span_has(name, '.') ? name : SPAN_NONE;
}

/* Returns which further look would settle a doubt; FIRST: there is no such doubt. */
static enum check_why
doubt(const struct check_address *a)
{
	const struct check_look *look = &a->look[a->nlooks - 1];
	const struct probe_result *r = &look->result;
	bool shook = r->phase == PHASE_TLS && r->err != ERR_NONE && r->err != ERR_CONNECT;
	unsigned ehlo = r->reply[PHASE_EHLO] ? r->reply[PHASE_EHLO]->code : 0;
	struct addr literal;

	if (look->why == CHECK_FIRST && shook && r->tls_mode == TARGET_TLS_IMPLICIT &&
	    a->host->port != 25)
		return CHECK_EXPLICIT;
	if (look->why == CHECK_FIRST && shook && !r->tls)
		return CHECK_OLD_TLS;
	/* Senders fall back to HELO too (RFC 5321 3.2). */
	if (look->why == CHECK_FIRST && r->phase == PHASE_EHLO && r->err == ERR_REFUSED &&
	    !a->host->submission && (ehlo == 500 || ehlo == 502 || ehlo == 504))
		return CHECK_HELO;
	if (look->why == CHECK_OLD_TLS && a->look[0].result.tls_mode != TARGET_TLS_IMPLICIT &&
	    !a->host->submission && !r->reply[PHASE_RCPT] && !a->look[0].result.reply[PHASE_RCPT])
		return CHECK_WITHOUT_TLS;
	/* Nothing is sent before the greeting on port 25, where many servers penalize it. */
	if (look->why == CHECK_FIRST && r->phase == PHASE_BANNER && r->err == ERR_TIMEOUT &&
	    a->host->port != 25 && r->tls_mode != TARGET_TLS_IMPLICIT && !r->reply[PHASE_BANNER] &&
	    r->rest.len == 0)
		return CHECK_IMPLICIT;
	if (look->why == CHECK_FIRST && r->tls && r->tls->name == TLS_NAME_OTHER &&
	    addr_parse(&literal, a->host->name, 25) && greeting_name(r).len > 0)
		return CHECK_NAMED;
	return CHECK_FIRST;
}

static void
take_turn_soon(struct checking *c)
{
	loop_timer_set(c->turn, 0);
}

/* Requires a free place: has_to_wait is false. */
static void
begin_contact(struct contact *k)
{
	size_t i = 0;

	while (k->checking->manners->now[i])
		i++;
	k->checking->manners->now[i] = k;
	k->checking->running++;
}

static void
end_contact(struct contact *k)
{
	struct check_manners *m = k->checking->manners;

	k->checking->running--;
	for (size_t i = 0; i < CHECK_AT_ONCE; i++)
		if (m->now[i] == k)
			m->now[i] = NULL;
	for (struct checking *c = m->members; c; c = c->next)
		if (!c->told)
			take_turn_soon(c);
}

/*
 * Returns true if CHECK_AT_ONCE contacts are open, or one to a host of this name or to this
 * address.
 */
static bool
has_to_wait(const struct checking *c, const struct check_address *a)
{
	char text[ADDR_TEXT], other[ADDR_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < CHECK_AT_ONCE; i++) {
		const struct contact *k = c->manners->now[i];
		if (!k)
			continue;
		if (span_eq_case(k->address->host->name, a->host->name) ||
		    span_eq(span_of(addr_text(&k->address->addr, other)),
			span_of(addr_text(&a->addr, text))))
			return true;
		n++;
	}
	return n == CHECK_AT_ONCE;
}

static void
tell_progress(struct checking *c)
{
	if (c->fns.progress && !c->told)
		c->fns.progress(c->fns.ctx, &c->check);
}

static void
on_event(void *ctx, const struct event *e)
{
	struct contact *k = ctx;
	struct checking *c = k->checking;
	struct span text = e->kind == EVENT_SENT ? e->sent.text : SPAN_NONE;

	if (verb_is_hello(verb_of(text, &text))) {
		text = span_trim(span_first(text, sizeof k->look->hello - 1));
		snprintf(k->look->hello, sizeof k->look->hello, "%.*s", SPAN_ARG(text));
		if (!c->check.hello) {
			memcpy(c->hello, k->look->hello, sizeof c->hello);
			c->check.hello = c->hello;
		}
	}
	if (c->fns.watch)
		c->fns.watch(c->fns.ctx, k->address, k->look, e);
}

static void
keep_vantage(struct checking *c, const struct check_look *look)
{
	if (look->result.local.len > 0 && c->check.local.len == 0)
		c->check.local = look->result.local;
}

/* The server is not to blame for a proxy that fails or a local address that cannot be bound. */
static bool
failed_here(const struct contact *k)
{
	const struct probe_result *r = &k->look->result;

	if (r->err == ERR_NONE || r->phase != PHASE_CONNECT)
		return false;
	return k->session.proxy.kind != PROXY_NONE || r->err == ERR_SYSTEM ||
	    (k->session.from.len > 0 && r->sys == 0 && r->err == ERR_CONNECT);
}

static void
on_probed(void *ctx, struct probe *p)
{
	struct contact *k = ctx;
	struct checking *c = k->checking;
	struct check_look *look = k->look;

	(void)p;
	look->over = true;
	end_contact(k);
	look->here = failed_here(k);
	keep_vantage(c, look);
	tell_progress(c);
}

/*
 * Connects to an address. The recipient of a relay test is in a domain that cannot exist (RFC
 * 2606).
 */
static void
connect_to(struct checking *c, struct check_address *a, enum check_why why)
{
	struct contact *k = memory_zeroed(sizeof *k);
	struct check_host *host = a->host;

	k->checking = c;
	k->address = a;
	k->look = &a->look[a->nlooks++];
	k->look->why = why;
	k->look->begun = true;
	k->env = why == CHECK_OLD_TLS ? old_env(c) : c->env;
	k->session = *c->opts.session;
	k->look->number = k->session.number = (unsigned)++c->check.nconnections;
	k->session.careful = true;
	k->session.path = host->found->hop->path;
	if (why == CHECK_WITHOUT_TLS || why == CHECK_HELO)
		k->session.tls = TARGET_TLS_OFF;
	k->opts.helo = why == CHECK_HELO;
	if (why == CHECK_IMPLICIT)
		k->session.tls = TARGET_TLS_IMPLICIT;
	if (why == CHECK_EXPLICIT)
		k->session.tls = TARGET_TLS_TRY;
	if (why == CHECK_NAMED)
		k->session.sni = arena_string(&c->check.arena, greeting_name(&a->look[0].result));
	uint64_t now = loop_now_us();
	k->opts.total_ms = now >= c->until_us ? 1 : (c->until_us - now) / 1000 + 1;
	if (!host->submission) {
		k->opts.from = c->opts.from;
		k->opts.to = why == CHECK_RELAY ? "postmaster@relay-test.invalid" : c->check.rcpt;
	}
	k->target = c->looked_up;
	k->hop = *host->found->hop;
	k->hop.addr = &a->addr;
	k->hop.naddr = 1;
	k->look->result = (struct probe_result){
		.target = &k->target,
		.number = a->number + 1,
		.attempt = 1,
		.domain = c->check.domain,
		.mx = host->mx,
		.implicit = host->implicit,
		.host = host->name,
		.preference = host->preference,
		.addr = a->addr,
		.sts = c->check.sts,
	};
	k->next = c->contacts;
	c->contacts = k;
	begin_contact(k);
	k->probe = probe_new(&(struct probe_job){
	    .env = k->env,
	    .session = &k->session,
	    .opts = &k->opts,
	    .target = &k->target,
	    .hop = &k->hop,
	    .result = &k->look->result,
	    .done = on_probed,
	    .watch = on_event,
	    .ctx = k,
	});
}

/* Sets *why to the next look at an address. Returns false if there is none now. */
static bool
next_look(const struct checking *c, const struct check_address *a, enum check_why *why)
{
	*why = CHECK_FIRST;
	if (a->barred || a->skipped)
		return false;
	if (a->nlooks == 0)
		return true;
	if (a->nlooks == CHECK_LOOKS_MAX || !a->look[a->nlooks - 1].over)
		return false;
	*why = doubt(a);
	if (*why == CHECK_FIRST && c->opts.relay && !a->host->submission &&
	    a->look[a->nlooks - 1].why != CHECK_RELAY && a->look[0].result.reply[PHASE_MAIL])
		*why = CHECK_RELAY;
	return *why != CHECK_FIRST;
}

/* ---- what was found */

static const char *
recipient(struct checking *c)
{
	struct span user = c->check.target->sender.len ? c->check.target->sender :
							 SPAN("postmaster"),
		    domain = c->check.domain;
	struct addr literal;
	char text[ADDR_TEXT];

	/* A mailbox has an address literal in brackets (RFC 5321 4.1.3), a target does not. */
	if (span_has(c->check.target->text, '[') && addr_parse(&literal, domain, 25))
		domain = arena_printf(&c->check.arena, "[%s%s]",
		    addr_family(&literal) == 6 ? "IPv6:" : "", addr_host(&literal, text));
	if (c->opts.no_rcpt || c->opts.rcpt)
		return c->opts.no_rcpt ? NULL : c->opts.rcpt;
	return c->check.domain.len == 0 ? "postmaster" :
					  arena_string(&c->check.arena,
					      arena_printf(&c->check.arena, "%.*s@%.*s",
						  SPAN_ARG(user), SPAN_ARG(domain)));
}

static void
add_host(struct checking *c, const struct lookup_host *found)
{
	struct check *k = &c->check;
	struct check_host *h = &k->host[k->nhosts++];

	*h = (struct check_host){
		.found = found,
		.name = found->hop->host,
		.preference = found->hop->preference,
		.port = found->hop->naddr ? addr_port(&found->hop->addr[0]) : c->looked_up.port,
		.mx = k->lookup->route->mx,
		.implicit = k->lookup->route->implicit,
		.naddresses = found->hop->naddr,
		.address = ARENA_ARRAY(&k->arena, struct check_address, found->hop->naddr),
	};
	h->submission = check_is_submission(h->port);
	for (size_t i = 0; i < h->naddresses; i++) {
		h->address[i].host = h;
		h->address[i].addr = found->hop->addr[i];
		h->address[i].found = &found->address[i];
		h->address[i].number = k->naddresses++;
		h->address[i].barred = !addr_is_allowed(
		    c->opts.allow, c->opts.nallow, &h->address[i].addr);
	}
}

static void
begin_contacts(struct checking *c)
{
	const struct lookup *l = c->check.lookup;

	c->check.host = ARENA_ARRAY(&c->check.arena, struct check_host, l->nhosts);
	for (size_t i = 0; i < l->nhosts; i++)
		add_host(c, &l->host[i]);
	c->stopped |= c->opts.dry_run;
	c->knows_hosts = true;
	take_turn_soon(c);
}

static void
on_policy(void *ctx, const struct sts *sts)
{
	struct checking *c = ctx;

	c->check.sts = sts;
	sts_free(c->policy);
	c->policy = NULL;
	tell_progress(c);
	begin_contacts(c);
}

static void
on_lookup(void *ctx, const struct lookup *l)
{
	struct checking *c = ctx;
	const struct session_opts *o = c->opts.session;
	struct sts_way way = {
		.env = { .loop = c->env->loop,
		    .dns = session_env_dns(c->env),
		    .opts = &o->route,
		    .arena = &c->check.arena,
		    .until_us = c->until_us },
		.proxy = &o->proxy,
		.ca = c->env->tls.ca,
		.timeout_ms = POLICY_MS,
		.allow = c->opts.allow,
		.nallow = c->opts.nallow,
	};

	if (c->told)
		return;			/* stopped in the meantime */
	c->check.lookup = l;
	if (c->check.domain.len == 0 && (l->route->mx || l->route->implicit))
		c->check.domain = l->route->name;
	c->check.rcpt = recipient(c);
	if (l->mta_sts.wrong.len > 0) {
		struct sts *bad = ARENA_NEW(&c->check.arena, struct sts);
		*bad = (struct sts){
			.state = STS_BAD_RECORD, .domain = l->route->name, .why = l->mta_sts.wrong
		};
		c->check.sts = bad;
	}
	tell_progress(c);
	struct span domain = c->opts.mx ? c->check.domain : l->route->name;
	if (c->opts.dry_run)
		begin_contacts(c);
	else if (c->opts.mx ? domain.len > 0 : l->mta_sts.n > 0 && l->mta_sts.wrong.len == 0)
		c->policy = sts_start(&way, domain, on_policy, c);
	else
		begin_contacts(c);
}

static void
on_names(void *ctx, const struct lookup *l)
{
	struct checking *c = ctx;

	if (l->nhosts > 0 && l->host[0].hop->naddr > 0)
		c->check.local_names = &l->host[0].address[0];
	c->asking_names = false;
	take_turn_soon(c);
}

/* Looks up the reverse DNS of this client's address, as far as it is known here. */
static void
ask_names(struct checking *c)
{
	static const struct route_opts any = { 0 };
	struct arena *arena = &c->check.arena;
	char text[ADDR_TEXT];
	struct span host = arena_copy(arena, span_of(addr_host(&c->check.local, text)));

	c->vantage = (struct target){
		.kind = TARGET_HOST, .text = host, .host = host, .port = c->looked_up.port
	};
	struct lookup_env env = { .loop = c->env->loop,
		.dns = session_env_dns(c->env),
		.opts = &any,
		.arena = arena,
		.until_us = lookup_until(NAMES_MS) };
	c->names = lookup_start(&env, &c->vantage, LOOKUP_HOST, on_names, c);
	c->asking_names = true;
}

static bool
offers_starttls(const struct check_address *a)
{
	const struct probe_result *r = a->nlooks ? &a->look[0].result : NULL;

	return r && (r->tls || (r->clear && extensions_find(r->clear, SPAN("STARTTLS"))));
}

/* Called when all contacts are over, since a look is also judged by the others. */
static void
diagnose_contact(struct contact *k)
{
	struct check_look *look = k->look;
	struct probe_result *r = &look->result;
	const struct check_host *h = k->address->host;
	const struct check_address *other = NULL;	/* address of the host offering STARTTLS */
	struct facts facts;
	char text[ADDR_TEXT];

	for (size_t i = 0; i < h->naddresses && !other; i++)
		if (offers_starttls(&h->address[i]))
			other = &h->address[i];
	probe_facts(r, &k->opts, k->checking->opts.judge, &facts);
	if (other && !offers_starttls(k->address))
		facts.elsewhere = arena_copy(&r->arena, span_of(addr_host(&other->addr, text)));
	if (look->here && k->session.proxy.kind != PROXY_NONE)
		facts.end = END_PROXY;
	facts.login_wanted = k->address->host->submission;
	facts.starttls_wanted |= r->tls_mode == TARGET_TLS_TRY && look->why == CHECK_FIRST;
	for (size_t i = 1; i < k->address->nlooks; i++)
		facts.tls_probed |= look->why == CHECK_FIRST &&
		    k->address->look[i].why == CHECK_IMPLICIT && k->address->look[i].result.tls;
	struct diagnosis *all = diagnose(&facts, &r->arena);
	/* A rejected STARTTLS that did not end the session. */
	const struct reply *starttls = r->reply[PHASE_STARTTLS];
	if (starttls && starttls->code / 100 != 2 && !facts.reply && !r->out_of_step) {
		struct facts way = { .domain = facts.domain,
			.host = facts.host,
			.address = facts.address,
			.port = facts.port,
			.reply = starttls,
			.verb = VERB_STARTTLS,
			.stage = AT_STARTTLS };
		*diagnosis_end(&all) = diagnose(&way, &r->arena);
	}
	look->diagnoses = all;
}

static void
finish(struct checking *c)
{
	if (c->told)
		return;
	c->told = true;
	for (struct contact *k = c->contacts; k; k = k->next)
		if (k->look->over)
			diagnose_contact(k);
	c->check.took_us = loop_now_us() - c->began_us;
	c->fns.done(c->fns.ctx, &c->check);
}

/*
 * Starts a look at each address where one is due and permitted; when none is left, looks up the
 * names of the vantage point, then finishes.
 */
static void
on_turn(void *ctx, unsigned ready)
{
	struct checking *c = ctx;
	struct check *k = &c->check;
	size_t waiting = 0;
	enum check_why why;

	(void)ready;
	if (c->told || !c->knows_hosts)
		return;
	for (size_t i = 0; i < k->nhosts; i++)
		for (size_t j = 0; j < k->host[i].naddresses; j++) {
			struct check_address *a = &k->host[i].address[j];
			if (!next_look(c, a, &why))
				continue;
			if (c->stopped)
				a->skipped = a->nlooks == 0;
			else if (has_to_wait(c, a))
				waiting++;
			else
				connect_to(c, a, why);
		}
	if (waiting > 0 || c->running > 0)
		return;
	if (!c->names && k->local.len > 0 && addr_family(&k->local) && !c->stopped &&
	    !addr_is_loopback(&k->local))
		ask_names(c);
	if (!c->asking_names)
		finish(c);
}

static void
on_deadline(void *ctx, unsigned ready)
{
	struct checking *c = ctx;

	(void)ready;
	c->check.late = true;
	check_stop(c);
}

/* Contacts have the same deadline, so none that is open needs to be waited for. */
void
check_stop(struct checking *c)
{
	c->stopped = true;
	if (c->told)
		return;
	for (struct contact *k = c->contacts; k; k = k->next)
		if (!k->look->over) {
			keep_vantage(c, k->look);
			k->address->cut = true;
			probe_free(k->probe);
			k->probe = NULL;
			k->address->nlooks--;
			k->address->skipped = k->address->nlooks == 0;
			end_contact(k);
			arena_release(&k->look->result.arena);
			*k->look = (struct check_look){ 0 };
		}
	finish(c);
}

struct checking *
check_start(struct session_env *env, const struct target *target, const struct check_opts *opts,
    const struct check_fns *fns)
{
	struct checking *c = memory_zeroed(sizeof *c);
	uint64_t ms = opts->deadline_ms ? opts->deadline_ms : DEADLINE_MS;

	assert(opts->session && opts->judge && fns->done);
	c->env = env;
	c->opts = *opts;
	c->fns = *fns;
	c->manners = opts->manners ? opts->manners : &c->own;
	/* Added last: the check that has waited longest takes its turn first. */
	struct checking **at = &c->manners->members;
	while (*at)
		at = &(*at)->next;
	*at = c;
	c->check.target = target;
	c->check.opts = &c->opts;
	c->check.domain = target->kind == TARGET_MX ? target->host : SPAN_NONE;
	c->looked_up = opts->mx ? *opts->mx : *target;
	if (opts->mx)
		c->looked_up.kind = TARGET_HOST;
	c->began_us = loop_now_us();
	c->until_us = c->began_us + ms * 1000;
	c->turn = loop_timer(env->loop, on_turn, c);
	c->deadline = loop_timer(env->loop, on_deadline, c);
	loop_timer_set(c->deadline, ms);
	struct lookup_env lookup = { .loop = env->loop,
		.dns = session_env_dns(env),
		.opts = &opts->session->route,
		.arena = &c->check.arena,
		.until_us = lookup_until(ms > 2000 ? ms - 1000 : ms) };
	c->query = lookup_start(&lookup, &c->looked_up,
	    opts->mx ? LOOKUP_HOST : LOOKUP_DOMAIN_UNLESS_HOST, on_lookup, c);
	return c;
}

void
check_free(struct checking *c)
{
	struct contact *next;

	if (!c)
		return;
	for (struct contact *k = c->contacts; k; k = k->next)
		if (k->probe && !k->look->over)
			end_contact(k);
	struct checking **at = &c->manners->members;
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	for (struct contact *k = c->contacts; k; k = next) {
		next = k->next;
		probe_free(k->probe);
		if (k->look->begun)
			arena_release(&k->look->result.arena);
		free(k);
	}
	lookup_free(c->names);
	sts_free(c->policy);
	lookup_free(c->query);
	loop_timer_free(c->turn);
	loop_timer_free(c->deadline);
	if (c->has_old) {
		tls_context_free(c->old.client_tls);
		tls_context_free(c->old.demo_tls);
		free(c->old.scratch);
	}
	arena_release(&c->check.arena);
	free(c);
}
