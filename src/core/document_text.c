/* What a form says: addresses and contacts, found in its fields and in the text of its pages. Proposed, with the place;
 * a person confirms. Forms differ, so this goes by words that stand before a value, in Catalan, Spanish and English. */
#include "base/limits.h"
#include "base/text.h"
#include "core/document.h"

struct finding {
    struct arena *arena;
    VEC(struct document_value) values;
    VEC(struct document_address) addresses;
    VEC(struct document_reason) reasons;
};

/* One line of text or one field, with what says what it is. */
struct line {
    struct str text;
    const char *label; /* folded; "" */
    const char *where; /* as it stands */
    int page;
    bool field;
};

/* The first that fits decides: what is narrower stands before. */
static const struct {
    const char *words;
    enum document_value_kind kind;
} labels[] = {
    {"nif de l empresa", DOCUMENT_VALUE_COMPANY_NIF},
    {"cif de l empresa", DOCUMENT_VALUE_COMPANY_NIF},
    {"nif empresa", DOCUMENT_VALUE_COMPANY_NIF},
    {"nif proveidor", DOCUMENT_VALUE_COMPANY_NIF},
    {"cif empresa", DOCUMENT_VALUE_COMPANY_NIF},
    {"nif de la empresa", DOCUMENT_VALUE_COMPANY_NIF},
    {"company nif", DOCUMENT_VALUE_COMPANY_NIF},
    {"correu", DOCUMENT_VALUE_EMAIL},
    {"e mail", DOCUMENT_VALUE_EMAIL},
    {"email", DOCUMENT_VALUE_EMAIL},
    {"mail", DOCUMENT_VALUE_EMAIL},
    {"correo", DOCUMENT_VALUE_EMAIL},
    {"telefon", DOCUMENT_VALUE_PHONE},
    {"telefono", DOCUMENT_VALUE_PHONE},
    {"tel", DOCUMENT_VALUE_PHONE},
    {"mobil", DOCUMENT_VALUE_PHONE},
    {"movil", DOCUMENT_VALUE_PHONE},
    {"phone", DOCUMENT_VALUE_PHONE},
    {"telephone", DOCUMENT_VALUE_PHONE},
    {"ine10", DOCUMENT_VALUE_INE10},
    {"codi ine", DOCUMENT_VALUE_INE10},
    {"codigo ine", DOCUMENT_VALUE_INE10},
    {"ine", DOCUMENT_VALUE_INE10},
    {"nif", DOCUMENT_VALUE_NIF},
    {"cif", DOCUMENT_VALUE_NIF},
    {"persona de contacte", DOCUMENT_VALUE_PERSON},
    {"persona de contacto", DOCUMENT_VALUE_PERSON},
    {"nom i cognoms", DOCUMENT_VALUE_PERSON},
    {"nombre y apellidos", DOCUMENT_VALUE_PERSON},
    {"contact person", DOCUMENT_VALUE_PERSON},
    {"contacte", DOCUMENT_VALUE_PERSON},
    {"contacto", DOCUMENT_VALUE_PERSON},
    {"contact", DOCUMENT_VALUE_PERSON},
    {"responsable", DOCUMENT_VALUE_PERSON},
    {"empresa", DOCUMENT_VALUE_COMPANY},
    {"proveidor", DOCUMENT_VALUE_COMPANY},
    {"proveedor", DOCUMENT_VALUE_COMPANY},
    {"company", DOCUMENT_VALUE_COMPANY},
    {"integrador", DOCUMENT_VALUE_COMPANY},
    {"nom de l ens", DOCUMENT_VALUE_BODY},
    {"ens", DOCUMENT_VALUE_BODY},
    {"organisme", DOCUMENT_VALUE_BODY},
    {"organismo", DOCUMENT_VALUE_BODY},
    {"entitat", DOCUMENT_VALUE_BODY},
    {"entidad", DOCUMENT_VALUE_BODY},
    {"body", DOCUMENT_VALUE_BODY},
};

/* `words` stands in the folded label as whole words. */
static bool has_words(const char *label, const char *words)
{
    size_t n = strlen(words);
    for (const char *p = strstr(label, words); p != NULL; p = strstr(p + 1, words))
        if ((p == label || p[-1] == ' ') && (p[n] == '\0' || p[n] == ' ' || (p[n] >= '0' && p[n] <= '9')))
            return true;
    return false;
}

