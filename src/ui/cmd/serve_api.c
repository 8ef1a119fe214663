/* serve_api - serves received messages over HTTP. */
#include "ui/cmd/serve_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "net/listen.h"
#include "ui/cmd/exporter.h"
#include "ui/show/json.h"

enum { CONNECTIONS_MOST = 16, WAIT_MS = 30000, WAIT_MOST_MS = 600000, TURN_MS = 100 };

/* A message as JSON, and its text; both in the same allocation. */
struct kept {
	struct kept *next;
	unsigned long long number;
	struct span json, text;
};

struct waiter {
	struct waiter *next;
	struct http_request *request;
	unsigned long long wanted;
	uint64_t until_us;
};

struct api {
	const struct http *http;
	void *server;
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *tick;
	bool loopback;
	struct kept *first, **last;
	struct waiter *waiters;
	size_t octets;
	unsigned long long count, received, dropped;
};

/* ---- the messages kept */

static void
api_drop_first(struct api *api)
{
	struct kept *k = api->first;

	api->first = k->next;
	if (!api->first)
		api->last = &api->first;
	api->octets -= sizeof *k + k->json.len + k->text.len;
	api->count--;
	free(k);
}

static struct span
api_json(const struct api *api, const struct event *e, bool text, char **line)
{
	size_t size;
	FILE *memory = memory_file(line, &size);

	json_message(memory, e, api->received, text);
	fclose(memory);
	return (struct span){ *line, size };
}

void
api_message(struct api *api, const struct event *e)
{
	char *line = NULL;

	api->received++;
	struct span text = e->message.text, json = api_json(api, e, true, &line);
	if (json.len + text.len > API_OCTETS_MAX / 2) {
		free(line);
		text = SPAN_NONE;
		json = api_json(api, e, false, &line);
	}
	size_t size = sizeof(struct kept) + json.len + text.len;
	struct kept *k = memory_get(size);
	char *octets = (char *)(k + 1);
	memcpy(octets, json.at, json.len);
	if (text.len > 0)
		memcpy(octets + json.len, text.at, text.len);
	free(line);
	*k = (struct kept){ .number = api->received,
		.json = { octets, json.len },
		.text = { octets + json.len, text.len } };
	*api->last = k;
	api->last = &k->next;
	api->octets += size;
	api->count++;
	while (api->octets > API_OCTETS_MAX && api->first != k) {
		api_drop_first(api);
		api->dropped++;
	}
	if (api->waiters)
		loop_timer_set(api->tick, 0);
}

/* ---- answers */

#define JSON_TYPE "application/json"

static void
api_say(struct api *api, struct http_request *r, unsigned status, const char *why)
{
	struct buf b = { .max = 400 };

	buf_printf(&b, "{\"error\": \"%s\"}\n", why);
	api->http->answer(r, status, JSON_TYPE, buf_span(&b));
	buf_release(&b);
}

static void
api_list(struct api *api, struct http_request *r)
{
	struct buf b = { .max = 2 * (size_t)API_OCTETS_MAX };

	buf_printf(&b, "{\"count\": %llu, \"received\": %llu, \"dropped\": %llu, \"messages\": [",
	    api->count, api->received, api->dropped);
	for (const struct kept *k = api->first; k; k = k->next)
		buf_printf(
		    &b, "%s%.*s", k == api->first ? "\n" : ",\n", SPAN_ARG(span_trim(k->json)));
	buf_append(&b, SPAN("]}\n"));
	api->http->answer(r, 200, JSON_TYPE, buf_span(&b));
	buf_release(&b);
}

static void
api_clear(struct api *api, struct http_request *r)
{
	struct buf b = { .max = 100 };

	buf_printf(&b, "{\"cleared\": %llu}\n", api->count);
	while (api->first)
		api_drop_first(api);
	api->dropped = 0;
	api->http->answer(r, 200, JSON_TYPE, buf_span(&b));
	buf_release(&b);
}

/* Answers "N" or "N/raw". Returns false, without an answer, when it is neither. */
static bool
api_one(struct api *api, struct http_request *r, struct span number)
{
	struct span part = number, which = span_until(&part, '/');
	const struct kept *k = api->first;
	unsigned long long n = 0;

	if (!span_number(which, ~0ull, &n) ||
	    (which.len < number.len && !span_eq(part, SPAN("raw"))))
		return false;
	while (k && k->number != n)
		k = k->next;
	if (!k)
		api_say(api, r, 404, "no such message");
	else if (which.len < number.len)
		api->http->answer(r, 200, "message/rfc822", k->text);
	else
		api->http->answer(r, 200, JSON_TYPE, k->json);
	return true;
}

