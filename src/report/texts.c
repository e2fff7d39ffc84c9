#include "report/texts.h"

#include "core/date_text.h"

bool report_template(struct arena *a, const struct report *r, const struct report_texts *t, struct template *ret,
                     struct err *e)
{
    char day[DAY_TEXT_BYTES], from[DAY_TEXT_BYTES], until[DAY_TEXT_BYTES], text[DATE_LONG_BYTES];
    day_dmy(r->day, day);
    day_dmy(r->period.after == DAY_NONE ? r->day : r->period.after + 1, from);
    day_dmy(r->period.until, until);
    const struct template_value values[] = {
        {.name = "day", .value = day},
        {.name = "day_long", .value = date_long(r->day, r->lang, text)},
        {.name = "from", .value = from},
        {.name = "until", .value = until},
        {.name = "ok_count", .value = arena_printf(a, "%zu", r->ok_count)},
        {.name = "ko_count", .value = arena_printf(a, "%zu", r->ko_count)},
        {.name = "certificate_count", .value = arena_printf(a, "%zu", r->certificate_count)},
        {.name = "excluded_count", .value = arena_printf(a, "%zu", r->left_out_count)},
        {.name = "organisation", .value = r->profile->from.name},
        {.name = "changes", .slot = true},
        {.name = "ok", .slot = true},
        {.name = "ko", .slot = true},
        {.name = "certificates", .slot = true},
        {.name = "excluded", .slot = true},
    };
    return template_read(a, t->text, t->file, values, sizeof values / sizeof *values, ret, e);
}

const char *report_subject(struct arena *a, const struct report *r, struct err *e)
{
    char day[DAY_TEXT_BYTES];
    const struct template_value value = {.name = "day", .value = day_dmy_short(r->day, day)};
    return template_line(a, r->profile->report_subject, "report_subject", &value, 1, e);
}
