/* store - stores received messages in a Maildir, an mbox and a file of lines. */
#include "run/serve/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/append.h"
#include "base/arena.h"
#include "base/buf.h"
#include "net/loop.h"

enum { FILES = 2, PATH_SIZE = 4096 };

struct store {
	const char *maildir;
	const char *name[FILES]; /* of the mbox; of the file of lines; NULL: none */
	struct append file[FILES];
	void (*line)(const struct event *, struct buf *out);
	struct storing *queue; /* the first one is being stored */
	const char *stuck;     /* name of the pipe that the first one waits for */
	unsigned long long n;
};

/* line endings that end a message: an mbox has an empty line, a file of lines does not */
static const unsigned line_ends[FILES] = { 2, 1 };

static bool
store_make_directory(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return err_set(err, ERR_USAGE, "cannot create the directory %s: %s", path, strerror(errno));
}

static bool
store_make_maildir(const char *maildir, struct err *err)
{
	static const char *const below[] = { "tmp", "new", "cur" };
	char path[4096];

	if (!store_make_directory(maildir, err))
		return false;
	for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
		snprintf(path, sizeof path, "%s/%s", maildir, below[i]);
		if (!store_make_directory(path, err))
			return false;
	}
	return true;
}

/*
 * A regular file is opened for each message: it may have been moved away, and its directory may
 * have changed.
 */
static bool
store_open_file(struct store *store, size_t i, struct err *err)
{
	if (!store->name[i] || store->file[i].fd >= 0)
		return true;
	if (strcmp(store->name[i], "-") != 0)
		return append_open(&store->file[i], store->name[i], line_ends[i], err);
	append_over(&store->file[i], "standard output", STDOUT_FILENO, line_ends[i]);
	return true;
}

static void
store_close_file(struct store *store, size_t i)
{
	if (store->file[i].regular)
		append_close(&store->file[i]);
}

struct store *
store_new(const struct store_opts *opts, struct err *err)
{
	struct store *store = memory_zeroed(sizeof *store);

	*store = (struct store){ .maildir = opts->maildir,
		.name = { opts->mbox, opts->lines },
		.file = { { .fd = -1 }, { .fd = -1 } },
		.line = opts->line };
	if ((!store->maildir || store_make_maildir(store->maildir, err)) &&
	    store_open_file(store, 0, err) && store_open_file(store, 1, err)) {
		store_close_file(store, 0);
		store_close_file(store, 1);
		return store;
	}
	store_free(store);
	return NULL;
}

void
store_free(struct store *store)
{
	for (size_t i = 0; store && i < FILES; i++)
		append_close(&store->file[i]);
	free(store);
}

/* ---- rendering */

/* mboxrd: a line that starts with "From ", after any number of ">", is quoted by one more ">". */
static bool
store_looks_like_from(struct span line)
{
	while (line.len > 0 && line.at[0] == '>')
		line = span_skip(line, 1);
	return span_starts(line, SPAN("From "));
}

static void
store_print(struct buf *out, const struct event *e, bool quote)
{
	struct span text = e->message.text, line;

	buf_printf(out, "Return-Path: <%.*s>\n", SPAN_ARG(e->message.from));
	for (size_t i = 0; i < e->message.nrcpts; i++)
		buf_printf(out, "Delivered-To: %.*s\n", SPAN_ARG(e->message.rcpt[i]));
	while (span_line(&text, &line)) {
		if (quote && store_looks_like_from(line))
			buf_append(out, SPAN(">"));
		buf_append(out, line);
		buf_append(out, SPAN("\n"));
	}
}

void
store_print_message(struct buf *out, const struct event *e)
{
	store_print(out, e, false);
}

static void
store_render_mbox(const struct store *store, const struct event *e, struct buf *out)
{
	struct span from = e->message.from.len ? e->message.from : SPAN("MAILER-DAEMON");
	time_t now = time(NULL);
	struct tm tm;
	char date[40];

	(void)store;
	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	buf_printf(out, "From %.*s %s\n", SPAN_ARG(from), date);
	store_print(out, e, true);
	buf_append(out, SPAN("\n"));
}

static void
store_render_line(const struct store *store, const struct event *e, struct buf *out)
{
	store->line(e, out);
}

static void (*const store_render[FILES])(const struct store *, const struct event *,
    struct buf *out) = { store_render_mbox, store_render_line };

static bool
store_maildir_failed(const char *path, struct err *err)
{
	int why = errno;

	err_set(err, ERR_SYSTEM, "cannot write %s: %s", path, strerror(why));
	if (err)
		err->sys = why;
	return false;
}

/*
 * Writes to tmp; store_go_on renames it to new after everything else was written, so that readers
 * see only complete messages.
 */
