#include "scsp/contract.h"

#include "scsp/message_shapes.h"
#include "scsp/names.h"
#include "scsp/writer.h"

#define NS_XS "http://www.w3.org/2001/XMLSchema"
#define UUID_PATTERN "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

static const struct {
    const char *name;
    const struct shape *in, *out;
} fronts[GATEWAY_FRONT_COUNT] = {
    [GATEWAY_SINCRON] = {"Sincron", &shape_peticion, &shape_respuesta},
    [GATEWAY_ASINCRON] = {"Asincron", &shape_peticion, &shape_confirmacion},
    [GATEWAY_RESPOSTA] = {"AsincronResposta", &shape_solicitud, &shape_respuesta},
};

const char *gateway_front_name(enum gateway_front f)
{
    return fronts[f].name;
}

/* --- schemas --- */

static void piece(struct writer *w, const char *before, const char *text, const char *after)
{
    write_raw(w, before);
    write_raw(w, text);
    write_raw(w, after);
}

static void facet(struct writer *w, const char *name, int value)
{
    char text[64];
    (void)snprintf(text, sizeof text, "<xs:%s value=\"%d\"/>", name, value);
    write_raw(w, text);
}

static void choices(struct writer *w, const char *all)
{
    struct str rest = str_of(all), one;
    while (str_split(&rest, ' ', &one)) {
        write_raw(w, "<xs:enumeration value=\"");
        write_bytes(w, one);
        write_raw(w, "\"/>");
    }
}

static const char *base_of(enum value_kind kind)
{
    return kind == VALUE_INT         ? "xs:int"
           : kind == VALUE_BOOLEAN   ? "xs:boolean"
           : kind == VALUE_BASE64    ? "xs:base64Binary"
           : kind == VALUE_DOUBLE    ? "xs:double"
           : kind == VALUE_DATE_TIME ? "xs:dateTime"
                                     : "xs:string";
}

static void value_type(struct writer *w, const struct value_rule *v)
{
    bool text = strcmp(base_of(v->kind), "xs:string") == 0;
    piece(w, "<xs:simpleType><xs:restriction base=\"", base_of(v->kind), "\">");
    if (v->kind == VALUE_INT && v->min == 1)
        facet(w, "minInclusive", 0);
    if (v->kind == VALUE_INT && v->max > 0)
        facet(w, "totalDigits", v->max);
    if (text && v->min > 0)
        facet(w, "minLength", v->min);
    if (text && v->max > 0)
        facet(w, "maxLength", v->max);
    if (v->kind == VALUE_UUID)
        write_raw(w, "<xs:pattern value=\"" UUID_PATTERN "\"/>");
    if (v->choices != NULL)
        choices(w, v->choices);
    write_raw(w, "</xs:restriction></xs:simpleType>");
}

static void part_write(struct writer *w, const struct shape *s);

/* What xs:all may hold: single elements only. */
static bool is_plain(const struct shape *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->parts[i].name == NULL || s->parts[i].many)
            return false;
    return true;
}

static void group_write(struct writer *w, const struct shape *s)
{
    const char *kind = s->kind == SHAPE_CHOICE ? "choice" : s->kind == SHAPE_ALL && is_plain(s) ? "all" : "sequence";
    piece(w, "<xs:", kind, s->name == NULL && s->optional ? " minOccurs=\"0\">" : ">");
    for (size_t i = 0; i < s->count; i++)
        part_write(w, &s->parts[i]);
    piece(w, "</xs:", kind, ">");
}

static void type_write(struct writer *w, const struct shape *s)
{
    if (s->kind == SHAPE_VALUE) {
        value_type(w, &s->value);
        return;
    }
    write_raw(w, "<xs:complexType>");
    if (s->kind == SHAPE_LAX || s->kind == SHAPE_ANY)
        write_raw(w, "<xs:sequence><xs:any namespace=\"##any\" processContents=\"lax\" minOccurs=\"0\" "
                     "maxOccurs=\"unbounded\"/></xs:sequence>");
    else
        group_write(w, s);
    write_raw(w, "</xs:complexType>");
}

