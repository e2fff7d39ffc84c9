/* Two whole tables of everything that can come together at the gateway, each row judged by the code and by an oracle
 * that is written from the reference, as a list of reasons in their order, and knows nothing of the code. */
#include "core/gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/limits.h"

#define NOW ((instant_t)1795000000 * INSTANT_PER_SECOND)
#define HOUR (3600 * INSTANT_PER_SECOND)
#define OWN "0805690004"
#define OTHER "0817130003"
#define CONSORTIUM "9821920002"
#define OWN_NIF "P0800001A"
#define OTHER_NIF "P0800002B"

/* Certificates: who has them authorised, and what is special. */
enum cert { C_NONE, C_OWN, C_ENDED, C_COMING, C_PAPER, C_WRONG, C_SHA1, C_OTHER, C_STRANGER, C_RENEWED, C_COUNT };
static const char *const prints[] = {"", "a0", "a1", "a2", "a3", "a4", "a5", "b0", "c0", "c1"};
static const char *const nifs[] = {"",        OWN_NIF, OWN_NIF,   OWN_NIF,     OTHER_NIF,
                                   OTHER_NIF, OWN_NIF, OTHER_NIF, "B99000016", OWN_NIF};

static const struct gateway_certificate own_certificates[] = {
    {1, "a0", "", OWN_NIF, 0, 0, false, "", INSTANT_NONE, INSTANT_NONE},
    {2, "a1", "", OWN_NIF, 0, 0, false, "", NOW - 2 * HOUR, NOW},
    {3, "a2", "", OWN_NIF, 0, 0, false, "", NOW + 1, INSTANT_NONE},
    {4, "a3", "", OTHER_NIF, 0, 0, false, "conveni de 2026", NOW, NOW + 1},
    {5, "a4", "", OTHER_NIF, 0, 0, false, "", INSTANT_NONE, INSTANT_NONE},
    {6, "a5", "", OWN_NIF, 0, 0, true, "", INSTANT_NONE, INSTANT_NONE},
};
static const struct gateway_certificate other_certificates[] = {
    {7, "b0", "", OTHER_NIF, 0, 0, false, "", INSTANT_NONE, INSTANT_NONE}};
static const struct gateway_grant own_grants[] = {
    {1, "HESTIA", "", "PROVES", INSTANT_NONE, INSTANT_NONE},
    {2, "PADRO", "RESIDENT", "PROVES", NOW, INSTANT_NONE},
    {3, "ENOTUM", "", "PROVES", INSTANT_NONE, NOW},
};
static const struct gateway_grant other_grants[] = {{4, "HESTIA", "", "PROVES", INSTANT_NONE, INSTANT_NONE}};
static struct gateway_range own_ranges[2], other_ranges[1];

static struct cidr range_of(const char *text)
{
    struct cidr r;
    struct err e = {0};
    assert_true(cidr_parse(str_of(text), &r, &e));
    return r;
}

static const unsigned char *address_of(const char *text)
{
    static unsigned char bytes[4][16];
    static int next;
    unsigned char *b = bytes[next++ % 4];
    assert_true(address_bytes_parse(str_of(text), b));
    return b;
}

static int set_up(void **state)
{
    (void)state;
    own_ranges[0] = (struct gateway_range){1, range_of("198.51.100.0/24"), "", INSTANT_NONE, INSTANT_NONE};
    own_ranges[1] = (struct gateway_range){2, range_of("192.0.2.0/24"), "", INSTANT_NONE, NOW}; /* has ended */
    other_ranges[0] = (struct gateway_range){3, range_of("203.0.113.7"), "", INSTANT_NONE, INSTANT_NONE};
    return 0;
}

enum own { O_NONE, O_OWN, O_NINE, O_OTHER, O_CONSORTIUM, O_STRANGER, O_COUNT };
static const char *const owns[] = {"", OWN, "805690004", OTHER, CONSORTIUM, "1234567890"};
enum address { A_NONE, A_OWN, A_OTHER, A_ENDED, A_NOWHERE, A_COUNT };
static const char *const addresses[] = {"", "198.51.100.9", "203.0.113.7", "192.0.2.1", "8.8.8.8"};
enum dates { D_GOOD, D_EXPIRED, D_EARLY, D_UNREADABLE, D_COUNT };