static bool
store_to_maildir_tmp(struct store *store, const struct event *e, char tmp[PATH_SIZE],
    char new[PATH_SIZE], struct err *err)
{
	struct buf all = { .max = SIZE_MAX / 4 };
	struct append file;
	struct timespec now;
	char name[80];

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, sizeof name, "%lld.M%06ldP%ldQ%llu.smtpsh", (long long)now.tv_sec,
	    now.tv_nsec / 1000, (long)getpid(), ++store->n);
	snprintf(tmp, PATH_SIZE, "%s/tmp/%s", store->maildir, name);
	snprintf(new, PATH_SIZE, "%s/new/%s", store->maildir, name);
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		store_maildir_failed(tmp, err);
		tmp[0] = '\0';
		return false;
	}
	append_over(&file, tmp, fd, 0);
	store_print(&all, e, false);
	bool ok = append_piece(&file, buf_span(&all), err);
	buf_release(&all);
	return (close(fd) == 0 || store_maildir_failed(tmp, err)) && ok;
}

/* ---- storing, one message at a time */

/* A message that is being stored, or waits in the queue. */
struct storing {
	struct storing *next;
	struct store *store;
	uint64_t until_us;
	bool begun;
	char tmp[PATH_SIZE], new[PATH_SIZE]; /* paths in the Maildir; ->tmp empty: no file there */
	struct buf piece[FILES];
};

/* Writes what can be undone first: the Maildir and regular files. */
static bool
store_begin(struct storing *it, const struct event *e, struct err *err)
{
	struct store *store = it->store;

	it->begun = true;
	if (store->maildir && !store_to_maildir_tmp(store, e, it->tmp, it->new, err))
		return false;
	for (size_t i = 0; i < FILES; i++) {
		if (!store->name[i])
			continue;
		store_render[i](store, e, &it->piece[i]);
		if (!store_open_file(store, i, err) ||
		    (store->file[i].regular &&
			!append_piece(&store->file[i], buf_span(&it->piece[i]), err)))
			return false;
	}
	return true;
}

static enum stored
store_timed_out(const char *what, struct err *err)
{
	err_set(err, ERR_SYSTEM, "cannot write %s: its reader was stalled for %d s", what,
	    STORE_WAIT_MS / 1000);
	if (err)
		err->sys = ETIMEDOUT;
	return STORE_FAILED;
}

static enum stored
store_go_on(struct storing *it, const struct event *e, struct err *err)
{
	struct store *store = it->store;
	bool late = loop_now_us() >= it->until_us;

	if (it != store->queue)
		return late ? store_timed_out(store->stuck, err) : STORING;
	if (!it->begun && !store_begin(it, e, err))
		return STORE_FAILED;
	for (size_t i = 0; i < FILES; i++) {
		if (!store->name[i] || store->file[i].regular)
			continue;
		enum append_progress done =
		    append_some(&store->file[i], buf_span(&it->piece[i]), err);
		if (done == APPEND_FAILED)
			return STORE_FAILED;
		store->stuck = store->file[i].name;
		if (done == APPEND_AGAIN)
			return late ? store_timed_out(store->stuck, err) : STORING;
	}
	if (store->maildir && rename(it->tmp, it->new) != 0) {
		store_maildir_failed(it->new, err);
		return STORE_FAILED;
	}
	return STORED;
}

static void
store_end(struct storing *it, bool ok)
{
	struct store *store = it->store;
	struct storing **at = &store->queue;

	while (*at != it)
		at = &(*at)->next;
	*at = it->next;
	if (!ok && it->tmp[0])
		unlink(it->tmp);
	for (size_t i = 0; i < FILES; i++) {
		buf_release(&it->piece[i]);
		if (!it->begun)
			continue;
		if (!ok && store->file[i].fd >= 0)
			append_undo(&store->file[i]);
		store->file[i].wrote = 0;
		store_close_file(store, i);
	}
	free(it);
}

enum stored
store_message(struct store *store, const struct event *e, struct storing **storing, struct err *err)
{
	if (!*storing) {
		struct storing **end = &store->queue;
		while (*end)
			end = &(*end)->next;
		*storing = *end = memory_zeroed(sizeof **end);
		**end = (struct storing){
			.store = store,
			.until_us = loop_now_us() + STORE_WAIT_MS * 1000ULL,
			.piece = { { .max = SIZE_MAX / 4 }, { .max = SIZE_MAX / 4 } },
		};
	}
	enum stored how = store_go_on(*storing, e, err);
	if (how != STORING) {
		store_end(*storing, how == STORED);
		*storing = NULL;
	}
	return how;
}

void
store_give_up(struct storing *it)
{
	if (it)
		store_end(it, false);
}
