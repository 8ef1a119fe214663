/* spf_words - results of SPF in words. */
#include <assert.h>

#include "base/text.h"
#include "run/sender/spf.h"

const char *
spf_why_word(enum spf_why why)
{
	static const char *const words[] = {
#define X(name, word) [SPF_WHY_##name] = word,
		SPF_WHYS(X)
#undef X
	};

	assert((size_t)why < sizeof words / sizeof *words);
	return words[why];
}

static const struct {
	const char *word, *phrase;
} notes[] = {
#define X(name, word, phrase) [SPF_NOTE_##name] = { word, phrase },
	SPF_NOTES(X)
#undef X
};

const char *
spf_note_word(enum spf_note_kind kind)
{
	assert((size_t)kind < sizeof notes / sizeof *notes);
	return notes[kind].word;
}

const char *
spf_note_phrase(enum spf_note_kind kind)
{
	assert((size_t)kind < sizeof notes / sizeof *notes);
	return notes[kind].phrase;
}

struct span
spf_maybe(const struct spf *spf, struct arena *arena)
{
	unsigned results = spf->maybe;
	struct span out = SPAN_NONE;

	for (unsigned result = SPF_NONE; result <= SPF_PERMERROR; result++) {
		if (!(results & 1u << result))
			continue;
		results &= ~(1u << result);
		out = arena_printf(arena, "%.*s%s%s", SPAN_ARG(out),
		    out.len == 0 ? "" :
			results	 ? ", " :
				   " or ",
		    spf_result_word((enum spf_result)result));
	}
	return out;
}

static struct span
at_text(const struct spf_at *at, struct arena *arena)
{
	struct span term = text_safe(arena, at->term), domain = text_safe(arena, at->domain);

	if (term.len == 0)
		return arena_printf(arena, "the record of %.*s", SPAN_ARG(domain));
	return arena_printf(arena, "\"%.*s\" of %.*s", SPAN_ARG(term), SPAN_ARG(domain));
}

struct span
spf_why_sentence(enum spf_why why, const struct spf_at *at, struct arena *arena)
{
	/* the text before and after the place */
	static const struct {
		const char *before, *after;
	} words[] = {
		[SPF_WHY_MATCHED] = { "", "" },
		[SPF_WHY_DEFAULT] = { "no term matches in ", "" },
		[SPF_WHY_NO_RECORD] = { "", " has no SPF record" },
		[SPF_WHY_RECORDS] = { "",
		    " has more than one SPF record (RFC 7208 4.5); publish one" },
		[SPF_WHY_SYNTAX] = { "syntax error: ", "" },
		[SPF_WHY_LOOKUPS] = { "more than 10 lookups, at ", " (RFC 7208 4.6.4)" },
		[SPF_WHY_VOIDS] = { "more than 2 lookups without an answer, at ",
		    " (RFC 7208 4.6.4)" },
		[SPF_WHY_NAMES] = { "", " has more than 10 hosts (RFC 7208 4.6.4)" },
		[SPF_WHY_NO_INCLUDED] = { "", " leads to a domain without an SPF record" },
		[SPF_WHY_DNS] = { "lookup failed: ", "" },
		[SPF_WHY_MACRO] = { "", " has a macro, which is not expanded here" },
		[SPF_WHY_UNASKED] = { "not evaluated: ", "" },
	};
	bool bare = why == SPF_WHY_NO_RECORD || why == SPF_WHY_RECORDS;
	struct span where = bare ? text_safe(arena, at->domain) : at_text(at, arena);

	return arena_printf(
	    arena, "%s%.*s%s", words[why].before, SPAN_ARG(where), words[why].after);
}

struct span
spf_reason(const struct spf *spf, struct arena *arena)
{
	struct span out = spf_why_sentence(spf->why, &spf->at, arena);

	if (spf->why == SPF_WHY_SYNTAX)
		out = arena_printf(arena, "%.*s: %s", SPAN_ARG(out), spf_flaw_phrase(spf->flaw));
	if (spf->why == SPF_WHY_DNS)
		out = arena_printf(
		    arena, "%.*s: %.*s", SPAN_ARG(out), SPAN_ARG(text_safe(arena, spf->text)));
	for (size_t i = 0; i < spf->npath; i++)
		out = arena_printf(arena, "%.*s%s\"%.*s\"", SPAN_ARG(out), i ? ", " : ", by ",
		    SPAN_ARG(text_safe(arena, spf->path[i].term)));
	return out;
}

struct span
spf_sentence(const struct spf *spf, struct arena *arena)
{
	struct span maybe = spf_maybe(spf, arena), out = spf_reason(spf, arena);

	if (spf->result == SPF_UNASKED)
		return arena_printf(arena,
		    "not evaluated without a client address; the record takes %s%u of %d lookups",
		    spf->tree_more ? "at least " : "", spf->tree_lookups, SPF_LOOKUPS_MAX);
	out = arena_printf(arena, "%s%s%.*s%s: %.*s", spf_result_word(spf->result),
	    maybe.len ? " (" : "", SPAN_ARG(maybe), maybe.len ? ")" : "", SPAN_ARG(out));
	if (spf->lookups == 0 || spf->why == SPF_WHY_LOOKUPS)
		return out;
	return arena_printf(
	    arena, "%.*s; %u of %d lookups", SPAN_ARG(out), spf->lookups, SPF_LOOKUPS_MAX);
}
