/*
 * Names in other scripts, through the module's struct; and what is said when a module cannot be
 * had.
 */
#include "tests.h"

#include "net/idn.h"
#include "split.h"

static const struct {
	const char *name;
	struct span in, ascii;
	const char *why;	/* NULL: it is a name */
} table[] = {
	{ "umlaut",
	    SPAN_INIT("b\xC3\xBC"
		      "cher.example"),
	    SPAN_INIT("xn--bcher-kva.example"), NULL },
	{ "upper case",
	    SPAN_INIT("B\xC3\x9C"
		      "CHER.example"),
	    SPAN_INIT("xn--bcher-kva.example"), NULL },
	{ "sharp s is itself", SPAN_INIT("fa\xC3\x9F.example"), SPAN_INIT("xn--fa-hia.example"),
	    NULL },
	{ "service labels stay",
	    SPAN_INIT("_25._tcp.b\xC3\xBC"
		      "cher.example."),
	    SPAN_INIT("_25._tcp.xn--bcher-kva.example."), NULL },
	{ "not UTF-8",
	    SPAN_INIT("b\xFC"
		      "cher.example"),
	    SPAN_INIT(""), "the name \"b\\xFCcher.example\" is not UTF-8" },
	{ "a picture", SPAN_INIT("\xF0\x9F\x98\x80.example"), SPAN_INIT(""), "IDNA 2008" },
};

static void
names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct arena arena = { 0 };
		struct err err = { 0 };
		struct span out = SPAN("");
		char *mem = exact_copy(table[i].in);
		bool ok = module_idn.to_ascii(
		    (struct span){ mem, table[i].in.len }, &arena, &out, &err);
		if (ok != !table[i].why || !span_eq(out, table[i].ascii))
			fail_msg("%s: \"%.*s\" %s", table[i].name, SPAN_ARG(out), err.text);
		if (table[i].why && !strstr(err.text, table[i].why))
			fail_msg("%s: %s", table[i].name, err.text);
		free(mem);
		arena_release(&arena);
	}
}

static void
back_again(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_span(module_idn.to_unicode(SPAN("xn--bcher-kva.example"), &arena),
	    "b\xC3\xBC"
	    "cher.example");
	assert_span(module_idn.to_unicode(SPAN("plain.example"), &arena), "plain.example");
	assert_span(module_idn.to_unicode(SPAN("xn--\xFF"), &arena), "xn--\xFF");
	arena_release(&arena);
}

static void
a_module_that_is_linked_in_is_at_hand(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_ptr_equal(module_open(MODULE_IDN, &module_idn, &err), &module_idn);
	assert_int_equal(err.kind, ERR_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(back_again),
		cmocka_unit_test(a_module_that_is_linked_in_is_at_hand),
	};
	return cmocka_run_group_tests_name("idn", tests, NULL, NULL);
}
