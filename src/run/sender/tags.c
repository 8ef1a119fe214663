/* tags - parses tag lists. */
#include "run/sender/tags.h"

#include "base/ascii.h"

static bool
is_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.at[i];
		if (!ascii_is_letter(c) && (i == 0 || (!ascii_is_digit(c) && c != '_')))
			return false;
	}
	return s.len > 0;
}

/*
 * tag-list = tag-spec *( ";" tag-spec ) [ ";" ]
 * tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
 * tag-name = ALPHA *ALNUMPUNC
 * VALCHAR  = %x21-3A / %x3C-7E
 */
bool
tags_parse(struct span text, struct tags *tags, const char **why)
{
	tags->n = 0;
	while (span_trim(text).len > 0) {
		struct span value = span_until(&text, ';');
		bool equals = span_has(value, '=');
		struct tag tag = { .name = span_trim(span_until(&value, '=')) };
		tag.value = span_trim(value);
		*why = "a tag is not \"name=value\"";
		if (!equals || !is_name(tag.name))
			return false;
		for (size_t i = 0; i < tag.value.len; i++) {
			unsigned char c = (unsigned char)tag.value.at[i];
			*why = "a value has octets that are not printable ASCII";
			if (c > 0x7E || (c < 0x20 && c != '\t' && c != '\r' && c != '\n'))
				return false;
		}
		for (size_t i = 0; i < tags->n; i++) {
			*why = "a tag occurs twice";
			if (span_eq(tags->tag[i].name, tag.name))
				return false;
		}
		*why = "it has more than 32 tags";
		if (tags->n == TAGS_MAX)
			return false;
		tags->tag[tags->n++] = tag;
	}
	return true;
}

const struct tag *
tags_find(const struct tags *tags, const char *name)
{
	for (size_t i = 0; i < tags->n; i++)
		if (span_eq(tags->tag[i].name, span_of(name)))
			return &tags->tag[i];
	return NULL;
}
