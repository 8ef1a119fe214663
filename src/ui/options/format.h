/*
 * The formats of reports, a row each: its token, its word, and whether only probe writes it (PROBE)
 * or also the commands that play scripts: replay, selftest and serve FILE (BOTH). Help, the error
 * for an unknown word, completion and the tables of the writers (ui/report/report.c) are made from
 * these rows. A new format is a row here and a file there.
 */
#ifndef UI_OPTIONS_FORMAT_H
#define UI_OPTIONS_FORMAT_H

#define REPORT_FORMATS(PROBE, BOTH)     \
	BOTH(TEXT, text)                \
	PROBE(NAGIOS, nagios)           \
	BOTH(JSON, json)                \
	PROBE(PROM, prom)               \
	PROBE(OPENMETRICS, openmetrics) \
	PROBE(INFLUX, influx)           \
	PROBE(CSV, csv)                 \
	PROBE(MARKDOWN, markdown)       \
	BOTH(TAP, tap)                  \
	BOTH(TAP14, tap14)              \
	BOTH(JUNIT, junit)              \
	BOTH(HTML, html)

#define REPORT_FORMAT_TOKEN(token, word) REPORT_##token,
enum report_format { REPORT_FORMATS(REPORT_FORMAT_TOKEN, REPORT_FORMAT_TOKEN) };
#undef REPORT_FORMAT_TOKEN

/*
 * The formats of `smtpsh check`. A new one is a row here, and ui/report/check_WORD.c with
 * check_WORD and check_sender_WORD.
 */
#define CHECK_FORMATS(X) X(text) X(json) X(html) X(markdown)

/* for the rows that a table omits */
#define REPORT_FORMAT_NONE(token, word)

#endif
