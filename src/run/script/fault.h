/*
 * What a server rule does to the connection besides replying (/on … then=NAME). A fault is one
 * row of the table in fault.c: its name, what it does in words, and how it does it.
 */
#ifndef RUN_SCRIPT_FAULT_H
#define RUN_SCRIPT_FAULT_H

#include "base/span.h"

struct session;

struct fault {
	const char *name;
	const char *help; /* imperative, one clause */
	/* Ends the connection after the rule's reply was sent. NULL: keeps it. */
	void (*end)(struct session *);
	/* only once the peer's system has acknowledged all of it, or after two seconds */
	bool when_delivered;
};

extern const struct fault faults[];		  /* ends with a NULL name */
extern const struct fault *const fault_close;	  /* the one that a 421 also has */
const struct fault *fault_find(struct span name); /* NULL: none */

#endif
