/* Options of `serve` whose values are more than a word or a number. */
#ifndef UI_OPTIONS_SERVE_H
#define UI_OPTIONS_SERVE_H

#include "ui/options/options.h"

typedef bool option_call_fn(struct options *, struct span value, struct err *);
option_call_fn option_refuse, option_delay, option_size;
/* --allow-target ADDR/BITS */
bool options_allow_target(struct options *, struct span, struct err *);

#endif
