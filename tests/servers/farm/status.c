/* Revocation in every state: OCSP, CRL and caIssuers over plain HTTP, and the answers that servers staple. */

#include "base/file.h"
#include "server.h"

enum { STATUS_FILES = 4, STATUS_FILE_MOST = 65536 };

struct status {
    size_t asked_ocsp, asked_crl;
    X509 *issuer;
    struct signer good, wrong;
    struct {
        const char *path, *name, *type;
        struct buf bytes;
    } files[STATUS_FILES];
    struct staple {
        unsigned char *der;
        int n;
    } * staples; /* of farm_cases */
};

/* --- the OCSP answer --- */

/* What the responder says of a certificate that is not the case's: it knows nothing. */
static OCSP_BASICRESP *basic_make(const struct status *s, const struct farm_case *c, OCSP_CERTID *id, bool known,
                                  OCSP_REQUEST *request)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    bool stale = c->ocsp == OCSP_STALE, revoked = known && c->ocsp == OCSP_IS_REVOKED;
    int state = !known || c->ocsp == OCSP_IS_UNKNOWN ? V_OCSP_CERTSTATUS_UNKNOWN
                : revoked                            ? V_OCSP_CERTSTATUS_REVOKED
                                                     : V_OCSP_CERTSTATUS_GOOD;
    ASN1_TIME *from = X509_time_adj_ex(NULL, stale ? -10 : 0, stale ? 0 : -300, NULL);
    ASN1_TIME *until = X509_time_adj_ex(NULL, stale ? -3 : 1, 0, NULL), *when = X509_time_adj_ex(NULL, -3, 0, NULL);
    const struct signer *by = c->ocsp == OCSP_WRONG_KEY ? &s->wrong : &s->good;
    bool ok = basic != NULL && from != NULL && until != NULL && when != NULL &&
              OCSP_basic_add1_status(basic, id, state, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked ? when : NULL, from,
                                     until) != NULL &&
              (request == NULL || OCSP_copy_nonce(basic, request) > 0) &&
              OCSP_basic_sign(basic, by->certificate, by->key, EVP_sha256(), NULL, 0) == 1;
    ASN1_TIME_free(from);
    ASN1_TIME_free(until);
    ASN1_TIME_free(when);
    if (ok)
        return basic;
    OCSP_BASICRESP_free(basic);
    return NULL;
}

static int response_der(int code, OCSP_BASICRESP *basic, unsigned char **ret)
{
    OCSP_RESPONSE *response = OCSP_response_create(code, basic);
    *ret = NULL;
    int n = response == NULL ? 0 : i2d_OCSP_RESPONSE(response, ret);
    OCSP_RESPONSE_free(response);
    return n;
}

static X509 *case_certificate(const struct farm *f, const struct farm_case *c)
{
    SSL_CTX *context = f->contexts[c - farm_cases];
    return context == NULL ? NULL : SSL_CTX_get0_certificate(context);
}

static bool id_is_of(const struct farm *f, const struct farm_case *c, OCSP_CERTID *id)
{
    ASN1_OBJECT *digest;
    ASN1_INTEGER *serial;
    X509 *leaf = case_certificate(f, c);
    if (leaf == NULL || OCSP_id_get0_info(NULL, &digest, NULL, &serial, id) != 1)
        return false;
    OCSP_CERTID *own = OCSP_cert_to_id(EVP_get_digestbyobj(digest), leaf, f->status->issuer);
    bool same = own != NULL && OCSP_id_cmp(own, id) == 0;
    OCSP_CERTID_free(own);
    return same;
}

static int ocsp_answer(const struct farm *f, const struct farm_case *c, OCSP_REQUEST *request, unsigned char **ret)
{
    OCSP_ONEREQ *one = request == NULL ? NULL : OCSP_request_onereq_get0(request, 0);
    if (one == NULL)
        return response_der(OCSP_RESPONSE_STATUS_MALFORMEDREQUEST, NULL, ret);
    if (c->ocsp == OCSP_TRY_LATER)
        return response_der(OCSP_RESPONSE_STATUS_TRYLATER, NULL, ret);
    OCSP_CERTID *id = OCSP_onereq_get0_id(one);
    OCSP_BASICRESP *basic = basic_make(f->status, c, id, id_is_of(f, c, id), request);
    int n =
        response_der(basic == NULL ? OCSP_RESPONSE_STATUS_INTERNALERROR : OCSP_RESPONSE_STATUS_SUCCESSFUL, basic, ret);
    OCSP_BASICRESP_free(basic);
    return n;
}

