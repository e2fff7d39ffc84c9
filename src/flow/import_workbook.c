/* The sheets of a ResumAjuntaments that the team edits by hand: OK (actions), KO (outages), Certificats (comments). */
#include <stdio.h>

#include "base/text.h"
#include "core/comment.h"
#include "core/date_text.h"
#include "core/name.h"
#include "flow/import_run.h"
#include "record/action.h"
#include "record/outage.h"
#include "record/renewal.h"
#include "record/report.h"

/* The body of a row, or NULL: a row without one is skipped (notes below the table), an unknown one is refused when the
 * row says something (`says`). Silence says something too in a comment of a report of ours: somebody emptied it. */
static const struct body *row_body(struct import *im, const struct columns *c, const struct table_row *row,
                                   const struct workbook_origin *o, enum field says)
{
    struct str name, text;
    struct err why = {.lang = im->e->lang};
    arena_reset(&im->scratch.arena);
    if (!row_text(c, row, FIELD_BODY, LIMIT_NAME_CHARS, false, &im->scratch, &name, &why) ||
        !row_text(c, row, says, LIMIT_NOTE_CHARS, true, &im->scratch, &text, &why)) {
        im->part->counts.rows++;
        import_refuse(im, row->number, (struct str){0}, &why);
        return NULL;
    }
    if (name.n == 0 || (text.n == 0 && (says != FIELD_COMMENT || o->report_id == 0)))
        return NULL;
    im->part->counts.rows++;
    return import_body(im, o->index, name, row->number, columns_place(c, &im->scratch.arena, FIELD_BODY));
}

static bool workbook_part(struct import *im, const char *kind, const char *sheet, int64_t *ret_id)
{
    return import_part_begin(im, kind, N_("workbook"), sheet, ret_id);
}

/* A date that may be missing; a wrong one refuses the row. */
static bool optional_date(struct import *im, const struct columns *c, const struct table_row *row, enum field f,
                          day_t *ret)
{
    struct err why = {.lang = im->e->lang};
    if (row_date(c, row, f, &im->scratch, ret, &why))
        return true;
    import_refuse(im, row->number, columns_cell(c, row, FIELD_BODY)->text, &why);
    return false;
}

static struct str cell_text(struct import *im, const struct columns *c, const struct table_row *row, enum field f)
{
    return str_of(text_clean(&im->scratch.arena, str_utf8_cut(columns_cell(c, row, f)->text, LIMIT_NOTE_CHARS), true));
}

/* ------------------------------------------------------------------ OK */

/* Words that people write in the column of the group, folded; the first letters suffice. */
static const struct {
    const char *word;
    enum action_group group;
} group_words[] = {
    {"renov", GROUP_RENEWAL}, {"renew", GROUP_RENEWAL}, {"certif", GROUP_RENEWAL}, {"migra", GROUP_MIGRATION},
    {"caig", GROUP_OUTAGE},   {"caid", GROUP_OUTAGE},   {"outage", GROUP_OUTAGE},  {"incid", GROUP_OUTAGE},
};

static enum action_group group_of(struct import *im, struct str text)
{
    const char *fold = text_fold(&im->scratch.arena, text);
    for (size_t i = 0; i < sizeof group_words / sizeof *group_words; i++) {
        if (strstr(fold, group_words[i].word) != NULL)
            return group_words[i].group;
    }
    return GROUP_OTHER;
}

