/* The options that say where names are found: functions for rows of options_table.c. */
#ifndef UI_OPTIONS_DNS_H
#define UI_OPTIONS_DNS_H

#include "ui/options/options.h"

/* --dns SERVER[:PORT][,...] */
bool options_dns(struct options *, struct span, struct err *);
bool options_resolve(struct options *, struct span, struct err *);	/* --resolve HOST:ADDR */

#endif
