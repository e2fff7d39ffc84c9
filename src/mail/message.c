/* Module talaia-message: from a checked message to its bytes, with GMime. The way back is in message_read.c.
 *
 * Everything that GMime would choose by itself (date, message id, boundaries, content ids) is set here, so that one
 * message always gives the same bytes. */
#include <gmime/gmime.h>

#include "base/buf.h"
#include "base/mem.h"

#include "mail/compose.h"
#include "mail/message_read.h"

#define LINE_MAX_BYTES 998 /* RFC 5322 §2.1.1 */

/* FNV-1a over the id, as 16 hexadecimal digits: boundaries differ from message to message, never from run to run. */
static void seed_of(const char *id, char out[17])
{
    uint64_t h = 0xcbf29ce484222325u;
    for (const char *p = id; *p != '\0'; p++)
        h = (h ^ (unsigned char)*p) * 0x100000001b3u;
    snprintf(out, 17, "%016llx", (unsigned long long)h);
}

/* "=_" cannot occur in quoted-printable or base64 (RFC 2045 §6.7); the word tells the levels apart. */
static void set_boundary(GMimeMultipart *part, const char *seed, const char *word)
{
    char boundary[64];
    snprintf(boundary, sizeof boundary, "=_talaia-%s-%s", word, seed);
    g_mime_multipart_set_boundary(part, boundary);
}

static GMimeStream *memory_stream(struct str bytes)
{
    return g_mime_stream_mem_new_with_buffer(bytes.p == NULL ? "" : bytes.p, bytes.n);
}

static void set_content(GMimePart *part, struct str bytes, GMimeContentEncoding encoding)
{
    GMimeStream *stream = memory_stream(bytes);
    GMimeDataWrapper *wrapper = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, wrapper);
    g_mime_part_set_content_encoding(part, encoding);
    g_object_unref(wrapper);
    g_object_unref(stream);
}

/* Line ends as LF: the encoder and the writer decide how they leave. */
static struct str unix_lines(struct arena *a, struct str text)
{
    char *out = arena_alloc(a, text.n + 2, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r' || i + 1 == text.n || text.p[i + 1] != '\n')
            out[n++] = text.p[i];
    if (n == 0 || out[n - 1] != '\n')
        out[n++] = '\n';
    return str_part(out, n);
}

/* Quoted-printable whatever the text: readable, safe through every relay, no line too long. */
static GMimeObject *text_part(struct arena *a, const char *subtype, struct str text)
{
    GMimePart *part = g_mime_part_new_with_type("text", subtype);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    set_content(part, unix_lines(a, text), GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return GMIME_OBJECT(part);
}

/* GMime would choose the smallest charset that holds the name, windows-1251 among them. */
static void name_in_utf8(GMimeParamList *list, const char *parameter)
{
    GMimeParam *param = g_mime_param_list_get_parameter(list, parameter);
    if (param != NULL)
        g_mime_param_set_charset(param, "utf-8");
}

static GMimeObject *file_part(const struct mail_part *p, bool shown)
{
    char major[128];
    const char *slash = strchr(p->type, '/');
    snprintf(major, sizeof major, "%.*s", (int)(slash - p->type), p->type);
    GMimePart *part = g_mime_part_new_with_type(major, slash + 1);
    g_mime_object_set_disposition(GMIME_OBJECT(part), shown ? GMIME_DISPOSITION_INLINE : GMIME_DISPOSITION_ATTACHMENT);
    g_mime_part_set_filename(part, p->name); /* RFC 2231 when it is not ASCII */
    name_in_utf8(g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(GMIME_OBJECT(part))),
                 "filename");
    name_in_utf8(g_mime_content_type_get_parameters(g_mime_object_get_content_type(GMIME_OBJECT(part))), "name");
    if (p->cid != NULL)
        g_mime_part_set_content_id(part, p->cid);
    set_content(part, p->bytes, GMIME_CONTENT_ENCODING_BASE64);
    return GMIME_OBJECT(part);
}

/* Adds and lets go: the multipart keeps it. */
static void add(GMimeMultipart *to, GMimeObject *part)
{
    g_mime_multipart_add(to, part);
    g_object_unref(part);
}

static GMimeObject *page_with_pictures(struct arena *a, const struct mail_message *m, const char *seed)
{
    GMimeObject *page = text_part(a, "html", m->html);
    if (m->inline_count == 0)
        return page;
    GMimeMultipart *related = g_mime_multipart_new_with_subtype("related");
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(related), "type", "text/html");
    set_boundary(related, seed, "related");
    add(related, page);
    for (size_t i = 0; i < m->inline_count; i++)
        add(related, file_part(&m->inline_parts[i], true));
    return GMIME_OBJECT(related);
}

static GMimeObject *body_new(struct arena *a, const struct mail_message *m, const char *seed)
{
    GMimeObject *body = text_part(a, "plain", m->text);
    if (m->html.n > 0) {
        GMimeMultipart *alternative = g_mime_multipart_new_with_subtype("alternative");
        set_boundary(alternative, seed, "alternative");
        add(alternative, body);
        add(alternative, page_with_pictures(a, m, seed));
        body = GMIME_OBJECT(alternative);
    }
    if (m->attachment_count > 0) {
        GMimeMultipart *mixed = g_mime_multipart_new_with_subtype("mixed");
        set_boundary(mixed, seed, "mixed");
        add(mixed, body);
        for (size_t i = 0; i < m->attachment_count; i++)
            add(mixed, file_part(&m->attachments[i], false));
        body = GMIME_OBJECT(mixed);
    }
    return body;
}

