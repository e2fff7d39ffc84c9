/* Cases, thresholds, stages, corrections and evidence as the record keeps them, on both databases: what is told once is
 * told once, what was known on a day is what is known of that day. */
#include "../store/fixture.h"
#include "record/body.h"
#include "record/import.h"
#include "record/renewal.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct store *store;
static struct profile profile;
static int64_t body_id;

static day_t at(const char *iso)
{
    day_t d = DAY_NONE;
    if (!day_parse_iso(str_of(iso), &d))
        fail_msg("the test itself has a wrong date: %s", iso);
    return d;
}

static struct by by_on(const char *iso)
{
    return (struct by){.who = "maria", .day = at(iso), .at = (instant_t)at(iso) * 86400 * INSTANT_PER_SECOND};
}

static void begin(struct tx *tx)
{
    struct err e = {0};
    must(tx_begin(store, TX_WRITE, tx, &e), &e);
}

static void commit(struct tx *tx)
{
    struct err e = {0};
    must(tx_commit(tx, &e), &e);
}

static int set_up(void **state)
{
    struct err e = {0};
    struct tx tx;
    struct by by = by_on("2026-09-01");
    int64_t import_id;
    int failed = fixture_setup(state);
    if (failed != 0)
        return failed;
    profile = (struct profile){.thresholds = {60, 30, 15, 10, 5}, .threshold_count = 5, .pair_gap_days = 30};
    must(store_open(fix.url, STORE_CREATE, &store, &e), &e);
    begin(&tx);
    must(import_add(&tx, &by, "registry", "r.csv", &import_id, &e), &e);
    must(sql_int(&tx, &body_id, NULL, &e,
                 "INSERT INTO body (key, source_id, description, province, municipality, platform, endpoint, cds, cda, "
                 "import_id, import_row) VALUES ('k', '1', 'Vic, Ajuntament de', '8', '298', 0, '', '2027-01-10', "
                 "'2027-01-20', $1, 2) RETURNING id",
                 "i", import_id),
         &e);
    commit(&tx);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_close(store);
    store = NULL;
    return 0;
}

static struct warning_case both(void)
{
    struct warning_case c = {.count = 2};
    c.certs[0] = (struct case_cert){.kind = CERT_CDA, .expires = at("2027-01-20")};
    c.certs[1] = (struct case_cert){.kind = CERT_CDS, .expires = at("2027-01-10")};
    return c;
}

/* The pair's case, and the ids of its renewals. */
static int64_t pair(struct tx *tx, int64_t ret[CERT_KINDS])
{
    struct err e = {0};
    struct by by = by_on("2026-11-10");
    struct warning_case c = both();
    int64_t id;
    must(case_ensure(tx, &by, body_id, &c, &id, &e), &e);
    must(renewal_find(tx, body_id, CERT_CDA, at("2027-01-20"), &ret[CERT_CDA], &e), &e);
    must(renewal_find(tx, body_id, CERT_CDS, at("2027-01-10"), &ret[CERT_CDS], &e), &e);
    return id;
}

static struct renewals load(struct tx *tx, const char *on)
{
    struct err e = {0};
    struct renewals list;
    must(renewals_load(tx, &fix.arena, 0, at(on), &list, &e), &e);
    return list;
}

static const struct renewal *one(struct tx *tx, const char *on, int64_t id)
{
    struct renewals list = load(tx, on);
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].id == id)
            return &list.items[i];
    }
    fail_msg("renewal %lld is not there", (long long)id);
    return NULL;
}

