/* What is said of a chain that a server shows: one case per verdict, several things wrong at once, and what is
 * remembered. */
#include "maker.h"

#include "base/limits.h"
#include "pki/trust.h"

#define HOST "seu.exemple.example"
#define SAN "subjectAltName=DNS:" HOST "\n"
#define LEAF MAKER_LEAF SAN
#define AIA "authorityInfoAccess=caIssuers;URI:http://aia.example/ca.crt\n"

static struct made root, inter, other_root, other_inter;
static struct trust *trust;

static struct trust *trust_of(const struct made *const *anchors, size_t count)
{
    static int number;
    struct err e = {.lang = LANG_EN};
    const char *path = maker_file(arena_printf(maker_arena(), "anchors%d.pem", number++), maker_pem(anchors, count));
    struct trust *t = NULL;
    if (!trust_open(NULL, &path, 1, &t, &e))
        fail_msg("%s", e.log);
    return t;
}

static int set_up(void **state)
{
    (void)state;
    root = MAKE(.names = {{"O", "Exemple PKI"}, {"CN", "Arrel"}}, .extensions = MAKER_CA);
    inter = MAKE(.names = {{"O", "Exemple PKI"}, {"CN", "Intermèdia"}}, .issuer = &root, .extensions = MAKER_CA);
    other_root = MAKE(.names = {{"O", "Desconeguts"}, {"CN", "Altra arrel"}}, .extensions = MAKER_CA);
    other_inter = MAKE(.names = {{"O", "Desconeguts"}, {"CN", "Altra"}}, .issuer = &other_root, .extensions = MAKER_CA);
    trust = trust_of((const struct made *const[]){&root}, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    trust_free(trust);
    maker_release();
    return 0;
}

#define CHAIN_MOST 24
static struct judgement judge_at(struct trust *t, const struct made *const *chain, const char *host, instant_t now)
{
    struct str sent[CHAIN_MOST];
    size_t n = 0;
    for (; n < CHAIN_MOST && chain[n] != NULL; n++)
        sent[n] = chain[n]->der;
    struct judgement j;
    trust_judge(t, maker_arena(), sent, n, host, now, &j);
    /* What OpenSSL has read already says the same. */
    STACK_OF(X509) *stack = sk_X509_new_null();
    for (size_t i = 0; i < n; i++)
        sk_X509_push(stack, chain[i]->cert);
    struct judgement same;
    trust_judge_stack(t, maker_arena(), stack, host, now, &same);
    sk_X509_free(stack);
    assert_int_equal(j.code, same.code);
    assert_int_equal(j.finding_count, same.finding_count);
    assert_int_equal(j.path_count, same.path_count);
    assert_int_equal(j.unused, same.unused);
    assert_int_equal(ERR_peek_error(), 0);
    return j;
}
#define JUDGE(t, ...) judge_at((t), (const struct made *const[]){__VA_ARGS__, NULL}, HOST, MAKER_NOW)

static const char *detail(const struct judgement *j, size_t i)
{
    return trust_detail(maker_arena(), &j->findings[i], LANG_EN);
}

#define assert_verdict(j, expected)                                                                                    \
    do {                                                                                                               \
        if ((j).code != (expected))                                                                                    \
            fail_msg("%s instead of %s", verdict_text((j).code), verdict_text(expected));                              \
    } while (0)

static bool mentions(const struct judgement *j, enum verdict_code code)
{
    for (size_t i = 0; i < j->finding_count; i++) {
        if (j->findings[i].code == code)
            return true;
    }
    return false;
}

static void trusted(void **state)
{
    (void)state;
    struct made leaf = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF);
    struct judgement j = JUDGE(trust, &leaf, &inter);
    assert_verdict(j, TRUST_OK);
    assert_int_equal(j.finding_count, 0);
    assert_int_equal(j.path_count, 3);
    assert_true(j.path[0].sent && j.path[1].sent && !j.path[2].sent);
    assert_true(!j.path[0].anchor && !j.path[1].anchor && j.path[2].anchor);
    assert_string_equal(j.path[1].name, "Intermèdia");
    assert_true(str_equal(j.path[1].der, inter.der));
    assert_true(j.has_leaf);
    struct verdict_facts f = trust_facts(maker_arena(), &j, HOST, LANG_EN);
    assert_string_equal(verdict_fill(maker_arena(), verdict_reason(j.code), &f),
                        "The certificate of " HOST " is valid until 01/01/2027 and its chain is trusted.");
    /* the root may come along, the order may be wrong, others may be among them */
    j = JUDGE(trust, &leaf, &other_root, &root, &inter, &other_inter);
    assert_verdict(j, TRUST_OK);
    assert_int_equal(j.unused, 2);
    assert_true(j.path[2].sent && j.path[2].anchor);
    struct str junk[] = {leaf.der, str_of("this is no certificate"), inter.der};
    trust_judge(trust, maker_arena(), junk, 3, HOST, MAKER_NOW, &j);
    assert_verdict(j, TRUST_OK);
    assert_int_equal(j.unused, 1);
    /* EKU never decides */
    struct made client = MAKE(.cn = HOST, .issuer = &inter, .extensions = SAN "extendedKeyUsage=critical,clientAuth\n");
    assert_verdict(JUDGE(trust, &client, &inter), TRUST_OK);
    struct made ed = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .key = MAKER_ED25519);
    assert_verdict(JUDGE(trust, &ed, &inter), TRUST_OK);
    struct made rsa = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .key = MAKER_RSA);
    assert_verdict(JUDGE(trust, &rsa, &inter), TRUST_OK);
    /* nobody asked for a host: an application's certificate */
    assert_verdict(judge_at(trust, (const struct made *const[]){&leaf, &inter, NULL}, NULL, MAKER_NOW), TRUST_OK);
}

