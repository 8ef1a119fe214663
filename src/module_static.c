/* module_static - the modules of the program that needs no file: those that link statically. */
#include "net/dns_cares.h"
#include "net/https.h"
#include "net/idn.h"
#include "net/tls_openssl.h"
#include "smtp/auth.h"
#include "ui/cmd/exporter.h"
#include "ui/edit/libedit.h"

const struct module_links module_links = {
	.module = {
		[MODULE_TLS_OPENSSL] = &module_tls_openssl,
#ifdef STATIC_DNS_CARES
		[MODULE_DNS_CARES] = &module_dns_cares,
#endif
#ifdef STATIC_IDN
		[MODULE_IDN] = &module_idn,
#endif
#ifdef STATIC_SASL
		[MODULE_SASL] = &module_sasl,
#endif
#ifdef STATIC_HTTPS
		[MODULE_HTTPS] = &module_https,
#endif
#ifdef STATIC_EXPORTER
		[MODULE_EXPORTER] = &module_exporter,
#endif
#ifdef STATIC_LIBEDIT
		[MODULE_LIBEDIT] = &module_libedit,
#endif
	},
};
