/* Queues are first come, first served; of one address no more than so many are at work. */
#include "tests.h"

#include "run/probe/peers.h"

enum { WORKERS = 8 };

static struct addr
address(const char *host, unsigned port)
{
	struct addr a;

	assert_true(addr_parse(&a, span_of(host), port));
	return a;
}

static void
a_queue_keeps_its_order(void **state)
{
	struct turn t[3] = { 0 };
	struct turns all;

	(void)state;
	turns_init(&all);
	assert_null(turns_take(&all));
	turns_add(&all, &t[0]);
	turns_add(&all, &t[1]);
	turns_put_back(&all, &t[2]);
	assert_int_equal(all.n, 3);
	assert_ptr_equal(turns_take(&all), &t[2]);
	assert_ptr_equal(turns_take(&all), &t[0]);
	assert_ptr_equal(turns_take(&all), &t[1]);
	turns_put_back(&all, &t[1]);
	turns_add(&all, &t[0]);
	assert_ptr_equal(turns_take(&all), &t[1]);
	assert_ptr_equal(turns_take(&all), &t[0]);
	assert_null(turns_take(&all));
	assert_int_equal(all.n, 0);
}

static void
so_many_at_one_address(void **state)
{
	struct turn t[WORKERS] = { 0 };
	struct peers p = { 0 };
	struct addr one = address("127.0.0.1", 25), same = address("127.0.0.1", 25),
		    port = address("127.0.0.1", 26);

	(void)state;
	assert_true(peers_enter(&p, &t[0], &one, 2));
	assert_true(peers_enter(&p, &t[1], &same, 2));
	assert_false(peers_enter(&p, &t[2], &one, 2));
	assert_false(peers_enter(&p, &t[3], &one, 2));
	assert_true(peers_enter(&p, &t[4], &port, 2));
	assert_ptr_equal(peers_leave(&p, &t[1]), &t[2]);
	assert_ptr_equal(peers_leave(&p, &t[0]), &t[3]);
	assert_non_null(t[3].peer);
	assert_null(peers_leave(&p, &t[2]));
	assert_null(peers_leave(&p, &t[3]));
	assert_null(peers_leave(&p, &t[4]));
	assert_int_equal(p.n, 0);
	peers_release(&p);
}

static void
nowhere_is_never_full(void **state)
{
	struct turn t[WORKERS] = { 0 };
	struct peers p = { 0 };

	(void)state;
	for (size_t i = 0; i < WORKERS; i++)
		assert_true(peers_enter(&p, &t[i], NULL, 1));
	for (size_t i = 0; i < WORKERS; i++)
		assert_null(peers_leave(&p, &t[i]));
	peers_release(&p);
}

/* More addresses than there are chains, so that the table grows while they are there. */
static void
thousands_find_theirs(void **state)
{
	enum { MANY = 3000 };
	static struct turn first[MANY], second[MANY];
	struct peers p = { 0 };

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		struct addr a = address("192.0.2.1", i + 1);
		assert_true(peers_enter(&p, &first[i], &a, 1));
		assert_false(peers_enter(&p, &second[i], &a, 1));
	}
	assert_int_equal(p.n, MANY);
	for (unsigned i = 0; i < MANY; i++)
		assert_ptr_equal(peers_leave(&p, &first[i]), &second[i]);
	for (unsigned i = 0; i < MANY / 2; i++)
		assert_null(peers_leave(&p, &second[i]));
	assert_int_equal(p.n, MANY / 2);
	peers_release(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_keeps_its_order),
		cmocka_unit_test(so_many_at_one_address),
		cmocka_unit_test(nowhere_is_never_full),
		cmocka_unit_test(thousands_find_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
