/* What is in a PDF. Whether a signature is good is signature.c's. */
#include <string.h>

#include "base/limits.h"
#include "document/pdf_qpdf.h"

struct found {
    struct pdf_facts *facts;
    VEC(struct document_reason) reasons;
    VEC(struct pdf_signature) signatures;
    VEC(struct pdf_id) ids; /* of each signature; number 0: it stands directly in its field */
    VEC(const char *) empty;
    VEC(struct document_field) fields;
    size_t total;
};

/* --- what could deceive --- */

static void remark(struct found *f, enum document_reason_code code, const char *what)
{
    for (size_t i = 0; i < f->reasons.count; i++)
        if (f->reasons.items[i].code == code)
            return;
    vec_push(&f->reasons,
             (struct document_reason){.code = code, .signature = -1, .what = what, .other = "", .day = DAY_NONE});
}

/* Kinds of action that do more than move about in the document (ISO 32000-1 §12.6.4). */
static const struct {
    const char *name;
    enum document_reason_code code;
} actions[] = {
    {"/JavaScript", DOCUMENT_REASON_PDF_SCRIPT},   {"/Launch", DOCUMENT_REASON_PDF_LAUNCH},
    {"/SubmitForm", DOCUMENT_REASON_PDF_EXTERNAL}, {"/ImportData", DOCUMENT_REASON_PDF_EXTERNAL},
    {"/GoToR", DOCUMENT_REASON_PDF_EXTERNAL},      {"/GoToE", DOCUMENT_REASON_PDF_EXTERNAL},
    {"/Rendition", DOCUMENT_REASON_PDF_EXTERNAL},  {"/Movie", DOCUMENT_REASON_PDF_EXTERNAL},
    {"/Sound", DOCUMENT_REASON_PDF_EXTERNAL},      {"/RichMediaExecute", DOCUMENT_REASON_PDF_EXTERNAL},
    {"/SetOCGState", DOCUMENT_REASON_PDF_LAYERS},  {"/Hide", DOCUMENT_REASON_PDF_LAYERS},
    {"/GoTo3DView", DOCUMENT_REASON_PDF_EXTERNAL},
};
/* Keys that mean the same wherever they stand. */
static const struct {
    const char *key;
    enum document_reason_code code;
} keys[] = {
    {"/JS", DOCUMENT_REASON_PDF_SCRIPT},        {"/JavaScript", DOCUMENT_REASON_PDF_SCRIPT},
    {"/EF", DOCUMENT_REASON_PDF_FILES},         {"/EmbeddedFiles", DOCUMENT_REASON_PDF_FILES},
    {"/XFA", DOCUMENT_REASON_PDF_XFA},          {"/OCProperties", DOCUMENT_REASON_PDF_LAYERS},
    {"/Collection", DOCUMENT_REASON_PDF_FILES}, {"/RichMediaContent", DOCUMENT_REASON_PDF_EXTERNAL},
};

static void look_for_danger(struct found *f, struct pdf *p, qpdf_oh d, bool of_stream)
{
    qpdf_data q = p->q;
    qpdf_oh kind = qpdf_oh_get_key(q, d, "/S"), type = qpdf_oh_get_key(q, d, "/Type");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (pdf_name_is(p, kind, actions[i].name))
            remark(f, actions[i].code, actions[i].name + 1);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (qpdf_oh_has_key(q, d, keys[i].key))
            remark(f, keys[i].code, keys[i].key + 1);
    if (pdf_name_is(p, type, "/EmbeddedFile"))
        remark(f, DOCUMENT_REASON_PDF_FILES, "EmbeddedFile");
    if (of_stream && qpdf_oh_has_key(q, d, "/F"))
        remark(f, DOCUMENT_REASON_PDF_LAUNCH, "F");
    if (of_stream && qpdf_oh_has_key(q, d, "/Ref"))
        remark(f, DOCUMENT_REASON_PDF_LAUNCH, "Ref");
    qpdf_oh_release(q, kind);
    qpdf_oh_release(q, type);
}

/* --- signatures --- */

static void read_ranges(struct pdf *p, qpdf_oh list, struct pdf_signature *s)
{
    qpdf_data q = p->q;
    int count = qpdf_oh_is_array(q, list) ? qpdf_oh_get_array_n_items(q, list) : 0;
    s->range_count = (size_t)count;
    /* Elsewhere in the file they could be replaced without touching the signature (ISO 32000-2 §12.8.1: direct). */
    s->ranges_whole = count > 0 && !qpdf_oh_is_indirect(q, list);
    for (int i = 0; i < count && i < PDF_RANGES_KEPT; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(q, list, i);
        if (qpdf_oh_is_integer(q, item) && !qpdf_oh_is_indirect(q, item))
            s->ranges[i] = qpdf_oh_get_int_value(q, item);
        else
            s->ranges_whole = false;
    }
}

