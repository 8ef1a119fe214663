/* status - parses enhanced status codes; their meanings are in status_table.c. */
#include "smtp/status.h"

#include "base/ascii.h"

/* Takes 1*3DIGIT (RFC 3463 2) off the front. */
static bool
take_number(struct span *s, unsigned short *out)
{
	unsigned n = 0;
	size_t digits = 0;

	while (digits < s->len && digits < 4 && ascii_is_digit(s->at[digits]))
		n = n * 10 + (unsigned)(s->at[digits++] - '0');
	if (digits == 0 || digits > 3)
		return false;
	*s = span_skip(*s, digits);
	*out = (unsigned short)n;
	return true;
}

struct status
status_parse(struct span text, size_t *len)
{
	struct span rest = text;
	struct status none = { 0 }, status = { 0 };

	*len = 0;
	if (rest.len < 5 || (rest.at[0] != '2' && rest.at[0] != '4' && rest.at[0] != '5') ||
	    rest.at[1] != '.')
		return none;
	status.class = (unsigned char)(rest.at[0] - '0');
	rest = span_skip(rest, 2);
	if (!take_number(&rest, &status.subject) || rest.len == 0 || rest.at[0] != '.')
		return none;
	rest = span_skip(rest, 1);
	if (!take_number(&rest, &status.detail) ||
	    (rest.len > 0 && rest.at[0] != ' ' && rest.at[0] != '\t'))
		return none;
	*len = text.len - rest.len;
	return status;
}