static bool kind_of(const char *label, enum document_value_kind *ret)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
        if (has_words(label, labels[i].words)) {
            *ret = labels[i].kind;
            return true;
        }
    }
    return false;
}

/* --- taking --- */

static void take_value(struct finding *f, const struct line *l, enum document_value_kind kind, struct str value)
{
    value = str_trim(value);
    if (value.n == 0 || value.n > LIMIT_CERT_TEXT_BYTES || f->values.count >= LIMIT_DOCUMENT_VALUES)
        return;
    char *text = text_clean(f->arena, value, false);
    for (size_t i = 0; i < f->values.count; i++)
        if (f->values.items[i].kind == kind && strcmp(f->values.items[i].value, text) == 0)
            return;
    vec_push(&f->values, (struct document_value){.kind = kind, .value = text, .where = l->where, .page = l->page});
}

static void take_address(struct finding *f, const struct line *l, struct str value)
{
    if (f->addresses.count >= LIMIT_DOCUMENT_VALUES)
        return;
    for (size_t i = 0; i < f->addresses.count; i++)
        if (str_is(value, f->addresses.items[i].text))
            return;
    vec_push(&f->addresses,
             (struct document_address){.text = arena_text(f->arena, value), .where = l->where, .page = l->page});
}

/* --- words of a line --- */

static bool is_of_word(char c)
{
    return c != ' ' && c != '\t' && c != ',' && c != ';' && c != '(' && c != ')' && c != '<' && c != '>' && c != '"' &&
           c != '|' && c != '\n' && c != '\r';
}

static bool word_next(struct str *s, struct str *ret)
{
    while (s->n > 0 && !is_of_word(s->p[0]))
        *s = str_part(s->p + 1, s->n - 1);
    size_t n = 0;
    while (n < s->n && is_of_word(s->p[n]))
        n++;
    *ret = str_part(s->p, n);
    *s = str_part(s->p + n, s->n - n);
    while (ret->n > 1 && memchr(".:;,", ret->p[ret->n - 1], 4) != NULL)
        ret->n--;
    return n > 0;
}

/* "88.1.2.3:8443", "[2001:db8::1]:443", "http://88.1.2.3/": more than an address, and the address is meant. */
static bool looks_dressed(struct str s)
{
    struct document_address judged;
    struct arena a = {0};
    bool dressed = false;
    if (s.n < 200 && memchr(s.p, ':', s.n) != NULL) {
        document_address_judge(&a, s, NULL, 0, NULL, 0, &judged);
        dressed = !judged.read && judged.remarks[0].code == DOCUMENT_REASON_ADDRESS_PORT;
    }
    arena_release(&a);
    return dressed;
}

/* It has the look of an IPv4 address, a range of them, or something between: four parts of digits or stars. */
static bool looks_v4(struct str s)
{
    int dots = 0, digits = 0;
    size_t i = 0;
    for (; i < s.n && memchr("/-", s.p[i], 2) == NULL; i++) {
        if (s.p[i] == '.') {
            if (digits == 0)
                return false;
            dots++;
            digits = 0;
        } else if ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '*' || s.p[i] == 'x' || s.p[i] == 'X') {
            if (++digits > 3)
                return false;
        } else {
            return false;
        }
    }
    for (size_t k = i; k < s.n; k++)
        if (memchr("0123456789./-*", s.p[k], 14) == NULL)
            return false;
    return dots == 3 && digits > 0;
}

static bool looks_v6(struct str s)
{
    int colons = 0;
    bool hex = false;
    for (size_t i = 0; i < s.n; i++) {
        colons += s.p[i] == ':';
        hex |= (s.p[i] >= '0' && s.p[i] <= '9');
        if (memchr("0123456789abcdefABCDEF:./", s.p[i], 25) == NULL)
            return false;
    }
    /* A time (10:30:00) has two colons and no double one. */
    return hex && (colons >= 7 || (colons >= 2 && memmem(s.p, s.n, "::", 2) != NULL));
}

