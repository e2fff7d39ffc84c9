/* Reports that were built: what each body was in them, and the comments as they were written. */
#ifndef TALAIA_RECORD_REPORT_H
#define TALAIA_RECORD_REPORT_H

#include "base/mem.h"
#include "core/outage.h"
#include "record/by.h"
#include "store/store.h"

struct report_record {
    int64_t id;
    const char *uid; /* in the workbook's property and the mail's X-Talaia-Id */
    day_t day, after;
    instant_t at; /* when it was built */
    const char *who;
};

bool report_add(struct tx *tx, const struct by *by, const char *uid, day_t after, int64_t *ret_id, struct err *e);
bool report_add_line(struct tx *tx, int64_t report_id, const struct report_line *line, struct err *e);
bool report_add_comment(struct tx *tx, int64_t report_id, int64_t case_id, const char *text, struct err *e);

/* The last report whose day is not after `until`; *ret_found. */
bool report_latest(struct tx *tx, struct arena *a, day_t until, struct report_record *ret, bool *ret_found,
                   struct err *e);
/* The last one that went out, or may have, as the report itself (record/message.h). */
bool report_latest_sent(struct tx *tx, struct arena *a, day_t until, struct report_record *ret, bool *ret_found,
                        struct err *e);
bool report_by_uid(struct tx *tx, struct arena *a, const char *uid, struct report_record *ret, bool *ret_found,
                   struct err *e);
bool report_get(struct tx *tx, struct arena *a, int64_t id, struct report_record *ret, bool *ret_found, struct err *e);
/* The last `most` of them up to that day, newest first. */
bool reports_load(struct tx *tx, struct arena *a, day_t until, size_t most, struct report_record **ret,
                  size_t *ret_count, struct err *e);
/* By body_id. */
bool report_lines_load(struct tx *tx, struct arena *a, int64_t report_id, struct report_line **ret, size_t *ret_count,
                       struct err *e);
/* The comment that a report showed for the case; NULL when it did not show the case. */
bool report_comment_get(struct tx *tx, struct arena *a, int64_t report_id, int64_t case_id, const char **ret,
                        struct err *e);
/* All of them, by case. */
struct report_comment {
    int64_t case_id;
    const char *text;
};
bool report_comments_load(struct tx *tx, struct arena *a, int64_t report_id, struct report_comment **ret,
                          size_t *ret_count, struct err *e);

#endif
