/* Any bytes as the answer of a tracker: as a ticket of Jira and of Redmine, as a field to be copied, as reasons of a
 * refusal, and as text that goes there and comes back. What is understood is whole: keys that are keys, days and texts
 * that can be shown. */
#include <stdint.h>
#include <stdlib.h>

#include "ticket/jira.h"
#include "ticket/redmine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void text_check(const char *text)
{
    must(text != NULL && str_utf8_valid(str_of(text)));
}

static void ticket_check(const struct ticket *t)
{
    text_check(t->key);
    text_check(t->summary);
    text_check(t->description);
    text_check(t->status);
    text_check(t->type);
    text_check(t->url);
    must(t->uid[0] == '\0' || ticket_uid_valid(str_of(t->uid)));
    must(t->kind >= 0 && t->kind < GROUP_COUNT);
    for (size_t i = 0; i < t->label_count; i++)
        text_check(t->labels[i]);
    for (size_t i = 0; i < t->link_count; i++)
        text_check(t->links[i]);
    for (size_t i = 0; i < t->file_count; i++)
        text_check(t->files[i]);
    for (size_t i = 0; i < t->watcher_count; i++)
        text_check(t->watchers[i]);
    for (size_t i = 0; i < t->note_count; i++) {
        text_check(t->notes[i].who);
        text_check(t->notes[i].text);
        must(t->notes[i].marker[0] == '\0' || ticket_uid_valid(str_of(t->notes[i].marker)));
    }
}

static void value_check(struct arena *a, const json_t *value)
{
    static const char *const schemas[] = {"{\"type\":\"array\",\"items\":\"option\"}",
                                          "{\"type\":\"option-with-child\"}", "{\"type\":\"date\"}",
                                          "{\"type\":\"user\"}"};
    struct ticket t;
    jira_ticket_read(a, value, json_at(value, "names"), "Data Estimada", "https://jira.example", &t);
    ticket_check(&t);
    redmine_ticket_read(a, value, "Data Estimada", "https://redmine.example", &t);
    ticket_check(&t);
    text_check(jira_reasons(a, value, value));
    text_check(redmine_reasons(a, value));
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++) {
        struct err e = {.lang = LANG_EN};
        json_t *schema = foreign_json(str_of(schemas[i]), "x", &e);
        json_decref(jira_value_copy(json_at(value, "value"), schema));
        json_decref(schema);
    }
}

static void bytes_check(struct arena *a, struct str s)
{
    struct str rest, mark, word;
    char *text = arena_text(a, s);
    (void)instant_read(s);
    (void)redmine_number(s);
    (void)ticket_key_is_project_number(s);
    if (ticket_mark_split(s, &rest, &mark, &word))
        must(ticket_uid_valid(mark) && rest.n < s.n);
    if (strchr(text, '\\') == NULL && strchr(text, '\r') == NULL)
        must(strcmp(jira_text_read(a, jira_text_write(a, text)), text) == 0);
    /* Nothing ends the quotes of a JQL before their time. */
    const char *quoted = jql_quote(a, text);
    size_t n = strlen(quoted);
    must(n >= 2 && quoted[0] == '"' && quoted[n - 1] == '"');
    for (size_t i = 1; i < n - 1; i++) {
        must(quoted[i] != '"' && (unsigned char)quoted[i] >= 0x20);
        i += quoted[i] == '\\';
        must(i < n - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct str s = str_part((const char *)data, size);
    json_t *value = foreign_json(s, "tracker.example", &e);
    must(value != NULL || e.code == ERR_REMOTE);
    if (value != NULL)
        value_check(&a, value);
    json_decref(value);
    bytes_check(&a, s);
    arena_release(&a);
    return 0;
}
