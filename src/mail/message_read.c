/* Module talaia-message: from the bytes of a mail to what it says, with GMime. The work is bounded by the shape that
 * mail_read has checked and by LIMIT_MAIL_PARTS and LIMIT_MAIL_DEPTH here. */
#include "mail/message_read.h"

#include <gmime/gmime.h>

#include "base/buf.h"
#include "mail/read.h"

#define ID_MAX_BYTES 998 /* RFC 5322 §2.1.1: no line is longer */

static GMimeMessage *message_parse(struct str bytes)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(bytes.p == NULL ? "" : bytes.p, bytes.n);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    g_mime_parser_set_format(parser, GMIME_FORMAT_MESSAGE);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    return message;
}

/* ------------------------------------------------------------------ header */

static bool id_plain(const char *id)
{
    bool plain = id != NULL && id[0] != '\0' && strlen(id) <= ID_MAX_BYTES;
    for (size_t i = 0; plain && id[i] != '\0'; i++)
        plain = id[i] > ' ' && id[i] <= '~';
    return plain;
}

/* The mail's own id; what makes its bytes one of a kind when it has none. */
static const char *read_id(GMimeMessage *message, struct str bytes, struct arena *a)
{
    const char *id = g_mime_message_get_message_id(message);
    if (id_plain(id))
        return arena_strdup(a, id);
    char *hash = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes.p, bytes.n);
    const char *made = arena_printf(a, "sha256:%s", hash);
    g_free(hash);
    return made;
}

static instant_t read_date(GMimeMessage *message)
{
    GDateTime *date = g_mime_message_get_date(message);
    if (date == NULL)
        return INSTANT_NONE;
    int64_t seconds = g_date_time_to_unix(date);
    int64_t first = (int64_t)day_from_civil(LIMIT_YEAR_MIN, 1, 1) * 86400;
    int64_t last = (int64_t)day_from_civil(LIMIT_YEAR_MAX, 1, 1) * 86400;
    return seconds < first || seconds >= last ? INSTANT_NONE : seconds * INSTANT_PER_SECOND;
}

static const char *raw_header(GMimeMessage *message, const char *name)
{
    GMimeHeader *header = g_mime_header_list_get_header(g_mime_object_get_header_list(GMIME_OBJECT(message)), name);
    const char *raw = header == NULL ? NULL : g_mime_header_get_raw_value(header);
    return raw == NULL ? "" : raw;
}

static const char *header_text(GMimeMessage *message, struct arena *a, const char *name)
{
    const char *value = g_mime_object_get_header(GMIME_OBJECT(message), name);
    return arena_strdup(a, value == NULL ? "" : value);
}

/* The subject, decoded. GMime puts neighbouring encoded words together before it decodes them and stops at the padding
 * of the first: those that end in it are decoded by themselves. */
static const char *read_subject(GMimeMessage *message, struct arena *a)
{
    struct buf all = BUF_INIT(LIMIT_MAIL_HEAD_BYTES * 4);
    char *line = g_mime_utils_header_unfold(raw_header(message, "Subject"));
    for (char *rest = line, *at = line;; at += 3) {
        at = strstr(at, "=?=");
        size_t gap = at == NULL ? 0 : strspn(at + 3, " \t");
        if (at != NULL && (gap == 0 || strncmp(at + 3 + gap, "=?", 2) != 0))
            continue; /* no other word follows */
        char *piece = at == NULL ? g_strdup(rest) : g_strndup(rest, (size_t)(at + 3 - rest));
        char *text = g_mime_utils_header_decode_text(NULL, piece);
        buf_add_text(&all, text);
        g_free(text);
        g_free(piece);
        if (at == NULL)
            break;
        rest = at + 3 + gap;
    }
    const char *subject = arena_text(a, buf_str(&all));
    g_free(line);
    buf_release(&all);
    return subject;
}

