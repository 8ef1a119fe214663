/*
 * The parser of scripts: every kind of line, the modes, what groups, and what is an error and
 * where.
 */
#include "tests.h"

#include "../lib/script_write.h"

#include <stdlib.h>

#include "run/script/words.h"

static bool
load(void *ctx, const char *from, struct span name, struct arena *arena, const char **path,
    struct span *text, struct err *err)
{
	(void)ctx, (void)from;
	*path = arena_string(arena, name);
	if (span_eq(name, SPAN("hello.smtp")))
		*text = SPAN("C: EHLO a.example\nS: 250\n");
	else if (span_eq(name, SPAN("self.smtp")))
		*text = SPAN("/include self.smtp\n");
	else
		return err_set(err, ERR_USAGE, "cannot read %.*s", SPAN_ARG(name));
	return true;
}

static struct script *
parse(struct span text, struct err *err)
{
	static const struct span known[] = { SPAN_INIT("given") };
	struct script_opts opts = { .load = load, .known = known, .nknown = 1 };
	char *exact = malloc(text.len ? text.len : 1);

	memcpy(exact, text.at, text.len);
	struct script *s = script_parse("t.smtp", (struct span){ exact, text.len }, &opts, err);
	free(exact);
	return s;
}

/*
 * Items in short: "says/replies" of an exchange with a mark for each say, "/name/replies" of the
 * rest.
 */
static void
outline(const struct script_item *item, struct buf *out)
{
	static const char marks[] = { 'c', 'a', 'm', '.', 'o', 'r' };

	for (; item; item = item->next) {
		if (item->peer > 1)
			buf_printf(out, "%u:", item->peer);
		for (size_t i = 0; i < item->nsay; i++)
			buf_printf(out, "%c", marks[item->say[i].kind]);
		if (item->kind == SCRIPT_WORD)
			buf_printf(out, "%s", item->word->name);
		else if (item->kind == SCRIPT_STEP)
			buf_printf(out, "%s", item->step ? item->step->op->name : "filled-later");
		buf_printf(out, "%zu%s", item->nreply, item->unawaited ? "!" : "");
		if (item->body) {
			buf_append(out, SPAN("("));
			outline(item->body, out);
			buf_append(out, SPAN("|"));
			outline(item->other, out);
			buf_append(out, SPAN(")"));
		}
		buf_append(out, SPAN(" "));
	}
}

static const struct {
	const char *name;
	struct span text;
	const char *want;
} shapes[] = {
	{ "one by one", SPAN_INIT("S: 220\nC: EHLO a\nS: 250-x\nS: 250 y\nC: QUIT\nS: 221\n"),
	    "1 c1 c1 " },
	{ "unjudged ones go alone", SPAN_INIT("C: EHLO a\nC: NOOP\nC: NOOP\nS: 250\n"),
	    "c0 c0 c1 " },
	{ "a pipelined group",
	    SPAN_INIT("C: MAIL FROM:<>\nC: RCPT TO:<a@b>\nC: DATA\nS: 250\nS: 250\nS: 354\n"),
	    "ccc3 " },
	{ "a message, ended with QUIT",
	    SPAN_INIT("C: DATA\nS: 354\nC: a\nC:\nC: S: x\nC: .\nC: QUIT\nS: 250\nS: 221\n"),
	    "c1 mmm.c2 " },
	{ "no message behind a refusal", SPAN_INIT("C: DATA\nS: 503\nC: QUIT\n"), "c1 c0 " },
	{ "LMTP answers twice", SPAN_INIT("C: DATA\nS: 354\nC: .\nS: 250\nS: 550\n"), "c1 .2 " },
	{ "an answer to a 334", SPAN_INIT("C: AUTH LOGIN\nS: 334\nC: /x\nS: 334\nC: y\nS: 235\n"),
	    "c1 a1 a1 " },
	{ "BDAT counts", SPAN_INIT("C: BDAT 6 LAST\nC: ab\nC\\: cd\nS: 250\n"), "coo1 " },
	{ "raw octets", SPAN_INIT("C\\: NOOP\\n\nS: 500\n"), "r1 " },
	{ "raw octets by number", SPAN_INIT("C\\: \\x22\\x5C\\\\\\0\\r\\n\nS: 500\n"), "r1 " },
	{ "the second connection", SPAN_INIT("C: EHLO a\nS: 250\nC2: EHLO b\nS2: 250\nC: QUIT\n"),
	    "c1 2:c1 c0 " },
	{ "any further lines", SPAN_INIT("C: EHLO a\nS: 250-x\nS: ...\nC: QUIT\n"), "c1 c0 " },
	{ "RFC furniture",
	    SPAN_INIT("   S: 220 x\n\nKlensin    Standards Track   [Page 9]\n\f\nRFC 5321    SMTP  "
		      "  October 2008\n"
		      "   C: QUIT\n   S: <waits for connection>\n   C & S: <negotiate>\n"),
	    "1 c0 " },
	{ "markup in a message is no stage direction",
	    SPAN_INIT("C: DATA\nS: 354\nC: <html>\nC: .\nS: 250\n"), "c1 m.1 " },
	{ "unmarked", SPAN_INIT("EHLO a\nS: 250\n//x\nDATA\nS: 354\nS: text\n/close\n.\nS: 250\n"),
	    "c1 c0 c1 mm.1 " },
	{ "unmarked DATA without S:", SPAN_INIT("DATA\n# text\n.\nNOOP\n"), "c0 m.0 c0 " },
	{ "words and blocks",
	    SPAN_INIT(
		"C: X\n/silence 1s\n/if ehlo SIZE\nC: A\n/else\n/repeat 2\nC: B\n/end\n/end\n"),
	    "c0! silence0 if0(c0 |repeat0(c0 |) ) " },
	{ "a step's reply", SPAN_INIT("S: 220\n/starttls\nS: 220\nS: 250-a\nS: 250 b\n"),
	    "1 starttls2 " },
	{ "included", SPAN_INIT("/include hello.smtp\nC: QUIT\n"), "c1 c0 " },
	{ "rules are no items",
	    SPAN_INIT(
		"S: 220\n/on MAIL if=tls,auth unless=mail times=2 delay=1s then=close\nS: 250\n\n"
		"/on DOT /^Subject: x/ over=1000\nS: 552\n\n/on IDLE then=rst\n\n/on BDAT "
		"over=5\nS: 552\n"),
	    "1 " },
	{ "together on demand", SPAN_INIT("/pipeline on\nC: RSET\nC: NOOP\n"), "pipeline0 cc0 " },
	{ "alone on demand", SPAN_INIT("/pipeline off\nC: RSET\nC: NOOP\nS: 250\nS: 250\n"),
	    "pipeline0 c1 c1 " },
};

