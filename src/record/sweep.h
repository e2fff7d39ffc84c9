/* Rounds of checks, what every address showed, the certificates served, and what is remembered of a body between
 * rounds. */
#ifndef TALAIA_RECORD_SWEEP_H
#define TALAIA_RECORD_SWEEP_H

#include "base/mem.h"
#include "core/watch.h"
#include "record/by.h"
#include "store/store.h"

/* One address of a body in one round. Text "" when there is none. */
struct observation {
    int64_t id, sweep_id, body_id;
    instant_t at;
    const char *url, *host, *address;
    int port;
    enum verdict_code verdict[VERDICT_PARTS];
    const char *detail[VERDICT_PARTS]; /* what the reason's {detail} stands for */
    day_t trust_day;                   /* and its {day} */
    int status, seconds;
    day_t not_after;
    const char *fingerprint, *protocol, *cipher, *final_url, *wsdl_hash;
    int64_t bytes;
    int64_t us_dns, us_tcp, us_tls, us_http; /* -1 when the phase did not happen */
    const char *chain; /* fingerprints of the certificates as sent, the server's own first, a space between; "" none */
};

/* The facts of one verdict, for verdict_reason. */
struct verdict_facts observation_facts(const struct observation *o, enum verdict_part part);
/* What the rules of core/watch take; other_owner and middlebox are the caller's to say. */
struct seen_address observation_seen(const struct observation *o);

bool sweep_begin(struct tx *tx, const struct by *by, const char *kind, instant_t started, int64_t *ret_id,
                 struct err *e);
bool sweep_end(struct tx *tx, int64_t id, instant_t ended, size_t bodies, size_t failed, bool us, struct err *e);
bool observation_add(struct tx *tx, const struct observation *o, struct err *e);

struct sweep_info {
    int64_t id;
    const char *kind, *who;
    day_t day;
    instant_t started, ended; /* ended INSTANT_NONE: it was interrupted */
    int64_t bodies, failed;
    bool us;
};
/* The last `most` rounds, newest first. */
bool sweeps_load(struct tx *tx, struct arena *a, size_t most, struct sweep_info **ret, size_t *ret_count,
                 struct err *e);

/* What each body showed in the last round that checked it; of one body, or of all (0). By body, then address. */
bool observations_last(struct tx *tx, struct arena *a, int64_t body_id, struct observation **ret, size_t *ret_count,
                       struct err *e);

/* On which of the `count` days that end with `today` the body was looked at, in a round that could see. */
bool days_checked(struct tx *tx, int64_t body_id, day_t today, bool *ret, size_t count, struct err *e);

/* ------------------------------------------------------------------ certificates served */

struct served_certificate {
    const char *fingerprint, *subject, *issuer, *serial, *names, *organisation, *nif, *key, *signature;
    instant_t not_before, not_after;
    const char *der_base64;
};
/* Keeps it unless it is known. */
bool served_certificate_add(struct tx *tx, const struct served_certificate *c, instant_t at, struct err *e);

/* One that was handed in, because it is not on the wire. Its served_certificate must be there. *ret_new false: it was
 * known. */
bool given_certificate_add(struct tx *tx, const struct by *by, int64_t body_id, enum cert_kind kind,
                           const char *fingerprint, day_t not_after, const char *source, bool *ret_new, struct err *e);
struct given_certificate {
    int64_t body_id;
    enum cert_kind kind;
    day_t not_after, day;
    const char *fingerprint, *subject, *issuer, *source, *who;
};
/* The newest of each body and kind; of one body, or of all (0). By body and kind. */
bool given_certificates_load(struct tx *tx, struct arena *a, int64_t body_id, struct given_certificate **ret,
                             size_t *ret_count, struct err *e);

/* Whose certificate each body showed last, for every address; those with neither name nor number are left out. */
struct shown_owner {
    int64_t body_id;
    const char *nif, *organisation;
};
bool shown_owners_load(struct tx *tx, struct arena *a, struct shown_owner **ret, size_t *ret_count, struct err *e);

/* ------------------------------------------------------------------ between rounds */

struct watch_record {
    int64_t body_id;
    struct watch watch;
    const char *wsdl_hash;
    enum reconciliation reconciliation;
    int64_t sweep_id;
};
/* By body. */
bool watches_load(struct tx *tx, struct arena *a, int64_t body_id, struct watch_record **ret, size_t *ret_count,
                  struct err *e);
bool watch_put(struct tx *tx, const struct watch_record *w, struct err *e);

/* ------------------------------------------------------------------ silences and blindness */

struct silence {
    int64_t id, body_id;
    const char *reason, *who;
    day_t day, until;
    day_t lifted; /* DAY_NONE: it was not */
};
/* From that day on to the last one, both included; *ret_id its number. */
bool silence_add(struct tx *tx, const struct by *by, int64_t body_id, const char *reason, day_t from, day_t until,
                 int64_t *ret_id, struct err *e);
/* One of any time, also one that was lifted. */
bool silence_get(struct tx *tx, struct arena *a, int64_t id, struct silence *ret, bool *ret_found, struct err *e);
/* Those of the body that are in force; what is planned stays. */
bool silence_lift(struct tx *tx, const struct by *by, int64_t body_id, int64_t *ret_count, struct err *e);
/* One, in force or planned; *ret_body 0 when there is none of that number that is not over. */
bool silence_lift_one(struct tx *tx, const struct by *by, int64_t id, int64_t *ret_body, struct err *e);
/* Those that are not over on that day, planned ones too, by their first day. */
bool silences_coming(struct tx *tx, struct arena *a, day_t on, struct silence **ret, size_t *ret_count, struct err *e);
/* Those in force on that day, by body. */
bool silences_load(struct tx *tx, struct arena *a, day_t on, struct silence **ret, size_t *ret_count, struct err *e);

/* Our own network: begins one incident, or ends the one that is open. *ret_changed false: it was so already. */
bool blind_begin(struct tx *tx, instant_t at, const char *reason, bool *ret_changed, struct err *e);
bool blind_end(struct tx *tx, instant_t at, bool *ret_changed, struct err *e);
bool blind_since(struct tx *tx, instant_t *ret, struct err *e); /* INSTANT_NONE: we see */

#endif
