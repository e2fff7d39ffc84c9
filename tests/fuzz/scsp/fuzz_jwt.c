/* A token: nothing that was not signed with the secret is accepted; a content that is, is read as a notice. */
#include "scsp_bench.h"

#include <sodium.h>

#include "scsp/avis.h"
#include "scsp/jwt.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define NOW ((instant_t)1795161600 * INSTANT_PER_SECOND)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = {0};
    struct err e = {.lang = LANG_EN};
    struct jwt_claims claims = {0};
    struct avis avis;
    const char *code, *text;
    struct buf token = BUF_INIT(LIMIT_JWT_BYTES);
    struct str bytes = str_part((const char *)data, size);
    must(sodium_init() >= 0);
    struct str found = avis_token_find(&a, bytes, arena_text(&a, bytes));
    must(found.n == 0 || found.p != NULL);
    if (jwt_read(&a, bytes, str_of(SECRET), NOW, &claims) == JWT_NONE)
        must(claims.json.n >= 2);
    /* as the content of a token that is rightly signed */
    if (size > 0 && jwt_write(&token, str_of(SECRET), bytes, &e)) {
        enum jwt_fault fault = jwt_read(&a, buf_str(&token), str_of(SECRET), NOW, &claims);
        must(fault != JWT_FORM && fault != JWT_SIGNATURE && fault != JWT_ALGORITHM);
        if (fault == JWT_NONE) {
            must(str_equal(claims.json, bytes));
            if (avis_read(&a, claims.json, &avis))
                (void)avis_judge(&avis, 0);
            (void)avis_answer_read(&a, claims.json, &code, &text);
        }
    }
    buf_release(&token);
    arena_release(&a);
    return 0;
}
