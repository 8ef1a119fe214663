/* observe - describes a peer that misbehaves, in a clause. */
#include "run/session/observe.h"

#include <stdio.h>

#include "base/text.h"

/* Returns at most `most` octets, escaped, without their line ending. */
static struct span
quoted(struct buf *safe, struct span octets, size_t most)
{
	*safe = (struct buf){ .max = most * 4 + 4 };
	text_safe_to(safe, span_trim(span_first(octets, most)));
	return buf_span(safe);
}

void
observe_octets(struct span octets, char out[OBSERVED_SIZE])
{
	struct buf safe;
	struct span line = octets;

	span_line(&octets, &line);
	line = quoted(&safe, line, 60);
	snprintf(out, OBSERVED_SIZE, "not an SMTP reply: \"%.*s\"", SPAN_ARG(line));
	buf_release(&safe);
}

void
observe_silence(const struct silence *s, char out[OBSERVED_SIZE])
{
	char within[24];
	const char *what = wait_phrase(s->wait, s->verb);
	size_t n = s->pending.len > 40 ? 40 : s->pending.len;
	struct buf safe;

	text_limit(within, s->ms);
	if (n == 0) {
		snprintf(out, OBSERVED_SIZE, "timed out after %s waiting for %s", within, what);
		return;
	}
	struct span last = quoted(&safe, span_skip(s->pending, s->pending.len - n), 40);
	snprintf(out, OBSERVED_SIZE,
	    "timed out after %s: %s is incomplete: received %zu octet%s, ending with \"%.*s\"",
	    within, what, s->pending.len, s->pending.len == 1 ? "" : "s", SPAN_ARG(last));
	buf_release(&safe);
}

void
observe_cleartext(struct span octets, bool implicit, bool early, char out[OBSERVED_SIZE])
{
	struct buf safe;
	struct span line = quoted(&safe, octets, 60);

	snprintf(out, OBSERVED_SIZE,
	    implicit  ? "the TLS handshake failed: the server sent cleartext: \"%.*s\"" :
		early ? "cleartext followed the 220 to STARTTLS: \"%.*s\"" :
			"the TLS handshake failed: the server accepted STARTTLS and then sent "
			"cleartext: \"%.*s\"",
	    SPAN_ARG(line));
	buf_release(&safe);
}
