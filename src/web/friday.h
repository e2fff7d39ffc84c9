/* The Friday page: the tables as they would go out now, where the week's e-mail stands, and what was sent in other
 * weeks. Internal to the web. */
#ifndef TALAIA_WEB_FRIDAY_H
#define TALAIA_WEB_FRIDAY_H

#include "flow/friday.h"
#include "record/action.h"
#include "record/message.h"
#include "record/report.h"
#include "report/grid.h"
#include "web/edit.h"
#include "web/job.h"

enum friday_stage {
    FRIDAY_UNMADE,  /* this week's report was not built yet */
    FRIDAY_STALE,   /* built, and something has changed since */
    FRIDAY_READY,   /* waits for approval, and says what the tables say */
    FRIDAY_MOVING,  /* approved; the mailer is at it */
    FRIDAY_SENT,    /* sent, filed */
    FRIDAY_TROUBLE, /* refused, or not known whether it went out */
};

/* One e-mail of a report, with what was written about it. */
struct report_mail {
    struct message message;
    struct message_step *steps;
    struct message_recipient *to;
    size_t step_count, to_count;
};

struct friday_page {
    const struct view *v;
    const struct form *refused;
    struct job_state making; /* looked at before the rest is read: what it ends meanwhile is seen at the next coming */
    struct report report;    /* in the page's language */
    struct action *actions;
    size_t action_count;
    bool has_mail;
    struct report_mail mail; /* this week's, when has_mail */
    enum friday_stage stage;
    bool again;               /* another one of that day went out already */
    size_t silent;            /* rows that say nothing yet */
    const char *first_silent; /* "#" and the id of the first of them */
    size_t warnings;          /* that wait for approval */
    size_t unreachable;       /* that wait for somebody to write to */
    size_t moving;            /* that were approved and have not left yet */
    struct report_record *weeks;
    size_t week_count;
    struct messages mails; /* of all weeks */
};

/* Steps, recipients of the message; in the transaction of the caller. */
bool friday_mail_load(struct call *c, struct tx *tx, const struct message *m, struct report_mail *ret);
/* When it came into that state, and who brought it there; NULL when it never did. The last time. */
const struct message_step *friday_step(const struct report_mail *m, enum outbox_state s);
/* "joan · dv. 20 nov. 2026, 9:02" */
const char *friday_who_when(struct call *c, const char *who, instant_t at);

/* Where it stands, and the one main button. */
void friday_state(struct call *c, const struct friday_page *p);
/* What has changed since the last report, and the three tables. */
void friday_tables(struct call *c, const struct friday_page *p);
/* Ids of rows. In the arena. */
const char *friday_ko_id(struct arena *a, const struct report_ko_row *x);
const char *friday_certificate_id(struct arena *a, const struct report_certificate_row *x);
/* Whether nobody has said anything of that row yet. */
bool friday_ko_silent(const struct report_ko_row *x);
bool friday_certificate_silent(const struct report_certificate_row *x);

/* The e-mail as it goes out or went out: to whom, its page, its text, its files, the hash of its bytes. */
void friday_preview(struct call *c, const struct report_mail *m);
/* Every week that has a report, newest first. */
void friday_weeks(struct call *c, const struct friday_page *p);
/* The message that stands for a report: the one that left, else the newest; NULL when there is none. */
const struct message *friday_message_of(const struct messages *mails, int64_t report_id);
void friday_message_state(struct call *c, const struct message *m);

#endif
