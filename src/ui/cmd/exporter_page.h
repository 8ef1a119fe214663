/*
 * The web page of `smtpsh exporter`: the last probes, a form to start one, and the settings. It is
 * generated here, without scripts; everything a server sent appears as escaped text.
 */
#ifndef UI_CMD_EXPORTER_PAGE_H
#define UI_CMD_EXPORTER_PAGE_H

#include "net/listen.h"
#include "ui/cmd/exporter.h"
#include "ui/cmd/exporter_recent.h"
#include "ui/cmd/exporter_modules.h"

/* What is shown, and the address it is served on. */
struct site {
	const struct http *http;
	const struct options *o;
	const struct probe_module *modules;
	struct addr bound;
	struct recent *recent;
};

/*
 * Returns whether a browser may have the answer; otherwise answers with 403. It may not when
 * another site made the request (Sec-Fetch-Site, Origin) or, with `page`, when the name in Host is
 * neither the address listened on nor one of --allow-host, because any other name can be made to
 * resolve to this address (DNS rebinding).
 */
bool site_allows(const struct site *, struct http_request *, bool page);
/* Returns whether site_answer can answer this path: one of the page's that need no probe. */
bool site_has(const char *path);
void site_answer(const struct site *, struct http_request *, const char *path);
/*
 * Answers with the page, with this probe expanded at the top, which is not in the history yet;
 * NULL: none.
 */
void site_answer_page(const struct site *, struct http_request *, struct past *);

#endif
