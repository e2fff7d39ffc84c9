/* What the tests of this room share: days by their numbers, and the profile of the procedures with some holidays. */
#ifndef TALAIA_TESTS_CORE_SAMPLE_H
#define TALAIA_TESTS_CORE_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/profile.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* day_text("2026-11-20"); the test fails on a slip of its own. */
static inline day_t day_text(const char *iso)
{
    day_t d = DAY_NONE;
    if (!day_parse_iso(str_of(iso), &d))
        fail_msg("the test itself has a wrong date: %s", iso);
    return d;
}

/* Fills *p with the values of procedure A3 and these holidays (sorted; kept by the caller). */
static inline void profile_sample(struct profile *p, const day_t *holidays, size_t count)
{
    *p = (struct profile){
        .name = "sample",
        .thresholds = {60, 30, 15, 10, 5},
        .threshold_count = 5,
        .pair_gap_days = 30,
        .warning_subject = "PRO - PADRO - {name} - Recordatori data d'expiració {certificates} - [{ticket}]",
        .ticket_project = "ST",
        .holidays = holidays,
        .holiday_count = count,
        .report_weekday = FRIDAY,
    };
}

#endif
