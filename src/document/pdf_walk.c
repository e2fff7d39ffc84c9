/* Opening a PDF and going through it. What it means is pdf_qpdf.c's. */
#include "document/pdf_qpdf.h"

#include <limits.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* --- the file --- */

void pdf_damage(struct pdf *p, const char *why)
{
    if (p->damaged[0] != '\0')
        return;
    char *line = text_clean(p->arena, str_utf8_cut(str_of(why), 200), false);
    p->damaged = line[0] == '\0' ? "?" : line;
}

bool pdf_sound(struct pdf *p)
{
    if (qpdf_has_error(p->q)) {
        qpdf_error e = qpdf_get_error(p->q);
        p->encrypted |= qpdf_get_error_code(p->q, e) == qpdf_e_password;
        pdf_damage(p, qpdf_get_error_message_detail(p->q, e));
    }
    while (qpdf_more_warnings(p->q))
        pdf_damage(p, qpdf_get_error_message_detail(p->q, qpdf_next_warning(p->q)));
    return p->damaged[0] == '\0';
}

static void open_with(struct pdf *p, struct arena *a, struct str bytes, bool tables_alone)
{
    *p = (struct pdf){.q = qpdf_init(), .arena = a, .damaged = ""};
    qpdf_set_ignore_xref_streams(p->q, tables_alone ? QPDF_TRUE : QPDF_FALSE);
    qpdf_silence_errors(p->q);
    qpdf_set_suppress_warnings(p->q, QPDF_TRUE);
    qpdf_set_attempt_recovery(p->q, QPDF_FALSE);
    QPDF_ERROR_CODE code = qpdf_read_memory(p->q, "document", bytes.p, bytes.n, NULL);
    if ((code & QPDF_ERRORS) != 0 && !qpdf_has_error(p->q))
        pdf_damage(p, N_("it cannot be read"));
    (void)pdf_sound(p);
}

void pdf_open(struct pdf *p, struct arena *a, struct str bytes)
{
    open_with(p, a, bytes, false);
}

void pdf_open_tables(struct pdf *p, struct arena *a, struct str bytes)
{
    open_with(p, a, bytes, true);
}

void pdf_close(struct pdf *p)
{
    if (p->q != NULL)
        qpdf_cleanup(&p->q);
}

/* --- values --- */

bool pdf_name_is(struct pdf *p, qpdf_oh o, const char *name)
{
    return qpdf_oh_is_name(p->q, o) && strcmp(qpdf_oh_get_name(p->q, o), name) == 0;
}

const char *pdf_text(struct pdf *p, qpdf_oh o)
{
    size_t n = 0;
    if (qpdf_oh_is_name(p->q, o)) {
        const char *name = qpdf_oh_get_name(p->q, o);
        return text_clean(p->arena, str_utf8_cut(str_of(name + (name[0] == '/')), LIMIT_CERT_TEXT_BYTES), false);
    }
    if (!qpdf_oh_is_string(p->q, o))
        return "";
    const char *text = qpdf_oh_get_binary_utf8_value(p->q, o, &n);
    struct str s = str_utf8_cut(str_part(text, n), LIMIT_DOCUMENT_VALUE_BYTES);
    return text_clean(p->arena, s, true);
}

bool pdf_is_container(struct pdf *p, qpdf_oh o)
{
    return qpdf_oh_is_dictionary(p->q, o) || qpdf_oh_is_array(p->q, o) || qpdf_oh_is_stream(p->q, o);
}

/* --- what was met --- */

static size_t slot_of(const struct pdf_met *m, struct pdf_id id)
{
    size_t at =
        ((size_t)(unsigned)id.number * 2654435761u + (size_t)(unsigned)id.generation * 40503u) & (m->capacity - 1);
    while (m->slots[at].number != 0 && (m->slots[at].number != id.number || m->slots[at].generation != id.generation))
        at = (at + 1) & (m->capacity - 1);
    return at;
}

bool pdf_has_met(const struct pdf_met *m, struct pdf_id id)
{
    return m->capacity > 0 && m->slots[slot_of(m, id)].number != 0;
}

bool pdf_meet(struct pdf_met *m, struct pdf_id id)
{
    if (id.number <= 0 || pdf_has_met(m, id))
        return false;
    if (m->count * 2 >= m->capacity) {
        struct pdf_met larger = {.capacity = m->capacity == 0 ? 1024 : m->capacity * 2, .count = m->count};
        larger.slots = mem_alloc(larger.capacity, sizeof *larger.slots);
        for (size_t i = 0; i < m->capacity; i++)
            if (m->slots[i].number != 0)
                larger.slots[slot_of(&larger, m->slots[i])] = m->slots[i];
        mem_free(m->slots);
        *m = larger;
    }
    m->slots[slot_of(m, id)] = id;
    m->count++;
    return true;
}

void pdf_met_release(struct pdf_met *m)
{
    mem_free(m->slots);
    *m = (struct pdf_met){0};
}

/* --- all of it --- */

struct walk {
    struct pdf *p;
    struct pdf_met *met;
    VEC(qpdf_oh) waiting; /* containers that nobody looked into yet */
    size_t values;
};

/* A container that was not met waits; others are forgotten. */
static void wait_for(struct walk *w, qpdf_oh o)
{
    qpdf_data q = w->p->q;
    bool take = pdf_is_container(w->p, o);
    if (take && qpdf_oh_is_indirect(q, o))
        take = pdf_meet(w->met, (struct pdf_id){qpdf_oh_get_object_id(q, o), qpdf_oh_get_generation(q, o)});
    if (take)
        vec_push(&w->waiting, o);
    else
        qpdf_oh_release(q, o);
    w->values++;
}

