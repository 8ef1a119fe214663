/* explain - finds what the user asks about by how it is written. */
#include "ui/show/explain_impl.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/suggest.h"
#include "net/dns_words.h"
#include "net/tls_words.h"
#include "smtp/extension.h"
#include "smtp/mechanism.h"
#include "smtp/term.h"
#include "ui/show/explain.h"
#include "ui/show/flow.h"

/* ---- numbers */

static void
add_exit(struct explaining *x, unsigned status)
{
	if (status >= 128) {
		explain_add(x, "exit status", arena_printf(x->arena, "exit %u", status),
		    "ended by signal %u", status - 128);
		return;
	}
	explain_add(x, "exit status", arena_printf(x->arena, "exit %u", status), "%s",
	    status <= ERR_UNKNOWN ? err_meaning((enum err_kind)status) : "not an exit status of "
	        "smtpsh");
	if (status <= ERR_UNKNOWN)
		explain_fact(x, "in JSON", "\"failure\": \"%s\"", err_word((enum err_kind)status));
	if (status <= ERR_UNKNOWN)
		explain_fact(x, "--exit", "swaks: %d%s; sysexits: %d",
		    err_swaks((enum err_kind)status),
		    status == ERR_TEMPORARY || status == ERR_REFUSED || status == ERR_TIMEOUT ?
			", or 21 to 33 depending on the command rejected" :
			"",
		    err_sysexits((enum err_kind)status));
}

static void
add_tlsa(struct explaining *x, unsigned usage, unsigned selector, unsigned matching)
{
	const char *u = tlsa_usage_text(usage), *s = tlsa_selector_text(selector),
		   *m = tlsa_matching_text(matching);

	explain_add(x, "TLSA record", arena_printf(x->arena, "%u %u %u", usage, selector, matching),
	    "meaning of a TLSA record of this kind (RFC 6698, RFC 7218)");
	explain_fact(x, "usage", "%u, %s", usage, u ? u : "not registered");
	explain_fact(x, "selector", "%u, %s", selector, s ? s : "not registered");
	explain_fact(x, "matching", "%u, %s", matching, m ? m : "not registered");
	if (usage == 3 && selector == 1 && matching == 1)
		explain_fact(x, "advice",
		    "the usual choice for mail: publish the next key's record before changing "
		    "keys. "
		    "/cert shows the record of the key in use");
}

static bool
add_number(struct explaining *x, struct span word, const char *only)
{
	unsigned long long n;
	struct explanation **end = x->end;

	if (!span_number(word, 1000, &n))
		return false;
	const struct alert_info *alert = alert_info((unsigned)n);
	const struct verify_info *verify = verify_info((int)n);
	const struct rcode_info *rcode = rcode_info((unsigned)n);
	if (alert && (!only || strcmp(only, "alert") == 0))
		explain_name(x, span_of(alert->name));
	if (verify && (!only || strcmp(only, "verify") == 0))
		explain_name(x, span_of(verify->name));
	else if (only && strcmp(only, "verify") == 0 && tls_verify_text((int)n))
		explain_name(x, span_of(tls_verify_text((int)n)));
	if (rcode && (!only || strcmp(only, "rcode") == 0))
		explain_name(x, span_of(rcode->name));
	if ((!only && n <= ERR_UNKNOWN) || (only && strcmp(only, "exit") == 0))
		add_exit(x, (unsigned)n);
	return x->end != end;
}

/* ---- words */

static bool
read_code(struct span word, unsigned *code)
{
	unsigned long long n;

	if (word.len < 3 || (word.len > 3 && word.at[3] != '-') ||
	    !span_number(span_first(word, 3), 599, &n) || n < 200)
		return false;
	*code = (unsigned)n;
	return true;
}

