/* selftest - plays a script against itself. */
#include "run/serve/selftest.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/port.h"
#include "run/serve/serve.h"

struct selftest {
	struct session_env *env;
	struct mock *mock;
	struct serve *serve;
	struct tls_made *made;
	struct tls_context *server_tls, *client_tls;
	unsigned number;
};

static const struct mock_case *
selftest_on_client(void *ctx, unsigned n)
{
	struct selftest *t = ctx;

	(void)n;
	return mock_plays(t->mock, t->number);
}

static int
selftest_on_open(struct session_env *env, unsigned as, struct err *err)
{
	struct selftest *t = env->demo_ctx;
	int pair[2];

	(void)as;				/* the script has both ends */
	if (port_pair(pair, true) != 0) {
		err_set(err, ERR_SYSTEM, "cannot create a socket pair: %s", strerror(errno));
		return -1;
	}
	if (serve_client(t->serve, pair[1], err))
		return pair[0];
	close(pair[0]);
	return -1;
}

static bool
selftest_make_tls(struct selftest *t, struct err *err)
{
	t->made = serve_certificate(MTA_HOST, err);
	t->server_tls = t->made ?
	    tls_context_new(&(struct tls_opts){ .server = true, .made = t->made }, err) :
	    NULL;
	t->client_tls = t->server_tls ?
	    tls_context_new(&(struct tls_opts){ .made = t->made }, err) :
	    NULL;
	return t->client_tls != NULL;
}

struct selftest *
selftest_new(struct session_env *env, const struct script *script, struct err *err)
{
	struct selftest *t = memory_zeroed(sizeof *t);

	t->env = env;
	t->number = 1;
	if (script->ere_in_reply.file) {
		err_set(err, ERR_USAGE,
		    "%s:%u: an /ERE/ cannot be sent: to run against itself, a script needs a text "
		    "here",
		    script->ere_in_reply.file, script->ere_in_reply.line);
		selftest_free(t);
		return NULL;
	}
	t->mock = mock_new(script, &(struct mock_opts){ .level = MATCH_CODE }, err);
	if (!t->mock || !selftest_make_tls(t, err)) {
		selftest_free(t);
		return NULL;
	}
	t->serve = serve_new(env,
	    &(struct serve_opts){ .tls = t->server_tls, .play = selftest_on_client, .play_ctx = t },
	    NULL, NULL);
	env->demo = selftest_on_open;
	/* the note describes the built-in server */
	env->demo_note = NULL;
	env->demo_ctx = t;
	env->demo_tls = t->client_tls;
	return t;
}

void
selftest_free(struct selftest *t)
{
	if (!t)
		return;
	serve_free(t->serve);
	mock_free(t->mock);
	tls_context_free(t->server_tls);
	tls_context_free(t->client_tls);
	tls_made_free(t->made);
	t->env->demo = NULL;
	t->env->demo_ctx = NULL;
	t->env->demo_tls = NULL;
	free(t);
}

const struct mock *
selftest_mock(const struct selftest *t)
{
	return t->mock;
}

void
selftest_case(struct selftest *t, unsigned number)
{
	t->number = number;
}
