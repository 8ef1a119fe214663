/* The limit of open descriptors, RLIMIT_NOFILE. */
#ifndef BASE_DESCRIPTORS_H
#define BASE_DESCRIPTORS_H

/*
 * Raises the soft limit to the hard limit, since each of thousands of peers needs a descriptor.
 * Failure is ignored.
 */
void descriptors_raise(void);
/* Returns the soft limit; ULLONG_MAX: unlimited, 0: it cannot be read. */
unsigned long long descriptors_max(void);

#endif
