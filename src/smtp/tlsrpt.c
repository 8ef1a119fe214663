/* tlsrpt - checks the TXT record of TLSRPT. */
#include "smtp/tlsrpt.h"

/*
 * tlsrpt-rua = "rua=" *WSP tlsrpt-uri *(*WSP "," *WSP tlsrpt-uri) *WSP, with mailto or https URIs
 * (RFC 8460 3)
 */
static const char *
wrong_with(struct span rua)
{
	if (rua.len == 0)
		return "its rua is empty";
	while (rua.len > 0) {
		struct span uri = span_trim(span_until(&rua, ','));
		if (!span_starts_case(uri, SPAN("mailto:")) &&
		    !span_starts_case(uri, SPAN("https:")))
			return "one of its rua values begins with neither \"mailto:\" nor "
			       "\"https:\"";
	}
	return NULL;
}

/* tlsrpt-record = "v=TLSRPTv1" 1*(*WSP ";" *WSP tlsrpt-field) [*WSP ";" *WSP] */
bool
tlsrpt_record_parse(struct span text, const char **why)
{
	struct span version = span_trim(span_until(&text, ';'));

	*why = "it has no rua, the address for reports";
	if (!span_eq(version, SPAN("v=TLSRPTv1"))) {
		*why = "it does not begin with \"v=TLSRPTv1;\"";
		return false;
	}
	while (text.len > 0) {
		struct span value = span_trim(span_until(&text, ';')),
			    key = span_until(&value, '=');
		if (!span_eq(key, SPAN("rua")))
			continue;
		*why = wrong_with(span_trim(value));
		return !*why;
	}
	return false;
}
