/*
 * Options whose values are more than a word or a number: the functions for rows of table.c, and
 * what other files need of the values.
 */
#ifndef UI_OPTIONS_VALUES_H
#define UI_OPTIONS_VALUES_H

#include "ui/options/options.h"

typedef bool option_call_fn(struct options *, struct span value, struct err *);
typedef void option_show_fn(const struct options *, char *out); /* OPTION_SHOWN bytes */

option_call_fn option_command, option_port, option_quiet, option_timeout, option_write, option_ca,
    option_cert, option_key, option_min_tls, option_max_tls, option_pin, option_proxy,
    option_proxy_protocol, option_bind;
option_show_fn option_timeout_show, option_write_show;
option_call_fn option_dns, option_resolve;
option_call_fn option_auth, option_user, option_password_file, option_password_env,
    option_password_command, option_password_fd;
option_call_fn option_format, option_warning, option_critical, option_state, option_rate,
    option_expect_banner, option_sigalgs;
option_call_fn option_var, option_secret, option_match;
option_call_fn option_refuse, option_delay, option_size, option_allow_host, option_allow_target;
option_call_fn option_history;

/* Returns a word of --sigalgs in OpenSSL's syntax. */
const char *option_way_sigalgs(const char *way);
/* Adds a value for the caller to fill in; NULL: there are VALUES_MAX already. */
struct play_value *options_new_value(struct options *);
/* Sets the names of --var and --secret in script_opts, and returns it. */
struct script_opts *options_script(struct options *, struct script_opts *);

#endif
