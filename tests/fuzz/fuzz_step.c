/* Steps: every line is a step or a sentence that says why not. */
#include "fuzz.h"

#include "run/session/step.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span rest = fuzz_span(octets, n), line;
	struct arena arena = { 0 };

	while (span_line(&rest, &line)) {
		struct err err = { 0 };
		const struct step *step = step_parse(
		    step_ops, line, MODE_COMMAND, (struct place){ "fuzz", 1 }, &arena, &err);
		if (step)
			PROMISE(step->op != NULL);
		else
			PROMISE(err.kind == ERR_USAGE && err.text[0]);
	}
	arena_release(&arena);
	return 0;
}
