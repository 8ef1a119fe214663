/*
 * What a server rule does to the connection besides replying (/on … then=NAME). Each fault is one
 * row of the table in fault.c: its name, its help text, and the function that carries it out.
 */
#ifndef RUN_SCRIPT_FAULT_H
#define RUN_SCRIPT_FAULT_H

#include "base/span.h"

struct session;

struct fault {
	const char *name;
	const char *help; /* imperative, one clause */
	/* Ends the connection after the rule's reply was sent. NULL: the connection is kept. */
	void (*end)(struct session *);
	/*
	 * ->end is called only once the peer has acknowledged all that was sent, or after two
	 * seconds
	 */
	bool when_delivered;
};

extern const struct fault faults[];		  /* ends with a NULL name */
extern const struct fault *const fault_close;	  /* also used after a 421 */
const struct fault *fault_find(struct span name); /* NULL: none */

#endif
