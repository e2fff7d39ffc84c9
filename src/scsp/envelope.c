/* Says nothing of signatures (wss.h) and nothing of what is inside a message (peticion.h). */
#include "scsp/envelope.h"

#include <strings.h>

#include "net/xml_safe.h"
#include "scsp/message_shapes.h"
#include "scsp/names.h"

static const struct {
    enum message_kind kind;
    const char *name, *uri;
    const struct shape *shape;
    const char *operation;
} messages[] = {
    {MESSAGE_PETICION, "Peticion", NS_PET, &shape_peticion, "procesa"},
    {MESSAGE_SOLICITUD, "SolicitudRespuesta", NS_SOL, &shape_solicitud, "procesa"},
    {MESSAGE_RESPUESTA, "Respuesta", NS_RES, &shape_respuesta, "procesaResponse"},
    {MESSAGE_CONFIRMACION, "ConfirmacionPeticion", NS_CON, &shape_confirmacion, "procesaResponse"},
};
#define REQUESTS "pet:Peticion, sol:SolicitudRespuesta"

const char *message_kind_text(enum message_kind kind)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (messages[i].kind == kind)
            return messages[i].name;
    return kind == MESSAGE_FAULT ? "Fault" : "";
}

static bool is_named(const xmlNode *n, const char *name)
{
    return n != NULL && strcasecmp((const char *)n->name, name) == 0;
}

/* Says what is wrong with the name of an element that is meant to be this one. */
static void name_check(struct remarks *all, const xmlNode *n, const char *uri, const char *name)
{
    const struct shape meant = {.name = name, .kind = SHAPE_ANY};
    shape_check_root(all, n, &meant, uri);
}

static bool root_check(struct remarks *all, const xmlNode *root)
{
    const char *uri = root->ns == NULL ? "" : (const char *)root->ns->href;
    if (!is_named(root, "Envelope"))
        remark_add(all, REMARK_NOT_SOAP, root, .found = node_name(all->arena, root));
    else if (strcmp(uri, NS_SOAP12) == 0)
        remark_add(all, REMARK_SOAP_VERSION, root, .expected = NS_SOAP);
    else if (strcmp(uri, NS_SOAP) != 0)
        remark_add(all, REMARK_SOAP_NAMESPACE, root, .found = uri[0] == '\0' ? "—" : uri, .expected = NS_SOAP);
    else if (strcmp((const char *)root->name, "Envelope") != 0)
        remark_add(all, REMARK_ELEMENT_CASE, root, .found = (const char *)root->name, .expected = "soap:Envelope");
    else
        return true;
    return false;
}

static void second_check(struct remarks *all, const xmlNode *n, const xmlNode *known)
{
    if (n != known)
        remark_add(all, REMARK_ENVELOPE_SECOND, n);
}

/* A second envelope, header or body, however deep. */
static void copies_check(struct remarks *all, const xmlDoc *doc, const struct envelope *e)
{
    const xmlNode *root = xml_root(doc);
    for (const xmlNode *n = root; n != NULL;) {
        const char *name = (const char *)n->name;
        if (n->type == XML_ELEMENT_NODE && n->ns != NULL && strchr("EHB", name[0]) != NULL &&
            strcmp((const char *)n->ns->href, NS_SOAP) == 0) {
            if (strcmp(name, "Envelope") == 0)
                second_check(all, n, e->root);
            else if (strcmp(name, "Header") == 0)
                second_check(all, n, e->header);
            else if (strcmp(name, "Body") == 0)
                second_check(all, n, e->body);
        }
        n = node_after(n, root);
    }
}

static void parts_find(struct remarks *all, struct envelope *e)
{
    for (const xmlNode *n = xml_child(e->root, NULL, NULL); n != NULL; n = xml_next(n, NULL, NULL)) {
        bool header = is_named(n, "Header"), body = is_named(n, "Body");
        if (!header && !body) {
            remark_add(all, REMARK_ENVELOPE_CHILD, n, .found = node_name(all->arena, n));
            continue;
        }
        const xmlNode **known = header ? &e->header : &e->body;
        if (*known != NULL)
            continue; /* copies_check says it */
        *known = n;
        name_check(all, n, NS_SOAP, header ? "Header" : "Body");
        if (header && e->body != NULL)
            remark_add(all, REMARK_ELEMENT_ORDER, n, .found = node_name(all->arena, n), .name = "soap:Envelope",
                       .grade = GRADE_ERROR, .expected = "Header Body");
    }
}

/* The only element of `parent`; says when there are more. */
static const xmlNode *only_child(struct remarks *all, const xmlNode *parent)
{
    const xmlNode *first = xml_child(parent, NULL, NULL), *second = xml_next(first, NULL, NULL);
    if (second != NULL)
        remark_add(all, REMARK_BODY_SECOND, second, .name = node_name(all->arena, parent),
                   .found = node_name(all->arena, second));
    return first;
}

/* The message that the element is meant to be, or -1. */
static int message_find(const xmlNode *n)
{
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (is_named(n, messages[i].name))
            return (int)i;
    return -1;
}

static bool message_read(struct remarks *all, struct envelope *e)
{
    const xmlNode *n = only_child(all, e->operation);
    if (n == NULL) {
        remark_add(all, REMARK_OPERATION_EMPTY, e->operation);
        return false;
    }
    int which = message_find(n);
    if (which < 0) {
        remark_add(all, REMARK_MESSAGE_UNKNOWN, n, .found = node_name(all->arena, n), .expected = REQUESTS);
        return false;
    }
    e->message = n;
    e->kind = messages[which].kind;
    e->shape = messages[which].shape;
    return true;
}

static bool operation_read(struct remarks *all, struct envelope *e)
{
    const xmlNode *n = only_child(all, e->body);
    if (n != NULL && xml_is(n, NS_SOAP, "Fault")) {
        e->message = n;
        e->kind = MESSAGE_FAULT;
        return true;
    }
    bool request = is_named(n, "procesa");
    if (n == NULL || (!request && !is_named(n, "procesaResponse"))) {
        remark_add(all, REMARK_OPERATION_MISSING, n == NULL ? e->body : n,
                   .found = n == NULL ? "—" : node_name(all->arena, n));
        return false;
    }
    name_check(all, n, NS_OPENURI, request ? "procesa" : "procesaResponse");
    e->operation = n;
    return message_read(all, e);
}

bool envelope_read(struct remarks *all, const xmlDoc *doc, struct envelope *ret)
{
    struct envelope e = {.root = xml_root(doc)};
    bool good = root_check(all, e.root);
    if (good) {
        parts_find(all, &e);
        copies_check(all, doc, &e);
        if (e.body == NULL)
            remark_add(all, REMARK_BODY_MISSING, e.root);
        good = e.body != NULL && operation_read(all, &e);
    }
    *ret = e;
    return good;
}
