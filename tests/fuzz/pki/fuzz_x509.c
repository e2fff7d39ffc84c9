/* Any bytes as certificates: what is read may be shown, lists are as long as they say, and nobody becomes trusted. */
#include <stdint.h>
#include <stdlib.h>

#include "base/limits.h"
#include "pki/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_shown(const char *text, size_t most)
{
    struct str s = str_of(text);
    must(text != NULL && s.n <= most && str_utf8_valid(s));
    uint32_t c;
    while (str_utf8_next(&s, &c))
        must(!str_is_control(c));
}

static void look_at(struct arena *a, const struct certificate *c)
{
    const char *const texts[] = {c->subject, c->issuer, c->common_name, c->organisation, c->issuer_name,
                                 c->serial,  c->nif,    c->key_name,    c->signature};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        must_be_shown(texts[i], LIMIT_CERT_NAME_BYTES + 8);
    const struct cert_texts *lists[] = {&c->dns,       &c->ips,         &c->policies, &c->uses,
                                        &c->ocsp_urls, &c->issuer_urls, &c->crl_urls};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        must(lists[i]->count <= LIMIT_CERT_NAMES && lists[i]->count <= lists[i]->total);
        for (size_t k = 0; k < lists[i]->count; k++)
            must_be_shown(lists[i]->items[k], LIMIT_URL_BYTES);
    }
    must_be_shown(certificate_names(a, c), LIMIT_CERT_NAME_BYTES + 32);
    must((c->not_after == INSTANT_NONE) == (c->last_day == DAY_NONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct trust *nobody; /* lives as long as the process: loading is not what is tested */
    struct err e = {.lang = LANG_EN};
    struct arena a = {0};
    struct str bytes = str_part((const char *)data, size);
    const struct str *ders = NULL;
    size_t count = 0;
    if (nobody == NULL)
        must(trust_open(NULL, NULL, 0, &nobody, &e));
    struct certificate c;
    bool one = certificate_parse(&a, bytes, &c, &e), all;
    err_clear(&e);
    all = certificates_split(&a, bytes, &ders, &count, &e);
    must(one == all && (all || e.code != ERR_NONE));
    if (one) {
        look_at(&a, &c);
        struct judgement j;
        trust_judge(nobody, &a, ders, count, "seu.example", INSTANT_PER_SECOND * 1795161600, &j);
        must(j.code != TRUST_OK && j.finding_count > 0);
        for (size_t i = 0; i < j.finding_count; i++)
            must_be_shown(trust_detail(&a, &j.findings[i], LANG_EN), LIMIT_ERR_BYTES);
    }
    arena_release(&a);
    return 0;
}
