/* Not here: what imports write (registrar.c), and what the rules make of a body (src/core). */
#include "record/body.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "core/identity.h"
#include "core/name.h"
#include "record/directory.h"
#include "record/exclusion.h"
#include "record/import.h"

/* ------------------------------------------------------------------ what each table adds to the list */

struct body *bodies_by_id(const struct bodies *list, int64_t id)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (list->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < list->count && list->items[low].id == id ? &list->items[low] : NULL;
}

/* The registry as it was at the end of a day: the values in force, and whether the body had gone. */
#define AS_OF                                                                                                          \
    "SELECT v.body_id, v.source_id, v.description, v.province, v.municipality, v.platform, v.endpoint, v.ine10, "      \
    "v.cds, v.cda, gone.day FROM ("                                                                                    \
    "SELECT id AS body_id, source_id, description, province, municipality, platform, endpoint, ine10, cds, cda, "      \
    "import_id, gone_import, NULL AS until_import FROM body "                                                          \
    "UNION ALL "                                                                                                       \
    "SELECT body_id, source_id, description, province, municipality, platform, endpoint, ine10, cds, cda, import_id, " \
    "gone_import, until_import FROM body_past) v "                                                                     \
    "JOIN import since ON since.id = v.import_id "                                                                     \
    "LEFT JOIN import gone ON gone.id = v.gone_import "                                                                \
    "LEFT JOIN import until ON until.id = v.until_import "                                                             \
    "WHERE since.day <= $1 AND (until.day IS NULL OR until.day > $1) ORDER BY v.body_id, v.import_id"

static void add_names(struct arena *a, const struct profile *p, struct body *b)
{
    b->name = name_natural(a, str_of(b->description));
    b->name_key = text_fold(a, str_of(b->name));            /* name_key of the description: its name is already there */
    b->sort_key = text_sort_key(a, str_of(b->description)); /* by the place, whatever its article */
    const struct exclusion *x = profile_exclusion(p, b->name_key);
    b->excluded = x == NULL ? NULL : p->reasons[x->reason].code;
    b->excluded_until = DAY_NONE;
}

static bool load_rows(struct tx *tx, struct arena *a, const struct profile *p, day_t as_of, day_t on,
                      struct bodies *list, struct err *e)
{
    VEC(struct body) found = {0};
    struct stmt *s = stmt_open(tx, e, AS_OF, "d", as_of);
    while (stmt_next(s)) {
        day_t gone = stmt_day(s, 10);
        struct body b = {
            .id = stmt_int(s, 0),
            .source_id = arena_strdup(a, stmt_text(s, 1)),
            .description = arena_strdup(a, stmt_text(s, 2)),
            .province = arena_strdup(a, stmt_text(s, 3)),
            .municipality = arena_strdup(a, stmt_text(s, 4)),
            .platform = (enum platform)stmt_int(s, 5),
            .endpoint = arena_strdup(a, stmt_text(s, 6)),
            .ine10 = arena_strdup(a, stmt_text(s, 7)),
            .nif = "",
            .expires = {[CERT_CDS] = stmt_day(s, 8), [CERT_CDA] = stmt_day(s, 9)},
            .vanished = gone != DAY_NONE && gone <= as_of ? gone : DAY_NONE,
        };
        add_names(a, p, &b);
        b.flags = BODY_NO_CONTACT; /* until one is found */
        if (b.vanished != DAY_NONE)
            b.flags |= BODY_VANISHED;
        if (b.expires[CERT_CDS] == DAY_NONE && b.expires[CERT_CDA] == DAY_NONE)
            b.flags |= BODY_NO_DATES;
        /* Two imports on one day leave two versions of it: the later one counts. */
        if (found.count > 0 && found.items[found.count - 1].id == b.id)
            found.items[found.count - 1] = b;
        else
            vec_push(&found, b);
    }
    bool ok = stmt_close(s);
    if (ok)
        *list = (struct bodies){.items = vec_to_arena(&found, a), .count = found.count, .on = on};
    vec_release(&found);
    return ok;
}

