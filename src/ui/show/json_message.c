/*
 * json_message - a received message: its envelope, and its text as a whole or as header fields and
 * body.
 */
#include "ui/show/json_put.h"

static json_t *
message_recipients(const struct event *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->message.nrcpts; i++) {
		json_t *o = json_object();
		json_put(o, "address", e->message.rcpt[i]);
		json_put(o, "parameters", e->message.rcpt_params[i]);
		json_array_append_new(list, o);
	}
	return list;
}

static void
message_add_envelope(json_t *o, const struct event *e)
{
	json_put(o, "id", e->message.id);
	json_put_addr(o, "peer", &e->message.peer);
	json_put(o, "helo", e->message.helo);
	json_put(o, "user", e->message.user);
	json_put(o, "version", e->message.tls ? e->message.tls->version : SPAN_NONE);
	json_put(o, "cipher", e->message.tls ? e->message.tls->cipher : SPAN_NONE);
	json_put(o, "from", e->message.from);
	json_put(o, "parameters", e->message.from_params);
	json_object_set_new(o, "recipients", message_recipients(e));
	json_put_number(o, "octets", e->message.octets);
	json_put_bool(o, "chunked", e->message.chunked);
	json_put_bool(o, "bare_lf", e->message.bare_lf);
}

void
json_add_message(json_t *o, const struct event *e)
{
	message_add_envelope(o, e);
	if (e->message.kept)
		json_put(o, "text", e->message.text);
}

/* Adds a header field; its value is unfolded (RFC 5322 2.2.3). */
static void
message_add_field(json_t *list, struct span name, const struct buf *value)
{
	json_t *o = json_object();

	json_put(o, "name", name);
	json_put(o, "value", span_trim(buf_span(value)));
	json_array_append_new(list, o);
}

/*
 * Removes the header from the front of the text and returns its fields. The header ends at an empty
 * line, or before a line that is neither a field nor a continuation: that belongs to the body.
 */
static json_t *
message_fields(struct span *text)
{
	struct buf value = { .max = text->len + 1 };
	json_t *list = json_array();
	struct span rest = *text, line, name = SPAN_NONE;

	while (span_line(&rest, &line)) {
		bool folded = name.len > 0 && line.len > 0 &&
		    (line.at[0] == ' ' || line.at[0] == '\t');
		struct span after = line, before = span_until(&after, ':');
		bool field = !folded && before.len > 0 && before.len < line.len &&
		    !span_has(before, ' ') && !span_has(before, '\t');
		if (name.len > 0 && !folded) {
			message_add_field(list, name, &value);
			buf_consume(&value, buf_span(&value).len);
			name = SPAN_NONE;
		}
		if (!field && !folded && line.len > 0)
			break;
		*text = rest;
		if (line.len == 0)
			break;
		name = field ? before : name;
		buf_append(&value, field ? after : line);
	}
	if (name.len > 0)
		message_add_field(list, name, &value);
	buf_release(&value);
	return list;
}

void
json_message(FILE *out, const struct event *e, unsigned long long number, bool text)
{
	struct span body = e->message.text;
	json_t *o = json_object();

	json_put_number(o, "number", number);
	json_put_bool(o, "tls", e->tls);
	message_add_envelope(o, e);
	if (text) {
		json_object_set_new(o, "headers", message_fields(&body));
		json_put(o, "body", body);
	} else {
		json_object_set_new(o, "headers", json_null());
		json_object_set_new(o, "body", json_null());
	}
	json_print(out, o);
}
