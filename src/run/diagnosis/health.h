/* States for a monitor; the value is the exit status of a plugin. */
#ifndef RUN_DIAGNOSIS_HEALTH_H
#define RUN_DIAGNOSIS_HEALTH_H

enum health { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };

#endif
