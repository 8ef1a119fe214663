/* The step that sends one message to one server, made without text. */
#ifndef RUN_SESSION_STEPS_SEND_H
#define RUN_SESSION_STEPS_SEND_H

#include "run/message/send.h"
#include "run/session/step.h"

struct target;

/*
 * Asks what the plan lacks, reads what it names, connects to the target and sends. Plan and target
 * must live as long as the step, which lives in the arena.
 */
const struct step *step_new_send(
    const struct send_plan *, const struct target *, struct arena *);

#endif
