/* profile.yaml → struct profile. Not here: where the file is (profile_file.c), the words of headers (headers.c). */
#include <stdlib.h>

#include "base/file.h"
#include "base/text.h"
#include "conf/profile_keys.h"
#include "conf/value.h"
#include "core/calendar.h"
#include "core/date_text.h"
#include "core/name.h"
#include "core/watch.h"

static const struct config_key_info keys[PROFILE_KEY_COUNT] = {
#define X(name, path, type_, default_, min_, max_, choices_, help_)                                                    \
    [PROFILE_##name] = {.key = path,                                                                                   \
                        .type = type_,                                                                                 \
                        .default_text = default_,                                                                      \
                        .choices = choices_,                                                                           \
                        .help = help_,                                                                                 \
                        .min = min_,                                                                                   \
                        .max = max_},
    PROFILE_KEYS(X)
#undef X
};

const struct config_key_info *profile_keys(size_t *ret_count)
{
    *ret_count = PROFILE_KEY_COUNT;
    return keys;
}

/* What is being read: the tree's nodes by key, the values of simple keys, and where it all goes. */
struct job {
    struct finder *find;
    struct arena *arena;
    const struct node *nodes[PROFILE_KEY_COUNT];
    struct value values[PROFILE_KEY_COUNT];
    struct profile *out;
};

/* A finding about a key, where its value stands. */
#define key_wrong(j, n, ...) finding_add((j)->find, (n)->line, (n)->column, __VA_ARGS__)

/* True when the node is a map or list as wanted; else a finding, unless it was reported before. */
static bool is_kind(struct job *j, const struct node *n, enum node_kind kind, const char *path)
{
    if (n->kind == kind)
        return true;
    if (n->kind != NODE_BAD && kind == NODE_MAP)
        key_wrong(j, n, N_("%s is a group of keys; write them below it, indented by two spaces"), path);
    else if (n->kind != NODE_BAD)
        key_wrong(j, n, N_("%s is a list; write its items below it, each on a line that begins with '- '"), path);
    return false;
}

/* --- small shapes --- */

/* ca, es, en below `path`; at least one. */
static void text3_read(struct job *j, const struct node *n, const char *path, struct text3 *ret)
{
    if (n == NULL || !is_kind(j, n, NODE_MAP, path))
        return;
    struct config_key_info langs[LANG_COUNT] = {0};
    const struct node *nodes[LANG_COUNT] = {0};
    for (int i = 0; i < LANG_COUNT; i++)
        langs[i].key = arena_printf(j->arena, "%s.%s", path, lang_code((enum lang)i));
    keys_find(j->find, n, path, langs, LANG_COUNT, nodes);
    bool any = false;
    for (int i = 0; i < LANG_COUNT; i++) {
        struct value v;
        any |= nodes[i] != NULL;
        if (nodes[i] != NULL && value_read(j->find, j->arena, &langs[i], nodes[i], &v))
            ret->in[i] = v.text;
    }
    if (!any)
        key_wrong(j, n, N_("%s has no text; write at least that of ca"), path);
}

/* Enough to catch a slip of the pen: one @, something at both sides, no white space or angle brackets. */
static bool is_email(struct str s)
{
    size_t at = str_find(s, '@');
    if (at == 0 || at + 1 >= s.n || s.n > LIMIT_EMAIL_BYTES)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c <= ' ' || c > '~' || (c == '@' && i != at) || strchr("<>,;:\"()", c) != NULL)
            return false;
    }
    return true;
}

static bool is_one_line(struct job *j, const struct node *n, const char *path, const char *text)
{
    if (strchr(text, '\n') == NULL && strchr(text, '\t') == NULL && str_trim(str_of(text)).n > 0)
        return true;
    key_wrong(j, n, N_("%s must be one line of text"), path);
    return false;
}

