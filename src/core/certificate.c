/* Words of the shared vocabulary. What the words mean for a body is in body.c and warning.c. */
#include "core/certificate.h"

#include "base/lang.h"
#include "base/str.h"

static const char *const kind_codes[CERT_KINDS] = {[CERT_CDS] = "CDS", [CERT_CDA] = "CDA"};
static const char *const platform_codes[] = {
    [PLATFORM_JAVA] = "JAVA", [PLATFORM_NET] = "NET", [PLATFORM_OTHER] = "OTHER"};
/* Codes in the store and in JSON, words through tr() where a person reads them. */
static const char *const group_codes[GROUP_COUNT] = {
    [GROUP_RENEWAL] = N_("renewal"),
    [GROUP_MIGRATION] = N_("migration"),
    [GROUP_OUTAGE] = N_("outage"),
    [GROUP_OTHER] = N_("other"),
};

const char *cert_kind_code(enum cert_kind kind)
{
    return kind_codes[kind];
}

bool cert_kind_parse(struct str s, enum cert_kind *ret)
{
    s = str_trim(s);
    for (int i = 0; i < CERT_KINDS; i++) {
        if (str_is_nocase(s, kind_codes[i])) {
            *ret = (enum cert_kind)i;
            return true;
        }
    }
    return false;
}

const char *platform_code(enum platform p)
{
    return platform_codes[p];
}

enum platform platform_parse(struct str s)
{
    /* "0.0" is what a spreadsheet makes of the number. */
    static const struct {
        const char *text;
        enum platform platform;
    } spellings[] = {
        {"0", PLATFORM_JAVA},   {"0.0", PLATFORM_JAVA},   {"JAVA", PLATFORM_JAVA},
        {"1", PLATFORM_NET},    {"1.0", PLATFORM_NET},    {"NET", PLATFORM_NET},
        {".NET", PLATFORM_NET}, {"DOTNET", PLATFORM_NET}, {"DOT NET", PLATFORM_NET},
    };
    s = str_trim(s);
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        if (str_is_nocase(s, spellings[i].text))
            return spellings[i].platform;
    }
    return PLATFORM_OTHER;
}

bool platform_from_code(const char *code, enum platform *ret)
{
    for (int i = PLATFORM_JAVA; i <= PLATFORM_OTHER; i++) {
        if (strcmp(code, platform_codes[i]) == 0) {
            *ret = (enum platform)i;
            return true;
        }
    }
    return false;
}

const char *action_group_code(enum action_group g)
{
    return group_codes[g];
}

bool action_group_parse(const char *code, enum action_group *ret)
{
    for (int i = 0; i < GROUP_COUNT; i++) {
        if (strcmp(code, group_codes[i]) == 0) {
            *ret = (enum action_group)i;
            return true;
        }
    }
    return false;
}

int days_left(day_t expires, day_t today)
{
    return expires == DAY_NONE || today == DAY_NONE ? DAYS_NONE : expires - today;
}

bool cert_has_ended(day_t expires, instant_t ends, day_t today, instant_t now)
{
    if (expires == DAY_NONE || expires > today)
        return false;
    if (expires < today)
        return true;
    return ends != INSTANT_NONE && day_madrid(ends) == expires && (day_madrid(now) != today || now > ends);
}