static int compare_ine10(const void *a, const void *b)
{
    const struct directory_entry *x = *(const struct directory_entry *const *)a;
    const struct directory_entry *y = *(const struct directory_entry *const *)b;
    return strcmp(x->ine10, y->ine10);
}

/* The directory in the order of its codes: a registry may have a hundred bodies for each entry. */
static const struct directory_entry **sorted_ine10(struct arena *a, const struct directory_entry *known, size_t count)
{
    const struct directory_entry **sorted = arena_array(a, const struct directory_entry *, count);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &known[i];
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, compare_ine10);
    return sorted;
}

static const struct directory_entry *entry_by_name(const struct directory_entry *known, size_t count, const char *key)
{
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = (low + high) / 2;
        int order = strcmp(known[middle].name_key, key);
        if (order == 0)
            return &known[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* By the INE10 that the source gives, or that follows from the codes of a town council. */
static const struct directory_entry *entry_by_code(const struct directory_entry **sorted, size_t count,
                                                   const struct body *b)
{
    int64_t province, municipality;
    char ine10[INE10_BYTES];
    struct directory_entry wanted = {.ine10 = b->ine10};
    const struct directory_entry *key = &wanted;
    if (b->ine10[0] == '\0') {
        if (!str_to_int64(str_of(b->province), 1, 52, &province) ||
            !str_to_int64(str_of(b->municipality), 1, 999, &municipality) ||
            !ine10_of_town((int)province, (int)municipality, ine10))
            return NULL;
        wanted.ine10 = ine10;
    }
    const struct directory_entry **found =
        count == 0 ? NULL : bsearch(&key, sorted, count, sizeof *sorted, compare_ine10);
    return found == NULL ? NULL : *found;
}

/* INE10 and NIF by name, else by code (the registry and the directory may spell a name differently). */
static bool add_codes(struct tx *tx, struct arena *a, struct bodies *list, struct err *e)
{
    struct arena scratch = {0};
    struct directory_entry *known = NULL;
    size_t count = 0;
    bool ok = directory_load(tx, &scratch, &known, &count, e);
    const struct directory_entry **sorted = ok ? sorted_ine10(&scratch, known, count) : NULL;
    bool any_nif = false;
    for (size_t i = 0; ok && i < count; i++)
        any_nif = any_nif || known[i].nif[0] != '\0';
    for (size_t i = 0; ok && i < list->count; i++) {
        struct body *b = &list->items[i];
        const struct directory_entry *named = entry_by_name(known, count, b->name_key);
        if (b->ine10[0] == '\0' && named != NULL)
            b->ine10 = arena_strdup(a, named->ine10);
        bool has_nif = named != NULL && named->nif[0] != '\0';
        const struct directory_entry *coded =
            b->ine10[0] == '\0' || (any_nif && !has_nif) ? entry_by_code(sorted, count, b) : NULL;
        if (b->ine10[0] == '\0' && coded != NULL)
            b->ine10 = arena_strdup(a, coded->ine10);
        if (has_nif)
            b->nif = arena_strdup(a, named->nif);
        else if (coded != NULL)
            b->nif = arena_strdup(a, coded->nif);
        if (b->ine10[0] == '\0')
            b->flags |= BODY_INE10_UNKNOWN;
    }
    arena_release(&scratch);
    return ok;
}

static bool add_marks(struct tx *tx, struct arena *a, struct bodies *list, struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e, "SELECT body_id, reason FROM mark WHERE day <= $1 AND (until IS NULL OR until > $1)", "d", list->on);
    while (stmt_next(s)) {
        struct body *b = bodies_by_id(list, stmt_int(s, 0));
        if (b != NULL) {
            b->flags |= BODY_NOT_VERIFIABLE;
            b->mark_reason = arena_strdup(a, stmt_text(s, 1));
        }
    }
    return stmt_close(s);
}

/* A person's word beats the profile's list, either way. */
static bool add_exclusions(struct tx *tx, struct arena *a, struct bodies *list, struct err *e)
{
    struct exclusion_word *words;
    size_t count;
    if (!exclusions_load(tx, a, list->on, &words, &count, e))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct body *b = bodies_by_id(list, words[i].body_id);
        if (b == NULL)
            continue;
        b->excluded = words[i].leaves_out ? words[i].code : NULL;
        b->excluded_why = words[i].leaves_out ? words[i].reason : NULL;
        b->excluded_until = words[i].leaves_out ? words[i].until : DAY_NONE;
    }
    return true;
}