/* "192.0.2.1 - 192.0.2.6": what is between them is meant too, so it is no two addresses. */
static bool take_span(struct finding *f, const struct line *l, struct str first, struct str *rest)
{
    struct str after = *rest, dash, last;
    if (!word_next(&after, &dash) ||
        !(str_is(dash, "-") || str_is(dash, "–") || str_is(dash, "a") || str_is(dash, "to")) ||
        !word_next(&after, &last) || !looks_v4(last))
        return false;
    take_address(f, l, str_of(arena_printf(f->arena, "%.*s - %.*s", STR_ARG(first), STR_ARG(last))));
    *rest = after;
    return true;
}

static void find_words(struct finding *f, const struct line *l, bool telephone)
{
    struct str rest = l->text, word;
    char nif[NIF_BYTES];
    bool addresses = has_words(l->label, "ip") || has_words(l->label, "ips");
    while (word_next(&rest, &word)) {
        if (looks_v4(word) || looks_v6(word)) {
            if (!telephone && !take_span(f, l, word, &rest))
                take_address(f, l, word);
        } else if (looks_dressed(word) || (addresses && address_looks_named(word))) {
            take_address(f, l, word);
        } else if (memchr(word.p, '@', word.n) != NULL && email_ok(word)) {
            take_value(f, l, DOCUMENT_VALUE_EMAIL, word);
        } else if (word.n >= 9 && word.n <= 20 && cif_parse(word, nif) == CIF_GOOD) {
            enum document_value_kind kind;
            bool company =
                kind_of(l->label, &kind) && (kind == DOCUMENT_VALUE_COMPANY_NIF || kind == DOCUMENT_VALUE_COMPANY);
            take_value(f, l, company ? DOCUMENT_VALUE_COMPANY_NIF : DOCUMENT_VALUE_NIF, str_of(nif));
        }
    }
}

/* Nine digits, perhaps after +34: written together, in groups, with dots or dashes. */
static void find_phone(struct finding *f, const struct line *l)
{
    char digits[16];
    size_t n = 0;
    for (size_t i = 0; i <= l->text.n; i++) {
        char c = i < l->text.n ? l->text.p[i] : 'x';
        if (c >= '0' && c <= '9' && n < sizeof digits - 1) {
            digits[n++] = c;
        } else if (memchr(" .-+()", c, 6) == NULL) {
            size_t skip = n == 11 && memcmp(digits, "34", 2) == 0     ? 2
                          : n == 13 && memcmp(digits, "0034", 4) == 0 ? 4
                                                                      : 0;
            if (n - skip == 9 && digits[skip] >= '6')
                take_value(f, l, DOCUMENT_VALUE_PHONE, str_part(digits + skip, 9));
            n = 0;
        }
    }
}

static void find_ine10(struct finding *f, const struct line *l)
{
    struct str rest = l->text, word;
    char code[INE10_BYTES];
    while (word_next(&rest, &word))
        if ((word.n == 9 || word.n == 10) && ine10_parse(word, code) != INE10_FORMAT)
            take_value(f, l, DOCUMENT_VALUE_INE10, str_of(code));
}

static void find_in_line(struct finding *f, const struct line *l)
{
    enum document_value_kind kind = DOCUMENT_VALUE_COUNT;
    bool known = kind_of(l->label, &kind);
    find_words(f, l, known && kind == DOCUMENT_VALUE_PHONE);
    if (!known)
        return;
    switch (kind) {
    case DOCUMENT_VALUE_PHONE: find_phone(f, l); break;
    case DOCUMENT_VALUE_INE10: find_ine10(f, l); break;
    case DOCUMENT_VALUE_BODY:
    case DOCUMENT_VALUE_COMPANY:
    case DOCUMENT_VALUE_PERSON: take_value(f, l, kind, l->text); break;
    default: break; /* found by their look alone */
    }
}

/* --- fields and pages --- */

static void find_in_field(struct finding *f, const struct document_field *field)
{
    struct arena *a = f->arena;
    char *name = text_clean(a, str_of(field->name), false);
    for (char *p = name; *p != '\0'; p++)
        *p = *p == '_' || *p == '.' || *p == '-' ? ' ' : *p;
    struct line l = {.label = text_fold(a, str_of(arena_printf(a, "%s %s", name, field->label))),
                     .where = field->label[0] != '\0' ? field->label : field->name,
                     .field = true};
    struct str rest = str_of(field->value);
    while (str_split(&rest, '\n', &l.text))
        find_in_line(f, &l);
}