static void address_read(struct job *j, const struct node *n, const char *path, struct address *ret)
{
    if (!is_kind(j, n, NODE_MAP, path))
        return;
    struct config_key_info parts[] = {{.key = arena_printf(j->arena, "%s.name", path)},
                                      {.key = arena_printf(j->arena, "%s.email", path)}};
    const struct node *nodes[2] = {0};
    keys_find(j->find, n, path, parts, 2, nodes);
    struct value name = {.text = ""}, email = {.text = ""};
    if (nodes[0] != NULL && value_read(j->find, j->arena, &parts[0], nodes[0], &name) && name.text[0] != '\0')
        (void)is_one_line(j, nodes[0], parts[0].key, name.text);
    if (nodes[1] == NULL)
        key_wrong(j, n, N_("%s has no email"), path);
    else if (value_read(j->find, j->arena, &parts[1], nodes[1], &email) && !is_email(str_of(email.text)))
        key_wrong(j, nodes[1], N_("%s: '%s' is not an e-mail address"), parts[1].key, email.text);
    *ret = (struct address){.name = name.text, .email = email.text};
}

static size_t addresses_read(struct job *j, enum profile_key k, const struct address **ret)
{
    const struct node *n = j->nodes[k];
    if (n == NULL || !is_kind(j, n, NODE_LIST, keys[k].key))
        return 0;
    struct address *list = arena_array(j->arena, struct address, n->count + 1);
    size_t count = 0;
    for (const struct node *item = n->first; item != NULL; item = item->next)
        address_read(j, item, keys[k].key, &list[count++]);
    *ret = list;
    if (count == 0 && keys[k].default_text == NULL)
        key_wrong(j, n, N_("%s needs one address at least"), keys[k].key);
    return count;
}

/* --- templates of one line --- */

bool placeholder_unknown(struct str text, const char *known, struct str *ret)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] != '{')
            continue;
        if (i + 1 < text.n && text.p[i + 1] == '{') {
            i++;
            continue;
        }
        struct str rest = str_part(text.p + i + 1, text.n - i - 1), words = str_of(known), one;
        size_t end = str_find(rest, '}');
        bool good = false;
        while (end < rest.n && !good && str_split(&words, ' ', &one))
            good = str_equal(one, str_part(rest.p, end));
        if (good)
            continue;
        *ret = str_utf8_cut(str_part(rest.p - 1, end < rest.n ? end + 2 : rest.n + 1), 40);
        return true;
    }
    return false;
}

/* A text of one line; when the key has choices, they are the placeholders it may and must hold. */
static const char *line_take(struct job *j, enum profile_key k)
{
    const struct value *v = &j->values[k];
    if (v->node == NULL || !is_one_line(j, v->node, keys[k].key, v->text))
        return "";
    if (keys[k].choices == NULL)
        return v->text;
    struct str bad, words = str_of(keys[k].choices), one;
    if (placeholder_unknown(str_of(v->text), keys[k].choices, &bad))
        key_wrong(j, v->node, N_("%s: unknown placeholder %.*s; those known are: %s"), keys[k].key, STR_ARG(bad),
                  keys[k].choices);
    while (str_split(&words, ' ', &one)) {
        if (strstr(v->text, arena_printf(j->arena, "{%.*s}", STR_ARG(one))) == NULL)
            key_wrong(j, v->node, N_("%s lacks {%.*s}"), keys[k].key, STR_ARG(one));
    }
    return v->text;
}

/* --- warnings and tickets --- */

