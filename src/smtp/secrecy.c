/* secrecy - hides the secrets of a dialogue. */
#include "smtp/secrecy.h"

#include "base/ascii.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/suggest.h"
#include "smtp/auth.h"
#include "smtp/verb.h"

enum { SHAPE_MIN = 8 };	/* minimum length of base64 that is checked */

void
secrecy_release(struct secrecy *w)
{
	mask_release(&w->mask);
	*w = (struct secrecy){ 0 };
}

void
secrecy_add(struct secrecy *w, struct span secret)
{
	mask_add(&w->mask, secret);
}

struct span
secrecy_shown(const struct secrecy *w, struct arena *arena, struct span octets)
{
	struct span shown = mask_shown(&w->mask, arena, octets);

	return w->others ? mask_shown(w->others, arena, shown) : shown;
}

/* ---- recognizing secrets anywhere */

/* Whether decoded text looks like an AUTH response that contains a password, token or proof. */
static bool
has_shape(struct span octets)
{
	size_t nuls = 0, others = 0;

	if (span_find(octets, SPAN("auth=Bearer")).len || span_starts(octets, SPAN("NTLMSSP")) ||
	    (span_starts(octets, SPAN("c=")) && span_find(octets, SPAN(",p=")).len) ||
	    (span_find(octets, SPAN("nonce=")).len && span_find(octets, SPAN("response=")).len))
		return true;
	for (size_t i = 0; i < octets.len; i++) {
		unsigned char c = (unsigned char)octets.at[i];
		if (c != 0 && (c < 0x20 || c == 0x7F))
			return false;
		nuls += c == 0;
		others += c != 0;
	}
	/* RFC 4616: [authzid] NUL authcid NUL passwd */
	return nuls > 0 && others > 0;
}

static bool
is_blob(struct span word)
{
	struct arena arena = { 0 };
	struct span octets;
	bool is = word.len >= SHAPE_MIN && base64_decode_loosely(&arena, word, &octets) &&
	    has_shape(octets);

	arena_wipe(&arena);
	return is;
}

/*
 * Whether a word is the name of a mechanism, and not a response in base64 without padding: names
 * have no small letters (RFC 4422 3.1).
 */
static bool
is_named(struct span word)
{
	if (mechanism_ours(word))
		return true;
	for (size_t i = 0; i < word.len; i++)
		if (ascii_is_lower(word.at[i]))
			return false;
	return auth_is_name(word) && !is_blob(word);
}

/* Whether a word is a misspelled "AUTH". */
static bool
is_nearly_auth(struct span word)
{
	struct suggestion suggestion = suggest_begin(word);

	suggest_try(&suggestion, "AUTH");
	return suggestion.best && word.len >= 3 && word.len <= 5;
}

/* ---- finding the response in a line */

/* "AUTH" with something attached to it: AUTHPLAIN, AUTH=PLAIN. */
static bool
is_glued(struct span word)
{
	return word.len > 4 && span_starts_case(word, SPAN("AUTH"));
}

/* Skips "AUTH" and names of mechanisms. */
static struct span
past_names(struct span rest)
{
	for (struct span at = rest, word; (word = span_word(&at)).len > 0 &&
	     (mechanism_ours(word) || span_eq_case(word, SPAN("AUTH")));
	     rest = at)
		;
	return rest;
}

/*
 * Returns what follows AUTH and a mechanism within the arguments of any command, as in a line that
 * was pasted by mistake.
 */
static struct span
quoted_auth(struct span rest)
{
	for (struct span word; (word = span_word(&rest)).len > 0;) {
		struct span at = rest;
		if (span_eq_case(word, SPAN("AUTH")) && mechanism_ours(span_word(&at)))
			return at;
	}
	return SPAN_NONE;
}

/*
 * Returns the secret end of a command line, which begins with an initial response; empty: none.
 * Sets *mech to the mechanism; empty: unknown.
 */