static bool add_contacts(struct tx *tx, struct bodies *list, struct err *e)
{
    struct stmt *s =
        stmt_open(tx, e,
                  "SELECT DISTINCT body_id FROM contact WHERE (until IS NULL OR until > $1) AND (bounce_lasting = 0 OR "
                  "bounced > $1)",
                  "d", list->on);
    while (stmt_next(s)) {
        struct body *b = bodies_by_id(list, stmt_int(s, 0));
        if (b != NULL)
            b->flags &= ~(unsigned)BODY_NO_CONTACT;
    }
    return stmt_close(s);
}

static bool add_answers(struct tx *tx, struct bodies *list, struct err *e)
{
    struct stmt *s = stmt_open(tx, e, "SELECT body_id, kind, expires FROM renewal WHERE answered <= $1", "d", list->on);
    while (stmt_next(s)) {
        struct body *b = bodies_by_id(list, stmt_int(s, 0));
        enum cert_kind kind;
        if (b != NULL && cert_kind_parse(stmt_str(s, 1), &kind) && b->expires[kind] == stmt_day(s, 2))
            b->flags |= BODY_ANSWERED;
    }
    return stmt_close(s);
}

/* When on its last day a certificate ends: the earliest that the body's servers show, or the one that was handed in. */
static bool add_end(struct tx *tx, struct body *b, enum cert_kind kind, day_t on, struct err *e)
{
    struct stmt *s = stmt_open(
        tx, e,
        "SELECT min(ends) FROM (SELECT c.not_after AS ends FROM watch w JOIN observation o ON o.body_id = w.body_id "
        "AND o.sweep_id = w.sweep_id JOIN served_certificate c ON c.fingerprint = o.fingerprint WHERE w.body_id = $1 "
        "AND o.not_after = $2 AND $3 = 'CDS' UNION ALL SELECT c.not_after FROM given_certificate g JOIN "
        "served_certificate c ON c.fingerprint = g.fingerprint WHERE g.body_id = $1 AND g.not_after = $2 AND g.kind = "
        "$3) seen",
        "ids", b->id, on, cert_kind_code(kind));
    if (stmt_next(s))
        b->ends[kind] = stmt_instant(s, 0);
    return stmt_close(s);
}

static bool add_ends(struct tx *tx, struct bodies *list, struct err *e)
{
    bool ok = true;
    for (size_t i = 0; i < list->count; i++) {
        struct body *b = &list->items[i];
        for (int k = 0; ok && k < CERT_KINDS; k++) {
            b->ends[k] = INSTANT_NONE;
            if (b->expires[k] == list->on)
                ok = add_end(tx, b, (enum cert_kind)k, list->on, e);
        }
    }
    return ok;
}

bool bodies_load(struct tx *tx, struct arena *a, const struct profile *p, day_t on, struct bodies *ret, struct err *e)
{
    day_t first;
    if (!import_first_registry_day(tx, &first, e))
        return false;
    day_t as_of = first != DAY_NONE && first > on ? first : on;
    struct bodies list = {0};
    if (!load_rows(tx, a, p, as_of, on, &list, e) || !add_codes(tx, a, &list, e) || !add_marks(tx, a, &list, e) ||
        !add_exclusions(tx, a, &list, e) || !add_contacts(tx, &list, e) || !add_answers(tx, &list, e) ||
        !add_ends(tx, &list, e))
        return false;
    *ret = list;
    return true;
}

bool body_date_before(struct tx *tx, int64_t body_id, enum cert_kind kind, day_t now, day_t *ret, struct err *e)
{
    day_t before = DAY_NONE;
    struct stmt *s = stmt_open(tx, e,
                               "SELECT p.cds, p.cda FROM body_past p JOIN import i ON i.id = p.until_import WHERE "
                               "p.body_id = $1 ORDER BY i.day DESC, p.until_import DESC",
                               "i", body_id);
    while (stmt_next(s)) {
        day_t day = stmt_day(s, kind == CERT_CDS ? 0 : 1);
        if (before == DAY_NONE && day != now)
            before = day;
    }
    if (!stmt_close(s))
        return false;
    *ret = before;
    return true;
}

