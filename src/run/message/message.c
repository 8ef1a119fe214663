/* message - the octets of a message, from memory, a file or filler. */
#include "run/message/message.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_SIZE = 64 << 10 };

/* A line of filler: 79 octets with its CRLF. */
static const char line_of_filler[] =
    "This line is here to make the message as large as it was asked to be, and no.\r\n";
enum { FILLER_LINE = sizeof line_of_filler - 1 };

void
message_release(struct message *m)
{
	buf_release(&m->head);
	if (m->fd >= 0)
		close(m->fd);
	*m = MESSAGE_NONE;
}

bool
message_is_shown(const struct message *m)
{
	return m->fd < 0 && m->filler == 0 && !m->binary &&
	    buf_span(&m->head).len <= MESSAGE_SHOWN_MAX;
}

/* ---- reading */

static char
filler_at(const struct message *m, uint64_t at)
{
	uint64_t left = m->filler - at;

	/* The filler ends in CRLF, wherever it is cut. */
	if (left <= 2)
		return left == 2 ? '\r' : '\n';
	char c = line_of_filler[at % FILLER_LINE];
	return left == 3 && c == '\r' ? 'x' : c;
}

static bool
read_source(
    const struct message *m, uint64_t at, char *out, size_t room, size_t *got, struct err *err)
{
	struct span head = span_skip(
	    buf_span(&m->head), at < buf_span(&m->head).len ? (size_t)at : buf_span(&m->head).len);
	uint64_t before = buf_span(&m->head).len;

	*got = head.len < room ? head.len : room;
	if (*got > 0) {
		memcpy(out, head.at, *got);
		return true;
	}
	if (m->fd >= 0 && at < before + m->fd_octets) {
		ssize_t n = pread(m->fd, out, room, (off_t)(at - before));
		if (n <= 0)
			return err_set(err, ERR_USAGE,
			    "cannot read the message's file any further: %s",
			    n ? strerror(errno) : "it was truncated");
		*got = (size_t)n;
		return true;
	}
	before += m->fd >= 0 ? m->fd_octets : 0;
	while (*got < room && at - before + *got < m->filler) {
		out[*got] = filler_at(m, at - before + *got);
		++*got;
	}
	return true;
}

/*
 * Copies with LF without CR turned into CRLF. `in` must be at most half of the room. Returns the
 * length.
 */
static size_t
to_crlf(bool *cr, struct span in, char *out)
{
	size_t n = 0;

	while (in.len > 0) {
		const char *lf = memchr(in.at, '\n', in.len);
		size_t len = lf ? (size_t)(lf - in.at) : in.len;
		memcpy(out + n, in.at, len);
		n += len;
		if (len > 0)
			*cr = in.at[len - 1] == '\r';
		if (lf) {
			if (!*cr)
				out[n++] = '\r';
			out[n++] = '\n';
			*cr = false;
		}
		in = span_skip(in, len + (lf != NULL));
	}
	return n;
}

bool
message_read(const struct message *m, struct message_reader *r, char *out, size_t room, size_t *got,
    struct err *err)
{
	char raw[READ_SIZE / 2];
	size_t n, want = room / 2 < sizeof raw ? room / 2 : sizeof raw;

	assert(room >= 2);
	if (m->binary || !m->facts.bare_lf) {
		if (!read_source(m, r->at, out, room, got, err))
			return false;
		r->at += *got;
	} else {
		if (!read_source(m, r->at, raw, want, &n, err))
			return false;
		r->at += n;
		*got = to_crlf(&r->cr, (struct span){ raw, n }, out);
	}
	r->gave += *got;
	return true;
}

/* ---- the facts */

struct survey {
	struct message_facts *facts;
	size_t line;			/* octets of the line so far */
	bool body;
	char last;
	uint64_t crs, lfs, crlfs;
};

/*
 * Counts what does not depend on lines, for everything read at once: a call for each line would be
 * slow.
 */
static void
survey_octets(struct survey *s, struct span in)
{
	unsigned char high = 0, nul = 0;
	size_t crs = 0;

	for (size_t i = 0; i < in.len; i++) {
		high |= (unsigned char)in.at[i];
		nul |= in.at[i] == 0;
		crs += in.at[i] == '\r';
	}
	s->facts->eight_bit |= high >> 7;
	s->facts->utf8_header |= !s->body && high >> 7;
	s->facts->nul |= nul;
	s->crs += crs;
}

