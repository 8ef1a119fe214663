/*
 * expect_normal - what a text comes down to before it is compared. Both sides go through it, and
 * are then compared octet by octet. First blanks and the case of host names are made the same. Then
 * the text is read from left to right: where a word begins (or a bracket), the masks are tried, a
 * script's own before ours and ours from the most telling to the least, and what one takes is
 * written as its name between octets that no reply has; anything else is copied. So two texts that
 * differ only in what a mask takes come down to the same one, and a mask that is turned off is
 * compared as it stands.
 */
#include "base/base64.h"
#include "run/script/expect.h"

static bool
is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

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
			to[k] = lower(to[k]);
		dot = false;
		if (n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
		word = n;
	}
	while (n > 0 && to[n - 1] == ' ')
		n--;
	return (struct span){ to, n };
}

static size_t
time_length(struct span s)
{
	size_t n = 0;

	while (
	    n < s.len && n < 8 && (n % 3 == 2 ? s.at[n] == ':' : s.at[n] >= '0' && s.at[n] <= '9'))
		n++;
	return n == 8 ? n : 0;
}

/* "[123]", as in "smtpd[123]"; "pid 123", "pid=123". */
static size_t
pid_length(struct span s)
{
	bool bracket = span_starts(s, SPAN("["));
	size_t from = bracket							   ? 1 :
	    span_starts_case(s, SPAN("pid ")) || span_starts_case(s, SPAN("pid=")) ? 4 :
										     0,
	       n = from;

	while (from > 0 && n < s.len && s.at[n] >= '0' && s.at[n] <= '9')
		n++;
	if (n == from)
		return 0;
	if (bracket)
		return n < s.len && s.at[n] == ']' ? n + 1 : 0;
	return n;
}

static size_t
host_length(struct span s, struct span host)
{
	if (host.len == 0 || !span_starts_case(s, host))
		return 0;
	return s.len == host.len || !is_word(s.at[host.len]) ? host.len : 0;
}

/*
 * A queue id stands behind a word that says so, or it has a digit and is long: else "accepted"
 * would be one.
 */
static size_t
mask_id_length(struct span s)
{
	size_t n = value_length(TYPE_QUEUEID, s), digits = 0;

	for (size_t i = 0; i < n; i++)
		digits += s.at[i] >= '0' && s.at[i] <= '9';
	return digits > 0 && digits < n ? n : 0;
}

static size_t
mask_length(const struct match_how *how, struct span s, enum match_mask_bit *which)
{
	const struct {
		enum match_mask_bit bit;
		size_t n;
	} tries[] = {
		{ MASK_BIT_HOST, how->masks & 1u << MASK_BIT_HOST ? host_length(s, how->host) : 0 },
		{ MASK_BIT_DATE,
		    how->masks & 1u << MASK_BIT_DATE ? value_length(TYPE_DATE, s) : 0 },
		{ MASK_BIT_TIME, how->masks & 1u << MASK_BIT_TIME ? time_length(s) : 0 },
		{ MASK_BIT_UUID,
		    how->masks & 1u << MASK_BIT_UUID ? value_length(TYPE_UUID, s) : 0 },
		{ MASK_BIT_MSGID,
		    how->masks & 1u << MASK_BIT_MSGID ? value_length(TYPE_MSGID, s) : 0 },
		{ MASK_BIT_IP, how->masks & 1u << MASK_BIT_IP ? value_length(TYPE_IP, s) : 0 },
		{ MASK_BIT_PID, how->masks & 1u << MASK_BIT_PID ? pid_length(s) : 0 },
		{ MASK_BIT_QUEUEID, how->masks & 1u << MASK_BIT_QUEUEID ? mask_id_length(s) : 0 },
	};

	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		if (tries[i].n > 0) {
			*which = tries[i].bit;
			return tries[i].n;
		}
	return 0;
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

/*
 * A mask begins where a word does; what stands in brackets, an address or a process, may follow
 * anything.
 */
struct span
expect_normal(struct span line, const struct match_how *how, struct arena *arena)
{
	struct span s = normal_blanks(line, arena);
	struct buf out = { .max = s.len * 16 + 16 };

	for (size_t i = 0; i < s.len;) {
		struct span rest = span_skip(s, i);
		enum match_mask_bit which = MASK_BITS;
		bool start = i == 0 || !is_word(s.at[i - 1]) || s.at[i] == '[';
		size_t n = start ? own_mask_length(how, rest) : 0;
		if (n == 0 && start && how->masks)
			n = mask_length(how, rest, &which);
		if (n > 0) {
			buf_printf(
			    &out, "\001%s\001", which < MASK_BITS ? mask_word(which) : "own");
			i += n;
			continue;
		}
		buf_append(&out, span_first(rest, 1));
		i++;
	}
	struct span result = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return result;
}