/* Answers with the list: now, or as soon as there are as many messages as ?wait=N asks for. */
static void
api_list_later(struct api *api, struct http_request *r)
{
	const char *wait = api->http->argument(r, "wait"),
		   *time = api->http->argument(r, "timeout");
	struct cursor at = { .line = span_of(time), .rest = span_of(time) };
	unsigned long long wanted = 0;
	uint64_t ms = WAIT_MS;
	struct err err;

	if ((wait && !span_number(span_of(wait), ~0ull, &wanted)) ||
	    (time && (!cursor_milliseconds(&at, at.line, &ms, &err) || ms > WAIT_MOST_MS))) {
		api_say(api, r, 400, "expected ?wait=N and, optionally, &timeout=T of up to 10 "
		    "minutes");
		return;
	}
	if (api->count >= wanted) {
		api_list(api, r);
		return;
	}
	struct waiter *w = memory_get(sizeof *w);
	*w = (struct waiter){ .next = api->waiters,
		.request = r,
		.wanted = wanted,
		.until_us = loop_now_us() + ms * 1000 };
	api->waiters = w;
}

/*
 * Answers the requests whose messages have arrived or whose time is up, or all of them. Returns
 * whether there were any.
 */
static bool
api_answer_waiters(struct api *api, bool all)
{
	bool some = false;

	for (struct waiter **p = &api->waiters; *p;) {
		struct waiter *w = *p;
		if (!all && api->count < w->wanted && loop_now_us() < w->until_us) {
			p = &w->next;
			continue;
		}
		*p = w->next;
		api_list(api, w->request);
		free(w);
		some = true;
	}
	return some;
}

/*
 * Returns false for a web page whose name was made to resolve to this address (DNS rebinding),
 * which Host reveals: on loopback it must be localhost or an address.
 */
static bool
api_host_is_ours(const struct api *api, struct http_request *r)
{
	const char *header = api->http->header(r, "Host");
	struct span host = span_of(header);
	struct addr addr;

	if (!api->loopback || !header)
		return true;
	struct span rest = host;
	bool bracket = host.len > 0 && host.at[0] == '[';
	host = span_until(&rest, bracket ? ']' : ':');
	if (bracket)
		host = span_skip(host, 1);
	return span_eq_case(host, SPAN("localhost")) || addr_parse(&addr, host, 0);
}

static void
api_on_request(void *ctx, struct http_request *r, const char *path)
{
	struct api *api = ctx;
	struct span at = span_of(path), messages = SPAN("/messages");

	if (!api_host_is_ours(api, r))
		api_say(api, r, 403, "the Host header does not name localhost");
	else if (span_eq(at, SPAN("/-/healthy")))
		api->http->answer(r, 200, "text/plain; charset=utf-8", SPAN("healthy\n"));
	else if (span_eq(at, messages) && api->http->is_delete(r))
		api_clear(api, r);
	else if (api->http->is_delete(r))
		api_say(api, r, 405, "DELETE is only for /messages");
	else if (span_eq(at, messages))
		api_list_later(api, r);
	else if (!span_starts(at, SPAN("/messages/")) ||
	    !api_one(api, r, span_skip(at, messages.len + 1)))
		api_say(api, r, 404, "not found; try /messages, /messages/N or /messages/N/raw");
}

/* ---- the loop */

static void
api_on_turn(void *ctx, unsigned ready)
{
	struct api *api = ctx;
	unsigned ms = api->http->run(api->server);

	(void)ready;
	if (api_answer_waiters(api, false))
		ms = 0;
	loop_timer_set(api->tick, api->waiters && ms > TURN_MS ? TURN_MS : ms);
}

struct api *
api_new(struct loop *loop, const struct addr *at, struct addr *bound, struct err *err)
{
	const struct http *library = http(err);
	int fd = library ? listen_socket(at, bound, err) : -1;

	if (fd < 0)
		return NULL;
	struct api *api = memory_zeroed(sizeof *api);
	*api = (struct api){ .http = library, .loop = loop, .loopback = addr_is_loopback(bound) };
	api->last = &api->first;
	api->server = library->start(fd, CONNECTIONS_MOST, true, api_on_request, api, err);
	int watched = api->server ? library->fd(api->server) : -1;
	if (!api->server)
		close(fd);
	if (watched >= 0)
		api->watch = loop_watch(loop, watched, LOOP_READ, api_on_turn, api, err);
	if (!api->server || (watched >= 0 && !api->watch)) {
		api_free(api);
		return NULL;
	}
	api->tick = loop_timer(loop, api_on_turn, api);
	loop_timer_set(api->tick, 0);
	return api;
}

void
api_free(struct api *api)
{
	if (!api)
		return;
	if (api->server && api_answer_waiters(api, true))
		api->http->run(api->server);
	loop_unwatch(api->watch);
	loop_timer_free(api->tick);
	if (api->server)
		api->http->stop(api->server);
	while (api->first)
		api_drop_first(api);
	free(api);
}
