/*
 * TLSRPT (RFC 8460): the TXT record by which a domain asks senders for reports about TLS with its
 * MX hosts.
 */
#ifndef SMTP_TLSRPT_H
#define SMTP_TLSRPT_H

#include "base/span.h"

/*
 * Checks a record such as "v=TLSRPTv1; rua=mailto:tls@example.org" (RFC 8460 3). Returns false and
 * sets *why to what is wrong when it is invalid.
 */
bool tlsrpt_record_parse(struct span text, const char **why);

#endif
