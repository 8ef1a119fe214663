/* How many descriptors this process may have open at once: RLIMIT_NOFILE. */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

/*
 * Raises the soft limit to the hard one: thousands of peers need a descriptor each. Failure
 * leaves it as it is.
 */
void descriptors_raise(void);
/* The current limit; ULLONG_MAX when unlimited, 0 when it cannot be read. */
unsigned long long descriptors_max(void);

#endif
