#include "web/words.h"

#include <stdio.h>

#include "base/limits.h"

static const char *const weekdays[] = {
    [MONDAY] = N_("Mon"), [TUESDAY] = N_("Tue"),  [WEDNESDAY] = N_("Wed"), [THURSDAY] = N_("Thu"),
    [FRIDAY] = N_("Fri"), [SATURDAY] = N_("Sat"), [SUNDAY] = N_("Sun"),
};
static const char *const months[] = {
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
};

const char *words_date(struct arena *a, enum lang lang, day_t d)
{
    if (d == DAY_NONE)
        return "—";
    struct civil c = day_to_civil(d);
    return arena_printf(a, "%d %s %d", c.day, tr(lang, months[c.month - 1]), c.year);
}

const char *words_month(struct arena *a, enum lang lang, day_t d)
{
    struct civil c = day_to_civil(d);
    return arena_printf(a, "%s %d", tr(lang, months[c.month - 1]), c.year);
}

const char *words_weekday_date(struct arena *a, enum lang lang, day_t d)
{
    if (d == DAY_NONE)
        return "—";
    return arena_printf(a, "%s %s", tr(lang, weekdays[day_weekday(d)]), words_date(a, lang, d));
}

const char *words_distance(struct arena *a, enum lang lang, day_t d, day_t today)
{
    if (d == DAY_NONE)
        return "";
    int days = (int)(d - today);
    if (days == 0) { /* "today" alone is taken in the catalogues: it says since when something has been down */
        char *word = arena_strdup(a, tr(lang, N_("Today")));
        word[0] = word[0] >= 'A' && word[0] <= 'Z' ? (char)(word[0] - 'A' + 'a') : word[0];
        return word;
    }
    if (days == 1)
        return tr(lang, N_("tomorrow"));
    if (days == -1)
        return tr(lang, N_("yesterday"));
    unsigned long n = (unsigned long)(days < 0 ? -days : days);
    return days > 0 ? arena_printf(a, trn(lang, "in %lu day", "in %lu days", n), n)
                    : arena_printf(a, trn(lang, "%lu day ago", "%lu days ago", n), n);
}

/* Three numbers with one separator between them; or eight digits, as one writes who has no other keys. */
static bool split_day(struct str s, struct str part[3])
{
    size_t n = 0, begin = 0;
    for (size_t i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
            continue;
        if (n == 3 || (i < s.n && strchr("/.- ", s.p[i]) == NULL))
            return false;
        part[n++] = str_part(s.p + begin, i - begin);
        begin = i + 1;
    }
    if (n == 1 && s.n == 8) {
        part[0] = str_part(s.p, 2), part[1] = str_part(s.p + 2, 2), part[2] = str_part(s.p + 4, 4);
        n = 3;
    }
    return n == 3;
}

bool words_day(struct str text, day_t *ret)
{
    struct str part[3];
    int64_t day, month, year;
    day_t d = DAY_NONE;
    text = str_trim(text);
    if (!day_parse_iso(text, &d)) {
        if (!split_day(text, part) || !str_to_int64(part[0], 1, 31, &day) || !str_to_int64(part[1], 1, 12, &month) ||
            (part[2].n != 2 && part[2].n != 4) || !str_to_int64(part[2], 0, LIMIT_YEAR_MAX, &year))
            return false;
        d = day_from_civil((int)(part[2].n == 2 ? 2000 + year : year), (int)month, (int)day);
    }
    if (d == DAY_NONE || day_to_civil(d).year < LIMIT_YEAR_MIN || day_to_civil(d).year > LIMIT_YEAR_MAX)
        return false;
    *ret = d;
    return true;
}

const char *words_capital(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text);
    unsigned char first = (unsigned char)out[0], second = first == 0xc3 ? (unsigned char)out[1] : 0;
    if (first >= 'a' && first <= 'z')
        out[0] = (char)(first - 'a' + 'A');
    else if (second >= 0xa0 && second <= 0xbe && second != 0xb7) /* à to þ, but ÷ */
        out[1] = (char)(second - 0x20);
    return out;
}

const enum lang words_languages[LANG_COUNT] = {LANG_CA, LANG_ES, LANG_EN};

const char *words_language(enum lang lang)
{
    static const char *const names[] = {[LANG_CA] = "Català", [LANG_ES] = "Castellano", [LANG_EN] = "English"};
    return names[lang];
}

const char *words_instant(struct arena *a, enum lang lang, instant_t t)
{
    char madrid[INSTANT_TEXT_BYTES];
    if (t == INSTANT_NONE)
        return "—";
    const char *clock = instant_madrid(t, madrid) + 11; /* "2026-11-20 09:00" */
    return arena_printf(a, "%s, %s", words_weekday_date(a, lang, day_madrid(t)), clock + (clock[0] == '0'));
}

const char *words_count(struct arena *a, enum lang lang, const char *one, const char *many, size_t n)
{
    return arena_printf(a, trn(lang, one, many, (unsigned long)n), n);
}

const char *words_role(enum lang lang, const char *role)
{
    static const struct {
        const char *code, *words;
    } roles[] = {
        {"technical", N_("technical contact")},
        {"secretary", N_("secretary's office")},
        {"provider", N_("provider")},
        {"other", N_("other contact")},
    };
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(roles[i].code, role) == 0)
            return tr(lang, roles[i].words);
    }
    return role;
}
