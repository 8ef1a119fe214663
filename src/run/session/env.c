/* env - what all sessions of a program share. */
#include "run/session/env.h"

#include <stdlib.h>

void
session_env_release(struct session_env *env)
{
	tls_context_free(env->client_tls);
	tls_context_free(env->demo_tls);
	dns_free(env->dns_client);
	free(env->scratch);
	if (env->secrets)
		mask_release(env->secrets);
	free(env->secrets);
	env->client_tls = env->demo_tls = NULL;
	env->dns_client = NULL;
	env->scratch = NULL;
	env->secrets = NULL;
}

void
session_env_keep_secrets(struct session_env *env)
{
	if (!env->secrets)
		env->secrets = memory_zeroed(sizeof *env->secrets);
}

struct dns *
session_env_dns(struct session_env *env)
{
	if (!env->dns_client)
		env->dns_client = dns_new(env->loop, &env->dns);
	return env->dns_client;
}
