/* The ladder of procedure A3. Not here: which certificates form a case (warning_cases.c), whether there is a contact,
 * the ticket, the sending and its outbox. */
#include "core/warning.h"

#include <string.h>

#include "base/buf.h"
#include "core/calendar.h"

const char *situation_code(enum situation s)
{
    static const char *const codes[] = {
        [SITUATION_SINGLE] = "single", [SITUATION_PAIR_ONE] = "pair-one", [SITUATION_PAIR_BOTH] = "pair-both"};
    return codes[s];
}

/* Bits of the thresholds that have been crossed on that day: days left strictly below. */
static unsigned crossed_on(const struct profile *p, day_t expires, day_t on)
{
    unsigned bits = 0;
    for (size_t i = 0; i < p->threshold_count; i++)
        bits |= (unsigned)(days_left(expires, on) < p->thresholds[i]) << i;
    return bits;
}

/* Still warned about: it has a date, and nobody has answered for it or renewed it. */
static bool is_live(const struct case_cert *c)
{
    return c->expires != DAY_NONE && !c->renewed && !c->answered;
}

/* The first calendar day on which the days left are below that threshold. */
static day_t first_day_below(day_t expires, int threshold)
{
    return expires - threshold + 1;
}

/* The day on which the certificate crosses the first of its thresholds that is not consumed; DAY_NONE when all are. The
 * lowest is looked for and not the first in the list, so that a profile with steps out of order still warns. */
static day_t first_unconsumed(const struct profile *p, const struct case_cert *c)
{
    day_t first = DAY_NONE;
    for (size_t i = 0; i < p->threshold_count; i++) {
        day_t d = first_day_below(c->expires, p->thresholds[i]);
        if ((c->consumed >> i & 1) == 0 && (first == DAY_NONE || d < first))
            first = d;
    }
    return first;
}

/* The earliest live certificate with a threshold to consume, or NULL. */
static const struct case_cert *driver_of(const struct profile *p, const struct warning_case *c)
{
    const struct case_cert *driver = NULL;
    for (size_t i = 0; i < c->count; i++) {
        const struct case_cert *cert = &c->certs[i];
        if (is_live(cert) && first_unconsumed(p, cert) != DAY_NONE &&
            (driver == NULL || cert->expires < driver->expires))
            driver = cert;
    }
    return driver;
}

static enum situation situation_on(const struct profile *p, const struct warning_case *c, day_t on)
{
    size_t live = 0, below = 0;
    for (size_t i = 0; i < c->count; i++) {
        live += is_live(&c->certs[i]);
        below += is_live(&c->certs[i]) && days_left(c->certs[i].expires, on) < p->thresholds[0];
    }
    if (live < 2)
        return SITUATION_SINGLE;
    return below == live ? SITUATION_PAIR_BOTH : SITUATION_PAIR_ONE;
}

bool warning_next(const struct profile *p, const struct warning_case *c, day_t from, day_t until, struct warning *ret)
{
    const struct case_cert *driver = driver_of(p, c);
    if (driver == NULL)
        return false;
    day_t first = first_unconsumed(p, driver);
    day_t on = day_next_working(p, from > first ? from : first);
    if (on > until)
        return false;

    struct warning w = {.on = on, .driver = driver->kind, .situation = situation_on(p, c, on)};
    w.crossed = crossed_on(p, driver->expires, on) & ~driver->consumed;
    w.threshold = INT32_MAX;
    for (size_t i = 0; i < p->threshold_count; i++) {
        if ((w.crossed >> i & 1) != 0 && p->thresholds[i] < w.threshold)
            w.threshold = p->thresholds[i];
    }
    w.due = first_day_below(driver->expires, w.threshold);
    for (int kind = 0; kind < CERT_KINDS; kind++)
        w.days[kind] = DAYS_NONE;
    for (size_t i = 0; i < c->count; i++) {
        w.days[c->certs[i].kind] = days_left(c->certs[i].expires, on);
        w.names[c->certs[i].kind] = is_live(&c->certs[i]);
    }
    *ret = w;
    return true;
}

