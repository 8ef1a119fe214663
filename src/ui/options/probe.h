/* The values of the options of `smtpsh probe`. */
#ifndef UI_OPTIONS_PROBE_H
#define UI_OPTIONS_PROBE_H

#include "run/probe/fleet.h"
#include "ui/options/format.h"

enum { FORMATS_MAX = 16, WAYS_MAX = 8 };

struct probe_settings {
	struct probe_opts probe;
	struct judge_opts judge;
	struct fleet_opts fleet;
	const char *targets;		/* a file, or "-" */
	struct {
		enum report_format format;
		const char *file;
	} report[FORMATS_MAX];
	size_t nreports;		/* 0: only the first, as text */
	const char *output;		/* the file of the last format that has none of its own */
	const char *resume;
	const char *send;
	const char *ext_set, *write_ext_set;
	const char *proxy;		/* "v1" or "v2" */
	uint64_t deadline_ms, watch_ms;
	const char *script;
	struct script *played;		/* the parsed --script */
	const char *way[WAYS_MAX];	/* of --sigalgs */
	size_t nways;
	bool warn_ok, mx;
};

#endif
