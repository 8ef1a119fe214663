/* The step that sends one message to one server, created without text. */
#ifndef RUN_SESSION_STEPS_SEND_H
#define RUN_SESSION_STEPS_SEND_H

#include "run/message/send.h"
#include "run/session/step.h"

struct target;

/*
 * Returns a step, in the arena, that asks for what the plan lacks, reads the files that it names,
 * connects to the target and sends. Plan and target must live as long as the step.
 */
const struct step *step_new_send(
    const struct send_plan *, const struct target *, struct arena *);

#endif
