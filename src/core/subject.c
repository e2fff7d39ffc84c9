#include "core/subject.h"

#include "base/text.h"
#include "core/date_text.h"
#include "core/reply.h"

/* ------------------------------------------------------------------ certificates and dates */

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* "CDS" or "CDA" as a word of its own at `i`. */
static bool kind_at(struct str s, size_t i, enum cert_kind *ret)
{
    return i + 3 <= s.n && (i == 0 || !is_letter(s.p[i - 1])) && (i + 3 == s.n || !is_letter(s.p[i + 3])) &&
           cert_kind_parse(str_part(s.p + i, 3), ret);
}

/* The longest date at the front; how many bytes it takes, 0 when there is none. */
static size_t date_at(struct str s, day_t *ret)
{
    enum { LONGEST = 28 }; /* "20 d'octubre del 2026" */
    for (size_t n = s.n < LONGEST ? s.n : LONGEST; n >= 6; n--) {
        char end = n < s.n ? s.p[n] : ' ';
        bool whole = !(end >= '0' && end <= '9') && s.p[n - 1] != ' ';
        if (whole && date_parse(str_part(s.p, n), ret) == DATE_OK)
            return n;
    }
    return 0;
}

/* Certificates that still wait for their date: "CDS i CDA 04/12/2026" gives both the same. */
struct waiting {
    bool kinds[CERT_KINDS];
    bool any;
};

static void give_date(struct waiting *w, day_t day, struct subject_seen *ret)
{
    for (int k = 0; k < CERT_KINDS; k++) {
        if (w->kinds[k])
            ret->expires[k] = day;
    }
    *w = (struct waiting){0};
}

/* The part of the subject from the first certificate on; true when one has a date, or should have. */
static bool read_certificates(struct arena *a, struct str s, struct subject_seen *ret)
{
    struct waiting w = {0};
    bool found = false;
    for (size_t i = 0; i < s.n;) {
        enum cert_kind kind;
        day_t day;
        size_t n;
        if (kind_at(s, i, &kind)) {
            w.kinds[kind] = w.any = true;
            i += 3;
        } else if (w.any && s.p[i] >= '0' && s.p[i] <= '9' && (n = date_at(str_part(s.p + i, s.n - i), &day)) > 0) {
            give_date(&w, day, ret);
            found = true;
            i += n;
        } else if (w.any && s.p[i] == '[' && i + 1 < s.n && !is_letter(s.p[i + 1]) &&
                   date_at(str_trim(str_part(s.p + i + 1, s.n - i - 1)), &day) == 0) {
            size_t end = str_find(str_part(s.p + i, s.n - i), ']');
            ret->bad_date = arena_text(a, str_part(s.p + i + 1, end > 0 ? end - 1 : 0));
            return true;
        } else {
            i++;
        }
    }
    return found;
}

/* ------------------------------------------------------------------ the parts */

static bool has_kind(struct str part)
{
    enum cert_kind kind;
    for (size_t i = 0; i < part.n; i++) {
        if (kind_at(part, i, &kind))
            return true;
    }
    return false;
}

/* How long the separator at `i` is: " - ", " – ", ": ", " | "; 0 for none. */
static size_t separator_at(struct str s, size_t i)
{
    static const char *const separators[] = {" - ", " \xe2\x80\x93 ", " \xe2\x80\x94 ", ": ", " | ", "] "};
    for (size_t k = 0; k < sizeof separators / sizeof *separators; k++) {
        if (str_starts(str_part(s.p + i, s.n - i), separators[k]))
            return strlen(separators[k]);
    }
    return 0;
}

static void add_name(struct arena *a, struct str part, struct subject_seen *ret)
{
    part = str_trim(part);
    bool marked = part.n == 0 || part.p[0] == '[' || part.p[0] == '#' || has_kind(part);
    if (!marked && ret->name_count < SUBJECT_NAMES)
        ret->names[ret->name_count++] = arena_text(a, part);
}

static void read_names(struct arena *a, struct str s, struct subject_seen *ret)
{
    size_t start = 0;
    for (size_t i = 0; i < s.n;) {
        size_t n = separator_at(s, i);
        if (n > 0)
            add_name(a, str_part(s.p + start, i - start), ret);
        i += n > 0 ? n : 1;
        start = n > 0 ? i : start;
    }
    add_name(a, str_part(s.p + start, s.n - start), ret);
}

static bool forwards(struct str subject)
{
    static const char *const marks[] = {"rv:", "fw:", "fwd:", "enc:", "tr:"};
    const char *text = subject.p;
    for (size_t i = 0; subject.n > 0 && i < sizeof marks / sizeof *marks; i++) {
        size_t n = strlen(marks[i]);
        if (subject.n > n && str_is_nocase(str_part(text, n), marks[i]))
            return true;
    }
    return false;
}

bool subject_read(struct arena *a, const char *subject, struct subject_seen *ret)
{
    struct subject_seen seen = {.bad_date = "", .ticket = ""};
    struct str whole = str_trim(str_of(subject)), bare = reply_subject_bare(whole);
    for (int k = 0; k < CERT_KINDS; k++)
        seen.expires[k] = DAY_NONE;
    if (!read_certificates(a, bare, &seen))
        return false;
    const char *key = reply_ticket(a, subject, "");
    seen.ticket = key == NULL ? "" : key;
    seen.forwards = forwards(whole);
    seen.answers = bare.n < whole.n && !seen.forwards;
    read_names(a, bare, &seen);
    *ret = seen;
    return true;
}
