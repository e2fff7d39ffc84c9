#include "registry/row.h"

#include <stdio.h>

#include "base/text.h"
#include "core/date_text.h"
#include "core/identity.h"
#include "core/name.h"

void row_scratch_init(struct row_scratch *s)
{
    *s = (struct row_scratch){.key = BUF_INIT(LIMIT_TABLE_ROW_BYTES)};
}

void row_scratch_release(struct row_scratch *s)
{
    arena_release(&s->arena);
    buf_release(&s->key);
}

bool row_date(const struct columns *c, const struct table_row *row, enum field f, struct row_scratch *s, day_t *ret,
              struct err *e)
{
    const struct cell *cell = columns_cell(c, row, f);
    day_t day = DAY_NONE;
    enum date_verdict v = DATE_EMPTY;
    if (cell->kind == CELL_DAY) {
        day = cell->day;
        int year = day_to_civil(day).year;
        v = year < LIMIT_YEAR_MIN || year > LIMIT_YEAR_MAX ? DATE_RANGE : DATE_OK;
    } else if (cell->kind != CELL_EMPTY) {
        v = date_parse(cell->text, &day);
        if (v != DATE_OK && v != DATE_EMPTY && cell->kind == CELL_NUMBER)
            v = date_from_serial(cell->number, &day);
    }
    if (v != DATE_OK && v != DATE_EMPTY) {
        struct str shown = str_utf8_cut(cell->text, 60);
        return err_set(e, ERR_VALUE, N_("column %s: \"%.*s\": %s"), columns_place(c, &s->arena, f), STR_ARG(shown),
                       tr(e->lang, date_verdict_text(v)));
    }
    *ret = v == DATE_OK ? day : DAY_NONE;
    return true;
}

bool row_text(const struct columns *c, const struct table_row *row, enum field f, size_t max_chars, bool lines,
              struct row_scratch *s, struct str *ret, struct err *e)
{
    struct str text = columns_cell(c, row, f)->text;
    text = lines ? str_of(text_clean(&s->arena, text, true)) : text_clean_str(&s->arena, text);
    if (text.n > max_chars && str_utf8_count(text) > max_chars)
        return err_set(e, ERR_VALUE, N_("column %s: the text has more than %zu characters; shorten it"),
                       columns_place(c, &s->arena, f), max_chars);
    *ret = text.p == NULL ? str_part("", 0) : text;
    return true;
}

static bool is_null_word(struct str s)
{
    return str_is_nocase(s, "null") || str_is_nocase(s, "(null)") || str_is(s, "-");
}

static unsigned lacks(const struct columns *c)
{
    static const struct {
        enum field field;
        unsigned lack;
    } fields[] = {
        {FIELD_PROVINCE, LACKS_PROVINCE}, {FIELD_MUNICIPALITY, LACKS_MUNICIPALITY}, {FIELD_PLATFORM, LACKS_PLATFORM},
        {FIELD_ENDPOINT, LACKS_ENDPOINT}, {FIELD_EXPIRES_CDS, LACKS_CDS},           {FIELD_EXPIRES_CDA, LACKS_CDA},
    };
    unsigned found = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        found |= columns_have(c, fields[i].field) ? 0 : fields[i].lack;
    return found;
}

enum row_verdict registry_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                              struct registry_values *ret, const char **ret_remark, struct err *e)
{
    arena_reset(&s->arena);
    *ret_remark = NULL;
    struct registry_values v = {.lacks = lacks(c),
                                .platform = platform_parse(columns_cell(c, row, FIELD_PLATFORM)->text)};
    bool ok = row_text(c, row, FIELD_DESCRIPTION, LIMIT_NAME_CHARS, false, s, &v.description, e);
    if (ok && (v.description.n == 0 || is_null_word(v.description))) {
        static const enum field fields[] = {FIELD_EXPIRES_CDS, FIELD_EXPIRES_CDA, FIELD_ENDPOINT};
        bool says = false;
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            says = says || str_trim(columns_cell(c, row, fields[i])->text).n > 0;
        if (!says)
            return ROW_SKIP;
        err_set(e, ERR_VALUE, N_("column %s: the body has no name"), columns_place(c, &s->arena, FIELD_DESCRIPTION));
        return ROW_REFUSED;
    }
    ok = ok && row_text(c, row, FIELD_PROVINCE, LIMIT_NAME_CHARS, false, s, &v.province, e) &&
         row_text(c, row, FIELD_MUNICIPALITY, LIMIT_NAME_CHARS, false, s, &v.municipality, e) &&
         row_text(c, row, FIELD_ID, LIMIT_NAME_CHARS, false, s, &v.source_id, e);
    if (!ok)
        return ROW_REFUSED;
    if (is_null_word(v.source_id))
        v.source_id.n = 0;
    body_key(&s->key, &s->arena, v.description, v.province, v.municipality);
    v.key = buf_str(&s->key);
    *ret = v; /* from here on the body can be identified */

