/* What was added to a PDF after it was signed. Everything that is not known to be harmless is a change: objects may
 * only be new, and only reachable through what proves signatures (DSS, ETSI EN 319 142-1 §5.4) or through invisible
 * fields that hold time stamps over the document. What the signed revision refers to without having it may not appear
 * either. A certification may allow more (ISO 32000-1 §12.8.2.2: 2 filling in and signing, 3 remarks too); of that,
 * what cannot be told from a forgery (another appearance under the same number) is still a change. */
#include <string.h>

#include "base/limits.h"
#include "document/pdf_qpdf.h"
#include "pki/certificate.h"

#include <openssl/sha.h>

struct compare {
    struct arena *arena;
    struct pdf before, after;
    struct pdf_met met_before, met_after, referred; /* referred: by the signed revision, whether it is there or not */
    struct pdf_met fields;                          /* of its form, and their places on pages */
    int permits;                                    /* 0: only what proves */
    bool stamps, proof;                             /* what was added */
    const char *changed;                            /* what, "" */
    bool rewritten;                                 /* contents of a page */
};

static void no_look(void *context, struct pdf *p, qpdf_oh d, bool of_stream, struct pdf_id id)
{
    (void)context;
    (void)p;
    (void)d;
    (void)of_stream;
    (void)id;
}

static void changed(struct compare *c, const char *what)
{
    if (c->changed[0] == '\0')
        c->changed = what;
}

/* --- one object as text --- */

static const char *data_text(struct compare *c, struct pdf *p, qpdf_oh stream)
{
    unsigned char *bytes = NULL, digest[SHA256_DIGEST_LENGTH];
    char hex[2 * SHA256_DIGEST_LENGTH + 1];
    size_t n = 0;
    if ((qpdf_oh_get_stream_data(p->q, stream, qpdf_dl_none, NULL, &bytes, &n) & QPDF_ERRORS) != 0)
        pdf_damage(p, N_("a stream cannot be read"));
    SHA256(bytes == NULL ? (const unsigned char *)"" : bytes, n, digest);
    free(bytes);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return arena_strdup(c->arena, hex);
}

static const char *object_text(struct compare *c, struct pdf *p, struct pdf_id id)
{
    qpdf_oh o = qpdf_get_object_by_id(p->q, id.number, id.generation);
    const char *text;
    if (qpdf_oh_is_stream(p->q, o)) {
        qpdf_oh d = qpdf_oh_get_dict(p->q, o);
        text = arena_strdup(c->arena, qpdf_oh_unparse_resolved(p->q, d));
        text = arena_printf(c->arena, "%s %s", text, data_text(c, p, o));
        qpdf_oh_release(p->q, d);
    } else {
        text = arena_strdup(c->arena, qpdf_oh_unparse_resolved(p->q, o));
    }
    qpdf_oh_release(p->q, o);
    if (c->arena->used > LIMIT_DOCUMENT_COMPARE_BYTES)
        pdf_damage(p, N_("too much to be compared"));
    return text;
}

static size_t number_at(const char **p, long *ret)
{
    size_t n = 0;
    *ret = 0;
    while (**p >= '0' && **p <= '9' && n < 10) {
        *ret = *ret * 10 + (**p - '0');
        (*p)++;
        n++;
    }
    return n;
}

/* Everything that looks like "12 0 R". What stands in a string counts as well: it does no harm. */
static void referred_add(struct compare *c, const char *text)
{
    for (const char *p = text; *p != '\0';) {
        const char *at = p;
        long number, generation;
        if (number_at(&at, &number) > 0 && *at++ == ' ' && number_at(&at, &generation) > 0 && at[0] == ' ' &&
            at[1] == 'R' && number < INT32_MAX && generation < INT32_MAX)
            (void)pdf_meet(&c->referred, (struct pdf_id){(int)number, (int)generation});
        if (*p >= '0' && *p <= '9')
            while (*p >= '0' && *p <= '9')
                p++;
        else
            p++;
    }
}

static void referred_fill(struct compare *c)
{
    for (size_t i = 0; i < c->met_before.capacity; i++)
        if (c->met_before.slots[i].number != 0)
            referred_add(c, object_text(c, &c->before, c->met_before.slots[i]));
    referred_add(c, arena_strdup(c->arena, qpdf_oh_unparse_resolved(c->before.q, qpdf_get_trailer(c->before.q))));
}

/* --- what may have been added --- */

static bool is_same(struct compare *c, qpdf_oh before, qpdf_oh after)
{
    const char *text = arena_strdup(c->arena, qpdf_oh_unparse(c->before.q, before));
    return strcmp(text, qpdf_oh_unparse(c->after.q, after)) == 0;
}