bool import_actions(struct import *im, const struct columns *c, const struct workbook_origin *o)
{
    int64_t import_id;
    if (!workbook_part(im, "actions", "OK", &import_id))
        return false;
    const struct table_row *row;
    bool ok = true;
    while (ok && (row = import_next(im)) != NULL) {
        const struct body *b = row_body(im, c, row, o, FIELD_ACTION);
        day_t day = DAY_NONE;
        if (b == NULL || !optional_date(im, c, row, FIELD_DAY, &day))
            continue;
        struct str text = cell_text(im, c, row, FIELD_ACTION), ticket = cell_text(im, c, row, FIELD_TICKET);
        struct str group = columns_have(c, FIELD_GROUP) ? columns_cell(c, row, FIELD_GROUP)->text : text;
        struct action action = {
            .body_id = b->id,
            .day = day == DAY_NONE ? o->day : day,
            .group = group_of(im, group),
            .text = arena_text(&im->scratch.arena, text),
            .ticket = arena_text(&im->scratch.arena, ticket),
            .source = im->source,
        };
        bool added = false;
        ok = action_add(im->tx, &im->desk->by, &action, &added, im->e);
        im->part->counts.added += added;
        im->part->counts.same += !added;
        if (ok && added)
            import_note(im, IMPORT_NEW, row->number, b->name, action.text);
    }
    return ok && im->e->code == ERR_NONE && import_set_counts(im->tx, import_id, &im->part->counts, im->e);
}

/* ------------------------------------------------------------------ KO */

/* Whether the body has this action already: a report writes the ticket after the text, and a line end may have become a
 * space. */
static bool known_action(struct arena *a, const struct action *known, size_t count, day_t day, const char *text)
{
    const char *wanted = text_clean(a, str_of(text), false);
    for (size_t i = 0; i < count; i++) {
        const char *mine = text_clean(a, str_of(known[i].text), false);
        if (known[i].day == day &&
            (strcmp(wanted, mine) == 0 || strcmp(wanted, arena_printf(a, "%s (%s)", mine, known[i].ticket)) == 0))
            return true;
    }
    return false;
}

/* The lines of the cell "actions" that begin with a date are actions of that day; the others belong to the line above.
 */
static bool outage_actions(struct import *im, const struct body *b, day_t fallback, struct str lines)
{
    struct str line;
    struct buf text = BUF_INIT(LIMIT_NOTE_CHARS);
    struct arena *a = &im->scratch.arena;
    struct action *known;
    size_t count;
    day_t day = fallback;
    bool ok = actions_load(im->tx, a, b->id, DAY_NONE, im->desk->by.day, &known, &count, im->e);
    for (bool more = true; ok && more;) {
        more = str_split(&lines, '\n', &line);
        size_t end = more ? str_find(line, ':') : 0;
        day_t found;
        bool begins =
            more && end < line.n && end <= 16 && date_parse(str_trim(str_part(line.p, end)), &found) == DATE_OK;
        if ((begins || !more) && text.n > 0) {
            struct action action = {.body_id = b->id,
                                    .day = day,
                                    .group = GROUP_OUTAGE,
                                    .text = buf_text(&text),
                                    .ticket = "",
                                    .source = im->source};
            bool added;
            ok = known_action(a, known, count, day, action.text) ||
                 action_add(im->tx, &im->desk->by, &action, &added, im->e);
            buf_clear(&text);
        }
        if (begins) {
            day = found;
            line = str_part(line.p + end + 1, line.n - end - 1);
        }
        line = more ? str_trim(line) : (struct str){0};
        if (line.n > 0)
            buf_printf(&text, "%s%.*s", text.n > 0 ? " " : "", STR_ARG(line));
    }
    buf_release(&text);
    return ok;
}