static void wait_for_values(struct walk *w, qpdf_oh dictionary)
{
    qpdf_data q = w->p->q;
    qpdf_oh_begin_dict_key_iter(q, dictionary);
    while (qpdf_oh_dict_more_keys(q))
        wait_for(w, qpdf_oh_get_key(q, dictionary, qpdf_oh_dict_next_key(q)));
}

static void walk_into(struct walk *w, qpdf_oh o, pdf_look *look, void *context)
{
    qpdf_data q = w->p->q;
    struct pdf_id id = {0, 0};
    if (qpdf_oh_is_indirect(q, o))
        id = (struct pdf_id){qpdf_oh_get_object_id(q, o), qpdf_oh_get_generation(q, o)};
    if (qpdf_oh_is_array(q, o)) {
        int count = qpdf_oh_get_array_n_items(q, o);
        for (int i = 0; i < count && w->values <= LIMIT_PDF_VALUES; i++)
            wait_for(w, qpdf_oh_get_array_item(q, o, i));
        return;
    }
    bool stream = qpdf_oh_is_stream(q, o);
    qpdf_oh dictionary = stream ? qpdf_oh_get_dict(q, o) : o;
    look(context, w->p, dictionary, stream, id);
    wait_for_values(w, dictionary);
    if (stream)
        qpdf_oh_release(q, dictionary);
}

void pdf_walk(struct pdf *p, struct pdf_met *met, pdf_look *look, void *context)
{
    struct walk w = {.p = p, .met = met};
    qpdf_oh trailer = qpdf_get_trailer(p->q);
    wait_for(&w, trailer);
    while (w.waiting.count > 0 && !qpdf_has_error(p->q)) {
        if (met->count > LIMIT_PDF_OBJECTS || w.values > LIMIT_PDF_VALUES) {
            pdf_damage(p, N_("it has more objects than a document"));
            break;
        }
        qpdf_oh o = w.waiting.items[--w.waiting.count];
        walk_into(&w, o, look, context);
        qpdf_oh_release(p->q, o);
    }
    vec_release(&w.waiting);
    (void)pdf_sound(p);
}

/* --- the form --- */

struct form {
    struct pdf *p;
    pdf_at_leaf *at;
    void *context;
    struct pdf_met met;
    size_t count;
};

static bool has_named_kids(struct form *f, qpdf_oh kids)
{
    qpdf_data q = f->p->q;
    int count = qpdf_oh_is_array(q, kids) ? qpdf_oh_get_array_n_items(q, kids) : 0;
    for (int i = 0; i < count && i < LIMIT_PDF_FIELDS; i++) {
        qpdf_oh kid = qpdf_oh_get_array_item(q, kids, i);
        if (qpdf_oh_is_dictionary(q, kid) && qpdf_oh_has_key(q, kid, "/T"))
            return true;
    }
    return false;
}

/* `above`: name, type and value that its parents give. */
static void field_walk(struct form *f, qpdf_oh field, const struct pdf_leaf *above, int depth)
{
    qpdf_data q = f->p->q;
    struct pdf_leaf here = *above;
    if (depth > LIMIT_PDF_DEPTH || ++f->count > LIMIT_PDF_FIELDS) {
        pdf_damage(f->p, N_("its form has more fields than a form"));
        return;
    }
    if (!qpdf_oh_is_dictionary(q, field))
        return;
    if (qpdf_oh_is_indirect(q, field) &&
        !pdf_meet(&f->met, (struct pdf_id){qpdf_oh_get_object_id(q, field), qpdf_oh_get_generation(q, field)})) {
        pdf_damage(f->p, N_("a field of its form stands in two places"));
        return;
    }
    const char *own = pdf_text(f->p, qpdf_oh_get_key(q, field, "/T"));
    if (own[0] != '\0')
        here.name = here.name[0] == '\0' ? own : arena_printf(f->p->arena, "%s.%s", here.name, own);
    if (qpdf_oh_has_key(q, field, "/FT"))
        here.type = pdf_text(f->p, qpdf_oh_get_key(q, field, "/FT"));
    if (qpdf_oh_has_key(q, field, "/V"))
        here.value = qpdf_oh_get_key(q, field, "/V");
    here.field = field;
    qpdf_oh kids = qpdf_oh_get_key(q, field, "/Kids");
    if (!has_named_kids(f, kids)) {
        f->at(f->context, f->p, &here);
        return;
    }
    int count = qpdf_oh_get_array_n_items(q, kids);
    for (int i = 0; i < count && f->p->damaged[0] == '\0'; i++)
        field_walk(f, qpdf_oh_get_array_item(q, kids, i), &here, depth + 1);
}

void pdf_form_walk(struct pdf *p, pdf_at_leaf *at, void *context)
{
    struct form f = {.p = p, .at = at, .context = context};
    qpdf_oh form = qpdf_oh_get_key_if_dict(p->q, qpdf_get_root(p->q), "/AcroForm");
    qpdf_oh fields = qpdf_oh_is_dictionary(p->q, form) ? qpdf_oh_get_key(p->q, form, "/Fields") : form;
    const struct pdf_leaf none = {.name = "", .type = "", .value = qpdf_oh_new_null(p->q)};
    int count = qpdf_oh_is_array(p->q, fields) ? qpdf_oh_get_array_n_items(p->q, fields) : 0;
    for (int i = 0; i < count && p->damaged[0] == '\0'; i++)
        field_walk(&f, qpdf_oh_get_array_item(p->q, fields, i), &none, 0);
    pdf_met_release(&f.met);
    (void)pdf_sound(p);
}
