/* Integrations with Hèstia (procedure B): what is known of each, the way that it went, its messages, links, tests, and
 * what production was told. The rules are core/integration.h's; files are record/integration_file.h's. Nothing is ever
 * deleted. */
#ifndef TALAIA_RECORD_INTEGRATION_H
#define TALAIA_RECORD_INTEGRATION_H

#include "base/mem.h"
#include "core/integration.h"
#include "record/by.h"
#include "store/store.h"

/* Texts are never NULL: "" means none, or not known. */
struct integration {
    int64_t id, version;
    const char *fp; /* number of the help-desk request; unique */
    const char *ine10, *name, *nif;
    int64_t body_id; /* 0: not in the registry */
    const char *company, *company_nif;
    const char *contact, *email; /* who is written to */
    enum lang lang;
    enum integration_state state;
    day_t since_day; /* in this state */
    instant_t since;
    enum integration_standing standing;
    const char *through;
    bool only_cda;
    const char *addresses; /* confirmed; CIDR, a space between */
    const char *authority;
    instant_t confirmed; /* INSTANT_NONE: not (any more) */
    const char *confirmed_who;
    const char *folder; /* where its documents are filed */
    instant_t filed;
    const char *manifest; /* SHA-256 of the manifest there */
    day_t asked;
    int64_t reminders;
    const char *ticket, *ticket_uid;
    day_t opened;
    instant_t at;
    const char *who;
};

/* A new one in state INTAKE, with its first step; *ret_id. ERR_STATE: that FP has one already. Ids, version and dates
 * are set here. */
bool integration_add(struct tx *tx, const struct by *by, const struct integration *x, int64_t *ret_id, struct err *e)
    __attribute__((warn_unused_result));
/* Everything but fp, opened, at, who; ERR_STATE when it is not in x->version any more (somebody changed it meanwhile).
 * x->version becomes the new one. */
bool integration_put(struct tx *tx, struct integration *x, struct err *e) __attribute__((warn_unused_result));
bool integration_get(struct tx *tx, struct arena *a, int64_t id, struct integration *ret, bool *ret_found,
                     struct err *e);
/* All, or those in these states (bits 1 << state; 0: any), newest first. In the arena. */
bool integrations_load(struct tx *tx, struct arena *a, unsigned states, struct integration **ret, size_t *ret_count,
                       struct err *e);
/* Its ticket, once the tracker has made it; the version stays, nobody else changes this. */
bool integration_ticket_set(struct tx *tx, int64_t id, const char *key, struct err *e)
    __attribute__((warn_unused_result));

/* --- the way it went --- */

struct integration_step {
    int64_t id, integration_id;
    const char *event; /* code of core/integration.h, or "open", "file", "confirm", "accept" … */
    enum integration_state state;
    day_t day;
    instant_t at;
    const char *who, *detail;
};
bool integration_step_add(struct tx *tx, const struct by *by, int64_t id, const char *event,
                          enum integration_state state, const char *detail, struct err *e)
    __attribute__((warn_unused_result));
/* Oldest first. */
bool integration_steps_load(struct tx *tx, struct arena *a, int64_t id, struct integration_step **ret,
                            size_t *ret_count, struct err *e);

/* --- its messages --- */

struct integration_field {
    const char *name, *value;
};
struct integration_letter {
    int64_t message_id, integration_id;
    const char *name; /* of the text */
    enum integration_turn told;
    const struct integration_field *fields;
    size_t field_count;
};
bool integration_letter_add(struct tx *tx, const struct integration_letter *l, struct err *e)
    __attribute__((warn_unused_result));
/* *ret_found false: the message is of no integration. */
bool integration_letter_get(struct tx *tx, struct arena *a, int64_t message_id, struct integration_letter *ret,
                            bool *ret_found, struct err *e);
/* Ids of its messages, oldest first. */
bool integration_letters_load(struct tx *tx, struct arena *a, int64_t id, struct integration_letter **ret,
                              size_t *ret_count, struct err *e);

/* --- links that decide --- */

struct integration_token {
    int64_t id, integration_id;
    const char *nonce;
    enum integration_state state; /* in which it counts */
    instant_t expires, used;      /* used: INSTANT_NONE */
    instant_t at;                 /* made; kept by integration_token_add as by->at */
};
bool integration_token_add(struct tx *tx, const struct by *by, const struct integration_token *t, struct err *e)
    __attribute__((warn_unused_result));
bool integration_token_get(struct tx *tx, struct arena *a, const char *nonce, struct integration_token *ret,
                           bool *ret_found, struct err *e);
/* *ret_used false: somebody was quicker. */
bool integration_token_use(struct tx *tx, int64_t id, instant_t at, const char *event, bool *ret_used, struct err *e)
    __attribute__((warn_unused_result));

/* --- the tests by which production was asked for --- */

struct integration_test {
    const char *modality, *request, *result, *certificate;
    int64_t log_id;
    instant_t at, asked;
};
bool integration_test_add(struct tx *tx, int64_t id, const struct integration_test *t, struct err *e)
    __attribute__((warn_unused_result));
/* Of the last asking. */
bool integration_tests_load(struct tx *tx, struct arena *a, int64_t id, struct integration_test **ret,
                            size_t *ret_count, struct err *e);

/* --- what production needs to know --- */

struct integration_production {
    int64_t id, integration_id;
    const char *ine10, *name, *nif, *company, *product, *modalities, *fingerprint, *der_base64, *addresses;
    instant_t not_after, at, revoked; /* revoked: INSTANT_NONE */
    instant_t until;                  /* another CDA took its place: it counts until then; else INSTANT_NONE */
    const char *who, *revoked_who, *reason;
};
bool integration_production_add(struct tx *tx, const struct by *by, const struct integration_production *p,
                                struct err *e) __attribute__((warn_unused_result));
bool integration_production_revoke(struct tx *tx, const struct by *by, int64_t id, const char *reason, struct err *e)
    __attribute__((warn_unused_result));
/* The one of that CDA ends then. */
bool integration_production_end(struct tx *tx, int64_t id, const char *fingerprint, instant_t until, struct err *e)
    __attribute__((warn_unused_result));
/* By name, those that count at `now`; revoked and ended ones too when told so. */
bool integration_production_load(struct tx *tx, struct arena *a, bool all, instant_t now,
                                 struct integration_production **ret, size_t *ret_count, struct err *e);

#endif
