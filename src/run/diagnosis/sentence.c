/* sentence - fills the fields of a diagnosis into the sentences of its cause. */
#include <assert.h>

#include "base/ascii.h"
#include "base/text.h"
#include "run/diagnosis/diagnose.h"

/* The words of fields, and the text for a field that is empty but not in brackets. */
static const struct {
	const char *word, *generic;
} fields[] = {
#define X(name, word, generic) [FIELD_##name] = { word, generic },
	FIELDS(X)
#undef X
};

const char *
field_word(enum field f)
{
	assert((size_t)f < sizeof fields / sizeof *fields);
	return fields[f].word;
}

/* Removes {word} from the front of `rest` and returns its field; FIELD_COUNT: it is none. */
static enum field
take_field(struct span *rest)
{
	struct span after = span_skip(*rest, 1), word = span_until(&after, '}');

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (span_eq(word, span_of(fields[f].word))) {
			*rest = after;
			return (enum field)f;
		}
	return FIELD_COUNT;
}

/*
 * The "|" in a sentence, which ends its observed part, is rendered as this control octet first,
 * since no field can contain it.
 */
enum { OBSERVED_END = '\x01' };

static void render(struct buf *, const struct diagnosis *, struct span template);

/* Renders a part in brackets: omitted if a field in it is empty, literal if it has no field. */
static void
render_part(struct buf *b, const struct diagnosis *d, struct span part)
{
	bool any = false;

	for (struct span rest = part; rest.len > 0;) {
		enum field f = rest.at[0] == '{' ? take_field(&rest) : FIELD_COUNT;
		if (f == FIELD_COUNT) {
			rest = span_skip(rest, 1);
			continue;
		}
		if (d->field[f].len == 0)
			return;
		any = true;
	}
	if (any) {
		render(b, d, part);
		return;
	}
	buf_append(b, SPAN("["));
	buf_append(b, part);
	buf_append(b, SPAN("]"));
}

static void
render(struct buf *b, const struct diagnosis *d, struct span rest)
{
	while (rest.len > 0) {
		enum field f = rest.at[0] == '{' ? take_field(&rest) : FIELD_COUNT;
		if (f < FIELD_COUNT) {
			buf_append(
			    b, d->field[f].len > 0 ? d->field[f] : span_of(fields[f].generic));
			continue;
		}
		if (rest.at[0] == '[' && span_has(rest, ']')) {
			struct span after = span_skip(rest, 1), part = span_until(&after, ']');
			render_part(b, d, part);
			rest = after;
			continue;
		}
		char mark = OBSERVED_END;
		buf_append(b, rest.at[0] == '|' ? (struct span){ &mark, 1 } : span_first(rest, 1));
		rest = span_skip(rest, 1);
	}
}

enum { SENTENCE_MAX = 4000 };

static struct span
rendered(const struct diagnosis *d, const char *template, struct arena *arena)
{
	struct buf b = { .max = SENTENCE_MAX };

	if (!template)
		return SPAN_NONE;
	render(&b, d, span_of(template));
	struct span text = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return text;
}

/* Returns where the observed part of a sentence ends; the whole length if it has no mark. */
static size_t
observed_end(struct span text)
{
	const char *end = text.len > 0 ? memchr(text.at, OBSERVED_END, text.len) : NULL;

	return end ? (size_t)(end - text.at) : text.len;
}

/* Capitalizes the first letter, where it is not that of a host name. */
static struct span
capital(struct span text, struct arena *arena)
{
	if (text.len == 0 || !ascii_is_lower(text.at[0]))
		return text;
	char *copy = arena_string(arena, text);
	copy[0] = ascii_upper(copy[0]);
	return (struct span){ copy, text.len };
}

struct span
diagnosis_title(const struct diagnosis *d)
{
	return span_of(cause_row(d->cause)->title);
}

struct span
diagnosis_sentence(const struct diagnosis *d, struct arena *arena)
{
	const char *template = cause_row(d->cause)->sentence;
	struct span text = rendered(d, template, arena);
	size_t end = observed_end(text);

	if (end < text.len)
		text = arena_printf(arena, "%.*s%.*s", SPAN_ARG(span_first(text, end)),
		    SPAN_ARG(span_skip(text, end + 1)));
	/* "the reply to RCPT began …" */
	return template[0] != '{' || span_starts(span_of(template), SPAN("{awaited}")) ?
	    capital(text, arena) :
	    text;
}