static void a_case_keeps_what_it_got(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct by by = by_on("2026-11-20");
    int64_t ids[CERT_KINDS], again;
    bool closed;
    begin(&tx);
    int64_t id = pair(&tx, ids);
    struct warning_case c = both();
    must(case_ensure(&tx, &by, body_id, &c, &again, &e), &e);
    assert_int_equal(again, id);
    must(case_ticket_set(&tx, &by, id, "ST-1", "uid", &e), &e);
    must(case_ticket_set(&tx, &by, id, "ST-1", "uid", &e), &e);
    must(case_subject_set(&tx, id, "PRO - CDA + CDS - [ST-1]", &e), &e);
    /* nobody joins a case whose subject says what it is about */
    struct warning_case other = {.id = id, .count = 1};
    other.certs[0] = (struct case_cert){.kind = CERT_CDS, .expires = at("2029-01-10")};
    must(case_ensure(&tx, &by, body_id, &other, &again, &e), &e);
    assert_int_equal(load(&tx, "2026-11-20").count, 2);
    must(case_close(&tx, &by, id, "fet", &closed, &e), &e);
    assert_true(closed);
    must(case_close(&tx, &by, id, "fet", &closed, &e), &e);
    assert_false(closed);
    struct renewals list = load(&tx, "2026-11-20");
    const struct case_record *k = renewals_case(&list, body_id, id);
    assert_string_equal(k->ticket, "ST-1");
    assert_string_equal(k->closing, "fet");
    assert_int_equal(k->closed, at("2026-11-20"));
    list = load(&tx, "2026-11-19"); /* the day before it was open */
    assert_int_equal(renewals_case(&list, body_id, id)->closed, DAY_NONE);
    must(case_reopen(&tx, id, &e), &e);
    must_fail(case_ticket_set(&tx, &by, id, "ST-2", "uid", &e), &e, ERR_STATE, "another ticket");
    tx_rollback(&tx);
}

static void a_threshold_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct by by = by_on("2026-11-20");
    int64_t ids[CERT_KINDS], count;
    begin(&tx);
    pair(&tx, ids);
    must(threshold_consume(&tx, &by, ids[CERT_CDS], 60, 7, "", &e), &e);
    must(threshold_consume(&tx, &by, ids[CERT_CDA], 60, 7, "", &e), &e);
    commit(&tx);
    begin(&tx); /* the second of two operators is told so */
    must_fail(threshold_consume(&tx, &by, ids[CERT_CDS], 60, 8, "", &e), &e, ERR_STATE, "60 days");
    tx_rollback(&tx);
    e = (struct err){0};
    begin(&tx);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->consumed, 60);
    assert_int_equal(one(&tx, "2026-11-19", ids[CERT_CDS])->consumed, INT32_MAX);
    must(threshold_consume(&tx, &by, ids[CERT_CDS], 15, 0, "llibre antic", &e), &e);
    /* what was told below 15 had been told above it */
    struct renewals list = load(&tx, "2026-11-20");
    const struct case_record *cases;
    assert_int_equal(renewals_of_body(&list, body_id, &cases), 1);
    struct warning_case c = renewals_known(&list, &profile, &cases[0]);
    assert_int_equal(c.certs[0].kind, CERT_CDA);
    assert_int_equal(c.certs[0].consumed, 1);
    assert_int_equal(c.certs[1].consumed, 7);
    /* a message that was cancelled before it left told nothing */
    must(thresholds_release(&tx, 7, &count, &e), &e);
    assert_int_equal(count, 2);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDA])->consumed, INT32_MAX);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->consumed, 15);
    must(threshold_consume(&tx, &by, ids[CERT_CDA], 60, 9, "", &e), &e);
    tx_rollback(&tx);
}

static void a_message_consumes_what_it_names(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct by by = by_on("2026-12-15");
    int64_t ids[CERT_KINDS];
    struct warning w;
    struct body b = {
        .id = body_id, .expires = {[CERT_CDS] = at("2027-01-10"), [CERT_CDA] = at("2027-01-20")}, .vanished = DAY_NONE};
    struct warning_case *cases;
    begin(&tx);
    pair(&tx, ids);
    struct renewals list = load(&tx, "2026-12-15");
    assert_int_equal(renewals_cases(&list, &profile, &fix.arena, &b, &cases), 1);
    assert_true(warning_next(&profile, &cases[0], at("2026-12-15"), at("2026-12-15"), &w));
    assert_int_equal(w.threshold, 30);
    must(thresholds_consume(&tx, &by, &profile, &cases[0], &w, 3, &e), &e);
    list = load(&tx, "2026-12-15");
    assert_int_equal(renewals_cases(&list, &profile, &fix.arena, &b, &cases), 1);
    assert_int_equal(cases[0].certs[0].consumed, 1); /* CDA: 36 days left */
    assert_int_equal(cases[0].certs[1].consumed, 3); /* CDS: 26 */
    struct consumed *rows;
    size_t count;
    must(consumed_load(&tx, &fix.arena, cases[0].id, &rows, &count, &e), &e);
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].threshold, 60);
    assert_int_equal(rows[0].message_id, 3);
    /* by somebody who had not seen that */
    struct warning_case stale = cases[0];
    stale.certs[0].consumed = stale.certs[1].consumed = 0;
    must_fail(thresholds_consume(&tx, &by, &profile, &stale, &w, 4, &e), &e, ERR_STATE, "somebody else");
    tx_rollback(&tx);
}

