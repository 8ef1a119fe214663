/*
 * What follows MAIL and RCPT, and every other line that is looked at before it goes: parts lie
 * within, remarks are whole lines.
 */
#include "fuzz.h"

#include "base/text.h"
#include "smtp/lint.h"
#include "smtp/path.h"
#include "smtp/queueid.h"

static void
check_within(struct span part, struct span whole)
{
	PROMISE(
	    part.len == 0 || (part.at >= whole.at && part.at + part.len <= whole.at + whole.len));
}

static void
check_remarks(struct buf *out)
{
	struct span said = buf_span(out), line;

	PROMISE(said.len == 0 || said.at[said.len - 1] == '\n');
	while (span_line(&said, &line)) {
		struct arena arena = { 0 };
		PROMISE(span_eq(text_safe(&arena, line), line));
		arena_release(&arena);
	}
	buf_release(out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span all = fuzz_span(octets, n), rest = all, line;
	struct dialogue d = { .greeted = true };
	struct lint_message message = { 0 };
	struct path path;

	if (!path_parse(all, &path)) {
		check_within(path.mailbox, all);
		check_within(path.local, all);
		check_within(path.domain, all);
	}
	path_is_host(all);
	check_within(queueid_find(all), all);
	while (span_line(&rest, &line)) {
		struct buf out = { .max = 1 << 16 };
		lint_command(line, &d, NULL, &out);
		dialogue_received(&d, verb_of(line, NULL), 250);
		check_remarks(&out);
		lint_text(&message, line, NULL, &out);
		check_remarks(&out);
		check_within(lint_marker(line), line);
	}
	return 0;
}
