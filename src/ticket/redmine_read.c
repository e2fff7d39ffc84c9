/* What Redmine says, understood. Pure: no network, so that hostile answers can be tried. */
#include "ticket/redmine.h"

#define REASON_BYTES 300 /* of one reason */

int64_t redmine_number(struct str key)
{
    int64_t n;
    if (key.n > 0 && key.p[0] == '#')
        key = str_part(key.p + 1, key.n - 1);
    bool digits = key.n > 0 && key.p[0] >= '1' && key.p[0] <= '9';
    return digits && str_to_int64(key, 1, INT32_MAX, &n) ? n : 0;
}

const json_t *redmine_field(const json_t *issue, const char *name)
{
    const json_t *fields = json_at(issue, "custom_fields");
    int64_t number = 0;
    (void)str_to_int64(str_of(str_starts(str_of(name), "cf_") ? name + 3 : name), 1, INT32_MAX, &number);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *f = json_array_get(fields, i);
        if (names_equal(json_text_at(f, "name"), name) || (number > 0 && json_int_at(f, "id") == number))
            return f;
    }
    return NULL;
}

static void notes_read(struct arena *a, const json_t *journals, struct ticket *t)
{
    struct ticket_note *notes = arena_array(a, struct ticket_note, json_array_size(journals) + 1);
    for (size_t i = 0; i < json_array_size(journals); i++) {
        const json_t *j = json_array_get(journals, i);
        struct str rest, mark, word;
        char *text = foreign_text(a, json_text_at(j, "notes"));
        if (text[0] == '\0')
            continue;
        struct ticket_note *n = &notes[t->note_count++];
        *n = (struct ticket_note){
            .who = json_kept(a, j, "user.name"), .marker = "", .text = text, .at = json_instant_at(j, "created_on")};
        if (ticket_mark_split(str_of(text), &rest, &mark, &word)) {
            n->marker = arena_text(a, mark);
            n->text = arena_text(a, rest);
        }
    }
    t->notes = notes;
}

static const char *const *names_read(struct arena *a, const json_t *list, const char *field, size_t *ret_count)
{
    const char **names = arena_array(a, const char *, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++)
        names[i] = json_kept(a, json_array_get(list, i), field);
    *ret_count = json_array_size(list);
    return names;
}

static const char *const *links_read(struct arena *a, const json_t *list, int64_t own, size_t *ret_count)
{
    const char **keys = arena_array(a, const char *, json_array_size(list) + 1);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *link = json_array_get(list, i);
        int64_t one = json_int_at(link, "issue_id"), two = json_int_at(link, "issue_to_id");
        keys[i] = arena_printf(a, "#%lld", (long long)(one == own ? two : one));
    }
    *ret_count = json_array_size(list);
    return keys;
}

void redmine_ticket_read(struct arena *a, const json_t *issue, const char *date_field, const char *base,
                         struct ticket *ret)
{
    int64_t id = json_int_at(issue, "id");
    char *description = foreign_text(a, json_text_at(issue, "description"));
    struct str rest, mark, word;
    struct ticket t = {
        .key = id > 0 ? arena_printf(a, "#%lld", (long long)id) : "",
        .uid = "",
        .summary = json_kept(a, issue, "subject"),
        .description = description,
        .status = json_kept(a, issue, "status.name"),
        .type = json_kept(a, issue, "tracker.name"),
        .url = arena_printf(a, "%s/issues/%lld", base, (long long)id),
        .kind = GROUP_OTHER,
        .open = !json_is_true(json_at(issue, "status.is_closed")) && json_text_at(issue, "closed_on")[0] == '\0',
        .due = json_day_at(issue, "due_date"),
        .created = json_instant_at(issue, "created_on"),
        .closed = json_instant_at(issue, "closed_on"),
        .remark = "",
    };
    if (json_at(issue, "status.is_closed") != NULL)
        t.open = !json_is_true(json_at(issue, "status.is_closed"));
    if (t.open)
        t.closed = INSTANT_NONE;
    t.estimated = date_field[0] == '\0' ? t.due : json_day_at(redmine_field(issue, date_field), "value");
    if (ticket_mark_split(str_of(description), &rest, &mark, &word)) {
        t.uid = arena_text(a, mark);
        t.description = arena_text(a, rest);
        (void)action_group_parse(arena_text(a, word), &t.kind);
    }
    notes_read(a, json_at(issue, "journals"), &t);
    t.links = links_read(a, json_at(issue, "relations"), id, &t.link_count);
    t.files = names_read(a, json_at(issue, "attachments"), "filename", &t.file_count);
    t.watchers = names_read(a, json_at(issue, "watchers"), "name", &t.watcher_count);
    *ret = t;
}

char *redmine_reasons(struct arena *a, const json_t *body)
{
    struct buf b = BUF_INIT(LIMIT_ERR_BYTES);
    const json_t *errors = json_at(body, "errors");
    for (size_t i = 0; i < json_array_size(errors); i++) {
        const char *why = json_string_value(json_array_get(errors, i));
        if (why != NULL)
            buf_printf(&b, "%s%.*s", b.n > 0 ? "; " : "", STR_ARG(str_utf8_cut(str_of(why), REASON_BYTES)));
    }
    char *text = arena_text(a, buf_str(&b));
    buf_release(&b);
    return text;
}
