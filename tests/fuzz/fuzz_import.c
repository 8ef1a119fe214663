/*
 * Logs: whatever they hold becomes lines of a script, as every dialect, and the recogniser takes
 * any octets.
 */
#include "fuzz.h"

#include "run/script/import.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span log = fuzz_span(octets, n);
	const struct import_dialect *d = import_recognise(log);
	struct buf out = { .max = IMPORT_OUT_MAX };
	struct span rest, line;

	for (d = d ? d : import_dialects; d->name; d++) {
		import_log(d, log, &out, NULL);
		for (rest = buf_span(&out); span_line(&rest, &line);)
			PROMISE(line.len == 0 || line.at[0] == '#' || line.at[0] == '/' ||
			    line.at[0] == 'C' || line.at[0] == 'S');
		buf_release(&out);
	}
	return 0;
}
