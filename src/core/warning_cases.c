/* Which certificates form a case (procedure A3, case rule). When its messages go out is in warning.c. */
#include "core/warning.h"

#include <stdlib.h>

static const enum cert_kind named_order[CERT_KINDS] = {CERT_CDA, CERT_CDS};

static bool is_near(const struct profile *p, day_t a, day_t b)
{
    int64_t gap = (int64_t)a - b;
    return gap < p->pair_gap_days && -gap < p->pair_gap_days;
}

/* The cases of the dates in `expires` (DAY_NONE: not that one) by the rule of pairs. */
static size_t cases_of(const struct profile *p, const day_t expires[CERT_KINDS], struct warning_case *ret)
{
    struct case_cert certs[CERT_KINDS];
    size_t count = 0;
    for (size_t i = 0; i < CERT_KINDS; i++) {
        day_t day = expires[named_order[i]];
        if (day != DAY_NONE)
            certs[count++] = (struct case_cert){.kind = named_order[i], .expires = day, .declared = day};
    }
    if (count == CERT_KINDS && is_near(p, certs[0].expires, certs[1].expires)) {
        ret[0] = (struct warning_case){.certs = {certs[0], certs[1]}, .count = CERT_KINDS};
        return 1;
    }
    bool turned = count == CERT_KINDS && certs[0].expires > certs[1].expires;
    for (size_t i = 0; i < count; i++)
        ret[i] = (struct warning_case){.certs = {certs[turned ? count - 1 - i : i]}, .count = 1};
    return count;
}

size_t warning_cases(const struct profile *p, const struct body *b, struct warning_case ret[CERT_KINDS])
{
    return cases_of(p, b->expires, ret);
}

bool case_is_followed(const struct warning_case *c)
{
    bool followed = c->ticket != NULL || c->subject != NULL;
    for (size_t i = 0; i < c->count; i++)
        followed = followed || c->certs[i].consumed != 0 || c->certs[i].answered || c->certs[i].stages != 0;
    return followed;
}

bool case_is_over(const struct warning_case *c)
{
    return case_expires(c) == DAY_NONE;
}

day_t case_expires(const struct warning_case *c)
{
    day_t first = DAY_NONE;
    for (size_t i = 0; i < c->count; i++) {
        day_t day = c->certs[i].expires;
        if (!c->certs[i].checked && day != DAY_NONE && (first == DAY_NONE || day < first))
            first = day;
    }
    return first;
}

static bool was_once(const struct case_cert *c, day_t day)
{
    for (size_t i = 0; i < c->former_count; i++) {
        if (c->former[i] == day)
            return true;
    }
    return false;
}

/* Where the known renewal of this kind and declared date stands: the case's place, or -1. The date itself goes before
 * one that was corrected; among corrected ones the newest. */
static int64_t find_known(const struct warning_case *known, size_t count, enum cert_kind kind, day_t declared)
{
    int64_t corrected = -1;
    for (size_t i = 0; declared != DAY_NONE && i < count; i++) {
        for (size_t k = 0; k < known[i].count; k++) {
            const struct case_cert *c = &known[i].certs[k];
            if (c->kind == kind && c->expires == declared)
                return (int64_t)i;
            if (c->kind == kind && was_once(c, declared))
                corrected = (int64_t)i;
        }
    }
    return corrected;
}

/* The known case as the registry's dates make it; false when it is over and done with. */
static bool take_known(const struct body *b, const int64_t of_kind[CERT_KINDS], size_t at, struct warning_case *c)
{
    bool followed = case_is_followed(c), back = false;
    for (size_t i = 0; i < c->count; i++) {
        struct case_cert *cert = &c->certs[i];
        cert->declared = b->expires[cert->kind];
        bool current = of_kind[cert->kind] == (int64_t)at;
        bool superseded = !current && cert->declared != DAY_NONE;
        if (current)
            cert->checked = cert->confirmed;
        else if (superseded && !followed)
            cert->checked = true;
        cert->renewed = superseded || cert->checked;
        back = back || (current && !cert->confirmed);
    }
    if (c->closed && !back)
        return false;
    c->closed = false;
    return true;
}

/* Cases over last; else by what expires first. */
static int compare_cases(const void *a, const void *b, void *unused)
{
    (void)unused;
    const struct warning_case *x = a, *y = b;
    day_t dx = case_expires(x), dy = case_expires(y);
    if (dx != dy)
        return dx == DAY_NONE ? 1 : dy == DAY_NONE || dx < dy ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

size_t warning_cases_known(const struct profile *p, const struct body *b, const struct warning_case *known,
                           size_t known_count, struct warning_case *ret)
{
    int64_t of_kind[CERT_KINDS];
    day_t unknown[CERT_KINDS];
    size_t count = 0;
    for (int k = 0; k < CERT_KINDS; k++) {
        of_kind[k] = find_known(known, known_count, (enum cert_kind)k, b->expires[k]);
        unknown[k] = of_kind[k] < 0 ? b->expires[k] : DAY_NONE;
    }
    for (size_t i = 0; i < known_count; i++) {
        struct warning_case c = known[i];
        if (take_known(b, of_kind, i, &c))
            ret[count++] = c;
    }
    count += cases_of(p, unknown, ret + count);
    if (count > 1)
        qsort_r(ret, count, sizeof *ret, compare_cases, NULL);
    return count;
}
