/*
 * expect_normal - normalizes a text before it is compared. Both sides are normalized, and are then
 * compared octet by octet. First spaces and the case of host names are unified. Then the text is
 * read from left to right: at each word or bracket, the script's own masks are tried, then what is
 * known to vary (varying.h). What a mask covers is replaced by the mask's name between octets that
 * no reply has; everything else is copied. Two texts that differ only in what a mask covers thus
 * become equal, and what a disabled mask would cover is compared as it is.
 */
#include "run/script/varying.h"

#include "base/ascii.h"

/*
 * Removes CR and trailing spaces, replaces runs of spaces and tabs by one space, and lowercases
 * words with a dot, since they may be host names.
 */
static struct span
normal_blanks(struct span line, struct arena *arena)
{
	char *to = arena_get(arena, line.len + 1);
	size_t n = 0, word = 0;
	bool dot = false;

	for (size_t i = 0; i <= line.len; i++) {
		char c = i < line.len ? line.at[i] : ' ';
		if (c == '\r')
			continue;
		if (c != ' ' && c != '\t') {
			dot |= c == '.' && n > word;
			to[n++] = c;
			continue;
		}
		for (size_t k = word; dot && k < n; k++)
			to[k] = ascii_lower(to[k]);
		dot = false;
		if (n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
		word = n;
	}
	return span_trim_end((struct span){ to, n }, " ");
}

static size_t
own_mask_length(const struct match_how *how, struct span s)
{
	struct span hit;

	for (size_t i = 0; i < how->nown; i++)
		if (ere_match(how->own[i], s, &hit) && hit.at == s.at && hit.len > 0)
			return hit.len;
	return 0;
}

struct span
expect_normal(struct span line, const struct match_how *how, struct arena *arena)
{
	struct span s = normal_blanks(line, arena);
	struct buf out = { .max = s.len * 16 + 16 };
	const struct varying_context context = {
		.place = how->place, .masks = how->masks, .host = how->host
	};
	size_t same = 0; /* nothing varies before this index */

	for (size_t i = 0; i < s.len;) {
		struct varying v = { TYPE_NONE, MASK_BITS };
		bool start = i == 0 || !ascii_is_alnum(s.at[i - 1]) || s.at[i] == '[';
		size_t n = start ? own_mask_length(how, span_skip(s, i)) : 0;
		bool own = n > 0;
		if (!own && i >= same && how->masks) {
			n = varying_at(s, i, &context, &v);
			same = i + n;
		}
		if (own || v.type != TYPE_NONE) {
			buf_printf(&out, "\001%s\001", own ? "own" : mask_word(v.mask));
			i += n;
			continue;
		}
		buf_append(&out, span_first(span_skip(s, i), 1));
		i++;
	}
	struct span result = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return result;
}