static struct span
concealed_end(const struct secrecy *w, struct span line, struct span *mech)
{
	struct span args, rest = line, word = span_word(&rest), next = rest,
			  second = span_word(&next);
	enum verb verb = verb_of(line, &args);

	*mech = SPAN_NONE;
	if (verb == VERB_AUTH) {
		struct span glued = second, name = span_until(&glued, '=');
		if (glued.len > 0 && mechanism_ours(name)) { /* AUTH PLAIN=... */
			*mech = name;
			return (struct span){ glued.at, (size_t)(line.at + line.len - glued.at) };
		}
		*mech = is_named(second) ? second : SPAN_NONE;
		return mech->len ? next : args;
	}
	if (verb != VERB_OTHER)
		return quoted_auth(args);
	if (is_glued(word)) {
		struct span glued = span_skip(word, 4);
		while (glued.len > 0 && !mechanism_ours(glued) &&
		    strchr("=:-_,;", glued.at[0] ? glued.at[0] : ' '))
			glued = span_skip(glued, 1);
		*mech = mechanism_ours(glued) ? glued : SPAN_NONE;
		return mech->len ?
		    past_names(rest) :
		    (struct span){ word.at + 4, (size_t)(line.at + line.len - word.at) - 4 };
	}
	if (mechanism_ours(word) ||
	    (is_nearly_auth(word) && (mechanism_ours(second) || second.len >= SHAPE_MIN))) {
		*mech = mechanism_ours(word) ? word : mechanism_ours(second) ? second : SPAN_NONE;
		return past_names(rest);
	}
	return w->pending ? line : quoted_auth(line);
}

/* Whether a word of the line looks like a secret. */
static bool
has_blob(struct span line)
{
	for (struct span word; (word = span_word(&line)).len > 0;)
		if (is_blob(word))
			return true;
	return false;
}

static bool
is_no_secret(struct span response)
{
	return response.len == 0 ||
	    (response.len == 1 && (response.at[0] == '=' || response.at[0] == '*'));
}

/* ---- lines of the client */

static void
begin_exchange(struct secrecy *w, struct span mech)
{
	size_t n = mech.len < sizeof w->mech ? mech.len : sizeof w->mech - 1;

	if (n > 0)
		memcpy(w->mech, mech.at, n);
	w->mech[n] = '\0';
	w->n = 0;
	w->asks_user = false;
}

/*
 * Adds a response to the mask: as sent, without its spaces, and its decoded secret; if it is not
 * base64, each of its words.
 */
static void
learn(struct secrecy *w, struct span response)
{
	struct arena arena = { 0 };
	struct span octets = SPAN_NONE, rest = response;
	struct buf compact = { .max = response.len };
	bool decoded = base64_decode_loosely(&arena, response, &octets);
	struct span secret = auth_secret(span_of(w->mech), w->n, w->asks_user, octets);

	if (decoded && secret.len == 0) {		/* a user name, say */
		arena_wipe(&arena);
		return;
	}
	mask_add(&w->mask, secret);
	mask_add(&w->mask, response);
	for (struct span word; (word = span_word(&rest)).len > 0; buf_append(&compact, word))
		if (!decoded && !mechanism_ours(word))
			mask_add(&w->mask, word);
	if (decoded && buf_span(&compact).len < response.len)
		mask_add(&w->mask, buf_span(&compact));
	secret_wipe(buf_span(&compact));
	buf_release(&compact);
	arena_wipe(&arena);
}

/* Adds the words that look like secrets to the mask, and returns the line without them. */
static struct span
without_blobs(struct secrecy *w, struct span line, struct arena *arena)
{
	struct buf shown = { .max = 8 * line.len + 64 };
	struct span rest = line;

	while (rest.len > 0) {
		struct span at = rest, word = span_word(&at);
		struct span before = span_first(
		    rest, word.len ? (size_t)(word.at - rest.at) : rest.len);
		rest = span_skip(rest, before.len + word.len);
		buf_append(&shown, before);
		if (!is_blob(word)) {
			buf_append(&shown, word);
			continue;
		}
		begin_exchange(w, SPAN("PLAIN"));
		learn(w, word);
		buf_printf(&shown, "<secret, %zu octets>", word.len);
	}
	struct span all = arena_copy(arena, buf_span(&shown));
	buf_release(&shown);
	return all;
}

