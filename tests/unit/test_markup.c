/* What a peer sent, as text of XML, HTML and Markdown; and a probe's phases as a bar. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "ui/report/bar.h"
#include "ui/report/markup.h"
#include "ui/report/page.h"

static const struct want {
	void (*put)(FILE *, struct span);
	const char *text, *written;
} table[] = {
	{ markup_put, "", "" },
	{ markup_put, "<b a=\"x\">&amp;'</b>", "&lt;b a=&quot;x&quot;&gt;&amp;amp;&#39;&lt;/b&gt;" },
	{ markup_put, "\xC3\xA4", "\xC3\xA4" },

	{ markup_put_code, "", "" },
	{ markup_put_code, "550 5.1.1 <a@b>", "`550 5.1.1 <a@b>`" },
	{ markup_put_code, "a`b", "`a`&#96;`b`" },
	{ markup_put_code, "a|b", "`a`&#124;`b`" },
	{ markup_put_code, "``", "&#96;&#96;" },
	{ markup_put_code, "\\|", "`\\`&#124;" },

	{ page_put, "<script>\033[2J", "&lt;script&gt;\\x1B[2J" },
	{ page_put, "\xE2\x80\xAE", "\\xE2\\x80\\xAE" },	/* RIGHT-TO-LEFT OVERRIDE */
	{ page_put_lines, "a\r\nb<\n", "a\nb&lt;\n" },
};

static void
text_stays_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char *text;
		size_t size;
		FILE *out = memory_file(&text, &size);
		table[i].put(out, span_of(table[i].text));
		fclose(out);
		if (strcmp(text, table[i].written) != 0)
			fail_msg("%s: %s", table[i].text, text);
		free(text);
	}
}

/* Microseconds of the phases from connect on, and the bar in so many columns. */
static const struct {
	uint64_t us[4];
	unsigned columns;
	const char *bar;
} bars[] = {
	{ { 0 }, 10, "" },
	{ { 1 }, 5, "ccccc" },
	{ { 10, 10 }, 4, "ccbb" },
	{ { 10, 0, 10 }, 4, "ccee" },
	{ { 1, 1, 1 }, 4, "cbbe" },
	{ { 1, 998, 1 }, 10, "bbbbbbbbbb" },
	{ { 1, 1, 1, 1 }, 1, "b" },
	{ { 9, 1 }, 0, "" },
	{ { UINT64_C(3600000000), UINT64_C(3600000000) }, 6, "cccbbb" },
};

static void
a_bar_is_as_wide_as_it_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bars / sizeof *bars; i++) {
		struct probe_result r = { 0 };
		char bar[16];
		for (size_t p = 0; p < 4; p++)
			r.us[PHASE_CONNECT + p] = bars[i].us[p];
		bar_make(&r, bars[i].columns, bar);
		assert_string_equal(bar, bars[i].bar);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_text),
		cmocka_unit_test(a_bar_is_as_wide_as_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
