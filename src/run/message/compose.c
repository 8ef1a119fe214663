/* compose - composes a message from a few values. */
#include "run/message/compose.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/port.h"
#include "base/text.h"

enum { HEAD_MAX = 16 << 20, BASE64_LINE = 57, FOLD_WORD = 36 };

struct writer {
	const struct compose *c;
	struct arena arena;
	FILE *file;			/* attachments make it too large for memory; NULL: none */
	struct buf *head;
	struct span boundary;
};

static void
compose_put(struct writer *w, struct span text)
{
	if (w->file)
		fwrite(text.at ? text.at : "", 1, text.len, w->file);
	else
		buf_append(w->head, text);
}

static void
compose_put_header(struct writer *w, const char *name, struct span value)
{
	compose_put(w, span_of(name));
	compose_put(w, SPAN(": "));
	compose_put(w, value);
	compose_put(w, SPAN("\r\n"));
}

/* ---- header */

static bool
compose_is_replaced(const struct compose *c, const char *name)
{
	for (size_t i = 0; i < c->nheaders; i++) {
		struct span line = span_of(c->header[i]);
		if (span_eq_case(span_trim(span_until(&line, ':')), span_of(name)))
			return true;
	}
	return false;
}

/* Returns text as encoded words of at most 75 octets, split between characters (RFC 2047 2). */
static struct span
compose_encoded(struct arena *arena, struct span text)
{
	struct span out = SPAN_NONE;

	if (text_is_ascii(text))
		return text;
	while (text.len > 0) {
		size_t n = text.len < FOLD_WORD ? text.len : FOLD_WORD;
		while (n < text.len && n > 1 && ((unsigned char)text.at[n] & 0xC0) == 0x80)
			n--;
		out = arena_printf(arena, "%.*s%s=?UTF-8?B?%.*s?=", SPAN_ARG(out),
		    out.len ? "\r\n " : "", SPAN_ARG(base64_encode(arena, span_first(text, n))));
		text = span_skip(text, n);
	}
	return out;
}

struct span
compose_date(struct arena *arena)
{
	time_t now = time(NULL);
	struct tm tm;
	char date[40];

	localtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S %z", &tm);
	return arena_copy(arena, span_of(date));
}

struct span
compose_unique(struct arena *arena)
{
	unsigned char random[10] = { 0 };
	char hex[21];

	if (!port_random(random, sizeof random)) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME, &now);
		memcpy(random,
		    (uint64_t[]){ (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec },
		    sizeof(uint64_t));
	}
	text_hex(hex, (struct span){ (const char *)random, sizeof random });
	return arena_printf(arena, "%llx.%s", (unsigned long long)time(NULL), hex);
}

static struct span
compose_addresses(struct writer *w)
{
	struct span all = SPAN_NONE;

	for (size_t i = 0; i < w->c->nto; i++)
		all = arena_printf(&w->arena, "%.*s%s<%.*s>", SPAN_ARG(all), i ? ",\r\n " : "",
		    SPAN_ARG(w->c->to[i]));
	return all;
}

static struct span
compose_message_id(struct writer *w)
{
	struct span host = w->c->helo;

	if (host.len > 0 && host.at[0] == '[')
		host = SPAN_NONE;
	return arena_printf(&w->arena, "<%.*s@%.*s>", SPAN_ARG(compose_unique(&w->arena)),
	    SPAN_ARG(host.len ? host : SPAN("smtpsh.invalid")));
}

static void
compose_put_headers(struct writer *w)
{
	struct arena *a = &w->arena;
	const struct {
		const char *name;
		struct span value;
	} ours[] = {
		{ "Date", compose_date(a) },
		{ "From",
		    w->c->from.len ? arena_printf(a, "<%.*s>", SPAN_ARG(w->c->from)) :
				     SPAN("Mail Delivery System <>") },
		{ "To", compose_addresses(w) },
		{ "Subject",
		    compose_encoded(a,
			w->c->subject.len ?
			    w->c->subject :
			    arena_printf(a, "smtpsh test of %.*s", SPAN_ARG(compose_date(a)))) },
		{ "Message-ID", compose_message_id(w) },
	};

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (!compose_is_replaced(w->c, ours[i].name))
			compose_put_header(w, ours[i].name, ours[i].value);
	for (size_t i = 0; i < w->c->nheaders; i++) {
		compose_put(w, span_of(w->c->header[i]));
		compose_put(w, SPAN("\r\n"));
	}
}

/* ---- body */

static void
compose_put_body(struct writer *w)
{
	static const struct span ready = SPAN_INIT("This is a test message, sent by smtpsh.\r\n");
	struct span text = w->c->body.len ? w->c->body : ready, line;

	while (span_line(&text, &line)) {
		compose_put(w, line);
		compose_put(w, SPAN("\r\n"));
	}
}

static void
compose_put_type(struct writer *w)
{
	if (text_is_ascii(w->c->body))
		return;
	compose_put_header(w, "Content-Type", SPAN("text/plain; charset=utf-8"));
	compose_put_header(w, "Content-Transfer-Encoding", SPAN("8bit"));
}

