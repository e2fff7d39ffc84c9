/* Revocation through the engine: asked once, from the right source, and an authority that fails is never "bad". */
#include "servers.h"

#include <openssl/ocsp.h>

#define MS 1000

static int tear_down(void **state)
{
    (void)state;
    servers_end();
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    maker_release();
    return 0;
}

/* A leaf for 127.0.0.1 that names these sources; a port of 0 names none. */
static struct made leaf_with(int ocsp_port, int crl_port)
{
    struct arena *a = maker_arena();
    const char *ocsp =
        ocsp_port == 0 ? "" : arena_printf(a, "authorityInfoAccess=OCSP;URI:http://127.0.0.1:%d/ocsp\n", ocsp_port);
    const char *crl =
        crl_port == 0 ? "" : arena_printf(a, "crlDistributionPoints=URI:http://127.0.0.1:%d/list.crl\n", crl_port);
    return MAKE(.cn = "leaf", .issuer = authority(),
                .extensions = arena_printf(a, MAKER_LEAF "subjectAltName=IP:127.0.0.1\n%s%s", ocsp, crl));
}

static struct server *serve_leaf(const struct made *leaf)
{
    return SERVE(.act = ACT_ANSWER, .leaf = leaf, .issuer = authority(), .issuer_too = true);
}

/* A responder has its port before the answer can be made, as the leaf names it. */
static void set_answer(struct server *responder, struct str bytes)
{
    responder->script.ocsp = bytes;
}

static struct sweep sweep_of(const char *url, size_t repeat)
{
    struct sweep w = sweep_new();
    assert_true(sweep_run(&w, &url, 1, repeat));
    return w;
}

static void good_once(void **state)
{
    (void)state;
    struct server *responder = SERVE(.act = ACT_OCSP);
    struct made leaf = leaf_with(responder->port, 0);
    set_answer(responder, MAKE_OCSP(.leaf = &leaf, .issuer = authority()));
    struct sweep w = sweep_of(url_at("https", serve_leaf(&leaf)->port, "/"), 50);
    assert_int_equal(w.count, 50);
    for (size_t i = 0; i < w.seen.count; i++) {
        assert_int_equal(w.seen.items[i].verdict[VERDICT_TRUST], TRUST_OK);
        assert_int_equal(w.seen.items[i].revocation, PROBE_REVOCATION_GOOD);
        assert_string_equal(w.seen.items[i].source, "ocsp");
    }
    assert_int_equal(atomic_load(&responder->connections), 1); /* one question for one certificate */
    assert_int_equal(w.sum.fetches, 1);
    assert_int_equal(w.sum.revocation_cached, 49);
    sweep_release(&w);
}

/* --- what is kept from run to run --- */

struct shelf {
    struct probe_answer kept[8];
    size_t count, recalled;
    instant_t until; /* no answer is given after it */
};

static bool shelf_recall(void *ctx, const char *about, const char *url, instant_t now, struct str *ret,
                         instant_t *ret_fetched)
{
    struct shelf *s = ctx;
    for (size_t i = s->count; i-- > 0 && now < s->until;) {
        const struct probe_answer *k = &s->kept[i];
        if (strcmp(k->about, about) != 0 || strcmp(k->url, url) != 0)
            continue;
        s->recalled++;
        *ret = k->bytes;
        *ret_fetched = k->fetched;
        return true;
    }
    return false;
}

static void shelf_keep(void *ctx, const struct probe_answer *answer)
{
    struct shelf *s = ctx;
    struct arena *a = maker_arena();
    assert_true(s->count < sizeof s->kept / sizeof *s->kept);
    s->kept[s->count] = *answer;
    s->kept[s->count].about = arena_strdup(a, answer->about);
    s->kept[s->count].url = arena_strdup(a, answer->url);
    s->kept[s->count].bytes = str_part(arena_text(a, answer->bytes), answer->bytes.n);
    s->count++;
}

static struct sweep sweep_with(const struct probe_memory *memory, const char *url)
{
    struct sweep w = sweep_new();
    w.s.memory = memory;
    assert_true(sweep_run(&w, &url, 1, 3));
    return w;
}

