#include "table/xlsx_xml.h"

#include <expat.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"

#define CHUNK_BYTES (64 * 1024) /* what zip inflates at once */

struct xlsx_xml {
    XML_Parser parser;
    struct xlsx_zip *zip;
    struct xlsx_part *part;
    char *name;
    const struct xlsx_handler *handler;
    void *user;
    struct err *e; /* of the step at work */
    int depth;
    size_t fed;
    bool paused, last;
};

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon == NULL ? name : colon + 1;
}

const char *xlsx_attribute(const char **attributes, const char *name)
{
    for (size_t i = 0; attributes[i] != NULL; i += 2) {
        if (strcmp(local_name(attributes[i]), name) == 0)
            return attributes[i + 1];
    }
    return NULL;
}

static void stop_on_error(struct xlsx_xml *x)
{
    if (x->e->code != ERR_NONE)
        (void)XML_StopParser(x->parser, XML_FALSE);
}

static void XMLCALL on_start(void *data, const char *name, const char **attributes)
{
    struct xlsx_xml *x = data;
    if (x->e->code != ERR_NONE)
        return; /* expat may still report what it has begun */
    if (++x->depth > LIMIT_XML_DEPTH)
        err_set(x->e, ERR_LIMIT, N_("%s: the XML of %s nests deeper than %d levels"), xlsx_zip_name(x->zip), x->name,
                LIMIT_XML_DEPTH);
    else if (x->handler->start != NULL)
        x->handler->start(x, x->user, local_name(name), attributes, x->depth);
    stop_on_error(x);
}

static void XMLCALL on_end(void *data, const char *name)
{
    struct xlsx_xml *x = data;
    if (x->e->code != ERR_NONE)
        return;
    if (x->handler->end != NULL)
        x->handler->end(x, x->user, local_name(name), x->depth);
    x->depth--;
    stop_on_error(x);
}

static void XMLCALL on_text(void *data, const char *bytes, int n)
{
    struct xlsx_xml *x = data;
    if (x->e->code != ERR_NONE)
        return;
    x->handler->text(x, x->user, bytes, (size_t)n);
    stop_on_error(x);
}

static void XMLCALL on_doctype(void *data, const char *name, const char *system_id, const char *public_id, int internal)
{
    struct xlsx_xml *x = data;
    (void)name;
    (void)system_id;
    (void)public_id;
    (void)internal;
    err_set(x->e, ERR_FORMAT, N_("%s: %s declares a DOCTYPE, which no workbook has and malicious files do"),
            xlsx_zip_name(x->zip), x->name);
    stop_on_error(x);
}

bool xlsx_xml_open(struct xlsx_zip *z, const char *part, size_t max, const struct xlsx_handler *handler, void *user,
                   struct xlsx_xml **ret, struct err *e)
{
    struct xlsx_part *p;
    if (!xlsx_part_open(z, part, max, &p, e))
        return false;
    XML_Parser parser = XML_ParserCreate(NULL);
    if (parser == NULL) {
        xlsx_part_close(p);
        return err_set(e, ERR_INTERNAL, N_("no memory left to read %s"), xlsx_zip_name(z));
    }
    struct xlsx_xml *x = mem_alloc(1, sizeof *x);
    *x = (struct xlsx_xml){.parser = parser, .zip = z, .part = p, .handler = handler, .user = user};
    x->name = mem_dup_text(part);
    XML_SetUserData(parser, x);
    XML_SetElementHandler(parser, on_start, on_end);
    if (handler->text != NULL)
        XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    *ret = x;
    return true;
}

static enum xlsx_step parse_error(struct xlsx_xml *x, struct err *e)
{
    enum XML_Error why = XML_GetErrorCode(x->parser);
    err_set(e, ERR_FORMAT, N_("%s: the XML of %s is damaged at line %llu, column %llu (%s); save the workbook again"),
            xlsx_zip_name(x->zip), x->name, (unsigned long long)XML_GetCurrentLineNumber(x->parser),
            (unsigned long long)XML_GetCurrentColumnNumber(x->parser), XML_ErrorString(why));
    return XLSX_FAILED;
}

/* Expat reads an unfinished tag again with each piece: bounded, that stays cheap. */
static bool token_fits(struct xlsx_xml *x, struct err *e)
{
    XML_Index at = XML_GetCurrentByteIndex(x->parser);
    if (at >= 0 && x->fed > (size_t)at && x->fed - (size_t)at > LIMIT_XLSX_TOKEN_BYTES + CHUNK_BYTES)
        return err_set(e, ERR_LIMIT, N_("%s: one tag in the XML of %s is larger than %u KiB"), xlsx_zip_name(x->zip),
                       x->name, LIMIT_XLSX_TOKEN_BYTES / 1024u);
    return true;
}

static enum XML_Status feed(struct xlsx_xml *x, struct err *e)
{
    size_t n = 0;
    void *to = XML_GetBuffer(x->parser, CHUNK_BYTES);
    if (to == NULL || !xlsx_part_read(x->part, to, CHUNK_BYTES, &n, e))
        return XML_STATUS_ERROR;
    x->fed += n;
    x->last = n == 0;
    return XML_ParseBuffer(x->parser, (int)n, n == 0);
}

enum xlsx_step xlsx_xml_step(struct xlsx_xml *x, struct err *e)
{
    if (e->code != ERR_NONE)
        return XLSX_FAILED;
    x->e = e;
    for (;;) {
        enum XML_Status status = x->paused ? XML_ResumeParser(x->parser) : feed(x, e);
        x->paused = status == XML_STATUS_SUSPENDED;
        if (e->code != ERR_NONE)
            return XLSX_FAILED;
        if (status == XML_STATUS_ERROR)
            return parse_error(x, e);
        if (x->paused)
            return XLSX_PAUSED;
        if (x->last)
            return XLSX_END;
        if (!token_fits(x, e))
            return XLSX_FAILED;
    }
}

void xlsx_xml_close(struct xlsx_xml *x)
{
    if (x == NULL)
        return;
    XML_ParserFree(x->parser);
    xlsx_part_close(x->part);
    mem_free(x->name);
    mem_free(x);
}

bool xlsx_xml_read(struct xlsx_zip *z, const char *part, size_t max, const struct xlsx_handler *handler, void *user,
                   struct err *e)
{
    struct xlsx_xml *x;
    if (!xlsx_xml_open(z, part, max, handler, user, &x, e))
        return false;
    bool ok = xlsx_xml_step(x, e) == XLSX_END;
    xlsx_xml_close(x);
    return ok;
}

void xlsx_xml_pause(struct xlsx_xml *x)
{
    (void)XML_StopParser(x->parser, XML_TRUE);
}

struct err *xlsx_xml_error(struct xlsx_xml *x)
{
    return x->e;
}
