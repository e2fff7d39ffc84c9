/* The calendar's lines by the letter of RFC 5545: ends, folding, escapes, days; hostile texts. */
#include "draw/ics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#define STAMP ((instant_t)1795161600 * INSTANT_PER_SECOND) /* 2026-11-20T08:00:00Z */

static struct buf made(const struct ics_event *event)
{
    struct err e = {0};
    struct buf to = BUF_INIT(1 << 20);
    struct ics c = ICS_INIT(&to);
    ics_begin(&c, "Prova", "ca", STAMP);
    ics_event(&c, event);
    assert_true(ics_end(&c, &e));
    return to;
}

/* Every line ends in CR LF, none is longer than 75 octets, and unfolding gives whole characters. */
static void check_lines(const struct buf *b)
{
    struct str rest = buf_str(b), line;
    assert_true(str_ends(rest, "END:VCALENDAR\r\n"));
    assert_true(str_utf8_valid(rest));
    while (str_split(&rest, '\n', &line)) {
        if (line.n == 0)
            continue;
        assert_int_equal(line.p[line.n - 1], '\r');
        assert_in_range(line.n - 1, 1, 75);
        assert_true(str_utf8_valid(line));
        for (size_t i = 0; i + 1 < line.n; i++)
            assert_in_range((unsigned char)line.p[i], 0x20, 0xff);
    }
}

static struct str unfolded(struct arena *a, const struct buf *b)
{
    char *out = arena_alloc(a, b->n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (i + 2 < b->n && b->p[i] == '\r' && b->p[i + 1] == '\n' && b->p[i + 2] == ' ')
            i += 2;
        else
            out[n++] = b->p[i];
    }
    return str_part(out, n);
}

static bool has(struct str s, const char *part)
{
    return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

static void an_event(void **state)
{
    (void)state;
    struct arena a = {0};
    struct buf b = made(&(struct ics_event){.uid = "warning-1@example.cat",
                                            .day = day_from_civil(2026, 12, 31),
                                            .days = 1,
                                            .summary = "Avís; Ajuntament d'Abrera, CDS \\ fi",
                                            .description = "una\ndues",
                                            .category = "Avisos"});
    check_lines(&b);
    struct str s = unfolded(&a, &b);
    assert_true(has(s, "DTSTAMP:20261120T080000Z\r\n"));
    assert_true(has(s, "DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101\r\n")); /* the end is not in it */
    assert_true(has(s, "SUMMARY:Avís\\; Ajuntament d'Abrera\\, CDS \\\\ fi\r\n"));
    assert_true(has(s, "DESCRIPTION:una\\ndues\r\n"));
    assert_true(has(s, "UID:warning-1@example.cat\r\n"));
    arena_release(&a);
    buf_release(&b);
}

/* Nobody's name can end a line or begin an event of its own; characters of two to four bytes stay whole at any place.
 */
static void hostile_texts(void **state)
{
    (void)state;
    struct arena a = {0};
    char text[400];
    for (size_t shift = 0; shift < 80; shift++) {
        size_t n = 0;
        while (n < shift)
            text[n++] = 'x';
        for (int i = 0; i < 60; i++) {
            static const char *const letters[] = {"à", "€", "😀"};
            const char *l = letters[i % 3];
            memcpy(text + n, l, strlen(l));
            n += strlen(l);
        }
        text[n] = '\0';
        struct buf b = made(
            &(struct ics_event){.uid = "u", .day = 0, .days = 7, .summary = text, .description = "", .category = ""});
        check_lines(&b);
        assert_true(has(unfolded(&a, &b), text));
        buf_release(&b);
        arena_reset(&a);
    }
    struct buf b = made(&(struct ics_event){.uid = "u",
                                            .day = 0,
                                            .days = 1,
                                            .summary = "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\x07\xff\xe2\x80\xaez",
                                            .description = "",
                                            .category = ""});
    check_lines(&b);
    struct str s = unfolded(&a, &b);
    assert_true(has(s, "SUMMARY:a\\nEND:VEVENT\\nBEGIN:VEVENTz\r\n"));
    arena_release(&a);
    buf_release(&b);
}

static void too_much_is_told(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf to = BUF_INIT(200);
    struct ics c = ICS_INIT(&to);
    ics_begin(&c, "Prova", "ca", STAMP);
    ics_event(&c,
              &(struct ics_event){.uid = "u", .day = 1, .days = 1, .summary = "s", .description = "", .category = ""});
    assert_false(ics_end(&c, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_release(&to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event),
        cmocka_unit_test(hostile_texts),
        cmocka_unit_test(too_much_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
