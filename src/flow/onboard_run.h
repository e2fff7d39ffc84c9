/* Private to the files of onboarding: one integration at hand, in an open transaction or before one. */
#ifndef TALAIA_FLOW_ONBOARD_RUN_H
#define TALAIA_FLOW_ONBOARD_RUN_H

#include "flow/onboard.h"
#include "scsp/modality.h"

struct onboarding {
    struct desk *desk;
    struct tx *tx;
    struct arena *arena;
    struct integration x;
    struct integration_file *files;
    size_t file_count;
    struct integration_facts facts;
    const char *reason;                    /* of the deed; "" */
    const struct integration_cda_row *cda; /* of one in force, where the deed is about it; else NULL */
    const struct integration_file *former; /* RENEW: the CDA whose place is taken, and until when it counts */
    day_t former_until;                    /* DAY_NONE: not any more */
    bool tell;                             /* what is told only if one wants is told */
    bool preview;                          /* nothing is kept: a message shows where its link will be */
    struct homologation tests;
    const struct homologation_request *requests;
    size_t request_count;
};

/* The integration with its files and facts. ERR_UNKNOWN. `tx` is the caller's. */
bool onboarding_load(struct onboarding *o, int64_t id, struct err *e);
/* The file of that role that counts, NULL when there is none. */
const struct integration_file *onboarding_file(const struct onboarding *o, enum integration_role role);
/* Notes what happened: its step, the ticket's note, the audit line. The integration has been put by the caller. */
bool onboarding_note(struct onboarding *o, const char *event, const char *detail, struct err *e);
/* "missing: the CDA; a reason" in that language, in the arena. */
const char *onboarding_lacks(struct arena *a, enum lang lang, unsigned bits);

/* Looks the list up for x.ine10 and x.name: sets x.standing, x.through and, when it is empty, x.nif. *ret_known false:
 * no list is in force. */
bool onboarding_standing(struct onboarding *o, bool *ret_known, struct err *e);

/* Changes of the state: x.state, since …; not put yet. */
void onboarding_enter(struct onboarding *o, const struct integration_move *m);
/* Its message and what else follows in the transaction. */
bool onboarding_tell(struct onboarding *o, const struct integration_move *m, struct err *e);

/* onboard_intake.c: texts that somebody typed (NULL leaves *to as it is), and a change in a transaction of its own:
 * read, changed by `change`, kept and noted as `event`. `receives`: what was verified may not be so any more, and the
 * state says that it must be looked at again. */
bool onboard_take_line(struct desk *d, const char *text, const char **to, struct err *e);
/* ERR_STATE: it is another version than the person saw (0: none). */
bool onboard_as_seen(const struct onboarding *o, int64_t expect, struct err *e);
bool onboard_take_email(struct desk *d, const char *text, const char **to, struct err *e);
bool onboard_change_it(struct desk *d, int64_t id, const char *event, const char *detail, bool receives,
                       bool (*change)(struct onboarding *o, void *context, struct err *e), void *context,
                       struct integration *ret, struct err *e);

/* onboard_letter.c: plans the move's message; nothing when there is nobody to write to. */
bool onboard_letter_plan(struct onboarding *o, const struct integration_move *move, struct err *e);

/* onboard_place.c */
/* Files form, CDA and manifest under integration.dir; sets x.folder, x.filed, x.manifest (not put yet). */
bool onboard_place(struct onboarding *o, struct err *e);
/* Whether what is filed is what was verified: "" or why not, in the desk's language. */
const char *onboard_place_problem(struct onboarding *o);

/* onboard_permit.c */
bool onboard_permit_pre(struct onboarding *o, struct err *e); /* a transaction of its own */
bool onboard_permit_pro(struct onboarding *o, struct err *e); /* in o->tx */
bool onboard_take(struct onboarding *o, struct err *e);       /* transactions of its own */
/* Whether another integration of the body, in force, signs with that certificate too. */
bool onboard_shares(struct onboarding *o, const char *fingerprint, bool *ret, struct err *e);
/* The certificate of that file (DER), also out of one that holds its chain: the one that was verified. ERR_STATE. */
bool onboard_bytes(struct onboarding *o, const struct integration_file *f, struct buf *to, struct err *e);
/* By which paper that CDA may ask with another number; NULL none. */
const char *onboard_authority(const struct onboarding *o, const struct integration_file *f);

/* onboard_renew.c: the CDA of one in force. */
bool onboard_cda_load(struct onboarding *o, struct err *e); /* into o->cda; NULL when it has none */
/* Before the row of the table is carried out: whether this is due at all (WARN, DISTRUST); for RENEW which takes whose
 * place, in memory. */
bool onboard_cda_ready(struct onboarding *o, enum integration_event v, struct err *e);
bool onboard_exchange(struct onboarding *o, struct err *e); /* at the gateway: transactions of its own */
bool onboard_cda_keep(struct onboarding *o, enum integration_event v, struct err *e); /* in o->tx */
/* "- …" lines: what was configured. */
bool onboard_configured(struct onboarding *o, enum lang lang, const char **ret, struct err *e);
bool onboard_modalities(struct desk *d, struct arena *a, struct modalities *ret, struct err *e);

/* onboard_test.c: what the gateway's log says, into o->tests. */
bool onboard_tests_load(struct onboarding *o, struct err *e);
bool onboard_tests_keep(struct onboarding *o, struct err *e);

#endif
