/* verdict: what the fates of addresses mean for each class of sender, as a table. */
#include "tests.h"

#include <errno.h>

#include "run/check/domain.h"
#include "run/check/verdict.h"

/* What became of an address. */
struct at {
	const char *host;
	unsigned preference;
	/* of RCPT; 0: the connection failed with `sys`, or was waited for in vain */
	unsigned code;
	int sys;
	enum cause cause; /* diagnosed there; CAUSE_NONE: nothing */
	bool tls, verified;
	enum dane_state dane; /* of its TLSA records */
	bool ipv6;
};

enum { HOSTS_MAX = 4 };

struct world {
	struct arena arena;
	struct check check;
	struct check_opts opts;
	struct target target;
	struct lookup lookup;
	struct route route;
	struct lookup_host found[HOSTS_MAX];
	struct route_hop hop[HOSTS_MAX];
	struct host name[HOSTS_MAX];
	struct lookup_address address[HOSTS_MAX];
	struct reply reply[HOSTS_MAX];
	struct tls_info tls[HOSTS_MAX];
	struct tls_dane dane[HOSTS_MAX];
};

static void
add_host(struct world *w, const struct at *at)
{
	size_t i = w->check.nhosts++;
	struct check_host *h = &w->check.host[i];
	struct check_address *a = ARENA_NEW(&w->arena, struct check_address);
	struct check_look *look = &a->look[0];
	static const struct span line = SPAN_INIT("2.1.5 text");

	w->name[i] = (struct host){ .name = span_of(at->host), .naddr = 1 };
	assert_true(addr_parse(&a->addr, SPAN("192.0.2.1"), 25));
	w->hop[i] = (struct route_hop){
		.host = span_of(at->host), .addr = &a->addr, .naddr = 1, .found = &w->name[i]
	};
	w->dane[i] = (struct tls_dane){ .state = at->dane };
	w->found[i] = (struct lookup_host){
		.hop = &w->hop[i], .address = &w->address[i], .dane = &w->dane[i]
	};
	*h = (struct check_host){
		.found = &w->found[i],
		.name = span_of(at->host),
		.preference = at->preference,
		.port = 25,
		.mx = true,
		.address = a,
		.naddresses = 1,
	};
	a->host = h;
	a->number = w->check.naddresses++;
	a->found = &w->address[i];
	a->nlooks = 1;
	look->begun = look->over = true;
	if (at->ipv6)
		assert_true(addr_parse(&a->addr, SPAN("2001:db8::1"), 25));
	look->result.addr = a->addr;
	look->result.ran = look->result.done = 1u << PHASE_CONNECT;
	if (at->code) {
		w->reply[i] = (struct reply){
			.code = at->code, .line = (struct span *)(uintptr_t)&line, .nlines = 1
		};
		look->result.done |= 1u << PHASE_BANNER | 1u << PHASE_EHLO | 1u << PHASE_MAIL;
		look->result.phase = PHASE_RCPT;
		look->result.reply[PHASE_RCPT] = &w->reply[i];
		look->result.err = at->code / 100 == 2 ? ERR_NONE :
		    at->code / 100 == 4		       ? ERR_TEMPORARY :
							 ERR_REFUSED;
	} else {
		look->result.phase = PHASE_CONNECT;
		look->result.sys = at->sys;
		look->result.err = at->sys ? ERR_CONNECT : ERR_TIMEOUT;
		look->result.late = !at->sys;
	}
	w->tls[i] = (struct tls_info){ .version = SPAN("TLSv1.3"), .verified = at->verified };
	look->result.tls = at->tls ? &w->tls[i] : NULL;
	look->result.dane = &w->dane[i];
	if (at->cause) {
		struct diagnosis_place place = { .host = span_of(at->host) };
		look->diagnoses = diagnosis_new(at->cause, &place, &w->arena);
	}
}

