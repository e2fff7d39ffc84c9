/* What happened to a body, from every source, newest first; and the certificates that were seen, whole. */
#ifndef TALAIA_RECORD_HISTORY_H
#define TALAIA_RECORD_HISTORY_H

#include "record/sweep.h"

struct history_event {
    instant_t at;
    const char *who;  /* account, system user, "talaia" */
    const char *what; /* as the audit trail says it ("action-add"), or "registry", "outage-began", "outage-ended",
                         "message-sent" and the like */
    const char *text;
};
/* At most `most`; in the arena. */
bool history_load(struct tx *tx, struct arena *a, int64_t body_id, size_t most, struct history_event **ret,
                  size_t *ret_count, struct err *e);

/* The certificate of that fingerprint as it was kept; *ret_found. der_base64 is left out ("") unless `with_der`. */
bool served_certificate_get(struct tx *tx, struct arena *a, const char *fingerprint, bool with_der,
                            struct served_certificate *ret, bool *ret_found, struct err *e);

#endif
