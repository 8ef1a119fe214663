/*
 * Libraries that would slow down the start if they were linked. The file that uses such a library
 * (net/idn.c and so on) is built as a shared module, src/LAYER/NAME.c: it exports one const struct
 * of functions called module_NAME, and is opened with dlopen(3) when first used. Sanitizer and fuzz
 * builds, and those with -Dmodules=linked, link it into the program instead, which makes no
 * difference to the callers.
 *
 * A module is opened only if its file belongs to root, to this user or to the owner of the program,
 * is not writable by everybody, and is of this version. It is looked for relative to the program
 * only if that does not have privileges that its user lacks.
 *
 * To add a module: a row here; a row in meson.build's list of modules and, if it is optional, an
 * option; in NAME.h the struct, its `extern const` declaration, and a function that returns it:
 *
 *	struct idn { bool (*to_ascii)(struct span name, ...); };
 *	extern const struct idn module_idn MODULE_EXPORT;
 *	static inline const struct idn *
 *	idn(struct err *err)
 *	{
 *		return module_open(MODULE_IDN, MODULE_LINKED_IDN, err);
 *	}
 *
 * The module's file includes no header above its layer, and calls only its library and base, of
 * which it has a copy of its own. What it allocates in a caller's arena belongs to the caller.
 */
#ifndef BASE_MODULE_H
#define BASE_MODULE_H

#include "base/err.h"
#include "config.h"

/* NAME, the module's name, the library, and the library's Debian package */
#define MODULES(X)							\
	X(TLS_OPENSSL,	"tls_openssl",	"OpenSSL",	  "libssl3")	\
	X(DNS_CARES,	"dns_cares",	"c-ares",	  "libc-ares2")	\
	X(IDN,		"idn",		"libidn2",	  "libidn2-0")	\
	X(SASL,		"sasl",		"libgsasl",	  "libgsasl18")	\
	X(HTTPS,	"https",	"libcurl",	  "libcurl4")	\
	X(EXPORTER,	"exporter",	"libmicrohttpd",  "libmicrohttpd12")	\
	X(LIBEDIT,	"libedit",	"libedit",	  "libedit2")

enum module {
#define X(NAME, name, library, package) MODULE_##NAME,
	MODULES(X)
#undef X
	MODULE_COUNT
};

/*
 * The modules that are part of the program in any build: none in base/module_files.c; in
 * module_static.c those that can be linked statically.
 */
extern const struct module_links {
	const void *module[MODULE_COUNT];
	bool files; /* the other modules are opened as files; false: they are not available */
} module_links;

#define MODULE_EXPORT	__attribute__((visibility("default")))

/*
 * Returns the module's struct. Returns NULL and sets err (ERR_SYSTEM) when the library is missing,
 * naming its package, when the file may not be used, or when smtpsh was built without the module.
 * `linked` is MODULE_LINKED_NAME of config.h: the struct if it is linked in, else NULL.
 */
const void *module_open(enum module, const void *linked, struct err *);

/* Whether smtpsh was built with it; the library may still be missing on this machine. */
bool module_is_built(enum module);
/* Whether it is part of the program by module_links. */
bool module_is_static(enum module);
const char *module_library(enum module);	/* "libidn2" */
const char *module_version(enum module);	/* version of the library at build time */

#endif
