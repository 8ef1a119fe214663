/*
 * Libraries that cost too much at start-up to be linked. The one file that knows such a library
 * (net/idn.c and so on) is a shared module of ours, src/LAYER/NAME.c: it exports one const struct
 * of functions called module_NAME, and is opened by dlopen when first used. Sanitizer and fuzz
 * builds, and those with -Dmodules=linked, link it in instead; the callers cannot tell.
 *
 * A file is opened only if it belongs to root, to this user or to the owner of the program, others
 * cannot write it, and it is of this version; beside the program only where that has no privileges
 * that its user lacks.
 *
 * To make one: a row here; a row in meson.build's list of modules and, where it may be left out, an
 * option; in NAME.h the struct, its `extern const` declaration, and a function that gets it:
 *
 *	struct idn { bool (*to_ascii)(struct span name, ...); };
 *	extern const struct idn module_idn MODULE_EXPORT;
 *	static inline const struct idn *
 *	idn(struct err *err)
 *	{
 *		return module_open(MODULE_IDN, MODULE_LINKED_IDN, err);
 *	}
 *
 * The module's file includes no header above its layer, and calls nothing but base and its library:
 * it has a copy of base of its own. What it allocates in a caller's arena is the caller's.
 */
#ifndef BASE_MODULE_H
#define BASE_MODULE_H

#include "base/err.h"
#include "config.h"

/* NAME, the module's name, the library, Debian's package of the library */
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
 * Which modules the program itself has, whatever the build is like: base/module_files.c, none;
 * module_static.c, those that link statically.
 */
extern const struct module_links {
	const void *module[MODULE_COUNT];
	bool files; /* the others are opened; else there are no others */
} module_links;

#define MODULE_EXPORT	__attribute__((visibility("default")))

/*
 * Returns the module's struct, or NULL with err (ERR_SYSTEM), which names the missing library and
 * the package that has it, or says that smtpsh was built without it, or why the file is not used.
 * `linked` is MODULE_LINKED_NAME of config.h: the struct itself where it is linked in, else NULL.
 * Calling it again is cheap.
 */
const void *module_open(enum module, const void *linked, struct err *);

/* Whether smtpsh was built with it; the library may still be missing on this machine. */
bool module_is_built(enum module);
/* Whether it is in the program itself by module_links. */
bool module_is_static(enum module);
const char *module_library(enum module);	/* "libidn2" */
const char *module_version(enum module);	/* of the library that smtpsh was built with */

#endif