/* "Label: value", or the label alone in a line and the value in the next. */
static void find_in_page(struct finding *f, struct str page, int number)
{
    struct line l = {.page = number, .label = "", .where = ""};
    struct str rest = page, text;
    const char *before = "", *before_where = "";
    while (str_split(&rest, '\n', &text)) {
        text = str_utf8_cut(str_trim(text), LIMIT_DOCUMENT_VALUE_BYTES);
        if (text.n == 0)
            continue;
        size_t colon = str_find(text, ':');
        bool labelled = colon < text.n && colon < 80 && (colon + 1 == text.n || text.p[colon + 1] == ' ');
        enum document_value_kind kind;
        l.where = text_clean(f->arena, str_utf8_cut(labelled ? str_part(text.p, colon) : text, 80), false);
        l.label = text_fold(f->arena, str_of(l.where));
        l.text = labelled ? str_part(text.p + colon + 1, text.n - colon - 1) : text;
        if (labelled && str_trim(l.text).n > 0) {
            find_in_line(f, &l);
            before = "";
            continue;
        }
        if (!labelled && before[0] != '\0') {
            l.label = before;
            l.where = before_where;
            find_in_line(f, &l);
            before = "";
            continue;
        }
        find_words(f, &l, has_words(l.label, "tel") || has_words(l.label, "telefon"));
        before = (labelled || text.n < 60) && kind_of(l.label, &kind) ? l.label : "";
        before_where = l.where;
    }
}

/* Letters and digits of the text alone, folded: as a reader shows it, line ends and spaces do not count. */
static const char *squeezed(struct arena *a, const char *text)
{
    char *fold = text_fold(a, str_of(text)), *to = fold;
    for (const char *p = fold; *p != '\0'; p++)
        if (*p != ' ')
            *to++ = *p;
    *to = '\0';
    return fold;
}

static void fields_compare(struct finding *f, const struct document *d)
{
    struct arena *a = f->arena;
    const char *shown = squeezed(a, d->text);
    if (shown[0] == '\0')
        return;
    for (size_t i = 0; i < d->field_count; i++) {
        const char *value = squeezed(a, d->fields[i].value);
        /* Boxes and lists show marks and other words than they hold. */
        if (strlen(value) < 4 || strstr(shown, value) != NULL)
            continue;
        vec_push(&f->reasons,
                 (struct document_reason){.code = DOCUMENT_REASON_FIELD_DIFFERS,
                                          .signature = -1,
                                          .what = d->fields[i].name,
                                          .other = arena_text(a, str_utf8_cut(str_of(d->fields[i].value), 120)),
                                          .day = DAY_NONE});
        return; /* one is enough to make a person look */
    }
}

void document_find_values(struct arena *a, struct document *d)
{
    struct finding f = {.arena = a};
    struct str rest = str_of(d->text), page;
    for (size_t i = 0; i < d->reason_count; i++)
        vec_push(&f.reasons, d->reasons[i]);
    for (size_t i = 0; i < d->field_count; i++)
        find_in_field(&f, &d->fields[i]);
    for (int number = 1; str_split(&rest, '\f', &page) && number <= LIMIT_DOCUMENT_PAGES; number++)
        find_in_page(&f, page, number);
    fields_compare(&f, d);
    if (f.addresses.count == 0)
        vec_push(&f.reasons,
                 (struct document_reason){
                     .code = DOCUMENT_REASON_NO_ADDRESS, .signature = -1, .what = "", .other = "", .day = DAY_NONE});
    d->values = vec_to_arena(&f.values, a);
    d->value_count = f.values.count;
    d->addresses = vec_to_arena(&f.addresses, a);
    d->address_count = f.addresses.count;
    d->reasons = vec_to_arena(&f.reasons, a);
    d->reason_count = f.reasons.count;
    vec_release(&f.values);
    vec_release(&f.addresses);
    vec_release(&f.reasons);
}