static bool
compose_put_base64(struct writer *w, const char *path, struct err *err)
{
	struct err why;
	struct stat st;
	int fd = file_open(path, FILE_REGULAR, &why);
	FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
	char octets[BASE64_LINE];
	size_t n;

	if (!in)
		return err_set(err, ERR_USAGE, "cannot attach it: %s", why.text);
	if (fstat(fd, &st) != 0 || st.st_size > MESSAGE_OCTETS_MAX / 2) {
		fclose(in);
		return err_set(err, ERR_USAGE, "cannot attach %s: it has more than %llu MiB", path,
		    (unsigned long long)MESSAGE_OCTETS_MAX >> 21);
	}
	while ((n = fread(octets, 1, sizeof octets, in)) > 0) {
		struct arena line = { 0 };
		compose_put(w, base64_encode(&line, (struct span){ octets, n }));
		compose_put(w, SPAN("\r\n"));
		arena_release(&line);
	}
	bool ok = !ferror(in) ||
	    err_set(err, ERR_USAGE, "cannot attach %s: %s", path, strerror(errno));
	fclose(in);
	return ok;
}

/*
 * Returns the filename parameter. A name with non-ASCII octets, quotes, backslashes or line endings
 * is percent-encoded (RFC 2231).
 */
static struct span
compose_file_name(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct span name = span_of(slash ? slash + 1 : path), out = SPAN_NONE;

	if (text_is_ascii(name) && !span_has(name, '"') && !span_has(name, '\\') &&
	    !span_has(name, '\n'))
		return arena_printf(arena, "filename=\"%.*s\"", SPAN_ARG(name));
	for (size_t i = 0; i < name.len; i++)
		out = arena_printf(arena, "%.*s%%%02X", SPAN_ARG(out), (unsigned char)name.at[i]);
	return arena_printf(arena, "filename*=UTF-8''%.*s", SPAN_ARG(out));
}

static bool
compose_put_attachment(struct writer *w, const char *path, struct err *err)
{
	compose_put(w, arena_printf(&w->arena, "--%.*s\r\n", SPAN_ARG(w->boundary)));
	compose_put_header(w, "Content-Type", SPAN("application/octet-stream"));
	compose_put_header(w, "Content-Disposition",
	    arena_printf(
		&w->arena, "attachment; %.*s", SPAN_ARG(compose_file_name(&w->arena, path))));
	compose_put_header(w, "Content-Transfer-Encoding", SPAN("base64"));
	compose_put(w, SPAN("\r\n"));
	return compose_put_base64(w, path, err);
}

static bool
compose_put_parts(struct writer *w, struct err *err)
{
	struct arena *a = &w->arena;

	w->boundary = arena_printf(a, "smtpsh-%.*s", SPAN_ARG(compose_unique(a)));
	compose_put_header(w, "MIME-Version", SPAN("1.0"));
	compose_put_header(w, "Content-Type",
	    arena_printf(a, "multipart/mixed; boundary=\"%.*s\"", SPAN_ARG(w->boundary)));
	compose_put(w, arena_printf(a, "\r\n--%.*s\r\n", SPAN_ARG(w->boundary)));
	compose_put_type(w);
	compose_put(w, SPAN("\r\n"));
	compose_put_body(w);
	for (size_t i = 0; i < w->c->nattach; i++)
		if (!compose_put_attachment(w, w->c->attach[i], err))
			return false;
	compose_put(w, arena_printf(a, "--%.*s--\r\n", SPAN_ARG(w->boundary)));
	return true;
}

static bool
compose_write(struct writer *w, struct err *err)
{
	compose_put_headers(w);
	if (w->c->nattach > 0)
		return compose_put_parts(w, err);
	if (!text_is_ascii(w->c->body)) {
		compose_put_header(w, "MIME-Version", SPAN("1.0"));
		compose_put_type(w);
	}
	compose_put(w, SPAN("\r\n"));
	compose_put_body(w);
	return true;
}

/* Each header given must be exactly one field: a line ending would inject another. */
static bool
compose_check_headers(const struct compose *c, struct err *err)
{
	for (size_t i = 0; i < c->nheaders; i++) {
		struct span line = span_of(c->header[i]), rest = line,
			    name = span_until(&rest, ':');
		if (name.len == line.len || name.len == 0 || span_has(name, ' ') ||
		    span_has(line, '\n') || span_has(line, '\r'))
			return err_set(err, ERR_USAGE,
			    "\"%.*s\" is not a header field: expected \"Name: value\"",
			    SPAN_ARG(span_first(line, 80)));
	}
	return !span_has(c->subject, '\n') ||
	    err_set(err, ERR_USAGE, "the subject has more than one line");
}

static bool
compose_keep_file(struct message *m, struct writer *w, struct err *err)
{
	long size = ftell(w->file);

	if (fflush(w->file) != 0 || size < 0)
		return err_set(err, ERR_SYSTEM, "cannot buffer the message: %s", strerror(errno));
	m->fd = fcntl(fileno(w->file), F_DUPFD_CLOEXEC, 3);
	m->fd_octets = (uint64_t)size;
	return m->fd >= 0 ||
	    err_set(err, ERR_SYSTEM, "cannot buffer the message: %s", strerror(errno));
}

bool
compose(struct message *m, const struct compose *c, struct err *err)
{
	struct writer w = { .c = c, .head = &m->head };

	*m = MESSAGE_NONE;
	buf_init(&m->head, HEAD_MAX);
	if (!compose_check_headers(c, err))
		return false;
	if (c->nattach > 0 && !(w.file = tmpfile()))
		return err_set(err, ERR_SYSTEM,
		    "cannot create a temporary file for the message: %s", strerror(errno));
	bool ok = compose_write(&w, err) && (!w.file || compose_keep_file(m, &w, err));
	if (w.file)
		fclose(w.file);
	arena_release(&w.arena);
	return ok && (c->size ? message_fill(m, c->size, err) : message_finish(m, err));
}
