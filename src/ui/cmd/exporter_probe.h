/* One probe that a request to the exporter asked for, and the exporter's answers. */
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
 * Begins the probe of `target` with the module's options, within what the exporter's own options
 * allow; the answer is its metrics or, with `page`, the page. NULL: it is not allowed or malformed,
 * and the request was answered with that.
 */
struct exporter_probe *exporter_probe_begin(const struct site *, struct http_request *,
    struct probe_module *, const char *target, bool page);
/*
 * When the probe is over, or `stop`, answers the request and frees the probe; false: it goes on.
 * Between wake-ups only.
 */
bool exporter_probe_end(struct exporter_probe *, bool stop);

#endif