static void thresholds_take(struct job *j)
{
    const struct node *list = j->values[PROFILE_THRESHOLDS].node;
    const struct config_key_info *key = &keys[PROFILE_THRESHOLDS];
    if (list == NULL || !is_kind(j, list, NODE_LIST, key->key))
        return;
    if (list->count == 0 || list->count > LIMIT_THRESHOLDS) {
        key_wrong(j, list, N_("%s must have from 1 to %d numbers"), key->key, LIMIT_THRESHOLDS);
        return;
    }
    const struct config_key_info one = {.key = key->key, .type = CONFIG_INT, .min = key->min, .max = key->max};
    int64_t previous = INT64_MAX;
    for (const struct node *n = list->first; n != NULL; n = n->next) {
        struct value v;
        if (!value_read(j->find, j->arena, &one, n, &v))
            continue;
        if (v.number >= previous)
            key_wrong(j, n, N_("%s must go down: %lld does not come after %lld"), key->key, (long long)v.number,
                      (long long)previous);
        previous = v.number;
        j->out->thresholds[j->out->threshold_count++] = (int)v.number;
    }
}

static size_t run_of(struct str s, const char *characters)
{
    size_t n = 0;
    while (n < s.n && s.p[n] != '\0' && strchr(characters, s.p[n]) != NULL)
        n++;
    return n;
}

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static bool is_project(struct str s)
{
    return s.n > 0 && s.n <= 32 && run_of(s, UPPER) > 0 && run_of(s, UPPER DIGITS "_") == s.n;
}

static void dashboard_take(struct job *j)
{
    static const enum profile_key cells[GROUP_OTHER][DASHBOARD_COLUMNS] = {
        [GROUP_RENEWAL] = {PROFILE_DASHBOARD_RENEWAL_DONE, PROFILE_DASHBOARD_RENEWAL_PENDING},
        [GROUP_MIGRATION] = {PROFILE_DASHBOARD_MIGRATION_DONE, PROFILE_DASHBOARD_MIGRATION_PENDING},
        [GROUP_OUTAGE] = {PROFILE_DASHBOARD_OUTAGE_DONE, PROFILE_DASHBOARD_OUTAGE_PENDING},
    };
    for (int g = 0; g < GROUP_OTHER; g++) {
        for (int c = 0; c < DASHBOARD_COLUMNS; c++) {
            const struct value *v = &j->values[cells[g][c]];
            j->out->dashboard[g][c] = v->text == NULL ? "" : v->text;
            if (v->node != NULL && v->text != NULL && v->text[0] != '\0')
                (void)is_one_line(j, v->node, keys[cells[g][c]].key, v->text);
        }
    }
}

static void tickets_take(struct job *j)
{
    const char *project = line_take(j, PROFILE_TICKET_PROJECT), *template = line_take(j, PROFILE_TICKET_TEMPLATE);
    j->out->ticket_project = project;
    j->out->ticket_template = template;
    if (project[0] != '\0' && !is_project(str_of(project)))
        key_wrong(j, j->values[PROFILE_TICKET_PROJECT].node,
                  N_("tickets.project: '%s' is not a project key such as ST"), project);
    if (template[0] == '\0')
        return;
    struct str rest = str_of(template), first;
    (void)str_split(&rest, template[0] == '#' ? '#' : '-', &first); /* "#12" is Redmine's way */
    if ((template[0] != '#' && !is_project(first)) || rest.n == 0 || run_of(rest, DIGITS) != rest.n)
        key_wrong(j, j->values[PROFILE_TICKET_TEMPLATE].node,
                  N_("tickets.template: '%s' is not the key of a ticket such as ST-8949"), template);
}

/* --- holidays --- */

struct days {
    day_t *items;
    size_t count, capacity;
};

static int day_compare(const void *a, const void *b)
{
    day_t x = *(const day_t *)a, y = *(const day_t *)b;
    return (x > y) - (x < y);
}

/* "25/12" */
static void fixed_add(struct job *j, const struct node *n, struct days *all)
{
    struct str rest = str_trim(str_of(n->text)), day;
    int64_t d, m;
    bool good = str_split(&rest, '/', &day) && str_to_int64(day, 1, 31, &d) && str_to_int64(rest, 1, 12, &m) &&
                day_from_civil(2024, (int)m, (int)d) != DAY_NONE;
    for (int year = LIMIT_HOLIDAY_YEAR_MIN; good && year <= LIMIT_HOLIDAY_YEAR_MAX; year++) {
        day_t at = day_from_civil(year, (int)m, (int)d);
        if (at != DAY_NONE) /* 29/2 */
            vec_push(all, at);
    }
    if (!good)
        key_wrong(j, n, N_("holidays.fixed: '%s' is not a day of the year such as 25/12"), n->text);
}

