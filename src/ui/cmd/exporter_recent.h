/*
 * The last probes of `smtpsh exporter`, as rows of its page. A row is written when its probe is
 * over and kept only in memory; it has no secrets, because events have none. Number and size are
 * bounded.
 */
#ifndef UI_CMD_EXPORTER_RECENT_H
#define UI_CMD_EXPORTER_RECENT_H

#include <stdio.h>

#include "run/probe/fleet.h"

struct recent;
struct recent *recent_new(unsigned most);	/* 0: nothing is kept */
void recent_free(struct recent *);
void recent_write(const struct recent *, FILE *);	/* the rows, newest first */

/* A running probe. The module's name must outlive it; the target is copied. */
struct past;
struct past *past_new(const char *target, const char *module);
void past_free(struct past *);				/* NULL is fine */
void past_event(struct past *, const struct event *);	/* adds to its dialogue */
void past_one(struct past *, const struct fleet_report *);
/* Writes the row, expanded with `open`. Nothing may be added to the probe afterwards. */
void past_write(struct past *, FILE *, bool open);
void recent_add(struct recent *, struct past *);

#endif
