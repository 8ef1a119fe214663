/* text - makes bytes safe to show, and measures their width. */
#include "base/text.h"

#include <assert.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define NOT_UTF8 0xFFFFFFFFul

unsigned long
text_char(struct span s, size_t *len)
{
	static const struct {
		unsigned char mask, lead;
		unsigned long least;
	} form[] = {
		{ 0x80, 0x00, 0 },
		{ 0xE0, 0xC0, 0x80 },
		{ 0xF0, 0xE0, 0x800 },
		{ 0xF8, 0xF0, 0x10000 },
	};
	unsigned char first = (unsigned char)s.at[0];

	*len = 1;
	for (size_t more = 0; more < 4; more++) {
		if ((first & form[more].mask) != form[more].lead)
			continue;
		if (s.len <= more)
			return NOT_UTF8;
		unsigned long c = first & (unsigned char)~form[more].mask;
		for (size_t i = 1; i <= more; i++) {
			if (((unsigned char)s.at[i] & 0xC0) != 0x80)
				return NOT_UTF8;
			c = c << 6 | ((unsigned char)s.at[i] & 0x3F);
		}
		if (c < form[more].least || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
			return NOT_UTF8;
		*len = more + 1;
		return c;
	}
	return NOT_UTF8;
}

bool
text_is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] > 0x7F)
			return false;
	return true;
}

size_t
text_put_char(char out[3], unsigned c)
{
	assert(c < 0x10000);
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3F));
	out[2] = (char)(0x80 | (c & 0x3F));
	return 3;
}

bool
text_is_utf8(struct span s)
{
	for (size_t n; s.len > 0; s = span_skip(s, n))
		if (text_char(s, &n) == NOT_UTF8)
			return false;
	return true;
}

bool
text_is_printable(unsigned long c)
{
	static const struct { unsigned long from, to; } hidden[] = {
		{ 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C },
		{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x2069 }, { 0xFE00, 0xFE0F },
		{ 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xFFFFFFFF },
	};

	for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return false;
	return true;
}

static size_t
printable_run(struct span s)
{
	size_t n, all = 0;

	while (all < s.len && text_is_printable(text_char(span_skip(s, all), &n)))
		all += n;
	return all;
}

bool
text_is_safe(struct span s)
{
	return printable_run(s) == s.len;
}

void
text_safe_to(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t n = printable_run(s);
		if (!buf_append(out, span_first(s, n)))
			return;
		s = span_skip(s, n);
		if (s.len == 0)
			return;
		text_char(s, &n);
		for (size_t i = 0; i < n; i++)
			if (!buf_printf(out, "\\x%02X", (unsigned char)s.at[i]))
				return;
		s = span_skip(s, n);
	}
}

struct span
text_safe(struct arena *arena, struct span s)
{
	if (text_is_safe(s))
		return s;

	struct buf out = { .max = s.len * 4 };
	text_safe_to(&out, s);
	struct span safe = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return safe;
}

void
text_locale(void)
{
	if (MB_CUR_MAX > 1)
		return;
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");		/* mail is UTF-8, even with LC_ALL=C */
}

static unsigned
char_width(unsigned long c)
{
	if (c < 0x80)
		return 1;
	text_locale();
	int w = wcwidth((wchar_t)c);
	return w > 0 ? (unsigned)w : 0;
}

unsigned
text_width(struct span s)
{
	unsigned width = 0;

	for (size_t n; s.len > 0; s = span_skip(s, n))
		width += char_width(text_char(s, &n));
	return width;
}

struct span
text_first(struct span s, size_t most)
{
	size_t n = s.len < most ? s.len : most;

	while (n > 0 && n < s.len && ((unsigned char)s.at[n] & 0xC0) == 0x80)
		n--;
	return span_first(s, n);
}

struct span
text_fit(struct span s, unsigned columns)
{
	size_t n, at = 0, blank = 0;
	unsigned width = 0;

	while (at < s.len) {
		width += char_width(text_char(span_skip(s, at), &n));
		if (width > columns && at > 0)
			return span_first(s, s.at[at] == ' ' || blank == 0 ? at : blank);
		if (s.at[at] == ' ')
			blank = at;
		at += n;
	}
	return s;
}

void
text_size(char out[24], unsigned long long octets)
{
	static const char *const unit[] = { "octets", "KiB", "MiB", "GiB", "TiB" };
	double n = (double)octets;
	size_t u = 0;

	while (n >= 1024 && u < 4) {
		n /= 1024;
		u++;
	}
	snprintf(out, 24, u == 0 || n >= 100 ? "%.0f %s" : "%.3g %s", n, unit[u]);
}

char *
text_hex(char *out, struct span octets)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < octets.len; i++) {
		out[2 * i] = digits[(unsigned char)octets.at[i] >> 4];
		out[2 * i + 1] = digits[octets.at[i] & 15];
	}
	out[2 * octets.len] = '\0';
	return out;
}

void
text_time(char out[24], unsigned long long us)
{
	if (us < 10)
		snprintf(out, 24, "under 0.01 ms");
	else if (us < 100)
		snprintf(out, 24, "%.2f ms", (double)us / 1e3);
	else if (us < 10000)
		snprintf(out, 24, "%.1f ms", (double)us / 1e3);
	else if (us < 1000000)
		snprintf(out, 24, "%llu ms", (us + 500) / 1000);
	else
		snprintf(out, 24, "%.2f s", (double)us / 1e6);
}

void
text_limit(char out[24], unsigned long long ms)
{
	if (ms < 1000)
		snprintf(out, 24, "%llu ms", ms);
	else
		snprintf(out, 24, "%.10g s", (double)ms / 1e3);
}