struct span
diagnosis_observed(const struct diagnosis *d, struct arena *arena)
{
	struct span text = rendered(d, cause_row(d->cause)->sentence, arena);
	char *copy = arena_string(arena, span_first(text, observed_end(text)));

	if (ascii_is_upper(copy[0]) && ascii_is_lower(copy[1]))
		copy[0] = ascii_lower(copy[0]);
	return span_of(copy);
}

struct span
diagnosis_consequence(const struct diagnosis *d, struct arena *arena)
{
	return rendered(d, cause_row(d->cause)->consequence, arena);
}

struct span
diagnosis_next(const struct diagnosis *d, enum audience audience, struct arena *arena)
{
	const struct cause_row *row = cause_row(d->cause);
	bool theirs = row->concern == CONCERNS_SERVER || row->concern == CONCERNS_DOMAIN ||
	    row->concern == CONCERNS_RECIPIENT;
	struct span server = rendered(d, row->server, arena);
	struct span client = rendered(d, row->client, arena);

	if (audience == FOR_SERVER)
		return server;
	if (audience == FOR_CLIENT)
		return client;
	if (server.len == 0 || client.len == 0)
		return server.len ? server : client;
	return theirs ? arena_printf(arena, "%.*s. If it is not yours: %.*s", SPAN_ARG(server),
			    SPAN_ARG(client)) :
			arena_printf(arena, "%.*s. If the server is yours: %.*s", SPAN_ARG(client),
			    SPAN_ARG(server));
}

static struct span
with_next(struct span sentence, const struct diagnosis *d, struct arena *arena)
{
	struct span next = diagnosis_next(d, FOR_ANYONE, arena);

	return arena_printf(arena, "%.*s%sNext: %.*s", SPAN_ARG(sentence),
	    sentence.len > 0 ? ". " : "", SPAN_ARG(next));
}

struct span
diagnosis_text(const struct diagnosis *d, struct arena *arena)
{
	return with_next(diagnosis_sentence(d, arena), d, arena);
}

struct span
diagnosis_below(const struct diagnosis *d, struct arena *arena)
{
	struct span text = rendered(d, cause_row(d->cause)->sentence, arena);
	size_t end = observed_end(text);

	/* the part that was not observed; if there is none, the consequence */
	if (end < text.len)
		text = span_skip(text, end + 1);
	while (text.len > 0 && strchr(":;, ", text.at[0]))
		text = span_skip(text, 1);
	return text.len > 0 ? capital(text, arena) : diagnosis_consequence(d, arena);
}

struct span
diagnosis_text_below(const struct diagnosis *d, struct arena *arena)
{
	return with_next(diagnosis_below(d, arena), d, arena);
}

struct diagnosis *
diagnosis_new(enum cause cause, const struct diagnosis_place *place, struct arena *arena)
{
	struct diagnosis *d = ARENA_NEW(arena, struct diagnosis);

	assert(cause > CAUSE_NONE && cause < CAUSE_COUNT);
	d->cause = cause;
	d->state = cause_row(cause)->state;
	if (place) {
		d->place = *place;
		diagnosis_set(d, FIELD_HOST, place->host.len ? place->host : place->address, arena);
		diagnosis_set(d, FIELD_ADDRESS, place->address, arena);
		diagnosis_set(d, FIELD_DOMAIN, place->domain, arena);
		if (place->port > 0)
			d->field[FIELD_PORT] = arena_printf(arena, "%u", place->port);
		if (place->stage != AT_ANY) {
			d->field[FIELD_STAGE] = span_of(smtp_stage_text(place->stage));
			d->field[FIELD_AWAITED] = span_of(smtp_stage_awaited(place->stage));
		}
		if (span_has(d->field[FIELD_HOST], ':') && d->field[FIELD_HOST].at[0] != '[')
			d->field[FIELD_HOST] = arena_printf(
			    arena, "[%.*s]", SPAN_ARG(d->field[FIELD_HOST]));
	}
	return d;
}

void
diagnosis_set(struct diagnosis *d, enum field f, struct span text, struct arena *arena)
{
	enum { FIELD_MAX = 300 };

	assert(f < FIELD_COUNT);
	d->field[f] = text_safe(arena, arena_copy(arena, span_first(text, FIELD_MAX)));
}

struct diagnosis **
diagnosis_end(struct diagnosis **list)
{
	while (*list)
		list = &(*list)->next;
	return list;
}
