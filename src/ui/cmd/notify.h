/*
 * Telling a service manager how we are, by one datagram each (sd_notify's protocol); nothing when
 * nobody listens.
 */
#ifndef UI_CMD_NOTIFY_H
#define UI_CMD_NOTIFY_H

/* "READY=1", "WATCHDOG=1", "STOPPING=1", "STATUS=…" */
void notify_manager(const char *state);

#endif