static void nothing_sent(void **state)
{
    (void)state;
    struct judgement j;
    trust_judge(trust, maker_arena(), NULL, 0, HOST, MAKER_NOW, &j);
    assert_verdict(j, TRUST_NONE);
    assert_false(j.has_leaf);
    struct str junk = str_of("-----BEGIN");
    trust_judge(trust, maker_arena(), &junk, 1, HOST, MAKER_NOW, &j);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "what was sent is not a certificate");
    trust_judge_stack(trust, maker_arena(), NULL, HOST, MAKER_NOW, &j);
    assert_verdict(j, TRUST_NONE);
}

static void dates(void **state)
{
    (void)state;
    struct made leaf =
        MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .from = "20261101000000Z", .to = "20261120100000Z");
    const struct {
        const char *now;
        enum verdict_code code;
        day_t day;
    } cases[] = {
        {"2026-10-31T23:59:59Z", TRUST_NOT_YET, day_from_civil(2026, 11, 1)},
        {"2026-11-01T00:00:00Z", TRUST_OK, DAY_NONE},
        {"2026-11-20T10:00:00Z", TRUST_OK, DAY_NONE},
        {"2026-11-20T10:00:01Z", TRUST_EXPIRED, day_from_civil(2026, 11, 20)},
        {"2026-11-20T09:00:00Z", TRUST_OK, DAY_NONE},
        {"2027-02-01T00:00:00Z", TRUST_EXPIRED, day_from_civil(2026, 11, 20)}, /* and the authorities' too */
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct judgement j =
            judge_at(trust, (const struct made *const[]){&leaf, &inter, NULL}, HOST, maker_time(cases[i].now));
        assert_verdict(j, cases[i].code);
        assert_true(j.has_leaf);
        assert_int_equal(j.leaf.last_day, day_from_civil(2026, 11, 20));
        struct verdict_facts f = trust_facts(maker_arena(), &j, HOST, LANG_EN);
        assert_int_equal(f.day, j.finding_count > 0 ? cases[i].day : j.leaf.last_day);
        assert_int_equal(j.finding_count, i == 5 ? 3 : j.code == TRUST_OK ? 0 : 1);
    }
    struct made early = MAKE(.cn = "Futura", .issuer = &root, .extensions = MAKER_CA, .from = "20261201000000Z");
    struct made late = MAKE(.cn = "Antiga", .issuer = &root, .extensions = MAKER_CA, .to = "20260630220000Z");
    struct made a = MAKE(.cn = HOST, .issuer = &early, .extensions = LEAF),
                b = MAKE(.cn = HOST, .issuer = &late, .extensions = LEAF);
    struct judgement j = JUDGE(trust, &a, &early);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "the authority's certificate Futura is not valid before 01/12/2026");
    j = JUDGE(trust, &b, &late);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "the authority's certificate Antiga expired on 01/07/2026");
    struct made no_date = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .from = "00000101000000Z");
    j = JUDGE(trust, &no_date, &inter);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "the dates of " HOST " cannot be read");
}

