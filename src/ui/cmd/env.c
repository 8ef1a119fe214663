/* env - what the sessions of one run share. */
#include "ui/cmd/env.h"

#include <stdlib.h>

#include "ui/show/standard.h"
#include "ui/show/trace.h"

bool
env_begin(struct session_env *env, const struct options *o, struct err *err)
{
	*env = (struct session_env){ .loop = loop_new(),
		.tls = o->tls,
		.dns = o->dns,
		.demo = serve_demo,
		.demo_free = serve_demo_free,
		.demo_note = SERVE_DEMO_NOTE };
	env->tls.keylog = getenv("SSLKEYLOGFILE");
	return trace_begin(env, o->debug, err);
}

bool
env_end(struct session_env *env, struct err *err)
{
	serve_demo_free(env);
	session_env_release(env);
	loop_free(env->loop);
	return trace_end(env, err);
}

int
env_finish(struct session_env *env, int status)
{
	struct err err = { .kind = ERR_NONE };

	if (env_end(env, &err))
		return status;
	complain(&err);
	return status ? status : (int)err.kind;
}