/* What stands in angle brackets: "<a@x> (a comment) <b@x>". */
static struct mail_lines read_ids(GMimeMessage *message, struct arena *a, const char *name)
{
    struct str rest = str_of(raw_header(message, name)), piece;
    VEC(const char *) ids = {0};
    while (ids.count < LIMIT_MAIL_LINES && str_split(&rest, '>', &piece) && rest.p != NULL) {
        size_t start = str_find(piece, '<');
        if (start == piece.n)
            continue;
        const char *id = arena_text(a, str_trim(str_part(piece.p + start + 1, piece.n - start - 1)));
        if (id_plain(id))
            vec_push(&ids, id);
    }
    struct mail_lines list = {vec_to_arena(&ids, a), ids.count};
    vec_release(&ids);
    return list;
}

struct address_list {
    const char **items;
    size_t count, capacity;
};

static void add_email(struct address_list *to, struct arena *a, InternetAddress *address)
{
    const char *email = INTERNET_ADDRESS_IS_MAILBOX(address)
                            ? internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))
                            : NULL;
    if (email == NULL || to->count >= LIMIT_MAIL_LINES)
        return;
    char *lower = g_ascii_strdown(email, -1);
    vec_push(to, arena_strdup(a, lower));
    g_free(lower);
}

static void add_addresses(struct address_list *to, struct arena *a, InternetAddressList *list)
{
    int count = list == NULL ? 0 : internet_address_list_length(list);
    for (int i = 0; i < count; i++) {
        InternetAddress *address = internet_address_list_get_address(list, i);
        if (INTERNET_ADDRESS_IS_GROUP(address)) {
            InternetAddressList *members = internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address));
            for (int k = 0; members != NULL && k < internet_address_list_length(members); k++)
                add_email(to, a, internet_address_list_get_address(members, k));
        } else {
            add_email(to, a, address);
        }
    }
}

static struct mail_lines lines_of(struct address_list *list, struct arena *a)
{
    struct mail_lines lines = {vec_to_arena(list, a), list->count};
    vec_release(list);
    return lines;
}

static struct mail_lines read_recipients(GMimeMessage *message, struct arena *a)
{
    struct address_list all = {0};
    add_addresses(&all, a, g_mime_message_get_to(message));
    add_addresses(&all, a, g_mime_message_get_cc(message));
    return lines_of(&all, a);
}

static void read_from(GMimeMessage *message, struct arena *a, struct mail_seen *ret)
{
    struct address_list all = {0};
    add_addresses(&all, a, g_mime_message_get_from(message));
    struct mail_lines lines = lines_of(&all, a);
    char *from = internet_address_list_to_string(g_mime_message_get_from(message), NULL, FALSE);
    ret->from = arena_strdup(a, from == NULL ? "" : from);
    ret->from_email = lines.count > 0 ? lines.items[0] : "";
    g_free(from);
}

static void read_signs(GMimeMessage *message, struct arena *a, struct mail_seen *ret)
{
    static const char *const autoreplies[] = {"X-Autoreply", "X-Autorespond", "X-Autoresponse"};
    ret->auto_submitted = header_text(message, a, "Auto-Submitted");
    ret->precedence = header_text(message, a, "Precedence");
    ret->suppress = header_text(message, a, "X-Auto-Response-Suppress");
    ret->list_id = header_text(message, a, "List-Id");
    ret->talaia_id = header_text(message, a, "X-Talaia-Id");
    ret->failed_recipients = header_text(message, a, "X-Failed-Recipients");
    struct mail_lines original = read_ids(message, a, "X-Microsoft-Original-Message-ID");
    ret->original_id = original.count > 0 ? original.items[0] : "";
    ret->autoreply = "";
    for (size_t i = 0; ret->autoreply[0] == '\0' && i < sizeof autoreplies / sizeof *autoreplies; i++)
        ret->autoreply = header_text(message, a, autoreplies[i]);
    struct str path = str_trim(str_of(raw_header(message, "Return-Path")));
    ret->null_sender = str_is(path, "<>");
}