static void who_issued(void **state)
{
    (void)state;
    struct trust *t = trust_of((const struct made *const[]){&root}, 1);
    struct made self = MAKE(.cn = HOST, .extensions = LEAF);
    struct made leaf = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF);
    struct made foreign = MAKE(.cn = HOST, .issuer = &other_inter, .extensions = LEAF);
    struct made foreign_public = MAKE(.cn = HOST, .issuer = &other_inter, .extensions = LEAF AIA);
    struct judgement j = JUDGE(t, &self);
    assert_verdict(j, TRUST_SELF_SIGNED);
    assert_false(j.presumed);
    j = JUDGE(t, &foreign, &other_inter, &other_root);
    assert_verdict(j, TRUST_UNKNOWN_CA);
    assert_string_equal(detail(&j, 0), "Altra arrel");
    assert_false(j.presumed);
    j = JUDGE(t, &foreign, &other_inter);
    assert_verdict(j, TRUST_UNKNOWN_CA);
    assert_string_equal(detail(&j, 0), "Altra arrel");
    j = JUDGE(t, &foreign);
    assert_verdict(j, TRUST_UNKNOWN_CA);
    assert_string_equal(detail(&j, 0), "Altra");
    assert_true(j.presumed);
    /* it says where its issuer can be fetched */
    j = JUDGE(t, &foreign_public);
    assert_verdict(j, TRUST_INCOMPLETE);
    assert_true(j.presumed);
    assert_string_equal(j.issuer_url, "http://aia.example/ca.crt");
    /* …and fetching it shows that it was not ours */
    assert_true(trust_learn(t, other_inter.der));
    j = JUDGE(t, &foreign_public);
    assert_verdict(j, TRUST_UNKNOWN_CA);
    assert_int_equal(j.path_count, 2);
    assert_string_equal(detail(&j, 0), "Altra arrel");
    /* the issuer is of the same organisation as an anchor */
    j = JUDGE(t, &leaf);
    assert_verdict(j, TRUST_INCOMPLETE);
    assert_true(j.presumed && j.issuer_url[0] == '\0');
    /* the intermediate was seen elsewhere */
    assert_verdict(JUDGE(t, &leaf, &inter), TRUST_OK);
    j = JUDGE(t, &leaf);
    assert_verdict(j, TRUST_INCOMPLETE);
    assert_false(j.presumed);
    assert_string_equal(detail(&j, 0), "Intermèdia");
    assert_int_equal(j.path_count, 3);
    assert_true(j.path[2].anchor && !j.path[1].sent);
    /* one of two is left out, and the sentence names that one */
    struct made deep = MAKE(.cn = "Subordinada", .issuer = &inter, .extensions = MAKER_CA);
    struct made under = MAKE(.cn = HOST, .issuer = &deep, .extensions = LEAF);
    j = JUDGE(t, &under, &deep);
    assert_verdict(j, TRUST_INCOMPLETE);
    assert_int_equal(j.findings[0].depth, 1);
    assert_string_equal(detail(&j, 0), "Intermèdia");
    assert_int_equal(j.path_count, 4);
    assert_false(trust_learn(t, leaf.der));
    assert_false(trust_learn(t, str_of("x")));
    trust_free(t);
}

