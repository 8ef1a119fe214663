/* keep - received messages in a Maildir or an mbox. */
#include "run/serve/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"

struct keep {
	const char *maildir;
	const char *mbox_name;
	FILE *mbox;
	unsigned long long n;
};

static bool
make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return err_set(err, ERR_USAGE, "cannot make the folder %s: %s", path, strerror(errno));
}

static bool
make_maildir(const char *maildir, struct err *err)
{
	static const char *const below[] = { "tmp", "new", "cur" };
	char path[4096];

	if (!make_folder(maildir, err))
		return false;
	for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
		snprintf(path, sizeof path, "%s/%s", maildir, below[i]);
		if (!make_folder(path, err))
			return false;
	}
	return true;
}

/* For its owner alone: it holds mail. */
static FILE *
open_own(const char *name, int how)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | how, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "a") : NULL;

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

struct keep *
keep_new(const char *maildir, const char *mbox, struct err *err)
{
	struct keep *k = memory_zeroed(sizeof *k);

	k->maildir = maildir;
	k->mbox_name = mbox;
	if (maildir && !make_maildir(maildir, err)) {
		keep_free(k);
		return NULL;
	}
	if (mbox && !(k->mbox = open_own(mbox, O_APPEND))) {
		err_set(err, ERR_USAGE, "cannot write %s: %s", mbox, strerror(errno));
		keep_free(k);
		return NULL;
	}
	return k;
}

void
keep_free(struct keep *k)
{
	if (k && k->mbox)
		fclose(k->mbox);
	free(k);
}

static void
put(FILE *f, struct span s)
{
	fwrite(s.at, 1, s.len, f);
}

static void
put_envelope(FILE *f, const struct event *e)
{
	fprintf(f, "Return-Path: <%.*s>\n", SPAN_ARG(e->message.from));
	for (size_t i = 0; i < e->message.nrcpts; i++)
		fprintf(f, "Delivered-To: %.*s\n", SPAN_ARG(e->message.rcpt[i]));
}

/* mboxrd: a line of any number of ">" and "From " gets one ">" more. */
static bool
looks_like_from(struct span line)
{
	while (line.len > 0 && line.at[0] == '>')
		line = span_skip(line, 1);
	return span_starts(line, SPAN("From "));
}

static void
put_text(FILE *f, struct span text, bool quote)
{
	struct span line;

	while (span_line(&text, &line)) {
		if (quote && looks_like_from(line))
			fputc('>', f);
		put(f, line);
		fputc('\n', f);
	}
}

static bool
to_mbox(struct keep *k, const struct event *e, struct err *err)
{
	struct span from = e->message.from.len ? e->message.from : SPAN("MAILER-DAEMON");
	time_t now = time(NULL);
	struct tm tm;
	char date[40];

	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	fprintf(k->mbox, "From %.*s %s\n", SPAN_ARG(from), date);
	put_envelope(k->mbox, e);
	put_text(k->mbox, e->message.text, true);
	fputc('\n', k->mbox);
	if (fflush(k->mbox) == 0 && !ferror(k->mbox))		/* a flush amid it may have failed */
		return true;
	clearerr(k->mbox);
	return err_set(err, ERR_SYSTEM, "cannot write %s: %s", k->mbox_name, strerror(errno));
}

/* Written below tmp, then moved below new, so that who reads it sees whole messages only. */
static bool
to_maildir(struct keep *k, const struct event *e, struct err *err)
{
	char name[80], from[4096], to[4096];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	snprintf(name, sizeof name, "%lld.M%06ldP%ldQ%llu.smtpsh", (long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(), ++k->n);
	snprintf(from, sizeof from, "%s/tmp/%s", k->maildir, name);
	snprintf(to, sizeof to, "%s/new/%s", k->maildir, name);
	FILE *f = open_own(from, O_EXCL);
	if (!f)
		return err_set(err, ERR_SYSTEM, "cannot write %s: %s", from, strerror(errno));
	put_envelope(f, e);
	put_text(f, e->message.text, false);
	bool failed = ferror(f) != 0;
	if (fclose(f) == 0 && !failed && rename(from, to) == 0)
		return true;
	err_set(err, ERR_SYSTEM, "cannot write %s: %s", to, strerror(errno));
	unlink(from);
	return false;
}

bool
keep_message(struct keep *k, const struct event *e, struct err *err)
{
	return (!k->maildir || to_maildir(k, e, err)) && (!k->mbox || to_mbox(k, e, err));
}
