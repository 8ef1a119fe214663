/* json - values added to a JSON object, and the object printed as a line. */
#include "ui/show/json_put.h"

#include <stdlib.h>
#include <time.h>

#include "base/base64.h"
#include "base/text.h"
#include "base/utc.h"

json_t *
json_text(struct span s)
{
	struct buf clean = { .max = s.len * 3 + 1 };
	size_t n;

	while (s.len > 0) {
		if (text_char(s, &n) == 0xFFFFFFFFul)
			buf_append(&clean, SPAN("\xEF\xBF\xBD"));
		else
			buf_append(&clean, span_first(s, n));
		s = span_skip(s, n);
	}
	json_t *string = json_stringn(
	    buf_span(&clean).at ? buf_span(&clean).at : "", buf_span(&clean).len);
	buf_release(&clean);
	return string;
}

void
json_put(json_t *o, const char *key, struct span s)
{
	struct arena arena = { 0 };

	json_object_set_new(o, key, json_text(s));
	if (text_is_utf8(s))
		return;
	struct span raw = base64_encode(&arena, s);
	json_object_set_new(
	    o, arena_printf(&arena, "%s_base64", key).at, json_stringn(raw.at, raw.len));
	arena_release(&arena);
}

void
json_put_string(json_t *o, const char *key, const char *s)
{
	json_object_set_new(o, key, s ? json_string(s) : json_null());
}

void
json_put_hex(json_t *o, const char *key, struct span octets)
{
	struct arena arena = { 0 };

	json_put_string(o, key, text_hex(arena_get(&arena, 2 * octets.len + 1), octets));
	arena_release(&arena);
}

void
json_put_bool(json_t *o, const char *key, bool b)
{
	json_object_set_new(o, key, json_boolean(b));
}

void
json_put_number(json_t *o, const char *key, uint64_t n)
{
	json_object_set_new(o, key, json_integer((json_int_t)n));
}

void
json_put_seconds(json_t *o, uint64_t us)
{
	json_object_set_new(o, "seconds", json_real((double)us / 1e6));
}

void
json_put_time(json_t *o, const char *key, int64_t us, bool fraction)
{
	char stamp[40], all[64];
	struct tm tm;

	utc_date(us / 1000000, &tm);
	if (strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &tm) == 0)
		return;
	if (fraction)
		snprintf(all, sizeof all, "%s.%06dZ", stamp, (int)(us % 1000000));
	else
		snprintf(all, sizeof all, "%sZ", stamp);
	json_object_set_new(o, key, json_string(all));
}

void
json_put_addr(json_t *o, const char *key, const struct addr *addr)
{
	char out[ADDR_TEXT];

	if (addr->len == 0) {
		json_put_string(o, key, NULL);
		return;
	}
	addr_text(addr, out);
	json_put_string(o, key, out);
}

void
json_put_texts(json_t *o, const char *key, const struct span *s, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_text(s[i]));
	json_object_set_new(o, key, list);
}

/*
 * Writes part of an object with DEL escaped: jansson does not escape it. DEL occurs in strings
 * only.
 */
static int
json_write_some(const char *at, size_t n, void *out)
{
	for (const char *del; (del = memchr(at, 0x7F, n));
	     n -= (size_t)(del - at) + 1, at = del + 1) {
		fwrite(at, 1, (size_t)(del - at), out);
		fputs("\\u007f", out);
	}
	fwrite(at, 1, n, out);
	return 0;
}

void
json_print(FILE *out, json_t *o)
{
	json_dump_callback(
	    o, json_write_some, out, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));
	fputc('\n', out);
	json_decref(o);
}

const char *
json_library_version(void)
{
	return jansson_version_str();
}
