/*
 * `smtpsh serve --api`: received messages over HTTP, for tests in any language. GET /messages lists
 * them as JSON, GET /messages/N has one, GET /messages/N/raw its text, DELETE /messages clears
 * them; GET /messages?wait=N answers when there are N, or after the time of &timeout=T. The oldest
 * go, and are counted, when all of them would be larger than API_OCTETS_MAX.
 */
#ifndef UI_CMD_SERVE_API_H
#define UI_CMD_SERVE_API_H

#include "net/addr.h"
#include "net/loop.h"
#include "run/session/event.h"

enum { API_OCTETS_MAX = 32 << 20 };

struct api;
/* NULL with err: libmicrohttpd is missing, or it cannot listen there */
struct api *api_new(struct loop *, const struct addr *at, struct addr *bound, struct err *);
/* Answers who still waits; NULL is fine. */
void api_free(struct api *);
void api_message(struct api *, const struct event *); /* an EVENT_MESSAGE whose text was kept */

#endif
