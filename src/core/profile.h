/* What belongs to one organisation and not to the code: thresholds, exclusions, holidays, recipients, texts. A plain
 * struct; src/conf/profile_read.c reads it from the profile's files. Everything in it lives as long as its arena. */
#ifndef TALAIA_CORE_PROFILE_H
#define TALAIA_CORE_PROFILE_H

#include <stddef.h>

#include "base/day.h"
#include "base/lang.h"
#include "base/limits.h"
#include "core/certificate.h"

/* One text in each language; a missing one falls back on Catalan, then on any. */
struct text3 {
    const char *in[LANG_COUNT];
};
const char *text3_get(const struct text3 *t, enum lang lang);

struct exclusion_reason {
    const char *code; /* "migrated": stable, in JSON and in the store */
    struct text3 text;
};
struct exclusion {
    const char *description; /* as the registry writes it */
    const char *key;         /* name_key(description), filled by the reader */
    size_t reason;           /* index in reasons */
};

struct address {
    const char *name, *email;
};

/* Words by which mails of the bodies are understood, as text_fold leaves them; X(NAME, key, what they are) */
#define REPLY_WORDS_LIST(X)                                                                                            \
    X(AWAY, "replies.away", N_("words of a subject by which a mail says that its reader is away"))                     \
    X(FAILED, "replies.failed", N_("words of a subject by which a mail server says that it could not deliver"))        \
    X(UNDER_WAY, "replies.under_way", N_("words by which a body says that the renewal goes ahead"))                    \
    X(RENEWED, "replies.renewed", N_("words by which it says that the certificate is renewed already"))                \
    X(QUESTION, "replies.question", N_("words by which it asks for something"))                                        \
    X(NOT, "replies.not", N_("words that deny what stands in the same sentence"))                                      \
    X(WROTE, "replies.wrote", N_("words of the line above a quotation: \"On … Joan wrote:\""))                         \
    X(FROM, "replies.from", N_("what the sender is called in the header above a quotation"))                           \
    X(FIELDS, "replies.fields", N_("what its other lines are called"))                                                 \
    X(ORIGINAL, "replies.original", N_("words of the line \"-----Original message-----\""))
enum reply_words {
#define X(name, key, help) REPLY_WORDS_##name,
    REPLY_WORDS_LIST(X)
#undef X
        REPLY_WORDS_COUNT
};
struct word_list {
    const char *const *items;
    size_t count;
};

/* The dashboard of tickets: a row for each group but `other`, two columns (A4). */
enum dashboard_column { DASHBOARD_DONE, DASHBOARD_PENDING, DASHBOARD_COLUMNS };

struct profile {
    const char *name; /* "aoc" */
    /* A3 */
    int thresholds[LIMIT_THRESHOLDS]; /* strictly descending: 60 30 15 10 5 */
    size_t threshold_count;
    int pair_gap_days;           /* two dates closer than this share one warning: 30 */
    const char *warning_subject; /* template: {name} {certificates} {ticket} */
    const char *ticket_project;  /* "ST" */
    const char *ticket_template; /* the ticket that new ones are copied from: "ST-8949" */
    /* Saved filters of the tracker, for the cells of the dashboard (A4); "" = none. */
    const char *dashboard[GROUP_OTHER][DASHBOARD_COLUMNS];
    struct text3 certificate_names[CERT_KINDS]; /* spelled out: "certificat d'aplicació (CDA)" */
    const char *warning_folder;                 /* where sent warnings are filed in the mailbox */
    bool automatic;                             /* warnings go out without a person's approval */
    int warning_minute;                         /* minute of the day, in Madrid, at which they are planned */
    int probe_runs_days, probe_hours_days;      /* how long runs of probes, and sums of their hours, are kept */
    int storm;                                  /* more warnings in a day need a second approval */
    int week_most;                              /* more in a week make it an overloaded one */
    const char *outage_folder;                  /* the mailbox folder that shows what was down in the morning */
    const char *const *alert_down;              /* folded words by which an alert says that a body is down … */
    const char *const *alert_up;                /* … and up again; they count when none of the others is there */
    size_t alert_down_count, alert_up_count;
    struct word_list reply_words[REPLY_WORDS_COUNT];
    bool reply_confirms;      /* an answer that says "under way" in the thread of its case needs no person */
    const char *filing_place; /* default place of the workbook: "SERVEIS\\PADRO" */
    /* A1 */
    const struct exclusion_reason *reasons;
    size_t reason_count;
    const struct exclusion *exclusions; /* sorted by key */
    size_t exclusion_count;
    /* days on which nothing goes out, sorted; fixed ones ("25/12") are expanded for the years in range */
    const day_t *holidays;
    size_t holiday_count;
    enum weekday report_weekday; /* FRIDAY */
    /* A5 */
    const char *report_folder;  /* where the sent report is filed in the mailbox */
    const char *report_subject; /* template: {day} as D/M/YYYY */
    const struct address *to, *cc;
    size_t to_count, cc_count;
    struct address from;
    /* B */
    const char *integration_subject; /* template: {name} {fp} {ticket} */
    const char *integration_folder;  /* where what is sent is filed in the mailbox */
    const struct address *heads;     /* who approves: the head of service */
    size_t head_count;
    int reminder_days[LIMIT_THRESHOLDS]; /* after so many days without an answer it is asked again */
    size_t reminder_count;
    int reminder_most;                                    /* reminders in all */
    int decision_hours;                                   /* how long a link of the e-mail decides */
    const char *production_purpose;                       /* of permissions of production; "" any */
    int overlap_days;                                     /* the old CDA counts for so long beside a new one */
    const char *link_form, *link_platform, *link_service; /* documentation that messages name */
    enum lang language;                                   /* of the report and the workbook */
};

/* The exclusion that covers a body with that name_key, or NULL. A person's word may say otherwise: struct body. */
const struct exclusion *profile_exclusion(const struct profile *p, const char *name_key);
/* Why the body is left out, in that language or in a person's words; "" when it is in. */
struct body;
const char *exclusion_words(const struct profile *p, const struct body *b, enum lang lang);

#endif
