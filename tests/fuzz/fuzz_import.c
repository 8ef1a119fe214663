/*
 * Logs: whatever they hold becomes lines of a script, as what it is taken for and as
 * every known form: each line is one of a script.
 */
#include "fuzz.h"

#include "run/script/import.h"

static void
left_out(void *ctx, struct span line)
{
	(void)ctx, (void)line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span rest, line;
	const char *form = NULL;

	/* names of programs mean the learned form, which is the first */
	for (unsigned k = 0; k == 0 || (k < 7 && (form = import_form_name(k - 1))); k++) {
		struct import_opts opts = { .from = form, .left_out = left_out };
		struct buf log = { .max = IMPORT_LOG_MAX };
		struct import_result r;
		buf_append(&log, fuzz_span(octets, n));
		if (!import_log(&opts, &log, &r, NULL))
			continue;
		for (rest = buf_span(&r.body); span_line(&rest, &line);)
			PROMISE(line.len == 0 || line.at[0] == '#' || line.at[0] == '/' ||
			    line.at[0] == 'C' || line.at[0] == 'S');
		import_result_release(&r);
	}
	return 0;
}