static struct check_verdict
verdict_of(struct world *w, const struct at *at, size_t n, const struct sts *sts)
{
	struct check_verdict v;

	*w = (struct world){ 0 };
	w->target = (struct target){ .kind = TARGET_MX, .host = SPAN("example.org") };
	w->route = (struct route){ .name = SPAN("example.org"), .mx = true };
	w->lookup.route = &w->route;
	w->opts.from = "";
	w->check = (struct check){
		.target = &w->target,
		.opts = &w->opts,
		.domain = SPAN("example.org"),
		.rcpt = "bob@example.org",
		.lookup = &w->lookup,
		.sts = sts,
		.host = ARENA_ARRAY(&w->arena, struct check_host, HOSTS_MAX),
	};
	for (size_t i = 0; i < n; i++)
		add_host(w, &at[i]);
	check_verdict(&w->check, &v, &w->arena);
	return v;
}

static void
ordinary_senders_try_by_preference(void **state)
{
	static const struct {
		const char *name;
		struct at at[3];
		enum check_passage want;
		size_t by; /* the host that has it, from 1; 0: none */
	} cases[] = {
		{ "accepted", { { "a", 10, 250 } }, PASSAGE_YES, 1 },
		{ "the second accepts", { { "a", 10, 0, ECONNREFUSED }, { "b", 20, 250 } },
		    PASSAGE_YES, 2 },
		{ "a rejection ends it", { { "a", 10, 550 }, { "b", 20, 250 } }, PASSAGE_NO, 1 },
		{ "a deferral does not", { { "a", 10, 451 }, { "b", 20, 250 } }, PASSAGE_YES, 2 },
		{ "all defer", { { "a", 10, 451 }, { "b", 20, 421 } }, PASSAGE_DEFERRED, 0 },
		{ "greylisted", { { "a", 10, 450, 0, CAUSE_GREYLISTED } }, PASSAGE_YES, 1 },
		{ "this client is listed", { { "a", 10, 554, 0, CAUSE_CLIENT_LISTED } },
		    PASSAGE_UNKNOWN, 0 },
		{ "listed at one, accepted at the other",
		    { { "a", 10, 554, 0, CAUSE_CLIENT_LISTED }, { "b", 20, 250 } }, PASSAGE_YES,
		    2 },
		{ "all refuse", { { "a", 10, 0, ECONNREFUSED }, { "b", 20, 0, ECONNREFUSED } },
		    PASSAGE_NO, 0 },
		{ "all are silent", { { "a", 10 }, { "b", 20 } }, PASSAGE_UNKNOWN, 0 },
		{ "one is silent, one refuses", { { "a", 10 }, { "b", 20, 0, ECONNREFUSED } },
		    PASSAGE_NO, 0 },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = 0;
		while (n < 3 && cases[i].at[n].host)
			n++;
		struct check_verdict v = verdict_of(&w, cases[i].at, n, NULL);
		const struct check_class *c = &v.class[CHECK_SENDER_ORDINARY];
		if (c->passage != cases[i].want)
			fail_msg("%s: %s", cases[i].name, check_passage_word(c->passage));
		if (cases[i].by ? !c->by || c->by->number + 1 != cases[i].by : c->by != NULL)
			fail_msg("%s: by the wrong host", cases[i].name);
		assert_int_equal(v.class[CHECK_SENDER_STS].passage, PASSAGE_NONE);
		arena_release(&w.arena);
	}
}

