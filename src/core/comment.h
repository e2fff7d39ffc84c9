/* Comments of the sheet Certificats: Talaia adds dated lines, people edit the whole text in Excel (A2). */
#ifndef TALAIA_CORE_COMMENT_H
#define TALAIA_CORE_COMMENT_H

#include "base/day.h"
#include "base/mem.h"

/* "20/11/2026: text" as a new line at the end. In the arena. Blank lines are dropped and `text` becomes one line. */
char *comment_add_line(struct arena *a, const char *comment, day_t d, const char *text);

/* The line "20/11/2026: old" wherever it stands whole, with `now` instead and that day; NULL takes it away. *ret_found
 * false when it is not there. In the arena. */
char *comment_replace_line(struct arena *a, const char *comment, day_t d, const char *old, day_t now_day,
                           const char *now, bool *ret_found);

enum merge {
    MERGE_NOTHING,  /* the workbook says what we have, or what we wrote: keep ours */
    MERGE_TAKE,     /* only the workbook changed: take it */
    MERGE_JOINED,   /* both changed and it is clear how: ours only added lines at the end, which follow theirs (but
                     * for those that theirs already has: when it has them all, it is MERGE_TAKE) */
    MERGE_CONFLICT, /* both changed: a person decides; ours stays */
};
/* `base` = what the workbook held when it was written (NULL: unknown), `ours` = now in the store, `theirs` = now in the
 * workbook. Differences of white space and line ends do not count. *ret is the text to keep, in the arena. With an
 * unknown base, an empty side gives way to the other and anything else that differs is a conflict, unless one side
 * contains the other whole (then the longer wins: TAKE or NOTHING). */
enum merge comment_merge(struct arena *a, const char *base, const char *ours, const char *theirs, const char **ret);

#endif
