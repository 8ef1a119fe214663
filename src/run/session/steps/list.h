/*
 * Every command that acts on a session or belongs in a script, one line each, in the order of the
 * help.
 */
#ifndef RUN_SESSION_STEPS_LIST_H
#define RUN_SESSION_STEPS_LIST_H

#include "run/session/step.h"

#define STEP_OPS(X)	\
	X(open)		\
	X(reopen)	\
	X(close)	\
	X(mx)		\
	X(use)		\
	X(starttls)	\
	X(handshake)	\
	X(auth)		\
	X(proxy_protocol) \
	X(xclient)	\
	X(xforward)	\
	X(helo)		\
	X(timeout)	\
	X(tls)		\
	X(early)	\
	X(raw)		\
	X(pipeline)	\
	X(write)	\
	X(wait)		\
	X(sleep)	\
	X(silence)	\
	X(eof)		\
	X(drop)		\
	X(rst)		\
	X(ext)		\
	X(cert)		\
	X(info)		\
	X(send)		\
	X(load)		\
	X(body)		\
	X(bdat)		\
	X(quit)

#define X(name) extern const struct step_op step_##name;
STEP_OPS(X)
#undef X

#endif