static void
policies_leave_out_hosts(void **state)
{
	static struct span names[] = { SPAN_INIT("b") };
	struct sts sts = { .state = STS_FOUND,
		.policy = { .mode = STS_MODE_ENFORCE, .mx = names, .nmx = 1 } };
	const struct at both[] = { { "a", 10, 250, .tls = true, .verified = true },
		{ "b", 20, 250, .tls = true, .verified = true } };
	const struct at worse[] = { { "a", 10, 250, .tls = true, .verified = true },
		{ "b", 20, 250, .tls = true } };
	struct world w;
	struct check_verdict v;

	(void)state;
	v = verdict_of(&w, both, 2, &sts);
	assert_int_equal(v.class[CHECK_SENDER_ORDINARY].by->number, 0);
	assert_int_equal(v.class[CHECK_SENDER_STS].passage, PASSAGE_YES);
	assert_int_equal(v.class[CHECK_SENDER_STS].by->number, 1);
	arena_release(&w.arena);
	v = verdict_of(&w, worse, 2, &sts);
	assert_int_equal(v.class[CHECK_SENDER_ORDINARY].passage, PASSAGE_YES);
	assert_int_equal(v.class[CHECK_SENDER_STS].passage, PASSAGE_NO);
	assert_int_equal(v.state, STATE_CRITICAL);
	arena_release(&w.arena);
	sts.policy.mode = STS_MODE_TESTING;
	v = verdict_of(&w, worse, 2, &sts);
	assert_int_equal(v.class[CHECK_SENDER_STS].passage, PASSAGE_NONE);
	assert_int_not_equal(v.state, STATE_CRITICAL);
	arena_release(&w.arena);
	sts.state = STS_UNABLE;
	v = verdict_of(&w, worse, 2, &sts);
	assert_int_equal(v.class[CHECK_SENDER_STS].passage, PASSAGE_UNKNOWN);
	arena_release(&w.arena);
}

static void
dane_applies_where_it_is_validated(void **state)
{
	static const struct {
		enum dane_state dane;
		enum check_passage want;
	} cases[] = {
		{ DANE_NONE, PASSAGE_NONE }, { DANE_INSECURE, PASSAGE_NONE },
		{ DANE_PATH, PASSAGE_NONE }, { DANE_UNKNOWN, PASSAGE_UNKNOWN },
		{ DANE_MATCHED, PASSAGE_YES }, { DANE_MISMATCHED, PASSAGE_NO },
		{ DANE_FAILED, PASSAGE_NO },
		{ DANE_UNUSABLE, PASSAGE_YES }, /* TLS alone (RFC 7672 2.2) */
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct at at = { "a", 10, 250, .tls = true, .dane = cases[i].dane };
		struct check_verdict v = verdict_of(&w, &at, 1, NULL);
		if (v.class[CHECK_SENDER_DANE].passage != cases[i].want)
			fail_msg("%s: %s", dane_state_word(cases[i].dane),
			    check_passage_word(v.class[CHECK_SENDER_DANE].passage));
		assert_int_equal(v.class[CHECK_SENDER_ORDINARY].passage, PASSAGE_YES);
		arena_release(&w.arena);
	}
}

/* Where this machine has no route for IPv6, nothing is known of an address of IPv6. */
static void
an_address_without_a_route_is_left_out(void **state)
{
	static const struct {
		struct at at;
		enum check_fate fate;
		enum fact_path path;
	} cases[] = {
		{ { "a", 10, 0, ENETUNREACH, .ipv6 = true }, CHECK_FATE_NO_ROUTE, PATH_SKIPPED },
		{ { "a", 10, 0, EADDRNOTAVAIL, .ipv6 = true }, CHECK_FATE_NO_ROUTE, PATH_SKIPPED },
		{ { "a", 10, 0, EAFNOSUPPORT, .ipv6 = true }, CHECK_FATE_NO_ROUTE, PATH_SKIPPED },
		{ { "a", 10, 0, ECONNREFUSED, .ipv6 = true }, CHECK_FATE_UNREACHED, PATH_REFUSED },
		{ { "a", 10, 250, .ipv6 = true }, CHECK_FATE_ACCEPTED, PATH_UP },
		{ { "a", 10, 0, ENETUNREACH }, CHECK_FATE_UNREACHED, PATH_DOWN },
	};
	struct world w;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct check_verdict v = verdict_of(&w, &cases[i].at, 1, NULL);
		assert_int_equal(v.fate[0], cases[i].fate);
		assert_int_equal(check_path(&w.check.host[0].address[0]), cases[i].path);
		arena_release(&w.arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_senders_try_by_preference),
		cmocka_unit_test(policies_leave_out_hosts),
		cmocka_unit_test(dane_applies_where_it_is_validated),
		cmocka_unit_test(an_address_without_a_route_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
