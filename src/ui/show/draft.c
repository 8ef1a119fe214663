/* draft - a file that is written under a temporary name and renamed when complete. */
#include "ui/show/draft.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static void
draft_release(struct draft *d)
{
	free(d->file);
	free(d->beside);
	*d = (struct draft){ 0 };
}

static bool
draft_begin_as(struct draft *d, const char *file, mode_t mode, struct err *err)
{
	size_t size = strlen(file) + 24;
	struct stat st;
	bool stands = stat(file, &st) == 0;
	int fd;

	*d = (struct draft){ .file = memory_get(size) };
	strcpy(d->file, file);
	if (stands && !S_ISREG(st.st_mode)) {
		fd = file_append(file, err);
		if (fd < 0) {
			draft_release(d);
			return false;
		}
	} else {
		d->beside = memory_get(size);
		snprintf(d->beside, size, "%s.%ld", file, (long)getpid());
		unlink(d->beside);
		fd = open(d->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0 && stands)
			fchmod(fd, st.st_mode & 07777);
	}
	d->out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (d->out)
		return true;
	err_set(err, ERR_USAGE, "cannot write %s: %s", file, strerror(errno));
	draft_release(d);
	return false;
}

bool
draft_begin(struct draft *d, const char *file, struct err *err)
{
	return draft_begin_as(d, file, 0666, err);
}

bool
draft_keep(struct draft *d, struct err *err)
{
	bool ok = fflush(d->out) == 0 && !ferror(d->out);

	assert(d->out);
	ok = fclose(d->out) == 0 && ok && (!d->beside || rename(d->beside, d->file) == 0);
	if (!ok)
		err_set(err, ERR_SYSTEM, "cannot write %s: %s", d->file, strerror(errno));
	if (!ok && d->beside)
		unlink(d->beside);
	draft_release(d);
	return ok;
}

void
draft_drop(struct draft *d)
{
	if (d->out)
		fclose(d->out);
	if (d->beside)
		unlink(d->beside);
	draft_release(d);
}

bool
draft_write(const char *file, mode_t mode, struct span text, struct err *err)
{
	struct draft d;

	if (!draft_begin_as(&d, file, mode, err))
		return false;
	/* draft_keep checks the stream for errors */
	fwrite(text.at, 1, text.len, d.out);
	if (fflush(d.out) == 0)
		fsync(fileno(d.out));
	return draft_keep(&d, err);
}
