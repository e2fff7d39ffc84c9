#include "scsp/volant.h"

#include <sodium.h>
#include <stdio.h>

#include "base/limits.h"
#include "scsp/names.h"

#define NS_VOLANT "http://www.red.es/padron"
#define SIGNED "VolanteEmpadronamientoDatosFirmados"
/* As the modality's file builds it. */
#define BEGIN "<" SIGNED " Id=\"V1\" Version=\"02.00\">"
#define END "</" SIGNED ">"

bool volant_is_in(struct str answer)
{
    return answer.n > 0 && memmem(answer.p, answer.n, BEGIN, sizeof BEGIN - 1) != NULL;
}

static void base64_add(struct buf *to, const void *bytes, size_t n)
{
    size_t room = sodium_base64_ENCODED_LEN(n, sodium_base64_VARIANT_ORIGINAL);
    char *at = buf_reserve(to, room);
    if (at == NULL)
        return;
    (void)sodium_bin2base64(at, room, bytes, n, sodium_base64_VARIANT_ORIGINAL);
    to->n += room - 1;
}

/* SignedInfo without its own name, which carries the namespace where it is hashed and not where it is sent. `inside`:
 * what stands in the signed element, with its end. */
static void info_write(struct buf *to, int number, struct str inside)
{
    char apex[160];
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state s;
    (void)snprintf(apex, sizeof apex, "<" SIGNED " xmlns=\"" NS_VOLANT "\" Id=\"V%d\" Version=\"02.00\">", number);
    (void)crypto_hash_sha256_init(&s);
    (void)crypto_hash_sha256_update(&s, (const unsigned char *)apex, strlen(apex));
    (void)crypto_hash_sha256_update(&s, (const unsigned char *)inside.p, inside.n);
    (void)crypto_hash_sha256_final(&s, digest);
    (void)buf_printf(to,
                     "<ds:CanonicalizationMethod Algorithm=\"" NS_EXC "\"></ds:CanonicalizationMethod>"
                     "<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\">"
                     "</ds:SignatureMethod><ds:Reference URI=\"#V%d\"><ds:Transforms><ds:Transform Algorithm=\"" NS_EXC
                     "\"></ds:Transform></ds:Transforms><ds:DigestMethod "
                     "Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod><ds:DigestValue>",
                     number);
    base64_add(to, digest, sizeof digest);
    (void)buf_add_text(to, "</ds:DigestValue></ds:Reference></ds:SignedInfo>");
}

static bool signature_add(struct buf *to, int number, struct str inside, const struct answer_signing *how,
                          struct err *e)
{
    static const char hashed[] = "<ds:SignedInfo xmlns:ds=\"" NS_DS "\">";
    struct buf info = BUF_INIT(LIMIT_XML_BYTES), value = BUF_INIT(LIMIT_XML_BYTES);
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state s;
    info_write(&info, number, inside);
    (void)crypto_hash_sha256_init(&s);
    (void)crypto_hash_sha256_update(&s, (const unsigned char *)hashed, sizeof hashed - 1);
    (void)crypto_hash_sha256_update(&s, (const unsigned char *)info.p, info.n);
    (void)crypto_hash_sha256_final(&s, hash);
    bool good = how->sign(how->context, hash, &value, e);
    if (good) {
        (void)buf_add_text(to, "<ds:Signature xmlns:ds=\"" NS_DS "\"><ds:SignedInfo>");
        (void)buf_add_str(to, buf_str(&info));
        (void)buf_add_text(to, "<ds:SignatureValue>");
        base64_add(to, value.p, value.n);
        (void)buf_add_text(to, "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>");
        base64_add(to, how->token.p, how->token.n);
        (void)buf_add_text(to, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>");
    }
    buf_release(&info);
    buf_release(&value);
    return good;
}

bool volant_sign(struct buf *to, struct str answer, const struct answer_signing *how, struct err *e)
{
    struct str rest = answer;
    for (int number = 1;; number++) {
        const char *at = rest.n == 0 ? NULL : memmem(rest.p, rest.n, BEGIN, sizeof BEGIN - 1);
        if (at == NULL)
            break;
        size_t before = (size_t)(at - rest.p);
        struct str inside = str_part(at + sizeof BEGIN - 1, rest.n - before - (sizeof BEGIN - 1));
        const char *end = memmem(inside.p, inside.n, END, sizeof END - 1);
        if (end == NULL)
            return err_set(e, ERR_INTERNAL, N_("only an answer of ours is signed"));
        inside.n = (size_t)(end - inside.p) + sizeof END - 1;
        (void)buf_add_str(to, str_part(rest.p, before));
        (void)buf_printf(to, "<" SIGNED " Id=\"V%d\" Version=\"02.00\">", number);
        (void)buf_add_str(to, inside);
        if (!signature_add(to, number, inside, how, e))
            return false;
        rest = str_part(inside.p + inside.n, (size_t)(answer.p + answer.n - (inside.p + inside.n)));
    }
    (void)buf_add_str(to, rest);
    return !buf_full(to) || err_set(e, ERR_LIMIT, N_("the message would be larger than what is accepted"));
}
