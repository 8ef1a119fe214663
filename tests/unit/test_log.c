/* Files that a session is written to: never over another, and for nobody else to read. */
#include "tests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/show/log.h"

static char folder[] = "/tmp/smtpsh-log-XXXXXX";

static int
begin(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	return rmdir(folder);
}

static const char *
in_folder(const char *name)
{
	static char path[100];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
assert_holds(const char *path, const char *text)
{
	char held[2000] = "";
	struct stat st;
	FILE *in = fopen(path, "r");

	assert_non_null(in);
	held[fread(held, 1, sizeof held - 1, in)] = '\0';
	fclose(in);
	assert_string_equal(held, text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
what_is_saved_writes_over_nothing(void **state)
{
	const char *path = in_folder("saved");
	struct err err = { 0 };

	(void)state;
	assert_true(log_save(path, SPAN("C: NOOP\n"), &err));
	assert_false(log_save(path, SPAN("C: QUIT\n"), &err));
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, path));
	assert_holds(path, "C: NOOP\n");
	unlink(path);
}

static void
tell(struct log *log, enum event_kind kind, const char *text)
{
	static struct arena arena;
	struct event e = { .kind = kind, .session = 1 };
	struct reply reply;

	if (kind == EVENT_SENT) {
		e.sent.kind = SENT_COMMAND;
		e.sent.text = span_of(text);
		e.sent.octets = e.sent.text.len;
	} else if (kind == EVENT_CONNECTED) {
		e.connected.host = span_of(text);
	} else {
		assert_int_equal(reply_parse(span_of(text), &arena, &reply), strlen(text));
		e.answer.reply = &reply;
	}
	log_event(log, &e);
	arena_release(&arena);
}

/* The second session goes behind the first: what a log holds is a script that plays again. */
static void
a_log_goes_behind_what_the_file_holds(void **state)
{
	const char *path = in_folder("log");
	char held[2000] = "";
	struct err err = { 0 };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct log *log = log_open(path, false, false, &err);
		assert_non_null(log);
		tell(log, EVENT_CONNECTED, "mx.example");
		tell(log, EVENT_SENT, "NOOP");
		tell(log, EVENT_REPLY, "250 2.0.0 Ok\r\n");
		tell(log, EVENT_SENT, "  S: no line of ours\t");
		assert_true(log_ok(log, &err));
		log_close(log);
	}
	FILE *in = fopen(path, "r");
	assert_non_null(in);
	held[fread(held, 1, sizeof held - 1, in)] = '\0';
	fclose(in);
	const char *first = strstr(held, "C: NOOP\nS: 250 2.0.0 Ok\n");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, "C: NOOP\nS: 250 2.0.0 Ok\n"));
	/* what was sent is no line of the script's own */
	assert_null(strstr(held, "\n  S: no"));
	unlink(path);
}

static void
a_file_that_cannot_be_is_said(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_null(log_open("/dev/null/log", false, false, &err));
	assert_non_null(strstr(err.text, "/dev/null/log"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_saved_writes_over_nothing),
		cmocka_unit_test(a_log_goes_behind_what_the_file_holds),
		cmocka_unit_test(a_file_that_cannot_be_is_said),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
