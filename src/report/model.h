/* The Friday report as plain data: one model, five renderings (workbook, e-mail, HTML, text, pictures of the tables).
 *
 * src/flow/friday.c fills it from the record; the renderings only show what is here and decide nothing. All text is for
 * people, in the model's language, clean (text_clean), not escaped. Everything lives in the caller's arena. */
#ifndef TALAIA_REPORT_MODEL_H
#define TALAIA_REPORT_MODEL_H

#include "core/body.h"
#include "core/calendar.h"
#include "core/outage.h"
#include "core/profile.h"

/* Sheet Query: every body of the registry that is watched, most urgent first. */
struct report_query_row {
    const struct body *body;
    int days[CERT_KINDS]; /* DAYS_NONE when the date is missing */
    enum body_state state;
    const char
        *state_note; /* what is special, a short phrase: "Avís conjunt CDA + CDS", "No verificable: …"; may be "" */
    bool warn;       /* must be warned now: highlighted (A2) */
};

/* Sheet OK: an action done in the period. */
struct report_ok_row {
    const char *body_name; /* natural */
    day_t day;
    enum action_group group;
    const char *group_word; /* translated */
    const char *text;
    const char *ticket; /* "" when none */
    int64_t body_id, action_id;
};

/* Sheet KO: a body that is down on the report's day. */
struct report_ko_row {
    const char *body_name;
    const char *error; /* of a silenced one it begins with why and until when */
    day_t since;
    int days;            /* calendar days down */
    int weeks;           /* whole weeks, 0 = new this week */
    const char *actions; /* one action per line, oldest first, each beginning with its date; "" when none */
    int64_t body_id;
    bool is_new;  /* it was not down in the last report */
    bool is_told; /* something was done since the last report */
};

/* Sheet Certificats: a case below the first threshold. */
struct report_certificate_row {
    int64_t body_id;
    const char *body_name;
    enum platform platform;
    bool has[CERT_KINDS];
    day_t expires[CERT_KINDS]; /* of the certificates in the case */
    int days;                  /* of the earliest, negative when expired */
    enum body_state state;
    const char *comment; /* lines separated by \n; "" when none */
    bool is_new;         /* it did not stand in the last report */
    bool is_told;        /* the comment says something else than in the last report */
};

/* Bodies left out on purpose, with their reason (never a silent filter): shown under the tables and in the workbook. */
struct report_left_out {
    const char *body_name;
    const char *reason;      /* translated */
    const struct body *body; /* what the registry says of it, for the workbook; NULL when it is not at hand */
};

struct report_change {
    enum change change;
    const char *body_name;
    int weeks;
};

/* What stood in the last report and no longer does. */
struct report_gone {
    int64_t body_id;
    const char *body_name;
    bool down;    /* in KO; else in Certificats */
    bool renewed; /* its certificates; else it was excluded, left the registry, or lost its dates */
};

struct report {
    const struct profile *profile;
    enum lang lang;
    const char
        *id;   /* stable id of this report, in the workbook's property "talaia-report" and the mail's X-Talaia-Id */
    day_t day; /* the day it speaks of: all day counts are from it */
    struct period period;
    instant_t made;
    const struct report_query_row *query;
    size_t query_count;
    const struct report_ok_row *ok;
    size_t ok_count;
    const struct report_ko_row *ko;
    size_t ko_count, ko_silent_count; /* those that count as down; after them, those that are silenced */
    const struct report_certificate_row *certificates;
    size_t certificate_count;
    const struct report_left_out *left_out;
    size_t left_out_count;
    const struct report_change *changes; /* since the last report, in order of enum change */
    size_t change_count;
    const struct report_gone *gone;
    size_t gone_count;
    day_t last; /* the day of the last report; DAY_NONE when there is none */
    bool first; /* there is no earlier report to compare with */
};

#endif
