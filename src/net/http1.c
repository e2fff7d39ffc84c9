/* Reads answers, one byte after the other through the head and in blocks through the body. What the answer means is for
 * the caller; connecting, waiting and TLS too. */
#include "net/http1.h"

enum step {
    STATUS_LINE_START, /* matching "HTTP/1." */
    STATUS_MINOR,
    STATUS_SPACE,
    STATUS_CODE,
    STATUS_REASON,
    STATUS_LF,
    HEADER_START,
    HEADER_NAME,
    HEADER_VALUE,
    HEADER_LF,
    HEAD_LF, /* of the empty line */
    BODY_FIXED,
    BODY_CLOSE,
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_CR,
    CHUNK_LF,
    TRAILER_START,
    TRAILER_LINE,
    TRAILER_LF,
    TRAILERS_LF,
};

enum field { FIELD_OTHER, FIELD_LENGTH, FIELD_TRANSFER, FIELD_TYPE, FIELD_ENCODING, FIELD_LOCATION };

static const struct {
    const char *name;
    enum field field;
} fields[] = {
    {"content-length", FIELD_LENGTH},     {"transfer-encoding", FIELD_TRANSFER}, {"content-type", FIELD_TYPE},
    {"content-encoding", FIELD_ENCODING}, {"location", FIELD_LOCATION},
};

static bool fail(struct http1_reader *r, const char *why)
{
    r->state = HTTP1_MALFORMED;
    r->fault = why;
    return false;
}

