/* How many OCSP checks one core does: question made, answer read, believed or not. Ours and OpenSSL's own functions on
 * the same answers of real responders, each with a nonce and a responder's certificate of its own: there are more of
 * them than are remembered, so that each is new; where they are to be known, only the first ones are asked.
 *
 *     probes_ocsp ask DIR COUNT         writes DIR/N.nonce and DIR/N.question about DIR/good.der by DIR/ca.der
 *     probes_ocsp measure DIR COUNT     reads them, DIR/N.answer and DIR/N.signer; prints one line of JSON: checks per
 * second of CPU
 *
 * OpenSSL's are given certificates that are read already; ours reads leaf and issuer each time. */
#include <stdlib.h>
#include <sys/resource.h>

#include "base/file.h"
#include "base/limits.h"
#include "pki/ocsp.h"
#include "pki/openssl.h"

enum { TURNS = 7, TURN_CHECKS = 3000, MOST = 1000, KNOWN = LIMIT_OCSP_SIGNERS / 2, KINDS = 4 };

struct sample {
    struct str nonce, question, answer;
    X509 *signer;
};
struct bench {
    struct arena arena;
    struct str leaf, issuer;
    struct sample samples[MOST];
    size_t count;
    struct ocsp_signers *signers;
    X509 *peer_leaf, *peer_issuer;
    X509_STORE *store;
};

static struct str file_of(struct bench *b, const char *dir, const char *name)
{
    struct buf bytes = BUF_INIT(LIMIT_OCSP_BYTES);
    struct err e = {0};
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (!file_read(path, &bytes, &e)) {
        fprintf(stderr, "%s\n", e.text);
        exit(2);
    }
    struct str copy = str_part(arena_text(&b->arena, buf_str(&bytes)), bytes.n);
    buf_release(&bytes);
    return copy;
}

static struct str numbered(struct bench *b, const char *dir, size_t i, const char *what)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%zu.%s", i, what);
    return file_of(b, dir, name);
}

static int ask(struct bench *b, const char *dir)
{
    for (size_t i = 0; i < b->count; i++) {
        unsigned char nonce[LIMIT_NONCE_BYTES];
        struct err e = {0};
        struct str question;
        char path[512];
        for (size_t k = 0; k < sizeof nonce; k++)
            nonce[k] = (unsigned char)(random() >> 8);
        struct str n = str_part((const char *)nonce, sizeof nonce);
        (void)snprintf(path, sizeof path, "%s/%zu.nonce", dir, i);
        bool good = ocsp_request(&b->arena, b->leaf, b->issuer, n, &question, &e) && file_write(path, n, &e);
        (void)snprintf(path, sizeof path, "%s/%zu.question", dir, i);
        if (!good || !file_write(path, question, &e)) {
            fprintf(stderr, "%s\n", e.text);
            return 1;
        }
    }
    return 0;
}

/* ---------------------------------------------------------------- a check */

static bool check_ours(struct bench *b, const struct sample *s, instant_t now)
{
    struct arena a = {0};
    struct err e = {0};
    struct str question;
    struct ocsp_answer answer;
    bool good = ocsp_request(&a, b->leaf, b->issuer, s->nonce, &question, &e) && str_equal(question, s->question);
    ocsp_read_with(b->signers, &a, s->answer, b->leaf, b->issuer, s->nonce, now, &answer);
    good = good && answer.outcome == OCSP_GOOD && answer.delegated && answer.nonce_matched;
    arena_release(&a);
    return good;
}

