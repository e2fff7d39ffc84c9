/* Our questions and our reading against a responder that is not ours: `openssl ocsp` with an index of certificates. */
#include "maker.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "pki/ocsp.h"

#define ALWAYS .from = "20000101000000Z", .to = "20990101000000Z"

static struct made ca, other_ca, delegate, stranger, good, revoked, unlisted;
static const char *index_file;
static instant_t now; /* the responder puts its own clock into the answers */

static void write_key(const char *name, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    char *text;
    long n = BIO_get_mem_data(bio, &text);
    (void)maker_file(name, str_part(text, (size_t)n));
    BIO_free(bio);
}

static void write_cert(const char *name, const struct made *m)
{
    (void)maker_file(name, maker_pem((const struct made *const[]){m}, 1));
}

static int set_up(void **state)
{
    (void)state;
    now = clock_system().now;
    ca = MAKE(.cn = "EC", .extensions = MAKER_CA, ALWAYS);
    other_ca = MAKE(.cn = "Altra EC", .extensions = MAKER_CA, ALWAYS);
    delegate = MAKE(.cn = "Responedor", .issuer = &ca, ALWAYS, .extensions = "extendedKeyUsage=OCSPSigning\n");
    stranger = MAKE(.cn = "Responedor", .issuer = &other_ca, ALWAYS, .extensions = "extendedKeyUsage=OCSPSigning\n");
    good = MAKE(.cn = "bo.example", .issuer = &ca, .serial = 0x1001, ALWAYS);
    revoked = MAKE(.cn = "revocat.example", .issuer = &ca, .serial = 0x1002, ALWAYS);
    unlisted = MAKE(.cn = "desconegut.example", .issuer = &ca, .serial = 0x1003, ALWAYS);
    index_file = maker_file(
        "index.txt", str_of("V\t991231235959Z\t\t1001\tunknown\t/CN=bo.example\n"
                            "R\t991231235959Z\t201110223000Z,keyCompromise\t1002\tunknown\t/CN=revocat.example\n"));
    write_cert("ca.pem", &ca);
    write_cert("delegate.pem", &delegate);
    write_cert("stranger.pem", &stranger);
    write_key("ca.key", ca.key);
    write_key("delegate.key", delegate.key);
    write_key("stranger.key", stranger.key);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

static char *place(const char *name)
{
    return path_join(maker_arena(), maker_dir(), name);
}

/* What the responder, signing as `signer`, answers to our question. */
static struct str ask(const struct made *leaf, const char *signer, struct str nonce)
{
    struct err e = {.lang = LANG_EN};
    struct str request;
    assert_true(ocsp_request(maker_arena(), leaf->der, ca.der, nonce, &request, &e));
    char *key = arena_printf(maker_arena(), "%s/%s.key", maker_dir(), signer);
    char *cert = arena_printf(maker_arena(), "%s/%s.pem", maker_dir(), signer);
    const char *question = maker_file("request.der", request), *answer = maker_file("response.der", str_of(""));
    const char *args[] = {"openssl", "ocsp",   "-index", index_file, "-CA",  place("ca.pem"), "-rsigner", cert, "-rkey",
                          key,       "-reqin", question, "-respout", answer, "-ndays",        "1",        NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, "openssl", &actions, NULL, (char *const *)args, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    struct buf bytes = BUF_INIT(100000);
    assert_true(file_read(answer, &bytes, &e));
    struct str copy = {arena_text(maker_arena(), buf_str(&bytes)), bytes.n};
    buf_release(&bytes);
    assert_true(copy.n > 0);
    return copy;
}

static void answers(void **state)
{
    (void)state;
    struct str nonce = str_of("0123456789abcdef"), none = {NULL, 0};
    const struct {
        const struct made *leaf;
        const char *signer;
        struct str nonce;
        enum ocsp_outcome outcome;
        enum ocsp_fault fault;
    } cases[] = {
        {&good, "ca", nonce, OCSP_GOOD, OCSP_FAULT_NONE},
        {&good, "delegate", none, OCSP_GOOD, OCSP_FAULT_NONE},
        {&revoked, "delegate", nonce, OCSP_REVOKED, OCSP_FAULT_NONE},
        {&unlisted, "delegate", nonce, OCSP_UNKNOWN, OCSP_FAULT_NONE},
        {&good, "stranger", nonce, OCSP_UNUSABLE, OCSP_FAULT_SIGNER},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str bytes = ask(cases[i].leaf, cases[i].signer, cases[i].nonce);
        struct ocsp_answer o;
        ocsp_read(maker_arena(), bytes, cases[i].leaf->der, ca.der, cases[i].nonce, now + 60 * INSTANT_PER_SECOND, &o);
        if (o.outcome != cases[i].outcome || o.fault != cases[i].fault)
            fail_msg("case %zu: outcome %d, %s", i, o.outcome, ocsp_fault_code(o.fault));
        if (o.fault != OCSP_FAULT_NONE)
            continue;
        assert_int_equal(o.nonce_matched, cases[i].nonce.n > 0);
        assert_int_equal(o.delegated, cases[i].signer[0] == 'd');
        assert_true(o.produced >= now - 60 * INSTANT_PER_SECOND);
        if (o.outcome == OCSP_REVOKED) {
            assert_int_equal(o.revoked_day, day_from_civil(2020, 11, 10));
            assert_string_equal(revocation_reason_text(o.reason), "keyCompromise");
        }
        /* two days later it is no longer worth anything; nor is it for another certificate or nonce */
        ocsp_read(maker_arena(), bytes, cases[i].leaf->der, ca.der, cases[i].nonce, now + 172800 * INSTANT_PER_SECOND,
                  &o);
        assert_int_equal(o.fault, OCSP_FAULT_EXPIRED);
        ocsp_read(maker_arena(), bytes, delegate.der, ca.der, cases[i].nonce, now, &o);
        assert_int_equal(o.fault, OCSP_FAULT_OTHER);
        ocsp_read(maker_arena(), bytes, cases[i].leaf->der, other_ca.der, cases[i].nonce, now, &o);
        assert_int_equal(o.fault, OCSP_FAULT_OTHER);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answers)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
