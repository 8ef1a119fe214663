/*
 * The page of `smtpsh exporter`, for a person: the last probes, a form to make one, what it is set
 * to. Made here, without script; all that a peer sent is text in it.
 */
#ifndef UI_CMD_EXPORTER_PAGE_H
#define UI_CMD_EXPORTER_PAGE_H

#include "net/listen.h"
#include "ui/cmd/exporter.h"
#include "ui/cmd/exporter_recent.h"
#include "ui/cmd/exporter_modules.h"

/* What is shown, and where it is listening. */
struct site {
	const struct http *http;
	const struct options *o;
	const struct probe_module *modules;
	struct addr bound;
	struct recent *recent;
};

/*
 * Whether a browser may have the answer: false, and answered with 403, when another site asked for
 * it (Sec-Fetch-Site, Origin) or, with `page`, when the name in Host is neither the address that is
 * listened on nor of --allow-host: another name may be made to lead here (DNS rebinding).
 */
bool site_allows(const struct site *, struct http_request *, bool page);
/* Whether the path is one of the page's that need no probe; those alone can be answered. */
bool site_has(const char *path);
void site_answer(const struct site *, struct http_request *, const char *path);
/* The page with this probe unfolded on top, before it is added to the history; NULL: without. */
void site_answer_page(const struct site *, struct http_request *, struct past *);

#endif