bool import_outages(struct import *im, const struct columns *c, const struct workbook_origin *o)
{
    int64_t import_id;
    if (!workbook_part(im, "outages", "KO", &import_id))
        return false;
    const struct table_row *row;
    bool ok = true;
    while (ok && (row = import_next(im)) != NULL) {
        const struct body *b = row_body(im, c, row, o, FIELD_ERROR);
        day_t since = DAY_NONE;
        if (b == NULL || !optional_date(im, c, row, FIELD_SINCE, &since))
            continue;
        int64_t days;
        if (since == DAY_NONE && str_to_int64(str_trim(columns_cell(c, row, FIELD_DAYS)->text), 0, 10000, &days))
            since = o->day - (day_t)days;
        struct err why = {.lang = im->e->lang};
        if (since == DAY_NONE)
            since = o->day;
        if (since > o->day) {
            char a[DAY_TEXT_BYTES], z[DAY_TEXT_BYTES];
            err_set(&why, ERR_VALUE, N_("the outage would begin on %s, after the day of the workbook (%s)"),
                    day_dmy(since, a), day_dmy(o->day, z));
            import_refuse(im, row->number, str_of(b->name), &why);
            continue;
        }
        /* What an old workbook shows as down was down on its day; when it ended, the workbook cannot know. */
        const char *error = arena_text(&im->scratch.arena, cell_text(im, c, row, FIELD_ERROR));
        bool added = false;
        ok = outage_from_history(im->tx, &im->desk->by, b->id, error, since, o->day + 1, im->source, &added, im->e) &&
             outage_actions(im, b, since > o->day ? since : o->day, cell_text(im, c, row, FIELD_ACTIONS));
        im->part->counts.added += added;
        im->part->counts.same += !added;
        if (ok && added)
            import_note(im, IMPORT_NEW, row->number, b->name, error);
    }
    return ok && im->e->code == ERR_NONE && import_set_counts(im->tx, import_id, &im->part->counts, im->e);
}

/* ------------------------------------------------------------------ Certificats */

/* The dates that a row gives its certificates: in columns of their own, or in the validity as people write it ("CDS
 * 04/12/2026 · CDA 20/12/2026", "CDA[20/12/2026]"). */
static void row_certificates(struct import *im, const struct columns *c, const struct table_row *row,
                             day_t ret[CERT_KINDS])
{
    static const enum field fields[CERT_KINDS] = {[CERT_CDS] = FIELD_EXPIRES_CDS, [CERT_CDA] = FIELD_EXPIRES_CDA};
    struct str rest = columns_cell(c, row, FIELD_VALIDITY)->text;
    int kind = -1;
    for (int k = 0; k < CERT_KINDS; k++) {
        struct err ignored = {0};
        ret[k] = DAY_NONE;
        (void)row_date(c, row, fields[k], &im->scratch, &ret[k], &ignored);
    }
    while (rest.n >= 3) {
        day_t day;
        if (str_starts(rest, "CDS") || str_starts(rest, "CDA")) {
            kind = rest.p[2] == 'S' ? CERT_CDS : CERT_CDA;
        } else if (kind >= 0 && rest.n >= 10 && date_parse(str_part(rest.p, 10), &day) == DATE_OK) {
            ret[kind] = day;
            kind = -1;
        }
        rest = str_part(rest.p + 1, rest.n - 1);
    }
}

/* The case that a row speaks of: that of the body's certificates with the dates of the row; with other dates, the case
 * of an earlier renewal; without dates, the body's most urgent. False when there is none. */
static bool row_case(struct import *im, const struct columns *c, const struct table_row *row, const struct body *b,
                     const struct renewals *renewals, struct warning_case *ret)
{
    struct warning_case *cases, past = {0};
    day_t dates[CERT_KINDS];
    size_t count = renewals_cases(renewals, &im->desk->files.profile, &im->scratch.arena, b, &cases);
    row_certificates(im, c, row, dates);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < cases[i].count; k++) {
            if (cases[i].certs[k].expires == dates[cases[i].certs[k].kind]) {
                *ret = cases[i];
                return true;
            }
        }
    }
    static const enum cert_kind order[] = {CERT_CDA, CERT_CDS};
    for (size_t k = 0; k < CERT_KINDS; k++) {
        if (dates[order[k]] != DAY_NONE)
            past.certs[past.count++] = (struct case_cert){.kind = order[k], .expires = dates[order[k]]};
    }
    if (past.count == 0 && count == 0)
        return false;
    *ret = past.count > 0 ? past : cases[0];
    return true;
}