static void easter_add(struct job *j, const struct node *n, struct days *all)
{
    const struct config_key_info one = {
        .key = keys[PROFILE_HOLIDAYS_EASTER].key, .type = CONFIG_INT, .min = -100, .max = 100};
    struct value v;
    if (!value_read(j->find, j->arena, &one, n, &v))
        return;
    for (int year = LIMIT_HOLIDAY_YEAR_MIN; year <= LIMIT_HOLIDAY_YEAR_MAX; year++)
        vec_push(all, easter_sunday(year) + (day_t)v.number);
}

static void day_add(struct job *j, const struct node *n, struct days *all)
{
    day_t d;
    if (date_parse(str_of(n->text), &d) == DATE_OK)
        vec_push(all, d);
    else
        key_wrong(j, n, N_("holidays.days: '%s' is not a date such as 2026-12-24"), n->text);
}

static void holidays_take(struct job *j)
{
    static const struct {
        enum profile_key key;
        void (*add)(struct job *j, const struct node *n, struct days *all);
    } kinds[] = {
        {PROFILE_HOLIDAYS_FIXED, fixed_add},
        {PROFILE_HOLIDAYS_EASTER, easter_add},
        {PROFILE_HOLIDAYS_DAYS, day_add},
    };
    struct days all = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct node *n = j->values[kinds[i].key].node;
        if (n == NULL || !is_kind(j, n, NODE_LIST, keys[kinds[i].key].key))
            continue;
        for (const struct node *item = n->first; item != NULL; item = item->next)
            kinds[i].add(j, item, &all);
    }
    if (all.count > 0)
        qsort(all.items, all.count, sizeof *all.items, day_compare);
    day_t *days = arena_array(j->arena, day_t, all.count + 1);
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (count == 0 || days[count - 1] != all.items[i])
            days[count++] = all.items[i];
    }
    j->out->holidays = days;
    j->out->holiday_count = count;
    vec_release(&all);
}

static void minute_take(struct job *j)
{
    const struct value *at = &j->values[PROFILE_WARNING_AT];
    j->out->warning_minute = at->text == NULL ? -1 : watch_minute_of(at->text);
    if (at->text != NULL && j->out->warning_minute < 0)
        key_wrong(j, at->node, N_("%s takes a time of day such as 08:30, not '%s'"), keys[PROFILE_WARNING_AT].key,
                  at->text);
}

/* --- alerts --- */

/* Words as a folded text has them: case, accents and punctuation do not count. */
static size_t words_take(struct job *j, enum profile_key k, const char *const **ret)
{
    const struct node *n = j->nodes[k];
    if (n == NULL || !is_kind(j, n, NODE_LIST, keys[k].key))
        return 0;
    const struct config_key_info one = {.key = keys[k].key, .type = CONFIG_TEXT};
    const char **words = arena_array(j->arena, const char *, n->count + 1);
    size_t count = 0;
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        struct value v;
        if (!value_read(j->find, j->arena, &one, item, &v))
            continue;
        words[count] = text_fold(j->arena, str_of(v.text));
        if (words[count][0] == '\0')
            key_wrong(j, item, N_("%s: '%s' has no letter"), keys[k].key, v.text);
        else
            count++;
    }
    *ret = words;
    return count;
}