static bool is_nothing(struct pdf *p, qpdf_oh rectangle)
{
    double x[4];
    if (!qpdf_oh_is_array(p->q, rectangle) || qpdf_oh_get_array_n_items(p->q, rectangle) != 4)
        return false;
    for (int i = 0; i < 4; i++) {
        qpdf_oh n = qpdf_oh_get_array_item(p->q, rectangle, i);
        if (!qpdf_oh_is_number(p->q, n))
            return false;
        x[i] = qpdf_oh_get_numeric_value(p->q, n);
    }
    return !(x[0] < x[2] || x[2] < x[0]) || !(x[1] < x[3] || x[3] < x[1]);
}

/* A new field that nobody sees, with a time stamp over the document; where signing is allowed, one for a signature. */
static bool is_stamp_field(struct compare *c, qpdf_oh o)
{
    struct pdf *p = &c->after;
    if (!qpdf_oh_is_dictionary(p->q, o) || !qpdf_oh_is_indirect(p->q, o) ||
        pdf_has_met(&c->met_before, (struct pdf_id){qpdf_oh_get_object_id(p->q, o), qpdf_oh_get_generation(p->q, o)}))
        return false;
    qpdf_oh value = qpdf_oh_get_key(p->q, o, "/V");
    if (!pdf_name_is(p, qpdf_oh_get_key(p->q, o, "/FT"), "/Sig") || qpdf_oh_has_key(p->q, o, "/Kids") ||
        qpdf_oh_has_key(p->q, o, "/A") || qpdf_oh_has_key(p->q, o, "/AA"))
        return false;
    return c->permits >= 2 || (qpdf_oh_is_dictionary(p->q, value) &&
                               pdf_name_is(p, qpdf_oh_get_key(p->q, value, "/Type"), "/DocTimeStamp") &&
                               is_nothing(p, qpdf_oh_get_key(p->q, o, "/Rect")));
}

/* The old items first, in their order; what is new are such fields, or with `remarks` anything. */
static bool is_extended(struct compare *c, qpdf_oh before, qpdf_oh after, bool remarks)
{
    qpdf_data b = c->before.q, a = c->after.q;
    int old = qpdf_oh_is_array(b, before) ? qpdf_oh_get_array_n_items(b, before) : 0;
    int now = qpdf_oh_is_array(a, after) ? qpdf_oh_get_array_n_items(a, after) : -1;
    if (now < old || now - old > LIMIT_PDF_SIGNATURES)
        return false;
    for (int i = 0; i < now; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(a, after, i);
        if (i < old ? !is_same(c, qpdf_oh_get_array_item(b, before, i), item) : !remarks && !is_stamp_field(c, item))
            return false;
        c->stamps |= i >= old;
    }
    return true;
}

enum may { MAY_NOT, MAY_ANYTHING, MAY_EXTEND, MAY_REMARK, MAY_FORM };
struct allowed {
    const char *key;
    enum may may;
    int permits; /* and only where this much is allowed */
};
static const struct allowed of_root[] = {
    {"/DSS", MAY_ANYTHING, 0}, {"/Extensions", MAY_ANYTHING, 0}, {"/AcroForm", MAY_FORM, 0}, {NULL, MAY_NOT, 0}};
static const struct allowed of_form[] = {{"/Fields", MAY_EXTEND, 0},
                                         {"/SigFlags", MAY_ANYTHING, 0},
                                         {"/NeedAppearances", MAY_ANYTHING, 2},
                                         {"/DR", MAY_ANYTHING, 2},
                                         {NULL, MAY_NOT, 0}};
static const struct allowed of_page[] = {{"/Annots", MAY_REMARK, 0}, {NULL, MAY_NOT, 0}};
static const struct allowed of_field[] = {{"/V", MAY_ANYTHING, 2},
                                          {"/AP", MAY_ANYTHING, 2},
                                          {"/AS", MAY_ANYTHING, 2},
                                          {"/M", MAY_ANYTHING, 2},
                                          {NULL, MAY_NOT, 0}};

static bool is_dictionary_allowed(struct compare *c, qpdf_oh before, qpdf_oh after, const struct allowed *list);

static bool is_key_allowed(struct compare *c, const char *key, qpdf_oh before, qpdf_oh after,
                           const struct allowed *list)
{
    while (list->key != NULL && strcmp(list->key, key) != 0)
        list++;
    c->proof |= strcmp(key, "/DSS") == 0;
    switch (list->key == NULL || c->permits < list->permits ? MAY_NOT : list->may) {
    case MAY_ANYTHING: return true;
    case MAY_EXTEND: return is_extended(c, before, after, false);
    case MAY_REMARK: return is_extended(c, before, after, c->permits >= 3);
    case MAY_FORM: return qpdf_oh_is_dictionary(c->after.q, after) && is_dictionary_allowed(c, before, after, of_form);
    case MAY_NOT: break;
    }
    return false;
}

