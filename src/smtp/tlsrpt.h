/*
 * TLSRPT (RFC 8460): the TXT record by which a domain asks senders to report how TLS to its MX
 * went.
 */
#ifndef SMTP_TLSRPT_H
#define SMTP_TLSRPT_H

#include "base/span.h"

/*
 * Checks "v=TLSRPTv1; rua=mailto:tls@example.org". False: invalid, and *why says what is wrong
 * (RFC 8460 3).
 */
bool tlsrpt_record_parse(struct span text, const char **why);

#endif