static void reply_words_take(struct job *j)
{
    static const enum profile_key list[REPLY_WORDS_COUNT] = {
#define X(name, key, help) [REPLY_WORDS_##name] = PROFILE_REPLY_##name,
        REPLY_WORDS_LIST(X)
#undef X
    };
    for (size_t i = 0; i < REPLY_WORDS_COUNT; i++)
        j->out->reply_words[i].count = words_take(j, list[i], &j->out->reply_words[i].items);
    j->out->reply_confirms = j->values[PROFILE_REPLY_RULE].number == 1;
}

/* --- exclusions --- */

struct excluded {
    struct exclusion body;
    size_t line, column;
};
struct excluded_list {
    struct excluded *items;
    size_t count, capacity;
};

static int exclusion_compare(const void *a, const void *b)
{
    const struct excluded *x = a, *y = b;
    int order = strcmp(x->body.key, y->body.key);
    return order != 0 ? order : (x->line > y->line) - (x->line < y->line);
}

static void bodies_read(struct job *j, const struct node *n, const char *path, size_t reason, struct excluded_list *all)
{
    if (!is_kind(j, n, NODE_LIST, path))
        return;
    const struct config_key_info one = {.key = path, .type = CONFIG_TEXT};
    for (const struct node *item = n->first; item != NULL; item = item->next) {
        struct value v;
        if (!value_read(j->find, j->arena, &one, item, &v))
            continue;
        const char *key = name_key(j->arena, str_of(v.text));
        if (key[0] == '\0') {
            key_wrong(j, item, N_("%s: '%s' is not a name"), path, v.text);
            continue;
        }
        vec_push(all, (struct excluded){.body = {.description = v.text, .key = key, .reason = reason},
                                        .line = item->line,
                                        .column = item->column});
    }
}

/* One reason: its code, its text and its bodies. */
static bool reason_read(struct job *j, const struct node *n, size_t index, struct exclusion_reason *ret,
                        struct excluded_list *all)
{
    struct str code = str_of(n->key);
    if (code.n > 64 || run_of(code, LOWER) == 0 || run_of(code, LOWER DIGITS "-") != code.n) {
        finding_add(j->find, n->key_line, n->key_column,
                    N_("exclusions: the code '%s' must be of lower-case letters, digits and dashes"), n->key);
        return false;
    }
    ret->code = n->key;
    const char *path = arena_printf(j->arena, "exclusions.%s", n->key);
    if (!is_kind(j, n, NODE_MAP, path))
        return false;
    struct config_key_info parts[] = {{.key = arena_printf(j->arena, "%s.text", path)},
                                      {.key = arena_printf(j->arena, "%s.bodies", path)}};
    const struct node *nodes[2] = {0};
    keys_find(j->find, n, path, parts, 2, nodes);
    for (size_t i = 0; i < 2; i++) {
        if (nodes[i] == NULL)
            finding_add(j->find, n->key_line, n->key_column, N_("%s is missing"), parts[i].key);
    }
    text3_read(j, nodes[0], parts[0].key, &ret->text);
    if (nodes[1] != NULL)
        bodies_read(j, nodes[1], parts[1].key, index, all);
    return true;
}

/* Two spellings of one body are fine under one reason; under two, nobody could say which holds. */
static bool exclusion_repeats(struct job *j, const struct excluded *a, const struct excluded *b)
{
    if (strcmp(a->body.key, b->body.key) != 0)
        return false;
    const struct excluded *first = a->line < b->line ? a : b, *last = first == a ? b : a;
    if (a->body.reason != b->body.reason)
        finding_add(j->find, last->line, last->column,
                    N_("exclusions: '%s' is the same body as on line %zu, with another reason; keep one of them"),
                    last->body.description, first->line);
    return true;
}