static void
test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct err err = { 0 };
		struct buf got = { .max = 10000 };
		struct script *s = parse(shapes[i].text, &err);
		if (!s)
			fail_msg("%s: %s", shapes[i].name, err.text);
		outline(s->prelude, &got);
		buf_append(&got, (struct span){ "", 1 });
		if (strcmp(buf_span(&got).at, shapes[i].want) != 0)
			fail_msg("%s: got \"%s\", want \"%s\"", shapes[i].name, buf_span(&got).at,
			    shapes[i].want);
		buf_release(&got);
		script_free(s);
	}
}

/* Writing a script and parsing that gives the same again. */
static void
test_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		struct err err = { 0 };
		struct buf once = { .max = 10000 }, twice = { .max = 10000 };
		struct script *a = parse(shapes[i].text, &err);
		script_write(a, &once);
		struct script *b = parse(buf_span(&once), &err);
		if (!b)
			fail_msg(
			    "%s: %s in\n%.*s", shapes[i].name, err.text, SPAN_ARG(buf_span(&once)));
		script_write(b, &twice);
		if (!span_eq(buf_span(&once), buf_span(&twice)))
			fail_msg("%s:\n%.*s\nand then\n%.*s", shapes[i].name,
			    SPAN_ARG(buf_span(&once)), SPAN_ARG(buf_span(&twice)));
		buf_release(&once);
		buf_release(&twice);
		script_free(a);
		script_free(b);
	}
}