static void
survey_lines(struct survey *s, struct span in)
{
	const char *at = in.at, *end = in.at + in.len, *seen = at, *lf;

	for (; (lf = memchr(at, '\n', (size_t)(end - at))); at = lf + 1) {
		bool crlf = (lf > in.at ? lf[-1] : s->last) == '\r';
		size_t line = s->line + (size_t)(lf - at) - crlf;
		s->line = 0;
		s->lfs++;
		s->crlfs += crlf;
		s->facts->long_line |= line > MESSAGE_LINE_MAX;
		if (line == 0 && !s->body) {
			survey_octets(s, (struct span){ seen, (size_t)(lf - seen) });
			seen = lf;
			s->body = true;
		}
	}
	survey_octets(s, (struct span){ seen, (size_t)(end - seen) });
	s->line += (size_t)(end - at);
	s->last = end[-1];
}

static bool
too_large(struct err *err)
{
	return err_set(err, ERR_USAGE, "the message has more than %llu MiB",
	    (unsigned long long)MESSAGE_OCTETS_MAX >> 20);
}

bool
message_finish(struct message *m, struct err *err)
{
	struct survey survey = { .facts = &m->facts };
	char octets[READ_SIZE];
	uint64_t at = 0;
	size_t n;

	m->facts = (struct message_facts){ 0 };
	if (buf_span(&m->head).len + (m->fd >= 0 ? m->fd_octets : 0) + m->filler >
	    MESSAGE_OCTETS_MAX)
		return too_large(err);
	for (;; at += n) {
		if (!read_source(m, at, octets, sizeof octets, &n, err))
			return false;
		if (n == 0)
			break;
		survey_lines(&survey, (struct span){ octets, n });
	}
	m->facts.bare_lf = survey.lfs > survey.crlfs;
	m->facts.bare_cr = survey.crs > survey.crlfs + (survey.last == '\r');
	m->facts.octets = at + (m->binary ? 0 : survey.lfs - survey.crlfs);
	m->facts.no_blank_line = !survey.body;
	return true;
}

/* ---- the sources */

/* Copies what cannot be read twice to an unnamed file. Returns its descriptor; -1: err is set. */
static int
spool(int from, struct err *err)
{
	FILE *file = tmpfile();
	char octets[READ_SIZE];
	uint64_t all = 0;
	ssize_t n = 0;

	if (!file) {
		err_set(err, ERR_SYSTEM, "cannot create a temporary file for the message: %s",
		    strerror(errno));
		return -1;
	}
	while ((n = file_some(from, octets, sizeof octets)) > 0 &&
	    (all += (uint64_t)n) <= MESSAGE_OCTETS_MAX)
		if (fwrite(octets, 1, (size_t)n, file) != (size_t)n)
			break;
	if (all > MESSAGE_OCTETS_MAX) {
		fclose(file);
		too_large(err);
		return -1;
	}
	bool ok = n == 0 && fflush(file) == 0;
	int fd = ok ? fcntl(fileno(file), F_DUPFD_CLOEXEC, 3) : -1;
	if (fd < 0)
		err_set(err, ERR_SYSTEM, "cannot buffer the message: %s", strerror(errno));
	fclose(file);
	return fd;
}

bool
message_file(struct message *m, const char *path, enum file_take take, bool binary, struct err *err)
{
	int fd = file_open(path, take, err);
	struct stat st;

	*m = MESSAGE_NONE;
	m->binary = binary;
	if (fd < 0 || fstat(fd, &st) != 0)
		return false;
	m->fd = fd;
	if (fd == STDIN_FILENO || !S_ISREG(st.st_mode)) {
		m->fd = spool(fd, err);
		file_close(fd);
		if (m->fd < 0 || fstat(m->fd, &st) != 0)
			return false;
	}
	m->fd_octets = (uint64_t)st.st_size;
	return message_finish(m, err);
}

bool
message_fill(struct message *m, uint64_t size, struct err *err)
{
	uint64_t have = buf_span(&m->head).len + (m->fd >= 0 ? m->fd_octets : 0);

	if (size < have + 2)
		return err_set(err, ERR_USAGE, "%llu octets are too few: the header alone has %llu",
		    (unsigned long long)size, (unsigned long long)have);
	m->filler = size - have;
	return message_finish(m, err);
}