/* ------------------------------------------------------------------ parts */

struct walk {
    struct arena *arena;
    struct mail_seen *seen;
    int left;
    GMimeTextPart *plain, *html;
    GMimePart *delivery, *returned_head;
    GMimeMessage *returned;
    struct address_list files;
};

static bool is_attached(GMimeObject *part)
{
    GMimeContentDisposition *where = g_mime_object_get_content_disposition(part);
    return where != NULL && g_mime_content_disposition_is_attachment(where);
}

static void look_at_leaf(struct walk *w, GMimeObject *part)
{
    GMimeContentType *type = g_mime_object_get_content_type(part);
    const char *name = GMIME_IS_PART(part) ? g_mime_part_get_filename(GMIME_PART(part)) : NULL;
    if (name != NULL && w->files.count < LIMIT_MAIL_LINES)
        vec_push(&w->files, arena_strdup(w->arena, name));
    if (g_mime_content_type_is_type(type, "message", "delivery-status") ||
        g_mime_content_type_is_type(type, "message", "global-delivery-status")) {
        if (w->delivery == NULL && GMIME_IS_PART(part))
            w->delivery = GMIME_PART(part);
    } else if (g_mime_content_type_is_type(type, "text", "rfc822-headers")) {
        if (w->returned_head == NULL && GMIME_IS_PART(part))
            w->returned_head = GMIME_PART(part);
    } else if (GMIME_IS_TEXT_PART(part) && !is_attached(part)) {
        if (w->plain == NULL && g_mime_content_type_is_type(type, "text", "plain"))
            w->plain = GMIME_TEXT_PART(part);
        if (w->html == NULL && g_mime_content_type_is_type(type, "text", "html"))
            w->html = GMIME_TEXT_PART(part);
    }
}

/* In the order of the mail, so that the first of each kind is its own and not one of a mail inside it. */
static void look_at(struct walk *w, GMimeObject *part, int depth)
{
    if (part == NULL || depth > LIMIT_MAIL_DEPTH || --w->left < 0)
        return;
    if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        if (inner != NULL && w->returned == NULL)
            w->returned = inner;
        if (inner != NULL)
            look_at(w, g_mime_message_get_mime_part(inner), depth + 1);
    } else if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && w->left > 0; i++)
            look_at(w, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
    } else {
        look_at_leaf(w, part);
    }
}

static void take_text(struct walk *w)
{
    GMimeTextPart *part = w->plain != NULL ? w->plain : w->html;
    char *text = part == NULL ? NULL : g_mime_text_part_get_text(part);
    w->seen->html = text != NULL && w->plain == NULL;
    w->seen->text = arena_strdup(w->arena, text == NULL ? "" : text);
    g_free(text);
}

/* Decoded and in the arena, the beginning of it. */
static struct str part_bytes(struct arena *a, GMimePart *part, size_t most)
{
    GMimeDataWrapper *wrapper = g_mime_part_get_content(part);
    if (wrapper == NULL)
        return (struct str){0};
    GMimeStream *stream = g_mime_stream_mem_new();
    (void)g_mime_data_wrapper_write_to_stream(wrapper, stream);
    GByteArray *array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    size_t n = array->len < most ? array->len : most;
    struct str bytes = {arena_text(a, str_part((const char *)array->data, n)), n};
    g_object_unref(stream);
    return bytes;
}

static void take_returned(struct walk *w, GMimeMessage *message)
{
    const char *id = g_mime_message_get_message_id(message);
    w->seen->returned_id = id_plain(id) ? arena_strdup(w->arena, id) : "";
    w->seen->returned_talaia_id = header_text(message, w->arena, "X-Talaia-Id");
    w->seen->returned_subject = read_subject(message, w->arena);
    w->seen->returned_to = read_recipients(message, w->arena);
}

