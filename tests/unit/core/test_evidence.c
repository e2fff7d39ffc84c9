/* The whole table of evidence: every combination of facts, against the words of procedure A3; and the facts themselves.
 */
#include "core/evidence.h"

#include "sample.h"

/* By the procedure, not by the table: what must hold of every outcome. */
static void check(const struct evidence *x, enum evidence_outcome o)
{
    bool all = x->registry == REGISTRY_NEW && x->seen == SEEN_NEW && x->service == SERVICE_UP;
    assert_int_equal(o == EVIDENCE_CHECKED, x->confirmed || all);
    if (x->confirmed)
        return;
    bool newer = x->seen == SEEN_NEW || x->seen == SEEN_OTHER;
    assert_int_equal(o == EVIDENCE_REGISTRY_OLD, x->registry == REGISTRY_OLD && newer);
    assert_int_equal(o == EVIDENCE_OLD_SERVED, x->registry == REGISTRY_NEW && x->seen == SEEN_OLD);
    assert_int_equal(o == EVIDENCE_EARLIER, x->registry == REGISTRY_EARLIER);
    assert_int_equal(o == EVIDENCE_WAITING,
                     x->registry == REGISTRY_OLD && (x->seen == SEEN_NOTHING || x->seen == SEEN_OLD));
    assert_int_equal(o == EVIDENCE_ADDRESSES_DIFFER, x->registry != REGISTRY_EARLIER && x->seen == SEEN_DIFFERENT);
    assert_int_equal(o == EVIDENCE_BAD, x->registry != REGISTRY_EARLIER && x->seen == SEEN_BAD);
    assert_int_equal(o == EVIDENCE_DATES_DIFFER, x->registry == REGISTRY_NEW && x->seen == SEEN_OTHER);
    bool unseen = x->registry == REGISTRY_NEW && x->seen == SEEN_NOTHING;
    bool renewed = x->registry == REGISTRY_NEW && x->seen == SEEN_NEW;
    assert_int_equal(o == EVIDENCE_DOWN, (unseen || renewed) && x->service == SERVICE_DOWN);
    assert_int_equal(o == EVIDENCE_PERSON,
                     (unseen && x->service != SERVICE_DOWN) || (renewed && x->service == SERVICE_UNKNOWN));
}

static void every_combination(void **state)
{
    (void)state;
    size_t met[EVIDENCE_COUNT] = {0}, count = 0;
    for (int r = 0; r < REGISTRY_KINDS; r++) {
        for (int s = 0; s < SEEN_KINDS; s++) {
            for (int v = 0; v < SERVICE_KINDS; v++) {
                for (int c = 0; c < 2; c++) {
                    const struct evidence x = {(enum evidence_registry)r, (enum evidence_seen)s,
                                               (enum evidence_service)v, c == 1};
                    enum evidence_outcome o = evidence_decide(&x);
                    check(&x, o);
                    met[o]++;
                    count++;
                }
            }
        }
    }
    assert_int_equal(count, 3 * 6 * 3 * 2);
    for (size_t o = 0; o < EVIDENCE_COUNT; o++)
        assert_true(met[o] > 0); /* no outcome is out of reach */
}

static void words_and_codes(void **state)
{
    (void)state;
    for (int o = 0; o < EVIDENCE_COUNT; o++) {
        enum evidence_outcome back;
        assert_true(evidence_parse(evidence_code((enum evidence_outcome)o), &back));
        assert_int_equal(back, o);
        assert_true(evidence_words((enum evidence_outcome)o)[0] != '\0');
        assert_true(evidence_sentence((enum evidence_outcome)o)[0] != '\0');
    }
    enum evidence_outcome kept = EVIDENCE_DOWN;
    assert_false(evidence_parse("Checked", &kept));
    assert_int_equal(kept, EVIDENCE_DOWN);
}

static void what_the_registry_says(void **state)
{
    (void)state;
    const day_t d = day_text("2027-01-10");
    static const struct {
        int days;
        enum evidence_registry wanted;
    } cases[] = {{0, REGISTRY_OLD},   {1, REGISTRY_OLD},      {-1, REGISTRY_OLD},      {2, REGISTRY_NEW},
                 {730, REGISTRY_NEW}, {-2, REGISTRY_EARLIER}, {-400, REGISTRY_EARLIER}};
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(evidence_registry(d, d + cases[i].days), cases[i].wanted);
    assert_int_equal(evidence_registry(d, DAY_NONE), REGISTRY_OLD);
}

static struct seen_address address(day_t not_after, enum verdict_code trust)
{
    return (struct seen_address){
        .verdict = {CONNECTION_OK, trust, APPLICATION_OK}, .not_after = not_after, .fingerprint = "f"};
}