static void
test_errors(void **state)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "C: EHLO a\nEHLO b\n", "t.smtp:2:1: expected \"C: \"" },
		{ "S: 25\n", "t.smtp:1:4: expected a reply code" },
		{ "S: 2x0\n", "t.smtp:1:4: expected a reply code" },
		{ "S: 250-a\nC: x\n", "t.smtp:1:1: the reply never ends: its last line has \"-\"" },
		{ "S: 250-a\n", "\"S: 250 ...\" completes it" },
		{ "S: ...\n", "it must follow a line with a reply code" },
		{ "C: a\nC: b\nC: c\nS: 250\nS: 250\n",
		    "t.smtp:4:1: 3 commands and 2 replies: put each S: line after its C: line" },
		{ "C: EHLO a\nC: NOOP\nS: 250\nS: 250\n", "EHLO must be the last" },
		{ "C: BDAT 5\nC: abcd\nS: 250\n", "t.smtp:2:4: BDAT: this line has 6 octets" },
		{ "C: BDAT 86 LAST\nC: abcd\nS: 250\n", "80 octets are missing" },
		{ "C: {{who}}\n", "t.smtp:1:4: {{who}} is not set on an earlier line" },
		{ "C: {{who\n", "without \"}}\"" },
		{ "S: 250 {{a:colour}}\n", "unknown type \"colour\"" },
		{ "C: AUTH PLAIN {{plain given}}\n", "{{plain}} requires USER PASSWORD" },
		{ "/var uuid=1\n", "not a variable name" },
		{ "S: 250 /(/\n", "invalid regular expression" },
		{ "S: 250 /(a)\\1/\n", "back-references are not supported" },
		{ "S: 250 /((a{99}){99})+/\n", "expand to more than" },
		{ "/sleeep 1s\n", "t.smtp:1:1: unknown command \"/sleeep\"" },
		{ "/if ehlo X\nC: a\n", "missing /end for the block that begins in line 1" },
		{ "/end\n", "no matching /repeat, /retry or /if" },
		{ "/else\n", "no matching /if" },
		{ "/match loose\n", "t.smtp:1:8: expected a level" },
		{ "/assert cert.day > 1\n", "expected time, total" },
		{ "/assert cert.days > soon\n", "expected a number" },
		{ "/include none.smtp\n", "cannot read none.smtp" },
		{ "/include self.smtp\n", "does one include itself?" },
		{ "/on RCPT\nS: 250\n/drop\nS: 251\n", "the rule has closed the connection" },
		{ "/on RCPT forget=tls\n", "expected helo, mail or rcpt" },
		{ "/on RCPT\nS: 250 {{1}}\n", "what a rule's /expression/ matched" },
		{ "/on RCPT colour=red\n", "expected /ERE/, if=STATE" },
		{ "/on RCPT if=tls,fish\n", "expected helo, mail, rcpt, bdat, tls, auth or login" },
		{ "/on RCPT over=5\n", "expected /ERE/" },
		{ "/on RCPT then=sulk\n", "expected then=close" },
		{ "/on DOT over=big\n", "or over=OCTETS" },
		{ "/on IDLE /x/\n", "IDLE has no text" },
		{ "C\\: \\q\n", "expected \\r, \\n, \\t" },
		{ "C\\: \\\"\n", "expected \\r, \\n, \\t" },
		{ "C: NOOP {{repeat 3}}\n", "{{repeat}} requires N X" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct err err = { 0 };
		struct script *s = parse(span_of(bad[i].text), &err);
		if (s || err.kind != ERR_USAGE || !strstr(err.text, bad[i].want))
			fail_msg("%s: got \"%s\", want \"%s\"", bad[i].text, err.text, bad[i].want);
	}
}

static void
test_cases_and_rules(void **state)
{
	struct err err = { 0 };
	struct script *s = parse(SPAN("/match text\n/on RCPT /<full@/ times=2 then=close\nS: 452 "
				      "4.2.2 Full\n\n/otherwise S: 250 ok\n"
				      "/case \"a b\" skip=\"not yet\" tags=x,y\nC: NOOP\n/case c "
				      "standalone\n/on DOT\nS: 250\n\nS: 220\n"),
	    &err);

	(void)state;
	assert_non_null(s);
	assert_int_equal(s->ncases, 2);
	assert_span(s->cases->name, "a b");
	assert_span(s->cases->skip, "not yet");
	assert_span(s->cases->tags, "x,y");
	assert_true(s->cases->next->standalone);
	assert_int_equal(s->rules->verb, VERB_RCPT);
	assert_int_equal(s->rules->times, 2);
	assert_string_equal(s->rules->then->name, "close");
	assert_int_equal(s->rules->next->at, RULE_OTHERWISE);
	assert_int_equal(s->cases->next->rules->at, RULE_DOT);
	assert_int_equal(s->cases->next->items->nreply, 1);
	assert_ptr_equal(script_first(s, s->cases), s->prelude);
	assert_ptr_equal(script_second(s, s->cases), s->cases->items);
	script_free(s);
}

static void
test_rendered(void **state)
{
	static const struct {
		const char *reply;
		enum verb verb;
		const char *want;
	} rows[] = {
		{ "S: 2xx", VERB_DATA, "250" },
		{ "S: 3xx", VERB_DATA, "354" },
		{ "S: 550|551 5.1.1 ...", VERB_RCPT, "550 5.1.1" },
		{ "S: 250-a\nS: 250-b\nS: 250 ...", VERB_EHLO, "250-a\r\n250 b" },
		{ "S: 250-a\nS: ...", VERB_EHLO, "250 a" },
		{ "S: *", VERB_QUIT, "221 Ok" },
		{ "S: 250 x[..]y {{given}} \\{{", VERB_NOOP, "250 xy G {{" },
		{ "S: 250 ...", VERB_NOOP, "250 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct err err = { 0 };
		struct script *s = parse(span_of(rows[i].reply), &err);
		assert_non_null(s);
		struct arena arena = { 0 };
		struct script_vars vars = { .names = &s->names, .arena = &arena };
		struct span got;
		vars_set(&vars, names_find(&s->names, SPAN("given")), SPAN("G"));
		if (!script_render(s->prelude->reply[0], rows[i].verb, &vars, &arena, &got, &err) ||
		    !span_eq(got, span_of(rows[i].want)))
			fail_msg("%s: got \"%.*s\" %s", rows[i].reply, SPAN_ARG(got), err.text);
		arena_release(&arena);
		script_free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_cases_and_rules),
		cmocka_unit_test(test_rendered),
	};

	return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