static void names_keys_digests(void **state)
{
    (void)state;
    struct made other =
        MAKE(.cn = HOST, .issuer = &inter, .extensions = MAKER_LEAF "subjectAltName=DNS:a.example,DNS:b.example\n");
    struct judgement j = JUDGE(trust, &other, &inter);
    assert_verdict(j, TRUST_WRONG_HOST);
    assert_string_equal(detail(&j, 0), "a.example, b.example");
    struct verdict_facts f = trust_facts(maker_arena(), &j, HOST, LANG_EN);
    assert_string_equal(verdict_fill(maker_arena(), verdict_reason(j.code), &f),
                        "The certificate of " HOST " is made out to other names: a.example, b.example.");
    struct made pss_ca = MAKE(.cn = "PSS", .issuer = &root, .extensions = MAKER_CA, .key = MAKER_RSA);
    struct made pss = MAKE(.cn = HOST, .issuer = &pss_ca, .extensions = LEAF, .pss = true);
    assert_verdict(JUDGE(trust, &pss, &pss_ca), TRUST_OK);
    struct made pss_sha1 = MAKE(.cn = HOST, .issuer = &pss_ca, .extensions = LEAF, .pss = true, .digest = EVP_sha1());
    assert_verdict(JUDGE(trust, &pss_sha1, &pss_ca), TRUST_WEAK_SIGNATURE);
    struct made small = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .key = MAKER_RSA_SHORT);
    j = JUDGE(trust, &small, &inter);
    assert_verdict(j, TRUST_WEAK_KEY);
    assert_string_equal(detail(&j, 0), "RSA 1024");
    struct made old = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .digest = EVP_sha1());
    j = JUDGE(trust, &old, &inter);
    assert_verdict(j, TRUST_WEAK_SIGNATURE);
    assert_string_equal(detail(&j, 0), "ecdsa-with-SHA1");
    struct made weak_ca = MAKE(.cn = "Curta", .issuer = &root, .extensions = MAKER_CA, .key = MAKER_RSA_SHORT);
    struct made a = MAKE(.cn = HOST, .issuer = &weak_ca, .extensions = LEAF);
    j = JUDGE(trust, &a, &weak_ca);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "the key of Curta is too short: RSA 1024");
    struct made sha1_ca = MAKE(.cn = "Antiga", .issuer = &root, .extensions = MAKER_CA, .digest = EVP_sha1());
    struct made b = MAKE(.cn = HOST, .issuer = &sha1_ca, .extensions = LEAF);
    j = JUDGE(trust, &b, &sha1_ca);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "Antiga is signed with ecdsa-with-SHA1");
}