/* A certification signature says so in /Reference (§12.8.2.2). */
static void read_transforms(struct pdf *p, qpdf_oh list, struct pdf_signature *s)
{
    qpdf_data q = p->q;
    int count = qpdf_oh_is_array(q, list) ? qpdf_oh_get_array_n_items(q, list) : 0;
    for (int i = 0; i < count && i < PDF_RANGES_KEPT; i++) {
        qpdf_oh one = qpdf_oh_get_array_item(q, list, i);
        if (!qpdf_oh_is_dictionary(q, one) || !pdf_name_is(p, qpdf_oh_get_key(q, one, "/TransformMethod"), "/DocMDP"))
            continue;
        qpdf_oh permits = qpdf_oh_get_key_if_dict(q, qpdf_oh_get_key(q, one, "/TransformParams"), "/P");
        s->certifies = true;
        s->permits = qpdf_oh_is_integer(q, permits) ? qpdf_oh_get_int_value_as_int(q, permits) : 2;
    }
}

static void read_signature(struct pdf *p, qpdf_oh d, struct pdf_signature *s)
{
    qpdf_data q = p->q;
    qpdf_oh contents = qpdf_oh_get_key(q, d, "/Contents");
    size_t n = 0;
    *s = (struct pdf_signature){.field = ""};
    s->type = pdf_text(p, qpdf_oh_get_key(q, d, "/Type"));
    s->subfilter = pdf_text(p, qpdf_oh_get_key(q, d, "/SubFilter"));
    s->has_contents = qpdf_oh_is_string(q, contents) && !qpdf_oh_is_indirect(q, contents);
    if (s->has_contents) {
        const char *bytes = qpdf_oh_get_binary_string_value(q, contents, &n);
        s->contents = str_part(arena_text(p->arena, str_part(bytes, n)), n);
    }
    read_ranges(p, qpdf_oh_get_key(q, d, "/ByteRange"), s);
    read_transforms(p, qpdf_oh_get_key(q, d, "/Reference"), s);
}

static void signature_add(struct found *f, struct pdf *p, qpdf_oh d, struct pdf_id id, const char *field)
{
    struct pdf_signature s;
    if (f->signatures.count >= LIMIT_PDF_SIGNATURES)
        return;
    read_signature(p, d, &s);
    if (field != NULL) {
        s.field = field;
        s.fields = 1;
    }
    vec_push(&f->signatures, s);
    vec_push(&f->ids, id);
}

static bool is_same(const struct pdf_signature *a, const struct pdf_signature *b)
{
    return str_equal(a->contents, b->contents) && a->range_count == b->range_count &&
           memcmp(a->ranges, b->ranges, sizeof a->ranges) == 0;
}

/* Index of the one that was found already, or the count. */
static size_t signature_find(const struct found *f, struct pdf *p, qpdf_oh d, struct pdf_id id)
{
    size_t i = 0;
    struct pdf_signature direct;
    if (id.number == 0)
        read_signature(p, d, &direct);
    for (; i < f->signatures.count; i++)
        if (id.number != 0 ? f->ids.items[i].number == id.number && f->ids.items[i].generation == id.generation
                           : f->ids.items[i].number == 0 && is_same(&f->signatures.items[i], &direct))
            break;
    return i;
}

/* Fields are walked first, so what is met here and is not known belongs to none. */
static void look_dictionary(void *context, struct pdf *p, qpdf_oh d, bool of_stream, struct pdf_id id)
{
    struct found *f = context;
    look_for_danger(f, p, d, of_stream);
    if (!qpdf_oh_has_key(p->q, d, "/ByteRange") || signature_find(f, p, d, id) < f->signatures.count)
        return;
    f->total++;
    signature_add(f, p, d, id, NULL);
}

/* --- the form --- */

static void leaf_signature(struct found *f, struct pdf *p, const struct pdf_leaf *leaf)
{
    qpdf_data q = p->q;
    struct pdf_id id = {0, 0};
    const char *name = leaf->name[0] == '\0' ? "?" : leaf->name;
    if (!qpdf_oh_is_dictionary(q, leaf->value)) {
        if (f->empty.count < LIMIT_PDF_SIGNATURES)
            vec_push(&f->empty, name);
        return;
    }
    if (qpdf_oh_is_indirect(q, leaf->value))
        id = (struct pdf_id){qpdf_oh_get_object_id(q, leaf->value), qpdf_oh_get_generation(q, leaf->value)};
    size_t known = signature_find(f, p, leaf->value, id);
    if (known < f->signatures.count) {
        f->signatures.items[known].fields++;
        return;
    }
    f->total++;
    signature_add(f, p, leaf->value, id, name);
}

static void at_leaf(void *context, struct pdf *p, const struct pdf_leaf *leaf)
{
    struct found *f = context;
    qpdf_data q = p->q;
    if (strcmp(leaf->type, "Sig") == 0) {
        leaf_signature(f, p, leaf);
        return;
    }
    qpdf_oh value = leaf->value;
    if (qpdf_oh_is_array(q, value) && qpdf_oh_get_array_n_items(q, value) > 0)
        value = qpdf_oh_get_array_item(q, value, 0);
    const char *text = pdf_text(p, value);
    if (text[0] == '\0' || strcmp(text, "Off") == 0 || f->fields.count >= LIMIT_DOCUMENT_VALUES)
        return;
    vec_push(&f->fields,
             (struct document_field){
                 .name = leaf->name, .label = pdf_text(p, qpdf_oh_get_key(q, leaf->field, "/TU")), .value = text});
}

