/* sasl - the mechanisms that compute a proof, with libgsasl. */
#include <gsasl.h>
#include <stdlib.h>

#include "base/base64.h"
#include "base/port.h"
#include "base/secret.h"
#include "smtp/auth.h"

/* Each exchange has a library context of its own, which is simplest, and fast enough. */
struct exchange {
	Gsasl *library;
	Gsasl_session *session;
	const struct auth_credentials *who; /* the client's side; else NULL */
	const struct auth_server *server;
	/* done: no step is left; mutual: the mechanism authenticates the server too */
	bool done, mutual;
};

static bool
exchange_have(const char *mech)
{
	Gsasl *library;

	if (gsasl_init(&library) != GSASL_OK)
		return false;
	bool supported = gsasl_client_support_p(library, mech);
	gsasl_done(library);
	return supported;
}

static void
set(struct exchange *x, Gsasl_property property, struct span value)
{
	struct secret copy = { 0 };

	if (value.len == 0)
		return;
	secret_set(&copy, value);
	gsasl_property_set(x->session, property, copy.at);
	secret_release(&copy);
}

static void
set_binding(struct exchange *x, Gsasl_property property, struct span octets)
{
	struct arena arena = { 0 };

	set(x, property, base64_encode(&arena, octets));
	arena_release(&arena);
}

/* Answers libgsasl's callback on the server's side; it can do without other properties. */
static int
server_property(struct exchange *x, Gsasl_property property)
{
	const char *user = gsasl_property_fast(x->session, GSASL_AUTHID);
	struct span password;

	switch (property) {
	case GSASL_PASSWORD:
		password = x->server->password(x->server->ctx, span_of(user));
		if (!password.at)
			return GSASL_NO_PASSWORD;
		set(x, property, password);
		break;
	case GSASL_CB_TLS_UNIQUE:
		set_binding(x, property, x->server->tls_unique);
		break;
#if GSASL_VERSION_NUMBER >= 0x020100
	case GSASL_CB_TLS_EXPORTER:
		set_binding(x, property, x->server->tls_exporter);
		break;
#endif
	case GSASL_REALM:
		set(x, property, x->server->host);
		break;
	default:
		return GSASL_NO_CALLBACK;
	}
	return gsasl_property_fast(x->session, property) ? GSASL_OK : GSASL_NO_CALLBACK;
}

static int
exchange_property(Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	struct exchange *x = gsasl_callback_hook_get(library);

	x->session = session; /* the callback may be called before gsasl_*_start() returns */
	if (x->server)
		return server_property(x, property);
	switch (property) {
	case GSASL_AUTHID:
		set(x, property, x->who->user);
		break;
	case GSASL_AUTHZID:
		set(x, property, x->who->authzid);
		break;
	case GSASL_PASSWORD:
		set(x, property, x->who->password);
		break;
	case GSASL_SERVICE:
		set(x, property, SPAN("smtp"));
		break;
	case GSASL_HOSTNAME:
		set(x, property, x->who->host);
		break;
	case GSASL_CB_TLS_UNIQUE:
		set_binding(x, property, x->who->tls_unique);
		break;
#if GSASL_VERSION_NUMBER >= 0x020100
	case GSASL_CB_TLS_EXPORTER:
		set_binding(x, property, x->who->tls_exporter);
		break;
#endif
	default:
		return GSASL_NO_CALLBACK;
	}
	return gsasl_property_fast(session, property) ? GSASL_OK : GSASL_NO_CALLBACK;
}

static void
exchange_end(void *mem)
{
	struct exchange *x = mem;

	if (x->session)
		gsasl_finish(x->session);
	if (x->library)
		gsasl_done(x->library);
	free(x);
}

/* Starts a client or a server by `start`. Returns x; or frees it, sets err and returns NULL. */
static void *
exchange_start(struct exchange *x, const char *mech,
    int (*start)(Gsasl *, const char *mech, Gsasl_session **), struct err *err)
{
	int bad = gsasl_init(&x->library);

	if (bad == GSASL_OK) {
		gsasl_callback_set(x->library, exchange_property);
		gsasl_callback_hook_set(x->library, x);
		bad = start(x->library, mech, &x->session);
	}
	if (bad == GSASL_OK)
		return x;
	x->session = NULL;
	err_set(err, ERR_SYSTEM, "%s cannot be started: %s", mech, gsasl_strerror(bad));
	exchange_end(x);
	return NULL;
}