static void bad_chains(void **state)
{
    (void)state;
    EVP_PKEY *stranger = other_root.key;
    struct made forged = MAKE(.cn = HOST, .issuer = &inter, .sign_key = stranger, .extensions = LEAF);
    struct made forged_inter = MAKE(.names = {{"O", "Exemple PKI"}, {"CN", "Falsa"}}, .issuer = &root,
                                    .sign_key = stranger, .extensions = MAKER_CA);
    struct made under_forged = MAKE(.cn = HOST, .issuer = &forged_inter, .extensions = LEAF);
    struct made end = MAKE(.cn = "fulla.example", .issuer = &inter, .extensions = MAKER_LEAF);
    struct made under_end = MAKE(.cn = HOST, .issuer = &end, .extensions = LEAF);
    struct made no_sign = MAKE(.cn = "Sense", .issuer = &root,
                               .extensions = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,cRLSign\n");
    struct made under_no_sign = MAKE(.cn = HOST, .issuer = &no_sign, .extensions = LEAF);
    struct made short_path = MAKE(.cn = "Zero", .issuer = &root,
                                  .extensions = "basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=keyCertSign\n");
    struct made too_deep = MAKE(.cn = "Sub", .issuer = &short_path, .extensions = MAKER_CA);
    struct made under_deep = MAKE(.cn = HOST, .issuer = &too_deep, .extensions = LEAF);
    struct made limited = MAKE(.cn = "Limitada", .issuer = &root,
                               .extensions = MAKER_CA "nameConstraints=critical,permitted;DNS:altre.example\n");
    struct made outside = MAKE(.cn = HOST, .issuer = &limited, .extensions = LEAF);
    struct made critical = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF "1.2.3.4=critical,DER:05:00\n");
    const struct {
        const struct made *leaf, *ca, *more;
        const char *detail;
    } cases[] = {
        {&forged, &inter, NULL, "the signature of " HOST " is not its issuer's"},
        {&under_forged, &forged_inter, NULL, "the signature of Falsa is not its issuer's"},
        {&under_end, &end, &inter, "fulla.example may not issue certificates"},
        {&under_no_sign, &no_sign, NULL, NULL},
        {&under_deep, &too_deep, &short_path, "there are more intermediates than Zero allows"},
        {&outside, &limited, NULL, HOST " is outside the names that its authority may issue for"},
        {&critical, &inter, NULL, HOST " has a critical extension that is not understood"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct judgement j = JUDGE(trust, cases[i].leaf, cases[i].ca, cases[i].more);
        if (cases[i].detail == NULL) { /* OpenSSL does not take it for an issuer at all */
            assert_true(j.code != TRUST_OK);
            continue;
        }
        if (j.code != TRUST_BAD_CHAIN)
            fail_msg("case %zu: %s", i, verdict_text(j.code));
        assert_string_equal(detail(&j, 0), cases[i].detail);
        assert_int_equal(j.leaf.last_day, day_from_civil(2027, 1, 1));
    }
    struct made inside =
        MAKE(.cn = "x", .issuer = &limited, .extensions = MAKER_LEAF "subjectAltName=DNS:a.altre.example\n");
    assert_verdict(judge_at(trust, (const struct made *const[]){&inside, &limited, NULL}, "a.altre.example", MAKER_NOW),
                   TRUST_OK);
}

static void several_at_once(void **state)
{
    (void)state;
    struct made worst =
        MAKE(.cn = "a.example", .extensions = MAKER_LEAF, .key = MAKER_RSA_SHORT, .to = "20260201000000Z");
    struct judgement j = JUDGE(trust, &worst);
    assert_verdict(j, TRUST_SELF_SIGNED);
    static const enum verdict_code expected[] = {TRUST_SELF_SIGNED, TRUST_WRONG_HOST, TRUST_EXPIRED, TRUST_WEAK_KEY};
    assert_int_equal(j.finding_count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++)
        assert_int_equal(j.findings[i].code, expected[i]);
    struct made c =
        MAKE(.cn = HOST, .issuer = &other_inter, .extensions = LEAF, .to = "20260201000000Z", .digest = EVP_sha1());
    j = JUDGE(trust, &c, &other_inter);
    assert_verdict(j, TRUST_EXPIRED);
    assert_true(mentions(&j, TRUST_UNKNOWN_CA) && mentions(&j, TRUST_WEAK_SIGNATURE));
    assert_int_equal(j.findings[1].code, TRUST_UNKNOWN_CA);
    struct made d = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .digest = EVP_sha1());
    struct trust *fresh = trust_of((const struct made *const[]){&root}, 1);
    j = JUDGE(fresh, &d);
    assert_verdict(j, TRUST_WEAK_SIGNATURE);
    assert_true(mentions(&j, TRUST_INCOMPLETE));
    trust_free(fresh);
}

