/*
 * import_chunk - the octets behind BDAT n: as the log shows them, or others in their place, as many
 * as were announced.
 */
#include "run/script/import_priv.h"

enum { FILLER_MAX = 4 << 20, FILLER_LINE = 72 };

void
import_chunk(struct import *im, struct span bdat)
{
	unsigned long long n;

	span_word(&bdat);
	if (!span_number(span_word(&bdat), ~0ull >> 1, &n) || n == 0)
		return;
	im->mode = IMPORT_CHUNK;
	im->chunk = im->chunk_left = n;
	im->chunk_lines = (struct buf){ .max = IMPORT_OUT_MAX };
	if (im->dialect->hides_text)
		import_chunk_end(im);
}

/* RFC 3030 writes line ends out. */
static struct span
without_written_end(struct span line)
{
	const struct span end = SPAN("<CR><LF>");

	return span_ends_case(line, end) ? span_first(line, line.len - end.len) : line;
}

bool
import_chunk_takes(struct import *im, struct span line)
{
	line = without_written_end(line);
	if (line.len + 2 <= im->chunk_left && verb_of(line, NULL) != VERB_BDAT) {
		buf_append(&im->chunk_lines, line);
		buf_append(&im->chunk_lines, SPAN("\n"));
		im->chunk_left -= line.len + 2;
		if (im->chunk_left == 0)
			import_chunk_end(im);
		return true;
	}
	bool command = verb_of(line, NULL) != VERB_OTHER;
	if (command)
		import_chunk_end(im);
	return !command;		/* what is neither stands for octets that are not shown */
}

static void
put_filler(struct import *im)
{
	static const char filler[] =
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

	import_comment(im,
	    "the log does not show these octets: others stand for them, as many as were announced");
	for (unsigned long long left = im->chunk; left > 0;) {
		unsigned long long n = left > FILLER_LINE ? FILLER_LINE - 2 :
		    left >= 2				  ? left - 2 :
							    0;
		buf_printf(im->out,
		    left == 1  ? "C\\: x\n" :
			n == 0 ? "C:\n" :
				 "C: %.*s\n",
		    (int)n, filler);
		left -= left == 1 ? 1 : n + 2;
	}
}

void
import_chunk_end(struct import *im)
{
	struct span lines = buf_span(&im->chunk_lines), line;

	if (im->mode != IMPORT_CHUNK)
		return;
	im->mode = IMPORT_COMMANDS;
	if (im->chunk_left == 0)
		while (span_line(&lines, &line))
			import_put_client(im, line);
	else if (im->chunk <= FILLER_MAX)
		put_filler(im);
	buf_release(&im->chunk_lines);
}