static void stages_of_a_day(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int64_t ids[CERT_KINDS], count;
    struct by monday = by_on("2026-11-16"), tuesday = by_on("2026-11-17"), friday = by_on("2026-11-20");
    begin(&tx);
    int64_t id = pair(&tx, ids);
    must(renewal_answer(&tx, &monday, body_id, CERT_CDS, at("2027-01-10"), "En marxa.", &e), &e);
    must(renewal_reach(&tx, &tuesday, ids[CERT_CDS], STAGE_RECEIVED, at("2026-11-17"), "", "", &e), &e);
    must(renewal_reach(&tx, &tuesday, ids[CERT_CDS], STAGE_RECEIVED, at("2026-11-17"), "", "", &e), &e);
    must(renewal_reach(&tx, &friday, ids[CERT_CDS], STAGE_CHECKED, at("2026-11-20"), "vist", RENEWAL_SEEN, &e), &e);
    struct stage_line *lines;
    size_t line_count;
    must(stages_load(&tx, &fix.arena, id, &lines, &line_count, &e), &e);
    assert_int_equal(line_count, 3);
    const struct renewal *r = one(&tx, "2026-11-16", ids[CERT_CDS]);
    assert_int_equal(r->answered, at("2026-11-16"));
    assert_string_equal(r->answer, "En marxa.");
    assert_int_equal(r->stage[STAGE_RECEIVED], DAY_NONE);
    r = one(&tx, "2026-11-20", ids[CERT_CDS]);
    assert_int_equal(r->stage[STAGE_RECEIVED], at("2026-11-17"));
    assert_false(r->confirmed);
    /* a person's word and what was seen are told apart, and taken back apart */
    must(renewal_reach(&tx, &friday, ids[CERT_CDS], STAGE_CHECKED, at("2026-11-20"), "paraula", "", &e), &e);
    assert_true(one(&tx, "2026-11-20", ids[CERT_CDS])->confirmed);
    must(renewal_unreach(&tx, &friday, ids[CERT_CDS], STAGE_CHECKED, RENEWAL_SEEN, "ja no", &count, &e), &e);
    assert_int_equal(count, 1);
    assert_true(one(&tx, "2026-11-20", ids[CERT_CDS])->confirmed);
    must(renewal_unreach(&tx, &friday, ids[CERT_CDS], STAGE_ANSWERED, NULL, "error", &count, &e), &e);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->answered, DAY_NONE);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDA])->answered, DAY_NONE);
    tx_rollback(&tx);
}