    struct str ine10 = {0};
    ok = row_text(c, row, FIELD_ENDPOINT, LIMIT_URL_BYTES, false, s, &v.endpoint, e) &&
         row_text(c, row, FIELD_INE10, LIMIT_NAME_CHARS, false, s, &ine10, e) &&
         row_date(c, row, FIELD_EXPIRES_CDS, s, &v.expires[CERT_CDS], e) &&
         row_date(c, row, FIELD_EXPIRES_CDA, s, &v.expires[CERT_CDA], e);
    if (!ok)
        return ROW_REFUSED;
    if (is_null_word(v.endpoint))
        v.endpoint.n = 0;
    if (ine10.n > 0 && !is_null_word(ine10)) {
        char *padded = arena_alloc(&s->arena, INE10_BYTES, 1);
        enum ine10_verdict verdict = ine10_parse(ine10, padded);
        if (verdict != INE10_FORMAT)
            v.ine10 = str_of(padded);
        if (verdict != INE10_GOOD)
            *ret_remark = arena_printf(
                &s->arena,
                tr(e->lang, verdict == INE10_FORMAT ? N_("\"%.*s\" is not an INE10 code; left out")
                                                    : N_("the check digits of INE10 %.*s do not agree; kept as it is")),
                STR_ARG(ine10));
    } else if (v.endpoint.n > 0 && !str_starts(v.endpoint, "https://") && !str_starts(v.endpoint, "http://")) {
        *ret_remark = arena_printf(&s->arena, tr(e->lang, N_("\"%.*s\" is not a web address; kept as it is")),
                                   STR_ARG(str_utf8_cut(v.endpoint, 80)));
    }
    *ret = v;
    return ROW_OK;
}

/* X(word people write, role) */
static const struct {
    const char *word, *role;
} roles[] = {
    {"tecnic", "technical"},     {"tecnica", "technical"},   {"technical", "technical"}, {"informatica", "technical"},
    {"secretaria", "secretary"}, {"secretari", "secretary"}, {"secretary", "secretary"}, {"secretario", "secretary"},
    {"proveidor", "provider"},   {"proveedor", "provider"},  {"provider", "provider"},   {"empresa", "provider"},
};

enum row_verdict contact_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                             struct str *ret_body, struct contact *ret, struct err *e)
{
    arena_reset(&s->arena);
    struct str body, name, email, role, lang;
    if (!row_text(c, row, FIELD_BODY, LIMIT_NAME_CHARS, false, s, &body, e) ||
        !row_text(c, row, FIELD_NAME, LIMIT_NAME_CHARS, false, s, &name, e) ||
        !row_text(c, row, FIELD_EMAIL, LIMIT_NAME_CHARS, false, s, &email, e) ||
        !row_text(c, row, FIELD_ROLE, LIMIT_NAME_CHARS, false, s, &role, e) ||
        !row_text(c, row, FIELD_LANGUAGE, LIMIT_NAME_CHARS, false, s, &lang, e))
        return ROW_REFUSED;
    if (body.n == 0 && email.n == 0)
        return ROW_SKIP;
    size_t at = str_find(email, '@'); /* a body's mail server has a domain: "maria@ajuntament" is a slip */
    if (!email_ok(email) || str_find(str_part(email.p + at, email.n - at), '.') == email.n - at) {
        err_set(e, ERR_VALUE, N_("column %s: \"%.*s\" is not an e-mail address"),
                columns_place(c, &s->arena, FIELD_EMAIL), STR_ARG(str_utf8_cut(email, 80)));
        return ROW_REFUSED;
    }
    struct contact v = {
        .name = arena_text(&s->arena, name), .email = arena_text(&s->arena, email), .role = "other", .lang = LANG_CA};
    const char *role_fold = text_fold(&s->arena, role), *lang_fold = text_fold(&s->arena, lang);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(roles[i].word, role_fold) == 0)
            v.role = roles[i].role;
    }
    /* "ca", "català", "es", "castellà", "español", "en", "anglès", "english" */
    if (str_starts(str_of(lang_fold), "es") || str_starts(str_of(lang_fold), "cast"))
        v.lang = LANG_ES;
    else if (str_starts(str_of(lang_fold), "en") || str_starts(str_of(lang_fold), "ang"))
        v.lang = LANG_EN;
    *ret_body = body;
    *ret = v;
    return ROW_OK;
}

