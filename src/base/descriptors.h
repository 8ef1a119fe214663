/* How many descriptors this process may have open at once: RLIMIT_NOFILE. */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

/* Raises the limit as far as the system allows: thousands of peers want a descriptor each. */
void descriptors_raise(void);
/* The limit as it is now; ULLONG_MAX when there is none, 0 when it cannot be read. */
unsigned long long descriptors_max(void);

#endif