static void kept_from_run_to_run(void **state)
{
    (void)state;
    struct server *responder = SERVE(.act = ACT_OCSP);
    struct made leaf = leaf_with(responder->port, 0);
    set_answer(responder, MAKE_OCSP(.leaf = &leaf, .issuer = authority(), .status = V_OCSP_CERTSTATUS_REVOKED));
    const char *url = url_at("https", serve_leaf(&leaf)->port, "/");
    struct shelf shelf = {.until = INT64_MAX};
    struct probe_memory memory = {shelf_recall, shelf_keep, &shelf};
    for (int run = 0; run < 3; run++) {
        struct sweep w = sweep_with(&memory, url);
        for (size_t i = 0; i < w.seen.count; i++)
            assert_int_equal(w.seen.items[i].verdict[VERDICT_TRUST], TRUST_REVOKED);
        assert_int_equal(w.sum.revocation_recalled, run > 0);
        assert_int_equal(w.sum.fetches, run == 0);
        sweep_release(&w);
    }
    assert_int_equal(atomic_load(&responder->connections), 1);
    assert_int_equal(shelf.count, 1);
    assert_false(shelf.kept[0].list);
    assert_true(shelf.kept[0].this_update <= shelf.kept[0].fetched);
    assert_true(shelf.kept[0].next_update > shelf.kept[0].fetched);
    /* Bytes that are not what they were: as if nothing had been kept. */
    ((char *)(uintptr_t)shelf.kept[0].bytes.p)[60] ^= 1;
    struct sweep w = sweep_with(&memory, url);
    assert_int_equal(w.seen.items[0].verdict[VERDICT_TRUST], TRUST_REVOKED);
    assert_int_equal(w.sum.fetches, 1);
    sweep_release(&w);
    assert_int_equal(shelf.count, 2);
    shelf.until = 0;
    w = sweep_with(&memory, url);
    assert_int_equal(w.sum.fetches, 1);
    sweep_release(&w);
}

static void revoked(void **state)
{
    (void)state;
    struct server *responder = SERVE(.act = ACT_OCSP);
    struct made leaf = leaf_with(responder->port, 0);
    set_answer(responder, MAKE_OCSP(.leaf = &leaf, .issuer = authority(), .status = V_OCSP_CERTSTATUS_REVOKED));
    struct sweep w = sweep_of(url_at("https", serve_leaf(&leaf)->port, "/"), 1);
    assert_int_equal(w.seen.items[0].verdict[VERDICT_TRUST], TRUST_REVOKED);
    assert_int_equal(w.seen.items[0].verdict[VERDICT_CONNECTION], CONNECTION_OK);
    assert_true(w.seen.items[0].revoked_on >= day_from_civil(2026, 11, 10));
    sweep_release(&w);
}

static void the_list_when_the_responder_fails(void **state)
{
    (void)state;
    struct server *list = SERVE(.act = ACT_OCSP);
    struct made leaf = leaf_with(port_of_nobody(), list->port), other = leaf_with(port_of_nobody(), list->port);
    set_answer(list, MAKE_CRL(.issuer = authority(), .revoked = {&other}, .reason = -1));
    const char *urls[] = {url_at("https", serve_leaf(&leaf)->port, "/"),
                          url_at("https", serve_leaf(&other)->port, "/")};
    struct sweep w = sweep_new();
    assert_true(sweep_run(&w, urls, 2, 1));
    assert_int_equal(sweep_only(&w, 0)->verdict[VERDICT_TRUST], TRUST_OK);
    assert_string_equal(sweep_only(&w, 0)->source, "crl");
    assert_int_equal(sweep_only(&w, 1)->verdict[VERDICT_TRUST], TRUST_REVOKED);
    assert_int_equal(atomic_load(&list->connections), 1); /* one list for both */
    sweep_release(&w);
}

static void unknown_is_not_bad(void **state)
{
    (void)state;
    struct server *garbage = SERVE(.act = ACT_OCSP, .ocsp = str_of("garbage"));
    struct server *error = SERVE(.act = ACT_ANSWER, .answer = "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n");
    int ports[] = {garbage->port, error->port, port_of_nobody()};
    for (size_t i = 0; i < COUNT(ports); i++) {
        struct made leaf = leaf_with(ports[i], 0);
        struct sweep w = sweep_of(url_at("https", serve_leaf(&leaf)->port, "/"), 1);
        assert_int_equal(w.seen.items[0].verdict[VERDICT_TRUST], TRUST_REVOCATION_UNKNOWN);
        assert_int_equal(verdict_class(w.seen.items[0].verdict[VERDICT_TRUST]), VERDICT_NOTICE);
        assert_int_equal(w.seen.items[0].revocation, PROBE_REVOCATION_UNKNOWN);
        sweep_release(&w);
    }
}

