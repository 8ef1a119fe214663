/* credentials - where a user name and a password come from. */
#include "run/session/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/environment.h"
#include "base/file.h"

enum { PASSWORD_MAX = 32 << 10, NETRC_MAX = 1 << 20 };

void
credentials_release(struct credentials *c)
{
	secret_release(&c->password);
}

static bool
first_line(struct secret *out, int fd, const char *what, struct err *err)
{
	struct buf all;
	struct span rest, line = SPAN_NONE;
	bool ok = file_drain(fd, what, PASSWORD_MAX, &all, err);

	rest = buf_span(&all);
	if (ok && (!span_line(&rest, &line) || line.len == 0))
		ok = err_set(err, ERR_USAGE, "%s has no password: its first line is empty", what);
	if (ok)
		secret_set(out, line);
	secret_release_buf(&all);
	return ok;
}

bool
credentials_file(struct secret *out, const char *path, struct err *err)
{
	int fd = file_open(path, FILE_PIPE, err);
	bool ok = fd >= 0 && first_line(out, fd, path, err);

	file_close(fd);
	return ok;
}

bool
credentials_descriptor(struct secret *out, int fd, struct err *err)
{
	char what[40];

	snprintf(what, sizeof what, "descriptor %d", fd);
	fcntl(fd, F_SETFD, FD_CLOEXEC);		/* no child may read on from it */
	return first_line(out, fd, what, err);
}

bool
credentials_environment(struct secret *out, const char *name, struct err *err)
{
	const char *value = environment_secret(name);

	if (!value || !value[0])
		return err_set(err, ERR_USAGE, "no password in the environment variable %s", name);
	secret_set(out, span_of(value));
	return true;
}

bool
credentials_command(struct secret *out, const char *command, struct err *err)
{
	struct arena arena = { 0 };
	char **kept = environ;
	environ = environment_of_child(&arena);
	FILE *pipe = popen(command, "re");
	environ = kept;
	arena_release(&arena);
	if (!pipe)
		return err_set(
		    err, ERR_SYSTEM, "cannot run the password command: %s", strerror(errno));
	bool ok = first_line(out, fileno(pipe), "the password command's output", err);
	int status = pclose(pipe);
	if (ok && status != 0) {
		secret_release(out);
		return err_set(err, ERR_USAGE, "the password command exited with status %d",
		    WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	}
	return ok;
}

/*
 * ---- ~/.netrc: words, of which "machine NAME" or "default" begins an entry, and "macdef" a macro
 * that ends with an empty line
 */

static struct span
netrc_word(struct span *rest)
{
	size_t n = 0;

	while (rest->len > 0 && strchr(" \t\r\n", rest->at[0]))
		*rest = span_skip(*rest, 1);
	while (n < rest->len && !strchr(" \t\r\n", rest->at[n]))
		n++;
	struct span word = span_first(*rest, n);
	*rest = span_skip(*rest, n);
	return word;
}

static void
skip_macro(struct span *rest)
{
	struct span end = span_find(*rest, SPAN("\n\n"));

	*rest = end.len ? end : SPAN_NONE;
}

static void
netrc_find(struct span rest, struct span host, struct span user, struct secret *login,
    struct secret *password)
{
	struct span found_login = SPAN_NONE, found_password = SPAN_NONE;
	bool ours = false;

	for (;;) {
		struct span word = netrc_word(&rest);
		bool begins = span_eq(word, SPAN("machine")) || span_eq(word, SPAN("default"));
		if (begins || word.len == 0) {
			if (ours && found_password.len &&
			    (user.len == 0 || found_login.len == 0 || span_eq(found_login, user)))
				break;
			if (word.len == 0)
				return;
			found_login = found_password = SPAN_NONE;
			ours = span_eq(word, SPAN("default")) ||
			    span_eq_case(netrc_word(&rest), host);
		} else if (span_eq(word, SPAN("login"))) {
			found_login = netrc_word(&rest);
		} else if (span_eq(word, SPAN("password"))) {
			found_password = netrc_word(&rest);
		} else if (span_eq(word, SPAN("account"))) {
			netrc_word(&rest);
		} else if (span_eq(word, SPAN("macdef"))) {
			skip_macro(&rest);
		}
	}
	secret_set(login, found_login);
	secret_set(password, found_password);
}

bool
credentials_netrc(struct span host, struct span user, struct secret *login, struct secret *password,
    struct err *err)
{
	const char *home = getenv("HOME"), *given = getenv("NETRC");
	char path[4096];
	struct stat st;
	struct buf all;

	snprintf(path, sizeof path, "%s%s",
	    given && given[0] ? given :
		home	    ? home :
			      "",
	    given && given[0] ? "" : "/.netrc");
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return true;
	int fd = file_open(path, FILE_REGULAR, err);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO))) {
		close(fd);
		return err_set(err, ERR_USAGE,
		    "%s is ignored because others can read it; run chmod 600 on it", path);
	}
	bool ok = file_drain(fd, path, NETRC_MAX, &all, err);
	close(fd);
	if (ok)
		netrc_find(buf_span(&all), host, user, login, password);
	secret_release_buf(&all);
	return ok;
}