static void a_correction_and_its_undoing(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    int64_t ids[CERT_KINDS], fresh;
    struct by by = by_on("2026-11-18"), later = by_on("2026-11-20");
    begin(&tx);
    int64_t id = pair(&tx, ids);
    must(threshold_consume(&tx, &by, ids[CERT_CDS], 60, 5, "", &e), &e);
    /* the right date had begun a case of its own, of which nothing had come yet */
    struct warning_case c = {.count = 1};
    c.certs[0] = (struct case_cert){.kind = CERT_CDS, .expires = at("2027-01-19")};
    must(case_ensure(&tx, &by, body_id, &c, &fresh, &e), &e);
    assert_int_not_equal(fresh, id);
    must(renewal_correct(&tx, &by, ids[CERT_CDS], at("2027-01-19"), "tecla", &e), &e);
    const struct renewal *r = one(&tx, "2026-11-18", ids[CERT_CDS]);
    assert_int_equal(r->expires, at("2027-01-19"));
    assert_int_equal(r->former_count, 1);
    assert_int_equal(r->former[0], at("2027-01-10"));
    assert_int_equal(r->consumed, 60);
    assert_int_equal(one(&tx, "2026-11-17", ids[CERT_CDS])->expires, at("2027-01-10")); /* as it was believed then */
    struct renewals list = load(&tx, "2026-11-18");
    assert_int_equal(list.count, 2);
    assert_int_not_equal(renewals_case(&list, body_id, fresh)->closed, DAY_NONE);
    /* once more, then back step by step */
    must(renewal_correct(&tx, &later, ids[CERT_CDS], at("2027-02-19"), "tecla", &e), &e);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->former_count, 2);
    assert_int_equal(one(&tx, "2026-11-19", ids[CERT_CDS])->expires, at("2027-01-19"));
    must(renewal_uncorrect(&tx, &later, ids[CERT_CDS], "no", &e), &e);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->expires, at("2027-01-19"));
    must(renewal_uncorrect(&tx, &later, ids[CERT_CDS], "no", &e), &e);
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->expires, at("2027-01-10"));
    assert_int_equal(one(&tx, "2026-11-20", ids[CERT_CDS])->former_count, 0);
    struct correction *list_of;
    size_t count;
    must(corrections_load(&tx, &fix.arena, id, &list_of, &count, &e), &e);
    assert_int_equal(count, 2);
    assert_int_equal(list_of[0].undone, at("2026-11-20"));
    /* a date with a history of its own gives way to nobody */
    must(case_ensure(&tx, &by, body_id, &c, &fresh, &e), &e);
    must(renewal_answer(&tx, &by, body_id, CERT_CDS, at("2027-01-19"), "sí", &e), &e);
    must_fail(renewal_correct(&tx, &by, ids[CERT_CDS], at("2027-01-19"), "x", &e), &e, ERR_STATE, "history of its own");
    tx_rollback(&tx);
    e = (struct err){0};
    begin(&tx);
    pair(&tx, ids);
    must_fail(renewal_uncorrect(&tx, &by, ids[CERT_CDS], "x", &e), &e, ERR_STATE, "nothing to undo");
    tx_rollback(&tx);
}

static void evidence_is_noted_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct by by = by_on("2026-11-20");
    int64_t ids[CERT_KINDS];
    bool is_new;
    begin(&tx);
    int64_t id = pair(&tx, ids);
    must(evidence_note(&tx, &by, ids[CERT_CDS], "registry-old", &is_new, &e), &e);
    assert_true(is_new);
    must(evidence_note(&tx, &by, ids[CERT_CDS], "registry-old", &is_new, &e), &e);
    assert_false(is_new);
    struct evidence_line *lines;
    size_t count;
    must(evidence_load(&tx, &fix.arena, id, &lines, &count, &e), &e);
    assert_int_equal(count, 1);
    assert_string_equal(lines[0].outcome, "registry-old");
    must(cases_count(&tx, &id, &e), &e);
    assert_int_equal(id, 1);
    tx_rollback(&tx);
}

static void versions_of_a_comment(void **state)
{
    (void)state;
    struct err e = {0};
    struct tx tx;
    struct by by = by_on("2026-11-20");
    int64_t ids[CERT_KINDS];
    begin(&tx);
    int64_t id = pair(&tx, ids);
    must(comment_put(&tx, &by, id, "u", "", &e), &e);
    must(comment_put(&tx, &by, id, "u\ndos", "llibre.xlsx", &e), &e);
    struct comment_version *list;
    size_t count;
    must(comments_load(&tx, &fix.arena, id, &list, &count, &e), &e);
    assert_int_equal(count, 2);
    assert_string_equal(list[1].source, "llibre.xlsx");
    assert_string_equal(one(&tx, "2026-11-20", ids[CERT_CDA])->comment, "u\ndos");
    struct body_dates *dates;
    must(body_dates_load(&tx, &fix.arena, body_id, &dates, &count, &e), &e);
    assert_int_equal(count, 1);
    assert_int_equal(dates[0].expires[CERT_CDS], at("2027-01-10"));
    day_t before = 1;
    must(body_date_before(&tx, body_id, CERT_CDS, at("2027-01-10"), &before, &e), &e);
    assert_int_equal(before, DAY_NONE);
    tx_rollback(&tx);
}

int main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_case_keeps_what_it_got),
        TEST(a_threshold_once),
        TEST(a_message_consumes_what_it_names),
        TEST(stages_of_a_day),
        TEST(a_correction_and_its_undoing),
        TEST(evidence_is_noted_once),
        TEST(versions_of_a_comment),
    };
    int status = fixture_start(argc > 1 ? argv[1] : "sqlite");
    if (status != 0)
        return status;
    status = cmocka_run_group_tests(tests, NULL, NULL);
    fixture_stop();
    return status;
}