/* --- the request --- */

static OCSP_REQUEST *request_of_der(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    return d2i_OCSP_REQUEST(NULL, &p, (long)der.n);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* The GET form (RFC 6960 A.1): base64, perhaps with %2B, %2F and %3D. */
static OCSP_REQUEST *request_of_path(struct str text)
{
    char plain[2048];
    unsigned char der[2048];
    size_t n = 0, pads = 0;
    for (size_t i = 0; i < text.n && n < sizeof plain; i++) {
        char c = text.p[i];
        if (c == '%' && i + 2 < text.n && hex_digit(text.p[i + 1]) >= 0 && hex_digit(text.p[i + 2]) >= 0) {
            c = (char)(hex_digit(text.p[i + 1]) * 16 + hex_digit(text.p[i + 2]));
            i += 2;
        }
        pads += c == '=';
        plain[n++] = c;
    }
    int k = n == sizeof plain || pads > 2 ? -1 : EVP_DecodeBlock(der, (const unsigned char *)plain, (int)n);
    return k <= (int)pads ? NULL : request_of_der(str_part((const char *)der, (size_t)k - pads));
}

/* The case whose certificate the question names; NULL: none. */
static const struct farm_case *asked_about(const struct farm *f, OCSP_REQUEST *request)
{
    OCSP_ONEREQ *one = request == NULL ? NULL : OCSP_request_onereq_get0(request, 0);
    for (size_t i = 0; one != NULL && i < farm_case_count; i++) {
        if (id_is_of(f, &farm_cases[i], OCSP_onereq_get0_id(one)))
            return &farm_cases[i];
    }
    return NULL;
}

static void answer_ocsp(const struct farm *f, const struct request *r, struct str rest, struct answer *ret)
{
    struct str name;
    (void)str_split(&rest, '/', &name);
    char text[64];
    (void)snprintf(text, sizeof text, "%.*s", STR_ARG(name));
    OCSP_REQUEST *request = str_is(r->method, "POST") ? request_of_der(r->body) : request_of_path(rest);
    const struct farm_case *c = str_is(name, "authority") ? asked_about(f, request) : case_find(text);
    if (c == NULL) {
        OCSP_REQUEST_free(request);
        answer_page(ret, "404 Not Found", "", "text/plain", str_of("no such responder\n"));
        return;
    }
    if (c->ocsp == OCSP_GARBAGE) {
        OCSP_REQUEST_free(request);
        answer_page(ret, "200 OK", "", "application/ocsp-response", str_of("<html>Under maintenance</html>\n"));
        return;
    }
    unsigned char *der;
    int n = ocsp_answer(f, c, request, &der);
    ERR_clear_error();
    answer_page(ret, "200 OK", "", "application/ocsp-response", str_part((const char *)der, n > 0 ? (size_t)n : 0));
    OPENSSL_free(der);
    OCSP_REQUEST_free(request);
}

void status_answer(struct farm *f, const struct request *r, struct answer *ret)
{
    static const char ocsp[] = "/ocsp/", crl[] = "/crl/";
    *ret = (struct answer){.bytes = BUF_INIT(2 * STATUS_FILE_MOST)};
    if (str_is(r->path, "/asked")) { /* for tests: how many questions came so far */
        char text[64];
        int n =
            snprintf(text, sizeof text, "{\"ocsp\": %zu, \"crl\": %zu}\n", f->status->asked_ocsp, f->status->asked_crl);
        answer_page(ret, "200 OK", "", "application/json", str_part(text, (size_t)n));
        return;
    }
    f->status->asked_ocsp += str_starts(r->path, ocsp);
    f->status->asked_crl += str_starts(r->path, crl);
    if (str_starts(r->path, ocsp)) {
        answer_ocsp(f, r, str_part(r->path.p + sizeof ocsp - 1, r->path.n - sizeof ocsp + 1), ret);
        return;
    }
    for (size_t i = 0; i < STATUS_FILES; i++) {
        if (f->status->files[i].path != NULL && str_is(r->path, f->status->files[i].path)) {
            answer_page(ret, "200 OK", "", f->status->files[i].type, buf_str(&f->status->files[i].bytes));
            return;
        }
    }
    answer_page(ret, "404 Not Found", "", "text/plain", str_of("not here\n"));
}

/* --- stapling --- */

static int staple_send(SSL *ssl, void *argument)
{
    const struct staple *s = argument;
    unsigned char *copy = OPENSSL_memdup(s->der, (size_t)s->n); /* the connection frees it */
    SSL_set_tlsext_status_ocsp_resp(ssl, copy, s->n);
    return copy == NULL ? SSL_TLSEXT_ERR_NOACK : SSL_TLSEXT_ERR_OK;
}

static bool staple_make(const struct farm *f, struct status *s, const struct farm_case *c, struct err *e)
{
    struct staple *staple = &s->staples[c - farm_cases];
    SSL_CTX *context = f->contexts[c - farm_cases];
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), SSL_CTX_get0_certificate(context), s->issuer);
    OCSP_BASICRESP *basic = id == NULL ? NULL : basic_make(s, c, id, true, NULL);
    staple->n = basic == NULL ? 0 : response_der(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic, &staple->der);
    OCSP_BASICRESP_free(basic);
    OCSP_CERTID_free(id);
    if (staple->n <= 0)
        return openssl_fail(e, c->name);
    SSL_CTX_set_tlsext_status_cb(context, staple_send);
    SSL_CTX_set_tlsext_status_arg(context, staple);
    return true;
}