/* Thirteen certificates of an authority whose responder hangs: it is asked a few times, and the sweep ends. */
static void a_silent_responder(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT);
    struct made leaves[13];
    const char *urls[COUNT(leaves)];
    for (size_t i = 0; i < COUNT(leaves); i++) {
        leaves[i] = leaf_with(silent->port, 0);
        urls[i] = url_at("https", serve_leaf(&leaves[i])->port, "/");
    }
    struct sweep w = sweep_new();
    w.s.per_host = 3;
    w.s.http_ms = 1000;
    assert_true(sweep_run(&w, urls, COUNT(urls), 1));
    assert_int_equal(w.good, COUNT(urls));
    for (size_t i = 0; i < w.seen.count; i++)
        assert_int_equal(w.seen.items[i].verdict[VERDICT_TRUST], TRUST_REVOCATION_UNKNOWN);
    assert_in_range(atomic_load(&silent->connections), 1, 4);
    assert_in_range(w.wall_us, 1000 * MS, 4000 * MS); /* not 13/3 times as long */
    sweep_release(&w);
}

static void given_up(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT);
    struct made leaf = leaf_with(silent->port, 0);
    struct sweep w = sweep_new();
    const char *url = url_at("https", serve_leaf(&leaf)->port, "/");
    w.s.revocation_ms = 500;
    assert_true(sweep_run(&w, &url, 1, 3));
    assert_int_equal(w.count, 3);
    assert_in_range(w.wall_us, 500 * MS, 15000 * MS);
    sweep_release(&w);
}

static void not_when_switched_off(void **state)
{
    (void)state;
    struct server *responder = SERVE(.act = ACT_OCSP, .ocsp = str_of("x"));
    struct made leaf = leaf_with(responder->port, 0);
    struct sweep w = sweep_new();
    const char *url = url_at("https", serve_leaf(&leaf)->port, "/");
    w.s.revocation = false;
    assert_true(sweep_run(&w, &url, 1, 1));
    assert_int_equal(sweep_only(&w, 0)->verdict[VERDICT_TRUST], TRUST_OK);
    assert_int_equal(atomic_load(&responder->connections), 0);
    sweep_release(&w);
}

/* A certificate may name an internal address as its responder: nobody is asked there. */
static void guarded(void **state)
{
    (void)state;
    struct made leaf = MAKE(.cn = "leaf", .issuer = authority(),
                            .extensions = MAKER_LEAF "subjectAltName=IP:127.0.0.1\n"
                                                     "authorityInfoAccess=OCSP;URI:http://10.0.0.1/ocsp\n");
    struct sweep w = sweep_of(url_at("https", serve_leaf(&leaf)->port, "/"), 1);
    assert_int_equal(w.seen.items[0].verdict[VERDICT_TRUST], TRUST_REVOCATION_UNKNOWN);
    assert_int_equal(w.sum.connections, 1);
    sweep_release(&w);
}

static void stopped_while_it_asks(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT), *plain = SERVE(.act = ACT_ANSWER, .delay_ms = 300);
    struct made leaf = leaf_with(silent->port, 0);
    const char *urls[] = {url_at("https", serve_leaf(&leaf)->port, "/"), url_at("http", plain->port, "/")};
    struct sweep w = sweep_new();
    w.stop_after = 1;
    assert_true(sweep_run(&w, urls, 2, 1));
    assert_int_equal(sweep_only(&w, 0)->verdict[VERDICT_CONNECTION], CONNECTION_INTERRUPTED);
    assert_int_equal(sweep_only(&w, 1)->verdict[VERDICT_CONNECTION], CONNECTION_OK);
    sweep_release(&w);
}

/* A leaf without its intermediate, which says where that is: asked once, and told from an authority that nobody knows.
 */