static void what_the_addresses_show(void **state)
{
    (void)state;
    const day_t old = day_text("2027-01-10"), now = day_text("2029-01-10");
    struct seen_address two[2];
#define SERVED(a, b, declared, word)                                                                                   \
    (two[0] = (a), two[1] = (b), evidence_served(two, 2, old, (declared), RECONCILIATION_##word))
    const struct seen_address o = address(old, TRUST_OK), n = address(now, TRUST_OK),
                              x = address(now, TRUST_SELF_SIGNED), none = address(DAY_NONE, TRUST_NONE),
                              soon = address(now, TRUST_EXPIRING), other = address(now + 40, TRUST_OK);
    assert_int_equal(SERVED(o, o, now, OLD_SERVED), SEEN_OLD);
    assert_int_equal(SERVED(n, n, now, AGREES), SEEN_NEW);
    assert_int_equal(SERVED(n, n, old, REGISTRY_STALE), SEEN_NEW);
    assert_int_equal(SERVED(soon, n, now, AGREES), SEEN_NEW);
    /* an alternating load balancer is no renewal, whichever comes first */
    assert_int_equal(SERVED(o, n, now, ADDRESSES_DIFFER), SEEN_DIFFERENT);
    assert_int_equal(SERVED(n, o, now, ADDRESSES_DIFFER), SEEN_DIFFERENT);
    assert_int_equal(SERVED(x, o, now, ADDRESSES_DIFFER), SEEN_DIFFERENT);
    assert_int_equal(SERVED(n, x, now, AGREES), SEEN_BAD);
    assert_int_equal(SERVED(n, n, now, WRONG_BODY), SEEN_BAD);
    assert_int_equal(SERVED(n, n, now, PERHAPS_BLOCKED), SEEN_NOTHING);
    assert_int_equal(SERVED(other, other, now, REGISTRY_STALE), SEEN_OTHER);
    assert_int_equal(SERVED(other, other, old, REGISTRY_STALE), SEEN_NEW); /* the registry says nothing new yet */
    assert_int_equal(SERVED(none, none, now, UNSEEN), SEEN_NOTHING);
    assert_int_equal(SERVED(n, none, now, AGREES), SEEN_NEW);
    assert_int_equal(evidence_served(NULL, 0, old, now, RECONCILIATION_UNSEEN), SEEN_NOTHING);
    struct seen_address theirs = n;
    theirs.other_owner = true;
    assert_int_equal(SERVED(theirs, n, now, AGREES), SEEN_BAD);
    /* every verdict of trust: only the good ones and a notice count */
    for (int code = 0; code < VERDICT_CODE_COUNT; code++) {
        if (verdict_part((enum verdict_code)code) != VERDICT_TRUST)
            continue;
        enum verdict_class class = verdict_class((enum verdict_code)code);
        struct seen_address one = address(now, (enum verdict_code)code);
        assert_int_equal(evidence_served(&one, 1, old, now, RECONCILIATION_AGREES),
                         class == VERDICT_GOOD || class == VERDICT_NOTICE ? SEEN_NEW : SEEN_BAD);
    }
}

static void what_was_handed_in(void **state)
{
    (void)state;
    const day_t old = day_text("2027-01-10"), now = day_text("2029-01-10");
    assert_int_equal(evidence_given(DAY_NONE, old, now), SEEN_NOTHING);
    assert_int_equal(evidence_given(old, old, now), SEEN_NOTHING);
    assert_int_equal(evidence_given(now, old, now), SEEN_NEW);
    assert_int_equal(evidence_given(now + 1, old, now), SEEN_NEW);
    assert_int_equal(evidence_given(now + 2, old, now), SEEN_OTHER);
    assert_int_equal(evidence_given(now, old, old), SEEN_NEW);
}

static void whether_it_answers(void **state)
{
    (void)state;
    assert_int_equal(evidence_service(NULL), SERVICE_UNKNOWN);
    assert_int_equal(evidence_service(&(struct watch){0}), SERVICE_UNKNOWN);
    assert_int_equal(evidence_service(&(struct watch){.last = 5}), SERVICE_UP);
    assert_int_equal(evidence_service(&(struct watch){.last = 5, .failures = 1}), SERVICE_DOWN);
    assert_int_equal(evidence_service(&(struct watch){.last = 5, .failures = 9, .down = true}), SERVICE_DOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination),      cmocka_unit_test(words_and_codes),
        cmocka_unit_test(what_the_registry_says), cmocka_unit_test(what_the_addresses_show),
        cmocka_unit_test(what_was_handed_in),     cmocka_unit_test(whether_it_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
