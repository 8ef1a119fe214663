/* store - received messages in a Maildir, an mbox and a file of lines. */
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

enum { FILES = 2, PATH_SIZE = 4096 };

struct store {
	const char *maildir;
	const char *name[FILES]; /* the mbox, and the lines; NULL: there is none */
	struct append file[FILES];
	unsigned long long n;
};

/* Between messages of an mbox there is an empty line, between lines nothing. */
static const unsigned line_ends[FILES] = { 2, 1 };

static bool
store_make_directory(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return err_set(err, ERR_USAGE, "cannot make the directory %s: %s", path, strerror(errno));
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
		.file = { { .fd = -1 }, { .fd = -1 } } };
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

/* ---- a message as it is stored */

/* mboxrd: a line of any number of ">" and "From " gets one ">" more. */
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

static bool
store_to_mbox(struct store *store, const struct event *e, struct err *err)
{
	struct span from = e->message.from.len ? e->message.from : SPAN("MAILER-DAEMON");
	struct buf all = { .max = SIZE_MAX / 4 };
	time_t now = time(NULL);
	struct tm tm;
	char date[40];

	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	buf_printf(&all, "From %.*s %s\n", SPAN_ARG(from), date);
	store_print(&all, e, true);
	buf_append(&all, SPAN("\n"));
	bool ok = append_piece(&store->file[0], buf_span(&all), err);
	buf_release(&all);
	return ok;
}

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
 * Written below tmp, then moved below new when all else is written, so that who reads it sees whole
 * messages only.
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

bool
store_message(struct store *store, const struct event *e, struct span line, struct err *err)
{
	char tmp[PATH_SIZE] = "", new[PATH_SIZE];
	bool ok = (!store->maildir || store_to_maildir_tmp(store, e, tmp, new, err)) &&
	    (!store->name[0] || (store_open_file(store, 0, err) && store_to_mbox(store, e, err))) &&
	    (!store->name[1] ||
		(store_open_file(store, 1, err) && append_piece(&store->file[1], line, err))) &&
	    (!store->maildir || rename(tmp, new) == 0 || store_maildir_failed(new, err));

	if (!ok && tmp[0])
		unlink(tmp);
	for (size_t i = 0; i < FILES; i++) {
		if (!ok && store->file[i].fd >= 0)
			append_undo(&store->file[i]);
		store->file[i].wrote = 0;
		store_close_file(store, i);
	}
	return ok;
}
