/* Secrets starred out: in each form that a peer may echo, whole or cut, and nothing else. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/mask.h"

#define SECRET	"Tr0ub4dor zebra&3"

static struct mask mask;
static struct arena arena;

static int
know(void **state)
{
	(void)state;
	mask_add(&mask, SPAN(SECRET));
	mask_add(&mask, SPAN("Sup3rS3cret!"));
	mask_add(&mask, SPAN("hunter"));
	mask_add(&mask, SPAN("demo"));
	mask_add(&mask, SPAN("abc"));
	mask_add(&mask, SPAN("252"));
	mask_add(&mask, SPAN("a"));
	mask_add(&mask, SPAN("a@!"));
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	mask_release(&mask);
	arena_release(&arena);
	return 0;
}

static void
each_form(void **state)
{
	static const struct {
		struct span in, want;
	} table[] = {
		{ SPAN_INIT("535 " SECRET " is wrong"),
		    SPAN_INIT("535 ***************** is wrong") },
		{ SPAN_INIT("535 TR0UB4DOR ZEBRA&3"), SPAN_INIT("535 *****************") },
		{ SPAN_INIT("cut: Tr0ub4dor z"), SPAN_INIT("cut: ***********") },
		{ SPAN_INIT("VHIwdWI0ZG9yIHplYnJhJjM="), SPAN_INIT("************************") },
		{ SPAN_INIT("AUTH PLAIN AGJvYgBUcjB1YjRkb3IgemVicmEmMw== no"),
		    SPAN_INIT("AUTH PLAIN ******************************** no") },
		{ SPAN_INIT("AUTH PLAIN AGJvYgBUcjB1YjRkb3I"),
		    SPAN_INIT("AUTH PLAIN *******************") },
		{ SPAN_INIT("5472307562 5472307562346 46F72207A6562726126"),
		    SPAN_INIT("********** ************* *******************") },
		{ SPAN_INIT("u=Tr0ub4dor%20zebra%263&"), SPAN_INIT("u=*********************&") },
		{ SPAN_INIT("u=Tr0ub4dor+zebra%263&"), SPAN_INIT("u=*******************&") },
		{ SPAN_INIT("qp: Tr0ub4dor=20zebra=263 x"),
		    SPAN_INIT("qp: ********************* x") },
		{ SPAN_INIT("xtext: Tr0ub4dor+20zebra+263"),
		    SPAN_INIT("xtext: *********************") },
		{ SPAN_INIT("html: Tr0ub4dor zebra&amp;3."),
		    SPAN_INIT("html: *********************.") },
		{ SPAN_INIT("c: Tr0ub4dor\\x20zebra\\x263."),
		    SPAN_INIT("c: ***********************.") },
		{ SPAN_INIT("535 xSup3rS3cret no"), SPAN_INIT("535 x*********** no") },
		{ SPAN_INIT("half: Sup3rS, and 3cret!"), SPAN_INIT("half: ******, and ******") },
		{ SPAN_INIT("hunter, \"hunter\", hunterx"),
		    SPAN_INIT("******, \"******\", ******x") },
		{ SPAN_INIT("demo. demo.example demon x@demo \"demo\""),
		    SPAN_INIT("****. demo.example demon x@demo \"****\"") },
		{ SPAN_INIT("535 abc, \"abc\", Abc, abcd, x-abc, abc"),
		    SPAN_INIT("535 ***, \"***\", Abc, abcd, x-abc, ***") },
		{ SPAN_INIT("abc 250 2.0.0 ok"), SPAN_INIT("abc 250 2.0.0 ok") },
		{ SPAN_INIT("250 252, 2.5.2\r\n252 252"), SPAN_INIT("250 ***, 2.5.2\r\n252 ***") },
		{ SPAN_INIT("535-abc\r\n535-demo\r\n535 x-abc"),
		    SPAN_INIT("535-***\r\n535-****\r\n535 x-abc") },
		{ SPAN_INIT("535 616263 YWJj was it"), SPAN_INIT("535 ****** **** was it") },
		{ SPAN_INIT("334 c2FpZCBhYmMu eW91IHNhaWQgZGVtbywgbm8="),
		    SPAN_INIT("334 ************ ************************") },
		{ SPAN_INIT("334 VXNlcm5hbWU6 UGFzc3dvcmQ6"),
		    SPAN_INIT("334 VXNlcm5hbWU6 UGFzc3dvcmQ6") },
		{ SPAN_INIT("a is \"a\", (a), such a thing"),
		    SPAN_INIT("a is \"*\", (*), such a thing") },
		{ SPAN_INIT("pw=a%40%21 is it"), SPAN_INIT("pw=******* is it") },
		{ SPAN_INIT(""), SPAN_INIT("") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct span shown = mask_shown(&mask, &arena, table[i].in);
		if (!span_eq(shown, table[i].want))
			fail_msg("%.*s\n%.*s, want\n%.*s", SPAN_ARG(table[i].in), SPAN_ARG(shown),
			    SPAN_ARG(table[i].want));
		assert_true(span_eq(table[i].in, table[i].want) == (shown.at == table[i].in.at));
	}
}

/*
 * Wherever it stands within a text, and once more in base64: no eight digits that the secret
 * decides are left.
 */
static void
base64_of_base64(void **state)
{
	(void)state;
	for (size_t before = 0; before < 12; before++) {
		struct span text = arena_printf(&arena, "%.*s" SECRET, (int)before, "------------");
		struct span once = base64_encode(&arena, text), twice = base64_encode(&arena, once);
		struct span shown = mask_shown(&mask, &arena, twice);
		for (size_t i = 0; i < shown.len; i++)
			if (i > before * 16 / 9 + 6)
				assert_int_equal(shown.at[i], '*');
	}
}

/* What was learnt first is given up before memory is. */
static void
no_more_than_so_much(void **state)
{
	struct mask many = { 0 };
	char text[40];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof text, "%u-%u-%u-%u", i * 7919, i * 104729, i, i * 31);
		mask_add(&many, span_of(text));
	}
	assert_true(many.cap <= 1u << 20);
	assert_true(mask_shown(&many, &arena, span_of(text)).at != text);
	mask_release(&many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(base64_of_base64),
		cmocka_unit_test(no_more_than_so_much),
	};

	return cmocka_run_group_tests(tests, know, forget);
}
