/* What `smtpsh exporter` tells of itself at /metrics. */
#ifndef UI_CMD_EXPORTER_METRICS_H
#define UI_CMD_EXPORTER_METRICS_H

#include "base/buf.h"
#include "ui/cmd/exporter_modules.h"

void metrics_probes(struct buf *, const struct probe_module *, unsigned in_flight);
/* process_*, by the names all exporters have; what the system does not tell is left out. */
void metrics_process(struct buf *, double started);

#endif
