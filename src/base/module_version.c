/* module_version - linked into each shared module: the version of smtpsh that it belongs to. */
#include "base/module.h"

extern const char smtpsh_module_version[] MODULE_EXPORT;
const char smtpsh_module_version[] = SMTPSH_VERSION;