static void anchors(void **state)
{
    (void)state;
    /* a root like old ones: negative serial, signed by itself with SHA-1 */
    struct made old = MAKE(.names = {{"O", "Agència antiga"}, {"CN", "EC-VELLA"}}, .extensions = MAKER_CA,
                           .digest = EVP_sha1(), .serial = -0x11d4c2142bde21ebL, .key = MAKER_RSA);
    struct made sub = MAKE(.cn = "Nova", .issuer = &old, .extensions = MAKER_CA);
    struct made leaf = MAKE(.cn = HOST, .issuer = &sub, .extensions = LEAF),
                self = MAKE(.cn = HOST, .extensions = LEAF);
    struct trust *t = trust_of((const struct made *const[]){&old, &old, &self}, 3);
    assert_int_equal(trust_anchor_count(t), 2);
    assert_verdict(JUDGE(t, &leaf, &sub), TRUST_OK);
    assert_verdict(JUDGE(t, &self), TRUST_OK); /* known by itself */
    trust_free(t);
    /* an intermediate whose root is there too does not hide that a server leaves it out */
    t = trust_of((const struct made *const[]){&sub, &old}, 2);
    assert_int_equal(trust_anchor_count(t), 1);
    struct judgement j = JUDGE(t, &leaf);
    assert_verdict(j, TRUST_INCOMPLETE);
    assert_false(j.presumed);
    trust_free(t);
    /* …one without its root is an anchor */
    t = trust_of((const struct made *const[]){&sub}, 1);
    j = JUDGE(t, &leaf);
    assert_verdict(j, TRUST_OK);
    assert_int_equal(j.path_count, 2);
    assert_true(j.path[1].anchor);
    trust_free(t);
    struct err e = {.lang = LANG_EN};
    const char *bad = maker_file("bad.pem", str_of("nothing here"));
    assert_false(trust_open(NULL, &bad, 1, &t, &e));
    assert_int_equal(e.code, ERR_FORMAT);
    assert_non_null(strstr(e.log, "bad.pem"));
    err_clear(&e);
    assert_false(trust_open("/nowhere/at/all.pem", NULL, 0, &t, &e));
    assert_int_equal(e.code, ERR_FILE);
    trust_free(NULL);
}

static void cross_signed(void **state)
{
    (void)state;
    /* the same authority certified by a root that we have and by one that we lack, and once by one that expired */
    struct made ca = MAKE(.names = {{"O", "Creuada"}, {"CN", "Creuada"}}, .extensions = MAKER_CA);
    struct made ours = MAKE(.names = {{"O", "Creuada"}, {"CN", "Creuada"}}, .use_key = ca.key, .issuer = &root,
                            .extensions = MAKER_CA);
    struct made theirs = MAKE(.names = {{"O", "Creuada"}, {"CN", "Creuada"}}, .use_key = ca.key, .issuer = &other_root,
                              .extensions = MAKER_CA);
    struct made gone = MAKE(.names = {{"O", "Creuada"}, {"CN", "Creuada"}}, .use_key = ca.key, .issuer = &root,
                            .extensions = MAKER_CA, .to = "20260201000000Z");
    struct made leaf = MAKE(.cn = HOST, .issuer = &ca, .extensions = LEAF);
    assert_verdict(JUDGE(trust, &leaf, &ours), TRUST_OK);
    assert_verdict(JUDGE(trust, &leaf, &gone, &ours), TRUST_OK);
    assert_verdict(JUDGE(trust, &leaf, &ours, &gone), TRUST_OK);
    assert_true(JUDGE(trust, &leaf, &theirs).code != TRUST_OK);
    struct trust *t = trust_of((const struct made *const[]){&ca}, 1);
    assert_verdict(JUDGE(t, &leaf), TRUST_OK);
    assert_verdict(JUDGE(t, &leaf, &theirs, &other_root), TRUST_OK); /* what is trusted comes first */
    trust_free(t);
}

static void limits(void **state)
{
    (void)state;
    struct made leaf = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF);
    const struct made *chain[LIMIT_CHAIN_CERTS + 2] = {&leaf};
    for (size_t i = 1; i <= LIMIT_CHAIN_CERTS; i++)
        chain[i] = &inter;
    struct judgement j = judge_at(trust, chain, HOST, MAKER_NOW);
    assert_verdict(j, TRUST_BAD_CHAIN);
    assert_string_equal(detail(&j, 0), "too many or too large certificates were sent");
    assert_int_equal(j.leaf.last_day, day_from_civil(2027, 1, 1));
    chain[LIMIT_CHAIN_CERTS] = NULL;
    assert_verdict(judge_at(trust, chain, HOST, MAKER_NOW), TRUST_OK);
    /* a chain of authorities as long as the limit */
    struct made deep[LIMIT_CHAIN_CERTS];
    for (size_t i = LIMIT_CHAIN_CERTS; i-- > 0;) {
        const struct made *issuer = i + 1 == LIMIT_CHAIN_CERTS ? &root : &deep[i + 1];
        deep[i] = i == 0
                      ? MAKE(.cn = HOST, .issuer = issuer, .extensions = LEAF)
                      : MAKE(.cn = arena_printf(maker_arena(), "CA %zu", i), .issuer = issuer, .extensions = MAKER_CA);
        chain[i] = &deep[i];
    }
    j = judge_at(trust, chain, HOST, MAKER_NOW);
    assert_verdict(j, TRUST_OK);
    assert_int_equal(j.path_count, LIMIT_CHAIN_CERTS + 1);
}

