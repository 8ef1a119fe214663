/*
 * `smtpsh serve --api`: received messages over HTTP, for tests in any language. GET /messages lists
 * them as JSON, GET /messages/N returns one, GET /messages/N/raw its text, and DELETE /messages
 * deletes them all. GET /messages?wait=N answers as soon as there are N, or after the time in
 * &timeout=T. When their total size would exceed API_OCTETS_MAX, the oldest are dropped and
 * counted.
 */
#ifndef UI_CMD_SERVE_API_H
#define UI_CMD_SERVE_API_H

#include "net/addr.h"
#include "net/loop.h"
#include "run/session/event.h"

enum { API_OCTETS_MAX = 32 << 20 };

struct api;
/* Returns NULL and sets err when libmicrohttpd is missing or the address cannot be listened on. */
struct api *api_new(struct loop *, const struct addr *at, struct addr *bound, struct err *);
/* Answers the requests that still wait, and frees the API. NULL is fine. */
void api_free(struct api *);
void api_message(struct api *, const struct event *); /* an EVENT_MESSAGE whose text was kept */

#endif