static void exclusions_take(struct job *j)
{
    const struct node *tree = j->nodes[PROFILE_EXCLUSIONS];
    if (tree == NULL || !is_kind(j, tree, NODE_MAP, "exclusions"))
        return;
    struct exclusion_reason *reasons = arena_array(j->arena, struct exclusion_reason, tree->count + 1);
    struct excluded_list all = {0};
    size_t count = 0;
    for (const struct node *n = tree->first; n != NULL; n = n->next)
        count += reason_read(j, n, count, &reasons[count], &all) ? 1 : 0;
    if (all.count > 0)
        qsort(all.items, all.count, sizeof *all.items, exclusion_compare);
    struct exclusion *list = arena_array(j->arena, struct exclusion, all.count + 1);
    size_t kept = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (i == 0 || !exclusion_repeats(j, &all.items[i - 1], &all.items[i]))
            list[kept++] = all.items[i].body;
    }
    j->out->reasons = reasons;
    j->out->reason_count = count;
    j->out->exclusions = list;
    j->out->exclusion_count = kept;
    vec_release(&all);
}

/* --- all of it --- */

static void values_take(struct job *j, bool complete)
{
    for (size_t k = 0; k < PROFILE_KEY_COUNT; k++) {
        const struct node *n = j->nodes[k];
        if (n == NULL && keys[k].default_text == NULL && complete)
            finding_add(j->find, 1, 1, N_("%s is missing"), keys[k].key);
        if (n != NULL && keys[k].type != CONFIG_TREE)
            (void)value_read(j->find, j->arena, &keys[k], n, &j->values[k]);
    }
}

static void report_take(struct job *j)
{
    struct profile *p = j->out;
    p->language = LANG_CA;
    if (j->values[PROFILE_LANGUAGE].text != NULL)
        (void)lang_parse(j->values[PROFILE_LANGUAGE].text, &p->language);
    p->report_weekday = (enum weekday)(MONDAY + j->values[PROFILE_REPORT_WEEKDAY].number);
    p->report_subject = line_take(j, PROFILE_REPORT_SUBJECT);
    if (j->nodes[PROFILE_REPORT_FROM] != NULL)
        address_read(j, j->nodes[PROFILE_REPORT_FROM], keys[PROFILE_REPORT_FROM].key, &p->from);
    p->to_count = addresses_read(j, PROFILE_REPORT_TO, &p->to);
    p->cc_count = addresses_read(j, PROFILE_REPORT_CC, &p->cc);
}

/* --- integrations --- */

static const char *line_or_default(struct job *j, enum profile_key k)
{
    return j->values[k].node == NULL ? keys[k].default_text : line_take(j, k);
}

static int number_or_default(struct job *j, enum profile_key k)
{
    int64_t number = j->values[k].number;
    if (j->values[k].node == NULL)
        (void)str_to_int64(str_of(keys[k].default_text), keys[k].min, keys[k].max, &number);
    return (int)number;
}

/* In days, as people think of it: after one week, and after two. */
static void reminders_take(struct job *j)
{
    static const int usual[] = {7, 14};
    const struct node *list = j->nodes[PROFILE_INTEGRATION_REMINDERS];
    const struct config_key_info *key = &keys[PROFILE_INTEGRATION_REMINDERS];
    const struct config_key_info one = {.key = key->key, .type = CONFIG_INT, .min = key->min, .max = key->max};
    struct profile *p = j->out;
    if (list == NULL) {
        memcpy(p->reminder_days, usual, sizeof usual);
        p->reminder_count = sizeof usual / sizeof *usual;
        return;
    }
    if (!is_kind(j, list, NODE_LIST, key->key))
        return;
    if (list->count > LIMIT_THRESHOLDS)
        key_wrong(j, list, N_("%s must have from 1 to %d numbers"), key->key, LIMIT_THRESHOLDS);
    for (const struct node *n = list->first; n != NULL && p->reminder_count < LIMIT_THRESHOLDS; n = n->next) {
        struct value v;
        if (value_read(j->find, j->arena, &one, n, &v))
            p->reminder_days[p->reminder_count++] = (int)v.number;
    }
}

