/*
 * expect_normal - what a text comes down to before it is compared. Both sides go through it, and
 * are then compared octet by octet. First blanks and the case of host names are made the same. Then
 * the text is read from left to right: where a word begins (or a bracket), a script's own masks are
 * tried, then what is known to vary (varying.h), and what one takes is
 * written as its name between octets that no reply has; anything else is copied. So two texts that
 * differ only in what a mask takes come down to the same one, and a mask that is turned off is
 * compared as it stands.
 */
#include "run/script/varying.h"

#include "base/ascii.h"

/*
 * CR and trailing blanks go, runs of blanks become one; words with a dot, host names, become lower
 * case.
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
	size_t same = 0; /* up to here nothing varies */

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