/* Years of workbooks that the team kept by hand tell one story: among them the text of the later day is the one in
 * force. As soon as somebody has changed it here, that is no longer so. */
static bool merge_by_day(struct import *im, int64_t case_id, const char *ours, const char *theirs, day_t day,
                         enum merge *what, const char **kept)
{
    day_t known;
    if (!comment_foreign_day(im->tx, case_id, &known, im->e))
        return false;
    if (*what == MERGE_NOTHING && strcmp(ours, theirs) == 0)
        return true;
    if (known != DAY_NONE && known != day) {
        *what = known < day ? MERGE_TAKE : MERGE_NOTHING;
        *kept = known < day ? theirs : ours;
    }
    return true;
}

static bool merge(struct import *im, const struct body *b, const struct warning_case *wc, size_t row,
                  const char *theirs, const struct workbook_origin *o)
{
    int64_t case_id;
    const char *ours, *base = NULL, *kept;
    struct arena *scratch = &im->scratch.arena;
    if (!case_ensure(im->tx, &im->desk->by, b->id, wc, &case_id, im->e) ||
        !comment_get(im->tx, scratch, case_id, &ours, im->e) ||
        (o->report_id != 0 && !report_comment_get(im->tx, scratch, o->report_id, case_id, &base, im->e)))
        return false;
    enum merge what = comment_merge(scratch, base, ours, theirs, &kept);
    struct by by = im->desk->by;
    if (o->report_id == 0 && o->dated) {
        by.day = o->day;
        if (!merge_by_day(im, case_id, ours, theirs, o->day, &what, &kept))
            return false;
    }
    switch (what) {
    case MERGE_NOTHING: im->part->counts.same++; return true;
    case MERGE_TAKE:
    case MERGE_JOINED:
        im->part->counts.changed++;
        import_note(im, IMPORT_CHANGED, row, b->name,
                    what == MERGE_TAKE
                        ? tr(im->desk->lang, N_("comment taken from the workbook"))
                        : tr(im->desk->lang, N_("comment of the workbook, and the lines added here since")));
        import_plan_add(im, "comment", ours, kept);
        return comment_put(im->tx, &by, case_id, kept, im->source, im->e);
    case MERGE_CONFLICT: {
        char *text = arena_printf(scratch,
                                  tr(im->desk->lang, N_("the comment changed here and in the workbook; ours stays: "
                                                        "\"%s\"; the workbook says: \"%s\". Decide with `talaia "
                                                        "comment`")),
                                  ours, theirs);
        import_note(im, IMPORT_CONFLICT, row, b->name, text);
        return conflict_add(im->tx, &im->desk->by, case_id, theirs, im->source, im->e);
    }
    }
    return true;
}

bool import_comments(struct import *im, const struct columns *c, const struct workbook_origin *o)
{
    int64_t import_id;
    if (!workbook_part(im, "comments", "Certificats", &import_id))
        return false;
    const struct table_row *row;
    struct renewals renewals;
    bool ok = renewals_load(im->tx, im->arena, 0, im->desk->by.day, &renewals, im->e);
    while (ok && (row = import_next(im)) != NULL) {
        const struct body *b = row_body(im, c, row, o, FIELD_COMMENT);
        if (b == NULL)
            continue;
        struct warning_case wc;
        if (!row_case(im, c, row, b, &renewals, &wc)) {
            struct err why = {.lang = im->e->lang};
            err_set(&why, ERR_STATE, N_("the body has no certificate with a date that this comment could belong to"));
            import_refuse(im, row->number, str_of(b->name), &why);
            continue;
        }
        ok = merge(im, b, &wc, row->number, arena_text(&im->scratch.arena, cell_text(im, c, row, FIELD_COMMENT)), o);
    }
    return ok && im->e->code == ERR_NONE && import_set_counts(im->tx, import_id, &im->part->counts, im->e);
}