bool body_dates_load(struct tx *tx, struct arena *a, int64_t body_id, struct body_dates **ret, size_t *ret_count,
                     struct err *e)
{
    VEC(struct body_dates) found = {0};
    struct stmt *s = stmt_open(tx, e,
                               "SELECT i.day, i.at, i.source, i.who, v.cds, v.cda FROM (SELECT id AS body_id, "
                               "import_id, cds, cda FROM body UNION ALL SELECT body_id, import_id, cds, cda FROM "
                               "body_past) v JOIN import i ON i.id = v.import_id WHERE v.body_id = $1 ORDER BY i.day, "
                               "i.id",
                               "i", body_id);
    while (stmt_next(s)) {
        struct body_dates d = {
            .day = stmt_day(s, 0),
            .at = stmt_instant(s, 1),
            .source = arena_strdup(a, stmt_text(s, 2)),
            .who = arena_strdup(a, stmt_text(s, 3)),
            .expires = {[CERT_CDS] = stmt_day(s, 4), [CERT_CDA] = stmt_day(s, 5)},
        };
        vec_push(&found, d);
    }
    bool ok = stmt_close(s);
    if (ok) {
        *ret = vec_to_arena(&found, a);
        *ret_count = found.count;
    }
    vec_release(&found);
    return ok;
}

/* ------------------------------------------------------------------ the body that a name means */

struct body_index {
    const struct bodies *list;
    const struct body **slots; /* open addressing by the hash of name_key */
    size_t mask;
};

static size_t hash_text(const char *text)
{
    size_t h = 14695981039346656037u;
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h;
}

struct body_index *body_index_make(struct arena *a, const struct bodies *list)
{
    struct body_index *index = arena_new(a, struct body_index);
    size_t slots = 64;
    while (slots < list->count * 2)
        slots *= 2;
    index->list = list;
    index->mask = slots - 1;
    index->slots = arena_array(a, const struct body *, slots);
    for (size_t i = 0; i < list->count; i++) {
        size_t at = hash_text(list->items[i].name_key) & index->mask;
        while (index->slots[at] != NULL)
            at = (at + 1) & index->mask;
        index->slots[at] = &list->items[i];
    }
    return index;
}

const struct body *body_index_find(const struct body_index *index, struct arena *scratch, struct str name,
                                   bool *ret_several)
{
    const char *key = name_key(scratch, name);
    const struct body *found = NULL;
    *ret_several = false;
    for (size_t at = hash_text(key) & index->mask; index->slots[at] != NULL; at = (at + 1) & index->mask) {
        const struct body *b = index->slots[at];
        if (strcmp(b->name_key, key) != 0)
            continue;
        /* One that is still in the registry goes before one that has gone. */
        if (found == NULL || (found->vanished != DAY_NONE && b->vanished == DAY_NONE)) {
            found = b;
            *ret_several = false;
        } else if (b->vanished == DAY_NONE) {
            *ret_several = true;
        }
    }
    return found;
}

const struct body *body_index_nearest(const struct body_index *index, struct arena *scratch, struct str name)
{
    const char *key = name_key(scratch, name);
    const struct body *best = NULL;
    int least = LIMIT_EDIT_DISTANCE + 1;
    for (size_t i = 0; i < index->list->count; i++) {
        int d = text_distance(key, index->list->items[i].name_key, least - 1);
        if (d < least) {
            least = d;
            best = &index->list->items[i];
        }
    }
    return best;
}

/* How well a body fits what was typed; smaller is better, FIT_NONE does not fit. */
enum fit { FIT_EXACT, FIT_SHORT, FIT_WORDS, FIT_NONE };

static bool all_words_in(const char *words, const char *text)
{
    struct str rest = str_of(words), word;
    while (str_split(&rest, ' ', &word)) {
        if (word.n > 0 && memmem(text, strlen(text), word.p, word.n) == NULL)
            return false;
    }
    return true;
}

