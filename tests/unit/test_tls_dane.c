/*
 * TLSA records against the certificates of a handshake: each verdict, and what the whole comes to.
 */
#include "tests.h"

#include <stdio.h>
#include <sys/socket.h>

#include "net/conn.h"

struct side {
	struct conn *conn;
	enum conn_news news;
	bool told;
};

static void
on_news(void *ctx, enum conn_news news)
{
	struct side *side = ctx;

	side->news = news;
	side->told = true;
}

static struct fixture {
	struct loop *loop;
	struct tls_made *made;
	struct tls_context *server_tls, *client_tls;
	struct side server, client;
	struct arena arena;
	struct span key, cert;		/* octets of the SHA-256 digests */
} f;

static struct span
octets(struct span hex)
{
	char *out = arena_get(&f.arena, hex.len / 2);

	for (size_t i = 0; i < hex.len / 2; i++) {
		unsigned octet = 0;
		sscanf(hex.at + 2 * i, "%2x", &octet);
		out[i] = (char)octet;
	}
	return (struct span){ out, hex.len / 2 };
}

static int
shake(void **state)
{
	static const char *const names[] = { "mx.example" };
	struct err err;
	int pair[2];

	(void)state;
	f.loop = loop_new();
	f.made = tls_make(names, 1, &err);
	f.server_tls = tls_context_new(&(struct tls_opts){ .server = true, .made = f.made }, &err);
	/* trusts nobody */
	f.client_tls = tls_context_new(&(struct tls_opts){ .ca = "/dev" }, &err);
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	f.server.conn = conn_over(f.loop, pair[0], on_news, &f.server, &err);
	f.client.conn = conn_over(f.loop, pair[1], on_news, &f.client, &err);
	assert_true(conn_tls(f.server.conn, f.server_tls, &(struct tls_ask){ 0 }, &err));
	assert_true(conn_tls(
	    f.client.conn, f.client_tls, &(struct tls_ask){ .name = SPAN("mx.example") }, &err));
	while (!f.server.told || !f.client.told)
		loop_turn(f.loop, true);
	assert_int_equal(f.client.news, CONN_TLS_UP);
	const struct tls_info *info = conn_tls_info(f.client.conn, &f.arena);
	assert_false(info->verified);
	f.key = octets(info->cert[0].spki_sha256);
	f.cert = octets(info->cert[0].sha256);
	return 0;
}

static int
part(void **state)
{
	(void)state;
	conn_free(f.client.conn);
	conn_free(f.server.conn);
	tls_context_free(f.client_tls);
	tls_context_free(f.server_tls);
	tls_made_free(f.made);
	loop_turn(f.loop, false);
	loop_free(f.loop);
	arena_release(&f.arena);
	return 0;
}

static struct tls_dane
judge(enum dane_state state, const struct tlsa *record, size_t n)
{
	struct tls_dane d = { .state = state, .n = n };

	d.result = ARENA_ARRAY(&f.arena, struct tlsa_result, n + 1);
	for (size_t i = 0; i < n; i++)
		d.result[i].record = record[i];
	conn_tls_dane(f.client.conn, &d, &f.arena);
	return d;
}

static void
each_record(void **state)
{
	static const char other[32] = { 1 };
	const struct span wrong = { other, sizeof other };
	const struct {
		struct tlsa record;
		enum tlsa_verdict verdict;
		enum dane_state state;
	} table[] = {
		{ { 3, 1, 1, f.key }, TLSA_MATCHES, DANE_MATCHED },
		{ { 3, 0, 1, f.cert }, TLSA_MATCHES, DANE_MATCHED },
		{ { 3, 1, 1, wrong }, TLSA_DIFFERS, DANE_MISMATCHED },
		{ { 3, 0, 1, f.key }, TLSA_DIFFERS, DANE_MISMATCHED },
		{ { 2, 1, 1, f.key }, TLSA_DIFFERS, DANE_MISMATCHED },
		{ { 0, 1, 1, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 1, 1, 1, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 4, 1, 1, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 2, 1, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 1, 3, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 1, 2, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 1, 1, span_first(f.key, 31) }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 1, 0, f.key }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 1, 1, SPAN_NONE }, TLSA_UNUSABLE, DANE_UNUSABLE },
		{ { 3, 1, 1, f.key, .malformed = true }, TLSA_UNUSABLE, DANE_UNUSABLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct tls_dane d = judge(DANE_USABLE, &table[i].record, 1);
		if (d.state != table[i].state || d.result[0].verdict != table[i].verdict)
			fail_msg("row %zu: %s, %s", i, dane_state_word(d.state),
			    tlsa_verdict_word(d.result[0].verdict));
		assert_int_equal(d.result[0].why.len == 0, table[i].verdict == TLSA_MATCHES);
	}
}