static void found_keep(struct found *f, struct arena *a)
{
    struct pdf_facts *to = f->facts;
    to->reasons = vec_to_arena(&f->reasons, a);
    to->reason_count = f->reasons.count;
    to->signatures = vec_to_arena(&f->signatures, a);
    to->signature_count = f->signatures.count;
    to->signature_total = f->total;
    to->empty = vec_to_arena(&f->empty, a);
    to->empty_count = f->empty.count;
    to->fields = vec_to_arena(&f->fields, a);
    to->field_count = f->fields.count;
    vec_release(&f->reasons);
    vec_release(&f->signatures);
    vec_release(&f->ids);
    vec_release(&f->empty);
    vec_release(&f->fields);
}

/* The streams of a list of the DSS, each of at most `size` bytes, `most` of them. */
static size_t read_proof(struct pdf *p, struct arena *a, const char *key, size_t most, size_t size,
                         const struct str **ret)
{
    qpdf_data q = p->q;
    qpdf_oh proofs = qpdf_oh_get_key_if_dict(q, qpdf_get_root(q), "/DSS");
    qpdf_oh list = qpdf_oh_get_key_if_dict(q, proofs, key);
    int count = qpdf_oh_is_array(q, list) ? qpdf_oh_get_array_n_items(q, list) : 0;
    struct str *found = arena_array(a, struct str, most);
    size_t got = 0, room = LIMIT_DOCUMENT_PROOF_BYTES;
    for (int i = 0; i < count && i < LIMIT_PDF_FIELDS && got < most; i++) {
        qpdf_oh item = qpdf_oh_get_array_item(q, list, i);
        unsigned char *bytes = NULL;
        size_t n = 0;
        if (qpdf_oh_is_stream(q, item) &&
            (qpdf_oh_get_stream_data(q, item, qpdf_dl_generalized, NULL, &bytes, &n) & QPDF_ERRORS) == 0 && n > 0 &&
            n <= size && n <= room) {
            found[got++] = str_part(arena_text(a, str_part((const char *)bytes, n)), n);
            room -= n;
        }
        free(bytes);
        qpdf_oh_release(q, item);
    }
    *ret = found;
    return got;
}

/* ETSI EN 319 142-1 §5.4.2.2 */
static void read_proofs(struct pdf *p, struct arena *a, struct pdf_facts *to)
{
    to->certificate_count =
        read_proof(p, a, "/Certs", LIMIT_CHAIN_CERTS, LIMIT_CERTIFICATE_FILE_BYTES, &to->certificates);
    to->ocsp_count = read_proof(p, a, "/OCSPs", LIMIT_DOCUMENT_PROOFS, LIMIT_OCSP_BYTES, &to->ocsps);
    to->crl_count = read_proof(p, a, "/CRLs", LIMIT_DOCUMENT_PROOFS, LIMIT_CRL_BYTES, &to->crls);
}

static void read_all(struct arena *a, struct str bytes, struct pdf_facts *ret, bool form_only)
{
    struct pdf p;
    struct pdf_met met = {0};
    struct found f = {.facts = ret};
    *ret = (struct pdf_facts){.damaged = ""};
    pdf_open(&p, a, bytes);
    ret->encrypted = p.encrypted || (p.damaged[0] == '\0' && qpdf_is_encrypted(p.q));
    if (ret->encrypted) {
        p.damaged = "";
    } else if (p.damaged[0] == '\0') {
        ret->pages = qpdf_get_num_pages(p.q);
        pdf_form_walk(&p, at_leaf, &f);
        if (!form_only && p.damaged[0] == '\0')
            pdf_walk(&p, &met, look_dictionary, &f);
        if (!form_only && pdf_sound(&p))
            read_proofs(&p, a, ret);
    }
    ret->damaged = p.damaged;
    if (!form_only && ret->damaged[0] == '\0' && !ret->encrypted && pdf_is_twofold(a, bytes))
        remark(&f, DOCUMENT_REASON_PDF_ALSO, N_("another PDF for older readers"));
    found_keep(&f, a);
    pdf_met_release(&met);
    pdf_close(&p);
}

static void examine(struct arena *a, struct str bytes, struct pdf_facts *ret)
{
    read_all(a, bytes, ret, false);
}

static void form(struct arena *a, struct str bytes, struct pdf_facts *ret)
{
    read_all(a, bytes, ret, true);
}

__attribute__((visibility("default"))) extern const struct pdf_api talaia_module;
const struct pdf_api talaia_module = {.examine = examine, .form = form, .compare = pdf_compare};