static void part_write(struct writer *w, const struct shape *s)
{
    if (s->name == NULL) {
        group_write(w, s);
        return;
    }
    piece(w, "<xs:element name=\"", s->name, "\"");
    write_raw(w, s->optional ? " minOccurs=\"0\"" : "");
    write_raw(w, s->many ? " maxOccurs=\"unbounded\">" : ">");
    type_write(w, s);
    write_raw(w, "</xs:element>");
}

static void schema_begin(struct writer *w, const char *uri)
{
    piece(w, "<xs:schema targetNamespace=\"", uri, "\" elementFormDefault=\"qualified\">");
}

static void schema_write(struct writer *w, const struct shape *root)
{
    schema_begin(w, root->uri);
    piece(w, "<xs:element name=\"", root->name, "\">");
    type_write(w, root);
    write_raw(w, "</xs:element></xs:schema>\n");
}

static void wrapper_write(struct writer *w, const char *name, const char *ref)
{
    piece(w, "<xs:element name=\"", name, "\"><xs:complexType><xs:sequence>");
    piece(w, "<xs:element ref=\"", ref, "\"/></xs:sequence></xs:complexType></xs:element>");
}

/* --- the contract --- */

static void types_write(struct writer *w, const struct shape *in, const struct shape *out)
{
    char in_ref[64], out_ref[64];
    (void)snprintf(in_ref, sizeof in_ref, "in:%s", in->name);
    (void)snprintf(out_ref, sizeof out_ref, "out:%s", out->name);
    write_raw(w, "<types>\n");
    schema_write(w, in);
    schema_write(w, out);
    schema_begin(w, NS_OPENURI);
    piece(w, "<xs:import namespace=\"", in->uri, "\"/>");
    piece(w, "<xs:import namespace=\"", out->uri, "\"/>");
    wrapper_write(w, "procesa", in_ref);
    wrapper_write(w, "procesaResponse", out_ref);
    write_raw(w, "</xs:schema>\n</types>\n");
}

static void binding_write(struct writer *w, const char *name, const char *address)
{
    static const char *const begin[] = {"<portType name=\"", "<binding name=\"", "<service name=\""};
    piece(w, begin[0], name,
          "Soap\"><operation name=\"procesa\"><input message=\"o:procesaSoapIn\"/>"
          "<output message=\"o:procesaSoapOut\"/></operation></portType>\n");
    piece(w, begin[1], name, "Soap\" type=\"o:");
    piece(w, "", name,
          "Soap\"><soap:binding transport=\"http://schemas.xmlsoap.org/soap/http\" style=\"document\"/>"
          "<operation name=\"procesa\"><soap:operation soapAction=\"http://www.openuri.org/procesa\" "
          "style=\"document\"/><input><soap:body use=\"literal\"/></input><output>"
          "<soap:body use=\"literal\"/></output></operation></binding>\n");
    piece(w, begin[2], name, "\"><port name=\"");
    piece(w, "", name, "Soap\" binding=\"o:");
    piece(w, "", name, "Soap\"><soap:address location=\"");
    write_bytes(w, str_of(address));
    write_raw(w, "\"/></port></service>\n");
}

bool contract_write(struct buf *to, enum gateway_front f, const char *address, struct err *e)
{
    struct writer w = {.to = to, .e = e};
    const struct shape *in = fronts[f].in, *out = fronts[f].out;
    if (strpbrk(address, "<>&\"'") != NULL)
        return err_set(e, ERR_VALUE, N_("\"%s\" is no address of a service"), address);
    write_raw(&w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<definitions "
                  "xmlns=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" "
                  "xmlns:xs=\"" NS_XS "\" xmlns:o=\"" NS_OPENURI "\"");
    piece(&w, " xmlns:in=\"", in->uri, "\"");
    piece(&w, " xmlns:out=\"", out->uri, "\" targetNamespace=\"" NS_OPENURI "\"");
    piece(&w, " name=\"", fronts[f].name, "\">\n");
    types_write(&w, in, out);
    write_raw(&w,
              "<message name=\"procesaSoapIn\"><part name=\"parameters\" element=\"o:procesa\"/></message>\n"
              "<message name=\"procesaSoapOut\"><part name=\"parameters\" element=\"o:procesaResponse\"/></message>\n");
    binding_write(&w, fronts[f].name, address);
    write_raw(&w, "</definitions>\n");
    return !w.failed;
}