bool
secrecy_conceals(const struct secrecy *w, struct span beginning, bool answer)
{
	struct span mech, line = span_trim(beginning);

	if (answer)
		return !is_no_secret(line);
	return !is_no_secret(concealed_end(w, line, &mech)) || has_blob(line);
}

/* Whether a response that should be a user name contains a known secret. */
static bool
is_known(const struct secrecy *w, struct span response)
{
	struct arena arena = { 0 };
	struct span octets;
	bool known = base64_decode_loosely(&arena, response, &octets) &&
	    secrecy_shown(w, &arena, octets).at != octets.at;

	arena_wipe(&arena);
	return known;
}

struct span
secrecy_sent(struct secrecy *w, struct span line, bool answer, struct arena *arena)
{
	struct span mech = SPAN_NONE, response = answer ? line : concealed_end(w, line, &mech);
	enum verb verb = answer ? VERB_AUTH : verb_of(line, NULL);

	if (!answer && (response.at != line.at || !w->pending)) {
		bool begins = verb == VERB_AUTH || response.len > 0;
		if (begins)
			begin_exchange(w, mech);
		if (begins || verb != VERB_OTHER)
			w->pending = begins;
	}
	if (is_no_secret(response))
		return !answer && has_blob(line) ? without_blobs(w, line, arena) : line;
	if (w->asks_user && is_known(w, response))
		w->asks_user = false;
	learn(w, response);
	struct span shown = auth_shown(arena, span_of(w->mech), w->n++, w->asks_user, response);
	w->asks_user = false;
	return arena_printf(arena, "%.*s%.*s",
	    SPAN_ARG(span_first(line, (size_t)(response.at - line.at))), SPAN_ARG(shown));
}

/* ---- replies of the server */

/* Returns the proof by which a server authenticates itself, and what follows it; empty: none. */
static struct span
proof_in(struct span text)
{
	/* RFC 5802 7, RFC 2831 2.1.3 */
	static const char *const before[] = { "v=", "rspauth=" };

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		struct span at = span_find(text, span_of(before[i]));
		if (at.len > 0 && (at.at == text.at || at.at[-1] == ','))
			return span_skip(at, strlen(before[i]));
	}
	return SPAN_NONE;
}

/*
 * Adds proofs to the mask, decoded or as sent. With an unknown mechanism, every longer word of a
 * challenge that follows a response may be a proof.
 */
static void
learn_proofs(struct secrecy *w, struct span text, bool challenge)
{
	bool unknown = w->mech[0] && !mechanism_ours(span_of(w->mech));

	for (struct span word; (word = span_word(&text)).len > 0;) {
		struct arena arena = { 0 };
		struct span octets, proof;
		bool decoded = base64_decode_loosely(&arena, word, &octets);
		proof = proof_in(decoded ? octets : word);
		if (proof.len == 0)
			proof = proof_in(word);
		if (proof.len > 0 || (unknown && challenge && w->n > 0 && word.len >= SHAPE_MIN)) {
			mask_add(&w->mask, proof);
			mask_add(&w->mask, word);
		}
		arena_wipe(&arena);
	}
}

void
secrecy_received(struct secrecy *w, unsigned code, struct span text)
{
	struct arena arena = { 0 };
	struct span challenge = SPAN_NONE;

	if (code == 334)
		auth_challenge(&arena, span_trim(text), &challenge);
	w->asks_user = auth_asks_user(challenge);
	if (code == 334 || code == 235)
		learn_proofs(w, text, code == 334);
	/* a 235 to AUTH itself does not end it here: responses to it may still follow */
	if (code == 235 && w->n > 0)
		w->pending = false;
	arena_wipe(&arena);
}
