/* The rows of the table of causes, by where a cause shows; for run/diagnosis/cause*.c only. */
#ifndef RUN_DIAGNOSIS_CAUSE_ROWS_H
#define RUN_DIAGNOSIS_CAUSE_ROWS_H

#include "run/diagnosis/cause.h"

/* Each ends with a row of CAUSE_NONE. */
extern const struct cause_row causes_of_connection[], causes_of_client[], causes_of_session[],
    causes_of_mail[], causes_of_tls[], causes_of_domain[], causes_of_sender[];

#endif