static void *
exchange_begin(const struct mechanism *mech, const struct auth_credentials *who, struct err *err)
{
	struct exchange *x = memory_zeroed(sizeof *x);

	x->who = who;
	x->mutual = mech->flags & AUTH_MUTUAL;
	return exchange_start(x, mech->name, gsasl_client_start, err);
}

enum { ROUNDS_MAX = 1000000 };

/* Rejects an iteration count (RFC 5802 5.1) that would keep the client busy for minutes. */
static bool
is_bounded(struct span challenge, struct err *err)
{
	struct span count = span_skip(span_find(challenge, SPAN(",i=")), 3);
	unsigned long long rounds;

	count = span_until(&count, ',');
	if (count.len == 0 || (span_number(count, ROUNDS_MAX, &rounds) && rounds > 0))
		return true;
	return err_set(err, ERR_PROTO,
	    "the server asks for \"%.*s\" iterations; at most %d are allowed",
	    SPAN_ARG(span_first(count, 20)), ROUNDS_MAX);
}

static bool
exchange_step(void *mem, struct span challenge, struct buf *out, struct err *err)
{
	struct exchange *x = mem;
	char *response = NULL;
	size_t len = 0;

	if (challenge.len == 0 && x->done)
		return true;
	if (!is_bounded(challenge, err))
		return false;
	int status = gsasl_step(
	    x->session, challenge.at ? challenge.at : "", challenge.len, &response, &len);
	x->done = status == GSASL_OK;
	if (status != GSASL_OK && status != GSASL_NEEDS_MORE) {
		gsasl_free(response);
		if (status == GSASL_AUTHENTICATION_ERROR && x->mutual)
			return err_set(
			    err, ERR_PROTO, "the server did not prove that it knows the password");
		return err_set(
		    err, ERR_PROTO, "the exchange cannot continue: %s", gsasl_strerror(status));
	}
	bool fits = buf_append(out, (struct span){ response, len });
	if (response)
		port_wipe(response, len);
	gsasl_free(response);
	return fits || err_set(err, ERR_PROTO, "the response is too long");
}

static bool
exchange_proved(void *mem)
{
	struct exchange *x = mem;

	return x->done || !x->mutual;
}

static bool
exchange_serves(const char *mech)
{
	static Gsasl *library; /* kept: every EHLO asks, and the answer never changes */

	if (!library && gsasl_init(&library) != GSASL_OK)
		library = NULL;
	return library && gsasl_server_support_p(library, mech);
}

static void *
exchange_accept(const struct mechanism *mech, const struct auth_server *server, struct err *err)
{
	struct exchange *x = memory_zeroed(sizeof *x);

	x->server = server;
	return exchange_start(x, mech->name, gsasl_server_start, err);
}

static enum auth_verdict
verdict_of(struct exchange *x, int status)
{
	const char *as = gsasl_property_fast(x->session, GSASL_AUTHZID),
		   *user = gsasl_property_fast(x->session, GSASL_AUTHID);

	switch (status) {
	case GSASL_OK:
		return as && as[0] && strcmp(as, user ? user : "") != 0 ? AUTH_BAD : AUTH_GOOD;
	case GSASL_NEEDS_MORE:
		return AUTH_GOES_ON;
	case GSASL_MECHANISM_PARSE_ERROR:
	case GSASL_BASE64_ERROR:
	case GSASL_MECHANISM_CALLED_TOO_MANY_TIMES:
		return AUTH_MALFORMED;
	default:
		return AUTH_BAD;
	}
}

static enum auth_verdict
exchange_judge(void *mem, struct span response, struct buf *challenge)
{
	struct exchange *x = mem;
	char *text = NULL;
	size_t len = 0;
	/* libgsasl's DIGEST-MD5 reads an empty response through the pointer: it must not be NULL.
	 */
	int status = gsasl_step(
	    x->session, response.len ? response.at : "", response.len, &text, &len);

	buf_append(challenge, (struct span){ text, text ? len : 0 });
	gsasl_free(text);
	return verdict_of(x, status);
}

const struct sasl module_sasl = { exchange_have, exchange_begin, exchange_step, exchange_proved,
	exchange_serves, exchange_accept, exchange_judge, exchange_end };
