/* Writes requests: every header line is here, none comes from outside as a whole. */
#include "net/http1.h"

#include <sodium.h>

/* A line break in a value would be a header line of its own. */
static bool value_check(const char *name, const char *value, struct err *e)
{
    for (const char *p = value; p != NULL && *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7F)
            return err_set(e, ERR_VALUE, N_("the %s of the request has a character that may not be sent"), name);
    return true;
}

static bool fits(const struct buf *out, struct err *e)
{
    return !buf_full(out) || err_set(e, ERR_LIMIT, N_("the request has more than %zu bytes"), out->max);
}

bool http1_write(struct buf *out, const struct http1_request *q, struct err *e)
{
    static const char *const methods[] = {[HTTP1_GET] = "GET", [HTTP1_HEAD] = "HEAD", [HTTP1_POST] = "POST"};
    char authority[URL_AUTHORITY_BYTES];
    if (q->method == HTTP1_CONNECT)
        return err_set(e, ERR_INTERNAL, N_("CONNECT has a function of its own"));
    if (!value_check("Accept", q->accept, e) || !value_check("Content-Type", q->body_type, e) ||
        !value_check("SOAPAction", q->soap_action, e))
        return false;
    buf_printf(out, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Talaia\r\nAccept: %s\r\n", methods[q->method],
               url_target(q->url), url_authority(q->url, false, authority), q->accept == NULL ? "*/*" : q->accept);
    buf_add_text(out, "Accept-Encoding: identity\r\nConnection: close\r\n");
    if (q->soap_action != NULL)
        buf_printf(out, "SOAPAction: \"%s\"\r\n", q->soap_action);
    if (q->body_type != NULL)
        buf_printf(out, "Content-Type: %s\r\n", q->body_type);
    if (q->method == HTTP1_POST)
        buf_printf(out, "Content-Length: %zu\r\n", q->body.n);
    buf_add_text(out, "\r\n");
    if (q->method == HTTP1_POST && q->body.n > 0)
        buf_add_str(out, q->body);
    return fits(out, e);
}

/* RFC 7617. */
static bool credentials_add(struct buf *out, const char *credentials, struct err *e)
{
    char text[1024];
    size_t n = strlen(credentials);
    if (sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL) > sizeof text)
        return err_set(e, ERR_LIMIT, N_("the credentials of the proxy are longer than is accepted"));
    if (!value_check("Proxy-Authorization", credentials, e))
        return false;
    (void)sodium_bin2base64(text, sizeof text, (const unsigned char *)credentials, n, sodium_base64_VARIANT_ORIGINAL);
    buf_printf(out, "Proxy-Authorization: Basic %s\r\n", text);
    sodium_memzero(text, sizeof text);
    return true;
}

bool http1_write_connect(struct buf *out, const struct url *url, const char *credentials, struct err *e)
{
    char authority[URL_AUTHORITY_BYTES];
    url_authority(url, true, authority);
    buf_printf(out, "CONNECT %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: Talaia\r\n", authority, authority);
    if (credentials != NULL && !credentials_add(out, credentials, e))
        return false;
    buf_add_text(out, "\r\n");
    return fits(out, e);
}
