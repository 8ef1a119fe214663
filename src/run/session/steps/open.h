/* The step that opens a connection, made without text. */
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

/* What /open does with a target; later news goes to open_on_news. */
enum progress open_target(
    struct session *, const struct step *, struct open_state *, const struct target *);
/* What /open does once the addresses are known; later news goes to open_on_news. */
enum progress open_along(struct session *, struct open_state *, const struct route *);
enum progress open_on_news(struct session *, const struct step *, void *state, const struct news *);

/* `target` must live as long as the step, which lives in the arena. */
const struct step *step_new_open(const struct target *target, struct arena *);

#endif