static bool check_peer(struct bench *b, const struct sample *s, bool known)
{
    unsigned char nonce[LIMIT_NONCE_BYTES], *der = NULL;
    memcpy(nonce, s->nonce.p, s->nonce.n);
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(NULL, b->peer_leaf, b->peer_issuer);
    OCSP_request_add0_id(request, OCSP_CERTID_dup(id));
    OCSP_request_add1_nonce(request, nonce, (int)s->nonce.n);
    int n = i2d_OCSP_REQUEST(request, &der), status, reason;
    const unsigned char *p = (const unsigned char *)s->answer.p;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &p, (long)s->answer.n);
    OCSP_BASICRESP *basic = response == NULL ? NULL : OCSP_response_get1_basic(response);
    STACK_OF(X509) *others = sk_X509_new_null();
    sk_X509_push(others, known ? s->signer : b->peer_issuer);
    ASN1_GENERALIZEDTIME *at, *from, *to;
    bool good = n > 0 && basic != NULL && OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL &&
                OCSP_basic_verify(basic, others, b->store, known ? OCSP_TRUSTOTHER : 0) == 1 &&
                OCSP_check_nonce(request, basic) == 1 &&
                OCSP_resp_find_status(basic, id, &status, &reason, &at, &from, &to) == 1 &&
                status == V_OCSP_CERTSTATUS_GOOD && OCSP_check_validity(from, to, 300, -1) == 1;
    sk_X509_free(others);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    OPENSSL_free(der);
    OCSP_CERTID_free(id);
    OCSP_REQUEST_free(request);
    return good;
}

static bool check(struct bench *b, const struct sample *s, instant_t now, int kind)
{
    return kind < 2 ? check_ours(b, s, now) : check_peer(b, s, kind == 3);
}

/* ---------------------------------------------------------------- how many */

static double cpu(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) + (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static X509 *read_certificate(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    return d2i_X509(NULL, &p, (long)der.n);
}

static int measure(struct bench *b, const char *dir)
{
    static const char *const names[KINDS] = {"ours", "ours_known", "openssl", "openssl_known"};
    static double rates[KINDS][TURNS];
    instant_t now = clock_system().now;
    for (size_t i = 0; i < b->count; i++)
        b->samples[i] = (struct sample){numbered(b, dir, i, "nonce"), numbered(b, dir, i, "question"),
                                        numbered(b, dir, i, "answer"), read_certificate(numbered(b, dir, i, "signer"))};
    b->peer_leaf = read_certificate(b->leaf);
    b->peer_issuer = read_certificate(b->issuer);
    b->store = X509_STORE_new();
    X509_STORE_add_cert(b->store, b->peer_issuer);
    b->signers = ocsp_signers_new();
    for (int turn = 0; turn < TURNS; turn++)
        for (int kind = 0; kind < KINDS; kind++) {
            size_t many = kind % 2 == 0 ? b->count : KNOWN;
            double before = cpu();
            for (size_t i = 0; i < TURN_CHECKS; i++)
                if (!check(b, &b->samples[i % many], now, kind)) {
                    fprintf(stderr, "%s does not find answer %zu good\n", names[kind], i % many);
                    return 1;
                }
            rates[kind][turn] = TURN_CHECKS / (cpu() - before);
        }
    for (int kind = 0; kind < KINDS; kind++) {
        qsort(rates[kind], TURNS, sizeof rates[kind][0], by_size);
        printf("%s\"%s\":%.0f", kind == 0 ? "{" : ",", names[kind], rates[kind][TURNS / 2]);
    }
    printf("}\n");
    ocsp_signers_free(b->signers);
    X509_STORE_free(b->store);
    X509_free(b->peer_leaf);
    X509_free(b->peer_issuer);
    for (size_t i = 0; i < b->count; i++)
        X509_free(b->samples[i].signer);
    return 0;
}

int main(int argc, char **argv)
{
    struct bench *b = mem_alloc(1, sizeof *b);
    if (argc != 4 || (b->count = strtoul(argv[3], NULL, 10)) <= LIMIT_OCSP_SIGNERS || b->count > MOST)
        return 2;
    b->leaf = file_of(b, argv[2], "good.der");
    b->issuer = file_of(b, argv[2], "ca.der");
    int code = strcmp(argv[1], "ask") == 0 ? ask(b, argv[2]) : measure(b, argv[2]);
    arena_release(&b->arena);
    mem_free(b);
    return code;
}