static void add_addresses(GMimeMessage *message, GMimeAddressType type, const struct address *list, size_t count)
{
    InternetAddressList *all = g_mime_message_get_addresses(message, type);
    for (size_t i = 0; i < count; i++) {
        const char *name = list[i].name != NULL && list[i].name[0] != '\0' ? list[i].name : NULL;
        InternetAddress *one = internet_address_mailbox_new(name, list[i].email);
        internet_address_set_charset(one, "utf-8");
        internet_address_list_add(all, one);
        g_object_unref(one);
    }
}

static void set_date(GMimeMessage *message, instant_t t)
{
    GTimeZone *zone = g_time_zone_new_offset(madrid_offset(t));
    GDateTime *utc = g_date_time_new_from_unix_utc(t / INSTANT_PER_SECOND);
    GDateTime *local = g_date_time_to_timezone(utc, zone);
    g_mime_message_set_date(message, local);
    g_date_time_unref(local);
    g_date_time_unref(utc);
    g_time_zone_unref(zone);
}

static void set_references(struct arena *a, GMimeObject *object, const struct mail_message *m)
{
    const char *all = "";
    if (m->in_reply_to != NULL)
        g_mime_object_set_header(object, "In-Reply-To", arena_printf(a, "<%s>", m->in_reply_to), NULL);
    for (size_t i = 0; i < m->reference_count; i++)
        all = arena_printf(a, "%s%s<%s>", all, i == 0 ? "" : " ", m->references[i]);
    if (m->reference_count > 0)
        g_mime_object_set_header(object, "References", all, NULL);
}

static GMimeMessage *message_new(struct arena *a, const struct mail_message *m)
{
    char seed[17];
    seed_of(m->talaia_id, seed);
    GMimeMessage *message = g_mime_message_new(FALSE);
    GMimeObject *object = GMIME_OBJECT(message);
    add_addresses(message, GMIME_ADDRESS_TYPE_FROM, &m->from, 1);
    if (m->reply_to != NULL)
        add_addresses(message, GMIME_ADDRESS_TYPE_REPLY_TO, &(struct address){.email = m->reply_to}, 1);
    add_addresses(message, GMIME_ADDRESS_TYPE_TO, m->to, m->to_count);
    add_addresses(message, GMIME_ADDRESS_TYPE_CC, m->cc, m->cc_count);
    g_mime_message_set_subject(message, m->subject, "utf-8");
    set_date(message, m->date);
    g_mime_message_set_message_id(message, m->message_id);
    set_references(a, object, m);
    g_mime_object_set_header(object, "X-Talaia-Id", m->talaia_id, "utf-8");
    for (size_t i = 0; i < m->extra_count; i++)
        g_mime_object_set_header(object, m->extra[i].name, m->extra[i].value, "utf-8");
    if (m->language != NULL)
        g_mime_object_set_header(object, "Content-Language", m->language, NULL);
    g_mime_object_set_header(object, "MIME-Version", "1.0", NULL);
    GMimeObject *body = body_new(a, m, seed);
    g_mime_message_set_mime_part(message, body);
    g_object_unref(body);
    return message;
}

static GMimeFormatOptions *format_new(void)
{
    GMimeFormatOptions *format = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    g_mime_format_options_set_param_encoding_method(format, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    return format;
}

static bool lines_ok(struct str bytes, struct err *e)
{
    struct str line;
    while (str_split(&bytes, '\n', &line))
        if (line.n > LINE_MAX_BYTES + 1) /* the CR is still there */
            return err_set(e, ERR_VALUE, N_("the message has a header line longer than %d bytes"), LINE_MAX_BYTES);
    return true;
}

static bool compose(const struct mail_message *m, struct buf *bytes, struct err *e)
{
    struct arena a = {0};
    g_mime_init(); /* counted: every call after the first is free */
    GMimeMessage *message = message_new(&a, m);
    GMimeFormatOptions *format = format_new();
    GMimeStream *stream = g_mime_stream_mem_new();
    bool good = g_mime_object_write_to_stream(GMIME_OBJECT(message), format, stream) > 0;
    if (!good)
        err_set(e, ERR_INTERNAL, N_("the message cannot be written"));
    if (good) {
        GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
        struct str all = str_part((const char *)array->data, array->len);
        good = lines_ok(all, e);
        if (good && !buf_add_str(bytes, all))
            good = err_set(e, ERR_LIMIT, N_("the message has %zu bytes; the limit is %zu"), all.n, bytes->max);
    }
    g_object_unref(stream);
    g_mime_format_options_free(format);
    g_object_unref(message);
    arena_release(&a);
    return good;
}

__attribute__((visibility("default"))) extern const struct message_module talaia_module;
const struct message_module talaia_module = {.compose = compose, .read = message_read, .files = message_files};
