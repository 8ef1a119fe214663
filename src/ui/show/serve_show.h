/*
 * serve_show - what a server prints: at start its account and refusals, then what each client sends
 * and the replies.
 */
#ifndef UI_SHOW_SERVE_SHOW_H
#define UI_SHOW_SERVE_SHOW_H

#include "run/serve/serve.h"
#include "ui/show/screen.h"

/*
 * Prints account and refusals. own: the refusals of --refuse, NULL: none; keeps: messages are
 * stored.
 */
void serve_show_rules(
    struct screen *, const struct mta_refusal *own, bool demo_account, bool keeps);
/*
 * Prints one event of a client: "C2: RCPT TO:<a@b.example>", "S2: 250 2.1.5 Recipient ok", notes
 * after "#".
 */
void serve_show_event(struct screen *, const struct event *);

#endif