void warning_consume(const struct profile *p, struct warning_case *c, const struct warning *w)
{
    for (size_t i = 0; i < c->count; i++) {
        if (w->names[c->certs[i].kind])
            c->certs[i].consumed |= crossed_on(p, c->certs[i].expires, w->on);
    }
}

bool warning_comes_back(const struct profile *p, const struct case_cert *c, bool installed, day_t today)
{
    return c->answered && !c->renewed && !installed && p->threshold_count > 0 &&
           days_left(c->expires, today) < p->thresholds[p->threshold_count - 1];
}

enum warn_whether warning_whether(const struct body *b)
{
    if (b->excluded != NULL)
        return WARN_EXCLUDED;
    if ((b->flags & BODY_VANISHED) != 0 || b->vanished != DAY_NONE)
        return WARN_VANISHED;
    if ((b->flags & BODY_NOT_VERIFIABLE) != 0)
        return WARN_NOT_VERIFIABLE;
    for (int kind = 0; kind < CERT_KINDS; kind++) {
        if (b->expires[kind] != DAY_NONE)
            return WARN_YES;
    }
    return WARN_NO_DATES;
}

/* Renewed before any message could name it. */
static bool never_named(const struct case_cert *c)
{
    return c->renewed && c->consumed == 0;
}

static bool all_never_named(const struct warning_case *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (!never_named(&c->certs[i]))
            return false;
    }
    return true;
}

const char *warning_certificates(const struct warning_case *c, char out[WARNING_CERTIFICATES_BYTES])
{
    static const enum cert_kind named_order[CERT_KINDS] = {CERT_CDA, CERT_CDS};
    size_t n = 0;
    out[0] = '\0';
    for (size_t k = 0; k < CERT_KINDS; k++) {
        for (size_t i = 0; i < c->count; i++) {
            char day[DAY_TEXT_BYTES];
            if (c->certs[i].kind != named_order[k] || n >= WARNING_CERTIFICATES_BYTES ||
                (never_named(&c->certs[i]) && !all_never_named(c)))
                continue;
            int added = snprintf(out + n, WARNING_CERTIFICATES_BYTES - n, "%s%s[%s]", n > 0 ? " + " : "",
                                 cert_kind_code(c->certs[i].kind), day_dmy(c->certs[i].expires, day));
            n += added > 0 ? (size_t)added : 0;
        }
    }
    return out;
}

/* A subject is one header line: what could end it, or turn its letters round, becomes a space. */
static void add_one_line(struct buf *to, struct str s)
{
    while (s.n > 0) {
        const char *start = s.p;
        uint32_t c;
        if (!str_utf8_next(&s, &c)) {
            s = str_part(s.p + 1, s.n - 1);
            buf_add_char(to, ' ');
        } else if (str_is_control(c)) {
            buf_add_char(to, ' ');
        } else {
            buf_add(to, start, (size_t)(s.p - start));
        }
    }
}

char *warning_subject(struct arena *a, const struct profile *p, const char *natural_name, const struct warning_case *c)
{
    char certificates[WARNING_CERTIFICATES_BYTES];
    if (c->subject != NULL)
        return arena_strdup(a, c->subject);
    const struct {
        const char *field, *value;
    } fields[] = {
        {"{name}", natural_name},
        {"{certificates}", warning_certificates(c, certificates)},
        {"{ticket}", c->ticket != NULL ? c->ticket : arena_printf(a, "%s-?", p->ticket_project)},
    };
    struct buf subject = BUF_INIT(LIMIT_SUBJECT_BYTES);
    struct str rest = str_of(p->warning_subject);
    while (rest.n > 0) {
        size_t skip = 0;
        for (size_t i = 0; i < sizeof fields / sizeof *fields && skip == 0; i++) {
            if (str_starts(rest, fields[i].field)) {
                skip = strlen(fields[i].field);
                add_one_line(&subject, str_of(fields[i].value));
            }
        }
        if (skip == 0) {
            skip = 1 + str_find(str_part(rest.p + 1, rest.n - 1), '{');
            add_one_line(&subject, str_part(rest.p, skip));
        }
        rest = str_part(rest.p + skip, rest.n - skip);
    }
    char *text = arena_text(a, buf_str(&subject));
    buf_release(&subject);
    return text;
}