static void remembered(void **state)
{
    (void)state;
    struct trust *t = trust_of((const struct made *const[]){&root}, 1);
    struct made leaf = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .to = "20261201000000Z");
    struct str sent[] = {leaf.der, inter.der};
    struct judgement j;
    const struct {
        const char *now, *host;
        enum verdict_code code;
        size_t hits;
    } cases[] = {
        {"2026-11-20T08:00:00Z", HOST, TRUST_OK, 0},      {"2026-11-25T08:00:00Z", HOST, TRUST_OK, 1},
        {"2026-12-01T00:00:00Z", HOST, TRUST_OK, 2},      {"2026-11-25T08:00:00Z", "x.example", TRUST_WRONG_HOST, 3},
        {"2026-11-25T08:00:00Z", HOST, TRUST_OK, 4},      {"2026-11-25T08:00:00Z", NULL, TRUST_OK, 5},
        {"2026-12-01T00:00:01Z", HOST, TRUST_EXPIRED, 5}, {"2026-12-02T00:00:00Z", HOST, TRUST_EXPIRED, 6},
        {"2026-11-20T08:00:00Z", HOST, TRUST_OK, 6}, /* the clock went back */
        {"2025-11-20T08:00:00Z", HOST, TRUST_NOT_YET, 6},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        trust_judge(t, maker_arena(), sent, 2, cases[i].host, maker_time(cases[i].now), &j);
        if (j.code != cases[i].code || trust_cache_hits(t) != cases[i].hits)
            fail_msg("case %zu: %s, %zu hits", i, verdict_text(j.code), trust_cache_hits(t));
        assert_int_equal(j.path_count, 3);
        assert_string_equal(j.path[2].name, "Arrel");
    }
    /* another order is another chain; thousands do not grow it */
    for (int i = 0; i < 3000; i++) {
        struct made one = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF, .use_key = leaf.key);
        struct str other[] = {one.der, inter.der};
        struct arena a = {0};
        trust_judge(t, &a, other, 2, HOST, MAKER_NOW, &j);
        assert_int_equal(j.code, TRUST_OK);
        arena_release(&a);
    }
    /* more intermediates than are remembered */
    for (int i = 0; i < LIMIT_TRUST_KNOWN + 20; i++) {
        struct made ca = MAKE(.cn = "Moltes", .issuer = &root, .extensions = MAKER_CA, .use_key = inter.key);
        assert_true(trust_learn(t, ca.der));
    }
    trust_judge(t, maker_arena(), sent, 2, HOST, MAKER_NOW, &j);
    assert_int_equal(j.code, TRUST_OK);
    trust_free(t);
}

static void system_bundle(void **state)
{
    (void)state;
    struct trust *t = NULL;
    struct err e = {.lang = LANG_EN};
    assert_true(trust_open(TRUST_SYSTEM_BUNDLE, NULL, 0, &t, &e));
    assert_true(trust_anchor_count(t) > 100);
    struct made leaf = MAKE(.cn = HOST, .issuer = &inter, .extensions = LEAF);
    assert_verdict(JUDGE(t, &leaf, &inter), TRUST_UNKNOWN_CA);
    trust_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trusted),
        cmocka_unit_test(nothing_sent),
        cmocka_unit_test(dates),
        cmocka_unit_test(who_issued),
        cmocka_unit_test(names_keys_digests),
        cmocka_unit_test(bad_chains),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(anchors),
        cmocka_unit_test(cross_signed),
        cmocka_unit_test(limits),
        cmocka_unit_test(remembered),
        cmocka_unit_test(system_bundle),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