static bool is_half_allowed(struct compare *c, struct pdf *of, qpdf_oh before, qpdf_oh after, qpdf_oh which,
                            const struct allowed *list)
{
    VEC(const char *) names = {0};
    bool good = true;
    if (qpdf_oh_is_dictionary(of->q, which)) {
        qpdf_oh_begin_dict_key_iter(of->q, which);
        while (qpdf_oh_dict_more_keys(of->q))
            vec_push(&names, arena_strdup(c->arena, qpdf_oh_dict_next_key(of->q)));
    }
    for (size_t i = 0; good && i < names.count; i++) {
        qpdf_oh b = qpdf_oh_get_key_if_dict(c->before.q, before, names.items[i]);
        qpdf_oh a = qpdf_oh_get_key_if_dict(c->after.q, after, names.items[i]);
        good = is_same(c, b, a) || is_key_allowed(c, names.items[i], b, a, list);
    }
    vec_release(&names);
    return good;
}

static bool is_dictionary_allowed(struct compare *c, qpdf_oh before, qpdf_oh after, const struct allowed *list)
{
    return is_half_allowed(c, &c->before, before, after, before, list) &&
           is_half_allowed(c, &c->after, before, after, after, list);
}

/* --- what the objects are --- */

static bool is_object(struct pdf *p, qpdf_oh o, struct pdf_id id)
{
    return qpdf_oh_is_indirect(p->q, o) && qpdf_oh_get_object_id(p->q, o) == id.number &&
           qpdf_oh_get_generation(p->q, o) == id.generation;
}

static void field_meet(struct compare *c, struct pdf *p, qpdf_oh o)
{
    if (qpdf_oh_is_indirect(p->q, o))
        (void)pdf_meet(&c->fields, (struct pdf_id){qpdf_oh_get_object_id(p->q, o), qpdf_oh_get_generation(p->q, o)});
}

static void at_field(void *context, struct pdf *p, const struct pdf_leaf *leaf)
{
    struct compare *c = context;
    qpdf_oh places = qpdf_oh_get_key(p->q, leaf->field, "/Kids");
    int count = qpdf_oh_is_array(p->q, places) ? qpdf_oh_get_array_n_items(p->q, places) : 0;
    field_meet(c, p, leaf->field);
    for (int i = 0; i < count && i < LIMIT_PDF_FIELDS; i++)
        field_meet(c, p, qpdf_oh_get_array_item(p->q, places, i));
}

static bool is_change_allowed(struct compare *c, struct pdf_id id)
{
    qpdf_data b = c->before.q;
    qpdf_oh before = qpdf_get_object_by_id(b, id.number, id.generation);
    qpdf_oh after = qpdf_get_object_by_id(c->after.q, id.number, id.generation);
    qpdf_oh root = qpdf_get_root(b), form = qpdf_oh_get_key_if_dict(b, root, "/AcroForm");
    if (is_object(&c->before, root, id))
        return is_dictionary_allowed(c, before, after, of_root);
    if (is_object(&c->before, form, id))
        return is_dictionary_allowed(c, before, after, of_form);
    if (is_object(&c->before, qpdf_oh_get_key_if_dict(b, form, "/Fields"), id))
        return is_extended(c, before, after, false);
    if (pdf_has_met(&c->fields, id))
        return qpdf_oh_is_dictionary(c->after.q, after) && is_dictionary_allowed(c, before, after, of_field);
    if (c->permits >= 2 && (is_object(&c->before, qpdf_oh_get_key_if_dict(b, root, "/Metadata"), id) ||
                            is_object(&c->before, qpdf_oh_get_key(b, qpdf_get_trailer(b), "/Info"), id)))
        return true; /* nobody sees it on a page */
    int pages = qpdf_get_num_pages(b);
    for (int i = 0; i < pages && i < LIMIT_PDF_FIELDS; i++) {
        qpdf_oh page = qpdf_get_page_n(b, (size_t)i);
        if (is_object(&c->before, page, id))
            return is_dictionary_allowed(c, before, after, of_page);
        if (is_object(&c->before, qpdf_oh_get_key_if_dict(b, page, "/Annots"), id))
            return is_extended(c, before, after, c->permits >= 3);
    }
    return false;
}