static enum fit fit_of(const struct body *b, struct arena *scratch, const char *text, const char *key, const char *fold)
{
    char ine10[INE10_BYTES];
    if (strcmp(b->description, text) == 0 || strcmp(b->name_key, key) == 0 ||
        (text[0] == '#' && b->source_id[0] != '\0' && strcmp(b->source_id, text + 1) == 0) ||
        (b->ine10[0] != '\0' && strlen(text) >= 9 && ine10_parse(str_of(text), ine10) != INE10_FORMAT &&
         strcmp(ine10, b->ine10) == 0))
        return FIT_EXACT;
    const char *shorter = text_fold(scratch, str_of(name_short(scratch, str_of(b->name))));
    const char *bare = strchr(shorter, ' '); /* "el Prat" is also found as "Prat" */
    if (strcmp(shorter, fold) == 0 || (bare != NULL && bare - shorter <= 3 && strcmp(bare + 1, fold) == 0))
        return FIT_SHORT;
    return fold[0] != '\0' && all_words_in(fold, b->name_key) ? FIT_WORDS : FIT_NONE;
}

static bool not_found(const struct bodies *list, struct arena *scratch, const char *text, struct err *e)
{
    const char *fold = text_fold(scratch, str_of(text));
    const struct body *nearest = body_index_nearest(body_index_make(scratch, list), scratch, str_of(text));
    for (size_t i = 0; nearest == NULL && i < list->count; i++) {
        const char *shorter = text_fold(scratch, str_of(name_short(scratch, str_of(list->items[i].name))));
        if (text_distance(fold, shorter, LIMIT_EDIT_DISTANCE) <= LIMIT_EDIT_DISTANCE)
            nearest = &list->items[i];
    }
    if (nearest != NULL)
        return err_set(e, ERR_UNKNOWN, N_("no body is called \"%s\"; did you mean \"%s\"?"), text, nearest->name);
    return err_set(e, ERR_UNKNOWN, N_("no body is called \"%s\"; `talaia bodies` lists them all"), text);
}

/* With what tells it apart from its namesakes: the codes, and the registry's id when it is known. */
static void add_fitting(struct buf *to, const struct body *b)
{
    buf_printf(to, "%s%s", to->n > 0 ? ", " : "", b->name);
    if (b->province[0] != '\0' || b->municipality[0] != '\0')
        buf_printf(to, " (%s %s)", b->province, b->municipality);
    if (b->source_id[0] != '\0')
        buf_printf(to, " #%s", b->source_id);
}

bool bodies_find(const struct bodies *list, const char *text, const struct body **ret, struct err *e)
{
    struct arena scratch = {0}, each = {0};
    const char *key = name_key(&scratch, str_of(text)), *fold = text_fold(&scratch, str_of(text));
    const struct body *best = NULL;
    enum fit fit = FIT_NONE;
    size_t equal = 0;
    struct buf names = BUF_INIT(LIMIT_ERR_BYTES / 2);
    for (size_t i = 0; i < list->count; i++) {
        const struct body *b = &list->items[i];
        enum fit f = fit_of(b, &each, text, key, fold);
        arena_reset(&each);
        if (f == FIT_NONE || f > fit)
            continue;
        bool live_first = best != NULL && f == fit && best->vanished != b->vanished;
        if (f < fit || (live_first && best->vanished != DAY_NONE)) {
            best = b;
            fit = f;
            equal = 1;
            buf_clear(&names);
            add_fitting(&names, b);
        } else if (!live_first) {
            equal++;
            if (equal <= 5)
                add_fitting(&names, b);
        }
    }
    bool ok = false;
    if (best == NULL)
        not_found(list, &scratch, text, e);
    else if (equal > 1)
        err_set(e, ERR_AMBIGUOUS, N_("\"%s\" fits %zu bodies: %s%s"), text, equal, buf_text(&names),
                equal > 5 ? ", …" : "");
    else
        ok = true;
    if (ok)
        *ret = best;
    buf_release(&names);
    arena_release(&each);
    arena_release(&scratch);
    return ok;
}
