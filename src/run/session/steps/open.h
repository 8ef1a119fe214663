/* The step that opens a connection, created without text, and its parts for other steps. */
#ifndef RUN_SESSION_STEPS_OPEN_H
#define RUN_SESSION_STEPS_OPEN_H

#include "run/session/step.h"
#include "run/route/route.h"
#include "run/session/hello.h"

struct open_state {
	enum {
		OPEN_ROUTING,
		OPEN_DIALLING,
		OPEN_SHAKING,
		OPEN_BANNER,
		OPEN_HELLO,
		OPEN_ELSEWHERE
	} stage;
	const struct route *route;
	size_t hop;
	enum target_tls tls;
	struct hello hello;
};

/* Does what /open does with a target; further news must go to open_on_news. */
enum progress open_target(
    struct session *, const struct step *, struct open_state *, const struct target *);
/* Does what /open does once the addresses are known; further news must go to open_on_news. */
enum progress open_along(struct session *, struct open_state *, const struct route *);
enum progress open_on_news(struct session *, const struct step *, void *state, const struct news *);

/* Returns a step that opens the target, in the arena. `target` must live as long as the step. */
const struct step *step_new_open(const struct target *target, struct arena *);

#endif
