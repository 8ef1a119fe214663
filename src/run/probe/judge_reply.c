/* judge - a reply that was not the one wanted. */
#include <strings.h>

#include "base/text.h"
#include "run/probe/judge_impl.h"
#include "run/session/diagnose.h"

struct span
judge_reply_text(struct judgement *j, const struct reply *r)
{
	struct buf b = { .max = 401 };

	for (size_t i = 0; i < r->nlines && buf_span(&b).len < 400; i++) {
		buf_append(&b, i ? SPAN(" ") : SPAN_NONE);
		buf_append(&b, span_first(r->line[i], 400 - buf_span(&b).len));
	}
	/* before "%.*s", which ends at a NUL */
	struct span safe = text_safe(&j->r->arena, buf_span(&b));
	struct span text = r->flaws & REPLY_NO_CODE ?
	    arena_copy(&j->r->arena, safe) :
	    arena_printf(&j->r->arena, "%03u %.*s", r->code, SPAN_ARG(safe));
	buf_release(&b);
	return text;
}

static bool
mentions(struct span text, const char *word)
{
	for (size_t n = strlen(word); text.len >= n; text = span_skip(text, 1))
		if (strncasecmp(text.at, word, n) == 0)
			return true;
	return false;
}

static bool
mentions_one(struct span text, const char *const *words)
{
	while (*words && !mentions(text, *words))
		words++;
	return *words != NULL;
}

/*
 * Most greylisting says so; some says only when to come again, and so does much that is something
 * else.
 */
static const char *
refused_for_now(enum probe_phase phase, const struct reply *reply, struct span text)
{
	static const char *const names[] = { "greylist", "graylist", "grey-list", "gray-list",
		"grey list", "gray list", NULL };
	static const char *const again[] = { "try again", "try later", "retry", "come back",
		"minutes", "seconds", NULL };
	static const char *const others[] = {
		"rate",
		"limit",
		"too many",
		"quota",
		"full",
		"resource",
		"load",
		"local",
		"temporar",
		"unavailable",
		"system",
		"internal",
		"lookup",
		"look up",
		"resolve",
		"dns",
		"hostname",
		"database",
		"virus",
		"scan",
		NULL,
	};
	bool early = phase == PHASE_MAIL || phase == PHASE_RCPT || phase == PHASE_DATA;

	if (early && mentions_one(text, names))
		return "is greylisted (the same sender and recipient pass some minutes later)";
	if (early && (reply->code == 450 || reply->code == 451) && mentions_one(text, again) &&
	    !mentions_one(text, others))
		return "refused for now (greylisting? then the same sender and recipient pass some "
		       "minutes later)";
	return "refused for now";
}

static struct span
limits_its_service(struct judgement *j, const struct reply *reply)
{
	return arena_printf(&j->r->arena,
	    "the server limits its service for now (ask later, or less often): %.*s",
	    SPAN_ARG(judge_reply_text(j, reply)));
}

static enum health
temporary(const struct judgement *j)
{
	return j->o->tempfail_critical ? STATE_CRITICAL : STATE_WARNING;
}

void
judge_reply(struct judgement *j, struct judge_check *c, const struct reply *reply)
{
	struct probe_result *r = j->r;
	struct span text = judge_reply_text(j, reply);
	const char *other = c->phase == PHASE_EHLO && reply->code / 100 == 5 &&
		r->reply[PHASE_BANNER] ?
	    diagnose_refused_hello(r->reply[PHASE_BANNER], reply) :
	    NULL;
	enum health lasting = c->phase == PHASE_STARTTLS && judge_lenient(j) ? STATE_WARNING :
									       STATE_CRITICAL;

	c->want = c->phase == PHASE_DATA			   ? SPAN("354") :
	    c->phase == PHASE_BANNER || c->phase == PHASE_STARTTLS ? SPAN("220") :
								     SPAN("2xx");
	c->got = arena_printf(&r->arena, "%u", reply->code);
	if (reply->flaws & (REPLY_NO_CODE | REPLY_BAD_CODE | REPLY_CODES_DIFFER))
		judge_find(j, c, STATE_CRITICAL, REASON_MALFORMED,
		    arena_printf(&r->arena, "%s is malformed: %.*s", judge_reply_of(j, c->phase),
			SPAN_ARG(text)));
	else if (reply->code == 421)
		judge_find(j, c, temporary(j), REASON_RATE_LIMITED, limits_its_service(j, reply));
	else if (reply->code / 100 == 4)
		judge_find(j, c, temporary(j), REASON_REPLY,
		    arena_printf(&r->arena, "%s %s: %.*s", judge_what(j, c->phase),
			refused_for_now(c->phase, reply, text), SPAN_ARG(text)));
	else if (reply->code / 100 == 5)
		judge_find(j, c, lasting, c->phase == PHASE_AUTH ? REASON_AUTH : REASON_REPLY,
		    arena_printf(&r->arena, "%s%s: %.*s%s%s",
			c->phase == PHASE_BANNER ? "the server offers no service here" :
						   judge_what(j, c->phase),
			c->phase == PHASE_BANNER ? "" : " refused", SPAN_ARG(text),
			other ? "; " : "", other ? other : ""));
	else
		judge_find(j, c, STATE_CRITICAL, REASON_UNEXPECTED,
		    arena_printf(&r->arena, "%s was answered with %.*s", judge_what(j, c->phase),
			SPAN_ARG(text)));
}

void
judge_farewell(struct judgement *j)
{
	const struct reply *reply = j->r->reply[PHASE_QUIT];

	if (!reply || j->r->err != ERR_NONE || reply->code / 100 == 2)
		return;
	if (reply->code != 421) {
		judge_note(j, "quit", PHASE_QUIT,
		    arena_printf(&j->r->arena, "QUIT was answered with %.*s",
			SPAN_ARG(judge_reply_text(j, reply))));
		return;
	}
	struct judge_check *c = judge_add(j, "quit", PHASE_QUIT);
	c->want = SPAN("221");
	c->got = SPAN("421");
	judge_find(j, c, temporary(j), REASON_RATE_LIMITED, limits_its_service(j, reply));
}