static void read_parts(GMimeMessage *message, struct arena *a, struct mail_seen *ret)
{
    struct walk w = {.arena = a, .seen = ret, .left = LIMIT_MAIL_PARTS};
    GMimeObject *top = g_mime_message_get_mime_part(message);
    ret->report_type = ret->returned_id = ret->returned_talaia_id = ret->returned_subject = "";
    look_at(&w, top, 0);
    take_text(&w);
    GMimeContentType *type = top == NULL ? NULL : g_mime_object_get_content_type(top);
    if (type != NULL && g_mime_content_type_is_type(type, "multipart", "report")) {
        const char *report = g_mime_content_type_get_parameter(type, "report-type");
        char *lower = g_ascii_strdown(report == NULL ? "" : report, -1);
        ret->report_type = arena_strdup(a, lower);
        g_free(lower);
    }
    if (w.delivery != NULL)
        delivery_read(part_bytes(a, w.delivery, LIMIT_MAIL_REPORT_BYTES), a, ret);
    if (w.returned != NULL) {
        take_returned(&w, w.returned);
    } else if (w.returned_head != NULL) {
        struct str head = part_bytes(a, w.returned_head, LIMIT_MAIL_REPORT_BYTES);
        const char *whole = arena_printf(a, "%.*s\n\n", STR_ARG(head));
        GMimeMessage *returned = message_parse(str_of(whole));
        if (returned != NULL) {
            take_returned(&w, returned);
            g_object_unref(returned);
        }
    }
    ret->files = lines_of(&w.files, a);
}

bool message_read(struct str bytes, struct arena *a, struct mail_seen *ret, struct err *e)
{
    g_mime_init();
    GMimeMessage *message = message_parse(bytes);
    if (message == NULL)
        return err_set(e, ERR_FORMAT, N_("the mail cannot be read"));
    *ret = (struct mail_seen){
        .message_id = read_id(message, bytes, a),
        .subject = read_subject(message, a),
        .date = read_date(message),
        .to = read_recipients(message, a),
        .in_reply_to = read_ids(message, a, "In-Reply-To"),
        .references = read_ids(message, a, "References"),
    };
    read_from(message, a, ret);
    read_signs(message, a, ret);
    read_parts(message, a, ret);
    g_object_unref(message);
    return true;
}

/* ------------------------------------------------------------------ what is attached */

struct gathering {
    struct arena *arena;
    int left;
    VEC(struct mail_file) files;
};

/* Whatever has a name; what a mail inside the mail has is that one's. */
static void gather(struct gathering *g, GMimeObject *part, int depth)
{
    if (part == NULL || depth > LIMIT_MAIL_DEPTH || --g->left < 0)
        return;
    if (GMIME_IS_MULTIPART(part)) {
        int count = g_mime_multipart_get_count(GMIME_MULTIPART(part));
        for (int i = 0; i < count && g->left > 0; i++)
            gather(g, g_mime_multipart_get_part(GMIME_MULTIPART(part), i), depth + 1);
        return;
    }
    const char *name = GMIME_IS_PART(part) ? g_mime_part_get_filename(GMIME_PART(part)) : NULL;
    if (name == NULL || g->files.count >= LIMIT_MAIL_LINES)
        return;
    struct mail_file f = {.name = arena_strdup(g->arena, name)};
    f.bytes = part_bytes(g->arena, GMIME_PART(part), LIMIT_MAIL_BYTES);
    vec_push(&g->files, f);
}

bool message_files(struct str bytes, struct arena *a, struct mail_file **ret, size_t *ret_count, struct err *e)
{
    g_mime_init();
    GMimeMessage *message = message_parse(bytes);
    struct gathering g = {.arena = a, .left = LIMIT_MAIL_PARTS};
    if (message == NULL)
        return err_set(e, ERR_FORMAT, N_("the mail cannot be read"));
    gather(&g, g_mime_message_get_mime_part(message), 0);
    g_object_unref(message);
    *ret = vec_to_arena(&g.files, a);
    *ret_count = g.files.count;
    vec_release(&g.files);
    return true;
}
