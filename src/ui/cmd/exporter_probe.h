/* A probe started by a request to the exporter, and the exporter's plain answers. */
#ifndef UI_CMD_EXPORTER_PROBE_H
#define UI_CMD_EXPORTER_PROBE_H

#include "ui/cmd/exporter.h"
#include "ui/cmd/exporter_modules.h"
#include "ui/cmd/exporter_page.h"
#include "ui/options/options.h"

#define EXPORTER_METRICS	"text/plain; version=0.0.4; charset=utf-8"

/* Answers a request with a sentence and a line ending. */
void exporter_answer(const struct http *, struct http_request *, unsigned status, const char *text);

struct exporter_probe;
/*
 * Begins a probe of `target` with the module's options, within what the exporter's own options
 * allow. The answer will be its metrics or, with `page`, the page. Returns NULL after answering the
 * request with the reason when the target is malformed or not allowed.
 */
struct exporter_probe *exporter_probe_begin(const struct site *, struct http_request *,
    struct probe_module *, const char *target, bool page);
/*
 * Answers the request and frees the probe if it is over; with `stop`, ends it first. Returns false
 * when it is still running. Must be called only between two turns of the loop.
 */
bool exporter_probe_end(struct exporter_probe *, bool stop);

#endif