/* Parses "5.7.1", or "X.7.1" for any class (class 0). */
static bool
explain_read_status(struct span word, struct status *out)
{
	char text[16];
	size_t len;
	bool any = word.len > 1 && (word.at[0] == 'X' || word.at[0] == 'x') && word.at[1] == '.';

	if (word.len < 5 || word.len >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", SPAN_ARG(word));
	if (any)
		text[0] = '5';
	*out = status_parse(span_of(text), &len);
	if (out->class == 0)
		return false;
	if (any)
		out->class = 0;
	return true;
}

/*
 * Explains a reply code, the enhanced code after it and, if more follows that is neither, all of it
 * as the reply's text. Returns the number of words taken.
 */
static size_t
take_reply(struct explaining *x, const struct span word[], size_t n)
{
	bool text = x->first != NULL;	/* its cause was explained: skip the codes' usual meaning */
	struct status status = { 0 };
	unsigned code, other;
	size_t taken = 1;

	if (!read_code(word[0], &code))
		return 0;
	struct span glued = word[0].len > 4 ? span_skip(word[0], 4) : SPAN_NONE;
	if (glued.len > 0)
		explain_read_status(glued, &status);
	else if (n > 1 && explain_read_status(word[1], &status))
		taken = 2;
	explain_codes(x, code, status, AT_ANY, !text);
	if (text)
		return n;
	struct explaining probe = { .arena = x->arena };
	probe.end = &probe.first;
	if (taken < n && !read_code(word[taken], &other) && !explain_name(&probe, word[taken]))
		return n;
	return taken;
}

static struct span
joined(struct arena *arena, const struct span word[], size_t n)
{
	struct span all = word[0];

	for (size_t i = 1; i < n; i++)
		all = arena_printf(arena, "%.*s %.*s", SPAN_ARG(all), SPAN_ARG(word[i]));
	return all;
}

/* Explains a number whose kind is given: "exit 5", "alert 40", "rcode 3", "error 10". */
static size_t
take_given(struct explaining *x, const struct span word[], size_t n)
{
	static const struct {
		const char *word, *kind;
	} said[] = {
		{ "exit", "exit" },
		{ "status", "exit" },
		{ "alert", "alert" },
		{ "rcode", "rcode" },
		{ "error", "verify" },
		{ "verify", "verify" },
	};
	struct span second = n > 1 ? word[1] : SPAN_NONE;
	size_t taken = 2;

	if (n > 2 && span_eq_case(word[0], SPAN("exit")) && span_eq_case(second, SPAN("status")))
		second = word[2], taken = 3;
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		if (n > 1 && span_eq_case(word[0], span_of(said[i].word)) &&
		    add_number(x, second, said[i].kind))
			return taken;
	return n > 1 && span_eq_case(word[0], SPAN("alert")) &&
		explain_name(x, joined(x->arena, word + 1, n - 1)) ?
	    n :
	    0;
}

static size_t
take_tlsa(struct explaining *x, const struct span word[], size_t n)
{
	unsigned long long v[3];
	size_t lead = n > 3 && span_eq_case(word[0], SPAN("TLSA")) ? 1 : 0;

	if (n < 3 + lead)
		return 0;
	for (size_t i = 0; i < 3; i++)
		if (!span_number(word[lead + i], 255, &v[i]))
			return 0;
	add_tlsa(x, (unsigned)v[0], (unsigned)v[1], (unsigned)v[2]);
	return n;		/* the rest is the record's data */
}

static size_t
explain_take(struct explaining *x, const struct span word[], size_t n)
{
	struct status status;
	size_t taken;

	if ((taken = take_tlsa(x, word, n)) || (taken = take_given(x, word, n)) ||
	    (taken = take_reply(x, word, n)))
		return taken;
	if (explain_read_status(word[0], &status)) {
		explain_status(x, status);
		return 1;
	}
	if (add_number(x, word[0], NULL))
		return 1;
	if (n > 1 && explain_name(x, joined(x->arena, word, n)))
		return n;
	return explain_name(x, word[0]) ? 1 : 0;
}

static bool
explain_unknown(struct span word, struct err *err)
{
	struct suggestion suggestion = suggest_begin(word);

	for (size_t i = 0; extension_row(i); i++)
		suggest_try(&suggestion, extension_row(i)->keyword);
	for (size_t i = 0; mechanism_row(i); i++)
		suggest_try(&suggestion, mechanism_row(i)->name);
	for (enum verb v = VERB_OTHER + 1; v < VERB_COUNT; v++)
		suggest_try(&suggestion, verb_info(v)->name);
	for (size_t i = 0; term_row(i); i++)
		suggest_try(&suggestion, term_row(i)->name);
	return err_set(err, ERR_USAGE, "explain: nothing is known about \"%.*s\"%s%s%s",
	    SPAN_ARG(span_first(word, 60)), SUGGESTION_ARG(suggestion.best, "", ""));
}

/* Returns whether the words are a reply with its text: codes, then words that are not all names. */
static bool
is_reply_text(struct arena *arena, const struct span word[], size_t n)
{
	struct explaining known = { .arena = arena };
	struct status status;
	unsigned code;
	size_t at = 0;

	known.end = &known.first;
	while (at < n && (read_code(word[at], &code) || explain_read_status(word[at], &status)))
		at++;
	if (at == 0)
		return false;
	while (at < n && explain_name(&known, word[at]))
		at++;
	return at < n;
}

struct explanation *
explain_words(const struct span word[], size_t n, struct arena *arena, struct err *err)
{
	struct explaining x = { .arena = arena };

	x.end = &x.first;
	/* For a reply with text, its cause is explained first, then its codes. */
	if (is_reply_text(arena, word, n))
		explain_text(&x, joined(arena, word, n));
	for (size_t i = 0; i < n;) {
		size_t taken = explain_take(&x, word + i, n - i);
		/* a line of a log, or a bounce: explain what it quotes */
		if (taken == 0) {
			struct explaining quoted = { .arena = arena };
			quoted.end = &quoted.first;
			if (n > 1 && explain_text(&quoted, joined(arena, word, n)))
				return quoted.first;
			explain_unknown(word[i], err);
			return NULL;
		}
		i += taken;
	}
	return x.first;
}

/* ---- printing */

static void
explain_show_one(struct screen *s, const struct explanation *e)
{
	struct flow f = flow_begin(s, 0, 4);

	flow_put(&f, INK_BOLD, e->name);
	flow_print(&f, INK_DIM, " (%s) ", e->kind);
	flow_put(&f, INK_PLAIN, e->text);
	flow_end(&f);
	for (size_t i = 0; i < e->nfacts; i++) {
		screen_print(s, "    ");
		f = flow_begin(s, 4, 17);
		flow_print(&f, INK_DIM, "%s", e->fact[i].label);
		flow_pad(&f, 17);
		flow_put(&f, INK_PLAIN, e->fact[i].text);
		flow_end(&f);
	}
}

void
explain_show(struct screen *s, const struct explanation *e)
{
	for (; e; e = e->next)
		explain_show_one(s, e);
	arena_reset(&s->arena);
}