/* One row of the table. */
struct row {
    int signer, tls, dates, own, address, product, code, purpose, item_code, item_purpose, requester;
    bool sha1, active, asks, large, read, understood, repeated, replayed, known, front;
    int remark;
};
static const char *const products[] = {"HESTIA", "PADRO", "ENOTUM", "OVER", ""};
static const char *const codes[] = {"RESIDENT", "HESTIA_CITES", ""};
static const char *const purposes[] = {"PROVES", "REGISTRE", "", "proves"};
static const char *const requesters[] = {CONSORTIUM, OWN, ""};

/* X: code, step, grade, answer, payload, what it comes to */
static const struct {
    struct gateway_remark remark;
    enum gateway_outcome outcome; /* ANSWERED: it refuses nothing */
} remarks[] = {
    {{"date-shape", GATEWAY_STEP_RULE, GATEWAY_STATE_WARNING, 0, 1, "/", false}, GATEWAY_ANSWERED},
    {{"xml-malformed", GATEWAY_STEP_XML, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_XML},
    {{"body-missing", GATEWAY_STEP_ENVELOPE, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_ENVELOPE},
    {{"digest-wrong", GATEWAY_STEP_SECURITY, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_SIGNATURE},
    {{"wss-missing", GATEWAY_STEP_SECURITY, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_NO_CERTIFICATE},
    {{"certificate-weak", GATEWAY_STEP_CERTIFICATE, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_CERTIFICATE},
    {{"certificate-other", GATEWAY_STEP_CERTIFICATE, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_ANSWERED},
    {{"element-case", GATEWAY_STEP_SCHEMA, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_SCHEMA},
    {{"value-type", GATEWAY_STEP_SCHEMA, GATEWAY_STATE_REFUSED, -1, 1, "/", true}, GATEWAY_ANSWERED},
    {{"value-type", GATEWAY_STEP_SCHEMA, GATEWAY_STATE_REFUSED, 0, 1, "/", true}, GATEWAY_PAYLOAD},
    {{"element-missing", GATEWAY_STEP_SCHEMA, GATEWAY_STATE_REFUSED, -1, 1, "/", true}, GATEWAY_ANSWERED},
    {{"element-missing", GATEWAY_STEP_SCHEMA, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_SCHEMA},
    {{"element-case", GATEWAY_STEP_SCHEMA, GATEWAY_STATE_REFUSED, 0, 1, "/", true}, GATEWAY_PAYLOAD},
    {{"authorisation-missing", GATEWAY_STEP_RULE, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_OWN_MISSING},
    {{"count", GATEWAY_STEP_RULE, GATEWAY_STATE_REFUSED, 0, 1, "/", false}, GATEWAY_COUNT},
    {{"dates-apart", GATEWAY_STEP_RULE, GATEWAY_STATE_REFUSED, -3, 1, "/", true}, GATEWAY_ANSWERED},
    {{"procedure", GATEWAY_STEP_RULE, GATEWAY_STATE_GOOD, 0, 1, "/", false}, GATEWAY_ANSWERED},
};
#define REMARKS ((int)(sizeof remarks / sizeof *remarks))

/* ------------------------------------------------------------------ the oracle */

static bool is_own(int cert)
{
    return cert >= C_OWN && cert <= C_SHA1;
}

static bool is_known(int cert)
{
    return is_own(cert) || cert == C_OTHER;
}

/* 1 own, 2 other, 0 nobody: whom the request is judged as. */
static int who(const struct row *r)
{
    int shown = r->signer != C_NONE ? r->signer : r->tls;
    if (r->own == O_OWN || r->own == O_NINE)
        return 1;
    if (r->own == O_OTHER)
        return 2;
    if (r->own == O_NONE && !r->asks)
        return is_own(shown) ? 1 : shown == C_OTHER ? 2 : 0;
    return 0;
}

static enum gateway_outcome grants(const struct row *r, const char *code, const char *purpose)
{
    bool left_out = !r->asks && purpose[0] == '\0';
    bool proves = strcmp(purpose, "PROVES") == 0 || left_out;
    int product = r->product;
    if (product > 2 || (who(r) == 2 && product != 0))
        return GATEWAY_NO_PRODUCT;
    if (code[0] == '\0' || (product == 1 && strcmp(code, "RESIDENT") != 0))
        return GATEWAY_NO_MODALITY;
    if (!proves)
        return GATEWAY_NO_PURPOSE;
    return product == 2 ? GATEWAY_OUT_OF_TIME : GATEWAY_ANSWERED;
}

static enum gateway_outcome at_certificate(const struct row *r)
{
    int shown = r->signer != C_NONE ? r->signer : r->tls, w = who(r);
    bool both = r->signer != C_NONE && r->tls != C_NONE;
    if (r->dates == D_UNREADABLE)
        return GATEWAY_CERTIFICATE;
    if (r->dates == D_EXPIRED)
        return GATEWAY_EXPIRED;
    if (r->dates == D_EARLY)
        return GATEWAY_NOT_YET;
    if (r->own == O_NONE && is_known(shown) && w == 0)
        return GATEWAY_ANSWERED;
    bool fits = (w == 1 && is_own(shown)) || (w == 2 && shown == C_OTHER);
    if (!fits) {
        if (w != 0 && strcmp(nifs[shown], w == 1 ? OWN_NIF : OTHER_NIF) == 0)
            return GATEWAY_RENEWED;
        return is_known(shown) ? GATEWAY_OTHER_BODY : GATEWAY_UNKNOWN;
    }
    if (shown == C_ENDED || shown == C_COMING)
        return GATEWAY_ENDED;
    if (shown == C_WRONG)
        return GATEWAY_OTHER_NIF;
    if (both && r->tls != r->signer) {
        bool same = w == 1 ? is_own(r->tls) || strcmp(nifs[r->tls], OWN_NIF) == 0
                           : r->tls == C_OTHER || strcmp(nifs[r->tls], OTHER_NIF) == 0;
        if (!same)
            return GATEWAY_TWO;
    }
    return GATEWAY_ANSWERED;
}

static enum gateway_outcome expected(const struct row *r)
{
    const struct gateway_remark *m = &remarks[r->remark].remark;
    enum gateway_outcome said = remarks[r->remark].outcome;
    int shown = r->signer != C_NONE ? r->signer : r->tls, w = who(r);
    bool unsigned_ok = strcmp(m->code, "wss-missing") == 0 && r->tls != C_NONE;
    if (unsigned_ok)
        said = GATEWAY_ANSWERED;
    enum gateway_step at = said == GATEWAY_ANSWERED ? GATEWAY_STEP_COUNT : gateway_outcome_info(said)->step;
    if (r->address == A_NOWHERE || r->address == A_ENDED)
        return GATEWAY_ADDRESS;
    if (r->large)
        return GATEWAY_SIZE;
    if (at == GATEWAY_STEP_XML || !r->read)
        return GATEWAY_XML;
    if (at == GATEWAY_STEP_ENVELOPE || !r->understood)
        return GATEWAY_ENVELOPE;
    if (at == GATEWAY_STEP_SECURITY)
        return said;
    if (shown == C_NONE)
        return GATEWAY_NO_CERTIFICATE;
    if (r->sha1 && !(r->signer == C_SHA1 && w == 1))
        return GATEWAY_SHA1;
    if (at == GATEWAY_STEP_CERTIFICATE)
        return said;
    enum gateway_outcome o = at_certificate(r);
    if (o != GATEWAY_ANSWERED)
        return o;
    if (at == GATEWAY_STEP_SCHEMA)
        return said;
    if (at == GATEWAY_STEP_BODY || (w == 0 && r->own == O_NONE))
        return GATEWAY_OWN_MISSING;
    if (w == 0)
        return GATEWAY_OWN_UNKNOWN;
    if (w == 1 && !r->active)
        return GATEWAY_INACTIVE;
    if ((w == 1 && r->address == A_OTHER) || (w == 2 && r->address == A_OWN))
        return GATEWAY_OTHER_ADDRESS;
    o = grants(r, codes[r->code], purposes[r->purpose]);
    if (o != GATEWAY_ANSWERED)
        return o;
    const char *purpose = purposes[r->item_purpose][0] == '\0' ? purposes[r->purpose] : purposes[r->item_purpose];
    bool differs = r->item_code != r->code || (r->item_purpose != 2 && r->item_purpose != r->purpose);
    o = differs ? grants(r, codes[r->item_code], purpose) : GATEWAY_ANSWERED;
    if (o != GATEWAY_ANSWERED)
        return o;
    if (at == GATEWAY_STEP_RULE)
        return said;
    if (r->asks && r->requester != 0)
        return GATEWAY_REQUESTER;
    if (r->asks && differs)
        return GATEWAY_DIFFERS;
    if (r->replayed)
        return GATEWAY_REPLAYED;
    if (r->repeated && r->asks)
        return GATEWAY_REPEATED;
    if (at == GATEWAY_STEP_MODALITY)
        return said;
    if (!r->known)
        return GATEWAY_MODALITY;
    return r->asks && !r->front ? GATEWAY_FRONT : GATEWAY_ANSWERED;
}

/* ------------------------------------------------------------------ the row as facts */

static struct gateway_shown shown_of(int cert, int dates)
{
    struct gateway_shown s = {prints[cert], nifs[cert], "CN=x", NOW - HOUR, NOW + HOUR};
    if (dates == D_EXPIRED)
        s.not_after = NOW - 1;
    else if (dates == D_EARLY)
        s.not_before = NOW + 1;
    else if (dates == D_UNREADABLE)
        s.not_after = INSTANT_NONE;
    return s;
}

static enum gateway_outcome judged(const struct row *r, struct gateway_judgement *j)
{
    const struct gateway_integrator bodies[] = {
        {1, 0, OWN, "Own", OWN_NIF, r->active, own_certificates, own_ranges, own_grants, 6, 2, 3},
        {2, 0, OTHER, "Other", OTHER_NIF, true, other_certificates, other_ranges, other_grants, 1, 1, 1},
    };
    const struct gateway_permissions p = {bodies, 2};
    const struct gateway_item item = {codes[r->item_code], requesters[r->requester], purposes[r->item_purpose]};
    const struct gateway_facts f = {
        .now = NOW,
        .address = r->address == A_NONE ? NULL : address_of(addresses[r->address]),
        .too_large = r->large,
        .read = r->read,
        .understood = r->understood,
        .kind = r->asks ? GATEWAY_PETICION : GATEWAY_SOLICITUD,
        .signer = shown_of(r->signer, r->dates),
        .tls = shown_of(r->tls, r->dates),
        .sha1 = r->sha1,
        .remarks = &remarks[r->remark].remark,
        .remark_count = 1,
        .own = owns[r->own],
        .product = products[r->product],
        .code = codes[r->code],
        .purpose = purposes[r->purpose],
        .items = &item,
        .item_count = 1,
        .consortium = CONSORTIUM,
        .modality_known = r->known,
        .front_known = r->front,
        .repeated = r->repeated,
        .replayed = r->replayed,
    };
    gateway_judge(&p, &f, j);
    return j->outcome;
}

static void check(const struct row *r)
{
    struct gateway_judgement j;
    enum gateway_outcome got = judged(r, &j), must = expected(r);
    if (got != must)
        fail_msg(
            "signer %d tls %d dates %d own %d address %d product %d code %d/%d purpose %d/%d requester %d sha1 %d "
            "active %d asks %d large %d read %d understood %d repeated %d replayed %d known %d front %d remark %s: "
            "%s, not %s",
            r->signer, r->tls, r->dates, r->own, r->address, r->product, r->code, r->item_code, r->purpose,
            r->item_purpose, r->requester, r->sha1, r->active, r->asks, r->large, r->read, r->understood, r->repeated,
            r->replayed, r->known, r->front, remarks[r->remark].remark.code, gateway_outcome_info(got)->code,
            gateway_outcome_info(must)->code);
    assert_int_equal(j.proceed, must == GATEWAY_ANSWERED);
    if (!j.proceed) {
        enum gateway_step s = gateway_outcome_info(got)->step;
        assert_int_equal(j.steps[s].state, GATEWAY_STATE_REFUSED);
        for (int before = 0; before < (int)s; before++)
            assert_int_not_equal(j.steps[before].state, GATEWAY_STATE_REFUSED);
    }
}

#define EACH(field, count) for (r.field = 0; r.field < (count); r.field++)
#define BOTH(field) for (int field##_ = 0; field##_ < 2 && ((r.field = field##_ != 0), true); field##_++)

/* Who asks, with what, from where, for what. */
static void who_may_do_what(void **state)
{
    (void)state;
    size_t rows = 0;
    struct row r = {.read = true, .understood = true, .known = true, .front = true};
    EACH(signer, C_COUNT)
    EACH(tls, C_COUNT)
    EACH(dates, D_COUNT)
    EACH(own, O_COUNT)
    EACH(address, A_COUNT)
    EACH(product, 5)
    EACH(purpose, 4)
    BOTH(sha1)
    BOTH(active)
    BOTH(asks)
    {
        if (r.sha1 && r.signer == C_NONE)
            continue; /* it is the signature's */
        r.item_purpose = r.purpose;
        r.code = r.item_code = (int)(rows % 3); /* what a modality changes is tried whole below */
        check(&r);
        rows++;
    }
    print_message("%zu rows\n", rows);
}

/* What the message says, by whomever. */
static void what_it_says(void **state)
{
    (void)state;
    static const int certs[] = {C_NONE, C_OWN, C_OTHER};
    size_t rows = 0;
    struct row r = {.active = true};
    for (size_t c = 0; c < 3; c++)
        EACH(remark, REMARKS)
    EACH(product, 4)
    EACH(code, 3)
    EACH(item_code, 3)
    EACH(purpose, 3)
    EACH(item_purpose, 3)
    EACH(requester, 3)
    for (int bits = 0; bits < 256; bits++) {
        if ((bits & 6) != 0 && r.remark > 2)
            continue; /* what cannot be read hides all the rest: three remarks suffice for that */
        r.signer = certs[c];
        r.tls = C_NONE;
        r.own = O_NINE;
        r.asks = (bits & 1) != 0;
        r.large = (bits & 6) == 6 && (bits & 1) != 0;
        r.read = (bits & 2) == 0;
        r.understood = (bits & 4) == 0 && r.read;
        r.repeated = (bits & 8) != 0;
        r.replayed = (bits & 16) != 0;
        r.known = (bits & 32) == 0;
        r.front = (bits & 64) == 0;
        check(&r);
        rows++;
    }
    print_message("%zu rows\n", rows);
}

static void nobody_without_permissions(void **state)
{
    (void)state;
    const struct gateway_permissions none = {0};
    struct gateway_judgement j;
    const struct gateway_facts f = {.now = NOW,
                                    .read = true,
                                    .understood = true,
                                    .own = "",
                                    .product = "",
                                    .code = "",
                                    .purpose = "",
                                    .consortium = "",
                                    .signer = shown_of(C_OWN, D_GOOD),
                                    .tls = shown_of(C_NONE, D_GOOD),
                                    .address = address_of("8.8.8.8")};
    gateway_judge(&none, &f, &j);
    assert_int_equal(j.outcome, GATEWAY_UNKNOWN); /* the address lets everybody in to read why */
    assert_false(j.proceed);
    assert_null(gateway_integrator_of(&none, OWN));
    assert_null(gateway_integrator_of(&none, ""));
    assert_null(gateway_integrator_of(&none, "12345678901234567890"));
}

/* Empty texts never fit one another. */
static void nothing_is_no_permission(void **state)
{
    (void)state;
    const struct gateway_certificate c = {1, "", "", "", 0, 0, true, "", INSTANT_NONE, INSTANT_NONE};
    const struct gateway_grant t = {1, "", "", "", INSTANT_NONE, INSTANT_NONE};
    const struct gateway_integrator b = {1, 0, "", "", "", true, &c, NULL, &t, 1, 0, 1};
    const struct gateway_permissions p = {&b, 1};
    struct gateway_judgement j;
    struct gateway_facts f = {.now = NOW,
                              .read = true,
                              .understood = true,
                              .own = "",
                              .product = "",
                              .code = "",
                              .purpose = "",
                              .consortium = "",
                              .signer = shown_of(C_NONE, D_GOOD),
                              .tls = shown_of(C_NONE, D_GOOD),
                              .kind = GATEWAY_SOLICITUD};
    gateway_judge(&p, &f, &j);
    assert_int_equal(j.outcome, GATEWAY_NO_CERTIFICATE);
    assert_int_equal(j.steps[GATEWAY_STEP_BODY].outcome, GATEWAY_OWN_MISSING);
    f.signer = shown_of(C_OWN, D_GOOD);
    gateway_judge(&p, &f, &j);
    assert_int_equal(j.outcome, GATEWAY_UNKNOWN);
}

static void tables_hold_together(void **state)
{
    (void)state;
    for (int o = 0; o < GATEWAY_OUTCOME_COUNT; o++) {
        const struct gateway_outcome_info *i = gateway_outcome_info((enum gateway_outcome)o);
        enum gateway_outcome back;
        assert_true(gateway_outcome_parse(str_of(i->code), &back) && (int)back == o);
        assert_true(i->number[0] != '\0' && i->sentence[0] != '\0' && i->advice[0] != '\0');
        assert_int_equal(i->way == GATEWAY_WAY_HTTP, i->step == GATEWAY_STEP_NETWORK);
        if (i->way == GATEWAY_WAY_STATE) /* the platform's own codes only */
            assert_true(strlen(i->number) == 4 && i->number[0] == '0');
    }
    for (int s = 0; s < GATEWAY_STEP_COUNT; s++) {
        enum gateway_step back;
        assert_true(gateway_step_parse(str_of(gateway_step_code((enum gateway_step)s)), &back) && (int)back == s);
    }
    for (int a = 0; a < GATEWAY_ASYNC_COUNT; a++)
        for (int b = 0; b < GATEWAY_ASYNC_COUNT; b++)
            assert_int_equal(gateway_async_may((enum gateway_async_state)a, (enum gateway_async_state)b),
                             a < GATEWAY_ASYNC_DONE && b > a);
}

static void literals_are_filled(void **state)
{
    (void)state;
    struct arena a = {0};
    struct gateway_facts f = {
        .own = "805690004", .signer = shown_of(C_STRANGER, D_GOOD), .tls = shown_of(C_NONE, D_GOOD)};
    f.signer.subject = "CN={reason},O=x";
    assert_string_equal(gateway_literal(&a, GATEWAY_UNKNOWN, &f, "", "no"),
                        "Error en el procés d'autorització. Organismes [805690004] no autenticats ni amb el CIF "
                        "(B99000016) ni amb el certificat (CN={reason},O=x) presentats.");
    assert_string_equal(gateway_literal(&a, GATEWAY_REPEATED, &f, "id-1", ""), "Transmissió ja enregistrada: 'id-1'.");
    assert_string_equal(gateway_literal(&a, GATEWAY_SIGNATURE, &f, "", ""),
                        "Error en el procés d'autenticació. WS-Security >");
    arena_release(&a);
}

/* text → what is kept of it */
static void texts_are_masked(void **state)
{
    (void)state;
    static const char *const holder[] = {"AAA123456", "Núria"};
    static const char *const cases[][2] = {
        {"HESTIA_CITES-0805690004-20261120T090000-1", "HESTIA_CITES-0805690004-20261120T090000-1"},
        {"CITES12345678Z", "CITES*********"},
        {"CITES-12345678z-1", "CITES-*********-1"},
        {"88888888R", "*********"}, /* a wrong letter is a person's too */
        {"0012345678Z", "00*********"},
        {"x1234567l/Y7654321G", "*********/*********"},
        {"20269999T", "*********"},
        {"12345678", "12345678"},
        {"aaa123456-AAA123456", "*********-*********"},
        {"cerca de NÚRIA, Núria", "cerca de NÚRIA, ******"},
        {"", ""},
        {"a\nb\tc", "a\xef\xbf\xbd"
                    "b\xef\xbf\xbd"
                    "c"},
    };
    struct arena a = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (strchr(cases[i][0], '\n') == NULL)
            assert_string_equal(gateway_text_kept(&a, str_of(cases[i][0]), holder, 2, 100), cases[i][1]);
    const char *line = gateway_text_kept(&a, str_of("a\nb\x1b[31m"), NULL, 0, 100);
    assert_null(strpbrk(line, "\n\x1b"));
    assert_string_equal(gateway_text_kept(&a, str_of("àààà"), NULL, 0, 3), "à");
    assert_string_equal(gateway_citizen_key(&a, str_of(" 12.345.678-z ")), "12345678Z");
    assert_string_equal(gateway_citizen_key(&a, str_of("-- ")), "");
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_may_do_what),
        cmocka_unit_test(what_it_says),
        cmocka_unit_test(nobody_without_permissions),
        cmocka_unit_test(nothing_is_no_permission),
        cmocka_unit_test(tables_hold_together),
        cmocka_unit_test(literals_are_filled),
        cmocka_unit_test(texts_are_masked),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
