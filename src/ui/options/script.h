/* Options of what plays scripts whose values are more than a word or a number. */
#ifndef UI_OPTIONS_SCRIPT_H
#define UI_OPTIONS_SCRIPT_H

#include "ui/options/options.h"

bool option_var(struct options *, struct span value, struct err *);
bool option_secret(struct options *, struct span value, struct err *);
bool option_match(struct options *, struct span value, struct err *);
/* to be filled in; NULL: there are VALUES_MAX */
struct play_value *options_new_value(struct options *);
/* Puts the names of --var and --secret into what a script is read with; gives that. */
struct script_opts *options_script(struct options *, struct script_opts *);

#endif
