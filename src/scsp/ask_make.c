/* Flattens what peticion.h has read. Nothing is judged here. */
#include "scsp/ask_make.h"

#include "net/xml_safe.h"
#include "scsp/answer.h"
#include "scsp/names.h"

static struct str text_of(struct arena *a, const xmlNode *parent, const char *name)
{
    return shape_text(a, parent, name);
}

/* --- the payload --- */

struct flattening {
    struct arena *a;
    struct ask_field *fields;
    size_t count, most;
};

/* Names that one element has had so far among its children. */
struct seen {
    const char *name;
    size_t count;
    struct seen *next;
};

static size_t seen_count(struct arena *a, struct seen **all, const char *name)
{
    for (struct seen *s = *all; s != NULL; s = s->next)
        if (strcmp(s->name, name) == 0)
            return ++s->count;
    struct seen *s = arena_new(a, struct seen);
    *s = (struct seen){name, 1, *all};
    *all = s;
    return 1;
}

static const char *path_of(struct arena *a, const char *parent, const char *name, size_t number)
{
    if (number > 1)
        name = arena_printf(a, "%s[%zu]", name, number);
    return parent[0] == '\0' ? name : arena_printf(a, "%s/%s", parent, name);
}

/* The depth is bounded by LIMIT_XML_DEPTH. */
static void flatten(struct flattening *f, const xmlNode *parent, const char *path)
{
    struct seen *seen = NULL;
    for (const xmlNode *n = xml_child(parent, NULL, NULL); n != NULL && f->count < f->most;
         n = xml_next(n, NULL, NULL)) {
        const char *name = (const char *)n->name, *own = path_of(f->a, path, name, seen_count(f->a, &seen, name));
        if (xml_child(n, NULL, NULL) != NULL)
            flatten(f, n, own);
        else
            f->fields[f->count++] = (struct ask_field){str_of(own), xml_trim(node_text(f->a, n))};
    }
}

static size_t leaves_count(const xmlNode *parent)
{
    size_t count = 0;
    for (const xmlNode *n = node_after(parent, parent); n != NULL && count < LIMIT_ASK_FIELDS;
         n = node_after(n, parent))
        count += n->type == XML_ELEMENT_NODE && xml_child(n, NULL, NULL) == NULL;
    return count;
}

static void payload_flatten(struct arena *a, const xmlNode *payload, struct ask_item *item)
{
    struct flattening f = {.a = a};
    item->root = str_of("");
    if (payload == NULL)
        return;
    item->root = str_of((const char *)payload->name);
    f.most = leaves_count(payload);
    f.fields = arena_array(a, struct ask_field, f.most + 1);
    flatten(&f, payload, "");
    item->fields = f.fields;
    item->field_count = f.count;
}

/* --- the rest of a SolicitudTransmision --- */

static void files_read(struct arena *a, const xmlNode *list, struct ask_item *item)
{
    struct ask_file *files = arena_array(a, struct ask_file, list == NULL ? 1 : LIMIT_ASK_FILES);
    for (const xmlNode *n = list == NULL ? NULL : xml_child(list, NULL, NULL);
         n != NULL && item->file_count < LIMIT_ASK_FILES; n = xml_next(n, NULL, NULL))
        files[item->file_count++] = (struct ask_file){.name = text_of(a, n, "NombreFichero"),
                                                      .id = text_of(a, n, "Id"),
                                                      .bytes = text_of(a, n, "Contenido").n / 4 * 3};
    item->files = files;
}

static bool is_true(struct str s)
{
    return str_is(s, "true") || str_is(s, "1");
}

static void generic_read(struct arena *a, const xmlNode *generic, struct ask_item *item)
{
    const xmlNode *asker = shape_find(generic, "Solicitante"), *holder = shape_find(generic, "Titular");
    const xmlNode *sending = shape_find(generic, "Transmision");
    item->expedient = text_of(a, sending, "IdTransmision");
    item->requester_name = text_of(a, asker, "NombreSolicitante");
    item->procedure = text_of(a, asker, "Procedimiento");
    item->consent = text_of(a, asker, "Consentimiento");
    item->holder_kind = text_of(a, holder, "TipoDocumentacion");
    item->holder = text_of(a, holder, "Documentacion");
    item->full_name = text_of(a, holder, "NombreCompleto");
    item->name = text_of(a, holder, "Nombre");
    item->surname_1 = text_of(a, holder, "Apellido1");
    item->surname_2 = text_of(a, holder, "Apellido2");
    files_read(a, shape_find(generic, "Ficheros"), item);
}

/* The first element of the specific data that is not the platform's own. */
static const xmlNode *payload_of(const xmlNode *specific)
{
    const xmlNode *n = specific == NULL ? NULL : xml_child(specific, NULL, NULL);
    while (n != NULL && n->ns != NULL && strcmp((const char *)n->ns->href, NS_CAOC) == 0)
        n = xml_next(n, NULL, NULL);
    return n;
}

static bool item_make(struct arena *a, const struct solicitud *s, struct ask_item *ret, struct err *e)
{
    const xmlNode *specific = shape_find(s->node, "DatosEspecificos");
    const xmlNode *wishes = shape_find(specific, "ExtensionesPeticion");
    struct buf echo = BUF_INIT(LIMIT_XML_BYTES);
    struct ask_item item = {
        .code = s->code, .id = s->id, .requester = s->requester, .purpose = s->purpose, .answer = s->answer};
    generic_read(a, shape_find(s->node, "DatosGenericos"), &item);
    item.pdf = is_true(text_of(a, wishes, "PDF"));
    item.evidence = is_true(text_of(a, wishes, "Evidencia"));
    payload_flatten(a, payload_of(specific), &item);
    bool good = answer_echo_item(&echo, s, e);
    if (good) {
        item.echo = str_part(arena_text(a, buf_str(&echo)), echo.n);
        *ret = item;
    }
    buf_release(&echo);
    return good;
}

bool ask_make(struct arena *a, const struct envelope *e, const struct peticion *p, bool confirmation, struct ask *ret,
              struct err *err)
{
    const xmlNode *head = shape_find(e->message, "Atributos"), *block = shape_find(head, "DatosAutorizacion");
    struct buf echo = BUF_INIT(LIMIT_XML_BYTES);
    struct ask_item *items = arena_array(a, struct ask_item, p->count + 1);
    struct ask ask = {
        .kind = e->kind == MESSAGE_SOLICITUD ? ASK_SOLICITUD : ASK_PETICION,
        .id = p->id,
        .code = p->code,
        .product = p->product,
        .elements = -1,
        .stamp = text_of(a, head, "TimeStamp"),
        .own = p->own,
        .own_name = text_of(a, block, "NombreSolicitante"),
        .purpose = p->purpose,
        .original = text_of(a, head, "IdSolicitanteOriginal"),
        .items = items,
        .count = p->count,
    };
    int64_t elements;
    if (str_to_int64(text_of(a, head, "NumElementos"), 0, INT32_MAX, &elements))
        ask.elements = elements;
    bool good = answer_echo_head(&echo, e, confirmation, err);
    for (size_t i = 0; good && i < p->count; i++)
        good = item_make(a, &p->items[i], &items[i], err);
    if (good) {
        ask.echo = str_part(arena_text(a, buf_str(&echo)), echo.n);
        *ret = ask;
    }
    buf_release(&echo);
    return good;
}