static void integrations_take(struct job *j)
{
    struct profile *p = j->out;
    p->integration_subject = line_or_default(j, PROFILE_INTEGRATION_SUBJECT);
    p->integration_folder = line_or_default(j, PROFILE_INTEGRATION_FOLDER);
    p->head_count = addresses_read(j, PROFILE_INTEGRATION_HEAD, &p->heads);
    reminders_take(j);
    p->reminder_most = number_or_default(j, PROFILE_INTEGRATION_MOST);
    p->decision_hours = number_or_default(j, PROFILE_INTEGRATION_HOURS);
    p->production_purpose = line_or_default(j, PROFILE_INTEGRATION_PURPOSE);
    p->overlap_days = number_or_default(j, PROFILE_INTEGRATION_OVERLAP);
    p->link_form = line_or_default(j, PROFILE_INTEGRATION_FORM);
    p->link_platform = line_or_default(j, PROFILE_INTEGRATION_PLATFORM);
    p->link_service = line_or_default(j, PROFILE_INTEGRATION_SERVICE);
}

static void profile_take(struct job *j)
{
    struct profile *p = j->out;
    thresholds_take(j);
    p->pair_gap_days = (int)j->values[PROFILE_PAIR_GAP].number;
    p->warning_subject = line_take(j, PROFILE_WARNING_SUBJECT);
    p->warning_folder = line_take(j, PROFILE_WARNING_FOLDER);
    p->automatic = j->values[PROFILE_WARNING_MODE].number == 1;
    p->probe_runs_days = number_or_default(j, PROFILE_PROBE_RUNS);
    p->probe_hours_days = number_or_default(j, PROFILE_PROBE_HOURS);
    p->storm = (int)j->values[PROFILE_WARNING_STORM].number;
    p->week_most = (int)j->values[PROFILE_WARNING_WEEK].number;
    minute_take(j);
    p->report_folder = line_take(j, PROFILE_REPORT_FOLDER);
    p->outage_folder = line_take(j, PROFILE_OUTAGE_FOLDER);
    p->alert_down_count = words_take(j, PROFILE_ALERT_DOWN, &p->alert_down);
    p->alert_up_count = words_take(j, PROFILE_ALERT_UP, &p->alert_up);
    reply_words_take(j);
    p->filing_place = line_take(j, PROFILE_FILING_PLACE);
    text3_read(j, j->nodes[PROFILE_CERT_CDS], keys[PROFILE_CERT_CDS].key, &p->certificate_names[CERT_CDS]);
    text3_read(j, j->nodes[PROFILE_CERT_CDA], keys[PROFILE_CERT_CDA].key, &p->certificate_names[CERT_CDA]);
    tickets_take(j);
    dashboard_take(j);
    report_take(j);
    holidays_take(j);
    exclusions_take(j);
    integrations_take(j);
}

bool profile_load_text(struct arena *a, struct str text, const char *path, const char *name, struct profile_files *ret,
                       struct config_findings *all, struct err *e)
{
    struct finder f = {.lang = e->lang, .code = ERR_PROFILE};
    struct profile_files files = {.profile.name = arena_strdup(a, name)};
    struct job *j = arena_new(a, struct job);
    j->find = &f;
    j->arena = a;
    j->out = &files.profile;
    bool complete;
    keys_find(&f, tree_read(a, text, &f, &complete), "", keys, PROFILE_KEY_COUNT, j->nodes);
    values_take(j, complete);
    profile_take(j);
    const struct node *headers = j->nodes[PROFILE_HEADERS];
    if (headers != NULL && is_kind(j, headers, NODE_MAP, "headers"))
        headers_read(&f, a, headers, &files.headers, &files.header_count);
    findings_sort(&f.found);
    bool good = f.found.count == 0;
    if (good)
        *ret = files;
    else
        findings_fail(&f.found, path, e);
    if (all != NULL)
        *all = f.found;
    else
        config_findings_release(&f.found);
    return good;
}
