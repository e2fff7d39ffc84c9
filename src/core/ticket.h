/* A ticket as any tracker shows it, and the two marks by which Talaia finds again what it wrote there (procedure A3,
 * "before the e-mail a ticket exists"). Pure. */
#ifndef TALAIA_CORE_TICKET_H
#define TALAIA_CORE_TICKET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/day.h"
#include "base/str.h"
#include "core/certificate.h"

/* Something written below a ticket. */
struct ticket_note {
    const char *who;
    const char *marker; /* of ours; "" when somebody else wrote it */
    const char *text;   /* without the marker */
    instant_t at;
};

struct ticket {
    const char *key; /* "ST-8949"; Redmine: "#8949" */
    const char *uid; /* by which Talaia finds it; "" when Talaia did not make it */
    const char *summary, *description;
    const char *status; /* as the tracker calls it */
    const char *type;   /* issue type or tracker, by name */
    const char *url;    /* for the browser; "" of the local tracker */
    enum action_group kind;
    bool open;
    day_t due;                 /* the tracker's own due date; DAY_NONE: none */
    day_t estimated;           /* the field of tracker.date_field; DAY_NONE: none, or not asked for */
    instant_t created, closed; /* closed: INSTANT_NONE while open, or when the tracker does not say */
    const char *const *labels;
    size_t label_count;
    /* Filled when one ticket is asked for, not in lists. */
    const struct ticket_note *notes; /* oldest first */
    size_t note_count;
    const char *const *links; /* keys of other tickets */
    size_t link_count;
    const char *const *files; /* names of what is attached */
    size_t file_count;
    const char *const *watchers; /* user names */
    size_t watcher_count;
    /* What did not work although the ticket is there, for a person ("user x cannot watch it"); "" else. */
    const char *remark;
};

/* "talaia-" and a UUID in small letters: marks a ticket (uid), or a note (marker). */
#define TICKET_UID_BYTES 44
bool ticket_uid_valid(struct str s);
/* Written from sixteen random bytes. Returns `out`. */
const char *ticket_uid_write(const unsigned char random[16], char out[TICKET_UID_BYTES]);

/* The mark at the end of a text, for trackers that keep it there: "(talaia-…)" or "(talaia-… word)" on the last line.
 * *ret_rest gets the text before it, *ret_word the word ("" when none). False when the text does not end so. */
bool ticket_mark_split(struct str text, struct str *ret_rest, struct str *ret_uid, struct str *ret_word);

/* "PROJECT-12", as Jira and the local tracker write keys. */
bool ticket_key_is_project_number(struct str key);

#endif
