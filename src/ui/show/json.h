/*
 * json - events as one JSON object per line, in ASCII, so that nothing in it can control a
 * terminal. Bytes that are not UTF-8 are replaced, and the raw ones are added in base64 under the
 * key with "_base64" appended. The keys are documented in smtpsh-json(5); their types do not
 * change.
 */
#ifndef UI_SHOW_JSON_H
#define UI_SHOW_JSON_H

#include <stdio.h>

#include "run/session/event.h"
#include "ui/show/explain.h"

struct json;
/* Returns a writer of events to the stream, which stays the caller's. */
struct json *json_new(FILE *);
/* The same. `epoch_us` is added to an event's time to get microseconds since 1970. */
struct json *json_new_at(FILE *, int64_t epoch_us);
void json_free(struct json *);
void json_event(void *json, const struct event *);	/* an event_fn */

/*
 * Writes an EVENT_MESSAGE whose text was kept as one object: its number, envelope, header fields
 * and body. `text` false: header fields and body are null.
 */
void json_message(FILE *, const struct event *, unsigned long long number, bool text);

struct dmarc;
struct lookup;
struct spf;
/* What was looked up for a target; NULL: not looked up. */
struct json_looked_up {
	const struct lookup *lookup;
	const struct sts *sts;		/* the domain's MTA-STS policy */
	const struct spf *spf;		/* the SPF record, without a client's address */
	const struct dmarc *dmarc;
	const struct diagnosis *findings;	/* problems found; NULL: none */
};
/* Writes one object, "event": "lookup". */
void json_lookup(FILE *, const struct json_looked_up *);
/* A step or a case of a script that was played. Empty texts are omitted. */
struct json_played {
	const char *what;		/* "step", "case" */
	const char *file, *verdict;
	unsigned line;
	struct span name, why, expected, received, where;
	uint64_t took_us;
};
void json_played(FILE *, const struct json_played *);

void json_explanation(FILE *, const struct explanation *);	/* one object each */

/* Returns the version of the jansson in use, such as "2.14". */
const char *json_library_version(void);

#endif