static void
the_whole(void **state)
{
	const struct tlsa records[] = { { 0, 1, 1, f.key }, { 3, 1, 1, f.cert }, { 3, 1, 1, f.key },
		{ 3, 0, 1, f.cert } };

	(void)state;
	struct tls_dane d = judge(DANE_USABLE, records, 4);
	assert_int_equal(d.state, DANE_MATCHED);
	assert_ptr_equal(d.match, &d.result[2]);
	assert_int_equal(d.match->depth, 0);
	assert_int_equal(judge(DANE_NONE, records, 0).state, DANE_NONE);
	assert_int_equal(judge(DANE_UNKNOWN, records, 0).state, DANE_UNKNOWN);
	static const enum dane_state stay[] = { DANE_INSECURE, DANE_PATH, DANE_UNKNOWN, DANE_FAILED,
		DANE_NONE };
	for (size_t i = 0; i < sizeof stay / sizeof *stay; i++) {
		struct tls_dane d2 = judge(stay[i], records, 4);
		assert_int_equal(d2.state, stay[i]);
		assert_false(tls_dane_vouches(&(struct tls_info){ .dane = &d2 }));
		assert_false(tls_dane_requires_tls(&d2));
	}
	for (int i = 0; i < 4; i++) {
		struct tls_dane one = judge(
		    i % 2 ? DANE_INSECURE : DANE_USABLE, &records[i < 2 ? 1 : 2], 1);
		struct tls_info info = { .dane = &one };
		assert_int_equal(tls_is_trusted(&info), i == 2);
		info.verified = true;
		assert_true(tls_is_trusted(&info));
		info.name_from_file = true;	/* verified, but a file gave the name */
		assert_false(tls_is_trusted(&info));
	}
}

static void
keys_may_change_where_another_is_covered(void **state)
{
	static const struct {
		struct tlsa record[3];
		size_t n;
		enum tlsa_rollover want;
	} sets[] = {
		{ { { 0 } }, 0, TLSA_NO_RECORD },
		{ { { 1, 1, 1, SPAN_INIT("x") } }, 1, TLSA_NO_RECORD },	/* not for SMTP */
		{ { { 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") } }, 1, TLSA_ONE_KEY },
		{ { { 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") },
			{ 3, 1, 1, SPAN_INIT("B23456789012345678901234567890ab") } }, 2, TLSA_TWO_KEYS },
		{ { { 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") },
			{ 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") } }, 2, TLSA_ONE_KEY },
		/* perhaps of the same key */
		{ { { 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") },
			{ 3, 0, 1, SPAN_INIT("B23456789012345678901234567890ab") } }, 2, TLSA_ONE_KEY },
		{ { { 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") },
			{ 2, 1, 1, SPAN_INIT("B23456789012345678901234567890ab") } }, 2, TLSA_TWO_KEYS },
		{ { { 3, 1, 1, SPAN_INIT("A23456789012345678901234567890ab") },
			{ 3, 1, 1, .malformed = true } }, 2, TLSA_ONE_KEY },
	};

	(void)state;
	for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
		struct tlsa_result result[3];
		for (size_t j = 0; j < sets[i].n; j++)
			result[j] = (struct tlsa_result){ .record = sets[i].record[j] };
		struct tls_dane dane = { .result = result, .n = sets[i].n };
		if (tlsa_rollover(&dane) != sets[i].want)
			fail_msg("set %zu", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_record),
		cmocka_unit_test(the_whole),
		cmocka_unit_test(keys_may_change_where_another_is_covered),
	};

	return cmocka_run_group_tests_name("tls_dane", tests, shake, part);
}