/* "" when the cell is empty or the number is left out with a remark. */
static bool nif_take(const struct columns *c, const struct table_row *row, struct row_scratch *s, const char **ret,
                     const char **ret_remark, struct err *e)
{
    struct str text;
    *ret = "";
    if (!row_text(c, row, FIELD_NIF, LIMIT_NAME_CHARS, false, s, &text, e))
        return false;
    if (text.n == 0 || is_null_word(text))
        return true;
    char *nif = arena_alloc(&s->arena, NIF_BYTES, 1);
    const char *place = columns_place(c, &s->arena, FIELD_NIF);
    struct str shown = str_utf8_cut(text, 40);
    switch (cif_parse(text, nif)) {
    case CIF_GOOD: *ret = nif; return true;
    case CIF_CHECK:
        *ret_remark = arena_printf(&s->arena,
                                   tr(e->lang, N_("column %s: the control character of the NIF %.*s is not right; left "
                                                  "out until it is corrected")),
                                   place, STR_ARG(shown));
        return true;
    case CIF_PERSON: return err_set(e, ERR_VALUE, N_("column %s: it holds a person's number, not a body's NIF"), place);
    case CIF_FORMAT: break;
    }
    return err_set(e, ERR_VALUE,
                   N_("column %s: \"%.*s\" is not a NIF (a letter, seven digits and a control character)"), place,
                   STR_ARG(shown));
}

enum row_verdict directory_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                               struct directory_entry *ret, const char **ret_remark, struct err *e)
{
    arena_reset(&s->arena);
    *ret_remark = NULL;
    struct str name, ine10, kind, province, municipality;
    if (!row_text(c, row, FIELD_NAME, LIMIT_NAME_CHARS, false, s, &name, e) ||
        !row_text(c, row, FIELD_INE10, LIMIT_NAME_CHARS, false, s, &ine10, e) ||
        !row_text(c, row, FIELD_KIND, LIMIT_NAME_CHARS, false, s, &kind, e) ||
        !row_text(c, row, FIELD_PROVINCE, LIMIT_NAME_CHARS, false, s, &province, e) ||
        !row_text(c, row, FIELD_MUNICIPALITY, LIMIT_NAME_CHARS, false, s, &municipality, e))
        return ROW_REFUSED;
    if (name.n == 0)
        return ROW_SKIP;
    char *padded = arena_alloc(&s->arena, INE10_BYTES, 1);
    if (ine10.n > 0 && ine10_parse(ine10, padded) == INE10_FORMAT) {
        err_set(e, ERR_VALUE, N_("column %s: \"%.*s\" is not an INE10 code (ten digits)"),
                columns_place(c, &s->arena, FIELD_INE10), STR_ARG(str_utf8_cut(ine10, 40)));
        return ROW_REFUSED;
    }
    const char *nif;
    if (!nif_take(c, row, s, &nif, ret_remark, e))
        return ROW_REFUSED;
    *ret = (struct directory_entry){
        .nif = nif,
        .name = arena_text(&s->arena, name),
        .name_key = name_key(&s->arena, name),
        .ine10 = ine10.n == 0 ? "" : padded,
        .kind = kind.n == 0 ? "" : arena_text(&s->arena, kind),
        .province = arena_text(&s->arena, province),
        .municipality = arena_text(&s->arena, municipality),
    };
    return ROW_OK;
}

enum row_verdict eligible_row(const struct columns *c, const struct table_row *row, struct row_scratch *s,
                              struct eligible *ret, const char **ret_remark, struct err *e)
{
    struct directory_entry entry;
    struct str through;
    enum row_verdict v = directory_row(c, row, s, &entry, ret_remark, e);
    if (v != ROW_OK)
        return v;
    if (!row_text(c, row, FIELD_THROUGH, LIMIT_NAME_CHARS, false, s, &through, e))
        return ROW_REFUSED;
    *ret = (struct eligible){
        .name_key = entry.name_key,
        .name = name_natural(&s->arena, str_of(entry.name)),
        .ine10 = entry.ine10,
        .nif = entry.nif,
        .through = through.n == 0 ? "" : name_natural(&s->arena, through),
        .until = DAY_NONE,
    };
    /* Some lists write the body's own name where it depends on nobody. */
    if (strcmp(name_key(&s->arena, through), entry.name_key) == 0)
        ret->through = "";
    return ROW_OK;
}
