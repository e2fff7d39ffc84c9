#include "web/filter.h"

#include "base/text.h"

static const struct {
    const char *word; /* folded */
    enum filter_key key;
} keys[] = {
    {"caduca", FILTER_DAYS},       {"expires", FILTER_DAYS},        {"dies", FILTER_DAYS},
    {"dias", FILTER_DAYS},         {"days", FILTER_DAYS},           {"cds", FILTER_CDS},
    {"cda", FILTER_CDA},           {"plataforma", FILTER_PLATFORM}, {"platform", FILTER_PLATFORM},
    {"estat", FILTER_STATE},       {"estado", FILTER_STATE},        {"state", FILTER_STATE},
    {"registre", FILTER_REGISTRY}, {"registro", FILTER_REGISTRY},   {"registry", FILTER_REGISTRY},
    {"contacte", FILTER_CONTACT},  {"contacto", FILTER_CONTACT},    {"contact", FILTER_CONTACT},
};

static bool find_key(const char *folded, enum filter_key *ret)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].word, folded) == 0) {
            *ret = keys[i].key;
            return true;
        }
    }
    return false;
}

/* Whether the folded text begins a word of the other one. */
static bool begins_word(struct arena *a, const char *part, const char *whole)
{
    const char *folded = text_fold(a, str_of(whole));
    size_t n = strlen(part);
    for (const char *at = folded; n > 0 && (at = strstr(at, part)) != NULL; at++) {
        if (at == folded || at[-1] == ' ')
            return true;
    }
    return false;
}

static unsigned states_named(struct arena *a, const char *value)
{
    unsigned found = 0;
    for (int s = 0; s < STATE_COUNT; s++) {
        bool named = begins_word(a, value, body_state_code((enum body_state)s));
        for (int lang = 0; !named && lang < LANG_COUNT; lang++)
            named = begins_word(a, value, tr((enum lang)lang, body_state_word((enum body_state)s)));
        found |= (unsigned)named << s;
    }
    return found;
}

static unsigned reconciliations_named(struct arena *a, const char *value)
{
    unsigned found = 0;
    for (int r = 0; r < RECONCILIATION_COUNT; r++) {
        bool named = begins_word(a, value, reconciliation_code((enum reconciliation)r));
        for (int lang = 0; !named && lang < LANG_COUNT; lang++)
            named = begins_word(a, value, tr((enum lang)lang, reconciliation_words((enum reconciliation)r)));
        found |= (unsigned)named << r;
    }
    return found;
}

/* "<=30": the sign, and how long it is. */
static size_t read_sign(const char *text, enum filter_sign *ret)
{
    bool equal = text[0] != '\0' && text[1] == '=';
    switch (text[0]) {
    case '<': *ret = equal ? SIGN_AT_MOST : SIGN_LESS; return equal ? 2 : 1;
    case '>': *ret = equal ? SIGN_AT_LEAST : SIGN_MORE; return equal ? 2 : 1;
    case '=':
    case ':': *ret = SIGN_EQUAL; return 1;
    default: return 0;
    }
}

static bool read_value(struct arena *a, struct filter *f, struct filter_term *t, const char *value)
{
    const char *folded = text_fold(a, str_of(value));
    int64_t days;
    switch (t->key) {
    case FILTER_DAYS:
    case FILTER_CDS:
    case FILTER_CDA:
        if (!str_to_int64(str_trim(str_of(value)), -100000, 100000, &days))
            return false;
        t->days = (int)days;
        return true;
    case FILTER_PLATFORM:
        for (int p = PLATFORM_JAVA; p <= PLATFORM_OTHER; p++)
            t->wanted |= (unsigned)begins_word(a, folded, platform_code((enum platform)p)) << p;
        break;
    case FILTER_STATE:
        t->wanted = states_named(a, folded);
        f->asks_excluded |= (t->wanted >> STATE_EXCLUDED & 1) != 0;
        break;
    case FILTER_REGISTRY: t->wanted = reconciliations_named(a, folded); break;
    case FILTER_CONTACT: t->wanted = strcmp(folded, "no") != 0; return folded[0] != '\0';
    case FILTER_WORD: break;
    }
    return t->wanted != 0 && t->sign == SIGN_EQUAL;
}

/* One part of the line; false when it looks like a key and is not understood. */
static bool read_term(struct arena *a, struct filter *f, struct str part, bool quoted)
{
    struct filter_term t = {.key = FILTER_WORD};
    const char *text = arena_text(a, part);
    size_t at = strcspn(text, "<>=:");
    enum filter_sign sign = SIGN_EQUAL;
    size_t n = read_sign(text + at, &sign);
    if (!quoted && at > 0 && n > 0) {
        t.sign = sign;
        if (!find_key(text_fold(a, str_part(text, at)), &t.key) || !read_value(a, f, &t, text + at + n))
            return false;
    } else {
        t.word = text_fold(a, part);
        if (t.word[0] == '\0')
            return true;
    }
    if (f->count < FILTER_TERMS_MAX)
        f->terms[f->count++] = t;
    return true;
}

void filter_read(struct arena *a, const char *text, struct filter *ret)
{
    struct str rest = str_of(text);
    *ret = (struct filter){0};
    while (rest.n > 0) {
        bool quoted = rest.p[0] == '"';
        struct str part = quoted ? str_part(rest.p + 1, rest.n - 1) : rest;
        size_t n = 0;
        while (n < part.n && (quoted ? part.p[n] != '"' : part.p[n] != ' '))
            n++;
        struct str one = str_part(part.p, n);
        size_t used = (size_t)(part.p - rest.p) + n + (n < part.n);
        if (one.n > 0 && !read_term(a, ret, one, quoted) && ret->trouble == NULL)
            ret->trouble = arena_text(a, one);
        rest = str_part(rest.p + used, rest.n - used);
    }
}

static bool days_hold(const struct filter_term *t, int days)
{
    if (days == DAYS_NONE)
        return false;
    switch (t->sign) {
    case SIGN_LESS: return days < t->days;
    case SIGN_AT_MOST: return days <= t->days;
    case SIGN_EQUAL: return days == t->days;
    case SIGN_AT_LEAST: return days >= t->days;
    case SIGN_MORE: return days > t->days;
    }
    return false;
}

static bool term_holds(const struct filter_term *t, const struct view_body *b, day_t today)
{
    switch (t->key) {
    case FILTER_WORD: return strstr(b->fold, t->word) != NULL;
    case FILTER_DAYS: return days_hold(t, b->urgency);
    case FILTER_CDS: return days_hold(t, days_left(b->body->expires[CERT_CDS], today));
    case FILTER_CDA: return days_hold(t, days_left(b->body->expires[CERT_CDA], today));
    case FILTER_PLATFORM: return (t->wanted >> b->body->platform & 1) != 0;
    case FILTER_STATE: return (t->wanted >> b->state & 1) != 0;
    case FILTER_REGISTRY: return b->watch != NULL && (t->wanted >> b->watch->reconciliation & 1) != 0;
    case FILTER_CONTACT: return ((b->body->flags & BODY_NO_CONTACT) == 0) == (t->wanted != 0);
    }
    return false;
}

bool filter_holds(const struct filter *f, const struct view_body *b, day_t today)
{
    if (b->long_gone || (b->state == STATE_EXCLUDED && !f->asks_excluded))
        return false;
    for (size_t i = 0; i < f->count; i++) {
        if (!term_holds(&f->terms[i], b, today))
            return false;
    }
    return true;
}
