/* ~/.netrc: whatever is in it, an entry is found or not, and what was found is of the file. */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/session/credentials.h"

int
LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
	static const struct span users[] = { SPAN_INIT(""), SPAN_INIT("user") };
	int fd = memfd_create("netrc", MFD_CLOEXEC);
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	PROMISE(fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, octets, n) == (ssize_t)n &&
	    setenv("NETRC", path, 1) == 0);
	for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
		struct secret login = { 0 }, password = { 0 };
		struct err err = { 0 };
		PROMISE(
		    credentials_netrc(SPAN("mx1.example.org"), users[i], &login, &password, &err) ||
		    err.text[0]);
		PROMISE(login.len <= n && password.len <= n);
		secret_release(&login);
		secret_release(&password);
	}
	close(fd);
	return 0;
}