/* Whether it holds what a page shows, or is a page that shows another now: no certification allows that. */
static bool is_contents(struct compare *c, struct pdf_id id)
{
    struct pdf *p = &c->before;
    int pages = qpdf_get_num_pages(p->q);
    for (int i = 0; i < pages && i < LIMIT_PDF_FIELDS; i++) {
        qpdf_oh page = qpdf_get_page_n(p->q, (size_t)i), contents = qpdf_oh_get_key(p->q, page, "/Contents");
        if (is_object(p, page, id)) {
            qpdf_oh now = qpdf_get_object_by_id(c->after.q, id.number, id.generation);
            return !is_same(c, contents, qpdf_oh_get_key_if_dict(c->after.q, now, "/Contents"));
        }
        int count = qpdf_oh_is_array(p->q, contents) ? qpdf_oh_get_array_n_items(p->q, contents) : 0;
        if (is_object(p, contents, id))
            return true;
        for (int k = 0; k < count && k < LIMIT_PDF_FIELDS; k++)
            if (is_object(p, qpdf_oh_get_array_item(p->q, contents, k), id))
                return true;
    }
    return false;
}

static void object_compare(struct compare *c, struct pdf_id id)
{
    const char *now = object_text(c, &c->after, id), *then = object_text(c, &c->before, id);
    if (strcmp(now, then) == 0)
        return;
    if (strcmp(then, "null") == 0) {
        if (pdf_has_met(&c->referred, id))
            changed(c, N_("an object that the signed document lacked appeared"));
    } else if (!is_change_allowed(c, id)) {
        changed(c, N_("an object of the signed document was replaced"));
        c->rewritten |= is_contents(c, id);
    }
}

static void all_compare(struct compare *c, const struct pdf_met *met)
{
    for (size_t i = 0; i < met->capacity && !c->rewritten && pdf_sound(&c->after); i++)
        if (met->slots[i].number != 0)
            object_compare(c, met->slots[i]);
}

static bool has_same_root(struct compare *c)
{
    static const char *const names[] = {"/Root", "/Info", "/Encrypt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!is_same(c, qpdf_oh_get_key(c->before.q, qpdf_get_trailer(c->before.q), names[i]),
                     qpdf_oh_get_key(c->after.q, qpdf_get_trailer(c->after.q), names[i])))
            return false;
    return true;
}

enum pdf_change pdf_compare(struct arena *a, struct str before, struct str after, int permits, const char **ret_what)
{
    struct compare c = {.arena = a, .permits = permits, .changed = ""};
    pdf_open(&c.before, a, before);
    pdf_open(&c.after, a, after);
    if (c.before.damaged[0] == '\0' && c.after.damaged[0] == '\0') {
        pdf_walk(&c.before, &c.met_before, no_look, NULL);
        pdf_walk(&c.after, &c.met_after, no_look, NULL);
        referred_fill(&c);
        if (permits >= 2)
            pdf_form_walk(&c.before, at_field, &c);
        if (!has_same_root(&c))
            changed(&c, N_("the document was put in the place of another"));
        all_compare(&c, &c.met_after);
        all_compare(&c, &c.met_before); /* what was taken away is met there alone */
    }
    if (!pdf_sound(&c.before))
        changed(&c, N_("what was signed is no complete PDF"));
    if (!pdf_sound(&c.after))
        changed(&c, N_("what was added cannot be read"));
    *ret_what = c.changed[0] != '\0'  ? c.changed
                : c.proof && c.stamps ? "DSS, DocTimeStamp"
                : c.proof             ? "DSS"
                : c.stamps            ? "DocTimeStamp"
                                      : N_("nothing that counts");
    pdf_met_release(&c.met_before);
    pdf_met_release(&c.met_after);
    pdf_met_release(&c.referred);
    pdf_met_release(&c.fields);
    pdf_close(&c.before);
    pdf_close(&c.after);
    return c.rewritten ? PDF_REWRITTEN : c.changed[0] != '\0' ? PDF_CHANGED : PDF_ADDED_PROOF;
}

bool pdf_is_twofold(struct arena *a, struct str bytes)
{
    struct compare c = {.arena = a, .changed = ""};
    bool differs = false;
    if (memmem(bytes.p, bytes.n, "/XRefStm", 8) == NULL)
        return false;
    pdf_open_tables(&c.before, a, bytes);
    pdf_open(&c.after, a, bytes);
    /* Without its streams it cannot be read at all when the last revision has none but one: then nobody is deceived. */
    if (c.before.damaged[0] == '\0' && c.after.damaged[0] == '\0') {
        pdf_walk(&c.before, &c.met_before, no_look, NULL);
        for (size_t i = 0; !differs && pdf_sound(&c.before) && i < c.met_before.capacity; i++) {
            struct pdf_id id = c.met_before.slots[i];
            differs = id.number != 0 && strcmp(object_text(&c, &c.before, id), object_text(&c, &c.after, id)) != 0;
        }
    }
    pdf_met_release(&c.met_before);
    pdf_close(&c.before);
    pdf_close(&c.after);
    return differs;
}
