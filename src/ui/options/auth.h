/*
 * The options that say who to log in as, where the password is, and which way to go: functions for
 * rows of options_table.c.
 */
#ifndef UI_OPTIONS_AUTH_H
#define UI_OPTIONS_AUTH_H

#include "ui/options/options.h"

bool options_auth(struct options *, struct span mech, struct err *);		/* --auth[=MECH] */
bool options_password_file(struct options *, struct span, struct err *);
bool options_password_env(struct options *, struct span, struct err *);
bool options_password_command(struct options *, struct span, struct err *);
bool options_password_fd(struct options *, struct span, struct err *);

bool options_proxy(struct options *, struct span url, struct err *);
bool options_proxy_protocol(struct options *, struct span, struct err *);
bool options_bind(struct options *, struct span, struct err *);

#endif
