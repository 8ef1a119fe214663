/*
 * The formats of reports. A row is a format: its token and its word, and whether only probe
 * writes it or also what plays scripts (replay, selftest, serve FILE). Help, the error for an
 * unknown word, completion, and the tables of the writers (ui/report/report.c) are made from
 * these rows: a new format is a row here and a file there.
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
 * The formats of `smtpsh check`, made the same way: a row here, and ui/report/check_WORD.c with
 * check_WORD and check_sender_WORD.
 */
#define CHECK_FORMATS(X) X(text) X(json) X(html) X(markdown)

/* For rows that a table leaves out. */
#define REPORT_FORMAT_NONE(token, word)

#endif