/* --- life --- */

static X509 *certificate_first(const char *dir, const char *name, struct err *e)
{
    STACK_OF(X509) *list = certificates_read(dir, name, e);
    X509 *x = list == NULL ? NULL : sk_X509_shift(list);
    sk_X509_pop_free(list, X509_free);
    return x;
}

static bool status_files(struct status *s, const char *dir, struct err *e)
{
    static const struct {
        const char *path, *name, *type;
    } files[STATUS_FILES] = {{"/crl/intermediate.crl", "intermediate.crl", "application/pkix-crl"},
                             {"/crl/stale.crl", "stale.crl", "application/pkix-crl"},
                             {"/crl/root.crl", "root.crl", "application/pkix-crl"},
                             {"/ca/intermediate.cer", "intermediate.cer", "application/pkix-cert"}};
    struct arena a = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < STATUS_FILES; i++) {
        s->files[i].path = files[i].path;
        s->files[i].type = files[i].type;
        s->files[i].bytes = (struct buf)BUF_INIT(STATUS_FILE_MOST);
        ok = file_read(path_join(&a, dir, files[i].name), &s->files[i].bytes, e);
    }
    arena_release(&a);
    return ok;
}

struct status *status_new(struct farm *f, struct err *e)
{
    struct status *s = mem_alloc(1, sizeof *s);
    s->staples = mem_alloc(farm_case_count, sizeof *s->staples);
    bool ok = (s->issuer = certificate_first(f->dir, "intermediate.pem", e)) != NULL &&
              (s->good.certificate = certificate_first(f->dir, "responder.pem", e)) != NULL &&
              (s->good.key = key_read(f->dir, "responder.key", e)) != NULL &&
              (s->wrong.certificate = certificate_first(f->dir, "wrong-responder.pem", e)) != NULL &&
              (s->wrong.key = key_read(f->dir, "wrong-responder.key", e)) != NULL && status_files(s, f->dir, e);
    for (size_t i = 0; ok && i < farm_case_count; i++) {
        if (farm_cases[i].stapled)
            ok = staple_make(f, s, &farm_cases[i], e);
    }
    if (ok)
        return s;
    status_free(s);
    return NULL;
}

void status_free(struct status *s)
{
    if (s == NULL)
        return;
    X509_free(s->issuer);
    X509_free(s->good.certificate);
    X509_free(s->wrong.certificate);
    EVP_PKEY_free(s->good.key);
    EVP_PKEY_free(s->wrong.key);
    for (size_t i = 0; i < STATUS_FILES; i++)
        buf_release(&s->files[i].bytes);
    for (size_t i = 0; i < farm_case_count; i++)
        OPENSSL_free(s->staples[i].der);
    mem_free(s->staples);
    mem_free(s);
}