static void missing_issuer(void **state)
{
    (void)state;
    struct arena *a = maker_arena();
    struct server *files = SERVE(.act = ACT_OCSP), *foreign_files = SERVE(.act = ACT_OCSP);
    struct made middle = MAKE(.cn = "Middle", .issuer = authority(), .extensions = MAKER_CA);
    struct made stranger = MAKE(.cn = "Stranger", .extensions = MAKER_CA);
    struct made strange_middle = MAKE(.cn = "Strange middle", .issuer = &stranger, .extensions = MAKER_CA);
    set_answer(files, middle.der);
    set_answer(foreign_files, strange_middle.der);
    const char *line =
        MAKER_LEAF "subjectAltName=IP:127.0.0.1\nauthorityInfoAccess=caIssuers;URI:http://127.0.0.1:%d/ca.cer\n";
    struct made leaf = MAKE(.cn = "leaf", .issuer = &middle, .extensions = arena_printf(a, line, files->port));
    struct made odd =
        MAKE(.cn = "odd", .issuer = &strange_middle, .extensions = arena_printf(a, line, foreign_files->port));
    struct made lost = MAKE(.cn = "lost", .issuer = &stranger, .extensions = arena_printf(a, line, port_of_nobody()));
    const struct made *all[] = {&leaf, &leaf, &odd, &lost};
    const char *urls[COUNT(all)];
    for (size_t i = 0; i < COUNT(all); i++)
        urls[i] = url_at("https", SERVE(.act = ACT_ANSWER, .leaf = all[i])->port, "/");
    struct sweep w = sweep_new();
    assert_true(sweep_run(&w, urls, COUNT(urls), 1));
    assert_int_equal(sweep_only(&w, 0)->verdict[VERDICT_TRUST], TRUST_INCOMPLETE);
    assert_int_equal(sweep_only(&w, 1)->verdict[VERDICT_TRUST], TRUST_INCOMPLETE);
    assert_int_equal(sweep_only(&w, 2)->verdict[VERDICT_TRUST], TRUST_UNKNOWN_CA);
    assert_int_equal(sweep_only(&w, 3)->verdict[VERDICT_TRUST], TRUST_INCOMPLETE); /* presumed, as nobody told */
    assert_int_equal(w.good, COUNT(urls));
    assert_int_equal(atomic_load(&files->connections), 1);
    assert_int_equal(atomic_load(&foreign_files->connections), 1);
    sweep_release(&w);
}

static void stopped_while_it_fetches_an_issuer(void **state)
{
    (void)state;
    struct server *silent = SERVE(.act = ACT_SILENT), *plain = SERVE(.act = ACT_ANSWER, .delay_ms = 300);
    struct made leaf =
        MAKE(.cn = "leaf", .issuer = authority(),
             .extensions = arena_printf(
                 maker_arena(), MAKER_LEAF "authorityInfoAccess=caIssuers;URI:http://127.0.0.1:%d/\n", silent->port));
    struct made other = MAKE(.cn = "Another authority", .extensions = MAKER_CA);
    const char *anchors[] = {maker_file("other.pem", maker_pem(&(const struct made *){&other}, 1)), NULL};
    const char *urls[] = {url_at("https", SERVE(.act = ACT_ANSWER, .leaf = &leaf)->port, "/"),
                          url_at("http", plain->port, "/")};
    struct sweep w = sweep_new();
    w.anchors = anchors;
    w.stop_after = 1;
    assert_true(sweep_run(&w, urls, 2, 1));
    assert_int_equal(w.count, 2);
    assert_in_range(w.wall_us, 0, 15000 * MS);
    sweep_release(&w);
}

#define TEST(f) cmocka_unit_test_teardown(f, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(good_once),
        TEST(kept_from_run_to_run),
        TEST(revoked),
        TEST(the_list_when_the_responder_fails),
        TEST(unknown_is_not_bad),
        TEST(a_silent_responder),
        TEST(given_up),
        TEST(not_when_switched_off),
        TEST(guarded),
        TEST(stopped_while_it_asks),
        TEST(missing_issuer),
        TEST(stopped_while_it_fetches_an_issuer),
    };
    return cmocka_run_group_tests(tests, NULL, end_all);
}
