/* One HTTP request through libcurl, on a connection that is kept. Part of the module talaia-transfer.so; what answers
 * mean is decided in http.c. */
#include "net/transfer_curl.h"

struct transfer_http {
    CURL *handle;
    char error_text[CURL_ERROR_SIZE];
    char *ca_key;
    int attempts; /* of libcurl for the request under way */
    bool repeatable;
    const struct guard *guard;
    transfer_judge *judge;
    const struct address_range *refused; /* why the last address was not connected to, NULL */
};

static void seconds_set(CURL *h, CURLoption option, int seconds, int otherwise)
{
    curl_easy_setopt(h, option, (long)(seconds > 0 ? seconds : otherwise));
}

/* libcurl repeats a request when a kept connection ends under it. What may have been carried out must not be repeated:
 * the caller asks the server first. Called before each attempt; nothing has gone out at the first. */
static int before_request(void *context, char *our_address, char *address, int our_port, int port)
{
    (void)our_address, (void)address, (void)our_port, (void)port;
    struct transfer_http *h = context;
    long sent = 0;
    curl_easy_getinfo(h->handle, CURLINFO_REQUEST_SIZE, &sent);
    return ++h->attempts > 1 && !h->repeatable && sent > 0 ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* Whatever a name leads to, and whenever it changes: the address is judged at the moment it is connected to. */
static curl_socket_t socket_open(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer_http *h = context;
    (void)purpose;
    h->refused = h->judge(h->guard, &address->addr);
    return h->refused != NULL ? CURL_SOCKET_BAD
                              : socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

struct transfer_http *transfer_http_open(const struct http_options *o, transfer_judge *judge)
{
    struct transfer_http *h = mem_alloc(1, sizeof *h);
    h->handle = transfer_handle(o->ca_file, h->error_text);
    h->ca_key = mem_dup_text(o->ca_key == NULL ? "" : o->ca_key);
    if (o->proxy != NULL)
        curl_easy_setopt(h->handle, CURLOPT_PROXY, o->proxy);
    curl_easy_setopt(h->handle, CURLOPT_NOPROXY, "");
    curl_easy_setopt(h->handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(h->handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(h->handle, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h->handle, CURLOPT_USERAGENT, "Talaia");
    curl_easy_setopt(h->handle, CURLOPT_PATH_AS_IS, 1L); /* net/url.c has made it regular */
    curl_easy_setopt(h->handle, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(h->handle, CURLOPT_PREREQDATA, h);
    curl_easy_setopt(h->handle, CURLOPT_MAXREDIRS, 0L);
    h->guard = o->guard;
    h->judge = judge;
    if (o->guard != NULL) {
        curl_easy_setopt(h->handle, CURLOPT_PROXY, "");
        curl_easy_setopt(h->handle, CURLOPT_OPENSOCKETFUNCTION, socket_open);
        curl_easy_setopt(h->handle, CURLOPT_OPENSOCKETDATA, h);
    }
    seconds_set(h->handle, CURLOPT_CONNECTTIMEOUT, o->connect_seconds, LIMIT_HTTP_CONNECT_SECONDS);
    seconds_set(h->handle, CURLOPT_TIMEOUT, o->seconds, LIMIT_HTTP_SECONDS);
    return h;
}

void transfer_http_close(struct transfer_http *h)
{
    curl_easy_cleanup(h->handle);
    mem_free(h->ca_key);
    mem_free(h);
}

/* libcurl takes another number than it gave as "stop". */
static size_t take(char *bytes, size_t one, size_t n, void *context)
{
    (void)one;
    return buf_add(context, bytes, n) ? n : 0;
}

/* The header lines of the last answer: interim ones (1xx) and those of a proxy come before and are forgotten. */
static size_t take_head(char *bytes, size_t one, size_t n, void *context)
{
    (void)one;
    struct buf *head = context;
    if (str_starts(str_part(bytes, n), "HTTP/"))
        buf_clear(head);
    return buf_add(head, bytes, n) ? n : 0;
}

static struct curl_slist *headers_make(const struct http_request *r)
{
    static const char *const none[] = {"Expect:", "Accept:"}; /* no waiting for 100 Continue; the caller says Accept */
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        list = curl_slist_append(list, none[i]);
    struct buf type = BUF_INIT(LIMIT_HTTP_LINE_BYTES);
    if (r->file == NULL && (r->type != NULL || r->body.n > 0))
        buf_printf(&type, "Content-Type: %s", r->type == NULL ? "application/octet-stream" : r->type);
    if (type.n > 0)
        list = curl_slist_append(list, type.p);
    buf_release(&type);
    for (size_t i = 0; i < r->header_count; i++)
        list = curl_slist_append(list, r->headers[i]);
    return list;
}

static curl_mime *file_make(CURL *h, const struct http_file *file)
{
    curl_mime *mime = curl_mime_init(h);
    curl_mimepart *part = curl_mime_addpart(mime);
    curl_mime_name(part, file->field);
    curl_mime_filename(part, file->name);
    curl_mime_type(part, file->type);
    curl_mime_data(part, file->bytes.p == NULL ? "" : file->bytes.p, file->bytes.n);
    return mime;
}

static void method_set(CURL *h, const struct http_request *r, curl_mime *mime)
{
    static const char *const words[] = {
#define X(word) #word,
        HTTP_METHODS(X)
#undef X
    };
    bool body = r->method == HTTP_POST || r->method == HTTP_PUT || r->body.n > 0;
    curl_easy_setopt(h, CURLOPT_HTTPGET, 1L);
    if (mime != NULL) {
        curl_easy_setopt(h, CURLOPT_MIMEPOST, mime);
    } else if (body) {
        curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        curl_easy_setopt(h, CURLOPT_POSTFIELDS, r->body.p == NULL ? "" : r->body.p);
    }
    curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, words[r->method]);
}

enum transfer_end transfer_http_run(struct transfer_http *h, const struct http_request *r, const char *url,
                                    const char *place, struct buf *head, struct buf *body, int *ret_status,
                                    struct err *e)
{
    struct curl_slist *headers = headers_make(r);
    curl_mime *mime = r->file == NULL ? NULL : file_make(h->handle, r->file);
    buf_clear(head);
    buf_clear(body);
    h->attempts = 0;
    h->refused = NULL;
    h->repeatable = r->method == HTTP_GET;
    h->error_text[0] = '\0';
    curl_easy_setopt(h->handle, CURLOPT_URL, url);
    curl_easy_setopt(h->handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(h->handle, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(h->handle, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(h->handle, CURLOPT_HEADERFUNCTION, take_head);
    curl_easy_setopt(h->handle, CURLOPT_HEADERDATA, head);
    method_set(h->handle, r, mime);

    CURLcode code = curl_easy_perform(h->handle);
    long status = 0, sent = 0;
    curl_easy_getinfo(h->handle, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(h->handle, CURLINFO_REQUEST_SIZE, &sent);
    if (code == CURLE_WRITE_ERROR && (buf_full(head) || buf_full(body)))
        code = CURLE_FILESIZE_EXCEEDED;
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        code = CURLE_GOT_NOTHING;
        h->error_text[0] = '\0';
    }
    enum transfer_end end = TRANSFER_DONE;
    if (code == CURLE_OK)
        *ret_status = (int)status;
    else if (h->refused != NULL) {
        end = TRANSFER_SETUP;
        (void)err_set(e, ERR_VALUE,
                      N_("%s leads to an address that is not connected to (%s, %s); name it in net.allow if it is "
                         "right"),
                      place, tr(e->lang, h->refused->what), h->refused->range);
    } else
        end = transfer_say(h->handle, code, h->error_text, place, h->ca_key, sent > 0, e);
    /* The handle keeps none of the caller's memory. */
    curl_easy_setopt(h->handle, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(h->handle, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(h->handle, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    curl_mime_free(mime);
    return end;
}