/* RFC 9110 §5.6.2. */
static bool is_token(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != 0 && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* What may stand in a value, a reason phrase or an extension: visible, space, tab, bytes beyond ASCII. */
static bool is_text(unsigned char c)
{
    return c == '\t' || (c >= ' ' && c != 0x7F);
}

static char lower(unsigned char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

void http1_reader_init(struct http1_reader *r, enum http1_method method, struct buf *body)
{
    *r = (struct http1_reader){
        .content_length = -1, .body = body, .method = method, .location = BUF_INIT(LIMIT_URL_BYTES)};
}

void http1_reader_release(struct http1_reader *r)
{
    buf_release(&r->location);
}

/* The head of a 1xx answer is forgotten; its bytes still count. */
static bool head_restart(struct http1_reader *r)
{
    if (r->status == 101)
        return fail(r, N_("it wants to change to another protocol, which was not asked for"));
    if (++r->interim > LIMIT_HTTP_INTERIM)
        return fail(r, N_("it sends one interim answer after another"));
    r->status = 0;
    r->content_length = -1;
    r->transfer_seen = r->location_seen = r->type_seen = false;
    r->encoding[0] = r->content_type[0] = r->coding[0] = '\0';
    buf_clear(&r->location);
    r->name_bytes = r->number_digits = 0;
    r->step = STATUS_LINE_START;
    return true;
}

static bool body_huge(struct http1_reader *r)
{
    r->state = HTTP1_HUGE;
    r->fault = N_("the content is larger than what is accepted");
    return false;
}

/* RFC 9112 §6.3, in its order. */
static bool head_finish(struct http1_reader *r)
{
    if (r->status < 200)
        return head_restart(r);
    bool coded = r->transfer_seen, measured = r->content_length >= 0;
    r->head_done = true;
    if (r->method == HTTP1_CONNECT && r->status < 300) {
        r->state = HTTP1_DONE;
        return true;
    }
    if (coded && measured)
        return fail(r, N_("it states its length in two ways (Content-Length and Transfer-Encoding)"));
    if (coded && r->minor == 0)
        return fail(r, N_("it uses Transfer-Encoding, which HTTP/1.0 does not have"));
    if (coded && strcmp(r->coding, "chunked") != 0)
        return fail(r, N_("it uses a Transfer-Encoding that was not asked for"));
    r->chunked = coded;
    if (r->method == HTTP1_HEAD || r->status == 204 || r->status == 304) {
        r->state = HTTP1_DONE;
    } else if (r->chunked) {
        r->step = CHUNK_SIZE;
        r->line_bytes = r->number_digits = 0;
        r->left = 0;
    } else if (measured) {
        r->left = r->content_length;
        if ((uint64_t)r->left > r->body->max - r->body->n)
            return body_huge(r);
        r->step = BODY_FIXED;
        if (r->left == 0)
            r->state = HTTP1_DONE;
    } else {
        r->until_close = true;
        r->step = BODY_CLOSE;
    }
    return true;
}

/* --- status line --- */

static bool status_byte(struct http1_reader *r, unsigned char c)
{
    static const char start[] = "HTTP/1.";
    switch ((enum step)r->step) {
    case STATUS_LINE_START:
        if (c != (unsigned char)start[r->name_bytes])
            return fail(r, N_("it does not begin with HTTP/1"));
        if (start[++r->name_bytes] == '\0')
            r->step = STATUS_MINOR;
        return true;
    case STATUS_MINOR:
        if (c < '0' || c > '9')
            return fail(r, N_("its version of HTTP is no number"));
        r->minor = c - '0';
        r->step = STATUS_SPACE;
        return true;
    case STATUS_SPACE:
        if (c != ' ')
            return fail(r, N_("its status line is not HTTP"));
        r->step = STATUS_CODE;
        r->number_digits = 0;
        return true;
    case STATUS_CODE:
        if (r->number_digits < 3) {
            if (c < '0' || c > '9')
                return fail(r, N_("its status code is not three digits"));
            r->status = r->status * 10 + (c - '0');
            r->number_digits++;
            return true;
        }
        if (r->status < 100 || r->status > 599)
            return fail(r, N_("its status code is none of HTTP"));
        r->step = STATUS_REASON;
        if (c != ' ' && c != '\r' && c != '\n')
            return fail(r, N_("its status code is not three digits"));
        /* fall through */
    case STATUS_REASON:
        if (c == '\n')
            r->step = HEADER_START;
        else if (c == '\r')
            r->step = STATUS_LF;
        else if (!is_text(c))
            return fail(r, N_("its status line has a control character"));
        return true;
    default:
        if (c != '\n')
            return fail(r, N_("a line has a carriage return in the middle"));
        r->step = HEADER_START;
        return true;
    }
}

/* --- header lines --- */

static bool name_finish(struct http1_reader *r)
{
    r->field = FIELD_OTHER;
    for (size_t i = 0; i < sizeof fields / sizeof *fields && r->name_bytes < sizeof r->name; i++)
        if (strlen(fields[i].name) == r->name_bytes && memcmp(fields[i].name, r->name, r->name_bytes) == 0)
            r->field = fields[i].field;
    r->name_bytes = 0;
    r->space = false;
    r->number_digits = 0;
    switch ((enum field)r->field) {
    case FIELD_LENGTH:
        if (r->content_length >= 0)
            return fail(r, N_("it states its length twice (Content-Length)"));
        r->content_length = 0;
        break;
    case FIELD_TRANSFER:
        if (r->transfer_seen)
            return fail(r, N_("it has Transfer-Encoding twice"));
        r->transfer_seen = true;
        break;
    case FIELD_TYPE:
        r->field = r->type_seen ? FIELD_OTHER : FIELD_TYPE;
        r->type_seen = true;
        break;
    case FIELD_LOCATION:
        r->field = r->location_seen ? FIELD_OTHER : FIELD_LOCATION;
        r->location_seen = true;
        break;
    case FIELD_ENCODING: r->coding[0] = '\0'; break;
    case FIELD_OTHER: break;
    }
    return true;
}

/* Collects a short value in lower case; one that does not fit is none of those we know. */
static void word_add(char *word, size_t size, unsigned char *n, unsigned char c)
{
    if (*n + 1u < size) {
        word[(*n)++] = lower(c);
        word[*n] = '\0';
    } else {
        word[0] = '?';
    }
}

/* White space before and after a value is not part of it (RFC 9112 §5.1); inside, it is given when the next byte comes.
 */
static bool value_add(struct http1_reader *r, unsigned char c, bool gap)
{
    size_t n;
    switch ((enum field)r->field) {
    case FIELD_LENGTH:
        /* 18 digits fit in 63 bits. */
        if (c < '0' || c > '9' || gap || ++r->number_digits > 18)
            return fail(r, N_("its Content-Length is no number"));
        r->content_length = r->content_length * 10 + (c - '0');
        return true;
    case FIELD_TRANSFER:
    case FIELD_ENCODING:
        if (gap)
            word_add(r->coding, sizeof r->coding, &r->number_digits, ' ');
        word_add(r->coding, sizeof r->coding, &r->number_digits, c);
        return true;
    case FIELD_TYPE:
        n = strlen(r->content_type);
        for (int i = gap ? 0 : 1; i < 2 && n + 1 < sizeof r->content_type; i++) {
            r->content_type[n++] = i == 0 ? ' ' : c < 0x7F ? (char)c : '?';
            r->content_type[n] = '\0';
        }
        return true;
    case FIELD_LOCATION:
        /* One that does not fit is refused as an address later: it is full. */
        (void)((!gap || buf_add_char(&r->location, ' ')) && buf_add_char(&r->location, (char)c));
        return true;
    case FIELD_OTHER: break;
    }
    return true;
}

static bool value_finish(struct http1_reader *r)
{
    if (r->field == FIELD_LENGTH && r->number_digits == 0)
        return fail(r, N_("its Content-Length is no number"));
    if (r->field == FIELD_ENCODING && r->coding[0] != '\0' && strcmp(r->coding, "identity") != 0)
        (void)snprintf(r->encoding, sizeof r->encoding, "%s", r->coding);
    return true;
}

static bool name_byte(struct http1_reader *r, unsigned char c)
{
    if (r->step == HEADER_START) {
        r->line_bytes = 1;
        if (c == '\n')
            return head_finish(r);
        if (c == '\r') {
            r->step = HEAD_LF;
            return true;
        }
        if (c == ' ' || c == '\t')
            return fail(r, N_("a header line begins with white space"));
        if (++r->headers > LIMIT_HTTP_HEADERS)
            return fail(r, N_("it has too many header lines"));
        r->step = HEADER_NAME;
        r->name_bytes = 0;
    }
    if (c == ':' && r->name_bytes > 0) {
        r->step = HEADER_VALUE;
        return name_finish(r);
    }
    if (!is_token(c))
        return fail(r, N_("the name of a header line has a character that no name has"));
    if (r->name_bytes < sizeof r->name)
        r->name[r->name_bytes++] = lower(c);
    return true;
}

static bool value_byte(struct http1_reader *r, unsigned char c)
{
    if (c == '\n' || c == '\r') {
        if (!value_finish(r))
            return false;
        r->step = c == '\n' ? HEADER_START : HEADER_LF;
        return true;
    }
    if (!is_text(c))
        return fail(r, N_("a header line has a control character"));
    if (r->field == FIELD_OTHER)
        return true;
    if (c == ' ' || c == '\t') {
        r->space = true;
        return true;
    }
    bool begun = r->number_digits > 0 || (r->field == FIELD_TYPE && r->content_type[0] != '\0') ||
                 (r->field == FIELD_LOCATION && r->location.n > 0);
    bool gap = r->space && begun;
    r->space = false;
    return value_add(r, c, gap);
}

static bool head_byte(struct http1_reader *r, unsigned char c)
{
    if (++r->head_bytes > LIMIT_HTTP_HEAD_BYTES)
        return fail(r, N_("its header lines are too long together"));
    if (++r->line_bytes > LIMIT_HTTP_LINE_BYTES)
        return fail(r, N_("a header line is too long"));
    switch ((enum step)r->step) {
    case HEADER_START:
    case HEADER_NAME: return name_byte(r, c);
    case HEADER_VALUE: return value_byte(r, c);
    case HEADER_LF:
    case HEAD_LF:
        if (c != '\n')
            return fail(r, N_("a line has a carriage return in the middle"));
        if (r->step == HEAD_LF)
            return head_finish(r);
        r->step = HEADER_START;
        return true;
    default: return status_byte(r, c);
    }
}

/* --- body --- */

/* A block of the body; the number of bytes taken. */
static size_t block_add(struct http1_reader *r, const char *bytes, size_t n)
{
    bool counted = r->step != BODY_CLOSE;
    size_t take = counted && (uint64_t)r->left < n ? (size_t)r->left : n;
    size_t room = r->body->max - r->body->n, kept = take < room ? take : room;
    if (!buf_add(r->body, bytes, kept) || kept < take) {
        (void)body_huge(r);
        return kept;
    }
    if (!counted)
        return take;
    r->left -= (int64_t)take;
    if (r->left == 0 && r->step == BODY_FIXED)
        r->state = HTTP1_DONE;
    else if (r->left == 0)
        r->step = CHUNK_CR;
    return take;
}

static int hex_value(unsigned char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool chunk_size_byte(struct http1_reader *r, unsigned char c)
{
    int digit = hex_value(c);
    if (++r->line_bytes > LIMIT_HTTP_CHUNK_LINE_BYTES)
        return fail(r, N_("the line before a chunk is too long"));
    if (r->step == CHUNK_SIZE && digit >= 0) {
        /* 15 hexadecimal digits fit in 63 bits. */
        if (++r->number_digits > 15)
            return fail(r, N_("the size of a chunk is no number"));
        r->left = r->left * 16 + digit;
        return true;
    }
    if (r->number_digits == 0)
        return fail(r, N_("the size of a chunk is no number"));
    if (c == '\r')
        r->step = CHUNK_SIZE_LF;
    else if (r->step == CHUNK_SIZE && c != ';' && c != ' ' && c != '\t')
        return fail(r, N_("the size of a chunk is no number"));
    else if (!is_text(c))
        return fail(r, N_("the line before a chunk has a control character"));
    else
        r->step = CHUNK_EXTENSION;
    return true;
}

static bool chunk_begin(struct http1_reader *r, unsigned char c)
{
    if (c != '\n')
        return fail(r, N_("the line before a chunk does not end in CR LF"));
    r->line_bytes = 0;
    r->step = r->left == 0 ? TRAILER_START : CHUNK_DATA;
    return true;
}

static bool chunk_end(struct http1_reader *r, unsigned char c)
{
    if (c != (r->step == CHUNK_CR ? '\r' : '\n'))
        return fail(r, N_("a chunk does not end where it says"));
    r->step = r->step == CHUNK_CR ? CHUNK_LF : CHUNK_SIZE;
    r->line_bytes = r->number_digits = 0;
    r->left = 0;
    return true;
}

/* Trailers are read and forgotten; their lines count with those of the head. */
static bool trailer_byte(struct http1_reader *r, unsigned char c)
{
    if (++r->head_bytes > LIMIT_HTTP_HEAD_BYTES || ++r->line_bytes > LIMIT_HTTP_LINE_BYTES)
        return fail(r, N_("its trailer lines are too long"));
    switch ((enum step)r->step) {
    case TRAILER_START:
        r->line_bytes = 1;
        if (c == '\r')
            r->step = TRAILERS_LF;
        else if (++r->headers > LIMIT_HTTP_HEADERS)
            return fail(r, N_("it has too many header lines"));
        else if (!is_token(c))
            return fail(r, N_("a trailer line has no name"));
        else
            r->step = TRAILER_LINE;
        return true;
    case TRAILER_LINE:
        if (c == '\r')
            r->step = TRAILER_LF;
        else if (!is_text(c))
            return fail(r, N_("a trailer line has a control character"));
        return true;
    default:
        if (c != '\n')
            return fail(r, N_("a line has a carriage return in the middle"));
        if (r->step == TRAILERS_LF)
            r->state = HTTP1_DONE;
        r->step = TRAILER_START;
        return true;
    }
}

static bool body_byte(struct http1_reader *r, unsigned char c)
{
    switch ((enum step)r->step) {
    case CHUNK_SIZE:
    case CHUNK_EXTENSION: return chunk_size_byte(r, c);
    case CHUNK_SIZE_LF: return chunk_begin(r, c);
    case CHUNK_CR:
    case CHUNK_LF: return chunk_end(r, c);
    default: return trailer_byte(r, c);
    }
}

enum http1_state http1_feed(struct http1_reader *r, const void *bytes, size_t n, size_t *ret_used)
{
    const char *p = bytes;
    size_t i = 0;
    r->started = r->started || n > 0;
    while (i < n && r->state == HTTP1_MORE) {
        if (r->step == BODY_FIXED || r->step == BODY_CLOSE || r->step == CHUNK_DATA)
            i += block_add(r, p + i, n - i);
        else if (r->step < BODY_FIXED)
            (void)head_byte(r, (unsigned char)p[i++]);
        else
            (void)body_byte(r, (unsigned char)p[i++]);
    }
    *ret_used = i;
    return r->state;
}

enum http1_state http1_end(struct http1_reader *r)
{
    if (r->state == HTTP1_MORE)
        r->state = r->until_close ? HTTP1_DONE : HTTP1_TRUNCATED;
    return r->state;
}
