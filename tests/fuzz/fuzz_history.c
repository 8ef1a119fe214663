/*
 * The history's file: whatever is in it is read within the bound, and what is added stands last in
 * what is kept.
 */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "ui/edit/history.h"

static const char *
folder(void)
{
	static char path[] = "/tmp/fuzz_history_XXXXXX";
	static bool made;

	if (!made) {
		made = mkdtemp(path) && setenv("XDG_STATE_HOME", path, 1) == 0;
		PROMISE(made);
	}
	return path;
}

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	struct span text = fuzz_span(octets, n), added = span_until(&text, '\0');
	struct history h = { .keep = false };
	struct err err = { 0 };
	char dir[100], path[120];

	snprintf(dir, sizeof dir, "%s/smtpsh", folder());
	snprintf(path, sizeof path, "%s/history", dir);
	history_load(&h, true);		/* there is none yet */
	history_add(&h, SPAN("first"));
	PROMISE(history_save(&h, &err));
	history_release(&h);
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	PROMISE(fd >= 0 && write(fd, text.at, text.len) == (ssize_t)text.len && close(fd) == 0);

	history_load(&h, true);
	PROMISE(buf_span(&h.lines).len <= HISTORY_MAX);
	history_add(&h, added);
	history_add(&h, SPAN("last"));
	PROMISE(history_save(&h, &err));
	history_release(&h);
	history_load(&h, true);
	struct span all = buf_span(&h.lines);
	PROMISE(all.len >= 5 && memcmp(all.at + all.len - 5, "last\n", 5) == 0);
	history_release(&h);
	unlink(path);
	rmdir(dir);
	rmdir(folder());
	return 0;
}
